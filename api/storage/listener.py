"""Hearing from PostgreSQL what other processes of the server wrote."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection

import psycopg

from .writer import CHANNEL, heard

logger = logging.getLogger(__name__)


class Listener:
    """Hears from PostgreSQL what other processes wrote.

    Parameters
    ----------
    url : str
        libpq address.
    told : callable
        ``told(room, version, seats)``.
    """

    def __init__(self, url: str, told: Callable[[str, int, Collection[str] | None], None]) -> None:
        self._url = url
        self._told = told
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._ending.set()
        self._thread.join(timeout=5)

    def _work(self) -> None:
        while not self._ending.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    while not self._ending.is_set():
                        for notice in connection.notifies(timeout=1.0):
                            self._told(*heard(notice.payload))
            except psycopg.Error:
                logger.warning("the database cannot be heard; trying again")
                time.sleep(1.0)
