"""Closed forms: a formula is tried against the engine's answer with many numbers, always the same ones.

The answer is one of four: whether a profile is an equilibrium, whether the core is empty, whether a rule's charges lie in the core, whether
every outcome of the order of moves satisfies a condition. It has to be the formula's in every draw, and not the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ..coalitional.build import build_cost_game
from ..coalitional.core.least import least_core
from ..coalitional.cost_game import CostGame
from ..coalitional.methods import allocate
from ..definition import Definition, Expectation, Given
from ..formula import parse
from ..numerics import Array
from ..settings import Settings
from .draws import Draws, draws_of, gains_at
from .path import path_failures
from .situation import Situation, build_situation
from .stability import individual

DRAWS = 60
FEW = 12
"""Of these, those that are tried of an order of moves where a closed form is only led through the numbers for another parameter: each is a whole game."""
BUILT = 2
"""Draws of an anchor about a profile for which the whole game is built; the others are answered by the gains of single members alone."""

Pairs = Iterator[tuple[bool, bool]]
"""What the closed form and the engine say, draw by draw."""


def anchor_failures(definition: Definition, expected: Expectation, *, tested: bool = True) -> Iterator[str]:
    """Draw the varied parameters and compare the closed form with the engine's answer; `tested` asks for all draws, and that they give both answers."""
    draws, answers = drawn(expected), set()
    if expected.after_moves is not None and not tested:
        draws = draws[:FEW]
    for draw, (formula, found) in zip(draws, _pairs(definition, expected, draws), strict=True):
        answers.add(formula)
        if formula != found:
            yield f"closed form says {formula}, the engine {found}, at {draw}"
            return
    if tested and len(answers) < 2:
        yield f"all {len(draws)} draws gave {answers.pop()}: the ranges of 'vary' do not test the condition"


def drawn(expected: Expectation) -> list[dict[str, float]]:
    """Return the numbers with which an anchor is tried, always the same."""
    rng = np.random.default_rng(20150101)
    return [{name: float(rng.uniform(low, high)) for name, (low, high) in expected.vary.items()} for _ in range(DRAWS)]


def at_profile(expected: Expectation) -> bool:
    """Return whether a closed form is about a profile, the target or a named one, and not about the core or the order of moves."""
    return expected.iff is not None and expected.core is None and not expected.in_core and expected.after_moves is None


def settled(definition: Definition, given: Given, extra: Mapping[str, float] | None = None) -> Situation:
    """Return a definition under the settings of an expectation, with some numbers of its own."""
    values = {**given.set, **(extra or {})}
    return build_situation(definition, Settings(tuple(values.items()), given.scenario, given.levers), given.charges)


def number(situation: Situation, formula: str) -> float:
    """Return the value of a formula that reads no count."""
    origin = tuple(np.zeros(1, dtype=np.int64) for _ in situation.game.names)
    return float(situation.observe(formula, origin)[0])


def holds_at(situation: Situation, expected: Expectation) -> bool:
    """Return whether the profile that an expectation names, or the target, is an equilibrium."""
    profile = expected.is_equilibrium
    point = situation.target if profile is None else situation.game.point(situation.definition.counts(profile))
    return individual(situation.game, point).holds


def core_failures(game: CostGame, expected: Expectation) -> Iterator[str]:
    """Yield what is not as claimed about the core of a cost game and the rules whose charges lie in it."""
    if expected.core is not None and least_core(game).empty != (expected.core == "empty"):
        yield f"the core is {'nonempty' if expected.core == 'empty' else 'empty'}"
    for method, inside in expected.in_core.items():
        if allocate(game, method).in_core != inside:
            yield f"the {method} allocation is {'not ' if inside else ''}in the core"


def anchors_at_once(definition: Definition, expected: Expectation, values: Mapping[str, Array]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the closed form about a profile and the engine's answer for many values of some parameters, without building a game for each."""
    many = draws_of(definition, expected.given.settings(), values)
    profile = expected.is_equilibrium
    if profile is None:
        profile = {} if definition.target is None else definition.target.profile
    counts = definition.counts(profile | dict(many.bound))
    return numbers(many, expected.iff or "") != 0, gains_at(many, counts).holds


def numbers(many: Draws, formula: str) -> Array:
    """Return the value of a formula that reads no count, in every draw."""
    start = [[float(a == 0) * size for a in range(len(row))] for size, row in zip(many.members, many.actions.values(), strict=True)]
    return np.broadcast_to(np.asarray(parse(formula)(many.environment(start)), dtype=float), (many.size,))


def columns(expected: Expectation, draws: list[dict[str, float]]) -> dict[str, Array]:
    """Return the draws parameter by parameter."""
    return {name: np.array([draw[name] for draw in draws]) for name in expected.vary}


def _pairs(definition: Definition, expected: Expectation, draws: list[dict[str, float]]) -> Pairs:
    if expected.core is not None or expected.in_core:
        return _about_core(definition, expected, draws)
    if expected.after_moves is not None:
        return _about_moves(definition, expected, draws)
    return _about_profile(definition, expected, draws)


def _about_core(definition: Definition, expected: Expectation, draws: list[dict[str, float]]) -> Pairs:
    many = draws_of(definition, expected.given.settings(), columns(expected, draws))
    values = definition.values(expected.given.settings())
    for formula, draw in zip((numbers(many, expected.iff or "") != 0).tolist(), draws, strict=True):
        game = build_cost_game(definition, {**values, **draw})
        yield formula, not any(True for _ in core_failures(game, expected))


def _about_moves(definition: Definition, expected: Expectation, draws: list[dict[str, float]]) -> Pairs:
    for draw in draws:
        situation = settled(definition, expected.given, draw)
        yield bool(number(situation, expected.iff or "")), not any(True for _ in path_failures(situation, expected))


def _about_profile(definition: Definition, expected: Expectation, draws: list[dict[str, float]]) -> Pairs:
    first = len(draws) if expected.given.charges is not None else BUILT
    for draw in draws[:first]:
        situation = settled(definition, expected.given, draw)
        yield bool(number(situation, expected.iff or "")), holds_at(situation, expected)
    if first < len(draws):
        quick = zip(*(row.tolist() for row in anchors_at_once(definition, expected, columns(expected, draws))), strict=True)
        yield from islice(quick, first, None)
