"""Games in which a coalition costs what its most demanding member needs: the coalitions that object most, need by need.

Of the coalitions whose most demanding class is `k`, the one that pays most has everybody in the cheaper classes who pays anything. One
pass over the classes, in the order of their needs, finds the worst coalition of each `k`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import NotApplicableError
from ...numerics import Array
from ..cost_game import CostGame
from ..costs import MostDemanding, structure
from .separation import Coalitions, Question, power_of_two
from .span import Counts, Span
from .total_use import WORD, functional


@dataclass(frozen=True)
class Best:
    """Members of the classes up to some class: what they pay, their label, and of what they consist.

    Parameters
    ----------
    value : float
    label : int
        Value of a functional, modulo 2^64.
    before : Best or None
        The members of the classes before.
    taken : int
        Members of the last class.
    """

    value: float
    label: int
    before: Best | None = None
    taken: int = 0


class LadderSeparation:
    """The oracle for games in which the most demanding member decides.

    Parameters
    ----------
    game : CostGame
        Its function is a `MostDemanding`, with or without a subsidy for everybody.

    Raises
    ------
    NotApplicableError
        When the function is of another kind.
    """

    def __init__(self, game: CostGame) -> None:
        function = structure(game.function)
        if not isinstance(function, MostDemanding):
            raise NotApplicableError("the cost is not that of the most demanding member", "give every class its need")
        self.scale = power_of_two(game.scale)
        self._game = game
        self._members = np.array(game.members, dtype=np.int64)
        self._order = np.argsort(function.needs, kind="stable")
        self._needs = np.array(function.needs, dtype=float) * (game.sign / self.scale)

    def costs(self, counts: Counts) -> Array:
        """Return the scaled and signed costs of some coalitions, shape (m,)."""
        there = counts > 0
        needs: Array = np.where(there, np.abs(self._needs), 0.0).max(axis=1) * self._game.sign
        needs[(counts == self._members).all(axis=1)] = self._game.total * (self._game.sign / self.scale)
        return needs

    def violated(self, asked: Question, span: Span, tolerance: float, most: int) -> Coalitions:
        """Return at most `most` coalitions above the level by more than `tolerance`, the worst one among them."""
        if span.full:
            return self._coalitions(np.zeros((0, len(self._members)), dtype=np.int64))
        if span.rank == 0:
            return self._coalitions(self._any(asked, tolerance, most))
        ends = self._ends(asked, functional(span.joined([self._members.tolist()])))
        found = sorted((end for end in ends if end[0] > asked.level + tolerance), key=lambda end: -end[0])[:most]
        counts = [self._counts(last, best) for _, last, best in found]
        return self._coalitions(np.array(counts, dtype=np.int64).reshape(len(found), len(self._members)))

    def near(self, asked: Question, tolerance: float) -> None:
        """Return None: the coalitions cannot be listed."""
        return None

    def _coalitions(self, counts: Counts) -> Coalitions:
        return Coalitions(counts, self.costs(counts) if len(counts) else np.zeros(0))

    def _any(self, asked: Question, tolerance: float, most: int) -> Counts:
        """Return the worst coalitions of those that are neither nobody nor everybody, of each last class one."""
        pays, members = asked.charges[self._order], self._members[self._order]
        before = np.concatenate([[0.0], np.cumsum(np.maximum(pays, 0.0) * members)[:-1]])
        excess = before + np.where(pays > 0, members * pays, pays) - asked.factor * self._needs[self._order]
        leaves = None
        if np.all(pays[:-1] > 0) and (pays[-1] > 0 or members[-1] == 1):
            cheapest = np.where((np.arange(len(pays)) == len(pays) - 1) & (members == 1), np.inf, pays)
            leaves = int(np.argmin(cheapest))
            excess[-1] -= cheapest[leaves]
        lasts = np.flatnonzero(excess > asked.level + tolerance)
        lasts = lasts[np.argsort(-excess[lasts], kind="stable")[:most]]
        counts = np.where((np.arange(len(pays)) < lasts[:, None]) & (pays > 0), members, 0)
        counts[np.arange(len(lasts)), lasts] = np.where(pays[lasts] > 0, members[lasts], 1)
        if leaves is not None:
            counts[lasts == len(pays) - 1, leaves] -= 1
        result = np.empty_like(counts)
        result[:, self._order] = counts
        return result

    def _ends(self, asked: Question, labels: Counts) -> list[tuple[float, int, Best]]:
        """Return, for every class, the objection of the worst coalition outside the span whose last class it is."""
        states: list[Best] = [Best(0.0, 0)]
        ends = []
        for last, k in enumerate(self._order.tolist()):
            charge, label = float(asked.charges[k]), int(labels[k])
            with_some = [
                Best(state.value + taken * charge, (state.label + taken * label) % WORD, state, taken)
                for state in states
                for taken in _counts(int(self._members[k]), charge)
            ]
            with_some = _two(with_some)
            ends += [(state.value - asked.factor * float(self._needs[k]), last, state) for state in with_some if state.label][:1]
            states = _two([*(Best(state.value, state.label, state) for state in states), *with_some])
        return ends

    def _counts(self, last: int, best: Best) -> list[int]:
        counts = [0] * len(self._members)
        state: Best | None = best
        for k in reversed(self._order[: last + 1].tolist()):
            if state is not None:
                counts[k] = state.taken
                state = state.before
        return counts


def _counts(members: int, charge: float) -> set[int]:
    """Return the two numbers of members, at least one, that pay most."""
    return {members, max(members - 1, 1)} if charge > 0 else {1, min(2, members)}


def _two(states: Sequence[Best]) -> list[Best]:
    """Return the best and the best with another label."""
    ordered = sorted(states, key=lambda state: -state.value)
    return [ordered[0], *[state for state in ordered if state.label != ordered[0].label][:1]]
