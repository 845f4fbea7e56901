"""Many corners of a polytope at once in integers, where the numbers are small enough for machine words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
    >>> square = Polytope.of(np.array([[3, 2], [1, 4]]), own=0, reply=2)
    >>> [corner.weights for corner in solved(square, [0b0110, 0b1001, 0b1100, 0b1001])]
    [(1, 0), (0, 1), (1, 1), (0, 1)]
    """
    rows = polytope.array
    together = len(bases) > FEW and rows.dtype != object and rows.max() < 1 << 31
    found = _together(polytope, rows, np.array(bases, dtype=np.uint64)) if together else [None] * len(bases)
    return [polytope.corner(basis) if corner is None else corner for basis, corner in zip(bases, found, strict=True)]


def _together(polytope: Polytope, rows: Integers, bases: NDArray[np.uint64]) -> list[Corner | None]:
    """Return the corners that machine words can hold; None for others.

    An action that is not used gives the equation that its weight is 0, a best reply that it earns 1.
    """
    replies, actions = rows.shape
    numbers = [*range(polytope.own, polytope.own + actions), *range(polytope.reply, polytope.reply + replies)]
    bits = np.uint64(1) << np.array(numbers, dtype=np.uint64)
    binding = (bases[:, None] & bits).nonzero()[1].reshape(-1, actions)
    equations = np.concatenate([np.eye(actions), rows])[binding]
    try:
        values = np.linalg.solve(equations, (binding >= actions).astype(float)[..., None])[..., 0]
    except np.linalg.LinAlgError:
        return [None] * len(bases)
    with np.errstate(all="ignore"):
        unit = np.rint(np.abs(np.linalg.det(equations)))
        numerators = np.rint(values * unit[:, None])
        small = (np.abs(numerators).sum(axis=1) * rows.max() < WORD) & (unit < WORD) & (unit > 0.0)
    numerators[~small], unit[~small] = 0.0, 1.0
    weights = numerators.astype(np.int64)
    variables = np.concatenate([weights, unit.astype(np.int64)[:, None] - weights @ rows.T], axis=1)
    zero = variables == 0
    proven = small & np.take_along_axis(zero, binding, axis=1).all(axis=1)
    labels = np.bitwise_or.reduce(np.where(zero, bits, np.uint64(0)), axis=1)
    listed = zip(proven.tolist(), labels.tolist(), weights.tolist(), (variables.min(axis=1) >= 0).tolist(), strict=True)
    return [Corner(mask, tuple(row), inside) if sure else None for sure, mask, row, inside in listed]
