"""What a process remembers of tables does not grow with the tables that it has seen."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

from api.live import KEPT, Ticks


def run(body: Any) -> None:
    asyncio.run(body)


def test_tables_that_nobody_listens_to_are_forgotten_after_a_while() -> None:
    now = 0.0

    async def evening() -> None:
        nonlocal now
        ticks = Ticks(lambda: now)
        ticks.start()
        most = 0
        for number in range(5000):
            now += 1.0
            ticks.told(f"{number:012x}-1", 3, None if number % 2 else ["s1"])
            await asyncio.sleep(0)
            most = max(most, ticks.tables)
        assert KEPT <= most <= KEPT + 2, "those of the last minutes, and no others"
        assert ticks.version("000000000001-1") == 0
        assert ticks.version(f"{4999:012x}-1") == 3

    run(evening())


def test_a_table_with_a_stream_is_remembered_for_as_long_as_it_listens() -> None:
    now = 0.0

    async def evening() -> None:
        nonlocal now
        ticks = Ticks(lambda: now)
        ticks.start()
        async with aclosing(ticks.stream("0123456789ab-1", 0, 1, ())) as stream:  # type: ignore[type-var]
            assert "retry" in await anext(stream)
            assert '"version": 1' in await anext(stream)
            for number in range(1000):  # hours in which this screen takes nothing in
                now += 10.0
                ticks.told(f"{number:012x}-1", 1)
                if number == 10:
                    ticks.told("0123456789ab-1", 2)
                await asyncio.sleep(0)
            assert ticks.version("0123456789ab-1") == 2
            assert '"version": 2' in await anext(stream), "what it has missed is told"
        for number in range(100):
            now += 10.0
            ticks.told(f"{number:012x}-2", 1)
            await asyncio.sleep(0)
        assert ticks.version("0123456789ab-1") == 0, "it has gone"
        assert ticks.tables <= KEPT / 10 + 2

    run(evening())


def test_whoever_comes_back_to_a_forgotten_table_hears_of_the_next_change() -> None:
    now = 0.0

    async def evening() -> None:
        nonlocal now
        ticks = Ticks(lambda: now)
        ticks.start()
        ticks.told("0123456789ab-1", 7)
        await asyncio.sleep(0)
        now += 2 * KEPT
        ticks.told("ffffffffffff-1", 1)
        await asyncio.sleep(0)
        assert ticks.version("0123456789ab-1") == 0
        waiting = asyncio.ensure_future(ticks.newer("0123456789ab-1", 7, 20.0))
        await asyncio.sleep(0)
        ticks.told("0123456789ab-1", 8)
        assert await waiting == 8

    run(evening())
