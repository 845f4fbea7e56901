"""The table of analyses: every question the engine answers, under one name, for the command line and for HTTP.

Each is a pure function of a subject and a request; its answer has `as_dict()` for JSON, and `negotiation.report` says it to people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .budget import Budget
from .catalogue import Subject
from .coalitional import methods
from .coalitional.allocation import Allocation
from .coalitional.core import Core
from .coalitional.cost_game import CostGame, build_cost_game
from .errors import unknown
from .governance.expectations import Checked, check_expectations
from .governance.situation import Situation, build_situation
from .governance.verdict import Verdict, verdict
from .numerics import plain
from .settings import NO_SETTINGS, Settings
from .strategic.equilibrium import EquilibriumList
from .strategic.game import Game
from .strategic.nash import nash_equilibria


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
    return build_situation(subject.written, request.settings, request.charges)


def game_of(subject: Subject, request: Request) -> Game:
    """Return the subject's game under the request's settings."""
    return subject.game if subject.game is not None else situation_of(subject, request).game


@dataclass(frozen=True)
class Solved:
    """The equilibria of a game."""

    subject: Subject
    found: EquilibriumList

    def as_dict(self) -> dict[str, Any]:
        """Return the list for JSON."""
        return {"game": self.subject.name, **self.found.as_dict()}


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


def solve(subject: Subject, request: Request) -> Solved:
    """Return the equilibria of the subject."""
    return Solved(subject, nash_equilibria(game_of(subject, request), request.budget))


def judge(subject: Subject, request: Request) -> Judged:
    """Return the verdict on the subject's target."""
    return Judged(subject, verdict(situation_of(subject, request)))


def allocate(subject: Subject, request: Request) -> Allocated:
    """Return the subject's cost allocations."""
    game = subject.plain if subject.plain is not None else build_cost_game(subject.written, subject.written.values(request.settings))
    method = request.option("method")
    if method is not None and method not in methods.METHODS:
        raise unknown("allocation method", method, methods.METHODS)
    core, allocations = methods.compare(game)
    return Allocated(subject, game, core, allocations, method)


def check(subject: Subject, request: Request) -> ExpectationsChecked:
    """Compare what the subject's file expects with what the engine finds."""
    return ExpectationsChecked(subject, check_expectations(subject.written))


@dataclass(frozen=True)
class Analysis:
    """A row of the table."""

    name: str
    about: str
    run: Callable[[Subject, Request], Answer]


ANALYSES = {
    analysis.name: analysis
    for analysis in (
        Analysis("solve", "What happens if everyone does what is best for themselves: all equilibria.", solve),
        Analysis("verdict", "Does the cooperative outcome hold, would it get going, who would leave first?", judge),
        Analysis("allocate", "Who should pay what, so that no group does better alone?", allocate),
        Analysis("check", "Do the answers that the game file expects come out?", check),
    )
}


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
