"""Identifiers of a game file into the words that people read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..strategic.game import Game

STAKEHOLDER_FIELDS = ("stakeholder", "leader", "follower", "inspector", "firms", "moves")
"""Fields of results that hold names of stakeholders."""


def labelled(value: Any, game: Game, i: int | None = None, field: str = "") -> Any:
    """Return a result in plain data with labels instead of names: stakeholders, and actions where it is clear whose they are.

    Examples
    --------
    >>> import numpy as np
    >>> game = Game.from_tables([np.eye(2), np.eye(2)], ["a", "b"], [["go", "stay"], ["in", "out"]])
    >>> named = Game(game.names, game.actions, game.lattice, game.payoffs, labels={"a": "Ann", "a.go": "Go there"})
    >>> labelled({"stakeholder": "a", "action": "go", "counts": {"a": {"go": 1}}}, named)
    {'stakeholder': 'Ann', 'action': 'Go there', 'counts': {'Ann': {'Go there': 1}}}
    """
    if isinstance(value, dict):
        return _mapping(value, game, i)
    if isinstance(value, (list, tuple)):
        return [labelled(item, game, i, field) for item in value]
    if isinstance(value, str) and field in STAKEHOLDER_FIELDS and value in game.names:
        return game.label(game.index(value))
    if isinstance(value, str) and i is not None and field != "sentence" and value in game.actions[i]:
        return game.label(i, game.actions[i].index(value))
    return value


def _mapping(value: dict[str, Any], game: Game, i: int | None) -> dict[str, Any]:
    if value and all(key in game.names for key in value):
        return {game.label(game.index(key)): labelled(item, game, game.index(key)) for key, item in value.items()}
    owner = _owner(list(value), game, i)
    if owner is not None:
        return {game.label(owner, game.actions[owner].index(key)): item for key, item in value.items()}
    inside = game.index(value["stakeholder"]) if value.get("stakeholder") in game.names else i
    return {key: labelled(item, game, inside, key) for key, item in value.items()}


def _owner(keys: Sequence[str], game: Game, i: int | None) -> int | None:
    """Return the stakeholder whose actions the keys are: the one at hand, or the only one that has them all."""
    having = [k for k, actions in enumerate(game.actions) if keys and all(key in actions for key in keys)]
    return i if i in having else having[0] if len(having) == 1 and i is None else None


def stakeholder_label(game: Game, name: str) -> str:
    """Return what people call a stakeholder; the name itself where it is none of the game's."""
    return game.label(game.index(name)) if name in game.names else name


def action_label(game: Game, name: str, action: str) -> str:
    """Return what people call an action of a stakeholder."""
    i = game.index(name)
    return game.label(i, game.actions[i].index(action))
