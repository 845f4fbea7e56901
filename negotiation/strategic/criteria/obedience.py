"""The linear conditions under which members follow a correlating device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...numerics import Array
from ..game import Game, Move
from .others import rewards


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
    rows = [row for i, axis in enumerate(game.lattice.axes) if axis.committed is None for row in _rows(game, i, coarse)]
    start = np.cumsum([0, *(len(row.columns) for row in rows)])
    spans = [_span(game, i) for i in range(len(game.names))]
    scales = np.array([spans[row.move.stakeholder] for row in rows])
    values = np.concatenate([row.values for row in rows]) if rows else np.empty(0)
    columns = np.concatenate([row.columns for row in rows]) if rows else np.empty(0, dtype=np.int64)
    matrix = sparse.csr_matrix((values / np.repeat(scales, np.diff(start)), columns, start), shape=(len(rows), game.lattice.size))
    return Obedience(matrix, tuple(row.move for row in rows), scales, coarse)


class _Row(NamedTuple):
    move: Move
    columns: NDArray[np.int64]
    values: Array


def _rows(game: Game, i: int, coarse: bool) -> Iterator[_Row]:
    """Yield the conditions of one stakeholder: rows of the lattice at which an action is advised, weighted gains there."""
    axis, place = game.lattice.axes[i], np.arange(game.lattice.size).reshape(game.lattice.shape)
    advised = [np.flatnonzero(axis.counts[:, a] > 0) for a in range(axis.actions)]
    columns = [np.take(place, rows, axis=i) for rows in advised]
    table = [np.broadcast_to(rewards(game, i, a), columns[a].shape) for a in range(axis.actions)]
    weights = [game.lattice.along(i, axis.counts[rows, a] / axis.members) for a, rows in enumerate(advised)]
    for b in range(axis.actions):
        others = [a for a in range(axis.actions) if a != b]
        gains = [(weights[a] * (table[b] - table[a])).ravel() for a in others]
        if coarse:
            total = np.zeros(game.lattice.size)
            for a, gain in zip(others, gains, strict=True):
                total[columns[a].ravel()] += gain
            yield _Row(Move(i, -1, b), np.flatnonzero(total), total[np.flatnonzero(total)])
        else:
            yield from (_Row(Move(i, a, b), columns[a].ravel(), gain) for a, gain in zip(others, gains, strict=True))


def _span(game: Game, i: int) -> float:
    table = [(float(payoff.min()), float(payoff.max())) for payoff in game.payoffs[i]]
    return max(high for _, high in table) - min(low for low, _ in table) or 1.0
