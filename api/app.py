"""The application, made by a function."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from negotiation.document import MAX_BYTES

from . import console_pages, job_routes, observe, pages, projector_pages, record_routes, routes, seat_pages, workshop_routes
from .doors import ForgedError, Host, Tries, refuse_forged
from .headers import HEADERS, headers_for
from .lifespan import running
from .names import OtherHostError, names_of, refuse_other_names
from .observe import Observed, Seen
from .problems import install, kind_of, problem
from .settings import VERSION, ServerSettings, SettingsError

STATIC = Path(__file__).parent / "static"
MAX_BODY = 2 * MAX_BYTES
ADDRESSES = 100
"""How often the wrong codes of a single address may come from all together in a minute."""


def create_app(settings: ServerSettings | None = None) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    settings : ServerSettings, optional
        Read from the environment when not given.

    Raises
    ------
    SettingsError
        When a server on the internet has no owner.
    """
    chosen = settings or ServerSettings.from_environment()
    if chosen.public is not None and chosen.owner_secret is None:
        raise SettingsError("a server that everybody can reach needs an owner", "set NEGOTIATION_OWNER to at least 24 random letters")

    app = FastAPI(
        title="Negotiation engine",
        summary="Shows people who share a problem when working together can last.",
        description="Equilibria, cost allocations and verdicts. Every answer holds if the payoffs hold; it is not a prediction.",
        version=VERSION,
        lifespan=partial(running, settings=chosen),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.tries = Tries(chosen.join_tries)
    app.state.guesses = Tries(ADDRESSES * chosen.join_tries)
    app.state.host = Host(chosen.owner_secret)
    app.state.settings = chosen
    install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(Guard, settings=chosen)
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


class Guard:
    """Refuse what other sites ask for, and state what browsers may do; streams pass as they are."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self.app = app
        self._names, self._public = names_of(settings), settings.public

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

        if self._public is not None:
            scope["scheme"] = "https"  # so it left the browser, whatever the last stretch is
        request = Request(scope)
        try:
            refuse_other_names(scope, self._names)
            refuse_forged(request, self._public)
        except (OtherHostError, ForgedError) as error:
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
