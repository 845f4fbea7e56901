"""What a game file must satisfy beyond the form of its fields.

Works on the plain data, so that one mistake does not hide the next: each check looks at what is there and says nothing
about a field whose type is already wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .document import Document, Place
from .errors import InvalidFormulaError, Problem, listed, nearest
from .evaluation import CoalitionEnvironment, ProfileEnvironment, sampled_lattice
from .formula import RESERVED, Formula, parse
from .lattice import Lattice

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}\Z")
_CURRENCY = re.compile(r"\b(?!CO2|COD|BOD|PM10|SME|NGO|CSR|ILO)[A-Z]{3}\b")
_SHARES = {"share", "probability", "share (0-1)", "0-1", "shares", "probability per year", "probability per period"}
_UNIT = re.compile(r"[A-Za-z0-9 ()/.,*^+\-³²·°'&]{1,200}\Z")
_NAMED_SECTIONS = ("parameters", "stakeholders", "definitions", "outcomes", "levers", "scenarios")


def check(document: Document) -> list[Problem]:
    """Return every mistake that the form of the fields does not show, in the order of the file."""
    return _Checker(document).run()


class _Checker:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.data: dict[str, Any] = document.data
        self.problems: list[Problem] = []
        self.parameters = self._section("parameters")
        self.definitions = self._section("definitions")
        self.actions = {name: _actions(entry) for name, entry in self._section("stakeholders").items()}
        self.members = {name: _members(entry) for name, entry in self._section("stakeholders").items()}
        self.classes = self._classes()
        self.good: dict[Place, Formula] = {}

    def run(self) -> list[Problem]:
        self._names()
        self._units()
        self._ranges()
        self._formulas()
        self._cycles()
        self._payoffs_complete()
        self._profiles()
        self._moves()
        self._levers_and_scenarios()
        self._cost_game()
        self._expectations()
        if all(size is not None for size in self.members.values()) and self.actions and all(self.actions.values()):
            self._values()
        return self.problems

    # --- helpers

    def _section(self, *path: str) -> dict[str, Any]:
        part: Any = self.data
        for name in path:
            part = part.get(name) if isinstance(part, dict) else None
        return part if isinstance(part, dict) else {}

    def _report(self, place: Place, message: str, remedy: str = "") -> None:
        self.problems.append(self.document.problem(place, message, remedy))

    def _classes(self) -> dict[str, int | None]:
        entries = self._section("cost_game", "classes")
        return {name: _members(entry) if isinstance(entry, dict) and "members" in entry else self.members.get(name) for name, entry in entries.items()}

    # --- single fields

    def _names(self) -> None:
        places: list[Place] = [(section, name) for section in _NAMED_SECTIONS for name in self._section(section)]
        places += [("stakeholders", name, "actions", action) for name, actions in self.actions.items() for action in actions]
        places += [("cost_game", "classes", name) for name in self._section("cost_game", "classes")]
        for place in places:
            name = str(place[-1])
            if not _NAME.match(name):
                self._report(place, f"'{name[:60]}' cannot be a name", "use up to 40 letters, digits and underscores, starting with a letter")
            elif name in RESERVED:
                self._report(place, f"'{name}' is a word of the formula language", "choose another name")
        for name in self.parameters.keys() & self.definitions.keys():
            self._report(("definitions", name), f"'{name}' is also a parameter", "rename one of them")

    def _units(self) -> None:
        money = self.data.get("money")
        currencies = set(_CURRENCY.findall(money)) if isinstance(money, str) else set()
        if isinstance(money, str) and money.strip() and not re.search(r"\S+ (per|a|an) \S+", money):
            self._report(("money",), f"got '{money}', expected a currency and a period", "write e.g. 'USD per year'")
        for section in ("parameters", "outcomes"):
            for name, entry in self._section(section).items():
                unit = entry.get("unit") if isinstance(entry, dict) else None
                if isinstance(unit, str):
                    self._unit((section, name, "unit"), unit, currencies)

    def _unit(self, place: Place, unit: str, currencies: set[str]) -> None:
        if "%" in unit or unit.strip() in ("percent", "per cent"):
            self._report(place, f"got '{unit}': percentages are easily mixed up with shares", "use the unit 'share' and a value between 0 and 1")
        elif unit and not _UNIT.match(unit):
            self._report(place, f"got '{unit[:60]}', expected a unit such as 'USD per year' or 'm3 per day'", "use plain letters")
        foreign = set(_CURRENCY.findall(unit)) - currencies
        if foreign and currencies and not currencies & set(_CURRENCY.findall(unit)):
            self._report(
                place,
                f"the unit '{unit}' is in {', '.join(sorted(foreign))}, but payoffs are in {', '.join(sorted(currencies))}",
                "convert the value, or add an exchange rate as a parameter",
            )

    def _ranges(self) -> None:
        for name, entry in self.parameters.items():
            entry = entry if isinstance(entry, dict) else {"value": entry}
            value, low, high = (entry.get(key) if _is_number(entry.get(key)) else None for key in ("value", "low", "high"))
            place = ("parameters", name)
            if low is not None and high is not None and low > high:
                self._report((*place, "low"), f"low {low:g} is above high {high:g}", "exchange them")
            elif value is not None and ((low is not None and value < low) or (high is not None and value > high)):
                self._report((*place, "value"), f"value {value:g} is outside its range {_range(low, high)}", "widen the range or change the value")
            if isinstance(entry.get("unit"), str) and entry["unit"].strip().lower() in _SHARES:
                for key, number in (("value", value), ("low", low), ("high", high)):
                    if number is not None and not 0 <= number <= 1:
                        self._report((*place, key), f"got {number:g} for a {entry['unit']}, expected a number between 0 and 1", "write e.g. 0.25 for 25 %")

    # --- formulas

    def _formulas(self) -> None:
        for place, text, counting in self._formula_places():
            try:
                formula = parse(str(text))
            except InvalidFormulaError as error:
                self._report(place, error.message, error.remedy)
                continue
            before = len(self.problems)
            for name in sorted(formula.names - self.parameters.keys() - self.definitions.keys()):
                if name in self.actions or name in self.classes:
                    self._report(place, f"'{name}' is a stakeholder, not a number", f"write members({name}) or count({name}, action)")
                else:
                    self._report(place, f"unknown name '{name}'", nearest(name, [*self.parameters, *self.definitions]))
            for use in sorted(formula.counts):
                self._count(place, use, counting)
            if len(self.problems) == before:
                self.good[place] = formula

    def _formula_places(self) -> Iterator[tuple[Place, Any, str]]:
        for name, text in self.definitions.items():
            yield ("definitions", name), text, "definition"
        for name, rows in self._section("payoffs").items():
            for action, text in (rows if isinstance(rows, dict) else {}).items():
                if name in self.actions and action in self.actions[name]:
                    yield ("payoffs", name, action), text, "profile"
        for name, entry in self._section("outcomes").items():
            yield (("outcomes", name, "formula"), entry.get("formula"), "profile") if isinstance(entry, dict) else (("outcomes", name), entry, "profile")
        if "condition" in self._section("target"):
            yield ("target", "condition"), self._section("target")["condition"], "profile"
        if "cost" in self._section("cost_game"):
            yield ("cost_game", "cost"), self._section("cost_game")["cost"], "coalition"
        for name, entry in self._section("cost_game", "classes").items():
            if isinstance(entry, dict) and "use" in entry:
                yield ("cost_game", "classes", name, "use"), entry["use"], "coalition"
        for k, entry in enumerate(self.data.get("expected") or [] if isinstance(self.data.get("expected"), list) else []):
            for key in ("every_equilibrium", "some_equilibrium", "no_equilibrium", "holds", "iff", "observe"):
                if isinstance(entry, dict) and isinstance(entry.get(key), (str, int, float)):
                    yield ("expected", k, key), entry[key], "profile"

    def _count(self, place: Place, use: tuple[str, ...], counting: str) -> None:
        function, name, *rest = use
        written = f"{function}({', '.join(use[1:])})"
        if counting == "coalition" or (counting == "definition" and not rest and function == "count" and name in self.classes):
            if name not in self.classes:
                self._report(place, f"unknown class '{name}' in {written}", nearest(name, self.classes))
            elif rest or function == "share":
                self._report(place, f"{written} is about actions, but a cost is about coalitions", f"write count({name})")
        elif name not in self.actions:
            self._report(place, f"unknown stakeholder '{name}' in {written}", nearest(name, self.actions))
        elif function != "members" and not rest:
            self._report(place, f"{written} lacks an action", f"write {function}({name}, {next(iter(self.actions[name]), 'action')})")
        elif rest and rest[0] not in self.actions[name]:
            self._report(place, f"'{name}' has no action '{rest[0]}' in {written}", nearest(rest[0], self.actions[name]))

    def _cycles(self) -> None:
        needs = {place[1]: formula.names & self.definitions.keys() for place, formula in self.good.items() if place[0] == "definitions"}
        while ready := [name for name, names in needs.items() if not names & needs.keys()]:
            for name in ready:
                del needs[name]
        for name in needs:
            through = sorted(needs[name] & needs.keys())
            message = "is defined by itself" if through == [name] else f"goes round in a circle through {listed([str(part) for part in through])}"
            self._report(("definitions", str(name)), f"'{name}' {message}", "break the circle")
            self.good.pop(("definitions", str(name)), None)

    def _payoffs_complete(self) -> None:
        payoffs = self._section("payoffs")
        for name in payoffs.keys() - self.actions.keys():
            self._report(("payoffs", name), f"unknown stakeholder '{name}'", nearest(name, self.actions))
        for name, actions in self.actions.items():
            rows = payoffs.get(name)
            if rows is None and payoffs:
                self._report(("payoffs",), f"the payoffs of '{name}' are missing", f"add a formula for each of: {listed(list(actions))}")
            elif isinstance(rows, dict):
                for action in [action for action in actions if rows.get(action) is None]:
                    self._report(("payoffs", name), f"the payoff of '{name}' for '{action}' is missing", f"add '{action}: formula'")
                for action in rows.keys() - set(actions):
                    self._report(("payoffs", name, action), f"'{name}' has no action '{action}'", nearest(str(action), actions))

    # --- references

    def _profiles(self) -> None:
        for place in (("target", "profile"), ("status_quo",)):
            profile = self._section(*place)
            self._profile(place, profile)

    def _profile(self, place: Place, profile: Mapping[str, Any]) -> None:
        for name, entry in profile.items():
            here = (*place, name)
            if name not in self.actions:
                self._report(here, f"unknown stakeholder '{name}'", nearest(name, self.actions))
            elif isinstance(entry, str):
                if entry not in self.actions[name]:
                    self._report(here, f"'{name}' has no action '{entry}'", nearest(entry, self.actions[name]))
            elif isinstance(entry, dict):
                self._counts(here, name, entry)
            else:
                self._report(
                    here, "expected an action that all take, or a count for each action", f"write e.g. '{name}: {next(iter(self.actions[name]), 'action')}'"
                )

    def _counts(self, place: Place, name: str, entry: Mapping[str, Any]) -> None:
        for action, count in entry.items():
            if action not in self.actions[name]:
                self._report((*place, action), f"'{name}' has no action '{action}'", nearest(str(action), self.actions[name]))
            elif not isinstance(count, int) or isinstance(count, bool) or count < 0:
                self._report((*place, action), f"got {count!r}, expected a whole number of members", "count members, not shares")
        counts = [count for count in entry.values() if isinstance(count, int)]
        total, members = sum(counts), self.members.get(name)
        if members is not None and len(counts) == len(entry) and total != members:
            self._report(
                place,
                f"the counts add up to {total}, but '{name}' has {members} member{'s' if members != 1 else ''}: nobody can reach this profile",
                f"make them add up to {members}",
            )

    def _moves(self) -> None:
        groups = self.data.get("moves")
        if not isinstance(groups, list):
            return
        seen: set[str] = set()
        for k, group in enumerate(groups):
            for j, name in enumerate(group if isinstance(group, list) else []):
                if isinstance(name, str) and name not in self.actions:
                    self._report(("moves", k, j), f"unknown stakeholder '{name}'", nearest(name, self.actions))
                elif name in seen:
                    self._report(("moves", k, j), f"'{name}' moves twice", "name each stakeholder once")
                seen.add(name)
        missing = [name for name in self.actions if name not in seen]
        if groups and missing:
            self._report(("moves",), f"{listed(missing)} never move{'s' if len(missing) == 1 else ''}", "add them to a group; the last group moves last")

    def _levers_and_scenarios(self) -> None:
        for section in ("levers", "scenarios"):
            for name, entry in self._section(section).items():
                entry = entry if isinstance(entry, dict) else {}
                for key in ("set", "shift"):
                    for parameter, value in (entry.get(key) if isinstance(entry.get(key), dict) else {}).items():
                        self._setting((section, name, key, parameter), parameter, value, shift=key == "shift")
                if section == "levers":
                    self._lever(("levers", name), entry)

    def _lever(self, place: Place, entry: Mapping[str, Any]) -> None:
        commit = entry.get("commit")
        self._profile((*place, "commit"), commit if isinstance(commit, dict) else {})
        payer = entry.get("payer")
        if isinstance(payer, str) and payer not in self.actions:
            self._report((*place, "payer"), f"unknown stakeholder '{payer}'", nearest(payer, self.actions))
        if not any(entry.get(key) for key in ("set", "shift", "commit")):
            self._report(place, "the lever changes nothing", "add 'set', 'shift' or 'commit'")

    def _setting(self, place: Place, parameter: str, value: Any, shift: bool) -> None:
        if parameter not in self.parameters:
            self._report(place, f"unknown parameter '{parameter}'", nearest(parameter, self.parameters))
            return
        entry = self.parameters[parameter]
        if isinstance(entry, dict) and _is_number(value):
            low, high = (entry.get(key) if _is_number(entry.get(key)) else None for key in ("low", "high"))
            if shift and _is_number(entry.get("value")):
                value = entry["value"] + value
            if (low is not None and value < low) or (high is not None and value > high):
                self._report(place, f"brings '{parameter}' to {value:g}, outside its range {_range(low, high)}", "widen the range or change the value")

    def _cost_game(self) -> None:
        for name, entry in self._section("cost_game", "classes").items():
            place = ("cost_game", "classes", name)
            if self.classes[name] is None and not (isinstance(entry, dict) and "members" in entry) and name not in self.members:
                self._report(place, f"'{name}' is no stakeholder, so its size is unknown", "add 'members: ...'")
            feeds = entry.get("feeds") if isinstance(entry, dict) else None
            if isinstance(feeds, str) and feeds not in self.parameters:
                self._report((*place, "feeds"), f"unknown parameter '{feeds}'", nearest(feeds, self.parameters))

    def _expectations(self) -> None:
        entries = self.data.get("expected")
        for k, entry in enumerate(entries if isinstance(entries, list) else []):
            entry = entry if isinstance(entry, dict) else {}
            for key in ("given", "compared_with"):
                given = entry.get(key) if isinstance(entry.get(key), dict) else {}
                for parameter in given.get("set") if isinstance(given.get("set"), dict) else {}:
                    if parameter not in self.parameters:
                        self._report(("expected", k, key, "set", parameter), f"unknown parameter '{parameter}'", nearest(parameter, self.parameters))
                self._known(("expected", k, key, "scenario"), [given.get("scenario")], "scenario", self._section("scenarios"))
                self._known(("expected", k, key, "levers"), given.get("levers"), "lever", self._section("levers"))
            for key in ("vary", "along"):
                self._known(("expected", k, key), list(entry[key]) if isinstance(entry.get(key), dict) else [], "parameter", self.parameters)
            if isinstance(entry.get("is_equilibrium"), dict):
                self._profile(("expected", k, "is_equilibrium"), entry["is_equilibrium"])

    def _known(self, place: Place, names: Any, kind: str, there: Mapping[str, Any]) -> None:
        for name in names if isinstance(names, list) else []:
            if isinstance(name, str) and name not in there:
                self._report(place, f"unknown {kind} '{name}'", nearest(name, there))

    # --- values

    def _values(self) -> None:
        """Evaluate every good formula over (a sample of) the lattice at the values in the file."""
        values = {name: entry.get("value") if isinstance(entry, dict) else entry for name, entry in self.parameters.items()}
        if not all(_is_number(value) for value in values.values()):
            return
        sizes = [size for size in self.members.values() if size is not None]
        if any(size < 1 or size > 1_000_000 for size in sizes) or len(sizes) > 30 or any(len(names) > 12 for names in self.actions.values()):
            return
        numbers = {name: float(value) for name, value in values.items()}
        definitions = {str(place[1]): formula for place, formula in self.good.items() if place[0] == "definitions"}
        lattice = sampled_lattice(sizes, [len(names) for names in self.actions.values()])
        if lattice.size > 1_000_000:
            return
        environment = ProfileEnvironment(lattice, self.actions, numbers, definitions)
        for place, formula in self.good.items():
            if place[0] == "payoffs" and self._usable(formula, definitions):
                i = list(self.actions).index(str(place[1]))
                a = self.actions[str(place[1])].index(str(place[2]))
                self._finite(place, formula, environment, lattice, lattice.column(i, a) > 0)
            elif place[0] == "outcomes" and self._usable(formula, definitions):
                self._finite(place, formula, environment, lattice, np.ones(lattice.shape, dtype=bool))
        self._target_reached(environment, lattice, numbers, definitions)
        self._cost_values(numbers, definitions)

    def _usable(self, formula: Formula, definitions: Mapping[str, Formula]) -> bool:
        waiting, seen = [formula], set()
        while waiting:
            for name in waiting.pop().names - seen:
                seen.add(name)
                if name in self.definitions:
                    if name not in definitions:
                        return False
                    waiting.append(definitions[name])
        return True

    def _finite(self, place: Place, formula: Formula, environment: ProfileEnvironment, lattice: Lattice, taken: Any) -> None:
        wrong = ~np.isfinite(formula(environment)) & taken
        if wrong.any():
            self.problems.append(no_value(self.document, place, formula, environment, lattice, self.actions, np.broadcast_to(wrong, lattice.shape)))

    def _target_reached(self, environment: ProfileEnvironment, lattice: Lattice, numbers: Mapping[str, float], definitions: Mapping[str, Formula]) -> None:
        condition = self.good.get(("target", "condition"))
        profile = self._section("target", "profile")
        bad_profile = any(problem.place[:2] == ("target", "profile") for problem in self.problems)
        if condition is None or not profile or bad_profile or not self._usable(condition, definitions):
            return
        point = self._point(profile, numbers, definitions)
        if not np.all(condition(point) == 1):
            everywhere = np.any(np.nan_to_num(condition(environment)) != 0)
            where = "is not met by its own profile" if everywhere else "is met by no profile: nobody can reach this target"
            self._report(("target", "condition"), f"the condition '{condition.text}' {where}", "change the condition or the profile")

    def _point(self, profile: Mapping[str, Any], numbers: Mapping[str, float], definitions: Mapping[str, Formula]) -> dict[str, Any]:
        values: dict[str, Any] = dict(numbers)
        for name, actions in self.actions.items():
            entry = profile.get(name, actions[0])
            for action in actions:
                count = float(self.members[name] or 0) * (entry == action) if isinstance(entry, str) else float(entry.get(action, 0))
                values[f"count({name}, {action})"] = count
                values[f"share({name}, {action})"] = count / float(self.members[name] or 1)
            values[f"members({name})"] = float(self.members[name] or 0)
        waiting = dict(definitions)
        while ready := [name for name, formula in waiting.items() if not formula.names & waiting.keys()]:
            for name in ready:
                formula = waiting.pop(name)
                if all(f"{use[0]}({', '.join(use[1:])})" in values for use in formula.counts) and formula.names <= values.keys():
                    values[name] = formula(values)
        return values

    def _cost_values(self, numbers: Mapping[str, float], definitions: Mapping[str, Formula]) -> None:
        sizes = {name: size for name, size in self.classes.items() if size is not None}
        cost = self.good.get(("cost_game", "cost"))
        if cost is None or len(sizes) != len(self.classes) or np.prod([size + 1.0 for size in sizes.values()]) > 1e6:
            return
        if not self._usable(cost, definitions) or self._reads_profile(cost, definitions):
            return
        table = cost(CoalitionEnvironment(sizes, numbers, definitions))
        shape = tuple(size + 1 for size in sizes.values())
        wrong = ~np.isfinite(np.broadcast_to(table, shape))
        wrong[(0,) * len(shape)] = False
        if wrong.any():
            first = np.argwhere(wrong)[0]
            coalition = ", ".join(f"{count} {name}" for name, count in zip(sizes, first, strict=True))
            self._report(
                ("cost_game", "cost"), f"the cost has no value for the coalition of {coalition}", "guard the formula, e.g. 'x if count(...) > 0 else 0'"
            )

    def _reads_profile(self, formula: Formula, definitions: Mapping[str, Formula]) -> bool:
        waiting, seen = [formula], set()
        while waiting:
            current = waiting.pop()
            if any(len(use) == 3 for use in current.counts):
                self._report(
                    ("cost_game", "cost"), "the cost reads a definition that counts actions, but a cost is about coalitions", "use count(class) instead"
                )
                return True
            fresh = (current.names & definitions.keys()) - seen
            seen |= fresh
            waiting += [definitions[name] for name in fresh]
        return False


def no_value(
    document: Document, place: Place, formula: Formula, environment: ProfileEnvironment, lattice: Lattice, actions: Mapping[str, Any], wrong: Any
) -> Problem:
    """Return the problem of a formula without a value at the first profile in `wrong`."""
    first = np.argwhere(wrong)[0]
    counts = [axis.counts[row] for axis, row in zip(lattice.axes, first, strict=True)]
    here = {key: _at(value, first) for key, value in environment.items()}
    why = next((reason for name in formula.names if name in environment._definitions and (reason := environment._definitions[name].failure(here))), "")
    why = why or formula.failure(here)
    profile = "; ".join(
        f"{name}: " + ", ".join(f"{count} {action}" for count, action in zip(row, actions[name], strict=True) if count)
        for name, row in zip(actions, counts, strict=True)
    )
    return document.problem(place, f"no value where {profile}: {why}", "guard the formula, e.g. 'x if y > 0 else 0', or change the numbers")


def _at(value: Any, index: Any) -> Any:
    value = np.asarray(value)
    if value.ndim < len(index):
        return float(value)
    return float(value[tuple(0 if size == 1 else position for size, position in zip(value.shape, index, strict=True))])


def _actions(entry: Any) -> list[str]:
    actions = entry.get("actions") if isinstance(entry, dict) else None
    return [str(name) for name in actions] if isinstance(actions, (dict, list)) else []


def _members(entry: Any) -> int | None:
    members = entry.get("members", 1) if isinstance(entry, dict) else None
    return members if isinstance(members, int) and not isinstance(members, bool) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and bool(np.isfinite(float(value)) if abs(value) < 1e300 else False)


def _range(low: float | None, high: float | None) -> str:
    return f"{'-inf' if low is None else f'{low:g}'} to {'inf' if high is None else f'{high:g}'}"
