"""Does the target form from today, for many cases at once: one graph of improving moves over (case, profile) pairs that are reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ...budget import Budget, unlimited
from ...lattice import Axis, Integers
from ...numerics import Array
from ...strategic.dynamics.paths import FormationWord, reached_from
from .cases import Cases, Indices

MAX_PAIRS = 40_000_000
"""Pairs of case and profile that are numbered at once; a lattice beyond this is not searched."""
MAX_REACHED = 8_000_000
"""Pairs that are kept at once; beyond this the search is given up."""


@dataclass(frozen=True, eq=False)
class Numbering:
    """Profiles by their number in the lattice of all counts, nobody bound."""

    cases: Cases
    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows of each axis."""
        return tuple(axis.size for axis in self.axes)

    @property
    def size(self) -> int:
        """Number of profiles."""
        return prod(self.shape)

    def number(self, counts: Array) -> Integers:
        """Return the number of each profile, an array of shape (kinds, P)."""
        rows = []
        for first, axis in zip(self.cases.first, self.axes, strict=True):
            different, which = np.unique(counts[first : first + axis.actions].T, axis=0, return_inverse=True)
            rows.append(np.array([axis.row(one.astype(np.int64)) for one in different])[which.ravel()])
        return np.asarray(np.ravel_multi_index(rows, self.shape), dtype=np.int64)

    def counts(self, rows: Sequence[Indices]) -> Array:
        """Return profiles given by the row of each axis as counts, shape (kinds, P)."""
        return np.concatenate([table[:, row] for table, row in zip(self.tables, rows, strict=True)])

    @cached_property
    def tables(self) -> list[Array]:
        """Counts of each row of each axis, shape (actions, rows)."""
        return [np.ascontiguousarray(axis.counts.T, dtype=float) for axis in self.axes]


@dataclass(eq=False)
class Reached:
    """Pairs reached so far, numbered from 1 in the order in which they were found, and the improving moves between them."""

    numbers: NDArray[np.int32]
    pairs: list[Integers]
    inside: list[NDArray[np.bool_]]
    sources: list[Integers]
    targets: list[Integers]
    nexts: list[Integers]
    size: int = 0

    def add(self, pairs: Integers) -> Integers:
        """Number the pairs that are new; return them, each once."""
        fresh: Integers = pairs[self.numbers[pairs] == 0]
        tickets = np.arange(1, len(fresh) + 1, dtype=np.int32)
        self.numbers[fresh] = tickets
        fresh = fresh[self.numbers[fresh] == tickets]
        self.numbers[fresh] = np.arange(self.size + 1, self.size + 1 + len(fresh), dtype=np.int32)
        self.size += len(fresh)
        self.pairs.append(fresh)
        return fresh


def forming(
    cases: Cases, chosen: Indices, start: Array, target: Array, condition: str | None, *, budget: Budget | None = None
) -> tuple[list[FormationWord | None], str]:
    """Return for each chosen case whether the target forms from the start, exactly as :func:`~negotiation.strategic.dynamics.paths.formation`.

    Only profiles that improving moves reach are looked at; their payoffs are evaluated in bulk.

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
    axes = tuple(Axis(size, len(row)) for size, row in zip(cases.members, cases.actions.values(), strict=True))
    lattice = Numbering(cases, axes)
    words: list[FormationWord | None] = [None] * len(chosen)
    if lattice.size > MAX_PAIRS:
        return words, f"the game has {lattice.size:,} count profiles, at most {MAX_PAIRS:,} are searched"
    waiting = [np.arange(len(chosen))[k : k + max(1, MAX_PAIRS // lattice.size)] for k in range(0, len(chosen), max(1, MAX_PAIRS // lattice.size))]
    while waiting:
        part = waiting.pop()
        which = chosen[part]
        found = _explore(lattice, which, start[:, which], target[:, which], condition, budget=budget)
        if found is not None:
            for k, word in zip(part.tolist(), _words(found, len(part), lattice.size), strict=True):
                words[k] = word
        elif budget.spent():
            return words, budget.why()
        elif len(part) == 1:
            return words, f"more than {MAX_REACHED:,} profiles are reached"
        else:
            waiting += [part[: len(part) // 2], part[len(part) // 2 :]]
    return words, ""


def _explore(lattice: Numbering, chosen: Indices, start: Array, target: Array, condition: str | None, *, budget: Budget) -> Reached | None:
    """Follow improving moves from the start in waves; None when that is too much."""
    size = lattice.size
    found = Reached(np.zeros(len(chosen) * size, dtype=np.int32), [], [], [], [], [])
    goals = np.arange(len(chosen)) * size + lattice.number(target) if condition is None else np.empty(0, dtype=np.int64)
    wave = found.add(np.arange(len(chosen)) * size + lattice.number(start))
    while len(wave):
        if found.size > MAX_REACHED or budget.spent(0.0, "formation"):
            return None
        rows = np.unravel_index(wave % size, lattice.shape)
        which = chosen[wave // size]
        counts = lattice.counts(rows)
        found.inside.append(np.isin(wave, goals) if condition is None else np.nan_to_num(lattice.cases.observe(condition, which, counts)) != 0)
        following, begin = wave.copy(), found.size - len(wave)
        ends = [(here, wave[here] + step) for here, step in _steps(lattice, which, rows, counts)]
        for here, target_ in ends:
            following[here] = target_
        found.nexts.append(following)
        found.sources += [begin + here for here, _ in ends]
        found.targets += [after for _, after in ends]
        wave = found.add(np.concatenate([np.empty(0, dtype=np.int64), *(after for _, after in ends)]))
    return found


def _steps(lattice: Numbering, which: Indices, rows: tuple[Indices, ...], counts: Array) -> Iterator[tuple[Indices, Integers]]:
    """Yield for each move the pairs at which it pays, and by how much it changes the number of the profile."""
    for move, row in zip(lattice.cases.moves, lattice.cases.improving(which, counts), strict=True):
        here = np.flatnonzero(row)
        before = rows[move.stakeholder][here]
        after = lattice.axes[move.stakeholder].shift(move.a, move.b)[before]
        yield here, (after - before) * prod(lattice.shape[move.stakeholder + 1 :])


def _words(found: Reached, size: int, profiles: int) -> list[FormationWord | None]:
    """Judge each case: the largest part of the target that no move leaves, and who can still reach it."""
    pairs, inside = np.concatenate(found.pairs), np.concatenate(found.inside)
    source = np.concatenate([np.empty(0, dtype=np.int64), *found.sources])
    target = found.numbers[np.concatenate([np.empty(0, dtype=np.int64), *found.targets])] - 1
    absorbing = _absorbing(inside, source, target)
    good = _reaching(absorbing, found.numbers[np.concatenate(found.nexts)] - 1, source, target)
    which = pairs // profiles
    some = np.bincount(which[absorbing], minlength=size) > 0
    every = np.bincount(which[~good], minlength=size) == 0
    return ["does not form" if not any_ else "forms" if all_ else "may form" for any_, all_ in zip(some.tolist(), every.tolist(), strict=True)]


def _reaching(goal: NDArray[np.bool_], following: NDArray[np.int32], source: Integers, target: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return who can reach `goal`: first along one move of each, by doubling; then, for those left over, along all moves."""
    good = goal.copy()
    for _ in range(len(goal).bit_length()):
        more = good | good[following]
        if not (more != good).any():
            break
        good, following = more, following[following]
    left = ~good[source]
    source, target = source[left], target[left]
    if not len(source):
        return good
    some = np.unique(np.concatenate([source, target]))
    graph = _backwards(np.searchsorted(some, source), np.searchsorted(some, target), len(some))
    good[some] |= reached_from(graph, good[some])
    return good


def _absorbing(inside: NDArray[np.bool_], source: Integers, target: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return the largest part of `inside` that no move leaves."""
    starts = inside[source]
    source, target = source[starts], target[starts]
    stays = inside[target]
    leaving = np.zeros(len(inside), dtype=np.bool_)
    leaving[source[~stays]] = True
    place = np.cumsum(inside) - 1
    lost = reached_from(_backwards(place[source[stays]], place[target[stays]], int(inside.sum())), leaving[inside])
    absorbing = inside.copy()
    absorbing[inside] = ~lost
    return absorbing


def _backwards(source: NDArray[np.integer[Any]], target: NDArray[np.integer[Any]], size: int) -> csr_matrix:
    """Return the graph of moves turned round."""
    return csr_matrix((np.ones(len(source), dtype=np.int8), (target, source)), shape=(size, size))
