"""Conditions that people can read: when does nobody gain by leaving the target, in symbols and in today's numbers?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import NotApplicableError, unknown
from ..formula import count_key, parse
from ..numerics import ROUND_OFF, shown
from ..symbols import Expression, Translation, numeric, solutions, sum_sides, text
from .condition import Bound, Condition
from .draws import Draws, gains_at
from .situation import Situation

AFTER = "′"
"""Marks a definition's value after the switch, where it differs from the value before."""

MAX_TERMS = 14
"""Terms above which a condition is shown as it stands instead of multiplied out."""


def conditions(situation: Situation, stakeholder: str | None = None) -> tuple[Condition, ...]:
    r"""Return the conditions of the individual test at the target, one for each switch of a single member.

    .. math:: u_i(a \mid s) \ge u_i(b \mid s - e_a + e_b)

    Conditions, minima and maxima inside the formulas are resolved at today's numbers and listed as provisos; definitions that the
    switch does not change stay names.

    Parameters
    ----------
    situation : Situation
    stakeholder : str, optional
        Only this one's.

    Returns
    -------
    tuple of Condition
        Smallest margin first.

    Raises
    ------
    UnknownNameError
        For a stakeholder that the game does not have.
    NotApplicableError
        When the game names no target, or nobody has a choice there.
    """
    game, counts = situation.game, situation.target_counts
    if stakeholder is not None and stakeholder not in game.names:
        raise unknown("stakeholder", stakeholder, game.names)
    _ = situation.target
    found = [
        _condition(situation, i, a, b)
        for i, name in enumerate(game.names)
        if stakeholder in (None, name) and name not in situation.bound
        for a, action in enumerate(game.actions[i])
        if counts[name][action]
        for b in range(len(game.actions[i]))
        if b != a
    ]
    if not found:
        raise NotApplicableError("nobody has a choice at the target", "switch levers off that bind everybody, or name another stakeholder")
    return tuple(sorted(found, key=lambda condition: condition.margin))


def _condition(situation: Situation, i: int, a: int, b: int) -> Condition:
    game, definitions = situation.game, situation.definition.formulas
    name, action, to = game.names[i], game.actions[i][a], game.actions[i][b]
    staying, leaving = (parse(situation.definition.payoffs[name][which]) for which in (action, to))
    before, after = _keys(situation, None), _keys(situation, (name, action, to))
    here, there = Translation(before, situation.values, definitions), Translation(after, situation.values, definitions)
    full = here.of(staying) - there.of(leaving)
    met = (staying.names | leaving.names) & definitions.keys()
    renamed = {key: key if here.named(key) == there.named(key) else f"{key}{AFTER}" for key in met}
    values = {**situation.values, **{key: here.at(here.named(key)) for key in met}, **{new: there.at(there.named(key)) for key, new in renamed.items()}}
    stay, leave = Translation(before, values, definitions, {key: key for key in met}), Translation(after, values, definitions, renamed)
    left, right, factor = sum_sides(stay.of(staying) - leave.of(leaving), values, MAX_TERMS)
    margin = numeric(full, situation.values)
    provisos = tuple({**stay.provisos, **leave.provisos, **here.provisos, **there.provisos})
    shown_names = {part.name for part in (left - right).free_symbols}
    means = {key: (situation.definition.definitions[key.removesuffix(AFTER)], values[key]) for key in sorted(shown_names - situation.values.keys())}
    holds = margin >= -max(game.tolerances[i], ROUND_OFF * abs(margin))
    sides = numeric(left, values), numeric(right, values)
    found = Condition(name, action, to, text(left), text(right), text(factor), *sides, margin, holds, provisos, (), means, "")
    return replace(found, bounds=_bounds(situation, full, found), sentence=_sentence(situation, found))


def _sentence(situation: Situation, found: Condition) -> str:
    game = situation.game
    i = game.index(found.stakeholder)
    a, b = (game.actions[i].index(which) for which in (found.action, found.to))
    who = f"A member of {game.label(i)}" if game.members[i] > 1 else game.label(i)
    amount = f"{shown(abs(found.margin))} {game.money}"
    gain = f"would lose {amount}" if found.margin >= 0 else f"gains {amount}"
    times = "" if found.factor == "1" else f", both times {found.factor}"
    today = f"today {shown(found.left_today)} against {shown(found.right_today)}{times}"
    return f"{who} {gain} by going from “{game.label(i, a)}” to “{game.label(i, b)}”. It stays as long as {found.left} >= {found.right} ({today})."


def _keys(situation: Situation, switch: tuple[str, str, str] | None) -> dict[str, float]:
    """Return what counts and shares are at the target, or after one member's switch."""
    keys: dict[str, float] = {}
    for name, row in situation.target_counts.items():
        size = sum(row.values())
        keys[count_key("members", name)] = float(size)
        for action, count in row.items():
            moved = 0 if switch is None or switch[0] != name else (action == switch[2]) - (action == switch[1])
            keys[count_key("count", name, action)] = float(count + moved)
            keys[count_key("share", name, action)] = (count + moved) / size
    return keys


def _bounds(situation: Situation, margin: Expression, found: Condition) -> tuple[Bound, ...]:
    """Solve the margin for every parameter in which it is linear; keep what the game itself confirms, nearest to today first."""
    candidates = []
    for name in sorted(part.name for part in margin.free_symbols):
        solved = solutions(margin, name)
        if solved is None:
            continue
        slope, root = solved
        others = {key: value for key, value in situation.values.items() if key != name}
        steep, value = numeric(slope, others), numeric(root, others)
        if steep and math.isfinite(value):
            entry = situation.definition.parameters[name]
            within = (entry.low is None or value >= entry.low) and (entry.high is None or value <= entry.high)
            candidates.append(Bound(name, "at least" if steep > 0 else "at most", value, situation.values[name], within, text(root)))
    kept = [bound for bound, true in zip(candidates, _confirmed(situation, candidates, found), strict=True) if true]
    return tuple(sorted(kept, key=lambda bound: abs(bound.value - bound.today) / max(abs(bound.today), abs(bound.value), 1e-300)))


def _confirmed(situation: Situation, bounds: Sequence[Bound], found: Condition) -> list[bool]:
    """Return for each bound whether the mover gains nothing there: a proviso may have changed on the way."""
    if not bounds:
        return []
    values = {name: np.full(len(bounds), situation.values[name]) for name in {bound.parameter for bound in bounds}}
    for k, bound in enumerate(bounds):
        values[bound.parameter][k] = bound.value
    draws = Draws(situation.definition, {**situation.values, **values}, len(bounds), situation.bound)
    gains = gains_at(draws, situation.target_counts)
    game = situation.game
    i = game.index(found.stakeholder)
    row = gains.switches.index((i, game.actions[i].index(found.action), game.actions[i].index(found.to)))
    size = max(abs(found.left_today), abs(found.right_today), abs(found.margin), game.tolerances[i])
    return [bool(abs(gain) <= 1e-6 * size) for gain in gains.gains[row]]
