"""The linear conditions under which members follow a correlating device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...numerics import Array
from ..game import Game, Move
from .others import rewards
from .welfare import member_payoffs


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
    matrix : sparse matrix, shape (conditions, profiles)
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
    if game.is_ordinary and not coarse:
        return _ordinary(game)
    blocks = [block for i, axis in enumerate(game.lattice.axes) if axis.committed is None for block in _blocks(game, i, coarse)]
    moves = tuple(move for block in blocks for move in block.moves)
    spans = [_span(game, i) for i in range(len(game.names))]
    scales = np.array([spans[move.stakeholder] for move in moves])
    parts = [block.values / spans[block.moves[0].stakeholder] for block in blocks]
    values = np.concatenate([part.ravel() for part in parts]) if blocks else np.empty(0)
    columns = np.concatenate([np.broadcast_to(block.columns, block.values.shape).ravel() for block in blocks]) if blocks else np.empty(0, dtype=np.int64)
    start = np.cumsum([0, *(len(block.columns) for block in blocks for _ in block.moves)])
    matrix = sparse.csr_matrix((values, columns, start), shape=(len(moves), game.lattice.size))
    return Obedience(matrix, moves, scales, coarse)


def _ordinary(game: Game) -> Obedience:
    """Return the conditions profile by profile: at each, every single player is told one action and tempted by its others."""
    shape, size = game.lattice.shape, game.lattice.size
    each, count = sum(shape) - len(shape), [m * (m - 1) for m in shape]
    gains, rows, spans = np.empty((size, each)), np.empty((size, each), dtype=np.int32), [_span(game, i) for i in range(len(shape))]
    for i, m in enumerate(shape):
        here = slice(sum(shape[:i]) - i, sum(shape[: i + 1]) - i - 1)
        others = np.array([[b for b in range(m) if b != a] for a in range(m)], dtype=np.intp)
        table = (member_payoffs(game, i) / spans[i]).reshape(prod(shape[:i]), m, -1)
        gain = (table[:, others] - table[:, :, None]).swapaxes(2, 3)
        row = np.arange(sum(count[:i]), sum(count[: i + 1]), dtype=np.int32).reshape(m, 1, m - 1)
        gains[:, here] = gain.reshape(size, m - 1)
        rows[:, here] = np.broadcast_to(row, gain.shape).reshape(size, m - 1)
    matrix = sparse.csc_matrix((gains.ravel(), rows.ravel(), each * np.arange(size + 1)), shape=(sum(count), size))
    return Obedience(matrix, game.moves, np.repeat(spans, count), False)


class _Block(NamedTuple):
    """Conditions that concern the same profiles: a row of values for each move."""

    moves: tuple[Move, ...]
    columns: NDArray[np.int64]
    values: Array


def _blocks(game: Game, i: int, coarse: bool) -> Iterator[_Block]:
    """Yield the conditions of one stakeholder: for each action, the profiles at which it is advised and the weighted gains of the others there."""
    axis, place = game.lattice.axes[i], np.arange(game.lattice.size).reshape(game.lattice.shape)
    if axis.actions == 1:
        return
    advised = [np.flatnonzero(axis.counts[:, a] > 0) for a in range(axis.actions)]
    columns = [np.take(place, rows, axis=i) for rows in advised]
    table = np.stack([np.broadcast_to(rewards(game, i, a), columns[a].shape) for a in range(axis.actions)])
    weights = [game.lattice.along(i, axis.counts[rows, a] / axis.members) for a, rows in enumerate(advised)]
    gains = [weights[a] * (table - table[a]) for a in range(axis.actions)]
    if not coarse:
        for a in range(axis.actions):
            others = [b for b in range(axis.actions) if b != a]
            yield _Block(tuple(Move(i, a, b) for b in others), columns[a].ravel(), gains[a][others].reshape(len(others), -1))
        return
    total = np.zeros((axis.actions, game.lattice.size))
    for a in range(axis.actions):
        total[:, columns[a].ravel()] += gains[a].reshape(axis.actions, -1)
    yield _Block(tuple(Move(i, -1, b) for b in range(axis.actions)), np.arange(game.lattice.size), total)


def _span(game: Game, i: int) -> float:
    whole = game.tables[i]
    if whole is not None:
        return float(np.ptp(whole)) or 1.0
    table = [(float(payoff.min()), float(payoff.max())) for payoff in game.payoffs[i]]
    return max(high for _, high in table) - min(low for low, _ in table) or 1.0
