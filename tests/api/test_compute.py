"""The worker pool: limits of time, and life after death."""

import asyncio
import os
import time

import pytest

from api.compute import Compute
from negotiation.errors import SolverError, TimedOutError


def forever() -> None:
    while True:
        pass


def die() -> None:
    os._exit(1)


def double(x: int) -> int:
    return 2 * x


def greedy() -> int:
    return len(bytearray(7 * 2**30))


@pytest.fixture
def compute() -> Compute:
    return Compute(workers=1, seconds=0.5)


def test_a_job_is_stopped_at_its_time_limit_and_the_next_one_runs(compute: Compute) -> None:
    start = time.monotonic()
    with pytest.raises(TimedOutError, match=r"more than 0\.5 s"):
        asyncio.run(compute.run(forever))
    assert time.monotonic() - start < 30
    assert asyncio.run(compute.run(double, 21)) == 42
    compute.close()


def test_a_job_that_wants_too_much_memory_fails_alone(compute: Compute) -> None:
    with pytest.raises(SolverError, match="memory"):
        asyncio.run(compute.run(greedy))
    assert asyncio.run(compute.run(double, 21)) == 42
    compute.close()


def test_a_worker_that_dies_is_replaced(compute: Compute) -> None:
    with pytest.raises(SolverError, match="broke off"):
        asyncio.run(compute.run(die))
    assert asyncio.run(compute.run(double, 21)) == 42
    compute.close()
