"""Copies made at every reveal: of an SQLite database beside it; on PostgreSQL, of the workshop as an archive."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.settings import VERSION, ServerSettings
from api.workshop.archive import archived
from negotiation.errors import NegotiationError

from .database import StorageError, as_uri, file_of, is_sqlite
from .rooms import logs_of

logger = logging.getLogger(__name__)
KEPT = 20
"""Copies that are kept, on PostgreSQL of each workshop; the oldest goes first."""
PATTERN = "%Y%m%dT%H%M%S%fZ"
PART = ".part"
"""End of the name of a copy that is being made."""
LEFT = 3600.0
"""Seconds after which nobody is at work on such a copy any more."""


def folder_of(engine: Engine) -> Path | None:
    """Return where the copies of a database are; None for a database in memory."""
    url = engine.url.render_as_string(hide_password=False)
    if not is_sqlite(url):
        return Path(ServerSettings.from_environment().backups)
    file = file_of(url)
    return None if file is None else file.with_name(f"{file.name}.backups")


def backups(engine: Engine, workshop: str = "") -> list[Path]:
    """Return the copies, oldest first; on PostgreSQL those of one workshop where it is named."""
    folder = folder_of(engine)
    pattern = f"*{workshop}.json" if engine.dialect.name == "postgresql" else "*.db"
    return sorted(folder.glob(pattern)) if folder is not None and folder.is_dir() else []


def copy(file: Path, target: Path) -> None:
    """Copy an SQLite database as it stands, while it is in use; the target is there once it is whole, and not before.

    Raises
    ------
    sqlite3.Error, OSError
    """

    def vacuum(part: Path) -> None:
        with contextlib.closing(sqlite3.connect(f"{as_uri(file)}?mode=ro", timeout=10, uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))

    _whole(target, vacuum)


def _whole(target: Path, make: Callable[[Path], object]) -> None:
    part = target.with_name(f"{target.name}{PART}")
    part.unlink(missing_ok=True)
    try:
        make(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    """Take away what a server left that was killed while it copied; others may be copying now."""
    for part in folder.glob(f"*{PART}"):
        with contextlib.suppress(FileNotFoundError):
            if part.stat().st_mtime < time.time() - LEFT:
                part.unlink()


def backup(engine: Engine, workshop: str) -> Path | None:
    """Copy what stands: the whole database, or on PostgreSQL the workshop; a copy that fails is logged and harms nothing.

    Returns
    -------
    Path or None
        The copy; None where none could be made.
    """
    folder, file = folder_of(engine), file_of(engine.url.render_as_string(hide_password=False))
    if folder is None:
        return None
    now = datetime.now(UTC).strftime(PATTERN)
    target = folder / (f"{now}.db" if file is not None else f"{now}-{workshop}.json")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _clear(folder)
        if file is not None:
            copy(file, target)
        else:
            text = json.dumps(archived(workshop, logs_of(engine, workshop), VERSION), ensure_ascii=False)
            _whole(target, lambda part: part.write_text(text, encoding="utf-8"))
    except (sqlite3.Error, OSError, NegotiationError, SQLAlchemyError) as error:
        logger.warning("no backup was made: %s", error)
        return None
    for old in backups(engine, workshop)[:-KEPT]:
        old.unlink(missing_ok=True)
    return target


def forget(engine: Engine, workshop: str) -> None:
    """Take a workshop out of every copy that is kept: its archives are deleted, and what SQLite's copies hold of it; the rest of them stays as it was.

    Raises
    ------
    StorageError
        When a copy cannot be changed.
    """
    file = file_of(engine.url.render_as_string(hide_password=False))
    if engine.dialect.name == "postgresql":
        for one in backups(engine, workshop):
            one.unlink(missing_ok=True)
    elif file is not None:
        for one in (*backups(engine), *_former(file)):
            _take_out(one, workshop)


def _former(file: Path) -> list[Path]:
    """Return what was kept of a database before it was upgraded or replaced."""
    kept = [one for one in file.parent.iterdir() if one.name.startswith(f"{file.name}.") and one.is_file()]
    return [one for one in kept if one.suffix == ".backup" or (".before-restore-" in one.name and not one.name.endswith(("-wal", "-shm")))]


def _take_out(copy: Path, workshop: str) -> None:
    times = copy.stat()
    try:
        with contextlib.closing(sqlite3.connect(copy, timeout=10)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'room'").fetchone():
                return
            if not connection.execute("SELECT 1 FROM room WHERE workshop = ?", (workshop,)).fetchone():
                return
            for table in ("event", "receipt"):
                connection.execute(f"DELETE FROM {table} WHERE room IN (SELECT name FROM room WHERE workshop = ?)", (workshop,))
            for table in ("access_key", "room"):
                connection.execute(f"DELETE FROM {table} WHERE workshop = ?", (workshop,))
            connection.commit()
            connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        raise StorageError(
            f"the copy {copy.name} cannot be changed: {error}", "the workshop is still there: free the copy or some space, then delete again"
        ) from None
    except sqlite3.DatabaseError:
        logger.warning("the copy %s is damaged and was deleted with what it held of a deleted workshop", copy.name)
        copy.unlink(missing_ok=True)
        return
    os.utime(copy, (times.st_atime, times.st_mtime))  # it is as old as it was


class Copier:
    """Makes and clears copies one after the other, in a thread of its own.

    Parameters
    ----------
    engine : Engine
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="backup")
        self._copies: dict[str, Future[Path | None]] = {}

    def keep(self, workshop: str) -> None:
        """Copy what stands, soon."""
        last = self._copies.get(workshop)
        if last is None or last.running() or last.done():  # one that waits will hold this moment, too
            self._copies[workshop] = self._thread.submit(backup, self._engine, workshop)

    def forget(self, workshop: str, delete: Callable[[str], None]) -> None:
        """Take a workshop out of all copies and of the database, behind a copy that is being made; in the end it is nowhere, or still in the database.

        Raises
        ------
        StorageError
            When a copy cannot be changed.
        """
        self._thread.submit(self._forget, workshop, delete).result()
        self._copies.pop(workshop, None)

    def _forget(self, workshop: str, delete: Callable[[str], None]) -> None:
        forget(self._engine, workshop)
        delete(workshop)
        forget(self._engine, workshop)  # what another program copied meanwhile

    def close(self) -> None:
        """Make what waits, then end."""
        self._thread.shutdown(wait=True)


def restore(chosen: Path, file: Path) -> Path:
    """Put a copy in the place of a database; the server must not be running. What was there is kept beside it.

    Returns
    -------
    Path
        Where the former database is now.
    """
    former = file.with_name(f"{file.name}.before-restore-{datetime.now(UTC).strftime(PATTERN)}")
    for suffix in ("", "-wal", "-shm"):
        part = file.with_name(file.name + suffix)
        if part.exists():
            shutil.move(part, former.with_name(former.name + suffix))
    shutil.copy2(chosen, file)
    return former
