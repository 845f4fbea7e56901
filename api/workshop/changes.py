"""What changed at a table since somebody looked: which fields of what they see, what was done, by whom and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from negotiation.definition import Definition
from negotiation.numerics import shown

from .events import Event
from .information import Viewer
from .moves.rights import Actor
from .phases import TOLD
from .room import Room
from .views import view

SETTLED = frozenset(["moved", "reopened", "paused", "resumed", "undone", "seated", "changed", "merged", "removed", "termed", "signed", "informed", "displayed"])
"""Events that change what whoever leads has settled: who acts without having seen them may undo what somebody else did."""
MOST = 100
"""Events that are told; the whole record has them all."""
UNSAID = frozenset(["version"])
DONE = {
    "created": "made the workshop",
    "reopened": "opened the round again",
    "paused": "paused the workshop",
    "resumed": "went on after the pause",
    "timed": "changed the time that is left",
    "seated": "added a seat",
    "answered": "answered a call",
    "nudged": "reminded those who are missing",
    "predicted": "said what to expect",
    "decided": "decided",
    "reflected": "wrote what they think of the result",
    "called": "called the facilitator",
    "proposed": "made a proposal",
    "withdrawn": "took a proposal off the table",
    "voted": "voted",
    "rejected": "closed a vote: rejected",
    "signed": "closed a vote: signed",
    "termed": "changed the terms of the next rounds",
    "informed": "changed who sees what",
    "displayed": "changed what the projector shows",
    "undone": "undid a step",
    "taken": "gave or took a seat",
    "changed": "changed a seat",
    "freed": "freed a seat",
    "given_to_bot": "let a bot play a seat",
    "merged": "merged two seats",
    "removed": "took a seat out",
}
"""Each kind of event in words, behind who did it; moves say where they lead."""
WHO = {"owner": "the owner", "assistant": "an assistant", "proxy": "whoever enters what is on paper", "server": "the server", "joining": "somebody who joined"}


@dataclass(frozen=True)
class Change:
    """A field that differs: its place with dots, rows by their names; what stood there and what stands there now, None where nothing does."""

    field: str
    before: Any
    now: Any


def changes(room: Room, since: int, actor: Actor) -> list[Change]:
    """Return which fields of a table differ for somebody from an earlier version of it.

    Parameters
    ----------
    room : Room
        As it stands.
    since : int
        The earlier version.
    actor : Actor
        Who looks; of the earlier version, too, nobody is told what they may not see now.

    Returns
    -------
    list of Change
        Empty where there was no such version.

    Raises
    ------
    SeatLostError
        When the seat that looks was nobody's then.
    """
    if not 0 < since < len(room.log):
        return []
    earlier = Room(room.name, room.log[:since])
    rules = dict(Viewer(earlier, actor).rules)
    earlier.information = dict(room.information)
    return list(_differences(view(earlier, actor) | {"information": rules}, view(room, actor)))


def _differences(before: Any, now: Any, place: tuple[str, ...] = ()) -> Iterator[Change]:
    old, new = _parts(before), _parts(now)
    if old is None or new is None:
        yield Change(".".join(place), before, now)
        return
    for name in {**old, **new}:
        if old.get(name) != new.get(name) and (place or name not in UNSAID):
            yield from _differences(old.get(name), new.get(name), (*place, name))


def _parts(value: Any) -> dict[str, Any] | None:
    """Return what stands in a value by names: fields, or rows by theirs; None for what is one thing."""
    if isinstance(value, Mapping):
        return {str(name): one for name, one in value.items()}
    if isinstance(value, Sequence) and value and all(isinstance(row, Mapping) and ("name" in row or "number" in row) for row in value):
        return {str(row.get("name", row.get("number"))): row for row in value}
    return None


def done_since(room: Room, since: int) -> list[dict[str, Any]]:
    """Return what was done since an earlier version, the newest last: number, time, who, kind, and a sentence."""
    return [{"number": one.number, "at": one.at, "actor": one.actor, "kind": one.kind, "says": _said(room, one)} for one in room.log[max(since, 0) :][-MOST:]]


def _said(room: Room, event: Event) -> str:
    kind, _, name = event.actor.partition(":")
    seat = room.seats.get(name)
    who = WHO.get(kind, kind) if kind != "seat" else "a seat" if seat is None else seat.alias
    return f"{who} {'went on: ' + TOLD[event.data['to']] if event.kind == 'moved' else DONE[event.kind]}"


def in_words(found: Sequence[Change], game: Definition) -> list[str]:
    """Return in words how those fields differ that somebody may have meant to change, too: terms, who sees what, seats."""
    said = ((_label(one.field.split("."), game), one) for one in found)
    return [f"{what}: was {_value(one.before, game)}, is {_value(one.now, game)}" for what, one in said if what]


def _label(place: list[str], game: Definition) -> str:
    match place:
        case ["terms", "levers"]:
            return "in place"
        case ["terms", "rule"]:
            return "rule for sharing the cost"
        case ["terms", "values", name] if name in game.parameters:
            return game.parameters[name].label or name.replace("_", " ")
        case ["terms", "charges", name]:
            return f"charge of {name.replace('_', ' ')}"
        case ["information", name]:
            return f"who sees {name}"
        case ["seats", name, "alias" | "group" | "role" | "members" as part]:
            return f"{'name' if part == 'alias' else part} of seat {name}"
    return ""


def _value(value: Any, game: Definition) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(game.levers[name].label or name for name in value) or "nothing"
    if isinstance(value, float | int):
        return shown(value)
    return "nothing" if value in (None, "") else f"“{str(value).replace('_', ' ')}”"
