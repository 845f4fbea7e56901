"""Every switch of one member, on the whole lattice at once: the edges on which people move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import TooLargeError
from ...lattice import Integers
from ...numerics import Array
from ..game import Game, Points

MAX_EDGES = 10_000_000
"""Switches of one member that are written out."""


@dataclass(frozen=True, eq=False)
class Transitions:
    """All switches of one member.

    Parameters
    ----------
    source, target : ndarray of int, shape (E,)
        Count profiles before and after, by their number in the lattice.
    seat : ndarray of int, shape (E,)
        A number for each count profile, stakeholder and action from which its member moves: the same for all options of one member.
    movers : ndarray, shape (E,)
        How many members could make this move.
    gain : ndarray, shape (E,)
        What the mover gains, in the game's money unit; differences within round-off count as 0.
    best : ndarray, shape (E,)
        The most that this mover could gain by any switch, or 0 by staying.
    regret : ndarray, shape (E,)
        What it gains less than that; differences within round-off count as 0.
    """

    source: Integers
    target: Integers
    seat: Integers
    movers: Array
    gain: Array
    best: Array
    regret: Array


def transitions(game: Game) -> Transitions:
    """Return every switch of one member at every count profile.

    Raises
    ------
    TooLargeError
        Above 10,000,000 switches, before anything is built.

    Examples
    --------
    >>> edges = transitions(Game.from_tables([np.array([[2, 0], [0, 1]]), np.array([[2, 0], [0, 1]])]))
    >>> [(int(a), int(b), float(g)) for a, b, g in zip(edges.source, edges.target, edges.gain)][:2]
    [(0, 2, -2.0), (1, 3, 1.0)]
    """
    bound = game.lattice.size * len(game.moves)
    if bound > MAX_EDGES:
        message = f"the game has up to {bound:,} moves of one member, at most {MAX_EDGES:,} can be examined"
        raise TooLargeError(message, f"use fewer members or actions, down to about {MAX_EDGES // max(1, len(game.moves)):,} count profiles")
    points = tuple(np.asarray(rows.ravel(), dtype=np.int64) for rows in np.indices(game.lattice.shape, sparse=False))
    blocks: list[Block] = []
    seats = 0
    for i, axis in enumerate(game.lattice.axes):
        for a in range(axis.actions if axis.moves else 0):
            here = np.flatnonzero(game.taken(i, a, points) > 0)
            blocks += _of_seat(game, (i, a), points, here, seats + np.arange(len(here)))
            seats += len(here)
    if not blocks:
        none = np.empty(0, dtype=np.int64)
        return Transitions(none, none, none, *(np.empty(0) for _ in range(4)))
    return Transitions(*(np.concatenate(column) for column in zip(*blocks, strict=True)))


Block = tuple[Integers, Integers, Integers, Array, Array, Array, Array]


def _of_seat(game: Game, seat: tuple[int, int], points: Points, here: Integers, numbers: Integers) -> list[Block]:
    """Return the switches of the members of one stakeholder from one action, a block for each option."""
    i, a = seat
    moves = [move for move in game.moves if move.stakeholder == i and move.a == a]
    at = tuple(rows[here] for rows in points)
    gains = np.array([game.gain(move, at) for move in moves])
    gains[np.abs(gains) <= game.tolerances[i]] = 0.0
    best = np.maximum(gains.max(axis=0), 0.0)
    regrets = best - gains
    regrets[regrets <= game.tolerances[i]] = 0.0
    movers = game.taken(i, a, at).astype(np.float64)
    targets = (np.ravel_multi_index(game.after(move, at), game.lattice.shape).astype(np.int64) for move in moves)
    return [(here, target, numbers, movers, gain, best, regret) for target, gain, regret in zip(targets, gains, regrets, strict=True)]
