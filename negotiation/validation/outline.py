"""The plain data of a game file, read leniently: what is there, whatever else is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..document import Document, Place
from ..errors import Problem
from ..formula import Formula


@dataclass
class Outline:
    """Sections of a document, empty where they are missing or of the wrong type, and the problems found so far.

    Parameters
    ----------
    document : Document
    problems : list of Problem
        Grows as checks run.
    good : dict
        Formulas that could be parsed and whose names are known, by place.
    """

    document: Document
    problems: list[Problem] = field(default_factory=list)
    good: dict[Place, Formula] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        """The whole file."""
        return group(self.document.data)

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The parameters as written."""
        return self.section("parameters")

    @cached_property
    def definitions(self) -> dict[str, Any]:
        """The definitions as written."""
        return self.section("definitions")

    @cached_property
    def actions(self) -> dict[str, list[str]]:
        """Action names of each stakeholder; empty where they cannot be read."""
        return {name: _actions(entry) for name, entry in self.section("stakeholders").items()}

    @cached_property
    def members(self) -> dict[str, int | None]:
        """Members of each stakeholder; None where that cannot be read."""
        return {name: _members(entry) for name, entry in self.section("stakeholders").items()}

    @cached_property
    def classes(self) -> dict[str, int | None]:
        """Members of each class of the cost game."""
        entries = self.section("cost_game", "classes")
        return {name: _members(entry) if isinstance(entry, dict) and "members" in entry else self.members.get(name) for name, entry in entries.items()}

    @property
    def readable(self) -> bool:
        """Whether the sections that others refer to are groups of fields."""
        sections = [self.document.data.get(name, {}) for name in ("parameters", "definitions", "levers", "scenarios", "stakeholders")]
        return all(isinstance(section, dict) for section in sections) and bool(sections[-1])

    def section(self, *path: str) -> dict[str, Any]:
        """Return a group of fields; empty where there is none."""
        part: Any = self.document.data
        for name in path:
            part = part.get(name) if isinstance(part, dict) else None
        return part if isinstance(part, dict) else {}

    def entries(self, name: str) -> list[dict[str, Any]]:
        """Return a list of groups of fields; what is no group counts as an empty one."""
        found = self.document.data.get(name)
        return [entry if isinstance(entry, dict) else {} for entry in found] if isinstance(found, list) else []

    def report(self, place: Place, message: str, remedy: str = "") -> None:
        """Add a problem, with its line."""
        self.problems.append(self.document.problem(place, message, remedy))


def _actions(entry: Any) -> list[str]:
    actions = entry.get("actions") if isinstance(entry, dict) else None
    return [str(name) for name in actions] if isinstance(actions, (dict, list)) else []


def _members(entry: Any) -> int | None:
    members = entry.get("members", 1) if isinstance(entry, dict) else None
    return members if isinstance(members, int) and not isinstance(members, bool) and 1 <= members <= 1_000_000 else None


def group(value: Any) -> dict[str, Any]:
    """Return `value` where it is a group of fields, else an empty one."""
    return value if isinstance(value, dict) else {}


def number(value: Any) -> float | None:
    """Return `value` where it is a finite number of ordinary size, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e300:
        return None
    return float(value) if np.isfinite(float(value)) else None


def shown_range(low: float | None, high: float | None) -> str:
    """Return a range for a message."""
    return f"{'-inf' if low is None else f'{low:g}'} to {'inf' if high is None else f'{high:g}'}"
