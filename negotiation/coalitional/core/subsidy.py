"""The least subsidy that fills the core, with the balanced weights that prove that no smaller one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ...budget import Budget, unlimited
from ...errors import SolverError
from ...numerics import ROUND_OFF, Array, shown
from ..cost_game import CostGame
from ..exact import rational, solve
from ..search.oracles import separation
from ..search.rows import MAX_ROUNDS, ROWS_A_ROUND, VIOLATED, CoalitionProgram
from ..search.separation import Question
from ..search.span import Span

INWARDS = 0.8
"""Where the worst coalitions are looked for: so much of the way from the program's answer to charges that nobody objects to."""
NEAR = 1e-5
"""Below this gap they are looked for at the program's answer itself."""
FACTORS = 30


@dataclass(frozen=True)
class Weighted:
    """A coalition with its weight in a balanced collection.

    Parameters
    ----------
    coalition : dict
        Members of each class.
    counts : tuple of int
        The same as numbers, one a class.
    weight : Fraction
    cost : float
        What it costs (earns) alone.
    """

    coalition: dict[str, int]
    counts: tuple[int, ...]
    weight: Fraction
    cost: float

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"coalition": dict(self.coalition), "weight": str(self.weight), "cost": self.cost}


@dataclass(frozen=True)
class Subsidy:
    """The least that outsiders have to add so that nobody is better off alone.

    Parameters
    ----------
    amount : float
        The least subsidy in the game's unit, 0 where the core is not empty; after an early stop what is known to be enough.
    at_least : float
        No smaller subsidy is enough; negative where the cost could rise by so much (or more) before the core is empty.
    balanced : tuple of Weighted
        Coalitions whose weights add up to one for every member, and whose weighted costs are `at_least` below the cost of everybody.
    exact : bool
        Whether that was checked in fractions.
    charges : tuple of float
        Charges to which nobody objects, per member; they cover the cost less `amount`, or more.
    complete : bool
        Whether `amount` and `at_least` meet, or nothing is needed.
    reason : str
        Why not.
    """

    amount: float
    at_least: float
    balanced: tuple[Weighted, ...]
    exact: bool
    charges: tuple[float, ...]
    complete: bool
    reason: str = ""

    @property
    def sentence(self) -> str:
        """The subsidy in words."""
        if self.amount == 0:
            return "No subsidy is needed: the cost can be shared so that no group does better alone."
        if self.complete:
            return f"A subsidy of {shown(self.amount)} is the least with which no group does better alone."
        return f"The least subsidy lies between {shown(max(self.at_least, 0.0))} and {shown(self.amount)} ({self.reason})."

    def as_dict(self) -> dict[str, Any]:
        """Return the subsidy for JSON."""
        body = {"amount": self.amount, "at_least": self.at_least, "balanced": [entry.as_dict() for entry in self.balanced]}
        return {**body, "exact": self.exact, "complete": self.complete, "reason": self.reason, "sentence": self.sentence}


def least_subsidy(game: CostGame, budget: Budget | None = None) -> Subsidy:
    r"""Return the least subsidy that fills the core: the cost of stability.

    .. math:: c(N) - \max \{ x(N) : x(S) \le c(S) \; \forall S \ne \emptyset, N \}
              = c(N) - \min \{ \sum_S w_S c(S) : \sum_S w_S S = N, \; w \ge 0 \}

    The weights of the second form are balanced; they prove that the core is empty where they cover everybody for less than c(N)
    (O. N. Bondareva 1963, L. S. Shapley 1967). Rows are generated. The worst coalitions are looked for between the program's answer
    and charges to which nobody objects (W. Ben-Ameur and J. Neto 2007); charges that somebody objects to are scaled down until nobody
    does. So there are bounds on both sides at any time.

    Parameters
    ----------
    game : CostGame
    budget : Budget, optional
        When it is spent the bounds are returned.

    Returns
    -------
    Subsidy

    Raises
    ------
    TooLargeError
        When the coalitions can neither be listed nor searched.
    SolverError
        When the rounds do not settle.

    References
    ----------
    Y. Bachrach et al. (2009), "The cost of stability in coalitional games".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> majority = table_game("ABC", np.array([0.0, 0, 0, 1, 0, 1, 1, 1]), kind="savings")
    >>> found = least_subsidy(majority)
    >>> found.amount, [str(entry.weight) for entry in found.balanced]
    (0.5, ['1/2', '1/2', '1/2'])
    """
    if game.population == 1:
        return Subsidy(0.0, 0.0, (), True, (game.total,), True)
    return _Search(game).run(budget or unlimited())


class _Search:
    """Charges to which nobody objects, and a program that knows some coalitions: what they add up to from below and from above."""

    def __init__(self, game: CostGame) -> None:
        self._game = game
        self._oracle = separation(game)
        self._members = np.array(game.members, dtype=float)
        self._total = game.total * game.sign / self._oracle.scale
        n = len(game.members)
        self._program = CoalitionProgram(self._oracle, game.members, -self._members, np.eye(n), np.zeros(n), np.zeros(n))
        used = np.maximum(game.use, 0.0)
        first = [np.ones(n), *([used] if used.any() else [])]
        starts = [self._scaled_down(start * (self._total / float(start @ self._members))) for start in first]
        self._inside = max(starts, key=lambda charges: float(charges @ self._members))

    def run(self, budget: Budget) -> Subsidy:
        """Close the gap."""
        for _ in range(MAX_ROUNDS):
            found = self._program.program.solve()
            if not found:
                raise SolverError(f"the program over coalitions is {found.status}", "check the costs for very large numbers")
            gap = -found.value - self._value
            if gap <= VIOLATED or self._value >= self._total:
                return self._result(self._program.prices(found), "")
            if gap <= NEAR and not self._program.add(self._asked(found.x)):
                self._inside = found.x
                return self._result(self._program.prices(found), "")
            if budget.spent(1 - gap / max(abs(self._total), gap), "finding the least subsidy"):
                return self._result(self._program.prices(found), budget.why())
            better = self._scaled_down(INWARDS * self._inside + (1 - INWARDS) * found.x)
            self._inside = better if float(better @ self._members) > self._value else self._inside
        raise SolverError("the least subsidy did not settle", "join classes")

    @property
    def _value(self) -> float:
        return float(self._inside @ self._members)

    def _asked(self, charges: Array) -> Any:
        return self._oracle.violated(Question(charges, 1.0, 0.0), Span(len(self._members)), VIOLATED / 10, ROWS_A_ROUND)

    def _scaled_down(self, charges: Array) -> Array:
        """Return charges to which nobody objects, in proportion where costs are positive; what objects on the way becomes rows."""
        factor = 1.0
        for _ in range(FACTORS):
            found = self._asked(factor * charges)
            if not len(found):
                return factor * charges
            self._program.add(found)
            paid = found.counts @ charges
            factor = min(factor, float(np.min(found.costs / paid))) if np.all(paid > 0) else 0.0
            if factor <= 0:
                worst = float(np.max(paid - found.costs))
                return charges - worst
        return charges - float(np.max(found.counts @ charges - found.costs))

    def _result(self, prices: Sequence[tuple[tuple[int, ...], float]], reason: str) -> Subsidy:
        game, scale = self._game, self._oracle.scale
        balanced, least, exact = balance(game, prices)
        reached = (self._total - self._value) * scale
        needed = max(least, reached) if reason else least
        amount = needed if needed > ROUND_OFF * game.scale else 0.0
        return Subsidy(amount, least, balanced, exact, tuple((self._inside * game.sign * scale).tolist()), not reason or amount == 0.0, reason)


def balance(game: CostGame, prices: Sequence[tuple[tuple[int, ...], float]]) -> tuple[tuple[Weighted, ...], float, bool]:
    """Return balanced weights near some prices in fractions, what everybody costs above them, and whether they are exact.

    The weights of the coalitions with a price follow from the balance of every class. Where they do not (more coalitions than a corner of
    the program has), prices are rounded down and single members make up the rest.
    """
    chosen = [(counts, price) for counts, price in prices if price > VIOLATED]
    rows = [counts for counts, _ in chosen]
    weights = solve(list(zip(*rows, strict=True)), [Fraction(n) for n in game.members]) if rows else None
    if weights is None or min(weights) < 0:
        rows, weights = _filled_up(game, chosen)
    kept = [(counts, weight) for counts, weight in zip(rows, weights, strict=True) if weight]
    costs = game.at(np.array([counts for counts, _ in kept], dtype=np.int64)).tolist()
    balanced = tuple(Weighted(game.coalition(counts), counts, weight, cost) for (counts, weight), cost in zip(kept, costs, strict=True))
    covered = sum((entry.weight * rational(entry.cost) for entry in balanced), Fraction(0))
    return balanced, float(game.sign * (rational(game.total) - covered)), is_balanced(game, balanced)


def _filled_up(game: CostGame, chosen: Sequence[tuple[tuple[int, ...], float]]) -> tuple[list[tuple[int, ...]], list[Fraction]]:
    left = [Fraction(n) for n in game.members]
    weights: dict[tuple[int, ...], Fraction] = {}
    for counts, price in sorted(chosen, key=lambda entry: -entry[1]):
        most = min((rest / count for rest, count in zip(left, counts, strict=True) if count), default=Fraction(0))
        weights[counts] = min(Fraction(price).limit_denominator(10**9), most)
        left = [rest - weights[counts] * count for rest, count in zip(left, counts, strict=True)]
    for k, rest in enumerate(left):
        alone = tuple(int(j == k) for j in range(len(left)))
        weights[alone] = weights.get(alone, Fraction(0)) + rest
    return list(weights), list(weights.values())


def is_balanced(game: CostGame, weighted: Sequence[Weighted]) -> bool:
    """Return whether weights of proper coalitions are 0 or more and add up to one for the members of every class, in fractions."""
    sums = [sum((entry.weight * entry.counts[k] for entry in weighted), Fraction(0)) for k in range(len(game.members))]
    proper = all(any(entry.counts) and entry.counts != game.members and entry.weight >= 0 for entry in weighted)
    return proper and sums == [Fraction(n) for n in game.members]
