"""Secrets that let people act: links of the facilitator, of helpers and of the projector, and seats. Only their hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select, update

from api.workshop.moves.rights import Actor, Capacity

from .tables import KEY

BYTES = 24
"""Random bytes of a secret: 192 bits."""
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


def revoke(connection: Connection, room: str, seat: str, besides: Sequence[str] = ()) -> None:
    """Let the secrets of a seat open nothing any more, but for some."""
    chosen = update(KEY).where(KEY.c.room == room, KEY.c.seat == seat, KEY.c.revoked_at.is_(None))
    kept = [hashed(secret) for secret in besides]
    connection.execute(chosen.where(KEY.c.hash.not_in(kept)).values(revoked_at=datetime.now(UTC).isoformat()))


class Keys:
    """Looks secrets up.

    Parameters
    ----------
    engine : Engine
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, secret: str) -> Grant | None:
        """Return what a secret allows; None for one that was never given."""
        with self._engine.connect() as connection:
            row = connection.execute(select(KEY).where(KEY.c.hash == hashed(secret))).first()
        if row is None:
            return None
        capacity: Capacity = row.capacity
        return Grant(row.workshop, row.room, Actor(capacity, row.seat or None), row.revoked_at is not None)
