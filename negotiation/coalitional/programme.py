"""The linear programme of a policy allocation: what members and outsiders pay, and what they have to keep to.

Every requirement is one row ``row @ x <= most`` in money, over the charge per member of each class and what each source outside
pays. The rows of coalitions are generated: solve, look who would do better alone, add them, until nobody would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ..errors import SolverError, TimedOutError
from ..evaluation import coalition_counts
from ..linear import Solution, minimise
from ..numerics import ROUND_OFF, Array
from .allocation import Allocation, judge
from .cost_game import CostGame, Source
from .excess import complaints
from .terms import Terms

Kind = Literal["balance", "surplus", "cap", "floor", "most", "least", "capital", "group", "settled"]
LISTED = 64
"""Coalitions added in one round."""
MAX_ROUNDS = 300
TIGHT = 1e-7
"""Slack, as a share of the cost, within which a requirement counts as holding with equality."""


@dataclass(frozen=True, eq=False)
class Requirement:
    """One thing that an allocation has to keep to: ``row @ x <= most``.

    Parameters
    ----------
    kind : str
        "balance" (the cost is covered), "surplus" (nothing beyond it is collected), "cap" and "floor" of a class, "most" and "least"
        of a source, "capital", "group" (a coalition pays no more than alone).
    about : str
        The class, source or coalition.
    row : ndarray, shape (classes + sources,)
        Over the charge per member of each class (what it gets, with the sign turned, where savings are shared) and what each source pays.
    most : float
        In money.
    says : str
        The requirement as people say it.
    """

    kind: Kind
    about: str
    row: Array
    most: float
    says: str = ""

    @property
    def name(self) -> str:
        """A name for files: ``cap:small_firms``."""
        return f"{self.kind}:{self.about}" if self.about else self.kind


@dataclass(frozen=True, eq=False)
class Measure:
    """A number that is to be small: the largest of some linear expressions, ``max(rows @ x + constants)``."""

    rows: Array
    constants: Array

    def at(self, x: Array) -> float:
        """Return its value."""
        return float(np.max(self.rows @ x + self.constants))


@dataclass(eq=False)
class Programme:
    """Requirements on a game's charges and contributions, and how to find the best of what they leave.

    Parameters
    ----------
    game : CostGame
    sources : tuple of Source
        Who outside may pay.
    requirements : list of Requirement
        Without the coalitions'.
    level : float or None
        The most that a coalition may pay above its cost alone, in money; None where coalitions do not count.
    terms : Terms
    pool : dict
        Requirements of coalitions that have been needed so far, by name.
    exact : bool
        Whether no coalition was overlooked.
    """

    game: CostGame
    sources: tuple[Source, ...]
    requirements: list[Requirement]
    level: float | None = None
    terms: Terms = field(default_factory=Terms)
    pool: dict[str, Requirement] = field(default_factory=dict)
    exact: bool = True

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.game.names) + len(self.sources)

    @property
    def rows(self) -> list[Requirement]:
        """All requirements so far, the coalitions' last."""
        return [*self.requirements, *self.pool.values()]

    @property
    def scale(self) -> float:
        """The money that counts as one."""
        return abs(self.game.total) or self.game.scale or 1.0

    @property
    def units(self) -> Array:
        """The money that counts as one, for each variable: everything is measured by class, in shares of the cost."""
        return self.scale / np.array([*self.game.members, *(1 for _ in self.sources)], dtype=float)

    def charges(self, x: Array) -> Array:
        """Return the charge per member of each class; what it gets where savings are shared."""
        return self.game.sign * x[: len(self.game.names)]

    def paid(self, x: Array) -> Array:
        """Return what each source pays."""
        return x[len(self.game.names) :]

    def public(self, x: Array) -> float:
        """Return what the public sources pay together."""
        return float(self.public_row @ x)

    @property
    def public_row(self) -> Array:
        """Coefficients of public money."""
        return np.array([*(0.0 for _ in self.game.names), *(float(source.public) for source in self.sources)])

    def solve(
        self, objective: Array, measures: Sequence[Measure] = (), *, extra: float = 0.0, gives: Callable[[Requirement], float] | None = None
    ) -> tuple[Solution, Array]:
        """Minimise ``objective @ x + extra * t`` where every measure is at most `t`, with rows generated.

        Parameters
        ----------
        objective : ndarray, shape (size,)
            In money.
        measures : sequence of Measure
        extra : float
            Weight of the extra variable `t`.
        gives : callable, optional
            How much each requirement gives way with every unit of `t`, in shares of the cost.

        Returns
        -------
        Solution
            With the prices of the requirements, then of the measures' rows.
        ndarray
            x in money, then t; empty unless optimal.
        """
        units = np.append(self.units, 1.0)
        for _ in range(MAX_ROUNDS):
            answer = minimise(*self._matrices(objective, measures, extra, gives), low=None)
            if not answer:
                return answer, np.empty(0)
            x = answer.x * units
            if not self._generate(x[:-1], self.scale * x[-1] if gives is not None and gives(_ANY_GROUP) else 0.0):
                return answer, x
            if self.terms.budget is not None and self.terms.budget.spent(doing="coalitions that would do better alone"):
                raise TimedOutError(f"the policy allocation is not finished: {self.terms.budget.why()}", "allow more time, or leave the core out")
        raise SolverError("the policy allocation did not settle", "join classes, or leave the core out")

    def settle(self, measures: Sequence[Measure]) -> list[float]:
        """Make the largest measure as small as possible, then the next, and so on; keep what was reached as requirements.

        A measure is settled at a level when its row has a price there: it then has that level in every best solution.

        Returns
        -------
        list of float
            The levels, largest first.
        """
        size = float(max(np.max(np.abs(measure.rows * self.units)) for measure in measures)) or 1.0
        open_ = [Measure(measure.rows / size, measure.constants / size) for measure in measures]
        levels = []
        while open_:
            answer, x = self.solve(np.zeros(self.size), open_, extra=1.0)
            if not answer:
                raise SolverError(f"a step of the policy allocation is {answer.status}", "check the caps and floors for very different sizes")
            level = float(x[-1])
            weights = self._weights(answer, open_)
            done = {k for k, weight in enumerate(weights) if weight > TIGHT} or {int(np.argmax(weights))}
            for k in done:
                self.requirements += [Requirement("settled", "", row, level - c) for row, c in zip(open_[k].rows, open_[k].constants, strict=True)]
                levels.append(level * size)
            open_ = [measure for k, measure in enumerate(open_) if k not in done]
        return levels

    def hold(self, objective: Array, value: float) -> None:
        """Keep what was reached as a requirement: ``objective @ x`` is no more than `value`, both in money."""
        self.requirements.append(Requirement("settled", "", objective, value))

    def tight(self, x: Array) -> list[Requirement]:
        """Return the requirements that hold with equality."""
        return [row for row in self.rows if row.kind != "settled" and self._slack(row, x) <= TIGHT]

    def allocation(self, x: Array, rule: str, note: str) -> Allocation:
        """Return what people pay, judged."""
        paid = {source.name: float(value) for source, value in zip(self.sources, self.paid(x), strict=True) if value > ROUND_OFF * self.scale}
        return judge(self.game, rule, self.charges(x).tolist(), note=note, contributions=paid)

    def coalition(self, counts: dict[str, int], alone: float, says: str) -> Requirement:
        """Return the requirement that a coalition pays no more than alone, or than it pays above that at most."""
        row = np.array([*(float(counts.get(name, 0)) for name in self.game.names), *(0.0 for _ in self.sources)])
        return Requirement("group", " + ".join(f"{n} {name}" for name, n in counts.items()), row, self.game.sign * alone + (self.level or 0.0), says)

    def _matrices(
        self, objective: Array, measures: Sequence[Measure], extra: float, gives: Callable[[Requirement], float] | None
    ) -> tuple[Array, tuple[Array, Array]]:
        units, rows = self.units, self.rows
        left = [np.append(row.row * units / self.scale, 0.0 if gives is None else -gives(row)) for row in rows]
        right = [row.most / self.scale for row in rows]
        for measure in measures:
            left += [np.append(row * units, -1.0) for row in measure.rows]
            right += (-measure.constants).tolist()
        matrix = np.array(left)
        sizes = np.max(np.abs(matrix), axis=1)
        sizes[sizes == 0] = 1.0
        costs = np.append(np.asarray(objective) * units / self.scale, extra)
        return costs, (matrix / sizes[:, None], np.array(right) / sizes)

    def _weights(self, answer: Solution, measures: Sequence[Measure]) -> list[float]:
        """Return how much each measure weighs in the level reached; the weights add up to 1."""
        at, weights = len(self.rows), []
        for measure in measures:
            sizes = np.maximum(np.max(np.abs(measure.rows * self.units), axis=1), 1.0)
            weights.append(float(np.sum(answer.prices[at : at + len(sizes)] / sizes)))
            at += len(sizes)
        return weights

    def _slack(self, row: Requirement, x: Array) -> float:
        size = float(np.max(np.abs(row.row * self.units))) or self.scale
        return (row.most - float(row.row @ x)) / size

    def _generate(self, x: Array, above: float) -> bool:
        """Add the coalitions that pay more than they may; return whether there are any."""
        if self.level is None:
            return False
        found = complaints(self.game, self.charges(x).tolist(), LISTED)
        self.exact = self.exact and found.exact
        before = len(self.pool)
        for worst in found.worst:
            if worst.gain > self.level + above + ROUND_OFF * max(self.scale, abs(worst.alone)):
                self.add(worst.coalition, worst.alone)
        return len(self.pool) > before

    def add(self, counts: dict[str, int], alone: float) -> None:
        """Add the requirement of a coalition."""
        new = self.coalition(counts, alone, "")
        self.pool.setdefault(new.name, new)

    def add_all(self) -> None:
        """Add the requirements of all coalitions."""
        game = self.game
        everyone = np.stack([np.broadcast_to(count, game.shape).ravel() for count in coalition_counts(game.members)], axis=1).astype(int).tolist()
        for row, alone in zip(everyone[1:-1], game.costs.ravel()[1:-1].tolist(), strict=True):
            self.add(game.coalition(row), alone)


_ANY_GROUP = Requirement("group", "", np.zeros(0), 0.0)
