"""Finding the coalitions that object most, leaving out those whose charges are settled.

The level loop (`levels`) asks an oracle. The one for games that fit a table is here; a game with structure brings its own: anything
with the methods of `Separation`. All numbers are scaled and signed: a cost `c(s)` here is ``game.sign * cost / scale``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import frexp, prod
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array
from ..cost_game import CostGame
from .span import CLEAR, PRIMES, Counts, Span

Weighting = Literal["coalition", "member", "cost", "worth"]
"""What the level is multiplied by for each coalition: 1, its members, its cost, or (in a game of savings) its worth, the negative of its cost."""


@dataclass(frozen=True)
class Coalitions:
    """Some coalitions: count vectors, shape (m, classes), and their costs, shape (m,)."""

    counts: Counts
    costs: Array

    def __len__(self) -> int:
        return len(self.counts)


@dataclass(frozen=True)
class Question:
    """Which coalitions have ``charges @ s - factor * c(s) > level``?

    Parameters
    ----------
    charges : ndarray, shape (classes,)
        Per member.
    factor : float
        Of the cost.
    level : float

    Notes
    -----
    Every weighting takes this form. Objections above ``level * w(s)`` are asked for with ``w = 1`` by (x, 1, level), with
    ``w = members`` by (x - level, 1, 0), with ``w = c(s)`` by (x, 1 + level, 0), with ``w = -c(s)`` by (x, 1 - level, 0).
    """

    charges: Array
    factor: float
    level: float


def question(charges: Array, level: float, weighting: Weighting) -> Question:
    """Return the question for the coalitions whose weighted objection is above `level`."""
    if weighting == "coalition":
        return Question(charges, 1.0, level)
    if weighting == "member":
        return Question(charges - level, 1.0, 0.0)
    return Question(charges, 1.0 + level if weighting == "cost" else 1.0 - level, 0.0)


def weights(weighting: Weighting, coalitions: Coalitions) -> Array:
    """Return the weights of some coalitions, shape (m,)."""
    if weighting == "coalition":
        return np.ones(len(coalitions))
    if weighting == "member":
        return np.asarray(coalitions.counts.sum(axis=1), dtype=float)
    return coalitions.costs if weighting == "cost" else -coalitions.costs


class Separation(Protocol):
    """Oracle for the coalitions that object most."""

    @property
    def scale(self) -> float:
        """What the game's costs are divided by: a power of two, so that nothing is rounded."""

    def costs(self, counts: Counts) -> Array:
        """Return the scaled and signed costs of some coalitions, shape (m,)."""

    def violated(self, asked: Question, span: Span, tolerance: float, most: int) -> Coalitions:
        """Return at most `most` coalitions above the level by more than `tolerance`, the worst one among them.

        Nobody, everybody and coalitions in `span` are left out. No coalition returned means that there is none.
        """

    def near(self, asked: Question, tolerance: float) -> Iterator[Coalitions] | None:
        """Yield, in parts, all coalitions but nobody and everybody that are at most `tolerance` below the level; None where they cannot be listed."""


def power_of_two(size: float) -> float:
    """Return the power of two next above a positive number, 1 for 0."""
    return float(2.0 ** frexp(size)[1]) if size > 0 else 1.0


BLOCKS = 256
STEP = 1 << 15
"""Coalitions looked at in one step: what stays in the processor's cache."""
TOGETHER = 256
"""Count vectors of some classes whose charges are one product."""


class TableSeparation:
    """The oracle that looks through the table of coalitions, block by block.

    A pass costs about one reading of the table. Coalitions in the span are struck out of a block when one of them comes out as its
    worst; a span has to contain those asked about before.

    Parameters
    ----------
    game : CostGame
        Tabulated.
    scale : float, optional
        Of the costs, a power of two.
    """

    def __init__(self, game: CostGame, scale: float | None = None) -> None:
        self.scale = scale or power_of_two(game.scale)
        self._shape = game.shape
        self._unit = game.sign / self.scale
        self._table = game.costs.reshape(-1)
        split = _split(game.shape)
        self._high, self._low = game.shape[:split], game.shape[split:]
        self._rows = prod(self._high)
        self._open = self._table.reshape(self._rows, -1) * self._unit
        self._open[0, 0] = self._open[-1, -1] = np.inf

    def costs(self, counts: Counts) -> Array:
        """Return the scaled and signed costs of some coalitions, shape (m,)."""
        return np.asarray(self._table[np.ravel_multi_index(tuple(counts.T), self._shape)] * self._unit)

    def fitted(self) -> Array:
        """Return the charges, scaled, under which the excesses of all coalitions vary least: a point to start from.

        For single players the least square prenucleolus (L. Ruiz, F. Valenciano, J. Zarzuelo 1996).
        """
        table = self._table.reshape(self._rows, -1)
        means = table.mean(axis=1) * self._unit, table.mean(axis=0) * self._unit
        slopes = [*_slopes(means[0].reshape(self._high)), *_slopes(means[1].reshape(self._low))]
        sizes = np.array(self._shape, dtype=float)
        share = (sizes - 1) / (sizes**2 - 1)
        missing = self._table[-1] * self._unit - float((sizes - 1) @ slopes)
        return np.asarray(slopes + share * missing / float((sizes - 1) @ share))

    def violated(self, asked: Question, span: Span, tolerance: float, most: int) -> Coalitions:
        """Return at most `most` coalitions above the level by more than `tolerance`, the worst one among them."""
        values, places = np.empty(self._rows), np.empty(self._rows, dtype=np.int64)
        paid = self._paid(asked.charges)
        changed = np.arange(self._rows)
        while changed.size:
            values[changed], places[changed] = self._look(asked, paid, changed)
            above = changed[values[changed] > asked.level + tolerance]
            changed = above[span.holds(self._counts(above, places[above]))]
            self._strike(changed, span)
        above = np.flatnonzero(values > asked.level + tolerance)
        if above.size > most:
            above = above[np.argpartition(-values[above], most)[:most]]
        counts = self._counts(above, places[above])
        return Coalitions(counts, self.costs(counts))

    def near(self, asked: Question, tolerance: float) -> Iterator[Coalitions]:
        """Yield all coalitions but nobody and everybody that are at most `tolerance` below the level."""
        high, low = self._paid(asked.charges)
        table = self._table.reshape(self._rows, -1)
        factor = asked.factor * self._unit
        for start in range(0, self._rows, self._step):
            rows = slice(start, start + self._step)
            excess = np.add.outer(high[rows], low) - factor * table[rows]
            row, place = np.nonzero(excess >= asked.level - tolerance)
            flat = (row + start) * low.size + place
            flat = flat[(flat > 0) & (flat < self._table.size - 1)]
            if flat.size:
                yield Coalitions(np.array(np.unravel_index(flat, self._shape)).T, self._table[flat] * self._unit)

    @property
    def _step(self) -> int:
        return max(1, STEP * self._rows // self._table.size)

    def _paid(self, charges: Array) -> tuple[Array, Array]:
        """Return what the two parts of a coalition pay, by row and by place."""
        split = len(self._high)
        return _sums(charges[:split], self._high), _sums(charges[split:], self._low)

    def _counts(self, rows: Counts, places: Counts) -> Counts:
        return np.array(np.unravel_index(rows * self._open.shape[1] + places, self._shape), dtype=np.int64).T

    def _look(self, asked: Question, paid: tuple[Array, Array], rows: Counts) -> tuple[Array, Counts]:
        """Return the largest excess in each of some rows, and its place."""
        values, places = np.empty(rows.size), np.empty(rows.size, dtype=np.int64)
        for start in range(0, rows.size, self._step):
            part = slice(start, start + self._step)
            some = rows[part]
            costs = self._open[part] if rows.size == self._rows else self._open[some]
            excess = np.add.outer(paid[0][some], paid[1])
            excess = _less(excess, asked.factor, costs)
            places[part] = excess.argmax(axis=1)
            values[part] = excess[np.arange(some.size), places[part]]
        return values, places

    def _strike(self, rows: Counts, span: Span) -> None:
        """Leave the coalitions in the span out of some rows from now on."""
        if not rows.size:
            return
        split = len(self._high)
        codes = [(_sums(f[:split], self._high) % p, _sums(f[split:], self._low) % p) for f, p in zip(span.functionals, PRIMES, strict=True)]
        low = codes[0][1] * CLEAR + codes[1][1]
        high = (-codes[0][0] % PRIMES[0]) * CLEAR + (-codes[1][0] % PRIMES[1])
        for start in range(0, rows.size, self._step):
            some = rows[start : start + self._step]
            row, place = np.nonzero(high[some, None] == low)
            self._open[some[row], place] = np.inf


def leaders(game: CostGame, charges: Array, listed: int) -> Counts:
    """Return `listed` coalitions with the largest excess, shape (listed, classes), out of a table of many; nobody and everybody left out."""
    split = _split(game.shape)
    high, low = _sums(charges[:split] * game.sign, game.shape[:split]), _sums(charges[split:] * game.sign, game.shape[split:])
    table = game.costs.reshape(high.size, low.size)
    step = max(1, STEP // low.size)

    def excess(rows: Counts) -> Array:
        part = np.add.outer(high[rows], low) - table[rows] * game.sign
        part[rows == 0, 0] = part[rows == high.size - 1, -1] = -np.inf
        return np.asarray(part)

    most = np.concatenate([excess(np.arange(start, min(start + step, high.size))).max(axis=1) for start in range(0, high.size, step)])
    rows = np.sort(np.argsort(-most, kind="stable")[:listed])
    values = excess(rows).ravel()
    chosen = np.sort(np.argpartition(-values, min(listed, values.size - 1))[:listed])
    flats = rows[chosen // low.size] * low.size + chosen % low.size
    flats = flats[np.isfinite(values[chosen])]
    return np.array(np.unravel_index(flats, game.shape), dtype=np.int64).T


def _less(charges: Array, factor: float, costs: Array) -> Array:
    """Return charges less costs times the factor; minus infinity where the cost is infinite. The charges are overwritten."""
    if factor > 0:
        charges -= costs if factor == 1.0 else factor * costs
        return charges
    there = np.isfinite(costs)
    return np.where(there, charges - factor * np.where(there, costs, 0.0), -np.inf)


def _split(shape: tuple[int, ...]) -> int:
    """Return how many axes tell the blocks: enough for `BLOCKS` of them, or all but one."""
    split = 0
    while split < len(shape) - 1 and (prod(shape[:split]) < BLOCKS or prod(shape[split:]) > STEP):
        split += 1
    return split


def _slopes(costs: Array) -> list[float]:
    """Return how steeply costs rise along each axis, by least squares."""
    found, before = [], 1
    for size in costs.shape:
        steps = np.arange(size) - (size - 1) / 2
        means = costs.reshape(before, size, -1).sum(axis=(0, 2)) * (size / costs.size)
        found.append(float(steps @ means / (steps @ steps)))
        before *= size
    return found


def _sums(charges: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return what every count vector of a shape pays together, in row-major order."""
    total, start = np.zeros(1, dtype=charges.dtype), 0
    while start < len(shape):
        end = start + 1
        while end < len(shape) and prod(shape[start : end + 1]) <= TOGETHER:
            end += 1
        part = _counted(shape[start:end], charges.dtype) @ charges[start:end]
        total, start = np.add.outer(total, part).ravel() if start else part, end
    return total


@lru_cache(maxsize=64)
def _counted(shape: tuple[int, ...], kind: np.dtype[Any]) -> NDArray[Any]:
    return np.array(np.unravel_index(np.arange(prod(shape)), shape)).T.astype(kind)
