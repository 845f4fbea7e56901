"""The page on the wall: what everybody may see, large; whoever has its link may only look."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from negotiation.errors import NegotiationError

from .doors import NobodyError, address_of
from .live import MOST_ALL, MOST_AN_ADDRESS
from .workshop.moves.rights import Actor
from .workshop_pages import PRIVATE, base_of, page, qr
from .workshop_routes import TicksOf, WorkshopsOf
from .workshops import Workshops

router = APIRouter(include_in_schema=False)


@router.get("/v/{token}", response_class=HTMLResponse)
async def projector(request: Request, token: str, workshops: WorkshopsOf) -> Response:
    """Show what everybody may see, large."""
    return await _projector(request, token, workshops, "projector")


@router.get("/v/{token}/screen", response_class=HTMLResponse)
async def projector_screen(request: Request, token: str, workshops: WorkshopsOf) -> Response:
    """Return only what changes on the projector."""
    return await _projector(request, token, workshops, "projector_screen")


@router.get("/v/{token}/live", response_model=None)
async def projector_live(request: Request, token: str, workshops: WorkshopsOf, ticks: TicksOf) -> Response:
    """Stream versions to the projector."""
    room = await run_in_threadpool(_viewed, workshops, token)
    current = await run_in_threadpool(workshops.version, room)
    holders = ((f"{room}/view", MOST_AN_ADDRESS), (address_of(request), MOST_AN_ADDRESS), ("all", MOST_ALL))
    ticks.enter(*holders)
    return StreamingResponse(ticks.stream(room, 0, current, holders), media_type="text/event-stream", headers=PRIVATE)


def _viewed(workshops: Workshops, token: str) -> str:
    found = workshops.keys.find(token)
    if found is None or found.revoked or found.actor.capacity != "view" or not found.room:
        raise NobodyError("this link shows nothing", "make a new one on the console")
    return found.room


async def _projector(request: Request, token: str, workshops: Workshops, name: str) -> Response:
    try:
        room = await run_in_threadpool(_viewed, workshops, token[:80])
        seen = await run_in_threadpool(workshops.see, room, Actor("view"))
        tables = await run_in_threadpool(workshops.tables, room.rpartition("-")[0])
    except NegotiationError as refused:
        return page(request, "door", {"kind": "projector"}, refused)
    code = next(row["code"] for row in tables if row["name"] == room)
    address = f"{base_of(request)}/p/{code}"
    return page(request, name, {"seen": seen, "view_token": token, "code": code, "address": address, "qr": qr(address), "kind": "projector"})
