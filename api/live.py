"""Telling screens that something changed: version numbers only, at most a few a second, with nothing private in them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from itertools import islice

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
KEPT = 300.0
"""Seconds after which a table to which nobody listens is forgotten: much longer than a stream rests between two ticks. Its version is in the database."""
AT_ONCE = 4
"""Tables that may be forgotten each time: more than can be added."""
ALL = ""
"""Who hears of every change, instead of a seat's name."""


@dataclass
class _Table:
    """What was heard of a table: its newest version, the newest that everybody's page shows, and the newest that the page of each seat alone shows."""

    version: int = 0
    common: int = 0
    seats: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, asyncio.Event] = field(default_factory=dict)
    listening: int = 0
    touched: float = 0.0

    def newest(self, seat: str) -> int:
        return self.version if seat == ALL else max(self.common, self.seats.get(seat, 0))


class Ticks:
    """The newest version of each room that somebody listened to or that changed a moment ago, and who waits for a newer one.

    Parameters
    ----------
    clock : callable
        Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tables: OrderedDict[str, _Table] = OrderedDict()
        self.streams: Counter[str] = Counter()

    def start(self) -> None:
        """Tell the loop in which streams run; called in it."""
        self._loop = asyncio.get_running_loop()

    def told(self, room: str, version: int, seats: Collection[str] | None = None) -> None:
        """Take in that a room has a new version, and on which seats' pages it shows: None for all of them. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, room, version, seats)

    def _take(self, room: str, version: int, seats: Collection[str] | None) -> None:
        table = self._touched(room)
        touched = tuple(table.waiting) if seats is None else (ALL, *seats)
        before = {who: table.newest(who) for who in touched if who in table.waiting}
        table.version = max(table.version, version)
        if seats is None:
            table.common = max(table.common, version)
        for seat in seats or ():
            table.seats[seat] = max(table.seats.get(seat, 0), version)
        for who, newest in before.items():
            if table.newest(who) > newest:
                table.waiting.pop(who).set()

    def _touched(self, room: str) -> _Table:
        """Return what was heard of a table, and forget those that nobody listens to and nobody asked for in a long time."""
        now = self._clock()
        table = self._tables.setdefault(room, _Table())
        table.touched = now
        self._tables.move_to_end(room)
        for name, other in list(islice(self._tables.items(), AT_ONCE)):
            if other.touched < now - KEPT and other.listening:
                other.touched = now
                self._tables.move_to_end(name)
            elif other.touched < now - KEPT:
                del self._tables[name]
        return table

    @property
    def tables(self) -> int:
        """How many tables are remembered."""
        return len(self._tables)

    def version(self, room: str, seat: str = ALL) -> int:
        """Return the newest version heard of, or the newest that a seat's page shows; 0 where none was."""
        table = self._tables.get(room)
        return 0 if table is None else table.newest(seat)

    async def newer(self, room: str, than: int, seconds: float, seat: str = ALL) -> int:
        """Wait until a room has a newer version, on a seat's page if one is named, or for some seconds; return the newest."""
        if self.version(room, seat) <= than:
            waiting = self._touched(room).waiting.setdefault(seat, asyncio.Event())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(waiting.wait(), seconds)
        return max(self.version(room, seat), than)

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

    async def stream(self, room: str, seen: int, current: int, holders: tuple[tuple[str, int], ...], seat: str = ALL) -> AsyncIterator[str]:
        """Return server-sent events: the version now if it is news to the client, and each time it grows, on a seat's page if one is named."""
        table = self._touched(room)
        table.listening += 1
        try:
            yield f"retry: {RETRY}\n\n"
            sent = seen
            newest = max(current, self.version(room, seat))
            while True:
                if newest > sent:
                    sent = newest
                    yield f"id: {sent}\nevent: tick\ndata: {json.dumps({'version': sent})}\n\n"
                    await asyncio.sleep(self.gap)
                    newest = max(newest, self.version(room, seat))
                    continue
                newest = await self.newer(room, sent, ALIVE, seat)
                if newest <= sent:
                    yield ": here\n\n"
        finally:
            table.listening -= 1
            self.leave(*holders)
