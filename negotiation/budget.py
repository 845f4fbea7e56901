"""How long a computation may take, how it tells its progress, how it is stopped.

Solvers take a `Budget`, report through it, and return what they have, saying so, when it is spent. Time comes in through
here only; with an unlimited budget every analysis is a pure function of its arguments.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Budget:
    """A time limit with progress and a stop button.

    Parameters
    ----------
    seconds : float or None
        Time limit from now; None for none.
    progress : callable, optional
        Receives the share done (0 to 1) and a short text, at most ten times a second.
    stopped : callable, optional
        Asked now and then; the computation ends soon after it returns True.

    Examples
    --------
    >>> Budget(seconds=0.0).spent()
    True
    """

    seconds: float | None = None
    progress: Callable[[float, str], None] | None = None
    stopped: Callable[[], bool] | None = None
    _start: float = field(default_factory=time.monotonic)
    _told: float = 0.0

    def spent(self, share: float = 0.0, doing: str = "") -> bool:
        """Report progress; return whether to stop now."""
        now = time.monotonic()
        if self.progress is not None and now - self._told >= 0.1:
            self._told = now
            self.progress(min(max(share, 0.0), 1.0), doing)
        if self.seconds is not None and now - self._start >= self.seconds:
            return True
        return self.stopped is not None and self.stopped()

    def why(self) -> str:
        """Return in words why a computation was cut short."""
        if self.stopped is not None and self.stopped():
            return "stopped on request"
        return f"time limit of {self.seconds:g} s reached"


def unlimited() -> Budget:
    """Return a budget without a limit."""
    return Budget()
