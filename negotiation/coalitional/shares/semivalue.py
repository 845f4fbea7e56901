"""What a member adds to the cost on average: semivalues of cost games, from tables and in closed form.

A semivalue weighs what a member adds to a coalition by the coalition's size (Dubey, Neyman and Weber 1981). The Shapley value lets
every order of joining be as likely as any other, the Banzhaf value every coalition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array
from ..cost_game import CostGame
from ..costs import CostFunction, MostDemanding, OfTotalUse, Topped
from .extension import Level, flow_averages, gauss_levels, steps

INNER_PLAYERS = 12
INNER_COALITIONS = 200_000
EXACT, RENORMALISED = 4096, 512


@dataclass(frozen=True)
class Scaled:
    """Numbers beyond the range of floats: ``mantissa * 2 ** exponent``, the mantissa between 1/2 and 1."""

    mantissa: Array
    exponent: NDArray[np.int64]

    def __mul__(self, other: Scaled) -> Scaled:
        mantissa, shift = np.frexp(self.mantissa * other.mantissa)
        return Scaled(mantissa, self.exponent + other.exponent + shift)

    def inverse(self) -> Scaled:
        """Return 1 / the numbers."""
        mantissa, shift = np.frexp(1.0 / self.mantissa)
        return Scaled(mantissa, shift - self.exponent)

    def floats(self) -> Array:
        """Return the numbers as floats; what is too small becomes 0."""
        found: Array = np.ldexp(self.mantissa, np.clip(self.exponent, -2000, 2000).astype(np.int32))
        return found


def scaled(values: Array) -> Scaled:
    """Return floats as scaled numbers."""
    mantissa, exponent = np.frexp(values)
    return Scaled(mantissa, exponent.astype(np.int64))


def binomials(n: int) -> Scaled:
    """Return the binomial coefficients of `n`, shape (n + 1,): rounded exact ones up to 4,096, above to some 1e-16 times the square root of n.

    Examples
    --------
    >>> binomials(4).floats()
    array([1., 4., 6., 4., 1.])
    """
    half = _exact_binomials(n) if n <= EXACT else _multiplied_binomials(n)
    mirror = slice((n - 1) // 2, None, -1) if n else slice(0, 0)
    return Scaled(np.concatenate([half.mantissa, half.mantissa[mirror]]), np.concatenate([half.exponent, half.exponent[mirror]]))


def _exact_binomials(n: int) -> Scaled:
    """Return the first half of the coefficients from whole numbers."""
    exact, mantissa, exponent = 1, [], []
    for k in range(n // 2 + 1):
        cut = max(0, exact.bit_length() - 64)
        mantissa.append(float(exact >> cut))
        exponent.append(cut)
        exact = exact * (n - k) // (k + 1)
    fraction, shift = np.frexp(mantissa)
    return Scaled(fraction, np.array(exponent, dtype=np.int64) + shift)


def _multiplied_binomials(n: int) -> Scaled:
    """Return the first half of the coefficients as products, block by block."""
    half = n // 2
    mantissa, exponent = np.frexp((n - np.arange(half)) / (1.0 + np.arange(half)))
    mantissas, exponents = np.full(half + 1, 0.5), np.ones(half + 1, dtype=np.int64)
    for start in range(0, half, RENORMALISED):
        block = slice(start, start + RENORMALISED)
        grown, shift = np.frexp(mantissas[start] * np.multiply.accumulate(mantissa[block]))
        stop = start + 1 + len(grown)
        mantissas[start + 1 : stop] = grown
        exponents[start + 1 : stop] = exponents[start] + np.cumsum(exponent[block]) + shift
    return Scaled(mantissas, exponents)


@dataclass(frozen=True)
class Semivalue:
    r"""How likely each coalition of others is that a member finds.

    Parameters
    ----------
    chances : callable
        From n to :math:`p(s)`, s = 0 ... n - 1: the chance of one given coalition of `s` of the n - 1 others.
    none_of : callable
        The chance that none of `m` given others is there.
    stay : callable
        ``stay(joined, total, last, n)``: the weighted costs of the coalitions to which a member does not belong, together, from
        those sums of weighted costs that :func:`averages` has (all members' coalitions, all coalitions, everybody).
    levels : callable
        From n to finer and finer nodes: chances t that each member is there, independently of the others, with their weights.
    """

    chances: Callable[[int], Scaled]
    none_of: Callable[[Array], Array]
    stay: Callable[[float, float, float, int], float]
    levels: Callable[[int], Iterator[Level]]

    def of_size(self, n: int) -> Scaled:
        """Return p(s - 1) + p(s) for s = 0 ... n: the weight of a coalition's cost in what its members pay."""
        chances = self.chances(n)
        exponent = np.maximum(np.append(chances.exponent, chances.exponent[-1]), np.insert(chances.exponent, 0, chances.exponent[0]))
        parts = np.zeros((2, n + 1))
        parts[0, :-1], parts[1, 1:] = chances.mantissa, chances.mantissa
        shifts = np.stack([np.append(chances.exponent, exponent[-1]), np.insert(chances.exponent, 0, exponent[0])]) - exponent
        mantissa, shift = np.frexp(np.ldexp(parts, shifts.astype(np.int32)).sum(axis=0))
        return Scaled(mantissa, exponent + shift)


SHAPLEY = Semivalue(
    lambda n: (scaled(np.full(n, float(n))) * binomials(n - 1)).inverse(),
    lambda m: 1.0 / (m + 1.0),
    lambda joined, total, last, n: joined / n - last,
    gauss_levels,
)
BANZHAF = Semivalue(
    lambda n: Scaled(np.full(n, 0.5), np.full(n, 2 - n, dtype=np.int64)),
    lambda m: np.exp2(-m),
    lambda joined, total, last, n: (total - last) / 2,
    lambda n: iter([Level(np.array([0.5]), np.array([1.0]), exact=True)]),
)


@dataclass(frozen=True)
class Averages:
    """What a member of each class adds to the cost on average.

    Parameters
    ----------
    values : ndarray, shape (classes,)
    how : str
        How they were found.
    evidence : mapping
        Nodes and accuracy, where they were found by quadrature.
    """

    values: Array
    how: str
    evidence: dict[str, Any] = field(default_factory=dict)


def countable(game: CostGame) -> bool:
    """Return whether the averages can be computed without sampling."""
    below, _ = without_top(game.function)
    return game.tabulated or isinstance(below, MostDemanding) or (isinstance(below, OfTotalUse) and steps(below.use, game.members) is not None)


def averages(game: CostGame, kind: Semivalue) -> Averages:
    r"""Return a semivalue of a cost game, per member of each class.

    .. math:: x_k = \sum_s p(|s|) \prod_j \binom{n_j - [j = k]}{s_j} \, (c(s + e_k) - c(s))

    Every cost is weighted once, by its coalition's size; the costs of a class's members are then added up by halving the
    table (players) or along its axes (classes): one pass over the table for all classes together. Airport games have a
    closed form; a cost of total use is read through its multilinear extension where the table would be too large.

    Raises
    ------
    TooLargeError
        When there are too many coalitions for a table and the cost has no structure that helps.

    References
    ----------
    P. Dubey, A. Neyman, R. J. Weber (1981), "Value theory without efficiency".
    G. Owen (1972), "Multilinear extensions of games".
    """
    below, extra = without_top(game.function)
    joint = extra * float(kind.chances(game.population).floats()[-1])
    if isinstance(below, MostDemanding):
        return Averages(_airport(below, game.members, kind) + joint, "closed form of airport games")
    if isinstance(below, OfTotalUse) and not game.tabulated and countable(game):
        found = flow_averages(below, game.members, kind.levels(game.population))
        return Averages(found.values + joint, "multilinear extension of the cost of total use", {"nodes": found.nodes, "accuracy": found.accuracy})
    return Averages(_from_table(game, kind), "all coalitions")


def without_top(function: CostFunction) -> tuple[CostFunction, float]:
    """Return the cost function below the amounts that only everybody together gets or pays, and their sum."""
    if not isinstance(function, Topped):
        return function, 0.0
    below, amount = without_top(function.below)
    return below, amount + function.amount


def _airport(airport: MostDemanding, members: tuple[int, ...], kind: Semivalue) -> Array:
    """Each stretch of cost between two needs is paid by those who need it, each when none of the others who do is there."""
    needs = np.maximum(np.array(airport.needs), 0.0)
    levels, place = np.unique(needs, return_inverse=True)
    users: Array = np.cumsum(np.bincount(place, members, len(levels))[::-1])[::-1].astype(float)
    paid = np.cumsum(np.diff(levels, prepend=0.0) * kind.none_of(users - 1.0))
    found: Array = paid[place]
    return found


def _from_table(game: CostGame, kind: Semivalue) -> Array:
    costs, n, members = game.costs, game.population, np.array(game.members, dtype=float)
    weights = _weights(kind, n)
    joined, total = (_players if game.between_players else _classes)(costs, weights)
    last = game.total * float(weights.floats()[-1])
    values: Array = (joined - members * kind.stay(float(joined.sum()), total, last, n)) / members
    return values


@lru_cache(maxsize=32)
def _weights(kind: Semivalue, n: int) -> Scaled:
    """Return the weights of all sizes, worked out once for each number of members: the games of a workshop have the same one again and again."""
    return kind.of_size(n)


def _players(costs: Array, weights: Scaled) -> tuple[Array, float]:
    """Return the weighted costs of each player's coalitions, and of all: every cost is read once, in blocks, then halves are added."""
    flat, by_size = costs.ravel(), weights.floats()
    inner = min(costs.ndim, INNER_PLAYERS)
    size, outer = _sizes_of_players(inner), _sizes_of_players(costs.ndim - inner)
    rows = np.stack([by_size[h + size] for h in range(costs.ndim - inner + 1)])
    gathered, sums = np.zeros_like(rows), np.zeros(len(outer))
    for block, h in enumerate(outer.tolist()):
        values = flat[block << inner : (block + 1) << inner]
        sums[block] = values @ rows[h]
        gathered[h] += values
    gathered *= rows
    folded = gathered.sum(axis=0)
    return np.array(_halves(sums) + _halves(folded)), float(folded.sum())


def _halves(folded: Array) -> list[float]:
    found = []
    while folded.size > 1:
        half = folded.size // 2
        found.append(float(folded[half:].sum()))
        folded = folded[:half] + folded[half:]
    return found


@lru_cache(maxsize=32)
def _sizes_of_players(n: int) -> NDArray[np.int64]:
    return _sizes((1,) * n)


def _sizes(members: tuple[int, ...]) -> NDArray[np.int64]:
    """Return the number of members of every coalition, flat."""
    sizes = np.zeros(1, dtype=np.int64)
    for n in members:
        sizes = np.add.outer(sizes, np.arange(n + 1)).ravel()
    return sizes


def _classes(costs: Array, weights: Scaled) -> tuple[Array, float]:
    """Return the weighted costs of each class's coalitions, times its members in them, and of all coalitions; large classes come last."""
    order = np.argsort(costs.shape, kind="stable")
    if np.any(np.diff(order) < 0):
        turned, total = _classes(np.ascontiguousarray(np.transpose(costs, order)), weights)
        return turned[np.argsort(order)], total
    members = tuple(n - 1 for n in costs.shape)
    cut = next(k for k in range(len(members)) if k == len(members) - 1 or prod(costs.shape[k:]) <= INNER_COALITIONS)
    ways, size = _ways(members[cut:]), _sizes(members[cut:])
    outer_ways, outer_size = _ways(members[:cut]), _sizes(members[:cut])
    gathered, sums = np.zeros(len(size)), np.zeros(len(outer_size))
    blocks = costs.reshape(len(outer_size), len(size))
    for block, h in enumerate(outer_size.tolist()):
        row = Scaled(weights.mantissa[h + size], weights.exponent[h + size]) * ways
        values = np.ldexp(row.mantissa * outer_ways.mantissa[block], (row.exponent + outer_ways.exponent[block]).astype(np.int32)) * blocks[block]
        gathered += values
        sums[block] = values.sum()
    joined = _along(sums.reshape(costs.shape[:cut])) + _along(gathered.reshape(costs.shape[cut:]))
    return np.array(joined), float(gathered.sum())


def ways_of_size(members: tuple[int, ...], chances: Scaled) -> Array:
    """Return the chance that the coalition of others is of each kind: ways to choose it times the chance of each, flat."""
    size = _sizes(members)
    return (_ways(members) * Scaled(chances.mantissa[size], chances.exponent[size])).floats()


def _ways(members: tuple[int, ...]) -> Scaled:
    """Return in how many ways the members of every coalition can be chosen, flat."""
    ways = scaled(np.ones(1))
    for n in members:
        one = binomials(n)
        ways = Scaled(ways.mantissa[:, None], ways.exponent[:, None]) * one
        ways = Scaled(ways.mantissa.ravel(), ways.exponent.ravel())
    return ways


def _along(values: Array) -> list[float]:
    """Return, for each axis, the sum of the values times the place on the axis."""
    found = []
    for _ in range(values.ndim):
        sums = values.reshape(len(values), -1).sum(axis=1)
        found.append(float(sums @ np.arange(len(values))))
        values = values.sum(axis=0)
    return found
