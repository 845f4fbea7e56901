"""Several stakeholders in which newcomers are rare: how often each profile is seen in which all members of a stakeholder do the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import inf, isfinite, log, prod
from typing import Any

import numpy as np

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, TimedOutError, TooLargeError
from ...lattice import Integers
from ...numerics import Array, plain
from ..game import Game, Points
from ..wording import amount
from .fixation import gains_of_newcomers, takeovers
from .frequency import NAMED, first, most_words, seen
from .markov import stationary
from .noise import usual_noise

MAX_STATES = 750
"""So many can be compared where logarithms are needed."""
MAX_TERMS = 10_000_000
"""Payoffs that are looked up: profiles times pairs of actions times members."""
POPULATION, MAX_POPULATION = 50, 10**9
"""Of how many a single actor is one, as in the paper, and at most."""


@dataclass(frozen=True, eq=False)
class AlphaRank:
    """How often each uniform profile is seen when newcomers are rare.

    Parameters
    ----------
    game : Game
    intensity : float
        Intensity of selection, per unit of the game's money.
    population : int
        Of how many each single actor stands for one.
    logs : ndarray, shape (A_1, ..., A_n)
        Logarithm of the share of time at which all members of each stakeholder take each action; one action for those that are committed.
    points : Points
        The same profiles by their rows in the lattice, in the order of `logs`.
    """

    game: Game
    intensity: float
    population: int
    logs: Array
    points: Points
    complete: bool = True
    reason: str = "the chain between uniform profiles was solved: with finite intensity every one can follow every other"
    method: str = "alpha-rank: fixation probabilities of single newcomers; long run by taking states out one by one, without subtractions"

    def most_often(self, many: int = 20) -> tuple[Points, Array]:
        """Return the profiles seen most often, and the share of time of each."""
        places, shares = first(self.logs, many)
        return tuple(rows[places] for rows in self.points), shares

    @property
    def shares(self) -> tuple[Array, ...]:
        """For each stakeholder the share of time that it spends at each action."""
        result = []
        for i, axis in enumerate(self.game.lattice.axes):
            row = np.zeros(axis.actions)
            along = tuple(j for j in range(self.logs.ndim) if j != i)
            row[slice(None) if axis.committed is None else [axis.committed]] = np.exp(self.logs).sum(axis=along)
            result.append(row)
        return tuple(result)

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        often, matter = most_words(self.game, self.logs, self.most_often(NAMED)[0]), amount(self.game, 1 / self.intensity)
        return f"When people copy what pays (a difference of {matter} matters) and newcomers are rare, {often}."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON, the 20 profiles seen most often among it."""
        body = {"intensity": self.intensity, "population": self.population, **seen(self.game, *self.most_often(), self.shares)}
        body |= {"sentence": self.sentence, "method": self.method, "complete": self.complete, "reason": self.reason}
        return dict(plain(body))


def alpha_rank(game: Game, intensity: float | None = None, population: int = POPULATION, budget: Budget | None = None) -> AlphaRank:
    r"""Return how often each uniform profile is seen in the long run of pairwise imitation with rare newcomers (alpha-rank).

    All members of each stakeholder do the same nearly all the time. Now and then one member of one stakeholder tries another action, each stakeholder
    and action equally often, however many members it has. Those of its kind copy each other, with probability
    :math:`1 / (1 + e^{-\alpha (u_{other} - u_{own})})`, until all do the same again, while the other stakeholders stay. A single actor stands for one of a
    population of `m` who all face the others as they are, so that a newcomer who gains :math:`\Delta` takes over with probability

    .. math:: \rho(\Delta) = \frac{1 - e^{-\alpha \Delta}}{1 - e^{-\alpha m \Delta}}, \quad \rho(0) = \frac{1}{m}.

    Parameters
    ----------
    game : Game
        At least one stakeholder free to choose; at most 750 profiles in which all members of each stakeholder do the same.
    intensity : float, optional
        :math:`\alpha`, above 0, per unit of the game's money. Otherwise ten over what a takeover usually brings or costs (the median that is not 0).
    population : int
        :math:`m`, 2 or more.
    budget : Budget, optional

    Returns
    -------
    AlphaRank
        Solved exactly, also where probabilities are smaller than a float can hold (see `logs`). Gains are differences of floats, and differences within
        round-off count as 0.

    Raises
    ------
    NotApplicableError
        When a number is out of range, nobody can move, or the intensity times the payoffs is beyond what a float can hold.
    TooLargeError, TimedOutError

    Notes
    -----
    With one stakeholder this is :func:`~negotiation.strategic.dynamics.fixation.small_mutation_of_game`. Cost: one exponential for each profile, pair of
    actions and member, and the cube of the number of profiles.

    Examples
    --------
    >>> stag = Game.from_tables([np.array([[3, 0], [2, 2]]), np.array([[3, 2], [0, 2]])])
    >>> np.exp(alpha_rank(stag, intensity=0.1).logs).round(3).tolist()
    [[0.007, 0.0], [0.0, 0.992]]

    References
    ----------
    S. Omidshafiei, C. Papadimitriou, G. Piliouras et al. (2019), "Alpha-rank: multi-agent evaluation by evolution"; D. Fudenberg and L. A. Imhof
    (2006), "Imitation processes with small mutations".
    """
    if not 2 <= population <= MAX_POPULATION:
        raise NotApplicableError(f"a single actor cannot stand for one of {population:,}", f"the population has 2 to {MAX_POPULATION:,} members")
    if intensity is not None and not (isfinite(intensity) and intensity > 0):
        raise NotApplicableError(f"the intensity of selection has to be above 0, got {intensity:g}", "10 makes a gain of one unit of money count much")
    if not game.moves:
        raise NotApplicableError("nobody in this game is free to choose", "switch off what commits the stakeholders")
    shape = tuple(axis.actions if axis.committed is None else 1 for axis in game.lattice.axes)
    _check(game, shape)
    grid = np.indices(shape).reshape(len(shape), -1)
    rows = [_uniform(game, i) for i in range(len(shape))]
    points = tuple(row[places] for row, places in zip(rows, grid, strict=True))
    pairs = [(i, a, b) for i, axis in enumerate(game.lattice.axes) if axis.moves for a, b in combinations(range(axis.actions), 2)]
    changes = [(i, a, b, np.flatnonzero(grid[i] == a)) for i, a, b in pairs]
    budget, gains = budget or unlimited(), []
    for k, (i, a, b, here) in enumerate(changes):
        if budget.spent(k / len(changes) / 2, "what newcomers gain"):
            raise TimedOutError(f"{budget.why()} before it was known what newcomers gain", "give more time, or use fewer members or actions")
        with np.errstate(over="ignore"):
            gains.append(gains_of_newcomers(game, (i, a, b), tuple(row[here] for row in points)))
    intensity = intensity or _usual_intensity(gains)
    largest = max(float(np.abs(gain).max()) for gain in gains)
    if not isfinite(intensity * largest * max(population, *game.members)):
        message = f"gains of up to {largest:g}, times an intensity of {intensity:g}, are beyond what can be computed with"
        raise NotApplicableError(message, "give an intensity of about ten over a usual gain, or count money in another unit")
    sources: list[Integers] = []
    targets: list[Integers] = []
    logs: list[Array] = []
    for (i, a, b, here), gain in zip(changes, gains, strict=True):
        there = here + (b - a) * prod(shape[i + 1 :])
        sources += [here, there]
        targets += [there, here]
        logs += takeovers(intensity * gain) if game.members[i] > 1 else _takeovers_alone(intensity * gain[:, 0], population)
    found = stationary(np.concatenate(sources), np.concatenate(targets), np.concatenate(logs), prod(shape), budget)
    return AlphaRank(game, intensity, population, found.reshape(shape), points)


def _check(game: Game, shape: tuple[int, ...]) -> None:
    states = prod(shape)
    if states > MAX_STATES:
        message = f"there are {states:,} profiles in which all members of each stakeholder do the same, at most {MAX_STATES:,} can be compared"
        raise TooLargeError(message, "ask for the stochastically stable profiles, or leave actions out")
    terms = sum(states * (actions - 1) * max(1, members - 1) for actions, members in zip(shape, game.members, strict=True)) // 2
    if terms > MAX_TERMS:
        raise TooLargeError(f"{terms:,} payoffs would have to be looked up, at most {MAX_TERMS:,} can be", "use fewer members or actions")


def _uniform(game: Game, i: int) -> Integers:
    """Return the rows of the axis at which all members take each action."""
    axis = game.lattice.axes[i]
    return np.array([axis.row(row) for row in axis.members * np.eye(axis.actions, dtype=np.int64)] if axis.committed is None else [0])


def _usual_intensity(gains: list[Array]) -> float:
    noise = usual_noise(np.concatenate([gain.ravel() for gain in gains]))
    return 1 / noise if noise else inf


def _takeovers_alone(advantage: Array, population: int) -> tuple[Array, Array]:
    """Return the log-probabilities of a takeover and of the one back in a population who all earn so much more by the new action, times the intensity."""
    size = np.abs(advantage)
    with np.errstate(divide="ignore", invalid="ignore"):
        likely = np.where(size > 0, np.log(-np.expm1(-size)) - np.log(-np.expm1(-population * size)), -log(population))
    unlikely = likely - (population - 1) * size
    return np.where(advantage >= 0, likely, unlikely), np.where(advantage > 0, unlikely, likely)
