"""Who sits where: taking a seat, handing it on, bots, merging, late joiners."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from negotiation.definition import known
from negotiation.errors import IllegalMoveError

from ..events import Draft
from ..phases import OVER
from ..plan import MAX_SEATS, Alias, Bot, Line, Name, Part
from ..room import Room
from .rights import Actor, NotNowError, own_seat, seat_of
from .running import Reason

SEATING = frozenset({*OVER, "draft"})
"""Phases in which the number of members that a seat plays can change: no round is running."""


class Taking(Part):
    """Which seat, and under which name."""

    seat: Name | None = None
    role: Name | None = None
    alias: Alias = ""


class Renaming(Part):
    """A seat's name on screens and its group."""

    alias: Alias = ""
    group: Line | None = None


class Handing(Reason):
    """By which rule a bot plays."""

    bot: Bot = "best_reply"


class Merging(Reason):
    """The seat that takes over the members."""

    into: Name


class Reshaping(Reason):
    """Another role, or another number of members."""

    role: Name | None = None
    members: Annotated[int, Field(ge=1)] | None = None


class Adding(Part):
    """A seat for somebody who comes late."""

    role: Name
    members: Annotated[int, Field(ge=1)] = 1
    alias: Alias = ""
    group: Line = ""


def take(room: Room, actor: Actor, body: Taking, now: float) -> list[Draft]:
    """Take a free seat: the one that is named, else the first of the role, else the first of all."""
    if room.phase != "lobby":
        raise NotNowError("seats are taken in the lobby", "ask the facilitator for a seat")
    free = [seat for seat in room.present if seat.control == "free"]
    if body.seat is not None:
        seat = seat_of(room, body.seat)
        if seat.control != "free":
            raise IllegalMoveError(f"'{seat.alias}' is taken", "choose another seat, or ask the facilitator")
    else:
        fitting = [seat for seat in free if body.role in (None, seat.role)]
        if not fitting:
            raise IllegalMoveError("all seats are taken" if not free else f"all seats of '{body.role}' are taken", "ask the facilitator for a seat")
        seat = fitting[0]
    return [Draft("taken", {"seat": seat.name, "alias": body.alias})]


def hand_over(room: Room, seat_name: str, alias: str = "") -> list[Draft]:
    """Give a seat to a new device: the one that had it before is told, and can do nothing any more."""
    if room.phase == "archived":
        raise NotNowError("the workshop is finished", "open its archive")
    return [Draft("taken", {"seat": seat_of(room, seat_name).name, "alias": alias})]


def rename(room: Room, actor: Actor, body: Renaming, now: float, seat: str | None = None) -> list[Draft]:
    """Change how a seat is called."""
    chosen = seat_of(room, seat) if seat is not None else own_seat(room, actor)
    to: dict[str, Any] = {"alias": body.alias or chosen.alias} | ({} if body.group is None else {"group": body.group})
    return [Draft("changed", {"seat": chosen.name, "to": to})]


def free(room: Room, actor: Actor, body: Reason, now: float, seat: str) -> list[Draft]:
    """Free a seat whose holder is gone; what it decided stands."""
    chosen = seat_of(room, seat)
    if chosen.control == "free":
        raise IllegalMoveError(f"'{chosen.alias}' is free already", "give it to a phone, or let a bot play it")
    return [Draft("freed", {"seat": chosen.name, "reason": body.reason})]


def give_to_bot(room: Room, actor: Actor, body: Handing, now: float, seat: str) -> list[Draft]:
    """Let a bot play a seat; everybody is told, and by which rule."""
    return [Draft("given_to_bot", {"seat": seat_of(room, seat).name, "bot": body.bot, "reason": body.reason})]


def fill_with_bots(room: Room, actor: Actor, body: Handing, now: float) -> list[Draft]:
    """Let bots play every free seat."""
    free = [seat for seat in room.present if seat.control == "free"]
    return [Draft("given_to_bot", {"seat": seat.name, "bot": body.bot, "reason": body.reason, "together": len(free)}) for seat in free]


def merge(room: Room, actor: Actor, body: Merging, now: float, seat: str) -> list[Draft]:
    """Let one seat take over another's members."""
    _between_rounds(room)
    gone, into = seat_of(room, seat), seat_of(room, body.into)
    if gone is into or gone.role != into.role:
        raise IllegalMoveError("only two different seats of one role can be merged", f"choose another seat of '{gone.role}'")
    return [Draft("merged", {"seat": gone.name, "into": into.name, "reason": body.reason})]


def reshape(room: Room, actor: Actor, body: Reshaping, now: float, seat: str) -> list[Draft]:
    """Move a seat to another role, or let it play more or fewer members."""
    _between_rounds(room)
    chosen = seat_of(room, seat)
    role = body.role or chosen.role
    members = body.members or chosen.members
    _has_room(room, role, members, besides=chosen.name)
    return [Draft("changed", {"seat": chosen.name, "to": {"role": role, "members": members}, "reason": body.reason})]


def add(room: Room, actor: Actor, body: Adding, now: float) -> list[Draft]:
    """Add a seat for a late joiner; it plays members that no seat played."""
    _between_rounds(room)
    if len(room.present) >= MAX_SEATS:
        raise IllegalMoveError(f"a table has at most {MAX_SEATS} seats", "open another table")
    _has_room(room, body.role, body.members)
    number = len(room.seats) + 1
    label = room.game.stakeholders[body.role].label or body.role.replace("_", " ")
    row = {"name": f"s{number}", "role": body.role, "members": body.members, "alias": body.alias or f"{label} {number}", "group": body.group}
    return [Draft("seated", row)]


def remove(room: Room, actor: Actor, body: Reason, now: float, seat: str) -> list[Draft]:
    """Take a seat out; its members go on like all others that no seat plays."""
    _between_rounds(room)
    return [Draft("removed", {"seat": seat_of(room, seat).name, "reason": body.reason})]


def _between_rounds(room: Room) -> None:
    if room.phase not in SEATING:
        raise NotNowError("who plays how many members cannot change while a round is running", "close and reveal it first")


def _has_room(room: Room, role: str, members: int, besides: str = "") -> None:
    known("stakeholder", role, room.game.stakeholders)
    taken = sum(seat.members for seat in room.present if seat.role == role and seat.name != besides)
    left = room.game.stakeholders[role].members - taken
    if members > left:
        raise IllegalMoveError(f"'{role}' has {left} members that no seat plays, not {members}", "let the seat play fewer, or another seat give some up")
