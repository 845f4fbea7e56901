"""Many people at one server, without a thread for each: plain HTTP over sockets, so that the crowd costs little beside the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

LINE = b"\r\n"
TOGETHER = 16
"""People who take a seat at the same time."""
IDLE = 3.0
"""Seconds after which a silent connection is not used again: the server may be hanging up."""
PAUSE = 1.0
"""Seconds that a facilitator takes to press the next button."""
MOST = 60.0
"""Seconds after which whoever is still not up to date never will be."""


class Connection:
    """A connection that stays open: one request after the other.

    Parameters
    ----------
    port : int
        Of the server on this machine.
    secret : str, optional
    """

    def __init__(self, port: int, secret: str | None = None) -> None:
        self._port, self._secret = port, secret
        self._pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = 0.0

    async def fetch(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> tuple[int, dict[bytes, bytes], bytes]:
        """Send a request; return status, header fields and body."""
        reader, writer = await self.open()
        writer.write(self.head(method, path, body, kind=kind))
        status, fields = await heading(reader)
        if b"content-length" in fields:
            return status, fields, await reader.readexactly(int(fields[b"content-length"]))
        parts = []
        while fields.get(b"transfer-encoding") == b"chunked" and (size := int(await reader.readline(), 16)):
            parts.append(await reader.readexactly(size))
            await reader.readline()
        if b"transfer-encoding" in fields:
            await reader.readline()
        return status, fields, b"".join(parts)

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Send plain data; return status and body."""
        status, _, answer = await self.fetch(method, path, None if method == "GET" else json.dumps(body or {}).encode())
        return status, answer

    async def json(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that must succeed; return the answer."""
        status, answer = await self.ask(method, path, body)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer[:300]!r}")
        return json.loads(answer)

    async def follow(self, path: str, told: Callable[[int], None], opened: asyncio.Event) -> None:
        """Hear the versions that a stream tells, until cancelled."""
        reader, writer = await self.open()
        writer.write(self.head("GET", path, None, "text/event-stream"))
        status, _ = await heading(reader)
        if status != 200:
            raise RuntimeError(f"stream: {status}")
        opened.set()
        while line := await reader.readline():
            if line.startswith(b"id: "):
                told(int(line[4:]))

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect, unless there is a connection that was used a moment ago."""
        now = time.monotonic()
        if self._pair is None or now - self._used > IDLE:
            self.close()
            self._pair = await asyncio.open_connection("127.0.0.1", self._port)
        self._used = now
        return self._pair

    def head(self, method: str, path: str, body: bytes | None, accept: str = "*/*", kind: str = "application/json") -> bytes:
        """Return a request as it is sent."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Accept: {accept}"]
        if self._secret is not None:
            lines.append(f"Authorization: Bearer {self._secret}")
        if body is not None:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}", f"Idempotency-Key: {uuid4().hex}"]
        return "\r\n".join([*lines, "", ""]).encode() + (body or b"")

    def close(self) -> None:
        """Hang up."""
        if self._pair is not None:
            self._pair[1].close()


async def heading(reader: asyncio.StreamReader) -> tuple[int, dict[bytes, bytes]]:
    """Return status and header fields of an answer; their names in small letters."""
    head = (await reader.readuntil(LINE + LINE)).split(LINE)
    fields = {name.lower(): value for name, value in (line.split(b": ", 1) for line in head[1:] if line)}
    return int(head[0].split(b" ")[1]), fields


@dataclass
class Person:
    """Somebody with a phone: a stream, and a connection for everything else; what was heard is looked at, once at a time.

    Parameters
    ----------
    port : int
    room, seat, secret : str
    look : str
        Address of what a tick lets the phone fetch; a page of a seat hears only of what it shows.
    """

    port: int
    room: str
    seat: str
    secret: str
    look: str
    heard: int = 0
    seen: int = 0
    looks: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def own(self) -> bool:
        """Whether the page shows of single seats only one's own."""
        return self.look.startswith("/s/") or self.look.endswith("?own=true")

    async def live(self, opened: asyncio.Event) -> None:
        """Follow the table, and look at it whenever it changed."""
        stream = Connection(self.port, self.secret)
        try:
            await asyncio.gather(stream.follow(f"/api/rooms/{self.room}/live{'?own=true' * self.own}", self._told, opened), self._look())
        finally:
            stream.close()

    def _told(self, version: int) -> None:
        self.heard = version
        self.changed.set()

    async def _look(self) -> None:
        connection = Connection(self.port, self.secret)
        try:
            while True:
                await self.changed.wait()
                self.changed.clear()
                if self.heard > self.seen:
                    status, answer = await connection.ask("GET", self.look)
                    if status != 200:
                        raise RuntimeError(f"{self.look}: {status} {answer[:200]!r}")
                    self.looks += 1
                    self.seen = _version(answer)
        finally:
            connection.close()

    async def decide(self, at: float, choice: str) -> tuple[float, int]:
        """Decide at a time; return how long the acknowledgement took, and the version it led to."""
        connection = Connection(self.port, self.secret)
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        begun = time.perf_counter()
        done = await connection.json("POST", f"/api/rooms/{self.room}/decisions", {"choice": choice})
        waited = time.perf_counter() - begun
        connection.close()
        return waited, int(done["version"])


def _version(answer: bytes) -> int:
    """Return the version that a view or a page shows."""
    for mark in (b'data-version="', b'"version":'):
        _, found, rest = answer.partition(mark)
        if found:
            return int(rest.lstrip()[:12].split(b'"')[0].split(b",")[0].split(b"}")[0])
    raise RuntimeError("no version in the answer")


@dataclass(frozen=True)
class Group:
    """The people of one workshop, who leads it, and the facilitator's page for each table."""

    owner: Connection
    workshop: str
    rooms: tuple[str, ...]
    people: tuple[Person, ...]
    consoles: tuple[Person, ...]

    async def go(self, phase: str) -> dict[str, int]:
        """Lead all tables to a phase; return their versions."""
        return {room: int((await self.owner.json("POST", f"/api/rooms/{room}/go", {"to": phase}))["version"]) for room in self.rooms}


async def gathered(port: int, plan: dict[str, Any], look: str) -> Group:
    """Make a workshop and let people take all its seats.

    Parameters
    ----------
    port : int
    plan : dict
        Of the workshop; each of its rows of seats is taken whole.
    look : str
        Address of what a phone fetches, ``{room}`` in it for the table.
    """
    anybody = Connection(port)
    made = await anybody.json("POST", "/api/workshops", plan)
    anybody.close()
    rooms, workshop, secret = tuple(table["room"] for table in made["tables"]), made["workshop"], made["secret"]
    consoles = tuple(Person(port, room, "", secret, f"/f/{workshop}/{room.rpartition('-')[2]}/screen") for room in rooms)
    group = Group(Connection(port, secret), workshop, rooms, (), consoles)
    await group.go("lobby")
    codes = [table["code"] for table in made["tables"] for row in plan["seats"] for _ in range(row.get("seats", 1))]
    doors = asyncio.Semaphore(TOGETHER)

    async def join(code: str) -> Person:
        async with doors:
            door = Connection(port)
            taken = await door.json("POST", "/api/join", {"code": code})
            door.close()
        return Person(port, taken["room"], taken["seat"], taken["secret"], look.format(room=taken["room"]))

    return replace(group, people=tuple(await asyncio.gather(*(join(code) for code in codes))))


@dataclass(frozen=True)
class Wave:
    """What a crowd found.

    Parameters
    ----------
    waits : tuple of float
        Seconds until each decision was acknowledged.
    recorded : int
        Decisions that stand in the record under the number that was acknowledged, as a decision of that seat.
    heard, seen : float
        Seconds from the last acknowledgement until everybody had heard of all decisions that their page shows, and had them on the screen: the facilitator
        and programs of all, phones of their own.
    revealed : float
        Seconds from the facilitator's wish to show the results until everybody had them on the screen.
    looks : int
        How often screens were fetched.
    """

    waits: tuple[float, ...]
    recorded: int
    heard: float
    seen: float
    revealed: float
    looks: int


async def wave(group: Group, choices: Sequence[str], seconds: float) -> Wave:
    """Let everybody decide within some seconds, evenly, all streams open; then close the round and show the results."""
    people, everybody = group.people, (*group.people, *group.consoles)
    async with following(everybody) as streams:
        gap, begun = seconds / len(people), time.perf_counter()
        acknowledged = await together([one.decide(begun + number * gap, choices[number]) for number, one in enumerate(people)], streams)
        ended = time.perf_counter()
        last = {room: max(version for one, (_, version) in zip(people, acknowledged, strict=True) if one.room == room) for room in group.rooms}
        own = {one.secret: version for one, (_, version) in zip(people, acknowledged, strict=True) if one.own}
        due = [own.get(one.secret, last[one.room]) for one in everybody]
        await until(lambda: all(one.heard >= version for one, version in zip(everybody, due, strict=True)), streams)
        heard = time.perf_counter() - ended
        await until(lambda: all(one.seen >= version for one, version in zip(everybody, due, strict=True)), streams)
        seen = time.perf_counter() - ended
        closed = await group.go("closed")
        await until(lambda: all(one.seen >= closed[one.room] for one in everybody), streams)
        await asyncio.sleep(PAUSE)
        wished = time.perf_counter()
        results = await group.go("revealed")
        await until(lambda: all(one.seen >= results[one.room] for one in everybody), streams)
        revealed = time.perf_counter() - wished
    kept = {room: await _record(group, room) for room in group.rooms}
    recorded = sum(kept[one.room].get(version) == one.seat for one, (_, version) in zip(people, acknowledged, strict=True))
    return Wave(tuple(wait for wait, _ in acknowledged), recorded, heard, seen, revealed, sum(one.looks for one in people))


async def _record(group: Group, room: str) -> dict[int, str]:
    """Return who decided, by the numbers of the events."""
    found: dict[int, str] = {}
    page = f"/api/rooms/{room}/events?limit=200"
    while page:
        answer = await group.owner.json("GET", page)
        found |= {event["number"]: event["data"]["seat"] for event in answer["events"] if event["kind"] == "decided"}
        page = answer["next"]
    return found


@asynccontextmanager
async def following(people: Sequence[Person]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Open everybody's stream, and wait until all have looked once; close them in the end."""
    opened = [asyncio.Event() for _ in people]
    streams = [asyncio.create_task(person.live(one)) for person, one in zip(people, opened, strict=True)]
    try:
        await together([one.wait() for one in opened], streams)
        await until(lambda: all(person.seen for person in people), streams)
        yield streams
    finally:
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)


async def together(work: Sequence[Awaitable[Any]], streams: Sequence[asyncio.Task[None]]) -> list[Any]:
    """Wait for all work, unless a stream breaks."""
    whole = asyncio.gather(*work)
    waiting: list[asyncio.Future[Any]] = [whole, *streams]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    broken = [task for task in streams if task.done()]
    if broken and not whole.done():
        whole.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await whole
        await broken[0]
        raise RuntimeError("a stream ended")
    return list(await whole)


async def until(true: Callable[[], bool], streams: Sequence[asyncio.Task[None]]) -> None:
    """Wait until something is true, unless a stream breaks."""
    ending = time.perf_counter() + MOST
    while not true():
        if time.perf_counter() > ending:
            raise RuntimeError("not everybody is up to date after a minute")
        for task in streams:
            if task.done():
                task.result()
        await asyncio.sleep(0.005)
