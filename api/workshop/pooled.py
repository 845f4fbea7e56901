"""Several tables of one workshop side by side, and together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .room import Room


def pooled(rooms: Sequence[Room]) -> dict[str, Any]:
    """Return the rounds of all tables: each table's, and the mean over the tables that have revealed it.

    Returns
    -------
    dict
        tables: number, phase, seats, rounds revealed; rounds: for each, cooperation and mean earnings by table and over all.
    """
    longest = max((len(room.rounds) for room in rooms), default=0)
    tables = [
        {"table": room.table, "phase": room.phase, "seats": len(room.present), "revealed": sum(one.results is not None for one in room.rounds)}
        for room in rooms
    ]
    return {"tables": tables, "rounds": [_round(rooms, number) for number in range(longest)], "money": rooms[0].game.money if rooms else ""}


def _round(rooms: Sequence[Room], number: int) -> dict[str, Any]:
    found = {room.table: room.rounds[number].results for room in rooms if len(room.rounds) > number}
    there = {table: results for table, results in found.items() if results is not None}
    roles = list(rooms[0].game.stakeholders)
    return {
        "round": number + 1,
        "tables": [{"table": table, "cooperation": one["cooperation"], "stakeholders": one["stakeholders"]} for table, one in there.items()],
        "cooperation": mean([results["cooperation"] for results in there.values()]),
        "stakeholders": {role: mean([one["stakeholders"][role] for one in there.values()]) for role in roles} if there else {},
    }


def mean(values: Sequence[float | None]) -> float | None:
    """Return the mean of those that have a value; None where none has."""
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None
