"""The tests beyond single members under many values of the parameters: blocs in every draw, formation in some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..budget import Budget
from ..formula import Value
from ..lattice import Axis
from ..numerics import ARITHMETIC, ROUND_OFF, Array
from ..program import Moved
from .draws import Draws
from .levers.cases import Cases
from .levers.forming import forming
from .levers.standing import targets
from .situation import Situation

Counts = Mapping[str, Mapping[str, int]]


class JointMove(NamedTuple):
    """Members of one stakeholder that all leave the action where all stand: how many take each action afterwards, and who arrives where."""

    stakeholder: int
    action: int
    after: tuple[float, ...]
    arriving: tuple[int, ...]


def divided(draws: Draws, counts: Counts) -> tuple[str, ...]:
    """Return the stakeholders with several members that stand at several actions of a profile."""
    return tuple(name for name in draws.actions if name not in draws.bound and sum(count > 0 for count in counts[name].values()) > 1)


def joint_moves(draws: Draws, counts: Counts) -> int:
    """Return how many payoffs have to be looked at in each draw to test all blocs, without listing the moves."""
    number = 0
    for (name, actions), size in zip(draws.actions.items(), draws.members, strict=True):
        if name not in draws.bound and len(actions) > 1:
            number += Axis(size, len(actions)).size * (len(actions) - 1)
    return number


def blocs_hold(draws: Draws, counts: Counts) -> NDArray[np.bool_]:
    r"""Return for each draw whether no stakeholder gains by moving any number of its members together from where they all stand.

    A joint move breaks the profile when each of its movers gains: :math:`\min_b u_i(b \mid c') > u_i(a \mid c)` over the actions b at which
    somebody arrives. One evaluation of a payoff for each destination of each move.

    Parameters
    ----------
    draws : Draws
    counts : mapping
        A profile by names at which no stakeholder is :func:`divided`.

    References
    ----------
    R. J. Aumann (1959), as for :func:`~negotiation.governance.stability.bloc`.
    """
    rows = [[float(counts[name].get(action, 0)) for action in actions] for name, actions in draws.actions.items()]
    moves = list(_moves(draws, rows))
    holds = np.ones(draws.size, dtype=np.bool_)
    with np.errstate(all="ignore"):
        for part, block in draws.blocks():
            here = block.reading(rows)
            for i, action, after, arriving in moves:
                stay = here.of(block.formulas[i][action])
                there = Moved(here, i, partial(_now, after))
                least: Value = np.inf
                for b in arriving:
                    earned = there.of(block.formulas[i][b])
                    least = np.minimum(least, np.subtract(earned, stay) - (ROUND_OFF + ARITHMETIC) * np.maximum(np.abs(earned), np.abs(stay)))
                holds[part] &= np.less_equal(least, 0.0)
    return holds


def _moves(draws: Draws, rows: list[list[float]]) -> Iterator[JointMove]:
    for i, ((name, actions), size) in enumerate(zip(draws.actions.items(), draws.members, strict=True)):
        if name in draws.bound:
            continue
        action = int(np.argmax(rows[i]))
        for after in Axis(size, len(actions)).counts.tolist():
            arriving = tuple(b for b, count in enumerate(after) if count and b != action)
            if arriving:
                yield JointMove(i, action, tuple(map(float, after)), arriving)


def _now(after: tuple[float, ...], action: int, count: Value) -> Value:
    return after[action]


def draws_form(situation: Situation, values: Mapping[str, Array], size: int, budget: Budget | None = None) -> tuple[list[bool], str]:
    """Return for each draw in which the target holds whether it forms from the status quo; empty, and why, where that was given up.

    Parameters
    ----------
    situation : Situation
        With a status quo.
    values : mapping of str to ndarray
        The parameters that are drawn, shape (size,).
    size : int
    budget : Budget, optional
    """
    definition = situation.definition
    aim, start = definition.target, definition.status_quo
    assert aim is not None
    assert start is not None
    bound = np.full((len(definition.stakeholders), size), -1)
    for i, (name, stakeholder) in enumerate(definition.stakeholders.items()):
        if name in situation.bound:
            bound[i] = list(stakeholder.actions).index(situation.bound[name])
    cases = Cases(definition, {**situation.values, **values}, bound)
    target, ruled_out = targets(cases, {})
    asked = np.array([k for k in range(size) if k not in ruled_out], dtype=np.intp)
    words, why = forming(cases, asked, cases.written(start), target, aim.condition, budget=budget)
    found = dict(zip(asked.tolist(), words, strict=True))
    return ([] if None in words else [found.get(k) == "forms" for k in range(size)]), why
