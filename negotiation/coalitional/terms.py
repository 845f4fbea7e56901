"""What a group agrees on besides the rule: money from outside, the most and the least that a member pays, who negotiates as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..budget import Budget
from ..errors import unknown
from ..numerics import TOLERANCE, Array
from .allocation import Allocation, judge
from .cost_game import CostGame

SUBSIDY = "subsidy"

BASES = {"use": "what a member uses", "alone": "what serving a member alone costs", "ability": "what a member can pay a year"}
"""What charges can be in proportion to."""


@dataclass(frozen=True)
class Terms:
    """Terms of an allocation.

    Parameters
    ----------
    subsidy : float
        What outsiders pay towards the cost of everybody together, in the game's unit.
    caps, floors : mapping of str to float
        The most and the least that one member of a class pays, in the game's unit.
    unions : mapping of str to str
        Name of the union to which a class belongs; classes that are not named stand for themselves, or for the union of the file.
    budget : Budget or None
        For methods that can take long.
    seed : int
        For methods that estimate by sampling.
    to : str
        What proportional charges are in proportion to, one of `BASES`.
    """

    subsidy: float = 0.0
    caps: Mapping[str, float] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)
    unions: Mapping[str, str] = field(default_factory=dict)
    budget: Budget | None = None
    seed: int = 0
    to: str = "use"

    def as_dict(self) -> dict[str, Any]:
        """Return what was agreed on for JSON, leaving out what was not."""
        said = {"subsidy": self.subsidy, "caps": dict(self.caps), "floors": dict(self.floors), "unions": dict(self.unions)}
        return {name: value for name, value in said.items() if value} | ({"to": self.to} if self.to != "use" else {})

    def bounds(self, game: CostGame) -> tuple[Array, Array]:
        """Return the least and the most that one member of each class pays, shapes (classes,).

        Raises
        ------
        UnknownNameError
            For a class that the game does not have.
        """
        for name in (*self.caps, *self.floors):
            if name not in game.names:
                raise unknown("class", name, game.names)
        low = np.array([self.floors.get(name, -np.inf) for name in game.names])
        high = np.array([self.caps.get(name, np.inf) for name in game.names])
        return low, high

    def with_subsidy(self, game: CostGame, allocation: Allocation) -> Allocation:
        """Return an allocation of the subsidised game as one of the game itself, with the subsidy as a contribution."""
        if self.subsidy == 0:
            return allocation
        beyond = game.kind == "cost" and self.subsidy > max(game.total, 0.0)
        note = " ".join(filter(None, (allocation.note, "The subsidy is more than the cost: members are paid for taking part." if beyond else "")))
        return replace(allocation, game=game, contributions={SUBSIDY: self.subsidy, **allocation.contributions}, note=note)


NO_TERMS = Terms()


def within_bounds(allocation: Allocation, terms: Terms) -> Allocation:
    r"""Return the allocation with every charge brought between its floor and its cap.

    Who is below its floor or above its cap pays that; the others share what is left in proportion to their charges:
    :math:`\min(h_k, \max(l_k, \lambda x_k))` with the one :math:`\lambda` that covers the cost. Where all caps together do not
    cover it, everybody pays its cap and the shortfall says what is missing.

    Raises
    ------
    UnknownNameError
        For a class that the game does not have.
    """
    game = allocation.game
    if not terms.caps and not terms.floors:
        return allocation
    low, high = terms.bounds(game)
    charges = _scaled(np.array(allocation.charges), np.array(game.members, dtype=float), game.total, low, high)
    note = " ".join(filter(None, (allocation.note, "Charges beyond a cap or below a floor were cut; the others share the rest.")))
    return judge(game, allocation.rule, charges.tolist(), note=note, contributions=allocation.contributions, evidence=allocation.evidence)


def _scaled(charges: Array, members: Array, total: float, low: Array, high: Array) -> Array:
    """Return the clipped charges whose sum is `total`, or comes nearest to it, by bisection on the factor."""
    if abs(float(np.clip(charges, low, high) @ members) - total) <= TOLERANCE * abs(total) / 1000:
        return np.clip(charges, low, high)
    least, most = 0.0, 1.0
    while float(np.clip(most * charges, low, high) @ members) < total and most < 1e12:
        most *= 2
    for _ in range(200):
        middle = (least + most) / 2
        least, most = (middle, most) if float(np.clip(middle * charges, low, high) @ members) < total else (least, middle)
    return np.clip(most * charges, low, high)
