"""Two-player games in exact arithmetic: payoffs as rationals, linear systems in integers, and the certificate of an equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf, lcm
from operator import mul, sub
from sys import float_info
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...errors import NotApplicableError, SolverError
from ...numerics import Array
from ..equilibrium import Equilibrium
from ..game import Game

Table = list[list[int]]
Integers = NDArray[np.int64]
WORD = 1 << 62
FLOAT = 1 << 53
FEW_EQUATIONS = 5
FEW_DIGITS = 15
"""Decimals of at most so many digits are read back from floats without loss."""


def exact_table(values: Array) -> tuple[Integers, int]:
    """Return payoffs as integers over one denominator.

    Each float stands for the decimal that Python prints for it, so 0.1 is one tenth.

    Parameters
    ----------
    values : ndarray, shape (m, n)
        Finite.

    Returns
    -------
    rows : ndarray of int
        As of :func:`integers`.
    denominator : int

    Examples
    --------
    >>> exact_table(np.array([[0.1, -2.0]]))
    (array([[  1, -20]]), 10)
    """
    for digits in range(FEW_DIGITS):
        power = 10.0**digits
        scaled = np.rint(values * power)
        if np.abs(scaled).max() >= 10.0**FEW_DIGITS:
            break
        if (scaled / power == values).all():
            return scaled.astype(np.int64), 10**digits
    rows = [[Fraction(repr(value)) for value in row] for row in values.tolist()]
    denominator = lcm(*(value.denominator for row in rows for value in row))
    return integers([[int(value * denominator) for value in row] for row in rows]), denominator


def integers(rows: Table) -> Integers:
    """Return integers as an array, of machine words where also the difference of any two fits one, else of long integers.

    Examples
    --------
    >>> integers([[1, 2**70]]).dtype, integers([[1, 2]]).dtype
    (dtype('O'), dtype('int64'))
    """
    small = max(map(max, rows)) < WORD and min(map(min, rows)) > -WORD
    return np.array(rows, dtype=np.int64 if small else object)


def solve_ones(rows: Sequence[Sequence[int]], budget: Budget | None = None) -> tuple[int, list[int]]:
    """Solve `rows @ z = (1, ..., 1)` in integers: up to five equations by Cramer's rule, more by fraction-free elimination.

    Cost: a third of k cubed multiplications of integers as long as the determinant.

    Parameters
    ----------
    rows : sequence of sequence of int
        A square matrix.
    budget : Budget, optional

    Returns
    -------
    determinant : int
        0 when there is no single solution, or the budget ran out before it was found.
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
    if len(rows) <= FEW_EQUATIONS:
        solution = _orthogonal([[a - b for a, b in zip(row, rows[0], strict=True)] for row in rows[1:]])
        determinant = sum(map(mul, rows[0], solution))
        return determinant, solution if determinant else []
    work: Table = [[*row, 1] for row in rows]
    solved: list[tuple[int, list[int]]] = []
    sign = before = 1
    while work:
        pivot = next((r for r, row in enumerate(work) if row[0]), None)
        if pivot is None or (budget is not None and budget.spent()):
            return 0, []
        head, *rest = work.pop(pivot)
        solved.append((head, rest))
        sign = -sign if pivot % 2 else sign
        if before == 1:
            work = [[head * a - row[0] * b for a, b in zip(row[1:], rest, strict=True)] for row in work]
        else:
            work = [[(head * a - row[0] * b) // before for a, b in zip(row[1:], rest, strict=True)] for row in work]
        before = head
    solution = []
    for head, rest in reversed(solved):
        solution.insert(0, (before * rest[-1] - sum(map(mul, rest, solution))) // head)
    return sign * before, [sign * value for value in solution]


def _orthogonal(rows: Table) -> list[int]:
    """Return the signed minors of up to four rows, which have one number more than there are rows: a vector orthogonal to all of them.

    Examples
    --------
    >>> _orthogonal([[1, 2, 3], [4, 5, 6]])
    [-3, 6, -3]
    """
    if not rows:
        return [1]
    if len(rows) == 1:
        ((a, b),) = rows
        return [b, -a]
    if len(rows) == 2:
        (a, b, c), (d, e, f) = rows
        return [b * f - c * e, c * d - a * f, a * e - b * d]
    if len(rows) == 4:
        m, n = _minors(*rows[:2]), _minors(*rows[2:])
        return [
            sign * (m[p] * n[u] - m[q] * n[t] + m[r] * n[s] + m[s] * n[r] - m[t] * n[q] + m[u] * n[p])
            for sign, (p, q, r, s, t, u) in zip((1, -1, 1, -1, 1), LEFT_OUT, strict=True)
        ]
    (a, b, c, d), (e, f, g, h), (p, q, r, s) = rows
    ab, ac, ad, bc, bd, cd = a * f - b * e, a * g - c * e, a * h - d * e, b * g - c * f, b * h - d * f, c * h - d * g
    return [q * cd - r * bd + s * bc, r * ad - p * cd - s * ac, p * bd - q * ad + s * ab, q * ac - p * bc - r * ab]


def _minors(first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """Return the minors of two rows of five, for each pair of columns."""
    (a, b, c, d, e), (p, q, r, s, t) = first, second
    return (
        *(a * q - b * p, a * r - c * p, a * s - d * p, a * t - e * p),
        *(b * r - c * q, b * s - d * q, b * t - e * q),
        *(c * s - d * r, c * t - e * r, d * t - e * s),
    )


LEFT_OUT = ((4, 5, 6, 7, 8, 9), (1, 2, 3, 7, 8, 9), (0, 2, 3, 5, 6, 9), (0, 1, 3, 4, 6, 8), (0, 1, 2, 4, 5, 7))
"""Of the ten pairs of five columns, those that do not hold the first, the second, and so on."""


@dataclass(frozen=True)
class Bimatrix:
    """A game of two stakeholders of one member each.

    Parameters
    ----------
    game : Game
    tables : tuple of ndarray
        ``tables[i][a, b]`` is what stakeholder `i` earns with its own action `a` against `b`, in the game's money unit.
    """

    game: Game
    tables: tuple[Array, Array]

    @classmethod
    def of(cls, game: Game) -> Bimatrix:
        """Return the tables of a game.

        Raises
        ------
        NotApplicableError
            Unless there are two stakeholders of one member each.
        """
        if game.members != (1, 1):
            who = f"it has {len(game.names)} stakeholders with {sum(game.members):,} members in all"
            remedy = "look for pure equilibria, or for mixed ones in which the members of a stakeholder choose alike"
            raise NotApplicableError(f"this needs two stakeholders of one member each, and {who}", remedy)
        return cls(game, tables(game))

    @cached_property
    def _exact(self) -> tuple[tuple[Integers, int], tuple[Integers, int]]:
        first, second = self.tables
        return exact_table(first), exact_table(second)

    @property
    def payoffs(self) -> tuple[Integers, Integers]:
        """The tables in integers: each payoff times the denominator of its table."""
        (first, _), (second, _) = self._exact
        return first, second

    @property
    def denominators(self) -> tuple[int, int]:
        """For each stakeholder the number by which its payoffs were multiplied."""
        (_, first), (_, second) = self._exact
        return first, second

    @property
    def shape(self) -> tuple[int, int]:
        """How many actions each can choose from."""
        return len(self.tables[0]), len(self.tables[1])

    def pure(self) -> list[tuple[list[int], list[int]]]:
        """Return the mixtures of all pure equilibria: floats compare as the decimals that they stand for."""
        first, second = self.tables
        best = (first == first.max(axis=0)) & (second == second.max(axis=0)).T
        x, y = (places.tolist() for places in best.nonzero())
        return [(_unit(len(first), a), _unit(len(second), b)) for a, b in zip(x, y, strict=True)]


def _unit(size: int, place: int) -> list[int]:
    weights = [0] * size
    weights[place] = 1
    return weights


def tables(game: Game) -> tuple[Array, Array]:
    """Return what each of two stakeholders earns, own action first; a committed one has its one action."""
    rows = []
    for i, (axis, whole) in enumerate(zip(game.lattice.axes, game.tables, strict=True)):
        open_to = range(axis.actions) if axis.committed is None else [axis.committed]
        if whole is not None:
            rows.append(whole.T if i else whole)
            continue
        flat = tuple(1 if j == i else size for j, size in enumerate(game.lattice.shape))
        chosen = [game.payoffs[i][a] for a in open_to]
        rows.append(np.array([(array if array.shape == flat else np.broadcast_to(array, flat)).ravel() for array in chosen]))
    return rows[0], rows[1]


def indifferent(two: Bimatrix, i: int, used: Sequence[int], replies: Sequence[int], budget: Budget | None = None) -> list[int]:
    """Return integers in proportion to the mixture of `i`, within as many actions, against which these replies earn the same.

    Empty where there is not a single one, or the budget ran out.

    Examples
    --------
    >>> pennies = Game.from_tables([np.array([[3, -1], [-1, 1]]), np.array([[-3, 1], [1, -1]])])
    >>> indifferent(Bimatrix.of(pennies), 0, [0, 1], [0, 1])
    [2, 4]
    """
    if not used:
        return []
    block = two.payoffs[1 - i][replies][:, used].tolist()
    lifts = [min(column) - 1 for column in zip(*block, strict=True)]  # to positive payoffs, which leaves differences as they are
    determinant, solution = solve_ones([list(map(sub, row, lifts)) for row in block], budget)
    weights = [0] * two.shape[i]
    for a, value in zip(used, solution, strict=False):
        weights[a] = value if determinant > 0 else -value
    return weights if determinant else []


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
    used = [[a for a, weight in enumerate(row) if weight] for row in weights]
    earned, margin, wide = [], inf, []
    for i, (row, own, replies) in enumerate(zip(weights, used, used[::-1], strict=True)):
        total = sum(row)
        if not total or min(row) < 0:
            raise _fault(two, i, "none")
        chosen = [row[a] for a in own]
        values = [sum(map(mul, line, chosen)) for line in two.payoffs[1 - i][:, own].tolist()]
        best, unit = max(values), total * two.denominators[1 - i]
        if any(values[b] != best for b in replies):
            raise _fault(two, 1 - i, "not a best reply")
        others = [value for value, weight in zip(values, weights[1 - i], strict=True) if not weight]
        margin = min(margin, _quotient(best - max(others), unit)) if others else margin
        earned.append(best / unit)
        wide.append(_wide(two, i, row))
    mixtures = [np.array([weight / sum(row) for weight in row]) for row in wide]
    return _proven(two, (wide[0], wide[1]), (mixtures[0], mixtures[1]), (earned[1], earned[0]), margin, index=index)


def _quotient(difference: int, unit: int) -> float:
    """Return a difference of payoffs as a float; the largest one where it is larger."""
    try:
        return difference / unit
    except OverflowError:
        return float_info.max


def _fault(two: Bimatrix, i: int, what: str) -> SolverError:
    return SolverError(f"a mixture of '{two.game.names[i]}' that was found is {what}", "report the game: this is a fault of the solver")


def _wide(two: Bimatrix, i: int, row: Sequence[int]) -> tuple[int, ...]:
    """Return weights for all actions of a stakeholder, also where it is committed to one."""
    axis = two.game.lattice.axes[i]
    before = axis.committed or 0
    return (*(0,) * before, *row, *(0,) * (axis.actions - before - len(row)))


def _proven(
    two: Bimatrix,
    weights: tuple[tuple[int, ...], tuple[int, ...]],
    mixture: tuple[Array, Array],
    earned: tuple[float, float],
    margin: float,
    **known: int | None,
) -> Equilibrium:
    """Return the equilibrium with these mixtures, for which the proof is done."""
    x, y = ([a for a, weight in enumerate(row) if weight] for row in weights)
    pure = len(x) == len(y) == 1
    return Equilibrium(
        mixture=mixture,
        payoffs=(dict.fromkeys(x, earned[0]), dict.fromkeys(y, earned[1])),
        regret=0.0,
        margin=margin,
        strict=pure and margin > 0,
        counts=tuple(axis.counts[only - (axis.committed or 0)] for axis, (only,) in zip(two.game.lattice.axes, (x, y), strict=True)) if pure else None,
        weights=weights,
        **known,
    )


class Plays(NamedTuple):
    """Mixtures of one stakeholder, exactly, and what they leave the other to earn.

    Parameters
    ----------
    weights : ndarray of int, shape (E, own actions)
        In proportion to the mixtures.
    behind : ndarray of int, shape (E, actions of the other)
        By how much each action of the other earns less than its best reply, times the unit.
    earned : list of float
        What the best reply earns, in the game's money unit.
    units : list of int
    mixtures : ndarray, shape (E, actions)
    """

    weights: Integers
    behind: Integers
    earned: list[float]
    units: list[int]
    mixtures: Array


def plays(two: Bimatrix, i: int, weights: Sequence[Sequence[int]]) -> Plays:
    """Return the mixtures of stakeholder `i` with these weights, which are not negative.

    Raises
    ------
    SolverError
        When one is negative or all of a mixture are 0.
    """
    axis, payoffs = two.game.lattice.axes[i], two.payoffs[1 - i]
    totals = [sum(row) for row in weights]
    if weights and (min(map(min, weights)) < 0 or not all(totals)):
        raise _fault(two, i, "none")
    most = max(totals, default=0)
    fits = payoffs.dtype != object and most < FLOAT and most * int(np.abs(payoffs).max()) < WORD
    rows: Integers = np.array(weights, dtype=np.int64 if fits else object).reshape(len(totals), payoffs.shape[1])
    values = rows @ payoffs.T if fits else _long_product(rows, payoffs)
    best = values.max(axis=1)
    units = [total * two.denominators[1 - i] for total in totals]
    earned = [one / unit for one, unit in zip(best.tolist(), units, strict=True)]
    mixtures = np.zeros((len(totals), axis.actions))
    shift = axis.committed or 0
    np.divide(rows, np.array(totals, dtype=rows.dtype)[:, None], out=mixtures[:, shift : shift + payoffs.shape[1]], casting="unsafe")
    return Plays(rows, best[:, None] - values, earned, units, mixtures)


def _long_product(rows: Integers, payoffs: Integers) -> Integers:
    """Return ``rows @ payoffs.T`` in long integers, without the columns that nobody uses."""
    used = np.flatnonzero(rows.any(axis=0))
    product: Integers = rows[:, used] @ payoffs[:, used].astype(object).T
    return product


def certificates(two: Bimatrix, sides: tuple[Plays, Plays], indices: Sequence[int | None], components: Sequence[int | None]) -> list[Equilibrium]:
    """Return the equilibria of mixtures one to one, after proving in rational arithmetic that each uses only best replies to the other.

    Raises
    ------
    SolverError
        When one does not.
    """
    margins, wide = [], []
    for i, (own, other) in enumerate((sides, sides[::-1])):
        if np.count_nonzero((own.weights != 0) & (other.behind != 0)):
            raise _fault(two, i, "not a best reply")
        weights = own.weights.tolist()
        ordered = np.sort(other.behind, axis=1).tolist()  # those that are used are not behind, nobody is ahead
        used = [len(row) - row.count(0) for row in weights]
        margins.append([_quotient(row[k], unit) if k < len(row) else inf for row, k, unit in zip(ordered, used, other.units, strict=True)])
        wide.append([_wide(two, i, row) for row in weights])
    columns = zip(*wide, *(side.mixtures for side in sides), *(side.earned for side in sides[::-1]), *margins, indices, components, strict=True)
    return [
        _proven(two, (x, y), (p, q), (first, second), min(margin, other), index=index, component=component)
        for x, y, p, q, first, second, margin, other, index, component in columns
    ]
