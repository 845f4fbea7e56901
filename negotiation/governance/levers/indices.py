"""Shares and interaction of switches in a value that every set of them has: Shapley and Banzhaf."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array


def _cube(values: Array) -> Array:
    """Shape values of all sets, bit `j` of the position for switch `j`, as one axis of length 2 a switch."""
    n = len(values).bit_length() - 1
    return values.reshape((2,) * n, order="F")


def _others(n: int) -> Array:
    """Return the size of every set of `n` switches, as a cube."""
    return np.asarray(np.indices((2,) * n).sum(axis=0), dtype=float)


def marginal(values: Array, j: int) -> Array:
    """Return what switch `j` adds to each set of the others, as a cube of the others."""
    cube = _cube(values)
    return np.asarray(np.take(cube, 1, axis=j) - np.take(cube, 0, axis=j))


def second_difference(values: Array, i: int, j: int) -> Array:
    r"""Return what two switches add together beyond what each adds alone, for each set of the others, as a cube.

    .. math:: \Delta_{ij} v(T) = v(T \cup ij) - v(T \cup i) - v(T \cup j) + v(T)

    Examples
    --------
    >>> second_difference(np.array([0.0, 1.0, 1.0, 5.0]), 0, 1).tolist()
    3.0
    """
    i, j = min(i, j), max(i, j)
    added = marginal(values, j)
    return np.asarray(np.take(added, 1, axis=i) - np.take(added, 0, axis=i))


def shapley_values(values: Array) -> Array:
    r"""Return the Shapley value of each switch; they add up to what all switches together bring.

    .. math:: \phi_j = \sum_{T \not\ni j} \frac{t! (n - t - 1)!}{n!} (v(T \cup j) - v(T))

    Parameters
    ----------
    values : ndarray, shape (2 ** n,)
        The value of every set; bit `j` of the position says whether switch `j` is on.

    References
    ----------
    L. S. Shapley (1953), "A value for n-person games".

    Examples
    --------
    >>> shapley_values(np.array([0.0, 1.0, 2.0, 7.0])).tolist()
    [3.0, 4.0]
    """
    n = len(values).bit_length() - 1
    if not n:
        return np.empty(0)
    sizes = _others(n - 1)
    weights = 1.0 / (n * np.array([comb(n - 1, t) for t in range(n)], dtype=float))[sizes.astype(int)]
    return np.array([float((weights * marginal(values, j)).sum()) for j in range(n)])


def shapley_interaction(values: Array) -> Array:
    r"""Return the Shapley interaction index of each pair, shape (n, n), 0 on the diagonal.

    .. math:: I_{ij} = \sum_{T \not\ni i, j} \frac{t! (n - t - 2)!}{(n - 1)!} \Delta_{ij} v(T)

    Positive: complements. Negative: substitutes. Zero for every pair when the value is a sum over single switches.

    References
    ----------
    M. Grabisch and M. Roubens (1999), "An axiomatic approach to the concept of interaction among players in cooperative games".

    Examples
    --------
    >>> shapley_interaction(np.array([0.0, 0, 0, 1, 0, 0, 0, 1]))[0].tolist()
    [0.0, 1.0, 0.0]
    """
    n = len(values).bit_length() - 1
    weights = 1.0 / ((n - 1) * np.array([comb(n - 2, t) for t in range(n - 1)], dtype=float)) if n > 1 else np.empty(0)
    return _pairwise(values, weights[_others(n - 2).astype(int)] if n > 1 else weights)


def banzhaf_interaction(values: Array) -> Array:
    r"""Return the Banzhaf interaction index of each pair: the plain mean of the second differences, shape (n, n).

    References
    ----------
    M. Grabisch and M. Roubens (1999), as above; G. Owen (1972), "Multilinear extensions of games".

    Examples
    --------
    >>> banzhaf_interaction(np.array([0.0, 0, 0, 1, 0, 0, 0, 0]))[0].tolist()
    [0.0, 0.5, -0.5]
    """
    n = len(values).bit_length() - 1
    return _pairwise(values, np.full((2,) * max(n - 2, 0), 0.5 ** max(n - 2, 0)))


def _pairwise(values: Array, weights: Array) -> Array:
    n = len(values).bit_length() - 1
    found = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1, n):
            found[i, j] = found[j, i] = float((weights * second_difference(values, i, j)).sum())
    return found


def banzhaf_values(values: Array) -> Array:
    """Return the mean of what each switch adds, over all sets of the others, shape (n,).

    References
    ----------
    J. F. Banzhaf (1965), "Weighted voting doesn't work".
    """
    n = len(values).bit_length() - 1
    return np.array([float(marginal(values, j).mean()) for j in range(n)])


def estimated_banzhaf(sets: NDArray[np.bool_], values: Array) -> tuple[Array, Array, Array, Array]:
    """Return Banzhaf values and interactions from a fair sample of sets, each with its standard error.

    With the switches written as -1 and 1 they are the coefficients of the value's expansion, and so plain means.

    Parameters
    ----------
    sets : ndarray of bool, shape (sample, n)
    values : ndarray, shape (sample,)

    Returns
    -------
    shares, errors of shares : ndarray, shape (n,)
    pairs, errors of pairs : ndarray, shape (n, n)

    References
    ----------
    P. L. Hammer and R. Holzman (1992), "Approximations of pseudo-Boolean functions; applications to game theory".
    """
    signs = 2.0 * sets - 1.0
    size, n = signs.shape
    centred = values - values.mean()
    ones = 2.0 * centred[:, None] * signs
    pairs, errors = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        terms = 4.0 * centred[:, None] * signs[:, i : i + 1] * signs
        pairs[i], errors[i] = terms.mean(axis=0), terms.std(axis=0, ddof=1) / np.sqrt(size)
        pairs[i, i] = errors[i, i] = 0.0
    return ones.mean(axis=0), ones.std(axis=0, ddof=1) / np.sqrt(size), pairs, errors
