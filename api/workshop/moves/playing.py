"""What people do in a round: say what they expect, decide, look back, call for help; and entries for those without a phone."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from negotiation.errors import IllegalMoveError, InvalidGameError, Problem, UnknownNameError

from ..events import Draft
from ..plan import Name, Note, Part, Share
from ..room import Room
from ..state import Seat, Status
from .dealing import voted
from .rights import Actor, NotNowError, must_be_in, own_seat, seat_of


class Deciding(Part):
    """An action that all members of the seat take, or how many take each."""

    choice: Name | Annotated[dict[Name, Annotated[int, Field(ge=0)]], Field(max_length=60)]
    round: int | None = None


class Expecting(Part):
    """Which share of all members somebody expects to do their part, between 0 and 1."""

    cooperation: Share
    round: int | None = None


class Saying(Part):
    """Free text."""

    text: Note


class Calling(Part):
    """What it is about; may be left empty."""

    text: Note = ""


class Entry(Part):
    """What somebody without a phone decided, expects, or votes on a proposal (accepts: true, false, or null to abstain)."""

    seat: Name
    choice: Name | Annotated[dict[Name, Annotated[int, Field(ge=0)]], Field(max_length=60)] | None = None
    cooperation: Share | None = None
    proposal: Name | None = None
    accepts: bool | None = None


class Entries(Part):
    """Entries for several seats at once, as written on paper."""

    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=400)]


class Nudging(Part):
    """Seats to remind; empty: all that the workshop waits for."""

    seats: Annotated[tuple[Name, ...], Field(max_length=400)] = ()


def decide(room: Room, actor: Actor, body: Deciding, now: float) -> list[Draft]:
    """Decide for this round; until it is closed, the last word counts."""
    must_be_in(room, "decide")
    seat = own_seat(room, actor)
    _same_round(room, body.round)
    return [_decided(room, seat, body.choice, "changed" if _has_decided(room, seat) else "made")]


def expect(room: Room, actor: Actor, body: Expecting, now: float) -> list[Draft]:
    """Say which share of all will do their part."""
    must_be_in(room, "predict")
    _same_round(room, body.round)
    return [_predicted(room, own_seat(room, actor), body.cooperation)]


def enter(room: Room, actor: Actor, body: Entries, now: float) -> list[Draft]:
    """Enter what was decided, expected or voted on paper, for many seats at once: all of it, or nothing when one line is wrong."""
    must_be_in(room, "predict", "decide", "negotiate", "agree")
    drafts, problems = [], []
    for line, entry in enumerate(body.entries):
        try:
            drafts.append(_entered(room, entry))
        except InvalidGameError as error:
            alias = room.seats[entry.seat].alias
            problems += [Problem(("entries", line, *problem.place), f"{alias}: {problem.message}", problem.remedy) for problem in error.problems]
        except (UnknownNameError, IllegalMoveError) as error:
            problems.append(Problem(("entries", line), str(error), "mend this line"))
    if problems:
        raise InvalidGameError(problems)
    return drafts


def _entered(room: Room, entry: Entry) -> Draft:
    """Return the event that a line of paper makes in this phase."""
    seat = seat_of(room, entry.seat)
    if room.phase == "decide" and entry.choice is not None:
        return _decided(room, seat, entry.choice, "proxy")
    if room.phase == "predict" and entry.cooperation is not None:
        return _predicted(room, seat, entry.cooperation)
    if room.phase in ("negotiate", "agree") and entry.proposal is not None:
        return voted(room, seat, entry.proposal, entry.accepts, "")
    needed = {"decide": "choice", "predict": "cooperation"}.get(room.phase, "proposal")
    raise InvalidGameError([Problem((needed,), "is missing in this phase", f"give '{needed}'")])


def reflect(room: Room, actor: Actor, body: Saying, now: float) -> list[Draft]:
    """Say why, or what one would do differently; stored beside the decision of the last round."""
    if room.round is None or room.round.results is None:
        raise NotNowError("there is no result to look back on yet", "wait until the round is revealed")
    return [Draft("reflected", {"seat": own_seat(room, actor).name, "round": room.round.number, "text": body.text})]


def call(room: Room, actor: Actor, body: Calling, now: float) -> list[Draft]:
    """Call the facilitator."""
    return [Draft("called", {"seat": own_seat(room, actor).name, "text": body.text})]


def answer(room: Room, actor: Actor, body: Part, now: float, seat: str) -> list[Draft]:
    """Say that a call has been answered."""
    chosen = seat_of(room, seat)
    if chosen.help is None:
        raise IllegalMoveError(f"'{chosen.alias}' does not call any more", "somebody has answered already")
    return [Draft("answered", {"seat": chosen.name})]


def nudge(room: Room, actor: Actor, body: Nudging, now: float) -> list[Draft]:
    """Remind seats that the workshop waits for them."""
    seats = [seat_of(room, name) for name in body.seats] or waiting_for(room)
    return [Draft("nudged", {"seats": [seat.name for seat in seats]})] if seats else []


def waiting_for(room: Room) -> list[Seat]:
    """Return the seats of people who have not done what this phase asks for."""
    if room.round is None or room.phase not in ("predict", "decide"):
        return []
    done: Any = room.round.predictions if room.phase == "predict" else room.round.decisions
    return [seat for seat in room.present if seat.control == "person" and seat.name not in done]


def _same_round(room: Room, wanted: int | None) -> None:
    assert room.round is not None
    if wanted is not None and wanted != room.round.number:
        raise NotNowError(f"round {wanted} is over; round {room.round.number} is running", "look at the page again, then decide")


def _has_decided(room: Room, seat: Seat) -> bool:
    return room.round is not None and seat.name in room.round.decisions


def _predicted(room: Room, seat: Seat, cooperation: float) -> Draft:
    return Draft("predicted", {"seat": seat.name, "cooperation": cooperation})


def _decided(room: Room, seat: Seat, choice: str | dict[str, int], status: Status) -> Draft:
    actions = room.game.stakeholders[seat.role].actions
    counts = {choice: seat.members} if isinstance(choice, str) else {action: count for action, count in choice.items() if count}
    for action in counts:
        if action not in actions:
            raise InvalidGameError([Problem(("choice",), f"'{seat.role}' has no action '{action}'", f"one of: {', '.join(actions)}")])
    if sum(counts.values()) != seat.members:
        total = sum(counts.values())
        raise InvalidGameError([Problem(("choice",), f"the counts add up to {total}, the seat plays {seat.members}", "say for each member what it does")])
    return Draft("decided", {"seat": seat.name, "choice": counts, "status": status})
