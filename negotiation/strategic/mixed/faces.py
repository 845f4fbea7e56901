"""The part of a count game in which every stakeholder keeps to some of its actions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from math import comb, prod

import numpy as np

from ...numerics import Array
from ..criteria.others import open_actions, others, rewards
from ..game import Game
from .frames import Frame, frame, table

Support = tuple[tuple[int, ...], ...]
"""For each stakeholder the actions in use, rising."""


def count_supports(game: Game) -> int:
    """Return how many supports there are."""
    return prod(2 ** len(open_actions(game, i)) - 1 for i in range(len(game.names)))


def supports(game: Game) -> list[Support]:
    """Return all supports, those with fewer actions first; a committed stakeholder has one action."""
    options = []
    for i in range(len(game.names)):
        there = open_actions(game, i)
        options.append([part for size in range(1, len(there) + 1) for part in combinations(there, size)])
    return sorted(product(*options), key=lambda support: (sum(map(len, support)), support))


class Face:
    """The payoffs of a count game when everyone keeps to a support.

    Parameters
    ----------
    game : Game
    support : Support
    """

    def __init__(self, game: Game, support: Support) -> None:
        self.game, self.support = game, support
        self.mixers = tuple(i for i, used in enumerate(support) if len(used) > 1)

    @property
    def unknowns(self) -> int:
        """Free probabilities."""
        return sum(len(used) - 1 for used in self.support)

    def facing(self, i: int, j: int) -> int:
        """Return how many members of `j` a member of `i` faces."""
        return self.game.members[j] - (i == j)

    def payoff(self, i: int, a: int) -> Array:
        """Return what a member of `i` earns with `a` against the others on this face, shaped to broadcast over them."""
        array = np.asarray(rewards(self.game, i, a))
        for j, (axis, used) in enumerate(zip(others(self.game, i).axes, self.support, strict=True)):
            if array.shape[j] > 1 and len(used) < axis.actions:
                outside = np.delete(axis.counts, list(used), axis=1).sum(axis=1)
                array = np.take(array, np.flatnonzero(outside == 0), axis=j)
        return array

    def is_dominated(self, tolerances: Sequence[float]) -> bool:
        """Return whether some action in use pays less than another against all that the others can do here."""
        for i, used in enumerate(self.support):
            payoffs = {a: self.payoff(i, a) for a in open_actions(self.game, i)}
            for a in used:
                if any(float((payoffs[b] - payoffs[a]).min()) > tolerances[i] for b in payoffs if b != a):
                    return True
        return False

    def polynomial(self) -> Array:
        """Return, where one stakeholder mixes two actions, the payoff of the second less that of the first for 0, 1, ... others at it."""
        (i,) = self.mixers
        a, b = self.support[i]
        difference = (self.payoff(i, b) - self.payoff(i, a)).ravel()
        return np.array(np.broadcast_to(difference, (self.game.members[i],)))

    def coefficients(self) -> int:
        """Return into how many columns :meth:`system` writes each payoff difference."""
        return prod(comb(self.game.members[j] + len(used) - 1, len(used) - 1) for j, used in enumerate(self.support))

    def system(self, wide: Sequence[float]) -> tuple[Frame, Array]:
        """Return the indifference conditions, with payoffs divided by `wide`, shape (1, R, C)."""
        sizes = tuple(map(len, self.support))
        players = range(len(sizes))
        degrees = tuple(tuple(self.facing(i, j) if sizes[j] > 1 else 0 for j in players) for i in players)
        payoffs = []
        for i, used in enumerate(self.support):
            actions = [*used, *(a for a in open_actions(self.game, i) if a not in used)]
            shape = [comb(degree + size - 1, size - 1) for degree, size in zip(degrees[i], sizes, strict=True)]
            payoffs.append(np.stack([np.broadcast_to(self.payoff(i, a), shape).ravel() for a in actions])[None] / wide[i])
        constants = frame(sizes, tuple(payoff.shape[1] for payoff in payoffs), degrees)
        return constants, table(constants, degrees, payoffs)

    def full(self, parts: Sequence[Array]) -> tuple[Array, ...]:
        """Return mixtures over all actions from those over the actions in use."""
        result = []
        for used, part, actions in zip(self.support, parts, self.game.actions, strict=True):
            row = np.zeros(len(actions))
            row[list(used)] = part
            result.append(row)
        return tuple(result)
