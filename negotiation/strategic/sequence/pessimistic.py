"""Commitment to a mixture when ties go against the leader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...linear import Solution, minimise
from ...numerics import TOLERANCE, Array

Replies = NDArray[np.bool_]

EXACT = 1e-8
"""What a mixture may earn less, as a share of the leader's largest payoff, and still count as earning the value."""
TIE = 1e-5
"""What a reply may earn less, as a share of the range of the follower's payoffs, and still count as tied; far above `EXACT`, which a mixture could spend."""
SCALE = 1e3
"""How far mixtures are scaled up when ties are broken."""


@dataclass(frozen=True)
class Pessimistic:
    """What a commitment is worth to the leader when the follower breaks ties against it.

    Parameters
    ----------
    value : float
        The supremum over all mixtures, in the game's money unit.
    attained : bool
        Whether some mixture earns it; otherwise mixtures near `mixture` come as close as one likes.
    mixture : ndarray
        The leader's probability of each action: one that earns `value`, or the limit of those that come ever closer.
    towards : ndarray
        A mixture to which the same reply is the only best one. Moving from `mixture` towards it breaks the tie.
    replies : tuple of int
        The follower's replies near `mixture`; several only where they earn it the same everywhere.
    complete : bool
        False when the budget ran out: `value` is then a lower bound.
    """

    value: float
    attained: bool
    mixture: Array
    towards: Array
    replies: tuple[int, ...]
    complete: bool

    def as_dict(self, actions: tuple[str, ...], replies: tuple[str, ...]) -> dict[str, object]:
        """Return it by names, for JSON."""
        named: dict[str, Mapping[str, float]] = {
            name: dict(zip(actions, row.tolist(), strict=True)) for name, row in (("mixture", self.mixture), ("towards", self.towards))
        }
        return {"value": self.value, "attained": self.attained, **named, "replies": [replies[j] for j in self.replies], "complete": self.complete}


def pessimistic_commitment(own: Array, other: Array, bounds: Mapping[int, float], same: float, budget: Budget) -> Pessimistic | None:
    r"""Return the weak Stackelberg value: the best commitment against a follower who breaks ties against the leader.

    .. math:: \sup_p \min_{j \in BR(p)} \sum_i p_i u_{ij}

    Every mixture lies in the region of some reply that is the only best one somewhere (up to replies that earn the follower the same
    everywhere), so the supremum is the largest of :math:`\max_{p \in \Delta_J} \min_{j \in J} p u_j` over classes `J` of equal replies whose region
    :math:`\Delta_J` has an interior. Without ties among the follower's payoffs every region has one, and the value is the strong one.

    Parameters
    ----------
    own, other : ndarray, shape (actions, replies)
        Payoffs of leader and follower.
    bounds : mapping of int to float
        For each reply that was examined and is ever best, the most that the leader gets with it.
    same : float
        Difference of the follower's payoffs that counts as none.
    budget : Budget

    Returns
    -------
    Pessimistic or None
        None when the budget ran out before any region was examined.

    Notes
    -----
    Cost: two linear programs for each reply whose bound is above the best value found so far, one or two in generic games.

    References
    ----------
    B. von Stengel and S. Zamir (2010), "Leadership games with convex strategy sets", section 4.
    """
    own_unit, unit = float(np.abs(own).max()) or 1.0, float(np.ptp(other)) or 1.0
    regions: list[tuple[float, Array, Array, Replies]] = []
    value, complete = -np.inf, True
    for j in sorted(bounds, key=lambda reply: -bounds[reply]):
        if bounds[j] / own_unit < value - EXACT:
            break
        if budget.spent(1.0, "ties against the leader"):
            complete = False
            break
        found = _in_region(own / own_unit, other / unit, j, same / unit)
        if found is not None:
            regions.append(found)
            value = max(value, found[0])
    if not regions:
        return None
    return replace(_best(own / own_unit, other / unit, regions), value=value * own_unit, complete=complete)


def _best(own: Array, other: Array, regions: list[tuple[float, Array, Array, Replies]]) -> Pessimistic:
    """Return the best of the regions: among equals one in which the value is attained."""
    value = max(region[0] for region in regions)
    for _, _, inside, equal in (region for region in regions if region[0] >= value - EXACT):
        reached = _attaining(own, other, value, equal)
        if reached is not None:
            return Pessimistic(value, True, reached, inside, tuple(np.flatnonzero(equal).tolist()), True)
    _, p, inside, equal = max(regions, key=lambda region: region[0])
    return Pessimistic(value, False, p, inside, tuple(np.flatnonzero(equal).tolist()), True)


def _in_region(own: Array, other: Array, j: int, same: float) -> tuple[float, Array, Array, Replies] | None:
    """Return the best value where `j` and its equals are best, a mixture for it, one inside, and the equals; None without an interior."""
    equal = np.abs(other - other[:, [j]]).max(axis=0) <= same
    rivals = (other - other[:, [j]])[:, ~equal].T
    inside = _distribution(len(own), np.append(np.zeros(len(own)), -1.0), np.column_stack([rivals, np.ones(len(rivals))]), high=1.0)
    if len(rivals) and (not inside or inside.x[-1] <= TOLERANCE):
        return None
    rows = np.vstack([np.column_stack([rivals, np.zeros(len(rivals))]), np.column_stack([-own[:, equal].T, np.ones(int(equal.sum()))])])
    answer = _distribution(len(own), np.append(np.zeros(len(own)), -1.0), rows, high=None)
    if not answer:
        return None
    p = _cleaned(answer.x[:-1])
    return float((p @ own)[equal].min()), p, _cleaned(inside.x[:-1]), equal


def _distribution(size: int, costs: Array, rows: Array, high: float | None) -> Solution:
    """Minimise over a mixture and one more variable, free from below, at most `high`, under ``rows @ x <= 0``."""
    total = np.append(np.ones(size), 0.0)[None, :]
    return minimise(costs, (rows, np.zeros(len(rows))) if len(rows) else None, (total, [1.0]), [*[0.0] * size, None], [*[None] * size, high])


def _cleaned(x: Array) -> Array:
    p = np.maximum(x, 0.0)
    return np.asarray(p / p.sum())


def _attaining(own: Array, other: Array, value: float, equal: Replies) -> Array | None:
    """Return a mixture all of whose best replies earn the leader `value`; None where there is none.

    Replies that tie on the whole set of candidates must earn it too; adding that shrinks the set, until nothing is added.
    """
    tied = equal.copy()
    j = int(np.flatnonzero(equal)[0])
    while True:
        p = _fewest_ties(own, other, value - EXACT, (j, tied))
        if p is None:
            return None
        replies = p @ other
        now = tied | (replies >= replies[j] - TIE)
        if (now == tied).all():
            return p
        if (p @ own)[now].min() >= value - 2 * EXACT:
            return p
        tied = now


def _fewest_ties(own: Array, other: Array, value: float, at: tuple[int, Replies]) -> Array | None:
    """Return a mixture to which `j` is a best reply, all of `tied` earn `value`, and as few others as possible tie.

    Mixtures are scaled up, so that the sum of the slacks, each at most one, is largest where none is zero that need not be.
    """
    j, tied = at
    rivals = np.flatnonzero(~tied)
    size, many = len(own), len(rivals)
    behind = np.column_stack([(other - other[:, [j]])[:, rivals].T, np.eye(many)])
    tie = np.column_stack([(other - other[:, [j]])[:, tied].T, np.zeros((int(tied.sum()), many))])
    earn = np.column_stack([(value - own[:, tied]).T, np.zeros((int(tied.sum()), many))])
    scale = np.vstack([np.append(np.ones(size), np.zeros(many)), np.append(-np.ones(size), np.zeros(many))])
    rows, right = np.vstack([behind, tie, earn, scale]), np.concatenate([np.zeros(many + 2 * int(tied.sum())), [SCALE, -1.0]])
    answer = minimise(np.append(np.zeros(size), -np.ones(many)), (rows, right), None, 0.0, [*[None] * size, *[1.0] * many])
    return _cleaned(answer.x[:size]) if answer else None
