"""All Nash equilibria of a game, by the method that fits it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from math import prod

from ..budget import Budget
from .equilibrium import MAX_LISTED, EquilibriumList, all_pure
from .game import Game
from .pure import pure_equilibria

MAX_SUPPORTS = 5_000
"""Supports of a game of three or more single players in which mixed equilibria are looked for without being asked."""

Solver = Callable[[Game, Budget | None], EquilibriumList]


def nash_equilibria(game: Game, budget: Budget | None = None, limit: int = MAX_LISTED) -> EquilibriumList:
    """Return the equilibria of a game.

    Two single players: all extreme equilibria, pure and mixed. More single players, while they have few supports (up to 5,000, e.g. four
    players with three actions): all equilibria, pure and mixed. Otherwise all pure equilibria in count profiles, with a note on how to ask for
    mixed ones.

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
    supports = prod(2 ** len(actions) - 1 for actions in game.actions)
    if game.is_ordinary and (len(game.names) == 2 or (len(game.names) > 2 and supports <= MAX_SUPPORTS)):
        return mixed_equilibria(game, budget)
    found = all_pure(game, pure_equilibria(game, budget), limit)
    concept = "mixed" if game.is_ordinary else "symmetric"
    return replace(found, notes=(*found.notes, f"mixed equilibria were not looked for; the concept '{concept}' does"))


def mixed_equilibria(game: Game, budget: Budget | None = None) -> EquilibriumList:
    """Return all equilibria of a game of single players, pure and mixed, however large its supports.

    Two players: all corners of two polytopes, certified in exact arithmetic; more, or one: by a search of every support.

    Raises
    ------
    NotApplicableError
        For games with stakeholders of several members.
    TooLargeError
        When the solver refuses the game's size.

    Examples
    --------
    >>> import numpy as np
    >>> found = mixed_equilibria(Game.from_tables([np.eye(2), np.eye(2)]))
    >>> len(found.equilibria), found.complete
    (3, True)
    """
    if game.members == (1, 1):
        return solver("mixed.bimatrix", "bimatrix_equilibria")(game, budget)
    if game.members == (1,):
        return solver("mixed.symmetric", "symmetric_equilibria")(game, budget)
    return solver("mixed.multiplayer", "multiplayer_equilibria")(game, budget)


def alike_equilibria(game: Game, budget: Budget | None = None) -> EquilibriumList:
    """Return the equilibria in which the members of each stakeholder mix alike; where all are single players these are simply all.

    Raises
    ------
    TooLargeError
        When the solver refuses the game's size.

    Examples
    --------
    >>> import numpy as np
    >>> len(alike_equilibria(Game.from_tables([np.eye(3), np.eye(3)])).equilibria)
    7
    """
    single = game.members == (1, 1) or game.is_ordinary
    return mixed_equilibria(game, budget) if single else solver("mixed.symmetric", "symmetric_equilibria")(game, budget)


def solver(module: str, function: str) -> Solver:
    """Return a solver of mixed equilibria, loaded when it is asked for."""
    found: Solver = getattr(import_module(f"negotiation.strategic.{module}"), function)
    return found
