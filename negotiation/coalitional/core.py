"""The core and the least core of a cost game, by linear programming with generated rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import NotApplicableError, SolverError
from ..linear import minimise
from ..numerics import TOLERANCE, Array
from .allocation import Allocation, judge
from .cost_game import CostGame

ROWS_A_ROUND = 64
MAX_ROUNDS = 500


@dataclass(frozen=True)
class Core:
    """Whether any allocation satisfies every coalition.

    Parameters
    ----------
    empty : bool
        True when every way of sharing leaves some coalition better off alone.
    point : Allocation
        The least-core point: in the core unless that is empty; else the allocation whose largest objection is smallest.
    level : float
        The least possible largest excess; positive exactly when the core is empty.
    """

    empty: bool
    point: Allocation
    level: float

    def as_dict(self) -> dict[str, Any]:
        """Return the core for JSON."""
        body = {"charges": None, "in_core": False, "largest_excess": None, "objection": None, "note": "the core is empty"}
        return {"empty": self.empty, **(body if self.empty else self.point.as_dict())}


def least_core(game: CostGame) -> Core:
    r"""Return a point of the least core, and with it whether the core is empty.

    .. math:: \min t \quad x(S) - c(S) \le t \; \forall S \ne \emptyset, N, \quad x(N) = c(N)

    One variable a class (members of a class pay alike: averaging an allocation over them keeps every excess below t). Rows
    are generated: solve, find the coalitions with the largest excess in the table, add them, until none is above t.

    Returns
    -------
    Core

    Raises
    ------
    SolverError
        When the rounds do not settle.

    References
    ----------
    M. Maschler, B. Peleg, L. S. Shapley (1979), "Geometric properties of the kernel, nucleolus, and related solution concepts".
    """
    if game.size <= 2:
        return Core(False, judge(game, "least_core", [game.total]), 0.0)
    scale = game.scale or 1.0
    costs = game.costs * (game.sign / scale)
    members = np.array(game.members, dtype=float)
    rows = _first_rows(game)
    for _ in range(MAX_ROUNDS):
        coalitions = np.array(sorted(rows))
        counts = np.column_stack(np.unravel_index(coalitions, game.costs.shape)).astype(float)
        left = np.column_stack([counts, -np.ones(len(counts))])
        answer = minimise([0.0] * len(members) + [1.0], (left, costs.ravel()[coalitions]), ([[*members, 0.0]], [costs[game.members]]), low=None)
        if not answer:
            raise SolverError(f"the least core's program is {answer.status}", "check the costs for very large numbers")
        charges, level = answer.x[:-1], float(answer.x[-1])
        new = _violated(game, charges, costs, level) - rows
        if not new:
            return _finish(game, game.sign * charges * scale, level * scale)
        rows |= new
    raise SolverError("the least core did not settle", "join classes")


def least_core_point(game: CostGame) -> Allocation:
    """Return a point of the least core."""
    return least_core(game).point


def core_point(game: CostGame) -> Allocation:
    """Return a point of the core.

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


def _first_rows(game: CostGame) -> set[int]:
    """Return the single members, whole classes and their complements."""
    n = np.array(game.members)
    vectors = [np.eye(len(n), dtype=int)[k] * size for k in range(len(n)) for size in {1, int(n[k])}]
    rows = {int(np.ravel_multi_index(tuple(v), game.costs.shape)) for vector in vectors for v in (vector, n - vector)}
    return rows - {0, game.size - 1}


def _violated(game: CostGame, charges: Array, costs: Array, level: float) -> set[int]:
    """Return the worst coalition of each of many blocks of the table, where it is above `level`."""
    excess = (game.charged(charges.tolist()) - costs).ravel()
    excess[0] = excess[-1] = -np.inf
    blocks = np.array_split(np.arange(excess.size), min(ROWS_A_ROUND, excess.size))
    worst = np.array([block[np.argmax(excess[block])] for block in blocks])
    return {int(k) for k in worst[excess[worst] > level + TOLERANCE / 100]}


def _finish(game: CostGame, charges: Array, level: float) -> Core:
    gap = (game.total - float(np.dot(charges, game.members))) / game.population
    empty = level > TOLERANCE * game.scale
    note = "" if not empty else "the core is empty; this allocation makes the largest objection as small as possible"
    return Core(empty, judge(game, "least_core", (charges + gap).tolist(), note=note), level)
