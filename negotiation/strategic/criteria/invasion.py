"""Mutants among the members of one stakeholder: what those who act alike earn more than a few who act differently."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from ...numerics import Array
from ..game import Game
from .others import others, rewards

GRID = 1_000
"""Steps in which shares of mutants are tried."""

HALVINGS = 60

Pair = tuple[int, int]
"""Two actions of the stakeholder: the common one and the mutants'."""

Fixed = tuple[int, ...]
"""The row of every other axis; 0 for the stakeholder itself."""


def payoffs_facing(game: Game, i: int, a: int, fixed: Fixed) -> Array:
    """Return what `a` earns against each count vector of the fellow members, shape (rows,)."""
    table = rewards(game, i, a)
    own = table[tuple(slice(None) if j == i else (row if table.shape[j] > 1 else 0) for j, row in enumerate(fixed))]
    return np.broadcast_to(own, (others(game, i).axes[i].size,))


def lead_of(game: Game, i: int, pair: Pair, fixed: Fixed) -> Array:
    """Return what `a` earns more than `b` when k of the n - 1 fellow members are at `b` and the rest at `a`, shape (n,)."""
    rows = two_action_rows(game, i, pair)
    return np.asarray((payoffs_facing(game, i, pair[0], fixed) - payoffs_facing(game, i, pair[1], fixed))[rows])


def two_action_rows(game: Game, i: int, pair: Pair) -> NDArray[np.int64]:
    """Return the rows of the fellow members' axis at which only the two actions are taken, by growing number at the second."""
    axis = others(game, i).axes[i]
    rows = np.flatnonzero(axis.counts[:, list(pair)].sum(axis=1) == axis.members)
    return rows[np.argsort(axis.counts[rows, pair[1]])]


def expected_values(values: Array, shares: Array) -> Array:
    """Return the expectations of values by number of fellow members at the second action, each there with the given probabilities."""
    number = np.arange(len(values))
    last = len(values) - 1
    ways = gammaln(last + 1) - gammaln(number + 1) - gammaln(last - number + 1)
    inner = np.clip(shares, 1e-300, 1.0 - 1e-16)[:, None]
    return np.asarray(np.exp(ways + number * np.log(inner) + (last - number) * np.log1p(-inner)) @ values)


def invasion_barrier(lead: Array, tolerance: float) -> float:
    """Return the share of mutants up to which the expected lead stays positive, to one step of the grid; 0 where there is none."""
    lead = np.where(np.abs(lead) > tolerance, lead, 0.0)
    if not lead.any() or lead[np.flatnonzero(lead)[0]] < 0:
        return 0.0
    fails = np.flatnonzero(expected_values(lead, np.arange(1, GRID) / GRID) <= 0)
    return max(int(fails[0]), 0.5) / GRID if fails.size else 1.0


def lead_at_same_profile(game: Game, i: int, pair: Pair, fixed: Fixed) -> Array:
    """Return what members at `a` earn more than those at `b` when 1 to n - 1 of them are at `b`, at the same profile."""
    rows = two_action_rows(game, i, pair)
    # with k mutants, a member at `a` faces k of them, a mutant k - 1
    return np.asarray(payoffs_facing(game, i, pair[0], fixed)[rows][1:] - payoffs_facing(game, i, pair[1], fixed)[rows][:-1])


def mutants_withstood(lead: Array, tolerance: float) -> int:
    """Return up to how many mutants earn less, from 2 on, given the leads at the same profile; 1 where not even two do."""
    holds = lead[1:] > tolerance
    return len(lead) if holds.all() else 1 + int(np.argmin(holds))


def crossing(lead: Array, low: float, high: float) -> float:
    """Return the share between `low` and `high` at which the expected lead turns from positive to negative."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if expected_values(lead, np.array([middle]))[0] > 0 else (low, middle)
    return (low + high) / 2
