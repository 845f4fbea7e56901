"""One equilibrium of a game of two single actors, by following a path of almost completely labelled pairs of corners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, SolverError, TooLargeError
from ...numerics import Array
from ..equilibrium import Equilibrium, EquilibriumList
from ..game import Game
from .bimatrix import polytopes_of
from .exact import Bimatrix, certify
from .polytope import Dictionary, Polytope, TieError

MAX_ACTIONS = 1000
EXACT_LABELS = 16
"""Up to so many labels the path is followed in exact arithmetic from the start."""
REFRESH = 150
FIRST_STEPS = 1000
ROUNDS = 8
ZERO = 1e-11
SAME = 1e-9


class _Tableau(Protocol):
    """A basis of one polytope that can be exchanged in place."""

    def enter(self, label: int) -> int:
        """Let the variable of `label` enter; return the label of the one that leaves."""

    def basis(self) -> int:
        """Return the bit mask of the free variables."""


class _Stuck(ArithmeticError):
    """Round-off led the path nowhere."""


def one_equilibrium(game: Game, budget: Budget | None = None, label: int = 0) -> EquilibriumList:
    """Return one Nash equilibrium of a two-player game.

    From the artificial equilibrium in which nobody uses anything, the path drops `label` and follows edges of the two best-response
    polytopes by turns until it picks `label` up again. The lexicographic ratio test keeps it from ever coming back to a pair
    of corners, so it ends. Up to 16 actions in all it runs in exact arithmetic; beyond, in floating point, and what it ends at is solved
    again and certified in rational arithmetic; where that fails, or the path is long, other labels are tried, and exact arithmetic last.

    Cost: usually few pivots of `m * n` each, though there are games in which their number grows exponentially.

    Parameters
    ----------
    game : Game
        Two stakeholders of one member each.
    budget : Budget, optional
    label : int
        The action that is dropped first: those of the first stakeholder, then those of the second, from 0. Different labels may lead to
        different equilibria.

    Returns
    -------
    EquilibriumList
        One equilibrium with exact mixtures; `complete` is None since there may be more. Empty only where the budget ran out.

    Raises
    ------
    NotApplicableError
        Unless there are two stakeholders of one member each, or when there is no such label.
    TooLargeError
        Beyond a thousand actions in all.

    References
    ----------
    C. E. Lemke and J. T. Howson (1964), "Equilibrium points of bimatrix games"; B. von Stengel (2002), "Computing equilibria for two-person games".

    Examples
    --------
    >>> game = Game.from_tables([np.array([[1, -1], [-1, 1]]), np.array([[-1, 1], [1, -1]])])
    >>> [[str(share) for share in row] for row in one_equilibrium(game).equilibria[0].exact]
    [['1/2', '1/2'], ['1/2', '1/2']]
    """
    budget = budget or unlimited()
    two = Bimatrix.of(game)
    labels = sum(two.shape)
    if not 0 <= label < labels:
        raise NotApplicableError(f"there is no label {label}", f"labels are 0 to {labels - 1}, one for each action")
    if labels > MAX_ACTIONS:
        raise TooLargeError(f"a game with {labels:,} actions is too large (limit {MAX_ACTIONS:,} in all)", "remove dominated actions")
    polytopes = polytopes_of(two.payoffs)
    for how, dropped, pair in _attempts(polytopes, budget, label, labels):
        equilibrium = _certified(two, polytopes, pair)
        if equilibrium is not None:
            method = f"Lemke-Howson path from label {dropped} {how}, certified in rational arithmetic"
            return EquilibriumList(game, (equilibrium,), None, method, "the path ends at one equilibrium; there may be more")
        if budget.spent():
            break
    if budget.spent():
        return EquilibriumList(game, (), None, "Lemke-Howson paths", f"{budget.why()} before a path ended")
    raise SolverError("no Lemke-Howson path ended at an equilibrium", "report the game: this is a fault of the solver")


Ends = tuple[int, int] | None


def _attempts(polytopes: tuple[Polytope, Polytope], budget: Budget, label: int, labels: int) -> Iterator[tuple[str, int, Ends]]:
    """Yield the ends of paths: how they were followed, the label, and the bases (None for a path that was given up)."""
    if labels > EXACT_LABELS:
        for attempt in range(ROUNDS):
            dropped = (label + attempt) % labels
            yield "in floating point", dropped, _float_path(polytopes, budget, dropped, FIRST_STEPS * 2**attempt)
    for seed in range(ROUNDS):
        yield "in exact arithmetic", label, _exact_path(polytopes, budget, label, seed)


def _exact_path(polytopes: tuple[Polytope, Polytope], budget: Budget, label: int, seed: int) -> Ends:
    try:
        return _path((_Exact(polytopes[0], seed), _Exact(polytopes[1], seed)), budget, polytopes, label, None)
    except TieError:
        return None


def _float_path(polytopes: tuple[Polytope, Polytope], budget: Budget, label: int, steps: int) -> Ends:
    try:
        return _path((_Float(polytopes[0]), _Float(polytopes[1])), budget, polytopes, label, steps)
    except (_Stuck, np.linalg.LinAlgError):
        return None


def _path(tableaux: tuple[_Tableau, _Tableau], budget: Budget, polytopes: tuple[Polytope, Polytope], label: int, steps: int | None) -> Ends:
    side, entering, count = int(not polytopes[0].origin >> label & 1), label, 0
    while steps is None or count < steps:
        if budget.spent(0.0, f"{count:,} steps"):
            return None
        entering = tableaux[side].enter(entering)
        if entering == label:
            return tableaux[0].basis(), tableaux[1].basis()
        side, count = 1 - side, count + 1
    return None


def _certified(two: Bimatrix, polytopes: tuple[Polytope, Polytope], pair: Ends) -> Equilibrium | None:
    """Solve the equations of both bases exactly; None where they are not an equilibrium after all."""
    if pair is None:
        return None
    x, y = (polytope.corner(basis) for polytope, basis in zip(polytopes, pair, strict=True))
    if x is None or y is None or not (x.feasible and y.feasible and any(x.weights) and any(y.weights)):
        return None
    return certify(two, (x.weights, y.weights)) if x.labels | y.labels == (1 << sum(two.shape)) - 1 else None


class _Exact:
    """A tableau in integers."""

    def __init__(self, polytope: Polytope, seed: int) -> None:
        self.dictionary = Dictionary.of(polytope, seed)

    def enter(self, label: int) -> int:
        c = self.dictionary.free.index(label)
        r = self.dictionary.leaving(c)
        left = self.dictionary.basic[r]
        self.dictionary = self.dictionary.pivot(r, c)
        return left

    def basis(self) -> int:
        return self.dictionary.basis


class _Float:
    """A tableau in floating point, computed afresh from its basis now and then."""

    def __init__(self, polytope: Polytope) -> None:
        rows = polytope.scaled()
        replies, actions = rows.shape
        self.equations: Array = np.concatenate([rows, np.eye(replies)], axis=1)
        self.labels = np.array([polytope.own + c for c in range(actions)] + [polytope.reply + r for r in range(replies)])
        self.place = {int(label): k for k, label in enumerate(self.labels)}
        self.free: NDArray[np.intp] = np.arange(actions)
        self.basic: NDArray[np.intp] = np.arange(actions, actions + replies)
        self.table: Array = np.concatenate([self.equations[:, :actions], np.ones((replies, 1))], axis=1)
        self.scratch = np.empty_like(self.table)
        self.age = 0

    def enter(self, label: int) -> int:
        if self.age >= REFRESH:
            self._refresh()
        c = int(np.nonzero(self.free == self.place[label])[0][0])
        r = self._leaving(c)
        column, row = self.table[:, c].copy(), self.table[r] / self.table[r, c]
        row[c] += 1.0 / column[r]
        column[r] -= 1.0
        self.table -= np.multiply(column[:, None], row, out=self.scratch)
        self.free[c], self.basic[r] = self.basic[r], self.free[c]
        self.age += 1
        return int(self.labels[self.free[c]])

    def basis(self) -> int:
        return sum(1 << int(label) for label in self.labels[self.free])

    def _leaving(self, c: int) -> int:
        """Return the row that leaves, by the lexicographic ratio test."""
        column = self.table[:, c]
        rows = np.nonzero(column > ZERO)[0]
        if not len(rows):
            raise _Stuck
        rows = _least(rows, self.table[rows, -1] / column[rows])
        for slack in range(len(self.free), len(self.labels)):
            if len(rows) == 1:
                break
            at = np.nonzero(self.free == slack)[0]
            shares = self.table[rows, at[0]] if len(at) else (self.basic[rows] == slack).astype(float)
            rows = _least(rows, shares / column[rows])
        return int(rows[0])

    def _refresh(self) -> None:
        right = np.concatenate([self.equations[:, self.free], np.ones((len(self.basic), 1))], axis=1)
        self.table = np.linalg.solve(self.equations[:, self.basic], right)
        self.age = 0


def _least(rows: NDArray[np.intp], ratios: Array) -> NDArray[np.intp]:
    least = float(ratios.min())
    tied: NDArray[np.intp] = rows[ratios <= least + SAME * max(1.0, abs(least))]
    return tied
