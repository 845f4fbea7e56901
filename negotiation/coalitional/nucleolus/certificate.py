"""How far a book of settled coalitions is from proving that its charges are the nucleolus: by exact comparison, 0.

The book's levels are balanced. What is left to see is that no coalition objects by more than the level at which its charges are
settled; then the coalitions above any level are in the span of a balanced set, and the set of them is balanced itself (E. Kohlberg 1971).
Coalitions are compared as floats, and those that are too close to tell as fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import lcm

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array
from ..exact import decimal
from ..search.separation import Coalitions, Question, Separation, Weighting, question
from ..search.span import Counts, Row, Span
from .kohlberg import Book, Tight

ROUND = 1e-15
"""Share of the numbers added up that a sum of floats may lose, for each number."""
SEARCHED = 16.0
"""How much more a search loses than a look at a table."""
LISTED = 64
"""Coalitions that a search returns."""
DECIMALS = 12
FEW = 200
"""Close coalitions up to which those that the book's own equations settle are looked for: there are no more than members of these."""
MANY = 20_000
"""Near ties that are compared as fractions one by one, when whole numbers of 62 bits do not hold them."""


@dataclass(frozen=True)
class _Claim:
    """Charges and levels that fall, exactly and as scaled floats; for each level the costs of coalitions whose objection is it by an equation of the book."""

    charges: tuple[Fraction, ...]
    levels: tuple[Fraction, ...]
    equations: tuple[Mapping[Row, Fraction], ...]
    spans: tuple[Span, ...]
    weighting: Weighting
    scale: float

    def asked(self, level: Fraction) -> Question:
        """Return the question for coalitions above a level, in scaled floats."""
        charges = np.array([float(charge) for charge in self.charges]) / self.scale
        return question(charges, float(level) / (self.scale if self.weighting in ("coalition", "member") else 1.0), self.weighting)

    def unsettled(self, number: int, some: Coalitions) -> list[bool]:
        """Return which coalitions' objections are not known, by an equation of the book about their cost, to be a level."""
        known, costs = self.equations[number], (some.costs * self.scale).tolist()
        return [known.get(row) != decimal(cost) for row, cost in zip(map(tuple, some.counts.tolist()), costs, strict=True)]

    def terms(self, level: Fraction) -> tuple[list[Fraction], Fraction, Fraction]:
        """Return charges, factor and level of the question, exactly."""
        charges = list(self.charges)
        if self.weighting == "coalition":
            return charges, Fraction(1), level
        if self.weighting == "member":
            return [charge - level for charge in charges], Fraction(1), Fraction(0)
        return charges, 1 + level if self.weighting == "cost" else 1 - level, Fraction(0)


def distance(members: tuple[int, ...], oracle: Separation, book: Book, weighting: Weighting, bounds: Sequence[Tight] = ()) -> float:
    """Return by how much costs of coalitions have to be raised to make the book's charges the exact nucleolus; 0 is a proof that they are it.

    Parameters
    ----------
    members : tuple of int
        Of each class.
    oracle : Separation
    book : Book
        Full: with one solution.
    weighting : str
    bounds : sequence of Tight
        Rows of weight 0 that charges keep to; by how much they do not counts as well.

    Returns
    -------
    float
        At most, in the game's unit. Where the oracle cannot list coalitions, what it can tell apart.
    """
    falling = tuple(accumulate((level.value for level in book.levels), min))
    spans = (Span(book.width).joined([members]), *(level.span for level in book.levels))
    equations = tuple({row.counts: row.cost for row in level.fixed if level.value == least} for level, least in zip(book.levels, falling, strict=True))
    claim = _Claim(book.charges, falling, equations, spans, weighting, oracle.scale)
    beyond = float(max((row.over(book.charges) for row in bounds), default=Fraction(0)))
    if not falling:
        return max(beyond, 0.0)
    asked = claim.asked(falling[-1])
    slack = ROUND * (len(members) + 2) * (1.0 + float(np.abs(asked.charges) @ np.array(members)) + abs(asked.level) + abs(asked.factor))
    listed = oracle.near(asked, slack)
    if listed is None:
        return max(beyond, _by_level(oracle, claim, SEARCHED * slack) * oracle.scale)
    return max(beyond, max((_misfit(part, claim, slack) for part in listed), default=0.0) * oracle.scale)


def _by_level(oracle: Separation, claim: _Claim, slack: float) -> float:
    """Return the largest misfit that the oracle finds, asking about each level, or what it cannot tell from none."""
    worst = slack
    for level, span in zip(claim.levels, claim.spans, strict=False):
        asked = claim.asked(level)
        found = oracle.violated(asked, span, slack, LISTED)
        if len(found) and not _none_above(found, claim, level):
            worst = max(worst, float(np.max(_excess(asked, found))) + slack)
    return worst


def _excess(asked: Question, found: Coalitions) -> Array:
    return np.asarray(found.counts @ asked.charges - asked.factor * found.costs - asked.level)


def _misfit(part: Coalitions, claim: _Claim, slack: float) -> float:
    """Return by how much some coalitions object above the level at which they are settled, at most."""
    entered = np.full(len(part), len(claim.levels))
    for number in range(len(claim.levels) - 1, -1, -1):
        entered[claim.spans[number].holds(part.counts)] = number
    worst = 0.0
    for number, level in enumerate(claim.levels, start=1):
        here = entered == number
        if not here.any():
            continue
        some = Coalitions(part.counts[here], part.costs[here])
        excess = _excess(claim.asked(level), some)
        close = excess >= -slack
        if np.count_nonzero(close) <= FEW:
            close[close] = claim.unsettled(number - 1, Coalitions(some.counts[close], some.costs[close]))
        if close.any() and (excess.max() > slack or not _none_above(Coalitions(some.counts[close], some.costs[close]), claim, level)):
            worst = max(worst, float(excess.max()) + slack)
    return worst


def _none_above(found: Coalitions, claim: _Claim, level: Fraction) -> bool:
    """Return whether no coalition's objection is above the level, by exact comparison; False where there are too many to tell."""
    charges, factor, least = claim.terms(level)
    costs, unit = _whole_costs(found.costs * claim.scale)
    if costs is None:
        if len(found) > MANY:
            return False
        exact = [decimal(cost) for cost in found.costs * claim.scale]
        unit = lcm(*(cost.denominator for cost in exact))
        costs = np.array([int(cost * unit) for cost in exact], dtype=object)
    common = lcm(factor.denominator, least.denominator, *(charge.denominator for charge in charges))
    whole = [int(charge * common) * unit for charge in charges]
    return _largest(found.counts, costs, whole, int(factor * common)) <= int(least * common) * unit


def _whole_costs(costs: Array) -> tuple[NDArray[np.int64] | None, int]:
    """Return costs as whole numbers of a decimal unit, if they have at most `DECIMALS` decimals, and the units in one."""
    some = costs[:: max(1, len(costs) // 64)]
    for digits in range(DECIMALS + 1):
        unit = 10**digits
        if not np.array_equal(np.rint(some * unit) / unit, some):
            continue
        whole = np.rint(costs * unit)
        if np.max(np.abs(whole)) >= 2**53:
            break
        if np.array_equal(whole / unit, costs):
            return whole.astype(np.int64), unit
    return None, 1


def _largest(counts: Counts, costs: NDArray[np.generic], charges: list[int], factor: int) -> int:
    """Return the largest ``counts @ charges - factor * costs``, in 64 bits where they suffice."""
    most = [max(int(count), 1) for count in counts.max(axis=0)]
    bound = sum(count * abs(charge) for count, charge in zip(most, charges, strict=True)) + max(abs(factor), 1) * max(int(np.max(np.abs(costs))), 1)
    kind = np.int64 if bound < 2**62 else object
    excess = counts.astype(kind) @ np.array(charges, dtype=kind) - costs.astype(kind) * (np.int64(factor) if kind is np.int64 else factor)
    return int(np.max(excess))
