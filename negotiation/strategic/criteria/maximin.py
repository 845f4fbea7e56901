"""The mixture that does best in the worst case, among few actions and many circumstances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import SolverError
from ...linear import Solution, minimise
from ...numerics import ROUND_OFF, Array

ALL_AT_ONCE = 256
ADDED = 8


@dataclass(frozen=True)
class Maximin:
    """A mixture that maximises the least of its expected payoffs.

    Parameters
    ----------
    mixture : ndarray, shape (m,)
    value : float
        ``min(mixture @ table)``.
    columns : ndarray of int
        Circumstances that hold the value down.
    weights : ndarray
        The mixture over `columns` against which no action earns more than `value`.
    """

    mixture: Array
    value: float
    columns: NDArray[np.int64]
    weights: Array


def maximin(table: Array) -> Maximin:
    r"""Return the mixture over rows with the largest least expected payoff.

    .. math:: \max_{p \in \Delta} \min_k \sum_a p_a t_{a k}

    By cutting planes: a linear program over the columns found so far, then the columns that its mixture does worst against
    are added, until none is worse than the program's value. Exact, and the number of columns (all profiles of the others)
    costs one product a round.

    Parameters
    ----------
    table : ndarray, shape (m, k)
        One row an action, one column a circumstance.

    Returns
    -------
    Maximin

    Raises
    ------
    SolverError
        When the linear program fails.

    Examples
    --------
    >>> pennies = maximin(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    >>> pennies.mixture.tolist(), pennies.value, pennies.weights.tolist()
    ([0.5, 0.5], 0.0, [0.5, 0.5])

    References
    ----------
    J. von Neumann (1928), "Zur Theorie der Gesellschaftsspiele"; J. E. Kelley (1960), "The cutting-plane method".
    """
    scale = float(np.max(np.abs(table))) or 1.0
    columns = _first_columns(table)
    while True:
        answer = _program(table[:, columns] / scale)
        mixture = np.maximum(answer.x[:-1], 0.0)
        mixture /= mixture.sum()
        earned = mixture @ table
        worst = _lowest(earned, ADDED)
        worst = worst[earned[worst] < -answer.value * scale - ROUND_OFF * scale]
        new = np.setdiff1d(worst, columns)
        if not new.size:
            weights = np.maximum(answer.prices[: len(columns)], 0.0)
            used = weights > ROUND_OFF
            return Maximin(mixture, float(earned.min()), columns[used], weights[used] / weights[used].sum())
        columns = np.union1d(columns, new)


def _lowest(values: Array, number: int) -> NDArray[np.int64]:
    return np.asarray(np.argpartition(values, number)[:number] if len(values) > number else np.arange(len(values)), dtype=np.int64)


def _first_columns(table: Array) -> NDArray[np.int64]:
    if table.shape[1] <= ALL_AT_ONCE:
        return np.arange(table.shape[1])
    return np.unique(np.append(table.argmin(axis=1), _lowest(table.mean(axis=0), ADDED)))


def _program(table: Array) -> Solution:
    """Solve for the mixture and the value, the last variable."""
    m, k = table.shape
    rows = np.column_stack([-table.T, np.ones(k)])
    answer = minimise(np.append(np.zeros(m), -1.0), (rows, np.zeros(k)), (np.append(np.ones((1, m)), [[0.0]], axis=1), [1.0]), [0.0] * m + [None])
    if not answer:
        raise SolverError("the mixture against the worst case could not be computed", "scale the payoffs to a similar size")
    return answer
