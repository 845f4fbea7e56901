"""Partial targets: how many take part where nobody wants to leave and nobody wants to join, and which of these levels are reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..numerics import Array, plain, shown
from ..strategic.dynamics.paths import improving_graph, reached_from
from ..strategic.game import Points
from .situation import Situation

LISTED = 50


@dataclass(frozen=True)
class Level:
    """One stable level of participation: pure equilibria in which equally many members of every stakeholder take their target action.

    Parameters
    ----------
    participants : dict of str to int
        Members of each free stakeholder at its target action.
    cooperation : float
        Share of all members.
    welfare : tuple of float
        Least and largest sum of payoffs among these equilibria, in the game's money unit.
    equilibria : int
    kept, formed : bool
        Whether improving moves can lead there from the target (continuation), and from the status quo (formation).
    """

    participants: dict[str, int]
    cooperation: float
    welfare: tuple[float, float]
    equilibria: int
    kept: bool
    formed: bool


@dataclass(frozen=True)
class Alone:
    """Which numbers of one stakeholder's members are stable against one other action, everybody else standing at the target.

    Parameters
    ----------
    stakeholder, action, instead : str
    members : int
    stable : tuple of int
        Numbers at the target action at which no participant gains by leaving and no outsider by joining.
    """

    stakeholder: str
    action: str
    instead: str
    members: int
    stable: tuple[int, ...]


@dataclass(frozen=True)
class Participation:
    """All stable levels of participation.

    Parameters
    ----------
    levels : tuple of Level
        The most cooperative first.
    alone : tuple of Alone
    fallen, risen : tuple of float or None
        Least and largest cooperation among the equilibria to which improving moves lead from the target and from the status quo; None
        where they lead to no equilibrium, or no status quo is given.
    circles : tuple of bool
        Whether moves from the target, and from the status quo, can reach profiles from which no equilibrium is reached.
    """

    situation: Situation
    levels: tuple[Level, ...]
    alone: tuple[Alone, ...]
    fallen: tuple[float, float] | None
    risen: tuple[float, float] | None
    circles: tuple[bool, bool]

    @property
    def largest(self) -> Level | None:
        """The largest stable part of the target."""
        return self.levels[0] if self.levels else None

    @property
    def sentence(self) -> str:
        """The result in plain words."""
        if self.largest is None:
            return "At no level of participation is everybody content: there is no pure equilibrium."
        most = _percent(self.largest.cooperation)
        parts = [f"The largest stable part has {most} of members at their target action ({self._who(self.largest)})."]
        parts.append(f"There {'is one stable level' if len(self.levels) == 1 else f'are {len(self.levels)} stable levels'} of participation.")
        if self.fallen is not None:
            parts.append(f"Starting at the target, members who gain by leaving stop at {_between(self.fallen)}.")
        if self.risen is not None:
            parts.append(f"Starting today, it ends at {_between(self.risen)}.")
        if self.circles[0] or self.circles[1]:
            parts.append("On some paths it never settles.")
        return " ".join(parts)

    def _who(self, level: Level) -> str:
        game = self.situation.game
        parts = []
        for name, count in level.participants.items():
            i = game.index(name)
            part = f"{count:,} of {game.members[i]:,} {game.label(i)}" if game.members[i] > 1 else f"{'' if count else 'not '}{game.label(i)}"
            parts.append(part)
        return ", ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        levels = [
            {**level.participants, "cooperation": level.cooperation, "least_welfare": level.welfare[0], "largest_welfare": level.welfare[1]}
            | {"equilibria": level.equilibria, "from_target": level.kept, "from_today": level.formed}
            for level in self.levels[:LISTED]
        ]
        body = {
            "sentence": self.sentence,
            "stable_levels": len(self.levels),
            "from_target": self.fallen,
            "from_today": self.risen,
            "levels": levels,
            "others_at_target": [{**vars(one), "stable": _ranges(one.stable)} for one in self.alone],
            "complete": True,
        }
        return dict(plain(body))


def participation(situation: Situation) -> Participation:
    """Return every stable level of participation, and which are reached from the target and from today.

    A level is internally and externally stable when no participant gains by leaving, no outsider gains by joining, and nobody gains by any
    other switch: it is a pure equilibrium. All of them are found on the lattice of count profiles.

    Parameters
    ----------
    situation : Situation

    Returns
    -------
    Participation

    Raises
    ------
    NotApplicableError
        When the game names no target.
    TooLargeError
        When the lattice has too many moves to be searched for paths.

    References
    ----------
    C. d'Aspremont, A. Jacquemin, J. J. Gabszewicz and J. A. Weymark (1983), "On the stability of collusive price leadership"; S. Barrett (1994),
    "Self-enforcing international environmental agreements".
    """
    game, points = situation.game, situation.equilibria.points
    graph = improving_graph(game)
    nodes = np.ravel_multi_index(points, game.lattice.shape)
    starts = (situation.target, situation.status_quo)
    reach = [None if start is None else _reach(graph, start, game.lattice.shape) for start in starts]
    joined = _participants(situation, points)
    cooperation, welfare = situation.cooperation(points), game.welfare(points)
    levels = []
    vectors, of = np.unique(joined, axis=0, return_inverse=True)
    free = [name for name in game.names if name not in situation.bound]
    for k, vector in enumerate(vectors):
        here = np.flatnonzero(of.ravel() == k)
        kept, formed = (bool(r is not None and r[nodes[here]].any()) for r in reach)
        names = dict(zip(free, (int(count) for count in vector), strict=True))
        among = float(welfare[here].min()), float(welfare[here].max())
        levels.append(Level(names, float(cooperation[here[0]]), among, len(here), kept, formed))
    levels.sort(key=lambda level: (-level.cooperation, -level.welfare[1]))
    ends = [None if r is None else r[nodes] for r in reach]
    fallen, risen = (None if end is None or not end.any() else (float(cooperation[end].min()), float(cooperation[end].max())) for end in ends)
    circles = [r is not None and _unsettled(graph, r, nodes) for r in reach]
    return Participation(situation, tuple(levels), _alone(situation), fallen, risen, (circles[0], circles[1]))


def _reach(graph: Any, start: Points, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    origin = np.zeros(graph.shape[0], dtype=bool)
    origin[np.ravel_multi_index(start, shape)] = True
    return np.asarray(reached_from(graph, origin), dtype=bool)


def _unsettled(graph: Any, reach: NDArray[np.bool_], equilibria: NDArray[np.int64]) -> bool:
    """Return whether some reached profile leads to no equilibrium."""
    goal = np.zeros(graph.shape[0], dtype=bool)
    goal[equilibria] = True
    return bool((reach & ~reached_from(graph.T.tocsr(), goal)).any())


def _participants(situation: Situation, points: Points) -> NDArray[np.int64]:
    """Return the members at their target action, shape (points, free stakeholders)."""
    game = situation.game
    columns = []
    for i, name in enumerate(game.names):
        if name not in situation.bound:
            wanted = [a for a, action in enumerate(game.actions[i]) if situation.target_counts[name][action]]
            columns.append(sum(np.minimum(game.taken(i, a, points), situation.target_counts[name][game.actions[i][a]]) for a in wanted))
    return np.array(columns, dtype=np.int64).T.reshape(len(points[0]), len(columns))


def _alone(situation: Situation) -> tuple[Alone, ...]:
    game, target = situation.game, situation.target
    found = []
    for i, axis in enumerate(game.lattice.axes):
        counts = situation.target_counts[game.names[i]]
        a = max(range(axis.actions), key=lambda k: counts[game.actions[i][k]])
        if axis.members == 1 or axis.committed is not None or counts[game.actions[i][a]] < axis.members:
            continue
        for b in (b for b in range(axis.actions) if b != a):
            rows = np.zeros((axis.members + 1, axis.actions), dtype=np.int64)
            rows[:, a] = np.arange(axis.members + 1)
            rows[:, b] = axis.members - rows[:, a]
            line = np.array([axis.row(row) for row in rows])
            points = tuple(line if j == i else np.repeat(there, len(line)) for j, there in enumerate(target))
            inside, outside = game.payoff(i, a, points), game.payoff(i, b, points)
            found.append(Alone(game.names[i], game.actions[i][a], game.actions[i][b], axis.members, _stable(inside, outside, game.tolerances[i])))
    return tuple(found)


def _stable(inside: Array, outside: Array, tolerance: float) -> tuple[int, ...]:
    """Return the numbers of participants, 0 to all, at which neither a participant gains by leaving nor an outsider by joining."""
    content = np.ones(len(inside), dtype=bool)
    content[1:] &= inside[1:] >= outside[:-1] - tolerance
    content[:-1] &= outside[:-1] >= inside[1:] - tolerance
    return tuple(int(k) for k in np.flatnonzero(content))


def _ranges(numbers: tuple[int, ...]) -> str:
    """Return whole numbers as ranges, e.g. "0, 5-7"; "none" where there is none."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(f"{low}-{high}" if high > low else str(low) for low, high in parts) or "none"


def _percent(share: float) -> str:
    return f"{shown(100 * share, 3)} %"


def _between(ends: tuple[float, float]) -> str:
    low, high = (_percent(end) for end in ends)
    return f"{low} of members" if low == high else f"between {low} and {high} of members, depending on who moves first"
