"""Formulas over count profiles: the values of counts, shares and definitions, computed when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from .formula import Formula, Value, count_key, needed_first
from .lattice import Axis, Lattice

TOTAL_USE = "total_use"
"""Name by which a cost formula reads what all members of the coalition use together, unless the game has a parameter of that name."""


class ProfileEnvironment(dict[str, Value]):
    """What a payoff formula can read, at many count profiles at once.

    Parameters
    ----------
    actions : mapping of str to sequence of str
        Action names of each stakeholder.
    members : sequence of int
        Members of each stakeholder.
    column : callable
        ``column(i, a)`` is how many members of `i` take action `a`, at every profile: arrays that broadcast together.
    parameters : mapping of str to Value
        Numbers, or arrays of draws shaped to broadcast in front of the profiles' axes.
    definitions : mapping of str to Formula
        In any order, without cycles.
    """

    def __init__(
        self,
        actions: Mapping[str, Sequence[str]],
        members: Sequence[int],
        column: Callable[[int, int], Value],
        parameters: Mapping[str, Value],
        definitions: Mapping[str, Formula],
    ) -> None:
        super().__init__(parameters)
        self.definitions = definitions
        self._members = tuple(members)
        self._column = column
        self._columns = {count_key("count", name, action): (i, a) for i, name in enumerate(actions) for a, action in enumerate(actions[name])}
        for size, name in zip(members, actions, strict=True):
            self[count_key("members", name)] = float(size)

    def __missing__(self, key: str) -> Value:
        value: Value
        if key in self.definitions:
            for name in needed_first(key, self.definitions, self):
                self[name] = self.definitions[name].value(self)
            return self[key]
        elif key.startswith("share("):
            count = f"count({key[6:]}"
            value = self[count] / self._members[self._columns[count][0]]
        else:
            value = self._column(*self._columns[key])
        self[key] = value
        return value


class CoalitionEnvironment(dict[str, Value]):
    """What a cost formula can read: how many members of each class a coalition has.

    Parameters
    ----------
    members : mapping of str to int
        Members of each class.
    parameters, definitions
        As in :class:`ProfileEnvironment`; definitions that read the count profile cannot be used here.
    counts : sequence of Value
        How many members of each class are there: one array a class, which broadcast together.
    """

    def __init__(self, members: Mapping[str, int], parameters: Mapping[str, Value], definitions: Mapping[str, Formula], counts: Sequence[Value]) -> None:
        super().__init__(parameters)
        self._definitions = definitions
        for (name, size), count in zip(members.items(), counts, strict=True):
            self[count_key("members", name)] = float(size)
            self[count_key("count", name)] = count

    def __missing__(self, key: str) -> Value:
        for name in needed_first(key, self._definitions, self):
            self[name] = self._definitions[name].value(self)
        return self[key]


def coalition_counts(members: Sequence[int]) -> list[Value]:
    """Return how many members of each class are there in every coalition: arrays 0, 1, ..., one axis a class."""
    return [np.arange(size + 1.0).reshape([-1 if j == i else 1 for j in range(len(members))]) for i, size in enumerate(members)]


class SampledAxis(Axis):
    """An axis reduced to telling rows: unanimity, one or two deviators, halves, all equal."""

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.counts)

    @property
    def counts(self) -> np.ndarray:
        """Count vectors, shape (size, actions)."""
        return _telling_rows(self.members, self.actions)


@lru_cache(maxsize=256)
def _telling_rows(members: int, actions: int) -> np.ndarray:
    steps = [step for step in (0, min(1, members), min(2, members), members // 2, members - 1) if step >= 0]
    rows = {_mix(members, actions, (a, b), step) for a in range(actions) for b in range(actions) for step in steps}
    found = np.array(sorted(rows, reverse=True), dtype=np.int64)
    found.setflags(write=False)
    return found


def _mix(members: int, actions: int, between: tuple[int, int], step: int) -> tuple[int, ...]:
    row = [0] * actions
    row[between[0]] += members - step
    row[between[1]] += step
    return tuple(row)


def sampled_lattice(members: Sequence[int], actions: Sequence[int], limit: int = 50_000) -> Lattice:
    """Return a lattice of at most about `limit` profiles: whole where it fits, else its telling rows."""
    axes = [Axis(n, m) for n, m in zip(members, actions, strict=True)]
    for i in sorted(range(len(axes)), key=lambda i: -axes[i].size):
        if Lattice(tuple(axes)).size > limit:
            axes[i] = SampledAxis(axes[i].members, axes[i].actions)
    return Lattice(tuple(axes))
