"""A point of the core in fractions, checked against every coalition."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from ..cost_game import CostGame
from ..exact import rational, solve
from ..search.separation import Coalitions, Question, Separation
from ..search.span import Span

ROUND = 1e-15
"""Share of the numbers added up that a sum of floats may lose, for each number."""
MANY = 20_000
"""Coalitions that are compared as fractions."""
TIGHT = (1e-9, 1e-12, 1e-15)
"""Shares of the largest cost within which a coalition is taken to pay exactly what it costs; tried one after the other."""


def witness(game: CostGame, oracle: Separation, charges: Sequence[float]) -> tuple[Fraction, ...] | None:
    """Return charges in fractions to which no coalition objects and which cover the cost, near some charges; None where that cannot be shown.

    Costs are read as the decimals (or simple fractions) that they stand for. Coalitions that pay clearly less than they cost are compared
    as floats, with a bound for what floats lose; the others as fractions.

    Parameters
    ----------
    game : CostGame
    oracle : Separation
        For the game.
    charges : sequence of float
        Per member of each class.
    """
    asked = Question(np.array(charges, dtype=float) * (game.sign / oracle.scale), 1.0, 0.0)
    for within in TIGHT:
        tight = _near(oracle, asked, within, len(game.members))
        point = _exact_point(game, charges, tight) if tight is not None else None
        if point is not None and _nobody_objects(game, oracle, point):
            return point
    return None


def _nobody_objects(game: CostGame, oracle: Separation, point: Sequence[Fraction]) -> bool:
    asked = Question(np.array([float(charge) for charge in point]) * (game.sign / oracle.scale), 1.0, 0.0)
    slack = ROUND * (len(point) + 2) * (2.0 + float(np.abs(asked.charges) @ np.array(game.members)))
    close = _near(oracle, asked, slack, len(point))
    if close is None:
        return False
    costs = [rational(cost) for cost in game.at(close.counts).tolist()] if len(close) else []
    pays = [sum((n * charge for n, charge in zip(row, point, strict=True)), Fraction(0)) for row in close.counts.tolist()]
    return all(game.sign * paid <= game.sign * cost for paid, cost in zip(pays, costs, strict=True))


def _near(oracle: Separation, asked: Question, within: float, classes: int) -> Coalitions | None:
    """Return the coalitions that object, or nearly do; None where they are there but cannot be listed."""
    listed = oracle.near(asked, within)
    if listed is None:
        found = oracle.violated(Question(asked.charges, asked.factor, asked.level - within), Span(classes), 0.0, 1)
        return found if not len(found) else None
    parts = []
    for part in listed:
        parts.append(part)
        if sum(map(len, parts)) > MANY:
            return None
    empty = np.zeros((0, classes), dtype=np.int64)
    return Coalitions(np.concatenate([empty, *(part.counts for part in parts)]), np.concatenate([np.zeros(0), *(part.costs for part in parts)]))


def _exact_point(game: CostGame, charges: Sequence[float], tight: Coalitions) -> tuple[Fraction, ...] | None:
    """Return the charges in fractions that cover the cost, make tight coalitions tight, and are otherwise those given."""
    unit = np.eye(len(charges), dtype=np.int64).tolist()
    costs = game.at(tight.counts).tolist() if len(tight) else []
    known = [(list(game.members), game.total), *zip(tight.counts.tolist(), costs, strict=True), *zip(unit, charges, strict=True)]
    span, rows, right = Span(len(charges)), [], []
    for row, value in known:
        wider = span.joined([row])
        if wider.rank > span.rank:
            span = wider
            rows.append(row)
            right.append(rational(value))
        if span.full:
            break
    found = solve(rows, right)
    return None if found is None else tuple(found)
