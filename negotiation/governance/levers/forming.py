"""Does the target form from today, for many cases at once: improving moves are followed over all lines of profiles that they reach."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget, unlimited
from ...numerics import Array
from ...strategic.dynamics.paths import FormationWord
from .cases import Cases
from .lines import Cross, Lines, Marks, Paying, Register, aside, grown, run
from .places import Indices

MAX_PAIRS = 40_000_000
"""Pairs of case and profile among which is searched at once; a lattice beyond this is not searched."""
MAX_REACHED = 8_000_000
"""Pairs that are reached at once; beyond this the search is given up."""
MAX_MARKS = 400_000_000
"""The same for pairs on the lines that are reached, once for each move; a byte each."""


def forming(
    cases: Cases, chosen: Indices, start: Array, target: Array, condition: str | None, *, budget: Budget | None = None
) -> tuple[list[FormationWord | None], str]:
    """Return for each chosen case whether the target forms from the start, exactly as :func:`~negotiation.strategic.dynamics.paths.formation`.

    Only lines of profiles that improving moves reach are looked at; their payoffs are evaluated in bulk.

    Parameters
    ----------
    cases : Cases
    chosen : ndarray of int
        Cases that are asked about.
    start, target : ndarray, shape (kinds, size)
        Profiles of all cases.
    condition : str or None
        What every profile that counts as the target meets; None: only the profile `target`.
    budget : Budget, optional

    Returns
    -------
    words : list of str or None
        None where the search was given up.
    why : str
        Why it was given up; empty where it was not.
    """
    budget = budget or unlimited()
    size = prod(axis.size for axis in cases.axes)
    words: list[FormationWord | None] = [None] * len(chosen)
    if size > MAX_PAIRS:
        return words, f"the game has {size:,} count profiles, at most {MAX_PAIRS:,} are searched"
    lines, step = Lines(cases), max(1, MAX_PAIRS // size)
    waiting = [np.arange(len(chosen))[k : k + step] for k in range(0, len(chosen), step)]
    while waiting:
        part = waiting.pop()
        which = chosen[part]
        search = Search(lines)
        if search.explore(which, start[:, which], budget):
            for k, word in zip(part.tolist(), search.words(which, target[:, which], condition), strict=True):
                words[k] = word
        elif budget.spent():
            return words, budget.why()
        elif len(part) == 1:
            return words, f"more than {MAX_REACHED:,} profiles are reached"
        else:
            waiting += [part[: len(part) // 2], part[len(part) // 2 :]]
    return words, ""


class Search:
    """What improving moves reach: lines, each in a case of its own, in the order in which they were found, and the positions on them."""

    def __init__(self, lines: Lines) -> None:
        self.lines, self.register = lines, Register()
        self.paying = [Paying(lines, i) for i in range(len(lines.axes))]
        self.case, self.line = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        self.marks = [np.zeros(0, dtype=np.intp) for _ in self.paying]
        self.reached: Marks = np.zeros((0, lines.length), dtype=np.bool_)

    @property
    def size(self) -> int:
        """How many lines have been found."""
        return len(self.case)

    # --- forwards

    def explore(self, chosen: Indices, start: Array, budget: Budget) -> bool:
        """Follow improving moves from the start in waves; return whether that was not too much."""
        line, position = self.lines.of(start)
        active = self._found(chosen, line)
        coming = np.zeros((self.size, self.lines.length), dtype=np.bool_)
        coming[active, position] = True
        self.reached, total = np.zeros_like(coming), 0
        while len(active):
            if total > MAX_REACHED or self._kept > MAX_MARKS or budget.spent(0.0, "formation"):
                return False
            fresh = self._along(active, coming[active]) & ~self.reached[active]
            coming[active] = False
            self.reached[active] |= fresh
            total += int(fresh.sum())
            leaving = [(cross, active[here], cells) for cross, here, cells in self._out(active, fresh)]
            cases = [self.case[active[:0]], *(self.case[slots] for _, slots, _ in leaving)]
            beyond = [self.line[active[:0]], *(self.lines.beyond(cross, self.line[slots]) for cross, slots, _ in leaving)]
            into = self._found(np.concatenate(cases), np.concatenate(beyond))
            self.reached, coming = grown(self.reached, self.size), grown(coming, self.size)
            for (cross, _, cells), here in zip(leaving, np.split(into, np.cumsum([len(slots) for _, slots, _ in leaving])), strict=False):
                coming[here] |= aside(cells, cross.aside)
            touched = np.unique(into)
            active = touched[(coming[touched] & ~self.reached[touched]).any(axis=1)]
        self.reached = self.reached[: self.size]
        return True

    @property
    def _kept(self) -> int:
        return sum(one.marks.size for one in self.paying)

    def _found(self, case: Indices, line: Indices) -> Indices:
        """Return the numbers of some lines; those that are new are looked at."""
        slots, fresh = self.register.number(case.astype(np.int64) * self.lines.number + line)
        self.case, self.line = np.concatenate([self.case, case[fresh]]), np.concatenate([self.line, line[fresh]])
        self.marks = [np.concatenate([known, one.number(case[fresh], line[fresh])]) for known, one in zip(self.marks, self.paying, strict=True)]
        return slots

    def _inner(self, slots: Indices) -> tuple[Marks, Marks]:
        """Return where a member moves on along its line, and where one moves back."""
        if not self.lines.inner:
            nowhere = np.zeros((len(slots), 1), dtype=np.bool_)
            return nowhere, nowhere
        along = self.lines.along
        marks = self.paying[along].marks[self.marks[along][slots]]
        return marks[:, 0], marks[:, self.lines.cases.axes[along].actions - 1]

    def _along(self, slots: Indices, cells: Marks) -> Marks:
        return run(cells, *self._inner(slots))

    def _out(self, slots: Indices, cells: Marks) -> Iterator[tuple[Cross, Indices, Marks]]:
        """Yield for each move to other lines where among `slots` it pays at some of the cells, and at which."""
        for i, one in enumerate(self.paying):
            crosses = [cross for cross in self.lines.cross if cross.stakeholder == i]
            if crosses:
                going = one.marks[self.marks[i][slots]] & cells[:, None]
                some = np.asarray(going.any(axis=2))
                for cross in crosses:
                    here = np.flatnonzero(some[:, cross.place])
                    if len(here):
                        yield cross, here, going[here, cross.place]

    # --- backwards

    def words(self, chosen: Indices, target: Array, condition: str | None) -> list[FormationWord]:
        """Judge each case: the largest part of the target that no move leaves, and who can still reach it."""
        inside = self._inside(chosen, target, condition) & self.reached
        absorbing = inside & ~self._leading(self._leaving(inside), inside)
        good = self._leading(absorbing, self.reached)
        size = self.lines.cases.size
        some = np.bincount(self.case[absorbing.any(axis=1)], minlength=size)[chosen] > 0
        every = np.bincount(self.case[(self.reached & ~good).any(axis=1)], minlength=size)[chosen] == 0
        return ["does not form" if not any_ else "forms" if all_ else "may form" for any_, all_ in zip(some.tolist(), every.tolist(), strict=True)]

    def _inside(self, chosen: Indices, target: Array, condition: str | None) -> Marks:
        """Return which profiles count as the target."""
        found = np.zeros_like(self.reached)
        if condition is None:
            line, position = self.lines.of(target)
            slots = self.register.find(chosen.astype(np.int64) * self.lines.number + line)
            found[slots[slots >= 0], position[slots >= 0]] = True
            return found
        for part, places in self.lines.blocks(self.case, self.line):
            found[part] = np.nan_to_num(self.lines.cases.observe_at(condition, places)) != 0
        return found

    def _leaving(self, inside: Marks) -> Marks:
        """Return the cells inside from which some move leads out."""
        slots = np.flatnonzero(inside.any(axis=1))
        cells = inside[slots]
        found = np.zeros_like(inside)
        if self.lines.inner:
            ahead, back = self._inner(slots)
            found[slots] = cells & ((ahead & ~aside(cells, -1)) | (back & ~aside(cells, 1)))
        for cross, here, out in self._out(slots, cells):
            beyond = self.register.find(self.case[slots[here]].astype(np.int64) * self.lines.number + self.lines.beyond(cross, self.line[slots[here]]))
            found[slots[here]] |= out & ~aside(inside[beyond], -cross.aside)
        return found

    def _leading(self, goal: Marks, within: Marks) -> Marks:
        """Return the cells from which some path of improving moves within `within` leads to the goal, which is part of it."""
        found, coming = np.zeros_like(goal), goal.copy()
        active = np.flatnonzero(goal.any(axis=1))
        while len(active):
            ahead, back = self._inner(active)
            here = within[active]
            fresh = run(coming[active] & here, aside(back & here, -1), aside(ahead & here, 1)) & ~found[active]
            coming[active] = False
            found[active] |= fresh
            touched = [self._before(cross, active, fresh, coming) for cross in self.lines.cross]
            active = np.unique(np.concatenate([active[:0], *touched]))
            active = active[(coming[active] & within[active] & ~found[active]).any(axis=1)]
        return found

    def _before(self, cross: Cross, slots: Indices, cells: Marks, coming: NDArray[np.bool_]) -> Indices:
        """Add to `coming` the cells from which a move leads to some; return their lines."""
        lines = self.lines.beyond(cross, self.line[slots], back=True)
        before = np.where(lines < 0, -1, self.register.find(self.case[slots].astype(np.int64) * self.lines.number + lines))
        some = np.flatnonzero(before >= 0)
        before = before[some]
        i = cross.stakeholder
        coming[before] |= aside(cells[some], -cross.aside) & self.paying[i].marks[self.marks[i][before], cross.place]
        return before
