"""Linear programs that grow by variables, start again from where they were, and can be stopped: the one module that speaks to HiGHS itself."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus as Status

from .budget import Budget, unlimited
from .errors import SolverError
from .linear import Solution
from .numerics import Array

WARM = 2
"""How many times more steps along the edges are taken from an earlier answer than from nothing before a program goes through the interior."""
DUAL, PRIMAL = 1, 4
"""HiGHS's numbers for the two kinds of simplex method."""


class Growing:
    r"""A program :math:`\min c x` under :math:`l \le A x \le h` and lower bounds on the variables, to which variables are added.

    It begins without any. A program that was solved before starts from its last answer; the first time it is tried along the edges, and if that
    takes long, through the interior.

    Parameters
    ----------
    low, high : ndarray, shape (rows,)
        Infinite where there is no bound.

    Examples
    --------
    >>> from scipy import sparse
    >>> program = Growing(np.array([1.0]), np.array([1.0]))
    >>> program.add(np.array([3.0, 2.0]), sparse.csc_matrix(np.ones((1, 2))))
    >>> program.solve().value
    2.0
    >>> program.add(np.array([1.0]), sparse.csc_matrix(np.ones((1, 1))))
    >>> program.solve().x.tolist()
    [0.0, 0.0, 1.0]
    """

    def __init__(self, low: Array, high: Array) -> None:
        self._solver = highspy.Highs()
        self._set(output_flag=False, primal_feasibility_tolerance=1e-9, dual_feasibility_tolerance=1e-9)
        none = np.empty(0, dtype=np.int32)
        self._solver.addRows(len(low), low, high, 0, none, none, np.empty(0))
        self._warm = False

    def _set(self, **options: Any) -> None:
        for name, value in options.items():
            self._solver.setOptionValue(name, value)

    def add(self, costs: Array, columns: Any, low: float = 0.0) -> None:
        """Add variables: their costs, their columns (a sparse matrix by columns), their lower bound."""
        many = len(costs)
        starts, rows = columns.indptr[:-1].astype(np.int32), columns.indices.astype(np.int32)
        self._solver.addCols(many, costs, np.full(many, low), np.full(many, np.inf), columns.nnz, starts, rows, columns.data.astype(np.float64))

    def solve(self, budget: Budget | None = None, share: float = 0.0, doing: str = "") -> Solution | None:
        """Return the answer, or None when the budget ran out.

        Raises
        ------
        SolverError
            When the solver stops without an answer.
        """
        steps = int(self._patience() * (WARM if self._warm else 1))
        strategy = PRIMAL if self._warm else DUAL
        self._set(solver="simplex", presolve="off", simplex_strategy=strategy, simplex_iteration_limit=steps)
        status = self._run(budget or unlimited(), share, doing)
        if status == Status.kIterationLimit:
            self._set(solver="ipm", presolve="choose", simplex_iteration_limit=2**31 - 1)
            status = self._run(budget or unlimited(), share, doing)
        if status == Status.kInterrupt:
            return None
        if status in (Status.kInfeasible, Status.kUnbounded, Status.kUnboundedOrInfeasible):
            return Solution("infeasible" if status == Status.kInfeasible else "unbounded", float("nan"), np.empty(0), np.empty(0))
        if status != Status.kOptimal:
            raise SolverError(f"the linear program ended: {self._solver.modelStatusToString(status)}", "scale the numbers to a similar size")
        self._warm = True
        found = self._solver.getSolution()
        value = float(self._solver.getInfo().objective_function_value)
        return Solution("optimal", value, np.array(found.col_value), -np.array(found.row_dual))

    def _patience(self) -> int:
        """Return the steps along the edges that cost about a third of the way through the interior, a few hundred in any case."""
        size = min(self._solver.getNumRow(), self._solver.getNumCol())
        return int(max(size // 3, min(600, 75_000 // max(1, size))))

    def _run(self, budget: Budget, share: float, doing: str) -> Any:
        """Run the solver, asking the budget now and then."""
        if budget.seconds is None and budget.stopped is None and budget.progress is None:
            self._solver.run()
            return self._solver.getModelStatus()

        def ask(event: Any) -> None:
            if budget.spent(share, doing):
                event.data_in.user_interrupt = True

        self._solver.cbSimplexInterrupt += ask
        self._solver.cbIpmInterrupt += ask
        try:
            self._solver.run()
        finally:
            self._solver.cbSimplexInterrupt -= ask
            self._solver.cbIpmInterrupt -= ask
        return self._solver.getModelStatus()
