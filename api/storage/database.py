"""The connection to SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from negotiation.errors import NegotiationError

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "secure_delete=ON")
"""SQLite as it must be: readers beside one writer, on disk before anything is acknowledged, and what is deleted is overwritten."""
LOOKING = ("query_only=ON", "busy_timeout=10000")
"""SQLite where somebody only looks."""
READERS = 20
PREPARING = 0x6E65676F
"""Number of the lock that a process of the server holds while it prepares a PostgreSQL database."""


class StorageError(NegotiationError):
    """The database did not take or give something; nothing was acknowledged."""

    status = 503
    title = "The server could not save"


def open_engine(url: str, *, looking: bool = False) -> Engine:
    """Connect to a database.

    Parameters
    ----------
    url : str
        SQLAlchemy address.
    looking : bool
        Whether nothing may be changed: whatever tries to is refused.
    """
    if not is_sqlite(url):
        only: dict[str, Any] = {"connect_args": {"options": "-c default_transaction_read_only=on"}} if looking else {}
        return create_engine(url, pool_size=READERS, max_overflow=READERS, pool_pre_ping=True, pool_timeout=10, hide_parameters=True, **only)
    file = file_of(url)
    pragmas = LOOKING if looking else PRAGMAS
    address = make_url(url) if file is None or not looking else make_url(url).set(database=as_uri(file), query={"uri": "true", "mode": "ro"})
    engine = create_engine(address, poolclass=QueuePool, pool_size=READERS, max_overflow=READERS, connect_args={"timeout": 10}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _careful(connection: object, _: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # transactions begin where `_begin` says, not where the driver guesses
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: object) -> None:
        writes = connection.get_execution_options().get("writes")  # type: ignore[attr-defined]
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")  # type: ignore[attr-defined]

    return engine


def reading(engine: Engine) -> Engine:
    """Return a database for single questions: on PostgreSQL each is a transaction by itself, which saves two ways there and back."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")


def settle(engine: Engine) -> None:
    """Bring what SQLite keeps beside its file into it, so that what was deleted is overwritten there, too; while others read, at the next time."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


@contextmanager
def preparing(engine: Engine) -> Iterator[None]:
    """Keep other processes of the server from preparing the same database in the same moment; SQLite has one process only."""
    if engine.dialect.name == "sqlite":
        yield
        return
    with engine.connect() as connection:
        connection.execute(select(func.pg_advisory_lock(PREPARING)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(PREPARING)))


def is_sqlite(url: str) -> bool:
    """Return whether an address is one of SQLite."""
    return make_url(url).get_backend_name() == "sqlite"


def file_of(url: str) -> Path | None:
    """Return the file of an SQLite database; None for PostgreSQL and for a database in memory."""
    name = make_url(url).database if is_sqlite(url) else None
    return Path(name) if name and name != ":memory:" else None


def as_uri(file: Path) -> str:
    """Return a file as SQLite names it in an address."""
    return f"file:{quote(str(file))}"


def refused(error: SQLAlchemyError) -> StorageError:
    """Say in plain words why a database refused."""
    if not isinstance(error, DBAPIError):
        return StorageError("the database cannot be reached", "try again in a moment: what was acknowledged before is safe")
    text = str(error.orig).splitlines()[0] if error.orig else "no reason given"
    if "full" in text or "No space" in text:
        return StorageError("the disk is full; nothing was saved", "free some space, then try again: what was acknowledged before is safe")
    return StorageError(f"the database could not be reached or refused: {text[:200]}", "try again in a moment: what was acknowledged before is safe")


def libpq(engine: Engine) -> str:
    """Return the address of a PostgreSQL database as its own tools write it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
