"""Many corners of a polytope at once in integers, where the numbers are small enough for machine words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .exact import integers
from .polytope import Corner, Polytope

FEW = 3
"""Up to so many corners one by one is faster."""
WORD = 2.0**52
Integers = NDArray[np.int64]


def solved(polytope: Polytope, bases: Sequence[int]) -> list[Corner | None]:
    """Return the corner of each basis; None where its equations do not fix one point.

    The equations are solved in floating point, the solution times the determinant is rounded to integers, and these are
    put into the equations in exact arithmetic. Where they do not fulfil them, or where a number might not fit, elimination in long
    integers decides.

    Parameters
    ----------
    polytope : Polytope
    bases : sequence of int
        Bit masks of as many labels as there are actions.

    Examples
    --------
    >>> square = Polytope.of([[3, 2], [1, 4]], own=0, reply=2)
    >>> [corner.weights for corner in solved(square, [0b0110, 0b1001, 0b1100, 0b1001])]
    [(1, 0), (0, 1), (1, 1), (0, 1)]
    """
    found: list[Corner | None] = [None] * len(bases)
    rows = integers(polytope.rows)
    if len(bases) > FEW and rows.dtype != object and rows.max() < 1 << 31:
        _by_size(polytope, rows, np.array(bases, dtype=np.uint64), found)
    for k, basis in enumerate(bases):
        if found[k] is None:
            found[k] = polytope.corner(basis)
    return found


def _by_size(polytope: Polytope, rows: Integers, bases: NDArray[np.uint64], found: list[Corner | None]) -> None:
    """Fill in what machine words can hold, all corners with equally many used actions together."""
    replies, actions = rows.shape
    used = ~_has(bases, polytope.own, actions)
    binding = _has(bases, polytope.reply, replies)
    sizes = used.sum(axis=1)
    for size in np.unique(sizes).tolist():
        places = np.flatnonzero(sizes == size)
        chosen = used[places].nonzero()[1].reshape(-1, size)
        best = binding[places].nonzero()[1].reshape(-1, size)
        for k, corner in zip(places.tolist(), _corners(polytope, rows, chosen, best), strict=True):
            found[k] = corner


def _has(bases: NDArray[np.uint64], begin: int, count: int) -> NDArray[np.bool_]:
    return (bases[:, None] >> np.arange(begin, begin + count, dtype=np.uint64) & np.uint64(1)).astype(bool)


def _corners(polytope: Polytope, rows: Integers, chosen: Integers, best: Integers) -> list[Corner | None]:
    """Return the corners at which the actions `chosen` are used and the replies `best` are best; None where not proven."""
    count, size = chosen.shape
    equations = rows[best[:, :, None], chosen[:, None, :]]
    try:
        values = np.linalg.solve(equations, np.ones((count, size, 1)))[..., 0]
    except np.linalg.LinAlgError:
        return [None] * count
    with np.errstate(all="ignore"):
        unit = np.rint(np.abs(np.linalg.det(equations)))
        numerators = np.rint(values * unit[:, None])
        small = (np.abs(numerators).sum(axis=1) * rows.max() < WORD) & (unit < WORD) & (unit > 0.0)
    numerators[~small], unit[~small] = 0.0, 1.0
    weights = np.zeros((count, rows.shape[1]), dtype=np.int64)
    np.put_along_axis(weights, chosen, numerators.astype(np.int64), axis=1)
    slack = unit.astype(np.int64)[:, None] - weights @ rows.T
    proven = small & (np.take_along_axis(slack, best, axis=1) == 0).all(axis=1)
    feasible = (weights >= 0).all(axis=1) & (slack >= 0).all(axis=1)
    labels = _mask(weights == 0, polytope.own) | _mask(slack == 0, polytope.reply)
    listed = zip(proven.tolist(), labels.tolist(), weights.tolist(), feasible.tolist(), strict=True)
    return [Corner(mask, tuple(row), inside) if sure else None for sure, mask, row, inside in listed]


def _mask(zero: NDArray[np.bool_], begin: int) -> NDArray[np.uint64]:
    bits = np.uint64(1) << np.arange(begin, begin + zero.shape[1], dtype=np.uint64)
    joined: NDArray[np.uint64] = np.bitwise_or.reduce(np.where(zero, bits, np.uint64(0)), axis=1)
    return joined
