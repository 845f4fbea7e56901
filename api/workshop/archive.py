"""A workshop in one file: its logs, to be opened elsewhere, where every figure is worked out again and must come out the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from negotiation.numerics import plain

from .events import BrokenLogError, Event, canonical, verify
from .payoffs import charged_under
from .room import Room
from .scores import results
from .soundness import check_sound

FORMAT = "negotiation-workshop"
MAX_EVENTS = 100_000
BREAKS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What following a log can end in that nobody here wrote."""


class ArchivedEvent(BaseModel):
    """An event as it stands in an archive."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=1)]
    kind: Annotated[str, Field(max_length=40, pattern=r"^[a-z_]+$")]
    at: Annotated[str, Field(max_length=40)]
    actor: Annotated[str, Field(max_length=60)]
    data: dict[str, Any]
    previous: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ArchivedTable(BaseModel):
    """A table: its log, and the hash that the log must end with."""

    model_config = ConfigDict(extra="forbid")

    room: Annotated[str, Field(pattern=r"^[0-9a-f]{12}-[0-9]{1,2}$")]
    head: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    events: Annotated[list[ArchivedEvent], Field(min_length=1, max_length=MAX_EVENTS)]

    def log(self) -> list[Event]:
        """Return the events, verified.

        Raises
        ------
        BrokenLogError
        """
        try:
            events = [Event(self.room, **one.model_dump()) for one in self.events]
            verify(events, self.head)
        except BREAKS:
            raise BrokenLogError(f"the log of table {self.room} holds what nobody could have written", "open another copy") from None
        return events


class Archive(BaseModel):
    """A whole workshop."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["negotiation-workshop"] = "negotiation-workshop"
    version: Literal[1] = 1
    engine: Annotated[str, Field(max_length=40)]
    workshop: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    tables: Annotated[list[ArchivedTable], Field(min_length=1, max_length=30)]


@dataclass(frozen=True)
class Checked:
    """What came out when an archive was worked out again."""

    tables: int
    events: int
    rounds: int
    different: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"tables": self.tables, "events": self.events, "rounds": self.rounds, "identical": not self.different, "different": list(self.different)}


def archived(workshop: str, logs: Mapping[str, Sequence[Event]], engine: str) -> dict[str, Any]:
    """Return an archive as plain data."""
    tables = [{"room": room, "head": log[-1].hash, "events": [event.as_dict() for event in log]} for room, log in logs.items()]
    return {"format": FORMAT, "version": 1, "engine": engine, "workshop": workshop, "tables": tables}


def checked(logs: Sequence[Sequence[Event]]) -> Checked:
    """Work every figure of some logs out again: charges that were agreed, and the results of every round that was revealed.

    Raises
    ------
    BrokenLogError
        When a log cannot be followed.
    """
    different, rounds = [], 0
    for log in logs:
        room = Room(log[0].room)
        for event in log:
            try:
                different += _differences(room, event)
            except BREAKS:
                raise BrokenLogError(f"event {event.number} of table {room.name} cannot be followed", "open another copy") from None
            rounds += event.kind == "moved" and event.data.get("results") is not None
        try:
            check_sound(room)
        except BREAKS:
            raise BrokenLogError(f"the log of table {room.name} leads to what no workshop could become", "open another copy") from None
    return Checked(len(logs), sum(map(len, logs)), rounds, tuple(different))


def followed(archive: Archive) -> Checked:
    """Verify an archive and work every figure out again.

    Raises
    ------
    BrokenLogError
    """
    return checked([table.log() for table in archive.tables])


def _differences(room: Room, event: Event) -> list[str]:
    """Take in an event; return which of its figures come out otherwise."""
    found = []
    if event.kind == "moved" and event.data.get("results") is not None:
        assert room.round is not None, "there is no round"
        if canonical(results(room, room.round)) != canonical(event.data["results"]):
            found.append(f"{room.name}: results of round {room.round.number} (event {event.number})")
    room.apply(event)
    if event.kind in ("created", "signed", "termed"):
        again = plain(charged_under(room.game, room.settings(), room.terms))
        if canonical(again) != canonical(plain(dict(room.charged))):
            found.append(f"{room.name}: charges of event {event.number}")
    return found
