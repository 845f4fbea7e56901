"""How many members take each action when all of them mix: multinomial probabilities on a window of count vectors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...lattice import Integers
from ...numerics import Array

NEGLECTED = 1e-14
"""Probability of the counts left out of a window; what they could add to an expected payoff is this share of its range."""


@dataclass(frozen=True)
class Spread:
    """Probabilities of the count vectors of one stakeholder.

    Parameters
    ----------
    rows : slice or ndarray of int, length R
        Rows of the axis (see :mod:`negotiation.lattice`) that matter.
    weights : ndarray, shape (R,)
        Their probabilities, adding up to 1.
    counts : tuple of ndarray
        For each action but the last how many members take it, arrays that broadcast to `shape`.
    shape : tuple of int
        Shape in which `weights` was computed; its product is R.
    """

    rows: slice | Integers
    weights: Array
    counts: tuple[Integers, ...]
    shape: tuple[int, ...]

    def scores(self, members: int, mixture: Array) -> Array:
        r"""Return the derivative of the log-probabilities, times the probabilities, shape (actions, R).

        .. math:: w_c \, (c_a / x_a - n)

        On directions that keep the sum of the mixture this is the derivative of the weights; 0 for actions that are not used.
        """
        weights = self.weights.reshape(self.shape)
        rows = np.zeros((len(mixture), self.weights.size))
        last = members - sum(self.counts, np.zeros((1,) * len(self.shape), dtype=np.int64))
        for row, probability, count in zip(rows, mixture, (*self.counts, last), strict=True):
            if probability > 0:
                np.multiply(weights, count / probability - members, out=row.reshape(self.shape))
        return rows


def spread(members: int, mixture: Array, neglected: float = NEGLECTED) -> Spread:
    r"""Return the multinomial distribution of `members` that mix independently.

    .. math:: P(c) = \frac{n!}{\prod_a c_a!} \prod_a x_a^{c_a}

    Only counts in a window about the mean are kept; what is left out has, by Chernoff's bound, less than `neglected` probability in all. A
    multinomial is a product of Poisson probabilities on the count vectors that add up, so every factor is a short recurrence from its
    mode, free of overflow and cancellation. Time and memory are proportional to the window: about
    :math:`(16 \sqrt{n x (1 - x)})^{m - 1}` vectors for `m` actions in use.

    Parameters
    ----------
    members : int
        0 or more.
    mixture : ndarray, shape (m,)
        Probabilities; sums to 1.
    neglected : float
        Probability that may be left out.

    Returns
    -------
    Spread

    Examples
    --------
    >>> spread(2, np.array([0.5, 0.5])).weights.round(12).tolist()
    [0.25, 0.5, 0.25]
    """
    actions = len(mixture)
    if actions == 1 or members == 0:
        return Spread(slice(0, 1), np.ones(1), tuple(np.zeros(1, dtype=np.int64) for _ in range(actions - 1)), (1,))
    if members == 1:
        return Spread(slice(0, actions), np.asarray(mixture, dtype=float), tuple(np.eye(actions, dtype=np.int64)[:-1]), (actions,))
    if actions == 2:
        return _binomial(members, float(mixture[0]), neglected)
    factors = [_factor(members, float(share), neglected / actions) for share in mixture]
    rests = [_factor(members, float(mixture[a + 1 :].sum()), neglected / actions) for a in range(actions - 1)]
    return _last(members, factors[-2], factors[-1], _first(members, factors, rests))


Factor = tuple[int, Array]
"""Start of a window of counts, and the Poisson probabilities on it up to a common factor."""

Partial = tuple[Integers, Array, Integers, list[Integers]]
"""Choices for some of the actions: members left, weight so far, rank so far, counts."""


def _first(members: int, factors: list[Factor], rests: list[Factor]) -> Partial:
    """Choose the counts of all but the last two actions."""
    left, weight, rank = np.array([members]), np.ones(1), np.zeros(1, dtype=np.int64)
    counts: list[Integers] = []
    for a in range(len(factors) - 2):
        (low, factor), (rest_low, rest) = factors[a], rests[a]
        after = left[:, None] - np.arange(low, low + len(factor))
        inside = (after >= rest_low) & (after < rest_low + len(rest))
        product = weight[:, None] * factor
        chance = np.where(inside, product * rest[np.where(inside, after - rest_low, 0)], 0.0)
        kept = np.flatnonzero(chance > 1e-20 * chance.max())
        before = kept // len(factor)
        left, weight = after.ravel()[kept], product.ravel()[kept]
        rank = rank[before] + _table(members, len(factors) - 1 - a)[left]
        counts = [*(count[before] for count in counts), kept % len(factor) + low]
    return left, weight, rank, counts


def _last(members: int, one: Factor, other: Factor, partial: Partial) -> Spread:
    """Choose the counts of the last two actions, which makes rows and weights."""
    (low, factor), (rest_low, rest), (left, weight, rank, counts) = one, other, partial
    if len(left) == 1:
        total = int(left[0])
        start, stop = max(rest_low, total - low - len(factor) + 1, 0), min(rest_low + len(rest), total - low + 1)
        last = np.arange(start, stop)
        chances = factor[total - last - low] * rest[last - rest_low]
        rows: slice | Integers = slice(int(rank[0]) + start, int(rank[0]) + stop)
        return Spread(rows, chances / chances.sum(), (*(count.repeat(len(last)) for count in counts), total - last), chances.shape)
    chosen = np.arange(low + len(factor) - 1, low - 1, -1)
    padded = np.zeros(int(left.max()) + len(factor) + len(rest) + 1)
    shift = low + len(factor) - 1
    padded[rest_low + shift : rest_low + shift + len(rest)] = rest
    chances = sliding_window_view(padded, len(factor))[left]
    chances *= (weight / (weight @ (chances @ factor[::-1])))[:, None]
    chances *= factor[::-1]
    rows = (rank + left)[:, None] - chosen
    if int(left.min()) < int(chosen[0]):
        np.maximum(rows, 0, out=rows)
    return Spread(rows.ravel(), chances.ravel(), (*(count[:, None] for count in counts), chosen[None, :]), chances.shape)


def _binomial(members: int, probability: float, neglected: float) -> Spread:
    """Return the distribution over two actions; rows count the second."""
    low, high = window(members, 1 - probability, neglected)
    last = np.arange(low, high + 1)
    mode = min(max(int(members * (1 - probability)), low), high)
    odds = (1 - probability) / probability if probability > 0 else 1.0
    weights = _from_mode((members + 1 - last[1:]) * odds / last[1:], mode - low)
    return Spread(slice(low, high + 1), weights / weights.sum(), (members - last,), weights.shape)


def _factor(members: int, probability: float, neglected: float) -> Factor:
    """Return Poisson probabilities on the window outside of which the binomial count has less than `neglected` probability."""
    low, high = window(members, probability, neglected)
    mean = members * probability
    return low, _from_mode(mean / np.arange(low + 1, high + 1), min(max(int(mean), low), high) - low)


def _from_mode(steps: Array, mode: int) -> Array:
    """Return values from their successive ratios, the one at `mode` being 1."""
    values = np.ones(len(steps) + 1)
    np.cumprod(steps[mode:], out=values[mode + 1 :])
    values[:mode] = 1 / np.cumprod(steps[:mode][::-1])[::-1]
    return values


def window(members: int, probability: float, neglected: float = NEGLECTED) -> tuple[int, int]:
    """Return the range of a binomial count outside of which its probability is below `neglected`."""
    if probability <= 0 or probability >= 1:
        return (members, members) if probability >= 1 else (0, 0)
    level = log(2 / neglected)
    return members - _above(members, 1 - probability, level), _above(members, probability, level)


def _above(members: int, probability: float, level: float) -> int:
    """Return a count that a binomial count exceeds with a probability below exp(-level), by Chernoff's bound."""
    mean = members * probability
    count = mean + level / 3 + sqrt(level * level / 9 + 2 * level * mean * (1 - probability))
    for _ in range(3):
        if count >= members:
            return members
        slope = log(count * (1 - probability) / ((members - count) * probability))
        count -= (count * slope + members * log((members - count) / (members - mean)) - level) / slope
    return min(members, int(count) + 1)


@lru_cache(maxsize=64)
def _table(members: int, others: int) -> Integers:
    """Return for 0 to `members` left how many count vectors over `others` more actions stand before them."""
    table = np.arange(members + 1)
    for _ in range(others - 1):
        table = np.cumsum(table)
    return table


def nearest_counts(members: int, mixtures: Array) -> tuple[Integers, Array]:
    """Return for every mixture the rows of the few count vectors around its mean, weighted so that their mean is exactly that.

    The corners of the smallest simplex of the count lattice about `members * mixture`: interpolating payoffs there is the mean field, in
    which shares stand for counts.

    Parameters
    ----------
    members : int
    mixtures : ndarray, shape (P, m)

    Returns
    -------
    ndarray of int, shape (P, m)
        Rows of the axis.
    ndarray, shape (P, m)
        Weights, adding up to 1.

    Examples
    --------
    >>> rows, weights = nearest_counts(3, np.array([[0.5, 0.5]]))
    >>> rows.tolist(), weights.tolist()
    ([[1, 2]], [[0.5, 0.5]])
    """
    points, actions = mixtures.shape
    left = np.clip(members * (1 - np.cumsum(mixtures, axis=1)[:, :-1]), 0, members)
    whole = np.minimum(np.floor(left + 1e-9), members).astype(np.int64)
    part = np.maximum(left - whole, 0.0)
    order = np.argsort(-part, axis=1, kind="stable")
    weights = -np.diff(np.column_stack([np.ones(points), np.take_along_axis(part, order, axis=1), np.zeros(points)]), axis=1)
    rows = np.zeros((points, actions), dtype=np.int64)
    for corner in range(actions):
        if corner:
            np.put_along_axis(whole, order[:, corner - 1 : corner], np.take_along_axis(whole, order[:, corner - 1 : corner], axis=1) + 1, axis=1)
        inside = np.minimum(whole, members)
        rows[:, corner] = sum((_table(members, actions - 1 - a)[inside[:, a]] for a in range(actions - 1)), np.zeros(points, dtype=np.int64))
    return rows, weights
