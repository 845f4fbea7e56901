"""The linear conditions under which members follow a correlating device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..numerics import Array
from .game import Game, Move


@dataclass(frozen=True)
class Obedience:
    r"""Conditions on a distribution over count profiles: ``matrix @ x <= 0``.

    Correlated: a member of `i` that is told `a` must not expect to gain with `b`,

    .. math:: \sum_c x_c \, \frac{c_{i,a}}{n_i} \, [u_i(b | c - e_a + e_b) - u_i(a | c)] \le 0,

    because the device draws at random which members get which advice, so a member is told `a` with probability
    :math:`c_{i,a} / n_i`. Coarse: a member that has not been told anything yet must not expect to gain by `b` for certain: the sum of
    these over `a`.

    Parameters
    ----------
    matrix : csr matrix, shape (conditions, profiles)
        In the game's money unit, divided by `scales`.
    moves : tuple of Move
        For each row who is tempted to do what; `a` is -1 in coarse conditions.
    scales : ndarray
        For each row what it was divided by.
    coarse : bool
    """

    matrix: Any
    moves: tuple[Move, ...]
    scales: Array
    coarse: bool


def obedience(game: Game, coarse: bool = False) -> Obedience:
    """Return the obedience conditions of a game, built by array arithmetic over its lattice."""
    rows = [(move, *_entries(game, move)) for move in game.moves]
    if coarse:
        rows = _summed(game, rows)
    start = np.cumsum([0, *(len(columns) for _, columns, _ in rows)])
    columns = np.concatenate([row[1] for row in rows]) if rows else np.empty(0, dtype=np.int64)
    values = np.concatenate([row[2] for row in rows]) if rows else np.empty(0)
    scales = np.array([_scale(game, row[0].stakeholder) for row in rows])
    values = values / np.repeat(scales, np.diff(start))
    matrix = sparse.csr_matrix((values, columns, start), shape=(len(rows), game.lattice.size))
    return Obedience(matrix, tuple(row[0] for row in rows), scales, coarse)


def _scale(game: Game, i: int) -> float:
    table = [(float(payoff.min()), float(payoff.max())) for payoff in game.payoffs[i]]
    return max(high for _, high in table) - min(low for low, _ in table) or 1.0


def _entries(game: Game, move: Move) -> tuple[NDArray[np.int64], Array]:
    """Return the profiles at which somebody takes the action of `move`, and the weighted gains there."""
    i, a, b = move
    axis, shape = game.lattice.axes[i], game.lattice.shape
    rows = np.flatnonzero(axis.counts[:, a] > 0)
    before, after = game.payoffs[i][a], game.payoffs[i][b]
    before = np.take(before, rows, axis=i) if before.shape[i] > 1 else before
    after = np.take(after, axis.shift(a, b)[rows], axis=i) if after.shape[i] > 1 else after
    gains = game.lattice.along(i, axis.counts[rows, a] / axis.members) * (after - before)
    place = np.arange(game.lattice.size).reshape(shape)
    columns = np.take(place, rows, axis=i)
    return columns.ravel(), np.broadcast_to(gains, columns.shape).ravel()


def _summed(game: Game, rows: list[tuple[Move, NDArray[np.int64], Array]]) -> list[tuple[Move, NDArray[np.int64], Array]]:
    """Add up the conditions of each stakeholder and alternative over the advised actions."""
    totals: dict[Move, Array] = {}
    for (i, _, b), columns, values in rows:
        total = totals.setdefault(Move(i, -1, b), np.zeros(game.lattice.size))
        total[columns] += values
    return [(move, np.flatnonzero(total), total[np.flatnonzero(total)]) for move, total in totals.items()]
