"""What the engine says of a table: who gains by a proposal, and what was stable in the rounds that were played."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from negotiation.bargaining.proposal import Counts
from negotiation.bargaining.proposal import Terms as Offer
from negotiation.errors import NegotiationError, NotApplicableError, TimedOutError, TooLargeError

from . import work
from .compute import Compute
from .kept import Kept
from .storage.rooms import Rooms
from .workshop.counting import last_counts, status_quo
from .workshop.debrief import debrief
from .workshop.events import canonical
from .workshop.information import Viewer
from .workshop.moves.dealing import merged
from .workshop.moves.rights import Actor, NotNowError
from .workshop.moves.running import charged_of, checked
from .workshop.plan import Terms
from .workshop.room import Room
from .workshops import Workshops

logger = logging.getLogger(__name__)


async def scored(request: Request, room: str, actor: Actor, body: Terms, compute: Compute) -> dict[str, Any]:
    """Return the score of terms; what was asked before is not worked out again."""
    source, now, today, proposed = await run_in_threadpool(_to_score, request.app.state.workshops.rooms, room, actor, body)
    key = canonical([source.text, repr(now), today, repr(proposed)])
    found: dict[str, Any] = await request.app.state.kept.get(("score", key), lambda: compute.run(work.score, source, now, today, proposed))
    return found


def _to_score(rooms: Rooms, room: str, actor: Actor, proposed: Terms) -> tuple[work.Source, Offer, Counts, Offer]:
    """Return what is needed to score terms: the game, today's terms, what people do as far as the asker may know it, and the terms that would hold."""
    with rooms.lock:
        state = rooms.get(room)
        terms = merged(state, checked(state, proposed))
        viewer, usual = Viewer(state, actor), status_quo(state)
        today = {role: dict(row if viewer.together("choices", role) else usual[role]) for role, row in last_counts(state).items()}
        now = Offer(state.settings(), dict(state.charged))
        return _source(state), now, today, Offer(state.settings(terms), charged_of(state, terms))


async def looked_back(request: Request, room: str, actor: Actor, workshops: Workshops, compute: Compute) -> dict[str, Any]:
    """Return the debriefing of a table, as somebody may see it; people see it once the facilitator shows it.

    Raises
    ------
    NotNowError
        For everybody but the facilitator before the debriefing.
    """
    source, terms = await run_in_threadpool(_to_look_back, workshops.rooms, room, actor)
    stable = await asyncio.gather(*(_stable(request.app.state.kept, compute, source, one) for one in terms))
    return await run_in_threadpool(_debriefed, workshops.rooms, room, actor, stable)


def _to_look_back(rooms: Rooms, room: str, actor: Actor) -> tuple[work.Source, list[Offer]]:
    """Return the game and the terms of each revealed round."""
    with rooms.lock:
        state = rooms.get(room)
        if actor.capacity not in ("owner", "assistant") and state.phase not in ("debrief", "archived"):
            raise NotNowError("the debriefing has not begun", "wait for the facilitator")
        played = [one for one in state.rounds if one.results is not None]
        return _source(state), [Offer(state.settings(one.terms), dict(one.charged)) for one in played]


def _debriefed(rooms: Rooms, room: str, actor: Actor, stable: list[dict[str, Any] | None]) -> dict[str, Any]:
    with rooms.lock:
        return debrief(Viewer(rooms.get(room), actor), stable)


async def _stable(kept: Kept, compute: Compute, source: work.Source, terms: Offer) -> dict[str, Any] | None:
    """Return what the model says of a round's terms; None where it cannot be worked out: then people look back without it."""
    try:
        found: dict[str, Any] | None = await kept.get(("stable", source.text, repr(terms)), partial(_judged, compute, source, terms))
    except NegotiationError as error:
        logger.warning("what was stable could not be worked out: %s", error.message)
        return None
    return found


async def _judged(compute: Compute, source: work.Source, terms: Offer) -> dict[str, Any] | None:
    """Return the verdict; None, so that nobody asks again, where the game is not of the kind or too large."""
    try:
        found: dict[str, Any] = await compute.run(work.stable, source, terms)
    except (NotApplicableError, TooLargeError, TimedOutError):
        return None
    return found


def _source(room: Room) -> work.Source:
    return work.Source(room.log[0].data["game_name"], room.log[0].data["game"])
