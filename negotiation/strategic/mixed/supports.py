"""Supports of ordinary games, arranged so that all of one shape are solved together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array

Integers = NDArray[np.int64]

KEPT = 1 << 16
"""Coefficients of a family up to which it is remembered where they stand among a game's payoffs."""


@dataclass(frozen=True)
class Family:
    """Supports of one shape: largest first, whoever has it.

    Parameters
    ----------
    sizes : tuple of int
        Actions in use, falling; more than one at least for the first stakeholder.
    actions : tuple of int
        Actions there are, in the same order.
    members : tuple of (tuple of int, int)
        Which stakeholder stands at each place, and how many supports have that arrangement.
    """

    sizes: tuple[int, ...]
    actions: tuple[int, ...]
    members: tuple[tuple[tuple[int, ...], int], ...]

    @property
    def size(self) -> int:
        """Number of supports."""
        return sum(count for _, count in self.members)

    @property
    def coefficients(self) -> int:
        """Coefficients of the payoff differences of one support."""
        return (sum(self.actions) - len(self.actions)) * prod(self.sizes)


@lru_cache(maxsize=64)
def families(shape: tuple[int, ...]) -> tuple[Family, ...]:
    """Return all shapes of supports in which somebody mixes, fewest unknowns first.

    Examples
    --------
    >>> [(family.sizes, family.size) for family in families((2, 2, 2))]
    [((2, 1, 1), 12), ((2, 2, 1), 6), ((2, 2, 2), 1)]
    """
    groups: dict[tuple[tuple[int, int], ...], list[tuple[tuple[int, ...], int]]] = {}
    for sizes in product(*(range(1, m + 1) for m in shape)):
        if max(sizes) > 1:
            order = tuple(sorted(range(len(shape)), key=lambda i: (-sizes[i], -shape[i], i)))
            key = tuple((sizes[i], shape[i]) for i in order)
            groups.setdefault(key, []).append((order, prod(comb(m, k) for m, k in zip(shape, sizes, strict=True))))
    found = [Family(tuple(k for k, _ in key), tuple(m for _, m in key), tuple(members)) for key, members in groups.items()]
    return tuple(sorted(found, key=lambda family: (sum(family.sizes), family.sizes)))


@lru_cache(maxsize=256)
def arrangements(actions: int, used: int) -> Integers:
    """Return every order of the actions with `used` of them in front, each subset once: shape (C(actions, used), actions)."""
    rows = [(*front, *(a for a in range(actions) if a not in front)) for front in combinations(range(actions), used)]
    return np.array(rows, dtype=np.int64)


@dataclass(frozen=True)
class Systems:
    """Where the coefficients of several supports of a family stand among a game's payoffs.

    Parameters
    ----------
    plus, minus : ndarray of int, shape (B, R, C)
        Places among the payoffs of all stakeholders, one table behind the other: each coefficient is the difference of two. Rows are the
        actions but each stakeholder's first in use, those in use before the others; columns the profiles of actions in use.
    coordinates : ndarray of int, shape (B, K)
        Places of the probabilities of the actions in use among those of all actions.
    """

    plus: Integers
    minus: Integers
    coordinates: Integers

    def __len__(self) -> int:
        return len(self.plus)

    def table(self, payoffs: Array) -> Array:
        """Return the coefficients of all payoff differences, shape (B, R, C)."""
        return np.asarray(payoffs.take(self.plus) - payoffs.take(self.minus))

    def mixtures(self, owner: Integers, points: Array, total: int) -> Array:
        """Return the probabilities of all `total` actions, shape (..., P, total), from those of actions in use, (..., P, K)."""
        full = np.zeros((*points.shape[:-1], total))
        full[..., np.arange(len(owner))[:, None], self.coordinates[owner]] = points
        return full


def systems(shape: tuple[int, ...], family: Family, numbers: int = 1 << 21) -> Iterator[Systems]:
    """Return the supports of a family, in parts of at most about `numbers` coefficients."""
    if family.size * family.coefficients <= KEPT:
        yield _whole(shape, family)
        return
    most = max(1, numbers // family.coefficients)
    for order, count in family.members:
        for start in range(0, count, most):
            yield _part(shape, family, order, np.arange(start, min(start + most, count)))


@lru_cache(maxsize=64)
def _whole(shape: tuple[int, ...], family: Family) -> Systems:
    parts = [_part(shape, family, order, np.arange(count)) for order, count in family.members]
    return Systems(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("plus", "minus", "coordinates")))


def _part(shape: tuple[int, ...], family: Family, order: tuple[int, ...], which: Integers) -> Systems:
    """Return some of the supports of one arrangement."""
    options = [arrangements(m, k) for m, k in zip(family.actions, family.sizes, strict=True)]
    picks = np.unravel_index(which, [len(option) for option in options])
    actions = [option[pick] for option, pick in zip(options, picks, strict=True)]
    strides = [prod(shape[i + 1 :]) for i in order]
    starts = np.cumsum([0, *shape])
    rows: list[list[tuple[Integers, Integers]]] = [[], []]
    for place, i in enumerate(order):
        base = np.full((len(which), *(1,) * len(order)), i * prod(shape))
        for other, (chosen, stride) in enumerate(zip(actions, strides, strict=True)):
            if other != place:
                spread = [len(which), *(family.sizes[other] if axis == other else 1 for axis in range(len(order)))]
                base = base + stride * chosen[:, : family.sizes[other]].reshape(spread)
        base = np.broadcast_to(base, (len(which), *family.sizes)).reshape(len(which), -1)
        for a in range(1, family.actions[place]):
            rows[a >= family.sizes[place]].append(tuple(base + strides[place] * actions[place][:, [b]] for b in (a, 0)))  # type: ignore[arg-type]
    plus, minus = (np.stack(side, axis=1) for side in zip(*rows[0], *rows[1], strict=True))
    coordinates = [starts[i] + chosen[:, :size] for i, chosen, size in zip(order, actions, family.sizes, strict=True)]
    return Systems(plus, minus, np.concatenate(coordinates, axis=1))
