"""A workshop on paper: a card for every seat, what its choices would earn, a slip to vote and to decide with, the agreement to sign."""

from __future__ import annotations

from typing import Any

from .counting import status_quo, target
from .payoffs import Counts, Payoffs
from .room import Room


def paper(room: Room) -> dict[str, Any]:
    """Return what is printed for a table.

    Returns
    -------
    dict
        seats: alias, role, members, and what a member would earn with each action while all others do as today, and while all others do their part
        (None where the game names no target); agreements: title and terms of what was signed.
    """
    payoffs = Payoffs(room.game, room.settings(), room.charged)
    today, wanted = status_quo(room), target(room)
    rows = {role: _earnings(payoffs, role, today, wanted) for role in room.game.stakeholders}
    seats = [{"name": seat.name, "alias": seat.alias, "role": seat.role, "members": seat.members, "earnings": rows[seat.role]} for seat in room.present]
    signed = [{"title": one.title, "terms": one.terms.model_dump(mode="json")} for one in room.proposals.values() if one.standing == "signed"]
    return {"seats": seats, "agreements": signed, "target": room.game.target.label if room.game.target else ""}


def _earnings(payoffs: Payoffs, role: str, today: Counts, wanted: Counts | None) -> list[dict[str, Any]]:
    return [
        {
            "action": action,
            "today": payoffs.switched(today, role, None, action),
            "target": None if wanted is None else payoffs.switched(wanted, role, None, action),
        }
        for action in payoffs.definition.stakeholders[role].actions
    ]
