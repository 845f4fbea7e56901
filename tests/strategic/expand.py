"""Count games, the ordinary games that they are written out to, and the same games told differently."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from negotiation.lattice import Lattice
from negotiation.strategic.files.expansion import expand
from negotiation.strategic.game import Game, Points

from .random_games import random_game, shapes

__all__ = ["count_games", "counts_of", "expand", "owners", "scaled", "told_backwards"]

count_games = st.builds(random_game, shapes(), st.integers(0, 10**6), st.sampled_from([2, 4, 50])).filter(
    lambda game: np.prod([float(axis.actions) ** axis.members for axis in game.lattice.axes]) <= 800
)


def owners(game: Game) -> list[int]:
    """Return the stakeholder of each player of the expanded game."""
    return [i for i, members in enumerate(game.members) for _ in range(members)]


def counts_of(game: Game, points: Points) -> list[tuple[int, ...]]:
    """Return for profiles of the expanded game the rows of their count profiles."""
    result = []
    for profile in zip(*(rows.tolist() for rows in points), strict=True):
        counts = [[0] * axis.actions for axis in game.lattice.axes]
        for i, a in zip(owners(game), profile, strict=True):
            counts[i][a] += 1
        result.append(tuple(axis.row(row) for axis, row in zip(game.lattice.axes, counts, strict=True)))
    return result


def scaled(game: Game, factors: Sequence[float], constants: Sequence[float]) -> Game:
    """Return the game with payoffs of each stakeholder multiplied and shifted."""
    payoffs = tuple(tuple(f * payoff + c for payoff in row) for row, f, c in zip(game.payoffs, factors, constants, strict=True))
    return Game(game.names, game.actions, game.lattice, payoffs)


def told_backwards(game: Game) -> Game:
    """Return the game with stakeholders and actions in the opposite order."""
    turned = []
    for row in game.payoffs:
        arrays = []
        for payoff in reversed(row):
            array = payoff
            for j, axis in enumerate(game.lattice.axes):
                if array.shape[j] > 1:
                    array = np.take(array, [axis.row(counts[::-1]) for counts in axis.counts], axis=j)
            arrays.append(array.transpose())
        turned.append(tuple(arrays))
    actions = tuple(tuple(reversed(row)) for row in reversed(game.actions))
    return Game(game.names[::-1], actions, Lattice(game.lattice.axes[::-1]), tuple(reversed(turned)))
