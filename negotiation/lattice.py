"""The lattice of count profiles.

A count profile says how many members of each stakeholder take each action. Stakeholder `i` with `n` members and `m` actions
has `C(n + m - 1, m - 1)` count vectors, the rows of its axis; the lattice is the product of the axes. Rows stand in
descending lexicographic order, so row 0 has all members at the first action, and with one member row `a` is action `a`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import comb, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Axis:
    """The count vectors of one stakeholder.

    Parameters
    ----------
    members, actions : int
        At least 1 each.
    committed : int or None
        Index of the action that all members are bound to; the axis then has one row.
    """

    members: int
    actions: int
    committed: int | None = None

    @property
    def size(self) -> int:
        """Number of rows."""
        return 1 if self.committed is not None else comb(self.members + self.actions - 1, self.actions - 1)

    @cached_property
    def counts(self) -> Integers:
        """Count vectors, shape (size, actions)."""
        if self.committed is not None:
            row = np.zeros((1, self.actions), dtype=np.int64)
            row[0, self.committed] = self.members
            return row
        return compositions(self.members, self.actions)

    @property
    def moves(self) -> tuple[tuple[int, int], ...]:
        """Ordered pairs of actions between which a member can switch."""
        if self.committed is not None:
            return ()
        return tuple((a, b) for a in range(self.actions) for b in range(self.actions) if a != b)

    def row(self, counts: Sequence[int] | Integers) -> int:
        """Return the row of a count vector."""
        if self.committed is not None:
            return 0
        return int(_rank(np.asarray(counts, dtype=np.int64)[None, :])[0])

    def shift(self, a: int, b: int) -> Integers:
        """Return, for every row, the row after one member moves from `a` to `b`; -1 where nobody takes `a`."""
        return _shift(self.members, self.actions, a, b)


@lru_cache(maxsize=64)
def compositions(members: int, actions: int) -> Integers:
    """Return all ways to spread `members` over `actions`, shape (C(members + actions - 1, actions - 1), actions).

    Examples
    --------
    >>> compositions(2, 2).tolist()
    [[2, 0], [1, 1], [0, 2]]
    """
    rows = np.array([[members]], dtype=np.int64)
    for _ in range(actions - 1):
        left = rows[:, -1]
        repeat = np.repeat(np.arange(len(rows)), left + 1)
        start = np.cumsum(left + 1) - (left + 1)
        rest = np.arange(len(repeat)) - start[repeat]
        rows = np.column_stack([rows[repeat, :-1], left[repeat] - rest, rest])
    rows.flags.writeable = False
    return rows


def _rank(counts: Integers) -> Integers:
    """Return the row of each count vector: how many vectors stand before it."""
    actions = counts.shape[1]
    left = counts.sum(axis=1)
    rank = np.zeros(len(counts), dtype=np.int64)
    for position in range(actions - 1):
        left = left - counts[:, position]
        rank += _choose(left - 1 + actions - 1 - position, actions - 1 - position)
    return rank


def _choose(n: Integers, k: int) -> Integers:
    result = np.ones(n.shape, dtype=np.int64)
    for step in range(1, k + 1):
        result = result * (n - k + step) // step
    return np.where(n >= k, result, 0)


@lru_cache(maxsize=256)
def _shift(members: int, actions: int, a: int, b: int) -> Integers:
    if members == 1:
        rows = np.where(np.arange(actions) == a, b, -1)
        rows.flags.writeable = False
        return rows
    counts = compositions(members, actions).copy()
    possible = counts[:, a] > 0
    counts[:, a] -= 1
    counts[:, b] += 1
    rows = np.where(possible, _rank(np.maximum(counts, 0)), -1)
    rows.flags.writeable = False
    return rows


@dataclass(frozen=True)
class Lattice:
    """The product of the stakeholders' axes.

    Parameters
    ----------
    axes : tuple of Axis
        One for each stakeholder.

    Examples
    --------
    >>> Lattice((Axis(120, 2), Axis(8, 3), Axis(1, 2))).size
    10890
    """

    axes: tuple[Axis, ...]

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Rows of each axis."""
        return tuple(axis.size for axis in self.axes)

    @property
    def size(self) -> int:
        """Number of count profiles."""
        return prod(self.shape)

    def column(self, i: int, a: int) -> NDArray[np.float64]:
        """Return how many members of `i` take action `a`, shaped to broadcast over the lattice."""
        return self.along(i, self.axes[i].counts[:, a].astype(np.float64))

    def along(self, i: int, values: NDArray[Any]) -> NDArray[Any]:
        """Reshape one value a row of axis `i` to broadcast over the lattice."""
        return values.reshape([-1 if j == i else 1 for j in range(len(self.axes))])
