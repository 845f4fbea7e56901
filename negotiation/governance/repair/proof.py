"""Proofs that nothing flips on a way: interval arithmetic over ranges that are halved until all are settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ...formula import count_key
from ...intervals import Interval, RangeEnvironment, bounds
from ...numerics import Array
from ..situation import Situation
from .ways import Way

DEPTH = 14
"""How often ranges are halved."""
WIDE = 256
"""Open ranges of one parameter at which the proof is given up."""


def nothing_before(situation: Situation, ways: Sequence[Way], values: Sequence[float | None], holds: bool) -> list[bool]:
    """Prove for each way that the answer does not change before its flip, but for a last thousandth of the way there."""
    stops = [way.end if value is None else way.today + (value - way.today) * 0.999 for way, value in zip(ways, values, strict=True)]
    of, hopeless = np.arange(len(ways)), set[int]()
    low, high = (np.array([end(way.today, stop) for way, stop in zip(ways, stops, strict=True)]) for end in (min, max))
    for _ in range(DEPTH):
        open_ = ~_settled(situation, ways, (of, low, high), holds)
        of, low, high = of[open_], low[open_], high[open_]
        many = np.bincount(of, minlength=len(ways))[of] > WIDE
        given_up = np.unique(of[many])
        of, low, high = of[~many], low[~many], high[~many]
        hopeless.update(given_up.tolist())
        if not of.size:
            break
        middle = (low + high) / 2
        of, low, high = np.concatenate([of, of]), np.concatenate([low, middle]), np.concatenate([middle, high])
    return [k not in hopeless and k not in of for k in range(len(ways))]


def _settled(situation: Situation, ways: Sequence[Way], ranges: tuple[NDArray[np.intp], Array, Array], holds: bool) -> NDArray[np.bool_]:
    """Return for which ranges, each of the parameter of its way, it is proven that the answer is `holds` throughout."""
    definition, counts = situation.definition, situation.target_counts
    of, low, high = ranges
    parameters = {key: Interval(value, value) for key, value in situation.values.items()}
    for name in {way.name for way in ways}:
        mine = np.isin(of, [k for k, way in enumerate(ways) if way.name == name])
        if mine.any():
            parameters[name] = Interval(np.where(mine, low, situation.values[name]), np.where(mine, high, situation.values[name]))
    here = RangeEnvironment(parameters | _keys(counts, None), definition.formulas)
    never, surely = np.zeros(of.shape, dtype=bool), np.ones(of.shape, dtype=bool)
    for stakeholder, row in counts.items():
        if stakeholder in situation.bound:
            continue
        for action, to in product([action for action, count in row.items() if count], row):
            if action == to:
                continue
            there = RangeEnvironment(parameters | _keys(counts, (stakeholder, action, to)), definition.formulas)
            stay, leave = bounds(situation.payoff_formula(stakeholder, action), here), bounds(situation.payoff_formula(stakeholder, to), there)
            surely &= np.greater_equal(stay.low, leave.high)
            never |= np.greater(leave.low - stay.high, 1e-8 * np.maximum(np.abs(leave.low), np.abs(stay.high)))
    return surely if holds else never


def _keys(counts: Mapping[str, Mapping[str, int]], switch: tuple[str, str, str] | None) -> dict[str, Interval]:
    keys = {}
    for name, row in counts.items():
        size = float(sum(row.values()))
        keys[count_key("members", name)] = Interval(size, size)
        for action, count in row.items():
            now = float(count + (0 if switch is None or switch[0] != name else (action == switch[2]) - (action == switch[1])))
            keys[count_key("count", name, action)] = Interval(now, now)
            keys[count_key("share", name, action)] = Interval(now / size, now / size)
    return keys
