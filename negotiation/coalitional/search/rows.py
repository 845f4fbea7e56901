"""Linear programs with a row for every coalition, of which only those that matter are written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ...budget import Budget
from ...errors import SolverError
from ...linear import Program, Solution
from ...numerics import Array
from .separation import Coalitions, Question, Separation
from .span import Counts, Span

ROWS_A_ROUND = 64
MAX_ROUNDS = 2000
FEASIBLE = 1e-10
VIOLATED = 1e-9
"""Rows count as kept where they miss by less, in units of the largest cost."""


@dataclass
class CoalitionProgram:
    r"""Minimise over variables :math:`z` under a row for every coalition.

    .. math:: x(S) - c(S) \le t \quad \forall S \ne \emptyset, N \qquad x = P z + p, \; t = l z + a

    Parameters
    ----------
    oracle : Separation
        Of the game; all numbers are in its scale.
    members : tuple of int
        Of each class.
    objective : ndarray, shape (variables,)
    charges : ndarray, shape (classes, variables)
        P: what a member of each class pays.
    offset : ndarray, shape (classes,)
        p.
    level : ndarray, shape (variables,)
        l: by how much a coalition may be asked for more than its cost.
    low : sequence of float or None
        Lower bounds of the variables.
    allowance : float
        a.
    """

    oracle: Separation
    members: tuple[int, ...]
    objective: Array
    charges: Array
    offset: Array
    level: Array
    low: Sequence[float | None] | float | None = None
    allowance: float = 0.0
    program: Program = field(init=False)
    rows: list[int] = field(default_factory=list)
    counts: list[tuple[int, ...]] = field(default_factory=list)
    _known: set[tuple[int, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Write the rows of single members, whole classes and all but those."""
        self.program = Program(self.objective, self.low, tolerance=FEASIBLE)
        first = first_coalitions(self.members)
        self.add(Coalitions(first, self.oracle.costs(first)))

    def add(self, coalitions: Coalitions) -> bool:
        """Write the rows of some coalitions; return whether one of them is new."""
        new = [k for k, row in enumerate(coalitions.counts.tolist()) if tuple(row) not in self._known]
        counts = coalitions.counts[new]
        self._known.update(map(tuple, counts.tolist()))
        self.counts += map(tuple, counts.tolist())
        self.rows += self.program.add(counts @ self.charges - self.level, coalitions.costs[new] + self.allowance - counts @ self.offset)
        return bool(new)

    def prices(self, found: Solution) -> list[tuple[tuple[int, ...], float]]:
        """Return the coalitions whose rows have a price, with it."""
        priced = zip(self.counts, found.prices[self.rows].tolist(), strict=True)
        return [(counts, price) for counts, price in priced if price > VIOLATED]

    def asked(self, found: Solution) -> Question:
        """Return the question which coalitions a solution does not satisfy."""
        return Question(self.charges @ found.x + self.offset, 1.0, float(self.level @ found.x) + self.allowance)

    def settle(self, budget: Budget | None = None) -> Solution:
        """Solve, add the coalitions that are not satisfied, until there are none.

        Raises
        ------
        SolverError
            When the program has no solution, the rounds do not end, or the budget is spent.
        """
        nothing = Span(len(self.members))
        for _ in range(MAX_ROUNDS):
            found = self.program.solve()
            if not found:
                raise SolverError(f"the program over coalitions is {found.status}", "check the costs for very large numbers")
            if not self.add(self.oracle.violated(self.asked(found), nothing, VIOLATED, ROWS_A_ROUND)):
                return found
            if budget is not None and budget.spent(0.0, "finding coalitions that object"):
                raise SolverError(f"the program over coalitions did not settle: {budget.why()}", "allow more time, or join classes")
        raise SolverError("the program over coalitions did not settle", "join classes")


@lru_cache(maxsize=32)
def first_coalitions(members: tuple[int, ...]) -> Counts:
    """Return single members, whole classes, and everybody without them, shape (m, classes); read-only."""
    everybody = np.array(members, dtype=np.int64)
    single = np.eye(len(members), dtype=np.int64)
    rows = np.vstack([single, single * everybody])
    both = np.unique(np.vstack([rows, everybody - rows]), axis=0)
    found: Counts = both[both.any(axis=1) & (both < everybody).any(axis=1)]
    found.flags.writeable = False
    return found
