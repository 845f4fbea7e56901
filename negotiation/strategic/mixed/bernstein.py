"""All roots in (0, 1) of a polynomial in Bernstein form, with a proof that there are no others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...numerics import Array
from .multinomial import spread, window

DIVIDED = 2_000
"""Highest degree at which intervals are halved by exact subdivision; above it, bounds on windows of coefficients decide."""

ZERO = 1e-13
"""Coefficients below this share of the largest count as zero."""

NARROW = 2.0**-40


@dataclass(frozen=True)
class Roots:
    """Roots of a polynomial in the open unit interval.

    Parameters
    ----------
    values : tuple of float
        In rising order; a double root once.
    touching : tuple of float
        Those at which no change of sign was proven: double roots, or roots too close to tell apart.
    proven : bool
        Whether there are no others.
    everywhere : bool
        Whether the polynomial is zero throughout.
    """

    values: tuple[float, ...]
    touching: tuple[float, ...] = ()
    proven: bool = True
    everywhere: bool = False


def bernstein_roots(coefficients: Array) -> Roots:
    r"""Return all roots in (0, 1) of a polynomial given by Bernstein coefficients.

    .. math:: p(t) = \sum_{k=0}^{n} b_k \binom{n}{k} t^k (1 - t)^{n-k}

    The number of roots in an interval is at most the number of sign changes of the coefficients there, and differs from it by an
    even number (variation diminishing). So no change excludes an interval, one change proves exactly one root, and others are
    halved by de Casteljau's scheme, all intervals of a level in one matrix product. Above degree 2,000 an interval is decided by the
    signs of the coefficients, or of their differences, on the window of indices where the binomial probability lies; what that cannot
    decide is searched on a grid, and the answer then says it is not proven.

    Parameters
    ----------
    coefficients : ndarray, shape (n + 1,)

    Returns
    -------
    Roots

    Examples
    --------
    >>> [round(t, 12) for t in bernstein_roots(np.array([2.0, -7.0, 2.0])).values]  # 18 t^2 - 18 t + 2
    [0.12732200375, 0.87267799625]

    References
    ----------
    J. M. Lane and R. F. Riesenfeld (1981), "Bounds on a polynomial".
    """
    scale = float(np.max(np.abs(coefficients)))
    if scale == 0:
        return Roots((), everywhere=True)
    scaled = np.where(np.abs(coefficients) > ZERO * scale, coefficients / scale, 0.0)
    found = _halve(scaled) if len(scaled) - 1 <= DIVIDED else _bound(scaled)
    simple = [_refine(scaled, bracket) for bracket in found.brackets]
    double = tuple(t for t in found.touching if abs(value_and_slope(scaled, t)[0]) <= 1e-11)
    return Roots(tuple(sorted([*simple, *double])), double, found.proven and len(double) == len(found.touching))


Bracket = tuple[float, float, float]
"""An interval with one root, and the sign of the polynomial on its left; an interval without length is the root."""


@dataclass
class _Isolated:
    """Intervals with one root each, points where two may touch, and whether there is no other."""

    brackets: list[Bracket]
    touching: list[float]
    proven: bool = True


def _halve(coefficients: Array) -> _Isolated:
    """Isolate by halving intervals until the coefficients change sign at most once."""
    found = _Isolated([], [])
    lows, width, rows = np.zeros(1), 1.0, coefficients[None, :]
    while len(rows) and width > NARROW:
        signs = _signs(rows)
        changes = (signs[:, 1:] * signs[:, :-1] < 0).sum(axis=1)
        found.brackets += [(float(low), float(low) + width, -float(sign)) for low, sign in zip(lows[changes == 1], signs[changes == 1, -1], strict=True)]
        lows, rows = lows[changes > 1], rows[changes > 1]
        half = _half(rows.shape[1] - 1)
        left, right, middle, width = rows @ half.T, (rows[:, ::-1] @ half.T)[:, ::-1], lows + width / 2, width / 2
        exact = np.abs(right[:, 0]) < 1e-15
        left[exact, -1] = right[exact, 0] = 0.0
        found.brackets += [(float(t), float(t), 0.0) for t in middle[exact]]
        lows, rows = np.concatenate([lows, middle]), np.concatenate([left, right])
    found.touching = [float(low) for low in lows]
    return found


def _signs(rows: Array) -> Array:
    """Return the signs along each row, a zero taking the sign before it."""
    signs = np.sign(rows)
    index = np.where(signs != 0, np.arange(signs.shape[1]), 0)
    return np.take_along_axis(signs, np.maximum.accumulate(index, axis=1), axis=1)


@lru_cache(maxsize=4)
def _half(degree: int) -> Array:
    """Return the matrix that takes coefficients on an interval to those on its left half: binomial probabilities."""
    matrix = np.zeros((degree + 1, degree + 1))
    matrix[0, 0] = 1.0
    for k in range(1, degree + 1):
        matrix[k] = matrix[k - 1] / 2
        matrix[k, 1:] += matrix[k - 1, :-1] / 2
    return matrix


def _bound(coefficients: Array) -> _Isolated:
    """Isolate by the signs of the coefficients, or of their differences, on the indices that an interval can reach."""
    degree, slopes = len(coefficients) - 1, np.diff(coefficients)
    found = _Isolated([], [])
    signs = _signs(coefficients[None])[0]
    changes = int((signs[1:] * signs[:-1] < 0).sum())
    if changes == 1:
        found.brackets.append((0.0, 1.0, -float(signs[-1])))
    intervals = [(0.0, np.pi / 2)] if changes > 1 else []
    while intervals:
        start, end = intervals.pop()
        low, high = np.sin(start) ** 2, np.sin(end) ** 2
        first, last = window(degree, low)[0], window(degree, high)[1]
        if _one_sign(coefficients[first : last + 1]):
            continue
        if _one_sign(slopes[max(0, first - 1) : last + 1]):
            found.brackets += _crossings(coefficients, np.array([low, high]))
        elif end - start > 0.5 / np.sqrt(degree):
            intervals += [(start, (start + end) / 2), ((start + end) / 2, end)]
        else:
            found.brackets += _crossings(coefficients, np.linspace(low, high, 9))
            found.proven = False
    return found


def _one_sign(values: Array) -> bool:
    """Return whether all values keep more to one side of zero than what lies outside of a window could outweigh."""
    return bool(np.min(values) > 1e-12 or np.max(values) < -1e-12)


def _crossings(coefficients: Array, points: Array) -> list[Bracket]:
    """Return the intervals between neighbouring points at which the polynomial changes sign."""
    values = [value_and_slope(coefficients, float(t))[0] for t in points]
    pairs = zip(points, points[1:], values, values[1:], strict=False)
    return [(float(a), float(b), float(np.sign(u) or -np.sign(v))) for a, b, u, v in pairs if (u * v < 0 or (v == 0 and b < 1))]


def value_and_slope(coefficients: Array, t: float) -> tuple[float, float]:
    """Return a polynomial in Bernstein form and its derivative at `t`, summed over a window of the coefficients; at 0 and 1 the value alone."""
    degree = len(coefficients) - 1
    if t <= 0 or t >= 1:
        return float(coefficients[0 if t <= 0 else -1]), 0.0
    near = spread(degree, np.array([1 - t, t]))
    terms = near.weights * coefficients[near.rows]
    return float(terms.sum()), float(terms @ (np.arange(degree + 1)[near.rows] - degree * t)) / (t * (1 - t))


def _refine(coefficients: Array, bracket: Bracket) -> float:
    """Return the root in a bracket by Newton steps, halving whenever one leads out."""
    low, high, sign = bracket
    t = (low + high) / 2
    for _ in range(200):
        if high - low <= 4e-16 * high:
            break
        value, slope = value_and_slope(coefficients, t)
        low, high = (t, high) if value * sign > 0 else (low, t)
        step = t - value / slope if slope else low
        if step == t or value == 0:
            break
        t = step if low < step < high else (low + high) / 2
    return t
