"""A game looked at in many places at once: payoffs and outcomes at telling profiles, under many values of its parameters.

The first row of values is the file's own; then come one row for each scenario and each lever, all drivers together, and random
draws from the ranges. Profiles are the whole lattice where it is small, otherwise its telling rows: unanimity, one or two who
deviate, halves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..definition import Definition
from ..evaluation import ProfileEnvironment, sampled_lattice
from ..formula import Value, parse
from ..lattice import Lattice
from ..numerics import Array
from ..settings import NO_SETTINGS, Settings

DRAWS = 48
PROFILES = 600
SEED = 2016


@dataclass(frozen=True, eq=False)
class Soundings:
    """A definition under many values.

    Parameters
    ----------
    definition : Definition
    rows : tuple of str
        What each row of values is: "" for the file's own, "scenario NAME", "lever NAME", "all drivers", "draw".
    values : mapping of str to ndarray
        Every parameter, shape (rows,).
    """

    definition: Definition
    rows: tuple[str, ...]
    values: dict[str, Array]

    @cached_property
    def actions(self) -> dict[str, tuple[str, ...]]:
        """Action names of each stakeholder."""
        return {name: tuple(stakeholder.actions) for name, stakeholder in self.definition.stakeholders.items()}

    @cached_property
    def members(self) -> tuple[int, ...]:
        """Members of each stakeholder."""
        return tuple(stakeholder.members for stakeholder in self.definition.stakeholders.values())

    def choices(self, stakeholder: str) -> Array:
        """Return what each action brings a member, whatever all others do.

        Parameters
        ----------
        stakeholder : str

        Returns
        -------
        ndarray, shape (actions, rows, profiles)
            `profiles` are those of all other members; the same for every action, so that actions can be compared. NaN where a payoff
            has no value.
        """
        i = list(self.actions).index(stakeholder)
        others = sampled_lattice([n - (j == i) for j, n in enumerate(self.members)], [len(row) for row in self.actions.values()], PROFILES)
        formulas = [parse(self.definition.payoffs[stakeholder][action]) for action in self.actions[stakeholder]]
        return np.stack([self._flat(formula(self._environment(others, (i, a))), others) for a, formula in enumerate(formulas)])

    def observe(self, formula: str) -> Array:
        """Return a formula at every profile, shape (rows, profiles)."""
        there = self._everywhere
        return self._flat(parse(formula)(self._environment(there, None)), there)

    @cached_property
    def _everywhere(self) -> Lattice:
        return sampled_lattice(self.members, [len(row) for row in self.actions.values()], PROFILES)

    def _environment(self, lattice: Lattice, mover: tuple[int, int] | None) -> ProfileEnvironment:
        shape = (-1, *(1,) * len(lattice.axes))
        values: dict[str, Value] = {name: value.reshape(shape) for name, value in self.values.items()}
        return ProfileEnvironment(self.actions, self.members, lambda j, b: lattice.column(j, b) + float((j, b) == mover), values, self.definition.formulas)

    def _flat(self, value: Value, lattice: Lattice) -> Array:
        whole = np.broadcast_to(np.asarray(value, dtype=float), (len(self.rows), *lattice.shape))
        return whole.reshape(len(self.rows), -1)


def soundings(definition: Definition, *, draws: int = DRAWS, seed: int = SEED) -> Soundings:
    """Look at a game under its own numbers, its scenarios and levers, and random draws from its ranges.

    Parameters
    ----------
    definition : Definition
    draws : int
        How many random draws.
    seed : int
        Start of the random numbers.

    Returns
    -------
    Soundings

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "One", "money": "USD", "parameters": {"fee": {"value": 1, "low": 0, "high": 2}},
    ...     "stakeholders": {"firm": {"actions": ["pay", "stay"]}}, "payoffs": {"firm": {"pay": "5 - fee", "stay": 2}}})
    >>> found = soundings(game, draws=2)
    >>> found.rows, found.choices("firm")[:, 0, 0].tolist()
    (('', 'draw', 'draw'), [4.0, 2.0])
    """
    named = list(_settings(definition))
    own = [definition.values(settings) for _, settings in named]
    values = {name: np.array([row[name] for row in own] + drawn.tolist()) for name, drawn in _drawn(definition, draws, seed).items()}
    return Soundings(definition, (*(name for name, _ in named), *("draw",) * draws), values)


def _settings(definition: Definition) -> Iterator[tuple[str, Settings]]:
    yield "", NO_SETTINGS
    for name in definition.scenarios:
        yield f"scenario {name}", Settings((), name)
    for name in definition.levers:
        yield f"lever {name}", Settings((), None, (name,))
    drivers = tuple(name for name, lever in definition.levers.items() if lever.effect == "driver")
    if len(drivers) > 1:
        yield "all drivers", Settings((), None, drivers)


def _drawn(definition: Definition, draws: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Draw every parameter from its range; one without a range stays where it is."""
    rng = np.random.default_rng(seed)
    ends: dict[str, Sequence[float]] = {
        name: (entry.value, entry.value) if entry.low is None or entry.high is None else (entry.low, entry.high)
        for name, entry in definition.parameters.items()
    }
    return {name: rng.uniform(low, high, draws) for name, (low, high) in ends.items()}
