"""Pure equilibria of a game on count profiles: all of them, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..numerics import Array
from .game import Game, Move, Points

FEW = 200
"""Once fewer than this fraction of the profiles is left, the rest is compared profile by profile."""


@dataclass(frozen=True)
class Deviation:
    """What one member would gain by a move at a profile.

    Parameters
    ----------
    stakeholder, action, to : str
        Who moves, from where, whither.
    gain : float
        In the game's money unit; negative where the member would lose.
    """

    stakeholder: str
    action: str
    to: str
    gain: float


@dataclass(frozen=True, eq=False)
class PureEquilibria:
    """All pure equilibria.

    Parameters
    ----------
    points : tuple of ndarray
        One row a stakeholder; arrays of one length, in the order of the lattice.
    """

    game: Game
    points: Points

    def __len__(self) -> int:
        return len(self.points[0])

    @cached_property
    def margins(self) -> Array:
        """For each, the least that a member would lose by any move; infinite where nobody can move."""
        return -largest_gain(self.game, self.points)


def pure_equilibria(game: Game) -> PureEquilibria:
    r"""Return all pure Nash equilibria.

    .. math:: c : u_i(a | c) \ge u_i(b | c - e_a + e_b) \quad \forall i, b, \forall a : c_{i,a} > 0

    One shifted comparison of arrays for each ordered pair of actions, over the whole lattice while many profiles are left,
    then only where they are; time and memory grow with the number of count profiles times the number of such pairs.

    Parameters
    ----------
    game : Game

    Returns
    -------
    PureEquilibria
        Complete; empty where there is none.

    References
    ----------
    J. F. Nash (1950), "Equilibrium points in n-person games"; for role-symmetric games S.-F. Cheng et al. (2004), "Notes on
    equilibria in symmetric games".

    Examples
    --------
    >>> game = Game.from_tables([np.array([[2, 0], [0, 1]]), np.array([[1, 0], [0, 2]])])
    >>> np.column_stack(pure_equilibria(game).points).tolist()
    [[0, 0], [1, 1]]
    """
    mask = np.ones(game.lattice.shape, dtype=bool)
    waiting = sorted((i for i, axis in enumerate(game.lattice.axes) if axis.moves), key=lambda i: game.lattice.axes[i].members > 1)
    while waiting and np.count_nonzero(mask) * FEW > mask.size:
        _keep_stable(game, waiting.pop(0), mask)
    points = tuple(np.nonzero(mask))
    for i in waiting:
        points = _stable_points(game, i, points)
    return PureEquilibria(game, points)


def _keep_stable(game: Game, i: int, mask: NDArray[np.bool_]) -> None:
    """Clear the profiles at which some member of `i` would gain by a move."""
    if game.lattice.axes[i].members == 1:
        _keep_best_replies(game, i, mask)
        return
    for move in game.moves:
        if move.stakeholder == i:
            mask &= ~improving(game, move)


def _stable_points(game: Game, i: int, points: Points) -> Points:
    """Return those of `points` at which no member of `i` would gain by a move."""
    if game.lattice.axes[i].members == 1:
        earned = np.array([game.payoff(i, a, points) for a in range(len(game.actions[i]))])
        stays = earned[points[i], np.arange(earned.shape[1])] >= earned.max(axis=0) - game.tolerances[i]
        return tuple(rows[stays] for rows in points)
    for move in game.moves:
        if move.stakeholder == i:
            stays = ~(game.gain(move, points) > game.tolerances[i])
            points = tuple(rows[stays] for rows in points)
    return points


def _keep_best_replies(game: Game, i: int, mask: NDArray[np.bool_]) -> None:
    """Clear the profiles at which the single member `i` does not reply best."""
    rows = game.payoffs[i]
    best = rows[0] - game.tolerances[i]
    for other in rows[1:]:
        fits = other.shape == best.shape
        best = np.maximum(best, other - game.tolerances[i], out=best) if fits else np.maximum(best, other - game.tolerances[i])
    before = (slice(None),) * i
    for a, payoff in enumerate(rows):
        mask[(*before, slice(a, a + 1))] &= payoff >= best


def improving(game: Game, move: Move) -> NDArray[np.bool_]:
    """Return where `move` pays the mover, shaped to broadcast over the lattice."""
    i, a, b = move
    axis, before, after = game.lattice.axes[i], game.payoffs[i][a], game.payoffs[i][b]
    rows = axis.shift(a, b)
    if after.shape[i] > 1:
        after = after[(slice(None),) * i + (rows,)]
    pays: NDArray[np.bool_] = (after - before > game.tolerances[i]) & game.lattice.along(i, rows >= 0)
    return pays


def largest_gain(game: Game, points: Points) -> Array:
    """Return the largest gain of any member by any move at each point (minus infinity where nobody can move)."""
    largest = np.full(points[0].shape, -np.inf)
    for move in game.moves:
        largest = np.fmax(largest, game.gain(move, points))
    return largest


def deviations(game: Game, points: Points, k: int = 0) -> list[Deviation]:
    """Return every move open at the `k`-th point, the most tempting first."""
    return sorted(_deviations(game, tuple(rows[k : k + 1] for rows in points)), key=lambda deviation: -deviation.gain)


def _deviations(game: Game, point: Points) -> Iterator[Deviation]:
    for move in game.moves:
        gain = float(game.gain(move, point)[0])
        if not np.isnan(gain):
            i, a, b = move
            yield Deviation(game.names[i], game.actions[i][a], game.actions[i][b], gain)
