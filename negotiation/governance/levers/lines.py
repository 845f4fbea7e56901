"""Profiles as lines: profiles that differ only in how many members of the largest stakeholder take its first action and how many its second.

Looking at whole lines takes few steps where members follow each other one by one, and what does not depend on their number is worked out once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...lattice import Axis
from ...numerics import Array
from .cases import Cases
from .places import Indices, Places, columns, rank
from .tabled import grouped, refined

Marks = NDArray[np.bool_]
BLOCK = 32_768
"""Profiles that are evaluated together."""


class Cross(NamedTuple):
    """A move to another line: whose, by how much the row of its axis changes (0: impossible), and where on the line it arrives."""

    stakeholder: int
    place: int
    rows: Indices
    aside: int


class Lines:
    """The lines of a game's profiles.

    A profile is a position on a line: how many members of the stakeholder `along` take its second action. A line is numbered by the rows
    of the other axes and of the axis `along` without telling its first two actions apart. Where fewer members than the line is long take
    these two, the last positions are no profiles; no move leads there.

    Parameters
    ----------
    cases : Cases
    """

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self.along = max(range(len(cases.axes)), key=lambda i: (cases.axes[i].actions > 1, cases.axes[i].members))
        own = cases.axes[self.along]
        self.inner = own.actions > 1
        self.length = own.members + 1 if self.inner else 1
        self.axes = tuple(Axis(axis.members, axis.actions - 1) if i == self.along and self.inner else axis for i, axis in enumerate(cases.axes))
        self.strides = tuple(prod(axis.size for axis in self.axes[i + 1 :]) for i in range(len(self.axes)))
        self.number = prod(axis.size for axis in self.axes)
        self.cross = tuple(self._cross(i, a, b) for i, axis in enumerate(cases.axes) for a, b in permutations(range(axis.actions), 2) if self._leaves(i, a, b))

    def _leaves(self, i: int, a: int, b: int) -> bool:
        return i != self.along or max(a, b) > 1

    def _cross(self, i: int, a: int, b: int) -> Cross:
        place = list(permutations(range(self.cases.axes[i].actions), 2)).index((a, b))
        on_line = i == self.along
        rows = self.axes[i].shift(max(a - 1, 0), max(b - 1, 0)) if on_line else self.axes[i].shift(a, b)
        return Cross(i, place, np.where(rows < 0, 0, rows - np.arange(len(rows))), (b == 1) - (a == 1) if on_line else 0)

    def of(self, counts: Array) -> tuple[Indices, Indices]:
        """Return the line of each profile, an array of shape (kinds, P), and the position on it."""
        split = np.split(counts, self.cases.first[1:])
        own = split[self.along]
        if self.inner:
            split[self.along] = np.concatenate([own[:1] + own[1:2], own[2:]])
        found = np.zeros(counts.shape[1], dtype=np.intp)
        for axis, part, stride in zip(self.axes, split, self.strides, strict=True):
            found += rank(axis, list(part)) * stride
        return found, own[1].astype(np.intp) if self.inner else np.zeros_like(found)

    def row(self, i: int, lines: Indices) -> Indices:
        """Return the row of an axis on which lines stand."""
        found: Indices = lines // self.strides[i] % self.axes[i].size
        return found

    def places(self, cases: Indices, lines: Indices) -> Places:
        """Return all profiles of some lines, each line in a case of its own; positions stand along the second axis."""
        rows = {i: self.row(i, lines)[:, None] for i in range(len(self.axes))}
        counts = [[column[rows[i]] for column in columns(axis)] for i, axis in enumerate(self.axes)]
        if self.inner:
            second = np.arange(float(self.length))[None]
            counts[self.along] = [counts[self.along][0] - second, second, *counts[self.along][1:]]
            del rows[self.along]
        return Places(cases[:, None], self.cases.axes, counts, rows)

    def blocks(self, cases: Indices, lines: Indices) -> Iterator[tuple[slice, Places]]:
        """Return the same in blocks that are quick to evaluate."""
        step = max(1, BLOCK // self.length)
        for start in range(0, len(lines), step):
            part = slice(start, start + step)
            yield part, self.places(cases[part], lines[part])

    def beyond(self, cross: Cross, lines: Indices, *, back: bool = False) -> Indices:
        """Return the line to which a move leads, or from which; -1 where there is none."""
        rows = cross.rows if not back else _reversed(cross.rows)
        further = rows[self.row(cross.stakeholder, lines)]
        return np.where(further == 0, -1, lines + further * self.strides[cross.stakeholder])


class Paying:
    """Which moves of one stakeholder pay, on lines that were asked about; worked out once for all cases and lines that agree in what it reads."""

    def __init__(self, lines: Lines, i: int) -> None:
        self.lines, self.i = lines, i
        cases = lines.cases
        formulas = cases.formulas[i]
        self.reads = sorted(cases.payoffs.readers(*formulas) | {i})
        self.length = lines.length if lines.along in self.reads else 1
        self.group = refined(cases.payoffs.group(*formulas), grouped(cases.bound[i])).number
        self.register = Register()
        self.marks: Marks = np.zeros((0, cases.switches[i], self.length), dtype=np.bool_)

    def number(self, cases: Indices, lines: Indices) -> Indices:
        """Return where in `marks` some lines stand, each in a case of its own."""
        code = self.group[cases].astype(np.int64)
        for i in self.reads:
            code = code * self.lines.axes[i].size + self.lines.row(i, lines)
        found, fresh = self.register.number(code)
        self.marks = grown(self.marks, self.register.size)
        new = found[fresh]
        for part, places in self.lines.blocks(cases[fresh], lines[fresh]):
            for place, pays in enumerate(self.lines.cases.improving(self.i, places)):
                self.marks[new[part], place] = pays
        return found


class Register:
    """Numbers for codes, in the order in which they first appear."""

    def __init__(self) -> None:
        self.codes, self.numbers = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.intp)

    @property
    def size(self) -> int:
        """How many codes have a number."""
        return len(self.codes)

    def find(self, codes: NDArray[np.int64]) -> Indices:
        """Return the number of each code; -1 where it has none."""
        if not self.size:
            return np.full(len(codes), -1, dtype=np.intp)
        place = np.minimum(np.searchsorted(self.codes, codes), self.size - 1)
        return np.where(self.codes[place] == codes, self.numbers[place], -1)

    def number(self, codes: NDArray[np.int64]) -> tuple[Indices, Indices]:
        """Return the number of each code, and where those that had none stand for the first time, in the order of their numbers."""
        found = self.find(codes)
        missing = np.flatnonzero(found < 0)
        if not len(missing):
            return found, missing
        fresh, first, which = np.unique(codes[missing], return_index=True, return_inverse=True)
        found[missing] = self.size + which.ravel()
        place = np.searchsorted(self.codes, fresh)
        self.numbers = np.insert(self.numbers, place, np.arange(self.size, self.size + len(fresh)))
        self.codes = np.insert(self.codes, place, fresh)
        return found, missing[first]


def grown(array: Marks, size: int) -> Marks:
    """Return an array with at least so many rows, twice as many as before where it has to grow."""
    if len(array) >= size:
        return array
    larger = np.zeros((max(size, 2 * len(array)), *array.shape[1:]), dtype=array.dtype)
    larger[: len(array)] = array
    return larger


def run(seeds: Marks, ahead: Marks, back: Marks) -> Marks:
    """Return the positions on lines that are reached from `seeds`, one step ahead where `ahead` allows it and one back where `back` does."""
    onwards = seeds | _swept(seeds, ahead)
    found: Marks = onwards | _swept(onwards[:, ::-1], back[:, ::-1])[:, ::-1]
    return found


def aside(cells: Marks, by: int) -> Marks:
    """Return cells on other positions of their lines."""
    if by == 0:
        return cells
    found = np.zeros_like(cells)
    if by > 0:
        found[:, by:] = cells[:, :-by]
    else:
        found[:, :by] = cells[:, -by:]
    return found


def _swept(seeds: Marks, allowed: Marks) -> Marks:
    """Return what is reached going ahead only: where the last seed stands no further back than the last position that is not left."""
    place = np.arange(1, seeds.shape[1] + 1, dtype=np.int16 if seeds.shape[1] < 2**15 else np.int32)
    seed = np.maximum.accumulate(np.where(seeds, place, 0), axis=1)
    stop = np.zeros_like(seed)
    stop[:, 1:] = np.maximum.accumulate(np.where(allowed, 0, place), axis=1)[:, :-1]
    found: Marks = seed > stop
    return found


def _reversed(rows: Indices) -> Indices:
    """Return for each row by how much the row from which a move leads here differs; 0 where there is none."""
    found = np.zeros_like(rows)
    some = np.flatnonzero(rows)
    found[some + rows[some]] = -rows[some]
    return found
