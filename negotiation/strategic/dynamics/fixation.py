"""A population in which newcomers are rare: fixation probabilities and the long run between uniform states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import NotApplicableError, TooLargeError
from ...lattice import Integers
from ...numerics import Array, plain
from ..game import Game, Points
from .markov import stationary

MAX_TERMS = 50_000_000
"""Pairs of strategies times members."""
MAX_STRATEGIES = 500
CHUNK = 2_000_000
"""Terms that are held in memory at a time."""


@dataclass(frozen=True, eq=False)
class SmallMutation:
    """The long run of imitation when newcomers are rare.

    Parameters
    ----------
    strategies : tuple of str
    members : int
    log_fixation : ndarray, shape (S, S)
        Entry (i, j): logarithm of the probability that one member with strategy `i` takes over a population of `j`; 0 on the diagonal.
    logs : ndarray, shape (S,)
        Logarithm of the share of time in which everyone has strategy `i`.
    """

    strategies: tuple[str, ...]
    members: int
    log_fixation: Array
    logs: Array
    complete: bool = True
    reason: str = "the closed form of every pair of strategies and the exact long run of the chain between them"
    method: str = "fixation probabilities by sums in logarithms; long run by taking states out one by one"

    @property
    def fixation(self) -> Array:
        """Fixation probabilities; 0 where they are below what a float can hold."""
        return np.exp(self.log_fixation)

    @property
    def shares(self) -> Array:
        """Share of time in which everyone has each strategy."""
        return np.exp(self.logs)

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        best = int(np.argmax(self.logs))
        return f"When members copy one another and newcomers are rare, everyone does '{self.strategies[best]}' {100 * self.shares[best]:.3g} % of the time."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        names = self.strategies
        body = {
            "members": self.members,
            "shares": dict(zip(names, self.shares.tolist(), strict=True)),
            "log_shares": dict(zip(names, self.logs.tolist(), strict=True)),
            "log_fixation": {one: dict(zip(names, row.tolist(), strict=True)) for one, row in zip(names, self.log_fixation, strict=True)},
            "sentence": self.sentence,
            "method": self.method,
            "complete": self.complete,
            "reason": self.reason,
        }
        return dict(plain(body))


def small_mutation(payoffs: NDArray[np.floating[Any]] | Sequence[Sequence[float]], members: int, intensity: float, names: Sequence[str] = ()) -> SmallMutation:
    r"""Return the long run of pairwise imitation with rare newcomers in one well-mixed population.

    A member that is drawn by lot compares itself with another and copies it with probability
    :math:`1 / (1 + e^{-\beta (f_{other} - f_{own})})`, where `f` is the average payoff against the other `Z - 1` members. One newcomer `i` among
    residents `j` takes over with probability

    .. math:: \rho_{ij} = \left( 1 + \sum_{k=1}^{Z-1} \prod_{m=1}^{k} e^{-\beta (f_i(m) - f_j(m))} \right)^{-1}.

    When newcomers are rare the population is uniform nearly all the time, and the long run is that of the chain between uniform states with these
    probabilities. Everything is in logarithms, so nothing underflows.

    Parameters
    ----------
    payoffs : array_like, shape (S, S)
        Entry (i, j): what `i` earns from meeting `j`.
    members : int
        :math:`Z`, 2 or more.
    intensity : float
        :math:`\beta`, 0 or more, per unit of payoff.
    names : sequence of str, optional
        Of the strategies; numbers otherwise.

    Returns
    -------
    SmallMutation

    Raises
    ------
    NotApplicableError
        When the payoffs are not a square of finite numbers, or a number is out of range.
    TooLargeError
        Above 500 strategies, or 50,000,000 pairs times members.

    Notes
    -----
    Cost: one exponential for each pair of strategies and each member.

    Examples
    --------
    >>> result = small_mutation([[3, 0], [5, 1]], members=10, intensity=1.0, names=["keep", "break"])
    >>> result.shares.round(6).tolist()
    [0.0, 1.0]

    References
    ----------
    D. Fudenberg and L. A. Imhof (2006), "Imitation processes with small mutations"; A. Traulsen, M. A. Nowak and J. M. Pacheco (2006), "Stochastic
    dynamics of invasion and fixation".
    """
    table = np.asarray(payoffs, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not np.isfinite(table).all():
        raise NotApplicableError("payoffs have to be a square table of finite numbers", "give what each strategy earns from each")
    labels = tuple(names) or tuple(str(k + 1) for k in range(len(table)))
    _check(len(table), members, intensity)
    one, two = _pairs(len(table))
    # k newcomers earn ((k - 1) own + (Z - k) met) / (Z - 1), residents (k back + (Z - k - 1) among) / (Z - 1)
    own, met, back, among = table[one, one], table[one, two], table[two, one], table[two, two]
    slope = (own - met - back + among)[:, None] * (intensity / (members - 1))
    start = (members * (met - among) + (among - own))[:, None] * (intensity / (members - 1))
    mutants, step = np.arange(1.0, members), max(1, CHUNK // members)
    found = [takeovers(slope[k : k + step] * mutants + start[k : k + step]) for k in range(0, len(one), step)]
    return _result(labels, members, (one, two), found)


def small_mutation_of_game(game: Game, intensity: float) -> SmallMutation:
    """Return the same for a game: payoffs are those at the count profiles with two actions in use.

    Parameters
    ----------
    game : Game
        One stakeholder with two members or more, all free to choose.
    intensity : float
        Per unit of the game's money.

    Returns
    -------
    SmallMutation

    Raises
    ------
    NotApplicableError, TooLargeError
        As for :func:`small_mutation`.

    Examples
    --------
    >>> from negotiation.lattice import Axis, Lattice
    >>> count = np.arange(10, -1, -1.0)
    >>> club = Game(("firms",), (("join", "stay"),), Lattice((Axis(10, 2),)), ((count - 4.0, 0 * count),))
    >>> small_mutation_of_game(club, 1.0).shares.round(3).tolist()
    [1.0, 0.0]
    """
    if len(game.names) != 1 or game.lattice.axes[0].committed is not None:
        raise NotApplicableError("this needs a game with one stakeholder that is free to choose", "for several stakeholders ask for the concept 'alpha_rank'")
    members, actions = game.members[0], len(game.actions[0])
    _check(actions, members, intensity)
    one, two = _pairs(actions)
    start = (np.zeros(1, dtype=np.int64),)
    found = [takeovers(intensity * gains_of_newcomers(game, (0, j, i), start)) for i, j in zip(one.tolist(), two.tolist(), strict=True)]
    return _result(tuple(game.label(0, a) for a in range(actions)), members, (one, two), found)


def gains_of_newcomers(game: Game, change: tuple[int, int, int], points: Points) -> Array:
    """Return what newcomers gain over the others of their stakeholder while they take over.

    Parameters
    ----------
    game : Game
    change : tuple of int
        The stakeholder, the action that all of its members took, and that of the newcomers.
    points : Points
        P profiles; what they say of the stakeholder itself does not matter.

    Returns
    -------
    ndarray, shape (P, n - 1)
        For 1 to n - 1 newcomers of n, in the game's money unit; shape (P, 1) for a single actor, who changes. Differences within round-off count as 0.
    """
    i, a, b = change
    axis = game.lattice.axes[i]

    def at(newcomers: Integers) -> Points:
        counts = np.zeros((len(newcomers), axis.actions), dtype=np.int64)
        counts[:, b], counts[:, a] = newcomers, axis.members - newcomers
        own, shape = np.array([axis.row(row) for row in counts]), (len(points[0]), len(newcomers))
        return tuple(np.ascontiguousarray(np.broadcast_to(own if j == i else rows[:, None], shape)) for j, rows in enumerate(points))

    if axis.members == 1:
        gains = game.payoff(i, b, at(np.ones(1, dtype=np.int64))) - game.payoff(i, a, at(np.zeros(1, dtype=np.int64)))
    else:
        between = at(np.arange(1, axis.members))
        gains = game.payoff(i, b, between) - game.payoff(i, a, between)
    gains[np.abs(gains) <= game.tolerances[i]] = 0.0
    return gains


def _pairs(strategies: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    numbers = np.arange(strategies)
    one, two = (numbers[:, None] < numbers).nonzero()
    return one, two


def _check(strategies: int, members: int, intensity: float) -> None:
    if members < 2 or not (np.isfinite(intensity) and intensity >= 0):
        raise NotApplicableError("a population has two members or more, and an intensity of 0 or more", "change these numbers")
    terms = strategies * (strategies - 1) // 2 * members
    if strategies > MAX_STRATEGIES or terms > MAX_TERMS:
        message = f"{strategies:,} strategies and {members:,} members make {terms:,} terms; at most {MAX_STRATEGIES} and {MAX_TERMS:,} can be summed"
        raise TooLargeError(message, "use fewer members or strategies")


def takeovers(advantage: Array) -> tuple[Array, Array]:
    """Return the log-probabilities that the first takes over from the second and the second from the first.

    The two differ by the sum of all advantages, which the chain of detailed balance carries from one uniform state to the other.

    Parameters
    ----------
    advantage : ndarray, shape (P, Z - 1)
        In each row what the first earns more than the second, times the intensity, where 1 to Z - 1 members have taken it up.

    Returns
    -------
    pair of ndarray, shape (P,)

    Examples
    --------
    >>> forward, back = takeovers(np.zeros((1, 9)))
    >>> np.exp(forward).round(3).tolist(), np.exp(back).round(3).tolist()
    ([0.1], [0.1])
    """
    paths = np.cumsum(advantage, axis=1)
    whole = paths[:, -1].copy()
    np.negative(paths, out=paths)
    highest = np.maximum(paths.max(axis=1), 0.0)
    paths -= highest[:, None]
    np.exp(paths, out=paths)
    forward = -(highest + np.log(np.exp(-highest) + paths.sum(axis=1)))
    return forward, forward - whole


def _result(names: tuple[str, ...], members: int, pairs: tuple[NDArray[np.int64], NDArray[np.int64]], found: list[tuple[Array, Array]]) -> SmallMutation:
    logs = np.zeros((len(names), len(names)))
    if found:
        logs[pairs] = np.concatenate([forward for forward, _ in found])
        logs[pairs[::-1]] = np.concatenate([back for _, back in found])
    source, target = (np.concatenate(ends) for ends in (pairs, pairs[::-1]))
    return SmallMutation(names, members, logs, stationary(source, target, logs[target, source], len(names)))
