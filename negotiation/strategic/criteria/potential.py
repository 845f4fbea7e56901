"""Potential games: one number for each profile that every improving move raises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array, frozen, plain, round_off
from ..game import Game, Move, Points
from ..pure import improving
from ..wording import amount, profile_words
from .welfare import listed

Kind = Literal["exact", "weighted", "ordinal", "none"]


@dataclass(frozen=True)
class Potential:
    """Whether the game has a potential, and of which kind.

    Parameters
    ----------
    game : Game
    kind : str
        "exact": every move changes the potential by what the mover gains. "weighted": by that divided by the mover's weight.
        "ordinal": improving moves raise it, so none of them goes round in a circle. "none": some improving moves go round.
    array : ndarray or None
        The potential, shape of the lattice, 0 at the first profile; in the game's money unit, for "ordinal" minus the number of
        improving moves that can still follow at most. None where there is none.
    weights : tuple of float or None
        For each stakeholder, the first of those that matter to each other having 1; None unless exact or weighted.
    best : tuple of ndarray
        Profiles with the largest potential: pure equilibria, the ones that noise and learning favour. Empty unless exact or weighted:
        an ordinal potential can be bent so that any equilibrium has the most.
    gap : float
        Largest difference between what a mover gains and what the potential of the first attempt (all weights 1) says; 0 up to
        round-off exactly in the exact case.
    """

    game: Game
    kind: Kind
    array: Array | None
    weights: tuple[float, ...] | None
    best: Points
    gap: float

    @cached_property
    def sentence(self) -> str:
        """What the potential says, in one sentence."""
        if self.kind == "none":
            return "There is no potential: improving moves can go round in a circle for ever."
        if self.kind == "ordinal":
            return "Improving moves of single members never go round in a circle: every path of them ends in an equilibrium."
        weights = "" if self.kind == "exact" else " after weighing each stakeholder"
        most = f"it is largest at {profile_words(self.game, self.best)}" + (f" and {len(self.best[0]) - 1:,} more" if len(self.best[0]) > 1 else "")
        return f"What movers gain adds up to one potential{weights}: every path of improving moves ends in an equilibrium, and {most}."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON, without the array; at most 20 of the best profiles."""
        weights = None if self.weights is None else dict(zip(self.game.names, self.weights, strict=True))
        body = {"kind": self.kind, "weights": weights, "best": listed(self.game, self.best), "number_of_best": len(self.best[0]), "gap": self.gap}
        return dict(plain(body | {"gap_words": amount(self.game, self.gap), "complete": True, "sentence": self.sentence}))


def potential(game: Game) -> Potential:
    r"""Look for an exact, a weighted, or else an ordinal potential.

    .. math:: w_i \, [P(c - e_a + e_b) - P(c)] = u_i(b | c - e_a + e_b) - u_i(a | c) \quad \text{for all } i, a, b, c : c_{i,a} > 0

    The candidate is summed up along one path to each profile and compared with every move, which proves or refutes it. Weights are read
    off the squares of two moves by two stakeholders around which it fails: :math:`w_i / w_j` must be the ratio of how much `j`'s
    move changes `i`'s gain to how much `i`'s changes `j`'s. Where neither fits, profiles without improving moves are peeled off until
    none is left (a generalised ordinal potential) or the rest goes round in circles.

    Parameters
    ----------
    game : Game

    Returns
    -------
    Potential
        An answer in every case. Members of one stakeholder share a weight.

    Notes
    -----
    Cost: a few passes over the lattice for each kind of move; for weights one for each pair of kinds of moves.

    Examples
    --------
    >>> dilemma = Game.from_tables([np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])])
    >>> result = potential(dilemma)
    >>> result.kind, result.array.tolist()
    ('exact', [[0.0, 2.0], [2.0, 3.0]])
    >>> potential(Game.from_tables([np.array([[1, -1], [-1, 1]]), np.array([[-1, 1], [1, -1]])])).kind
    'none'

    References
    ----------
    D. Monderer and L. S. Shapley (1996), "Potential games"; selection: L. Blume (1993), "The statistical mechanics of strategic
    interaction".
    """
    ones = (1.0,) * len(game.names)
    array, gap, fits = _attempt(game, ones)
    if fits:
        return Potential(game, "exact", frozen(array), ones, _largest(array), gap)
    weights = _weights(game)
    if weights is not None:
        array, _, fits = _attempt(game, weights)
        if fits:
            return Potential(game, "weighted", frozen(array), weights, _largest(array), gap)
    steps = _steps_left(game)
    nowhere = tuple(np.empty(0, dtype=np.int64) for _ in game.names)
    if steps is None:
        return Potential(game, "none", None, None, nowhere, gap)
    return Potential(game, "ordinal", frozen(-steps), None, nowhere, gap)


def _attempt(game: Game, weights: tuple[float, ...]) -> tuple[Array, float, bool]:
    """Return the only candidate for these weights, its largest failure in money, and whether it fits."""
    array = np.zeros(game.lattice.shape)
    for i in range(len(game.names)):
        array = array + _along(game, i) / weights[i]
    blur = (4 + sum(game.members)) * np.finfo(float).eps * float(np.max(np.abs(array)))
    gap, fits = 0.0, True
    for move in game.moves:
        i = move.stakeholder
        gains, rows, later = _gains(game, move)
        wrong = float(np.max(np.abs((np.take(array, later, axis=i) - np.take(array, rows, axis=i)) * weights[i] - gains), initial=0.0))
        gap = max(gap, wrong)
        fits = bool(fits and wrong <= 4 * game.tolerances[i] + blur * weights[i])
    return array, gap, fits


def _gains(game: Game, move: Move) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    """Return what a move brings where it is possible, and the rows of its axis before and after."""
    i, a, b = move
    shift = game.lattice.axes[i].shift(a, b)
    rows = np.flatnonzero(shift >= 0)
    before, after = game.payoffs[i][a], game.payoffs[i][b]
    before = np.take(before, rows, axis=i) if before.shape[i] > 1 else before
    after = np.take(after, shift[rows], axis=i) if after.shape[i] > 1 else after
    return after - before, rows, shift[rows]


def _along(game: Game, i: int) -> Array:
    """Return the sum of gains on the way along axis `i`, with the axes before it anywhere and those after it at their first row.

    Members leave the first action one after the other, so each row comes from one with one member more at the first action.
    """
    axis = game.lattice.axes[i]
    first = (slice(None),) * (i + 1) + (slice(0, 1),) * (len(game.names) - i - 1)
    shape = tuple(axis.size if j == i else size if j < i else 1 for j, size in enumerate(game.lattice.shape))
    total = np.zeros(shape)
    if axis.committed is not None:
        return total
    away = axis.members - axis.counts[:, 0]
    last = axis.actions - 1 - np.argmax(axis.counts[:, ::-1] > 0, axis=1)
    table = [np.broadcast_to(payoff[first], (*shape[:i], payoff.shape[i], *shape[i + 1 :])) for payoff in game.payoffs[i]]
    for step in range(1, axis.members + 1):
        for b in range(1, axis.actions):
            rows = np.flatnonzero((away == step) & (last == b))
            source = axis.shift(b, 0)[rows]
            after = np.take(table[b], rows if table[b].shape[i] > 1 else 0 * rows, axis=i)
            before = np.take(table[0], source if table[0].shape[i] > 1 else 0 * rows, axis=i)
            total[(slice(None),) * i + (rows,)] = np.take(total, source, axis=i) + after - before
    return total


def _largest(array: Array) -> Points:
    return tuple(np.asarray(rows, dtype=np.int64) for rows in np.nonzero(array >= array.max() - round_off(array)))


def _weights(game: Game) -> tuple[float, ...] | None:
    """Return the only weights under which squares of two moves can close, or None where no positive ones can."""
    ratios = {(i, j): _ratio(game, i, j) for i, j in combinations(range(len(game.names)), 2)}
    weights = [0.0] * len(game.names)
    for start in range(len(game.names)):
        if weights[start]:
            continue
        weights[start], queue = 1.0, [start]
        while queue:
            i = queue.pop()
            for j in range(len(game.names)):
                ratio = ratios.get((i, j)) or (1 / back if (back := ratios.get((j, i), 0.0)) else 0.0)
                if ratio < 0:
                    return None
                if ratio and not weights[j]:
                    weights[j] = weights[i] / ratio
                    queue.append(j)
    return tuple(weights)


def _ratio(game: Game, i: int, j: int) -> float:
    """Return the weight of `i` over that of `j`, from the square where it shows most; 0 where they do not matter to each other."""
    best, ratio = 0.0, 0.0
    for one in (move for move in game.moves if move.stakeholder == i and move.a == 0):
        for two in (move for move in game.moves if move.stakeholder == j and move.a == 0):
            mine, its = _change(game, one, two), _change(game, two, one)
            mine, its = np.broadcast_arrays(mine, its)
            k = int(np.argmax(np.minimum(np.abs(mine), np.abs(its))))
            size = float(min(abs(mine.flat[k]), abs(its.flat[k])))
            if size > max(best, game.tolerances[i], game.tolerances[j]):
                best, ratio = size, float(mine.flat[k] / its.flat[k])
    return ratio


def _change(game: Game, own: Move, other: Move) -> Array:
    """Return how much the gain of `own` changes when `other` is made first, over the profiles where both are possible.

    Axis `i` and axis `j` of the result are the possible rows of either move, whoever's gain it is.
    """
    gains, _, _ = _gains(game, own)
    j = other.stakeholder
    if gains.shape[j] == 1:
        return np.zeros((1,) * gains.ndim)
    shift = game.lattice.axes[j].shift(other.a, other.b)
    rows = np.flatnonzero(shift >= 0)
    return np.asarray(np.take(gains, shift[rows], axis=j) - np.take(gains, rows, axis=j))


def _steps_left(game: Game) -> Array | None:
    """Return for each profile how many improving moves can follow at most; None where they can go round in a circle."""
    shape, size = game.lattice.shape, game.lattice.size
    place = np.arange(size).reshape(shape)
    starts, ends = [], []
    for move in game.moves:
        pays = np.broadcast_to(improving(game, move), shape)
        later = np.take(place, np.maximum(game.lattice.axes[move.stakeholder].shift(move.a, move.b), 0), axis=move.stakeholder)
        starts.append(place[pays])
        ends.append(later[pays])
    return _peel(np.concatenate(starts), np.concatenate(ends), size, shape) if starts else np.zeros(shape)


def _peel(start: NDArray[np.int64], end: NDArray[np.int64], size: int, shape: tuple[int, ...]) -> Array | None:
    """Peel off profiles from which nothing leads on, layer by layer."""
    order = np.argsort(end, kind="stable")
    start, bounds = start[order], np.searchsorted(end[order], np.arange(size + 1))
    left = np.bincount(start, minlength=size)
    steps = np.zeros(size)
    layer, done, number = np.flatnonzero(left == 0), 0, 0
    while layer.size:
        done += len(layer)
        steps[layer] = number
        lengths = bounds[layer + 1] - bounds[layer]
        edges = np.repeat(bounds[layer] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        before, times = np.unique(start[edges], return_counts=True)
        left[before] -= times
        layer, number = before[left[before] == 0], number + 1
    return steps.reshape(shape) if done == size else None
