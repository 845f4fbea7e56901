"""All corners of the core of a small game, in fractions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import TooLargeError
from ...numerics import Array, shown
from ..cost_game import CostGame
from ..exact import rational
from ..search.span import Counts, Span

MAX_CLASSES = 7
MAX_LISTED = 20_000
"""Coalitions of a game whose corners are listed."""
CLOSE = 1e-9
"""Share of the scale within which floats do not tell whether a coalition objects."""

Point = tuple[Fraction, ...]


@dataclass(frozen=True)
class CoreVertices:
    """The corners of a core: its allocations are their mixtures, and no others.

    Parameters
    ----------
    game : CostGame
    points : tuple of tuple of Fraction
        Charges per member of each class at every corner, in order; empty exactly when the core is.
    dimension : int
        -1 for an empty core, 0 for a point, 1 for a segment, and so on.
    """

    game: CostGame
    points: tuple[Point, ...]
    dimension: int
    complete: bool = True

    @property
    def charges(self) -> tuple[tuple[float, ...], ...]:
        """The corners as floats."""
        return tuple(tuple(float(charge) for charge in point) for point in self.points)

    @property
    def ranges(self) -> tuple[tuple[float, float], ...]:
        """The least and the most that a member of each class pays anywhere in the core; nothing where it is empty."""
        return tuple((float(min(column)), float(max(column))) for column in zip(*self.points, strict=True))

    @property
    def sentence(self) -> str:
        """The core in words."""
        if self.dimension < 1:
            return "The core is empty." if not self.points else "Exactly one way of sharing leaves no group better off alone."
        verb = "pays" if self.game.kind == "cost" else "gets"
        spread = "; ".join(f"{self.game.label(k)} {verb} {shown(low)} to {shown(high)}" for k, (low, high) in enumerate(self.ranges))
        return f"The core has {len(self.points)} corners. In it, {spread}."

    def as_dict(self) -> dict[str, Any]:
        """Return the corners for JSON."""
        names = self.game.names
        corners = [dict(zip(names, charges, strict=True)) for charges in self.charges]
        ranges = {name: {"least": low, "most": high} for name, (low, high) in zip(names, self.ranges, strict=False)}
        return {"corners": corners, "dimension": self.dimension, "ranges": ranges, "complete": self.complete, "sentence": self.sentence}


def core_vertices(game: CostGame) -> CoreVertices:
    r"""Return all corners of the core, that is of

    .. math:: \{ x : x(N) = c(N), \; x(S) \le c(S) \; \forall S \}

    (with the sign turned for a game of savings); members of a class pay alike. The allocations in which nobody pays more than alone are
    a simplex. Coalitions that object to one of its corners cut it, the worst first (T. S. Motzkin et al. 1953): corners beyond the cut
    go, and every edge that crosses it gives a new one. All numbers are fractions, so degenerate cores (a point, a segment) are exact.

    Parameters
    ----------
    game : CostGame
        At most `MAX_CLASSES` classes and `MAX_LISTED` coalitions. Between n players there are at most n! corners.

    Returns
    -------
    CoreVertices

    Raises
    ------
    TooLargeError
        For larger games.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> core_vertices(table_game("AB", np.array([0.0, 5.0, 7.0, 9.0]))).charges
    ((4.0, 5.0), (7.0, 2.0))

    References
    ----------
    J. Derks, J. Kuipers (2002), "On the number of extreme points of the core of a transferable utility game".
    """
    if len(game.names) > MAX_CLASSES or game.size > MAX_LISTED:
        remedy = f"join classes: {MAX_CLASSES} classes with {MAX_LISTED:,} coalitions fit"
        raise TooLargeError(f"corners of the core are listed for at most {MAX_CLASSES} classes and {MAX_LISTED:,} coalitions", remedy)
    total = game.sign * rational(game.total)
    points = [(total,)] if game.population == 1 else list(_Cutting(game, total).run())
    signed = sorted({tuple(game.sign * charge for charge in point) for point in points})
    return CoreVertices(game, tuple(signed), _dimension(signed))


def _dimension(points: Sequence[Point]) -> int:
    span = Span(len(points[0]) if points else 0)
    for point in points[1:]:
        moved = [a - b for a, b in zip(point, points[0], strict=True)]
        unit = lcm(*(value.denominator for value in moved))
        span = span.joined([[int(value * unit) for value in moved]])
    return span.rank if points else -1


class _Cutting:
    """A polytope that is cut by one coalition after another, with the corners and the rows that are tight at each."""

    def __init__(self, game: CostGame, total: Fraction) -> None:
        self._game = game
        n = len(game.names)
        everything = np.array(np.unravel_index(np.arange(1, game.size - 1), game.shape), dtype=np.int64).T
        single = everything.sum(axis=1) == 1
        self._left: Counts = everything[~single]
        self._costs: Array = game.at(self._left) * game.sign
        most = [game.sign * rational(cost) for cost in game.alone.tolist()]
        spare = sum((m * cost for m, cost in zip(game.members, most, strict=True)), Fraction(0)) - total
        corners = [tuple(cost - spare / m if j == k else cost for j, (m, cost) in enumerate(zip(game.members, most, strict=True))) for k in range(n)]
        self._points: list[Point] = corners if spare > 0 else corners[:1] if spare == 0 else []
        self._floats = _floats(self._points, n)
        self._close = CLOSE * (game.scale or 1.0)
        self._tight: NDArray[np.bool_] = ~np.eye(n, dtype=bool) if spare > 0 else np.ones((len(self._points), n), dtype=bool)

    def run(self) -> Sequence[Point]:
        """Cut until nobody objects to any corner."""
        while self._points and len(self._left):
            row = self._worst()
            if row is None:
                break
            counts, cost = self._left[row], float(self._costs[row])
            self._left, self._costs = np.delete(self._left, row, axis=0), np.delete(self._costs, row)
            self._cut(counts, cost)
        return self._points

    def _worst(self) -> int | None:
        """Return the coalition that objects most to some corner, None where none does."""
        largest = (self._floats @ self._left.T - self._costs).max(axis=0)
        if largest.max() > self._close:
            return int(np.argmax(largest))
        for row in np.flatnonzero(largest >= -self._close).tolist():
            counts, cost = self._left[row], float(self._costs[row])
            near = np.flatnonzero(self._floats @ counts - cost >= -self._close)
            if any(self._excess(k, counts, cost) > 0 for k in near.tolist()):
                return int(row)
        return None

    def _excess(self, k: int, counts: Counts, cost: float) -> Fraction:
        sign = self._game.sign
        return sum((n * charge for n, charge in zip(counts.tolist(), self._points[k], strict=True) if n), -sign * rational(sign * cost))

    def _cut(self, counts: Counts, cost: float) -> None:
        """Keep what does not object, and put a corner on every edge that crosses the cut."""
        sides = self._floats @ counts - cost
        for k in np.flatnonzero(np.abs(sides) <= self._close).tolist():
            exact = self._excess(k, counts, cost)
            sides[k] = (exact > 0) - (exact < 0)
        beyond, kept = np.flatnonzero(sides > 0).tolist(), np.flatnonzero(sides <= 0).tolist()
        edges = list(self._edges(beyond, np.flatnonzero(sides < 0).tolist()))
        exactly = {k: self._excess(k, counts, cost) for edge in edges for k in edge}
        new = []
        for a, b in edges:
            share = exactly[a] / (exactly[a] - exactly[b])
            new.append(tuple(x if x == y else x + share * (y - x) for x, y in zip(self._points[a], self._points[b], strict=True)))
        old = np.column_stack([self._tight[kept], sides[kept] == 0])
        common = [np.append(self._tight[a] & self._tight[b], True) for a, b in edges]
        self._tight = np.concatenate([old, np.array(common, dtype=bool).reshape(len(edges), old.shape[1])])
        self._points = [self._points[k] for k in kept] + new
        self._floats = np.concatenate([self._floats[kept], _floats(new, len(counts))])

    def _edges(self, beyond: Sequence[int], inside: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield the edges that cross the cut: pairs of corners with rows in common that are tight together at no other corner."""
        shared = self._tight[beyond].astype(np.float32) @ self._tight[inside].astype(np.float32).T
        corners_of = [int.from_bytes(np.packbits(column, bitorder="little").tobytes(), "little") for column in self._tight.T]
        everything = (1 << len(self._points)) - 1
        for i, j in np.argwhere(shared >= len(self._game.names) - 2).tolist():
            a, b = beyond[i], inside[j]
            there = everything
            for row in np.flatnonzero(self._tight[a] & self._tight[b]).tolist():
                there &= corners_of[row]
            if there.bit_count() == 2:
                yield a, b


def _floats(points: Sequence[Point], width: int) -> Array:
    return np.array([[float(charge) for charge in point] for point in points]).reshape(len(points), width)
