"""Turned signs: what share of the plus and minus signs in all payoffs some expectation guards, game by game."""

from __future__ import annotations

import time
from collections.abc import Iterator

from negotiation import catalogue
from negotiation.authoring.mutation import mutation_check
from negotiation.catalogue import CLUSTERS

from .measure import Measurement

GOAL = 0.95


def measurements() -> Iterator[Measurement]:
    """Turn every sign of every game about clusters; the time is that of the whole check of a game."""
    tried, caught = 0, 0
    for name, path in catalogue.paths().items():
        if catalogue.shelf(path) == CLUSTERS:
            start = time.perf_counter()
            found = mutation_check(catalogue.load(name))
            tried, caught = tried + found.tried, caught + found.caught
            missed = ", ".join(f"{one.field} `{one.shown}`" for one in found.missed[:4])
            note = f"{found.caught} of {found.tried} caught ({100 * found.share:.1f} %), {len(found.idle)} change no payoff"
            yield Measurement(f"turned signs, {name}", time.perf_counter() - start, note=f"{note}{f'; missed: {missed}' if missed else ''}")
    start = time.perf_counter()
    share = caught / max(tried, 1)
    yield Measurement("turned signs, all games", time.perf_counter() - start, note=f"{caught} of {tried} caught ({100 * share:.1f} %); goal {100 * GOAL:.0f} %")
