"""Deleting workshops on their day, as people were told when they joined."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime

from sqlalchemy import select

from .storage.tables import EVENT, ROOM
from .workshops import Workshops

logger = logging.getLogger(__name__)
QUIET = 366
"""Days without any event in any workshop after which it is likelier that the clock is wrong than that everything is over."""


def today_of(workshops: Workshops) -> date:
    """Return the day by the server's clock."""
    return datetime.fromtimestamp(workshops.clock(), UTC).date()


def delete_expired(workshops: Workshops) -> list[str]:
    """Delete the workshops whose day has passed; return their names."""
    due = sorted(_expired(workshops))
    for workshop in due:
        workshops.delete(workshop)
    return due


def delete_due(workshops: Workshops) -> list[str]:
    """Do what :func:`delete_expired` does without being asked: not where the clock may be wrong, and not while somebody plays."""
    due = _expired(workshops)
    last = _last_days(workshops) if due else {}
    today = today_of(workshops)
    if last and (today - max(last.values())).days > QUIET:
        logger.warning("by the clock it is %s, but nothing happened since %s: nothing is deleted unasked; see 'negotiate forget'", today, max(last.values()))
        return []
    over = sorted(workshop for workshop in due if last[workshop] < today)
    for workshop in over:
        workshops.delete(workshop)
    return over


def _expired(workshops: Workshops) -> set[str]:
    with workshops.engine.connect() as connection:
        return set(connection.execute(select(ROOM.c.workshop).where(ROOM.c.delete_after < today_of(workshops).isoformat())).scalars())


def _last_days(workshops: Workshops) -> dict[str, date]:
    """Return the day of each workshop's last event."""
    chosen = select(ROOM.c.workshop, EVENT.c.at).join(EVENT, (EVENT.c.room == ROOM.c.name) & (EVENT.c.number == ROOM.c.head))
    found: dict[str, date] = {}
    with workshops.engine.connect() as connection:
        for workshop, at in connection.execute(chosen):
            found[workshop] = max(found.get(workshop, date.min), date.fromisoformat(at[:10]))
    return found
