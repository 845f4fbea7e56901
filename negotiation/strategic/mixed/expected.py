"""Expected payoffs when the members of every stakeholder mix independently: exact sums over the counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from ...numerics import Array
from ..criteria.others import rewards
from ..equilibrium import Mixtures
from ..game import Game
from .multinomial import NEGLECTED, Spread, nearest_counts, spread


@dataclass(frozen=True)
class Block:
    """Payoffs of actions that depend on the same stakeholders.

    Parameters
    ----------
    actions : tuple of int
        Which actions of the stakeholder.
    axes : tuple of int
        The stakeholders on whose counts these payoffs depend.
    table : ndarray, shape (rows of each axis..., actions)
        Payoffs against the other members.
    """

    actions: tuple[int, ...]
    axes: tuple[int, ...]
    table: Array


_PREPARED: WeakKeyDictionary[Game, tuple[tuple[Block, ...], ...]] = WeakKeyDictionary()


def blocks(game: Game) -> tuple[tuple[Block, ...], ...]:
    """Return for each stakeholder its payoffs seen from one member, arranged for summing; kept as long as the game."""
    if game not in _PREPARED:
        _PREPARED[game] = tuple(_arrange(game, i) for i in range(len(game.names)))
    return _PREPARED[game]


def _arrange(game: Game, i: int) -> tuple[Block, ...]:
    groups: dict[tuple[int, ...], list[tuple[int, Array]]] = {}
    for a in range(len(game.actions[i])):
        table = np.asarray(rewards(game, i, a))
        axes = tuple(j for j, size in enumerate(table.shape) if size > 1)
        groups.setdefault(axes, []).append((a, table.reshape([table.shape[j] for j in axes])))
    return tuple(Block(tuple(a for a, _ in rows), axes, np.stack([table for _, table in rows], axis=-1)) for axes, rows in groups.items())


def _others(game: Game, i: int, j: int) -> int:
    """Return how many members of `j` a member of `i` faces."""
    return game.lattice.axes[j].members - (i == j)


class _Spreads:
    """The distributions of the counts under given mixtures, each computed once."""

    def __init__(self, mixtures: Mixtures, neglected: float) -> None:
        self._mixtures, self._neglected = mixtures, neglected
        self._known: dict[tuple[int, int], Spread] = {}

    def __call__(self, j: int, members: int) -> Spread:
        if (j, members) not in self._known:
            self._known[j, members] = spread(members, self._mixtures[j], self._neglected)
        return self._known[j, members]


def expected_payoffs(game: Game, mixtures: Mixtures, neglected: float = NEGLECTED) -> tuple[Array, ...]:
    r"""Return what a member can expect from each action when everyone else mixes.

    .. math:: U_{i,a}(x) = \sum_{c} \mathrm{Mult}(n_i - 1, x_i)(c_i) \prod_{j \ne i} \mathrm{Mult}(n_j, x_j)(c_j) \; u_i(a | c + e_{i,a})

    The sums run over windows of counts outside of which lies a probability below `neglected`; nothing is sampled. Time is
    proportional to the product of the windows of the stakeholders on whom a payoff depends: 15 us for 1,000 members with two
    actions, half a millisecond with three. What depends only on the game is prepared at the first call and kept.

    Parameters
    ----------
    game : Game
    mixtures : tuple of ndarray
        For each stakeholder a probability for each action, shape (m_i,).
    neglected : float
        Probability that may be left out of each stakeholder's window.

    Returns
    -------
    tuple of ndarray
        For each stakeholder the expected payoff of each action, shape (m_i,), in the game's money unit. For a stakeholder that is
        committed to one action only that entry has a meaning.

    Examples
    --------
    >>> game = Game.from_tables([np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 2.0]])])
    >>> [row.round(6).tolist() for row in expected_payoffs(game, (np.array([0.5, 0.5]), np.array([0.25, 0.75])))]
    [[0.5, 0.75], [0.5, 1.0]]
    """
    spreads, result = _Spreads(mixtures, neglected), []
    for i, row in enumerate(blocks(game)):
        payoffs = np.empty(len(game.actions[i]))
        for block in row:
            parts = [spreads(j, _others(game, i, j)) for j in block.axes]
            payoffs[list(block.actions)] = _sum(_window(block.table, parts), [part.weights for part in parts])
        result.append(payoffs)
    return tuple(result)


def mean_field_payoffs(game: Game, mixtures: Sequence[Array]) -> tuple[Array, ...]:
    """Return the payoffs at the average counts, interpolated between neighbouring count profiles, for many mixtures at a time.

    The limit of :func:`expected_payoffs` for many members: the error falls as one over their number where payoffs are smooth. A few
    lookups a mixture, whatever the number of members.

    Parameters
    ----------
    game : Game
    mixtures : sequence of ndarray, shape (P, m_i)
        For each stakeholder P mixtures.

    Returns
    -------
    tuple of ndarray, shape (P, m_i)

    Examples
    --------
    >>> game = Game.from_tables([np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 2.0]])])
    >>> [row.round(6).tolist() for row in mean_field_payoffs(game, (np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])))]
    [[[0.5, 0.75]], [[0.5, 1.0]]]
    """
    result, points = [], len(mixtures[0])
    for i, row in enumerate(blocks(game)):
        payoffs = np.empty((points, len(game.actions[i])))
        for block in row:
            weights, picks = np.ones((points, *(1 for _ in block.axes))), []
            for position, j in enumerate(block.axes):
                shape = [points, *(-1 if position == k else 1 for k in range(len(block.axes)))]
                rows, shares = nearest_counts(_others(game, i, j), mixtures[j])
                weights = weights * shares.reshape(shape)
                picks.append(rows.reshape(shape))
            values = block.table[tuple(picks)] if picks else np.broadcast_to(block.table, (points, *block.table.shape))
            payoffs[:, list(block.actions)] = (weights[..., None] * values).reshape(points, -1, len(block.actions)).sum(axis=1)
        result.append(payoffs)
    return tuple(result)


def payoffs_and_slopes(game: Game, mixtures: Mixtures, neglected: float = NEGLECTED) -> tuple[tuple[Array, ...], tuple[tuple[Array, ...], ...]]:
    r"""Return expected payoffs and their derivatives with respect to the mixtures.

    From the sums of :func:`expected_payoffs` with the weights :math:`w_c (c_b / x_b - n)`, which on directions that keep the sum of a
    mixture are the derivatives of the probabilities.

    Returns
    -------
    payoffs : tuple of ndarray
        As :func:`expected_payoffs`.
    slopes : tuple of tuple of ndarray
        ``slopes[i][j][a, b]`` is the derivative of the payoff of `a` to a member of `i` as the members of `j` shift probability to their
        action `b`, shape (m_i, m_j). Only differences between actions that `j` uses have a meaning; columns of others are 0.

    Examples
    --------
    >>> game = Game.from_tables([np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 2.0]])])
    >>> payoffs, slopes = payoffs_and_slopes(game, (np.array([0.5, 0.5]), np.array([0.25, 0.75])))
    >>> (slopes[0][1][:, 0] - slopes[0][1][:, 1]).round(12).tolist()
    [2.0, -1.0]
    """
    spreads = _Spreads(mixtures, neglected)
    payoffs = tuple(np.empty(len(actions)) for actions in game.actions)
    slopes = tuple(tuple(np.zeros((len(own), len(other))) for other in game.actions) for own in game.actions)
    scores: dict[tuple[int, int], Array] = {}
    for i, row in enumerate(blocks(game)):
        for block in row:
            facing = [(j, _others(game, i, j)) for j in block.axes]
            parts = [spreads(*pair) for pair in facing]
            window, actions = _window(block.table, parts), list(block.actions)
            weights = [part.weights for part in parts]
            if not facing:
                payoffs[i][actions] = window
            for position, (pair, part) in enumerate(zip(facing, parts, strict=True)):
                if pair not in scores:
                    scores[pair] = part.scores(pair[1], mixtures[pair[0]])
                along = _sum(window, weights, position)
                payoffs[i][actions] = part.weights @ along
                slopes[i][pair[0]][actions] = (scores[pair] @ along).T
    return payoffs, slopes


def _window(table: Array, parts: Sequence[Spread]) -> Array:
    """Cut out of a table the rows that matter on each axis."""
    window = table[tuple(part.rows if isinstance(part.rows, slice) else slice(None) for part in parts)] if parts else table
    for axis, part in enumerate(parts):
        if not isinstance(part.rows, slice):
            window = np.take(window, part.rows, axis=axis)
    return window


def _sum(window: Array, weights: Sequence[Array], leave: int | None = None) -> Array:
    """Sum the axes with weights, except `leave`; the last axis of the window is the actions."""
    for axis in reversed(range(len(weights))):
        if axis != leave:
            window = np.tensordot(weights[axis], window, axes=(0, axis))
    return window
