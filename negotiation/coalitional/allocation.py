"""An allocation of a cost, and who objects to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..numerics import ARITHMETIC, Array
from .cost_game import CostGame
from .excess import Objection, complaints


@dataclass(frozen=True)
class Allocation:
    """A charge per member of each class.

    Parameters
    ----------
    game : CostGame
    rule : str
        How it was found.
    charges : tuple of float
        Per member of each class, in the cost game's unit.
    largest_excess : float
        The most that a coalition pays above what it would cost alone; negative: what the least content one saves.
    in_core : bool or None
        Whether the charges cover the cost exactly and no coalition pays more than it would alone; None where nobody was found
        who objects, but not every coalition could be looked at.
    objections : tuple of Objection
        Coalitions that would do better alone, the largest gain first.
    shortfall : float
        Cost of everybody less the sum of charges and contributions; negative where more is collected than is needed. Where savings are
        shared: what everybody earns, with the contributions, less what members get.
    contributions : mapping of str to float
        What others pay: sources outside, or a subsidy.
    note : str
    evidence : mapping
        What the rule found besides, as plain data for JSON: a certificate, a level, weights.
    """

    game: CostGame
    rule: str
    charges: tuple[float, ...]
    largest_excess: float
    in_core: bool | None
    objections: tuple[Objection, ...]
    shortfall: float
    contributions: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def objection(self) -> Objection | None:
        """The coalition that objects most."""
        return self.objections[0] if self.objections else None

    @property
    def class_charges(self) -> tuple[float, ...]:
        """What all members of each class pay together."""
        return tuple(charge * n for charge, n in zip(self.charges, self.game.members, strict=True))

    @property
    def burdens(self) -> tuple[float | None, ...]:
        """Charge as a share of what a member can pay; None where that is unknown."""
        affordable = [entry.affordable for entry in self.game.classes]
        return tuple(None if most is None else charge / most if most > 0 else float("inf") for charge, most in zip(self.charges, affordable, strict=True))

    def as_dict(self) -> dict[str, Any]:
        """Return the allocation for JSON."""
        first = self.objection
        return {
            "charges": dict(zip(self.game.names, self.charges, strict=True)),
            "class_charges": dict(zip(self.game.names, self.class_charges, strict=True)),
            "burden": dict(zip(self.game.names, self.burdens, strict=True)),
            "in_core": self.in_core,
            "largest_excess": self.largest_excess,
            "objection": None if first is None else {"coalition": _named(self.game, first.coalition), "gain": first.gain},
            "objections": [{"coalition": _named(self.game, o.coalition), "gain": o.gain, "pays": o.pays, "alone": o.alone} for o in self.objections],
            "shortfall": self.shortfall,
            "contributions": dict(self.contributions),
            "note": self.note,
            **({"evidence": dict(self.evidence)} if self.evidence else {}),
        }


def _named(game: CostGame, coalition: dict[str, int]) -> dict[str, int] | list[str]:
    return list(coalition) if game.between_players else coalition


def covering(game: CostGame, charges: Array) -> list[float]:
    """Return the charges with round-off spread over all members in proportion to them, so that they add up to the total and small ones keep their digits."""
    members = np.array(game.members)
    missing, sizes = game.total - float(charges @ members), np.abs(charges)
    together = float(sizes @ members)
    return [float(value) for value in charges + (missing / together * sizes if together > 0 else missing / game.population)]


def judge(
    game: CostGame,
    rule: str,
    charges: Sequence[float],
    *,
    note: str = "",
    slack: float = 0.0,
    contributions: Mapping[str, float] | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> Allocation:
    r"""Return an allocation with the coalitions that object to it.

    Parameters
    ----------
    game : CostGame
    rule : str
        Name of the rule.
    charges : sequence of float
        Per member of each class, in the game's unit.
    note : str
        What the reader must know about these charges.
    slack : float
        Charges that miss the total cost by no more than this count as covering it.
    contributions : mapping of str to float, optional
        What others pay towards the total.
    evidence : mapping, optional
        What the rule found besides.

    Returns
    -------
    Allocation
    """
    values = tuple(float(charge) if abs(charge) > ARITHMETIC * game.scale else 0.0 for charge in charges)
    others = dict(contributions or {})
    found = complaints(game, values)
    objections = tuple(objection for objection in found.worst if objection.gain > game.negligible)
    shortfall = game.total - float(np.dot(values, game.members)) - game.sign * sum(others.values())
    shortfall = 0.0 if abs(shortfall) <= max(game.negligible, slack) else shortfall
    content = None if not objections and not found.exact else not objections
    in_core = content if shortfall == 0.0 else False
    return Allocation(game, rule, values, found.largest, in_core, objections, shortfall, others, note, dict(evidence or {}))
