"""The written form of a game: the one module that speaks pydantic.

A definition is what a game file says, checked, before any setting is applied. Only title, money, stakeholders and payoffs
are required. :func:`read_definition` turns text or plain data into a :class:`Definition` or raises one
:class:`~negotiation.errors.InvalidGameError` that carries every mistake found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from .document import Document, Place, read_document
from .errors import InvalidGameError, Problem, unknown
from .formula import Formula, parse
from .settings import Settings
from .validation import check
from .validation.wording import in_plain_words

T = TypeVar("T")
_FRACTION = re.compile(r"[0-9]{1,15}/0*[1-9][0-9]{0,14}\Z")
Confidence = Literal["found", "derived", "seed", "remembered", "assumed"]
Kind = Literal["firm", "buyer", "union", "workers", "government", "ngo", "association", "community", "donor", "household", "bank", "institute", "other"]
Scope = Literal["horizontal", "vertical"]
Actor = Literal["private", "social", "public"]
Path_ = Literal["market", "csr", "multi_stakeholder", "labour", "cluster", "public"]
Aspect = Literal["economic", "standards", "rights", "environment", "coverage", "public_cost"]
GameClass = Literal["threshold", "public good", "coordination", "inspection", "race", "bargaining", "cost sharing", "club", "repeated", "trust", "commitment"]
Level = Literal["corporate", "cluster", "regional", "national", "external"]
Text = Annotated[str, Field(max_length=4000)]
Label = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(max_length=40)]
Expression = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value)]
Number = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False, strict=True)]
Fraction_ = Annotated[
    float, BeforeValidator(lambda value: float(Fraction(value)) if isinstance(value, str) and _FRACTION.match(value) else value), Field(ge=0, le=1)
]
"""A probability, as a number or as text such as "2/3"."""
Profile = dict[str, Any]
"""Stakeholder to an action that all members take, or to a count for each action; checked in :mod:`negotiation.validation`."""


class Model(BaseModel):
    """Base of all parts: frozen, no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(Model):
    """A number of the game, with its range, unit and where it comes from."""

    value: Number
    low: Number | None = None
    high: Number | None = None
    unit: Label = ""
    label: Label = ""
    source: Text = ""
    confidence: Confidence = "assumed"

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, value: Any) -> Any:
        return {"value": value} if isinstance(value, (int, float)) and not isinstance(value, bool) else value


class Stakeholder(Model):
    """A role with `members` identical players."""

    kind: Kind = "other"
    label: Label = ""
    about: Text = ""
    members: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 1
    actions: dict[Name, Label]

    @model_validator(mode="before")
    @classmethod
    def _listed_actions(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("actions"), list) and all(isinstance(name, str) for name in value["actions"]):
            return {**value, "actions": {name: name.replace("_", " ").capitalize() for name in value["actions"]}}
        if isinstance(value, dict) and isinstance(value.get("actions"), dict):
            named = {name: str(name).replace("_", " ").capitalize() if label is None else label for name, label in value["actions"].items()}
            return {**value, "actions": named}
        return value


class Outcome(Model):
    """A named index that people care about besides money: what it is about, and whose."""

    formula: Expression
    label: Label = ""
    unit: Label = ""
    better: Literal["higher", "lower"] = "higher"
    aspect: Aspect | None = None
    group: Label = ""

    @model_validator(mode="before")
    @classmethod
    def _bare_formula(cls, value: Any) -> Any:
        return {"formula": value} if isinstance(value, (str, int, float)) and not isinstance(value, bool) else value


class Target(Model):
    """The cooperative outcome: a representative count profile, and the condition that every such outcome meets."""

    profile: Profile
    condition: Expression | None = None
    label: Label = ""


class Lever(Model):
    """Something that stakeholders could put in place."""

    label: Label = ""
    about: Text = ""
    set: dict[str, Number] = {}
    shift: dict[str, Number] = {}
    commit: dict[str, str] = {}
    cost: Number = 0.0
    payer: str | None = None
    scope: Scope | None = None
    actor: Actor | None = None
    path: Path_ | None = None
    level: Level | None = None
    effect: Literal["driver", "barrier"] = "driver"
    source: Text = ""


class Scenario(Model):
    """A named setting of parameters: what the world does, and the documented case that it follows."""

    label: Label = ""
    about: Text = ""
    case: Name = ""
    set: dict[str, Number] = {}
    source: Text = ""


class CostClass(Model):
    """Identical members of a cost game: what one uses, can pay in a full year, works a year, pays by a table of fees, must pay at least."""

    members: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] | None = None
    label: Label = ""
    use: Expression = "1"
    ability: Expression | None = None
    months: Expression = "12"
    fee: Expression | None = None
    floor: Expression = "0"
    union: Name | None = None
    feeds: str | None = None


class CostSource(Model):
    """Somebody outside who may pay a part of the cost, within bounds in the cost game's unit."""

    label: Label = ""
    least: Expression = "0"
    most: Expression | None = None
    public: bool = True


class CostGameForm(Model):
    """Who shares a cost: the least cost of serving `count(class)` members of each class, and who outside may pay a part."""

    label: Label = ""
    unit: Label = ""
    classes: Annotated[dict[Name, CostClass], Field(min_length=1, max_length=25)]
    cost: Expression
    capital: Expression = "0"
    sources: Annotated[dict[Name, CostSource], Field(max_length=12)] = {}


class Given(Model):
    """Settings under which an expectation is checked."""

    set: dict[str, Number] = {}
    scenario: str | None = None
    levers: tuple[str, ...] = ()
    charges: str | None = None

    def settings(self) -> Settings:
        """Return the settings."""
        return Settings(tuple(self.set.items()), self.scenario, self.levers)


class Expectation(Model):
    """An answer that is known beforehand: a closed-form anchor, a published answer or a prediction of the literature.

    Exactly what is claimed is the set of fields that are given; see :mod:`negotiation.governance.expectations`.
    """

    says: Text
    source: Text = ""
    kind: Literal["anchor", "published", "prediction"] = "anchor"
    predicts: Name = ""
    given: Given = Given()
    verdict: Literal["stable", "fragile", "unstable"] | None = None
    individual: bool | None = None
    formation: Literal["forms", "may form", "does not form"] | None = None
    equilibria: Annotated[int, Field(ge=0)] | None = None
    every_equilibrium: Expression | None = None
    some_equilibrium: Expression | None = None
    no_equilibrium: Expression | None = None
    is_equilibrium: Profile | None = None
    solutions: Annotated[int, Field(ge=0)] | None = None
    mixed: list[dict[str, dict[str, Fraction_]]] = []
    weakest: dict[str, str] | None = None
    core: Literal["empty", "nonempty"] | None = None
    in_core: dict[str, bool] = {}
    holds: Expression | None = None
    iff: Expression | None = None
    vary: dict[str, tuple[Number, Number]] = {}
    observe: Expression | None = None
    along: dict[str, tuple[Number, ...]] = {}
    trend: Literal["rises", "falls", "never rises", "never falls", "constant"] | None = None
    compared_with: Given | None = None
    relation: Literal["above", "below", "equal", "at least", "at most"] | None = None


class Form(Model):
    """Every field of a game file."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Text = ""
    game_class: GameClass | None = None
    sources: list[Text] = []
    money: Annotated[str, Field(min_length=1, max_length=100)]
    parameters: dict[str, Parameter] = {}
    stakeholders: Annotated[dict[str, Stakeholder], Field(min_length=1, max_length=30)]
    definitions: dict[str, Expression] = {}
    payoffs: dict[str, dict[str, Expression]]
    outcomes: dict[str, Outcome] = {}
    moves: list[list[str]] = []
    target: Target | None = None
    status_quo: Profile | None = None
    levers: dict[str, Lever] = {}
    scenarios: dict[str, Scenario] = {}
    cost_game: CostGameForm | None = None
    expected: list[Expectation] = []


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


def read_definition(source: str | bytes | Mapping[str, Any], name: str = "game") -> Definition:
    """Read and check a game.

    Parameters
    ----------
    source : str, bytes or mapping
        YAML or JSON text, or the plain data itself.
    name : str
        What messages call it.

    Returns
    -------
    Definition

    Raises
    ------
    InvalidGameError
        With every mistake found, each with place, line and remedy.
    TooLargeError
        When the text is beyond the limits.

    Examples
    --------
    >>> game = read_definition({"title": "Two firms", "money": "USD per year",
    ...     "stakeholders": {"a": {"actions": ["join", "stay"]}}, "payoffs": {"a": {"join": 1, "stay": "0"}}})
    >>> game.counts({"a": "join"})
    {'a': {'join': 1, 'stay': 0}}
    """
    document = Document(dict(source), source=name) if isinstance(source, Mapping) else read_document(source, name)
    problems = list(document.problems)
    form: Form | None = None
    if not isinstance(document.data, dict):
        raise InvalidGameError([document.problem((), "the file is not a list of fields such as 'title: ...'", "start from a catalogue game")], name)
    try:
        form = Form.model_validate(document.data)
    except ValidationError as error:
        problems += [in_plain_words(document, dict(item), _fields_at(item["loc"])) for item in error.errors(include_url=False)]
    reported = {problem.place for problem in problems}
    problems += [problem for problem in check(document) if problem.place not in reported]
    if problems or form is None:
        raise InvalidGameError(sorted(problems, key=lambda problem: (problem.line or 0, problem.place and str(problem.place))), name)
    return Definition(name=name, **{field: getattr(form, field) for field in Form.model_fields})


@lru_cache(maxsize=32)
def _read_file(path: str, changed: int, size: int, name: str) -> Definition:
    return read_definition(Path(path).read_bytes(), name)


def read_file(path: Path, name: str | None = None) -> Definition:
    """Read a game file; a file that has not changed since is read once."""
    facts = path.stat()
    return _read_file(str(path), facts.st_mtime_ns, facts.st_size, name or path.name)


_FIELDS: dict[str, type[BaseModel]] = {
    "parameters": Parameter,
    "stakeholders": Stakeholder,
    "outcomes": Outcome,
    "levers": Lever,
    "scenarios": Scenario,
    "expected": Expectation,
    "target": Target,
    "cost_game": CostGameForm,
    "classes": CostClass,
    "sources": CostSource,
    "given": Given,
    "compared_with": Given,
}


def _fields_at(place: Place) -> list[str]:
    for part in reversed(place[:-1]):
        if part in _FIELDS:
            return list(_FIELDS[str(part)].model_fields)
    return list(Form.model_fields)
