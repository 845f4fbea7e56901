"""All Nash equilibria of a game, by the method that fits it."""

from __future__ import annotations

from ..budget import Budget
from .equilibrium import EquilibriumList, all_pure
from .game import Game
from .pure import pure_equilibria


def nash_equilibria(game: Game, budget: Budget | None = None) -> EquilibriumList:
    """Return the equilibria of a game.

    Parameters
    ----------
    game : Game
    budget : Budget, optional

    Returns
    -------
    EquilibriumList
        All pure equilibria in count profiles.
    """
    return all_pure(game, pure_equilibria(game))
