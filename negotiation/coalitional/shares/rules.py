"""Rules that share a cost by a simple share: equal, in proportion, separable costs first, a table of fees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ulp
from operator import mul

import numpy as np

from ...errors import NotApplicableError, listed, unknown
from ...numerics import ARITHMETIC, ROUND_OFF, Array, shown
from ..allocation import Allocation, judge
from ..cost_game import CostGame
from ..exact import decimal
from ..terms import BASES, NO_TERMS, Terms

UNITS = 4
"""Units of the largest cost's last digit that a difference of costs may be off."""


def equal(game: CostGame) -> Allocation:
    """Return the same charge for every member: c(N) / n.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> equal(table_game("AB", np.array([0.0, 5.0, 7.0, 9.0]))).charges
    (4.5, 4.5)
    """
    return judge(game, "equal", [game.total / game.population] * len(game.names))


def equal_per_class(game: CostGame) -> Allocation:
    """Return charges under which every class pays the same in total: c(N) / (number of classes), shared by its members.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> equal_per_class(table_game("AB", np.array([0.0, 3.0, 5.0, 4.0, 7.0, 9.0]), (2, 1))).charges
    (2.25, 4.5)
    """
    return judge(game, "equal_per_class", [game.total / len(game.names) / n for n in game.members])


def proportional(game: CostGame, to: str = "use") -> Allocation:
    r"""Return charges in proportion to a number that each member has.

    .. math:: x_k = c(N) \, w_k / \sum_j n_j w_j

    Parameters
    ----------
    game : CostGame
    to : str
        "use" (what a member uses), "alone" (what serving it alone costs), "ability" (what it can pay a year).

    Raises
    ------
    UnknownNameError
        For anything else.
    NotApplicableError
        When the number is missing for some class or negative, or 0 for everybody.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> proportional(table_game("AB", np.array([0.0, 5.0, 7.0, 9.0])), "alone").charges
    (5.25, 3.75)
    """
    if to not in BASES:
        raise unknown("base of proportional charges", to, BASES)
    weights = _weights(game, to)
    total = float(weights @ np.array(game.members))
    if min(weights) < 0 or total <= 0:
        raise NotApplicableError(f"charges in proportion to '{to}' need numbers of 0 or more, and somebody with more than 0", _REMEDIES[to])
    note = "" if to == "use" else f"In proportion to {BASES[to]}."
    return judge(game, "proportional", (game.total / total * weights).tolist(), note=note)


_REMEDIES = {
    "use": "check 'use' of the cost game's classes",
    "alone": "check the cost of single members, or share in proportion to 'use'",
    "ability": "check 'ability' and 'months' of the cost game's classes",
}


def _weights(game: CostGame, to: str) -> Array:
    if to == "use":
        return np.array(game.use)
    if to == "alone":
        return game.alone
    missing = [entry.name for entry in game.classes if entry.affordable is None]
    if missing:
        raise NotApplicableError(f"charges in proportion to ability to pay need 'ability', which is missing for {listed(missing)}", "give it for every class")
    return np.array([entry.affordable for entry in game.classes], dtype=float)


def scrb(game: CostGame) -> Allocation:
    r"""Return separable costs and remaining benefits.

    Every member pays its separable cost, and a share of what is left in proportion to its remaining benefit:

    .. math:: x_k = m_k + \frac{b_k}{\sum_j n_j b_j} \Big(c(N) - \sum_j n_j m_j\Big), \quad
       m_k = c(N) - c(N - e_k), \quad b_k = \max(0, \min(c(e_k), a_k) - m_k)

    where :math:`a_k` is what a member can pay (its benefit is at least that), where it is known. For a game of savings the same holds
    with the sign turned: the most a member can ask for is what it adds to everybody.

    Needs the costs of 2 K + 1 coalitions only, so it fits games of any size. Their differences are taken of fractions, so that a charge of
    a millionth keeps its digits beside one of a billion.

    Raises
    ------
    NotApplicableError
        When something is left to share but nobody has a remaining benefit.

    References
    ----------
    Federal Inter-Agency River Basin Committee (1950), "Proposed practices for economic analysis of river basin projects".
    H. P. Young, N. Okada, T. Hashimoto (1982), "Cost allocation in water resources development".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> scrb(table_game("AB", np.array([0.0, 5.0, 7.0, 9.0]))).charges
    (5.5, 3.5)
    """
    members, total = np.array(game.members), decimal(game.total)
    separable = [total - decimal(cost) for cost in game.at(members - np.eye(len(members), dtype=np.int64)).tolist()]
    most = [decimal(cost) for cost in game.alone.tolist()]
    limited = game.kind == "cost" and any(entry.affordable is not None for entry in game.classes)
    if limited:
        can = [entry.affordable for entry in game.classes]
        most = [cost if able is None else min(cost, decimal(able)) for cost, able in zip(most, can, strict=True)]
    benefits = [max(game.sign * (cost - own), Fraction(0)) for cost, own in zip(most, separable, strict=True)]
    rest, shared = total - sum(map(mul, separable, game.members)), sum(map(mul, benefits, game.members))
    covered = abs(rest) <= ROUND_OFF * game.scale
    if shared <= ARITHMETIC * game.scale and not covered:
        raise NotApplicableError(
            f"{shown(float(rest))} is left after the separable costs, and nobody's stand-alone cost (or ability to pay) is above its separable cost",
            "use equal, proportional or shapley",
        )
    factor = rest / shared if shared else Fraction(0)
    spread = Fraction(0) if shared else rest / game.population
    charges = [float(own + benefit * factor + spread) for own, benefit in zip(separable, benefits, strict=True)]
    note = _scrb_note(game, float(rest), limited) if not covered else "The separable costs cover everything; nothing is left to share."
    return _to_the_last_digit(judge(game, "scrb", charges, note=note), charges)


def _to_the_last_digit(found: Allocation, charges: Sequence[float]) -> Allocation:
    """Return the allocation with charges that are small beside others as they are, but for what may be round-off of the costs themselves."""
    least = UNITS * ulp(found.game.scale)
    return replace(found, charges=tuple(charge if abs(charge) > least else 0.0 for charge in charges))


def _scrb_note(game: CostGame, rest: float, limited: bool) -> str:
    said = []
    if game.sign * rest < 0:
        said.append(f"The separable {'costs' if game.sign > 0 else 'savings'} add up to {shown(abs(rest))} more than there is to share.")
    if limited:
        said.append("The benefit of a member counts as what it can pay, where that is less than its stand-alone cost.")
    return " ".join(said)


def tiered(game: CostGame, terms: Terms = NO_TERMS) -> Allocation:
    """Return the charges of a table of fees: what every class's `fee` says, whether or not that covers the cost.

    Such tables are practice: a club of Upper Austria asks 255, 510 or 1,020 EUR a year by size. The shortfall says what the fees
    leave uncovered, or collect above the cost. Caps and floors of the terms apply to the fees.

    Raises
    ------
    NotApplicableError
        For a game of savings, or when some class has no fee.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import MemberClass
    >>> from negotiation.coalitional.costs import OfTotalUse
    >>> classes = (MemberClass("small", 20, fee=255.0), MemberClass("large", 3, fee=1020.0))
    >>> found = tiered(CostGame(classes, OfTotalUse((1.0, 1.0), lambda total: 0 * total + 9000.0), "EUR"))
    >>> found.shortfall, found.note
    (840.0, 'The fees collect 8,160 of 9,000 EUR: 840 EUR is missing.')
    """
    missing = [entry.name for entry in game.classes if entry.fee is None]
    if game.kind != "cost" or missing:
        raise NotApplicableError(
            "a table of fees shares a cost, not savings" if game.kind != "cost" else f"a table of fees needs 'fee', which is missing for {listed(missing)}",
            "use another rule" if game.kind != "cost" else "give what one member pays for every class",
        )
    low, high = terms.bounds(game)
    fees = np.clip(np.array([entry.fee for entry in game.classes], dtype=float), low, high)
    return judge(game, "tiered", fees.tolist(), note=_fees_note(game, fees.tolist()))


def _fees_note(game: CostGame, fees: Sequence[float]) -> str:
    collected = float(np.dot(fees, game.members))
    unit = f" {game.unit}" if game.unit else ""
    gap = game.total - collected
    if abs(gap) <= ROUND_OFF * game.scale:
        return f"The fees cover the cost of {shown(game.total)}{unit}."
    what = f"{shown(gap)}{unit} is missing" if gap > 0 else f"{shown(-gap)}{unit} is left over"
    return f"The fees collect {shown(collected)} of {shown(game.total)}{unit}: {what}."
