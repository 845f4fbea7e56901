"""Is this machine ready for a workshop? Each check with its answer and a remedy; and a backup restored for practice."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from negotiation.errors import NegotiationError
from negotiation.report import Report

from .local import address_of
from .records import read_archive, recomputed
from .storage.backups import backups, copy
from .storage.database import file_of, is_sqlite, open_engine
from .storage.migrate import behind, upgrade
from .storage.rooms import events_of, head_of
from .storage.tables import EVENT, ROOM
from .workshop.archive import checked
from .workshop.events import verify

Health = Literal["well", "look", "ill"]
Form = Literal["newest", "older", "empty"]
FORMS: dict[Form, str] = {
    "newest": "",
    "older": ", in the form of an older version: the server would upgrade it when it starts, and keep a copy",
    "empty": ", empty",
}
FREE = 500_000_000
"""Bytes that should be free on the disk."""
BORN = 1_767_225_600.0
"""The first of January 2026: a clock before that is wrong."""
OLD = 24 * 3600.0
"""Seconds after which a backup is old."""
REMOTE = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "sshfs", "fuse.sshfs", "9p", "afs")
"""File systems on which SQLite's locks do not hold."""


@dataclass(frozen=True)
class Check:
    """What was looked at, what was found, and what to do about it."""

    name: str
    health: Health
    found: str
    remedy: str = ""


def run(options: Namespace) -> tuple[dict[str, Any], Report | str]:
    """Look at everything; return what was found, as data and for people."""
    url = address_of(options.database)
    found = list(examine(url, options.port))
    ill = [check for check in found if check.health == "ill"]
    first = "This machine is ready." if not ill else f"This machine is not ready: {', '.join(check.name for check in ill)}."
    marks = {"well": "ok  ", "look": "look", "ill": "ILL "}
    lines = [f"  {marks[check.health]}  {check.name:<18}{check.found}{f' ({check.remedy})' if check.remedy else ''}" for check in found]
    data = {"ready": not ill, "checks": [vars(check) for check in found]}
    return data, "\n".join([first, "", *lines]) + "\n"


def examine(url: str, port: int) -> Iterator[Check]:
    """Return all checks, one by one; a check that breaks is itself a finding."""
    file = file_of(url)
    checks: list[tuple[str, Callable[[], Check]]] = [
        ("port", lambda: port_free(port)),
        ("address", addresses),
        ("disk", lambda: disk(file)),
        ("clock", lambda: clock(url)),
        ("database", lambda: database(url)),
        ("records", lambda: records(url)),
        ("backup", lambda: newest_backup(url)),
        ("restore drill", lambda: drill(url)),
        ("sleep", sleep),
        ("secrets", secrets_kept),
    ]
    for name, check in checks:
        try:
            yield check()
        except (OSError, SQLAlchemyError, sqlite3.Error, NegotiationError) as error:
            yield Check(name, "ill", str(error).splitlines()[0][:200], getattr(error, "remedy", ""))


def port_free(port: int) -> Check:
    """Look whether the port is free."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return Check("port", "look", f"something listens on port {port} already", "fine if it is this server; otherwise use --port")
    return Check("port", "well", f"port {port} is free")


def lan_addresses() -> list[str]:
    """Return the addresses of this machine in its network."""
    found = set()
    for family, target in ((socket.AF_INET, ("192.0.2.1", 9)), (socket.AF_INET6, ("2001:db8::1", 9))):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect(target)
                found.add(probe.getsockname()[0])
        except OSError:
            continue
    with suppress(OSError):
        found |= {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    return sorted(address for address in found if not address.startswith(("127.", "::1", "fe80")))


def addresses() -> Check:
    """Look for an address that phones can reach."""
    found = lan_addresses()
    if not found:
        return Check("address", "look", "no network address: only this machine can join", "connect to a Wi-Fi or open a hotspot")
    return Check("address", "well", f"phones can try {', '.join(found)}", "some routers keep guests apart: try with one phone before people come")


def disk(file: Path | None) -> Check:
    """Look for free space."""
    free = shutil.disk_usage(file.parent if file is not None else tempfile.gettempdir()).free
    if free < FREE:
        return Check("disk", "ill", f"{free / 1e6:,.0f} MB free", "free at least 500 MB")
    return Check("disk", "well", f"{free / 1e9:,.1f} GB free")


def clock(url: str) -> Check:
    """Look whether the clock can be right: after this software was written, and after everything that was recorded."""
    now = time.time()
    if now < BORN:
        return Check("clock", "ill", f"the clock says {time.strftime('%Y-%m-%d', time.gmtime(now))}", "set date and time")
    last = _last_event(url)
    if last is not None and last > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now + 60)):
        return Check("clock", "look", f"an event was recorded at {last}, later than now", "set date and time; records keep their order all the same")
    return Check("clock", "well", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now)))


def _last_event(url: str) -> str | None:
    with _looked_at(url) as (engine, form):
        if engine is None or form != "newest":
            return None
        with engine.connect() as connection:
            found: str | None = connection.execute(select(func.max(EVENT.c.at))).scalar_one()
            return found


@contextmanager
def _looked_at(url: str) -> Iterator[tuple[Engine | None, Form]]:
    """Open a database without changing anything in it, and say in which form it is; None where there is none yet."""
    file = file_of(url)
    if file is not None and not (file.exists() and file.stat().st_size):
        yield None, "empty"
        return
    engine = open_engine(url, looking=True)
    try:
        older = behind(engine) is not None
        yield engine, "newest" if not older else "older" if inspect(engine).get_table_names() else "empty"
    finally:
        engine.dispose()


@contextmanager
def _upgraded(copy: Path) -> Iterator[Engine]:
    """Open a copy of a database, brought to the newest form."""
    engine = open_engine(f"sqlite:///{copy}")
    try:
        upgrade(engine)
        yield engine
    finally:
        engine.dispose()


def database(url: str) -> Check:
    """Look whether the database works: for SQLite its mode, its integrity and its file system."""
    file = file_of(url)
    with _looked_at(url) as (engine, form):
        if engine is None:
            folder = Path("." if file is None else file).resolve().parent
            return Check("database", "well" if os.access(folder, os.W_OK) else "ill", f"will be made in {folder}", "")
        with engine.connect() as connection:
            if not is_sqlite(url):
                version = connection.execute(text("SHOW server_version")).scalar_one()
                return Check("database", "well" if form != "older" else "look", f"PostgreSQL {version}{FORMS[form]}")
            sound = connection.exec_driver_sql("PRAGMA quick_check").scalar_one()
    if sound != "ok":
        return Check("database", "ill", f"SQLite finds damage: {sound}", "restore the newest backup: negotiate restore FILE")
    kind = file_system(file) if file is not None else ""
    if kind in REMOTE:
        return Check("database", "ill", f"the file is on a network file system ({kind})", "put it on this machine's own disk")
    return Check("database", "well" if form != "older" else "look", f"SQLite, sound{FORMS[form]}")


def file_system(file: Path) -> str:
    """Return the kind of file system on which a file is; empty where the system does not tell."""
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    mounts = [(line.split()[1], line.split()[2]) for line in lines if len(line.split()) > 2]
    there = str(file.resolve())
    fitting = [(point, kind) for point, kind in mounts if there == point or there.startswith(point.rstrip("/") + "/")]
    return max(fitting, key=lambda pair: len(pair[0]), default=("", ""))[1]


def records(url: str) -> Check:
    """Verify the log of every table and work every figure out again."""
    with _looked_at(url) as (engine, form):
        if engine is None or form == "empty":
            return Check("records", "well", "none yet")
        if form == "older":
            return _older_records(file_of(url))
        tables, rounds = worked_out(engine)
    return Check("records", "well", f"{tables} tables whole, {rounds} rounds came out again the same")


def _older_records(file: Path | None) -> Check:
    """Verify the records of an older database in a copy that is upgraded, since the database itself is left as it is."""
    if file is None:
        return Check("records", "look", "not looked into: an older version wrote them", "start the server once: it upgrades them")
    with tempfile.TemporaryDirectory(prefix="negotiation-look-") as folder:
        copy(file, Path(folder, file.name))
        with _upgraded(Path(folder, file.name)) as engine:
            tables, rounds = worked_out(engine)
    return Check("records", "well", f"{tables} tables whole, {rounds} rounds came out again the same, in an upgraded copy")


def worked_out(engine: Engine) -> tuple[int, int]:
    """Verify every log of a database, and work every figure out again; return how many tables and rounds there are.

    Raises
    ------
    NegotiationError
        Names the first that does not fit.
    """
    with engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:  # one moment of a server that may be running
        names = list(connection.execute(select(ROOM.c.name).where(ROOM.c.head > 0)).scalars())
        logs = []
        for name in names:
            logs.append(events_of(connection, name))
            verify(logs[-1], head_of(connection, name)[1])
    found = checked(logs)
    if found.different:
        raise NegotiationError(f"figures that do not come out again: {'; '.join(found.different[:3])}", "report it: this is a fault of the engine")
    return found.tables, found.rounds


def _backups(url: str) -> list[Path]:
    engine = open_engine(url)
    found = backups(engine)
    engine.dispose()
    return found


def newest_backup(url: str) -> Check:
    """Look for the newest backup."""
    found = _backups(url)
    if not found:
        return Check("backup", "well", "none yet: one is made at every reveal")
    age = time.time() - found[-1].stat().st_mtime
    return Check(
        "backup", "well" if age < OLD else "look", f"{len(found)} kept, the newest {age / 3600:,.1f} hours old", "" if age < OLD else "copy it to a stick"
    )


def drill(url: str) -> Check:
    """Restore the newest backup to a folder of its own, verify it, and work every figure out again."""
    found = _backups(url)
    if not found:
        return Check("restore drill", "well", "nothing to practise with yet")
    if found[-1].suffix == ".json":
        opened = recomputed(read_archive(found[-1]))
        return Check("restore drill", "well", f"the newest backup opens: {opened.tables} tables, {opened.rounds} rounds came out again the same")
    with tempfile.TemporaryDirectory(prefix="negotiation-drill-") as folder:
        restored = Path(shutil.copy2(found[-1], folder))
        with closing(sqlite3.connect(restored)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if sound != "ok":
            return Check("restore drill", "ill", f"the newest backup is damaged: {sound}", "make a new one: reveal a round, or copy the database")
        with _upgraded(restored) as engine:
            tables, rounds = worked_out(engine)
    return Check("restore drill", "well", f"the newest backup opens: {tables} tables, {rounds} rounds came out again the same")


def sleep() -> Check:
    """Look whether the machine may fall asleep."""
    targets = Path("/etc/systemd/system/sleep.target")
    if targets.is_symlink() and targets.resolve() == Path("/dev/null"):
        return Check("sleep", "well", "sleep is switched off")
    if not any(Path("/sys/class/power_supply").glob("BAT*")):
        return Check("sleep", "well", "no battery found")
    return Check("sleep", "look", "a laptop may fall asleep when its lid is closed", "switch automatic sleep off and plug it in")


def secrets_kept() -> Check:
    """Look whether the owner's secret, where one is set, is long enough."""
    secret = os.environ.get("NEGOTIATION_OWNER", "")
    if secret and len(secret) < 24:
        return Check("secrets", "ill", "NEGOTIATION_OWNER is short", "use at least 24 random letters, or leave it out")
    return Check("secrets", "well", "the owner's secret is long enough" if secret else "the server makes one when others can reach it")
