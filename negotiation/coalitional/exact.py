"""Exact arithmetic for certificates: floats read as fractions, linear systems over whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm, ulp

LARGEST_DENOMINATOR = 100_000


def rational(value: float) -> Fraction:
    """Return the fraction that a float stands for, within four units of its last digit: a decimal of 14 digits, a simple fraction, else itself.

    A sum such as 0.1 + 0.2 is read as 3/10, a third as 1/3.

    Examples
    --------
    >>> rational(0.1 + 0.2), rational(1 / 3), rational(83821456.785)
    (Fraction(3, 10), Fraction(1, 3), Fraction(16764291357, 200))
    """
    near, exact = 4 * Fraction(ulp(value)), Fraction(value)
    short = Fraction(f"{value:.14g}")
    if abs(short - exact) <= near:
        return short
    simple = exact.limit_denominator(LARGEST_DENOMINATOR)
    return simple if abs(simple - exact) <= near else exact


def decimal(value: float) -> Fraction:
    """Return the fraction that a float is written as: 0.1 is a tenth.

    Examples
    --------
    >>> decimal(0.1), decimal(1e-6)
    (Fraction(1, 10), Fraction(1, 1000000))
    """
    return Fraction(Decimal(repr(float(value))))


@lru_cache(maxsize=256)
def common_unit(values: tuple[float, ...]) -> tuple[tuple[int, ...], Fraction]:
    """Return how many of their largest common unit each value has, and that unit.

    Examples
    --------
    >>> common_unit((0.5, 0.75, 2.0))
    ((2, 3, 8), Fraction(1, 4))
    """
    fractions = [rational(value) for value in values]
    below = lcm(*(fraction.denominator for fraction in fractions))
    wholes = [int(fraction * below) for fraction in fractions]
    shared = gcd(*wholes) or 1
    return tuple(whole // shared for whole in wholes), Fraction(shared, below)


def solve(rows: Sequence[Sequence[int]], right: Sequence[Fraction]) -> list[Fraction] | None:
    """Return a solution of whole-number equations, with 0 for what they leave free; None where there is none.

    Elimination without fractions (E. H. Bareiss 1968): about rows * columns^2 products of whole numbers.

    Examples
    --------
    >>> solve([[1, 1], [1, -1]], [Fraction(3), Fraction(1, 2)])
    [Fraction(7, 4), Fraction(5, 4)]
    """
    below = lcm(*(value.denominator for value in right)) if right else 1
    width = len(rows[0]) if rows else 0
    table = [[*map(int, row), int(value * below)] for row, value in zip(rows, right, strict=True)]
    pivots, last = _eliminate(table, width)
    if any(row[width] for row in table[len(pivots) :]):
        return None
    solution = [Fraction(0)] * width
    for row, column in zip(table, pivots, strict=False):
        solution[column] = Fraction(row[width], last * below)
    return solution


def orthogonal(rows: Sequence[Sequence[int]], free: Sequence[int]) -> list[int]:
    """Return a whole-number vector that is orthogonal to all rows: that with multiples of `free` where the rows leave a choice.

    Examples
    --------
    >>> orthogonal([[1, 1, 0]], [7, 3, 5])
    [-3, 3, 5]
    """
    table = [list(map(int, row)) for row in rows]
    pivots, last = _eliminate(table, len(free))
    vector = [last * value for value in free]
    for column in pivots:
        vector[column] = 0
    settled = {column: -sum(a * b for a, b in zip(row, vector, strict=True)) // last for row, column in zip(table, pivots, strict=False)}
    for column, value in settled.items():
        vector[column] = value
    shared = gcd(*vector) or 1
    return [entry // shared for entry in vector]


def _eliminate(table: list[list[int]], width: int) -> tuple[list[int], int]:
    """Bring the table to reduced form in place, every pivot the same number; return the pivots' columns and that number."""
    pivots: list[int] = []
    last = 1
    for column in range(width):
        rank = len(pivots)
        at = next((i for i in range(rank, len(table)) if table[i][column]), None)
        if at is None:
            continue
        table[rank], table[at] = table[at], table[rank]
        lead = table[rank]
        pivot = lead[column]
        for i, row in enumerate(table):
            if i != rank:
                factor = row[column]
                table[i] = [(pivot * entry - factor * above) // last for entry, above in zip(row, lead, strict=True)]
        last = pivot
        pivots.append(column)
    return pivots, last
