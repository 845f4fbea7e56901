"""Whether a log that came from elsewhere leads to a room that moves of this server could have made: types, names, and what they refer to."""

from __future__ import annotations

from pydantic import BaseModel, TypeAdapter

from .events import canonical
from .phases import Phase
from .plan import Alias, Amount, Audience, Line, Name, Note, Share, Subject, Terms
from .room import Room
from .state import Proposal, Round, Seat


class _State(BaseModel):
    phase: Phase
    paused: bool
    table: int
    terms: Terms
    charged: dict[Name, Amount]
    timer: tuple[float | None, float | None]
    information: dict[Subject, Audience]
    shown: dict[str, bool]
    seats: dict[Name, Seat]
    rounds: list[Round]
    proposals: dict[Name, Proposal]


_ALIAS: TypeAdapter[str] = TypeAdapter(Alias)
_LINE: TypeAdapter[str] = TypeAdapter(Line)
_NOTES: TypeAdapter[list[str]] = TypeAdapter(list[Note])
_SHARES: TypeAdapter[list[float]] = TypeAdapter(list[Share])


def check_sound(room: Room) -> None:
    """Check what a room has become.

    Raises
    ------
    ValueError
        When a value has another type than moves give it, a text is one that nobody could type, or something refers to what is not there.
    """
    _must([event.number for event in room.log if event.kind == "created"] == [1], "the beginning")
    _State.model_validate_json(canonical(room.as_dict()), strict=True)
    for seat in room.seats.values():
        _ALIAS.validate_python(seat.alias)
        _LINE.validate_python(seat.group)
        _NOTES.validate_python([seat.help or ""])
        _must(seat.role in room.game.stakeholders and seat.members > 0, f"seat {seat.name}")
    for role, stakeholder in room.game.stakeholders.items():
        _must(sum(seat.members for seat in room.present if seat.role == role) <= stakeholder.members, f"the seats of {role}")
    for number, one in enumerate(room.rounds, 1):
        _must(one.number == number, f"round {number}")
        _must({*one.decisions, *one.predictions, *one.reflections} <= set(room.seats), f"the seats of round {number}")
        _NOTES.validate_python(list(one.reflections.values()))
        _SHARES.validate_python(list(one.predictions.values()))
        for name, decision in one.decisions.items():
            stakeholder = room.game.stakeholders[decision.role]
            _must(set(decision.choice) <= set(stakeholder.actions) and all(count > 0 for count in decision.choice.values()), f"the decision of seat {name}")
    for proposal in room.proposals.values():
        _LINE.validate_python(proposal.title)
        _NOTES.validate_python([proposal.why, *(vote.reason for vote in proposal.votes.values())])
        _must({*proposal.votes, proposal.seat or next(iter(room.seats))} <= set(room.seats), f"the seats of proposal {proposal.name}")


def _must(true: bool, what: str) -> None:
    if not true:
        raise ValueError(f"{what}: nobody could have made that")
