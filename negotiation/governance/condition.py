"""What a condition says: when a member does not gain by one switch away from the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bound:
    """What one parameter has to be for a condition to hold, all others as today.

    Parameters
    ----------
    parameter : str
    relation : str
        "at least" or "at most".
    value : float
        The number at which the mover gains nothing and loses nothing, in the parameter's unit.
    today : float
    within : bool
        Whether the number lies in the range that the game file gives for the parameter.
    formula : str
        The same in symbols.
    """

    parameter: str
    relation: str
    value: float
    today: float
    within: bool
    formula: str

    def as_dict(self) -> dict[str, Any]:
        """Return the bound for JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Condition:
    """When a member of one stakeholder does not gain by one switch away from the target.

    Parameters
    ----------
    stakeholder, action, to : str
    left, right, factor : str
        The member does not gain as long as ``left >= right``, in parameters and definitions; its margin is their difference times the
        positive `factor`. A name with ′ is the value of that definition after the switch.
    left_today, right_today : float
        Both sides at today's numbers, in the game's money unit divided by `factor`.
    margin : float
        What the mover would lose, in the game's money unit; negative: what it would gain.
    holds : bool
    provisos : tuple of str
        What the algebra takes for granted: conditions that are as they are at today's numbers.
    bounds : tuple of Bound
        The condition solved for single parameters, as far as it is linear in them.
    definitions : mapping of str to float
        Definitions that stand in the condition, with their values.
    """

    stakeholder: str
    action: str
    to: str
    left: str
    right: str
    factor: str
    left_today: float
    right_today: float
    margin: float
    holds: bool
    provisos: tuple[str, ...]
    bounds: tuple[Bound, ...]
    definitions: Mapping[str, tuple[str, float]]
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """Return the condition for JSON."""
        return {
            "stakeholder": self.stakeholder,
            "action": self.action,
            "to": self.to,
            "condition": f"{self.left} >= {self.right}",
            "times": self.factor,
            "left_today": self.left_today,
            "right_today": self.right_today,
            "margin": self.margin,
            "holds": self.holds,
            "provisos": list(self.provisos),
            "bounds": [bound.as_dict() for bound in self.bounds],
            "definitions": {name: {"means": means, "today": value} for name, (means, value) in self.definitions.items()},
            "sentence": self.sentence,
        }
