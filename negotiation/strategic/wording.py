"""Amounts, profiles and mixtures in the words that a facilitator reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..numerics import shown
from .game import Game, Points


def amount(game: Game, value: float) -> str:
    """Return a sum of money with the game's unit.

    Examples
    --------
    >>> import numpy as np
    >>> amount(Game.from_tables([np.eye(2), np.eye(2)], money="USD per year"), 1234.5678)
    '1,234.57 USD per year'
    """
    return f"{shown(value, 6)} {game.money or 'units of payoff'}"


def profile_words(game: Game, points: Points, k: int = 0) -> str:
    """Return the `k`-th profile in words.

    Examples
    --------
    >>> import numpy as np
    >>> game = Game.from_tables([np.eye(2), np.eye(2)], names=["a", "b"], actions=[["stay", "go"]] * 2)
    >>> profile_words(game, (np.array([0]), np.array([1])))
    'a: stay; b: go'
    """
    return counts_words(game, game.counts(points, k))


def counts_words(game: Game, counts: Mapping[str, Mapping[str, int]]) -> str:
    """Return counts given by names in words; one action is named alone, several with their numbers."""
    return "; ".join(_one(game, name, row) for name, row in counts.items())


def _one(game: Game, name: str, counts: Mapping[str, int]) -> str:
    i = game.index(name)
    used = [(game.label(i, a), counts[action]) for a, action in enumerate(game.actions[i]) if counts[action]]
    if len(used) == 1:
        return f"{game.label(i)}: {used[0][0]}"
    return f"{game.label(i)}: " + ", ".join(f"{count} {label}" for label, count in used)


def mixture_words(game: Game, i: int, mixture: Mapping[str, float]) -> str:
    """Return a mixture over the actions of `i` in words.

    Examples
    --------
    >>> import numpy as np
    >>> game = Game.from_tables([np.eye(2), np.eye(2)], names=["a", "b"], actions=[["stay", "go"]] * 2)
    >>> mixture_words(game, 0, {"stay": 0.25, "go": 0.75})
    "25 % 'stay' and 75 % 'go'"
    """
    used = [(game.label(i, a), mixture.get(action, 0.0)) for a, action in enumerate(game.actions[i])]
    used = [(label, share) for label, share in used if share > 1e-9]
    if len(used) == 1:
        return f"'{used[0][0]}'"
    return joined([f"{100 * share:.3g} % '{label}'" for label, share in used])


def joined(words: Sequence[str]) -> str:
    """Join words with commas and 'and'.

    Examples
    --------
    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
