"""Where the solutions in cells can be, and which cells hold none: signs of payoff differences, limits of coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array
from .cells import Cells
from .frames import Frame

CERTAIN = 1e-12
"""A payoff difference beyond this share of the payoffs' range is not round-off."""

SLACK = 1e-9
"""Solutions outside of a cell by less than this share of it count as inside."""


def dominated(frame: Frame, cells: Cells) -> NDArray[np.bool_]:
    """Return which cells have an action in use that pays less than another throughout."""
    table, d = cells.table, frame.unknowns
    worse = (table.min(axis=2) > CERTAIN).any(axis=1) | (table[:, :d].max(axis=2) < -CERTAIN).any(axis=1)
    if len(frame.pairs[0]):
        gap = table.take(frame.pairs[0], axis=1)
        gap -= table.take(frame.pairs[1], axis=1)
        worse |= (gap.min(axis=2) > CERTAIN).any(axis=1) | (gap[:, : frame.rivals].max(axis=2) < -CERTAIN).any(axis=1)
    return np.asarray(worse)


@dataclass(frozen=True)
class Bounds:
    """Where the solutions of each cell can be: limits of the bounded coordinates, and whether there is room for none."""

    low: Array
    high: Array
    empty: NDArray[np.bool_]


def bounds(frame: Frame, cells: Cells) -> Bounds:
    """Return where the solutions of each cell can be, from the coefficients of Newton-like steps."""
    rows, d, bounded = cells.table.shape[1], frame.unknowns, len(frame.bounded)
    conditions = cells.table[:, :d]
    affine = cells.table @ frame.affine
    residual = affine[:, :d] @ frame.line
    residual -= conditions
    slopes = affine[:, :d, 1:]
    estimate = _estimator(slopes, (residual.max(axis=2) - residual.min(axis=2)) / 2)
    moves = frame.widen[frame.bounded] @ estimate
    if rows > d:
        moves = np.concatenate([moves, affine[:, d:, 1:] @ estimate], axis=1)
    limits = moves @ conditions
    np.subtract(frame.limits, limits[:, :bounded], out=limits[:, :bounded])
    np.subtract(cells.table[:, d:], limits[:, bounded:], out=limits[:, bounded:])
    low, high = limits.min(axis=2), limits[:, :bounded].max(axis=2)
    empty = (low[:, bounded:] > SLACK).any(axis=1) | ((high < -SLACK) | (low[:, :bounded] > 1 + SLACK)).any(axis=1)
    if not frame.regular:
        empty |= _contradiction(slopes, conditions)
    return Bounds(low[:, :bounded], high, empty)


def _estimator(slopes: Array, noise: Array) -> Array:
    """Return the matrix that best estimates coordinates of size 1 from conditions with this noise: the inverse when there is none."""
    spread = slopes @ np.swapaxes(slopes, 1, 2)
    diagonal = np.arange(spread.shape[1])
    spread[:, diagonal, diagonal] += noise**2 + 1e-13 * spread[:, diagonal, diagonal] + 1e-200
    try:
        return np.swapaxes(np.linalg.solve(spread, slopes), 1, 2)
    except np.linalg.LinAlgError:
        return np.swapaxes(np.linalg.pinv(spread, hermitian=True) @ slopes, 1, 2)


def _contradiction(slopes: Array, conditions: Array) -> NDArray[np.bool_]:
    """Return in which cells some combination of the conditions, flat to first order, keeps to one side of zero."""
    combined = np.swapaxes(np.linalg.svd(slopes)[0], 1, 2) @ conditions
    return np.asarray(((combined.min(axis=2) > CERTAIN) | (combined.max(axis=2) < -CERTAIN)).any(axis=1))
