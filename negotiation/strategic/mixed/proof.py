"""Games of two single actors in exact arithmetic, and the proof that a pair of mixtures is an equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from operator import mul, sub
from sys import float_info
from typing import NamedTuple

import numpy as np

from ...budget import Budget
from ...errors import NotApplicableError, SolverError
from ...numerics import Array
from ..equilibrium import Equilibrium
from ..game import Game
from .exact import WORD, Integers, exact_table, solve_ones

FLOAT = 1 << 53
"""Integers below are floats without loss."""


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
    earned, margin, wide, mixtures = [], inf, [], []
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
        mixtures.append(np.array([weight / total for weight in wide[i]]))
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
