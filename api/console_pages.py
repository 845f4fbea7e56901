"""The facilitator's pages: making a workshop, and its console."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from negotiation.definition import read_definition
from negotiation.errors import NegotiationError

from .doors import asking, keep
from .judged import looked_back
from .routes import ComputeOf, StoreOf
from .workshop.moves.rights import Actor, NotAllowedError
from .workshop.plan import Plan
from .workshop_forms import check_token, check_visitor, nested, read, token_of, visitor_of, visitor_token, welcome
from .workshop_pages import Visit, WorkshopName, act, base_of, page, qr, typed_of
from .workshop_routes import WorkshopsOf

router = APIRouter(include_in_schema=False)
LINKED = {"view": "For the projector.", "assistant": "For somebody who helps.", "proxy": "For somebody who enters what is on paper."}
"""Whom links are for."""
ONE_PAGE = 60
"""Seats for which the console holds the grid for paper; for more it has a page of its own, so that the console stays quick."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


async def _visit(request: Request, workshop: WorkshopName, workshops: WorkshopsOf, compute: ComputeOf, table: int = 1) -> Visit:
    return Visit(request, f"{workshop}-{table}", workshops, compute)


VisitOf = Annotated[Visit, Depends(_visit)]


@router.get("/f", response_class=HTMLResponse)
async def begin(request: Request, store: StoreOf, game: str = "") -> Response:
    """Choose a game, then say who plays."""
    return await _begin(request, store, game[:40])


async def _begin(request: Request, store: Any, game: str, error: NegotiationError | None = None, typed: dict[str, Any] | None = None) -> Response:
    games = await run_in_threadpool(store.listed)
    try:
        chosen = read_definition((await run_in_threadpool(store.get, game)).text, game) if game else None
    except NegotiationError as refused:
        return page(request, "begin", {"games": games, "game": None, "local": request.app.state.host.secret is None}, refused)
    visitor = visitor_of(request)
    context = {"games": games, "game": chosen, "typed": typed or {}, "local": request.app.state.host.secret is None, "token": visitor_token(visitor)}
    return welcome(page(request, "begin", context, error), request, visitor)


@router.post("/f", response_class=HTMLResponse)
async def make(request: Request, store: StoreOf, workshops: WorkshopsOf) -> Response:
    """Make a workshop from the form."""
    form = await request.form()
    try:
        check_visitor(request, form)
        request.app.state.host.allow(request)
        plan: Any = read(Plan, _planned(nested(form)))
        made = await run_in_threadpool(workshops.make, plan)
    except NegotiationError as error:
        return await _begin(request, store, str(form.get("game", ""))[:40], error, typed_of(form))
    response = RedirectResponse(f"/f/{made.workshop}", 303)
    keep(response, request, made.workshop, made.secret)
    return response


def _planned(typed: dict[str, Any]) -> dict[str, Any]:
    """Return a plan from the fields of the form: a role without seats is left out."""
    seats = typed.get("seats", {})
    rows = [{"role": role} | row for role, row in seats.items() if isinstance(row, dict) and row.get("seats", "1") != "0"] if isinstance(seats, dict) else seats
    return {key: value for key, value in typed.items() if value != {}} | {"seats": rows, "predict": "predict" in typed}


@router.get("/f/{workshop}", response_class=HTMLResponse)
@router.get("/f/{workshop}/{table}/screen", response_class=HTMLResponse)
async def console(visit: VisitOf) -> Response:
    """Show the console of a table, or only what changes on it."""
    return await _console(visit, "console_screen" if visit.screen else "console")


@router.get("/f/{workshop}/{table}/paper", response_class=HTMLResponse)
async def paper(visit: VisitOf) -> Response:
    """Show cards, slips and agreements to print."""
    try:
        actor = await _leads(visit, "owner", "assistant", "proxy")
        seen = await run_in_threadpool(visit.workshops.see, visit.room, actor)
        printed = await run_in_threadpool(visit.workshops.paper, visit.room)
    except NegotiationError as refused:
        return page(visit.request, "door", {"kind": "console"}, refused)
    return page(visit.request, "paper", {"seen": seen, "paper": printed, "workshop": visit.room.rpartition("-")[0]})


@router.get("/f/{workshop}/{table}/report", response_class=HTMLResponse)
async def report(visit: VisitOf) -> Response:
    """Show what a table came to, to print or to keep: rounds, agreements, earlier groups and bots, questions."""
    workshop = visit.room.rpartition("-")[0]
    try:
        actor = await _leads(visit, "owner", "assistant")
        seen = await run_in_threadpool(visit.workshops.see, visit.room, actor)
        begun = (await run_in_threadpool(visit.workshops.events, visit.room, 0, 1))[0].at
        compared = await run_in_threadpool(visit.request.app.state.records.compared, workshop)
        debrief = await looked_back(visit.request, visit.room, actor, visit.workshops, visit.compute)
    except NegotiationError as refused:
        return page(visit.request, "door", {"kind": "console"}, refused)
    return page(visit.request, "report", {"seen": seen, "begun": begun, "compared": compared, "debrief": debrief, "workshop": workshop})


@router.post("/f/{workshop}/{table}/{name}", response_class=HTMLResponse)
async def console_move(visit: VisitOf, name: str) -> Response:
    """Make a move from a form, hand a seat over, or make a link."""
    workshop, _, table = visit.room.rpartition("-")
    try:
        if name in ("device", "link"):
            return await _hand_out(visit, name)
        if name == "delete":
            await _delete(visit, workshop)
            return RedirectResponse("/f", 303)
        if name == "unlink":
            await _unlink(visit, workshop)
        else:
            await act(visit, name, *(await _together(visit, workshop)))
    except NegotiationError as error:
        return await _console(visit, "console", error)
    return RedirectResponse(f"/f/{workshop}?table={table}", 303)


async def _leads(visit: Visit, *capacities: str) -> Actor:
    actor = await asking(visit.request, visit.workshops.keys, visit.room)
    if actor.capacity not in capacities:
        raise NotAllowedError("this page is for the facilitator", "open your own link")
    return actor


async def _together(visit: Visit, workshop: str) -> list[str]:
    """Return the other tables that stand where this one does, if the form is for all of them."""
    if not (await visit.request.form()).get("all"):
        return []
    await _leads(visit, "owner")
    tables = await run_in_threadpool(visit.workshops.tables, workshop)
    here = next((row["phase"] for row in tables if row["name"] == visit.room), None)
    return [row["name"] for row in tables if row["phase"] == here and row["name"] != visit.room]


async def _unlink(visit: Visit, workshop: str) -> None:
    form = await visit.request.form()
    check_token(visit.request, visit.room, form)
    await _leads(visit, "owner")
    capacity: Any = str(form.get("capacity"))
    if capacity not in LINKED:
        raise NotAllowedError("there are no such links", "reload the page")
    await run_in_threadpool(visit.workshops.revoke, workshop, capacity)


async def _delete(visit: Visit, workshop: str) -> None:
    form = await visit.request.form()
    check_token(visit.request, visit.room, form)
    await _leads(visit, "owner")
    if form.get("sure") != "yes":
        raise NotAllowedError("tick the box to delete the workshop", "it cannot be undone")
    await run_in_threadpool(visit.workshops.delete, workshop)


async def _hand_out(visit: Visit, name: str) -> Response:
    request, room, workshops = visit.request, visit.room, visit.workshops
    form = await request.form()
    check_token(request, room, form)
    actor = await _leads(visit, "owner", "assistant")
    if name == "device":
        seated = await run_in_threadpool(workshops.hand_over, room, actor, str(form.get("seat", ""))[:40])
        address, about = f"{base_of(request)}/s/{room}#{seated.secret}", "Open this on the new phone; the old one is told."
    else:
        await _leads(visit, "owner")
        capacity: Any = str(form.get("capacity"))
        if capacity not in LINKED and capacity != "owner":
            raise NotAllowedError("there is no such link", "reload the page")
        workshop, _, table = room.rpartition("-")
        secret = await run_in_threadpool(workshops.link, workshop, "" if capacity == "owner" else room, capacity)
        address = f"{base_of(request)}/v/{secret}" if capacity == "view" else f"{base_of(request)}/f/{workshop}?table={table}#{secret}"
        about = LINKED.get(capacity, "Your own link to the whole workshop: keep it to yourself.")
    return await _console(visit, "console", None, {"address": address, "about": about, "qr": qr(address)})


async def _console(visit: Visit, name: str, error: NegotiationError | None = None, link: dict[str, Any] | None = None) -> Response:
    request, room, workshops = visit.request, visit.room, visit.workshops
    try:
        actor = await _leads(visit, "owner", "assistant", "proxy")
        seen = await run_in_threadpool(workshops.see, room, actor)
        tables = await run_in_threadpool(workshops.tables, room.rpartition("-")[0])
    except NegotiationError as refused:
        return page(request, "door", {"kind": "console"}, refused)
    code = next(row["code"] for row in tables if row["name"] == room)
    address = f"{base_of(request)}/p/{code}"
    context: dict[str, Any] = {"seen": seen, "room": room, "tables": tables, "code": code, "address": address, "qr": qr(address), "link": link}
    context |= {
        "token": token_of(request, room),
        "kind": "console",
        "workshop": room.rpartition("-")[0],
        "capacity": actor.capacity,
        "alone": request.url.hostname in LOOPBACK,
    }
    typed = typed_of(await request.form()) if error else {}
    context["sent"] = request.url.path.rpartition("/")[2] if error else ""
    context["sheet"] = len(seen["seats"]) <= ONE_PAGE or "sheet" in request.query_params or "entries.0.seat" in typed
    if len(tables) > 1 and actor.capacity != "proxy":
        context["pooled"] = await run_in_threadpool(visit.request.app.state.records.pooled, room.rpartition("-")[0])
    if seen["phase"] in ("debrief", "archived") and actor.capacity != "proxy":
        context["debrief"] = await looked_back(request, room, actor, workshops, visit.compute)
    return page(request, name, context | {"typed": typed}, error)
