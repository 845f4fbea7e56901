"""Pure equilibria of a game on count profiles: all of them, exactly, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from ..budget import Budget, unlimited
from ..numerics import Array
from .blocks import Block, blocks
from .game import Game, Move, Points
from .replies import best_replies, keep_best_replies

FEW, FEWER = 12, 200
"""Once fewer than this fraction of the profiles of a block is left, the rest is compared profile by profile: for single members, and for many."""


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
    """The pure equilibria that were found.

    Parameters
    ----------
    points : tuple of ndarray
        One row a stakeholder; arrays of one length, in the order of the lattice.
    complete : bool or None
        None when the budget ran out before all profiles were examined.
    reason : str
        Why these are all, or may not be.
    """

    game: Game
    points: Points
    complete: bool | None
    reason: str

    def __len__(self) -> int:
        return len(self.points[0])

    @cached_property
    def margins(self) -> Array:
        """For each, the least that a member would lose by any move; infinite where nobody can move."""
        return -largest_gain(self.game, self.points)


def pure_equilibria(game: Game, budget: Budget | None = None) -> PureEquilibria:
    r"""Return all pure Nash equilibria.

    .. math:: c : u_i(a | c) \ge u_i(b | c - e_a + e_b) \quad \forall i, b, \forall a : c_{i,a} > 0

    One shifted comparison of arrays for each ordered pair of actions of many members, or for each action of a single one, over a block of the
    lattice while many profiles are left, then only where they are. Time grows with the number of count profiles times the number of such pairs;
    memory, beyond the game and what is found, is that of a few arrays of a block.

    Parameters
    ----------
    game : Game
    budget : Budget, optional
        Asked after each block of half a million profiles.

    Returns
    -------
    PureEquilibria
        Complete unless the budget ran out; empty where there is none.

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
    budget, shape, seen = budget or unlimited(), game.lattice.shape, 0
    size = prod(shape)
    found: list[Points] = []
    for block in blocks(shape):
        found.append(_stable(game, block))
        seen += prod(block.shape)
        if seen < size and budget.spent(seen / size, f"{seen:,} of {size:,} count profiles"):
            reason = f"{budget.why()} after {seen:,} of {size:,} count profiles; equilibria among the others are missing"
            return PureEquilibria(game, _joined(found), None, reason)
    return PureEquilibria(game, _joined(found), True, f"every one of the {size:,} count profiles was compared with each move of one member")


def _joined(found: list[Points]) -> Points:
    return found[0] if len(found) == 1 else tuple(np.concatenate(rows) for rows in zip(*found, strict=True))


def _stable(game: Game, block: Block) -> Points:
    """Return the equilibria within a block.

    Single members come first. Those of whom the block does not hold all actions come last among them: what is best
    for them has to be found again in each block.
    """
    axes = game.lattice.axes
    mask = np.ones(block.shape, dtype=bool)
    free = [i for i, axis in enumerate(axes) if axis.committed is None and axis.actions > 1]
    single = sorted((i for i in free if axes[i].members == 1), key=lambda i: i < block.leading)
    many = [i for i in free if axes[i].members > 1]
    while single and np.count_nonzero(mask) * FEW > mask.size:
        keep_best_replies(game, single.pop(0), block, mask)
    while many and not single and np.count_nonzero(mask) * FEWER > mask.size:
        _keep_stable(game, many.pop(0), block, mask)
    places = mask.ravel().nonzero()[0] + block.begin
    for i in single:
        places = best_replies(game, i, block.lattice, places)
    points: Points = np.unravel_index(places, block.lattice)
    for i in many:
        points = _stable_points(game, i, points)
    return points


def _stable_points(game: Game, i: int, points: Points) -> Points:
    """Return those of `points` at which no member of `i` would gain by a move."""
    for move in game.moves:
        if move.stakeholder == i:
            stays = ~(game.gain(move, points) > game.tolerances[i])
            points = tuple(rows[stays] for rows in points)
    return points


def _keep_stable(game: Game, i: int, block: Block, mask: NDArray[np.bool_]) -> None:
    """Clear the profiles of the block at which some member of `i` would gain by a move."""
    for move in game.moves:
        if move.stakeholder == i:
            mask &= ~improving(game, move, block)


def improving(game: Game, move: Move, block: Block | None = None) -> NDArray[np.bool_]:
    """Return where `move` pays the mover, shaped to broadcast over the lattice, or over a block of it."""
    i, a, b = move
    block = block or next(blocks(game.lattice.shape, game.lattice.size))
    rows = game.lattice.axes[i].shift(a, b)[block.rows[i]]
    before, after = block.part(game.payoffs[i][a], i, block.rows[i]), block.part(game.payoffs[i][b], i, rows)
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
