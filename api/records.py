"""The record of workshops: sheets, pooled results, and archives that open elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from negotiation.errors import IllegalMoveError, NegotiationError

from .settings import VERSION
from .storage.keys import Grant, grant, new_code, new_secret
from .storage.rooms import logs_of
from .storage.tables import EVENT, ROOM
from .storage.writer import as_row, head_row, new_row
from .workshop.archive import Archive, Checked, archived, followed
from .workshop.compared import compared
from .workshop.events import BrokenLogError
from .workshop.moves.rights import Actor
from .workshop.pooled import pooled
from .workshop.room import Room
from .workshop.sheets import Sheet, sheets
from .workshops import Made, Workshops

EARLIER = 50
"""Tables of other workshops that are looked at, to compare a workshop with."""
LOOKED_BACK = ("debrief", "archived")


class BrokenArchiveError(NegotiationError):
    """An archive that was sent is not whole, or comes to other figures."""

    status = 422
    title = "The archive is damaged"


def recomputed(archive: Archive) -> Checked:
    """Verify an archive and work every figure out again.

    Raises
    ------
    BrokenArchiveError
    """
    try:
        return followed(archive)
    except BrokenLogError as error:
        raise BrokenArchiveError(error.message, "send another copy") from None


def read_archive(path: Path) -> Archive:
    """Read an archive from a file.

    Raises
    ------
    BrokenArchiveError
    """
    try:
        return Archive.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise BrokenArchiveError(f"{path} is no archive of a workshop: {place}: {first['msg']}", "send another copy") from None


class Records:
    """Reads whole workshops, and takes them in.

    Parameters
    ----------
    workshops : Workshops
    """

    def __init__(self, workshops: Workshops) -> None:
        self._workshops = workshops

    def sheets(self, workshop: str, texts: bool) -> list[Sheet]:
        """Return the record of a workshop as sheets, with or without what people wrote in their own words."""
        names = [row["name"] for row in self._workshops.tables(workshop)]
        with self._workshops.rooms.lock:
            made = sheets([self._workshops.rooms.get(name) for name in names])
        return made if texts else [sheet.without_texts() for sheet in made]

    def pooled(self, workshop: str) -> dict[str, Any]:
        """Return all tables of a workshop together."""
        names = [row["name"] for row in self._workshops.tables(workshop)]
        with self._workshops.rooms.lock:
            return pooled([self._workshops.rooms.get(name) for name in names])

    def compared(self, workshop: str) -> dict[str, Any]:
        """Return a workshop beside earlier groups with the same game on this server, and beside bots."""
        names = [row["name"] for row in self._workshops.tables(workshop)]
        earlier = self._earlier(workshop, names[0])
        with self._workshops.rooms.lock:
            mine = [self._workshops.rooms.get(name) for name in names]
            return compared(mine, [self._workshops.rooms.get(name) for name in earlier])

    def _earlier(self, workshop: str, table: str) -> list[str]:
        """Return the newest tables of other workshops that have looked back on the same game."""
        begun = select(ROOM.c.name, EVENT.c.data).join(EVENT, (EVENT.c.room == ROOM.c.name) & (EVENT.c.number == 1))
        over = begun.where(ROOM.c.workshop != workshop, ROOM.c.phase.in_(LOOKED_BACK)).order_by(ROOM.c.created_at.desc()).limit(EARLIER)
        with self._workshops.engine.connect() as connection:
            game = json.loads(connection.execute(begun.where(ROOM.c.name == table)).one().data)["game"]
            return [row.name for row in connection.execute(over) if json.loads(row.data)["game"] == game]

    def archive(self, workshop: str) -> dict[str, Any]:
        """Return a workshop as one file, its logs verified."""
        return archived(workshop, logs_of(self._workshops.engine, workshop), VERSION)

    def open_archive(self, archive: Archive) -> Made:
        """Take a workshop in from an archive, under a new owner's secret.

        Raises
        ------
        BrokenArchiveError
            When it was changed, or comes to other figures here.
        IllegalMoveError
            When the workshop is here already.
        """
        found = recomputed(archive)
        logs = [table.log() for table in archive.tables]
        if found.different or any(log[0].room.rpartition("-")[0] != archive.workshop for log in logs):
            raise BrokenArchiveError("the archive comes to other figures here", "; ".join(found.different[:3]) or "its tables belong to another workshop")
        secret = new_secret()
        rows = [self._row(Room(log[0].room, log)) for log in logs]
        try:
            with self._workshops.engine.execution_options(writes=True).begin() as connection:
                grant(connection, secret, Grant(archive.workshop, "", Actor("owner")))
                connection.execute(insert(ROOM), rows)
                connection.execute(insert(EVENT), [as_row(event) for log in logs for event in log])
        except IntegrityError:
            raise IllegalMoveError("this workshop is here already", "delete it first, or open it with its own link") from None
        return Made(archive.workshop, secret, tuple((row["name"], row["code"]) for row in rows))

    def _row(self, room: Room) -> dict[str, Any]:
        return new_row(room.name, room.made.title, new_code(self._workshops.letters), self._workshops.until(room.made)) | head_row(room)
