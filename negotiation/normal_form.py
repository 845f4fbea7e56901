"""A game in strategic form for people and for JSON: players, choices, and what everybody earns in every profile."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

import numpy as np

from .errors import listed
from .numerics import Array, plain, shown
from .report import LISTED, Report, Table
from .strategic.game import Game

MAX_COLUMNS = 8
"""Actions of the second player up to which a game of two is shown as a matrix."""
MANY = 5
"""Players above which a profile stands in one column."""


def as_dict(game: Game) -> dict[str, Any]:
    """Return a game of single members for JSON: payoffs as nested lists, the first player's action outermost.

    Examples
    --------
    >>> as_dict(Game.from_tables([np.array([[2, 0]]), np.array([[1, 0]])], title="A choice"))["payoffs"]
    {'1': [[2.0, 0.0]], '2': [[1.0, 0.0]]}
    """
    payoffs = dict(zip(game.names, _tables(game), strict=True))
    actions = {name: list(row) for name, row in zip(game.names, game.actions, strict=True)}
    return dict(plain({"title": game.title, "players": list(game.names), "actions": actions, "profiles": game.lattice.size, "payoffs": payoffs}))


def card(game: Game) -> Report:
    """Return a game of single members for people."""
    number, size = len(game.names), game.lattice.size
    who = "one player" if number == 1 else f"{number:,} players"
    sentence = f"{game.title or 'A game in strategic form'}: {who}, {size:,} profile{'s' if size > 1 else ''}."
    players = tuple((game.label(i), f"{len(row):,}", listed(row)) for i, row in enumerate(game.actions))
    tables = [Table("Who is in it", ("Player", "Choices", "Names"), players)]
    tables.append(_matrix(game) if number == 2 and game.lattice.shape[1] <= MAX_COLUMNS and game.lattice.shape[0] <= LISTED else _profiles(game))
    return Report(sentence, tuple(tables))


def _tables(game: Game) -> list[Array]:
    """Return for each player its payoff at every profile, shape of the lattice."""
    shape = game.lattice.shape
    return [np.concatenate([np.broadcast_to(row, (*shape[:i], 1, *shape[i + 1 :])) for row in rows], axis=i) for i, rows in enumerate(game.payoffs)]


def _matrix(game: Game) -> Table:
    first, second = _tables(game)
    rows = tuple((name, *(f"{shown(first[a, b])}, {shown(second[a, b])}" for b in range(first.shape[1]))) for a, name in enumerate(game.actions[0]))
    return Table("Payoffs", (f"{game.label(0)} \\ {game.label(1)}", *game.actions[1]), rows)


def _profiles(game: Game) -> Table:
    tables = _tables(game)
    some = islice(product(*(range(m) for m in game.lattice.shape)), LISTED)
    rows = [(tuple(game.actions[i][a] for i, a in enumerate(profile)), ", ".join(shown(table[profile]) for table in tables)) for profile in some]
    title = f"Payoffs{f' (the first {LISTED} of {game.lattice.size:,} profiles)' if game.lattice.size > LISTED else ''}"
    if len(game.names) > MANY:
        return Table(title, ("Who does what", "Each earns"), tuple((", ".join(profile), earned) for profile, earned in rows))
    return Table(title, (*game.names, "Each earns"), tuple((*profile, earned) for profile, earned in rows))
