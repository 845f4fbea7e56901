"""Where in a block of the lattice a single member replies best."""

from __future__ import annotations

from functools import reduce
from math import prod

import numpy as np
from numpy.typing import NDArray

from ..numerics import Array
from .blocks import Block
from .game import Game

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]


def keep_best_replies(game: Game, i: int, block: Block, mask: Mask) -> None:
    """Clear the profiles of the block at which the single member `i` does not reply best.

    Axes before that of `i` are taken as one, and those after it, which numpy is faster with.
    """
    shape = (*block.shape[:i], 1, *block.shape[i + 1 :])
    before, after = prod(shape[:i]), prod(shape[i:])
    table = game.tables[i]
    if table is not None and i >= block.leading:
        earned = table.reshape(-1)[block.begin : block.begin + mask.size].reshape(before, -1, after)
        best = reduce(np.maximum, [earned[:, a] for a in range(earned.shape[1])])
        mask &= (earned >= (best - game.tolerances[i])[:, None]).reshape(mask.shape)
        return
    rows = [block.part(row, i) for row in game.payoffs[i]]
    flat = [(row if row.size == before * after else np.broadcast_to(row, shape)).reshape(before, after) for row in rows]
    best = reduce(np.maximum, flat) - game.tolerances[i]
    stays = mask.reshape(before, -1, after)
    for k, one in enumerate(flat[block.rows[i]]):
        np.logical_and(stays[:, k], one >= best, out=stays[:, k])


def best_replies(game: Game, i: int, shape: tuple[int, ...], places: Places) -> Places:
    """Return those of the places in the lattice of that shape at which the single member `i` replies best."""
    after, actions = prod(shape[i + 1 :]), shape[i]
    taken = places // after % actions
    table = game.tables[i]
    if table is not None:
        flat = table.reshape(-1)
        earned = flat.take((places - taken * after) + np.arange(0, actions * after, after)[:, None])
        own: Array = flat.take(places)
    else:
        points = np.unravel_index(places, shape)
        earned = np.array([game.payoff(i, a, points) for a in range(actions)])
        own = earned[taken, np.arange(len(places))]
    stays: Places = places[own >= np.maximum.reduce(earned) - game.tolerances[i]]
    return stays
