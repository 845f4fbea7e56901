"""Whose pages a change shows on: most of what people do stands on their own page alone, so that hundreds of phones need not look again."""

from __future__ import annotations

from collections.abc import Iterable

from .events import Event

OWN = frozenset({"taken", "predicted", "decided", "reflected", "called", "answered", "voted"})
"""Kinds of events that no other seat's page shows; the facilitator's and the projector's show them all."""


def concerned(events: Iterable[Event]) -> frozenset[str] | None:
    """Return the seats on whose pages events show; None where every page does.

    Parameters
    ----------
    events : iterable of Event

    Examples
    --------
    >>> decided = Event("r", 2, "decided", "", "seat:s1", {"seat": "s1"}, "", "")
    >>> concerned([decided])
    frozenset({'s1'})
    >>> concerned([decided, Event("r", 3, "paused", "", "owner", {}, "", "")]) is None
    True
    """
    seats = set()
    for event in events:
        if event.kind not in OWN:
            return None
        seats.add(event.data["seat"])
    return frozenset(seats)
