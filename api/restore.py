"""Opening an archive or a backup from the command line."""

from __future__ import annotations

import shutil
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any

from negotiation.errors import InvalidGameError, NotApplicableError, Problem
from negotiation.report import Report

from .doctor import worked_out
from .local import address_of, workshops_in
from .records import Records, read_archive, recomputed
from .storage.backups import restore
from .storage.database import file_of, open_engine
from .storage.migrate import upgrade

SQLITE = b"SQLite format 3\x00"


def run(options: Namespace) -> tuple[dict[str, Any], Report | str]:
    """Open or check a file; return what was found, as data and for people."""
    url = address_of(options.database)
    path = Path(options.file)
    try:
        with path.open("rb") as file:
            head = file.read(len(SQLITE))
    except OSError as error:
        raise InvalidGameError([Problem(("file",), f"{path} cannot be read: {error.strerror}", "name an archive or a copy of the database")]) from None
    return _database(path, url, options.check) if head == SQLITE else _archive(path, url, options.check)


def _archive(path: Path, url: str, check: bool) -> tuple[dict[str, Any], str]:
    archive = read_archive(path)
    found = recomputed(archive)
    if check or found.different:
        told = f"{found.tables} tables, {found.events} events: every figure came out again the same.\n"
        return found.as_dict(), f"Different here: {'; '.join(found.different)}\n" if found.different else told
    with workshops_in(url) as workshops:
        made = Records(workshops).open_archive(archive)
    return {**found.as_dict(), "workshop": made.workshop, "secret": made.secret}, f"Opened. Its owner's link: /f/{made.workshop}#{made.secret}\n"


def _database(path: Path, url: str, check: bool) -> tuple[dict[str, Any], str]:
    with tempfile.TemporaryDirectory(prefix="negotiation-restore-") as folder:
        engine = open_engine(f"sqlite:///{shutil.copy2(path, folder)}")
        try:
            upgrade(engine)
            tables, rounds = worked_out(engine)
        finally:
            engine.dispose()
    found = {"tables": tables, "rounds": rounds, "identical": True}
    told = f"{tables} tables are whole, {rounds} rounds came out again the same.\n"
    if check:
        return found, told
    file = file_of(url)
    if file is None:
        raise NotApplicableError("a copy of an SQLite database cannot be restored to PostgreSQL", "open the archives of its workshops instead")
    former = restore(path, file) if file.exists() else None
    if former is None:
        shutil.copy2(path, file)
    return found | {"former": None if former is None else str(former)}, f"{told}Restored to {file}." + (f" What was there is {former}.\n" if former else "\n")
