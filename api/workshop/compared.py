"""A workshop beside earlier groups that played the same game, and beside bots that all follow one rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from .bots import TOLD
from .events import Draft, chained
from .moves.rights import SERVER
from .moves.running import Going, go
from .plan import Bot
from .pooled import mean
from .room import Room

Shares = list[float | None]
"""Share of members who did their part, round by round; None where the game has no target."""
STEPS = ("decide", "closed", "revealed")


def compared(rooms: Sequence[Room], earlier: Sequence[Room]) -> dict[str, Any]:
    """Return the cooperation of each round: of these tables, of earlier groups, and of bots under the same terms.

    Parameters
    ----------
    rooms : sequence of Room
        The tables of one workshop, at least one.
    earlier : sequence of Room
        Tables of other workshops with the same game; they may have agreed on other terms.

    Returns
    -------
    dict
        rounds: number, here (mean share over the tables), earlier (mean share), groups (how many earlier tables played it), bots (share for
        each rule); rules: each rule in one sentence.
    """
    mine, theirs = [shares(room) for room in rooms], [shares(room) for room in earlier]
    longest = max(rooms, key=lambda room: len(shares(room)))
    alone = {rule: imagined(longest, rule) for rule in get_args(Bot)}
    rounds = []
    for number in range(len(shares(longest))):
        before = [row[number] for row in theirs if len(row) > number and row[number] is not None]
        rounds.append(
            {
                "round": number + 1,
                "here": mean([row[number] for row in mine if len(row) > number]),
                "earlier": mean(before),
                "groups": len(before),
                "bots": {rule: row[number] for rule, row in alone.items()},
            }
        )
    return {"rounds": rounds, "rules": dict(TOLD)}


def shares(room: Room) -> Shares:
    """Return the cooperation of each revealed round."""
    return [one.results["cooperation"] for one in room.rounds if one.results is not None]


def imagined(room: Room, rule: Bot) -> Shares:
    """Return what the revealed rounds would have come to, had a bot with one rule sat in every seat, under the terms of those rounds."""
    made = dict(room.log[0].data)
    seats: list[dict[str, Any]] = [row | {"control": "bot", "bot": rule} for row in made["seats"]]
    scratch = Room(room.name)
    _add(scratch, [Draft("created", made | {"seats": seats}), Draft("moved", {"to": "lobby", "from": "draft", "reason": "", "ends_at": None})])
    for one in room.rounds:
        if one.results is not None:
            _add(scratch, [Draft("termed", {"terms": one.terms.model_dump(mode="json"), "charged": dict(one.charged), "reason": ""})])
            for step in STEPS:
                _add(scratch, go(scratch, SERVER, Going.model_validate({"to": step}), 0.0))
    return shares(scratch)


def _add(room: Room, drafts: list[Draft]) -> None:
    for event in chained(room.name, room.log[-1] if room.log else None, drafts, room.log[-1].at if room.log else "", str(SERVER)):
        room.apply(event)
