"""Workshops on the server: made, joined, played and read. The interface, the pages and the scripts all call this."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, delete, insert, select, update

from negotiation.errors import NegotiationError

from .changed import refuse_outdated
from .settings import ON_A_LAN
from .storage.backups import Copier
from .storage.database import settle
from .storage.games import Games
from .storage.keys import Grant, Keys, as_typed, grant, new_code, new_secret, revoke
from .storage.rooms import Rooms, UnknownRoomError, events_of
from .storage.tables import KEY, ROOM
from .storage.writer import Answer, Receipt, Task, Writer, new_row
from .workshop.concern import concerned
from .workshop.events import Draft, Event, canonical
from .workshop.moves.rights import SERVER, Actor, Capacity
from .workshop.moves.seating import Taking, hand_over, take
from .workshop.moves.table import EXPIRE, Move
from .workshop.opening import opened
from .workshop.paper import paper
from .workshop.phases import Phase
from .workshop.plan import Part, Plan
from .workshop.room import Room
from .workshop.views import view

logger = logging.getLogger(__name__)
JOINING: frozenset[Phase] = frozenset({"lobby"})
Told = Callable[[str, int, Collection[str] | None], None]


@dataclass(frozen=True)
class Made:
    """A new workshop: the secret of its owner, shown this once, and the code of each table."""

    workshop: str
    secret: str
    tables: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Seated:
    """A seat that was taken: the secret that its device holds from now on."""

    workshop: str
    room: str
    seat: str
    secret: str


class Workshops:
    """All workshops of a server.

    Parameters
    ----------
    engine : Engine
    shared : bool
        Whether several processes share the database.
    games : Games
    told : callable
        ``told(room, version, seats)`` after each change: on which seats' pages it shows, None for all.
    clock : callable
        Seconds since 1970.
    letters : int
        Of a code to join by.
    """

    def __init__(self, engine: Engine, shared: bool, games: Games, told: Told, clock: Callable[[], float], *, letters: int = ON_A_LAN) -> None:
        self.engine = engine
        self.keys = Keys(engine, shared)
        self.rooms = Rooms(engine, shared)
        self.clock = clock
        self.letters = letters
        self._games = games
        self._told = told
        self._copier = Copier(engine)
        self._writer = Writer(engine, shared, self._written, clock)

    def close(self) -> None:
        """Write what waits, then end."""
        self._writer.close()
        self._copier.close()

    @property
    def writer(self) -> Writer:
        """The thread that writes, to be watched."""
        return self._writer

    def _written(self, room: str, events: list[Event]) -> None:
        self.rooms.follow(room, events)
        self._told(room, events[-1].number, concerned(events))
        if any(event.kind == "moved" and event.data["to"] == "revealed" for event in events):
            self._copier.keep(room.rpartition("-")[0])

    # making

    def make(self, plan: Plan) -> Made:
        """Make a workshop with all its tables.

        Raises
        ------
        NegotiationError
            When the plan does not fit its game, or there is no such game.
        """
        name, text = self._text(plan.game)
        workshop, secret = uuid4().hex[:12], new_secret()
        drafts = [opened(plan, text, name, table) for table in range(1, plan.tables + 1)]
        until = self.until(plan)
        tables = [self._table(workshop, draft, plan, until, secret if not number else None) for number, draft in enumerate(drafts)]
        return Made(workshop, secret, tuple(tables))

    def _table(self, workshop: str, draft: Draft, plan: Plan, until: str, secret: str | None) -> tuple[str, str]:
        room, code = f"{workshop}-{draft.data['table']}", new_code(self.letters)
        row = new_row(room, plan.title, code, until)

        def before(connection: Connection) -> None:
            connection.execute(insert(ROOM), row)
            if secret is not None:
                grant(connection, secret, Grant(workshop, "", Actor("owner")))

        self._writer.submit(Task(room, "owner", lambda *_: [draft], _receipt_of, before=before)).result()
        return room, code

    def _text(self, game: str | dict[str, Any]) -> tuple[str, str]:
        if isinstance(game, dict):
            return "game", json.dumps(game, ensure_ascii=False)
        if "\n" in game:
            return "game", game
        return game, self._games.get(game).text

    # acting

    def act(
        self,
        room: str,
        actor: Actor,
        move: Move,
        body: Part,
        arguments: dict[str, str],
        *,
        key: str | None = None,
        expected: int | None = None,
        since: int | None = None,
    ) -> Future[Answer]:
        """Make a move.

        Parameters
        ----------
        room : str
        actor : Actor
        move : Move
        body : Part
        arguments : dict
            Parts of the address, such as the seat.
        key : str, optional
            The same key with the same request is the same move: it is made once.
        expected : int, optional
            The version that the actor looked at; another one is refused.
        since : int, optional
            The version of the page that a form stood on; refused where whoever leads has settled something since.

        Returns
        -------
        Future
            Done when the move is on disk, or raises why it is not.
        """

        def make(state: Room, now: float) -> list[Draft]:
            refuse_outdated(state, expected, since)
            return move(state, actor, body, now, **arguments)

        receipt = None if key is None else Receipt(key, _asked(move.name, body, arguments))
        return self._writer.submit(Task(room, str(actor), make, _receipt_of, receipt))

    def join(self, code: str, body: Taking, key: str | None = None) -> Seated:
        """Take a seat by the code of a table, while its lobby is open.

        Raises
        ------
        UnknownRoomError
            When no open lobby has this code, whether there is such a table or not.
        IllegalMoveError
            When the seat is taken, or all are.
        """
        room, workshop = self._lobby(code)
        secret = new_secret()

        def keep(connection: Connection, seat: str) -> None:
            grant(connection, secret, Grant(workshop, room, Actor("seat", seat)))

        def after(connection: Connection, events: list[Event]) -> None:
            revoke(connection, room, events[0].data["seat"])  # of whoever had the seat before it was freed
            keep(connection, events[0].data["seat"])

        receipt = None if key is None else Receipt(key, _asked("join", body, {}))
        answer = self._writer.submit(Task(room, "joining", lambda state, now: take(state, SERVER, body, now), _taken, receipt, after=after)).result()
        self.keys.forget()
        if self.keys.find(secret) is None:  # the same request again: the same seat, with a secret of its own
            with self.engine.execution_options(writes=True).begin() as connection:
                keep(connection, answer["seat"])
        return Seated(workshop, room, answer["seat"], secret)

    def _lobby(self, code: str) -> tuple[str, str]:
        with self.engine.connect() as connection:
            row = connection.execute(select(ROOM).where(ROOM.c.code == as_typed(code))).first()
        if row is None or row.phase not in JOINING:
            raise UnknownRoomError("no workshop with this code is open for joining", "check the letters, or ask the facilitator")
        return row.name, row.workshop

    def lobby(self, code: str) -> dict[str, Any]:
        """Return what somebody sees who opened the joining page: the seats, none of them taken by looking."""
        room, _ = self._lobby(code)
        return self.see(room, Actor("view"))

    def hand_over(self, room: str, by: Actor, seat: str) -> Seated:
        """Give a seat to a new device; what the old one held opens nothing any more."""
        secret = new_secret()
        workshop = room.rpartition("-")[0]

        def after(connection: Connection, _: list[Event]) -> None:
            revoke(connection, room, seat)
            grant(connection, secret, Grant(workshop, room, Actor("seat", seat)))

        self._writer.submit(Task(room, str(by), lambda state, _: hand_over(state, seat), _receipt_of, after=after)).result()
        self.keys.forget()
        return Seated(workshop, room, seat, secret)

    def link(self, workshop: str, room: str, capacity: Capacity, seat: str | None = None) -> str:
        """Return a new secret for a helper, for the projector, or for a seat's next device."""
        secret = new_secret()
        with self.engine.execution_options(writes=True).begin() as connection:
            grant(connection, secret, Grant(workshop, room, Actor(capacity, seat)))
        return secret

    def revoke(self, workshop: str, capacity: Capacity) -> int:
        """Let all links of a kind open nothing any more; return how many there were."""
        chosen = update(KEY).where(KEY.c.workshop == workshop, KEY.c.capacity == capacity, KEY.c.revoked_at.is_(None))
        with self.engine.execution_options(writes=True).begin() as connection:
            count = connection.execute(chosen.values(revoked_at=datetime.now(UTC).isoformat())).rowcount
        self.keys.forget()
        return count

    def expire(self) -> None:
        """End the phases whose time is up."""
        with self.engine.connect() as connection:
            due = connection.execute(select(ROOM.c.name).where(ROOM.c.ends_at <= self.clock())).scalars().all()
        for room in due:
            try:
                self.act(room, SERVER, EXPIRE, Part(), {}).result()
            except NegotiationError as error:  # whatever is wrong at one table, the others go on
                logger.warning("the time of table %s is up, but it cannot go on: %s", room, error.message)

    # reading

    def see(self, room: str, actor: Actor, alone: bool = False) -> dict[str, Any]:
        """Return what somebody may see of a table; `alone`: of single seats only the own one."""
        head = self.rooms.head(room)
        with self.rooms.lock:
            return view(self.rooms.get(room, head), actor, alone)

    def glance(self, room: str, actor: Actor, alone: bool = False) -> dict[str, Any] | None:
        """Return what :meth:`see` does, where nothing has to be waited for: the table is in memory, and no other thread has it; else None."""
        if not self.rooms.lock.acquire(blocking=False):
            return None
        try:
            found = self.rooms.at_hand(room)
            return None if found is None else view(found, actor, alone)
        finally:
            self.rooms.lock.release()

    def paper(self, room: str) -> dict[str, Any]:
        """Return what is printed for a table."""
        with self.rooms.lock:
            return paper(self.rooms.get(room))

    def version(self, room: str) -> int:
        """Return the version of a table."""
        with self.rooms.lock:
            return self.rooms.get(room).version

    def events(self, room: str, after: int, limit: int) -> list[Event]:
        """Return a part of a table's log."""
        with self.engine.connect() as connection:
            return events_of(connection, room, after, limit)

    def tables(self, workshop: str) -> list[dict[str, Any]]:
        """Return the tables of a workshop."""
        chosen = select(ROOM.c.name, ROOM.c.number, ROOM.c.title, ROOM.c.code, ROOM.c.phase, ROOM.c.head, ROOM.c.created_at, ROOM.c.delete_after)
        with self.engine.connect() as connection:
            rows = connection.execute(chosen.where(ROOM.c.workshop == workshop).order_by(ROOM.c.number)).mappings().all()
        if not rows:
            raise UnknownRoomError("there is no such workshop", "check the link; it may have been deleted")
        return [dict(row) for row in rows]

    def until(self, plan: Plan) -> str:
        """Return the day after which a workshop of this plan is deleted."""
        return (datetime.fromtimestamp(self.clock(), UTC) + timedelta(days=plan.retention_days)).date().isoformat()

    # forgetting

    def delete(self, workshop: str) -> int:
        """Delete a workshop with all its tables, records and secrets, also from the copies that are kept; return how many tables there were.

        Raises
        ------
        StorageError
            When a copy cannot be changed: then the workshop is still there.
        """
        names = [row["name"] for row in self.tables(workshop)]
        self._copier.forget(workshop, self._delete)
        self.keys.forget()
        for name in names:
            self.rooms.forget(name)
        return len(names)

    def _delete(self, workshop: str) -> None:
        with self.engine.execution_options(writes=True).begin() as connection:
            connection.execute(delete(KEY).where(KEY.c.workshop == workshop))
            connection.execute(delete(ROOM).where(ROOM.c.workshop == workshop))
        settle(self.engine)


def _receipt_of(room: Room, events: list[Event]) -> Answer:
    return {"version": room.version, "events": [{"number": event.number, "kind": event.kind, "at": event.at} for event in events]}


def _taken(room: Room, events: list[Event]) -> Answer:
    return {**_receipt_of(room, events), "seat": events[0].data["seat"]}


def _asked(name: str, body: Part, arguments: dict[str, str]) -> str:
    return hashlib.sha256(canonical([name, body.model_dump(mode="json"), arguments]).encode()).hexdigest()
