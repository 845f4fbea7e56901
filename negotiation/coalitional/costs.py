"""What a coalition costs: cost functions of count vectors, and the structure that some of them have.

A cost function takes the number of members of each class, as arrays that broadcast together, and returns the costs. The kinds
differ in what is known about them: a table can be looked through, a function of total use can be separated by a knapsack, an
airport has closed forms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..evaluation import TOTAL_USE, CoalitionEnvironment
from ..formula import Formula, Value
from ..numerics import Array
from .exact import common_unit


class CostFunction(Protocol):
    """Cost of serving so many members of each class."""

    @property
    def divisible(self) -> bool:
        """Whether counts between whole numbers have a meaning."""

    def __call__(self, counts: Sequence[Array]) -> Array:
        """Return the costs; `counts` holds one array a class, and they broadcast together."""


LARGEST_WHOLE = 2.0**53
MANY_CLASSES = 64
"""No table has so many; their counts are columns of the same length."""


def total_use(use: Sequence[float], counts: Sequence[Array]) -> Array:
    """Return what coalitions use together.

    Uses are added in their common unit, so that three times 0.1 is 0.3 and does not need a module more than 0.3 does.

    Examples
    --------
    >>> float(total_use((0.1,), [np.array(3.0)]))
    0.3
    """
    wholes, unit = common_unit(tuple(map(float, use)))
    exact = max(map(abs, wholes), default=0) * max(unit.numerator, 1) < LARGEST_WHOLE and unit.denominator < LARGEST_WHOLE
    factors = wholes if exact else use
    total: Array = np.zeros(())
    for one, count in zip(factors, counts, strict=True):
        total = total + float(one) * np.asarray(count, dtype=float)
    return total * float(unit.numerator) / float(unit.denominator) if exact else total


@dataclass(frozen=True, eq=False)
class Table:
    """Costs of all coalitions, shape (members + 1 of each class); read-only."""

    costs: Array
    divisible: bool = False

    def __call__(self, counts: Sequence[Array]) -> Array:
        """Look the costs up."""
        return self.costs[tuple(np.asarray(count, dtype=np.int64) for count in counts)]


@dataclass(frozen=True, eq=False)
class Written:
    """A cost formula of the written form.

    Parameters
    ----------
    cost : Formula
    members : mapping of str to int
        Members of each class.
    use : tuple of float
        What one member of each class uses.
    values : mapping of str to float
        Parameters.
    definitions : mapping of str to Formula
    """

    cost: Formula
    members: Mapping[str, int]
    use: tuple[float, ...]
    values: Mapping[str, Value]
    definitions: Mapping[str, Formula]
    divisible: bool = True

    def __call__(self, counts: Sequence[Array]) -> Array:
        """Evaluate the formula."""
        values = {TOTAL_USE: total_use(self.use, counts), **self.values}
        return np.asarray(self.cost(CoalitionEnvironment(self.members, values, self.definitions, counts)), dtype=float)


@dataclass(frozen=True, eq=False)
class OfTotalUse:
    """A cost that depends on the total use of the coalition only.

    Parameters
    ----------
    use : tuple of float
        Of one member of each class.
    cost : callable
        Of an array of total uses; may be asked about any use from 0 to everybody's.
    """

    use: tuple[float, ...]
    cost: Callable[[Array], Array]
    divisible: bool = True

    def __call__(self, counts: Sequence[Array]) -> Array:
        """Return the cost of the total."""
        total = total_use(self.use, counts)
        return np.where(total > 0, np.asarray(self.cost(total), dtype=float), 0.0)


@dataclass(frozen=True, eq=False)
class MostDemanding:
    """An airport game: a coalition costs what its most demanding member needs (S. C. Littlechild and G. Owen 1973).

    Parameters
    ----------
    needs : tuple of float
        Cost of serving a member of each class, 0 or more.
    """

    needs: tuple[float, ...]
    divisible: bool = False

    def __call__(self, counts: Sequence[Array]) -> Array:
        """Return the largest need of those who are there."""
        if len(counts) > MANY_CLASSES:
            there = np.stack(np.broadcast_arrays(*counts)) > 0
            return np.asarray(np.where(there, np.reshape(self.needs, (-1, *(1,) * (there.ndim - 1))), 0.0).max(axis=0))
        largest: Array = np.zeros(())
        for need, count in zip(self.needs, counts, strict=True):
            largest = np.maximum(largest, np.where(np.asarray(count) > 0, need, 0.0))
        return largest


@dataclass(frozen=True, eq=False)
class ByFunction:
    """Any function of a coalition, asked once for each: some microseconds a coalition.

    Parameters
    ----------
    names : tuple of str
        Classes.
    function : callable
        Takes ``{name: members}`` without the classes of which nobody is there; returns the cost.
    """

    names: tuple[str, ...]
    function: Callable[[dict[str, int]], float]
    divisible: bool = False

    def __call__(self, counts: Sequence[Array]) -> Array:
        """Ask for every coalition."""
        spread = np.broadcast_arrays(*counts)
        rows = np.stack([array.ravel() for array in spread], axis=1).astype(np.int64)
        asked = [self.function({name: count for name, count in zip(self.names, row, strict=True) if count}) if any(row) else 0.0 for row in rows.tolist()]
        return np.array(asked, dtype=float).reshape(spread[0].shape)


@dataclass(frozen=True, eq=False)
class Topped:
    """Another cost function, with an amount added for everybody together."""

    below: CostFunction
    members: tuple[int, ...]
    amount: float

    @property
    def divisible(self) -> bool:
        """Whether counts between whole numbers have a meaning."""
        return self.below.divisible

    def __call__(self, counts: Sequence[Array]) -> Array:
        """Return the costs, with the amount where nobody is missing."""
        everybody = np.ones((), dtype=bool)
        for count, n in zip(counts, self.members, strict=True):
            everybody = everybody & (np.asarray(count) == n)
        return self.below(counts) + np.where(everybody, self.amount, 0.0)


def structure(function: CostFunction) -> CostFunction:
    """Return the function that knows what smaller coalitions cost, below amounts added for everybody."""
    while isinstance(function, Topped):
        function = function.below
    return function
