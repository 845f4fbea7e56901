"""Linear programs: the one module that speaks to solvers.

Programs are always minimised. Small ones are built in PuLP and solved by HiGHS in process; programs given as large sparse
matrices go to the same HiGHS through scipy, because writing hundreds of thousands of coefficients as PuLP expressions would take
longer than solving.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pulp

from .errors import SolverError
from .numerics import Array

Status = Literal["optimal", "infeasible", "unbounded"]
MANY_COEFFICIENTS = 20_000


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
    return _pulp(costs, at_most, equal, lows, highs)


def _bounds(bound: Sequence[float | None] | float | None, n: int) -> list[float | None]:
    return [bound] * n if bound is None or isinstance(bound, (int, float)) else [None if value is None else float(value) for value in bound]


def _pulp(costs: Array, at_most: tuple[Any, Any] | None, equal: tuple[Any, Any] | None, lows: list[float | None], highs: list[float | None]) -> Solution:
    problem = pulp.LpProblem("program", pulp.LpMinimize)
    variables = [problem.add_variable(f"x{j}", lows[j], highs[j]) for j in range(len(costs))]
    problem += pulp.LpAffineExpression(dict(zip(variables, costs.tolist(), strict=True)))
    rows: list[Any] = []
    for block, sense in ((at_most, pulp.LpConstraintLE), (equal, pulp.LpConstraintEQ)):
        for row, right in zip(*(block if block is not None else ((), ())), strict=True):
            left = pulp.LpAffineExpression({variables[j]: float(row[j]) for j in np.nonzero(np.asarray(row))[0]})
            constraint = pulp.LpConstraint(left, sense, f"r{len(rows)}", float(right))
            problem.addConstraint(constraint)
            rows.append(constraint)
    solver = pulp.HiGHS(msg=False, primal_feasibility_tolerance=1e-9, dual_feasibility_tolerance=1e-9)
    status = problem.solve(solver)
    if status == pulp.LpStatusInfeasible:
        return _nothing("infeasible")
    if status == pulp.LpStatusUnbounded:
        return _nothing("unbounded")
    if status != pulp.LpStatusOptimal:
        raise SolverError(f"the linear program ended with status '{pulp.LpStatus[status]}'", "scale the numbers to a similar size")
    x = np.array([variable.value() or 0.0 for variable in variables])
    prices = np.array([-(row.pi or 0.0) for row in rows])
    return Solution("optimal", float(costs @ x), x, prices)


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
