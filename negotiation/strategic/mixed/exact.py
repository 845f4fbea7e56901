"""Exact arithmetic: payoffs as integers over one denominator, and systems of linear equations in integers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from operator import mul

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...numerics import Array

Table = list[list[int]]
Integers = NDArray[np.int64]
WORD = 1 << 62
FEW_EQUATIONS = 5
FEW_DIGITS = 15
"""Decimals of at most so many digits are read back from floats without loss."""


def exact_table(values: Array) -> tuple[Integers, int]:
    """Return payoffs as integers over one denominator.

    Each float stands for the decimal that Python prints for it, so 0.1 is one tenth.

    Parameters
    ----------
    values : ndarray, shape (m, n)
        Finite.

    Returns
    -------
    rows : ndarray of int
        As of :func:`integers`.
    denominator : int

    Examples
    --------
    >>> exact_table(np.array([[0.1, -2.0]]))
    (array([[  1, -20]]), 10)
    """
    for digits in range(FEW_DIGITS):
        power = 10.0**digits
        scaled = np.rint(values * power)
        if np.abs(scaled).max() >= 10.0**FEW_DIGITS:
            break
        if (scaled / power == values).all():
            return scaled.astype(np.int64), 10**digits
    rows = [[Fraction(repr(value)) for value in row] for row in values.tolist()]
    denominator = lcm(*(value.denominator for row in rows for value in row))
    return integers([[int(value * denominator) for value in row] for row in rows]), denominator


def integers(rows: Table) -> Integers:
    """Return integers as an array, of machine words where also the difference of any two fits one, else of long integers.

    Examples
    --------
    >>> integers([[1, 2**70]]).dtype, integers([[1, 2]]).dtype
    (dtype('O'), dtype('int64'))
    """
    small = max(map(max, rows)) < WORD and min(map(min, rows)) > -WORD
    return np.array(rows, dtype=np.int64 if small else object)


def solve_ones(rows: Sequence[Sequence[int]], budget: Budget | None = None) -> tuple[int, list[int]]:
    """Solve `rows @ z = (1, ..., 1)` in integers: up to five equations by Cramer's rule, more by fraction-free elimination.

    Cost: a third of k cubed multiplications of integers as long as the determinant.

    Parameters
    ----------
    rows : sequence of sequence of int
        A square matrix.
    budget : Budget, optional

    Returns
    -------
    determinant : int
        0 when there is no single solution, or the budget ran out before it was found.
    numerators : list of int
        ``z = numerators / determinant``; empty when there is no single solution.

    References
    ----------
    E. H. Bareiss (1968), "Sylvester's identity and multistep integer-preserving Gaussian elimination".

    Examples
    --------
    >>> solve_ones([[2, 0], [1, 3]])
    (6, [3, 1])
    """
    if len(rows) <= FEW_EQUATIONS:
        solution = _orthogonal([[a - b for a, b in zip(row, rows[0], strict=True)] for row in rows[1:]])
        determinant = sum(map(mul, rows[0], solution))
        return determinant, solution if determinant else []
    work: Table = [[*row, 1] for row in rows]
    solved: list[tuple[int, list[int]]] = []
    sign = before = 1
    while work:
        pivot = next((r for r, row in enumerate(work) if row[0]), None)
        if pivot is None or (budget is not None and budget.spent()):
            return 0, []
        head, *rest = work.pop(pivot)
        solved.append((head, rest))
        sign = -sign if pivot % 2 else sign
        if before == 1:
            work = [[head * a - row[0] * b for a, b in zip(row[1:], rest, strict=True)] for row in work]
        else:
            work = [[(head * a - row[0] * b) // before for a, b in zip(row[1:], rest, strict=True)] for row in work]
        before = head
    solution = []
    for head, rest in reversed(solved):
        solution.insert(0, (before * rest[-1] - sum(map(mul, rest, solution))) // head)
    return sign * before, [sign * value for value in solution]


def _orthogonal(rows: Table) -> list[int]:
    """Return the signed minors of up to four rows, which have one number more than there are rows: a vector orthogonal to all of them.

    Examples
    --------
    >>> _orthogonal([[1, 2, 3], [4, 5, 6]])
    [-3, 6, -3]
    """
    if not rows:
        return [1]
    if len(rows) == 1:
        ((a, b),) = rows
        return [b, -a]
    if len(rows) == 2:
        (a, b, c), (d, e, f) = rows
        return [b * f - c * e, c * d - a * f, a * e - b * d]
    if len(rows) == 4:
        m, n = _minors(*rows[:2]), _minors(*rows[2:])
        return [
            sign * (m[p] * n[u] - m[q] * n[t] + m[r] * n[s] + m[s] * n[r] - m[t] * n[q] + m[u] * n[p])
            for sign, (p, q, r, s, t, u) in zip((1, -1, 1, -1, 1), LEFT_OUT, strict=True)
        ]
    (a, b, c, d), (e, f, g, h), (p, q, r, s) = rows
    ab, ac, ad, bc, bd, cd = a * f - b * e, a * g - c * e, a * h - d * e, b * g - c * f, b * h - d * f, c * h - d * g
    return [q * cd - r * bd + s * bc, r * ad - p * cd - s * ac, p * bd - q * ad + s * ab, q * ac - p * bc - r * ab]


def _minors(first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """Return the minors of two rows of five, for each pair of columns."""
    (a, b, c, d, e), (p, q, r, s, t) = first, second
    return (
        *(a * q - b * p, a * r - c * p, a * s - d * p, a * t - e * p),
        *(b * r - c * q, b * s - d * q, b * t - e * q),
        *(c * s - d * r, c * t - e * r, d * t - e * s),
    )


LEFT_OUT = ((4, 5, 6, 7, 8, 9), (1, 2, 3, 7, 8, 9), (0, 2, 3, 5, 6, 9), (0, 1, 3, 4, 6, 8), (0, 1, 2, 4, 5, 7))
"""Of the ten pairs of five columns, those that do not hold the first, the second, and so on."""
