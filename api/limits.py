"""The time and memory that a computation may take in its worker process."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, TypeVar

from negotiation.errors import SolverError, TimedOutError

T = TypeVar("T")


def limited(seconds: float, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    """Run ``work(*arguments)``, and end it after some seconds.

    Raises
    ------
    TimedOutError
        At the time limit.
    SolverError
        When there was not memory enough.
    """

    def stop(*_: Any) -> None:
        raise TimedOutError(f"the analysis took more than {seconds:g} s", "use fewer members or actions, or run it on the command line")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return work(*arguments)
    except MemoryError:
        raise SolverError("the computation needs more memory than it may have", "try a smaller game") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
