"""Pairs of a case and a profile, and the row at which each stakeholder stands on its axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...lattice import Axis
from ...numerics import Array

Indices = NDArray[np.intp]
BOX = 2**20
"""Entries up to which a table turns counts into rows."""


class Places:
    """Some pairs of a case and a profile.

    Rows and counts may have any shapes that broadcast with the cases: a profile for each case, or many profiles for each.

    Parameters
    ----------
    cases : ndarray of int
        The case of each pair.
    axes : sequence of Axis
    counts : sequence of sequence of ndarray
        For each stakeholder the members at each action.
    rows : mapping of int to ndarray, optional
        The rows of some axes, where they are known.
    """

    def __init__(self, cases: Indices, axes: Sequence[Axis], counts: Sequence[Sequence[Array]], rows: Mapping[int, Indices] | None = None) -> None:
        self.cases, self.axes, self.counts = cases, axes, counts
        self._rows = dict(rows or {})

    def row(self, i: int) -> Indices:
        """Return the row at which a stakeholder stands."""
        if i not in self._rows:
            self._rows[i] = rank(self.axes[i], self.counts[i])
        return self._rows[i]


def listed(axis: Axis) -> bool:
    """Return whether the rows of an axis are few enough to be looked up by counts."""
    return axis.members == 1 or bool((axis.members + 1) ** (axis.actions - 1) <= BOX)


def rank(axis: Axis, counts: Sequence[Array]) -> Indices:
    """Return the row of each count vector."""
    if not listed(axis):
        different, which = np.unique(np.stack(np.broadcast_arrays(*counts), axis=-1), axis=0, return_inverse=True)
        return np.array([axis.row(one.astype(np.int64)) for one in different], dtype=np.intp)[which.ravel()]
    weights, rows = _ranking(axis)
    place: Array = sum((weight * count for weight, count in zip(weights[2:], counts[2:], strict=True)), start=np.asarray(counts[min(1, axis.actions - 1)]))
    found: Indices = place.astype(np.intp) if axis.actions > 1 else np.zeros(place.shape, dtype=np.intp)
    return found if rows is None else rows[found]


@lru_cache(maxsize=256)
def columns(axis: Axis) -> tuple[Array, ...]:
    """Return how many take each action at each row of an axis."""
    return tuple(np.ascontiguousarray(column, dtype=np.float64) for column in axis.counts.T)


@lru_cache(maxsize=256)
def shifted(axis: Axis, a: int, b: int) -> Indices:
    """Return how many rows further a member's switch leads, for each row; 0 where nobody can make it."""
    rows = axis.shift(a, b)
    found: Indices = np.where(rows < 0, 0, rows - np.arange(len(rows))).astype(np.intp)
    return found


@lru_cache(maxsize=256)
def _ranking(axis: Axis) -> tuple[tuple[float, ...], Indices | None]:
    """Return weights of the counts that tell all rows of an axis apart, and the row of each sum; None where it is the sum."""
    if axis.members == 1 or axis.actions <= 2:
        return tuple(map(float, range(axis.actions))), None
    weights = (0.0, *((axis.members + 1.0) ** power for power in range(axis.actions - 1)))
    rows = np.zeros((axis.members + 1) ** (axis.actions - 1), dtype=np.intp)
    rows[(axis.counts @ np.array(weights)).astype(np.intp)] = np.arange(axis.size)
    return weights, rows
