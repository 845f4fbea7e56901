"""Computing beside the event loop: a pool of processes with a time and a memory limit for each job."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from negotiation.errors import SolverError, TimedOutError

from .limits import limited

T = TypeVar("T")
MEMORY = 6 * 2**30
GRACE = 30.0
SHARE = 0.8
"""Share of the time limit after which a computation returns what it has."""


class Workers(ProcessPoolExecutor):
    """Worker processes that end at once when they are no longer needed, whatever they do.

    Parameters
    ----------
    number : int
    """

    def __init__(self, number: int) -> None:
        context = multiprocessing.get_context("spawn")
        told, self._tell = context.Pipe(duplex=False)
        super().__init__(number, mp_context=context, initializer=_prepare, initargs=(told,))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers; what they were doing breaks off."""
        self._tell.close()
        super().shutdown(wait, cancel_futures=cancel_futures)


class Compute:
    """A pool of worker processes.

    Parameters
    ----------
    workers : int
        Number of processes.
    seconds : float
        Time limit of one job.
    """

    def __init__(self, workers: int, seconds: float) -> None:
        self.workers = workers
        self.seconds = seconds
        self._pool = Workers(workers)
        self._closed = False

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run ``work(*arguments)`` in a worker.

        Raises
        ------
        TimedOutError
            At the time limit.
        SolverError
            When the worker died, e.g. at its memory limit; the pool is started anew.
        """
        pool = self._pool
        try:
            job = asyncio.get_running_loop().run_in_executor(pool, limited, self.seconds, work, arguments)
            return await asyncio.wait_for(job, self._patience())
        except BrokenProcessPool:
            self._renew(pool)
            raise SolverError("the computation broke off, probably for lack of memory", "try a smaller game") from None
        except TimeoutError:
            raise TimedOutError("the server is busy", "try again in a moment") from None

    def patience(self, wanted: float | None) -> float:
        """Return after how many seconds a job shall return what it has, so that it is not stopped with nothing."""
        most = SHARE * self.seconds
        return most if wanted is None else min(wanted, most)

    def _patience(self) -> float:
        return 4 * self.seconds + GRACE

    def _renew(self, broken: Workers) -> None:
        if self._pool is broken and not self._closed:
            broken.shutdown(wait=False)
            self._pool = Workers(self.workers)

    def warm(self) -> None:
        """Start the workers now, without waiting for them."""
        for _ in range(self.workers):
            self._pool.submit(_ready)

    def close(self) -> None:
        """End the workers, and wait until they have ended: then nothing of them is left over."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)


def one_process() -> Executor:
    """Return an executor of one worker process, with the limits of all of them."""
    return Workers(1)


def _prepare(told: Connection) -> None:
    """Load the engine and set the worker's limits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    threading.Thread(target=_end_with_parent, args=(told,), daemon=True).start()
    import_module("api.work")


def _end_with_parent(told: Connection) -> None:
    """End this worker when the server says so, or is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel, told])
        os._exit(0)


def _ready() -> None:
    """Do nothing, in a worker."""
