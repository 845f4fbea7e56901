"""What an expectation claims about tipping: from how many members on joining pays.

Members of one stakeholder leave what they do today, one after the other, for what the target asks of them, while all others stand at the target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ..definition import Definition, Expectation
from ..errors import NotApplicableError
from ..numerics import ARITHMETIC, ROUND_OFF, Array
from .anchors import columns, drawn, numbers
from .draws import Draws, draws_of


def tipping_failures(definition: Definition, expected: Expectation, *, tested: bool = True) -> Iterator[str]:
    """Yield where a number of members from which joining pays is not the one claimed; `tested` asks for draws that give several numbers."""
    values = columns(expected, drawn(expected)) if expected.vary else {}
    for name, (claimed, found) in tips_at_once(definition, expected, values).items():
        wrong = np.flatnonzero(claimed != found)
        if len(wrong):
            k = int(wrong[0])
            where = f", at { {key: float(column[k]) for key, column in values.items()} }" if values else ""
            yield f"joining pays for '{name}' from {found[k]:g} members on, not from {claimed[k]:g}{where}"
        elif tested and expected.vary and len(np.unique(found)) < 2:
            yield f"joining pays for '{name}' from {found[0]:g} members on in all draws: the ranges of 'vary' do not test the number"


def tips_at_once(definition: Definition, expected: Expectation, values: Mapping[str, Array]) -> dict[str, tuple[Array, Array]]:
    """Return the number claimed and the number found for each stakeholder, under many values of some parameters.

    The claimed number is read between 1 and one more than there are members, which stands for never.
    """
    many = draws_of(definition, expected.given.settings(), values)
    found = {name: np.array([_tips(one, name) for one in _each(many)], dtype=float) for name in expected.tips_at}
    most = dict(zip(many.actions, many.members, strict=True))
    return {name: (np.clip(numbers(many, formula), 1, most[name] + 1), found[name]) for name, formula in expected.tips_at.items()}


def _each(many: Draws) -> Iterator[Draws]:
    for k in range(many.size):
        yield Draws(
            many.definition, {name: value[k] if isinstance(value, np.ndarray) and value.ndim else value for name, value in many.values.items()}, 1, many.bound
        )


def _tips(one: Draws, name: str) -> int:
    """Return the least number of members from which on every further one that joins does not lose by it."""
    i, (start, goal) = list(one.actions).index(name), ends(one.definition, name)
    if name in one.bound:
        raise NotApplicableError(f"a lever binds '{name}' to '{one.bound[name]}', so that nobody of them chooses", "switch it off here ('given')")
    members = one.members[i]
    joined = np.arange(1, members + 1, dtype=float)
    many = Draws(one.definition, one.values, members, one.bound)
    with np.errstate(all="ignore"):
        goes, stays = (many.payoff(_counts(many, i, {goal: count, start: members - count}), i, a) for count, a in ((joined, goal), (joined - 1, start)))
    return members + 1 - _last(goes - stays >= -(ROUND_OFF + ARITHMETIC) * np.maximum(np.abs(goes), np.abs(stays)))


def _last(true: NDArray[np.bool_]) -> int:
    """Return how many are true at the end, without a break."""
    return int(np.argmin(true[::-1])) if not true.all() else len(true)


def _counts(many: Draws, i: int, mine: Mapping[int, Array]) -> list[list[float | Array]]:
    target = many.definition.target
    counts = many.definition.counts({} if target is None else target.profile | dict(many.bound))
    rows: list[list[float | Array]] = [[float(counts[name][action]) for action in actions] for name, actions in many.actions.items()]
    rows[i] = [mine.get(a, np.zeros(many.size)) for a in range(len(rows[i]))]
    return rows


def ends(definition: Definition, name: str) -> tuple[int, int]:
    """Return the action that all members of a stakeholder take today, and the one that they take in the target."""
    target = {} if definition.target is None else definition.target.profile
    today, then = (definition.counts(profile)[name] for profile in (definition.status_quo or {}, target))
    actions = list(today)
    return actions.index(max(today, key=lambda a: today[a])), actions.index(max(then, key=lambda a: then[a]))
