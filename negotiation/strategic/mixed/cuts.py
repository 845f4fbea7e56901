"""All bases of a best-response polytope in floating point, by cutting a simplex with one half-space after the other.

The polytope is stored by its corners. A new half-space removes the corners beyond it and puts a new one on every edge that it crosses; two
corners share an edge where they share all labels but one. What is affine there (coordinates, slacks) is mixed of both ends. What comes
out is right where at every cut the side of every corner is known for certain: `cut_surely` proves that on the way. `cut`, for half-spaces that are
shaken where corners lie on them, proves nothing: `corners` proves what comes out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...numerics import Array
from .polytope import Polytope

Bits = NDArray[np.uint64]
Rows = NDArray[np.intp]
Side = NDArray[np.bool_]

SHAKES = 2.0**-30, 2.0**-26, 2.0**-38
"""Right-hand sides are raised by this times 0.5 to 1.5, which makes every corner a simple one; the second is for corners at which replies are nearly
alike, the third for games with payoffs of very different size."""
MOST_LABELS = 62
"""Beyond so many labels they do not fit a machine word, with a bit for the polytope and one for the side of a half-space."""
INSIDE = 1e-9
ROUND = 2.0**-46
"""More than rounding can add to a slack in one cut."""
CLEAR = 16.0
"""A side is known where the slack is at least so many times as large as it can be off."""
ONE = np.uint64(1)
BLOCK = 512
"""Points whose slacks are computed at a time: products of larger matrices would be handed to several threads, and wait for them."""
PAIRS = 128_000
"""Up to so many pairs of a corner that stays and one that goes, looking at each pair is faster than sorting all edges."""
RAISED = np.random.default_rng(0).uniform(0.5, 1.5, MOST_LABELS)


class DoubtError(ArithmeticError):
    """Floating point led to something that is not a full set of corners, or may be."""


class Slabs(NamedTuple):
    """One polytope ``rows @ z <= right, z >= 0``, or two of one shape: then a row holds that of the first and that of the second, and each
    corner has coordinates for both, those of the other one 0.

    Labels count own actions first, then replies. ``rows`` has shape (replies, polytopes * actions) and entries from 1 to 2: a column has
    its largest entry as the unit and 1 added, which leaves all labels as they are and bounds the polytope from the first cut on.
    """

    rows: Array
    right: Array
    actions: int

    @classmethod
    def of(cls, polytopes: Sequence[Polytope], shake: float = SHAKES[0]) -> Slabs:
        """Return the polytopes with shaken right-hand sides."""
        rows = np.concatenate([polytope.scaled() for polytope in polytopes], axis=1) + 1.0
        return cls(rows, 1.0 + shake * RAISED[: len(rows)], rows.shape[1] // len(polytopes))

    def slack(self, points: Array) -> Array:
        """Return how much less than the right-hand side each reply earns at each point, shape (replies, points)."""
        slack = np.empty((len(self.rows), points.shape[1]))
        for begin in range(0, points.shape[1], BLOCK):
            block = slice(begin, begin + BLOCK)
            np.subtract(self.right[:, None], self.rows @ points[:, block], out=slack[:, block])
        return slack


class Bases(NamedTuple):
    """Corners, shape (coordinates, B), and the labels of one basis of each: label `l` is bit `l + 1`; the highest bit used marks the second polytope."""

    points: Array
    keys: Bits

    def take(self, places: Rows) -> Bases:
        """Return those at `places`."""
        return Bases(self.points.take(places, axis=1), self.keys.take(places))


def cut(slabs: Slabs, budget: Budget) -> tuple[Bases, bool]:
    """Return the bases of all corners, and whether the budget lasted; if it did not, those found that no half-space removes.

    Cost: about a microsecond a corner and 50 a half-space.

    Examples
    --------
    >>> square = Polytope.of(np.array([[3, 2], [1, 4]]), own=0, reply=2)
    >>> bases, finished = cut(Slabs.of([square]), Budget())
    >>> sorted(f"{key >> 1:04b}" for key in bases.keys.tolist()), finished
    (['0011', '0110', '1001', '1100'], True)
    """
    replies, actions = len(slabs.rows), slabs.actions
    points, keys = _simplex(slabs)
    for r in range(1, replies):
        if budget.spent(r / replies, _doing(keys, r, replies)):
            return Bases(points, keys).take(np.flatnonzero(slabs.slack(points)[r:].min(axis=0) > INSIDE)), False
        points, keys = _cut_once(points, keys, slabs.right[r] - slabs.rows[r].dot(points), np.uint64(1 << actions + r + 1), actions)
    return Bases(points, keys), True


def cut_surely(slabs: Slabs, budget: Budget) -> tuple[Bits, bool]:
    r"""Return the labels of all corners of polytopes that are not shaken, each proven to be a corner and simple, and whether the budget lasted.

    Of each corner only the slacks of the half-spaces to come are computed, and a bound `e` on by how much any of them is off. At a new
    corner it follows from `E`, the bounds at both ends of the edge, mixed as the slacks are, `G`, how much the slack that is cut differs between
    the ends, and `D`, how much any other does: ``e = 1.1 (E + rounding) (1 + D / G)``. For the cut is off by at most ``E / G``, up to
    second order, which is less than a tenth as long as every slack that is cut is at least `CLEAR` times its bound.

    Raises
    ------
    DoubtError
        Where one is not: the half-space may pass through the corner.

    References
    ----------
    N. J. Higham (2002), "Accuracy and stability of numerical algorithms" (running error bounds).

    Examples
    --------
    >>> keys, finished = cut_surely(Slabs.of([Polytope.of(np.array([[3, 2], [1, 4]]), own=0, reply=2)], 0.0), Budget())
    >>> sorted(f"{key >> 1:04b}" for key in keys.tolist()), finished
    (['0011', '0110', '1001', '1100'], True)
    """
    (replies, width), actions = slabs.rows.shape, slabs.actions
    keys = _first_keys(slabs, np.uint32 if replies + actions + 2 <= 32 else np.uint64)
    slacks = np.ones((replies, len(keys)))
    apart = (slabs.rows[1:] / slabs.rows[0]).reshape(replies - 1, width // actions, actions)
    slacks[:-1].reshape(replies - 1, width // actions, 1 + actions)[:, :, 1:] -= apart
    slacks[-1] = CLEAR * ROUND
    for r in range(1, replies):
        slack, slacks = slacks[0], slacks[1:]
        if budget.spent(r / replies, _doing(keys, r, replies)):
            return keys[np.minimum(slack, slacks[:-1].min(axis=0, initial=np.inf)) > INSIDE].astype(np.uint64), False
        if np.count_nonzero(np.abs(slack) <= slacks[-1]):
            raise DoubtError
        slacks, keys = _cut_once(slacks, keys, slack, keys.dtype.type(1 << actions + r + 1), actions, bounded=True)
    return keys.astype(np.uint64), True


def _doing(keys: Bits, r: int, replies: int) -> str:
    return f"{len(keys):,} corners of the first {r} of {replies} half-spaces"


def _simplex(slabs: Slabs) -> Bases:
    """Return the corners of the first half-space: the origin, and one for each action."""
    width, keys = slabs.rows.shape[1], _first_keys(slabs, np.uint64)
    points = np.zeros((width, len(keys)))
    for begin in range(0, width, slabs.actions):
        own = slice(begin, begin + slabs.actions)
        np.fill_diagonal(points[own, begin + begin // slabs.actions + 1 :], slabs.right[0] / slabs.rows[0, own])
    return Bases(points, keys)


def _first_keys(slabs: Slabs, word: type[np.uint32 | np.uint64]) -> Bits:
    """Return the labels of these corners: of the origin all actions, of the others the first half-space in place of the action that is used."""
    replies, width = slabs.rows.shape
    origin, first, second = (1 << slabs.actions + 1) - 2, 1 << slabs.actions + 1, 1 << slabs.actions + replies + 1
    corners = [origin, *(origin ^ (1 << a + 1) | first for a in range(slabs.actions))]
    return np.array(corners if width == slabs.actions else [*corners, *(key | second for key in corners)], dtype=word)


def _cut_once(affine: Array, keys: Bits, slack: Array, label: np.unsignedinteger[Any], actions: int, *, bounded: bool = False) -> tuple[Array, Bits]:
    """Return what is known of the corners, one a column, and their labels after a cut by a half-space of which the slack at each corner is known.

    With `bounded`, the last row bounds by how much the others are off.
    """
    beyond = slack < 0.0
    gone = beyond.nonzero()[0]
    if not len(gone):
        return affine, keys
    kept = (~beyond).nonzero()[0]
    stays, goes = _among(keys, kept, gone) if len(kept) * len(gone) <= PAIRS else _sorted(keys.astype(np.uint64, copy=False), beyond, actions)
    share = slack.take(stays)
    gap = share - slack.take(goes)
    share /= gap
    near, fresh = affine.take(stays, axis=1), affine.take(goes, axis=1)
    fresh -= near
    spread = np.abs(fresh).max(axis=0) if bounded else None
    fresh *= share
    fresh += near
    if spread is not None:
        spread /= gap
        spread += 1.0
        spread *= 1.1
        bound = fresh[-1]
        bound += CLEAR * ROUND
        bound *= spread
    shared = keys.take(stays)
    shared &= keys.take(goes)
    shared |= label
    return np.concatenate([affine.take(kept, axis=1), fresh], axis=1), np.concatenate([keys.take(kept), shared])


def _among(keys: Bits, kept: Rows, gone: Rows) -> tuple[Rows, Rows]:
    """Return which corners that are kept and gone share an edge: all labels but one of each."""
    apart = keys.take(gone)[:, None] ^ keys.take(kept)
    at: Rows = (np.bitwise_count(apart) == 2).ravel().nonzero()[0]
    return kept.take(at % len(kept)), gone.take(at // len(kept))


def _sorted(keys: Bits, beyond: Side, actions: int) -> tuple[Rows, Rows]:
    """Return the same from the sorted edges; the lowest bit says that a corner is gone."""
    words, order = ridges(keys | beyond, split(keys, actions))
    at = np.flatnonzero(words[1:] ^ words[:-1] == ONE)
    order &= (1 << stride(keys)) - 1
    return order.take(at), order.take(at + 1)


def split(keys: Bits, actions: int) -> Bits:
    """Return the lowest bits of each key one by one, shape (actions, B).

    Examples
    --------
    >>> split(np.array([0b1010, 0b0110], dtype=np.uint64), 2).tolist()
    [[2, 2], [8, 4]]
    """
    bits, rest = np.empty((actions, len(keys)), dtype=np.uint64), keys
    for row in bits:
        np.bitwise_and(rest, -rest, out=row)
        rest = rest ^ row
    return bits


def stride(keys: Bits) -> int:
    """Return how many bits the number of a corner takes."""
    return len(keys).bit_length()


def ridges(keys: Bits, bits: Bits) -> tuple[Bits, Rows]:
    """Return, sorted, each key without each one of its bits, and the places they come from: the row in `bits`, and in the last bits the corner.

    Where a word has room for both, they are sorted together, which is several times faster than sorting places by words.
    """
    words, last = keys ^ bits, stride(keys)
    places = np.arange(len(bits), dtype=np.uint64)[:, None] << np.uint64(last) | np.arange(len(keys), dtype=np.uint64)
    room = 64 - int(keys.max()).bit_length()
    if len(bits) << last >> room:
        order = words.ravel().argsort()
        return words.ravel()[order], places.ravel()[order].view(np.intp)
    words <<= np.uint64(room)
    words |= places
    together = words.ravel()
    together.sort()
    return together >> np.uint64(room), (together & np.uint64((1 << room) - 1)).view(np.intp)
