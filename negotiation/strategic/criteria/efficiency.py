"""Pareto efficient profiles: nobody can be made better off without making somebody worse off."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget, unlimited
from ...errors import TooLargeError
from ...numerics import Array, plain
from ..game import Game, Points
from .welfare import listed, member_payoffs

MAX_COMPARISONS = 20_000_000_000
"""Comparisons of payoffs (profiles squared times members), at worst, up to which members are compared without being asked."""
MAX_PAYOFFS = 50_000_000
"""Payoffs (profiles times members) that are held at once."""
CHUNK = 512
"""Profiles that are compared with all efficient ones found before."""

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
        In the order of the lattice.
    complete : bool
        False when the budget ran out: these are efficient, but there may be more.
    reason : str
    """

    game: Game
    between: Between
    points: Points
    complete: bool = True
    reason: str = "every profile was compared with the efficient ones"

    def __len__(self) -> int:
        return len(self.points[0])

    @cached_property
    def sentence(self) -> str:
        """How many there are, in one sentence."""
        who = "nobody" if self.between == "members" else "no stakeholder"
        number = f"{'' if self.complete else 'at least '}{len(self):,} of {self.game.lattice.size:,}"
        return f"At {number} profiles {who} can be made better off without making another worse off."

    def as_dict(self) -> dict[str, Any]:
        """Return the first 20 of them by names, for JSON."""
        sure = {"complete": self.complete, "reason": self.reason, "sentence": self.sentence}
        return dict(plain({"between": self.between, "number": len(self), "first": listed(self.game, self.points), **sure}))


def efficient_profiles(game: Game, between: Between | None = None, budget: Budget | None = None) -> Efficient:
    """Return all Pareto efficient count profiles.

    A profile is efficient when no other gives every member at least as much and somebody more. Which member of a
    stakeholder takes which action is open, so another profile is better for everybody exactly when, within each stakeholder, its
    members' payoffs sorted by size are nowhere lower: that is what is compared.

    Parameters
    ----------
    game : Game
    between : {"members", "stakeholders"}, optional
        Compare what every member gets, or what each stakeholder's average member gets (its members can share among
        themselves). Otherwise members, unless that could take 20,000,000,000 comparisons (profiles squared times members).
    budget : Budget, optional

    Returns
    -------
    Efficient
        Complete, unless the budget ran out.

    Raises
    ------
    TooLargeError
        Above 50,000,000 payoffs (profiles times members), before anything is computed.

    Notes
    -----
    Cost: profiles times efficient profiles times members, at worst.

    Examples
    --------
    >>> dilemma = Game.from_tables([np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])])
    >>> np.column_stack(efficient_profiles(dilemma).points).tolist()
    [[0, 0], [0, 1], [1, 0]]

    References
    ----------
    V. Pareto (1906), *Manuale di economia politica*.
    """
    if between is None:
        between = "members" if game.lattice.size**2 * sum(game.members) <= MAX_COMPARISONS else "stakeholders"
    sizes = game.members if between == "members" else (1,) * len(game.names)
    if game.lattice.size * sum(sizes) > MAX_PAYOFFS:
        fits = MAX_PAYOFFS // sum(sizes)
        message = f"{game.lattice.size:,} profiles for {sum(sizes):,} {between} are too many to compare, at most {fits:,} can be"
        raise TooLargeError(message, "use fewer members or actions" if between == "stakeholders" else "compare stakeholders (between=stakeholders)")
    stakeholders = range(len(game.names))
    columns = [_sorted_payoffs(game, i) for i in stakeholders] if between == "members" else [member_payoffs(game, i).reshape(-1, 1) for i in stakeholders]
    payoffs, tolerance = np.column_stack(columns), np.repeat(game.tolerances, sizes)
    budget = budget or unlimited()
    found, complete = _undominated(payoffs, tolerance, budget)
    kept = np.sort(found)
    points = tuple(np.asarray(rows, dtype=np.int64) for rows in np.unravel_index(kept, game.lattice.shape))
    return Efficient(game, between, points) if complete else Efficient(game, between, points, False, budget.why())


def _sorted_payoffs(game: Game, i: int) -> Array:
    """Return the payoffs of the members of `i` at each profile, ascending: shape (profiles, members)."""
    shape, axis = game.lattice.shape, game.lattice.axes[i]
    payoffs = np.stack([np.broadcast_to(payoff, shape).ravel() for payoff in game.payoffs[i]], axis=1)
    counts = np.broadcast_to(game.lattice.along(i, np.arange(axis.size)), shape).ravel()
    spread = np.repeat(np.tile(np.arange(axis.actions), axis.size), axis.counts.ravel()).reshape(axis.size, axis.members)
    return np.sort(np.take_along_axis(payoffs, spread[counts], axis=1), axis=1)


def _undominated(payoffs: Array, tolerance: Array, budget: Budget) -> tuple[NDArray[np.int64], bool]:
    """Return the rows that no other row is at least as good as everywhere and better than somewhere, and whether all were examined.

    A row can only be beaten by one with a larger sum, so in the order of sums those kept before are enough to compare with.
    """
    order = np.argsort(-payoffs.sum(axis=1), kind="stable")
    kept = np.empty(0, dtype=np.int64)
    for start in range(0, len(order), CHUNK):
        if start and budget.spent(start / len(order), f"{len(kept):,} efficient profiles"):
            return kept, False
        some = order[start : start + CHUNK]
        for block in range(0, len(kept), CHUNK):
            some = some[~_beaten(payoffs[some], payoffs[kept[block : block + CHUNK]], tolerance)]
        kept = np.concatenate([kept, some[~_beaten(payoffs[some], payoffs[some], tolerance)]])
    return kept, True


def _beaten(rows: Array, by: Array, tolerance: Array) -> NDArray[np.bool_]:
    """Return which rows one of `by` is at least as good as everywhere and better than somewhere."""
    least = np.ones((len(rows), len(by)), dtype=bool)
    better = np.zeros((len(rows), len(by)), dtype=bool)
    for k, slack in enumerate(tolerance):
        lead = by[None, :, k] - rows[:, None, k]
        least &= lead >= -slack
        better |= lead > slack
    return np.asarray((least & better).any(axis=1))
