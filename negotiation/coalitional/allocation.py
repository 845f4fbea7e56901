"""An allocation of a cost, and who objects to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..numerics import ROUND_OFF, TOLERANCE
from .cost_game import CostGame


@dataclass(frozen=True)
class Objection:
    """A coalition that would do better alone.

    Parameters
    ----------
    coalition : dict
        Members of each class in it.
    gain : float
        What it would save in total by serving itself, in the game's unit.
    """

    coalition: dict[str, int]
    gain: float


@dataclass(frozen=True)
class Allocation:
    """A charge per member of each class.

    Parameters
    ----------
    rule : str
        How it was found.
    charges : tuple of float
        Per member of each class, in the cost game's unit.
    largest_excess : float
        The most that a coalition pays above what it would cost alone; negative: what the least content one saves.
    in_core : bool
        Whether the charges cover the cost exactly and no coalition pays more than it would alone.
    objection : Objection or None
        The coalition that objects most.
    shortfall : float
        Cost of everybody less the sum of charges; negative where more is collected than is needed.
    """

    game: CostGame
    rule: str
    charges: tuple[float, ...]
    largest_excess: float
    in_core: bool
    objection: Objection | None
    shortfall: float
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the allocation for JSON."""
        return {
            "charges": dict(zip(self.game.names, self.charges, strict=True)),
            "in_core": self.in_core,
            "largest_excess": self.largest_excess,
            "objection": None if self.objection is None else {"coalition": _named(self.game, self.objection.coalition), "gain": self.objection.gain},
            "shortfall": self.shortfall,
            "note": self.note,
        }


def _named(game: CostGame, coalition: dict[str, int]) -> dict[str, int] | list[str]:
    return list(coalition) if game.between_players else coalition


def judge(game: CostGame, rule: str, charges: Sequence[float], note: str = "", slack: float = 0.0) -> Allocation:
    r"""Return an allocation with its largest excess and the coalition that objects most.

    .. math:: e = \max_{\emptyset \ne S \subsetneq N} x(S) - c(S)

    (with the sign turned for a game of savings). One pass over the table of coalitions.

    Parameters
    ----------
    game : CostGame
    rule : str
        Name of the rule.
    charges : sequence of float
        Per member of each class.
    slack : float
        Charges that miss the total cost by no more than this count as covering it.

    Returns
    -------
    Allocation

    References
    ----------
    D. B. Gillies (1959), "Solutions to general non-zero-sum games".
    """
    values = tuple(float(charge) if abs(charge) > ROUND_OFF * game.scale else 0.0 for charge in charges)
    excess = (game.charged(values) - game.costs) * (1 if game.kind == "cost" else -1)
    excess[(0,) * excess.ndim] = -np.inf
    excess[game.members] = -np.inf
    worst = int(np.argmax(excess))
    largest = float(excess.flat[worst]) if game.size > 2 else 0.0
    tolerance = TOLERANCE * game.scale
    objection = Objection(game.coalition(worst), largest) if largest > tolerance else None
    shortfall = game.total - float(np.dot(values, game.members))
    shortfall = 0.0 if abs(shortfall) <= max(tolerance, slack) else shortfall
    return Allocation(game, rule, values, largest, objection is None and shortfall == 0.0, objection, shortfall, note)
