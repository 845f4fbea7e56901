"""What one member faces: the choices of everyone else.

From the seat of a member of stakeholder `i` the others are its `n_i - 1` fellow members and all members of the other
stakeholders. Their profiles form a lattice like the game's own, with one member less on axis `i`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...lattice import Axis, Lattice
from ...numerics import Array
from ..game import Game


def others(game: Game, i: int) -> Lattice:
    """Return the lattice of what everyone but one member of `i` does.

    Examples
    --------
    >>> others(Game.from_tables([np.eye(2), np.eye(2)]), 0).shape
    (1, 2)
    """
    axes = game.lattice.axes
    own = Axis(axes[i].members - 1, axes[i].actions, axes[i].committed)
    return Lattice((*axes[:i], own, *axes[i + 1 :]))


def open_actions(game: Game, i: int) -> tuple[int, ...]:
    """Return the actions that a member of `i` can take: all of them, unless it is committed to one."""
    axis = game.lattice.axes[i]
    return tuple(range(axis.actions)) if axis.committed is None else (axis.committed,)


def rewards(game: Game, i: int, a: int) -> Array:
    """Return what a member of `i` earns with `a` against each profile of the others, shaped to broadcast over their lattice.

    Rows of an axis stand in lexicographic order, and taking one member away from `a` keeps that order: the others' profiles
    are, in order, the game's own at which somebody takes `a`.

    Examples
    --------
    >>> rewards(Game.from_tables([np.array([[1, 2], [3, 4]]), np.eye(2)]), 0, 1).tolist()
    [[3.0, 4.0]]
    """
    payoff = game.payoffs[i][a]
    if payoff.shape[i] == 1:
        return payoff
    return np.take(payoff, np.flatnonzero(game.lattice.axes[i].counts[:, a] > 0), axis=i)


def reward_table(game: Game, i: int) -> Array:
    """Return the payoffs of a member of `i`: shape (open actions, ...), the rest as :func:`rewards`, broadcast among the actions.

    An axis on which no payoff of `i` depends has size 1.
    """
    whole = game.tables[i]
    if whole is not None and game.members[i] == 1:
        return np.expand_dims(np.moveaxis(whole, i, 0), i + 1)
    return np.stack(np.broadcast_arrays(*(rewards(game, i, a) for a in open_actions(game, i))))


def name_others(game: Game, i: int, shape: tuple[int, ...], flat: int) -> dict[str, dict[str, int]]:
    """Return by names the `flat`-th profile of the others in a table of `shape`, leaving out whoever does not matter."""
    rows = np.unravel_index(flat, shape)
    lattice = others(game, i)
    result: dict[str, dict[str, int]] = {}
    for j, (axis, row) in enumerate(zip(lattice.axes, rows, strict=True)):
        if axis.members and (shape[j] > 1 or axis.size == 1):
            counts: Any = axis.counts[int(row)]
            result[game.names[j]] = dict(zip(game.actions[j], (int(count) for count in counts), strict=True))
    return result
