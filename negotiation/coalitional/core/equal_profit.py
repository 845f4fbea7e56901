"""The equal profit method: everybody saves the same share of its stand-alone cost, as far as the core allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import NotApplicableError
from ...numerics import significant
from ..allocation import Allocation, covering, judge
from ..cost_game import CostGame
from ..exact import decimal
from ..search.oracles import separation
from .least import least_core_level
from .lexicographic import DIGITS, Setting, lexicographic_optimum
from .profit_exactly import exact_shares

FEW = 64
"""Coalitions of a game that is solved in fractions where its costs differ much in size."""
APART = 1e-5
"""Share of the largest cost below which somebody's own cost is lost in programs of floats."""


def equal_profit(game: CostGame) -> Allocation:
    r"""Return the charges in the core under which relative savings differ least.

    With :math:`r_k = x_k / c(\{k\})`, what a member pays as a share of what it would pay alone:

    .. math:: \min \; \max_k r_k - \min_k r_k \quad \text{s.t.} \quad x(S) \le c(S) + \epsilon, \; x(N) = c(N)

    where :math:`\epsilon` is 0 if the core is not empty, else the level of the least core. Of all such charges those are returned whose
    shares :math:`r` are lexicographically least, the largest first: one answer, in which members with equal roles pay alike.

    Linear programs in floats know the charges to some 1e-9 of the largest cost. Where somebody's own cost is that small beside others, games
    of few coalitions are solved in fractions.

    Parameters
    ----------
    game : CostGame
        Every stand-alone cost (worth) is positive.

    Returns
    -------
    Allocation
        Its evidence holds "spread", the largest difference in relative savings, and "savings" of each class.

    Raises
    ------
    NotApplicableError
        When somebody would pay (earn) nothing alone.
    TooLargeError
        When the coalitions can neither be listed nor searched.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> found = equal_profit(table_game("AB", np.array([0.0, 5.0, 7.0, 9.0])))
    >>> found.charges, found.evidence["savings"]
    ((5.25, 3.75), {'A': 0.25, 'B': 0.25})

    References
    ----------
    M. Frisk, M. Göthe-Lundgren, K. Jörnsten, M. Rönnqvist (2010), "Cost allocation in collaborative forest transportation".
    """
    if np.min(game.alone) <= 0:
        what = "cost" if game.kind == "cost" else "worth"
        raise NotApplicableError(f"relative savings need a positive stand-alone {what} of everybody", "use nucleolus")
    if game.population == 1:
        return judge(game, "equal_profit", [game.total])
    if game.size <= FEW and np.min(game.alone) < APART * game.scale:
        return _exactly(game)
    n = len(game.members)
    spread_of = np.array([*[0.0] * n, -1.0, 1.0])
    spread, found = lexicographic_optimum(_setting(game), spread_of, game.sign * np.eye(n, n + 2))
    shares = np.array([significant(share, DIGITS) for share in found[:n].tolist()], dtype=float)
    return judge(game, "equal_profit", covering(game, shares * game.alone), evidence=_evidence(game, float(spread), shares.tolist()))


def _exactly(game: CostGame) -> Allocation:
    """Return the charges of a small game whose costs differ much in size, to the last digit."""
    spread, shares = exact_shares(game)
    charges = tuple(float(share * decimal(cost)) for share, cost in zip(shares, game.alone.tolist(), strict=True))
    return replace(judge(game, "equal_profit", charges, evidence=_evidence(game, float(spread), [float(share) for share in shares])), charges=charges)


def _evidence(game: CostGame, spread: float, shares: Sequence[float]) -> dict[str, Any]:
    saved = {name: round(game.sign * (1 - share), DIGITS) for name, share in zip(game.names, shares, strict=True)}
    return {"spread": round(max(spread, 0.0), DIGITS), "savings": saved}


def _setting(game: CostGame) -> Setting:
    """Return the least core over the shares of the classes, the least and the largest share."""
    oracle, n = separation(game), len(game.members)
    pays = np.diag(game.alone) * (game.sign / oracle.scale)
    share, lowest, highest = np.eye(n, n + 2), np.eye(n + 2)[n], np.eye(n + 2)[n + 1]
    between = np.vstack([lowest - share, share - highest])
    total = (np.array(game.members, dtype=float) @ pays)[None, :]
    return Setting(
        oracle,
        game.members,
        np.pad(pays, ((0, 0), (0, 2))),
        np.zeros(n),
        max(least_core_level(game) / oracle.scale, 0.0),
        (between, np.zeros(2 * n)),
        (np.pad(total, ((0, 0), (0, 2))), np.array([game.total * game.sign / oracle.scale])),
        [None] * (n + 2),
    )
