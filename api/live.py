"""Telling screens that something changed: version numbers only, at most a few a second, with nothing private in them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator

from negotiation.errors import TooLargeError

EVERY = 0.25
"""Seconds between two ticks of a stream at least."""
EACH = 1 / 400
"""Seconds between two ticks for each open stream: a tick makes a screen look again, and a server answers so many looks a second beside its other work."""
ALIVE = 15.0
"""Seconds after which a silent stream says that it is there."""
RETRY = 2000
"""Milliseconds after which a browser connects again."""
MOST_A_BEARER = 4
MOST_AN_ADDRESS = 400
MOST_ALL = 2000


class Ticks:
    """The newest version of each room, and who waits for a newer one."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._versions: dict[str, int] = {}
        self._waiting: dict[str, asyncio.Event] = {}
        self.streams: Counter[str] = Counter()

    def start(self) -> None:
        """Tell the loop in which streams run; called in it."""
        self._loop = asyncio.get_running_loop()

    def told(self, room: str, version: int) -> None:
        """Take in that a room has a new version; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, room, version)

    def _take(self, room: str, version: int) -> None:
        if version > self._versions.get(room, 0):
            self._versions[room] = version
            waiting = self._waiting.pop(room, None)
            if waiting is not None:
                waiting.set()

    def version(self, room: str) -> int:
        """Return the newest version heard of; 0 where none was."""
        return self._versions.get(room, 0)

    async def newer(self, room: str, than: int, seconds: float) -> int:
        """Wait until a room has a newer version, or for some seconds; return the newest."""
        if self.version(room) <= than:
            waiting = self._waiting.setdefault(room, asyncio.Event())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(waiting.wait(), seconds)
        return max(self.version(room), than)

    @property
    def gap(self) -> float:
        """Seconds between two ticks of a stream now: more where many listen."""
        return max(EVERY, EACH * self.streams["all"])

    def enter(self, *holders: tuple[str, int]) -> None:
        """Count a stream for each holder.

        Raises
        ------
        TooLargeError
            When one of them has as many as it may.
        """
        for name, most in holders:
            if self.streams[name] >= most:
                raise TooLargeError("too many live connections at once", "close other tabs of this page; it goes on without, asking every few seconds")
        for name, _ in holders:
            self.streams[name] += 1

    def leave(self, *holders: tuple[str, int]) -> None:
        """Count a stream no more."""
        for name, _ in holders:
            self.streams[name] -= 1
            if self.streams[name] <= 0:
                del self.streams[name]

    async def stream(self, room: str, seen: int, current: int, holders: tuple[tuple[str, int], ...]) -> AsyncIterator[str]:
        """Return server-sent events: the version now if it is news to the client, and each time it grows."""
        try:
            yield f"retry: {RETRY}\n\n"
            sent = seen
            newest = max(current, self.version(room))
            while True:
                if newest > sent:
                    sent = newest
                    yield f"id: {sent}\nevent: tick\ndata: {json.dumps({'version': sent})}\n\n"
                    await asyncio.sleep(self.gap)
                    newest = max(newest, self.version(room))
                    continue
                newest = await self.newer(room, sent, ALIVE)
                if newest <= sent:
                    yield ": here\n\n"
        finally:
            self.leave(*holders)
