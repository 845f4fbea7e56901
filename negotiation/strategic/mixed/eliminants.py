"""Polynomials in the mixtures of few stakeholders that vanish where all are indifferent: the two largest supports are eliminated.

With the other mixtures `z` given, the conditions of the first stakeholder are linear in the mixture of the second and the other way
round. The signed minors of these linear conditions are polynomials in `z`, and at every solution proportional to the mixtures, or all
zero. Put into the remaining conditions they give polynomials in `z` alone that vanish at every solution; and no two of the minors may
have opposite signs there. Both are refuted on parts of the mixtures `z` by Bernstein coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import factorial

import numpy as np

from ...lattice import compositions
from ...numerics import Array
from .frames import Frame
from .indifference import basis

ROUNDING = 1e-14
"""Share of the largest sums that the coefficients may lose, before their conversion."""


Groups = tuple[slice, slice, slice]
"""Which polynomials vanish at solutions, and which are proportional to the mixtures of the first and of the second stakeholder."""


@dataclass(frozen=True)
class Plan:
    """How supports of one shape are eliminated.

    Parameters
    ----------
    nodes : ndarray, shape (c, N)
        Weights of the profiles of the stakeholders that are kept at the points where the polynomials are evaluated.
    coefficients : ndarray, shape (N, N)
        From values at these points to Bernstein coefficients.
    parts : ndarray, shape (N, N S)
        From coefficients to those on each of S parts.
    corners : ndarray, shape (S, k, k)
        The corners of the parts.
    levels : int
        How often parts are divided.
    round_off : float
        Bound on the error of coefficients.
    """

    nodes: Array
    coefficients: Array
    parts: Array
    corners: Array
    levels: int
    round_off: float


@lru_cache(maxsize=256)
def plan(sizes: tuple[int, ...], few: bool) -> Plan | None:
    """Return how supports with these numbers of actions in use are eliminated, faster for few of them; None where that does not pay."""
    mixing = [size for size in sizes if size > 1]
    kept = tuple(mixing[2:])
    if kept not in {(2,), (3,), (2, 2)} or mixing[0] > 4 or mixing[0] - mixing[1] > (kept == (2,)):
        return None
    degree = max(2 * (mixing[1] - 1) + (len(kept) > 1), mixing[1])
    points = _grid([_nodes(size, degree) for size in kept])
    coefficients: Array = np.linalg.inv(_basis(degree, points)).T.astype(np.float64)
    pieces, levels = (16, 2) if kept == (2,) else (8, 2) if few else (4, 3)
    corners = _grid([_divided(size, pieces) for size in kept])
    parts = [_basis(degree, [point @ corner for point, corner in zip(points, corner_set, strict=True)]).T for corner_set in zip(*corners, strict=True)]
    largest = mixing[0] * mixing[1] * factorial(mixing[0]) * factorial(mixing[1])
    return Plan(
        nodes=_rows_product(points).T.copy(),
        coefficients=coefficients,
        parts=np.stack([part @ coefficients for part in parts], axis=2).reshape(len(coefficients), -1),
        corners=np.array([_diagonal(corner_set) for corner_set in zip(*corners, strict=True)]),
        levels=levels,
        round_off=ROUNDING * largest * float(np.abs(coefficients).sum(axis=0).max()),
    )


def _nodes(size: int, degree: int) -> Array:
    """Return points of a simplex at which a polynomial is determined by its values."""
    if size > 2:
        return np.asarray(compositions(degree, size) / degree)
    place = (1 - np.cos((np.arange(degree + 1) + 0.5) * np.pi / (degree + 1))) / 2
    return np.column_stack([1 - place, place])


def _divided(size: int, pieces: int) -> Array:
    """Return the corners of parts of a simplex whose edges are that many times shorter."""
    if size == 2:
        marks = np.arange(pieces + 1) / pieces
        return np.stack([np.column_stack([1 - mark, mark]) for mark in (marks[:-1], marks[1:])], axis=1)
    upright = [((i, j), (i + 1, j), (i, j + 1)) for i in range(pieces) for j in range(pieces - i)]
    turned = [((i + 1, j), (i, j + 1), (i + 1, j + 1)) for i in range(pieces) for j in range(pieces - i - 1)]
    return np.array([[((pieces - i - j) / pieces, i / pieces, j / pieces) for i, j in corner] for corner in (*upright, *turned)])


def _grid(parts: Sequence[Array]) -> list[Array]:
    """Return all combinations of the first indices of arrays."""
    where = np.indices([len(part) for part in parts]).reshape(len(parts), -1)
    return [part[index] for part, index in zip(parts, where, strict=True)]


def _rows_product(parts: Sequence[Array]) -> Array:
    """Return the Kronecker products of the rows of matrices."""
    result = parts[0]
    for part in parts[1:]:
        result = (result[:, :, None] * part[:, None]).reshape(len(result), -1)
    return result


def _basis(degree: int, points: Sequence[Array]) -> Array:
    """Return the Bernstein polynomials of one degree in each mixture at points, shape (points, N)."""
    return _rows_product([basis(degree, point)[0] for point in points])


def _diagonal(blocks: Sequence[Array]) -> Array:
    """Return the block diagonal matrix."""
    size = sum(len(block) for block in blocks)
    result, start = np.zeros((size, size)), 0
    for block in blocks:
        result[start : start + len(block), start : start + len(block)] = block
        start += len(block)
    return result


def polynomials(frame: Frame, table: Array, how: Plan) -> tuple[Array, Groups]:
    """Return the coefficients of the polynomials that vanish at solutions, and of those proportional to the first and second mixture."""
    (first, second), d = frame.sizes[:2], frame.unknowns
    values = table[:, :d].reshape(len(table), d, first, second, -1) @ how.nodes
    against_second, against_first = values[:, : first - 1, 0], values[:, first - 1 : first + second - 2, :, 0]
    mixture = minors(against_second[:, : second - 1])
    others = (values[:, first + second - 2 :] * mixture[:, None, None]).sum(axis=3)
    if first == second:
        other = minors(against_first)
        vanishing = (others * other[:, None]).sum(axis=2)
    else:
        other = minors(np.concatenate([against_first, others], axis=1))
        vanishing = (against_second[:, second - 1 :] * mixture[:, None]).sum(axis=2)
    count = vanishing.shape[1]
    groups = (slice(0, count), slice(count, count + first), slice(count + first, count + first + second))
    return np.concatenate([vanishing, other, mixture], axis=1) @ how.coefficients, groups


def minors(matrix: Array) -> Array:
    """Return the vectors orthogonal to all rows, of signed minors, shape (B, k, N), for matrices (B, k - 1, k, N).

    Examples
    --------
    >>> minors(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])[None, :, :, None])[0, :, 0].tolist()
    [-3.0, 6.0, -3.0]
    """
    size = matrix.shape[2]
    if size == 2:
        return np.stack([matrix[:, 0, 1], -matrix[:, 0, 0]], axis=1)
    if size == 3:
        a, b = matrix[:, 0], matrix[:, 1]
        one, two = [1, 2, 0], [2, 0, 1]
        return np.asarray(a[:, one] * b[:, two] - a[:, two] * b[:, one])
    last = np.moveaxis(matrix, 3, 1)
    parts = [(-1) ** v * np.linalg.det(np.delete(last, v, axis=3)) for v in range(size)]
    return np.stack(parts, axis=1)
