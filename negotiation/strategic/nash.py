"""All Nash equilibria of a game, by the method that fits it."""

from __future__ import annotations

from importlib import import_module

from ..budget import Budget
from .equilibrium import MAX_LISTED, EquilibriumList, all_pure
from .game import Game
from .pure import pure_equilibria


def nash_equilibria(game: Game, budget: Budget | None = None, limit: int = MAX_LISTED) -> EquilibriumList:
    """Return the equilibria of a game.

    Two single players: all extreme equilibria, pure and mixed. Otherwise all pure equilibria in count profiles.

    Parameters
    ----------
    game : Game
    budget : Budget, optional
    limit : int
        Most equilibria in count profiles that are written out.

    Returns
    -------
    EquilibriumList
        Says of which kinds it is complete, and why.
    """
    if game.is_ordinary and len(game.names) == 2:
        found: EquilibriumList = import_module("negotiation.strategic.bimatrix").bimatrix_equilibria(game, budget)
        return found
    return all_pure(game, pure_equilibria(game), limit)
