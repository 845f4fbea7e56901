"""Secrets that let people act: links of the facilitator, of helpers and of the projector, and seats. Only their hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select, update

from api.workshop.moves.rights import Actor

from .database import reading
from .tables import KEY

BYTES = 24
"""Random bytes of a secret: 192 bits."""
KEPT = 5.0
"""Seconds for which a process that has the database to itself remembers what a secret allows: another program, such as `negotiate forget`, may change it."""
MOST_KEPT = 5000
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that looks like another."""


@dataclass(frozen=True)
class Grant:
    """What a secret allows: to act in a capacity, in a whole workshop or at one table, as a seat where it is one."""

    workshop: str
    room: str
    actor: Actor
    revoked: bool = False


def new_secret() -> str:
    """Return a new secret."""
    return secrets.token_urlsafe(BYTES)


def new_code(length: int) -> str:
    """Return a new code to join by, that people can type."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def as_typed(code: str) -> str:
    """Return a code as it was meant: capitals, without spaces, and letters that look like digits as digits.

    Examples
    --------
    >>> as_typed("k7-o il2")
    'K70112'
    """
    return "".join(code.upper().split()).replace("-", "").translate(str.maketrans("OIL", "011"))


def hashed(secret: str) -> str:
    """Return the hash under which a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def grant(connection: Connection, secret: str, given: Grant) -> None:
    """Keep a secret's hash, and what it allows."""
    row = {"hash": hashed(secret), "workshop": given.workshop, "room": given.room, "capacity": given.actor.capacity, "seat": given.actor.seat or ""}
    connection.execute(insert(KEY), row | {"created_at": datetime.now(UTC).isoformat()})


def revoke(connection: Connection, room: str, seat: str) -> None:
    """Let the secrets of a seat open nothing any more."""
    chosen = update(KEY).where(KEY.c.room == room, KEY.c.seat == seat, KEY.c.revoked_at.is_(None))
    connection.execute(chosen.values(revoked_at=datetime.now(UTC).isoformat()))


class Keys:
    """Looks secrets up.

    Parameters
    ----------
    engine : Engine
    shared : bool
        Whether other processes give and revoke too: then the database is asked each time. Otherwise an answer is kept for a moment, and dropped by
        :meth:`forget` as soon as anything is revoked.
    clock : callable
        Seconds.
    """

    def __init__(self, engine: Engine, shared: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = reading(engine)
        self._shared = shared
        self._clock = clock
        self._kept: dict[str, tuple[float, Grant]] = {}
        self._forgotten = 0
        self._lock = threading.Lock()
        self._asking = threading.Lock()

    def kept(self, secret: str) -> Grant | None:
        """Return what a secret allows if it was looked up a moment ago; None says nothing."""
        found = self._kept.get(hashed(secret))
        return found[1] if found is not None and self._clock() < found[0] else None

    def find(self, secret: str) -> Grant | None:
        """Return what a secret allows; None for one that was never given."""
        found = self.kept(secret)
        if found is not None or self._shared:
            return found or self._asked([hashed(secret)]).get(hashed(secret))
        with self._asking if hashed(secret) in self._kept else nullcontext():
            return self.kept(secret) or self._anew(hashed(secret))

    def _anew(self, wanted: str) -> Grant | None:
        """Ask the database about a secret; where it was known before, about all that are known, so that hundreds of people are not asked for one by one."""
        before, now, known = self._forgotten, self._clock(), self._kept
        found = self._asked([*{wanted, *known}] if wanted in known else [wanted])  # `wanted` by name: somebody may empty `known` meanwhile
        usable = {key: (now + KEPT, given) for key, given in found.items() if not given.revoked}
        with self._lock:
            if before == self._forgotten:  # nothing was revoked since the database was asked
                if wanted in known or len(self._kept) >= MOST_KEPT:
                    self._kept = {}
                self._kept |= usable
        return found.get(wanted)

    def _asked(self, hashes: list[str]) -> dict[str, Grant]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(KEY).where(KEY.c.hash.in_(hashes))).all()
        return {row.hash: Grant(row.workshop, row.room, Actor(row.capacity, row.seat or None), row.revoked_at is not None) for row in rows}

    def forget(self) -> None:
        """Ask the database anew for every secret: something was revoked."""
        with self._lock:
            self._forgotten += 1
            self._kept.clear()
