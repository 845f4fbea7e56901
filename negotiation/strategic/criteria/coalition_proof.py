"""Coalition-proof equilibria: agreements that no group would leave for another agreement that holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget, unlimited
from ...errors import TimedOutError, TooLargeError
from ...numerics import Array, plain
from ..game import Game, Points
from ..wording import profile_words
from .welfare import listed, member_payoffs

MAX_BLOCS = 8
"""Stakeholders with a choice; groups of them number two to that power."""

MAX_PROFILES = 2_000_000
"""Count profiles."""

MAX_PAIRS = 2_000_000_000
"""Pairs of profiles that hold within a group, given what the others do."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class CoalitionProof:
    """Coalition-proof profiles, each stakeholder acting as one.

    Parameters
    ----------
    game : Game
    points : tuple of ndarray
        In the order of the lattice.
    stable : int
        Number of profiles from which no smaller group would break away; those that another of them beats for everybody are not
        coalition-proof.
    """

    game: Game
    points: Points
    stable: int

    def __len__(self) -> int:
        return len(self.points[0])

    @cached_property
    def sentence(self) -> str:
        """How many there are, in one sentence."""
        if not len(self):
            return "There is no coalition-proof outcome in pure actions: from every profile some group breaks away to something that holds."
        more = f" and {len(self) - 1:,} more" if len(self) > 1 else ""
        return f"No group of stakeholders, each acting as one, breaks away from {profile_words(self.game, self.points)}{more} to something that would hold."

    def as_dict(self) -> dict[str, Any]:
        """Return the first 20 by names, for JSON."""
        body = {"number": len(self), "first": listed(self.game, self.points), "stable": self.stable, "complete": True, "sentence": self.sentence}
        return dict(plain(body))


def coalition_proof_equilibria(game: Game, budget: Budget | None = None) -> CoalitionProof:
    r"""Return all coalition-proof Nash equilibria in pure actions, with stakeholders as the players.

    Each stakeholder acts as one bloc: it chooses how many of its members take each action and wants its average member to earn most
    (its members share). A group of one is coalition-proof at a best reply. A group of more is at `s`, others given, when every smaller group
    within it is, and there is no other such choice of the group at which each of its blocs earns more.

    Parameters
    ----------
    game : Game
    budget : Budget, optional

    Returns
    -------
    CoalitionProof
        Complete. In a game whose stakeholders have one member each this is the usual definition; in count games it is about blocs
        and differs from the one with every member as a player.

    Raises
    ------
    TooLargeError
        Above 8 stakeholders with a choice or 2,000,000 count profiles, before anything is computed; above 2,000,000,000 pairs of profiles that
        hold within a group.
    TimedOutError
        When the budget ran out: what holds within larger groups is then unknown.

    Notes
    -----
    Cost: profiles times groups, and within a group pairs of profiles that hold.

    Examples
    --------
    >>> game = Game.from_tables([np.array([[2, 0], [0, 1]]), np.array([[2, 0], [0, 1]])])
    >>> np.column_stack(coalition_proof_equilibria(game).points).tolist()
    [[0, 0]]

    References
    ----------
    B. D. Bernheim, B. Peleg and M. D. Whinston (1987), "Coalition-proof Nash equilibria I: concepts".
    """
    blocs = [i for i, axis in enumerate(game.lattice.axes) if axis.size > 1]
    if len(blocs) > MAX_BLOCS:
        raise TooLargeError(f"{len(blocs)} stakeholders have a choice, groups of at most {MAX_BLOCS} can be compared", "commit some of them to an action")
    if game.lattice.size > MAX_PROFILES:
        raise TooLargeError(f"the game has {game.lattice.size:,} count profiles, at most {MAX_PROFILES:,} can be compared", "use fewer members or actions")
    budget = budget or unlimited()
    payoffs = {i: member_payoffs(game, i) for i in blocs}
    proof: dict[int, Mask] = {0: np.ones(game.lattice.shape, dtype=bool)}
    stable = proof[0]
    for number, group in enumerate(sorted(range(1, 2 ** len(blocs)), key=int.bit_count)):
        _go_on(budget, number / 2 ** len(blocs))
        inside = [i for k, i in enumerate(blocs) if group >> k & 1]
        if len(inside) == 1:
            own = payoffs[inside[0]]
            stable = own >= own.max(axis=inside[0], keepdims=True) - game.tolerances[inside[0]]
            proof[group] = stable
        else:
            stable = np.logical_and.reduce([proof[group & ~(1 << k)] for k in range(len(blocs)) if group >> k & 1])
            proof[group] = _unbeaten(game, stable, [payoffs[i] for i in inside], inside, budget)
    points = tuple(np.asarray(rows, dtype=np.int64) for rows in np.nonzero(proof[2 ** len(blocs) - 1]))
    return CoalitionProof(game, points, int(stable.sum()))


def _go_on(budget: Budget, share: float) -> None:
    if budget.spent(share, "groups of stakeholders"):
        raise TimedOutError(f"{budget.why()} before all groups were examined", "give more time, or use fewer members or actions")


def _unbeaten(game: Game, stable: Mask, payoffs: list[Array], inside: list[int], budget: Budget) -> Mask:
    """Drop the stable profiles that another one, with the same choices outside the group, beats for everybody in it."""
    rows = np.nonzero(stable)
    outside = [j for j in range(len(game.names)) if j not in inside]
    key = np.zeros(len(rows[0]), dtype=np.int64)
    for j in outside:
        key = key * game.lattice.shape[j] + rows[j]
    order = np.argsort(key, kind="stable")
    key, values = key[order], np.stack([payoff[rows][order] for payoff in payoffs])
    slack = np.array([game.tolerances[i] for i in inside])[:, None]
    beaten = np.zeros(len(key), dtype=bool)
    longest = int(np.bincount(np.unique(key, return_inverse=True)[1]).max(initial=0))
    if longest * len(key) > MAX_PAIRS:
        message = f"within a group {longest:,} of {len(key):,} profiles hold, at most {MAX_PAIRS // len(key):,} can be compared in pairs"
        raise TooLargeError(message, "use fewer members or actions")
    for step in range(1, longest):
        if step % 256 == 0:
            _go_on(budget, step / longest)
        same = key[step:] == key[:-step]
        ahead = values[:, step:] - values[:, :-step]
        beaten[:-step] |= same & (ahead > slack).all(axis=0)
        beaten[step:] |= same & (ahead < -slack).all(axis=0)
    result = stable.copy()
    result[tuple(row[order][beaten] for row in rows)] = False
    return result
