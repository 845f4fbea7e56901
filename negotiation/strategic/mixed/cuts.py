"""All bases of a best-response polytope in floating point, by cutting a simplex with one half-space after the other.

The polytope is stored by its corners. A new half-space removes the corners beyond it and puts a new one on every edge that it crosses; two
corners share an edge where they share all labels but one. Coordinates are mixed from numbers that are not negative, so little is lost
to rounding. Nothing is proven here: `corners` proves what comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...numerics import Array
from .polytope import Polytope

Bits = NDArray[np.uint64]
Rows = NDArray[np.intp]
Side = NDArray[np.bool_]

SHAKES = 2.0**-30, 2.0**-38
"""Right-hand sides are raised by this times 0.5 to 1.5, which makes every corner a simple one; the second is for games with payoffs of very different size."""
MOST_LABELS = 62
"""Beyond so many labels they do not fit a machine word, with a bit for the polytope and one for the side of a half-space."""
INSIDE = 1e-9
ONE = np.uint64(1)
BLOCK = 512
"""Points whose slacks are computed at a time: products of larger matrices would be handed to several threads, and wait for them."""
PAIRS = 8_000
"""Up to so many pairs of a corner that stays and one that goes, looking at each pair is faster than sorting all edges."""
RAISED = np.random.default_rng(0).uniform(0.5, 1.5, (2, MOST_LABELS))


class Slabs(NamedTuple):
    """One or two polytopes ``rows[k] @ z <= right[k], z >= 0`` of one shape.

    Labels count own actions first, then replies. ``rows`` has shape (polytopes, replies, actions) and entries from 1 to 2: a column has
    its largest entry as the unit and 1 added, which leaves all labels as they are and bounds the polytope from the first cut on.
    """

    rows: Array
    right: Array

    @classmethod
    def of(cls, polytopes: Sequence[Polytope], shake: float = SHAKES[0]) -> Slabs:
        """Return the polytopes with shaken right-hand sides."""
        rows = np.array([polytope.scaled() for polytope in polytopes]) + 1.0
        return cls(rows, 1.0 + shake * RAISED[: len(rows), : rows.shape[1]])

    def slack(self, points: Array, side: Side, replies: slice = slice(None)) -> Array:
        """Return how much less than the right-hand side each reply earns at each point."""
        slack = np.empty((len(points), self.rows[0, replies].shape[0]))
        for begin in range(0, len(points), BLOCK):
            block = slice(begin, begin + BLOCK)
            np.subtract(self.right[0, replies], points[block] @ self.rows[0, replies].T, out=slack[block])
            if len(self.rows) == 2:
                other = self.right[1, replies] - points[block] @ self.rows[1, replies].T
                np.copyto(slack[block], other, where=side[block, None])
        return slack


class Bases(NamedTuple):
    """Corners with one basis each: coordinates, label bits of the basis one by one and together, and whether they are of the second polytope.

    Label `l` is bit `l + 1`; the highest bit used marks the second polytope.
    """

    points: Array
    bits: Bits
    keys: Bits
    side: Side

    def take(self, places: Rows) -> Bases:
        """Return those at `places`."""
        return Bases(self.points.take(places, axis=0), self.bits.take(places, axis=0), self.keys.take(places), self.side.take(places))


def cut(slabs: Slabs, budget: Budget) -> tuple[Bases, bool]:
    """Return the bases of all corners, and whether the budget lasted; if it did not, those found that no half-space removes.

    Cost: about a microsecond a corner and 60 a half-space.

    Examples
    --------
    >>> square = Polytope.of([[3, 2], [1, 4]], own=0, reply=2)
    >>> bases, finished = cut(Slabs.of([square]), Budget())
    >>> sorted(f"{key >> 1:04b}" for key in bases.keys.tolist()), finished
    (['0011', '0110', '1001', '1100'], True)
    """
    replies = slabs.rows.shape[1]
    bases = _simplex(slabs)
    for r in range(1, replies):
        if budget.spent(r / replies, f"{len(bases.keys):,} corners of the first {r} of {replies} half-spaces"):
            inside = slabs.slack(bases.points, bases.side, slice(r, None)).min(axis=1) > INSIDE
            return bases.take(np.flatnonzero(inside)), False
        bases = _cut_once(slabs, r, bases)
    return bases, True


def _simplex(slabs: Slabs) -> Bases:
    """Return the corners of the first half-space: the origin, and one for each action."""
    count, replies, actions = slabs.rows.shape
    own = np.arange(actions)
    points = np.zeros((count, actions + 1, actions))
    points[:, own + 1, own] = slabs.right[:, :1] / slabs.rows[:, 0]
    bits = np.empty(points.shape, dtype=np.uint64)
    bits[:] = ONE << (own + 1).astype(np.uint64)
    bits[:, own + 1, own] = 1 << actions + 1
    keys = np.bitwise_or.reduce(bits, axis=2)
    keys[1:] |= np.uint64(1 << actions + replies + 1)
    return Bases(points.reshape(-1, actions), bits.reshape(-1, actions), keys.ravel(), np.repeat(np.arange(count) > 0, actions + 1))


def _cut_once(slabs: Slabs, r: int, bases: Bases) -> Bases:
    points, bits, keys, side = bases
    actions = bits.shape[1]
    slack = slabs.right[0, r] - points.dot(slabs.rows[0, r])
    if len(slabs.rows) == 2:
        slack = np.where(side, slabs.right[1, r] - points.dot(slabs.rows[1, r]), slack)
    kept, gone = (slack >= 0.0).nonzero()[0], (slack < 0.0).nonzero()[0]
    few = len(kept) * len(gone) <= PAIRS
    stays, goes, shared = _among(keys, kept, gone) if few else _sorted(keys | (slack.view(np.uint64) >> np.uint64(63)), bits)
    source = np.concatenate([kept, stays])
    share = slack.take(stays)
    share /= share - slack.take(goes)
    new = bases.take(source)
    begin, label = len(kept), np.uint64(1 << actions + r + 1)
    fresh = new.points[begin:]
    fresh += (points.take(goes, axis=0) - fresh) * share[:, None]
    dropped = (new.keys[begin:] ^ shared)[:, None]
    np.copyto(new.bits[begin:], label, where=new.bits[begin:] == dropped)
    new.keys[begin:] = shared | label
    return new


def _among(keys: Bits, kept: Rows, gone: Rows) -> tuple[Rows, Rows, Bits]:
    """Return which corners that are kept and gone share an edge, and what labels they share: all but one of each."""
    one, other = keys.take(kept), keys.take(gone)
    first, second = (np.bitwise_count(one[:, None] ^ other) == 2).nonzero()
    return kept.take(first), gone.take(second), one.take(first) & other.take(second)


def _sorted(keys: Bits, bits: Bits) -> tuple[Rows, Rows, Bits]:
    """Return the same from keys of which the lowest bit says that a corner is gone."""
    actions = bits.shape[1]
    words, order = ridges(keys, bits)
    at = (words[1:] ^ words[:-1] == ONE).nonzero()[0]
    return order[at] // actions, order[at + 1] // actions, words[at]


def ridges(keys: Bits, bits: Bits) -> tuple[Bits, Rows]:
    """Return, sorted, each key without each one of its bits, and the places they come from.

    Where a word has room for both, they are sorted together, which is several times faster than sorting places by words.
    """
    words = (keys[:, None] ^ bits).ravel()
    room = 64 - int(keys.max()).bit_length()
    if len(words) >> room:
        order = np.argsort(words)
        return words[order], order
    words <<= np.uint64(room)
    words |= np.arange(len(words), dtype=np.uint64)
    words.sort()
    return words >> np.uint64(room), (words & np.uint64((1 << room) - 1)).view(np.intp)
