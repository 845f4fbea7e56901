"""Somebody else was faster: the answer to whoever acts on what they saw before, with the difference."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, Field

from negotiation.errors import NegotiationError

from .problems import ProblemBody, TellingError
from .storage.rooms import Rooms
from .workshop.changes import SETTLED, Change, changes, done_since, in_words
from .workshop.moves.rights import Actor
from .workshop.room import Room

LEADING = ("owner", "assistant")


class ChangedError(TellingError):
    """Somebody else changed the workshop since it was looked at.

    Parameters
    ----------
    message, remedy : str
    seen, version : int
        What the asker knew, and what holds.
    """

    status = 412
    title = "Changed in the meantime"

    def __init__(self, message: str, remedy: str = "", seen: int = 0, version: int = 0) -> None:
        super().__init__(message, remedy)
        self.seen, self.version = seen, version
        self.found: list[Change] = []
        """The fields that differ."""
        self.done: list[dict[str, Any]] = []
        """What was done since then, for whoever leads."""
        self.told: list[str] = []
        """The same in plain words, for the page."""

    @property
    def members(self) -> dict[str, Any]:
        """What the problem says besides."""
        return {"seen": self.seen, "version": self.version, "changes": [asdict(one) for one in self.found], "events": self.done}


class ChangeLine(BaseModel):
    """A field that differs, rows by their names: `terms.set.fine`, `seats.s3.control`; null where nothing stood or stands."""

    field: str
    before: Any = None
    now: Any = None


class DoneLine(BaseModel):
    """Something that was done: when, by whom, and in words."""

    number: int
    at: str
    actor: str
    kind: str
    says: str


class ChangedBody(ProblemBody):
    """Refused, since somebody else was faster; look at the difference, then decide anew."""

    seen: Annotated[int, Field(description="The version that If-Match named")]
    version: Annotated[int, Field(description="The version that holds; send it as If-Match to do it all the same")]
    changes: Annotated[list[ChangeLine], Field(description="Which fields of GET /api/rooms/{room} differ for you")]
    events: Annotated[list[DoneLine], Field(description="What was done since, the newest last, a hundred at most; only for whoever leads")]


def refuse_outdated(room: Room, expected: int | None, since: int | None) -> None:
    """Refuse a move that rests on another version, or on a page behind which whoever leads has settled something.

    Raises
    ------
    ChangedError
    """
    if expected is not None and room.version != expected:
        message = f"the workshop is at version {room.version}, you saw {expected}"
        raise ChangedError(message, "look at what changed, then decide", expected, room.version)
    if since is not None and any(event.kind in SETTLED for event in room.log[since:]):
        raise ChangedError("somebody else changed something since this page was made", "look at what changed, then send it again", since, room.version)


def explained(error: ChangedError, rooms: Rooms, name: str, actor: Actor) -> ChangedError:
    """Add to a refusal what changed, as far as the asker may see it."""
    head = rooms.head(name)
    with rooms.lock:
        log = list(rooms.get(name, head).log)
    room = Room(name, log)  # one of its own, so that nobody waits while the versions are compared
    error.version = room.version
    try:
        error.found = changes(room, error.seen, actor)
    except NegotiationError:  # the seat was nobody's then
        error.found = []
    if actor.capacity in LEADING and error.seen < room.version:
        error.done = done_since(room, error.seen)
        said = [f"{one['at'][11:16]} UTC: {one['says']}" for one in error.done if one["kind"] in SETTLED]
        error.told = [*said, *in_words(error.found, room.game)]
    return error
