"""The tau value: halfway, as far as the total allows, between what everybody has to pay and what it can be asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import NotApplicableError, TooLargeError
from ...numerics import ROUND_OFF, Array, shown
from ..allocation import Allocation, covering, judge
from ..cost_game import CostGame
from ..costs import CostFunction, MostDemanding, OfTotalUse, structure
from ..exact import common_unit
from ..excess import complaints
from ..search.oracles import structured

MOST_SEARCHES = 100
"""Classes beyond which the coalitions of a game without a table are not searched class by class."""


def tau(game: CostGame) -> Allocation:
    r"""Return the tau value, per member of each class.

    Nobody can expect to pay less than its separable cost :math:`m_k`, nor be asked for more than what is left of the cost of a
    coalition whose other members pay only theirs; the charges are the point between the two that covers the cost:

    .. math:: m_k = c(N) - c(N - e_k), \quad h_k = \min_{s_k \ge 1} \Big( c(s) - \sum_j s_j m_j \Big) + m_k, \quad
       x = m + \lambda (h - m)

    In a game of savings the same holds with the sign turned: the most a member can hope for is what it adds to everybody. One pass
    over the table of coalitions, or a search for each class where the cost depends on total use or on the most demanding member.

    Returns
    -------
    Allocation
        With both bounds in `evidence`.

    Raises
    ------
    NotApplicableError
        When the game is not quasi-balanced: some least charge is above the greatest, or the total is not between their sums.
    TooLargeError
        Beyond tables and searches.

    References
    ----------
    S. H. Tijs (1981), "Bounds for the core and the tau-value".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> tau(table_game("AB", np.array([0.0, 5.0, 7.0, 9.0]))).charges
    (5.5, 3.5)
    """
    tolerance = ROUND_OFF * game.scale
    least = game.sign * game.separable
    most = least + _slack(game, least)
    _check(game, least, most, tolerance)
    members = np.array(game.members, dtype=float)
    room, rest = float((most - least) @ members), game.sign * game.total - float(least @ members)
    charges = least + (most - least) * (rest / room if room > tolerance else 0.0)
    bounds = {name: sorted((game.sign * float(low), game.sign * float(high))) for name, low, high in zip(game.names, least, most, strict=True)}
    return judge(game, "tau", covering(game, game.sign * charges), evidence={"bounds": bounds})


def _slack(game: CostGame, least: Array) -> Array:
    """Return, for each class, the least that is left of the cost of a coalition with one of its members when all pay the least."""
    if not game.tabulated and structured(game) and len(game.names) <= MOST_SEARCHES:
        return np.array([_searched_slack(game, least, k) for k in range(len(game.names))])
    left = game.sign * game.costs - game.charged(least.tolist())
    found = []
    for _ in range(left.ndim):
        found.append(float(left[1:].min()))
        left = left.min(axis=0)
    return np.array(found)


def _searched_slack(game: CostGame, least: Array, k: int) -> float:
    """Return the same for one class, by a search among the coalitions that join one of its members."""
    alone, total = game.sign * float(game.alone[k]), game.sign * game.total
    slack = min(alone - float(least[k]), total - float(least @ np.array(game.members)))
    function = structure(game.function)
    used = function.use if isinstance(function, OfTotalUse) else (1.0,) * len(game.members)
    kept = [j for j, n in enumerate(game.members) if n > (j == k) and used[j] != 0]
    others = tuple(replace(game.classes[j], members=game.members[j] - (j == k)) for j in kept)
    if not others:
        return slack
    joining = CostGame(others, _joined(function, k, kept), game.unit, game.kind)
    found = complaints(joining, (game.sign * least[kept]).tolist(), 1)
    if not found.exact:
        raise TooLargeError("the coalitions are too many for the tau value", "use shapley")
    return min(slack, -found.largest - float(least[k])) if found.worst else slack


def _joined(function: CostFunction, k: int, kept: list[int]) -> CostFunction:
    """Return what coalitions of the other members cost together with a member of class `k`."""
    if isinstance(function, MostDemanding):
        return MostDemanding(tuple(max(function.needs[j], function.needs[k]) for j in kept))
    assert isinstance(function, OfTotalUse)
    cost, (whole, unit) = function.cost, common_unit(function.use)

    def together(total: Array) -> Array:
        """Return the cost of a total with the member's own, added in whole units."""
        return cost((np.rint(total / float(unit)) + whole[k]) * unit.numerator / unit.denominator)

    return OfTotalUse(tuple(function.use[j] for j in kept), together)


def _check(game: CostGame, least: Array, most: Array, tolerance: float) -> None:
    words = ("is sure to pay", "can be asked for at most") if game.sign > 0 else ("can hope for at most", "is sure of")
    over = least - most
    worst = int(np.argmax(over))
    remedy = "use shapley or nucleolus, which fit every game"
    if over[worst] > tolerance:
        numbers = f"{shown(game.sign * float(least[worst]))}, and {words[1]} {shown(game.sign * float(most[worst]))}"
        raise NotApplicableError(f"the game is not quasi-balanced: {game.label(worst)} {words[0]} {numbers}", remedy)
    members = np.array(game.members, dtype=float)
    between = sorted((game.sign * float(least @ members), game.sign * float(most @ members)))
    if not between[0] - tolerance <= game.total <= between[1] + tolerance:
        message = f"the game is not quasi-balanced: {shown(game.total)} is not between the sums of the bounds, {shown(between[0])} and {shown(between[1])}"
        raise NotApplicableError(message, remedy)
