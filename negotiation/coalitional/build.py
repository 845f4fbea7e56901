"""The cost game of a definition under given values of its parameters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..definition import CostClass, CostGameForm, Definition
from ..errors import InvalidGameError, NotApplicableError, Problem
from ..evaluation import TOTAL_USE, CoalitionEnvironment
from ..formula import Formula, parse
from ..numerics import Array
from .cost_game import CostGame, MemberClass, Source
from .costs import CostFunction, OfTotalUse, Written


def build_cost_game(definition: Definition, values: Mapping[str, float]) -> CostGame:
    """Evaluate the cost game of a definition.

    Where the cost reads counts through `total_use` only, it is known to depend on total use alone, and classes of any size can be
    examined.

    Parameters
    ----------
    definition : Definition
    values : mapping of str to float
        Value of every parameter.

    Returns
    -------
    CostGame

    Raises
    ------
    NotApplicableError
        When the definition has none.
    InvalidGameError
        When what a member uses, can pay or has to pay has no value, or makes no sense.
    """
    form = definition.cost_game
    if form is None:
        raise NotApplicableError(f"'{definition.name}' has no cost game", "add 'cost_game' with classes and a cost formula")
    reading = _Reading(definition, form, values)
    classes = tuple(reading.member_class(name, entry) for name, entry in form.classes.items())
    sources = tuple(
        Source(name, entry.label, reading.number(entry.least, "sources", name, "least"), _most(reading, name, entry.most), entry.public)
        for name, entry in form.sources.items()
    )
    function = _cost_function(parse(form.cost), classes, values, definition.formulas)
    return CostGame(classes, function, form.unit or definition.money, "cost", sources, reading.number(form.capital, "capital"))


def _most(reading: _Reading, name: str, most: str | None) -> float:
    return float("inf") if most is None else reading.number(most, "sources", name, "most")


def _cost_function(cost: Formula, classes: tuple[MemberClass, ...], values: Mapping[str, float], definitions: Mapping[str, Formula]) -> CostFunction:
    members = {entry.name: entry.members for entry in classes}
    use = tuple(entry.use for entry in classes)
    if min(use) < 0 or _reads_counts(cost, definitions) or TOTAL_USE in values or TOTAL_USE in definitions:
        return Written(cost, members, use, values, definitions)
    everybody = [float(n) for n in members.values()]

    def of_total(total: Array) -> Array:
        """Return the cost of serving a total use."""
        value = cost(CoalitionEnvironment(members, {**values, TOTAL_USE: total}, definitions, everybody))
        return np.broadcast_to(np.asarray(value, dtype=float), np.shape(total))

    return OfTotalUse(use, of_total)


def _reads_counts(formula: Formula, definitions: Mapping[str, Formula]) -> bool:
    if any(name == "count" for name, *_ in formula.counts):
        return True
    return any(_reads_counts(definitions[name], definitions) for name in formula.names & definitions.keys())


class _Reading:
    """The numbers of a cost game, evaluated for everybody together."""

    def __init__(self, definition: Definition, form: CostGameForm, values: Mapping[str, float]) -> None:
        self.definition = definition
        self.members = {name: entry.members or definition.stakeholders[name].members for name, entry in form.classes.items()}
        self.environment = CoalitionEnvironment(self.members, values, definition.formulas, [float(n) for n in self.members.values()])

    def number(self, formula: str, *place: str) -> float:
        """Return the value of a formula, which has to be a finite number."""
        value = float(np.asarray(parse(formula)(self.environment)))
        if not np.isfinite(value):
            raise InvalidGameError([Problem(("cost_game", *place), "it has no value at these numbers", "guard the formula")], self.definition.name)
        return value

    def at_least_0(self, formula: str, *place: str) -> float:
        """Return the value of a formula, which has to be 0 or more."""
        value = self.number(formula, *place)
        if value < 0:
            raise InvalidGameError([Problem(("cost_game", *place), f"got {value:g}, expected 0 or more", "check the formula")], self.definition.name)
        return value

    def member_class(self, name: str, entry: CostClass) -> MemberClass:
        """Return a class with its numbers."""
        there = self.definition.stakeholders.get(name)
        place = ("classes", name)
        return MemberClass(
            name,
            self.members[name],
            entry.label or (there.label if there is not None else ""),
            self.number(entry.use, *place, "use"),
            None if entry.ability is None else self.at_least_0(entry.ability, *place, "ability"),
            self.at_least_0(entry.months, *place, "months"),
            None if entry.fee is None else self.at_least_0(entry.fee, *place, "fee"),
            self.at_least_0(entry.floor, *place, "floor"),
            entry.union,
            entry.feeds,
        )
