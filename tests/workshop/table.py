"""A table to play at, without a server."""

from __future__ import annotations

from typing import Any

from api.workshop.events import Draft, chained
from api.workshop.moves.rights import Actor
from api.workshop.moves.table import MOVES
from api.workshop.opening import opened
from api.workshop.plan import Plan, SeatPlan
from api.workshop.room import Room

OWNER = Actor("owner")
GAME = """
title: Dues
money: USD per year
parameters:
  fine: {value: 0, low: 0, high: 10}
  dues: {value: 3, low: 0, high: 10}
stakeholders:
  firms: {label: Firms, members: 10, actions: {pay: Pay the dues, stay: Stay out}}
  office: {label: Office, members: 1, actions: {check: Check, sleep: Sleep}}
payoffs:
  firms:
    pay: 0.5 * count(firms, pay) - dues
    stay: 0.5 * count(firms, pay) - fine * count(office, check)
  office:
    check: count(firms, pay) - 2
    sleep: count(firms, pay) - 1
outcomes:
  water: {formula: "share(firms, pay)", label: Clean water}
target: {profile: {firms: pay, office: check}, label: Everybody pays}
status_quo: {firms: stay, office: sleep}
levers:
  fines: {label: Fines, set: {fine: 5}}
  order: {label: Order to check, commit: {office: check}}
cost_game:
  unit: USD per year
  classes:
    firms: {members: 10, feeds: dues}
  cost: "20 if count(firms) > 0 else 0"
"""


class Table:
    """A room with a person in each seat, and the moves made in it."""

    def __init__(self, game_text: str = GAME, **changes: Any) -> None:
        seats = (SeatPlan(role="firms", seats=4, members=2), SeatPlan(role="office"))
        self.plan = Plan(**{"title": "Evening", "game": "dues", "seats": seats, "rounds": 3} | changes)
        self.room = Room("0123456789ab-1")
        self.now = 1000.0
        made = opened(self.plan, game_text, "dues", 1)
        for row in made.data["seats"]:
            row["control"] = "bot" if row["bot"] else "person"
        self.add([made], OWNER)

    def add(self, drafts: list[Draft], actor: Actor) -> None:
        for event in chained(self.room.name, self.room.log[-1] if self.room.log else None, drafts, "2026-11-22T08:00:00+00:00", str(actor)):
            self.room.apply(event)

    def move(self, name: str, actor: Actor = OWNER, at: dict[str, str] | None = None, **body: Any) -> list[Draft]:
        move = MOVES[name]
        drafts = move(self.room, actor, move.body(**body), self.now, **(at or {}))
        self.add(drafts, actor)
        return drafts

    def go(self, *phases: str) -> None:
        for phase in phases:
            self.move("go", to=phase)

    def sit(self, *seats: str) -> None:
        for seat in seats:
            self.add([Draft("taken", {"seat": seat, "alias": ""})], Actor("server"))

    def decide(self, seat: str, choice: Any) -> None:
        self.move("decide", Actor("seat", seat), choice=choice)
