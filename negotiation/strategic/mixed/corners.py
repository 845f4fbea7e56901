"""All corners of best-response polytopes: a walk in floating point with proven error bounds, exact arithmetic where they do not decide.

The corners and edges of a polytope form a connected graph. So a set of corners that holds, with each corner, the other end of
every edge that leaves it holds them all. The walk builds such a set for the polytope whose right-hand sides are shaken by `t` times
fixed numbers, t > 0 as small as need be: all its corners are simple (one basis each, one edge for each label dropped), and as t goes
to 0 they tend to all corners of the polytope itself. What has to be proven of each basis, and is, before the walk goes on from it, is
that its corner lies in the shaken polytope: every basic variable is positive, or exactly 0 and positive in the shake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...numerics import Array
from .polytope import Corner, Polytope, exact_corners

Bits = NDArray[np.uint64]
Rows = NDArray[np.intp]

ROUND = 8 * 2.0**-53
"""Eight units of rounding: what one exchange adds to the error of a column, per sum of its absolutes before and after."""
BREAK_TIES = 1e-11
EXACT_LABELS = 8
"""Up to so many labels exact arithmetic alone is faster."""
MAX_LABELS = 62
"""Beyond so many labels they do not fit a machine word."""
BLOCK = 512


class DoubtError(ArithmeticError):
    """Floating point led the walk to a basis that is not one of a corner."""


@dataclass(frozen=True)
class Corners:
    """The corners of a polytope other than the origin, as bit masks of labels.

    Parameters
    ----------
    simple : frozenset of int
        Labels of the corners that have as many labels as actions.
    degenerate : dict
        All labels of each corner that has more, to the labels of one basis of it.
    finished : bool
        Whether these are all; False when the budget ran out before.
    exact : bool
        Whether the walk ran in exact arithmetic alone.
    """

    simple: frozenset[int]
    degenerate: dict[int, int]
    finished: bool
    exact: bool

    def __len__(self) -> int:
        return len(self.simple) + len(self.degenerate)


def all_corners(polytopes: Sequence[Polytope], budget: Budget) -> list[Corners]:
    """Return all corners of each polytope other than the origin.

    Cost: 3 to 6 microseconds a corner with 8 to 15 actions a side; about 100 where the walk has to be exact throughout.

    Parameters
    ----------
    polytopes : sequence of Polytope
        Those of one shape are walked together.
    budget : Budget

    Returns
    -------
    list of Corners

    References
    ----------
    M. L. Balinski (1961), "On the graph structure of convex polyhedra in n-space"; D. Avis et al. (2010), "Enumeration of Nash equilibria
    for two-player games".

    Examples
    --------
    >>> square = Polytope.of([[3, 2], [1, 4]], own=0, reply=2)
    >>> sorted(f"{labels:04b}" for labels in all_corners([square], Budget())[0].simple)
    ['0110', '1001', '1100']
    """
    shapes = {(len(polytope.rows), len(polytope.rows[0])) for polytope in polytopes}
    if len(shapes) > 1:
        return [found for polytope in polytopes for found in all_corners([polytope], budget)]
    if not EXACT_LABELS < sum(shapes.pop()) <= MAX_LABELS:
        return [_exactly(polytope, budget) for polytope in polytopes]
    try:
        return _Walk(polytopes, budget).corners()
    except DoubtError:
        return [_exactly(polytope, budget) for polytope in polytopes]


def _exactly(polytope: Polytope, budget: Budget) -> Corners:
    bases, finished = exact_corners(polytope, budget)
    degenerate = {labels: basis for labels, basis in bases.items() if labels != basis}
    return Corners(frozenset(bases.keys() - degenerate.keys()), degenerate, finished, True)


class Front(NamedTuple):
    """Bases at one distance from the origin, as dictionaries side by side.

    ``tables[k, c, r]`` is how much basic variable `r` falls when free variable `c` rises; columns -2 and -1 are the values at the corner and
    in the shake. ``sums[k, c]`` is the sum of the absolutes of column `c`; ``errors[k, c]`` bounds by how much the column fails any of the exact
    equations, with `ROUND * sums` to spare for the next exchange. ``labels[k]`` are the bits of the free variables, then of the basic ones.
    """

    tables: Array
    errors: Array
    sums: Array
    labels: Bits
    keys: Bits


class _Walk:
    """The walk over polytopes of one shape; bit `MAX_LABELS + k` of a key says which polytope it belongs to."""

    def __init__(self, polytopes: Sequence[Polytope], budget: Budget) -> None:
        self.polytopes = polytopes
        self.budget = budget
        self.known: dict[int, Corner] = {}
        self.degenerate: dict[int, int] = {}
        self.simple: list[Bits] = []

    def corners(self) -> list[Corners]:
        with np.errstate(all="ignore"):
            finished = self._go()
        keys = np.concatenate(self.simple)
        found = []
        for k, polytope in enumerate(self.polytopes):
            flag = 1 << (MAX_LABELS + k)
            simple = frozenset((keys[(keys & np.uint64(flag)) != 0] ^ np.uint64(flag)).tolist()) - {polytope.origin}
            degenerate = {labels ^ flag: basis ^ flag for labels, basis in self.degenerate.items() if labels & flag}
            found.append(Corners(simple, degenerate, finished, False))
        return found

    def _go(self) -> bool:
        front, before, count = _start(self.polytopes), np.empty(0, dtype=np.uint64), 0
        space = _Space(front.tables.shape[1:])
        while len(front.keys):
            self._prove(front)
            count += len(front.keys)
            if self.budget.spent(0.0, f"{count:,} corners"):
                return False
            keys, rows = _steps(front, space)
            places = _fresh(keys, np.sort(np.concatenate([before, front.keys])))
            before, front = front.keys, _pivot(front, keys, rows, places, space)
        return True

    def _prove(self, front: Front) -> None:
        """Prove every basis of the front to be one of a corner, and note the corner.

        With `D` the columns of free variables and `E` what they fail the equations by, the inverse of the basis is at most ``1 + sum |D|``
        over ``1 - sum |E|``, and times the error of the last columns this bounds the error of the values.
        """
        slack = 1.0 - front.errors[:, :-2].sum(axis=1)
        reach = 1.01 * (1.0 + front.sums[:, :-2].sum(axis=1)) / np.maximum(slack, 0.5)
        doubtful = ~((front.tables[:, -2].min(axis=1) > reach * front.errors[:, -2]) & (slack > 0.5))
        self.simple.append(front.keys[~doubtful])
        for k in np.nonzero(doubtful)[0].tolist():
            self._decide(front, k, reach[k] if slack[k] > 0.5 else np.inf)

    def _decide(self, front: Front, k: int, reach: float) -> None:
        """Prove one basis exactly."""
        key = int(front.keys[k])
        values, shake = front.tables[k, -2:]
        error, shake_error = reach * front.errors[k, -2:]
        basic = front.labels[k, -len(values) :]
        claimed = key | int(np.bitwise_or.reduce(basic, where=values <= error, initial=np.uint64(0)))
        corner = self.known.get(claimed)
        which = key >> MAX_LABELS
        flag = which << MAX_LABELS
        if corner is None or corner.labels & key != key ^ flag or reach == np.inf:
            corner = self.known[claimed] = _corner(self.polytopes[which >> 1], key ^ flag)
        ties = (basic & np.uint64(corner.labels)) != 0
        if not corner.feasible or not (shake[ties] > shake_error).all():
            raise DoubtError
        if ties.any():
            self.degenerate.setdefault(corner.labels | flag, key)
        else:
            self.simple.append(front.keys[k : k + 1])


def _corner(polytope: Polytope, basis: int) -> Corner:
    try:
        return polytope.corner(basis)
    except ZeroDivisionError as error:
        raise DoubtError from error


def _start(polytopes: Sequence[Polytope]) -> Front:
    """Return the origins; columns are scaled to 1 at most, which leaves all labels as they are."""
    columns = np.array([polytope.scaled() for polytope in polytopes])
    count, actions, replies = columns.shape
    shake = np.random.default_rng(0).uniform(0.5, 1.5, (count, 1, replies))
    tables = np.concatenate([columns, np.ones((count, 1, replies)), shake], axis=1)
    sums = np.abs(tables).sum(axis=2)
    numbers = [[*range(p.own, p.own + actions), *range(p.reply, p.reply + replies)] for p in polytopes]
    labels = np.array([[1 << number for number in row] for row in numbers], dtype=np.uint64)
    keys = np.array([polytope.origin | 1 << (MAX_LABELS + k) for k, polytope in enumerate(polytopes)], dtype=np.uint64)
    return Front(tables, ROUND * (1.0 + sums), sums, labels, keys)


def _blocks(count: int) -> Iterator[slice]:
    """Yield slices that fit the processor's cache."""
    for begin in range(0, count, BLOCK):
        yield slice(begin, begin + BLOCK)


def _steps(front: Front, space: _Space) -> tuple[Bits, Rows]:
    """Return for each basis and each free variable that enters the key of the basis it leads to, and the row that leaves."""
    falls = 1.0 / (front.tables[:, -2] + BREAK_TIES * front.tables[:, -1])
    count, size, actions = len(falls), front.labels.shape[1], front.tables.shape[1] - 2
    rows = np.empty((count, actions), dtype=np.intp)
    for block in _blocks(count):
        part = front.tables[block, :-2]
        np.multiply(part, falls[block, None, :], out=space.scratch[: len(part), :-2]).argmax(axis=2, out=rows[block])
    begins = np.arange(actions, actions + count * size, size)[:, None]
    return front.keys[:, None] ^ front.labels[:, :actions] ^ front.labels.ravel()[rows + begins], rows


def _fresh(keys: Bits, old: Bits) -> Rows:
    """Return the places of one each of the keys that are not among the sorted `old` ones."""
    flat = keys.ravel()
    order = np.argsort(flat)
    ordered = flat[order]
    first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    order, ordered = order[first], ordered[first]
    at = np.searchsorted(old, ordered)
    fresh: Rows = order[old[np.minimum(at, len(old) - 1)] != ordered]
    return fresh


def _pivot(front: Front, keys: Bits, rows: Rows, places: Rows, space: _Space) -> Front:
    """Return the front of the bases that the steps at `places` lead to.

    Adding 1 to the head of the row and taking 1 from that of the column lets one subtraction do the whole exchange. The errors follow
    it: the column that enters hands its own error on to each other in the share that is subtracted, and each rounding adds at most the
    unit of rounding times what is added up.
    """
    actions = keys.shape[1]
    which, c = np.divmod(places, actions)
    r, here = rows.ravel()[places], np.arange(len(places))
    column, share = front.tables[which, c], front.tables[which, :, r]
    head = column[here, r]
    share /= head[:, None]
    errors = front.errors[which]
    entering = errors[here, c]
    errors += entering[:, None] * np.abs(share)
    errors[here, c] = entering / np.abs(head) + ROUND * front.sums[which, c]
    share[here, c] += 1.0 / head
    column[here, r] -= 1.0
    tables, sums, ones = space.tables(len(places)), np.empty(share.shape), np.ones(column.shape[1])
    for block in _blocks(len(places)):
        part = tables[block]
        scratch = space.scratch[: len(part)]
        np.take(front.tables, which[block], axis=0, out=part, mode="clip")
        part -= np.multiply(share[block, :, None], column[block, None, :], out=scratch)
        np.matmul(np.abs(part, out=scratch), ones, out=sums[block])
    errors += 2 * ROUND * sums
    labels = front.labels[which]
    r += actions
    labels[here, c], labels[here, r] = labels[here, r], labels[here, c]
    return Front(tables, errors, sums, labels, keys.ravel()[places])


class _Space:
    """Memory for two fronts by turns: asking the system for it at each step would take longer than the arithmetic."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.scratch = np.empty((BLOCK, *shape))
        self._pair = [np.empty((0, *shape)), np.empty((0, *shape))]

    def tables(self, count: int) -> Array:
        """Return memory for `count` tables, other than what was returned last."""
        self._pair.reverse()
        if len(self._pair[0]) < count:
            self._pair[0] = np.empty((2 * count, *self.scratch.shape[1:]))
        return self._pair[0][:count]
