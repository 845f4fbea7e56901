"""Bernstein polynomials of one degree on one simplex: values and slopes at the centre, halving, raising the degree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np

from ...lattice import compositions
from ...numerics import Array


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
