"""Cells of a product of simplices with the Bernstein coefficients of payoff differences on them: shrinking and halving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array
from .frames import Edge, Frame, halving


@dataclass(frozen=True)
class Cells:
    """Cells of several systems of one frame.

    Parameters
    ----------
    owner : ndarray of int, shape (B,)
        Which system each belongs to.
    table : ndarray, shape (B, R, C)
        Coefficients of all payoff differences on each cell.
    corners : ndarray, shape (B, K, most)
        The corners of all stakeholders' simplices, one below the other, padded with zeros.
    """

    owner: NDArray[np.int64]
    table: Array
    corners: Array

    def __len__(self) -> int:
        return len(self.owner)

    def __getitem__(self, which: NDArray[np.bool_] | NDArray[np.int64] | slice) -> Cells:
        return Cells(self.owner[which], self.table[which], self.corners[which])

    def points(self, frame: Frame, local: Sequence[Array]) -> list[Array]:
        """Return the mixtures that stand at local coordinates of each cell."""
        parts = np.split(self.corners, np.cumsum(frame.sizes)[:-1], axis=1)
        return [np.einsum("bv,bva->ba", row, part[:, :, : row.shape[1]]) for row, part in zip(local, parts, strict=True)]


def joined(parts: Sequence[Cells]) -> Cells:
    """Return all cells of `parts` as one."""
    if len(parts) == 1:
        return parts[0]
    return Cells(np.concatenate([p.owner for p in parts]), np.concatenate([p.table for p in parts]), np.concatenate([p.corners for p in parts]))


def whole(frame: Frame, table: Array) -> Cells:
    """Return one cell a system: the whole product of simplices."""
    corners = np.vstack([np.eye(size, max(frame.sizes)) for size in frame.sizes])
    return Cells(np.arange(len(table)), table, np.broadcast_to(corners, (len(table), *corners.shape)))


def centre(frame: Frame, cells: int) -> list[Array]:
    """Return the local coordinates of the middle of each cell."""
    return [np.full((cells, size), 1 / size) for size in frame.sizes]


def lengths(frame: Frame, cells: Cells) -> Array:
    """Return the length of every edge, shape (B, edges)."""
    ends = np.array([edge.places for edge in frame.edges])
    return np.asarray(np.abs(cells.corners[:, ends[:, 0]] - cells.corners[:, ends[:, 1]]).max(axis=2))


def shrink(frame: Frame, cells: Cells, lower: list[Array]) -> Cells:
    """Replace cells by those whose local coordinates are at least `lower`."""
    table, corners, start = cells.table, np.array(cells.corners), 0
    for j, low in enumerate(lower):
        count = frame.sizes[j]
        if count > 1:
            size = (1 - low.sum(axis=1))[:, None, None]
            own = corners[:, start : start + count]
            corners[:, start : start + count] = size * own + (low[:, None] @ own)
            before, within = frame.around(j)
            parts = table.reshape(len(table), table.shape[1] * before, within, -1)
            base = (low[:, None, None] @ parts) if parts.shape[3] > 1 else (parts[..., 0] @ low[..., None])[..., None]
            table = (parts * size[..., None] + base).reshape(table.shape)
        start += count
    return Cells(cells.owner, table, corners)


def halve(frame: Frame, cells: Cells) -> list[Cells]:
    """Halve each cell across its longest edge."""
    if len(cells) == 0:
        return []
    late = {1: 1.0, 2: 1.0, 3: 0.1}.get(len(frame.sizes), 0.4)
    weights = np.array([late if edge.stakeholder < 2 else 1.0 for edge in frame.edges])
    longest = (lengths(frame, cells) * weights).argmax(axis=1)
    order = np.argsort(longest, kind="stable")
    halves = [Cells(half.owner, half.table, np.array(half.corners)) for half in (cells[order], cells[order])]
    stop = 0
    for edge, count in zip(frame.edges, np.bincount(longest, minlength=len(frame.edges)).tolist(), strict=True):
        rows, stop = slice(stop, stop + count), stop + count
        if count:
            _half(frame, halves[0], rows, edge)
            _half(frame, halves[1], rows, edge.turned())
    return halves


def _half(frame: Frame, cells: Cells, rows: slice, edge: Edge) -> None:
    """Move in some cells the second end of an edge half-way to the first, in place."""
    (kept, moved), j = edge.places, edge.stakeholder
    cells.corners[rows, moved] = (cells.corners[rows, kept] + cells.corners[rows, moved]) / 2
    before, within = frame.around(j)
    table = cells.table[rows]
    parts = table.reshape(table.shape[0], table.shape[1] * before, within, -1)
    if frame.degrees[j] == 1:
        parts[:, :, edge.corners[1]] = (parts[:, :, edge.corners[0]] + parts[:, :, edge.corners[1]]) / 2
    else:
        parts[:] = halving(frame.degrees[j], frame.sizes[j], *edge.corners) @ parts
