"""Tipping points: how many committed members it takes until improving moves carry everyone to the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, TooLargeError, unknown
from ...lattice import Axis, Integers, Lattice, compositions
from ...numerics import Array, plain
from ..game import Game, Points
from .paths import FormationWord, formation

MAX_STARTS = 10_000
"""Ways in which the committed members could have been standing before."""

Mask = NDArray[np.bool_]
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, eq=False)
class TippingPoint:
    """How many members must be committed to an action.

    Parameters
    ----------
    game : Game
    stakeholder, action : str
    members : int or None
        The smallest number from which the target forms; None when not even all are enough.
    tried : tuple of str
        For 0, 1, 2, ... committed members whether the target "forms", "may form" or "does not form".
    complete : bool
        False when the budget ran out; `members` is then None and the numbers tried are not enough.
    reason, method : str
    """

    game: Game
    stakeholder: str
    action: str
    members: int | None
    tried: tuple[FormationWord, ...]
    complete: bool
    reason: str
    method: str = "search of all paths of improving moves for each number of committed members"

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        i = self.game.index(self.stakeholder)
        who, what = self.game.label(i), self.game.label(i, self.game.actions[i].index(self.action))
        total = self.game.members[i]
        if not self.complete:
            return f"Up to {len(self.tried) - 1:,} of {total:,} members of {who} committed to '{what}' are not enough; larger numbers were not tried."
        if self.members is None:
            return f"However many members of {who} are committed to '{what}', today's situation does not have to lead to the target."
        if self.members == 0:
            return f"The target forms from today's situation by itself, without anyone of {who} being committed to '{what}'."
        return f"Once {self.members:,} of {total:,} members of {who} are committed to '{what}', every path from today's situation leads to the target."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        fields = {name: value for name, value in vars(self).items() if name != "game"}
        return dict(plain(fields | {"sentence": self.sentence}))


def bind(game: Game, stakeholder: str, action: str, members: int) -> Game:
    """Return the game that is left to the others when some members of a stakeholder are committed to an action.

    The stakeholder keeps its name and has the remaining members; the committed ones count in everybody's payoff and move no more.

    Parameters
    ----------
    game : Game
    stakeholder, action : str
    members : int
        0 up to all of them.

    Returns
    -------
    Game

    Examples
    --------
    >>> join, stay = np.array([3.0, 1.0, 0.0]), np.array([0.0, 2.0, 2.0])
    >>> stag = Game(("hunters",), (("stag", "hare"),), Lattice((Axis(2, 2),)), ((join, stay),))
    >>> rest = bind(stag, "hunters", "stag", 1)
    >>> rest.members, [payoff.tolist() for payoff in rest.payoffs[0]]
    ((1,), [[3.0], [2.0]])
    """
    i, a = _place(game, stakeholder, action)
    if not 0 <= members <= game.members[i]:
        raise NotApplicableError(f"'{stakeholder}' has {game.members[i]:,} members, {members:,} cannot be committed", "name a number in between")
    free = Axis(game.members[i] - members, len(game.actions[i]))
    rows = _rows(game, i, a, free)
    payoffs = tuple(tuple(_rest(payoff, j, b, (i, rows, free)) for b, payoff in enumerate(row)) for j, row in enumerate(game.payoffs))
    axes = (*game.lattice.axes[:i], free, *game.lattice.axes[i + 1 :])
    return Game(game.names, game.actions, Lattice(axes), payoffs, game.title, game.money, game.labels)


def _place(game: Game, stakeholder: str, action: str) -> tuple[int, int]:
    if stakeholder not in game.names:
        raise unknown("stakeholder", stakeholder, game.names)
    i = game.index(stakeholder)
    if action not in game.actions[i]:
        raise unknown("action", action, game.actions[i])
    if game.lattice.axes[i].committed is not None:
        raise NotApplicableError(f"'{stakeholder}' is committed already", "switch the lever off")
    return i, game.actions[i].index(action)


def _rows(game: Game, i: int, a: int, free: Axis) -> Integers:
    """Return, for each row of the free members, the row of all members."""
    counts = free.counts.copy()
    counts[:, a] += game.members[i] - free.members
    return np.array([game.lattice.axes[i].row(row) for row in counts], dtype=np.int64)


def _rest(payoff: Array, j: int, b: int, of: tuple[int, Integers, Axis]) -> Array:
    """Return a payoff on the lattice that is left; of a single free member only where it takes its action."""
    i, rows, free = of
    if payoff.shape[i] == 1:
        return payoff
    return np.take(payoff, rows[[b]] if j == i and free.members == 1 else rows, axis=i)


def tipping_point(game: Game, stakeholder: str, action: str, start: Counts, target: Mask, *, budget: Budget | None = None) -> TippingPoint:
    r"""Return the smallest number of members that must be committed to an action so that the target forms.

    With `k` members committed (those who take the action already first, then others), every path of improving moves of the
    remaining members from the start, with the committed ones moved, has to end in the target;
    see :func:`~negotiation.strategic.dynamics.paths.formation`. Where
    the others could come from several actions, all ways are required to end in the target. Numbers are tried from 0 up,
    because more commitment need not help in every game.

    Parameters
    ----------
    game : Game
    stakeholder, action : str
    start : mapping
        Today's count profile by stakeholder and action.
    target : ndarray of bool, shape of the lattice
    budget : Budget, optional

    Returns
    -------
    TippingPoint

    Raises
    ------
    UnknownNameError, NotApplicableError
    TooLargeError
        When the committed members could have come from more than 10,000 combinations of actions.

    Notes
    -----
    Cost: one search of the reachable count profiles for each number tried.

    Examples
    --------
    >>> n = 10
    >>> joined = np.arange(n, -1, -1.0)
    >>> club = Game(("firms",), (("join", "stay"),), Lattice((Axis(n, 2),)), ((joined - 4.5, 0 * joined),))
    >>> tipping_point(club, "firms", "join", {"firms": {"stay": 10}}, joined == n).members
    4

    References
    ----------
    T. C. Schelling (1978), "Micromotives and Macrobehavior", chapter 3; M. Granovetter (1978), "Threshold models of collective behavior".
    """
    i, a = _place(game, stakeholder, action)
    budget = budget or unlimited()
    tried: list[FormationWord] = []
    for k in range(game.members[i] + 1):
        if tried and budget.spent(k / game.members[i], "tipping point"):
            return TippingPoint(game, stakeholder, action, None, tuple(tried), False, budget.why())
        rest = bind(game, stakeholder, action, k)
        inside = np.take(target, _rows(game, i, a, rest.lattice.axes[i]), axis=i)
        tried.append(formation(rest, _starts(game, rest, start, (i, a, k)), inside).word)
        if tried[-1] == "forms":
            return TippingPoint(game, stakeholder, action, k, tuple(tried), True, "every smaller number was tried")
    return TippingPoint(game, stakeholder, action, None, tuple(tried), True, "every number was tried")


def _starts(game: Game, rest: Game, start: Counts, committed: tuple[int, int, int]) -> Points:
    """Return the profiles of the free members from which play may start: today's, less the committed."""
    i, a, k = committed
    today = np.array([int(start[game.names[i]].get(action, 0)) for action in game.actions[i]], dtype=np.int64)
    converts = max(0, k - int(today[a]))
    others = np.delete(today, a)
    ways = _ways(others, converts)
    free = np.insert(others - ways, a, max(0, int(today[a]) - k), axis=1)
    rows = np.array([rest.lattice.axes[i].row(row) for row in free], dtype=np.int64)
    point = game.point(start)
    return tuple(rows if j == i else np.full(len(rows), int(row[0]), dtype=np.int64) for j, row in enumerate(point))


def _ways(available: Integers, wanted: int) -> Integers:
    """Return all ways to take `wanted` members from the actions, shape (ways, actions)."""
    if len(available) == 0 or int((available > 0).sum()) <= 1:
        return np.where(available > 0, wanted, 0)[None, :]
    if Axis(wanted, len(available)).size > MAX_STARTS:
        message = f"the {wanted:,} committed members could have come from more than {MAX_STARTS:,} combinations of actions"
        raise TooLargeError(message, "start from a profile in which they all take one action")
    ways = compositions(wanted, len(available))
    return ways[(ways <= available).all(axis=1)]
