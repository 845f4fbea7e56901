"""The application, made by a function."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from negotiation.document import MAX_BYTES

from . import pages, routes
from .compute import Compute
from .kept import Kept
from .problems import install, problem
from .settings import ServerSettings
from .store import Store

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
}
MAX_BODY = 2 * MAX_BYTES
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
        app.state.store = Store(chosen.database_url)
        app.state.store.load_catalogue()
        app.state.compute = Compute(chosen.workers, chosen.seconds)
        app.state.kept = Kept(chosen.workers)
        asyncio.get_running_loop().call_later(WARM_AFTER, app.state.compute.warm)
        yield
        app.state.compute.close()
        app.state.store.engine.dispose()

    app = FastAPI(
        title="Negotiation engine",
        summary="Shows people who share a problem when working together can last.",
        description="Equilibria, cost allocations and verdicts. Every answer holds if the payoffs hold; it is not a prediction.",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    install(app)
    app.middleware("http")(_guard)
    app.add_middleware(BodyLimit)
    app.include_router(routes.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_api_route("/docs", _docs, include_in_schema=False)
    return app


def _operation_id(route: APIRoute) -> str:
    return f"{route.tags[0]}-{route.name}" if route.tags else route.name


async def _guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """State what browsers may do."""
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


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


async def _docs() -> HTMLResponse:
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Negotiation engine: HTTP interface",
        swagger_js_url="/static/vendor/swagger-ui-bundle.js",
        swagger_css_url="/static/vendor/swagger-ui.css",
        swagger_favicon_url="/static/icon.svg",
    )
    page.headers["Content-Security-Policy"] = HEADERS["Content-Security-Policy"] + "; script-src 'self' 'unsafe-inline'"
    return page
