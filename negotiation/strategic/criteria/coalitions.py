"""Joint moves: could a bloc, or a group across stakeholders, leave an equilibrium together and all gain?

A bloc deviation takes a count profile `c` to another one `c'`. Within each stakeholder some members go from action `a` to action `b`,
never more than there are at `a`, and each of them must gain: :math:`u_i(b | c') > u_i(a | c)`. Who does not move need not gain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from ...errors import TooLargeError
from ...loading import later
from ...numerics import TOLERANCE, Array, plain
from ..game import Game, Points
from ..pure import pure_equilibria
from ..wording import amount, joined, profile_words
from .welfare import listed

minimise = later("negotiation.linear:minimise")
"""Loaded where mixtures of the movers have to be ruled out."""

MAX_WORK = 3_000_000_000
"""Joint moves looked at: equilibria times profiles times sets of actions."""

MAX_ACTIONS = 10
"""Actions of a stakeholder with several members, because sets of its actions are gone through."""


@dataclass(frozen=True)
class Flow:
    """Members of one stakeholder that go from one action to another together, and what each of them gains."""

    stakeholder: str
    action: str
    to: str
    members: int
    gain: float


@dataclass(frozen=True)
class BlocDeviation:
    """The joint move that pays its movers best, measured by the one that gains least.

    Parameters
    ----------
    flows : tuple of Flow
        Who moves, as few as possible for this change of the counts.
    least : float
        What the mover that gains least gains, in the game's money unit; the move pays everybody where this is positive.
    counts : mapping
        The profile it leads to.
    pays : bool
        Whether every mover gains more than round-off.
    """

    flows: tuple[Flow, ...]
    least: float
    counts: Mapping[str, Mapping[str, int]]
    pays: bool

    def sentence(self, game: Game) -> str:
        """Return the move in one sentence."""
        moves = joined([self._words(game, flow) for flow in self.flows])
        if not self.pays:
            return f"No such joint move pays every mover; the nearest is that {moves}, and one of them would gain {amount(game, self.least)}."
        if sum(flow.members for flow in self.flows) == 1:
            return f"{moves[:1].upper()}{moves[1:]} and gains {amount(game, self.least)}."
        return f"Together {moves}; each of them gains at least {amount(game, self.least)}."

    def _words(self, game: Game, flow: Flow) -> str:
        i = game.index(flow.stakeholder)
        start, end = (game.label(i, game.actions[i].index(action)) for action in (flow.action, flow.to))
        who = f"{flow.members} of {game.members[i]:,} {game.label(i)}" if game.members[i] > 1 else game.label(i)
        return f"{who} {'goes' if flow.members == 1 else 'go'} from '{start}' to '{end}'"

    def as_dict(self, game: Game) -> dict[str, Any]:
        """Return the move for JSON."""
        flows = [vars(flow) for flow in self.flows]
        return dict(plain({"flows": flows, "least": self.least, "pays": self.pays, "counts": self.counts, "sentence": self.sentence(game)}))


@dataclass(frozen=True)
class StrongEquilibria:
    """Profiles that no group can leave to the gain of each of its members.

    Parameters
    ----------
    game : Game
    points : tuple of ndarray
        In the order of the lattice.
    margins : ndarray
        For each, what the least gaining mover would lose at least in any joint move.
    refuted : tuple of (mapping, BlocDeviation)
        Pure equilibria that are not strong, at most 20, each with the joint move that undoes it.
    """

    game: Game
    points: Points
    margins: Array
    refuted: tuple[tuple[Mapping[str, Mapping[str, int]], BlocDeviation], ...]

    def __len__(self) -> int:
        return len(self.margins)

    @cached_property
    def sentence(self) -> str:
        """How many there are, in one sentence."""
        if not len(self):
            why = "every pure equilibrium can be left by a group that gains" if self.refuted else "there is no pure equilibrium"
            return f"There is no strong equilibrium: {why}."
        first = profile_words(self.game, self.points)
        more = f" and {len(self) - 1:,} more" if len(self) > 1 else ""
        return f"No group whatever can leave {first}{more} so that each of its members gains."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON, the first 20 by names."""
        refuted = [{"counts": counts, "deviation": deviation.as_dict(self.game)} for counts, deviation in self.refuted]
        body = {"number": len(self), "first": listed(self.game, self.points), "margins": self.margins[:20], "refuted": refuted}
        return dict(plain(body | {"complete": True, "sentence": self.sentence}))


def bloc_deviations(game: Game, points: Points, k: int = 0) -> dict[str, BlocDeviation]:
    """Return for each stakeholder the best joint move of any number of its members, all others staying where they are.

    Parameters
    ----------
    game : Game
    points : tuple of ndarray
        Profiles, as from :meth:`Game.point`.
    k : int

    Returns
    -------
    dict of str to BlocDeviation
        By stakeholder; whoever has no choice is left out. The profile is safe against blocs when none of them pays.

    Raises
    ------
    TooLargeError
        For a stakeholder with several members and more than 10 actions.

    Notes
    -----
    Whether members can be assigned to a change of counts so that each of them gains more than `t` is a transport problem. By Gale's
    theorem it can be solved when for each set of actions the members that arrive there find enough members willing to come, so the
    largest such `t` follows from one comparison for each set of actions.

    Examples
    --------
    >>> from negotiation.lattice import Axis, Lattice
    >>> stag = Game(("hunters",), (("stag", "hare"),), Lattice((Axis(3, 2),)), ((np.array([4.0, 0, 0, 0]), np.array([1.0, 1, 1, 1])),))
    >>> move = bloc_deviations(stag, stag.point({"hunters": {"hare": 3}}))["hunters"]
    >>> move.flows[0]
    Flow(stakeholder='hunters', action='hare', to='stag', members=3, gain=3.0)

    References
    ----------
    D. Gale (1957), "A theorem on flows in networks".
    """
    point = tuple(rows[k : k + 1] for rows in points)
    free = [i for i, axis in enumerate(game.lattice.axes) if axis.size > 1]
    _check_actions(game)
    return {game.names[i]: _best(game, point, (i,)) for i in free}


def coalition_deviation(game: Game, points: Points, k: int = 0) -> BlocDeviation | None:
    """Return the best joint move of any members of any stakeholders, or None where nobody has a choice.

    Parameters and errors as :func:`bloc_deviations`.

    Examples
    --------
    >>> dilemma = Game.from_tables([np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])], actions=[["stay", "leave"]] * 2)
    >>> coalition_deviation(dilemma, dilemma.point({"1": {"leave": 1}, "2": {"leave": 1}})).least
    2.0
    """
    _check_actions(game)
    free = tuple(i for i, axis in enumerate(game.lattice.axes) if axis.size > 1)
    return _best(game, tuple(rows[k : k + 1] for rows in points), free) if free else None


def strong_equilibria(game: Game) -> StrongEquilibria:
    r"""Return all pure strong equilibria.

    A count profile is strong when there is no other to which a group of members, of one or several stakeholders, could go so that each
    of the group gains. Every strong equilibrium is a Nash equilibrium; there may be none.

    Parameters
    ----------
    game : Game

    Returns
    -------
    StrongEquilibria
        Complete. The margins compare every equilibrium with every profile.

    Raises
    ------
    TooLargeError
        Above 3,000,000,000 joint moves (pure equilibria times profiles times sets of actions), or for a stakeholder with several
        members and more than 10 actions; before any is looked at.

    Examples
    --------
    >>> game = Game.from_tables([np.array([[2, 0], [0, 1]]), np.array([[2, 0], [0, 1]])])
    >>> np.column_stack(strong_equilibria(game).points).tolist()
    [[0, 0]]

    References
    ----------
    R. J. Aumann (1959), "Acceptable points in general cooperative n-person games".
    """
    _check_actions(game)
    found = pure_equilibria(game)
    sets = sum(1 if axis.members == 1 else 2**axis.actions - 2 for axis in game.lattice.axes if axis.size > 1)
    work = len(found) * game.lattice.size * sets
    if work > MAX_WORK:
        message = f"{len(found):,} equilibria against {game.lattice.size:,} profiles are {work:,} joint moves, at most {MAX_WORK:,} can be looked at"
        raise TooLargeError(message, f"use fewer members or actions, up to about {int((MAX_WORK * game.lattice.size / work) or 1):,} profiles")
    best = [coalition_deviation(game, found.points, k) for k in range(len(found))]
    strong = [k for k, move in enumerate(best) if move is None or not move.pays]
    margins = np.array([np.inf if (move := best[k]) is None else -move.least for k in strong])
    refuted = tuple((game.counts(found.points, k), move) for k, move in enumerate(best) if move is not None and move.pays)
    return StrongEquilibria(game, tuple(rows[strong] for rows in found.points), margins, refuted[:20])


def _check_actions(game: Game) -> None:
    for name, axis in zip(game.names, game.lattice.axes, strict=True):
        if axis.members > 1 and axis.size > 1 and axis.actions > MAX_ACTIONS:
            raise TooLargeError(f"'{name}' has {axis.actions} actions, for joint moves at most {MAX_ACTIONS} can be compared", "use fewer actions")


def _best(game: Game, point: Points, movers: Sequence[int]) -> BlocDeviation:
    """Return the move by `movers` with the largest least gain over round-off, to any other profile."""
    shape = tuple(size if j in movers else 1 for j, size in enumerate(game.lattice.shape))
    least = np.full(shape, np.inf)
    for i in movers:
        np.minimum(least, _least_gain(game, point, i, movers) - game.tolerances[i], out=least)
    least[tuple(int(rows[0]) if j in movers else 0 for j, rows in enumerate(point))] = -np.inf
    place = np.unravel_index(int(least.argmax()), shape)
    later = tuple(np.array([row]) if j in movers else point[j] for j, row in enumerate(place))
    gains = {i: float(_least_gain(game, point, i, movers)[_inside(game, i, movers, later)]) for i in movers}
    changed = [i for i in movers if later[i][0] != point[i][0]]
    flows = tuple(flow for i in changed for flow in _flows(game, i, point, later, gains[i]))
    return BlocDeviation(flows, min(gains[i] for i in changed), game.counts(later), bool(least[place] > 0))


def _inside(game: Game, i: int, movers: Sequence[int], later: Points) -> tuple[int, ...]:
    """Return where `later` stands in the array of least gains of `i`."""
    wide = [max(payoff.shape[j] for payoff in game.payoffs[i]) > 1 or j == i for j in range(len(game.names))]
    return tuple(int(rows[0]) if j in movers and wide[j] else 0 for j, rows in enumerate(later))


def _least_gain(game: Game, point: Points, i: int, movers: Sequence[int]) -> Array:
    """Return the largest `t` such that members of `i` can be assigned to each change of counts with a gain of at least `t` each.

    Over the profiles that `movers` can bring about; infinite where the counts of `i` do not change.
    """
    axis = game.lattice.axes[i]
    pick = tuple(slice(None) if j in movers else slice(int(rows[0]), int(rows[0]) + 1) for j, rows in enumerate(point))
    later = [payoff[tuple(part if payoff.shape[j] > 1 else slice(None) for j, part in enumerate(pick))] for payoff in game.payoffs[i]]
    counts = axis.counts[int(point[i][0])]
    now = {a: float(game.payoff(i, a, point)[0]) for a in range(axis.actions) if counts[a]}
    if axis.members == 1:
        (a,) = now
        gain = np.concatenate(np.broadcast_arrays(*later), axis=i) - now[a]
        gain[(slice(None),) * i + (a,)] = np.inf
        return np.asarray(gain)
    arriving = [np.where(game.lattice.along(i, axis.counts[:, b] > 0), payoff, -np.inf) for b, payoff in enumerate(later)]
    result = np.full(np.broadcast_shapes(*(payoff.shape for payoff in arriving)), np.inf)
    for group in _sets(axis.actions):
        leaving = sorted((a for a in now if a not in group), key=lambda a: now[a])
        if leaving:
            missing = axis.counts[:, group].sum(axis=1) - counts[list(group)].sum()
            last = np.searchsorted(np.cumsum(counts[leaving]), missing)
            cost = np.where(missing > 0, np.array([now[a] for a in leaving])[np.minimum(last, len(leaving) - 1)], -np.inf)
            reward = np.maximum.reduce(np.broadcast_arrays(*(arriving[b] for b in group)))
            needed = game.lattice.along(i, missing > 0)
            np.minimum(result, np.where(needed, reward - game.lattice.along(i, np.where(missing > 0, cost, 0.0)), np.inf), out=result)
    return result


def _sets(actions: int) -> Iterator[tuple[int, ...]]:
    return (group for size in range(1, actions) for group in combinations(range(actions), size))


def _flows(game: Game, i: int, point: Points, later: Points, least: float) -> tuple[Flow, ...]:
    """Assign as few members of `i` as possible to the change of counts, each gaining at least `least`."""
    axis, actions = game.lattice.axes[i], game.actions[i]
    before, after = axis.counts[int(point[i][0])], axis.counts[int(later[i][0])]
    pairs = [(a, b) for a in range(axis.actions) for b in range(axis.actions) if before[a] and after[b]]
    gains = {(a, b): float(game.payoff(i, b, later)[0] - game.payoff(i, a, point)[0]) for a, b in pairs}
    slack = TOLERANCE * abs(least) + game.tolerances[i]
    allowed = [(a, b) for a, b in pairs if a == b or gains[a, b] >= least - slack]
    fewer, more = np.flatnonzero(before > after).tolist(), np.flatnonzero(before < after).tolist()
    if min(len(fewer), len(more)) == 1 and all((a, b) in allowed for a in fewer for b in more):
        direct = [(a, b, int(min(before[a] - after[a], after[b] - before[b]))) for a in fewer for b in more]
        return tuple(Flow(game.names[i], actions[a], actions[b], number, gains[a, b]) for a, b, number in direct)
    # otherwise a transport problem
    leave = [[float(a == k) for a, _ in allowed] for k in range(axis.actions)]
    arrive = [[float(b == k) for _, b in allowed] for k in range(axis.actions)]
    answer = minimise([float(a != b) for a, b in allowed], None, (leave + arrive, [*before, *after]))
    numbers = [(a, b, round(float(x))) for (a, b), x in zip(allowed, answer.x, strict=True) if a != b]
    return tuple(Flow(game.names[i], actions[a], actions[b], number, gains[a, b]) for a, b, number in numbers if number)
