"""Where expectations hold: how many hang on how many parameters, game by game, and whether all hold within what they say."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from negotiation import catalogue
from negotiation.authoring.reach import range_check
from negotiation.catalogue import CLUSTERS

from .measure import Measurement


def measurements() -> Iterator[Measurement]:
    """Lead every parameter of every game about clusters through its range; the time is that of the whole check of a game."""
    counts, broken, asked, seconds = np.zeros(4, dtype=int), 0, 0, 0.0
    for name, path in catalogue.paths().items():
        if catalogue.shelf(path) == CLUSTERS:
            start = time.perf_counter()
            found = range_check(catalogue.load(name))
            took = time.perf_counter() - start
            counts, broken, asked, seconds = counts + found.counts, broken + len(found.broken), asked + found.asked, seconds + took
            yield Measurement(f"where expectations hold, {name}", took, note=_note(np.array(found.counts), found.asked, len(found.broken)))
    yield Measurement("where expectations hold, all games", seconds, note=_note(counts, asked, broken))


def _note(counts: NDArray[np.int_], asked: int, broken: int) -> str:
    anywhere, one, two, more = counts
    hang = f"{anywhere} of {counts.sum()} hang on no parameter, {one} on one, {two} on two, {more} on more"
    return f"{hang}; {broken} of {asked} pairs break where they are said to hold"
