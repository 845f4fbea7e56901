"""The tests of stability at one profile: single members, blocs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..strategic.criteria.coalitions import BlocDeviation, bloc_deviations
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
    """Return whether no stakeholder gains by moving any number of its members together.

    Every mover must gain; members may go to different actions. Single members count too, so a profile that passes is a Nash
    equilibrium. See :func:`~negotiation.strategic.criteria.coalitions.bloc_deviations`.

    References
    ----------
    R. J. Aumann (1959), "Acceptable points in general cooperative n-person games" (for blocs of one stakeholder).
    """
    return _test(game, [_joint(deviation) for deviation in bloc_deviations(game, point).values()])


def _single(deviation: Deviation) -> Weakest:
    return Weakest(deviation.stakeholder, deviation.action, deviation.to, deviation.gain)


def _joint(deviation: BlocDeviation) -> Weakest:
    """Name the mover that gains least, with all who move together."""
    flow = min(deviation.flows, key=lambda one: one.gain)
    return Weakest(flow.stakeholder, flow.action, flow.to, deviation.least, sum(one.members for one in deviation.flows))


def _test(game: Game, found: list[Weakest]) -> Test:
    if not found:
        return Test(True, float("inf"), None)
    tolerances = dict(zip(game.names, game.tolerances, strict=True))
    weakest = max(found, key=lambda one: one.gain)
    holds = all(one.gain <= tolerances[one.stakeholder] for one in found)
    within = abs(weakest.gain) <= tolerances[weakest.stakeholder]
    return Test(holds, 0.0 if within else -weakest.gain, weakest)
