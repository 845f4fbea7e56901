"""The facilitator's moves: going on, pausing, undoing, timers, terms, what is shown."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import Field

from negotiation.definition import known
from negotiation.errors import IllegalMoveError
from negotiation.settings import Settings

from ..bots import choice as bot_choice
from ..counting import apportioned, share_of, status_quo
from ..events import Draft, Event
from ..payoffs import charged_under
from ..phases import FOLLOWING, OPENING, OVER, Phase
from ..plan import Audience, Line, Note, Part, Subject, Terms, TimedPhase
from ..room import Room, undone
from ..scores import payoffs_of, results
from ..state import Decision, Round, Seat
from .rights import Actor, NotNowError

UNDOABLE = frozenset({"moved", "reopened", "signed", "rejected", "termed", "merged", "removed", "freed", "given_to_bot", "changed", "paused", "resumed"})
PLAYED = frozenset({"predicted", "decided", "reflected"})


class Reason(Part):
    """Why; it stands in the record."""

    reason: Note = ""


class Going(Reason):
    """Where to go, and why."""

    to: Phase


class MoreTime(Part):
    """Seconds to add to the running timer, or to start one with; a negative number takes away."""

    seconds: Annotated[int, Field(ge=-86_400, le=86_400)]


class Information(Part):
    """Who sees what from now on."""

    information: dict[Subject, Audience]


class Display(Part):
    """Which elements the projector shows."""

    elements: dict[Annotated[str, Field(max_length=40)], bool]


class NewTerms(Reason):
    """Terms of the rounds to come."""

    terms: Terms
    note: Line = ""


def go(room: Room, actor: Actor, body: Going, now: float) -> list[Draft]:
    """Go to another phase; closing fills in what is missing, revealing counts."""
    if room.paused:
        raise NotNowError("the workshop is paused", "resume it first")
    if body.to not in FOLLOWING[room.phase]:
        allowed = ", ".join(FOLLOWING[room.phase]) or "nowhere: it is finished"
        raise NotNowError(f"from '{room.phase}' one cannot go to '{body.to}'", f"go to: {allowed}")
    data: dict[str, Any] = {"to": body.to, "from": room.phase, "reason": body.reason, "ends_at": _ends(room, body.to, now)}
    if body.to in OPENING and (room.phase in OVER):
        if len(room.rounds) >= room.made.rounds:
            raise NotNowError(f"all {room.made.rounds} rounds have been played", "go to the debriefing")
        data["opens"] = len(room.rounds) + 1
    if body.to == "closed":
        data["filled"] = filled(room)
    if body.to == "revealed":
        assert room.round is not None
        data["results"] = results(room, room.round)
    return [Draft("moved", data)]


def _ends(room: Room, phase: str, now: float) -> float | None:
    seconds = {str(name): value for name, value in room.made.timers.items()}.get(phase)
    return None if seconds is None else now + seconds


def filled(room: Room) -> list[dict[str, Any]]:
    """Return what the seats do that have not decided: bots by their rule, the others by the workshop's default."""
    one = room.round
    assert one is not None
    payoffs = payoffs_of(room, one)
    rows = []
    for seat in room.present:
        if seat.name not in one.decisions:
            if seat.role in payoffs.bound and (seat.control == "bot" or room.made.default != "missing"):
                status = "bot" if seat.control == "bot" else "default"
                rows.append({"seat": seat.name, "choice": {payoffs.bound[seat.role]: seat.members}, "status": status})
            elif seat.control == "bot":
                rows.append({"seat": seat.name, "choice": bot_choice(room, seat, payoffs), "status": "bot"})
            else:
                rows.append(_default(room, seat, one))
    return rows


def _default(room: Room, seat: Seat, one: Round) -> dict[str, Any]:
    before = _before(room, seat, one)
    if room.made.default == "missing":
        return {"seat": seat.name, "choice": {}, "status": "missing"}
    usual = share_of(status_quo(room), seat)
    choice = apportioned(before.choice, seat.members) if room.made.default == "last" and before is not None else usual
    return {"seat": seat.name, "choice": choice, "status": "default"}


def _before(room: Room, seat: Seat, one: Round) -> Decision | None:
    for earlier in reversed(room.rounds[: one.number - 1]):
        decision = earlier.decisions.get(seat.name)
        if decision is not None and decision.choice and decision.role == seat.role:
            return decision
    return None


def expire(room: Room, actor: Actor, body: Part, now: float) -> list[Draft]:
    """End a phase whose time is up: expecting goes on to deciding, deciding is closed."""
    ends = room.timer.ends_at
    if room.paused or ends is None or now < ends:
        return []
    if room.phase == "predict":
        return go(room, actor, Going(to="decide", reason="time is up"), now)
    if room.phase == "decide":
        return go(room, actor, Going(to="closed", reason="time is up"), now)
    return [Draft("timed", {"ends_at": None})]


def pause(room: Room, actor: Actor, body: Reason, now: float) -> list[Draft]:
    """Stop everything on all screens; the timer keeps what is left."""
    if room.paused:
        raise NotNowError("the workshop is paused already", "resume it")
    if room.phase == "archived":
        raise NotNowError("the workshop is finished", "open its archive")
    left = None if room.timer.ends_at is None else max(0.0, room.timer.ends_at - now)
    return [Draft("paused", {"reason": body.reason, "left": left})]


def resume(room: Room, actor: Actor, body: Reason, now: float) -> list[Draft]:
    """Go on after a pause."""
    if not room.paused:
        raise NotNowError("the workshop is not paused", "nothing to do")
    return [Draft("resumed", {"reason": body.reason, "ends_at": None if room.timer.left is None else now + room.timer.left})]


def extend(room: Room, actor: Actor, body: MoreTime, now: float) -> list[Draft]:
    """Give more time, or start a timer."""
    if room.phase not in get_args(TimedPhase):
        raise NotNowError("this phase has no timer", "set one while people expect, decide, negotiate or vote")
    if room.paused:
        return [Draft("timed", {"ends_at": None, "left": max(0.0, (room.timer.left or 0.0) + body.seconds)})]
    return [Draft("timed", {"ends_at": max(now, (room.timer.ends_at or now) + body.seconds)})]


def undo(room: Room, actor: Actor, body: Reason, now: float) -> list[Draft]:
    """Take back the facilitator's last step, with what was entered because of it; both stay in the record."""
    out = undone(room.log)
    steps = [event for event in room.log if event.kind in UNDOABLE and event.number not in out and not event.actor.startswith("seat:")]
    if not steps:
        raise IllegalMoveError("there is nothing to undo", "go on with the workshop")
    last = steps[-1]
    after = [event for event in room.log[last.number :] if event.number not in out]
    made = [event.number for event in steps if last.number - event.number < last.data.get("together", 1)]
    data = {"of": [*made, *_resting_on(last, after)], "kind": last.kind, "reason": body.reason}
    return [Draft("undone", data | _time_again(room, last, now))]


def _time_again(room: Room, step: Event, now: float) -> dict[str, float | None]:
    """Return when the phase that an undone step leads back to ends: its time begins again, and after a pause it goes on."""
    if step.kind == "moved":
        return {"ends_at": _ends(room, step.data["from"], now)}
    if step.kind == "paused":
        return {"ends_at": None if room.timer.left is None else now + room.timer.left}
    return {"ends_at": None} if step.kind == "reopened" else {}


def _resting_on(step: Event, after: list[Event]) -> list[int]:
    """Return the later events that make no sense without a step."""
    if step.data.get("opens"):
        return [event.number for event in after if event.kind in PLAYED]
    if step.kind in ("merged", "removed", "reopened") or (step.kind == "changed" and "members" in step.data["to"]):
        return [event.number for event in after if event.kind == "decided"]
    return []


def reopen(room: Room, actor: Actor, body: Reason, now: float) -> list[Draft]:
    """Let people decide the last round again; what they chose stands until they change it, results are counted anew."""
    if room.paused:
        raise NotNowError("the workshop is paused", "resume it first")
    if room.round is None or room.phase not in ("closed", "revealed"):
        raise NotNowError("only a round that was closed or revealed last can be opened again", "undo the last step first")
    return [Draft("reopened", {"round": room.round.number, "reason": body.reason, "ends_at": _ends(room, "decide", now)})]


def set_terms(room: Room, actor: Actor, body: NewTerms, now: float) -> list[Draft]:
    """Change the terms of the rounds to come."""
    if room.phase not in {*OVER, "draft"}:
        raise NotNowError("terms cannot change while a round is running", "close and reveal it first")
    terms = checked(room, body.terms)
    return [Draft("termed", {"terms": terms.model_dump(mode="json"), "charged": charged_of(room, terms), "reason": body.reason})]


def checked(room: Room, terms: Terms) -> Terms:
    """Check terms against the game.

    Raises
    ------
    UnknownNameError
        For a parameter or lever that the game does not have.
    InvalidGameError
        For a value outside its parameter's range.
    """
    game = room.game
    for name in (*terms.levers, *terms.without):
        known("lever", name, game.levers)
    settings = Settings(tuple(terms.set.items()), room.made.scenario, terms.levers)
    game.check_ranges(settings)
    game.values(settings)
    return terms


def charged_of(room: Room, terms: Terms) -> dict[str, float]:
    """Return the parameters that the charges of terms feed in this room."""
    return charged_under(room.game, room.settings(terms), terms)


def inform(room: Room, actor: Actor, body: Information, now: float) -> list[Draft]:
    """Change who sees what."""
    return [Draft("informed", {"information": dict(body.information)})]


def display(room: Room, actor: Actor, body: Display, now: float) -> list[Draft]:
    """Switch elements of the projector on and off."""
    return [Draft("displayed", {"elements": body.elements})]
