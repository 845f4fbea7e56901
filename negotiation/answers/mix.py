"""Which mix of governance makes it hold: levers, the cells and paths they belong to, and whether they reinforce or displace each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..budget import Budget
from ..catalogue import Subject
from ..definition import Definition
from ..errors import NotApplicableError
from ..governance.frameworks.agreement import agreement
from ..governance.frameworks.cells import cells
from ..governance.frameworks.drivers import drivers_and_barriers
from ..governance.frameworks.levels import levels
from ..governance.frameworks.paths import paths
from ..governance.frameworks.sign_flips import flips_along
from ..governance.frameworks.signs import named_bundles, signs
from ..governance.frameworks.synergy import synergy
from ..governance.levers.interaction import Interactions, interactions
from ..governance.levers.minimal import MinimalSets, minimal_sets
from ..governance.levers.table import LeverTable, lever_table
from ..options import Option, read_options
from ..questions import Result
from ..settings import Settings
from .govern import Governed
from .request import Question, Request, situation_of
from .terms import CHARGED, refuse_terms

VALUE = Option("value", str, "the cooperation that lasts (kept), or that gets going (reached)", "kept", ("kept", "reached"))
MEASURE = Option("measure", str, "what is compared: kept, reached, or the name of an outcome", "kept")

BETWEEN = Option("between", str, "cells such as vertical_private, or levers, with commas between, instead of all cells", many=True)
ALONG = Option("along", str, "a parameter with a range: at which of its values does the sign flip?")


@dataclass(frozen=True)
class Levers:
    """Every set of levers judged, the smallest that stabilise, and what each lever and each pair brings.

    Parameters
    ----------
    table : LeverTable
    minimal : MinimalSets
    interactions : Interactions or None
        None where some set cannot be judged, so that what a lever brings is not known.
    """

    table: LeverTable
    minimal: MinimalSets
    interactions: Interactions | None

    @property
    def together(self) -> str:
        """Which levers go together, or why that is not known."""
        if self.interactions is not None:
            return self.interactions.sentence
        why = next(iter(self.table.excluded.values()))
        return f"What each lever and each pair brings is not known, because {len(self.table.excluded):,} sets cannot be judged: {why}."

    @property
    def sentence(self) -> str:
        """What is needed, and which levers go together."""
        return f"{self.minimal.sentence} {self.together}"

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        shares = {"of": None, "levers": [], "pairs": []} if self.interactions is None else self.interactions.as_dict()
        return {
            **self.minimal.as_dict(),
            "of": shares["of"],
            "levers": shares["levers"],
            "pairs": shares["pairs"],
            "sets": self.table.as_dict(),
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class _Asked:
    settings: Settings
    charges: str | None
    said: Mapping[str, Any]
    budget: Budget | None


def _levers(definition: Definition, asked: _Asked) -> Levers:
    if not definition.levers:
        raise NotApplicableError(f"'{definition.name}' has no levers", "add 'levers' to the game file")
    table = lever_table(definition, asked.settings, asked.charges, budget=asked.budget)
    known = not np.isnan(table.kept.cooperation).any()
    return Levers(table, minimal_sets(table), interactions(table, asked.said["value"]) if known else None)


def _signs(definition: Definition, asked: _Asked) -> Result:
    said, names = asked.said, [part.strip() for part in asked.said.get("between", "").split(",") if part.strip()]
    bundles = named_bundles(definition, names) if names else None
    if said.get("along") is None:
        return signs(definition, asked.settings, asked.charges, said["measure"], bundles=bundles, budget=asked.budget)
    return flips_along(definition, said["along"], said["measure"], asked.settings, bundles=bundles, charges=asked.charges, budget=asked.budget)


def _mixed(name: str, run: Callable[[Definition, _Asked], Result], options: tuple[Option, ...] = ()) -> Question:
    """Return a question about the levers of a definition."""

    def answer(subject: Subject, request: Request) -> Governed:
        refuse_terms(name, request.options or {})
        said = read_options(name, options, dict(request.options or {}))
        situation = situation_of(subject, request)
        return Governed(subject, situation, run(subject.written, _Asked(request.settings, request.charges, said, request.budget)))

    return Question(answer, options, refused=CHARGED)


def _agreed(subject: Subject, request: Request) -> Governed:
    refuse_terms("agreement", request.options or {})
    read_options("agreement", (), dict(request.options or {}))
    situation = situation_of(subject, request)
    return Governed(subject, situation, agreement(situation))


LEVERS = _mixed("levers", _levers, (VALUE,))
SYNERGY = _mixed("synergy", lambda definition, asked: synergy(definition, asked.settings, asked.charges, budget=asked.budget))
PATHS = _mixed("paths", lambda definition, asked: paths(definition, asked.settings, asked.charges, budget=asked.budget))
CELLS = _mixed("cells", lambda definition, asked: cells(definition, asked.settings, asked.charges, budget=asked.budget))
LEVELS = _mixed("levels", lambda definition, asked: levels(definition, asked.settings, asked.charges, budget=asked.budget))
DRIVERS = _mixed("drivers", lambda definition, asked: drivers_and_barriers(definition, asked.settings, asked.charges, budget=asked.budget))
SIGNS = _mixed("signs", _signs, (MEASURE, BETWEEN, ALONG))
AGREEMENT = Question(_agreed, refused=CHARGED)
