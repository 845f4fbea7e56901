"""The log of a workshop: numbered events, each with the hash of the one before it, so that no byte can change unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from negotiation.errors import NegotiationError

ORIGIN = "0" * 64
"""What stands in the place of the previous hash in the first event."""


class BrokenLogError(NegotiationError):
    """A log does not fit together: something in it was changed, lost or added."""

    status = 500
    title = "The workshop's record is damaged"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a workshop.

    Parameters
    ----------
    room : str
    number : int
        1, 2, ... without gaps.
    kind : str
    at : str
        When, by the server's clock: UTC, ISO 8601.
    actor : str
        Who: "owner", "assistant", "proxy", "server" or "seat:NAME".
    data : dict
        What; plain JSON.
    previous : str
        Hash of the event before it.
    hash : str
        SHA-256 of all of the above.
    """

    room: str
    number: int
    kind: str
    at: str
    actor: str
    data: Mapping[str, Any]
    previous: str
    hash: str

    def as_dict(self) -> dict[str, Any]:
        """Return the event for JSON."""
        return {name: getattr(self, name) for name in ("number", "kind", "at", "actor", "data", "previous", "hash")}


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that has no place in the log yet."""

    kind: str
    data: Mapping[str, Any]


def canonical(value: Any) -> str:
    """Return JSON of which there is exactly one for each value.

    Examples
    --------
    >>> canonical({"b": 1, "a": [1.5, "é"]})
    '{"a":[1.5,"é"],"b":1}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(event: Event) -> str:
    """Return the hash that an event must have."""
    parts = [event.room, event.number, event.kind, event.at, event.actor, event.data, event.previous]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def chained(room: str, after: Event | None, drafts: Iterable[Draft], at: str, actor: str) -> list[Event]:
    """Give drafts their places behind the last event of a log."""
    number, previous = (after.number, after.hash) if after else (0, ORIGIN)
    events = []
    for draft in drafts:
        number += 1
        data = json.loads(canonical(draft.data))
        bare = Event(room, number, draft.kind, at, actor, data, previous, "")
        event = replace(bare, hash=digest(bare))
        events.append(event)
        previous = event.hash
    return events


def verify(events: Iterable[Event], head: str | None = None) -> int:
    """Check that a log is whole and unchanged.

    Parameters
    ----------
    events : iterable of Event
        In order, from the first.
    head : str, optional
        Hash that the last one must have, so that a log which was cut short is found too.

    Returns
    -------
    int
        How many events there are.

    Raises
    ------
    BrokenLogError
        Names the first event that does not fit.
    """
    count, previous = 0, ORIGIN
    for event in events:
        count += 1
        fits = event.number == count and event.previous == previous
        if not fits or event.hash != digest(event):
            raise BrokenLogError(f"event {count} does not fit the one before it or its own hash", "restore the workshop from a backup or an archive")
        previous = event.hash
    if head is not None and previous != head:
        raise BrokenLogError(f"the log ends after event {count}, before its recorded end", "restore the workshop from a backup or an archive")
    return count
