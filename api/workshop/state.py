"""What stands in a room: seats, rounds with what was decided, proposals with their votes, the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .plan import Terms

Choice = dict[str, int]
"""How many of a seat's members take each action; actions that nobody takes are left out."""
Status = Literal["made", "changed", "default", "proxy", "bot", "missing"]
Control = Literal["free", "person", "bot"]
Standing = Literal["open", "signed", "rejected", "withdrawn"]


@dataclass
class Seat:
    """A place in the room: it plays `members` members of a stakeholder, whoever holds it."""

    name: str
    role: str
    members: int
    alias: str
    group: str = ""
    control: Control = "free"
    bot: str | None = None
    device: int = 0
    gone: bool = False
    help: str | None = None
    nudged: int = 0


@dataclass
class Decision:
    """What a seat chose, how it came about, the number of the event that says so, and what the seat played then."""

    choice: Choice
    status: Status
    number: int
    role: str
    members: int


@dataclass
class Round:
    """One turn of choices: the terms it was played under, what each seat expected and chose, and what came of it."""

    number: int
    terms: Terms
    charged: Mapping[str, float]
    decisions: dict[str, Decision] = field(default_factory=dict)
    predictions: dict[str, float] = field(default_factory=dict)
    reflections: dict[str, str] = field(default_factory=dict)
    opened: int = 0
    results: Mapping[str, Any] | None = None
    reopened: int = 0


@dataclass
class Vote:
    """A seat's vote."""

    accepts: bool | None
    reason: str
    number: int


@dataclass
class Proposal:
    """Changes that somebody put on the table: what it asks for, and the terms that this comes to; once it is signed, those that were signed."""

    name: str
    seat: str | None
    title: str
    why: str
    asks: Terms
    terms: Terms
    counters: str | None
    number: int
    standing: Standing = "open"
    votes: dict[str, Vote] = field(default_factory=dict)
    charged: Mapping[str, float] = field(default_factory=dict)
    counted: Mapping[str, Any] | None = None
    closed: int = 0


@dataclass(frozen=True)
class Timer:
    """When a phase ends; while paused, how many seconds are left."""

    ends_at: float | None
    left: float | None = None
