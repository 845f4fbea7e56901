"""The list of games: each game's card, and those that are looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from negotiation.cards import Card, Wanted, card
from negotiation.definition import read_definition
from negotiation.errors import NegotiationError

from .storage.tables import StoredGame

KEPT = 4096


def cards_of(games: Iterable[StoredGame]) -> dict[str, Card]:
    """Return the card of each game; a saved game that today's rules refuse has only its title and summary on it."""
    return {game.name: _card(game.name, game.shelf, game.text) or Card(game.name, game.title, game.summary, game.money, game.shelf) for game in games}


@lru_cache(maxsize=KEPT)
def _card(name: str, shelf: str, text: str) -> Card | None:
    try:
        return card(read_definition(text, name), shelf)
    except NegotiationError:
        return None


def wanted_by(query: Mapping[str, str]) -> Wanted:
    """Return which games the address of the start page asks for.

    Raises
    ------
    UnknownNameError
    """
    return Wanted(**{field: query.get(field, "") for field in Wanted.__dataclass_fields__}).checked()
