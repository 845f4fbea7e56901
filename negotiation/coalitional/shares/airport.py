"""Airport games: closed forms where a coalition costs what its most demanding member needs."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np

from ...errors import NotApplicableError
from ...numerics import ARITHMETIC, ROUND_OFF, Array
from ..allocation import Allocation, covering, judge
from ..cost_game import CostGame
from ..costs import MostDemanding

TINY = 1e-100
"""Stands for the distance between the last two points where they have one place: the last class has one member."""


def needs_of(game: CostGame) -> Array | None:
    """Return what each class needs where a coalition costs what its most demanding member needs, shape (classes,); else None.

    A table is recognised: every cost is the largest stand-alone cost of the members.
    """
    if game.kind != "cost" or game.population == 1:
        return None
    if isinstance(game.function, MostDemanding):
        return np.array(game.function.needs, dtype=float)
    if not game.tabulated or np.min(game.alone) < 0:
        return None
    expected = MostDemanding(tuple(game.alone.tolist()))(np.ix_(*(np.arange(n + 1.0) for n in game.members)))
    return game.alone if np.max(np.abs(expected - game.costs)) <= ROUND_OFF * game.scale else None


def airport(game: CostGame) -> Allocation:
    r"""Return the charges under which every stretch of the runway is paid in equal shares by those who need it.

    With needs in increasing order :math:`0 = c_0 \le c_1 \le \dots` and :math:`m_j` members who need at least :math:`c_j`:

    .. math:: x_k = \sum_{j \le k} \frac{c_j - c_{j-1}}{m_j}

    It is the Shapley value of the game, and lies in its core.

    Parameters
    ----------
    game : CostGame
        In which a coalition costs what its most demanding member needs; tables are recognised.

    Returns
    -------
    Allocation

    Raises
    ------
    NotApplicableError
        For other games.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import MemberClass
    >>> classes = (MemberClass("short"), MemberClass("middle"), MemberClass("long"))
    >>> airport(CostGame(classes, MostDemanding((12.0, 28.0, 30.0)))).charges
    (4.0, 12.0, 14.0)

    References
    ----------
    S. C. Littlechild, G. Owen (1973), "A simple expression for the Shapley value in a special case".
    """
    needs = needs_of(game)
    if needs is None and game.population > 1:
        raise NotApplicableError(
            "stretches can be shared only where a coalition costs as much as its most demanding member alone", "use shapley, or serial for a cost of total use"
        )
    return judge(game, "airport", [game.total] if needs is None else covering(game, shared_stretches(needs, game.members)))


def airport_nucleolus(game: CostGame, rule: str) -> Allocation | None:
    """Return the nucleolus of a game in which the most demanding member decides, by its closed form; None for other games.

    It is the prenucleolus too. Ten thousand members take some milliseconds.
    """
    if not isinstance(game.function, MostDemanding) or game.kind != "cost" or game.population == 1:
        return None
    charges = covering(game, nucleolus_charges(np.array(game.function.needs, dtype=float), game.members))
    evidence = {"certified": True, "exact": False, "error": ARITHMETIC * game.scale, "levels": [], "closed_form": "S. C. Littlechild (1974)"}
    return judge(game, rule, charges, evidence=evidence)


def shared_stretches(needs: Array, members: Sequence[int]) -> Array:
    """Return the equal shares of every stretch per member of each class, shape (classes,)."""
    order = np.argsort(needs, kind="stable")
    users = np.cumsum(np.array(members, dtype=float)[order][::-1])[::-1]
    shares = np.empty(len(needs))
    shares[order] = np.cumsum(np.diff(needs[order], prepend=0.0) / users)
    return shares


def first_share(needs: Array, members: Sequence[int]) -> float:
    r"""Return by how much the least content coalition is better off than alone, at best: minus the least-core level.

    .. math:: \min \Bigl\{ \min_k \frac{c_k}{m_k + 1}, \; \frac{c_{max}}{n} \Bigr\}

    with :math:`m_k` members who need no more than :math:`c_k`, over all classes but the most demanding one.
    """
    order = np.argsort(needs, kind="stable")
    ends = np.cumsum(np.array(members, dtype=float)[order])
    below = needs[order][:-1] / (ends[:-1] + 1)
    return float(np.min(below, initial=needs[order][-1] / ends[-1]))


def nucleolus_charges(needs: Array, members: Sequence[int]) -> Array:
    r"""Return the nucleolus of an airport game, per member of each class.

    Members are taken in the order of their needs. When the first `i` pay `P` together, the next share is

    .. math:: \alpha = \min \Bigl\{ \min_{i < k < n} \frac{c_k - P}{k - i + 1}, \; \frac{c_n - P}{n - i} \Bigr\}

    and all members up to the last `k` at which it is attained pay it. Read as slopes, the shares follow the lower hull of the points
    (k, c_k): n log n steps for sorting, n for the rest.

    Parameters
    ----------
    needs : ndarray, shape (classes,)
        0 or more.
    members : sequence of int

    Returns
    -------
    ndarray, shape (classes,)

    References
    ----------
    S. C. Littlechild (1974), "A simple expression for the nucleolus in a special case".
    """
    order = np.argsort(needs, kind="stable")
    ends = np.cumsum(np.array(members, dtype=np.int64)[order]).tolist()
    height = needs[order].tolist()
    place = [*ends[:-1], ends[-1] - 1]
    following, slope = _hull(place, height)
    shares = np.empty(len(needs))
    done, paid, start = 0, 0.0, 0
    while start < len(place):
        at = start
        share = (height[at] - paid) / (place[at] - done + 1)
        while slope[at] <= share:
            at = following[at]
            share = (height[at] - paid) / (place[at] - done + 1)
        shares[order[start : at + 1]] = share
        paid += share * (ends[at] - done)
        done, start = ends[at], at + 1
    return shares


def _hull(place: list[int], height: list[float]) -> tuple[list[int], list[float]]:
    """Return, for every point, the next corner of the lower hull of that point and all to its right, and the slope up to there."""
    n = len(place)
    following, slope = [n] * n, [inf] * n
    for i in range(n - 2, -1, -1):
        j, here, low = i + 1, place[i], height[i]
        up = (height[j] - low) / (place[j] - here or TINY)
        while slope[j] <= up:
            j = following[j]
            up = (height[j] - low) / (place[j] - here)
        following[i], slope[i] = j, up
    return following, slope
