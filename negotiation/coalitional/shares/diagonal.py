"""Marginal costs along the way on which all classes grow in step, by adaptive quadrature that finds kinks and jumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...numerics import Array

STEP, STEP_IN_PIECE = 2e-5, 0.005
"""Share of a class by which it is made smaller for a difference: at most, and as a share of the piece; the first node is further in."""

NODES, WEIGHTS = (np.asarray(part, dtype=float) for part in np.polynomial.legendre.leggauss(8))
PIECES = 16
CLOSE = 1e-9
DEEPEST = 40
MOST_PIECES = 200_000
ROWS = 1 << 18
TURN = 1e-7
"""Share of a class by which it is made smaller to see how that moves a jump."""


@dataclass(frozen=True)
class MarginalCosts:
    """What each class brings about on the way.

    Parameters
    ----------
    shares : ndarray, shape (classes,)
        Of all members of a class together.
    accuracy : float
        As a share of `scale`.
    scale : float
        The largest absolute cost that was met.
    """

    shares: Array
    accuracy: float
    scale: float


def marginal_costs(cost: Callable[[Array], Array], members: Array) -> MarginalCosts:
    r"""Return the integral of every class's marginal cost along the diagonal.

    .. math:: A_k = \int_0^1 n_k \frac{\partial c}{\partial s_k}(t n) \, dt

    The derivative is a backward difference of second order that stays inside the piece of the way that is integrated. A piece is
    halved until that no longer changes its integral, and the classes together account for what the cost grows by on it; so no jump
    is overlooked. Where a jump is left, it is shared by how much each class moves it. What the first members cost at once is
    nobody's.

    Parameters
    ----------
    cost : callable
        From counts, shape (m, classes), parts of members allowed, to costs, shape (m,).
    members : ndarray, shape (classes,)
    """
    way = _Way(cost, members)
    starts, ends = np.arange(PIECES) / PIECES, (np.arange(PIECES) + 1.0) / PIECES
    whole = way.integrals(starts, ends)
    shares, error, pieces = np.zeros(len(members)), 0.0, 0
    for _ in range(DEEPEST):
        middles = (starts + ends) / 2
        halves = way.integrals(starts, middles), way.integrals(middles, ends)
        both = halves[0] + halves[1]
        off = np.maximum(np.abs(both - whole).max(axis=1), np.abs(both.sum(axis=1) - way.growth(starts, ends)))
        open_, pieces = off > CLOSE * way.scale, pieces + len(starts)
        shares += both[~open_].sum(axis=0)
        error += float(off[~open_].sum())
        starts, ends = np.concatenate([starts[open_], middles[open_]]), np.concatenate([middles[open_], ends[open_]])
        whole = np.concatenate([halves[0][open_], halves[1][open_]])
        if not len(starts) or pieces > MOST_PIECES:
            break
    jumps, unclear = way.jumps(starts[starts > 0], ends[starts > 0])
    return MarginalCosts(shares + jumps, (error + unclear) / (way.scale or 1.0), way.scale)


class _Way:
    """The way from nobody to everybody, y in [0, 1], with the share y ** 2 of every class."""

    def __init__(self, cost: Callable[[Array], Array], members: Array) -> None:
        self._cost = cost
        self._members = members
        self.scale = float(np.max(np.abs(cost(np.linspace(0.0, 1.0, 65)[:, None] * members))))

    def growth(self, starts: Array, ends: Array) -> Array:
        """Return what the cost grows by on pieces of the way, shape (pieces,)."""
        found: Array = self._cost(ends[:, None] ** 2 * self._members) - self._cost(starts[:, None] ** 2 * self._members)
        return found

    def integrals(self, starts: Array, ends: Array) -> Array:
        """Return every class's marginal cost integrated over pieces of the way, shape (pieces, classes)."""
        step = max(1, ROWS // (len(NODES) * len(self._members)))
        parts = [self._integrals(starts[k : k + step], ends[k : k + step]) for k in range(0, len(starts), step)]
        return np.concatenate(parts)

    def _integrals(self, starts: Array, ends: Array) -> Array:
        half = (ends - starts)[:, None] / 2
        y = (starts + ends)[:, None] / 2 + half * NODES
        step = np.broadcast_to(np.minimum(STEP, STEP_IN_PIECE * (1 - starts / ends))[:, None], y.shape)
        counts = (y.ravel() ** 2)[:, None] * self._members
        here = self._cost(counts)
        found = np.empty((len(starts), len(self._members)))
        for k in range(len(self._members)):
            less, least = counts.copy(), counts.copy()
            less[:, k] *= 1 - step.ravel()
            least[:, k] *= 1 - 2 * step.ravel()
            slope = (3 * here - 4 * self._cost(less) + self._cost(least)).reshape(y.shape) / (2 * step)
            found[:, k] = ((2 * slope / y) * half) @ WEIGHTS
        return found

    def jumps(self, starts: Array, ends: Array) -> tuple[Array, float]:
        """Return what the classes bring about by jumps on these tiny pieces, and the sum of what is unclear."""
        growth = self.growth(starts, ends)
        at = np.abs(growth) > CLOSE * self.scale
        if not at.any():
            return np.zeros(len(self._members)), float(np.abs(growth).sum())
        middle = self._cost(starts[at, None] ** 2 * self._members) + growth[at] / 2
        place = self._crossing(middle, ends[at] ** 2, growth[at], self._members)
        moved = np.stack([self._crossing(middle, ends[at] ** 2, growth[at], self._less(k)) for k in range(len(self._members))], axis=1) - place[:, None]
        total = moved.sum(axis=1)
        clear = np.abs(total / (TURN * place) - 1) < 0.1
        found: Array = growth[at][clear] @ (moved[clear] / total[clear, None])
        return found, float(np.abs(growth[at][~clear]).sum())

    def _less(self, k: int) -> Array:
        members = self._members.copy()
        members[k] *= 1 - TURN
        return members

    def _crossing(self, middle: Array, near: Array, growth: Array, members: Array) -> Array:
        """Return the shares t at which the cost passes a value, by bisection near a jump."""
        low, high = near * (1 - 3 * TURN), near * (1 + 3 * TURN)
        for _ in range(40):
            t = (low + high) / 2
            over = (self._cost(t[:, None] * members) - middle) * np.sign(growth) >= 0
            low, high = np.where(over, low, t), np.where(over, t, high)
        return high
