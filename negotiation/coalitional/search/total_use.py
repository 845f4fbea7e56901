"""Games whose cost depends on total use only: the coalitions that object most, by a knapsack over the total.

For every total `q` the most that a coalition of that total pays is found by dynamic programming over the members, in whole units
of use; what it pays less the cost of `q` is its objection. Thousands of members in a few classes take milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...errors import NotApplicableError, TooLargeError
from ...numerics import Array, shown
from ..cost_game import CostGame
from ..costs import OfTotalUse, structure
from ..exact import common_unit, orthogonal
from .separation import Coalitions, Question, power_of_two
from .span import Counts, Span

MAX_CELLS = 100_000_000
"""Steps that one search may take: pieces of classes times units of total use."""
WORD = 1 << 64


@dataclass(frozen=True)
class Piece:
    """So many members of one class, taken together or not at all; pieces of 1, 2, 4, ... members make up every number."""

    k: int
    members: int
    units: int


def pieces_of(members: tuple[int, ...], units: tuple[int, ...]) -> tuple[Piece, ...]:
    """Return pieces whose sums are all numbers of members from nobody to everybody, the least used first."""

    def split(n: int) -> Iterator[int]:
        size = 1
        while n > 0:
            yield min(size, n)
            n, size = n - size, 2 * size

    return tuple(sorted((Piece(k, m, m * u) for k, (n, u) in enumerate(zip(members, units, strict=True)) for m in split(n)), key=lambda piece: piece.units))


class KnapsackSeparation:
    """The oracle for games of total use.

    Parameters
    ----------
    game : CostGame
        Its function is an `OfTotalUse`, with or without a subsidy for everybody.

    Raises
    ------
    NotApplicableError
        When the function is of another kind, or some use is negative.
    TooLargeError
        When the uses have so fine a common unit that the search would be too long; says which unit works.
    """

    def __init__(self, game: CostGame) -> None:
        function = structure(game.function)
        if not isinstance(function, OfTotalUse) or min(function.use) < 0:
            raise NotApplicableError("the cost is no function of total use", "give it as a formula of total_use, with uses of 0 or more")
        units, unit = common_unit(function.use)
        self._game = game
        self._members = game.members
        self._pieces = pieces_of(game.members, units)
        self._units = sum(n * u for n, u in zip(game.members, units, strict=True))
        self._check_length(float(unit))
        self.scale = power_of_two(game.scale)
        self._cost = self._costs_of_totals(function, np.arange(self._units + 1.0) * float(unit.numerator) / float(unit.denominator))

    def _check_length(self, unit: float) -> None:
        cells = self._units * len(self._pieces)
        if cells > MAX_CELLS:
            coarser = 10.0 ** np.ceil(np.log10(unit * cells / MAX_CELLS))
            coarser = next(size for size in (coarser / 5, coarser / 2, coarser) if size * MAX_CELLS >= unit * cells)
            message = f"the classes use {self._units:,} units of {unit:.3g} together, at most {MAX_CELLS // len(self._pieces):,} can be searched"
            raise TooLargeError(message, f"round what a member uses to multiples of {shown(coarser)}, or join classes")

    def _costs_of_totals(self, function: OfTotalUse, totals: Array) -> Array:
        """Return the scaled and signed cost of every total that a coalition can have."""
        costs = np.array(np.broadcast_to(np.asarray(function.cost(totals), dtype=float), totals.shape)) * (self._game.sign / self.scale)
        costs[0] = 0.0
        search = _Search(self._pieces, self._units, np.zeros(len(self._members)), None)
        wrong = np.flatnonzero(np.isfinite(search.best) & ~np.isfinite(costs))
        if wrong.size:
            self._game.at(search.coalitions(wrong[:1], len(self._members)))
        return np.where(np.isfinite(costs), costs, 0.0)

    @cached_property
    def _several_without_use(self) -> bool:
        """Whether nobody and everybody are not the only coalitions of their total."""
        return any(piece.units == 0 for piece in self._pieces)

    def costs(self, counts: Counts) -> Array:
        """Return the scaled and signed costs of some coalitions, shape (m,)."""
        return self._game.at(counts) * (self._game.sign / self.scale)

    def violated(self, asked: Question, span: Span, tolerance: float, most: int) -> Coalitions:
        """Return at most `most` coalitions above the level by more than `tolerance`, the worst one among them."""
        empty = np.zeros((0, len(self._members)), dtype=np.int64)
        everybody = span.joined([self._members])
        if span.full:
            return Coalitions(empty, np.zeros(0))
        plain = span.rank == 0 and not self._several_without_use
        search = _Search(self._pieces, self._units, asked.charges, None if plain else functional(everybody))
        excess = search.best - asked.factor * self._cost
        if plain:
            excess[[0, -1]] = -np.inf
        totals = _peaks(excess, asked.level + tolerance, most)
        counts = search.coalitions(totals, len(self._members))
        if span.rank == 0 and not plain:
            counts = np.concatenate([counts, self._fractions_of_everybody(asked, tolerance)])
        return Coalitions(counts, self.costs(counts)) if len(counts) else Coalitions(empty, np.zeros(0))

    def near(self, asked: Question, tolerance: float) -> None:
        """Return None: the coalitions cannot be listed."""
        return None

    def _fractions_of_everybody(self, asked: Question, tolerance: float) -> Counts:
        """Return the coalitions with the same share of every class that are above the level."""
        counts = fractions_of(self._members)
        return counts[counts @ asked.charges - asked.factor * self.costs(counts) > asked.level + tolerance]


def fractions_of(members: tuple[int, ...]) -> Counts:
    """Return the count vectors with the same share of every class, without nobody and everybody."""
    shares = int(np.gcd.reduce(members))
    return np.arange(1, shares)[:, None] * (np.array(members, dtype=np.int64) // shares)


def _peaks(excess: Array, level: float, most: int) -> NDArray[np.int64]:
    """Return the places above a level, the worst of each of many stretches, the worst of all first."""
    blocks = np.array_split(np.arange(excess.size), min(most, excess.size))
    worst = np.array([block[np.argmax(excess[block])] for block in blocks])
    worst = worst[excess[worst] > level]
    return np.asarray(worst[np.argsort(-excess[worst], kind="stable")])


def functional(span: Span) -> NDArray[np.int64]:
    """Return a random vector of 64-bit numbers that is 0 on the span, and modulo 2^64 hardly ever anywhere else."""
    drawn = np.random.default_rng(span.rank).integers(1, 1 << 62, size=span.width).tolist()
    return np.array([entry % WORD for entry in orthogonal(span.rows, drawn)], dtype=np.uint64).view(np.int64)


class _Search:
    """The most that a coalition of each total pays; with labels, that a coalition with a label other than 0 pays.

    Labels are values of a functional, modulo 2^64. Of every total the best coalition is kept, and the best one with another label:
    one of them does not have the label 0, and adding members to both keeps their labels different.
    """

    def __init__(self, pieces: tuple[Piece, ...], units: int, charges: Array, labels: NDArray[np.int64] | None) -> None:
        self._pieces = pieces
        self._labels = labels
        self._tables = _Plain(units + 1) if labels is None else _Labelled(units + 1)
        reach = 0
        for piece in pieces:
            reach += piece.units
            label = 0 if labels is None else int(labels[piece.k]) * piece.members
            self._tables.add(piece.units, reach + 1, piece.members * float(charges[piece.k]), label)
        self.best = self._tables.best()

    def coalitions(self, totals: NDArray[np.int64], classes: int) -> Counts:
        """Return the best coalition of each of some totals, shape (m, classes)."""
        counts = np.zeros((len(totals), classes), dtype=np.int64)
        for piece, taken in zip(reversed(self._pieces), self._tables.choices(totals), strict=True):
            counts[:, piece.k] += piece.members * taken
        return counts


class _Plain:
    """Best values of all totals."""

    def __init__(self, size: int) -> None:
        self._values = np.full(size, -np.inf)
        self._values[0] = 0.0
        self._taken: list[tuple[int, NDArray[np.bool_]]] = []

    def add(self, units: int, reach: int, value: float, _: int) -> None:
        """Let a piece be taken."""
        taken = self._values[: reach - units] + value
        better = taken > self._values[units:reach]
        np.copyto(self._values[units:reach], taken, where=better)
        self._taken.append((units, better))

    def best(self) -> Array:
        """Return the values."""
        return self._values.copy()

    def choices(self, totals: NDArray[np.int64]) -> Iterator[NDArray[np.bool_]]:
        """Yield which totals took each piece, from the last piece to the first."""
        at = totals.copy()
        for units, better in reversed(self._taken):
            inside = (at >= units) & (at - units < len(better))
            taken = inside & better[np.where(inside, at - units, 0)]
            at = at - units * taken
            yield taken


class _Labelled:
    """Best and second values of all totals, with different labels."""

    def __init__(self, size: int) -> None:
        self._values = np.full((2, size), -np.inf)
        self._labels = np.zeros((2, size), dtype=np.int64)
        self._labels[1] = 1
        self._values[0, 0] = 0.0
        self._taken: list[tuple[int, NDArray[np.uint8]]] = []

    def add(self, units: int, reach: int, value: float, label: int) -> None:
        """Let a piece be taken."""
        here, marks = self._values[:, units:reach], self._labels[:, units:reach]
        there = self._values[:, : reach - units] + value
        moved = self._labels[:, : reach - units] + np.array(label % WORD, dtype=np.uint64).view(np.int64)
        take = there[0] > here[0]
        apart = moved[0] != marks[0]
        # the second is the better of what stands behind the first, and of the first of the other, where its label differs
        behind = np.where(take, there[1], here[1])
        other = np.where(apart, np.where(take, here[0], there[0]), np.where(take, here[1], there[1]))
        first = other > behind
        from_taken = np.where(first, ~take, take)
        rank = np.where(first & apart, 0, 1)
        mark = np.where(from_taken, np.where(rank == 0, moved[0], moved[1]), np.where(rank == 0, marks[0], marks[1]))
        second = np.where(first, other, behind)
        self._taken.append((units, (take + 2 * from_taken + 4 * rank).astype(np.uint8)))
        self._labels[0, units:reach] = np.where(take, moved[0], marks[0])
        self._values[0, units:reach] = np.where(take, there[0], here[0])
        self._labels[1, units:reach], self._values[1, units:reach] = mark, second

    def best(self) -> Array:
        """Return the values of the best coalitions whose label is not 0."""
        self._rank = (self._labels[0] == 0).astype(np.int64)
        return np.asarray(np.where(self._rank == 0, self._values[0], self._values[1]))

    def choices(self, totals: NDArray[np.int64]) -> Iterator[NDArray[np.bool_]]:
        """Yield which totals took each piece, from the last piece to the first."""
        at, rank = totals.copy(), self._rank[totals]
        for units, codes in reversed(self._taken):
            inside = (at >= units) & (at - units < len(codes))
            code = np.where(inside, codes[np.where(inside, at - units, 0)], 0)
            second = inside & (rank == 1)
            taken = inside & np.where(second, (code & 2) > 0, (code & 1) > 0)
            rank = np.where(second, code >> 2, rank)
            at = at - units * taken
            yield taken
