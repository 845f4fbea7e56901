"""Where members cooperate in each of many cases, and whether anybody gains by leaving that."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array
from .cases import Cases


def individually(cases: Cases, counts: Array) -> tuple[NDArray[np.bool_], Array, NDArray[np.intp]]:
    """Return for each case whether nobody gains by leaving a profile, the margin in money, and which move gains most (-1: none is possible).

    Where a payoff has no value the profile does not hold and the margin is NaN.
    """
    gains = cases.gains(np.arange(cases.size), counts)
    if not len(gains):
        return np.ones(cases.size, dtype=np.bool_), np.full(cases.size, np.inf), np.full(cases.size, -1)
    tolerances = cases.tolerances[[move.stakeholder for move in cases.moves]]
    holds = np.asarray((gains <= tolerances).all(axis=0), dtype=np.bool_)
    leaving = np.asarray(np.argmax(np.nan_to_num(gains, nan=np.inf, neginf=-np.inf), axis=0), dtype=np.intp)
    most = gains[leaving, np.arange(cases.size)]
    margin = np.where(np.abs(most) <= tolerances[leaving, np.arange(cases.size)], 0.0, -most)
    return holds, np.asarray(margin), np.where(np.isneginf(most), -1, leaving).astype(np.intp)


def targets(cases: Cases, excluded: Mapping[int, str]) -> tuple[Array, dict[int, str]]:
    """Return where members cooperate, and the sets that rule the target out or cannot be judged.

    Who is bound counts as cooperating where it is bound, unless the target's condition does not allow that.
    """
    definition, everywhere = cases.definition, np.arange(cases.size)
    aim = definition.target
    assert aim is not None
    counts, reasons = cases.written(aim.profile), dict(excluded)
    wanted = Cases(definition, cases.values, np.full_like(cases.bound, -1)).written(aim.profile)
    displaced = np.zeros(cases.size, dtype=np.bool_)
    for i, (name, row) in enumerate(cases.actions.items()):
        rows = slice(cases.first[i], cases.first[i] + len(row))
        displaced |= (name in aim.profile) & (counts[rows] != wanted[rows]).any(axis=0)
    if aim.condition is None or not displaced.any():
        return counts, reasons
    lost = displaced & (cases.observe(aim.condition, everywhere, counts) == 0)
    reasons |= {int(k): "the levers bind somebody in a way that rules the target out" for k in np.flatnonzero(lost)}
    return np.where(lost, wanted, counts), reasons
