"""The book of settled coalitions, in whole numbers: exact levels, exact charges, and the proof that they are the nucleolus.

Level by level, coalitions are settled of which a positive combination is, up to coalitions settled before, a multiple of everybody:
they are balanced. Nobody can then gain at that level unless somebody settled loses (E. Kohlberg 1971). From the combination follows
the level, from the levels the charges, all as fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from operator import mul

from ..search.span import Row, Span, first, reduce_row


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

    def settle(self, tight: Sequence[Tight]) -> Level | None:
        """Settle those rows of which a positive combination balances; None where there is no such combination.

        Each row carries along how it was combined from the tight ones; the first combination that vanishes tells the level.
        """
        nothing = [0] * len(tight)
        rows = [(*row, 0, *nothing) for row in self._rows]
        pivots = [first(row) for row in self._rows]
        independent = []
        for i, row in enumerate(tight):
            shares = [int(i == j) for j in range(len(tight))]
            left = reduce_row(_whole(row.counts, row.cost, row.weight, shares), rows, pivots)
            if any(left[: self.width]):
                rows.append(left)
                pivots.append(first(left))
                independent.append(i)
                continue
            cost, weight, *balance = left[self.width :]
            if weight < 0:
                weight, cost, balance = -weight, -cost, [-share for share in balance]
            if weight > 0 and min(balance) >= 0:
                support = [j for j, share in enumerate(balance) if share]
                return self._enter(Fraction(-cost, weight), [tight[j] for j in support], [tight[j] for j in support if j in independent])
        return None

    def up_to(self, number: int) -> Book:
        """Return a book of the first levels of this one."""
        book = Book(self._members, self._total)
        for level in self.levels[:number]:
            book._enter(level.value, level.rows, level.fixed)
        return book

    def _enter(self, value: Fraction, rows: Sequence[Tight], fixed: Sequence[Tight]) -> Level:
        for row in fixed:
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
