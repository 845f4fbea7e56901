"""How the server fares: whether it is ready, what it counts, and a log in JSON without anything secret."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .doors import NobodyError
from .jobs import Jobs
from .live import Ticks
from .problems import documented
from .storage.database import StorageError
from .workshops import Workshops

logger = logging.getLogger(__name__)
router = APIRouter(tags=["health"])
TEXT = "text/plain; version=0.0.4; charset=utf-8"
ID = "X-Request-ID"
asked: ContextVar[str] = ContextVar("asked", default="")
"""Identifier of the request that is being answered."""


class Seen:
    """What was answered since the server started: how many requests with each status, and in how many seconds."""

    def __init__(self) -> None:
        self.answers: Counter[int] = Counter()
        self.seconds = 0.0

    def take(self, status: int, seconds: float) -> None:
        """Count an answer."""
        self.answers[status] += 1
        self.seconds += seconds


class Observed:
    """Gives each request an identifier, counts it, and logs it under the pattern of its address: codes and links are in addresses.

    Parameters
    ----------
    app : ASGI application
    seen : Seen
    """

    def __init__(self, app: ASGIApp, seen: Seen) -> None:
        self.app = app
        self.seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and look at what is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name, begun, status = secrets.token_hex(6), time.perf_counter(), 0
        token = asked.set(name)

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (ID.lower().encode(), name.encode())]
            await send(message)

        try:
            await self.app(scope, receive, named)
        except Exception:
            status = 500
            logger.exception("a request broke off")
            raise
        finally:
            seconds = time.perf_counter() - begun
            self.seen.take(status or 499, seconds)
            facts = {"method": scope["method"], "route": route_of(scope), "status": status or 499, "ms": round(1000 * seconds, 1)}
            logger.log(logging.WARNING if status >= 500 else logging.INFO, "request", extra={"facts": facts})
            asked.reset(token)


def route_of(scope: Scope) -> str:
    """Return the pattern of the address that was asked for, such as `/v/{token}`."""
    route = scope.get("route")
    return str(getattr(route, "path", "")) or "none"


class JsonLines(logging.Formatter):
    """Each record on a line of JSON: when, how grave, where, what, and during which request."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "from": record.name, "says": record.getMessage()}
        if asked.get():
            said["request"] = asked.get()
        said |= getattr(record, "facts", {})
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def logging_to_stderr(level: str) -> dict[str, Any]:
    """Return the settings of the standard library's logging for a server: addresses are never logged as they were typed."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonLines}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {"api": {"level": level.upper()}, "uvicorn.access": {"level": "CRITICAL", "propagate": False}},
    }


@router.get("/readyz", summary="Can the server take something in?", responses=documented(StorageError))
async def ready(request: Request) -> dict[str, str]:
    """Answer whether the database can be reached and what is sent can be written."""
    workshops: Workshops = request.app.state.workshops
    if not workshops.writer.alive:
        raise StorageError("the server cannot write any more", "start it again: what was acknowledged before is safe")
    await run_in_threadpool(_reach, workshops.engine)
    return {"status": "ready"}


def _reach(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            connection.execute(select(1))
    except SQLAlchemyError:
        raise StorageError("the database cannot be reached", "start it, or wait until it is back: what was acknowledged before is safe") from None


@router.get("/metrics", summary="Counts for a monitor", response_class=PlainTextResponse, responses=documented(NobodyError, StorageError))
async def metrics(request: Request) -> PlainTextResponse:
    """Return counts as Prometheus reads them; where others can reach the server, only its owner sees them."""
    state = request.app.state
    state.host.allow(request)
    jobs: Jobs = state.jobs
    lines = list(counted(state.seen, state.workshops, state.ticks, await run_in_threadpool(jobs.counts)))
    return PlainTextResponse("\n".join(lines) + "\n", media_type=TEXT, headers={"Cache-Control": "no-store"})


def counted(seen: Seen, workshops: Workshops, ticks: Ticks, jobs: dict[str, int]) -> Iterator[str]:
    """Return the lines of the counts, each with what it means."""
    rows: list[tuple[str, str, str, dict[str, float]]] = [
        ("requests_total", "counter", "Requests answered, by status.", {f'{{status="{key}"}}': value for key, value in sorted(seen.answers.items())}),
        ("request_seconds_total", "counter", "Seconds from request to the end of the answer, live streams included.", {"": round(seen.seconds, 3)}),
        ("events_written_total", "counter", "Events of workshops that this process wrote.", {"": workshops.writer.written}),
        ("waiting_requests", "gauge", "Requests that wait to be written.", {"": workshops.writer.waiting}),
        ("streams", "gauge", "Screens that hear of changes.", {"": ticks.streams["all"]}),
        ("jobs", "gauge", "Long computations, by state.", {f'{{state="{key}"}}': value for key, value in sorted(jobs.items())}),
    ]
    for name, kind, about, values in rows:
        yield f"# HELP negotiation_{name} {about}"
        yield f"# TYPE negotiation_{name} {kind}"
        for label, value in values.items():
            yield f"negotiation_{name}{label} {value}"
