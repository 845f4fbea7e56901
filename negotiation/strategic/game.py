"""A finite game between stakeholders of identical members, on count profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import NotApplicableError
from ..lattice import Axis, Lattice
from ..numerics import Array, frozen, round_off

MANY_POINTS = 500
Points = tuple[NDArray[np.int64], ...]
"""Count profiles: for each stakeholder the rows of its axis, all arrays of one length."""


class Move(NamedTuple):
    """A switch of one member of `stakeholder` from action `a` to action `b` (all indices)."""

    stakeholder: int
    a: int
    b: int


@dataclass(frozen=True, eq=False)
class Game:
    """A role-symmetric game in strategic form.

    Parameters
    ----------
    names : tuple of str
        Stakeholders.
    actions : tuple of tuple of str
        Actions of each stakeholder.
    lattice : Lattice
        The count profiles; one axis a stakeholder.
    payoffs : tuple of tuple of ndarray
        ``payoffs[i][a]`` is what one member of `i` earns when it takes `a`, at the count profile that includes it: shape
        broadcastable to ``lattice.shape``, in the game's money unit; axis `i` has size 1 where `i` has one member.
        Entries where nobody takes `a` have no meaning.
    title, money : str
        For people.
    labels : mapping
        Names and ``name.action`` to the words that people read.

    Notes
    -----
    An ordinary n-player game is the case in which every stakeholder has one member; see :meth:`from_tables`.
    """

    names: tuple[str, ...]
    actions: tuple[tuple[str, ...], ...]
    lattice: Lattice
    payoffs: tuple[tuple[Array, ...], ...]
    title: str = ""
    money: str = ""
    labels: Mapping[str, str] | None = None

    @classmethod
    def from_tables(
        cls, tables: Sequence[NDArray[np.float64]], names: Sequence[str] = (), actions: Sequence[Sequence[str]] = (), title: str = "", money: str = ""
    ) -> Game:
        """Return the n-player game with payoff tables ``tables[i]`` of shape (m_1, ..., m_n).

        Examples
        --------
        >>> game = Game.from_tables([np.array([[2, 0], [0, 1]]), np.array([[1, 0], [0, 2]])])
        >>> game.lattice.size
        4
        """
        shape = np.shape(tables[0])
        names = tuple(names) or tuple(str(i + 1) for i in range(len(shape)))
        labels = tuple(tuple(row) for row in actions) or tuple(tuple(str(a + 1) for a in range(m)) for m in shape)
        lattice = Lattice(tuple(Axis(1, m) for m in shape))
        copies = [frozen(table) for table in tables]
        payoffs = tuple(tuple(table[(slice(None),) * i + (slice(a, a + 1),)] for a in range(shape[i])) for i, table in enumerate(copies))
        return cls(names, labels, lattice, payoffs, title, money)

    # --- who and what

    @property
    def members(self) -> tuple[int, ...]:
        """Members of each stakeholder."""
        return tuple(axis.members for axis in self.lattice.axes)

    @property
    def is_ordinary(self) -> bool:
        """Whether every stakeholder has one member and is free to choose."""
        return all(axis.members == 1 and axis.committed is None for axis in self.lattice.axes)

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """Every switch of one member from one action to another."""
        return tuple(Move(i, a, b) for i, axis in enumerate(self.lattice.axes) for a, b in axis.moves)

    @cached_property
    def tolerances(self) -> tuple[float, ...]:
        """For each stakeholder, the difference of payoffs that counts as round-off."""
        return tuple(round_off(*rows) for rows in self.payoffs)

    @cached_property
    def tables(self) -> tuple[Array | None, ...]:
        """For each stakeholder its payoffs as one array over the lattice, in one piece of memory; None unless they are stored that way."""
        return tuple(_table(rows, i, self.lattice.shape) for i, rows in enumerate(self.payoffs))

    def label(self, i: int, a: int | None = None) -> str:
        """Return what people call a stakeholder or one of its actions."""
        key = self.names[i] if a is None else f"{self.names[i]}.{self.actions[i][a]}"
        default = self.names[i] if a is None else self.actions[i][a]
        return (self.labels or {}).get(key) or default

    def index(self, name: str) -> int:
        """Return the index of a stakeholder."""
        return self.names.index(name)

    # --- profiles

    def point(self, counts: Mapping[str, Mapping[str, int]]) -> Points:
        """Return the rows of a count profile given by names.

        Raises
        ------
        NotApplicableError
            When a committed stakeholder stands elsewhere in `counts`.
        """
        rows = []
        for name, actions, axis in zip(self.names, self.actions, self.lattice.axes, strict=True):
            row = [int(counts[name].get(action, 0)) for action in actions]
            rows.append(np.array([axis.row(row)]))
            if axis.committed is not None and row[axis.committed] != axis.members:
                raise NotApplicableError(f"'{name}' is committed to '{actions[axis.committed]}'", "switch the lever off or change the profile")
        return tuple(rows)

    def counts(self, points: Points, k: int = 0) -> dict[str, dict[str, int]]:
        """Return the `k`-th of `points` by names."""
        return {
            name: dict(zip(actions, (int(count) for count in axis.counts[rows[k]]), strict=True))
            for name, actions, axis, rows in zip(self.names, self.actions, self.lattice.axes, points, strict=True)
        }

    def taken(self, i: int, a: int, points: Points) -> NDArray[np.int64]:
        """Return how many members of `i` take `a` at each point."""
        counts: NDArray[np.int64] = self.lattice.axes[i].counts[points[i], a]
        return counts

    def payoff(self, i: int, a: int, points: Points) -> Array:
        """Return what a member of `i` earns with `a` at each point."""
        return gather(self.payoffs[i][a], points)

    def after(self, move: Move, points: Points) -> Points:
        """Return the points after `move`; where nobody can make it, the row is -1."""
        i = move.stakeholder
        return (*points[:i], self.lattice.axes[i].shift(move.a, move.b)[points[i]], *points[i + 1 :])

    def gain(self, move: Move, points: Points) -> Array:
        """Return what the moving member gains at each point; NaN where nobody can make the move."""
        i = move.stakeholder
        later = self.after(move, points)
        possible = later[i] >= 0
        there = (*later[:i], np.maximum(later[i], 0), *later[i + 1 :])
        return np.where(possible, self.payoff(i, move.b, there) - self.payoff(i, move.a, points), np.nan)

    def welfare(self, points: Points) -> Array:
        """Return the sum of all members' payoffs at each point."""
        total = np.zeros(points[0].shape)
        for i, actions in enumerate(self.actions):
            for a in range(len(actions)):
                count = self.taken(i, a, points)
                total += np.where(count > 0, count * np.nan_to_num(self.payoff(i, a, points)), 0.0)
        return total


def _table(rows: Sequence[Array], i: int, shape: tuple[int, ...]) -> Array | None:
    """Return the array of which `rows` are the slices along axis `i`."""
    whole = rows[0].base
    if whole is None or whole.shape != shape or not whole.flags.c_contiguous or len(rows) != shape[i]:
        return None
    slices = [whole[(slice(None),) * i + (slice(a, a + 1),)] for a in range(len(rows))]
    where = [[(one.shape, one.strides, one.dtype, one.__array_interface__["data"]) for one in some] for some in (rows, slices)]
    return whole if where[0] == where[1] else None


def gather(array: Array, points: Points) -> Array:
    """Return the entries of `array` (broadcastable to the lattice) at each point.

    Many points are looked up by one index into the memory, so that axes of size 1 cost nothing.
    """
    if points[0].size < MANY_POINTS:
        found: Array = array[tuple(rows if size > 1 else 0 for size, rows in zip(array.shape, points, strict=True))]
        return found if found.ndim else np.full(points[0].shape, float(found))
    steps = [stride // array.itemsize for stride in array.strides]
    index = np.zeros(points[0].shape, dtype=np.int64)
    for rows, step, size in zip(points, steps, array.shape, strict=True):
        if size > 1:
            index += rows * step
    span = 1 + sum((size - 1) * step for size, step in zip(array.shape, steps, strict=True))
    flat: Array = np.lib.stride_tricks.as_strided(array, (span,), (array.itemsize,), writeable=False)
    return flat[index]
