"""Long-run distributions of Markov chains, without subtractions and without underflow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, TimedOutError, TooLargeError
from ...lattice import Integers
from ...numerics import Array

MAX_WORK = 6e9
"""States times bandwidth squared of a chain that is solved; about ten seconds."""
MAX_ENTRIES = 50_000_000
"""Entries of the band that is held in memory: 400 MB, three times that in a wider range."""
WIDER = np.finfo(np.longdouble).tiny < np.finfo(np.float64).tiny
COSTS = ((np.float64, 1), (np.longdouble, 4)) if WIDER else ((np.float64, 1),)
"""How much slower a step is in numbers of a wider range, where the machine has them."""
LOG_COST = 12
"""How much slower a step is in logarithms."""


def stationary(source: Integers, target: Integers, log_rates: Array, states: int, budget: Budget | None = None) -> Array:
    r"""Return the logarithm of the stationary distribution of a Markov chain.

    .. math:: \pi_j \sum_i q_{ji} = \sum_i \pi_i q_{ij}, \quad \sum_j \pi_j = 1

    States are taken out one by one (Grassmann, Taksar and Heyman); there are no subtractions, so even the smallest probability has nearly all its
    digits, however rare the transitions. Where a product would underflow, the same is done in numbers of a wider range, or else in logarithms. A
    chain on a line has a closed form.

    Parameters
    ----------
    source, target : ndarray of int, shape (E,)
        Transitions, each pair once; a state's transition to itself is ignored.
    log_rates : ndarray, shape (E,)
        Logarithms of rates or probabilities.
    states : int
    budget : Budget, optional

    Returns
    -------
    ndarray, shape (states,)

    Raises
    ------
    NotApplicableError
        When some state cannot reach the first one: the long run then depends on the start.
    TooLargeError
        When states times bandwidth squared is above 6e9 (1.5e9 where a wider range of numbers is needed, 5e8 where logarithms are) or the band has more
        than 50,000,000 entries; the bandwidth is the largest difference between the numbers of two states with a transition.
    TimedOutError

    Notes
    -----
    Time: states times bandwidth squared, about 2 ns each. Number the states so that transitions lead to near numbers.

    Examples
    --------
    >>> source, target = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1])
    >>> np.exp(stationary(source, target, np.log([0.2, 0.1, 0.2, 0.2]), 3)).round(3).tolist()
    [0.2, 0.4, 0.4]

    References
    ----------
    W. K. Grassmann, M. I. Taksar and D. P. Heyman (1985), "Regenerative analysis and steady state distributions for Markov chains".
    """
    other = source != target
    source, target, log_rates = source[other], target[other], log_rates[other]
    width = int(np.abs(source - target).max(initial=0))
    if width <= 1:
        return _line(source, target, log_rates, states)
    fastest = np.full(states, -np.inf)
    np.maximum.at(fastest, source, log_rates)
    fastest[np.isneginf(fastest)] = 0.0
    log_rates = log_rates - fastest[source]  # of each state the likeliest transition is 1; it stays the shorter, the faster it was
    found = _scaled(source, target, log_rates, states, budget or unlimited()) - fastest
    return np.asarray(found - log_sum(found))


def _scaled(source: Integers, target: Integers, log_rates: Array, states: int, budget: Budget) -> Array:
    width = int(np.abs(source - target).max())
    for kind, cost in COSTS:
        _check(states, width, cost)
        found = _in_numbers((source, target), np.exp(log_rates.astype(kind)), states, budget)
        if found is not None:
            return found
    _check(states, width, LOG_COST)
    band = _band(source, target, log_rates, states, -np.inf)
    return _substitute(band, _eliminate(band, _reduce_logs, log_sum, budget))


def _in_numbers(ends: tuple[Integers, Integers], rates: Array, states: int, budget: Budget) -> Array | None:
    """Return the distribution computed without logarithms; None where underflow may have cost digits.

    What underflows is below 1e-308, or 1e-4932. It can grow by division through a small total rate, so these must be above the tenth root of that, and it
    must not matter for any state, so the flow into each must be above nearly the square root of it, times the largest probability.
    """
    band = _band(*ends, rates, states, 0.0)
    tiny = np.finfo(rates.dtype).tiny
    with np.errstate(under="ignore", divide="ignore", invalid="ignore"):
        weights = _eliminate(band, _reduce, np.sum, budget)
        if not (weights[1:] > tiny**0.1).all():
            return None
        band = np.log(band, out=band).astype(np.float64, copy=False)
        weights = np.log(weights).astype(np.float64)
    found = _substitute(band, weights)
    return found if (found[1:] + weights[1:]).min() > found.max() + 0.487 * float(np.log(tiny)) else None


def log_sum(logs: Array) -> float:
    """Return the logarithm of a sum of numbers given by their logarithms.

    Examples
    --------
    >>> float(log_sum(np.log([1.0, 3.0]))) == float(np.log(4))
    True
    """
    highest = float(np.max(logs, initial=-np.inf))
    return highest if not np.isfinite(highest) else highest + float(np.log(np.exp(logs - highest).sum()))


def _check(states: int, width: int, cost: int) -> None:
    work, entries = float(states) * width**2 * cost, states * (2 * width + 1)
    if work > MAX_WORK or entries > MAX_ENTRIES:
        fits = int(states * min((MAX_WORK / work) ** (1 / 3), (MAX_ENTRIES / entries) ** (1 / 2)))
        message = f"the chain has {states:,} states with transitions over {width:,} numbers, too many to solve exactly"
        remedy = f"with fewer members or actions, about {fits:,} states, it can be"
        raise TooLargeError(message, remedy + (", or with more noise" if cost > 1 else ""))


def _band(source: Integers, target: Integers, rates: Array, states: int, empty: float) -> Array:
    """Return the transition matrix by diagonals: entry (i, j) stands in row i, column j - i + width."""
    width = int(np.abs(source - target).max())
    band = np.full((states, 2 * width + 1), empty, dtype=rates.dtype)
    band[source, target - source + width] = rates
    return band


def _square(band: Array) -> tuple[Array, int]:
    """Return the band seen as a square matrix, of which only entries within the band may be touched, and its width."""
    states, width, step = len(band), band.shape[1] // 2, band.itemsize
    return as_strided(band.ravel()[width:], shape=(states, states), strides=(2 * width * step, step)), width


def _reduce(block: Array, into: Array, out: Array, weight: float) -> None:
    block += into[:, None] * (out / weight)


def _reduce_logs(block: Array, into: Array, out: Array, weight: float) -> None:
    if weight > -np.inf:
        np.logaddexp(block, into[:, None] + (out - weight), out=block)


def _eliminate(band: Array, reduce: Callable[[Array, Array, Array, float], None], total: Callable[[Array], float], budget: Budget) -> Array:
    """Take the states out from the last on, in place; return the total rate at which each leaves for lower ones."""
    (square, width), states = _square(band), len(band)
    weights = np.full(states, np.nan, dtype=band.dtype)
    for n in range(states - 1, 0, -1):
        low = max(0, n - width)
        out = square[n, low:n]
        weights[n] = total(out)
        reduce(square[low:n, low:n], square[low:n, n], out, weights[n])
        if n % 256 == 0 and budget.spent(1 - n / states, "long-run distribution"):
            raise TimedOutError(f"{budget.why()} before the long-run distribution was found", "give more time, or use fewer members or actions")
    return weights


def _substitute(logs: Array, weights: Array) -> Array:
    """Put the states back from the first on; everything in logarithms."""
    (square, width), result = _square(logs), np.zeros(len(logs))
    if np.isneginf(weights[1:]).any():
        raise NotApplicableError("the chain falls into parts that do not communicate: the long run depends on the start", "add noise or mutation")
    for n in range(1, len(logs)):
        low = max(0, n - width)
        result[n] = log_sum(result[low:n] + square[low:n, n]) - weights[n]
    return result - log_sum(result)


def _line(source: Integers, target: Integers, log_rates: Array, states: int) -> Array:
    """Return the distribution of a chain that moves between neighbours only: probability times rate is the same both ways."""
    up, down = np.full(states, -np.inf), np.full(states, -np.inf)
    rises = target > source
    up[source[rises]] = log_rates[rises]
    down[source[~rises]] = log_rates[~rises]
    if not np.isfinite(down[1:]).all():
        raise NotApplicableError("the chain falls into parts that do not communicate: the long run depends on the start", "add noise or mutation")
    result = np.concatenate([[0.0], np.cumsum(up[:-1] - down[1:])])
    return np.asarray(result - log_sum(result))
