"""A game looked at in many places at once: payoffs and outcomes at telling profiles, under many values of its parameters.

The first row of values is the file's own. Then come each scenario, each lever alone, all drivers together and without one of them,
each parameter at the ends of its range beside some of these, and random draws. Profiles are the whole lattice where it is small, otherwise its telling
rows: unanimity, one or two who deviate, halves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from ..definition import Definition
from ..evaluation import ProfileEnvironment, sampled_lattice
from ..formula import Value, parse
from ..numerics import Array
from ..settings import NO_SETTINGS, Settings

DRAWS = 48
PROFILES = 300
SEED = 2016
MOST = 60
"""Parameters, levers and scenarios that are each looked at; those beyond are not, so that no file can take long."""
SAME = 1e-9
ENDS = ("low", "high")
OWN, DRIVERS = "as in the file", "all drivers"
BASES = (OWN, DRIVERS, "drawn once", "drawn again")
"""Rows beside which each parameter is put to the ends of its range: a number may matter only where others do."""


@dataclass(frozen=True, eq=False)
class Soundings:
    """A definition under many values.

    Parameters
    ----------
    definition : Definition
    rows : tuple of str
        What each row of values is, e.g. "as in the file", "scenario kasur", "lever dues", "all drivers but dues", "dues low: as in the file", "draw".
    values : mapping of str to ndarray
        Every parameter, shape (rows,).
    """

    definition: Definition
    rows: tuple[str, ...]
    values: Mapping[str, Array]

    @cached_property
    def actions(self) -> dict[str, tuple[str, ...]]:
        """Action names of each stakeholder."""
        return {name: tuple(stakeholder.actions) for name, stakeholder in self.definition.stakeholders.items()}

    @cached_property
    def members(self) -> tuple[int, ...]:
        """Members of each stakeholder."""
        return tuple(stakeholder.members for stakeholder in self.definition.stakeholders.values())

    @cached_property
    def choices(self) -> Mapping[str, Array]:
        """What each action of each stakeholder brings a member, whatever all others do.

        Arrays of shape (actions, rows, profiles); the profiles are those of all other members, the same for every action, so that
        actions can be compared. NaN where a payoff has no value.
        """
        return {name: self._choices(i, name) for i, name in enumerate(self.actions)}

    @cached_property
    def outcomes(self) -> Mapping[str, Array]:
        """Every outcome at every profile, shape (rows, profiles)."""
        profiles = self._profiles(self.members)
        environment = self._environment(profiles, None)
        return {name: self._table(parse(entry.formula)(environment), profiles) for name, entry in self.definition.outcomes.items()}

    def changes(self, one: str, other: str) -> bool:
        """Return whether any payoff or outcome differs between two rows, at any profile."""
        a, b = self.rows.index(one), self.rows.index(other)
        seen = [*(table[:, [a, b]].swapaxes(0, 1) for table in self.choices.values()), *(table[[a, b]] for table in self.outcomes.values())]
        return any(not np.allclose(here, there, rtol=SAME, atol=SAME, equal_nan=True) for here, there in seen)

    def _choices(self, i: int, name: str) -> Array:
        others = self._profiles([n - (j == i) for j, n in enumerate(self.members)])
        formulas = [parse(self.definition.payoffs[name][action]) for action in self.actions[name]]
        return np.stack([self._table(formula(self._environment(others, (i, a))), others) for a, formula in enumerate(formulas)])

    def _profiles(self, members: Sequence[int]) -> list[Array]:
        """Return the counts of each stakeholder at the telling profiles, or at `PROFILES` of them, shape (profiles, actions)."""
        lattice = sampled_lattice(members, [len(row) for row in self.actions.values()], PROFILES)
        if lattice.size <= PROFILES:
            index = np.unravel_index(np.arange(lattice.size), lattice.shape)
        else:
            rng = np.random.default_rng(SEED)
            index = tuple(rng.integers(0, size, PROFILES) for size in lattice.shape)
        return [axis.counts[rows].astype(float) for axis, rows in zip(lattice.axes, index, strict=True)]

    def _environment(self, profiles: Sequence[Array], mover: tuple[int, int] | None) -> ProfileEnvironment:
        """Return what formulas read: parameters down the rows, profiles across; `mover` is the member whose choice is looked at."""
        values: dict[str, Value] = {name: value[:, None] for name, value in self.values.items()}

        def column(j: int, b: int) -> Array:
            return profiles[j][:, b] + float((j, b) == mover)

        return ProfileEnvironment(self.actions, self.members, column, values, self.definition.formulas)

    def _table(self, value: Value, profiles: Sequence[Array]) -> Array:
        whole = np.asarray(value, dtype=float)
        return np.broadcast_to(np.where(np.isfinite(whole), whole, np.nan), (len(self.rows), len(profiles[0])))


def soundings(definition: Definition, *, draws: int = DRAWS, seed: int = SEED) -> Soundings:
    """Look at a game under its own numbers, scenarios and levers, at the ends of its ranges, and under random draws from them.

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
    >>> found = soundings(game, draws=1)
    >>> found.rows[:4], found.choices["firm"][:, 0, 0].tolist()
    (('as in the file', 'drawn once', 'drawn again', 'fee low: as in the file'), [4.0, 2.0])
    """
    rng = np.random.default_rng(seed)
    ends = {name: (entry.low, entry.high) for name, entry in definition.parameters.items() if entry.low is not None and entry.high is not None}
    own = definition.values(NO_SETTINGS)
    drawn = [own | {name: float(rng.uniform(low, high)) for name, (low, high) in ends.items()} for _ in range(draws + 2)]
    rows = [*_settings(definition), *zip(BASES[2:], drawn, strict=False)]
    bases = {name: row for name, row in rows if name in BASES}
    for name, pair in islice(ends.items(), MOST):
        rows += [(f"{name} {word}: {base}", row | {name: end}) for base, row in bases.items() for word, end in zip(ENDS, pair, strict=True)]
    rows += [("draw", row) for row in drawn[2:]]
    return Soundings(definition, tuple(name for name, _ in rows), {name: np.array([row[name] for _, row in rows]) for name in own})


def drivers_of(definition: Definition) -> tuple[str, ...]:
    """Return the levers that are drivers."""
    return tuple(name for name, lever in definition.levers.items() if lever.effect == "driver")


def _settings(definition: Definition) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the file's numbers, scenarios and levers, with their values."""

    def under(scenario: str | None = None, *levers: str) -> dict[str, float]:
        return definition.values(Settings((), scenario, levers))

    drivers = drivers_of(definition)
    yield OWN, under()
    yield from ((f"scenario {name}", under(name)) for name in islice(definition.scenarios, MOST))
    if drivers:
        yield DRIVERS, under(None, *drivers)
    for name in islice(definition.levers, MOST):
        yield f"lever {name}", under(None, name)
        beside = tuple(other for other in drivers if other != name)
        yield f"beside {name}", under(None, *beside)
        yield f"{name} beside", under(None, *beside, name)
