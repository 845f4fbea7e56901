"""The least cost of serving coalitions that may split: the subadditive cover of a cost game."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...errors import TooLargeError
from ...numerics import Array, frozen
from ..cost_game import CostGame
from ..costs import Table

MAX_SPLITS = 400_000_000
"""Pairs of a coalition and a part of it that may be compared; 18 single players have 387 million."""

AT_ONCE = 200_000
"""Pairs that are compared in one step."""


def splits(members: Sequence[int]) -> int:
    """Return the number of pairs of a coalition and a part of it.

    Examples
    --------
    >>> splits((1, 1)), splits((2,))
    (9, 6)
    """
    return prod((n + 1) * (n + 2) // 2 for n in members)


def subadditive_cover(game: CostGame) -> CostGame:
    r"""Return the game in which every coalition may split where that is cheaper.

    .. math:: \hat c(S) = \min \{ c(S_1) + \dots + c(S_m) : S_1, \dots, S_m \text{ make up } S \}

    (the greatest sum, for a game of savings). A part with a member of the first class that is there is tried against the cover of
    what is left, so every pair of a coalition and its part is met once: :math:`3^n / 2` for n players (16 players in a fifth of a second,
    18 in two seconds).

    Parameters
    ----------
    game : CostGame

    Returns
    -------
    CostGame
        As a table.

    Raises
    ------
    TooLargeError
        Above `MAX_SPLITS` pairs, before any work.

    References
    ----------
    L. S. Shapley, M. Shubik (1969), "On market games".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> game = table_game("ABC", np.array([0, 4, 5, 7, 5, 8, 9, 15.0]))
    >>> subadditive_cover(game).costs.ravel().tolist()
    [0.0, 4.0, 5.0, 7.0, 5.0, 8.0, 9.0, 12.0]
    """
    pairs = splits(game.members)
    if pairs > MAX_SPLITS:
        fits = "18 single players fit" if game.between_players else "join classes, or count members in tens"
        raise TooLargeError(f"the coalitions can split in {pairs:,} ways, at most {MAX_SPLITS:,} can be compared", fits)
    order = np.argsort(game.members, kind="stable")
    covered = _cover(np.ascontiguousarray(np.transpose(game.sign * game.costs, order)))
    return replace(game, function=Table(frozen(game.sign * np.transpose(covered, np.argsort(order)))))


def parts(game: CostGame, cover: CostGame, coalition: Sequence[int]) -> list[tuple[int, ...]]:
    """Return parts into which a coalition splits at the least cost, as counts."""
    costs, covered = game.sign * game.costs, game.sign * cover.costs
    left, found = tuple(coalition), []
    while any(left):
        here = tuple(slice(0, n + 1) for n in left)
        rest = tuple(slice(n, None, -1) for n in left)
        sums = costs[here] + covered[rest]
        sums.flat[0] = np.inf
        best = tuple(int(k) for k in np.unravel_index(int(np.argmin(sums)), sums.shape))
        found.append(best)
        left = tuple(n - k for n, k in zip(left, best, strict=True))
    return found


def _cover(costs: Array) -> Array:
    """Return the cover of a table of costs."""
    if costs.ndim == 0:
        return np.zeros(())
    covered = np.empty_like(costs)
    covered[0] = _cover(costs[0])
    if costs.ndim == 1:
        for i in range(1, len(costs)):
            covered[i] = np.min(costs[1 : i + 1] + covered[i - 1 :: -1])
        return covered
    for i in range(1, len(costs)):
        covered[i] = costs[i]
        for a in range(1, i + 1):
            np.minimum(covered[i], _least_sums(costs[a], covered[i - a]), out=covered[i])
    return covered


def _least_sums(one: Array, other: Array) -> Array:
    """Return, for every coalition, the least sum of the first table at a part of it and the second at the rest."""
    if one.ndim == 0:
        return one + other
    if splits(tuple(n - 1 for n in one.shape)) <= AT_ONCE:
        pairs = _pairs(one.shape)
        return np.minimum.reduceat(one.ravel()[pairs.part] + other.ravel()[pairs.rest], pairs.starts).reshape(one.shape)
    found = np.full_like(one, np.inf)
    for a in range(len(one)):
        if one.ndim == 1:
            np.minimum(found[a:], one[a] + other[: len(one) - a], out=found[a:])
            continue
        for b in range(len(one) - a):
            np.minimum(found[a + b], _least_sums(one[a], other[b]), out=found[a + b])
    return found


@dataclass(frozen=True, eq=False)
class _Pairs:
    """All pairs of a part and the rest as flat indices, by the coalition that they make up; where each coalition's pairs start."""

    part: NDArray[np.intp]
    rest: NDArray[np.intp]
    starts: NDArray[np.intp]


@lru_cache(maxsize=16)
def _pairs(shape: tuple[int, ...]) -> _Pairs:
    part = rest = np.zeros(1, dtype=np.intp)
    for n in shape:
        a, b = np.array([(a, b) for a in range(n) for b in range(n - a)], dtype=np.intp).T
        part, rest = np.add.outer(part * n, a).ravel(), np.add.outer(rest * n, b).ravel()
    whole = part + rest
    order = np.argsort(whole, kind="stable")
    return _Pairs(part[order], rest[order], np.searchsorted(whole[order], np.arange(prod(shape))))
