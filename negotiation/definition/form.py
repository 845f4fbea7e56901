"""The fields of a game file, and what each may hold."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ..settings import Settings

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
    after_moves: Expression | None = None
    """True of every outcome of working the order of moves backward, whichever replies followers settle on, unless `selection` names one."""
    selection: Literal["optimistic", "pessimistic"] | None = None
    tips_at: dict[str, Expression] = {}
    """For a stakeholder the number of its members from which on joining pays: leaving today's action for the target's, all others at the target."""
    holds: Expression | None = None
    iff: Expression | None = None
    """Exactly when the answer holds: that the target, or `is_equilibrium`, is an equilibrium, or what `core`, `in_core` or `after_moves` says."""
    vary: dict[str, tuple[Number, Number]] = {}
    observe: Expression | None = None
    along: dict[str, tuple[Number, ...]] = {}
    trend: Literal["rises", "falls", "never rises", "never falls", "constant"] | None = None
    compared_with: Given | None = None
    relation: Literal["above", "below", "equal", "at least", "at most"] | None = None
    within: dict[str, tuple[Number, Number]] = {}
    """Where the claim holds: an interval around the file's own number, for each parameter of which it does not hold in the whole range."""


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
