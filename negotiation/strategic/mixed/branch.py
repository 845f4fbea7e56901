"""Following the curve of logit equilibria in the space of log-probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...numerics import Array
from ..game import Game
from .certificate import ranges
from .logsums import LogSums

FIRST_STEP = 0.05
SHORTEST_STEP = 1e-7
LARGEST_TURN = 0.95
"""Least cosine of the angle between successive tangents."""


@dataclass(frozen=True)
class Spot:
    """A point on or near the curve.

    Parameters
    ----------
    place : ndarray, shape (n + 1,)
        Log-probabilities of the free stakeholders' actions, one after the other; last lambda times the range of payoffs.
    value : ndarray, shape (n,)
        How far the equations are from holding.
    slope : ndarray, shape (n, n + 1)
        Derivatives of the equations.
    """

    place: Array
    value: Array
    slope: Array

    @property
    def rationality(self) -> float:
        """Lambda times the range of payoffs."""
        return float(self.place[-1])

    @property
    def holds(self) -> bool:
        """Whether the equations hold up to round-off of payoffs times lambda."""
        return bool(np.abs(self.value).max() <= 1e-10 + 1e-13 * abs(self.rationality))


class Curve:
    r"""Equations of logit equilibrium.

    .. math:: \log x_{i,a} - \log x_{i,r} = \lambda \, [U_{i,a}(x) - U_{i,r}(x)], \qquad \sum_a x_{i,a} = 1

    for each free stakeholder `i` and its actions `a`, with `r` the likeliest of them.

    Parameters
    ----------
    game : Game
    """

    def __init__(self, game: Game) -> None:
        self.sums = LogSums(game)
        self.range = max(ranges(game))

    def centre(self) -> Spot:
        """Return the equilibrium of lambda zero: every action is equally likely."""
        logs = [np.full(part.stop - part.start, -np.log(part.stop - part.start)) for part in self.sums.parts]
        return self.at(np.append(np.concatenate(logs), 0.0))

    def at(self, place: Array) -> Spot:
        """Evaluate the equations and their derivatives."""
        logs, rationality = place[:-1], place[-1]
        value, slope = np.empty(len(logs)), np.zeros((len(logs), len(place)))
        for part, (payoffs, change) in zip(self.sums.parts, self.sums(logs), strict=True):
            r = int(np.argmax(logs[part]))
            likeliest = part.start + r
            earned = (payoffs - payoffs[r]) / self.range
            value[part] = logs[part] - logs[likeliest] - rationality * earned
            slope[part, :-1] = -rationality / self.range * (change - change[r])
            slope[part, part] += np.eye(part.stop - part.start)
            slope[part, likeliest] -= 1.0
            slope[part, -1] = -earned
            shares = np.exp(logs[part])
            value[likeliest] = shares.sum() - 1.0
            slope[likeliest] = 0.0
            slope[likeliest, part] = shares
        return Spot(place, value, slope)

    def onto(self, place: Array, hold: bool = False, steps: int = 6) -> Spot | None:
        """Return the point of the curve near `place`, with the same lambda if `hold`; None where Newton's method does not get there."""
        for _ in range(steps):
            spot = self.at(place)
            if spot.holds:
                return spot
            try:
                move = np.append(np.linalg.solve(spot.slope[:, :-1], -spot.value), 0.0) if hold else np.linalg.lstsq(spot.slope, -spot.value)[0]
            except np.linalg.LinAlgError:
                return None
            place = place + move
            if not np.isfinite(place).all() or place[:-1].max() > 0.5:
                return None
        return None

    def towards(self, goal: Array, low: Spot, high: Spot) -> Spot | None:
        """Return the point of the curve with the lambda of `goal`, a place between two neighbours; None where it is not between them."""
        found = self.onto(goal, hold=True, steps=8)
        reach = 0.75 * float(np.linalg.norm(high.place - low.place)) + 1e-6
        near = found is not None and min(float(np.linalg.norm(found.place - end.place)) for end in (low, high)) <= reach
        return found if near else None


def _tangent(spot: Spot, before: Array) -> Array:
    """Return the unit direction of the curve, on the side of `before`."""
    full, _ = np.linalg.qr(spot.slope.T, mode="complete")
    direction = full[:, -1]
    return np.asarray(direction if direction @ before >= 0 else -direction)


def follow(curve: Curve, stop: float) -> Iterator[Spot]:
    """Yield points along the principal branch, from the centre on, until lambda times the range reaches `stop`.

    Predictor and corrector: a step along the tangent, then Newton's method with the shortest correction; the step doubles after an easy
    correction and halves where the curve bends or the correction fails. At a crossing of two branches it goes straight on. Ends early
    where steps become too short.
    """
    spot = curve.centre()
    yield spot
    direction = _tangent(spot, np.append(np.zeros(len(spot.place) - 1), 1.0))
    step = FIRST_STEP
    while step > SHORTEST_STEP * max(1.0, spot.rationality * 1e-6):
        ahead = spot.place + step * direction
        landed = curve.onto(ahead)
        if landed is not None and np.linalg.norm(landed.place - ahead) <= 0.3 * step:
            turned = _tangent(landed, direction)
            if landed.rationality >= stop:
                share = (stop - spot.rationality) / (landed.rationality - spot.rationality)
                last = curve.towards(np.append((spot.place + share * (landed.place - spot.place))[:-1], stop), spot, landed)
                if last is not None:
                    yield last
                    return
            elif turned @ direction >= LARGEST_TURN:
                step *= 2 if turned @ direction > 0.99 else 1
                spot, direction = landed, turned
                yield spot
                continue
        step /= 2
