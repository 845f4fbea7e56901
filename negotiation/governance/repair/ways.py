"""Parameters on their way from today's value to an end of their range, and who gains at the target on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...definition import Parameter
from ...numerics import Array
from ..draws import Draws, Gains, gains_at
from ..situation import Situation


class Way(NamedTuple):
    """A parameter that moves from today's value to an end of its range."""

    name: str
    today: float
    end: float

    def at(self, share: Array) -> Array:
        """Return the values after a share of the way."""
        return np.asarray(self.today + (self.end - self.today) * share)


def ends_of(entry: Parameter) -> tuple[float, float]:
    """Return the ends of a parameter's range."""
    return float(entry.low or 0.0), float(entry.high or 0.0)


def gains(situation: Situation, values: Mapping[str, Array], size: int) -> Gains:
    """Return the gains at the target where some parameters take many values."""
    return gains_at(Draws(situation.definition, {**situation.values, **values}, size, situation.bound), situation.target_counts)


def along(situation: Situation, ways: Sequence[Sequence[Way]], shares: Array) -> Gains:
    """Return the gains where each row of shares moves the ways of its own entry and nothing else."""
    values = {way.name: np.full(shares.shape, situation.values[way.name]) for together in ways for way in together}
    for k, together in enumerate(ways):
        for way in together:
            values[way.name][k] = way.at(shares[k])
    return gains(situation, {name: value.ravel() for name, value in values.items()}, shares.size)
