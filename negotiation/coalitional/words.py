"""Money and groups in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..numerics import shown
from .cost_game import CostGame, MemberClass


def currency(game: CostGame) -> str:
    """Return the word for one unit of money: the first word of the game's unit.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> from dataclasses import replace
    >>> currency(replace(table_game("A", [0.0, 1.0]), unit="USD per year")), currency(table_game("A", [0.0, 1.0]))
    ('USD', 'unit of money')
    """
    return game.unit.split()[0] if game.unit.strip() else "unit of money"


def money(game: CostGame, amount: float) -> str:
    """Return an amount with its currency."""
    return f"{shown(amount)} {game.unit.split()[0]}" if game.unit.strip() else shown(amount)


def in_full(game: CostGame, amount: float) -> str:
    """Return an amount with the game's whole unit, for the first one in a sentence.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> from dataclasses import replace
    >>> in_full(replace(table_game("A", [0.0, 1.0]), unit="USD per year"), 1200.0)
    '1,200 USD per year'
    """
    return f"{shown(amount)} {game.unit}".strip()


def each_of(entry: MemberClass) -> str:
    """Return the words for one member of a class."""
    return entry.title if entry.members == 1 else f"each of the {entry.members:,} {entry.title}"


def group(game: CostGame, coalition: Mapping[str, int]) -> str:
    """Return a coalition in words.

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> game = table_game(["small", "large"], [[0.0, 5.0], [2.0, 6.0], [3.0, 7.0]], (2, 1))
    >>> group(game, {"small": 2, "large": 1})
    '2 small and large'
    """
    titles = {entry.name: entry for entry in game.classes}
    return joined(titles[name].title if titles[name].members == 1 else f"{count:,} {titles[name].title}" for name, count in coalition.items())


def joined(words: Iterable[str]) -> str:
    """Join words with commas and 'and'.

    Examples
    --------
    >>> joined(["A", "B", "C"])
    'A, B and C'
    """
    *front, last = words
    return f"{', '.join(front)} and {last}" if front else last
