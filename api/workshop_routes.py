"""The HTTP interface of workshops: making, joining, every move, looking, live ticks."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable
from concurrent.futures import Future
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse

from negotiation.errors import IllegalMoveError, TimedOutError, TooLargeError, UnknownNameError

from .changed import ChangedBody, ChangedError, explained
from .doors import NobodyError, TooOftenError, address_of, asking, guessing, keep, keep_seat, who
from .judged import looked_back, scored
from .live import ALL, MOST_A_BEARER, MOST_ALL, MOST_AN_ADDRESS, Ticks
from .problems import documented
from .routes import ComputeOf
from .storage.database import StorageError
from .storage.writer import Answer
from .workshop.archive import MAX_EVENTS
from .workshop.moves.rights import Actor, NotAllowedError
from .workshop.moves.seating import Taking
from .workshop.moves.table import MOVES, Move
from .workshop.plan import Name, Plan, Terms
from .workshop_schemas import Joining, Link, Linking, MadeWorkshop, Opening, Receipt, SeatTaken, TableLine
from .workshops import Workshops

router = APIRouter(prefix="/api", tags=["workshops"])
RoomName = Annotated[str, Path(description="A table: the workshop's identifier, a hyphen and the table's number", pattern=r"^[0-9a-f]{12}-[0-9]{1,2}$")]
WorkshopName = Annotated[str, Path(description="A workshop's identifier", pattern=r"^[0-9a-f]{12}$")]
KeyHeader = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=80, description="The same key, the same request: it is done once")]
MatchHeader = Annotated[str | None, Header(alias="If-Match", max_length=40, description="The version that you looked at, as its ETag")]
OwnQuery = Annotated[bool, Query(description="For a seat: leave out what other seats do, as its own page does; the totals of results stay")]
REFUSALS = documented(UnknownNameError, NobodyError, NotAllowedError, IllegalMoveError, StorageError)
OUTDATED: dict[int | str, dict[str, Any]] = {**documented(ChangedError), 412: documented(ChangedError)[412] | {"model": ChangedBody}}


class KeyNeededError(IllegalMoveError):
    """A request that may be repeated must say so."""

    status = 400
    title = "Idempotency-Key is missing"


async def workshops_of(request: Request) -> Workshops:
    """Return the application's workshops."""
    found: Workshops = request.app.state.workshops
    return found


async def ticks_of(request: Request) -> Ticks:
    """Return the application's ticks."""
    found: Ticks = request.app.state.ticks
    return found


WorkshopsOf = Annotated[Workshops, Depends(workshops_of)]
TicksOf = Annotated[Ticks, Depends(ticks_of)]


@router.post("/workshops", status_code=201, summary="Make a workshop", responses=documented(UnknownNameError, TooOftenError, StorageError))
async def make_workshop(body: Plan, request: Request, response: Response, workshops: WorkshopsOf) -> MadeWorkshop:
    """Make a workshop from a game; what is answered with 201 is on disk."""
    request.app.state.host.allow(request)
    made = await run_in_threadpool(workshops.make, body)
    keep(response, request, made.workshop, made.secret)
    return MadeWorkshop(workshop=made.workshop, secret=made.secret, tables=[TableLine(room=room, code=code) for room, code in made.tables])


@router.get("/workshops/{workshop}", summary="The tables of a workshop", responses=REFUSALS)
async def workshop(workshop: WorkshopName, request: Request, workshops: WorkshopsOf) -> dict[str, Any]:
    """List the tables with their codes and phases."""
    await run_in_threadpool(leader, request, workshops, workshop)
    return {"tables": await run_in_threadpool(workshops.tables, workshop)}


@router.delete("/workshops/{workshop}", summary="Delete a workshop with everything in it", responses=REFUSALS)
async def delete_workshop(workshop: WorkshopName, request: Request, workshops: WorkshopsOf) -> dict[str, int]:
    """Delete all tables, records and links, also from the copies that this server keeps; it cannot be undone."""
    await run_in_threadpool(owner, request, workshops, workshop)
    return {"deleted": await run_in_threadpool(workshops.delete, workshop)}


@router.post("/join", status_code=201, summary="Take a seat", responses=documented(UnknownNameError, IllegalMoveError, TooOftenError, StorageError))
async def join(body: Joining, request: Request, response: Response, workshops: WorkshopsOf, key: KeyHeader = None) -> SeatTaken:
    """Take a seat by the code, while the lobby is open; a wrong code and a closed lobby look alike."""
    taking = Taking(seat=body.seat, role=body.role, alias=body.alias)
    with guessing(request):
        seated = await run_in_threadpool(workshops.join, body.code, taking, key)
    keep_seat(response, request, seated)
    return SeatTaken(**vars(seated))


@router.post("/open", summary="Let this browser keep a link's secret", responses=documented(NobodyError))
async def open_link(body: Opening, request: Request, response: Response, workshops: WorkshopsOf) -> dict[str, str]:
    """Exchange the secret of a link for a cookie that no script can read."""
    request.app.state.tries.count(address_of(request))
    found = await run_in_threadpool(workshops.keys.find, body.secret)
    if found is None or found.revoked:
        raise NobodyError("this link opens nothing", "ask for a new one")
    keep(response, request, found.room or found.workshop, body.secret, "seat" if found.actor.seat else "key")
    return {"workshop": found.workshop, "room": found.room, "capacity": found.actor.capacity}


@router.post("/host", status_code=204, summary="Let this browser make workshops", responses=documented(NobodyError, TooOftenError))
async def host(body: Opening, request: Request, response: Response) -> None:
    """Exchange the server owner's secret for a cookie that no script can read."""
    request.app.state.tries.count(address_of(request))
    request.app.state.host.keep(response, request, body.secret)


@router.get("/rooms/{room}", summary="What I may see of a table", response_model=dict[str, Any], responses=REFUSALS)
async def room(room: RoomName, request: Request, workshops: WorkshopsOf, own: OwnQuery = False) -> Response:
    """Return the table as the asker may see it; its ETag is the version."""
    actor = await asking(request, workshops.keys, room)
    found = await seen(workshops, room, actor, own and actor.seat is not None)
    return JSONResponse(found, headers={"ETag": f'"{found["version"]}"', "Cache-Control": "no-store"})


async def seen(workshops: Workshops, room: str, actor: Actor, alone: bool = False) -> dict[str, Any]:
    """Return what somebody may see of a table, beside the event loop only where something has to be waited for."""
    found = workshops.glance(room, actor, alone)
    return await run_in_threadpool(workshops.see, room, actor, alone) if found is None else found


@router.get("/rooms/{room}/events", summary="The record of a table", responses=REFUSALS)
async def events(
    room: RoomName,
    request: Request,
    workshops: WorkshopsOf,
    cursor: Annotated[int, Query(ge=0, le=MAX_EVENTS)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> dict[str, Any]:
    """Return events in order, a page at a time; `next` is the address of the next page."""
    await run_in_threadpool(leader, request, workshops, room)
    found = await run_in_threadpool(workshops.events, room, cursor, limit)
    more = f"/api/rooms/{room}/events?cursor={found[-1].number}&limit={limit}" if len(found) == limit else None
    return {"events": [event.as_dict() for event in found], "next": more}


@router.get("/rooms/{room}/live", summary="Hear when a table changes", response_model=None, responses=REFUSALS)
async def live(
    room: RoomName,
    request: Request,
    workshops: WorkshopsOf,
    ticks: TicksOf,
    *,
    own: OwnQuery = False,
    last: Annotated[str | None, Header(alias="Last-Event-ID", max_length=20)] = None,
) -> Response:
    """Stream versions as server-sent events; a client that does not ask for a stream gets the version at once."""
    actor = await asking(request, workshops.keys, room)
    current = await run_in_threadpool(workshops.version, room)
    if "text/event-stream" not in request.headers.get("accept", ""):
        return JSONResponse({"version": current}, headers={"Cache-Control": "no-store"})
    bearer = f"{room}/{actor}" if actor.capacity == "seat" else f"{room}/{actor}/{address_of(request)}"
    holders = ((bearer, MOST_A_BEARER), (address_of(request), MOST_AN_ADDRESS), ("all", MOST_ALL))
    ticks.enter(*holders)
    before = int(last) if last and last.isdecimal() else 0
    stream = ticks.stream(room, before, current, holders, (actor.seat or ALL) if own else ALL)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


@router.post("/rooms/{room}/score", summary="Who gains and who loses by a proposal", responses=REFUSALS | documented(TooLargeError, TimedOutError))
async def score(room: RoomName, body: Terms, request: Request, workshops: WorkshopsOf, compute: ComputeOf) -> dict[str, Any]:
    """Score terms against today before anybody proposes them: gains and losses, whether they would hold, who would leave."""
    actor = await asking(request, workshops.keys, room)
    return await scored(request, room, actor, body, compute)


@router.get("/rooms/{room}/debrief", summary="Looking back", responses=REFUSALS)
async def debrief(room: RoomName, request: Request, workshops: WorkshopsOf, compute: ComputeOf) -> dict[str, Any]:
    """Return what was chosen, expected and stable, side by side, with questions to the room."""
    actor = await asking(request, workshops.keys, room)
    return await looked_back(request, room, actor, workshops, compute)


@router.post("/rooms/{room}/seats/{seat}/device", status_code=201, summary="Give a seat to a new device", responses=REFUSALS)
async def hand_over(room: RoomName, seat: Name, request: Request, workshops: WorkshopsOf) -> SeatTaken:
    """Return a new secret for a seat; what the old device held opens nothing any more."""
    actor = await run_in_threadpool(leader, request, workshops, room)
    return SeatTaken(**vars(await run_in_threadpool(workshops.hand_over, room, actor, seat)))


@router.post("/rooms/{room}/links", status_code=201, summary="A link for one table", responses=REFUSALS)
async def link(room: RoomName, body: Linking, request: Request, workshops: WorkshopsOf) -> Link:
    """Return a link for an assistant, for entering what is on paper, or for the projector."""
    await run_in_threadpool(owner, request, workshops, room)
    capacity: Any = body.capacity
    secret = await run_in_threadpool(workshops.link, room.rpartition("-")[0], room, capacity)
    return Link(capacity=body.capacity, secret=secret)


@router.post("/workshops/{workshop}/links/withdraw", summary="Withdraw links", responses=REFUSALS)
async def withdraw_links(workshop: WorkshopName, body: Linking, request: Request, workshops: WorkshopsOf) -> dict[str, int]:
    """Let all links of a kind, at every table, open nothing any more."""
    await run_in_threadpool(owner, request, workshops, workshop)
    capacity: Any = body.capacity
    return {"withdrawn": await run_in_threadpool(workshops.revoke, workshop, capacity)}


def leader(request: Request, workshops: Workshops, place: str) -> Actor:
    """Return who asks, who must lead the workshop or help to."""
    actor = who(request, workshops.keys, place)
    if actor.capacity not in ("owner", "assistant"):
        raise NotAllowedError("this is for the facilitator", "ask the facilitator")
    return actor


def owner(request: Request, workshops: Workshops, place: str) -> Actor:
    """Return who asks, who must own the workshop."""
    actor = who(request, workshops.keys, place)
    if actor.capacity != "owner":
        raise NotAllowedError("this is for the owner of the workshop", "ask the owner")
    return actor


def version_of(match: str | None) -> int | None:
    """Return the version that an If-Match header names.

    Raises
    ------
    ChangedError
        When it is no version of this server's.
    """
    if match is None or match.strip() == "*":
        return None
    text = match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal():
        raise ChangedError(f"'{match}' is not a version", "send the ETag of the table")
    return int(text)


async def settled(workshops: Workshops, room: str, actor: Actor, done: Future[Answer]) -> Answer:
    """Return what a move did once it is on disk; where somebody else was faster, the refusal says what changed.

    Raises
    ------
    NegotiationError
    """
    try:
        return await asyncio.wrap_future(done)
    except ChangedError as error:
        raise await run_in_threadpool(explained, error, workshops.rooms, room, actor) from None


def _endpoint(move: Move) -> Callable[..., Any]:
    """Return the function behind a move's address; its signature names the parts of the address and the body."""

    async def endpoint(**given: Any) -> dict[str, Any]:
        request, workshops, room, body = given["request"], given["workshops"], given["room"], given["body"]
        actor = await asking(request, workshops.keys, room)
        if actor.capacity in ("seat", "proxy") and given["key"] is None:
            raise KeyNeededError("this request needs an Idempotency-Key", "send a new random key with each new request, and the same one when repeating it")
        arguments = {name: given[name] for name in names}
        done = workshops.act(room, actor, move, body, arguments, key=given["key"], expected=version_of(given["match"]))
        return await settled(workshops, room, actor, done)

    names = re.findall(r"{(\w+)}", move.path)
    keyword = inspect.Parameter.KEYWORD_ONLY
    kinds: dict[str, Any] = {"room": RoomName, **dict.fromkeys(names, Name), "request": Request, "workshops": WorkshopsOf, "body": move.body}
    parameters = [inspect.Parameter(name, keyword, annotation=kind) for name, kind in kinds.items()]
    parameters += [inspect.Parameter(name, keyword, annotation=kind, default=None) for name, kind in (("key", KeyHeader), ("match", MatchHeader))]
    endpoint.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    endpoint.__name__, endpoint.__doc__ = move.name, move.about
    return endpoint


for _move in MOVES.values():
    router.add_api_route(
        f"/rooms/{{room}}{_move.path}",
        _endpoint(_move),
        methods=["POST"],
        summary=_move.name.replace("_", " ").capitalize(),
        description=f"{_move.about}\n\nFor: {', '.join(_move.allowed)}.",
        response_model=Receipt,
        responses=REFUSALS | OUTDATED | documented(KeyNeededError),
    )
