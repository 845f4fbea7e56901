"""Two-player games in exact arithmetic: payoffs as rationals, linear systems in integers, and the certificate of an equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import mul

import numpy as np
from numpy.typing import NDArray

from ...errors import NotApplicableError, SolverError
from ...numerics import Array
from ..equilibrium import Equilibrium
from ..game import Game

Table = list[list[int]]
WORD = 1 << 62
ZERO = Fraction(0)
FEW_DIGITS = 15
"""Decimals of at most so many digits are read back from floats without loss."""


def exact_table(values: Array) -> tuple[Table, int]:
    """Return payoffs as integers over one denominator.

    Each float stands for the decimal that Python prints for it, so 0.1 is one tenth.

    Parameters
    ----------
    values : ndarray, shape (m, n)
        Finite.

    Returns
    -------
    rows : list of list of int
    denominator : int

    Examples
    --------
    >>> exact_table(np.array([[0.1, -2.0]]))
    ([[1, -20]], 10)
    """
    for digits in range(FEW_DIGITS):
        power = 10.0**digits
        scaled = np.rint(values * power)
        if np.abs(scaled).max() >= 10.0**FEW_DIGITS:
            break
        if (scaled / power == values).all():
            return scaled.astype(np.int64).tolist(), 10**digits
    rows = [[Fraction(repr(value)) for value in row] for row in values.tolist()]
    denominator = lcm(*(value.denominator for row in rows for value in row))
    return [[int(value * denominator) for value in row] for row in rows], denominator


def integers(rows: Table) -> NDArray[np.int64]:
    """Return integers as an array, of machine words where also the difference of any two fits one, else of long integers.

    Examples
    --------
    >>> integers([[1, 2**70]]).dtype, integers([[1, 2]]).dtype
    (dtype('O'), dtype('int64'))
    """
    small = all(-WORD < value < WORD for row in rows for value in row)
    return np.array(rows, dtype=np.int64 if small else object)


def solve_ones(rows: Sequence[Sequence[int]]) -> tuple[int, list[int]]:
    """Solve `rows @ z = (1, ..., 1)` in integers by fraction-free elimination.

    Cost: a third of k cubed multiplications of integers as long as the determinant.

    Parameters
    ----------
    rows : sequence of sequence of int
        A square matrix.

    Returns
    -------
    determinant : int
        0 when there is no single solution.
    numerators : list of int
        ``z = numerators / determinant``; empty when there is no single solution.

    References
    ----------
    E. H. Bareiss (1968), "Sylvester's identity and multistep integer-preserving Gaussian elimination".

    Examples
    --------
    >>> solve_ones([[2, 0], [1, 3]])
    (6, [3, 1])
    """
    work: Table = [[*row, 1] for row in rows]
    solved: list[tuple[int, list[int]]] = []
    sign = before = 1
    while work:
        pivot = next((r for r, row in enumerate(work) if row[0]), None)
        if pivot is None:
            return 0, []
        head, *rest = work.pop(pivot)
        solved.append((head, rest))
        sign = -sign if pivot % 2 else sign
        if before == 1:
            work = [[head * a - row[0] * b for a, b in zip(row[1:], rest, strict=True)] for row in work]
        else:
            work = [[(head * a - row[0] * b) // before for a, b in zip(row[1:], rest, strict=True)] for row in work]
        before = head
    solution: list[int] = []
    for head, rest in reversed(solved):
        solution.insert(0, (before * rest[-1] - sum(map(mul, rest, solution))) // head)
    return sign * before, [sign * value for value in solution]


@dataclass(frozen=True)
class Bimatrix:
    """A game of two stakeholders of one member each, in integers.

    Parameters
    ----------
    game : Game
    payoffs : tuple of list of list of int
        ``payoffs[i][a][b]`` is what stakeholder `i` earns with its own action `a` against `b`, times its denominator.
    denominators : tuple of int
    tables : tuple of ndarray
        The same as they were given, in the game's money unit.
    """

    game: Game
    payoffs: tuple[Table, Table]
    denominators: tuple[int, int]
    tables: tuple[Array, Array]

    @classmethod
    def of(cls, game: Game) -> Bimatrix:
        """Return the game in integers.

        Raises
        ------
        NotApplicableError
            Unless there are two stakeholders of one member each.
        """
        if game.members != (1, 1):
            who = f"it has {len(game.names)} stakeholders with {sum(game.members):,} members in all"
            remedy = "look for pure equilibria, or for mixed ones in which the members of a stakeholder choose alike"
            raise NotApplicableError(f"this needs two stakeholders of one member each, and {who}", remedy)
        given = tables(game)
        first, second = (exact_table(table) for table in given)
        return cls(game, (first[0], second[0]), (first[1], second[1]), given)

    @property
    def shape(self) -> tuple[int, int]:
        """How many actions each can choose from."""
        return len(self.payoffs[0]), len(self.payoffs[1])


def tables(game: Game) -> tuple[Array, Array]:
    """Return what each of two stakeholders earns, own action first; a committed one has its one action."""
    rows = []
    for i, axis in enumerate(game.lattice.axes):
        open_to = range(axis.actions) if axis.committed is None else [axis.committed]
        whole = game.tables[i]
        if whole is not None:
            rows.append(np.moveaxis(whole, i, 0).reshape(len(open_to), -1))
            continue
        flat = tuple(1 if j == i else size for j, size in enumerate(game.lattice.shape))
        chosen = [game.payoffs[i][a] for a in open_to]
        rows.append(np.array([(array if array.shape == flat else np.broadcast_to(array, flat)).ravel() for array in chosen]))
    return rows[0], rows[1]


def certify(two: Bimatrix, weights: tuple[Sequence[int], Sequence[int]], index: int | None = None) -> Equilibrium:
    """Return the equilibrium with these mixtures, after proving in rational arithmetic that nobody gains by deviating.

    Parameters
    ----------
    two : Bimatrix
    weights : pair of sequence of int
        Proportional to the mixture of each stakeholder, not negative.
    index : int, optional
        Handed on.

    Raises
    ------
    SolverError
        When somebody would gain.
    """
    return certify_pair(two, (play(two, 0, weights[0]), play(two, 1, weights[1])), index)


@dataclass(frozen=True)
class Play:
    """A mixture of one stakeholder, exactly, and what it leaves the other to earn.

    Parameters
    ----------
    used, unused : list of int
        Actions with a weight, and those without.
    shares : tuple of Fraction
    mixture : ndarray
        The same as floats.
    behind : list of int
        By how much each action of the other earns less than its best reply, times `unit`.
    earned : float
        What the best reply earns, in the game's money unit.
    unit : int
    """

    used: list[int]
    unused: list[int]
    shares: tuple[Fraction, ...]
    mixture: Array
    behind: list[int]
    earned: float
    unit: int

    @property
    def order(self) -> tuple[float, ...]:
        """Sorts mixtures that use earlier actions more to the front."""
        return tuple((-self.mixture).tolist())


def play(two: Bimatrix, i: int, weights: Sequence[int]) -> Play:
    """Return the mixture of stakeholder `i` with these weights, which are not negative.

    Raises
    ------
    SolverError
        When one is negative or all are 0.
    """
    axis, total = two.game.lattice.axes[i], sum(weights)
    if min(weights) < 0 or not total:
        raise SolverError(f"a mixture of '{two.game.names[i]}' that was found is none", "report the game: this is a fault of the solver")
    values = [sum(map(mul, row, weights)) for row in two.payoffs[1 - i]]
    best, unit, shift = max(values), total * two.denominators[1 - i], axis.committed or 0
    used = [a for a, weight in enumerate(weights) if weight]
    unused = [a for a, weight in enumerate(weights) if not weight]
    shares, mixture = [ZERO] * axis.actions, [0.0] * axis.actions
    for a in used:
        shares[a + shift] = Fraction(weights[a], total)
        mixture[a + shift] = weights[a] / total
    return Play(used, unused, tuple(shares), np.array(mixture), [best - value for value in values], best / unit, unit)


def certify_pair(two: Bimatrix, pair: tuple[Play, Play], index: int | None = None, component: int | None = None) -> Equilibrium:
    """Return the equilibrium of two mixtures, after proving in rational arithmetic that each uses only best replies to the other.

    Raises
    ------
    SolverError
        When one does not.
    """
    margin, payoffs = float("inf"), []
    axes = two.game.lattice.axes
    for i, (own, other, axis) in enumerate(zip(pair, pair[::-1], axes, strict=True)):
        behind = other.behind
        if any(map(behind.__getitem__, own.used)):
            raise SolverError(f"a mixture of '{two.game.names[i]}' that was found is not a best reply", "report the game: this is a fault of the solver")
        if own.unused:
            margin = min(margin, min(map(behind.__getitem__, own.unused)) / other.unit)
        payoffs.append(dict.fromkeys([a + (axis.committed or 0) for a in own.used], other.earned))
    pure = all(len(one.used) == 1 for one in pair)
    return Equilibrium(
        mixture=tuple(one.mixture.copy() for one in pair),
        payoffs=tuple(payoffs),
        regret=0.0,
        margin=margin,
        strict=pure and margin > 0,
        counts=tuple(axis.counts[one.used[0]] for axis, one in zip(axes, pair, strict=True)) if pure else None,
        exact=tuple(one.shares for one in pair),
        index=index,
        component=component,
    )
