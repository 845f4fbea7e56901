"""A checked game file, before any setting is applied."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeVar

from ..errors import InvalidGameError, Problem, unknown
from ..formula import Formula, parse
from ..program import Program
from ..settings import Settings
from .form import Form, Lever, Profile

T = TypeVar("T")


class Definition(Form):
    """A checked game file; `name` is what the catalogue and messages call it."""

    name: str = "game"

    @cached_property
    def formulas(self) -> Mapping[str, Formula]:
        """Definitions in an order in which each needs only those before it."""
        ordered: dict[str, Formula] = {}
        waiting = {name: parse(text) for name, text in self.definitions.items()}
        while waiting:
            ready = [name for name, formula in waiting.items() if not formula.names & waiting.keys()]
            ordered.update((name, waiting.pop(name)) for name in ready)
        return ordered

    @cached_property
    def program(self) -> Program:
        """The formulas of payoffs, outcomes and the target's condition, taken apart."""
        written = [text for row in self.payoffs.values() for text in row.values()] + [outcome.formula for outcome in self.outcomes.values()]
        return self.program_of(*written, *([self.target.condition] if self.target and self.target.condition else []))

    def program_of(self, *texts: str) -> Program:
        """Return some formulas over this game's names, taken apart."""
        actions = {name: tuple(stakeholder.actions) for name, stakeholder in self.stakeholders.items()}
        members = [stakeholder.members for stakeholder in self.stakeholders.values()]
        return Program(actions, members, self.formulas, map(parse, texts))

    def values(self, settings: Settings) -> dict[str, float]:
        """Return the value of every parameter under `settings`.

        File, then scenario, then levers (first what they set, then what they shift); a value set by hand has the last word.

        Raises
        ------
        UnknownNameError
            For a parameter, lever or scenario that the game does not have.
        """
        values = {name: parameter.value for name, parameter in self.parameters.items()}
        if settings.scenario is not None:
            values |= known("scenario", settings.scenario, self.scenarios).set
        levers = self.active(settings)
        for lever in levers:
            values |= lever.set
        for lever in levers:
            for name, amount in lever.shift.items():
                values[name] += amount
        for name, value in settings.set:
            known("parameter", name, self.parameters)
            values[name] = value
        return values

    def commitments(self, settings: Settings) -> dict[str, str]:
        """Return the action that each stakeholder is bound to by the active levers."""
        bound: dict[str, str] = {}
        for lever in self.active(settings):
            bound |= lever.commit
        return bound

    def active(self, settings: Settings) -> list[Lever]:
        """Return the active levers in the order of the file, so that the order in which they are named does not matter."""
        for name in settings.levers:
            known("lever", name, self.levers)
        return [lever for name, lever in self.levers.items() if name in settings.levers]

    def check_ranges(self, settings: Settings) -> None:
        """Refuse values set by hand that lie outside their parameter's range.

        Raises
        ------
        InvalidGameError
        """
        problems = []
        for name, value in settings.set:
            parameter = known("parameter", name, self.parameters)
            low = -1e15 if parameter.low is None else parameter.low
            high = 1e15 if parameter.high is None else parameter.high
            if not low <= value <= high:
                message = f"got {value:g}, outside the range {low:g} to {high:g}"
                problems.append(Problem(("set", name), message, "choose a value within the range, or widen it in the file"))
        if problems:
            raise InvalidGameError(problems, self.name)

    def written(self) -> dict[str, Any]:
        """Return the written form as plain data, without what has its default."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude={"name"})

    def counts(self, profile: Profile) -> dict[str, dict[str, int]]:
        """Write a profile out as counts; a stakeholder that it leaves out stands at its first action."""
        written = {}
        for name, stakeholder in self.stakeholders.items():
            entry = profile.get(name, next(iter(stakeholder.actions)))
            entry = {entry: stakeholder.members} if isinstance(entry, str) else entry
            written[name] = {action: int(entry.get(action, 0)) for action in stakeholder.actions}
        return written


def known(kind: str, name: str, there: Mapping[str, T]) -> T:
    """Return `there[name]`, or raise the error that lists what there is."""
    if name not in there:
        raise unknown(kind, name, there)
    return there[name]
