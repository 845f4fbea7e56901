"""The core of a cost game: whether there is one, with a proof either way, its centre, and the least subsidy that fills it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from ...budget import Budget
from ...errors import NotApplicableError
from ...numerics import ROUND_OFF, shown
from ..allocation import Allocation
from ..cost_game import CostGame
from ..nucleolus.nucleoli import centre_of_least_core
from ..search.oracles import separation
from ..search.rows import CoalitionProgram
from ..terms import SUBSIDY
from .subsidy import Subsidy, Weighted, least_subsidy
from .witness import witness


@dataclass(frozen=True)
class Core:
    """Whether any allocation satisfies every coalition.

    Parameters
    ----------
    empty : bool
        True when every way of sharing leaves some coalition an objection: better off alone by more than is negligible (`CostGame.negligible`).
    point : Allocation
        The centre of the least core (the prenucleolus): in the core unless that is empty; else an allocation whose largest objection
        is as small as possible.
    level : float
        The least possible largest excess; above what is negligible exactly when the core is empty.
    support : Subsidy
        The least subsidy that fills the core, with balanced weights.
    witness : tuple of Fraction or None
        Charges in the core, checked against every coalition in fractions; None where the core is empty, or where charges were checked
        as floats only.
    """

    empty: bool
    point: Allocation
    level: float
    support: Subsidy
    witness: tuple[Fraction, ...] | None = None

    @property
    def subsidy(self) -> float:
        """The least subsidy that fills the core, in the game's unit; 0 where it is not empty."""
        return self.support.amount if self.empty else 0.0

    @property
    def certificate(self) -> tuple[Weighted, ...]:
        """Balanced coalitions that cover everybody for less than the cost of everybody; nothing where the core is not empty."""
        return self.support.balanced if self.empty else ()

    @property
    def certified(self) -> bool:
        """Whether the answer was proved in fractions: by balanced weights, or by charges to which nobody objects."""
        return self.support.exact if self.empty else self.witness is not None

    @cached_property
    def subsidised(self) -> Allocation | None:
        """Charges with the least subsidy: the centre of the core that it opens; None where none is needed."""
        if not self.empty:
            return None
        game = self.point.game
        found = centre_of_least_core(game.subsidised(self.subsidy))
        note = "charges with the least subsidy that leaves no group better off alone"
        return replace(found, game=game, rule="core", note=note, contributions={SUBSIDY: self.subsidy})

    @property
    def sentence(self) -> str:
        """The core in words."""
        if not self.empty:
            clearly = -self.level > ROUND_OFF * self.point.game.scale
            gained = f"so that every group gains at least {shown(-self.level)} by staying" if clearly else "but only just"
            return f"The cost can be shared so that no group does better alone, {gained}."
        covers = f"{len(self.certificate)} groups that cover everybody in balance would do better by {shown(self.support.at_least)} together"
        return f"However the cost is shared, some group does better alone: {covers}. {self.support.sentence}"

    def as_dict(self) -> dict[str, Any]:
        """Return the core for JSON."""
        body = {"charges": None, "in_core": False, "largest_excess": None, "objection": None, "note": "the core is empty"}
        proof = {
            "level": self.level,
            "certified": self.certified,
            "subsidy": self.subsidy,
            "certificate": [entry.as_dict() for entry in self.certificate],
            "with_subsidy": None if self.subsidised is None else self.subsidised.as_dict(),
            "witness": None if self.witness is None else [str(charge) for charge in self.witness],
            "sentence": self.sentence,
        }
        return {"empty": self.empty, **(body if self.empty else self.point.as_dict()), **proof}


def least_core(game: CostGame, budget: Budget | None = None) -> Core:
    r"""Return the centre of the least core, whether the core is empty, and the least subsidy that fills it.

    .. math:: \min t \quad x(S) - c(S) \le t \; \forall S \ne \emptyset, N, \quad x(N) = c(N)

    The least core may be a set: its centre, the prenucleolus, does not depend on the order of the members. An empty core is proved by
    balanced weights, a core that is not by charges. What counts as an objection is the same as where charges are judged, so the core is
    empty exactly when its centre is objected to.

    Parameters
    ----------
    game : CostGame
    budget : Budget, optional
        For the least subsidy; when it is spent, bounds stand in its place.

    Returns
    -------
    Core

    Raises
    ------
    TooLargeError
        When the coalitions can neither be listed nor searched.
    SolverError
        When the rounds do not settle.

    References
    ----------
    M. Maschler, B. Peleg, L. S. Shapley (1979), "Geometric properties of the kernel, nucleolus, and related solution concepts".
    O. N. Bondareva (1963), "Some applications of linear programming methods to the theory of cooperative games".
    L. S. Shapley (1967), "On balanced sets and cores".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> core = least_core(table_game("ABC", np.array([0.0, 0, 0, 1, 0, 1, 1, 1]), kind="savings"))
    >>> core.empty, core.subsidy, core.subsidised.charges
    (True, 0.5, (0.5, 0.5, 0.5))
    """
    point = centre_of_least_core(game)
    if game.population == 1:
        return Core(False, point, 0.0, least_subsidy(game), (Fraction(game.total),))
    level = point.largest_excess
    if level < -ROUND_OFF * game.scale:
        return Core(False, point, level, _nothing_needed(point), witness(game, separation(game), point.charges))
    needed, empty = least_subsidy(game, budget), level > game.negligible
    return Core(empty, point, level, needed, None if empty else witness(game, separation(game), point.charges))


def _nothing_needed(point: Allocation) -> Subsidy:
    return Subsidy(0.0, 0.0, (), False, point.charges, True)


def least_core_level(game: CostGame) -> float:
    """Return the least possible largest excess, without the centre of the least core.

    One linear program with generated rows.

    Parameters
    ----------
    game : CostGame

    Returns
    -------
    float
        In the game's unit; positive exactly when the core is empty; 0 for a single player.

    Raises
    ------
    TooLargeError
        When the coalitions can neither be listed nor searched.
    SolverError
        When the rounds do not settle.
    """
    if game.population == 1:
        return 0.0
    oracle, n = separation(game), len(game.members)
    pays, level = np.eye(n, n + 1), np.eye(n + 1)[n]
    program = CoalitionProgram(oracle, game.members, level, pays, np.zeros(n), level)
    program.program.add([[*game.members, 0.0]], [game.total * game.sign / oracle.scale], equal=True)
    return float(program.settle().value * oracle.scale)


def least_core_point(game: CostGame) -> Allocation:
    """Return the centre of the least core."""
    return centre_of_least_core(game)


def core_point(game: CostGame) -> Allocation:
    """Return the centre of the core.

    Raises
    ------
    NotApplicableError
        When the core is empty.
    """
    core = least_core(game)
    if core.empty:
        raise NotApplicableError(
            "the core is empty: every way of sharing leaves some coalition better off alone", "use least_core, or lower the cost with a subsidy"
        )
    return replace(core.point, rule="core")
