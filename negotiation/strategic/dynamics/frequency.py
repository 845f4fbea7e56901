"""How often profiles are seen in the long run: those seen most often, as numbers and in words."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np

from ...lattice import Integers
from ...numerics import Array
from ..game import Game, Points
from ..wording import profile_words

NAMED = 3
"""So many profiles are named in a sentence."""
EQUAL = 1e-3
"""Profiles are said to be seen equally often where their shares of time differ by no more than so much of the share."""


def first(logs: Array, many: int) -> tuple[Integers, Array]:
    """Return the places of the profiles seen most often, and the share of time of each, given the logarithms of all shares.

    Examples
    --------
    >>> places, shares = first(np.log([0.2, 0.7, 0.1]), 2)
    >>> places.tolist(), shares.round(3).tolist()
    ([1, 0], [0.7, 0.2])
    """
    flat = logs.ravel()
    order = np.argsort(-flat, kind="stable")[:many]
    return order, np.exp(flat[order])


def seen(game: Game, points: Points, often: Array, shares: tuple[Array, ...]) -> dict[str, Any]:
    """Return for JSON how often profiles are seen, and the share of each action."""
    return {
        "profiles": [{"counts": game.counts(points, k), "share": float(often[k])} for k in range(len(often))],
        "shares": {name: dict(zip(actions, row.tolist(), strict=True)) for name, actions, row in zip(game.names, game.actions, shares, strict=True)},
    }


def most_words(game: Game, logs: Array, points: Points) -> str:
    """Return in words what is seen most often, all where several are, given the logarithms of all shares and the first `NAMED` profiles."""
    most = float(logs.max())
    equal = int(np.count_nonzero(logs > most - EQUAL))
    words = " and ".join(f"({profile_words(game, points, k)})" for k in range(min(equal, NAMED)))
    more = f" and {equal - NAMED:,} more" if equal > NAMED else ""
    each = " each" if equal > 1 else ""
    return f"{words}{more} {'are' if each else 'is'} seen most often: {100 * exp(most):.3g} % of the time{each}"
