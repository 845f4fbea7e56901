"""What it takes to have a proposal accepted: the least money that leaves no group better off alone, and to whom it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...numerics import shown, significant
from ..cost_game import CostGame
from ..excess import Complaints, complaints
from ..search.oracles import separation
from .lexicographic import DIGITS, Setting, lexicographic_optimum


@dataclass(frozen=True)
class Bribes:
    """The least transfers with which nobody objects to a proposal.

    Parameters
    ----------
    game : CostGame
    charges : tuple of float
        The proposal, per member of each class.
    transfers : tuple of float
        What a member of each class gets, 0 or more, in the game's unit.
    objections : Complaints
        Who objects before, with its own gain: what that coalition alone would have to be paid.
    """

    game: CostGame
    charges: tuple[float, ...]
    transfers: tuple[float, ...]
    objections: Complaints

    @property
    def total(self) -> float:
        """What all members get together."""
        return float(np.dot(self.transfers, self.game.members))

    @property
    def accepted(self) -> tuple[float, ...]:
        """Charges (what members get) after the transfers."""
        return tuple(charge - self.game.sign * paid for charge, paid in zip(self.charges, self.transfers, strict=True))

    @property
    def sentence(self) -> str:
        """The transfers in words."""
        if self.total == 0:
            return "No group does better alone: nobody has to be paid."
        each = "; ".join(f"{self.game.label(k)} {shown(paid)} a member" for k, paid in enumerate(self.transfers) if paid)
        return f"With {shown(self.total)} in all no group does better alone: {each}."

    def as_dict(self) -> dict[str, Any]:
        """Return the transfers for JSON."""
        blocking = [{"coalition": dict(o.coalition), "gain": o.gain} for o in self.objections.worst if o.gain > self.game.negligible]
        names = self.game.names
        return {
            "total": self.total,
            "transfers": dict(zip(names, self.transfers, strict=True)),
            "accepted": dict(zip(names, self.accepted, strict=True)),
            "objections": blocking,
            "sentence": self.sentence,
        }


def bribes(game: CostGame, charges: Sequence[float]) -> Bribes:
    r"""Return the least transfers with which no coalition objects to a proposal.

    .. math:: \min \sum_k n_k b_k \quad \text{s.t.} \quad x(S) - b(S) \le c(S) \; \forall S \ne \emptyset, N, \; b \ge 0

    Of all transfers with the least total those are returned that are lexicographically least per member, the largest first: one answer.

    Parameters
    ----------
    game : CostGame
    charges : sequence of float
        The proposal, per member of each class (what members get, for a game of savings).

    Returns
    -------
    Bribes

    Raises
    ------
    TooLargeError
        When the coalitions can neither be listed nor searched.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> found = bribes(table_game("AB", np.array([0.0, 5.0, 7.0, 9.0])), [3, 6])
    >>> found.transfers, found.accepted
    ((0.0, 1.0), (3.0, 5.0))
    """
    values = tuple(float(charge) for charge in charges)
    found = complaints(game, values)
    if found.exact and found.largest <= game.negligible:
        return Bribes(game, values, (0.0,) * len(values), found)
    setting = _setting(game, np.array(values))
    n, members = len(values), np.array(game.members, dtype=float)
    _, found_paid = lexicographic_optimum(setting, members, np.eye(n))
    paid = [significant(value, DIGITS) or 0.0 for value in (found_paid * setting.oracle.scale).tolist()]
    return Bribes(game, values, tuple(value if value > game.negligible / 100 else 0.0 for value in paid), found)


def _setting(game: CostGame, charges: np.ndarray) -> Setting:
    """Return what nobody objects to, over the transfers per member."""
    oracle, n = separation(game), len(charges)
    nothing = (np.zeros((0, n)), np.zeros(0))
    return Setting(oracle, game.members, -np.eye(n), charges * (game.sign / oracle.scale), 0.0, nothing, nothing, [0.0] * n)
