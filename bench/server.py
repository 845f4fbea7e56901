"""The workshop server: a room full of people who decide within ten seconds, on SQLite and on PostgreSQL, and many rooms at rest."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from .crowd import Connection, Wave, gathered, wave
from .measure import Measurement
from .otree_crowd import hall, otree
from .serving import Served, postgres, served

PEOPLE = 300
SECONDS = 10.0
ROUNDS = 3
PHONE, PROGRAM, ALL_SEEING = "/s/{room}/screen", "/api/rooms/{room}?own=true", "/api/rooms/{room}"
"""What is fetched when a table changed: the page of a seat, as phones do, the same as plain data, or all that a seat may see of all others."""
TABLES = 10
REST = (10, 100, 1000)
MOST_TABLES = 30
GAME = f"""
title: A public good
money: points
stakeholders:
  people: {{label: People, members: {PEOPLE}, actions: {{give: Give all, keep: Keep all}}}}
payoffs:
  people:
    give: 200 * count(people, give) / {PEOPLE}
    keep: 100 + 200 * count(people, give) / {PEOPLE}
outcomes:
  pot: {{formula: "100 * count(people, give)", label: Pot}}
status_quo: {{people: keep}}
"""
HALL: dict[str, Any] = {"title": "A full hall", "game": GAME, "seats": [{"role": "people", "seats": PEOPLE, "members": 1}], "predict": False}
SMALL: dict[str, Any] = HALL | {"title": "Small tables", "seats": [{"role": "people", "seats": 10, "members": PEOPLE // 10}], "tables": TABLES}
RESTING: dict[str, Any] = {"title": "At rest", "game": "common_effluent_plant"}


@dataclass(frozen=True)
class Found:
    """A wave, and what it cost the server: processor seconds, MiB of the largest process and of all."""

    wave: Wave
    cpu: float
    largest: float
    all: float

    @property
    def note(self) -> str:
        """Say the rest."""
        people = len(self.wave.waits)
        whole = f"{self.wave.recorded} of {people} acknowledged and in the record; median {1000 * quantile(self.wave.waits, 0.5):.0f} ms"
        cost = f"{1000 * self.cpu / people:.0f} ms of processor for each decision with {self.wave.looks / people:.0f} looks"
        return f"{whole}; {cost}; {self.largest:.0f} MiB, {self.all:.0f} with all processes"


@dataclass(frozen=True)
class Peer:
    """What another server needed: seconds until each decision was acknowledged and from the last one until all had results, processor seconds, MiB."""

    waits: tuple[float, ...]
    results: float
    cpu: float
    memory: float

    @property
    def note(self) -> str:
        """Say the rest."""
        return f"oTree: median {1000 * quantile(self.waits, 0.5):.0f} ms, {1000 * self.cpu / len(self.waits):.0f} ms of processor, {self.memory:.0f} MiB"


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of values does not exceed."""
    return sorted(values)[max(0, round(share * len(values)) - 1)]


async def _played(server: Served, plan: dict[str, Any], seconds: float, look: str) -> Found:
    group = await gathered(server.port, plan, look)
    await group.go("decide")
    before = server.cpu()
    found = await wave(group, [("give", "keep")[number % 2] for number in range(len(group.people))], seconds)
    used = server.cpu() - before
    group.owner.close()
    return Found(found, used, *server.memory())


def _full(look: str, database: str | None = None, processes: int = 1) -> Found:
    """Return a full hall on a fresh server."""
    with served(database, processes) as server:
        return asyncio.run(_played(server, HALL, SECONDS, look))


def measurements() -> Iterator[Measurement]:
    """Measure what people in a full hall wait for, and what rooms at rest cost."""
    program = shutil.which("otree")
    peer = _peer(Path(program)) if program else None
    yield from _rows(f"{PEOPLE} phones, SQLite, median of {ROUNDS}", [_full(PHONE) for _ in range(ROUNDS)], peer)
    yield from _rows(f"{PEOPLE} programs, SQLite", [_full(PROGRAM)])
    yield from _rows(f"{PEOPLE} programs that look at everybody, SQLite", [_full(ALL_SEEING)])
    for number in REST:
        yield _growth(number)
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if programs:
        for processes in (1, 2, 4):
            with postgres(programs[-1]) as address:
                yield from _rows(f"{PEOPLE} phones, PostgreSQL, {processes} process{'es' * (processes > 1)}", [_full(PHONE, address, processes)])


def _peer(program: Path) -> Peer:
    """Return the same hall on oTree."""
    with otree(program) as server:
        waits, results, used = asyncio.run(hall(server, PEOPLE, SECONDS))
        return Peer(tuple(waits), results, used, server.memory()[1])


def _rows(who: str, found: list[Found], peer: Peer | None = None) -> Iterator[Measurement]:
    middle = sorted(found, key=lambda one: quantile(one.wave.waits, 0.95))[len(found) // 2]
    acknowledged, results = (None, None) if peer is None else (quantile(peer.waits, 0.95), peer.results)
    name, said = ("", "") if peer is None else ("oTree", f"; {peer.note}")
    slow = median(quantile(one.wave.waits, 0.95) for one in found)
    yield Measurement(f"{who}: 95 of 100 decisions acknowledged", slow, acknowledged, name, f"{middle.note}{said}")
    heard = f"all had heard of it after {1000 * median(one.wave.heard for one in found):.0f} ms; target 1 s"
    yield Measurement(f"{who}: every screen current after the last decision", median(one.wave.seen for one in found), note=heard)
    yield Measurement(f"{who}: everybody sees the results", median(one.wave.revealed for one in found), results, name)


def _growth(number: int) -> Measurement:
    """Return how active tables fare beside rooms at rest, each of which was looked at once."""
    with served() as server:
        asyncio.run(_rest(server.port, number))
        found = asyncio.run(_played(server, SMALL, SECONDS / 2, PHONE))
    task = f"{number:,} rooms at rest, {TABLES} active with 10 people each: 95 of 100 acknowledged"
    return Measurement(task, quantile(found.wave.waits, 0.95), note=found.note)


async def _rest(port: int, number: int) -> None:
    while number:
        anybody, tables = Connection(port), min(number, MOST_TABLES)
        made = await anybody.json("POST", "/api/workshops", RESTING | {"tables": tables})
        anybody.close()
        owner = Connection(port, made["secret"])
        for table in made["tables"]:
            await owner.json("POST", f"/api/rooms/{table['room']}/go", {"to": "lobby"})
            await owner.json("GET", f"/api/rooms/{table['room']}")
        owner.close()
        number -= tables
