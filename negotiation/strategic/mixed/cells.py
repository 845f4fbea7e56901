"""Cells of a product of simplices with the Bernstein coefficients of payoff differences on them: shrinking and halving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array
from .axes import halving
from .frames import Edge, Frame


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


@dataclass(frozen=True)
class Held:
    """Solutions between bounds.

    Parameters
    ----------
    owner : ndarray of int, shape (P,)
        The systems.
    points, low, high : ndarray, shape (P, K)
        Estimates of all coordinates, and bounds between which there is exactly one solution.
    """

    owner: NDArray[np.int64]
    points: Array
    low: Array
    high: Array


def joined(parts: Sequence[Cells]) -> Cells:
    """Return all cells of `parts` as one."""
    if len(parts) == 1:
        return parts[0]
    return Cells(np.concatenate([p.owner for p in parts]), np.concatenate([p.table for p in parts]), np.concatenate([p.corners for p in parts]))


def whole(frame: Frame, table: Array) -> Cells:
    """Return one cell a system: the whole product of simplices."""
    return Cells(np.arange(len(table)), table, frame.whole[None].repeat(len(table), axis=0))


def centre(frame: Frame, cells: int) -> list[Array]:
    """Return the local coordinates of the middle of each cell."""
    return [np.full((cells, size), 1 / size) for size in frame.sizes]


def lengths(frame: Frame, cells: Cells) -> Array:
    """Return the length of every edge, shape (B, edges)."""
    one, other = frame.ends
    return np.asarray(np.abs(cells.corners.take(one, axis=1) - cells.corners.take(other, axis=1)).max(axis=2))


def moved(frame: Frame, cells: Cells, moves: Array) -> Cells:
    """Return cells with other corners, where every degree is at most 1.

    Parameters
    ----------
    moves : ndarray, shape (B, K, K)
        The local coordinates of each cell's new corners, those of one stakeholder in one block.
    """
    if len(cells) == 0:
        return cells
    rows, columns = frame.cut
    table = cells.table
    if columns:
        right = _product([moves[:, part, part] for part in columns])
        table = table.reshape(len(table), -1, right.shape[1]) @ np.swapaxes(right, 1, 2)
    if rows:
        left = _product([moves[:, part, part] for part in rows])
        table = left[:, None] @ table.reshape(len(table), cells.table.shape[1], left.shape[1], -1)
    return Cells(cells.owner, table.reshape(cells.table.shape), moves @ cells.corners)


def _product(parts: Sequence[Array]) -> Array:
    """Return the Kronecker products of the matrices of each cell."""
    result = parts[0]
    for part in parts[1:]:
        size = result.shape[1] * part.shape[1]
        result = (result[:, :, None, :, None] * part[:, None, :, None, :]).reshape(len(result), size, size)
    return result


def halved(frame: Frame, moves: Array, longest: NDArray[np.int64]) -> Array:
    """Return corners of both halves of each cell, (2 B, K, K), from those of the cells and the edges across which they are halved."""
    rows, (kept, moved) = np.arange(len(moves)), frame.ends[:, longest]
    middle = (moves[rows, kept] + moves[rows, moved]) / 2
    both = np.concatenate([moves, moves])
    both[rows, moved] = middle
    both[rows + len(rows), kept] = middle
    return both


def halve(frame: Frame, cells: Cells) -> list[Cells]:
    """Halve each cell across its longest edge."""
    if len(cells) == 0:
        return []
    longest = (lengths(frame, cells) * frame.haste).argmax(axis=1)
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
    parts[:] = halving(frame.degrees[j], frame.sizes[j], *edge.corners) @ parts
