"""Expected payoffs as functions of log-probabilities, with their derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import gammaln

from ...numerics import Array
from ..criteria.others import others, rewards
from ..game import Game
from .expected import payoffs_and_slopes

WRITTEN_OUT = 2_000_000
"""Payoffs up to which all profiles of the others are written out; beyond, sums run over windows of likely counts."""

SMALLEST = 1e-150
"""Probabilities below this are taken as 0 in windowed sums."""


@dataclass(frozen=True)
class Facing:
    """What one member of a stakeholder faces, profile by profile of the others.

    Parameters
    ----------
    payoffs : ndarray, shape (actions, profiles)
    counts : ndarray, shape (profiles, n)
        How many of the others take each action of each free stakeholder, in the order of the log-probabilities.
    ways : ndarray, shape (profiles,)
        Logarithm of the number of ways to get these counts.
    """

    payoffs: Array
    counts: Array
    ways: Array


class LogSums:
    r"""Expected payoffs of the free stakeholders' actions and their derivatives in log-probabilities.

    .. math:: U_{i,a} = \sum_c e^{\ell_c + c y} u_i(a | c), \qquad \frac{\partial U_{i,a}}{\partial y_{j,b}} = \sum_c c_{j,b} e^{\ell_c + c y} u_i(a | c)

    with `y` the log-probabilities and :math:`\ell_c` the logarithm of the multinomial coefficients: two products of matrices for each
    stakeholder.

    Parameters
    ----------
    game : Game
    """

    def __init__(self, game: Game) -> None:
        self.game = game
        self.free = [i for i, axis in enumerate(game.lattice.axes) if axis.committed is None and axis.actions > 1]
        ends = np.cumsum([0, *(len(game.actions[i]) for i in self.free)]).tolist()
        self.parts = [slice(start, end) for start, end in pairwise(ends)]
        self.size = int(ends[-1])
        small = game.lattice.size * self.size * len(self.free) <= WRITTEN_OUT
        self._facing = [self._write_out(i) for i in self.free] if small else None

    def _write_out(self, i: int) -> Facing:
        lattice = others(self.game, i)
        payoffs = np.stack([np.broadcast_to(rewards(self.game, i, a), lattice.shape).ravel() for a in range(len(self.game.actions[i]))])
        counts = np.zeros((lattice.size, self.size))
        ways = np.zeros(lattice.size)
        for j, part in zip(self.free, self.parts, strict=True):
            axis = lattice.axes[j]
            rows = np.broadcast_to(lattice.along(j, np.arange(axis.size)), lattice.shape).ravel()
            counts[:, part] = axis.counts[rows]
            ways += (gammaln(axis.members + 1) - gammaln(axis.counts + 1).sum(axis=1))[rows]
        return Facing(payoffs, counts, ways)

    def mixtures(self, logs: Array) -> tuple[Array, ...]:
        """Return the mixtures of all stakeholders."""
        rows = [np.zeros(len(actions)) for actions in self.game.actions]
        for i, axis in enumerate(self.game.lattice.axes):
            rows[i][axis.committed or 0] = 1.0
        for i, part in zip(self.free, self.parts, strict=True):
            rows[i] = np.exp(logs[part])
        return tuple(rows)

    def __call__(self, logs: Array) -> list[tuple[Array, Array]]:
        """Return for each free stakeholder the payoffs, shape (m_i,), and their derivatives, shape (m_i, n)."""
        if self._facing is None:
            return self._windowed(logs)
        result = []
        for facing in self._facing:
            weighted = facing.payoffs * np.exp(facing.ways + facing.counts @ logs)
            result.append((weighted.sum(axis=1), weighted @ facing.counts))
        return result

    def _windowed(self, logs: Array) -> list[tuple[Array, Array]]:
        mixtures = tuple(np.where(row < SMALLEST, 0.0, row) for row in self.mixtures(logs))
        payoffs, slopes = payoffs_and_slopes(self.game, tuple(row / row.sum() for row in mixtures))
        return [(payoffs[i], np.concatenate([slopes[i][j] * mixtures[j] for j in self.free], axis=1)) for i in self.free]
