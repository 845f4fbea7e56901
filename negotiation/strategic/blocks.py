"""Blocks of the lattice of count profiles, small enough to be examined one after the other in little memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..numerics import Array

MOST = 1 << 19
"""Profiles of one block: an array of payoffs of that size takes four megabytes."""


class Block(NamedTuple):
    """A block of the lattice.

    Parameters
    ----------
    rows : tuple of slice
        For each stakeholder the range of the rows of its axis, with both ends.
    shape : tuple of int
        How many rows of each.
    leading : int
        How many of the first axes may not be whole; all after them are.
    begin : int
        Place of its first profile in the lattice; the others follow.
    lattice : tuple of int
        Shape of the lattice.
    """

    rows: tuple[slice, ...]
    shape: tuple[int, ...]
    leading: int
    begin: int
    lattice: tuple[int, ...]

    def part(self, array: Array, i: int, rows: slice | NDArray[np.int64] | None = None) -> Array:
        """Return the entries of an array that broadcasts to the lattice, with `rows` of axis `i` (otherwise all of them) instead of the block's."""
        wanted: list[Any] = list(self.rows[: max(self.leading, i + 1 if rows is not None else 0)])
        if i < len(wanted):
            wanted[i] = slice(None) if rows is None else rows
        found: Array = array[tuple(where if size > 1 else slice(None) for size, where in zip(array.shape, wanted, strict=False))] if wanted else array
        return found


def blocks(shape: Sequence[int], most: int | None = None) -> Iterator[Block]:
    """Yield blocks that cover the lattice in its order, of at most `most` profiles each, otherwise `MOST`.

    Leading axes are taken row by row, the one after them in ranges, and those that follow as a whole.

    Examples
    --------
    >>> [[(rows.start, rows.stop) for rows in block.rows] for block in blocks((2, 5), 3)]
    [[(0, 1), (0, 3)], [(0, 1), (3, 5)], [(1, 2), (0, 3)], [(1, 2), (3, 5)]]
    """
    shape, most = tuple(shape), most or MOST
    whole = tuple(slice(0, size) for size in shape)
    if prod(shape) <= most:
        yield Block(whole, shape, 0, 0, shape)
        return
    place = 0
    split = next(k for k in range(len(shape)) if prod(shape[k + 1 :]) <= most)
    step = max(1, most // prod(shape[split + 1 :]))
    for leading in np.ndindex(*shape[:split]):
        for begin in range(0, shape[split], step):
            rows = (*(slice(row, row + 1) for row in leading), slice(begin, min(begin + step, shape[split])), *whole[split + 1 :])
            block = Block(rows, tuple(one.stop - one.start for one in rows), split + 1, place, shape)
            yield block
            place += prod(block.shape)
