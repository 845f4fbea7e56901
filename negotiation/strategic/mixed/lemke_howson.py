"""One equilibrium of a game of two single actors: a pure one, else the end of a path of almost completely labelled pairs of corners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, SolverError, TooLargeError
from ...numerics import Array
from ..equilibrium import Equilibrium, EquilibriumList
from ..game import Game
from .bimatrix import polytopes_of
from .polytope import Dictionary, Polytope, TieError
from .proof import Bimatrix, certify, indifferent

MAX_ACTIONS = 1000
REFRESH = 150
FIRST_STEPS = 1000
ROUNDS = 8
EXACT_LABELS = 16
"""Up to so many labels the path from a label that was asked for is followed in exact arithmetic."""
ZERO = 1e-11
SAME = 1e-9
CLEAR = 1e8
"""A ratio whose inverse is larger may be a zero that was rounded."""


class _Tableau(Protocol):
    """A basis of one polytope that can be exchanged in place."""

    @property
    def free(self) -> list[int]:
        """Labels of the free variables."""

    def enter(self, label: int) -> int:
        """Let the variable of `label` enter; return the label of the one that leaves."""


class _Stuck(ArithmeticError):
    """Round-off led the path nowhere."""


def one_equilibrium(game: Game, budget: Budget | None = None, label: int | None = None) -> EquilibriumList:
    """Return one Nash equilibrium of a two-player game: a pure one where there is one, else, or from a given `label`, where a path ends.

    From the artificial equilibrium in which nobody uses anything, the path drops `label` and follows edges of the two best-response
    polytopes by turns until it picks `label` up again. The lexicographic ratio test keeps it from ever coming back to a pair
    of corners, so it ends. It is followed in floating point, where ratios that differ by less than 1e-9 count as equal, so that it may turn
    another way than the true one; what it ends at is solved again and certified in rational arithmetic. Where that fails, or the path is long,
    other labels are tried, and a path in exact arithmetic last. From a label that is asked for, in a game of up to 16 actions in all, the path is exact.

    Cost: usually few pivots of `m * n` each, though there are games in which their number grows exponentially.

    Parameters
    ----------
    game : Game
        Two stakeholders of one member each.
    budget : Budget, optional
    label : int, optional
        The action that is dropped first: those of the first stakeholder, then those of the second, from 0. Different labels may lead to
        different equilibria. Without it, pure equilibria are looked for before the path from label 0 is followed.

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
    if label is not None and not 0 <= label < labels:
        raise NotApplicableError(f"there is no label {label}", f"labels are 0 to {labels - 1}, one for each action")
    if labels > MAX_ACTIONS:
        raise TooLargeError(f"a game with {labels:,} actions is too large (limit {MAX_ACTIONS:,} in all)", "remove dominated actions")
    pure = two.pure() if label is None else []
    if pure:
        method = "each pure profile compared with the best replies to it, certified in rational arithmetic"
        reason = f"{f'the first of {len(pure):,} pure equilibria' if pure[1:] else 'the only pure equilibrium'}; there may be mixed ones"
        return EquilibriumList(game, (certify(two, pure[0]),), None, method, reason)
    for how, dropped, pair in _attempts(two, budget, label):
        equilibrium = _certified(two, pair, budget)
        if equilibrium is not None:
            method = f"Lemke-Howson path from label {dropped} {how}, certified in rational arithmetic"
            instead = "" if label in {None, dropped} else f"the path from label {label} could not be followed to its end, so label {dropped} was dropped: "
            return EquilibriumList(game, (equilibrium,), None, method, f"{instead}the path ends at one equilibrium; there may be more")
        if budget.spent():
            break
    if budget.spent():
        return EquilibriumList(game, (), None, "Lemke-Howson paths", f"{budget.why()} before a path ended")
    raise SolverError("no Lemke-Howson path ended at an equilibrium", "report the game: this is a fault of the solver")


Ends = tuple[Sequence[int], Sequence[int]] | None
"""For each stakeholder the labels of the corner: of the own actions that are not used, and of the replies that are best."""


def _attempts(two: Bimatrix, budget: Budget, asked: int | None) -> Iterator[tuple[str, int, Ends]]:
    """Yield the ends of paths: how they were followed, the label, and the bases (None for a path that was given up)."""
    labels, label = sum(two.shape), asked or 0
    for attempt in range(ROUNDS if asked is None or labels > EXACT_LABELS else 0):
        dropped = (label + attempt) % labels
        yield "in floating point", dropped, _float_path(two, budget, dropped, FIRST_STEPS * 2**attempt)
    polytopes = polytopes_of(two.payoffs)
    for seed in range(ROUNDS):
        yield "in exact arithmetic", label, _exact_path(polytopes, budget, label, seed)


def _exact_path(polytopes: tuple[Polytope, Polytope], budget: Budget, label: int, seed: int) -> Ends:
    try:
        return _path((_Exact(polytopes[0], seed), _Exact(polytopes[1], seed)), budget, label, None)
    except TieError:
        return None


def _float_path(two: Bimatrix, budget: Budget, label: int, steps: int) -> Ends:
    first, second = two.tables
    try:
        with np.errstate(all="ignore"):
            return _path((_Float(second, 0, len(first)), _Float(first, len(first), 0)), budget, label, steps)
    except (_Stuck, np.linalg.LinAlgError):
        return None


def _path(tableaux: tuple[_Tableau, _Tableau], budget: Budget, label: int, steps: int | None) -> Ends:
    side, entering, count = int(label not in tableaux[0].free), label, 0
    while steps is None or count < steps:
        if budget.spent(0.0, f"{count:,} steps"):
            return None
        entering = tableaux[side].enter(entering)
        if entering == label:
            return tableaux[0].free, tableaux[1].free
        side, count = 1 - side, count + 1
    return None


def _certified(two: Bimatrix, pair: Ends, budget: Budget) -> Equilibrium | None:
    """Solve the equations of both ends exactly; None where they are not an equilibrium after all."""
    if pair is None:
        return None
    m, n = two.shape
    x = indifferent(two, 0, [a for a in range(m) if a not in pair[0]], [label - m for label in pair[0] if label >= m], budget)
    y = indifferent(two, 1, [b for b in range(n) if m + b not in pair[1]], [label for label in pair[1] if label < m], budget)
    try:
        return certify(two, (x, y)) if x and y else None
    except SolverError:
        return None


class _Exact:
    """A tableau in integers."""

    def __init__(self, polytope: Polytope, seed: int) -> None:
        self.dictionary = Dictionary.of(polytope, seed)

    @property
    def free(self) -> list[int]:
        return self.dictionary.free

    def enter(self, label: int) -> int:
        c = self.dictionary.free.index(label)
        r = self.dictionary.leaving(c)
        left = self.dictionary.basic[r]
        self.dictionary = self.dictionary.pivot(r, c)
        return left


class _Float:
    """A tableau in floating point, computed afresh from its basis now and then: a row for each free variable and one for the right-hand sides."""

    def __init__(self, earned: Array, own: int, reply: int) -> None:
        replies, actions = earned.shape
        rows = earned - earned.min(axis=0)
        highest = rows.max(axis=0)
        rows /= highest  # in which unit an action is counted changes no label
        if not highest.all():
            rows[:, highest == 0] = 1.0
        self.rows = rows
        self.first = [*range(own, own + actions), *range(reply, reply + replies)]
        self.free, self.basic = self.first[:actions], self.first[actions:]
        self.table: Array = np.ones((actions + 1, replies))
        self.table[:-1] = rows.T
        self.scratch = np.empty_like(self.table)
        self.lane = np.empty((actions + 1, 1))
        self.row = self.lane[:, 0]
        self.age, self.tied = 0, False

    def enter(self, label: int) -> int:
        if self.age >= REFRESH:
            self._refresh()
        table, c = self.table, self.free.index(label)
        column = table[c].copy()
        r = self._leaving(column)
        head = column.item(r)
        np.divide(table[:, r], head, out=self.row)
        self.row[c] += 1.0 / head
        column[r] = head - 1.0
        np.multiply(self.lane, column, out=self.scratch)
        table -= self.scratch
        left: int = self.basic[r]
        self.free[c], self.basic[r] = left, label
        self.age += 1
        return left

    def _leaving(self, column: Array) -> int:
        """Return the row that leaves: that of the least ratio of right-hand side to column."""
        if not self.tied:
            rises = column / self.table[-1]
            r = int(rises.argmax())
            most = rises.item(r)
            if ZERO < most < CLEAR and column.item(r) > ZERO and np.count_nonzero(rises >= most / (1.0 + SAME * max(1.0, most))) == 1:
                return r
        return self._lexicographic(column)

    def _lexicographic(self, column: Array) -> int:
        """Return the same by the lexicographic ratio test, which also tells equal ratios apart."""
        ratios = np.where(column > ZERO, self.table[-1] / column, np.inf)
        least = float(ratios.min())
        if least == np.inf:
            raise _Stuck
        rows = np.flatnonzero(ratios <= least + SAME * max(1.0, abs(least)))
        self.tied = self.tied or len(rows) > 1  # from now on there are right-hand sides that should be 0 and are rounded
        for slack in self.first[self.rows.shape[1] :]:
            if len(rows) == 1:
                break
            shares = self.table[self.free.index(slack), rows] if slack in self.free else np.array([float(self.basic[r] == slack) for r in rows])
            ratios = shares / column[rows]
            rows = rows[ratios <= ratios.min() + SAME * max(1.0, abs(float(ratios.min())))]
        return int(rows[0])

    def _refresh(self) -> None:
        replies, actions = self.rows.shape
        place = {label: k for k, label in enumerate(self.first)}
        equations = np.concatenate([self.rows, np.eye(replies), np.ones((replies, 1))], axis=1)
        right = equations[:, [*(place[label] for label in self.free), actions + replies]]
        self.table = np.ascontiguousarray(np.linalg.solve(equations[:, [place[label] for label in self.basic]], right).T)
        self.age = 0
