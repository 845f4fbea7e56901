"""Two numbers that flip it together where each alone would have to go further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ...numerics import Array
from ..situation import Situation
from .ways import Way, along

PAIR_STEPS = 48
LISTED = 10


@dataclass(frozen=True)
class Pair:
    """Two numbers that flip it together, each moved by the same share of the way to the end of its range.

    Parameters
    ----------
    parameters : tuple of str
    values : tuple of float
    share : float
    """

    parameters: tuple[str, str]
    values: tuple[float, float]
    share: float


def pairs_of(situation: Situation, ways: Sequence[Way], values: Sequence[float | None], holds: bool) -> tuple[Pair, ...]:
    """Move two parameters towards ends of their ranges by the same share; keep pairs that flip it before either does alone."""
    alone = [np.inf if value is None else abs(value - way.today) / abs(way.end - way.today) for way, value in zip(ways, values, strict=True)]
    both = [(j, k) for j, k in combinations(range(len(ways)), 2) if ways[j].name != ways[k].name]
    if not both:
        return ()
    shares = _shares(situation, [(ways[j], ways[k]) for j, k in both], np.tile(np.linspace(0.0, 1.0, PAIR_STEPS + 1), (len(both), 1)), holds)
    some = [(share, pair) for share, pair in zip(shares, both, strict=True) if share < min(alone[pair[0]], alone[pair[1]]) - 1 / PAIR_STEPS]
    best = sorted(some)[:LISTED]
    for step in (1 / PAIR_STEPS, 1 / PAIR_STEPS**2, 1 / PAIR_STEPS**3):
        if best:
            lines = np.array([share - step + step * np.linspace(0.0, 1.0, PAIR_STEPS + 1) for share, _ in best])
            finer = _shares(situation, [(ways[j], ways[k]) for _, (j, k) in best], lines, holds)
            best = [(float(share), pair) for share, (_, pair) in zip(finer, best, strict=True)]
    found = [Pair((ways[j].name, ways[k].name), (float(ways[j].at(share)), float(ways[k].at(share))), float(share)) for share, (j, k) in best]
    return tuple(sorted(found, key=lambda pair: pair.share))


def _shares(situation: Situation, pairs: Sequence[tuple[Way, Way]], steps: Array, holds: bool) -> Array:
    """Return for each pair the first of its steps, a row each, at which the answer is another; infinite where there is none."""
    flipped = (along(situation, pairs, steps).holds != holds).reshape(steps.shape)
    first = np.take_along_axis(steps, np.argmax(flipped, axis=1)[:, None], axis=1)[:, 0]
    return np.where(flipped.any(axis=1), first, np.inf)
