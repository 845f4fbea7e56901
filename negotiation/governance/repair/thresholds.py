"""The smallest change of one number, or of two together, that flips whether the target holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...numerics import plain, shown
from ..situation import Situation
from .pairs import Pair, pairs_of
from .proof import nothing_before
from .ways import Way, along, ends_of, gains

STEPS = 256
"""Values at which each range is looked at before roots are bracketed."""
HALVINGS = 60


@dataclass(frozen=True)
class Threshold:
    """Where a parameter flips whether the target holds, going one way from today.

    Parameters
    ----------
    parameter, label, unit : str
    today : float
    direction : str
        "up" or "down".
    value : float or None
        The nearest number at which the answer changes, to the last digit; None where no number in the range changes it.
    end : float
        End of the range in that direction.
    share : float or None
        How far it has to move, as a share of the range.
    proven : bool
        Whether it is proven that no nearer number flips it (by interval arithmetic); else no sign of one was seen at 256 numbers.
    confidence : str
        Where today's number comes from.
    """

    parameter: str
    label: str
    unit: str
    today: float
    direction: str
    value: float | None
    end: float
    share: float | None
    proven: bool
    confidence: str


@dataclass(frozen=True)
class Thresholds:
    """What flips whether the target holds.

    Parameters
    ----------
    holds : bool
        Whether it holds today.
    single : tuple of Threshold
        Smallest change first; those that cannot flip it last.
    pairs : tuple of Pair
        Smallest change first; pairs of which one number alone does it with no larger a share are left out.
    unranged : tuple of str
        Parameters without a range, which were not looked at.
    """

    situation: Situation
    holds: bool
    single: tuple[Threshold, ...]
    pairs: tuple[Pair, ...]
    unranged: tuple[str, ...]

    @property
    def flips(self) -> tuple[Threshold, ...]:
        """Single numbers that flip it."""
        return tuple(one for one in self.single if one.value is not None)

    @property
    def sentence(self) -> str:
        """The smallest change in plain words."""
        what = "undo the target" if self.holds else "make the target hold"
        if self.flips:
            first = self.flips[0]
            unit = f" {first.unit}" if first.unit else ""
            up, today, there = first.direction == "up", shown(first.today), shown(first.value or 0.0)
            how = f"{'rises' if up else 'falls'} from {today} to {there}" if today != there else f"{'rises above' if up else 'falls below'} {today}"
            return f"The smallest single change that would {what}: “{first.label}” {how}{unit}."
        sure = "It is proven that no" if all(one.proven for one in self.single) else "No"
        alone = f"{sure} single number within its range would {what}."
        if not self.pairs:
            return alone
        labels = [self.situation.definition.parameters[name].label or name for name in self.pairs[0].parameters]
        moves = " and ".join(f"“{label}” at {shown(value)}" for label, value in zip(labels, self.pairs[0].values, strict=True))
        return f"{alone} Two together do: {moves}."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        pairs = [
            {"first": one.parameters[0], "at": one.values[0], "second": one.parameters[1], "and at": one.values[1], "share": one.share} for one in self.pairs
        ]
        body = {
            "sentence": self.sentence,
            "holds": self.holds,
            "thresholds": [vars(one) for one in self.single],
            "pairs": pairs,
            "without_range": list(self.unranged),
        }
        return dict(plain(body))


def thresholds(situation: Situation, pairs: int = 10) -> Thresholds:
    """Return where single numbers, and pairs of numbers, flip the individual test at the target.

    Each parameter is moved from today's value to either end of its range, all others as today. The first flip that shows at 256 numbers is
    bracketed and halved down to neighbouring floats; interval arithmetic then proves, where it can, that there is none nearer.

    Parameters
    ----------
    situation : Situation
    pairs : int
        How many pairs to list.

    Returns
    -------
    Thresholds

    Raises
    ------
    NotApplicableError
        When the game names no target.
    """
    _ = situation.target
    ranged = {name: entry for name, entry in situation.definition.parameters.items() if entry.low is not None and entry.high is not None}
    ways = [Way(name, situation.values[name], end) for name, entry in ranged.items() for end in ends_of(entry) if end != situation.values[name]]
    holds = bool(gains(situation, {}, 1).holds[0])
    values = _first_flips(situation, ways, holds)
    proven = nothing_before(situation, ways, values, holds)
    single = [_threshold(situation, *row) for row in zip(ways, values, proven, strict=True)]
    single.sort(key=lambda one: (one.share is None, one.share or 0.0))
    unranged = tuple(name for name in situation.definition.parameters if name not in ranged)
    return Thresholds(situation, holds, tuple(single), pairs_of(situation, ways, values, holds)[:pairs], unranged)


def _first_flips(situation: Situation, ways: Sequence[Way], holds: bool) -> list[float | None]:
    """Return for each way the first float at which the answer changes; None where it does not."""
    if not ways:
        return []
    each = [[way] for way in ways]
    steps = np.tile(np.linspace(0.0, 1.0, STEPS + 1), (len(ways), 1))
    flipped = (along(situation, each, steps).holds != holds).reshape(steps.shape)
    rows = np.flatnonzero(flipped.any(axis=1))
    if not rows.size:
        return [None] * len(ways)
    first = np.argmax(flipped[rows], axis=1)
    near, far = steps[rows, first - 1], steps[rows, first]
    some = [each[k] for k in rows]
    crossing = np.signbit(along(situation, some, near[:, None]).margin) != np.signbit(along(situation, some, far[:, None]).margin)
    for _ in range(HALVINGS):
        line = near[:, None] + (far - near)[:, None] * np.linspace(0.0, 1.0, 9)
        found = along(situation, some, line)
        beyond = np.where(crossing[:, None], (found.margin < 0).reshape(line.shape) == holds, (found.holds != holds).reshape(line.shape))
        at = np.maximum(np.argmax(beyond, axis=1), 1)
        near, far = np.take_along_axis(line, at[:, None] - 1, axis=1)[:, 0], np.take_along_axis(line, at[:, None], axis=1)[:, 0]
        if (far - near <= 2e-16).all():
            break
    values: list[float | None] = [None] * len(ways)
    for k, share in zip(rows.tolist(), far, strict=True):
        values[k] = float(ways[k].at(share))
    return values


def _threshold(situation: Situation, way: Way, value: float | None, proven: bool) -> Threshold:
    entry = situation.definition.parameters[way.name]
    low, high = ends_of(entry)
    share = None if value is None else abs(value - way.today) / (high - low)
    direction = "up" if way.end > way.today else "down"
    return Threshold(way.name, entry.label or way.name, entry.unit, way.today, direction, value, way.end, share, proven, entry.confidence)
