"""Paths of improving moves: does the target form from where people stand today?

The graph has the count profiles as nodes and, as edges, every switch of one member that pays that member. It is searched
without being built: each step takes the whole frontier through one gather for each kind of move.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .game import Game, Move, Points

Mask = NDArray[np.bool_]
FormationWord = Literal["forms", "may form", "does not form"]


@dataclass(frozen=True)
class Formation:
    """Whether improving moves lead from one profile into a set of profiles.

    Parameters
    ----------
    word : str
        "forms": every path of improving moves that goes on as long as it can ends in the set and stays; "may form": some path
        does; "does not form": none does.
    reached : int
        Number of profiles on such paths.
    ends : tuple of ndarray
        Profiles outside the set at which a path stops (equilibria), at most a few.
    stuck : bool
        Whether the start itself is an equilibrium outside the set: nothing moves.
    circles : bool
        Whether a path can go round outside the set for ever.
    """

    word: FormationWord
    reached: int
    ends: Points
    stuck: bool
    circles: bool


def formation(game: Game, start: Points, target: Mask) -> Formation:
    r"""Return whether `target` forms from `start`.

    Let R be the profiles that improving moves of single members reach from the start, and A the largest part of the target
    that no such move leaves. The target forms when every profile of R can still reach A, and may form when some can.

    Parameters
    ----------
    game : Game
    start : tuple of ndarray
        One profile.
    target : ndarray of bool
        Shape of the lattice.

    Returns
    -------
    Formation

    Notes
    -----
    Cost: number of reached profiles times kinds of moves.

    References
    ----------
    D. Monderer and L. S. Shapley (1996), "Potential games" (improvement paths); H. P. Young (1993), "The evolution of conventions".
    """
    origin = np.zeros(game.lattice.size, dtype=bool)
    origin[_flat(game, start)] = True
    reached = _closure(game, origin, _successors, None)
    inside = target.ravel() & reached
    leaving = _closure(game, reached & ~inside, _predecessors, reached)
    absorbing = inside & ~leaving
    good = _closure(game, absorbing, _predecessors, reached)
    count = int(reached.sum())
    word: FormationWord = "does not form"
    if absorbing.any():
        word = "forms" if int(good.sum()) == count else "may form"
    ends = _stops(game, reached & ~absorbing)
    stuck = count == 1 and not absorbing.any()
    outside = reached & ~good
    circles = bool(outside.any() and not _reaches_stop(game, outside, ends))
    few = np.flatnonzero(ends)[:20]
    return Formation(word, count, _unflat(game, few), stuck, circles)


def reachable(game: Game, start: Points) -> Mask:
    """Return the profiles that improving moves of single members reach from `start`, shape of the lattice."""
    origin = np.zeros(game.lattice.size, dtype=bool)
    origin[_flat(game, start)] = True
    return _closure(game, origin, _successors, None).reshape(game.lattice.shape)


def _flat(game: Game, points: Points) -> NDArray[np.int64]:
    return np.asarray(np.ravel_multi_index(points, game.lattice.shape), dtype=np.int64)


def _unflat(game: Game, flat: NDArray[np.int64]) -> Points:
    return tuple(np.asarray(rows, dtype=np.int64) for rows in np.unravel_index(flat, game.lattice.shape))


Neighbours = Callable[[Game, Move, Points], Points]


def _successors(game: Game, move: Move, points: Points) -> Points:
    """Return where `move` leads from the points at which it pays."""
    pays = np.nan_to_num(game.gain(move, points), nan=-np.inf) > game.tolerances[move.stakeholder]
    return game.after(move, tuple(rows[pays] for rows in points))


def _predecessors(game: Game, move: Move, points: Points) -> Points:
    """Return the points from which `move` pays and leads to one of `points`."""
    before = game.after(Move(move.stakeholder, move.b, move.a), points)
    possible = before[move.stakeholder] >= 0
    before = tuple(rows[possible] for rows in before)
    pays = np.nan_to_num(game.gain(move, before), nan=-np.inf) > game.tolerances[move.stakeholder]
    return tuple(rows[pays] for rows in before)


def _closure(game: Game, start: Mask, neighbours: Neighbours, within: Mask | None) -> Mask:
    """Return everything that `neighbours` reaches from `start`, staying in `within`."""
    seen = start.copy()
    frontier = np.flatnonzero(start)
    while frontier.size:
        points = _unflat(game, frontier)
        found = [_flat(game, neighbours(game, move, points)) for move in game.moves]
        new = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
        new = new[~seen[new]]
        if within is not None:
            new = new[within[new]]
        seen[new] = True
        frontier = new
    return seen


def _stops(game: Game, among: Mask) -> Mask:
    """Return the profiles of `among` at which no member gains by moving."""
    flat = np.flatnonzero(among)
    points = _unflat(game, flat)
    rest = np.ones(flat.shape, dtype=bool)
    for move in game.moves:
        rest &= ~(np.nan_to_num(game.gain(move, points), nan=-np.inf) > game.tolerances[move.stakeholder])
    result = np.zeros(among.shape, dtype=bool)
    result[flat[rest]] = True
    return result


def _reaches_stop(game: Game, among: Mask, stops: Mask) -> bool:
    return bool(_closure(game, stops & among, _predecessors, among)[among].all())
