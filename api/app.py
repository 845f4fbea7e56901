"""The application, made by a function."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from negotiation.document import MAX_BYTES

from . import console_pages, job_routes, observe, pages, projector_pages, record_routes, routes, seat_pages, workshop_routes
from .compute import Compute, one_process
from .doors import ForgedError, Host, Tries, refuse_forged
from .headers import HEADERS, headers_for
from .jobs import Jobs
from .kept import Kept
from .live import Ticks
from .observe import Observed, Seen
from .problems import install, kind_of, problem
from .records import Records
from .retention import delete_due, today_of
from .settings import VERSION, ServerSettings
from .storage.answers import Answers
from .storage.database import is_sqlite, libpq, open_engine
from .storage.games import Games
from .storage.migrate import upgrade
from .workshops import Workshops

logger = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
MAX_BODY = 2 * MAX_BYTES
ADDRESSES = 100
"""How often the wrong codes of a single address may come from all together in a minute."""
EVERY = 0.5
"""Seconds between two looks at the clock."""
WARM_AFTER = 0.3
"""Seconds after the start at which the workers are started: the server answers first."""


def create_app(settings: ServerSettings | None = None) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    settings : ServerSettings, optional
        Read from the environment when not given.
    """
    chosen = settings or ServerSettings.from_environment()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = open_engine(chosen.database_url)
        shared = not is_sqlite(chosen.database_url)
        await run_in_threadpool(upgrade, engine)
        app.state.store = Games(engine)
        await run_in_threadpool(app.state.store.load_catalogue)
        app.state.ticks = Ticks()
        app.state.ticks.start()
        app.state.workshops = Workshops(engine, shared, app.state.store, app.state.ticks.told, time.time)
        app.state.records = Records(app.state.workshops)
        app.state.jobs = Jobs(engine, one_process, Answers(engine, VERSION), chosen.job_seconds)
        await run_in_threadpool(app.state.jobs.resume)
        listener = None
        if shared:
            heard = import_module("api.storage.listener")  # needs PostgreSQL's driver, which a laptop does not have
            listener = heard.Listener(libpq(engine), app.state.ticks.told)
        clock = asyncio.create_task(_keep_time(app.state.workshops))
        app.state.compute = Compute(chosen.workers, chosen.seconds)
        app.state.kept = Kept(chosen.workers)
        asyncio.get_running_loop().call_later(WARM_AFTER, app.state.compute.warm)
        yield
        clock.cancel()
        if listener is not None:
            await run_in_threadpool(listener.close)
        await run_in_threadpool(app.state.workshops.close)
        await run_in_threadpool(app.state.jobs.close)
        app.state.compute.close()
        engine.dispose()

    app = FastAPI(
        title="Negotiation engine",
        summary="Shows people who share a problem when working together can last.",
        description="Equilibria, cost allocations and verdicts. Every answer holds if the payoffs hold; it is not a prediction.",
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.tries = Tries(chosen.join_tries)
    app.state.guesses = Tries(ADDRESSES * chosen.join_tries)
    app.state.host = Host(chosen.owner_secret)
    install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(Guard)
    app.state.seen = Seen()
    app.add_middleware(Observed, seen=app.state.seen)
    for one in (seat_pages, workshop_routes, observe, routes, record_routes, job_routes, pages, console_pages, projector_pages):
        app.include_router(one.router)  # what a full hall asks for stands first: it is found soonest
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_api_route("/docs", _docs, include_in_schema=False)
    app.add_api_route("/openapi.json", _document, include_in_schema=False)
    return app


def _operation_id(route: APIRoute) -> str:
    return f"{route.tags[0]}-{route.name}" if route.tags else route.name


async def _keep_time(workshops: Workshops) -> None:
    """End phases whose time is up; delete once a day the workshops whose day has passed, as people were told when they joined."""
    day = None
    while True:
        await asyncio.sleep(EVERY)
        try:
            await run_in_threadpool(workshops.expire)
            if today_of(workshops) != day:
                await run_in_threadpool(delete_due, workshops)
                day = today_of(workshops)
        except Exception:
            logger.exception("the clock of the workshops")


class Guard:
    """Refuse what other sites ask for, and state what browsers may do; streams pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a refusal; add the headers that are missing."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def stating(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                missing = [(name.lower().encode(), value.encode()) for name, value in headers_for(scope).items()]
                message["headers"] = [*message["headers"], *(pair for pair in missing if pair[0] not in there)]
            await send(message)

        request = Request(scope)
        try:
            refuse_forged(request)
        except ForgedError as error:
            refusal = problem(request, error.status, kind_of(error), title=error.title, detail=error.message, remedy=error.remedy)
            await refusal(scope, receive, stating)
        else:
            await self.app(scope, receive, stating)


class BodyLimit:
    """Refuse bodies beyond the limit while they are read, whether they name their length or not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a counting `receive`."""
        read = 0

        async def counting() -> Message:
            nonlocal read
            message = await receive()
            before, read = read, read + len(message.get("body", b""))
            if before <= MAX_BODY < read:
                detail = f"the request has more than {MAX_BODY:,} bytes"
                refusal = problem(Request(scope), 413, "too-large", title="Too large", detail=detail, remedy="shorten it")
                await refusal(scope, receive, send)
            return message if read <= MAX_BODY else {"type": "http.disconnect"}

        async def unless_refused(message: Message) -> None:
            if read <= MAX_BODY:
                await send(message)

        await self.app(scope, counting, unless_refused)


async def _document(request: Request) -> JSONResponse:
    """Describe the interface; where others can reach the server, to its owner only."""
    request.app.state.host.allow(request)
    return JSONResponse(request.app.openapi())


async def _docs(request: Request) -> HTMLResponse:
    request.app.state.host.allow(request)
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Negotiation engine: HTTP interface",
        swagger_js_url="/static/vendor/swagger-ui-bundle.js",
        swagger_css_url="/static/vendor/swagger-ui.css",
        swagger_favicon_url="/static/icon.svg",
    )
    page.headers["Content-Security-Policy"] = HEADERS["Content-Security-Policy"] + "; script-src 'self' 'unsafe-inline'"
    return page
