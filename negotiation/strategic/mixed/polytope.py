"""Best-response polytopes in exact arithmetic: corners, bases and the walk from one to the next.

The mixtures of one stakeholder, up to scale, form the polytope :math:`\\{z \\ge 0 : C z \\le 1\\}`, where `C` holds what the other earns with
each reply. A corner carries labels: the own actions that are not used, and the replies that are best. Two corners, one of each
stakeholder, are an equilibrium exactly when together they carry all labels.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import mul

import numpy as np

from ...budget import Budget
from ...numerics import Array
from .exact import Integers, Table, solve_ones


@dataclass(frozen=True)
class Corner:
    """A corner of a polytope, exactly.

    Parameters
    ----------
    labels : int
        Bit mask of its labels: every action that is not used and every reply that is best.
    weights : tuple of int
        Proportional to the mixture, one for each action; not negative.
    feasible : bool
        Whether the point lies in the polytope at all.
    """

    labels: int
    weights: tuple[int, ...]
    feasible: bool


@dataclass(frozen=True)
class Polytope:
    """The mixtures of one stakeholder, up to scale, with what the other can earn at most as the unit.

    Parameters
    ----------
    rows : list of list of int
        ``rows[r][c]`` is what the other earns with reply `r` against action `c`, shifted so that the least reply to each action
        earns 0; all 1 where all replies earn the same.
    own, reply : int
        Number of the first label of own actions ("not used") and of replies ("best").
    array : ndarray of int
        The rows as an array.
    """

    rows: Table
    own: int
    reply: int
    array: Integers = field(repr=False, compare=False)

    @classmethod
    def of(cls, earned: Integers, own: int, reply: int) -> Polytope:
        """Return the polytope for what the other earns, ``earned[r, c]``."""
        rows = earned - earned.min(axis=0)
        if np.gcd.reduce(rows[0]) != 1:
            rows //= np.gcd.reduce(rows, axis=None) or 1
        rows += rows.max(axis=0) == 0
        return cls(rows.tolist(), own, reply, rows)

    @property
    def origin(self) -> int:
        """Labels of the corner at which nothing is used, which is no mixture."""
        return ((1 << len(self.rows[0])) - 1) << self.own

    def scaled(self) -> Array:
        """Return the rows in floating point, the largest entry of each column 1: the unit of an action leaves all labels as they are."""
        return np.asarray(self.array / self.array.max(axis=0), dtype=np.float64)

    def solve(self, basis: int) -> tuple[int, list[int]]:
        """Return the determinant of the equations that the bit mask `basis` stands for, and weights that solve them.

        The determinant is taken in the order of replies and actions; it is 0, and there are no weights, when the equations do not fix one point. The
        corner is at the weights over the absolute of the determinant.
        """
        replies, actions = self.array.shape
        used = places(~basis >> self.own & (1 << actions) - 1)
        best = [self.rows[r] for r in places(basis >> self.reply & (1 << replies) - 1)]
        determinant, solved = solve_ones([[row[c] for c in used] for row in best])
        if not determinant:
            return 0, []
        weights = [0] * actions
        for c, value in zip(used, solved, strict=True):
            weights[c] = value if determinant > 0 else -value
        return determinant, weights

    def corner(self, basis: int) -> Corner | None:
        """Return the corner at which the constraints in the bit mask `basis` bind; None when they do not fix one point."""
        determinant, weights = self.solve(basis)
        if not determinant:
            return None
        unit, labels, feasible = abs(determinant), 0, min(weights) >= 0
        for c, weight in enumerate(weights):
            if not weight:
                labels |= 1 << self.own + c
        for r, row in enumerate(self.rows):
            slack = unit - sum(map(mul, row, weights))
            if not slack:
                labels |= 1 << self.reply + r
            feasible = feasible and slack >= 0
        return Corner(labels, tuple(weights), feasible)


@lru_cache(maxsize=4096)
def places(mask: int) -> tuple[int, ...]:
    """Return which bits are set.

    Examples
    --------
    >>> places(0b1010)
    (1, 3)
    """
    return tuple(k for k in range(mask.bit_length()) if mask >> k & 1)


class TieError(ArithmeticError):
    """The perturbation did not break a tie; another one will."""


@dataclass
class Dictionary:
    """A basis of ``rows @ z + slack = 1 + t * shake``, t > 0 as small as need be, in integers.

    ``unit * basic[r] = table[r][-2] + t * table[r][-1] - sum(table[r][c] * free[c])``: the basic variables as functions of the
    free ones, which are 0 at the corner. The shake makes every corner of the polytope simple, so that exactly one variable
    leaves when another enters; it is symbolic, never a number.

    References
    ----------
    J. Edmonds (1967), "Systems of distinct representatives and linear algebra"; D. Avis et al. (2010), "Enumeration of Nash equilibria
    for two-player games".
    """

    table: Table
    unit: int
    basic: list[int]
    free: list[int]

    @classmethod
    def of(cls, polytope: Polytope, seed: int = 0) -> Dictionary:
        """Return the dictionary at the origin."""
        shake = np.random.default_rng(seed).integers(1, 1 << 31, len(polytope.rows)).tolist()
        table = [[*row, 1, extra] for row, extra in zip(polytope.rows, shake, strict=True)]
        basic = [polytope.reply + r for r in range(len(table))]
        return cls(table, 1, basic, [polytope.own + c for c in range(len(polytope.rows[0]))])

    @property
    def labels(self) -> int:
        """Bit mask of all labels of the corner: of the free variables, and the basic ones that are 0."""
        return self.basis | sum(1 << label for label, row in zip(self.basic, self.table, strict=True) if not row[-2])

    @property
    def basis(self) -> int:
        """Bit mask of the free variables."""
        return sum(1 << label for label in self.free)

    def leaving(self, c: int) -> int:
        """Return the row of the variable that leaves when free variable `c` enters (the lexicographic ratio test)."""
        best, found = -1, False
        for r, row in enumerate(self.table):
            if row[c] <= 0:
                continue
            if best >= 0:
                other = self.table[best]
                order = row[-2] * other[c] - other[-2] * row[c] or row[-1] * other[c] - other[-1] * row[c]
                if order > 0:
                    continue
                found = not order
            best = r
        if best < 0 or found:
            raise TieError
        return best

    def pivot(self, r: int, c: int) -> Dictionary:
        """Return the dictionary after free variable `c` has taken the place of the basic one of row `r`."""
        top = self.table[r]
        head, unit = top[c], self.unit
        table = []
        for row in self.table:
            factor = row[c]
            moved = [(head * a - factor * b) // unit for a, b in zip(row, top, strict=True)] if factor else [head * a // unit for a in row]
            moved[c] = -factor
            table.append(moved)
        table[r] = list(top)
        table[r][c] = unit
        basic, free = list(self.basic), list(self.free)
        basic[r], free[c] = free[c], basic[r]
        return Dictionary(table, head, basic, free)


def exact_corners(polytope: Polytope, budget: Budget) -> tuple[dict[int, int], bool]:
    """Walk from corner to corner in exact arithmetic until all are found.

    Cost: for each corner one pivot, `rows * columns` multiplications of integers, and as many comparisons.

    Parameters
    ----------
    polytope : Polytope
    budget : Budget

    Returns
    -------
    corners : dict
        All labels of a corner to the labels of one basis of it, both as bit masks; the origin is left out.
    finished : bool
        False when the budget ran out before.

    Examples
    --------
    >>> corners, finished = exact_corners(Polytope.of(np.array([[3, 2], [1, 4]]), own=0, reply=2), Budget())
    >>> sorted(f"{labels:04b}" for labels in corners), finished
    (['0110', '1001', '1100'], True)
    """
    seed = 0
    while True:
        try:
            return _walk(Dictionary.of(polytope, seed), polytope.origin, budget)
        except TieError:
            seed += 1


def _walk(start: Dictionary, origin: int, budget: Budget) -> tuple[dict[int, int], bool]:
    seen = {start.basis}
    corners: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        if budget.spent(len(corners) / (len(corners) + len(waiting)), f"{len(seen):,} corners"):
            break
        here = waiting.popleft()
        corners.setdefault(here.labels, here.basis)
        waiting.extend(_next(here, seen))
    corners.pop(origin, None)
    return corners, not waiting


def _next(here: Dictionary, seen: set[int]) -> Iterator[Dictionary]:
    """Yield the neighbours that were not seen yet, entering each in `seen`."""
    basis = here.basis
    for c, label in enumerate(here.free):
        r = here.leaving(c)
        key = basis ^ 1 << label ^ 1 << here.basic[r]
        if key not in seen:
            seen.add(key)
            yield here.pivot(r, c)
