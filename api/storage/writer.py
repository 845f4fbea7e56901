"""The one thread of a process that adds to logs: what waits is written together, and acknowledged when it is on disk."""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from api.workshop.concern import concerned
from api.workshop.events import ORIGIN, Draft, Event, canonical, chained
from api.workshop.room import Room
from negotiation.errors import IllegalMoveError, NegotiationError

from .database import StorageError, refused
from .rooms import Rooms, head_of
from .tables import EVENT, RECEIPT, ROOM

logger = logging.getLogger(__name__)
Answer = dict[str, Any]
TOGETHER = 100
"""Requests that are written in one transaction at most."""
CHANNEL = "negotiation_room"
"""PostgreSQL channel on which processes tell each other that a room has changed."""
LONGEST = 7000
"""Characters of what is told on the channel; PostgreSQL takes no 8,000 bytes."""


@dataclass(frozen=True)
class Receipt:
    """What makes a request the same as an earlier one: its key, and the hash of what it asks."""

    key: str
    asked: str


@dataclass
class Task:
    """A request to add to a room's log.

    Parameters
    ----------
    room : str
    actor : str
        Who asks, as the log says it.
    make : callable
        ``make(room, now)`` checks the request and returns the events that it makes; raises when it is not allowed.
    answer : callable
        ``answer(room, events)`` returns what is replied, from the room after these events.
    receipt : Receipt, optional
        So that the same request again gets the same answer and no second event.
    before, after : callable, optional
        Other rows of the same transaction: ``before(connection)`` ahead of everything, ``after(connection, events)`` behind.
    """

    room: str
    actor: str
    make: Callable[[Room, float], Sequence[Draft]]
    answer: Callable[[Room, list[Event]], Answer]
    receipt: Receipt | None = None
    before: Callable[[Connection], None] | None = None
    after: Callable[[Connection, list[Event]], None] | None = None
    future: Future[Answer] = field(default_factory=Future)


@dataclass
class _Batch:
    events: dict[str, list[Event]] = field(default_factory=dict)
    replies: list[tuple[Task, Answer]] = field(default_factory=list)
    errors: list[tuple[Task, NegotiationError]] = field(default_factory=list)


class Writer:
    """Adds to the logs of all rooms, in a thread of its own.

    Parameters
    ----------
    engine : Engine
    shared : bool
        Whether other processes write too (PostgreSQL).
    written : callable
        Told after each commit: ``written(room, events)``.
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, engine: Engine, shared: bool, written: Callable[[str, list[Event]], None], clock: Callable[[], float] = time.time) -> None:
        self._engine = engine.execution_options(writes=True)
        self._shared = shared
        self._written = written
        self._clock = clock
        self._rooms = Rooms(engine, shared)
        self.written = 0
        """Events that this process wrote."""
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def submit(self, task: Task) -> Future[Answer]:
        """Queue a request; its future is done when it is on disk, or refused."""
        self._tasks.put(task)
        return task.future

    @property
    def alive(self) -> bool:
        """Whether requests are being written."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return self._tasks.qsize()

    def close(self) -> None:
        """Write what waits, then end."""
        self._tasks.put(None)
        self._thread.join(timeout=30)

    def _work(self) -> None:
        while (first := self._tasks.get()) is not None:
            tasks, ending = [first], False
            while len(tasks) < TOGETHER and not self._tasks.empty():
                task = self._tasks.get()
                if task is None:
                    ending = True
                    break
                tasks.append(task)
            self._write(tasks)
            if ending:
                return

    def _write(self, tasks: list[Task]) -> None:
        """Write requests together; where that fails for a reason of one of them, each alone."""
        try:
            batch = self._transaction(tasks)
        except Exception as error:
            for name in {task.room for task in tasks}:
                self._rooms.forget(name)
            if len(tasks) > 1:
                for task in tasks:
                    self._write([task])
            else:
                self._fail(tasks[0], error)
            return
        for name, events in batch.events.items():
            self.written += len(events)
            self._tell(name, events)
        for task, reply in batch.replies:
            task.future.set_result(reply)
        for task, refusal in batch.errors:
            task.future.set_exception(refusal)

    def _tell(self, name: str, events: list[Event]) -> None:
        """Tell that events are on disk; whatever goes wrong with that, they are, and the next requests are written."""
        try:
            self._written(name, events)
        except Exception:
            logger.exception("events were written, but not told")

    def _fail(self, task: Task, error: Exception) -> None:
        if isinstance(error, SQLAlchemyError):
            error = refused(error)
        elif not isinstance(error, NegotiationError):
            logger.error("a request could not be written", exc_info=error)
        task.future.set_exception(error)

    def _transaction(self, tasks: list[Task]) -> _Batch:
        batch = _Batch()
        with self._engine.connect() as connection, connection.begin():
            for task in tasks:
                if task.before is not None:
                    task.before(connection)
            rooms: dict[str, Room] = {}
            for name in sorted({task.room for task in tasks}):
                try:
                    rooms[name] = self._rooms.caught_up(connection, name, head_of(connection, name, lock=True))
                except NegotiationError as error:
                    batch.errors += [(task, error) for task in tasks if task.room == name]
            for task in tasks:
                if task.room in rooms:
                    self._one(connection, task, rooms[task.room], batch)
            for name, events in batch.events.items():
                self._save(connection, rooms[name], events)
        return batch

    def _one(self, connection: Connection, task: Task, room: Room, batch: _Batch) -> None:
        try:
            earlier = self._receipt(connection, task)
            if earlier is not None:
                batch.replies.append((task, earlier))
                return
            now = self._clock()
            drafts = task.make(room, now)
        except NegotiationError as error:
            batch.errors.append((task, error))
            return
        at = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
        events = chained(task.room, room.log[-1] if room.log else None, drafts, at, task.actor)
        for event in events:
            room.apply(event)
        if events:
            batch.events.setdefault(task.room, []).extend(events)
        reply: Answer = json.loads(canonical(task.answer(room, events)))
        if task.after is not None:
            task.after(connection, events)
        if task.receipt is not None:
            row = {"room": task.room, "actor": task.actor, "key": task.receipt.key, "asked": task.receipt.asked, "answer": canonical(reply)}
            connection.execute(insert(RECEIPT), row)
        batch.replies.append((task, reply))

    def _receipt(self, connection: Connection, task: Task) -> Answer | None:
        if task.receipt is None:
            return None
        found = connection.execute(
            select(RECEIPT.c.asked, RECEIPT.c.answer).where(RECEIPT.c.room == task.room, RECEIPT.c.actor == task.actor, RECEIPT.c.key == task.receipt.key)
        ).first()
        if found is None:
            return None
        if found[0] != task.receipt.asked:
            raise IllegalMoveError("this Idempotency-Key was used for another request", "send a new key with each new request")
        answer: Answer = json.loads(found[1])
        return answer

    def _save(self, connection: Connection, room: Room, events: list[Event]) -> None:
        connection.execute(insert(EVENT), [as_row(event) for event in events])
        head = update(ROOM).where(ROOM.c.name == room.name, ROOM.c.head == events[0].number - 1)
        done = connection.execute(head.values(**head_row(room)))
        if done.rowcount != 1:
            raise StorageError("somebody else wrote at the same moment", "try again")
        if self._shared:
            connection.execute(text("SELECT pg_notify(:channel, :said)"), {"channel": CHANNEL, "said": notice(room.name, events)})


def notice(room: str, events: Sequence[Event]) -> str:
    """Return what processes tell each other: the room, its version, and the seats on whose pages the change shows; none named for all."""
    said = f"{room}:{events[-1].number}:{','.join(sorted(concerned(events) or ()))}"
    return said if len(said) < LONGEST else f"{room}:{events[-1].number}:"


def heard(said: str) -> tuple[str, int, frozenset[str] | None]:
    """Return the room, the version and the seats that a notice names.

    Examples
    --------
    >>> heard("0123456789ab-1:7:")
    ('0123456789ab-1', 7, None)
    """
    room, version, seats = said.split(":")
    return room, int(version), frozenset(seats.split(",")) if seats else None


def as_row(event: Event) -> dict[str, Any]:
    """Return an event as it stands in the database."""
    row = {name: getattr(event, name) for name in ("room", "number", "kind", "at", "actor", "previous", "hash")}
    return {**row, "data": canonical(event.data)}


def new_row(room: str, title: str, code: str, until: str) -> dict[str, Any]:
    """Return the row of a table that has no events yet."""
    workshop, _, number = room.rpartition("-")
    row = {"name": room, "workshop": workshop, "number": int(number), "title": title, "code": code, "head": 0, "hash": ORIGIN, "phase": "draft"}
    return row | {"ends_at": None, "created_at": datetime.now(UTC).isoformat(), "delete_after": until}


def head_row(room: Room) -> dict[str, Any]:
    """Return what a table's row says of the end of its log."""
    return {"head": room.version, "hash": room.log[-1].hash, "phase": room.phase, "ends_at": None if room.paused else room.timer.ends_at}
