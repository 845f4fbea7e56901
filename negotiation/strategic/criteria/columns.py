"""Linear programs over a distribution on very many profiles, of which few are ever used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...budget import Budget
from ...errors import SolverError, TimedOutError
from ...growing import Growing
from ...linear import Solution
from ...numerics import ROUND_OFF, Array

Columns = NDArray[np.int64]

ALL_AT_ONCE = 1_500
"""Profiles up to which the whole program is written down at once."""

MANY_TAKEN = 1_000
"""Profiles in the program above which it is better to take them all: this, or a quarter of them."""

MANY_USED = 100
"""Profiles that are drawn, of those taken so far, above which it is better to take them all: this, or a tenth of the conditions."""

START = 200
"""Profiles to begin with, of each kind, and first number added in a round; it doubles from round to round."""


@dataclass(frozen=True)
class Programme:
    """The best distribution, or a good one and a bound on the best.

    Parameters
    ----------
    x : ndarray, shape (profiles,)
        Probabilities.
    prices : ndarray
        For each condition how much the objective would rise for each unit by which it were loosened.
    bound : float
        No distribution reaches more: the gain of `x` where `complete`. With floors, a bound on the least floor.
    complete : bool
        False when the budget ran out.
    """

    x: Array
    prices: Array
    bound: float
    complete: bool = True


def optimise(gain: Array, conditions: Any, seed: Columns, floors: Array | None = None, budget: Budget | None = None) -> Programme:
    r"""Return the distribution with the largest expected gain under homogeneous conditions.

    .. math:: \max_{x \in \Delta} g x \quad A x \le 0

    With `floors` (one row a stakeholder) first the least of `floors @ x` is maximised, then the gain among what attains it. By
    column generation: solve over few profiles, add those with negative reduced cost, stop when there is none, which proves
    that the answer is the best over all of them. On the way, the largest reduced cost bounds what more profiles could bring.

    Parameters
    ----------
    gain : ndarray, shape (profiles,)
    conditions : sparse matrix, shape (conditions, profiles)
        Rows of a size around 1.
    seed : ndarray of int
        Profiles to begin with, besides those of largest gain; the best first.
    floors : ndarray, shape (rows, profiles), optional
    budget : Budget, optional

    Returns
    -------
    Programme
        With floors, the prices are those of the first step.

    Raises
    ------
    SolverError
        When the conditions cannot be met, or the solver fails.
    TimedOutError
        When the budget ran out before any distribution was found.

    References
    ----------
    P. C. Gilmore and R. E. Gomory (1961), "A linear programming approach to the cutting-stock problem"; on the bound A. A. Farley (1990), "A note on
    bounding a class of linear programming problems".
    """
    matrix = _with_total(conditions)
    known = _feasible(matrix, _start(gain, seed, matrix.shape[0]), budget)
    if len(gain) == 1 and known.best is not None:
        return Programme(known.best, known.prices, float(gain[0] if floors is None else floors.min()))
    scale = float(np.max(np.abs(gain))) or 1.0
    if floors is None:
        found = _generate(-gain / scale, matrix, known, budget)
        return Programme(found.x, scale * found.prices, min(float(gain.max()), -scale * found.bound), found.complete)
    unit = float(np.max(np.abs(floors))) or 1.0
    least = _Extra(np.append(np.zeros(matrix.shape[0] - 1), np.ones(len(floors))), -np.inf, cost=-1.0)
    first = _generate(np.zeros(len(gain)), _stacked(matrix, -floors / unit), known, budget, least)
    prices, bound = unit * first.prices[: matrix.shape[0] - 1], min(float(floors.max(axis=1).min()), -unit * first.bound)
    if not first.complete:
        return Programme(first.x, prices, bound, False)
    fair = _stacked(matrix, (first.extra - ROUND_OFF) - floors / unit)
    second = _generate(-gain / scale, fair, first, budget)
    return Programme(second.x, prices, bound, second.complete)


@dataclass(frozen=True)
class _Extra:
    """A variable besides the probabilities: its column, lower bound, cost, and the value at which the program may stop."""

    column: Array
    low: float
    cost: float = 1.0
    enough: float = -np.inf


@dataclass(frozen=True)
class _Found:
    """Profiles in a program, the best distribution over them (None where none is known), and a bound on the answer over all profiles."""

    columns: Columns
    best: Array | None
    prices: Array
    bound: float = -np.inf
    extra: float = 0.0
    complete: bool = False

    @property
    def x(self) -> Array:
        """The distribution."""
        if self.best is None:
            raise TimedOutError("the time was over before any device was found", "give more time, or use fewer members or actions")
        return self.best


def _start(gain: Array, seed: Columns, rows: int) -> Columns:
    """Begin with the profiles of largest gain, the given ones, and some spread evenly, which keep prices sound; with all where rows are as many."""
    if len(gain) <= max(ALL_AT_ONCE, rows):
        return np.arange(len(gain))
    even = np.linspace(0, len(gain) - 1, START).astype(np.int64)
    return np.unique(np.concatenate([np.argpartition(-gain, START)[:START], seed[:START], even]))


def _feasible(matrix: Any, columns: Columns, budget: Budget | None) -> _Found:
    """Add profiles until some distribution over them meets the conditions; at once where a single one does."""
    rows, size = matrix.shape[0] - 1, matrix.shape[1]
    worst = np.maximum.reduceat(np.where(matrix.indices == rows, 0.0, matrix.data), matrix.indptr[:-1])[columns]
    if worst.min() <= ROUND_OFF:
        alone = np.zeros(size)
        alone[columns[worst.argmin()]] = 1.0
        return _Found(columns, alone, np.zeros(rows))
    if len(columns) == size:
        return _Found(columns, None, np.zeros(rows))
    return _generate(np.zeros(size), matrix, _Found(columns, None, np.zeros(rows)), budget, _Extra(-np.ones(rows), 0.0, enough=ROUND_OFF))


def _with_total(conditions: Any) -> Any:
    """Return the conditions and, in the last row, the total of all probabilities, by columns."""
    matrix = conditions.tocsc()
    rows, size = matrix.shape
    place = np.arange(matrix.nnz) + np.repeat(np.arange(size), np.diff(matrix.indptr))
    values, numbers = np.ones(matrix.nnz + size), np.full(matrix.nnz + size, rows, dtype=matrix.indices.dtype)
    values[place], numbers[place] = matrix.data, matrix.indices
    return sparse.csc_matrix((values, numbers, matrix.indptr + np.arange(size + 1, dtype=matrix.indptr.dtype)), shape=(rows + 1, size))


def _stacked(matrix: Any, rows: Array) -> Any:
    """Return the conditions and further ones, with the total in the last row."""
    return sparse.vstack([matrix[:-1], sparse.csr_matrix(rows), matrix[-1:]]).tocsc()


def _generate(cost: Array, matrix: Any, known: _Found, budget: Budget | None, extra: _Extra | None = None) -> _Found:
    """Minimise ``cost @ x`` (and the extra variable) over distributions with ``matrix @ x + extra <= 0``, starting from the profiles that are known."""
    columns, size, added = known.columns, len(cost), START
    program = _program(cost, matrix, columns, extra)
    found = replace(known, bound=-np.inf, prices=np.zeros(matrix.shape[0] - 1), complete=False)
    while True:
        answer = program.solve(budget, len(columns) / size, f"{len(columns):,} of {size:,} profiles")
        if answer is None:
            return found
        if not answer:
            raise SolverError(f"the program over {len(columns):,} profiles is {answer.status}", "scale the payoffs to a similar size")
        found, reduced = _priced(cost, matrix, (columns, answer), found, extra)
        new = np.argpartition(reduced, added)[:added] if size > added else np.arange(size)
        new = new[reduced[new] < -ROUND_OFF]
        if not new.size or (extra is not None and found.extra <= extra.enough):
            return replace(found, complete=True)
        many = np.count_nonzero(answer.x > ROUND_OFF) > max(MANY_USED, matrix.shape[0] // 10)
        if many or len(columns) + len(new) > max(MANY_TAKEN, size // 4):
            columns = np.arange(size)
            program = _program(cost, matrix, columns, extra)
        else:
            columns = np.concatenate([columns, new])
            program.add(cost[new], matrix[:, new])
        added *= 2


def _program(cost: Array, matrix: Any, columns: Columns, extra: _Extra | None) -> Growing:
    """Write down the program over some profiles: the extra variable first, where there is one; the total of 1 in the last row."""
    rows = matrix.shape[0] - 1
    program = Growing(np.append(np.full(rows, -np.inf), 1.0), np.append(np.zeros(rows), 1.0))
    if extra is not None:
        program.add(np.array([extra.cost]), sparse.csc_matrix(np.append(extra.column, 0.0)[:, None]), extra.low)
    program.add(cost[columns], matrix[:, columns] if len(columns) < matrix.shape[1] else matrix)
    return program


def _priced(cost: Array, matrix: Any, at: tuple[Columns, Solution], before: _Found, extra: _Extra | None) -> tuple[_Found, Array]:
    """Return what a round found, and by how much each profile that is not in the program could lower the answer."""
    columns, answer = at
    prices = np.maximum(answer.prices[:-1], 0.0)
    if len(columns) == len(cost):
        reduced = np.zeros(len(cost))
    else:
        reduced = cost + matrix.T @ np.append(prices, answer.prices[-1])
        reduced[columns] = np.maximum(reduced[columns], 0.0)
    bound = max(before.bound, answer.value + min(0.0, float(reduced.min())))
    skip = 0 if extra is None else 1
    best = np.zeros(len(cost))
    best[columns] = np.maximum(answer.x[skip:], 0.0)
    feasible = extra is None or extra.low == -np.inf or answer.x[0] <= extra.enough
    return _Found(columns, best if feasible else None, prices, bound, float(answer.x[0]) if skip else 0.0), reduced
