"""The long run with noise: how often each count profile is seen when members now and then err (logit choice)."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from ...budget import Budget
from ...errors import NotApplicableError, TooLargeError
from ...lattice import Axis, Integers
from ...numerics import Array, plain
from ..game import Game, Points
from ..wording import amount
from .approach import ENOUGH, approach
from .frequency import NAMED, first, most_words, seen
from .markov import stationary
from .transitions import Transitions, transitions


@dataclass(frozen=True, eq=False)
class LongRun:
    """How often each count profile is seen in the long run.

    Parameters
    ----------
    game : Game
    noise : float
        In the game's money unit: a payoff difference of this size makes one choice e times as likely as another.
    logs : ndarray, shape of the lattice
        Logarithm of the share of time spent at each count profile.
    shares : tuple of ndarray
        For each stakeholder the expected share of members at each action.
    error : float
        Proven bound on the sum of the absolute errors of all shares of time; 0 where the chain was solved, up to round-off.
    complete : bool
        False when the error is above 1e-8.
    reason, method : str
    """

    game: Game
    noise: float
    logs: Array
    shares: tuple[Array, ...]
    error: float = 0.0
    complete: bool = True
    reason: str = "the stationary distribution is unique: with noise every profile can follow every other"
    method: str = "logit choice of one member at a time; states taken out one by one, without subtractions"

    def most_often(self, many: int = 20) -> tuple[Points, Array]:
        """Return the profiles seen most often, and the share of time of each."""
        places, shares = first(self.logs, many)
        return tuple(np.asarray(rows, dtype=np.int64) for rows in np.unravel_index(places, self.logs.shape)), shares

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        within = "" if self.error <= 1e-3 else f", give or take {100 * self.error:.2g} points"
        return f"When members now and then err (noise {amount(self.game, self.noise)}), {most_words(self.game, self.logs, self.most_often(NAMED)[0])}{within}."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON, the 20 profiles seen most often among it."""
        body = {
            "noise": self.noise,
            **seen(self.game, *self.most_often(), self.shares),
            "error": self.error,
            "sentence": self.sentence,
            "method": self.method,
            "complete": self.complete,
            "reason": self.reason,
        }
        return dict(plain(body))


def long_run(game: Game, noise: float | None = None, budget: Budget | None = None) -> LongRun:
    r"""Return the stationary distribution of logit choice.

    In each period one member, drawn by lot from all members that are free to choose, chooses anew: from `a`, at the profile `c`, action `b` with probability

    .. math:: P(b | c, a) = \frac{\exp(u_i(b | c - e_a + e_b) / \eta)}{\sum_{b'} \exp(u_i(b' | c - e_a + e_{b'}) / \eta)}.

    Parameters
    ----------
    game : Game
        At least one member free to choose.
    noise : float, optional
        :math:`\eta`, above 0, in the game's money unit. Otherwise a tenth of what a move usually brings or costs the member who makes it (the median
        over all moves that are not indifferent).
    budget : Budget, optional

    Returns
    -------
    LongRun

    Raises
    ------
    NotApplicableError
        When the noise is not above 0, or nobody can move.
    TooLargeError, TimedOutError
        Where the chain is too large to be solved and moves too slowly to be followed. One stakeholder with two actions may have millions of members.

    Notes
    -----
    Solved exactly where it fits (:func:`~negotiation.strategic.dynamics.markov.stationary`), at a cost of count profiles times the square of the number
    of profiles of all stakeholders but the largest. Otherwise followed step by step until a proven bound on the error is below 1e-8
    (:func:`~negotiation.strategic.dynamics.approach.approach`): some seconds for 100,000 count profiles.

    Examples
    --------
    >>> stag = Game.from_tables([np.array([[3, 0], [2, 2]]), np.array([[3, 2], [0, 2]])])
    >>> np.exp(long_run(stag, noise=0.5).logs).round(3).tolist()
    [[0.115, 0.016], [0.016, 0.853]]

    References
    ----------
    L. E. Blume (1993), "The statistical mechanics of strategic interaction".
    """
    if noise is not None and not (noise > 0 and isfinite(noise)):
        raise NotApplicableError(f"noise has to be above 0, got {noise:g}", "for ever smaller noise ask for the stochastically stable profiles")
    if not game.moves:
        raise NotApplicableError("nobody in this game is free to choose", "switch off what commits the stakeholders")
    edges = transitions(game)
    noise = usual_noise(edges.gain) if noise is None else noise
    number, size, chances = _numbers(game), game.lattice.size, log_chances(game, edges, noise)
    try:
        logs = stationary(number[edges.source], number[edges.target], chances, size, budget)[number].reshape(game.lattice.shape)
    except TooLargeError as exactly:
        return _followed(game, noise, edges, chances, (budget, exactly))
    weights = np.exp(logs)
    return LongRun(game, noise, logs, tuple(_shares(game, i, weights) for i in range(len(game.names))))


def usual_noise(gains: Array) -> float:
    """Return a tenth of what a move usually brings or costs, given what each brings; 1 where nothing matters to anybody."""
    sizes = np.abs(gains[gains != 0])
    return float(np.median(sizes)) / 10 if sizes.size else 1.0


def _followed(game: Game, noise: float, edges: Transitions, chances: Array, under: tuple[Budget | None, TooLargeError]) -> LongRun:
    """Follow a chain that is too large to be solved."""
    budget, exactly = under
    try:
        found = approach(edges.source, edges.target, chances, game.lattice.size, budget)
    except TooLargeError as slowly:
        raise TooLargeError(slowly.message, f"{slowly.remedy}; {exactly.remedy}") from None
    x = found.probabilities.reshape(game.lattice.shape)
    shares = tuple(_shares(game, i, x) for i in range(len(game.names)))
    logs = np.log(np.maximum(x, np.finfo(float).tiny))
    ended = "" if found.complete else f", not within {ENOUGH:g}, when the time was over or rounding allowed no more"
    reason = f"all shares of time together are proven to be within {found.error:.2g}{ended}"
    return LongRun(
        game, noise, logs, shares, found.error, found.complete, reason, f"logit choice of one member at a time, followed for {found.steps:,} periods"
    )


def log_chances(game: Game, edges: Transitions, noise: float) -> Array:
    """Return the logarithm of the probability that each switch is what happens in a period, shape (E,)."""
    free = sum(members for members, axis in zip(game.members, game.lattice.axes, strict=True) if axis.moves)
    stay = np.zeros(int(edges.seat.max()) + 1)
    stay[edges.seat] = -edges.best / noise
    pull = (edges.gain - edges.best) / noise
    total = np.exp(stay) + np.bincount(edges.seat, weights=np.exp(pull))
    return np.asarray(np.log(edges.movers / free) + pull - np.log(total)[edges.seat])


def _numbers(game: Game) -> Integers:
    """Return a number for each count profile such that moves lead to near numbers: slowest the axis on which that helps most."""
    shape = game.lattice.shape
    width = {i: _reach(axis) / axis.size for i, axis in enumerate(game.lattice.axes) if axis.moves}
    slowest = min(width, key=lambda i: width[i])
    order = [slowest, *(i for i in range(len(shape)) if i != slowest)]
    numbers = np.arange(game.lattice.size).reshape([shape[i] for i in order])
    return np.asarray(numbers.transpose(np.argsort(order)).ravel(), dtype=np.int64)


def _reach(axis: Axis) -> int:
    """Return the most rows that one switch crosses."""
    crossed = [np.where(axis.shift(a, b) < 0, 0, np.abs(axis.shift(a, b) - np.arange(axis.size))) for a, b in axis.moves]
    return int(np.max(crossed))


def _shares(game: Game, i: int, weights: Array) -> Array:
    axis = game.lattice.axes[i]
    along = weights.sum(axis=tuple(j for j in range(weights.ndim) if j != i))
    return np.asarray(along @ axis.counts / axis.members)
