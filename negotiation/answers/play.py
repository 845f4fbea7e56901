"""Who does what: equilibria and other solution concepts, and the game as a file for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..catalogue import Subject
from ..concepts import CONCEPTS, concept
from ..options import Option, read_options
from ..questions import Case, Concept, Result
from ..strategic.equilibrium import EquilibriumList
from ..strategic.files.expansion import check_expansion
from ..strategic.files.nfg import write_nfg
from ..strategic.game import Game
from ..strategic.mixed.selection import SelectionTable, selection
from .request import Answer, Question, Request, game_of

MAX_SELECTED = 1_000
"""Equilibria beside which a table of criteria is shown."""


@dataclass(frozen=True)
class Solved:
    """The equilibria of a game."""

    subject: Subject
    found: EquilibriumList
    concept: str = "nash"

    @property
    def selection(self) -> SelectionTable | None:
        """What stands out by which criterion, where there are several equilibria but not too many to compare in pairs."""
        return selection(self.found) if 1 < len(self.found.equilibria) <= MAX_SELECTED else None

    def as_dict(self) -> dict[str, Any]:
        """Return the list for JSON."""
        chosen = self.selection
        return {"game": self.subject.name, **self.found.as_dict(), "selection": None if chosen is None else chosen.as_dict()}


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
    values = read_options(row.name, row.options, dict(request.options or {}) if options is None else options)
    game, situation = game_of(subject, request)
    result = row.run(Case(game, situation, values, request.budget))
    return Solved(subject, result, row.name) if isinstance(result, EquilibriumList) else Conceived(subject, row.name, game, result)


def question_of(row: Concept) -> Question:
    """Return how a solution concept is asked for under its own name."""
    return Question(partial(conceive, row), row.options)


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


CONCEPT = Option("concept", str, f"one of: {', '.join(CONCEPTS)}", "nash")
SOLVE = Question(solve, (CONCEPT,))
