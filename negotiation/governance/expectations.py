"""The answers a game file carries: anchors, published answers, predictions; each is checked against the engine.

What a claim says about several equilibria is said of all of them: an observed quantity is taken as the range over all pure
equilibria, and "rises", "above" and so on must be true of both ends of the range.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..definition import Definition, Expectation
from ..numerics import Array
from ..strategic.nash import nash_equilibria
from .anchors import anchor_failures, core_failures, holds_at, number, settled
from .path import path_failures
from .situation import Situation
from .stability import individual
from .tipping import tipping_failures
from .verdict import Verdict, verdict

CLOSE = 1e-6


@dataclass(frozen=True)
class Checked:
    """One expectation and what came of it.

    Parameters
    ----------
    says : str
        The claim in words.
    failures : tuple of str
        Where the engine disagrees; empty when it agrees.
    """

    says: str
    source: str
    kind: str
    failures: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Whether the engine agrees."""
        return not self.failures


def check_expectations(definition: Definition) -> tuple[Checked, ...]:
    """Check every expectation of a definition.

    Parameters
    ----------
    definition : Definition

    Returns
    -------
    tuple of Checked
        In the order of the file.
    """
    return tuple(Checked(e.says, e.source, e.kind, tuple(failures(definition, e))) for e in definition.expected)


def failures(definition: Definition, expected: Expectation, *, tested: bool = True) -> Iterator[str]:
    """Yield where the engine disagrees with one expectation, the cheapest comparison first; nothing where it agrees.

    Parameters
    ----------
    definition : Definition
    expected : Expectation
    tested : bool
        Whether draws that all give one answer count against a closed form: they do not test it. Otherwise few draws may do.
    """
    situation = settled(definition, expected.given)
    if expected.verdict is not None or expected.formation is not None or expected.weakest is not None:
        yield from _verdict_failures(expected, verdict(situation))
    if expected.individual is not None and individual(situation.game, situation.target).holds != expected.individual:
        yield f"the target {'is no' if expected.individual else 'is an'} equilibrium"
    if expected.equilibria is not None and len(situation.equilibria) != expected.equilibria:
        yield f"there are {len(situation.equilibria)} equilibria, not {expected.equilibria}"
    if expected.is_equilibrium is not None and expected.iff is None and not holds_at(situation, expected):
        yield "the profile is no equilibrium"
    yield from _equilibria_failures(situation, expected)
    if expected.mixed or expected.solutions is not None:
        yield from _mixed_failures(situation, expected)
    yield from _cost_failures(situation, expected)
    if expected.holds is not None and not number(situation, expected.holds):
        yield f"'{expected.holds}' does not hold"
    if expected.after_moves is not None and expected.iff is None:
        yield from path_failures(situation, expected)
    if expected.tips_at:
        yield from tipping_failures(definition, expected, tested=tested)
    if expected.iff is not None:
        yield from anchor_failures(definition, expected, tested=tested)
    if expected.observe is not None:
        yield from _trend_failures(definition, expected)
        yield from _comparison_failures(definition, expected)


def _verdict_failures(expected: Expectation, found: Verdict) -> Iterator[str]:
    if expected.verdict not in (None, found.word):
        yield f"the verdict is {found.word}, not {expected.verdict}: {found.sentence}"
    if expected.formation is not None:
        word = None if found.formation is None else found.formation.word
        if word != expected.formation:
            yield f"formation: {word}, not {expected.formation}"
    if expected.weakest is not None:
        weakest = found.individual.weakest
        came = {} if weakest is None else {"stakeholder": weakest.stakeholder, "to": weakest.to}
        if any(came.get(key) != value for key, value in expected.weakest.items()):
            yield f"the weakest link is {came}, not {expected.weakest}"


def _equilibria_failures(situation: Situation, expected: Expectation) -> Iterator[str]:
    points = situation.equilibria.points
    if expected.every_equilibrium is not None:
        truth = situation.observe(expected.every_equilibrium, points) != 0
        if not len(truth) or not truth.all():
            example = situation.game.counts(points, int(np.argmin(truth))) if len(truth) else "there is none"
            yield f"not every equilibrium satisfies '{expected.every_equilibrium}': {example}"
    if expected.some_equilibrium is not None and not (situation.observe(expected.some_equilibrium, points) != 0).any():
        yield f"no equilibrium satisfies '{expected.some_equilibrium}'"
    if expected.no_equilibrium is not None and (situation.observe(expected.no_equilibrium, points) != 0).any():
        yield f"some equilibrium satisfies '{expected.no_equilibrium}'"


def _mixed_failures(situation: Situation, expected: Expectation) -> Iterator[str]:
    """Look for the given mixtures, and count all equilibria, among those of the solver that fits the game."""
    game = situation.game
    found = nash_equilibria(game).equilibria
    if expected.solutions is not None and len(found) != expected.solutions:
        yield f"there are {len(found)} equilibria in pure and mixed actions, not {expected.solutions}"
    for given in expected.mixed:
        wanted = [[given.get(name, {}).get(action, 0.0) for action in actions] for name, actions in zip(game.names, game.actions, strict=True)]
        if not any(all(np.allclose(row, want, atol=CLOSE) for row, want in zip(one.mixture, wanted, strict=True)) for one in found):
            yield f"{given} is not among the equilibria"


def _cost_failures(situation: Situation, expected: Expectation) -> Iterator[str]:
    if expected.core is None and not expected.in_core:
        return
    if situation.cost_game is None:
        yield "there is no cost game"
    elif expected.iff is None:
        yield from core_failures(situation.cost_game, expected)


def _range(situation: Situation, formula: str) -> Array:
    """Return the least and the largest value of a formula over all equilibria; NaN where there is none."""
    values = situation.observe(formula, situation.equilibria.points)
    return np.array([values.min(), values.max()]) if values.size else np.full(2, np.nan)


def _trend_failures(definition: Definition, expected: Expectation) -> Iterator[str]:
    if expected.trend is None:
        return
    lengths = {len(values) for values in expected.along.values()}
    if len(lengths) != 1 or lengths == {1}:
        yield "'along' needs parameters with equally many values, at least two"
        return
    steps = [{name: values[k] for name, values in expected.along.items()} for k in range(lengths.pop())]
    ranges = np.array([_range(settled(definition, expected.given, step), expected.observe or "") for step in steps])
    changes = np.array([after - before for before, after in pairwise(ranges)])
    if np.isnan(ranges).any():
        yield "there is a step without pure equilibrium"
    elif not follows(changes, expected.trend, CLOSE * max(1.0, float(np.abs(ranges).max()))):
        yield f"'{expected.observe}' goes {ranges.tolist()}, expected: {expected.trend}"


def follows(changes: Array, trend: str, close: float) -> bool:
    """Return whether changes from step to step, shape (steps, 2), go as a trend says."""
    match trend:
        case "rises":
            return bool((changes >= -close).all() and (changes.sum(axis=0) > close).any())
        case "falls":
            return bool((changes <= close).all() and (changes.sum(axis=0) < -close).any())
        case "never rises":
            return bool((changes <= close).all())
        case "never falls":
            return bool((changes >= -close).all())
    return bool((np.abs(changes) <= close).all())


def _comparison_failures(definition: Definition, expected: Expectation) -> Iterator[str]:
    if expected.compared_with is None or expected.relation is None:
        return
    here = _range(settled(definition, expected.given), expected.observe or "")
    there = _range(settled(definition, expected.compared_with), expected.observe or "")
    close = CLOSE * max(1.0, float(np.nanmax(np.abs([here, there]))))
    change = here - there
    if np.isnan(change).any() or not related(change, expected.relation, close):
        yield f"'{expected.observe}' is {here.tolist()} against {there.tolist()}, expected: {expected.relation}"


def related(change: Array, relation: str, close: float) -> bool:
    """Return whether the differences of the least and the largest value are as a relation says."""
    match relation:
        case "above":
            return bool((change >= -close).all() and (change > close).any())
        case "below":
            return bool((change <= close).all() and (change < -close).any())
        case "at least":
            return bool((change >= -close).all())
        case "at most":
            return bool((change <= close).all())
    return bool((np.abs(change) <= close).all())
