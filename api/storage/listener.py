"""Hearing from PostgreSQL what other processes of the server wrote."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import psycopg

from .writer import CHANNEL

logger = logging.getLogger(__name__)


class Listener:
    """Hears from PostgreSQL what other processes wrote.

    Parameters
    ----------
    url : str
        libpq address.
    heard : callable
        ``heard(room, version)``.
    """

    def __init__(self, url: str, heard: Callable[[str, int], None]) -> None:
        self._url = url
        self._heard = heard
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
                            room, _, version = notice.payload.partition(":")
                            self._heard(room, int(version))
            except psycopg.Error:
                logger.warning("the database cannot be heard; trying again")
                time.sleep(1.0)
