"""Workshops without a server: for commands that work on a database directly."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from .settings import ServerSettings, driven
from .storage.database import open_engine
from .storage.games import Games
from .storage.migrate import upgrade
from .workshops import Workshops


def address_of(wanted: str | None) -> str:
    """Return the address of the database that a command means."""
    return driven(wanted or ServerSettings.from_environment().database_url)


@contextmanager
def workshops_in(url: str) -> Iterator[Workshops]:
    """Open the workshops of a database, and close them."""
    engine = open_engine(url)
    try:
        upgrade(engine)
        workshops = Workshops(engine, False, Games(engine), lambda *_: None, time.time, letters=ServerSettings.from_environment().letters)
        try:
            yield workshops
        finally:
            workshops.close()
    finally:
        engine.dispose()
