"""The linear programme of a policy allocation: what members and outsiders pay, and what they have to keep to.

Every requirement is one row ``row @ x <= most`` in money, over the charge per member of each class and what each source outside
pays. The rows of coalitions are generated: solve, look who would do better alone, add them, until nobody would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...errors import SolverError, TimedOutError
from ...evaluation import coalition_counts
from ...linear import Program, Solution
from ...numerics import ROUND_OFF, Array
from ..allocation import Allocation, judge
from ..cost_game import CostGame, Source
from ..excess import complaints
from ..terms import Terms
from .parts import Measure, Reached, Requirement

LISTED = 64
"""Coalitions added in one round."""
MAX_ROUNDS = 300
TIGHT = 1e-7
"""Slack, as a share of the cost, within which a requirement counts as holding with equality."""


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
    active : tuple of str
        Coalitions that held with equality in the last solution, or were there when there was none.
    exact : bool
        Whether no coalition was overlooked.
    """

    game: CostGame
    sources: tuple[Source, ...]
    requirements: list[Requirement]
    level: float | None = None
    terms: Terms = field(default_factory=Terms)
    pool: dict[str, Requirement] = field(default_factory=dict)
    active: tuple[str, ...] = ()
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
    ) -> Reached | None:
        """Minimise ``objective @ x + extra * t`` where every measure is at most `t`, with the rows of coalitions generated.

        One program grows: it starts with the coalitions that held with equality last time.

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
        Reached or None
            None where the requirements cannot hold together.
        """
        program = Program(np.append(np.asarray(objective) * self.units / self.scale, extra), None)
        program.add(*self._rows(self.requirements, gives))
        for measure in measures:
            program.add(*self._rows_of(measure))
        used: dict[str, Requirement] = {}
        new = [self.pool[name] for name in self.active if name in self.pool]
        for _ in range(MAX_ROUNDS):
            if new:
                program.add(*self._rows(new, gives))
                used.update((row.name, row) for row in new)
            answer = program.solve()
            if not answer:
                self.active = tuple(used)
                _only_infeasible(answer)
                return None
            x, t = answer.x[:-1] * self.units, float(answer.x[-1])
            new = self._broken(x, used, self.scale * t if gives is not None and gives(_ANY_GROUP) else 0.0)
            if not new:
                self.active = tuple(name for name, row in used.items() if self._slack([row], x)[0] <= TIGHT)
                return self._reached(answer, measures, used)
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
            reached = self.solve(np.zeros(self.size), open_, extra=1.0)
            if reached is None:
                raise SolverError("a step of the policy allocation does not hold", "check the caps and floors for very different sizes")
            level, weights = reached.t, reached.weights
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
        rows = [row for row in self.rows if row.kind != "settled"]
        return [row for row, slack in zip(rows, self._slack(rows, x), strict=True) if slack <= TIGHT]

    def allocation(self, x: Array, rule: str, note: str) -> Allocation:
        """Return what people pay, judged."""
        paid = {source.name: float(value) for source, value in zip(self.sources, self.paid(x), strict=True) if value > ROUND_OFF * self.scale}
        return judge(self.game, rule, self.charges(x).tolist(), note=note, contributions=paid)

    def _rows(self, rows: Sequence[Requirement], gives: Callable[[Requirement], float] | None) -> tuple[Array, Array]:
        """Return requirements as rows of a program, each divided by its largest coefficient."""
        left = np.stack([row.row for row in rows]) * self.units / self.scale
        left = np.column_stack([left, [0.0 if gives is None else -gives(row) for row in rows]])
        sizes = np.max(np.abs(left), axis=1)
        sizes[sizes == 0] = 1.0
        return left / sizes[:, None], np.array([row.most for row in rows]) / self.scale / sizes

    def _rows_of(self, measure: Measure) -> tuple[Array, Array]:
        """Return the rows of a measure, each divided by its largest coefficient; `t` has 1 before that."""
        left = np.column_stack([measure.rows * self.units, -np.ones(len(measure.rows))])
        sizes = np.max(np.abs(left), axis=1)
        return left / sizes[:, None], -measure.constants / sizes

    def _reached(self, answer: Solution, measures: Sequence[Measure], used: dict[str, Requirement]) -> Reached:
        """Read an answer: the rows of the program are the requirements, the measures, the coalitions."""
        at, weights = len(self.requirements), []
        for measure in measures:
            sizes = np.maximum(np.max(np.abs(measure.rows * self.units), axis=1), 1.0)
            weights.append(float(np.sum(answer.prices[at : at + len(sizes)] / sizes)))
            at += len(sizes)
        priced = frozenset(name for name, price in zip(used, answer.prices[at:], strict=True) if price > ROUND_OFF)
        return Reached(answer.value, answer.x[:-1] * self.units, float(answer.x[-1]), tuple(weights), priced)

    def _slack(self, rows: Sequence[Requirement], x: Array) -> Array:
        """Return how far requirements are from binding, in shares of the cost."""
        if not rows:
            return np.empty(0)
        left = np.stack([row.row for row in rows])
        sizes = np.max(np.abs(left * self.units), axis=1)
        sizes[sizes == 0] = self.scale
        slack: Array = (np.array([row.most for row in rows]) - left @ x) / sizes
        return slack

    def _broken(self, x: Array, used: dict[str, Requirement], above: float) -> list[Requirement]:
        """Return coalitions that pay more than they may and are not in the program: known ones, or else new ones."""
        if self.level is None:
            return []
        known = [row for name, row in self.pool.items() if name not in used]
        over = [-slack - above / self.scale for slack in self._slack(known, x)]
        worst = sorted((k for k, by in enumerate(over) if by > TIGHT), key=lambda k: -over[k])[:LISTED]
        if worst:
            return [known[k] for k in worst]
        found = complaints(self.game, self.charges(x).tolist(), LISTED)
        self.exact = self.exact and found.exact
        objecting = [one for one in found.worst if one.gain > self.level + above + ROUND_OFF * max(self.scale, abs(one.alone))]
        rows = {row.name: row for row in (self.add(one.coalition, one.alone) for one in objecting)}
        return [row for name, row in rows.items() if name not in used]

    def add(self, counts: dict[str, int], alone: float) -> Requirement:
        """Add the requirement that a coalition pays no more than alone, or than it may above that; return it."""
        row = np.array([*(float(counts.get(name, 0)) for name in self.game.names), *(0.0 for _ in self.sources)])
        about = " + ".join(f"{n} {name}" for name, n in counts.items())
        return self.pool.setdefault(f"group:{about}", Requirement("group", about, row, self.game.sign * alone + (self.level or 0.0)))

    def add_all(self) -> None:
        """Add the requirements of all coalitions."""
        game = self.game
        everyone = np.stack([np.broadcast_to(count, game.shape).ravel() for count in coalition_counts(game.members)], axis=1).astype(int).tolist()
        for row, alone in zip(everyone[1:-1], game.costs.ravel()[1:-1].tolist(), strict=True):
            self.add(game.coalition(row), alone)


_ANY_GROUP = Requirement("group", "", np.zeros(0), 0.0)


def _only_infeasible(answer: Solution) -> None:
    if answer.status == "unbounded":
        raise SolverError("the policy allocation has no limit", "give the sources, or what members get, bounds")
