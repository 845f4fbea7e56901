"""All corners of best-response polytopes: found in floating point and then proven, in exact arithmetic where floating point does not decide.

`cuts` finds them and proves them on the way where no corner lies near a half-space that is still to come. Otherwise the right-hand sides are shaken by
`t` times fixed numbers, and what is found then is proven here. The corners and edges of a polytope form a connected graph. So a set of
corners that holds, with each corner, the other end of every edge that leaves it holds them all. What is proven of the set: every basis is
that of a corner (all basic variables are positive), no two share it, and each has its neighbour over every edge. Then these are all corners at
that `t`. Where a basic variable may be 0 at t = 0, the corner there is computed in integers: none is negative. So the same bases hold for
every smaller `t`, and as it goes to 0 their corners tend to all corners of the polytope itself.

The differences to the neighbours serve as the inverse of the basis: along the edge that drops label `j`, of the basic equations only that of `j` changes.
With `s[j]` its slack at the other end and `rho` a bound on what basic equations are missed by, their product with the basis differs from the identity by
at most ``E = 2 rho sum(1 / s)`` in the row-sum norm, and slack `k` is off by at most ``rho / (1 - E) sum(|change of k over edge j| / s[j])``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...numerics import Array
from .batches import solved
from .cuts import MOST_LABELS, ONE, SHAKES, Bases, Bits, DoubtError, Rows, Slabs, cut, cut_surely, ridges, split, stride
from .polytope import Corner, Polytope, exact_corners

TOGETHER = 9
"""Two polytopes of at most so many actions each are cut in one go: fewer calls for the same arithmetic."""
EXACT_LABELS = 9
"""Up to so many labels exact arithmetic alone is faster."""
BLOCK = 2048
NEAR = 1e-6
"""Below this, a slack is taken for a label and checked in integers."""


@dataclass(frozen=True)
class Corners:
    """The corners of a polytope other than the origin, as bit masks of labels.

    Parameters
    ----------
    listed : ndarray of int
        Labels of the corners that have as many labels as actions, as machine words where they fit.
    degenerate : dict
        All labels of each corner that has more, to the labels of one basis of it.
    finished : bool
        Whether these are all; False when the budget ran out before, and then they are not proven either.
    exact : bool
        Whether they were found in exact arithmetic alone.
    solved : dict
        Labels of some of them, to the corner in integers.
    """

    listed: NDArray[Any]
    degenerate: dict[int, int]
    finished: bool
    exact: bool
    solved: dict[int, Corner] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.listed) + len(self.degenerate)

    @property
    def simple(self) -> frozenset[int]:
        """Labels of the corners that have as many labels as actions."""
        return frozenset(self.listed.tolist())


def all_corners(polytopes: Sequence[Polytope], budget: Budget) -> list[Corners]:
    """Return all corners of each polytope other than the origin.

    Cost: one to three microseconds a corner with 8 to 15 actions a side; about 100 where all has to be exact.

    Parameters
    ----------
    polytopes : sequence of Polytope
        One or two; small ones of one shape are cut together.
    budget : Budget

    Returns
    -------
    list of Corners

    References
    ----------
    T. S. Motzkin, H. Raiffa, G. L. Thompson and R. M. Thrall (1953), "The double description method"; M. L. Balinski (1961), "On the graph structure of
    convex polyhedra in n-space"; D. Avis et al. (2010), "Enumeration of Nash equilibria for two-player games".

    Examples
    --------
    >>> square = Polytope.of(np.array([[3, 2], [1, 4]]), own=0, reply=2)
    >>> sorted(f"{labels:04b}" for labels in all_corners([square], Budget())[0].simple)
    ['0110', '1001', '1100']
    """
    shapes = {(len(polytope.rows), len(polytope.rows[0])) for polytope in polytopes}
    replies, actions = next(iter(shapes))
    if len(polytopes) > 1 and (len(shapes) > 1 or actions > TOGETHER):
        return [found for polytope in polytopes for found in all_corners([polytope], budget)]
    if not EXACT_LABELS < replies + actions <= MOST_LABELS:
        return [_exactly(polytope, budget) for polytope in polytopes]
    for shake in (0.0, *SHAKES):
        try:
            return _found(polytopes, budget, shake)
        except DoubtError:
            continue
    return [_exactly(polytope, budget) for polytope in polytopes]


def _exactly(polytope: Polytope, budget: Budget) -> Corners:
    bases, finished = exact_corners(polytope, budget)
    degenerate = {labels: basis for labels, basis in bases.items() if labels != basis}
    fits = len(polytope.rows) + len(polytope.rows[0]) <= MOST_LABELS
    listed = np.array([*(bases.keys() - degenerate.keys())], dtype=np.uint64 if fits else object)
    return Corners(listed, degenerate, finished, True)


def _found(polytopes: Sequence[Polytope], budget: Budget, shake: float = SHAKES[0]) -> list[Corners]:
    slabs = Slabs.of(polytopes, shake)
    doubtful, near = np.empty(0, dtype=np.intp), np.empty(0, dtype=np.uint64)
    with np.errstate(all="ignore"):
        if shake:
            bases, finished = cut(slabs, budget)
            keys = bases.keys
            if finished:
                doubtful, near = prove(slabs, bases)
        else:
            keys, finished = cut_surely(slabs, budget)
    second = keys > np.uint64((1 << len(slabs.rows) + slabs.actions + 1) - 1)
    found = []
    for k, polytope in enumerate(polytopes):
        mine = second if k else ~second
        labels = _labels(polytope, keys[mine][1:])  # the origin, which is no mixture, is never cut off and stays the first
        if not len(doubtful):
            found.append(Corners(labels, {}, finished, False))
            continue
        mine = mine[doubtful]
        settled = list(_settled(polytope, _labels(polytope, keys[doubtful[mine]]), _labels(polytope, near[mine])))
        several = {basis: corner for basis, corner in settled if corner.labels != basis}
        if several:
            labels = labels[~np.isin(labels, [*several])]
        degenerate = {corner.labels: basis for basis, corner in several.items()}
        found.append(Corners(labels, degenerate, finished, False, {corner.labels: corner for _, corner in settled}))
    return found


def _labels(polytope: Polytope, keys: Bits) -> Bits:
    """Return labels as the game counts them, for keys that count own actions first and stand one bit higher."""
    actions, replies = len(polytope.rows[0]), len(polytope.rows)
    own, rest = (1 << actions) - 1 << 1, (1 << replies) - 1 << 1 + actions
    moved: Bits = _shifted(keys & np.uint64(own), polytope.own - 1) | _shifted(keys & np.uint64(rest), polytope.reply - actions - 1)
    return moved


def _shifted(bits: Bits, by: int) -> Bits:
    return bits << np.uint64(by) if by >= 0 else bits >> np.uint64(-by)


class _Edges(NamedTuple):
    """At each corner all variables, (labels, B); for each of its edges, (actions, B), the corner at the other end, and there the variable that was 0 here."""

    table: Array
    beside: Rows
    far: Array


def prove(slabs: Slabs, bases: Bases) -> tuple[Rows, Bits]:
    """Prove the bases to be those of all corners of the shaken polytope.

    Returns
    -------
    doubtful : ndarray of int
        At which bases a basic variable may be 0 without the shake; of the others it is proven that none is.
    near : ndarray
        For each doubtful one, the key with all labels that it seems to have.

    Raises
    ------
    DoubtError
        When that cannot be proven.
    """
    count, actions = len(bases.keys), slabs.actions
    bits = split(bases.keys, actions)
    beside = neighbours(bases.keys, bits)
    weights = bases.points if slabs.rows.shape[1] == actions else bases.points[:actions] + bases.points[actions:]
    table = np.concatenate([weights, slabs.slack(bases.points)])
    flat, first = table.ravel(), ((bits.astype(np.float64).view(np.int64) >> 52) - 1024) * count
    far = flat.take(first + beside)
    first += np.arange(count)
    basic = flat.take(first)
    rounding, raised = (actions + 16) * 2.0**-52, 2.0 * (float(slabs.right.max()) - 1.0)
    missed = max(float(basic.max()), -float(basic.min())) + rounding
    inverse = (1.0 / far).sum(axis=0)
    if not (table.min() > -1e-9 and table.max() < 1.4 and far.min() > 0.0 and missed * inverse.max() < 0.1):
        raise DoubtError
    small = table <= 2.0 * rounding + raised + (2.8 * missed + 1.4 * raised) * inverse
    doubtful: Rows = (np.add.reduce(small, axis=0, dtype=np.uint8) > actions).nonzero()[0]
    if not len(doubtful):
        return doubtful, bases.keys[:0]
    return _doubtful(bases.keys, _Edges(table, beside, far), doubtful, missed, raised)


def _doubtful(keys: Bits, edges: _Edges, doubtful: Rows, missed: float, raised: float) -> tuple[Rows, Bits]:
    """Look at each basic variable by itself, and at how it changes along each edge."""
    table, beside, far = edges
    bits = ONE << np.arange(1, len(table) + 1, dtype=np.uint64)[:, None]
    still, near = [doubtful[:0]], [keys[:0]]
    for begin in range(0, len(doubtful), BLOCK):
        block = doubtful[begin : begin + BLOCK]
        values = table[:, block]
        reach = (np.abs(table[:, beside[:, block]] - values[:, None]) / far[:, block]).sum(axis=1)
        basic = (keys[block] & bits) == 0
        spare = values - 2.0 * missed * (1.0 + reach)
        if not (spare > 0.0).all(where=basic):
            raise DoubtError
        unsure = (spare <= raised * (1.0 + reach)).any(axis=0, where=basic)
        still.append(block[unsure])
        near.append(np.bitwise_or.reduce(np.where(values[:, unsure] < NEAR, bits, np.uint64(0)), axis=0) | keys[block[unsure]])
    return np.concatenate(still), np.concatenate(near)


def neighbours(keys: Bits, bits: Bits) -> Rows:
    """Return for each basis and each of its labels the basis that shares all other labels, shape (actions, B).

    Raises
    ------
    DoubtError
        Unless there is exactly one everywhere.
    """
    words, order = ridges(keys, bits)
    first, second = words[0::2], words[1::2]
    if len(words) % 2 or (first != second).any() or (second[:-1] == first[1:]).any():
        raise DoubtError
    width = 1 << stride(keys)
    corner = order & width - 1
    found = np.empty(len(bits) * width, dtype=np.intp)
    found[order[0::2]], found[order[1::2]] = corner[1::2], corner[0::2]
    return found.reshape(-1, width)[:, : len(keys)]


def _settled(polytope: Polytope, bases: Bits, near: Bits) -> Iterator[tuple[int, Corner]]:
    """Yield each basis with its corner in integers.

    A basis whose labels are among those of a corner is one of that corner, since its equations have a single solution.
    """
    pairs = list(zip(bases.tolist(), near.tolist(), strict=True))
    first: dict[int, int] = {}
    for basis, claim in pairs:
        first.setdefault(claim, basis)
    corners = dict(zip(first, solved(polytope, list(first.values())), strict=True))
    for basis, claim in pairs:
        corner = corners[claim]
        if corner is None or basis & ~corner.labels:
            corner = solved(polytope, [basis])[0]
        if corner is None or not corner.feasible:
            raise DoubtError
        yield basis, corner
