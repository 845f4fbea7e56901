"""The tests of stability at one profile: single members, blocs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..strategic.game import Game, Points
from ..strategic.pure import Deviation, deviations


@dataclass(frozen=True)
class Weakest:
    """The deviation that a profile resists least.

    Parameters
    ----------
    stakeholder, action, to : str
        Who would move, from where, whither.
    gain : float
        What each mover would gain, in the game's money unit; negative: would lose.
    together : int
        How many members move together.
    """

    stakeholder: str
    action: str
    to: str
    gain: float
    together: int = 1

    def as_dict(self) -> dict[str, object]:
        """Return the deviation for JSON."""
        return {"stakeholder": self.stakeholder, "action": self.action, "to": self.to, "gain": self.gain, "together": self.together}


@dataclass(frozen=True)
class Test:
    """One test of stability.

    Parameters
    ----------
    holds : bool
    margin : float
        In the game's money unit: positive where the test holds with that much to spare, negative where it fails by that much;
        infinite where nobody can deviate.
    weakest : Weakest or None
        Who breaks it, or comes nearest to breaking it.
    """

    __test__ = False

    holds: bool
    margin: float
    weakest: Weakest | None

    def as_dict(self) -> dict[str, object]:
        """Return the test for JSON."""
        return {"holds": self.holds, "margin": self.margin if np.isfinite(self.margin) else None, "weakest": self.weakest and self.weakest.as_dict()}


def individual(game: Game, point: Points) -> Test:
    """Return whether no single member gains by switching action: is the profile a Nash equilibrium?

    Parameters
    ----------
    game : Game
    point : tuple of ndarray
        One profile.

    References
    ----------
    J. F. Nash (1950), "Equilibrium points in n-person games".
    """
    return _test(game, [_single(deviation) for deviation in deviations(game, point)])


def bloc(game: Game, point: Points) -> Test:
    """Return whether no stakeholder gains by moving any number of its members together from one action to another.

    Every mover must gain. Single members count too, so a profile that passes is a Nash equilibrium.

    References
    ----------
    R. J. Aumann (1959), "Acceptable points in general cooperative n-person games" (for blocs of one stakeholder).
    """
    return _test(game, [weakest for move in game.moves if (weakest := _best_size(game, point, *move)) is not None])


def _single(deviation: Deviation) -> Weakest:
    return Weakest(deviation.stakeholder, deviation.action, deviation.to, deviation.gain)


def _best_size(game: Game, point: Points, i: int, a: int, b: int) -> Weakest | None:
    """Return the number of members for which moving together from `a` to `b` pays best."""
    axis = game.lattice.axes[i]
    here = axis.counts[int(point[i][0])]
    available = int(here[a])
    if not available:
        return None
    sizes = np.arange(1, available + 1)
    rows = np.array([axis.row(here + size * (np.arange(axis.actions) == b) - size * (np.arange(axis.actions) == a)) for size in sizes])
    later = tuple(rows if j == i else np.repeat(row, len(rows)) for j, row in enumerate(point))
    gains = game.payoff(i, b, later) - game.payoff(i, a, point)
    best = int(np.argmax(gains))
    return Weakest(game.names[i], game.actions[i][a], game.actions[i][b], float(gains[best]), int(sizes[best]))


def _test(game: Game, found: list[Weakest]) -> Test:
    if not found:
        return Test(True, float("inf"), None)
    tolerances = dict(zip(game.names, game.tolerances, strict=True))
    weakest = max(found, key=lambda one: one.gain)
    holds = all(one.gain <= tolerances[one.stakeholder] for one in found)
    within = abs(weakest.gain) <= tolerances[weakest.stakeholder]
    return Test(holds, 0.0 if within else -weakest.gain, weakest)
