"""Levels that round-off hides: the same programs, looked at through a magnifying glass.

Where costs of a millionth and of a billion stand in one game, a linear program in floats cannot tell the small ones apart. The level that
went wrong is found by exact comparison, and solved again in the differences to the charges found so far, in units of what they are off.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...errors import NotApplicableError, SolverError
from ..cost_game import CostGame, table_game
from ..exact import decimal
from ..search.separation import TableSeparation, Weighting, power_of_two
from ..search.span import Counts, Span
from .kohlberg import Book, Tight
from .levels import Frame, LevelLoop, settled_levels

MANY = 4096
"""Coalitions that are compared as fractions, all of them."""
REACH = 2.0**16
"""Differences beyond, in units of what charges are off, are taken as this."""
ROUNDS = 8
"""For each class."""


def mended(game: CostGame, weighting: Weighting, bounds: Sequence[Tight], book: Book, budget: Budget | None = None) -> Book:
    """Return a book whose levels are right by exact comparison, or the best that was found.

    Parameters
    ----------
    game : CostGame
        Of at most `MANY` coalitions; others, and weights by cost, are returned as they are.
    weighting, bounds, budget
        As for `settled_levels`.
    book : Book
        What that returned.

    Returns
    -------
    Book
    """
    if game.size > MANY or weighting not in ("coalition", "member"):
        return book
    exact = _Exact(game, weighting, bounds)
    for _ in range(ROUNDS * len(game.names)):
        number, misfit = exact.first_wrong(book)
        if not misfit:
            break
        frame = Frame(4 * power_of_two(float(misfit)), book.charges, REACH)
        start = book.levels[number].value
        better = book.up_to(number)
        loop = LevelLoop(game, exact.magnified(frame, start), weighting, bounds, budget=budget, frame=frame)
        loop.follow(better)
        better = _as_far_as_seen(loop, better, start - Fraction(frame.unit * REACH / 8))
        if len(better.levels) == number:
            break
        book = settled_levels(game, TableSeparation(game), weighting, bounds, budget=budget, book=better)
    return book


def _as_far_as_seen(loop: LevelLoop, book: Book, least: Fraction) -> Book:
    """Settle levels in the frame while they are well within its reach."""
    while not book.span.full:
        settled = len(book.levels)
        try:
            level = loop.advance(book)
        except (NotApplicableError, SolverError):
            break
        if level.value < least:
            return book.up_to(settled)
    return book


class _Exact:
    """The table of a game in whole numbers."""

    def __init__(self, game: CostGame, weighting: Weighting, bounds: Sequence[Tight]) -> None:
        self._game, self._bounds = game, bounds
        self._counts: Counts = np.array(list(product(*map(range, game.shape))), dtype=np.int64)
        costs = [game.sign * decimal(cost) for cost in game.costs.ravel()]
        self._unit = lcm(*(cost.denominator for cost in costs))
        self._costs = np.array([int(cost * self._unit) for cost in costs], dtype=object)
        self._weights = np.ones(len(costs), dtype=object) if weighting == "coalition" else self._counts.sum(axis=1).astype(object)

    def _beyond(self, charges: Sequence[Fraction], level: Fraction) -> tuple[NDArray[Any], int]:
        """Return by how much each coalition objects above the level, in whole numbers of a unit, and how many of it are one."""
        unit = lcm(self._unit, level.denominator, *(charge.denominator for charge in charges))
        pays = self._counts.astype(object) @ np.array([int(charge * unit) for charge in charges], dtype=object)
        return pays - self._costs * (unit // self._unit) - self._weights * int(level * unit), unit

    def first_wrong(self, book: Book) -> tuple[int, Fraction]:
        """Return the first level above which somebody objects whom it does not settle, or which crosses a bound, and by how much; 0 where none."""
        span = Span(book.width).joined([self._game.members])
        for number, level in enumerate(book.levels):
            beyond, unit = self._beyond(book.charges, level.value)
            beyond[span.holds(self._counts)] = 0
            worst = max(beyond)
            crossed = max((row.over(book.charges) for row in self._bounds if row.counts in level.span), default=Fraction(0))
            if worst > 0 or crossed > 0:
                return number, max(Fraction(worst, unit), crossed)
            span = level.span
        return len(book.levels), Fraction(0)

    def magnified(self, frame: Frame, level: Fraction) -> TableSeparation:
        """Return the oracle for differences to the frame's charges and the level, in the frame's unit."""
        beyond, unit = self._beyond(frame.centre or (), level)
        up, down = Fraction(frame.unit).as_integer_ratio()
        slack = [min(max(-value * down / (unit * up), -REACH), REACH) for value in beyond]
        return TableSeparation(table_game(self._game.names, np.array(slack), self._game.members), scale=1.0)
