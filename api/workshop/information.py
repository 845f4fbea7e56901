"""Who may see what: the one place that decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from .moves.rights import Actor
from .plan import INFORMATION, Audience, Subject
from .room import Room
from .state import Seat

T = TypeVar("T")
EVERYTHING = frozenset({"owner", "assistant"})
"""Capacities that see all there is."""
HIDING = 3
"""Seats that a total must be of to hide the single ones."""


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

    @cached_property
    def rules(self) -> dict[Subject, Audience]:
        """Who sees each kind of thing in the room now."""
        return {subject: audience(self.room, subject) for subject in INFORMATION}

    def seen_of(self, subject: Subject, rows: Mapping[str, T], revealed: bool) -> dict[str, T]:
        """Return those rows, one for each seat, that the viewer may see: the same as asking :meth:`sees` for each."""
        rule = self.rules[subject]
        if self.actor.capacity in EVERYTHING or rule == "public_now" or (rule == "public_after_reveal" and revealed):
            return dict(rows)
        if rule in ("role", "group"):
            return {name: row for name, row in rows.items() if self.sees(subject, name, revealed)}
        return {name: rows[name] for name in (self.actor.seat,) if name is not None and name in rows}

    def together(self, subject: Subject, role: str) -> bool:
        """Return whether the viewer may see what a role did or earned together, once revealed: it hides single seats, or hides nothing from the viewer."""
        seats = [seat.name for seat in self.room.present if seat.role == role]
        return len(seats) >= HIDING or all(self.sees(subject, name, True) for name in seats)

    def mean(self, subject: Subject, rows: Mapping[str, float], revealed: bool) -> float | None:
        """Return the mean of what several seats said; None where it would give a single one away, or nobody said anything."""
        if not rows or (len(rows) < HIDING and len(self.seen_of(subject, rows, revealed)) < len(rows)):
            return None
        return sum(rows.values()) / len(rows)

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
        rule = self.rules[subject]
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
