"""The book of settled coalitions, in whole numbers: exact levels, exact charges, and the proof that they are the nucleolus.

Level by level, coalitions are settled of which a positive combination is, up to coalitions settled before, a multiple of everybody:
they are balanced. Nobody can then gain at that level unless somebody settled loses (E. Kohlberg 1971). From the combination follows
the level, from the levels the charges, all as fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from operator import mul

from ..search.span import Row, Span, first, reduce_row

LARGEST_SHARE = 10**6
"""Largest denominator of a share in a balance, where shares are read off prices."""


@dataclass(frozen=True)
class Tight:
    """A row ``counts @ x <= cost + level * weight`` that holds with equality; its weight is 0 where it is a bound."""

    counts: Row
    cost: Fraction
    weight: Fraction

    def over(self, charges: Sequence[Fraction]) -> Fraction:
        """Return by how much the charges are above the cost."""
        return sum(map(mul, self.counts, charges), Fraction(0)) - self.cost


@dataclass(frozen=True)
class Level:
    """What was settled together.

    Parameters
    ----------
    value : Fraction
        The level.
    rows : tuple of Tight
        With positive weights they balance, up to rows of levels before.
    fixed : tuple of Tight
        Those of them that are independent of each other and of levels before.
    span : Span
        Of everybody and all rows up to this level.
    """

    value: Fraction
    rows: tuple[Tight, ...]
    fixed: tuple[Tight, ...]
    span: Span


class Book:
    """Equations that have been settled, as whole numbers in echelon form.

    Parameters
    ----------
    members : sequence of int
        Of each class.
    total : Fraction
        Cost of everybody.
    """

    def __init__(self, members: Sequence[int], total: Fraction) -> None:
        self.width = len(members)
        self._members, self._total = members, total
        self.levels: list[Level] = []
        self._rows: list[Row] = [_whole(members, total)]

    @property
    def span(self) -> Span:
        """Span of everybody and the settled rows."""
        return Span(self.width, tuple(_primitive(row[:-1]) for row in self._rows))

    def settle(self, tight: Sequence[Tight], prices: Sequence[float] = ()) -> Level | None:
        """Settle those rows of which a positive combination balances; None where there is no such combination.

        Each row carries along how it was combined from the tight ones; the first combination that vanishes, with no negative share, tells
        the level. Where every one that vanishes has a negative share, they are added up so that the shares are in proportion to the prices.
        """
        nothing = [0] * len(tight)
        rows = [(*row, 0, *nothing) for row in self._rows]
        pivots = [first(row) for row in self._rows]
        independent: dict[int, Row] = {}
        vanishing: list[tuple[int, Row]] = []
        for i, row in enumerate(tight):
            shares = [int(i == j) for j in range(len(tight))]
            left = reduce_row(_whole(row.counts, row.cost, row.weight, shares), rows, pivots)
            if any(left[: self.width]):
                rows.append(left)
                pivots.append(first(left))
                independent[i] = left
                continue
            vanishing.append((i, left[self.width :]))
            level = self._balanced(tight, independent, left[self.width :]) or self._balanced(tight, independent, [-share for share in left[self.width :]])
            if level is not None:
                return level
        if len(vanishing) < 2 or not prices:
            return None
        times = [Fraction(prices[i] / prices[0]).limit_denominator(LARGEST_SHARE) / left[2 + i] for i, left in vanishing]
        together: list[Fraction | int] = [sum(map(mul, times, column), Fraction(0)) for column in zip(*(left for _, left in vanishing), strict=True)]
        return self._balanced(tight, independent, together)

    def _balanced(self, tight: Sequence[Tight], independent: Mapping[int, Row], combination: Sequence[Fraction | int]) -> Level | None:
        """Enter the level that a combination of cost, weight and shares tells; None where a share is negative, or the weight is not positive.

        Where all that is independent is settled, what is left of it modulo the rows before is known.
        """
        cost, weight, *balance = combination
        if weight <= 0 or min(balance) < 0:
            return None
        value, support = Fraction(-cost) / Fraction(weight), [j for j, share in enumerate(balance) if share]
        fixed = [j for j in support if j in independent]
        known = list(independent.values()) if len(fixed) == len(independent) else []
        left = [_whole(row[: self.width], row[self.width] + value * row[self.width + 1]) for row in known]
        return self._enter(value, [tight[j] for j in support], [tight[j] for j in fixed], left)

    def up_to(self, number: int) -> Book:
        """Return a book of the first levels of this one."""
        book = Book(self._members, self._total)
        for level in self.levels[:number]:
            book._enter(level.value, level.rows, level.fixed)
        return book

    def _enter(self, value: Fraction, rows: Sequence[Tight], fixed: Sequence[Tight], left: Sequence[Row] = ()) -> Level:
        """Enter a level; `left` is what the fixed rows are modulo the rows before, where that is known."""
        self._rows += left
        for row in fixed if not left else ():
            whole = _whole(row.counts, row.cost + value * row.weight)
            self._rows.append(reduce_row(whole, self._rows, [first(entry) for entry in self._rows]))
        level = Level(value, tuple(rows), tuple(fixed), self.span)
        self.levels.append(level)
        return level

    @property
    def charges(self) -> tuple[Fraction, ...]:
        """The one solution of the equations, once they fix every charge."""
        found, unit = [0] * self.width, 1
        for row in reversed(self._rows):
            pivot = first(row)
            charge = Fraction(row[-1] * unit - sum(map(mul, row, found)), row[pivot] * unit)
            more = charge.denominator // gcd(unit, charge.denominator)
            unit *= more
            found = [entry * more for entry in found]
            found[pivot] = charge.numerator * (unit // charge.denominator)
        return tuple(Fraction(entry, unit) for entry in found)


def _whole(counts: Sequence[int], cost: Fraction, weight: Fraction | None = None, shares: Sequence[int] = ()) -> Row:
    """Return the least multiple of a row in whole numbers; the row has the weight where one is given."""
    values = (cost,) if weight is None else (cost, weight)
    unit = lcm(*(value.denominator for value in values))
    return _primitive([*(n * unit for n in counts), *(value.numerator * (unit // value.denominator) for value in values), *(n * unit for n in shares)])


def _primitive(row: Sequence[int]) -> Row:
    common = gcd(*row)
    return tuple(row) if common <= 1 else tuple(entry // common for entry in row)
