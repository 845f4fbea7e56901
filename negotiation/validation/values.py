"""What formulas give at the values in the file: is every payoff a number, can the target be reached?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..document import Document, Place
from ..errors import Problem
from ..evaluation import TOTAL_USE, CoalitionEnvironment, ProfileEnvironment, coalition_counts, sampled_lattice
from ..formula import Formula, Value
from ..lattice import Lattice
from .outline import Outline, number


def values(outline: Outline) -> None:
    """Evaluate every good formula over (a sample of) the lattice at the values in the file."""
    given = {name: number(entry.get("value") if isinstance(entry, dict) else entry) for name, entry in outline.parameters.items()}
    numbers = {name: value for name, value in given.items() if value is not None}
    sizes = [size for size in outline.members.values() if size is not None]
    lengths = [len(names) for names in outline.actions.values()]
    if len(numbers) < len(given) or len(sizes) < len(outline.members) or not 1 <= len(sizes) <= 30 or not 1 <= min(lengths) <= max(lengths) <= 12:
        return
    definitions = {str(place[1]): formula for place, formula in outline.good.items() if place[0] == "definitions"}
    lattice = sampled_lattice(sizes, lengths)
    if lattice.size <= 1_000_000:
        environment = ProfileEnvironment(outline.actions, sizes, lattice.column, numbers, definitions)
        _payoffs_and_outcomes(outline, environment, lattice)
        _target_reached(outline, environment)
    _cost_values(outline, numbers, definitions)


def _payoffs_and_outcomes(outline: Outline, environment: ProfileEnvironment, lattice: Lattice) -> None:
    for place, formula in outline.good.items():
        if place[0] in ("payoffs", "outcomes") and _usable(outline, formula, environment.definitions):
            taken: Any = np.ones(lattice.shape, dtype=bool)
            if place[0] == "payoffs":
                i = list(outline.actions).index(str(place[1]))
                taken = lattice.column(i, outline.actions[str(place[1])].index(str(place[2]))) > 0
            wrong = ~np.isfinite(formula(environment)) & taken
            if wrong.any():
                everywhere = np.broadcast_to(wrong, lattice.shape)
                outline.problems.append(no_value(Evaluated(outline.document, place, formula, environment), lattice, outline.actions, everywhere))


def _usable(outline: Outline, formula: Formula, definitions: Mapping[str, Formula]) -> bool:
    waiting, seen = [formula], set[str]()
    while waiting:
        for name in waiting.pop().names - seen:
            seen.add(name)
            if name in outline.definitions:
                if name not in definitions:
                    return False
                waiting.append(definitions[name])
    return True


def _target_reached(outline: Outline, environment: ProfileEnvironment) -> None:
    condition = outline.good.get(("target", "condition"))
    profile = outline.section("target", "profile")
    bad_profile = any(problem.place[:2] == ("target", "profile") for problem in outline.problems)
    if condition is None or not profile or bad_profile or not _usable(outline, condition, environment.definitions):
        return
    if not np.all(condition(_at_profile(outline, profile, environment)) == 1):
        somewhere = np.any(np.nan_to_num(condition(environment)) != 0)
        where = "is not met by its own profile" if somewhere else "is met by no profile: nobody can reach this target"
        outline.report(("target", "condition"), f"the condition '{condition.text}' {where}", "change the condition or the profile")


def _at_profile(outline: Outline, profile: Mapping[str, Any], environment: ProfileEnvironment) -> ProfileEnvironment:
    counts = []
    for name, actions in outline.actions.items():
        entry = profile.get(name, actions[0])
        row: dict[str, Any] = {entry: outline.members[name]} if isinstance(entry, str) else entry
        counts.append([float(row.get(action, 0)) for action in actions])
    numbers = {name: environment[name] for name in outline.parameters}
    return ProfileEnvironment(outline.actions, [size or 1 for size in outline.members.values()], lambda i, a: counts[i][a], numbers, environment.definitions)


def _cost_values(outline: Outline, numbers: Mapping[str, Value], definitions: Mapping[str, Formula]) -> None:
    sizes = {name: size for name, size in outline.classes.items() if size is not None}
    cost = outline.good.get(("cost_game", "cost"))
    if cost is None or len(sizes) != len(outline.classes) or np.prod([size + 1.0 for size in sizes.values()]) > 1e6:
        return
    if not _usable(outline, cost, definitions) or _reads_profile(outline, cost, definitions):
        return
    counts = coalition_counts(list(sizes.values()))
    numbers = {TOTAL_USE: _total_use(outline, sizes, numbers, definitions), **numbers}
    table = cost(CoalitionEnvironment(sizes, numbers, definitions, counts))
    shape = tuple(size + 1 for size in sizes.values())
    wrong = ~np.isfinite(np.broadcast_to(table, shape))
    wrong[(0,) * len(shape)] = False
    if wrong.any():
        first = np.argwhere(wrong)[0]
        coalition = ", ".join(f"{count} {name}" for name, count in zip(sizes, first, strict=True))
        outline.report(("cost_game", "cost"), f"the cost has no value for the coalition of {coalition}", "guard the formula, e.g. 'x if count(...) > 0 else 0'")


def _total_use(outline: Outline, sizes: Mapping[str, int], numbers: Mapping[str, Value], definitions: Mapping[str, Formula]) -> Value:
    everybody = CoalitionEnvironment(sizes, numbers, definitions, [float(size) for size in sizes.values()])
    uses = [outline.good.get(("cost_game", "classes", name, "use")) for name in sizes]
    rows = zip(uses, coalition_counts(list(sizes.values())), strict=True)
    return sum(((1.0 if use is None or not _usable(outline, use, definitions) else use(everybody)) * count for use, count in rows), start=np.zeros(()))


def _reads_profile(outline: Outline, formula: Formula, definitions: Mapping[str, Formula]) -> bool:
    waiting, seen = [formula], set[str]()
    while waiting:
        current = waiting.pop()
        if any(len(use) == 3 for use in current.counts):
            outline.report(("cost_game", "cost"), "the cost reads a definition that counts actions, but a cost is about coalitions", "use count(class) instead")
            return True
        fresh = (current.names & definitions.keys()) - seen
        seen |= fresh
        waiting += [definitions[name] for name in fresh]
    return False


@dataclass(frozen=True)
class Evaluated:
    """A formula, where it stands, and the values it was evaluated over."""

    document: Document
    place: Place
    formula: Formula
    environment: ProfileEnvironment


def no_value(evaluated: Evaluated, lattice: Lattice, actions: Mapping[str, Sequence[str]], wrong: Any) -> Problem:
    """Return the problem of a formula without a value at the first profile in `wrong`, a mask over the lattice."""
    formula, environment = evaluated.formula, evaluated.environment
    first = np.argwhere(wrong)[0]
    counts = [axis.counts[row] for axis, row in zip(lattice.axes, first, strict=True)]
    here = {key: _at(value, first) for key, value in environment.items()}
    why = next((reason for name in formula.names if name in environment.definitions and (reason := environment.definitions[name].failure(here))), "")
    why = why or formula.failure(here)
    profile = "; ".join(
        f"{name}: " + ", ".join(f"{count} {action}" for count, action in zip(row, actions[name], strict=True) if count)
        for name, row in zip(actions, counts, strict=True)
    )
    return evaluated.document.problem(evaluated.place, f"no value where {profile}: {why}", "guard the formula, e.g. 'x if y > 0 else 0', or change the numbers")


def _at(value: Any, index: Any) -> Any:
    value = np.asarray(value)
    if value.ndim < len(index):
        return float(value)
    return float(value[tuple(0 if size == 1 else position for size, position in zip(value.shape, index, strict=True))])
