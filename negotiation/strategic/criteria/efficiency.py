"""Pareto efficient profiles: nobody can be made better off without making somebody worse off."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...errors import TooLargeError
from ...numerics import Array, plain
from ..game import Game, Points
from .welfare import listed, member_payoffs

MAX_COMPARISONS = 20_000_000_000
"""Comparisons of payoffs (profiles squared times members) in the search for efficient profiles."""

Between = Literal["members", "stakeholders"]


@dataclass(frozen=True)
class Efficient:
    """Pareto efficient count profiles.

    Parameters
    ----------
    game : Game
    between : {"members", "stakeholders"}
        Whose payoffs are compared.
    points : tuple of ndarray
        In the order of the lattice; never empty.
    """

    game: Game
    between: Between
    points: Points

    def __len__(self) -> int:
        return len(self.points[0])

    @cached_property
    def sentence(self) -> str:
        """How many there are, in one sentence."""
        who = "nobody" if self.between == "members" else "no stakeholder"
        return f"At {len(self):,} of {self.game.lattice.size:,} profiles {who} can be made better off without making another worse off."

    def as_dict(self) -> dict[str, Any]:
        """Return the first 20 of them by names, for JSON."""
        return dict(plain({"between": self.between, "number": len(self), "first": listed(self.game, self.points), "complete": True, "sentence": self.sentence}))


def efficient_profiles(game: Game, between: Between = "members") -> Efficient:
    """Return all Pareto efficient count profiles.

    A profile is efficient when no other gives every member at least as much and somebody more. Which member of a
    stakeholder takes which action is open, so another profile is better for everybody exactly when, within each stakeholder, its
    members' payoffs sorted by size are nowhere lower: that is what is compared.

    Parameters
    ----------
    game : Game
    between : {"members", "stakeholders"}
        Compare what every member gets, or what each stakeholder's average member gets (its members can share among
        themselves).

    Returns
    -------
    Efficient
        Complete.

    Raises
    ------
    TooLargeError
        Above 20,000,000,000 comparisons (profiles squared times members), before anything is computed.

    Examples
    --------
    >>> dilemma = Game.from_tables([np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])])
    >>> np.column_stack(efficient_profiles(dilemma).points).tolist()
    [[0, 0], [0, 1], [1, 0]]

    References
    ----------
    V. Pareto (1906), *Manuale di economia politica*.
    """
    sizes = game.members if between == "members" else (1,) * len(game.names)
    if game.lattice.size**2 * sum(sizes) > MAX_COMPARISONS:
        fits = int((MAX_COMPARISONS / sum(sizes)) ** 0.5)
        message = f"comparing {game.lattice.size:,} profiles for {sum(sizes):,} {between} is too much, the limit is {fits:,} profiles"
        raise TooLargeError(message, "compare stakeholders instead of members, or use fewer members or actions")
    stakeholders = range(len(game.names))
    columns = [_sorted_payoffs(game, i) for i in stakeholders] if between == "members" else [member_payoffs(game, i).reshape(-1, 1) for i in stakeholders]
    payoffs, tolerance = np.column_stack(columns), np.repeat(game.tolerances, sizes)
    kept = np.sort(_undominated(payoffs, tolerance))
    return Efficient(game, between, tuple(np.asarray(rows, dtype=np.int64) for rows in np.unravel_index(kept, game.lattice.shape)))


def _sorted_payoffs(game: Game, i: int) -> Array:
    """Return the payoffs of the members of `i` at each profile, ascending: shape (profiles, members)."""
    shape, axis = game.lattice.shape, game.lattice.axes[i]
    payoffs = np.stack([np.broadcast_to(payoff, shape).ravel() for payoff in game.payoffs[i]], axis=1)
    counts = np.broadcast_to(game.lattice.along(i, np.arange(axis.size)), shape).ravel()
    spread = np.repeat(np.tile(np.arange(axis.actions), axis.size), axis.counts.ravel()).reshape(axis.size, axis.members)
    return np.sort(np.take_along_axis(payoffs, spread[counts], axis=1), axis=1)


def _undominated(payoffs: Array, tolerance: Array) -> NDArray[np.int64]:
    """Return the rows that no other row is at least as good as everywhere and better than somewhere."""
    left = np.argsort(-payoffs.sum(axis=1), kind="stable")
    kept = []
    while left.size:
        best = left[0]
        kept.append(best)
        lead = payoffs[left] - payoffs[best]
        left = left[(lead > tolerance).any(axis=1) | (lead >= -tolerance).all(axis=1)]
        left = left[left != best]
    return np.array(kept, dtype=np.int64)
