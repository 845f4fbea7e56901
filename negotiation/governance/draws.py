"""Many settings of one game at once: the gains of single members at a profile, as arrays over draws of the parameters.

A sweep, a search for a root, a table of lever sets and a million random draws are the same question: who would gain at this profile
under these values? Formulas broadcast, so all draws are answered by one evaluation of each payoff formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from ..definition import Definition
from ..evaluation import ProfileEnvironment
from ..formula import Formula, Value, parse
from ..numerics import ARITHMETIC, ROUND_OFF, Array
from ..program import Moved, Reading
from ..settings import Settings

BLOCK = 16_384
"""Draws that are evaluated together, so that what is between stays in the processor's cache."""

Counts = Sequence[Sequence[Value]]
"""For each stakeholder the members at each action: numbers, or arrays over the draws."""


@dataclass(frozen=True, eq=False)
class Draws:
    """A definition with many values of its parameters.

    Parameters
    ----------
    definition : Definition
    values : mapping of str to float or ndarray
        Every parameter; arrays have shape (size,).
    size : int
        Number of draws.
    bound : mapping of str to str
        Action to which a stakeholder is bound, the same in all draws.
    """

    definition: Definition
    values: Mapping[str, Value]
    size: int
    bound: Mapping[str, str]

    @cached_property
    def actions(self) -> dict[str, tuple[str, ...]]:
        """Action names of each stakeholder."""
        return {name: tuple(stakeholder.actions) for name, stakeholder in self.definition.stakeholders.items()}

    @cached_property
    def members(self) -> tuple[int, ...]:
        """Members of each stakeholder."""
        return tuple(stakeholder.members for stakeholder in self.definition.stakeholders.values())

    @cached_property
    def formulas(self) -> tuple[tuple[Formula, ...], ...]:
        """Payoff formula of each stakeholder and action."""
        return tuple(tuple(parse(self.definition.payoffs[name][action]) for action in row) for name, row in self.actions.items())

    @cached_property
    def _constants(self) -> dict[int, Value]:
        """Values of the steps of all payoffs that read no count."""
        with np.errstate(all="ignore"):
            return self.definition.program.constants([formula for row in self.formulas for formula in row], self.values)

    def environment(self, counts: Counts) -> ProfileEnvironment:
        """Return what formulas read at one profile, or at one profile a draw."""
        return ProfileEnvironment(self.actions, self.members, lambda i, a: counts[i][a], self.values, self.definition.formulas)

    def payoff(self, counts: Counts, i: int, a: int) -> Array:
        """Return what a member of `i` earns with `a` at a profile that includes it, shape (size,)."""
        return self.read(self.environment(counts), i, a)

    def read(self, environment: ProfileEnvironment, i: int, a: int) -> Array:
        """Return the same from the environment of a profile, which several payoffs can share."""
        return np.broadcast_to(np.asarray(self.formulas[i][a](environment), dtype=float), (self.size,))

    def reading(self, counts: Counts) -> Reading:
        """Return the same as :meth:`environment`, for payoffs only, with what they have in common worked out once."""
        program, constants = self.definition.program, self._constants

        def source(k: int) -> Value:
            if k in constants:
                return constants[k]
            i, a = program.count(k)
            return counts[i][a]

        return Reading(program, source)

    def blocks(self) -> Iterator[tuple[slice, Draws]]:
        """Return the draws in blocks that are quick to evaluate."""
        for start in range(0, self.size, BLOCK):
            part = slice(start, min(start + BLOCK, self.size))
            values = {name: value[part] if isinstance(value, np.ndarray) and value.ndim else value for name, value in self.values.items()}
            yield part, Draws(self.definition, values, part.stop - part.start, self.bound)


@dataclass(frozen=True, eq=False)
class Gains:
    """What each single switch away from a profile brings, in every draw.

    Parameters
    ----------
    switches : tuple of (int, int, int)
        Stakeholder, action, other action (indices).
    gains : ndarray, shape (switches, draws)
        In the game's money unit; NaN where a payoff has no value.
    tolerances : ndarray, shape (switches, draws)
        Differences that count as round-off.
    """

    switches: tuple[tuple[int, int, int], ...]
    gains: Array
    tolerances: Array

    @property
    def holds(self) -> NDArray[np.bool_]:
        """Whether nobody gains, in each draw; a draw in which a payoff has no value does not hold."""
        return np.asarray((self.gains <= self.tolerances).all(axis=0), dtype=np.bool_)

    @property
    def margin(self) -> Array:
        """How far each draw is from somebody gaining, in money; infinite where nobody has a choice."""
        return 0.0 - self.gains.max(axis=0) if self.switches else np.full(self.gains.shape[1], np.inf)

    @property
    def weakest(self) -> NDArray[np.intp]:
        """Index of the switch that gains most, in each draw."""
        return np.asarray(np.argmax(np.nan_to_num(self.gains, nan=np.inf), axis=0), dtype=np.intp)


def draws_of(definition: Definition, settings: Settings, values: Mapping[str, Array]) -> Draws:
    """Return a definition under settings in which some parameters take many values.

    Parameters
    ----------
    definition : Definition
    settings : Settings
    values : mapping of str to ndarray
        Parameters that vary, arrays of one length.

    Raises
    ------
    UnknownNameError
        For a parameter, lever or scenario that does not exist.
    """
    size = max((len(value) for value in values.values()), default=1)
    return Draws(definition, {**definition.values(settings), **values}, size, definition.commitments(settings))


def gains_at(draws: Draws, counts: Mapping[str, Mapping[str, int]]) -> Gains:
    """Return what every single member would gain by leaving a profile, in every draw.

    Two evaluations of a payoff formula for each switch.

    Parameters
    ----------
    draws : Draws
    counts : mapping
        The profile by names.

    Returns
    -------
    Gains

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "One", "money": "USD", "parameters": {"fee": 1},
    ...     "stakeholders": {"firm": {"actions": ["pay", "stay"]}}, "payoffs": {"firm": {"pay": "5 - fee", "stay": 2}}})
    >>> found = gains_at(draws_of(game, Settings(), {"fee": np.array([1.0, 3.0, 4.0])}), {"firm": {"pay": 1, "stay": 0}})
    >>> found.margin.tolist(), found.holds.tolist()
    ([2.0, 0.0, -1.0], [True, True, False])
    """
    rows = [[float(counts[name].get(action, 0)) for action in actions] for name, actions in draws.actions.items()]
    switches = tuple(
        (i, a, b)
        for i, name in enumerate(draws.actions)
        for a, count in enumerate(rows[i])
        for b in range(len(rows[i]))
        if count and a != b and name not in draws.bound
    )
    gains, tolerances = np.zeros((len(switches), draws.size)), np.zeros((len(switches), draws.size))
    for part, block in draws.blocks():
        with np.errstate(all="ignore"):
            here = block.reading(rows)
            for k, (i, a, b) in enumerate(switches):
                stay, there = here.of(block.formulas[i][a]), Moved(here, i, partial(_switched, a, b)).of(block.formulas[i][b])
                gains[k, part] = np.subtract(there, stay)
                tolerances[k, part] = (ROUND_OFF + ARITHMETIC) * np.maximum(np.abs(there), np.abs(stay))
    return Gains(switches, gains, tolerances)


def _switched(a: int, b: int, c: int, count: Value) -> Value:
    """Return how many take action `c` after one member has switched from `a` to `b`."""
    return count + (c == b) - (c == a)
