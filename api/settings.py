"""Where the server keeps its data and how much it may compute, read from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass


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
    owner_secret : str, optional
        What one must know to make workshops; None where only this machine can reach the server.
    """

    database_url: str = "sqlite:///negotiation.db"
    workers: int = 2
    seconds: float = 30.0
    job_seconds: float = 900.0
    owner_secret: str | None = None

    @classmethod
    def from_environment(cls) -> ServerSettings:
        """Read ``DATABASE_URL``, ``NEGOTIATION_WORKERS`` and ``NEGOTIATION_SECONDS``."""
        url = os.environ.get("DATABASE_URL", cls.database_url)
        for plain in ("postgres://", "postgresql://"):
            if url.startswith(plain):
                url = "postgresql+psycopg://" + url[len(plain) :]
        return cls(url, int(os.environ.get("NEGOTIATION_WORKERS", cls.workers)), float(os.environ.get("NEGOTIATION_SECONDS", cls.seconds)))
