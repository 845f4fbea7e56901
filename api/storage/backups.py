"""Copies of the database, made at every reveal and kept beside it."""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from .database import file_of

logger = logging.getLogger(__name__)
KEPT = 20
"""Copies that are kept; the oldest goes first."""
PATTERN = "%Y%m%dT%H%M%S%fZ"
PART = ".part"
"""End of the name of a copy that is being made."""


def folder_of(engine: Engine) -> Path | None:
    """Return where the copies of a database are; None for PostgreSQL, whose own tools make them."""
    file = file_of(engine.url.render_as_string(hide_password=False))
    return None if file is None else file.with_name(f"{file.name}.backups")


def backups(engine: Engine) -> list[Path]:
    """Return the copies, oldest first."""
    folder = folder_of(engine)
    return sorted(folder.glob("*.db")) if folder is not None and folder.is_dir() else []


def copy(file: Path, target: Path) -> None:
    """Copy an SQLite database as it stands, while it is in use; the target is there once it is whole, and not before.

    Raises
    ------
    sqlite3.Error, OSError
    """
    part = target.with_name(f"{target.name}{PART}")
    part.unlink(missing_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=10)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def backup(engine: Engine) -> Path | None:
    """Copy the database as it stands; a copy that fails is logged and harms nothing.

    Returns
    -------
    Path or None
        The copy; None where none could be made.
    """
    file, folder = file_of(engine.url.render_as_string(hide_password=False)), folder_of(engine)
    if file is None or folder is None:
        return None
    target = folder / f"{datetime.now(UTC).strftime(PATTERN)}.db"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for left in folder.glob(f"*{PART}"):  # of a server that was killed while it copied
            left.unlink(missing_ok=True)
        copy(file, target)
    except (sqlite3.Error, OSError) as error:
        logger.warning("no backup was made: %s", error)
        return None
    for old in backups(engine)[:-KEPT]:
        old.unlink(missing_ok=True)
    return target


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
