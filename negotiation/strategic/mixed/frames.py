"""Constants for polynomials in Bernstein form on a product of simplices: centre, slopes, edges.

A payoff in expectation is a polynomial in the mixtures. For a member of stakeholder `i` its degree in the mixture of `j` is the number of
members of `j` that it faces, and its Bernstein coefficients are the payoffs themselves, one for each count vector. On a smaller cell
(a product of simplices) the coefficients are averages of these; the polynomial lies between the least and the largest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array
from .axes import axis, elevation

Integers = NDArray[np.int64]


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
    unknowns : int
        Free coordinates, `d`, and as many conditions: the first `d` rows of a table are the differences among actions in use.
    pairs : (ndarray, ndarray) of int
        Pairs of rows such that the first must not exceed the second throughout.
    rivals : int
        How many of them, in front, must not be the other way round either.
    affine : ndarray, shape (C, 1 + d)
        From coefficients to the value at the centre and the slopes.
    line : ndarray, shape (1 + d, C)
        Back, to the coefficients of the affine function.
    widen : ndarray, shape (K, d)
        From the free coordinates to all K = sum of sizes.
    bounded : ndarray of int, shape (L,)
        Coordinates that are bounded: of two actions in use the second alone, of more all.
    limits : ndarray, shape (L, C)
        Coefficients of these coordinates.
    lowest : ndarray of int, shape (K,)
        Where the least value of each coordinate stands among the L least values, 1 less the L largest, and zero.
    firsts : ndarray of int
        The place of the first coordinate of each stakeholder.
    whole : ndarray, shape (K, most)
        The corners of all simplices, one below the other, padded with zeros.
    blocks : ndarray, shape (K, K)
        1 where two coordinates belong to one stakeholder.
    reach : float
        By how much the slopes of a polynomial can exceed the range of its coefficients, summed over the free coordinates.
    edges : tuple of Edge
    ends : ndarray of int, shape (2, edges)
        The places of the edges' ends.
    haste : ndarray, shape (edges,)
        What the lengths of edges are multiplied with before the longest is halved.
    cut : (list of slice, list of slice)
        The places of the corners of the stakeholders whose mixtures the columns depend on, in two groups with about as many columns each.
    """

    sizes: tuple[int, ...]
    actions: tuple[int, ...]
    degrees: tuple[int, ...]
    regular: bool
    unknowns: int
    pairs: tuple[Integers, Integers]
    rivals: int
    affine: Array
    line: Array
    widen: Array
    bounded: Integers
    limits: Array
    lowest: Integers
    firsts: Integers
    whole: Array
    blocks: Array
    reach: float
    edges: tuple[Edge, ...]
    ends: Integers
    haste: Array
    cut: tuple[list[slice], list[slice]]

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


_LATE = {1: 1.0, 2: 1.0, 3: 0.1}
"""Weight of the edges of the first two stakeholders, by the number of stakeholders: with the others' mixtures fixed the conditions are
linear in these two."""


@lru_cache(maxsize=512)
def frame(sizes: tuple[int, ...], actions: tuple[int, ...], degrees: tuple[tuple[int, ...], ...]) -> Frame:
    """Return the constants for supports of these sizes; ``degrees[i][j]`` members of `j` are faced by a member of `i`."""
    free = [size - 1 for size in sizes]
    common = tuple(max(column) for column in zip(*degrees, strict=True))
    widen = _widen(sizes)
    affine, line = _affine(sizes, common)
    starts = np.cumsum([0, *sizes]).tolist()
    edges = tuple(Edge(j, (v, w), (starts[j] + v, starts[j] + w)) for j, size in enumerate(sizes) for v in range(size) for w in range(v + 1, size))
    ends = np.array([edge.places for edge in edges], dtype=np.int64).reshape(-1, 2).T
    bounded, lowest = _bounded(sizes)
    pairs, rivals = _pairs(sizes, actions)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    limits = (widen @ line[1:])[bounded] + np.repeat(1 / np.array(sizes), sizes)[bounded, None]
    return Frame(
        sizes=sizes,
        actions=actions,
        degrees=common,
        regular=all(degrees[i][i] > 0 or free[i] <= sum(free) - free[i] for i in range(len(free))),
        unknowns=sum(free),
        pairs=pairs,
        rivals=rivals,
        affine=affine,
        line=line,
        widen=widen,
        bounded=bounded,
        limits=limits,
        lowest=lowest,
        firsts=np.array(starts[:-1], dtype=np.int64),
        whole=np.vstack([np.eye(size, max(sizes)) for size in sizes]),
        blocks=(owner[:, None] == owner).astype(np.float64),
        reach=float(sum(degree * part for degree, part in zip(common, free, strict=True))),
        edges=edges,
        ends=ends,
        haste=np.array([_LATE.get(len(sizes), 0.4) if edge.stakeholder < 2 else 1.0 for edge in edges]),
        cut=_cut(sizes, common),
    )


def _cut(sizes: tuple[int, ...], degrees: tuple[int, ...]) -> tuple[list[slice], list[slice]]:
    starts = np.cumsum([0, *sizes]).tolist()
    parts = [slice(start, start + size) for start, size, degree in zip(starts, sizes, degrees, strict=False) if size > 1 and degree]
    widths = [part.stop - part.start for part in parts]
    best = min(range(len(parts) + 1), key=lambda k: prod(widths[:k]) + prod(widths[k:]))
    return parts[:best], parts[best:]


def _bounded(sizes: tuple[int, ...]) -> tuple[Integers, Integers]:
    """Return which coordinates are bounded, and where the least value of each of all stands."""
    starts = np.cumsum([0, *sizes]).tolist()
    bounded = [start + v for start, size in zip(starts, sizes, strict=False) for v in range(size) if size > 2 or v == 1]
    place, count = {v: k for k, v in enumerate(bounded)}, len(bounded)
    lowest: list[int] = []
    for start, size in zip(starts, sizes, strict=False):
        if size == 1:
            lowest.append(2 * count)
        elif size == 2:
            lowest += [count + place[start + 1], place[start + 1]]
        else:
            lowest += [place[start + v] for v in range(size)]
    return np.array(bounded, dtype=np.int64), np.array(lowest, dtype=np.int64)


def _widen(sizes: tuple[int, ...]) -> Array:
    blocks = [np.vstack([-np.ones(size - 1), np.eye(size - 1)]) for size in sizes]
    widen = np.zeros((sum(sizes), sum(sizes) - len(sizes)))
    row = column = 0
    for block in blocks:
        widen[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return widen


def _pairs(sizes: tuple[int, ...], actions: tuple[int, ...]) -> tuple[tuple[Integers, Integers], int]:
    """Return the pairs of rows of one stakeholder that are compared, and how many of them, in front, are both of actions in use."""
    rivals: list[tuple[int, int]] = []
    outside: list[tuple[int, int]] = []
    inside, other = 0, sum(sizes) - len(sizes)
    for size, count in zip(sizes, actions, strict=True):
        used, idle = range(inside, inside + size - 1), range(other, other + count - size)
        rivals += combinations(used, 2)
        outside += product(idle, used)
        inside, other = used.stop, idle.stop
    pairs = np.array([*rivals, *outside], dtype=np.int64).reshape(-1, 2)
    return (pairs[:, 0].copy(), pairs[:, 1].copy()), len(rivals)


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
    """Return the coefficients of all payoff differences, shape (B, R, C), those among actions in use first.

    Parameters
    ----------
    constants : Frame
    degrees : tuple of tuple of int
        As in :func:`frame`.
    payoffs : sequence of ndarray, shape (B, m_i, C_i)
        For each stakeholder the payoffs of its actions, those in use first, against the count vectors of the others.
    """
    used, others = [], []
    for i, payoff in enumerate(payoffs):
        rows = (payoff[:, 1:] - payoff[:, :1]) @ _lift(degrees[i], constants.degrees, constants.sizes)
        used.append(rows[:, : constants.sizes[i] - 1])
        others.append(rows[:, constants.sizes[i] - 1 :])
    return np.concatenate([*used, *others], axis=1)


@lru_cache(maxsize=1024)
def _lift(low: tuple[int, ...], high: tuple[int, ...], sizes: tuple[int, ...]) -> Array:
    """Return the matrix between coefficients of two degrees on a product of simplices."""
    return _kron([elevation(*pair, size) for *pair, size in zip(low, high, sizes, strict=True)])
