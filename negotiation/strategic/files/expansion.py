"""Count games written out member by member, as ordinary games."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...errors import TooLargeError
from ...lattice import Axis
from ..game import Game, Points

MAX_PLAYERS = 30
"""Players of an ordinary game that is written out."""

MAX_NUMBERS = 2_000_000
"""Payoffs (profiles times players) of an ordinary game that is written out or read."""


def expand(game: Game) -> Game:
    """Return the ordinary game in which every member is a player of its own.

    Member `k` of a stakeholder with several members is called ``name_k``; a single member keeps its stakeholder's name. A
    member whose stakeholder is committed has that one action. Equilibria correspond: a profile of the result is a pure
    equilibrium exactly when its counts are one in `game`.

    Parameters
    ----------
    game : Game

    Returns
    -------
    Game
        Ordinary; payoff tables of ``prod(actions ** members)`` profiles.

    Raises
    ------
    TooLargeError
        Above 30 players or 2,000,000 payoffs, before anything is built.

    Examples
    --------
    >>> from negotiation.lattice import Axis, Lattice
    >>> join, stay = np.array([3.0, 1.0, 0.0]), np.array([0.0, 2.0, 2.0])
    >>> stag = Game(("hunters",), (("stag", "hare"),), Lattice((Axis(2, 2),)), ((join, stay),))
    >>> ordinary = expand(stag)
    >>> ordinary.names
    ('hunters_1', 'hunters_2')
    >>> np.broadcast_to(ordinary.payoffs[0][0], (1, 2)).tolist()
    [[3.0, 1.0]]
    """
    if game.is_ordinary:
        return game
    choices = [_choices(axis) for axis in game.lattice.axes]
    check_expansion(game.members, [len(row) for row in choices])
    owners = [i for i, members in enumerate(game.members) for _ in range(members)]
    shape = tuple(len(choices[i]) for i in owners)
    points = _points(game, owners, choices, shape)
    tables = []
    for player, i in enumerate(owners):
        own = np.arange(shape[player]).reshape([-1 if other == player else 1 for other in range(len(owners))])
        tables.append(np.select([np.broadcast_to(own == k, shape) for k in range(shape[player])], [game.payoff(i, a, points) for a in choices[i]]))
    actions = [[game.actions[i][a] for a in choices[i]] for i in owners]
    return Game.from_tables(tables, _names(game), actions, game.title, game.money)


def _choices(axis: Axis) -> list[int]:
    return list(range(axis.actions)) if axis.committed is None else [axis.committed]


def check_expansion(members: Sequence[int], choices: Sequence[int]) -> None:
    """Refuse a game that is too large to be written out member by member, given its members and their open actions for each stakeholder.

    Raises
    ------
    TooLargeError
        Names the most members to a stakeholder with which it would fit.

    Examples
    --------
    >>> check_expansion((12, 1), (2, 3))
    >>> check_expansion((120, 8, 1), (2, 3, 2))
    Traceback (most recent call last):
    negotiation.errors.TooLargeError: written out, the game has 129 players, ...; with at most 6 members to a stakeholder it can be
    """
    if _fits(members, choices):
        return
    players = sum(members)
    most = next((k for k in range(MAX_PLAYERS, 0, -1) if _fits([min(k, n) for n in members], choices)), 0)
    remedy = f"with at most {most} member{'s' if most > 1 else ''} to a stakeholder it can be" if most else "leave out stakeholders or actions"
    if players > MAX_PLAYERS:
        raise TooLargeError(f"written out, the game has {players:,} players, at most {MAX_PLAYERS} can be listed", remedy)
    profiles = prod(m**n for m, n in zip(choices, members, strict=True))
    message = f"written out, the game has {profiles:,} profiles for {players} players, at most {MAX_NUMBERS // players:,} can be listed"
    raise TooLargeError(message, remedy)


def _fits(members: Sequence[int], choices: Sequence[int]) -> bool:
    players = sum(members)
    return players <= MAX_PLAYERS and players * prod(m**n for m, n in zip(choices, members, strict=True)) <= MAX_NUMBERS


def _points(game: Game, owners: list[int], choices: list[list[int]], shape: tuple[int, ...]) -> Points:
    """Return the count profile of every profile of the expanded game; arrays of `shape`."""
    rows: list[NDArray[np.int64]] = []
    for i, axis in enumerate(game.lattice.axes):
        counts = np.zeros((*shape, axis.actions), dtype=np.int64)
        for player in [player for player, owner in enumerate(owners) if owner == i]:
            one = np.eye(axis.actions, dtype=np.int64)[choices[i]]
            counts += one.reshape([*(len(choices[i]) if other == player else 1 for other in range(len(shape))), axis.actions])
        flat, inverse = np.unique(counts.reshape(-1, axis.actions), axis=0, return_inverse=True)
        rows.append(np.array([axis.row(row) for row in flat])[inverse].reshape(shape))
    return tuple(rows)


def _names(game: Game) -> list[str]:
    names: list[str] = []
    for name, members in zip(game.names, game.members, strict=True):
        names += [name] if members == 1 else [f"{name}_{k + 1}" for k in range(members)]
    return names
