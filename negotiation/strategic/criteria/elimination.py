"""Iterated elimination of dominated actions: what is left when nobody does what never pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...lattice import Axis, Lattice
from ...numerics import Array, frozen, plain
from ..game import Game
from .dominance import By, Dominated, dominated_actions


@dataclass(frozen=True)
class Elimination:
    """The result of looking for dominated actions, once or again and again.

    Parameters
    ----------
    game : Game
        The game as it was.
    steps : tuple of Dominated
        What is dropped, by rounds.
    reduced : Game
        The game with the surviving actions.
    by, strict : str, bool
        Dominance by actions or also by mixtures; everywhere better, or nowhere worse and somewhere better.
    notes : tuple of str
    """

    game: Game
    steps: tuple[Dominated, ...]
    reduced: Game
    by: By
    strict: bool
    notes: tuple[str, ...] = ()

    @property
    def rounds(self) -> int:
        """Number of rounds in which something was dropped."""
        return max((step.round for step in self.steps), default=0)

    @property
    def surviving(self) -> dict[str, tuple[str, ...]]:
        """Actions that are left, by stakeholder."""
        return dict(zip(self.reduced.names, self.reduced.actions, strict=True))

    @cached_property
    def sentence(self) -> str:
        """What is left, in one sentence."""
        if not self.steps:
            return "No action is dominated: every action is worth considering against some behaviour of the others."
        settled = all(len(actions) == 1 for actions in self.reduced.actions)
        left = "; ".join(f"{self.game.label(i)}: {self._labels(i)}" for i in range(len(self.game.names)))
        return f"After {self.rounds} round{'s' if self.rounds > 1 else ''} {'only one outcome is left' if settled else 'these choices are left'} ({left})."

    def _labels(self, i: int) -> str:
        return ", ".join(self.game.label(i, self.game.actions[i].index(action)) for action in self.reduced.actions[i])

    def as_dict(self) -> dict[str, Any]:
        """Return the steps and what survives, for JSON."""
        steps = [
            {"round": s.round, "stakeholder": s.stakeholder, "action": s.action, "by": dict(s.by), "least": s.least, "most": s.most, "strict": s.strict}
            | {"sentence": s.sentence(self.game)}
            for s in self.steps
        ]
        body = {"by": self.by, "strict": self.strict, "rounds": self.rounds, "steps": steps, "surviving": self.surviving, "notes": self.notes}
        return dict(plain(body | {"sentence": self.sentence}))


def iterated_elimination(game: Game, by: By = "pure", strict: bool = True) -> Elimination:
    """Drop dominated actions, all that there are in each round, until none is left.

    Parameters
    ----------
    game : Game
    by : {"pure", "mixed"}
    strict : bool
        Strict elimination keeps every equilibrium, and what survives does not depend on the order. Weak elimination may lose
        equilibria, and another order may leave other actions; a note says so.

    Returns
    -------
    Elimination
        With the steps in order and the reduced game.

    Notes
    -----
    Cost: that of :func:`dominated_actions` for each round; at most as many rounds as there are actions.

    Examples
    --------
    >>> game = Game.from_tables([np.array([[1, 1, 0], [0, 0, 2]]), np.array([[0, 2, 1], [3, 1, 0]])],
    ...     names=["row", "column"], actions=[["up", "down"], ["left", "middle", "right"]])
    >>> result = iterated_elimination(game)
    >>> result.surviving
    {'row': ('up',), 'column': ('middle',)}
    >>> result.steps[0].sentence(game)
    "Round 1: column drops 'right', because 'middle' earns at least 1 units of payoff more whatever the others do."

    References
    ----------
    R. Gibbons (1992), *A Primer in Game Theory*, section 1.1; order: I. Gilboa, E. Kalai and E. Zemel (1990), "On the order of
    eliminating dominated strategies".
    """
    reduced, steps = game, list[Dominated]()
    while found := dominated_actions(reduced, by, strict):
        number = steps[-1].round + 1 if steps else 1
        steps += [replace(one, round=number) for one in found]
        dropped = {(f.stakeholder, f.action) for f in found}
        keep = [[a for a, action in enumerate(row) if (name, action) not in dropped] for name, row in zip(reduced.names, reduced.actions, strict=True)]
        reduced = restrict(reduced, keep)
    notes = () if strict or not steps else ("weak elimination depends on the order: all weakly dominated actions were dropped at once in each round",)
    return Elimination(game, tuple(steps), reduced, by, strict, notes)


def restrict(game: Game, keep: Sequence[Sequence[int]]) -> Game:
    """Return the game in which each stakeholder has only the actions `keep[i]` (indices, ascending).

    Raises
    ------
    IndexError
        For an action that does not exist.

    Examples
    --------
    >>> game = Game.from_tables([np.arange(6.0).reshape(2, 3), np.zeros((2, 3))])
    >>> restrict(game, [[1], [0, 2]]).payoffs[0][0].tolist()
    [[3.0, 5.0]]
    """
    axes, rows = [], []
    for axis, kept in zip(game.lattice.axes, keep, strict=True):
        gone = np.delete(axis.counts, kept, axis=1)
        rows.append(np.flatnonzero(~gone.any(axis=1)))
        axes.append(axis if axis.committed is not None else Axis(axis.members, len(kept)))
    payoffs = tuple(_kept(game, i, kept, rows) for i, kept in enumerate(keep))
    actions = tuple(tuple(row[a] for a in kept) for row, kept in zip(game.actions, keep, strict=True))
    return Game(game.names, actions, Lattice(tuple(axes)), payoffs, game.title, game.money, game.labels)


def _kept(game: Game, i: int, kept: Sequence[int], rows: Sequence[NDArray[np.int64]]) -> tuple[Array, ...]:
    """Return the payoffs of stakeholder `i` with the actions that are kept, in one piece of memory where they were."""
    whole = game.tables[i]
    if whole is None or game.members[i] > 1:
        return tuple(_taken(game.payoffs[i][a], rows) for a in kept)
    whole = _taken(whole, rows)
    return tuple(whole[(slice(None),) * i + (slice(k, k + 1),)] for k in range(len(kept)))


def _taken(payoff: Array, rows: Sequence[NDArray[np.int64]]) -> Array:
    return frozen(payoff[np.ix_(*(kept if size > 1 else [0] for size, kept in zip(payoff.shape, rows, strict=True)))])
