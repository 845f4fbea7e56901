"""Long-run distributions of Markov chains too large to be solved: step by step, with a proven bound on what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from ...budget import Budget, unlimited
from ...errors import TimedOutError, TooLargeError
from ...lattice import Integers
from ...numerics import Array

MAX_WORK = 2e10
"""Steps times transitions; about half a minute."""
ENOUGH = 1e-8
"""Proven error at which the iteration ends."""
USEFUL = 0.05
"""Proven error up to which a distribution is returned when the iteration ends before."""
CHECKED = 16
"""Steps between two looks at the bound."""
PACE = 256
"""Steps over which the speed is judged; a multiple of those between two looks."""
WARM_UP = 64
"""Steps before the reference state is chosen."""


@dataclass(frozen=True)
class Approached:
    """A distribution near the long-run one.

    Parameters
    ----------
    probabilities : ndarray, shape (states,)
    error : float
        Proven bound on the sum of the absolute errors of all probabilities.
    steps : int
    complete : bool
        False when the error was not below 1e-8 when the iteration ended.
    """

    probabilities: Array
    error: float
    steps: int
    complete: bool


def approach(source: Integers, target: Integers, log_chances: Array, states: int, budget: Budget | None = None) -> Approached:
    r"""Return the long-run distribution of a Markov chain by following it, with a bound on the error.

    If from every state the chain is at one reference state after `m` steps with probability :math:`\delta_m` or more, then `m` steps bring any two
    distributions nearer by the factor :math:`1 - \delta_m` (Doeblin), and therefore

    .. math:: \lVert x - \pi \rVert_1 \le \frac{m}{\delta_m} \lVert x - x P \rVert_1 .

    The distribution is followed forward for `x`, the reference state backward for :math:`\delta_m`, at the same time. Sums of positive numbers lose
    next to nothing; what they may lose is added to the residual.

    Parameters
    ----------
    source, target : ndarray of int, shape (E,)
        Transitions, each pair once, without those of a state to itself.
    log_chances : ndarray, shape (E,)
        Logarithms of probabilities; what is missing to one is the probability to stay.
    states : int
    budget : Budget, optional

    Returns
    -------
    Approached
        Within 1e-8, or what was reached at the end of the budget or of the limit, if that is within 0.05.

    Raises
    ------
    TooLargeError
        When the chain moves so slowly between its parts that 2e10 products are not enough.
    TimedOutError

    Notes
    -----
    Cost: two products with the transition matrix a step, about a nanosecond for each transition; a thousand steps for a few dozen members.

    References
    ----------
    W. Doeblin (1938); E. Seneta (2006), "Non-negative matrices and Markov chains", chapter 4.

    Examples
    --------
    >>> source, target = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1])
    >>> found = approach(source, target, np.log([0.2, 0.1, 0.2, 0.2]), 3)
    >>> found.probabilities.round(6).tolist(), found.error < 1e-8
    ([0.2, 0.4, 0.4], True)
    """
    walk, budget = _Walk(_matrix(source, target, log_chances, states)), budget or unlimited()
    most = int(max(1_000, min(MAX_WORK / (2 * len(source)), 1e6)))
    while walk.steps < most and not walk.settled and not walk.hopeless(most):
        walk.advance(CHECKED)
        if walk.error <= ENOUGH:
            return Approached(walk.x, walk.error, walk.steps, True)
        if budget.spent(min(0.99, walk.progress()), f"long run, error below {walk.error:.2g}" if walk.error < 1 else "long run"):
            if walk.error <= USEFUL:
                return Approached(walk.x, walk.error, walk.steps, False)
            raise TimedOutError(f"{budget.why()} before the long-run distribution was found", "give more time, or use fewer members or actions")
    if walk.error <= USEFUL:
        return Approached(walk.x, walk.error, walk.steps, False)
    message = f"play moves so slowly between some of the {states:,} situations that {walk.steps:,} steps do not tell how often each is seen"
    raise TooLargeError(message, "use more noise, or ask for the stochastically stable profiles")


def _matrix(source: Integers, target: Integers, log_chances: Array, states: int) -> csr_matrix:
    with np.errstate(under="ignore"):
        chances = np.exp(log_chances)
    stay = 1.0 - np.bincount(source, weights=chances, minlength=states)
    every = np.arange(states)
    entries = (np.append(chances, np.maximum(stay, 0.0)), (np.append(source, every), np.append(target, every)))
    return csr_matrix(entries, shape=(states, states))


@dataclass
class _Walk:
    """A distribution on its way, and how surely the reference state is reached; settled when rounding allows no better."""

    matrix: csr_matrix
    steps: int = 0
    error: float = float("inf")
    residual: float = float("inf")
    settled: bool = False
    x: Array = field(init=False)
    _transposed: Any = field(init=False)
    _reached: Array | None = None
    _since: int = 0
    _rate: float = float("inf")
    _reference: int = -1
    _sure: bool = False
    _before: float = float("inf")

    def __post_init__(self) -> None:
        states = self.matrix.shape[0]
        self.x = np.full(states, 1.0 / states)
        self._transposed = self.matrix.T.tocsr()

    def advance(self, steps: int) -> None:
        """Take some steps and bound the error again."""
        for _ in range(steps):
            self.x = self._transposed @ self.x
        self.x = self.x / self.x.sum()
        after = self._transposed @ self.x
        lost = (int(np.diff(self._transposed.indptr).max()) + 3) * float(np.finfo(float).eps)
        missing = float(np.abs(after - self.x).sum())
        self.residual = missing + lost
        self.steps += steps
        self._sure = False
        if self.steps >= WARM_UP:
            self._look_back(steps)
        self.settled = self._sure and missing <= lost / 10
        self.error = self.residual * self._rate

    def _look_back(self, steps: int) -> None:
        """Follow the reference state backward, until it is reached about as surely from everywhere as in the long run."""
        if self._reached is None or self.x[self._reference] < self.x.max() / 4:
            self._reference, self._since, self._rate = int(self.x.argmax()), 0, float("inf")
            self._reached = np.zeros(len(self.x))
            self._reached[self._reference] = 1.0
        surely = float(self._reached.min())
        self._sure = surely > self.x[self._reference] / 2
        if self._sure:
            return
        for _ in range(steps):
            self._reached = self.matrix @ self._reached
        self._since += steps
        surely = float(self._reached.min()) * (1 - 1e-9)
        self._rate = min(self._rate, self._since / surely if surely > 0 else float("inf"))

    def hopeless(self, most: int) -> bool:
        """Return whether the residual, at the speed of the last few hundred steps, would stay far from rounding for twice the most steps."""
        if self.steps % PACE:
            return False
        before, self._before = self._before, self.residual
        if self.steps < 3 * PACE or self.residual < 1e-12:
            return False
        speed = np.log(before / self.residual) / PACE
        return bool(speed * 2 * (most - self.steps) < np.log(self.residual / 1e-13))

    def progress(self) -> float:
        """Return roughly how far the residual has come on its way from 1 to 1e-14, in powers of ten."""
        return float(max(0.0, -np.log10(max(self.residual, 1e-14))) / 14)
