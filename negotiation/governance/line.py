"""One game for many values of a parameter: which of them holds is one more axis of the lattice, along which nobody moves.

What is asked of a game with one value (who would leave, its equilibria, the way to the target) is so asked of all values at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..definition import Definition, Given, Stakeholder
from ..lattice import Axis, Lattice
from ..numerics import Array
from ..strategic.dynamics.paths import formation, graph_from
from ..strategic.game import Game, Points
from ..strategic.pure import pure_equilibria
from .situation import Situation, build_situation

LARGE = 100_000
"""Profiles, over all values, from which on stakeholders are asked apart."""
WHICH = "which_value"
"""Stands for the stakeholder whose axis it is."""
Truth = NDArray[np.bool_]
T = TypeVar("T")


class Still(Axis):
    """An axis on which nobody moves."""

    @property
    def moves(self) -> tuple[tuple[int, int], ...]:
        """None."""
        return ()


@dataclass(frozen=True, eq=False)
class Line:
    """A definition under settings, for many values of one parameter.

    Parameters
    ----------
    situation : Situation
        Its last stakeholder stands for the values; see :func:`build_line`.
    size : int
        How many values.
    moves_payoffs : bool
        Whether any payoff is different for different values.
    """

    situation: Situation
    size: int
    moves_payoffs: bool

    @property
    def game(self) -> Game:
        """The game of all values."""
        return self.situation.game

    def everywhere(self, point: Points) -> Points:
        """Return one profile under each of the values."""
        return (*(np.repeat(rows, self.size) for rows in point[:-1]), np.arange(self.size))

    def gains(self, point: Points) -> Array:
        """Return what each move of one member would bring at a profile, shape (moves, values); NaN where nobody can make it."""
        points = self.everywhere(point)
        return np.array([self.game.gain(move, points) for move in self.game.moves]).reshape(-1, self.size)

    def content(self, point: Points) -> Truth:
        """Return under which values nobody gains by leaving a profile."""
        limits = np.array([self.game.tolerances[move.stakeholder] for move in self.game.moves]).reshape(-1, 1)
        return np.asarray(~(self.gains(point) > limits).any(axis=0), dtype=np.bool_)

    @cached_property
    def equilibria(self) -> Points:
        """All pure equilibria under all values; the last row says under which.

        Where the values leave the payoffs of some stakeholders alone, the profiles at which none of these would move are found once for
        all values, and only there the others are asked under each of them.
        """
        game, moved = self.game, [any(payoff.shape[-1] > 1 for payoff in row) for row in self.game.payoffs]
        if all(moved[:-1]) or game.lattice.size < LARGE:
            return self.situation.equilibria.points
        axes = tuple(
            Still(axis.members, axis.actions) if there and axis.committed is None else axis for there, axis in zip(moved, game.lattice.axes, strict=True)
        )
        nothing = np.zeros((1,) * len(axes))
        payoffs = tuple(tuple(nothing for _ in row) if there else row for there, row in zip(moved, game.payoffs, strict=True))
        base = replace(game, lattice=Lattice((*axes[:-1], Still(1, 1))), payoffs=payoffs, actions=(*game.actions[:-1], game.actions[-1][:1]))
        found = pure_equilibria(base).points
        points: Points = (*(np.tile(rows, self.size) for rows in found[:-1]), np.repeat(np.arange(self.size), len(found[-1])))
        for move in game.moves:
            if moved[move.stakeholder]:
                stays = ~(game.gain(move, points) > game.tolerances[move.stakeholder])
                points = tuple(rows[stays] for rows in points)
        return points

    @property
    def numbers(self) -> NDArray[np.intp]:
        """How many equilibria there are under each of the values."""
        return np.bincount(self.equilibria[-1], minlength=self.size)

    def observed(self, formula: str) -> list[Array]:
        """Return a formula at all equilibria under each of the values."""
        values = self.situation.observe(formula, self.equilibria)
        return [values[self.equilibria[-1] == k] for k in range(self.size)]

    @cached_property
    def target_mask(self) -> Truth:
        """Profiles that count as the target, shape of the lattice."""
        target = self.situation.definition.target
        if target is not None and target.condition is not None:
            return self.situation.target_mask
        mask = np.zeros(self.game.lattice.shape, dtype=np.bool_)
        mask[self.everywhere(self.situation.target)] = True
        return mask

    @cached_property
    def words(self) -> tuple[str, ...] | None:
        """Whether the target forms from the status quo, under each of the values; None where the game names no status quo."""
        start = self.situation.status_quo
        if start is None:
            return None
        starts, rests = self.everywhere(start), self.content(start)
        there = self.target_mask[starts]
        words = ["forms" if stays else "does not form" for stays in there]
        moving = np.flatnonzero(~rests)
        if not len(moving):
            return tuple(words)
        graph = graph_from(self.game, tuple(rows[moving] for rows in starts))
        joint = formation(self.game, tuple(rows[moving] for rows in starts), self.target_mask, graph).word
        for k in moving:
            words[k] = joint if joint != "may form" else formation(self.game, tuple(rows[k : k + 1] for rows in starts), self.target_mask, graph).word
        return tuple(words)


def build_line(definition: Definition, given: Given, name: str, values: Sequence[float] | Array) -> Line:
    """Put a definition under settings, with many numbers for one parameter in its file.

    A scenario or lever that sets the parameter has the last word, as always, and one that shifts it shifts every number.

    Parameters
    ----------
    definition : Definition
    given : Given
        Settings; without charges.
    name : str
        A parameter.
    values : sequence of float

    Returns
    -------
    Line

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "One", "money": "USD", "parameters": {"fee": {"value": 1, "low": 0, "high": 9}},
    ...     "stakeholders": {"firm": {"actions": ["pay", "stay"]}}, "payoffs": {"firm": {"pay": "5 - fee", "stay": 2}}})
    >>> [found.tolist() for found in build_line(game, Given(), "fee", [1, 2, 4]).observed("count(firm, pay)")]
    [[1.0], [1.0], [0.0]]
    """
    situation = build_situation(_lined(definition, name, taken(definition, given, name, values)), given.settings())
    game = situation.game
    axes = (*game.lattice.axes[:-1], Still(1, len(values)))
    payoffs = tuple(tuple(_narrow(payoff) for payoff in row) for row in game.payoffs)
    game = replace(game, lattice=Lattice(axes), payoffs=payoffs)
    return Line(replace(situation, game=game), len(values), any(payoff.shape[-1] > 1 for row in payoffs for payoff in row))


def taken(definition: Definition, given: Given, name: str, values: Sequence[float] | Array) -> Array:
    """Return the values that a parameter has under settings, for many numbers in the file."""
    settings = given.settings()
    own = definition.values(settings)[name]
    scenario = {} if settings.scenario is None else definition.scenarios[settings.scenario].set
    if name in given.set or name in scenario or any(name in lever.set for lever in definition.active(settings)):
        return np.full(len(values), own)
    return np.asarray(values, dtype=float) + (own - definition.parameters[name].value)


def _lined(definition: Definition, name: str, values: Array) -> Definition:
    """Return the definition in which the parameter is what the last stakeholder says."""
    actions = {f"v{k}": "" for k in range(len(values))}
    formula = " + ".join(f"({float(value)!r}) * count({WHICH}, v{k})" for k, value in enumerate(values))
    fields = {field: getattr(definition, field) for field in type(definition).model_fields}
    levers = {key: one.model_copy(update={"set": _without(one.set, name), "shift": _without(one.shift, name)}) for key, one in definition.levers.items()}
    changed = {
        "parameters": _without(definition.parameters, name),
        "definitions": {name: formula, **definition.definitions},
        "stakeholders": {**definition.stakeholders, WHICH: Stakeholder(members=1, actions=actions)},
        "payoffs": {**definition.payoffs, WHICH: dict.fromkeys(actions, "0")},
        "levers": levers,
        "scenarios": {key: one.model_copy(update={"set": _without(one.set, name)}) for key, one in definition.scenarios.items()},
        "cost_game": None,
        "expected": [],
    }
    return Definition(**{**fields, **changed})


def _without(entries: Mapping[str, T], name: str) -> dict[str, T]:
    return {key: value for key, value in entries.items() if key != name}


def _narrow(payoff: Array) -> Array:
    """Return a payoff that is the same for all values with one entry for all of them."""
    if payoff.shape[-1] == 1 or (payoff != payoff[..., :1]).any():
        return payoff
    narrow = np.ascontiguousarray(payoff[..., :1])
    narrow.flags.writeable = False
    return narrow
