"""The cost game of those who are left when others stay outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from ..errors import NotApplicableError
from ..numerics import Array, frozen
from .cost_game import CostGame
from .costs import CostFunction, MostDemanding, OfTotalUse, Table, Topped
from .terms import Terms

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Part:
    """Another cost function, asked about coalitions of some of its classes only.

    Parameters
    ----------
    below : CostFunction
        The cost function of all classes.
    classes : tuple of int
        Positions, among all classes, of those that are left.
    of : int
        Number of all classes.
    """

    below: CostFunction
    classes: tuple[int, ...]
    of: int

    @property
    def divisible(self) -> bool:
        """Whether counts between whole numbers have a meaning."""
        return self.below.divisible

    def __call__(self, counts: Sequence[Array]) -> Array:
        """Return the costs, with nobody of the classes that are not left."""
        everyone: list[Array] = [np.zeros(())] * self.of
        for k, count in zip(self.classes, counts, strict=True):
            everyone[k] = np.asarray(count, dtype=float)
        return self.below(everyone)


def subgame(game: CostGame, members: Sequence[int]) -> CostGame:
    r"""Return the cost game between some of the members.

    .. math:: c'(S) = c(S), \quad S \subseteq T

    Classes of which nobody is left are dropped. What is known about the structure of the cost stays known: a table is cut, a
    function of total use and an airport stay what they are. A subsidy that the game pays to everybody together is not paid to fewer.
    The capital is the same share of the cost as before; the sources outside stay.

    Parameters
    ----------
    game : CostGame
    members : sequence of int
        How many of each class are left.

    Returns
    -------
    CostGame

    Raises
    ------
    NotApplicableError
        When nobody is left, or more than there are.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> game = table_game("AB", np.array([[0.0, 5.0], [7.0, 9.0], [11.0, 12.0]]), (2, 1))
    >>> subgame(game, [1, 1]).costs.tolist(), subgame(game, [2, 0]).names
    ([[0.0, 5.0], [7.0, 9.0]], ('A',))
    """
    left = tuple(int(n) for n in members)
    if left == game.members:
        return game
    if len(left) != len(game.names) or not any(left) or any(not 0 <= n <= there for n, there in zip(left, game.members, strict=True)):
        raise NotApplicableError(
            f"a part of this game has 0 to {', '.join(map(str, game.members))} members of each class, not {', '.join(map(str, left))}", "leave somebody in"
        )
    kept = tuple(k for k, n in enumerate(left) if n)
    classes = tuple(replace(game.classes[k], members=left[k]) for k in kept)
    part = replace(game, classes=classes, function=_function(game.function, left, kept), capital=0.0)
    capital = game.capital * part.total / game.total if game.capital and game.total else 0.0
    return replace(part, capital=capital) if capital else part


def terms_for(terms: Terms, game: CostGame) -> Terms:
    """Return the terms without what they say of classes that the game does not have."""

    def of_those_left(said: Mapping[str, T]) -> dict[str, T]:
        return {name: value for name, value in said.items() if name in game.names}

    return replace(terms, caps=of_those_left(terms.caps), floors=of_those_left(terms.floors), unions=of_those_left(terms.unions))


def _function(function: CostFunction, left: tuple[int, ...], kept: tuple[int, ...]) -> CostFunction:
    if isinstance(function, Topped):
        return _function(function.below, left, kept)
    if isinstance(function, Table):
        return Table(frozen(function.costs[tuple(slice(n + 1) if n else 0 for n in left)]))
    if isinstance(function, OfTotalUse):
        return OfTotalUse(tuple(function.use[k] for k in kept), function.cost)
    if isinstance(function, MostDemanding):
        return MostDemanding(tuple(function.needs[k] for k in kept))
    if isinstance(function, Part):
        return Part(function.below, tuple(function.classes[k] for k in kept), function.of)
    return function if len(kept) == len(left) else Part(function, kept, len(left))
