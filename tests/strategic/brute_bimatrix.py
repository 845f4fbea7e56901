"""All extreme equilibria of a tiny two-player game the slow way: every system of equations, in fractions."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from tests.strategic.lrs import Mixture, decimal

Labels = frozenset[int]


def brute_force(first: Sequence[Sequence[float]], second: Sequence[Sequence[float]]) -> set[tuple[Mixture, Mixture]]:
    """Return the extreme equilibria of the game with payoff tables `first` and `second`, both rows by columns."""
    a, b = decimal(first), decimal(second)
    m, n = len(a), len(a[0])
    xs = _corners([list(column) for column in zip(*b, strict=True)], range(m), range(m, m + n))
    ys = _corners(a, range(m, m + n), range(m))
    return {(x, y) for x, mine in xs.items() for y, theirs in ys.items() if len(mine | theirs) == m + n}


def _corners(rows: list[list[Fraction]], own: range, replies: range) -> dict[Mixture, Labels]:
    """Return the corners of {(x, v): x >= 0, sum x = 1, rows @ x <= v} with their labels."""
    found = {}
    size = len(own)
    for bind in combinations(range(size + len(rows)), size):
        system = [[Fraction(1)] * size + [Fraction(0), Fraction(1)]]
        for k in bind:
            unit = [Fraction(int(c == k)) for c in range(size)]
            system.append([*unit, Fraction(0), Fraction(0)] if k < size else [*rows[k - size], Fraction(-1), Fraction(0)])
        point = _solve(system)
        if point is None:
            continue
        x, level = point[:-1], point[-1]
        slack = [level - sum(p * q for p, q in zip(row, x, strict=True)) for row in rows]
        if min(x) >= 0 and min(slack) >= 0:
            labels = {own[c] for c in range(size) if not x[c]} | {replies[r] for r in range(len(rows)) if not slack[r]}
            found[tuple(x)] = frozenset(labels)
    return found


def _solve(system: list[list[Fraction]]) -> list[Fraction] | None:
    work, size = [list(row) for row in system], len(system)
    for k in range(size):
        pivot = next((r for r in range(k, size) if work[r][k]), None)
        if pivot is None:
            return None
        work[k], work[pivot] = work[pivot], work[k]
        work[k] = [value / work[k][k] for value in work[k]]
        for r in range(size):
            if r != k and work[r][k]:
                work[r] = [value - work[r][k] * top for value, top in zip(work[r], work[k], strict=True)]
    return [row[-1] for row in work]
