"""Where the server keeps its data and how much it may compute, read from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import metadata
from urllib.parse import urlsplit

from negotiation.errors import NegotiationError

VERSION = metadata.version("negotiation-engine")


ON_A_LAN, ON_THE_INTERNET = 6, 7
"""Letters of a code to join by: 30 bits where one network can try, 35 where everybody can."""


class SettingsError(NegotiationError):
    """Settings that a server cannot be run with."""

    title = "The settings do not fit"


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
    hosts : tuple of str
        Names under which the server may be asked, besides the address at which a request came in and this machine itself.
    public : str, optional
        Address on the internet, such as ``https://workshop.example.org``, where something in front of this server ends TLS: cookies, links and codes are
        made for it.

    Raises
    ------
    SettingsError
        When the public address is none, or none under TLS.
    """

    database_url: str = "sqlite:///negotiation.db"
    workers: int = 2
    seconds: float = 30.0
    job_seconds: float = 900.0
    join_tries: int = 10
    owner_secret: str | None = None
    backups: str = "negotiation.backups"
    log: str = "warning"
    hosts: tuple[str, ...] = ()
    public: str | None = None

    def __post_init__(self) -> None:
        if self.public is not None:
            try:
                address = urlsplit(self.public)
                fits = address.scheme == "https" and address.hostname and f"https://{address.netloc}" == self.public and address.username is None
            except ValueError:
                fits = False
            if not fits:
                raise SettingsError(f"'{self.public[:80]}' is no public address", "set NEGOTIATION_PUBLIC to https:// and the name, nothing behind it")

    @property
    def letters(self) -> int:
        """How many letters a code to join by has."""
        return ON_A_LAN if self.public is None else ON_THE_INTERNET

    @classmethod
    def from_environment(cls) -> ServerSettings:
        """Read ``DATABASE_URL`` and ``NEGOTIATION_`` with ``WORKERS``, ``SECONDS``, ``JOB_SECONDS``, ``JOIN_TRIES``, ``OWNER``, ``BACKUPS``, ``LOG``.

        ``NEGOTIATION_HOSTS`` holds names with commas between them, ``NEGOTIATION_PUBLIC`` an address.
        """
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
            hosts=tuple(name for part in said.get("NEGOTIATION_HOSTS", "").split(",") if (name := part.strip())),
            public=said.get("NEGOTIATION_PUBLIC", "").rstrip("/") or None,
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
