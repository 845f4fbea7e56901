"""Which oracle finds the coalitions that object most in which game."""

from __future__ import annotations

from functools import lru_cache

from ..cost_game import CostGame
from ..costs import MostDemanding, OfTotalUse, structure
from .ladder import LadderSeparation
from .separation import Separation, TableSeparation
from .total_use import KnapsackSeparation

SMALL_TABLE = 100_000
"""Coalitions that are looked through sooner than searched."""


def structured(game: CostGame) -> bool:
    """Return whether the worst coalitions can be found without a table."""
    function = structure(game.function)
    return isinstance(function, MostDemanding) or (isinstance(function, OfTotalUse) and min(function.use) >= 0)


def separation(game: CostGame) -> Separation:
    """Return the oracle that fits a game: its table, or what its cost function allows.

    Raises
    ------
    TooLargeError
        When the coalitions can neither be listed nor searched.
    """
    return search(game) if game.size > SMALL_TABLE and structured(game) else TableSeparation(game)


@lru_cache(maxsize=8)
def search(game: CostGame) -> LadderSeparation | KnapsackSeparation:
    """Return the oracle of a structured game.

    Raises
    ------
    NotApplicableError
        When the function has no such structure.
    TooLargeError
        When the uses have too fine a common unit.
    """
    return LadderSeparation(game) if isinstance(structure(game.function), MostDemanding) else KnapsackSeparation(game)
