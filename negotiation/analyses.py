"""The table of analyses: every question the engine answers, under one name, for the command line and for HTTP.

Each is a pure function of a subject and a request; its answer has `as_dict()` for JSON, and `negotiation.report` says it to people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from .budget import Budget
from .catalogue import Subject
from .coalitional import methods
from .coalitional.allocation import Allocation
from .coalitional.build import build_cost_game
from .coalitional.core import Core
from .coalitional.cost_game import CostGame
from .concepts import CONCEPTS, concept
from .errors import NotApplicableError, unknown
from .governance.expectations import Checked, check_expectations
from .governance.situation import Situation, build_situation
from .governance.verdict import Verdict, verdict
from .numerics import plain
from .questions import Case, Concept, Option, Result
from .settings import NO_SETTINGS, Settings
from .strategic.equilibrium import EquilibriumList
from .strategic.files.expansion import check_expansion
from .strategic.files.nfg import write_nfg
from .strategic.game import Game
from .strategic.mixed.selection import SelectionTable, selection

MAX_SELECTED = 1_000
"""Equilibria beside which a table of criteria is shown."""


@dataclass(frozen=True)
class Request:
    """How a question is asked.

    Parameters
    ----------
    settings : Settings
        Parameter values, scenario, levers.
    charges : str or None
        Allocation method whose charges people pay.
    options : mapping
        What only this analysis understands, e.g. ``{"method": "shapley"}``.
    budget : Budget or None
    """

    settings: Settings = NO_SETTINGS
    charges: str | None = None
    options: Mapping[str, str] | None = None
    budget: Budget | None = None

    def option(self, name: str) -> str | None:
        """Return an option, or None."""
        return (self.options or {}).get(name)


class Answer(Protocol):
    """What every analysis returns."""

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for JSON."""


def situation_of(subject: Subject, request: Request) -> Situation:
    """Put the subject's definition under the request's settings."""
    subject.written.check_ranges(request.settings)
    return build_situation(subject.written, request.settings, request.charges)


@dataclass(frozen=True)
class Solved:
    """The equilibria of a game."""

    subject: Subject
    found: EquilibriumList

    @property
    def selection(self) -> SelectionTable | None:
        """What stands out by which criterion, where there are several equilibria but not too many to compare in pairs."""
        return selection(self.found) if 1 < len(self.found.equilibria) <= MAX_SELECTED else None

    def as_dict(self) -> dict[str, Any]:
        """Return the list for JSON."""
        chosen = self.selection
        return {"game": self.subject.name, **self.found.as_dict(), "selection": None if chosen is None else chosen.as_dict()}


@dataclass(frozen=True)
class Judged:
    """The verdict on a game's target."""

    subject: Subject
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict for JSON."""
        return {"game": self.subject.name, **self.verdict.as_dict()}


@dataclass(frozen=True)
class Allocated:
    """The allocations of a cost game by every method, or by one."""

    subject: Subject
    game: CostGame
    core: Core
    allocations: dict[str, Allocation]
    method: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the allocations for JSON."""
        listed = methods.as_dict(self.core, self.allocations)
        chosen = listed if self.method is None else {self.method: listed[self.method]}
        body = {"game": self.subject.name, "unit": self.game.unit, "kind": self.game.kind, "total": self.game.total}
        return dict(
            plain({**body, "members": dict(zip(self.game.names, self.game.members, strict=True)), "core_empty": self.core.empty, "allocations": chosen})
        )


@dataclass(frozen=True)
class ExpectationsChecked:
    """What a game file expects, compared with the engine."""

    subject: Subject
    checked: tuple[Checked, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison for JSON."""
        rows = [{"says": c.says, "kind": c.kind, "source": c.source, "met": c.met, "failures": list(c.failures)} for c in self.checked]
        return {"game": self.subject.name, "met": all(c.met for c in self.checked), "expectations": rows}


@dataclass(frozen=True)
class Conceived:
    """What a solution concept says about a game."""

    subject: Subject
    concept: str
    game: Game
    result: Result

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return {"game": self.subject.name, "concept": self.concept, **self.result.as_dict()}


def solve(subject: Subject, request: Request) -> Answer:
    """Return the equilibria of the subject, or what the concept that the options name says about it."""
    options = dict(request.options or {})
    return conceive(concept(options.pop("concept", "nash")), subject, request, options)


def conceive(row: Concept, subject: Subject, request: Request, options: Mapping[str, str] | None = None) -> Answer:
    """Return what a solution concept says about the subject."""
    values = row.read(dict(request.options or {}) if options is None else options)
    game, situation = game_of(subject, request)
    result = row.run(Case(game, situation, values, request.budget))
    return Solved(subject, result) if isinstance(result, EquilibriumList) else Conceived(subject, row.name, game, result)


def game_of(subject: Subject, request: Request) -> tuple[Game, Situation | None]:
    """Return the subject's game under the request's settings, with its situation where it has one."""
    if subject.game is not None:
        if request.settings != NO_SETTINGS or request.charges is not None:
            raise NotApplicableError(
                f"'{subject.name}' is a game in strategic form, without parameters, scenarios, levers or charges", "leave the settings out"
            )
        return subject.game, None
    situation = situation_of(subject, request)
    return situation.game, situation


def exported(subject: Subject, request: Request) -> str:
    """Return the subject under the request's settings as a Gambit .nfg file, every member a player.

    Raises
    ------
    TooLargeError
        Before the game is built, with the most members to a stakeholder that could be written out.
    """
    if subject.game is None:
        stakeholders = subject.written.stakeholders
        bound = subject.written.commitments(request.settings)
        check_expansion([s.members for s in stakeholders.values()], [1 if name in bound else len(s.actions) for name, s in stakeholders.items()])
    return write_nfg(game_of(subject, request)[0])


def judge(subject: Subject, request: Request) -> Judged:
    """Return the verdict on the subject's target."""
    return Judged(subject, verdict(situation_of(subject, request)))


def allocate(subject: Subject, request: Request) -> Allocated:
    """Return the subject's cost allocations."""
    if subject.plain is not None and request.settings != NO_SETTINGS:
        raise NotApplicableError(f"'{subject.name}' is a plain cost game, without parameters, scenarios or levers", "leave the settings out")
    if subject.plain is None:
        subject.written.check_ranges(request.settings)
    game = subject.plain if subject.plain is not None else build_cost_game(subject.written, subject.written.values(request.settings))
    method = request.option("method")
    if method is not None and method not in methods.METHODS:
        raise unknown("allocation method", method, methods.METHODS)
    core, allocations = methods.compare(game)
    return Allocated(subject, game, core, allocations, method)


def check(subject: Subject, request: Request) -> ExpectationsChecked:
    """Compare what the subject's file expects with what the engine finds."""
    if request.settings != NO_SETTINGS or request.charges is not None:
        raise NotApplicableError("expectations bring their own settings", "leave the settings out")
    return ExpectationsChecked(subject, check_expectations(subject.written))


@dataclass(frozen=True)
class Analysis:
    """A row of the table.

    Parameters
    ----------
    name, about : str
    run : callable
    options : tuple of Option
        What only this analysis understands.
    """

    name: str
    about: str
    run: Callable[[Subject, Request], Answer]
    options: tuple[Option, ...] = ()


CONCEPT = Option("concept", str, f"one of: {', '.join(CONCEPTS)}", "nash")
METHOD = Option("method", str, f"one of: {', '.join(methods.METHODS)}")
QUESTIONS = (
    Analysis("solve", "What happens if everyone does what is best for themselves: all equilibria, or another concept.", solve, (CONCEPT,)),
    Analysis("verdict", "Does the cooperative outcome hold, would it get going, who would leave first?", judge),
    Analysis("allocate", "Who should pay what, so that no group does better alone?", allocate, (METHOD,)),
    Analysis("check", "Do the answers that the game file expects come out?", check),
)
ANALYSES = {row.name: row for row in QUESTIONS} | {row.name: Analysis(row.name, row.about, partial(conceive, row), row.options) for row in CONCEPTS.values()}
"""Every question, and every solution concept under its own name."""


def analysis(name: str) -> Analysis:
    """Return an analysis by name.

    Raises
    ------
    UnknownNameError
        Lists the analyses.
    """
    if name not in ANALYSES:
        raise unknown("analysis", name, ANALYSES)
    return ANALYSES[name]
