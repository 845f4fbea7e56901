"""One equilibrium of a game of two single actors, by following a path of almost completely labelled pairs of corners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

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
        with np.errstate(all="ignore"):
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
    (_, x), (_, y) = (polytope.solve(basis) for polytope, basis in zip(polytopes, pair, strict=True))
    try:
        return certify(two, (x, y)) if x and y else None
    except SolverError:
        return None


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
    """A tableau in floating point, computed afresh from its basis now and then: a column for each free variable and one for the right-hand sides."""

    def __init__(self, polytope: Polytope) -> None:
        rows = polytope.scaled()
        replies, actions = rows.shape
        self.rows = rows
        self.first = [*range(polytope.own, polytope.own + actions), *range(polytope.reply, polytope.reply + replies)]
        self.free, self.basic = self.first[:actions], self.first[actions:]
        self.table: Array = np.concatenate([rows, np.ones((replies, 1))], axis=1)
        self.scratch = np.empty_like(self.table)
        self.age = 0

    def enter(self, label: int) -> int:
        if self.age >= REFRESH:
            self._refresh()
        c = self.free.index(label)
        column = self.table[:, c].copy()
        r = self._leaving(column)
        row = self.table[r] / column[r]
        row[c] += 1.0 / column[r]
        column[r] -= 1.0
        np.multiply(column[:, None], row, out=self.scratch)
        self.table -= self.scratch
        self.free[c], self.basic[r] = self.basic[r], label
        self.age += 1
        return int(self.free[c])

    def basis(self) -> int:
        return sum(1 << label for label in self.free)

    def _leaving(self, column: Array) -> int:
        """Return the row that leaves, by the lexicographic ratio test."""
        ratios = np.where(column > ZERO, self.table[:, -1] / column, np.inf)
        least = float(ratios.min())
        if least == np.inf:
            raise _Stuck
        rows = np.flatnonzero(ratios <= least + SAME * max(1.0, abs(least)))
        for slack in self.first[self.rows.shape[1] :]:
            if len(rows) == 1:
                break
            shares = self.table[rows, self.free.index(slack)] if slack in self.free else np.array([float(self.basic[r] == slack) for r in rows])
            ratios = shares / column[rows]
            rows = rows[ratios <= ratios.min() + SAME * max(1.0, abs(float(ratios.min())))]
        return int(rows[0])

    def _refresh(self) -> None:
        replies, actions = self.rows.shape
        place = {label: k for k, label in enumerate(self.first)}
        equations = np.concatenate([self.rows, np.eye(replies), np.ones((replies, 1))], axis=1)
        right = equations[:, [*(place[label] for label in self.free), actions + replies]]
        self.table = np.linalg.solve(equations[:, [place[label] for label in self.basic]], right)
        self.age = 0
