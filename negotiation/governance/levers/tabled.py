"""What formulas read, in tables: a step has one value for each combination of the parameters and the counts that it reads.

Many cases agree in what a step reads of them, and many profiles in what it reads of them. Where such combinations are few, all of them are
worked out at once, and the step is looked up at every pair of case and profile; only the last steps of a payoff are left to work out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, reduce
from math import prod
from typing import NamedTuple

import numpy as np

from ...formula import Formula, Value
from ...lattice import Axis
from ...numerics import Array
from ...program import Moved, Program, Reading
from .places import Indices, Places, columns, listed


class Group(NamedTuple):
    """Cases told apart by some parameters: the number of each case's group, and one case of each group."""

    number: Indices
    first: Indices


class Table(NamedTuple):
    """All values of a step: one for each group of cases and each row of the axes of the stakeholders in `strides`.

    Tables with the same `key` are read at the same places.
    """

    key: tuple[frozenset[int], frozenset[int]]
    values: Array
    offset: Indices
    strides: Mapping[int, int]


class Tabled:
    """Some formulas of a program, with the values of their steps as far as these are few.

    Parameters
    ----------
    program : Program
    formulas : iterable of Formula
        All of the program.
    values : mapping of str to float or ndarray
        Every parameter: one number, or one a case.
    axes : sequence of Axis
        One for each stakeholder.
    size : int
        Number of cases.
    limit : int
        Values that a table has at most.
    """

    def __init__(self, program: Program, formulas: Iterable[Formula], values: Mapping[str, Value], axes: Sequence[Axis], *, size: int, limit: int) -> None:
        self.program, self.axes, self.size = program, axes, size
        asked = tuple(formulas)
        with np.errstate(all="ignore"):
            self.constants = program.constants(asked, values)
            self.varied = frozenset(k for k, value in self.constants.items() if np.ndim(value))
            making = _Making(self, limit)
            self.tables = making.tables(asked)
        self.known = frozenset(self.tables)
        self._groups = {formula: making.groups[making.reads[program.plan(formula)[0]]] for formula in asked}

    def group(self, *formulas: Formula) -> Group:
        """Return the cases told apart by all the parameters that some of the formulas read."""
        return reduce(refined, (self._groups[formula] for formula in formulas))

    def readers(self, *formulas: Formula) -> frozenset[int]:
        """Return the stakeholders whose counts some of the formulas read."""
        return frozenset[int]().union(*(self.program.steps[self.program.plan(formula)[0]].readers for formula in formulas))

    def at(self, places: Places) -> Here:
        """Return what the formulas read at some pairs."""
        return Here(self, places)


class Here(Reading):
    """What formulas read at some pairs of case and profile."""

    def __init__(self, tabled: Tabled, places: Places) -> None:
        super().__init__(tabled.program, self._found, tabled.known)
        self.tabled, self.places = tabled, places
        self._entries: dict[object, Indices] = {}

    def entries(self, table: Table) -> Indices:
        """Return where a table is read at each pair."""
        if table.key not in self._entries:
            rows = [stride * self.places.row(i) if stride > 1 else self.places.row(i) for i, stride in table.strides.items()]
            self._entries[table.key] = reduce(np.add, [table.offset[self.places.cases], *rows] if table.key[0] else rows)
        return self._entries[table.key]

    def _found(self, k: int) -> Value:
        tabled = self.tabled
        if k in tabled.tables:
            table = tabled.tables[k]
            return table.values[self.entries(table)]
        if k in tabled.constants:
            value = tabled.constants[k]
            return np.asarray(value)[self.places.cases] if k in tabled.varied else value
        i, a = tabled.program.count(k)
        return self.places.counts[i][a]


class After(Moved):
    """The same after members of one stakeholder have moved.

    Parameters
    ----------
    before : Here
    stakeholder : int
    move : callable
        ``move(a, count)`` is how many take action `a` afterwards.
    further : callable
        Returns by how many rows of its axis the stakeholder moves; only called where a table reads that.
    """

    def __init__(self, before: Here, stakeholder: int, move: Callable[[int, Value], Value], further: Callable[[], Indices]) -> None:
        super().__init__(before, stakeholder, move)
        self._here, self._move_on = before, further
        self._entries: dict[object, Indices] = {}

    @cached_property
    def _further(self) -> Indices:
        return self._move_on()

    def __missing__(self, k: int) -> Value:
        table = self._here.tabled.tables.get(k)
        if table is None or self._stakeholder not in table.strides:
            return super().__missing__(k)
        if table.key not in self._entries:
            self._entries[table.key] = self._here.entries(table) + table.strides[self._stakeholder] * self._further
        self[k] = table.values[self._entries[table.key]]
        return self[k]


class _Making:
    """The tables while they are made; most are only parts of others and are let go."""

    def __init__(self, tabled: Tabled, limit: int) -> None:
        self.tabled, self.limit, self.steps = tabled, limit, tabled.program.steps
        self.made: dict[int, Array] = {}
        self.reads: dict[int, frozenset[int]] = {}
        self.groups = {frozenset[int](): Group(np.zeros(tabled.size, dtype=np.intp), np.zeros(1, dtype=np.intp))}

    def tables(self, formulas: Sequence[Formula]) -> dict[int, Table]:
        """Return the tables that are looked up: of steps whose users have none."""
        order = self.tabled.program.below(formulas)
        for k in order:
            self._read(k)
            self._make(k)
        roots = {self.tabled.program.plan(formula)[0] for formula in formulas}
        wanted = roots | {part for k in order if k not in self.made for part in self.steps[k].parts}
        return {k: self._table(k) for k in wanted & self.made.keys() if self.steps[k].function is not None}

    def _read(self, k: int) -> None:
        """Note which parameters that differ between cases a step reads."""
        step, leaf = self.steps[k], frozenset([k]) if k in self.tabled.varied else frozenset[int]()
        self.reads[k] = frozenset[int]().union(*(self.reads[part] for part in step.parts)) if step.parts else leaf
        if self.reads[k] not in self.groups:
            parts = [self.groups[self.reads[part]] for part in step.parts]
            self.groups[self.reads[k]] = reduce(refined, parts) if parts else grouped(np.asarray(self.tabled.constants[k]))

    def _make(self, k: int) -> None:
        """Make the table of a step that reads counts, if it is small and its parts have theirs."""
        step, axes = self.steps[k], self.tabled.axes
        if not step.readers or min(step.readers) < 0 or any(self.steps[part].readers and part not in self.made for part in step.parts):
            return
        first, shape = self.groups[self.reads[k]].first, tuple(axes[i].size for i in sorted(step.readers))
        if len(first) * prod(shape) > self.limit or not all(listed(axes[i]) for i in step.readers):
            return
        if step.function is None:
            i, a = self.tabled.program.count(k)
            self.made[k] = columns(axes[i])[a][None]
        else:
            values = step.function(*(self._part(part, first, sorted(step.readers)) for part in step.parts))
            self.made[k] = np.ascontiguousarray(np.broadcast_to(values, (len(first), *shape)), dtype=np.float64)

    def _part(self, k: int, first: Indices, readers: Sequence[int]) -> Value:
        """Return the values of a part in a form that broadcasts with the table that is made of it."""
        if k not in self.made:
            value = self.tabled.constants[k]
            return np.asarray(value)[first].reshape(-1, *[1] * len(readers)) if k in self.tabled.varied else value
        own = self.steps[k].readers
        table = self.made[k].reshape(-1, *(self.tabled.axes[i].size if i in own else 1 for i in readers))
        return table if len(table) == 1 else table[self.groups[self.reads[k]].number[first]]

    def _table(self, k: int) -> Table:
        step, values = self.steps[k], self.made[k]
        sizes = [self.tabled.axes[i].size for i in sorted(step.readers)]
        strides = {i: prod(sizes[place + 1 :]) for place, i in enumerate(sorted(step.readers))}
        return Table((self.reads[k], step.readers), values.ravel(), self.groups[self.reads[k]].number * prod(sizes), strides)


def grouped(codes: Array | Indices) -> Group:
    """Return the cases told apart by one value each."""
    _, first, number = np.unique(codes, return_index=True, return_inverse=True)
    return Group(number.ravel().astype(np.intp), first.astype(np.intp))


def refined(one: Group, other: Group) -> Group:
    """Return the groups of cases that are together in both."""
    for finer, coarser in ((one, other), (other, one)):
        if len(coarser.first) == 1 or len(finer.first) == len(finer.number):
            return finer
    return grouped(one.number * len(other.first) + other.number)
