"""The pages on people's phones: joining, one's seat, what a proposal would mean. They work without JavaScript; with it they follow by themselves."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from negotiation.errors import NegotiationError

from .doors import TooOftenError, asking, guessing, keep_seat
from .judged import looked_back, scored
from .routes import ComputeOf
from .storage.rooms import UnknownRoomError
from .workshop.moves.rights import NotAllowedError
from .workshop.moves.seating import Taking
from .workshop.plan import Terms
from .workshop_forms import check_visitor, nested, read, token_of, visitor_of, visitor_token, welcome
from .workshop_pages import Code, RoomName, Visit, act, page, typed_of
from .workshop_routes import WorkshopsOf, seen
from .workshops import Workshops

router = APIRouter(include_in_schema=False)


async def _visit(request: Request, room: RoomName, workshops: WorkshopsOf, compute: ComputeOf) -> Visit:
    return Visit(request, room, workshops, compute)


VisitOf = Annotated[Visit, Depends(_visit)]


@router.get("/p", response_class=HTMLResponse)
async def code(request: Request, code: str = "") -> Response:
    """Ask for the code, or go where it leads."""
    if code.strip():
        return RedirectResponse(f"/p/{code.strip()[:20]}", 303)
    return page(request, "code", {})


@router.get("/p/{code}", response_class=HTMLResponse)
async def lobby(request: Request, code: Code, workshops: WorkshopsOf) -> Response:
    """Show what a workshop is about and which seats are free; looking takes none."""
    try:
        return await _joining(request, code, workshops)
    except NegotiationError as error:
        return page(request, "code", {"typed": {"code": code}}, error)


async def _joining(request: Request, code: str, workshops: Workshops, error: NegotiationError | None = None, typed: dict[str, Any] | None = None) -> Response:
    with guessing(request):
        seen = await run_in_threadpool(workshops.lobby, code)
    visitor = visitor_of(request)
    context = {"seen": seen, "code": code, "token": visitor_token(visitor), "typed": typed or {}}
    return welcome(page(request, "join", context, error), request, visitor)


@router.post("/p/{code}", response_class=HTMLResponse)
async def join(request: Request, code: Code, workshops: WorkshopsOf) -> Response:
    """Take the seat that was tapped."""
    form = await request.form()
    try:
        check_visitor(request, form)
        taking: Any = read(Taking, nested(form))
        with guessing(request):
            seated = await run_in_threadpool(workshops.join, code, taking, str(form.get("key") or uuid4().hex)[:80])
    except (UnknownRoomError, TooOftenError) as error:
        return page(request, "code", {"typed": {"code": code}}, error)
    except NegotiationError as error:
        try:
            return await _joining(request, code, workshops, error, dict(form))
        except NegotiationError as refused:
            return page(request, "code", {"typed": {"code": code}}, refused)
    response = RedirectResponse(f"/s/{seated.room}", 303)
    keep_seat(response, request, seated)
    return response


@router.get("/s/{room}", response_class=HTMLResponse)
@router.get("/s/{room}/screen", response_class=HTMLResponse)
async def seat(visit: VisitOf) -> Response:
    """Show a seat's page, or only what changes on it."""
    return await _seat(visit, "seat_screen" if visit.screen else "seat")


@router.get("/s/{room}/card", response_class=HTMLResponse)
async def card(visit: VisitOf) -> Response:
    """Show what each choice of a seat would earn, as on its card of paper."""
    try:
        actor = await asking(visit.request, visit.workshops.keys, visit.room)
        found = await seen(visit.workshops, visit.room, actor, alone=True)
        printed = await run_in_threadpool(visit.workshops.paper, visit.room)
        mine = next((row for row in printed["seats"] if row["name"] == actor.seat), None)
        if mine is None:
            raise NotAllowedError("this page is for a seat", "join with the code")
    except NegotiationError as refused:
        return page(visit.request, "door", {"kind": "seat"}, refused)
    return page(visit.request, "card", {"seen": found, "seat": mine, "paper": printed, "room": visit.room})


@router.post("/s/{room}/{name}", response_class=HTMLResponse)
async def seat_move(visit: VisitOf, name: str) -> Response:
    """Make a move from a form."""
    try:
        await act(visit, name)
    except NegotiationError as error:
        return await _seat(visit, "seat", error)
    return RedirectResponse(f"/s/{visit.room}", 303)


async def _seat(visit: Visit, name: str, error: NegotiationError | None = None) -> Response:
    request, room, workshops = visit.request, visit.room, visit.workshops
    try:
        actor = await asking(request, workshops.keys, room)
        if actor.seat is None:
            raise NotAllowedError("this page is for a seat", "join with the code")
        found = await seen(workshops, room, actor, alone=True)
    except NegotiationError as refused:
        return page(request, "door", {"kind": "seat"}, refused)
    mine = next(row for row in found["seats"] if row["name"] == actor.seat)
    context: dict[str, Any] = {"seen": found, "mine": mine, "room": room, "token": token_of(request, room), "kind": "seat"}
    if found["phase"] in ("debrief", "archived"):
        context["debrief"] = await looked_back(request, room, actor, workshops, visit.compute)
    return page(request, name, context | {"typed": typed_of(await request.form()) if error else {}}, error)


@router.get("/s/{room}/proposals/{proposal}", response_class=HTMLResponse)
async def proposal(visit: VisitOf, proposal: str) -> Response:
    """Show what a proposal would mean: who gains, who loses, whether it would hold."""
    request, room, workshops = visit.request, visit.room, visit.workshops
    back = f"/s/{room}"
    try:
        actor = await asking(request, workshops.keys, room)
        if actor.seat is None:
            back = f"/f/{room.rpartition('-')[0]}?table={room.rpartition('-')[2]}"
        seen = await run_in_threadpool(workshops.see, room, actor)
        found = next((row for row in seen["proposals"] if row["name"] == proposal and "terms" in row), None)
        if found is None:
            raise NotAllowedError("this proposal cannot be seen", "wait until it is shown")
        score = await scored(request, room, actor, Terms.model_validate(found["asks"]), visit.compute)
    except NegotiationError as refused:
        return page(request, "door", {"kind": "seat", "back": back}, refused)
    return page(request, "proposal", {"seen": seen, "proposal": found, "score": score, "back": back})
