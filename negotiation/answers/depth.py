"""What a full verdict says besides: who takes part at all, who wins and loses, and when the weakest link holds, in symbols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..governance.condition import Condition
from ..governance.partial import Participation, participation
from ..governance.situation import Situation
from ..governance.verdict import Verdict
from ..governance.winners import Winners, winners
from ..loading import later
from ..numerics import plain

conditions = later("negotiation.governance.conditions:conditions")
"""The conditions of the individual test in symbols: only who asks for them waits for sympy."""


@dataclass(frozen=True)
class Conditions:
    """The conditions of the individual test, in symbols."""

    rows: tuple[Condition, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the conditions for JSON."""
        return {"sentence": self.rows[0].sentence, "conditions": [row.as_dict() for row in self.rows]}


@dataclass(frozen=True)
class Depth:
    """What a full verdict says besides.

    Parameters
    ----------
    participation : Participation
    winners : Winners or None
    condition : Condition or None
        Of the weakest link.
    """

    participation: Participation
    winners: Winners | None
    condition: Condition | None

    @property
    def conditions(self) -> Conditions | None:
        """The weakest link's condition, alone."""
        return None if self.condition is None else Conditions((self.condition,))

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        parts = {"participation": self.participation, "winners": self.winners, "condition": self.condition}
        return {name: None if part is None else plain(part.as_dict()) for name, part in parts.items()}


def depth(situation: Situation, found: Verdict) -> Depth:
    """Return what a full verdict says besides."""
    weakest = found.individual.weakest
    condition = None
    if weakest is not None:
        condition = next(row for row in conditions(situation, weakest.stakeholder) if (row.action, row.to) == (weakest.action, weakest.to))
    return Depth(participation(situation), winners(situation), condition)
