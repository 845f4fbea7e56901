"""Constants for polynomials in Bernstein form on a product of simplices: centre, slopes, edges.

A payoff in expectation is a polynomial in the mixtures. For a member of stakeholder `i` its degree in the mixture of `j` is the number of
members of `j` that it faces, and its Bernstein coefficients are the payoffs themselves, one for each count vector. On a smaller cell
(a product of simplices) the coefficients are averages of these; the polynomial lies between the least and the largest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from ...lattice import compositions
from ...numerics import Array

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Axis:
    """Bernstein polynomials of one degree on the simplex with `corners` corners; R of them.

    Parameters
    ----------
    centre : ndarray, shape (R,)
        Their values at the centre.
    slopes : ndarray, shape (R, corners - 1)
        Derivatives there as weight moves from corner 0 to each other corner.
    nodes : ndarray, shape (corners - 1, R)
        Coefficients of the coordinates (less 1 / corners) of all corners but 0.
    """

    degree: int
    corners: int
    centre: Array
    slopes: Array
    nodes: Array

    @property
    def size(self) -> int:
        """Number of polynomials."""
        return len(self.centre)


@lru_cache(maxsize=256)
def axis(degree: int, corners: int) -> Axis:
    """Return the constants of one axis."""
    counts = compositions(degree, corners)
    centre = np.array([_multinomial(row) for row in counts.tolist()]) / float(corners) ** degree
    slopes = centre[:, None] * (counts[:, 1:] - counts[:, :1]) * corners
    nodes = counts[:, 1:].T / degree - 1 / corners if degree else np.zeros((corners - 1, 1))
    return Axis(degree, corners, centre, slopes, nodes)


def _multinomial(counts: list[int]) -> float:
    total, ways = 0, 1
    for count in counts:
        total += count
        ways *= comb(total, count)
    return float(ways)


@lru_cache(maxsize=1024)
def halving(degree: int, corners: int, kept: int, moved: int) -> Array:
    """Return the matrix that moves corner `moved` half-way to corner `kept`, shape (R, R)."""
    counts = compositions(degree, corners)
    known = {tuple(row): k for k, row in enumerate(counts.tolist())}
    matrix = np.zeros((len(counts), len(counts)))
    for k, row in enumerate(counts.tolist()):
        for step in range(row[moved] + 1):
            to = list(row)
            to[moved] -= step
            to[kept] += step
            matrix[k, known[tuple(to)]] = comb(row[moved], step) * 0.5 ** row[moved]
    return matrix


@lru_cache(maxsize=1024)
def elevation(low: int, high: int, corners: int) -> Array:
    """Return the matrix from coefficients of degree `low` to those of degree `high`, transposed: shape (R_low, R_high)."""
    matrix = np.eye(axis(low, corners).size)
    for degree in range(low + 1, high + 1):
        counts = compositions(degree, corners)
        step = np.zeros((matrix.shape[1], len(counts)))
        for v in range(corners):
            rows = np.flatnonzero(counts[:, v] > 0)
            step[np.arange(len(rows)), rows] += counts[rows, v] / degree
        matrix = matrix @ step
    return matrix


@dataclass(frozen=True)
class Edge:
    """An edge of a stakeholder's simplex: two corners, and their places among all corners."""

    stakeholder: int
    corners: tuple[int, int]
    places: tuple[int, int]

    def turned(self) -> Edge:
        """Return the edge with its ends exchanged."""
        return Edge(self.stakeholder, self.corners[::-1], self.places[::-1])


@dataclass(frozen=True)
class Frame:
    """Constants of the indifference conditions for supports of one shape.

    All payoff differences (of each action but the first in use, less that) are written with coefficients of one degree common to all
    stakeholders: a table of R rows, one a difference, and C columns.

    Parameters
    ----------
    sizes, actions : tuple of int
        Actions in use, and there are, for each stakeholder; those in use come first.
    degrees : tuple of int
        Common degree in the mixture of each stakeholder.
    regular : bool
        Whether the conditions can determine the mixtures: nobody has more of them than the others have unknowns.
    equations, others : ndarray of int
        Rows of the differences among actions in use (`d` of them), and of the others.
    pairs : (ndarray, ndarray) of int
        Pairs of rows, counting a row R of zeros, whose first must not exceed the second throughout.
    affine : ndarray, shape (C, 1 + d)
        From coefficients to the value at the centre and the slopes.
    line : ndarray, shape (1 + d, C)
        Back, to the coefficients of the affine function.
    widen : ndarray, shape (K, d)
        From the free coordinates to all K = sum of sizes.
    coordinates : ndarray, shape (K, C)
        Coefficients of all coordinates, less their values at the centre.
    reach : float
        By how much the slopes of a polynomial can exceed the range of its coefficients, summed over the free coordinates.
    edges : tuple of Edge
    """

    sizes: tuple[int, ...]
    actions: tuple[int, ...]
    degrees: tuple[int, ...]
    regular: bool
    equations: Integers
    others: Integers
    pairs: tuple[Integers, Integers]
    affine: Array
    line: Array
    widen: Array
    coordinates: Array
    reach: float
    edges: tuple[Edge, ...]

    @property
    def is_multilinear(self) -> bool:
        """Whether no degree is above 1."""
        return max(self.degrees) <= 1

    def by_stakeholder(self, wide: Array) -> list[Array]:
        """Cut an array whose last axis runs over all coordinates into one a stakeholder."""
        return np.split(wide, np.cumsum(self.sizes)[:-1], axis=-1)

    def around(self, j: int) -> tuple[int, int]:
        """Return how many columns of a table stand before and within axis `j`."""
        rows = [axis(degree, size).size for degree, size in zip(self.degrees, self.sizes, strict=True)]
        return prod(rows[:j]), rows[j]


@lru_cache(maxsize=512)
def frame(sizes: tuple[int, ...], actions: tuple[int, ...], degrees: tuple[tuple[int, ...], ...]) -> Frame:
    """Return the constants for supports of these sizes; ``degrees[i][j]`` members of `j` are faced by a member of `i`."""
    free = [size - 1 for size in sizes]
    common = tuple(max(column) for column in zip(*degrees, strict=True))
    widen = _widen(sizes)
    affine, line = _affine(sizes, common)
    equations, others, pairs = _rows(sizes, actions)
    starts = np.cumsum([0, *sizes]).tolist()
    edges = tuple(Edge(j, (v, w), (starts[j] + v, starts[j] + w)) for j, size in enumerate(sizes) for v in range(size) for w in range(v + 1, size))
    regular = all(degrees[i][i] > 0 or free[i] <= sum(free) - free[i] for i in range(len(free)))
    reach = float(sum(degree * part for degree, part in zip(common, free, strict=True)))
    return Frame(sizes, actions, common, regular, equations, others, pairs, affine, line, widen, widen @ line[1:], reach, edges)


def _widen(sizes: tuple[int, ...]) -> Array:
    blocks = [np.vstack([-np.ones(size - 1), np.eye(size - 1)]) for size in sizes]
    widen = np.zeros((sum(sizes), sum(sizes) - len(sizes)))
    row = column = 0
    for block in blocks:
        widen[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return widen


def _rows(sizes: tuple[int, ...], actions: tuple[int, ...]) -> tuple[Integers, Integers, tuple[Integers, Integers]]:
    zero = sum(actions) - len(actions)
    equations: list[int] = []
    others: list[int] = []
    better: list[int] = []
    worse: list[int] = []
    start = 0
    for size, count in zip(sizes, actions, strict=True):
        rows = [zero, *range(start, start + count - 1)]
        equations += rows[1:size]
        others += rows[size:]
        pairs = [(b, a) for a in rows[:size] for b in rows if a != b]
        better += [b for b, _ in pairs]
        worse += [a for _, a in pairs]
        start += count - 1
    return np.array(equations, dtype=np.int64), np.array(others, dtype=np.int64), (np.array(better), np.array(worse))


def _affine(sizes: tuple[int, ...], degrees: tuple[int, ...]) -> tuple[Array, Array]:
    axes = [axis(degree, size) for degree, size in zip(degrees, sizes, strict=True)]
    columns = [_kron([part.centre[:, None] for part in axes])]
    rows = [_kron([np.ones((part.size, 1)) for part in axes])]
    for j, part in enumerate(axes):
        for v in range(part.corners - 1):
            columns.append(_kron([part.slopes[:, v : v + 1] if k == j else other.centre[:, None] for k, other in enumerate(axes)]))
            rows.append(_kron([part.nodes[v][:, None] if k == j else np.ones((other.size, 1)) for k, other in enumerate(axes)]))
    return np.hstack(columns), np.ascontiguousarray(np.hstack(rows).T)


def _kron(parts: list[Array]) -> Array:
    result: Array = np.ones((1, 1))
    for part in parts:
        result = np.asarray(np.kron(result, part), dtype=np.float64)
    return result


def table(constants: Frame, degrees: tuple[tuple[int, ...], ...], payoffs: Sequence[Array]) -> Array:
    """Return the coefficients of all payoff differences, shape (B, R, C).

    Parameters
    ----------
    constants : Frame
    degrees : tuple of tuple of int
        As in :func:`frame`.
    payoffs : sequence of ndarray, shape (B, m_i, C_i)
        For each stakeholder the payoffs of its actions, those in use first, against the count vectors of the others.
    """
    rows = []
    for i, payoff in enumerate(payoffs):
        rows.append((payoff[:, 1:] - payoff[:, :1]) @ _lift(degrees[i], constants.degrees, constants.sizes))
    return np.concatenate(rows, axis=1)


@lru_cache(maxsize=1024)
def _lift(low: tuple[int, ...], high: tuple[int, ...], sizes: tuple[int, ...]) -> Array:
    """Return the matrix between coefficients of two degrees on a product of simplices."""
    return _kron([elevation(*pair, size) for *pair, size in zip(low, high, sizes, strict=True)])
