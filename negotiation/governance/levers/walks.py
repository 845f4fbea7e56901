"""Those who gain most move first: best-reply paths of many cases, walked at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget, unlimited
from ...numerics import Array
from .cases import Cases
from .places import Indices

ROUNDS = 20
"""Steps after which a path is given up, as a multiple of all members."""


@dataclass(frozen=True, eq=False)
class Walks:
    """Where best-reply paths lead.

    Parameters
    ----------
    counts : ndarray, shape (kinds, paths)
        The last profile; on a path that goes round for ever, the one of its circle with the least cooperation.
    cooperation : ndarray, shape (paths,)
        Share of members at their target action there.
    settled : ndarray of bool, shape (paths,)
        Whether nobody gains there.
    steps : ndarray of int, shape (paths,)
    """

    counts: Array
    cooperation: Array
    settled: NDArray[np.bool_]
    steps: Indices

    def part(self, some: slice) -> Walks:
        """Return some of the paths."""
        return Walks(self.counts[:, some], self.cooperation[some], self.settled[some], self.steps[some])


def share_at(counts: Array, target: Array) -> Array:
    """Return the share of members who stand where `target` has them, for each column."""
    found: Array = np.minimum(counts, target).sum(axis=0) / target.sum(axis=0)
    return found


def best_replies(cases: Cases, which: Indices, start: Array, target: Array, budget: Budget | None = None) -> Walks:
    """Walk many paths at once: again and again the one member that gains most by a switch makes it, until nobody gains.

    Ties go to the stakeholder and action named first. As long as the same switch stays best, a path goes several steps at once, twice
    as many each time; a circle is found by comparing with a profile that is remembered, for twice as long each time.

    Parameters
    ----------
    cases : Cases
    which : ndarray of int, shape (paths,)
        The case of each path.
    start, target : ndarray, shape (kinds, paths)
    budget : Budget, optional
        Paths that are not at their end when it is spent count as not settled.

    Returns
    -------
    Walks

    References
    ----------
    D. Monderer and L. S. Shapley (1996), "Potential games" (improvement paths); R. P. Brent (1980), "An improved Monte Carlo
    factorization algorithm" (finding circles).
    """
    budget = budget or unlimited()
    walk = _Walk(cases, which, target, start.copy())
    while len(walk.going) and not budget.spent(0.0, "best replies"):
        walk.advance()
    shown = np.where(walk.settled, walk.counts, walk.worst)
    return Walks(shown, share_at(shown, target), walk.settled, walk.steps)


class _Walk:
    """Where all paths stand, the switch that each makes next, and what is remembered of it."""

    def __init__(self, cases: Cases, which: Indices, target: Array, counts: Array) -> None:
        self.cases, self.which, self.target, self.counts = cases, which, target, counts
        self.leaves, self.joins = _columns(cases)
        self.best, self.pays = cases.replies(which, counts)
        self.settled = ~self.pays
        self.steps, self.since = np.zeros(len(which), dtype=np.intp), np.zeros(len(which), dtype=np.intp)
        self.span, self.ahead = np.ones(len(which), dtype=np.intp), np.ones(len(which), dtype=np.intp)
        self.mark, self.worst = counts.copy(), counts.copy()
        self.going = np.flatnonzero(self.pays)

    def advance(self) -> None:
        """Let every path go on as long as the same switch stays best, within what it looks ahead."""
        going = self.going
        run = np.minimum(self.ahead[going], self.counts[self.leaves[self.best[going]], going]).astype(np.intp)
        path, offsets = np.repeat(going, run), np.cumsum(run) - run
        step = np.arange(1, len(path) + 1) - np.repeat(offsets, run)
        trial = self.counts[:, path]
        trial[self.leaves[self.best[path]], np.arange(len(path))] -= step
        trial[self.joins[self.best[path]], np.arange(len(path))] += step
        best, pays = self.cases.replies(self.which[path], trial)
        other = ~pays | (best != self.best[path])
        taken = np.minimum(np.minimum.reduceat(np.where(other, step, len(path) + 1), offsets), run)
        marked = (trial == self.mark[:, path]).all(axis=0) & (step <= np.repeat(taken, run))
        back = np.asarray(np.logical_or.reduceat(marked, offsets), dtype=np.bool_)
        last = offsets + taken - 1
        self.counts[:, going], self.best[going], self.pays[going] = trial[:, last], best[last], pays[last]
        self.ahead[going] = np.where(taken == run, 2 * self.ahead[going], 1)
        self.steps[going] += taken
        self.since[going] += taken
        self._remember(going, back)
        self.settled[going] = ~self.pays[going]
        self.going = going[self.pays[going] & ~back & (self.steps[going] < ROUNDS * sum(self.cases.members))]

    def _remember(self, going: Indices, back: NDArray[np.bool_]) -> None:
        """Keep the profile of least cooperation since the mark, which along one switch is at an end; now and then set the mark anew."""
        anew = going[~back & (self.since[going] >= self.span[going])]
        self.mark[:, anew] = self.worst[:, anew] = self.counts[:, anew]
        self.since[anew], self.span[anew] = 0, 2 * self.span[anew]
        here, worst = self.counts[:, going], self.worst[:, going]
        worse = going[share_at(here, self.target[:, going]) < share_at(worst, self.target[:, going])]
        self.worst[:, worse] = self.counts[:, worse]


def _columns(cases: Cases) -> tuple[Indices, Indices]:
    """Return for each move the row that loses a member and the one that gains it."""
    leaves = [cases.first[move.stakeholder] + move.a for move in cases.moves]
    joins = [cases.first[move.stakeholder] + move.b for move in cases.moves]
    return np.array(leaves, dtype=np.intp), np.array(joins, dtype=np.intp)
