"""Who acts, and what that allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from negotiation.errors import NegotiationError, unknown

from ..phases import TOLD, Phase
from ..room import Room
from ..state import Seat

Capacity = Literal["owner", "assistant", "proxy", "seat", "view", "server"]


class NotAllowedError(NegotiationError):
    """Somebody asks for what their link or seat does not allow."""

    status = 403
    title = "Not allowed"


class SeatLostError(NotAllowedError):
    """The seat is nobody's, a bot's, or there no more."""

    title = "This seat is not yours any more"


class NotNowError(NegotiationError):
    """A move that the workshop's phase does not allow."""

    status = 409
    title = "Not now"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a capacity, and the seat where it is one."""

    capacity: Capacity
    seat: str | None = None

    def __str__(self) -> str:
        return f"seat:{self.seat}" if self.seat else self.capacity


SERVER = Actor("server")


def must_be_in(room: Room, *phases: Phase) -> None:
    """Refuse a move outside its phases, or while the workshop is paused.

    Raises
    ------
    NotNowError
    """
    if room.paused:
        raise NotNowError("the workshop is paused", "wait until the facilitator goes on")
    if room.phase not in phases:
        when = " or ".join(f"'{TOLD[phase]}'" for phase in phases)
        raise NotNowError(f"this can be done while {when}; now: {TOLD[room.phase]}", "wait for the facilitator")


def seat_of(room: Room, name: str) -> Seat:
    """Return a seat that is part of the room.

    Raises
    ------
    UnknownNameError
    """
    seat = room.seats.get(name)
    if seat is None or seat.gone:
        raise unknown("seat", name, [seat.name for seat in room.present])
    return seat


def own_seat(room: Room, actor: Actor) -> Seat:
    """Return the seat of the one who acts.

    Raises
    ------
    NotAllowedError
        When the actor holds no seat, or holds it no more.
    """
    if actor.seat is None:
        raise NotAllowedError("only a seat can do this", "take a seat first, or enter it for somebody as a proxy")
    seat = room.seats.get(actor.seat)
    if seat is None or seat.gone:
        raise SeatLostError("your seat was taken out or merged with another", "ask the facilitator for a seat")
    if seat.control != "person":
        now = "a bot plays" if seat.control == "bot" else "the facilitator freed"
        raise SeatLostError(f"{now} the seat '{seat.alias}' now", "ask the facilitator to give it back to you")
    return seat
