"""The server is killed at any moment, and nothing that was acknowledged is lost."""

from __future__ import annotations

import json
import os
import queue
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from api.records import recomputed
from api.storage.backups import backups
from api.storage.database import open_engine
from api.storage.migrate import upgrade
from api.storage.rooms import events_of, head_of
from api.storage.tables import RECEIPT
from api.workshop.archive import Archive
from api.workshop.events import Event, verify
from api.workshop.plan import Plan, SeatPlan
from api.workshop.room import Room
from tests.workshop.table import GAME

from .crash import opened

ROOT = Path(__file__).parents[2]
KILLS = 100
"""Of each database."""
EVENINGS = 5
MOST = 5
"""Acknowledgements that are waited for at most in a life; it ends somewhere between the last of them and what would have come next."""
LONGEST = 0.03
"""Seconds between that acknowledgement and the end at most."""
EARLY = 0.25
"""Share of lives that wait for no acknowledgement: they end while they open the database or write their first events."""
WAIT = 60


class Victim:
    """A process that plays, and dies."""

    def __init__(self, url: str) -> None:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.api.crash", url], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.lines: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def live(self, acknowledgements: int, seconds: float, **task: Any) -> list[dict[str, Any]]:
        """Let it play until it has acknowledged so many requests, and for some seconds more; kill it, and return all that it said."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        pid = self.lines.get(timeout=WAIT)["begun"]
        said: list[dict[str, Any]] = []
        while sum("acknowledged" in line for line in said) < acknowledgements:
            said.append(self.lines.get(timeout=WAIT))
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        while "over" not in (line := self.lines.get(timeout=WAIT)):
            said.append(line)
        return said

    def close(self) -> None:
        self.process.communicate(timeout=WAIT)


@pytest.fixture
def url(database: Callable[[], str]) -> str:
    found = database()
    engine = open_engine(found)
    upgrade(engine)
    engine.dispose()
    return found


def new_room(url: str) -> str:
    workshops = opened(url)
    try:
        plan = Plan(title="Killed", game=GAME, rounds=50, predict=False, seats=(SeatPlan(role="firms", seats=4, members=2), SeatPlan(role="office")))
        return workshops.make(plan).tables[0][0]
    finally:
        workshops.close()
        workshops.engine.dispose()


def read(connection: Connection, room: str) -> tuple[list[Event], dict[str, dict[str, Any]]]:
    """Return a log that was verified, and the receipts."""
    head = head_of(connection, room)
    log = events_of(connection, room, 0, head[0])
    assert verify(log, head[1]) == head[0]
    assert len(events_of(connection, room)) == len(log), "no event beyond the end"
    rows = connection.execute(select(RECEIPT.c.key, RECEIPT.c.answer).where(RECEIPT.c.room == room)).all()
    return log, {row.key: json.loads(row.answer) for row in rows}


def test_what_was_acknowledged_outlives_the_server_and_the_workshop_goes_on(url: str) -> None:
    chance, victim = random.Random(20261122), Victim(url)
    engine = open_engine(url).execution_options(isolation_level="SERIALIZABLE")
    total = interrupted = 0
    for evening in range(EVENINGS):
        room = new_room(url)
        acknowledged: dict[str, Any] = {}
        asked: dict[str, dict[str, Any]] = {}
        refused: set[str] = set()
        waiting: list[dict[str, Any]] = []
        for life in range(KILLS // EVENINGS):
            wanted = 0 if chance.random() < EARLY else chance.randint(1, MOST)
            said = victim.live(wanted, chance.uniform(0, LONGEST), room=room, seed=100 * evening + life, again=waiting)
            asked |= {line["sent"]["key"]: line["sent"] for line in said if "sent" in line}
            acknowledged |= {line["acknowledged"]: line["answer"] for line in said if "acknowledged" in line}
            refused |= {line["refused"] for line in said if "refused" in line}
            waiting = [request for key, request in asked.items() if key not in acknowledged and key not in refused]
            interrupted += bool(waiting)
            check(engine, room, asked, acknowledged)
        total += len(acknowledged)
    victim.close()
    check_copies(engine)
    engine.dispose()
    assert total > KILLS, "the workshops were played, not only killed"
    assert interrupted > KILLS // 10, "some died in the middle of something"


def check(engine: Engine, room: str, asked: dict[str, dict[str, Any]], acknowledged: dict[str, Any]) -> None:
    with engine.connect() as connection:
        log, receipts = read(connection, room)
    # nothing that was acknowledged is lost, and it is what was said
    assert {key: receipts.get(key) for key in acknowledged} == acknowledged
    # no half event: a request's events and its receipt are both there, or neither
    written = [one["number"] for answer in receipts.values() for one in answer["events"]]
    assert sorted(written) == [event.number for event in log[1:]]
    by_number = {event.number: event for event in log}
    for key, answer in receipts.items():
        for one in answer["events"]:
            event, request = by_number[one["number"]], asked[key]
            assert (one["kind"], one["at"]) == (event.kind, event.at)
            if request["move"] == "decide":
                assert (event.data["seat"], list(event.data["choice"])) == (request["seat"], [request["body"]["choice"]])
            else:
                assert key in (event.data.get("reason"), event.data.get("text"))
    # what was sent again is there once
    assert max(Counter(event.data["text"] for event in log if event.kind == "called").values(), default=1) == 1
    assert Room(room, log).version == len(log)


def check_copies(engine: Engine) -> None:
    for copy in backups(engine):
        if copy.suffix == ".json":
            assert not recomputed(Archive.model_validate_json(copy.read_bytes())).different, copy
            continue
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",), copy
            assert connection.execute("SELECT count(*) FROM room").fetchone()[0] > 0
