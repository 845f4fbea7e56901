"""Supports of ordinary games, arranged so that all of one shape are solved together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array

Integers = NDArray[np.int64]


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


def families(shape: tuple[int, ...]) -> list[Family]:
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
    return sorted(found, key=lambda family: (sum(family.sizes), family.sizes))


@lru_cache(maxsize=256)
def arrangements(actions: int, used: int) -> Integers:
    """Return every order of the actions with `used` of them in front, each subset once: shape (C(actions, used), actions)."""
    rows = [(*front, *(a for a in range(actions) if a not in front)) for front in combinations(range(actions), used)]
    return np.array(rows, dtype=np.int64)


@dataclass(frozen=True)
class Systems:
    """The conditions of several supports of a family.

    Parameters
    ----------
    order : ndarray of int, shape (B, n)
        Which stakeholder stands at each place.
    actions : tuple of ndarray, shape (B, m)
        For each place the actions, those in use first.
    tables : tuple of ndarray, shape (B, m, C)
        For each place the payoffs of its actions against the actions in use at the other places.
    """

    order: Integers
    actions: tuple[Integers, ...]
    tables: tuple[Array, ...]

    def __len__(self) -> int:
        return len(self.order)

    def mixtures(self, owner: Integers, points: Sequence[Array]) -> list[Array]:
        """Return for each stakeholder the mixtures over all of its actions, shape (P, m_i)."""
        full = []
        for place, point in enumerate(points):
            wide = np.zeros((len(owner), self.actions[place].shape[1]))
            np.put_along_axis(wide, self.actions[place][owner, : point.shape[1]], point, axis=1)
            full.append(wide)
        stakeholders = self.order.shape[1]
        result: list[Array] = []
        for i in range(stakeholders):
            places = (self.order[owner] == i).argmax(axis=1)
            width = next(full[place].shape[1] for place in range(stakeholders) if (places == place).any()) if len(owner) else 0
            mixture = np.zeros((len(owner), width))
            for place in range(stakeholders):
                rows = places == place
                if rows.any():
                    mixture[rows] = full[place][rows]
            result.append(mixture)
        return result


def systems(tables: Sequence[Array], family: Family, numbers: int = 1 << 22) -> Iterator[Systems]:
    """Return the conditions of a family's supports, in parts of at most about `numbers` payoffs.

    Parameters
    ----------
    tables : sequence of ndarray, shape (m_1, ..., m_n)
        Payoffs of each stakeholder.
    """
    each = sum(m * prod(family.sizes) // k for m, k in zip(family.actions, family.sizes, strict=True))
    most = max(1, numbers // each)
    waiting: list[Systems] = []
    for order, count in family.members:
        options = [arrangements(m, k) for m, k in zip(family.actions, family.sizes, strict=True)]
        turned = [np.transpose(tables[i], order) for i in order]
        for start in range(0, count, most):
            rows = np.unravel_index(np.arange(start, min(start + most, count)), [len(option) for option in options])
            actions = tuple(option[row] for option, row in zip(options, rows, strict=True))
            waiting.append(Systems(np.tile(order, (len(rows[0]), 1)), actions, _tables(turned, actions, family.sizes)))
        if sum(map(len, waiting)) >= most:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _tables(turned: Sequence[Array], actions: tuple[Integers, ...], sizes: tuple[int, ...]) -> tuple[Array, ...]:
    result = []
    for place, table in enumerate(turned):
        pick = []
        for other, rows in enumerate(actions):
            used = rows if other == place else rows[:, : sizes[other]]
            axis = 1 if other == place else 2 + other - (other > place)
            pick.append(used.reshape([len(rows), *(used.shape[1] if position == axis else 1 for position in range(1, len(actions) + 1))]))
        result.append(table[tuple(pick)].reshape(len(actions[0]), actions[place].shape[1], -1))
    return tuple(result)


def _joined(parts: Sequence[Systems]) -> Systems:
    if len(parts) == 1:
        return parts[0]
    actions = tuple(np.concatenate(rows) for rows in zip(*(part.actions for part in parts), strict=True))
    tables = tuple(np.concatenate(rows) for rows in zip(*(part.tables for part in parts), strict=True))
    return Systems(np.concatenate([part.order for part in parts]), actions, tables)
