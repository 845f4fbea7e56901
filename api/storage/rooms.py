"""Reading logs: rooms as they stand, kept in memory and brought up to date from the database."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from api.workshop.events import BrokenLogError, Event, verify
from api.workshop.room import Room
from negotiation.errors import UnknownNameError

from .database import reading
from .tables import EVENT, ROOM

MOST = 300
"""Rooms that stay in memory; the one that nobody used for longest goes first, and is read again when it is needed."""


class UnknownRoomError(UnknownNameError):
    """There is no such workshop, or it was deleted."""


def events_of(connection: Connection, room: str, after: int = 0, limit: int | None = None) -> list[Event]:
    """Return the events of a room behind a number, in order."""
    chosen = select(EVENT).where(EVENT.c.room == room, EVENT.c.number > after).order_by(EVENT.c.number)
    return [_event(row) for row in connection.execute(chosen if limit is None else chosen.limit(limit))]


def _event(row: Row[Any]) -> Event:
    try:
        data = json.loads(row.data)
    except json.JSONDecodeError:
        raise BrokenLogError(f"event {row.number} cannot be read", "restore the workshop from a backup or an archive") from None
    return Event(row.room, row.number, row.kind, row.at, row.actor, data, row.previous, row.hash)


def head_of(connection: Connection, room: str, *, lock: bool = False) -> tuple[int, str]:
    """Return number and hash of the last event of a room; `lock` keeps others from adding to it.

    Raises
    ------
    UnknownRoomError
    """
    chosen = select(ROOM.c.head, ROOM.c.hash).where(ROOM.c.name == room)
    found = connection.execute(chosen.with_for_update() if lock else chosen).first()
    if found is None:
        raise UnknownRoomError("there is no such workshop", "check the link; it may have been deleted")
    return found[0], found[1]


def logs_of(engine: Engine, workshop: str) -> dict[str, list[Event]]:
    """Return the log of each table of a workshop, verified.

    Raises
    ------
    UnknownRoomError
    BrokenLogError
    """
    with engine.connect() as connection:  # the heads first, since people may go on while the logs are read
        rows = connection.execute(select(ROOM.c.name, ROOM.c.head, ROOM.c.hash).where(ROOM.c.workshop == workshop).order_by(ROOM.c.number)).all()
        if not rows:
            raise UnknownRoomError("there is no such workshop", "check the link; it may have been deleted")
        logs = {row.name: events_of(connection, row.name, 0, row.head) for row in rows}
    for row in rows:
        verify(logs[row.name], row.hash)
    return logs


class Rooms:
    """Rooms in memory. Each thread that changes rooms has its own.

    Parameters
    ----------
    engine : Engine
    shared : bool
        Whether other processes add to the logs too, so that the database has to be asked each time.
    """

    def __init__(self, engine: Engine, shared: bool) -> None:
        self._engine = reading(engine)
        self._shared = shared
        self._rooms: OrderedDict[str, Room] = OrderedDict()
        self._lock = threading.RLock()

    def head(self, name: str) -> tuple[int, str] | None:
        """Return number and hash of the last event of a room where the database has to be asked for it; to be called before :attr:`lock` is held.

        Raises
        ------
        UnknownRoomError
        """
        if not self._shared:
            return None
        with self._engine.connect() as connection:
            return head_of(connection, name)

    def get(self, name: str, head: tuple[int, str] | None = None) -> Room:
        """Return a room as it stands, or as it stood when its head was read; it must only be read, under :attr:`lock`.

        Raises
        ------
        UnknownRoomError
        BrokenLogError
            When its log was damaged.
        """
        with self._lock:
            known = self._rooms.get(name)
            if known is None or (self._shared and (head is None or known.version != head[0])):
                with self._engine.connect() as connection:
                    return self.caught_up(connection, name, head_of(connection, name))
            self._rooms.move_to_end(name)
            return known

    def at_hand(self, name: str) -> Room | None:
        """Return a room if it is in memory and the database need not be asked; it must only be read, under :attr:`lock`."""
        return None if self._shared else self._rooms.get(name)

    @property
    def lock(self) -> threading.RLock:
        """Held while a room is read or brought up to date."""
        return self._lock

    def caught_up(self, connection: Connection, name: str, head: tuple[int, str]) -> Room:
        """Return a room with all events up to its head; read whole and verified the first time."""
        room = self._rooms.get(name)
        if room is None or room.version > head[0]:
            events = events_of(connection, name, 0, head[0])  # another process may have written more since the head was read
            verify(events, head[1])
            room = self._rooms[name] = Room(name, events)
        elif room.version < head[0]:
            self._follow(room, events_of(connection, name, room.version))
        self._rooms.move_to_end(name)
        while len(self._rooms) > MOST:
            self._rooms.popitem(last=False)
        return room

    def follow(self, name: str, events: list[Event]) -> None:
        """Take in events that were just written, if the room is in memory; where another process wrote before them, it is read again when it is needed."""
        with self._lock:
            room = self._rooms.get(name)
            if room is None:
                return
            if room.version + 1 < events[0].number:
                self._rooms.pop(name)
            else:
                self._follow(room, [event for event in events if event.number > room.version])

    def _follow(self, room: Room, events: list[Event]) -> None:
        for event in events:
            if event.number != room.version + 1:
                self._rooms.pop(room.name, None)
                raise BrokenLogError("an event is missing", "reload the page")
            room.apply(event)

    def forget(self, name: str) -> None:
        """Read a room anew when it is needed next."""
        with self._lock:
            self._rooms.pop(name, None)
