"""Cost games over classes of identical members.

c(S) depends on how many members of each class S has, so a coalition is a count vector. A game between single players is the case
in which every class has one member. Where the count vectors are few enough the game is one table; where they are not, only its cost
function is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidGameError, Problem, TooLargeError, listed
from ..evaluation import coalition_counts
from ..numerics import ROUND_OFF, Array, frozen
from .costs import CostFunction, MostDemanding, Table, Topped, structure

MAX_COALITIONS = 20_000_000
"""Count vectors that a table may have; 24 single players have 16.8 million."""


@dataclass(frozen=True)
class MemberClass:
    """Identical members of a cost game.

    Parameters
    ----------
    name : str
    members : int
    label : str
        What people call it; the name where empty.
    use : float
        What one member uses (its flow, its load), in any unit common to all classes.
    ability : float or None
        The most that one member can pay in a full year, in the game's unit; None where nothing is known.
    months : float
        Months a year in which a member works; its ability to pay shrinks with them.
    fee : float or None
        What a member pays under a table of fees, in the game's unit.
    floor : float
        The least that a member has to pay, whatever the rule (the polluter pays).
    union : str or None
        A-priori union: classes with the same name here negotiate as one.
    feeds : str or None
        Parameter of the written game that the charge becomes.
    """

    name: str
    members: int = 1
    label: str = ""
    use: float = 1.0
    ability: float | None = None
    months: float = 12.0
    fee: float | None = None
    floor: float = 0.0
    union: str | None = None
    feeds: str | None = None

    @property
    def title(self) -> str:
        """What people call the class."""
        return self.label or self.name

    @property
    def affordable(self) -> float | None:
        """What one member can pay a year, given the months in which it works; None where nothing is known."""
        return None if self.ability is None else self.ability * self.months / 12


@dataclass(frozen=True)
class Source:
    """Somebody outside who may pay a part: the state, a buyer, a donor.

    Parameters
    ----------
    name, label : str
    least, most : float
        Bounds of its contribution, in the game's unit.
    public : bool
        Whether it is public money.
    """

    name: str
    label: str = ""
    least: float = 0.0
    most: float = float("inf")
    public: bool = True

    @property
    def title(self) -> str:
        """What people call the source."""
        return self.label or self.name


@dataclass(frozen=True, eq=False)
class CostGame:
    """The least cost of serving every coalition.

    Parameters
    ----------
    classes : tuple of MemberClass
    function : CostFunction
        Cost of any number of members of each class, in `unit`; 0 for nobody.
    unit : str
    kind : str
        "cost", or "savings" where the function gives worths to be shared out.
    sources : tuple of Source
        Who outside may pay a part.
    capital : float
        The part of everybody's cost that is capital, in `unit`.
    """

    classes: tuple[MemberClass, ...]
    function: CostFunction
    unit: str = ""
    kind: Literal["cost", "savings"] = "cost"
    sources: tuple[Source, ...] = ()
    capital: float = 0.0

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the classes (or single players)."""
        return tuple(entry.name for entry in self.classes)

    @cached_property
    def members(self) -> tuple[int, ...]:
        """Members of each class."""
        return tuple(entry.members for entry in self.classes)

    @cached_property
    def use(self) -> tuple[float, ...]:
        """What one member of each class uses."""
        return tuple(entry.use for entry in self.classes)

    @property
    def feeds(self) -> tuple[str | None, ...]:
        """Parameter of the written game that each class's charge becomes."""
        return tuple(entry.feeds for entry in self.classes)

    @property
    def population(self) -> int:
        """Number of members of all classes together."""
        return sum(self.members)

    @cached_property
    def size(self) -> int:
        """Number of coalitions, as count vectors, with the empty one and everybody."""
        return prod(n + 1 for n in self.members)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the table: members + 1 of each class."""
        return tuple(n + 1 for n in self.members)

    @property
    def tabulated(self) -> bool:
        """Whether all coalitions fit a table."""
        return self.size <= MAX_COALITIONS

    @cached_property
    def costs(self) -> Array:
        """``costs[s]`` is the cost of serving `s_k` members of each class `k`; read-only.

        Raises
        ------
        TooLargeError
            Beyond `MAX_COALITIONS` count vectors.
        InvalidGameError
            When some coalition's cost has no value.
        """
        if not self.tabulated:
            raise TooLargeError(f"the cost game has {self.size:,} coalitions, at most {MAX_COALITIONS:,} can be examined one by one", self._what_fits())
        if isinstance(self.function, Table):
            return self.function.costs
        costs = np.array(np.broadcast_to(self.function([np.asarray(c) for c in coalition_counts(self.members)]), self.shape), dtype=float)
        costs[(0,) * costs.ndim] = 0.0
        self._check(costs.ravel(), lambda flat: np.array(np.unravel_index(flat, self.shape)).T)
        return frozen(costs)

    def at(self, coalitions: NDArray[np.int64]) -> Array:
        """Return the costs of some coalitions.

        Parameters
        ----------
        coalitions : ndarray of int, shape (m, classes)
            Members of each class.

        Returns
        -------
        ndarray, shape (m,)
        """
        costs = np.array(np.broadcast_to(self.function(list(coalitions.T.astype(float))), coalitions.shape[:1]), dtype=float)
        costs[~coalitions.any(axis=1)] = 0.0
        self._check(costs, lambda rows: coalitions[rows])
        return costs

    @cached_property
    def total(self) -> float:
        """Cost of serving everybody."""
        return float(self.at(np.array([self.members]))[0])

    @cached_property
    def alone(self) -> Array:
        """Cost of one member of each class on its own, shape (classes,)."""
        below = structure(self.function)
        if isinstance(below, MostDemanding) and self.population > 1:
            return np.array(below.needs, dtype=float)
        return self.at(np.eye(len(self.classes), dtype=np.int64))

    @cached_property
    def separable(self) -> Array:
        """What the cost falls by when one member of each class leaves everybody, shape (classes,)."""
        return self.total - self.at(np.array(self.members) - np.eye(len(self.classes), dtype=np.int64))

    @property
    def between_players(self) -> bool:
        """Whether every class is a single player."""
        return all(n == 1 for n in self.members)

    @cached_property
    def scale(self) -> float:
        """The largest absolute cost, of all coalitions where they can be listed."""
        if self.tabulated:
            return float(np.max(np.abs(self.costs)))
        return float(max(abs(self.total), np.max(np.abs(self.alone))))

    @cached_property
    def negligible(self) -> float:
        """What nobody objects for: twice the round-off of the largest cost, as linear programs keep to their rows within one.

        Charges are in the core where no coalition would gain more by leaving them, and the core is empty where every way of sharing
        leaves some coalition more to gain: one measure for both.
        """
        return 2 * ROUND_OFF * self.scale

    @property
    def sign(self) -> int:
        """1 where costs are shared, -1 where savings are: the sign with which a coalition that pays more (gets less) complains."""
        return 1 if self.kind == "cost" else -1

    def label(self, k: int) -> str:
        """Return what people call a class."""
        return self.classes[k].title

    def charged(self, charges: Sequence[float]) -> Array:
        """Return what each coalition would pay under `charges` per member, shape of `costs`."""
        total = np.zeros(1)
        for charge, n in zip(charges, self.members, strict=True):
            total = np.add.outer(total, charge * np.arange(n + 1.0)).ravel()
        return total.reshape(self.shape)

    def coalition(self, counts: Sequence[int]) -> dict[str, int]:
        """Return a coalition by names, leaving out classes of which it has nobody."""
        return {name: int(count) for name, count in zip(self.names, counts, strict=True) if count}

    def subsidised(self, amount: float) -> CostGame:
        """Return the game in which everybody together gets `amount` from outside; smaller coalitions get nothing."""
        if amount == 0:
            return self
        sized = replace(self, function=Topped(self.function, self.members, -amount * self.sign))
        return replace(sized, function=Table(sized.costs)) if self.tabulated and isinstance(self.function, Table) else sized

    def _check(self, costs: Array, coalitions: object) -> None:
        wrong = np.flatnonzero(~np.isfinite(costs))
        if wrong.size:
            counts = coalitions(wrong[:1])[0]  # type: ignore[operator]
            who = ", ".join(f"{count} {name}" for name, count in self.coalition(counts).items())
            raise InvalidGameError([Problem(("cost_game", "cost"), f"the cost has no value for the coalition of {who}", "guard the formula")])

    def _what_fits(self) -> str:
        largest = max(self.classes, key=lambda entry: entry.members)
        fits = MAX_COALITIONS * (largest.members + 1) // self.size - 1
        if fits > 1:
            return f"with {fits:,} members of '{largest.name}' it fits"
        if self.between_players:
            return f"join players that are alike into classes, give the cost as a formula of total use, or estimate by sampling; {_players()} players fit"
        return f"join classes ({listed(list(self.names), 6)}), or give the cost as a formula of total use"


def _players() -> int:
    return MAX_COALITIONS.bit_length() - 1


def table_game(
    names: Sequence[str], costs: Array, members: Sequence[int] | None = None, use: Sequence[float] | None = None, *, kind: Literal["cost", "savings"] = "cost"
) -> CostGame:
    """Return a cost game from the table of its coalitions.

    Parameters
    ----------
    names : sequence of str
        Players, or classes.
    costs : ndarray
        Shape (members + 1 of each class), or any shape with as many entries in the same (row-major) order: for players, entry `b` is
        the coalition written by the bits of `b`, the first player the highest bit.
    members : sequence of int, optional
        Of each class; 1 each unless given.
    use : sequence of float, optional
        What one member of each class uses; 1 unless given.

    Returns
    -------
    CostGame

    Examples
    --------
    >>> table_game("AB", np.array([0.0, 5.0, 7.0, 9.0])).alone
    array([7., 5.])
    """
    sizes = tuple(members or (1,) * len(names))
    used = use or (1.0,) * len(names)
    classes = tuple(MemberClass(name, n, use=float(u)) for name, n, u in zip(names, sizes, used, strict=True))
    return CostGame(classes, Table(frozen(np.reshape(costs, [n + 1 for n in sizes]))), kind=kind)
