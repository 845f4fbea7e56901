"""Workshops in a process that is killed again and again: it plays on a database and says what it asked and what was acknowledged.

It is started once, reads what to play from its input, line by line, and plays each line in a child of its own, which is quickly made and can be killed.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from concurrent.futures import Future
from typing import Any

from api.storage.database import is_sqlite, open_engine
from api.storage.games import Games
from api.storage.migrate import upgrade
from api.workshop.moves.rights import Actor
from api.workshop.moves.table import MOVES
from api.workshop.phases import FOLLOWING
from api.workshop.plan import Plan
from api.workshops import Workshops
from tests.workshop.table import GAME

SEATS = ("s1", "s2", "s3", "s4")
GOING = 0.15


def say(**said: Any) -> None:
    os.write(1, (json.dumps(said) + "\n").encode())


def opened(url: str) -> Workshops:
    engine = open_engine(url)
    return Workshops(engine, not is_sqlite(url), Games(engine), lambda *_: None, time.time)


class Player:
    """Makes moves for ever, several at once."""

    def __init__(self, url: str, room: str, seed: int) -> None:
        self.workshops, self.room, self.chance = opened(url), room, random.Random(seed)
        self.prefix = f"life-{seed}"
        self.asked = 0

    def ask(self, request: dict[str, Any]) -> Future[Any]:
        say(sent=request)
        move = MOVES[request["move"]]
        actor = Actor("seat", request["seat"]) if request["seat"] else Actor("owner")
        future = self.workshops.act(self.room, actor, move, move.body(**request["body"]), {}, key=request["key"])
        future.add_done_callback(lambda done: self.told(request["key"], done))
        return future

    def told(self, key: str, done: Future[Any]) -> None:
        error = done.exception()
        say(acknowledged=key, answer=done.result()) if error is None else say(refused=key, why=str(error))

    def request(self) -> dict[str, Any]:
        self.asked += 1
        key = f"{self.prefix}-{self.asked}"
        seat = self.chance.choice(SEATS)
        phase = self.workshops.rooms.get(self.room).phase
        following = [to for to in FOLLOWING[phase] if to not in ("debrief", "archived")]
        if self.chance.random() < GOING and following:
            return {"key": key, "move": "go", "seat": None, "body": {"to": self.chance.choice(following), "reason": key}}
        if phase == "decide":
            return {"key": key, "move": "decide", "seat": seat, "body": {"choice": self.chance.choice(("pay", "stay"))}}
        return {"key": key, "move": "call", "seat": seat, "body": {"text": key}}

    def play(self, again: list[dict[str, Any]]) -> None:
        waiting = [self.ask(request) for request in again]
        while True:
            for future in waiting:
                future.exception()
            waiting = [self.ask(self.request()) for _ in range(self.chance.randint(1, 6))]


def warm(url: str) -> None:
    """Do once what the first move of a process costs, so that its children begin at once."""
    open_engine(url).dispose()
    with tempfile.TemporaryDirectory() as folder:
        upgrade(engine := open_engine(f"sqlite:///{folder}/warm.db"))
        engine.dispose()
        workshops = opened(f"sqlite:///{folder}/warm.db")
        room = workshops.make(Plan(title="Warm", game=GAME)).tables[0][0]
        workshops.act(room, Actor("owner"), MOVES["pause"], MOVES["pause"].body(), {}, key="warm-warm").result()
        workshops.close()
        workshops.engine.dispose()


def main(url: str) -> None:
    warm(url)
    for line in sys.stdin:
        task = json.loads(line)
        child = os.fork()
        if child == 0:
            say(begun=os.getpid())
            Player(url, task["room"], task["seed"]).play(task["again"])
        os.waitpid(child, 0)
        say(over=child)


if __name__ == "__main__":
    main(sys.argv[1])
