"""What a server has while it runs: opened when it starts, closed when it ends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from .compute import Compute, one_process
from .jobs import Jobs
from .kept import Kept
from .live import Ticks
from .records import Records
from .retention import delete_due, today_of
from .settings import VERSION, ServerSettings
from .storage.answers import Answers
from .storage.database import is_sqlite, libpq, open_engine
from .storage.games import Games
from .storage.migrate import upgrade
from .workshops import Workshops

logger = logging.getLogger(__name__)
EVERY = 0.5
"""Seconds between two looks at the clock."""
WARM_AFTER = 0.3
"""Seconds after the start at which the workers are started: the server answers first."""


@asynccontextmanager
async def running(app: FastAPI, settings: ServerSettings) -> AsyncIterator[None]:
    """Open what the application needs, and close it in the end."""
    engine = open_engine(settings.database_url)
    shared = not is_sqlite(settings.database_url)
    await run_in_threadpool(upgrade, engine)
    app.state.store = Games(engine)
    await run_in_threadpool(app.state.store.load_catalogue)
    app.state.ticks = Ticks()
    app.state.ticks.start()
    app.state.workshops = Workshops(engine, shared, app.state.store, app.state.ticks.told, time.time, letters=settings.letters)
    app.state.records = Records(app.state.workshops)
    app.state.jobs = Jobs(engine, one_process, Answers(engine, VERSION), settings.job_seconds)
    await run_in_threadpool(app.state.jobs.resume)
    listener = None
    if shared:
        heard = import_module("api.storage.listener")  # needs PostgreSQL's driver, which a laptop does not have
        listener = heard.Listener(libpq(engine), app.state.ticks.told)
    clock = asyncio.create_task(_keep_time(app.state.workshops))
    app.state.compute = Compute(settings.workers, settings.seconds)
    app.state.kept = Kept(settings.workers)
    asyncio.get_running_loop().call_later(WARM_AFTER, app.state.compute.warm)
    yield
    clock.cancel()
    if listener is not None:
        await run_in_threadpool(listener.close)
    await run_in_threadpool(app.state.workshops.close)
    await run_in_threadpool(app.state.jobs.close)
    await run_in_threadpool(app.state.compute.close)
    engine.dispose()


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
