"""Rules that share a cost by a formula: equal, in proportion to use, Shapley."""

from __future__ import annotations

from math import lgamma

import numpy as np

from ..errors import NotApplicableError
from ..numerics import Array
from .allocation import Allocation, judge
from .cost_game import CostGame


def equal(game: CostGame) -> Allocation:
    """Return the same charge for every member: c(N) / n."""
    return judge(game, "equal", [game.total / game.population] * len(game.names))


def proportional(game: CostGame) -> Allocation:
    """Return charges in proportion to what each member uses.

    Raises
    ------
    NotApplicableError
        When nobody uses anything, or some use is negative.
    """
    used = float(np.dot(game.use, game.members))
    if used <= 0 or min(game.use) < 0:
        raise NotApplicableError(
            "charges in proportion to use need uses of 0 or more, and somebody who uses something", "check 'use' of the cost game's classes"
        )
    return judge(game, "proportional", [game.total * use / used for use in game.use])


def shapley(game: CostGame) -> Allocation:
    r"""Return the Shapley value, per member of each class.

    The average of what a member adds to the cost over all orders of joining. Members of a class are alike, so the sum runs
    over count vectors with hypergeometric weights:

    .. math:: x_k = \sum_s \frac{1}{n} \binom{n-1}{|s|}^{-1} \prod_j \binom{n_j - [j = k]}{s_j} \, (c(s + e_k) - c(s))

    Cost: one pass over the table for each class.

    References
    ----------
    L. S. Shapley (1953), "A value for n-person games".

    Examples
    --------
    >>> from negotiation.coalitional.plain import read_plain_game
    >>> game = read_plain_game({"players": ["A", "B"], "costs": [
    ...     {"coalition": ["A"], "cost": 7}, {"coalition": ["B"], "cost": 5}, {"coalition": ["A", "B"], "cost": 9}]})
    >>> shapley(game).charges
    (5.5, 3.5)
    """
    return judge(game, "shapley", [float(np.sum(_weights(game, k) * np.diff(game.costs, axis=k))) for k in range(len(game.names))])


def _weights(game: CostGame, k: int) -> Array:
    """Return the probability that the members before a given member of class `k` are `s`, shape (n_1 + 1, ..., n_k, ...)."""
    n = game.population
    log = np.zeros(())
    size = np.zeros(())
    for j, members in enumerate(game.members):
        others = members - (j == k)
        counts = np.arange(others + 1.0)
        shape = [-1 if i == j else 1 for i in range(len(game.members))]
        log = log + np.array([_log_choose(others, int(s)) for s in counts]).reshape(shape)
        size = size + counts.reshape(shape)
    by_size = np.array([_log_choose(n - 1, s) for s in range(n)])
    weights: Array = np.exp(log - by_size[size.astype(int)]) / n
    return weights


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
