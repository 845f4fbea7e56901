"""Where the server keeps its data and how much it may compute, read from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import metadata

VERSION = metadata.version("negotiation-engine")


@dataclass(frozen=True)
class ServerSettings:
    """Settings of one server.

    Parameters
    ----------
    database_url : str
        SQLAlchemy address; SQLite in the working folder unless ``DATABASE_URL`` says otherwise.
    workers : int
        Processes that compute.
    seconds : float
        Time limit of one analysis.
    job_seconds : float
        Time limit of a long computation.
    join_tries : int
        Tries to join in a minute from one address.
    owner_secret : str, optional
        What one must know to make workshops; None where only this machine can reach the server.
    backups : str
        Folder in which a workshop is kept as an archive at every reveal where PostgreSQL holds the data; SQLite's copies are beside the database.
    log : str
        How grave something must be to be logged: "info" logs every request.
    """

    database_url: str = "sqlite:///negotiation.db"
    workers: int = 2
    seconds: float = 30.0
    job_seconds: float = 900.0
    join_tries: int = 10
    owner_secret: str | None = None
    backups: str = "negotiation.backups"
    log: str = "warning"

    @classmethod
    def from_environment(cls) -> ServerSettings:
        """Read ``DATABASE_URL`` and ``NEGOTIATION_`` with ``WORKERS``, ``SECONDS``, ``JOB_SECONDS``, ``JOIN_TRIES``, ``OWNER``, ``BACKUPS``, ``LOG``."""
        said = os.environ
        return cls(
            database_url=driven(said.get("DATABASE_URL", cls.database_url)),
            workers=int(said.get("NEGOTIATION_WORKERS", cls.workers)),
            seconds=float(said.get("NEGOTIATION_SECONDS", cls.seconds)),
            job_seconds=float(said.get("NEGOTIATION_JOB_SECONDS", cls.job_seconds)),
            join_tries=int(said.get("NEGOTIATION_JOIN_TRIES", cls.join_tries)),
            owner_secret=said.get("NEGOTIATION_OWNER") or None,
            backups=said.get("NEGOTIATION_BACKUPS", cls.backups),
            log=said.get("NEGOTIATION_LOG", cls.log),
        )


def driven(url: str) -> str:
    """Return a database's address with the driver that the server uses.

    Examples
    --------
    >>> driven("postgres://me@db/games")
    'postgresql+psycopg://me@db/games'
    """
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url[len(plain) :]
    return url
