"""Conditions under which every action in use pays the same: values, slopes, Newton's method, for many systems at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...lattice import compositions
from ...numerics import Array
from .axes import axis
from .frames import Frame


def differences(frame: Frame, table: Array, points: Sequence[Array]) -> tuple[Array, Array]:
    """Return the payoff differences among actions in use and their slopes.

    Parameters
    ----------
    frame : Frame
    table : ndarray, shape (B, R, C)
        Coefficients of all payoff differences; see :class:`~negotiation.strategic.mixed.frames.Frame`.
    points : sequence of ndarray, shape (B, k_i)
        Mixtures over the actions in use.

    Returns
    -------
    ndarray, shape (B, d)
        Payoff of each further action in use less that of the first.
    ndarray, shape (B, d, d)
        Their derivatives as weight moves from the first action in use to each other.
    """
    result = table[:, : frame.unknowns] @ _columns([basis(degree, point) for degree, point in zip(frame.degrees, points, strict=True)])
    return result[..., 0], result[..., 1:]


def _columns(parts: Sequence[tuple[Array, Array]]) -> Array:
    """Return the values of the product basis and its slopes along each free coordinate, shape (B, C, 1 + d)."""
    ones = np.ones((len(parts[0][0]), 1, 1))
    columns = []
    for along in range(-1, len(parts)):
        if along >= 0 and parts[along][1].shape[2] == 0:
            continue
        column = ones
        for j, (value, slope) in enumerate(parts):
            factor = slope if j == along else value[..., None]
            column = (column[:, :, None, :] * factor[:, None, :, :]).reshape(len(ones), -1, max(column.shape[2], factor.shape[2]))
        columns.append(column)
    return np.concatenate(columns, axis=2)


def basis(degree: int, point: Array) -> tuple[Array, Array]:
    """Return the Bernstein polynomials at points, shape (B, R), and their slopes as weight moves from corner 0, (B, R, k - 1)."""
    size = point.shape[1]
    if degree == 0 or size == 1:
        return np.ones((len(point), 1)), np.zeros((len(point), 1, size - 1))
    if degree == 1:
        return point, np.broadcast_to(np.vstack([-np.ones(size - 1), np.eye(size - 1)]), (len(point), size, size - 1))
    lower, _ = basis(degree - 1, point)
    value = np.zeros((len(point), axis(degree, size).size))
    slopes = np.zeros((*value.shape, size))
    counts = compositions(degree, size)
    for v in range(size):
        rows = np.flatnonzero(counts[:, v] > 0)
        value[:, rows] += lower * point[:, v : v + 1]
        slopes[:, rows, v] = degree * lower
    return value, slopes[:, :, 1:] - slopes[:, :, :1]


@dataclass(frozen=True)
class Solved:
    """Where Newton's method ended.

    Parameters
    ----------
    points : list of ndarray, shape (B, k_i)
    converged : ndarray of bool, shape (B,)
    slopes : ndarray, shape (B, d, d)
        Derivatives near the end.
    """

    points: list[Array]
    converged: NDArray[np.bool_]
    slopes: Array

    def regular(self) -> NDArray[np.bool_]:
        """Return at which points the equations determine the unknowns well beyond round-off."""
        strength = np.linalg.svd(scaled(self.slopes), compute_uv=False)
        return np.asarray(strength[:, -1] > 1e-7 * strength[:, 0])

    def index(self) -> NDArray[np.int64]:
        """Return the sign of the determinant of the negative derivatives: the index of a regular equilibrium."""
        return np.asarray(np.sign(np.linalg.det(-scaled(self.slopes))), dtype=np.int64)


def scaled(slopes: Array) -> Array:
    """Divide each equation by its largest slope, unless that is round-off of payoffs whose range is 1."""
    largest = np.abs(slopes).max(axis=2, keepdims=True)
    return slopes / np.where(largest > 1e-10, largest, 1.0)


def newton(frame: Frame, table: Array, points: Sequence[Array], steps: int = 8, least: bool = False) -> Solved:
    """Run Newton's method on all systems together.

    Parameters
    ----------
    frame, table, points
        As for :func:`differences`; `points` are the starts.
    steps : int
        Steps at most.
    least : bool
        Whether to take the shortest step that solves the linearised equations in the sense of least squares, for singular systems.
    """
    points = list(points)
    converged = np.zeros(len(points[0]), dtype=bool)
    for _ in range(steps):
        value, slopes = differences(frame, table, points)
        with np.errstate(all="ignore"):
            move = -(np.linalg.pinv(slopes, rcond=1e-9) @ value[..., None] if least else linear_solution(slopes, value))[..., 0]
            points = [part + change for part, change in zip(points, frame.by_stakeholder(move @ frame.widen.T), strict=True)]
            converged = np.abs(move).max(axis=1) < 1e-9  # the error that is left is about its square
        if converged.all():
            break
        points = [np.where(np.isfinite(part) & (np.abs(part) < 1e3), part, 1e3) for part in points]
    return Solved(points, converged | _settled(value, slopes), slopes)


def _settled(value: Array, slopes: Array) -> NDArray[np.bool_]:
    """Return where the last values are round-off of the slopes."""
    return np.asarray((np.abs(value) <= 1e-13 * np.maximum(np.abs(slopes).max(axis=2), 1e-3)).all(axis=1))


def linear_solution(matrix: Array, right: Array) -> Array:
    """Solve small systems; where one is exactly singular, nudge all by round-off."""
    try:
        return np.asarray(np.linalg.solve(matrix, right[..., None]))
    except np.linalg.LinAlgError:
        nudge = 1e-14 * (np.abs(matrix).max(axis=(1, 2), keepdims=True) + 1e-300) * np.eye(matrix.shape[1])
        return np.asarray(np.linalg.pinv(matrix + nudge) @ right[..., None])
