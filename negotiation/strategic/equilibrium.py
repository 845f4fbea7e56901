"""What every equilibrium solver returns: a list of equilibria, each checked, and whether the list is complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import numpy as np

from ..numerics import Array, plain
from .game import Game
from .pure import PureEquilibria, largest_gain

MAX_LISTED = 10_000
"""Pure equilibria that are written out one by one."""

Mixtures = tuple[Array, ...]
"""For each stakeholder the probability (or share of members) of each action, shape (m_i,), sums to 1."""


@dataclass(frozen=True)
class Equilibrium:
    """One equilibrium, with its certificate.

    Parameters
    ----------
    mixture : tuple of ndarray
        For each stakeholder a probability for each action; shares of members in a pure equilibrium.
    payoffs : tuple of dict
        For each stakeholder what one member earns with each action that is taken, in the game's money unit.
    regret : float
        The most that any member could gain by deviating: 0 up to round-off, never negative.
    margin : float
        The least that any member would lose by deviating to an action it does not use; infinite where there is none.
    counts : tuple of ndarray or None
        Members per action, for a pure equilibrium.
    weights : tuple of tuple of int or None
        Integers in proportion to the mixture of each stakeholder, where the equilibrium is certified exactly.
    index : int or None
        Index of the equilibrium (+1 or -1), where it was computed.
    component : int or None
        Number of the connected component of equilibria it belongs to, where these were computed.
    """

    mixture: Mixtures
    payoffs: tuple[Mapping[int, float], ...]
    regret: float
    margin: float
    strict: bool
    counts: tuple[Array, ...] | None = None
    weights: tuple[tuple[int, ...], ...] | None = None
    index: int | None = None
    component: int | None = None

    @property
    def kind(self) -> Literal["pure", "mixed"]:
        """Pure when every member takes one action for certain."""
        return "pure" if self.counts is not None else "mixed"

    @cached_property
    def exact(self) -> tuple[tuple[Fraction, ...], ...] | None:
        """The mixture in rational numbers, where the equilibrium is certified exactly."""
        if self.weights is None:
            return None
        totals = map(sum, self.weights)
        return tuple(tuple(Fraction(weight, total) for weight in row) for row, total in zip(self.weights, totals, strict=True))

    def as_dict(self, game: Game) -> dict[str, Any]:
        """Return the equilibrium by names, for JSON."""
        result: dict[str, Any] = {"kind": self.kind}
        if self.counts is not None:
            result["counts"] = {n: dict(zip(a, row.tolist(), strict=True)) for n, a, row in zip(game.names, game.actions, self.counts, strict=True)}
        result["mixture"] = {n: dict(zip(a, row.tolist(), strict=True)) for n, a, row in zip(game.names, game.actions, self.mixture, strict=True)}
        if self.exact is not None:
            result["exact"] = {n: {k: str(p) for k, p in zip(a, row, strict=True)} for n, a, row in zip(game.names, game.actions, self.exact, strict=True)}
        result["payoffs"] = {n: {a[k]: value for k, value in row.items()} for n, a, row in zip(game.names, game.actions, self.payoffs, strict=True)}
        result |= {"regret": self.regret, "strict": self.strict, "margin": self.margin if np.isfinite(self.margin) else None}
        result |= {key: value for key, value in (("index", self.index), ("component", self.component)) if value is not None}
        return result


@dataclass(frozen=True)
class EquilibriumList:
    """Equilibria of a game.

    Parameters
    ----------
    game : Game
    equilibria : tuple of Equilibrium
    complete : bool or None
        Whether these are all (of the kinds that `method` looks for); None when that is not known.
    method : str
        How they were found.
    reason : str
        Why the list is complete, or why it may not be.
    notes : tuple of str
        What else the reader must know: degeneracy, components, a budget that ran out.
    """

    game: Game
    equilibria: tuple[Equilibrium, ...]
    complete: bool | None
    method: str
    reason: str
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the list for JSON."""
        listed = [equilibrium.as_dict(self.game) for equilibrium in self.equilibria]
        body = {"complete": self.complete, "method": self.method, "reason": self.reason, "notes": list(self.notes), "equilibria": listed}
        return dict(plain(body))


def from_pure(found: PureEquilibria, limit: int | None = None) -> tuple[Equilibrium, ...]:
    """Write pure equilibria out, at most `limit` of them."""
    game, points = found.game, tuple(rows[:limit] for rows in found.points)
    margins = (-largest_gain(game, points)).tolist()
    payoffs = [[game.payoff(i, a, points) for a in range(len(actions))] for i, actions in enumerate(game.actions)]
    counts = [axis.counts[index] for axis, index in zip(game.lattice.axes, points, strict=True)]
    tolerance = max(game.tolerances, default=0.0)
    return tuple(
        Equilibrium(
            mixture=tuple(row[k] / axis.members for row, axis in zip(counts, game.lattice.axes, strict=True)),
            payoffs=tuple({a: float(payoffs[i][a][k]) for a in range(len(row[k])) if row[k][a] > 0} for i, row in enumerate(counts)),
            regret=max(0.0, -margin),
            margin=margin if abs(margin) > tolerance else 0.0,
            strict=margin > tolerance,
            counts=tuple(row[k] for row in counts),
        )
        for k, margin in enumerate(margins)
    )


def all_pure(game: Game, found: PureEquilibria, limit: int = MAX_LISTED) -> EquilibriumList:
    """Wrap the pure equilibria; the list is complete unless there are more than `limit`, or their search was cut short."""
    method = "all pure equilibria by shifted comparison of payoff arrays"
    if len(found) > limit:
        reason = f"{len(found):,} count profiles are equilibria; the first {limit:,} are listed"
        return EquilibriumList(game, from_pure(found, limit), False, method, reason if found.complete else f"{reason}; {found.reason}")
    return EquilibriumList(game, from_pure(found), found.complete, method, found.reason)


def label_mixture(game: Game, mixture: Sequence[Array]) -> str:
    """Return a mixture in words, naming only the actions that are used.

    Examples
    --------
    >>> game = Game.from_tables([np.eye(2), np.eye(2)])
    >>> label_mixture(game, (np.array([1.0, 0.0]), np.array([0.25, 0.75])))
    '1: 1; 2: 25 % 1, 75 % 2'
    """
    return "; ".join(_one(game, i, row) for i, row in enumerate(mixture))


def _one(game: Game, i: int, row: Array) -> str:
    used = [a for a in range(len(row)) if row[a] > 1e-9]
    if len(used) == 1:
        return f"{game.label(i)}: {game.label(i, used[0])}"
    return f"{game.label(i)}: " + ", ".join(f"{100 * row[a]:.3g} % {game.label(i, a)}" for a in used)
