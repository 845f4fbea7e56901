"""Who may see what: the one place that decides it."""

from __future__ import annotations

from dataclasses import dataclass

from .moves.rights import Actor
from .plan import Audience, Subject
from .room import Room, Seat

EVERYTHING = frozenset({"owner", "assistant"})
"""Capacities that see all there is."""


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks at a room.

    Parameters
    ----------
    room : Room
    actor : Actor
        In which capacity, and from which seat.
    """

    room: Room
    actor: Actor

    @property
    def seat(self) -> Seat | None:
        """The viewer's own seat."""
        return self.room.seats.get(self.actor.seat) if self.actor.seat else None

    def sees(self, subject: Subject, owner: str | None, revealed: bool) -> bool:
        """Return whether the viewer may see something that belongs to a seat.

        Parameters
        ----------
        subject : str
            What kind of thing it is.
        owner : str or None
            The seat that it belongs to; None where it belongs to nobody.
        revealed : bool
            Whether the round, or the vote, that it belongs to is over.
        """
        if self.actor.capacity in EVERYTHING:
            return True
        if owner is not None and owner == self.actor.seat:
            return True
        rule = audience(self.room, subject)
        theirs = self.room.seats.get(owner) if owner is not None else None
        match rule:
            case "public_now":
                return True
            case "public_after_reveal":
                return revealed
            case "role":
                return self.seat is not None and theirs is not None and theirs.role == self.seat.role
            case "group":
                return self.seat is not None and theirs is not None and bool(self.seat.group) and theirs.group == self.seat.group
            case _:
                return False


def audience(room: Room, subject: Subject) -> Audience:
    """Return who sees a kind of thing in a room now."""
    chosen: Audience = room.information.get(subject) or room.made.audience(subject)  # type: ignore[assignment]
    return chosen
