"""Newton's method on the mixtures of a whole game, for solutions of any supports together: digits, index, expected payoffs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array

NEAR = 1e-8
"""Longest last step after which Newton's method has arrived."""

CONDITION = 1e9
"""Above this condition number the sign of a determinant is not sure."""


@dataclass(frozen=True)
class Polished:
    """Solutions to all digits.

    Parameters
    ----------
    points : ndarray, shape (P, K)
        The probabilities of all actions.
    arrived : ndarray of bool, shape (P,)
        Where Newton's method ended at a solution.
    index : ndarray of int, shape (P,)
        Sign of the determinant of the negative derivatives of the payoff differences among actions in use.
    regular : ndarray of bool, shape (P,)
        Whether these derivatives determine the mixtures well beyond round-off, which makes the sign sure.
    """

    points: Array
    arrived: NDArray[np.bool_]
    index: NDArray[np.int64]
    regular: NDArray[np.bool_]


@lru_cache(maxsize=64)
def lifted(shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return where the payoff of each action of each stakeholder against each profile stands among all payoffs, shape (K, C).

    The n payoff tables stand one behind the other; what the stakeholder itself takes in the profile does not matter.
    """
    rows: list[NDArray[np.int64]] = []
    for i, size in enumerate(shape):
        places = np.arange(prod(shape)).reshape(shape) + i * prod(shape)
        rows += [np.repeat(places.take([a], axis=i), size, axis=i).ravel() for a in range(size)]
    return np.array(rows)


@dataclass(frozen=True)
class _Layout:
    """Where the probabilities of each stakeholder stand: first places, the other places, slices, owners, and which places have the same owner.

    For each profile `chosen`, (n, C), holds the places of the actions in it, and `taken`, (K, C), is 1 there; `units` are the rows of the identity
    for the other places, (L, K), and `identity` is the one of their number.
    """

    starts: NDArray[np.int64]
    later: NDArray[np.int64]
    parts: tuple[slice, ...]
    owner: NDArray[np.int64]
    place: NDArray[np.int64]
    same: NDArray[np.bool_]
    chosen: NDArray[np.int64]
    taken: Array
    units: Array
    identity: Array


@lru_cache(maxsize=64)
def _layout(shape: tuple[int, ...]) -> _Layout:
    stops = np.cumsum(shape)
    owner = np.repeat(np.arange(len(shape)), shape)
    parts = tuple(slice(stop - size, stop) for stop, size in zip(stops.tolist(), shape, strict=True))
    starts, place = stops - np.array(shape), np.arange(len(owner))
    chosen = np.indices(shape).reshape(len(shape), -1) + starts[:, None]
    taken = (chosen[owner] == place[:, None]).astype(np.float64)
    later = np.setdiff1d(place, starts)
    return _Layout(starts, later, parts, owner, place, owner[:, None] == owner, chosen, taken, np.eye(len(place))[later], np.eye(len(later)))


def earned(payoffs: Array, shape: tuple[int, ...], points: Array) -> Array:
    """Return what each action earns against mixtures, shape (P, K), from payoffs at the places of :func:`lifted`."""
    weights = points[:, : shape[0]]
    for part in _layout(shape).parts[1:]:
        weights = (weights[:, :, None] * points[:, None, part]).reshape(len(points), -1)
    return np.asarray(weights @ payoffs.T)


def _slopes(payoffs: Array, shape: tuple[int, ...], points: Array) -> Array:
    """Return the derivatives of what each action earns along each probability, (P, K, K), its own stakeholder's giving the payoff itself."""
    layout = _layout(shape)
    shares = points.take(layout.chosen, axis=1)
    others = np.ones(shares.shape)  # for each stakeholder and profile the probability of what the others do in it
    others[:, 1:] = np.multiply.accumulate(shares[:, :-1], axis=1)
    others[:, :-1] *= np.multiply.accumulate(shares[:, :0:-1], axis=1)[:, ::-1]
    return np.asarray(payoffs @ (others.take(layout.owner, axis=1) * layout.taken).swapaxes(1, 2))


def polished(payoffs: Array, shape: tuple[int, ...], points: Array, used: NDArray[np.bool_], steps: int = 12) -> Polished:
    """Improve solutions until nothing but round-off is left.

    Newton's method on the payoff differences between the actions in use and each stakeholder's first in use, along the probabilities of
    the former; the other probabilities' equations are those of the identity. A stakeholder's very first action has no equation: in use, it
    is the first in use.

    Parameters
    ----------
    payoffs : ndarray, shape (K, C)
        At the places of :func:`lifted`, with the range of each stakeholder's about 1.
    shape : tuple of int
        Actions of each stakeholder.
    points : ndarray, shape (P, K)
    used : ndarray of bool, shape (P, K)
        Which actions are in use.
    """
    layout = _layout(shape)
    place, owner, apart, own, later = layout.place, layout.owner, ~layout.same, layout.starts[layout.owner], layout.later
    first = np.minimum.reduceat(np.where(used, place, len(place)), layout.starts, axis=1)[:, owner]
    free = (used & (first != place))[:, later]
    less = (layout.units - (first[:, later, None] == place)) * free[:, :, None]  # takes from each other action in use the first in use
    back, idle = less.swapaxes(1, 2), layout.identity * ~free[:, None]
    for _ in range(steps):
        slopes = _slopes(payoffs, shape, points)
        value = slopes[:, place, own]
        slopes *= apart
        matrix = less @ slopes @ back + idle
        inverse = _inverse(matrix)
        move = (back @ (inverse @ (less @ value[:, :, None])))[:, :, 0]
        step = np.abs(move).max(axis=1)
        points = np.where(step[:, None] < 2, points - move, points)
        if not (step > 1e-9).any():  # the error that is left is about its square
            break
    largest = np.maximum(np.abs(matrix).max(axis=2), 1e-10)
    scaled, inverse = matrix / largest[:, :, None], inverse * largest[:, None]
    condition = np.sqrt((scaled * scaled).sum(axis=(1, 2)) * (inverse * inverse).sum(axis=(1, 2)))
    odd = np.where(free.sum(axis=1) % 2, -1, 1)
    index = odd * np.sign(np.linalg.det(scaled)).astype(np.int64)
    return Polished(points, step < NEAR, index, condition < CONDITION)


def _inverse(matrix: Array) -> Array:
    """Invert small matrices; where one is exactly singular, nudge all by round-off."""
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(matrix + 1e-14 * np.eye(matrix.shape[1])))
