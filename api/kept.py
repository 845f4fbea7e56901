"""Answers that are kept for a while: what thirty people ask in the same minute is worked out once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from negotiation.answers.request import Request as Question

MOST = 256
"""Answers that are kept; the one that nobody asked for longest goes first."""
BESIDE = 1
"""Workers that stay free for quick answers while slow ones are worked out, where there are more."""


class Kept:
    """Answers by their questions, also those that are still being worked out.

    Parameters
    ----------
    workers : int
        Processes that compute.
    """

    def __init__(self, workers: int) -> None:
        self._answers: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()
        self._slow = asyncio.Semaphore(max(1, workers - BESIDE))

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[Any]], *, slow: bool = False) -> Any:
        """Return the answer to a question, which is asked only if nobody has asked it; an error is told to all who wait, and not kept.

        Parameters
        ----------
        key : hashable
            The question.
        ask : callable
            Asks it.
        slow : bool
            Whether it takes seconds: then it waits until a worker is free besides one for quick answers.
        """
        task = self._answers.get(key)
        if task is None:
            task = self._answers[key] = asyncio.ensure_future(self._ask(ask, slow))
            task.add_done_callback(lambda done: self._forget(key, done))
        self._answers.move_to_end(key)
        while len(self._answers) > MOST:
            self._answers.popitem(last=False)
        return await asyncio.shield(task)

    async def _ask(self, ask: Callable[[], Awaitable[Any]], slow: bool) -> Any:
        if not slow:
            return await ask()
        async with self._slow:
            return await ask()

    def _forget(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and self._answers.get(key) is done:
            del self._answers[key]


def key_of(question: Question) -> Hashable:
    """Return a question as a key; options in any order are the same question."""
    return question.settings, question.charges, frozenset((question.options or {}).items())
