"""Linear programs over a distribution on very many profiles, of which few are ever used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...errors import SolverError
from ...linear import Solution, minimise
from ...numerics import ROUND_OFF, Array

Columns = NDArray[np.int64]

ALL_AT_ONCE = 1_500
"""Profiles up to which the whole program is written down at once."""

MANY_TAKEN = 1_000
"""Profiles in the program above which it is better to take them all: this, or a quarter of them."""

MANY_USED = 100
"""Profiles that are drawn, of those taken so far, above which it is better to take them all: this, or a tenth of the conditions."""

MANY_ROWS = 300
"""Conditions above which a program in which many profiles are drawn goes through the interior."""

START = 200
"""Profiles to begin with, of each kind, and first number added in a round; it doubles from round to round."""


@dataclass(frozen=True)
class Programme:
    """The best distribution.

    Parameters
    ----------
    x : ndarray, shape (profiles,)
        Probabilities.
    prices : ndarray
        For each condition how much the objective would rise for each unit by which it were loosened.
    """

    x: Array
    prices: Array


def optimise(gain: Array, conditions: Any, seed: Columns, floors: Array | None = None) -> Programme:
    r"""Return the distribution with the largest expected gain under homogeneous conditions.

    .. math:: \max_{x \in \Delta} g x \quad A x \le 0

    With `floors` (one row a stakeholder) first the least of `floors @ x` is maximised, then the gain among what attains it. By
    column generation: solve over few profiles, add those with negative reduced cost, stop when there is none, which proves
    that the answer is the best over all of them.

    Parameters
    ----------
    gain : ndarray, shape (profiles,)
    conditions : sparse matrix, shape (conditions, profiles)
        Rows of a size around 1.
    seed : ndarray of int
        Profiles to begin with, besides those of largest gain; the best first.
    floors : ndarray, shape (rows, profiles), optional

    Returns
    -------
    Programme
        With floors, the prices are those of the first step.

    Raises
    ------
    SolverError
        When the conditions cannot be met, or the solver fails.

    References
    ----------
    P. C. Gilmore and R. E. Gomory (1961), "A linear programming approach to the cutting-stock problem".
    """
    matrix = sparse.csc_matrix(conditions)
    columns = _feasible(matrix, _start(gain, seed))
    if floors is None:
        scale = float(np.max(np.abs(gain))) or 1.0
        answer, columns = _generate(-gain / scale, matrix, columns)
        return Programme(_spread(answer, columns, len(gain)), scale * answer.prices[: matrix.shape[0]])
    scale = float(np.max(np.abs(floors))) or 1.0
    least = _Extra(np.append(np.zeros(matrix.shape[0]), np.ones(len(floors))), None, cost=-1.0)
    answer, columns = _generate(np.zeros(len(gain)), _stacked(matrix, -floors / scale), columns, least)
    prices = scale * answer.prices[: matrix.shape[0]]
    fair = _stacked(matrix, (answer.x[-1] - ROUND_OFF) - floors / scale)
    best, columns = _generate(-gain / (float(np.max(np.abs(gain))) or 1.0), fair, columns)
    return Programme(_spread(best, columns, len(gain)), prices)


@dataclass(frozen=True)
class _Extra:
    """A variable besides the probabilities: its column, lower bound, cost, and the value at which the program may stop."""

    column: Array
    low: float | None
    cost: float = 1.0
    enough: float = -np.inf


def _start(gain: Array, seed: Columns) -> Columns:
    """Begin with the profiles of largest gain, the given ones, and some spread evenly, which keep prices sound."""
    if len(gain) <= ALL_AT_ONCE:
        return np.arange(len(gain))
    even = np.linspace(0, len(gain) - 1, START).astype(np.int64)
    return np.unique(np.concatenate([np.argpartition(-gain, START)[:START], seed[:START], even]))


def _feasible(matrix: Any, columns: Columns) -> Columns:
    """Add profiles until some distribution over them meets the conditions; at once where a single one does."""
    rows, size = matrix.shape
    if not rows or len(columns) == size or matrix[:, columns].max(axis=0).min() <= ROUND_OFF:
        return columns
    return _generate(np.zeros(size), matrix, columns, _Extra(-np.ones(rows), 0.0, enough=ROUND_OFF))[1]


def _stacked(matrix: Any, rows: Array) -> Any:
    return sparse.vstack([matrix, sparse.csr_matrix(rows)]).tocsc()


def _generate(cost: Array, matrix: Any, columns: Columns, extra: _Extra | None = None) -> tuple[Solution, Columns]:
    """Minimise ``cost @ x`` (and the extra variable) over distributions with ``matrix @ x + extra <= 0``."""
    added, interior = START, False
    while True:
        answer = _solve(cost[columns], matrix[:, columns], extra, interior=interior)
        if not answer:
            raise SolverError(f"the program over {len(columns):,} profiles is {answer.status}", "scale the payoffs to a similar size")
        if extra is not None and answer.x[-1] <= extra.enough:
            return answer, columns
        reduced = cost + matrix.T @ answer.prices[:-1] + answer.prices[-1]
        reduced[columns] = 0.0
        new = np.argpartition(reduced, added)[:added] if len(reduced) > added else np.arange(len(reduced))
        new = new[reduced[new] < -ROUND_OFF]
        if not new.size:
            return answer, columns
        many = np.count_nonzero(answer.x > ROUND_OFF) > max(MANY_USED, matrix.shape[0] // 10)
        interior = bool(many and matrix.shape[0] > MANY_ROWS)
        columns = np.arange(len(cost)) if many or len(columns) + len(new) > max(MANY_TAKEN, len(cost) // 4) else np.concatenate([columns, new])
        added *= 2


def _solve(cost: Array, matrix: Any, extra: _Extra | None, *, interior: bool) -> Solution:
    rows, size = matrix.shape
    total = np.ones((1, size))
    lows: list[float | None] = [0.0] * size
    if extra is not None:
        matrix, cost = sparse.hstack([matrix, sparse.csc_matrix(extra.column[:, None])]).tocsc(), np.append(cost, extra.cost)
        total, lows = np.append(total, [[0.0]], axis=1), [*lows, extra.low]
    return minimise(cost, (matrix, np.zeros(rows)) if rows else None, (sparse.csr_matrix(total), [1.0]), lows, interior=interior)


def _spread(answer: Solution, columns: Columns, size: int) -> Array:
    x = np.zeros(size)
    x[columns] = np.maximum(answer.x[: len(columns)], 0.0)
    return x
