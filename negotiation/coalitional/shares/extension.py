"""The multilinear extension of a cost of total use: what a member adds when everybody else is there with chance t.

The total use of independent members is a convolution of binomials; its Fourier transform is a product, so no distribution is ever
added up class by class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from ...errors import TooLargeError
from ...numerics import Array
from ..costs import OfTotalUse
from ..exact import common_unit

Complex = NDArray[np.complex128]

MAX_STEPS = 1 << 20
"""Steps of total use that are looked at, at most."""

FIRST_NODES, MAX_NODES = 32, 1024
ENOUGH = 1e-7
"""Change from one refinement to the next, as a share of the largest value, below which the finer one is taken."""

CHUNK = 4096
FADED = -50.0
"""Natural logarithm below which a part of the transform does not count."""

NEARLY_0 = 1e-15


@dataclass(frozen=True)
class Level:
    """Chances t, ascending and the same from both ends of [0, 1], with weights; `exact` where they integrate the extension without an error."""

    nodes: Array
    weights: Array
    exact: bool


@dataclass(frozen=True)
class FlowAverages:
    """What a member of each class adds on average, found with so many nodes, to this share of the largest value."""

    values: Array
    nodes: int
    accuracy: float


def gauss_levels(n: int) -> Iterator[Level]:
    """Yield Gauss-Legendre nodes on [0, 1], doubling; ceil(n / 2) nodes are exact for the polynomial of degree n - 1."""
    count = FIRST_NODES
    while True:
        count = min(count, ceil(n / 2))
        nodes, weights = np.polynomial.legendre.leggauss(count)
        yield Level((nodes + 1) / 2, weights / 2, exact=count >= ceil(n / 2))
        if count >= min(ceil(n / 2), MAX_NODES):
            return
        count = min(2 * count, MAX_NODES)


def steps(use: Sequence[float], members: Sequence[int]) -> tuple[tuple[int, ...], float] | None:
    """Return the uses in whole steps of their common unit, and that unit; None where it is too fine for what all use together.

    Examples
    --------
    >>> steps((2.5, 40.0), (100, 10)), steps((1.0, 2**0.5), (100, 10))
    (((1, 16), 2.5), None)
    """
    found, unit = common_unit(tuple(use))
    if min(found) < 0 or sum(one * n for one, n in zip(found, members, strict=True)) >= MAX_STEPS:
        return None
    return found, float(unit)


def flow_averages(function: OfTotalUse, members: Sequence[int], levels: Iterable[Level]) -> FlowAverages:
    r"""Return what a member of each class adds to a cost of total use.

    .. math:: x_k = \int_0^1 \mathrm{E}\,[c(U_t + u_k) - c(U_t)] \, dt

    where :math:`U_t` is what the others use when each is there with chance t. Levels are refined until the values settle, or
    the nodes are exact. Each node costs some 20 operations for each step of total use and class.

    Raises
    ------
    TooLargeError
        When the common unit of the uses is too fine.

    References
    ----------
    G. Owen (1972), "Multilinear extensions of games".
    """
    whole = steps(function.use, members)
    if whole is None:
        raise TooLargeError(f"the uses have so fine a common unit that everybody uses {MAX_STEPS:,} of them or more", "round what a member uses")
    transform = _Transform(function, *whole, members)
    found = FlowAverages(np.zeros(len(members)), 0, np.inf)
    for level in levels:
        values = transform.averages(level)
        change = float(np.max(np.abs(values - found.values))) / (float(np.max(np.abs(values))) or 1.0)
        found = FlowAverages(values, len(level.nodes), 0.0 if level.exact else change)
        if found.accuracy <= ENOUGH:
            break
    return found


class _Transform:
    """The Fourier transform of the cost on the steps of total use, and of what members use.

    The transform at 1 - t is that at t reversed, so that only nodes up to 1/2 are computed and the kernels hold both.
    """

    def __init__(self, function: OfTotalUse, whole: tuple[int, ...], unit: float, members: Sequence[int]) -> None:
        self.members = members
        total = sum(one * n for one, n in zip(whole, members, strict=True))
        flow = np.arange(total + 1.0) * unit
        length = 1 << total.bit_length()
        costs = np.where(flow > 0, np.asarray(function.cost(flow), dtype=float), 0.0)
        cost: Complex = (np.fft.rfft(costs, length).conj() * (2.0 / length)).astype(np.complex128)
        cost[-1] /= 2
        circle = np.exp(np.arange(length) * (-2j * np.pi / length))
        turn = np.arange(len(cost))
        self.moved: list[Complex] = [circle[(turn * one) % length] - 1.0 for one in whole]
        rest = (circle[(turn * (total - one)) % length] for one in whole)
        self.kernels: list[Complex] = [cost * moved + np.conj(cost * left * moved) for moved, left in zip(self.moved, rest, strict=True)]

    def averages(self, level: Level) -> Array:
        """Return the weighted sum over the nodes, shape (classes,)."""
        half = len(level.nodes) // 2
        nodes, weights = level.nodes[: half + len(level.nodes) % 2], level.weights.copy()
        if len(nodes) > half:
            weights[half] /= 2
        total = np.zeros(len(self.members))
        for start in range(0, len(self.moved[0]), CHUNK):
            total += self._over(nodes.tolist(), weights.tolist(), slice(start, start + CHUNK))
        return total

    def _over(self, nodes: list[float], weights: list[float], chunk: slice) -> Array:
        """Return the weighted sum of a part of the transform; what has faded at a node has faded at all that are nearer to 1/2."""
        moved, kernels = [array[chunk] for array in self.moved], [array[chunk] for array in self.kernels]
        total = np.zeros(len(moved))
        for t, weight in zip(nodes, weights, strict=False):
            alive = self._fading(t, moved) > FADED
            if not alive.all():
                moved, kernels = [array[alive] for array in moved], [array[alive] for array in kernels]
            if not moved[0].size:
                break
            total += weight * self._at(t, moved, kernels)
        return total

    def _fading(self, t: float, moved: list[Complex]) -> Array:
        """Return the logarithm of the size of the transform of what others use, without one of each class."""
        found = np.zeros(len(moved[0]))
        for array, n in zip(moved, self.members, strict=True):
            if n > 1:
                found += 0.5 * (n - 1) * np.log1p(np.maximum(2 * t * (1 - t) * array.real, NEARLY_0 - 1.0))
        return found

    def _at(self, t: float, moved: list[Complex], kernels: list[Complex]) -> Array:
        there = [1.0 + t * array for array in moved]
        before: list[Complex] = [np.ones(len(moved[0]), dtype=complex)]
        for one, n in zip(there, self.members, strict=True):
            before[0] = before[0] * _power(one, n - 1)
        for one in there[:-1]:
            before.append(before[-1] * one)
        found, after = np.zeros(len(moved)), np.ones(len(moved[0]), dtype=complex)
        for k in range(len(moved) - 1, -1, -1):
            found[k] = float(np.dot(before[k] * after, kernels[k]).real)
            after = after * there[k]
        return found


def _power(base: Complex, n: int) -> Complex:
    """Return `base ** n` by squaring."""
    found = np.ones_like(base)
    while n:
        if n & 1:
            found = found * base
        n >>= 1
        if n:
            base = base * base
    return found
