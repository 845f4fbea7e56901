"""The equal profit method in fractions, for small games whose costs differ so much in size that no program in floats holds them together."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from operator import mul

from ...errors import SolverError
from ..cost_game import CostGame
from ..exact import decimal

FAR = Fraction(10) ** 60
"""Beyond any share that matters: where a program in fractions begins."""
STEPS = 20_000

Vector = list[Fraction]


def exact_shares(game: CostGame) -> tuple[Fraction, Vector]:
    """Return the least spread of the shares in the least core (or the core), and the shares that are lexicographically least with it.

    Parameters
    ----------
    game : CostGame
        With a table of few coalitions; every stand-alone cost (worth) is positive.

    Returns
    -------
    (Fraction, list of Fraction)
        The spread, and what a member of each class pays as a share of what it would pay alone.

    Raises
    ------
    SolverError
        When a program does not end.
    """
    n, sign = len(game.members), game.sign
    alone = [sign * decimal(cost) for cost in game.alone.tolist()]
    rows, right = [], []
    for counts in product(*(range(size) for size in game.shape)):
        if any(counts):
            everybody = counts == game.members
            row = [*map(mul, map(Fraction, counts), alone), Fraction(0), Fraction(0), Fraction(0 if everybody else -1)]
            cost = sign * decimal(float(game.costs[counts]))
            rows += [row, [-entry for entry in row]] if everybody else [row]
            right += [cost, -cost] if everybody else [cost]
    allowed = max(_least(_row(n, {n + 2: 1}), [*rows, _row(n, {n + 2: -1})], [*right, Fraction(0)])[0], Fraction(0))
    right = [cost - allowed * row[-1] for row, cost in zip(rows, right, strict=True)]
    rows = [[*row[:-1], Fraction(0)] for row in rows]
    for k in range(n):
        rows += [_row(n, {k: -1, n: 1}), _row(n, {k: 1, n + 1: -1})]
        right += [Fraction(0)] * 2
    wide = _row(n, {n: -1, n + 1: 1})
    spread = _least(wide, rows, right)[0]
    return spread, _lowest(n, sign, [*rows, wide], [*right, spread])


def _lowest(n: int, sign: int, rows: list[Vector], right: Vector) -> Vector:
    """Return the shares that are lexicographically least: the largest as small as possible, settled where that has a price, then the next."""
    left = set(range(n))
    while True:
        order = sorted(left)
        below = [_row(n, {k: sign, n + 2: -1}) for k in order]
        value, shares, prices = _least(_row(n, {n + 2: 1}), [*below, *rows], [*[Fraction(0)] * len(below), *right])
        settled = [k for i, k in enumerate(order) if prices.get(i, 0) > 0]
        rows, right = [*rows, *(_row(n, {k: sign}) for k in settled)], [*right, *[value] * len(settled)]
        left -= set(settled)
        if not left or not settled:
            return shares[:n]


def _row(n: int, entries: dict[int, int]) -> Vector:
    return [Fraction(entries.get(j, 0)) for j in range(n + 3)]


def _least(objective: Vector, rows: Sequence[Vector], right: Sequence[Fraction]) -> tuple[Fraction, Vector, dict[int, Fraction]]:
    """Return the least value of an objective under ``rows @ z <= right``, where, and the prices of the rows that have one.

    The dual simplex method: as many rows as variables hold with equality, with prices of 0 or more; a row that is crossed takes the place
    of one of them (the first that can, R. G. Bland 1977), until none is. It begins where every variable is `FAR` away.
    """
    n = len(objective)
    ends = [-1 if entry >= 0 else 1 for entry in objective]
    inverse = [[Fraction(ends[i] * (i == j)) for j in range(n)] for i in range(n)]
    held = [len(rows) + j for j in range(n)]
    bound, prices = [FAR] * n, [-entry * end for entry, end in zip(objective, ends, strict=True)]
    for _ in range(STEPS):
        z = [sum(map(mul, line, bound), Fraction(0)) for line in inverse]
        crossed = next((i for i, row in enumerate(rows) if i not in held and sum(map(mul, row, z), Fraction(0)) > right[i]), None)
        if crossed is None:
            return sum(map(mul, objective, z), Fraction(0)), z, {i: price for i, price in zip(held, prices, strict=True) if price}
        shares = [sum(map(mul, rows[crossed], column), Fraction(0)) for column in zip(*inverse, strict=True)]
        leaving = min((j for j in range(n) if shares[j] > 0), key=lambda j: (prices[j] / shares[j], held[j]), default=None)
        if leaving is None:
            break
        paid = prices[leaving] / shares[leaving]
        prices = [paid if j == leaving else price - paid * share for j, (price, share) in enumerate(zip(prices, shares, strict=True))]
        for line in inverse:
            line[leaving] /= shares[leaving]
            line[:] = [entry if j == leaving else entry - share * line[leaving] for j, (entry, share) in enumerate(zip(line, shares, strict=True))]
        held[leaving], bound[leaving] = crossed, right[crossed]
    raise SolverError("the program in fractions has no solution", "check the costs for very large numbers")
