"""How far each profile is from being an equilibrium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from math import prod
from typing import Any

import numpy as np

from ...budget import Budget, unlimited
from ...errors import NotApplicableError
from ...numerics import Array, plain
from ..blocks import Block, blocks
from ..game import Game, Move, Points
from ..wording import amount, profile_words


def regrets(game: Game) -> Array:
    r"""Return at each count profile the most that any member could gain by a move of its own, shape of the lattice.

    .. math:: \epsilon(c) = \max_i \max_{a : c_{i,a} > 0} \max_b \; u_i(b | c - e_a + e_b) - u_i(a | c)

    At least 0 (staying is a choice), 0 for gains within round-off, in the game's money unit; the smallest epsilon for which the profile is an
    epsilon-equilibrium. One pass over the lattice for each action of single members and for each ordered pair of actions of others.

    Examples
    --------
    >>> regrets(Game.from_tables([np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])])).tolist()
    [[2.0, 1.0], [1.0, 0.0]]
    """
    result = np.empty(game.lattice.size)
    for block in blocks(game.lattice.shape):
        result[block.begin :][: prod(block.shape)] = _regrets(game, block).ravel()
    return result.reshape(game.lattice.shape)


def _regrets(game: Game, block: Block) -> Array:
    """Return the regrets of the profiles of a block."""
    result = np.zeros(block.shape)
    for i, axis in enumerate(game.lattice.axes):
        if axis.committed is None and axis.members == 1:
            _single(game, i, block, result)
    for move in game.moves:
        if game.lattice.axes[move.stakeholder].members > 1:
            _one_of_many(game, move, block, result)
    return result


def _single(game: Game, i: int, block: Block, result: Array) -> None:
    """Raise `result` to the regret of the single member `i`."""
    rows = [block.part(row, i) for row in game.payoffs[i]]
    best = reduce(np.maximum, rows)
    for k, payoff in enumerate(rows[block.rows[i]]):
        part = result[(slice(None),) * i + (slice(k, k + 1),)]
        gain = best - payoff
        np.maximum(part, np.where(gain > game.tolerances[i], gain, 0.0), out=part)


def _one_of_many(game: Game, move: Move, block: Block, result: Array) -> None:
    """Raise `result` to the gain of `move` where somebody can make it."""
    i, a, b = move
    rows = game.lattice.axes[i].shift(a, b)[block.rows[i]]
    possible = np.flatnonzero(rows >= 0)
    before = block.part(game.payoffs[i][a], i, possible + block.rows[i].start)
    after = block.part(game.payoffs[i][b], i, rows[possible])
    place = (slice(None),) * i + (possible,)
    gain = after - before
    result[place] = np.maximum(result[place], np.where(gain > game.tolerances[i], gain, 0.0))


@dataclass(frozen=True)
class NearEquilibria:
    """All profiles at which nobody can gain more than a given amount.

    Parameters
    ----------
    game : Game
    epsilon : float
        In the game's money unit.
    points : tuple of ndarray
        In the order of the lattice.
    regrets : ndarray
        For each the most that a member could gain: the smallest epsilon for which it belongs to such a list.
    least : float
        The smallest regret of any profile; 0 where there is a pure equilibrium.
    steadiest : tuple of ndarray
        The first profile with the smallest regret.
    complete : bool or None
        None when the budget ran out before all profiles were examined; then all this is of those that were.
    reason : str
        Why these are all, or may not be.
    """

    game: Game
    epsilon: float
    points: Points
    regrets: Array
    least: float
    steadiest: Points
    complete: bool | None
    reason: str

    def __len__(self) -> int:
        return len(self.regrets)

    @cached_property
    def sentence(self) -> str:
        """How many there are, in one sentence."""
        count = f"At {len(self):,} of {self.game.lattice.size:,} profiles nobody gains more than {amount(self.game, self.epsilon)} by a move of its own"
        count = count if self.complete else f"{count} ({self.reason})"
        return f"{count}; the steadiest is {profile_words(self.game, self.steadiest)}, where at most {amount(self.game, self.least)} can be gained."

    def as_dict(self) -> dict[str, Any]:
        """Return the first 20 by names, for JSON."""
        first: list[Mapping[str, Any]] = [{"counts": self.game.counts(self.points, k), "regret": self.regrets[k]} for k in range(min(20, len(self)))]
        body = {"epsilon": self.epsilon, "number": len(self), "first": first, "complete": self.complete, "reason": self.reason, "least": self.least}
        return dict(plain(body | {"steadiest": self.game.counts(self.steadiest), "sentence": self.sentence}))


def epsilon_equilibria(game: Game, epsilon: float, budget: Budget | None = None) -> NearEquilibria:
    """Return all pure profiles at which no member could gain more than `epsilon` by a move of its own.

    Parameters
    ----------
    game : Game
    epsilon : float
        0 or more, in the game's money unit; gains within round-off of it still count.
    budget : Budget, optional
        Asked after each block of half a million profiles.

    Returns
    -------
    NearEquilibria
        Complete unless the budget ran out; with 0 these are the pure equilibria.

    Raises
    ------
    NotApplicableError
        For a negative epsilon.

    Notes
    -----
    Time as for :func:`regrets`; memory, beyond the game and what is found, is that of a few arrays of a block.

    Examples
    --------
    >>> dilemma = Game.from_tables([np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])])
    >>> near = epsilon_equilibria(dilemma, 1.0)
    >>> np.column_stack(near.points).tolist(), near.regrets.tolist()
    ([[0, 1], [1, 0], [1, 1]], [1.0, 1.0, 0.0])

    References
    ----------
    R. Radner (1980), "Collusive behavior in noncooperative epsilon-equilibria of oligopolies with long but finite lives".
    """
    if not epsilon >= 0:
        raise NotApplicableError(f"epsilon is {epsilon:g}, but a gain that is overlooked cannot be negative", "give 0 or more")
    budget, shape, seen = budget or unlimited(), game.lattice.shape, 0
    size, slack = prod(shape), max(game.tolerances, default=0.0) if epsilon else 0.0
    complete: bool | None = True
    reason = f"all {size:,} count profiles were compared with each move of one member"
    places, regret, least = [], [], (np.inf, 0)
    for block in blocks(shape):
        found = _regrets(game, block).ravel()
        near = np.flatnonzero(found <= epsilon + slack)
        places.append(near + block.begin)
        regret.append(found[near])
        least = min(least, (float(found.min()), int(found.argmin()) + block.begin))
        seen += found.size
        if seen < size and budget.spent(seen / size, f"{seen:,} of {size:,} count profiles"):
            complete, reason = None, f"{budget.why()} after {seen:,} of {size:,} count profiles; others were not examined"
            break
    points = np.unravel_index(np.concatenate(places), shape)
    steadiest = tuple(np.array([row]) for row in np.unravel_index(least[1], shape))
    return NearEquilibria(game, epsilon, points, np.concatenate(regret), least[0], steadiest, complete, reason)
