"""Newton's method on the mixtures of a whole game, for solutions of any supports together: digits, index, expected payoffs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array
from .indifference import linear_solution, scaled

NEAR = 1e-6
"""Longest step that counts as a matter of digits."""


@dataclass(frozen=True)
class Polished:
    """Solutions to all digits.

    Parameters
    ----------
    points : ndarray, shape (P, K)
        The probabilities of all actions.
    index : ndarray of int, shape (P,)
        Sign of the determinant of the negative derivatives of the payoff differences among actions in use.
    regular : ndarray of bool, shape (P,)
        Whether these derivatives determine the mixtures well beyond round-off, which makes the sign sure.
    """

    points: Array
    index: NDArray[np.int64]
    regular: NDArray[np.bool_]


def lifted(tables: Sequence[Array]) -> Array:
    """Return the payoffs of all actions of all stakeholders against all profiles of pure actions, shape (K, C), from the n payoff tables."""
    rows = []
    for i, table in enumerate(tables):
        front = np.moveaxis(table, i, 0)
        rows += [np.broadcast_to(np.expand_dims(row, i), table.shape).ravel() for row in front]
    return np.array(rows)


def earned(payoffs: Array, shape: tuple[int, ...], points: Array) -> Array:
    """Return what each action earns against mixtures, shape (P, K), from :func:`lifted` payoffs."""
    parts = np.split(points, np.cumsum(shape)[:-1], axis=1)
    weights = parts[0]
    for part in parts[1:]:
        weights = (weights[:, :, None] * part[:, None]).reshape(len(points), -1)
    return np.asarray(weights @ payoffs.T)


def _slopes(payoffs: Array, shape: tuple[int, ...], points: Array) -> Array:
    """Return the derivatives of what each action earns along each probability, (P, K, K), its own stakeholder's giving the payoff itself."""
    parts = np.split(points, np.cumsum(shape)[:-1], axis=1)
    before, after = [np.ones((len(points), 1))], [np.ones((len(points), 1))]
    for part, last in zip(parts[:-1], parts[:0:-1], strict=True):
        before.append((before[-1][:, :, None] * part[:, None]).reshape(len(points), -1))
        after.append((last[:, :, None] * after[-1][:, None]).reshape(len(points), -1))
    columns = []
    for size, low, high in zip(shape, before, after[::-1], strict=True):
        product = low[:, :, None, None, None] * high[:, None, None, :, None] * np.eye(size)[:, None]
        columns.append(product.reshape(len(points), -1, size))
    return np.asarray(payoffs @ np.concatenate(columns, axis=2))


def polished(payoffs: Array, shape: tuple[int, ...], points: Array, used: NDArray[np.bool_], steps: int = 3) -> Polished:
    """Improve solutions until nothing but round-off is left.

    Newton's method on the payoff differences between the actions in use and each stakeholder's first in use, along the probabilities of
    the former; the other probabilities' equations are those of the identity.

    Parameters
    ----------
    payoffs : ndarray, shape (K, C)
        From :func:`lifted`, with the range of each stakeholder's about 1.
    shape : tuple of int
        Actions of each stakeholder.
    points : ndarray, shape (P, K)
    used : ndarray of bool, shape (P, K)
        Which actions are in use.
    """
    starts = np.cumsum((0, *shape[:-1]))
    owner = np.repeat(np.arange(len(shape)), shape)
    place, same = np.arange(len(owner)), owner[:, None] == owner
    first = np.minimum.reduceat(np.where(used, place, len(place)), starts, axis=1)[:, owner]
    free = used & (first != place)
    both, eye = free[:, :, None] & free[:, None], np.eye(len(place))
    for _ in range(steps):
        slopes = _slopes(payoffs, shape, points)
        value = slopes[:, place, starts[owner]]
        slopes *= ~same
        slopes -= np.take_along_axis(slopes, first[:, :, None], axis=1)
        slopes -= np.take_along_axis(slopes, first[:, None], axis=2)
        matrix = np.where(both, slopes, eye)
        move = linear_solution(matrix, free * (value - np.take_along_axis(value, first, axis=1)))[..., 0]
        move -= (first == place) * (move @ same)
        step = np.abs(move).max(axis=1)
        points = points - np.where((step < NEAR)[:, None], move, 0.0)
        if not (step > 1e-9).any():  # the error that is left is about its square
            break
    matrix = scaled(matrix)
    strength = np.linalg.svd(matrix, compute_uv=False)
    odd = np.where(free.sum(axis=1) % 2, -1, 1)
    return Polished(points, odd * np.sign(np.linalg.det(matrix)).astype(np.int64), strength[:, -1] > 1e-7 * strength[:, 0])
