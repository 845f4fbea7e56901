"""Linear programs: the one module that speaks to solvers.

Programs are always minimised. Small ones are built in PuLP and solved by HiGHS in process; a `Program` gets more rows between solves
and goes on from where HiGHS stopped. Programs given as large sparse matrices go to the same HiGHS through scipy, because writing
hundreds of thousands of coefficients as PuLP expressions would take longer than solving.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np
import pulp

from .errors import SolverError
from .numerics import Array

Status = Literal["optimal", "infeasible", "unbounded"]
MANY_COEFFICIENTS = 20_000
_STATUSES = {
    highspy.HighsModelStatus.kOptimal: pulp.LpStatusOptimal,
    highspy.HighsModelStatus.kInfeasible: pulp.LpStatusInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: pulp.LpStatusInfeasible,
    highspy.HighsModelStatus.kUnbounded: pulp.LpStatusUnbounded,
}
FEASIBLE = 1e-9
"""HiGHS's tolerance for rows and prices unless something else is asked for."""
DEVEX = {"simplex_dual_edge_weight_strategy": 1}
"""How HiGHS chooses its next step where rows come and go: exact weights of all rows, its default, cost more than they save there."""


@dataclass(frozen=True)
class Solution:
    """The answer of a linear program.

    Parameters
    ----------
    status : str
        "infeasible" and "unbounded" are answers; what could not be computed raises.
    value : float
        Least value of the objective; NaN unless optimal.
    x : ndarray
        Variables; empty unless optimal.
    prices : ndarray
        For each row (inequalities, then equations) how much the objective falls when the row's right-hand side grows by one,
        0 or more for inequalities; empty unless optimal.
    """

    status: Status
    value: float
    x: Array
    prices: Array

    def __bool__(self) -> bool:
        return self.status == "optimal"


def minimise(
    objective: Sequence[float] | Array,
    at_most: tuple[Any, Any] | None = None,
    equal: tuple[Any, Any] | None = None,
    low: Sequence[float | None] | float | None = 0.0,
    high: Sequence[float | None] | float | None = None,
    *,
    interior: bool = False,
) -> Solution:
    """Minimise a linear objective.

    .. math:: \\min c x \\quad A x \\le b, \\; E x = d, \\; l \\le x \\le h

    Parameters
    ----------
    objective : sequence of float, length n
    at_most : (A, b), optional
        A of shape (rows, n), an array or a scipy sparse matrix.
    equal : (E, d), optional
    low, high : float, None or one for each variable
        Bounds; None for none. Variables are 0 or more unless told otherwise.
    interior : bool
        Go through the interior instead of along the edges: faster for large programs in which very many variables are used.
        Matters for sparse programs only.

    Returns
    -------
    Solution

    Raises
    ------
    SolverError
        When the solver stops without an answer.

    Examples
    --------
    >>> float(minimise([1, 2], at_most=([[-1, -1]], [-3])).value)
    3.0
    """
    costs = np.asarray(objective, dtype=float)
    blocks = [block for block in (at_most, equal) if block is not None]
    coefficients = sum(block[0].nnz if hasattr(block[0], "nnz") else np.size(block[0]) for block in blocks)
    lows, highs = _bounds(low, len(costs)), _bounds(high, len(costs))
    if coefficients > MANY_COEFFICIENTS or any(hasattr(block[0], "nnz") for block in blocks):
        return _sparse(costs, at_most, equal, lows, highs, interior=interior)
    program = Program(costs, lows, highs, presolve=True)
    for block, same in ((at_most, False), (equal, True)):
        if block is not None:
            program.add(*block, equal=same)
    return program.solve()


def _bounds(bound: Sequence[float | None] | float | None, n: int) -> list[float | None]:
    return [bound] * n if bound is None or isinstance(bound, (int, float)) else [None if value is None else float(value) for value in bound]


class Program:
    """A linear program that is solved again and again while rows come and go.

    PuLP holds it; HiGHS keeps its model and its basis between solves, and is told only what is new.

    Parameters
    ----------
    objective : sequence of float, length n
        To be minimised.
    low, high : float, None or one for each variable
        Bounds; None for none.
    tolerance : float
        For rows and prices, absolute.
    presolve : bool
        Simplify before the first solve: pays where there are many rows.

    Examples
    --------
    >>> program = Program([1, 2])
    >>> rows = program.add([[-1, -1]], [-3])
    >>> program.solve().value
    3.0
    >>> rows = program.add([[1, 0]], [1])
    >>> program.solve().value
    5.0
    """

    def __init__(
        self,
        objective: Sequence[float] | Array,
        low: Sequence[float | None] | float | None = 0.0,
        high: Sequence[float | None] | float | None = None,
        *,
        tolerance: float = FEASIBLE,
        presolve: bool = False,
    ) -> None:
        self._costs = np.asarray(objective, dtype=float)
        lows, highs = _bounds(low, len(self._costs)), _bounds(high, len(self._costs))
        self._problem = _Problem("program", pulp.LpMinimize)
        self._variables = [self._problem.add_variable(f"x{j}", lows[j], highs[j]) for j in range(len(self._costs))]
        self._problem += pulp.LpAffineExpression(zip(self._variables, self._costs.tolist(), strict=True))
        self._rows: list[Any] = []
        self._freed: list[int] = []
        options: dict[str, Any] = {
            "primal_feasibility_tolerance": tolerance,
            "dual_feasibility_tolerance": tolerance,
            "presolve": "choose" if presolve else "off",
        }
        if not presolve:
            options |= DEVEX
        self._solver = _Warm(self._variables, self._rows, self._freed, options)

    def add(self, left: Any, right: Any, *, equal: bool = False) -> list[int]:
        """Add rows ``left @ x <= right`` (or ``==``); return their numbers, by which `Solution.prices` are ordered."""
        sense = pulp.LpConstraintEQ if equal else pulp.LpConstraintLE
        first = len(self._rows)
        for row, bound in zip(np.asarray(left, dtype=float).tolist(), np.asarray(right, dtype=float).tolist(), strict=True):
            expression = pulp.LpAffineExpression([(variable, value) for variable, value in zip(self._variables, row, strict=True) if value])
            constraint = pulp.LpConstraint(expression, sense, f"r{len(self._rows)}", bound)
            self._problem.addConstraint(constraint)
            self._rows.append(constraint)
        return list(range(first, len(self._rows)))

    def free(self, rows: Sequence[int]) -> None:
        """Let some inequalities hold no longer; they keep their numbers."""
        for number in rows:
            self._rows[number].changeRHS(float("inf"))
        self._freed += rows

    def solve(self) -> Solution:
        """Solve, from the last basis where there is one.

        Raises
        ------
        SolverError
            When the solver stops without an answer.
        """
        status = self._problem.solve(self._solver)
        if status == pulp.LpStatusInfeasible:
            return _nothing("infeasible")
        if status == pulp.LpStatusUnbounded:
            return _nothing("unbounded")
        if status != pulp.LpStatusOptimal:
            raise SolverError(f"the linear program ended with status '{pulp.LpStatus[status]}'", "scale the numbers to a similar size")
        return Solution("optimal", float(self._costs @ self._solver.x), self._solver.x, self._solver.prices)


class _Problem(pulp.LpProblem):  # type: ignore[misc]
    """PuLP's problem, except that it does not look for new variables in every row: all are in the objective, some with 0."""

    def _add_variables(self, variables: Iterable[Any]) -> None:
        if not self._variables:
            super()._add_variables(self.objective)


class _Warm(pulp.HiGHS):  # type: ignore[misc]
    """PuLP's HiGHS, except that the model stays between solves and gets what is new in one piece.

    The lists of variables, rows and freed rows are those of the program, which goes on filling them.
    """

    def __init__(self, variables: list[Any], rows: list[Any], freed: list[int], options: dict[str, Any]) -> None:
        super().__init__(msg=False, **options)
        self._variables, self._rows, self._freed = variables, rows, freed
        self._known = 0
        self.x, self.prices = np.empty(0), np.empty(0)

    def actualSolve(self, lp: Any) -> int:  # noqa: N802 - the name PuLP gives it
        """Tell HiGHS what is new, solve, and read the answer."""
        if lp.solverModel is None:
            self.createAndConfigureSolver(lp)
            self._add_variables(lp)
        for number in self._freed:
            if number < self._known:
                lp.solverModel.changeRowBounds(number, -np.inf, np.inf)
        self._freed.clear()
        self._add_rows(lp.solverModel)
        self.callSolver(lp)
        if lp.solverModel.getModelStatus() not in _STATUSES:
            _afresh(lp.solverModel)
        solution = lp.solverModel.getSolution()
        self.x, self.prices = np.array(solution.col_value) + 0.0, 0.0 - np.array(solution.row_dual)
        status = _STATUSES.get(lp.solverModel.getModelStatus(), pulp.LpStatusNotSolved)
        lp.assignStatus(status)
        return int(status)

    def _add_variables(self, lp: Any) -> None:
        costs = [lp.objective.get(variable, 0.0) for variable in self._variables]
        low = [-np.inf if variable.lowBound is None else variable.lowBound for variable in self._variables]
        high = [np.inf if variable.upBound is None else variable.upBound for variable in self._variables]
        lp.solverModel.addCols(len(costs), np.array(costs), np.array(low), np.array(high), 0, [], [], [])
        for index, variable in enumerate(self._variables):
            variable.index = index

    def _add_rows(self, model: Any) -> None:
        new = self._rows[self._known :]
        if not new:
            return
        low = [-np.inf if row.sense == pulp.LpConstraintLE else row.getLb() for row in new]
        high = [row.getUb() for row in new]
        starts = np.cumsum([0, *(len(row.expr) for row in new)])
        indices = np.array([variable.index for row in new for variable in row.expr], dtype=np.int32)
        values = np.array([value for row in new for value in row.expr.values()])
        model.addRows(len(new), np.array(low), np.array(high), len(values), starts[:-1].astype(np.int32), indices, values)
        self._known = len(self._rows)


def _afresh(model: Any) -> None:
    """Solve once more from nothing, first as before, then simplified: a basis that led astray is forgotten."""
    _, usual = model.getOptionValue("presolve")
    for presolve in (usual, "on"):
        model.setOptionValue("presolve", presolve)
        model.clearSolver()
        model.run()
        if model.getModelStatus() in _STATUSES:
            break
    model.setOptionValue("presolve", usual)


def _nothing(status: Status) -> Solution:
    return Solution(status, float("nan"), np.empty(0), np.empty(0))


def _sparse(
    costs: Array, at_most: tuple[Any, Any] | None, equal: tuple[Any, Any] | None, lows: list[float | None], highs: list[float | None], *, interior: bool
) -> Solution:
    from scipy.optimize import linprog  # noqa: PLC0415 - only large programs pay the fifth of a second that loading takes

    left, right = at_most if at_most is not None else (None, None)
    eq_left, eq_right = equal if equal is not None else (None, None)
    answer = linprog(costs, left, right, eq_left, eq_right, bounds=list(zip(lows, highs, strict=True)), method="highs-ipm" if interior else "highs")
    if answer.status in (2, 3):
        return _nothing("infeasible" if answer.status == 2 else "unbounded")
    if answer.status != 0:
        raise SolverError(f"the linear program ended: {answer.message}", "scale the numbers to a similar size")
    prices = np.concatenate([-answer.ineqlin.marginals, -answer.eqlin.marginals])
    return Solution("optimal", float(answer.fun), np.asarray(answer.x), prices)
