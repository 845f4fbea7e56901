"""Timing side by side: medians of several runs in one process, as ratios."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Measurement:
    """One line of a report: what took how long, against what."""

    task: str
    ours: float
    peer: float | None = None
    peer_name: str = ""
    note: str = ""

    def row(self) -> str:
        """Return the line as a Markdown table row."""
        peer = "-" if self.peer is None else f"{self.peer_name} {pretty(self.peer)}"
        ratio = "-" if self.peer is None else f"{self.peer / self.ours:.3g}x"
        return f"| {self.task} | {pretty(self.ours)} | {peer} | {ratio} | {self.note} |"


HEADER = "| task | ours | peer | peer / ours | note |\n|---|---|---|---|---|"


def pretty(seconds: float) -> str:
    """Return seconds with a fitting unit.

    Examples
    --------
    >>> pretty(0.0123)
    '12.3 ms'
    """
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def median_time(work: Callable[[], object], runs: int = 5, limit: float = 60.0) -> float:
    """Return the median duration of `work` in seconds: one warm-up, then `runs` runs or as many as `limit` seconds allow."""
    work()
    taken: list[float] = []
    while len(taken) < runs and (not taken or sum(taken) < limit):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)
