"""The span of settled coalitions, in whole numbers: which coalitions' charges are fixed by those of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import gcd
from operator import mul

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Row = tuple[int, ...]

PRIMES = (2_147_483_647, 2_147_483_629)
CLEAR = 1 << 31
"""Above all primes: two remainders make one whole number by ``first * CLEAR + second``."""


@dataclass(frozen=True)
class Span:
    """A linear space of count vectors, as integer rows in echelon form.

    Parameters
    ----------
    width : int
        Number of classes.
    rows : tuple of tuple of int
        Each has zeros before its pivot, and at the pivots of the rows before it.

    Examples
    --------
    >>> span = Span(3).joined([(1, 1, 1), (1, 0, 0)])
    >>> span.rank, (0, 1, 1) in span, (0, 1, 0) in span
    (2, True, False)
    """

    width: int
    rows: tuple[Row, ...] = ()

    @property
    def rank(self) -> int:
        """Dimension."""
        return len(self.rows)

    @property
    def full(self) -> bool:
        """Whether every count vector is in it."""
        return self.rank == self.width

    def joined(self, vectors: Iterable[Sequence[int]]) -> Span:
        """Return the span of these rows and some vectors more."""
        span = self
        for vector in vectors:
            left = span.reduced(vector)
            if any(left):
                span = Span(self.width, (*span.rows, left))
        return span

    def reduced(self, vector: Sequence[int]) -> Row:
        """Return a multiple of what is left of a vector modulo the span; all zeros exactly when it is in the span."""
        return reduce_row(vector, self.rows, self._pivots)

    def __contains__(self, vector: Sequence[int]) -> bool:
        return not any(self.reduced(vector))

    @cached_property
    def _pivots(self) -> tuple[int, ...]:
        return tuple(first(row) for row in self.rows)

    @cached_property
    def functionals(self) -> Counts:
        """A random functional that vanishes on the span, modulo each of `PRIMES`, shape (2, width)."""
        return np.array([self._functional(prime) for prime in PRIMES], dtype=np.int64)

    def _functional(self, prime: int) -> list[int]:
        found = list(_drawn(prime, self.width))
        for row, pivot in zip(reversed(self.rows), reversed(self._pivots), strict=True):
            found[pivot] = 0
            rest = sum(map(mul, row, found))
            found[pivot] = -rest * pow(row[pivot], -1, prime) % prime
        return [int(value) for value in found]

    def holds(self, counts: Counts) -> NDArray[np.bool_]:
        """Return which count vectors are in the span, shape (m,): never wrong about those that are, about others once in 10^18."""
        rests = [(counts @ functional) % prime for functional, prime in zip(self.functionals, PRIMES, strict=True)]
        return np.asarray((rests[0] == 0) & (rests[1] == 0))


@lru_cache(maxsize=64)
def _drawn(prime: int, width: int) -> tuple[int, ...]:
    return tuple(np.random.default_rng((prime, width)).integers(1, prime, width).tolist())


def reduce_row(vector: Sequence[int], rows: Sequence[Row], pivots: Sequence[int]) -> Row:
    """Return the vector with zeros at the pivots of the rows, times a whole number, without common factor."""
    left = list(vector)
    for row, pivot in zip(rows, pivots, strict=True):
        head = left[pivot]
        if head:
            common = gcd(head, row[pivot])
            times, less = row[pivot] // common, head // common
            if times < 0:
                times, less = -times, -less
            left = [times * a - less * b for a, b in zip(left, row, strict=True)]
    common = gcd(*left)
    return tuple(left) if common <= 1 else tuple(a // common for a in left)


def first(row: Sequence[int]) -> int:
    """Return the place of the first entry that is not 0."""
    k = 0
    while not row[k]:
        k += 1
    return k
