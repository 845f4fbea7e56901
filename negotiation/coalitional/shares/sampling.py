"""The Shapley value of games that are too large to be looked through: an estimate from random orders, with its error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget, unlimited
from ...numerics import Array, shown
from ..allocation import Allocation, covering, judge
from ..cost_game import CostGame

CONFIDENCE = 0.95
EVALUATIONS = 200_000
"""Coalitions that are asked for unless the number of orders is given."""

BLOCK = 4096
"""Coalitions that one set of rotations of an order asks for, at most, where that leaves two rotations."""

ROWS = 1 << 21
LEAST_BLOCKS = 8


@dataclass(frozen=True)
class _Sample:
    """Means of independent blocks of orders, shape (blocks, classes), per member of each class."""

    blocks: Array
    orders: int
    stopped: str

    @property
    def mean(self) -> Array:
        """The estimate."""
        found: Array = self.blocks.mean(axis=0)
        return found

    @property
    def error(self) -> Array:
        """The standard error of the estimate."""
        found: Array = self.blocks.std(axis=0, ddof=1) / np.sqrt(len(self.blocks))
        return found


def sampled_shapley(game: CostGame, *, orders: int | None = None, seed: int = 0, budget: Budget | None = None) -> Allocation:
    """Return an estimate of the Shapley value from random orders of joining, with confidence intervals.

    Orders come in blocks: a random order, its rotations by equal steps (so that every member stands in every part of the order
    equally often), and the reverse of each (who came early comes late). Blocks are independent, so the spread of their
    means gives the standard error and, by Student's t, an interval for each class. Every order shares out exactly the whole cost.

    Parameters
    ----------
    game : CostGame
        Of any size; every order asks for the cost of as many coalitions as there are members.
    orders : int, optional
        How many orders, rounded up to whole blocks (at least 8 of them); by default as many as ask for 200,000 coalitions.
    seed : int
        Same seed, same answer.
    budget : Budget, optional
        Where it is spent, the estimate is from the blocks that are done (at least two).

    Returns
    -------
    Allocation
        Marked as an estimate in `note` and `evidence`.

    References
    ----------
    J. Castro, D. Gomez, J. Tejada (2009), "Polynomial calculation of the Shapley value based on sampling".
    R. Mitchell, J. Cooper, E. Frank, G. Holmes (2022), "Sampling permutations for Shapley value estimation".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import MemberClass
    >>> from negotiation.coalitional.costs import ByFunction
    >>> names = ("A", "B", "C")
    >>> game = CostGame(tuple(map(MemberClass, names)), ByFunction(names, lambda there: max(3.0 * ("A" in there), 6.0 * ("B" in there), 6.0 * ("C" in there))))
    >>> found = sampled_shapley(game, orders=600)
    >>> found.evidence["estimate"], [round(charge) for charge in found.charges]
    (True, [1, 2, 2])
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - only estimates pay the half second that loading takes

    sample = _draw(game, orders, np.random.default_rng(seed), budget or unlimited())
    reach = sample.error * float(stdtrit(len(sample.blocks) - 1, (1 + CONFIDENCE) / 2))
    charges = covering(game, sample.mean)
    return judge(game, "shapley", charges, note=_note(sample, reach), evidence=_evidence(game, sample, np.array(charges), reach, seed))


def _note(sample: _Sample, reach: Array) -> str:
    note = (
        f"An estimate from {sample.orders:,} random orders: with {CONFIDENCE:.0%} confidence each charge is within {shown(float(reach.max()), 2)} of the value."
    )
    return f"{note} Fewer orders than asked for: {sample.stopped}." if sample.stopped else note


def _evidence(game: CostGame, sample: _Sample, charges: Array, reach: Array, seed: int) -> dict[str, Any]:
    return {
        "estimate": True,
        "orders": sample.orders,
        "seed": seed,
        "standard_error": dict(zip(game.names, sample.error.tolist(), strict=True)),
        "confidence": CONFIDENCE,
        "interval": {name: [x - r, x + r] for name, x, r in zip(game.names, charges.tolist(), reach.tolist(), strict=True)},
        "complete": not sample.stopped,
    }


def _draw(game: CostGame, orders: int | None, rng: np.random.Generator, budget: Budget) -> _Sample:
    n = game.population
    rotations = max(2, min(n, BLOCK // n)) if n > 1 else 1
    a_block = 2 * rotations
    wanted = max(LEAST_BLOCKS, -(-(orders if orders is not None else EVALUATIONS // n) // a_block))
    owner = np.repeat(np.arange(len(game.members)), game.members)
    done: list[Array] = []
    while len(done) < wanted:
        block = np.zeros(len(game.members))
        for rotated in _rotations(rng.permutation(owner), rotations):
            if len(done) >= 2 and budget.spent(len(done) / wanted, f"{len(done) * a_block:,} orders"):
                return _Sample(np.array(done), len(done) * a_block, budget.why())
            block += _added(game, rotated) + _added(game, rotated[::-1])
        done.append(block / (a_block * np.array(game.members)))
    return _Sample(np.array(done), len(done) * a_block, "")


def _rotations(order: NDArray[np.int64], count: int) -> Iterator[NDArray[np.int64]]:
    for turn in range(count):
        yield np.roll(order, turn * len(order) // count)


def _added(game: CostGame, order: NDArray[np.int64]) -> Array:
    """Return what the members of each class add to the cost when they join in this order, shape (classes,)."""
    classes = len(game.members)
    there = np.zeros(classes, dtype=np.int64)
    costs = [np.zeros(1)]
    step = max(1, ROWS // classes)
    for start in range(0, len(order), step):
        part = order[start : start + step]
        coming = np.zeros((len(part), classes), dtype=np.int64)
        coming[np.arange(len(part)), part] = 1
        joined = there + np.cumsum(coming, axis=0)
        there = joined[-1]
        costs.append(game.at(joined))
    added: Array = np.bincount(order, np.diff(np.concatenate(costs)), classes).astype(float)
    return added
