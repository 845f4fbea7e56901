"""Sections of pages that take longer than an answer: each is asked for in a request of its own, and runs in a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from negotiation import plots, report
from negotiation.analyses import analysis
from negotiation.answers.costs import cost_game_of
from negotiation.answers.request import Request, situation_of
from negotiation.answers.terms import CHARGED, TERMS, terms_of
from negotiation.budget import Budget
from negotiation.catalogue import Subject
from negotiation.coalitional import methods
from negotiation.definition import Definition
from negotiation.errors import unknown
from negotiation.governance.recheck import recheck
from negotiation.governance.situation import Situation
from negotiation.governance.verdict import verdict
from negotiation.options import read_options
from negotiation.report import Report
from negotiation.report.costs import allocation, allocations
from negotiation.report.govern import verdict as told_verdict
from negotiation.report.play import equilibria as told_equilibria
from negotiation.strategic.nash import nash_equilibria

from . import boards

UNHEARD = "Asked without the subsidy and the limits: this question does not take them, or takes them with a rule only."
"""What people must know where a page says more than a question hears."""
PATIENCE = 0.5
"""Seconds that a page waits for mixed equilibria."""


@dataclass(frozen=True)
class Section:
    """What a section shows.

    Parameters
    ----------
    told : Report
    charts : tuple of dict
        Vega-Lite specifications.
    body : mapping
        What a template of its own shows, as plain data.
    """

    told: Report
    charts: tuple[dict[str, Any], ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A row of the table of sections.

    Parameters
    ----------
    name, title, about : str
    run : callable
        From a subject and a request to a section.
    template : str
        What shows it.
    """

    name: str
    title: str
    about: str
    run: Callable[[Subject, Request], Section]
    template: str = "section.html"

    @property
    def slow(self) -> bool:
        """Whether it takes seconds on the games of the catalogue."""
        return self.name in SLOW


def _asked(question: str, **options: str) -> Callable[[Subject, Request], Section]:
    """Return what asks a question of the table of analyses; of the terms of a page it is told those that it understands."""

    def run(subject: Subject, request: Request) -> Section:
        row = analysis(question)
        without = {option.name for option in CHARGED} if row.charged and request.charges is None else set()
        understood = {option.name for option in row.options} - without
        said = {name: text for name, text in (request.options or {}).items() if name in understood} | options
        told = report.told(row.run(subject, replace(request, options=said)))
        ignored = (request.options or {}).keys() - said.keys()
        return Section(replace(told, notes=(*told.notes, UNHEARD)) if ignored else told)

    return run


def _all_tests(subject: Subject, request: Request) -> Section:
    judged = verdict(situation_of(subject, request), full=True)
    recheck(judged)
    told = told_verdict(judged)
    return Section(Report(judged.lesson, told.tables[:1]))


def _equilibria(subject: Subject, request: Request) -> Section:
    return Section(equilibria(situation_of(subject, request)))


def equilibria(situation: Situation) -> Report:
    """Return the equilibria of a situation for people, those found soon."""
    return told_equilibria(nash_equilibria(situation.game, Budget(PATIENCE), report.LISTED))


def _every_rule(subject: Subject, request: Request) -> Section:
    return Section(*shared_cost(subject, request, every=True))


def shared_cost(subject: Subject, request: Request, *, every: bool = False) -> tuple[Report, tuple[dict[str, Any], ...]]:
    """Return who pays what: the chosen rule in full, all the others beside it, and a chart for each class.

    Parameters
    ----------
    subject : Subject
    request : Request
        Its charges name the chosen rule; without them it is what the numbers say is paid.
    every : bool
        Whether rules that take long are among them; the chosen one always is.
    """
    game = cost_game_of(subject, request)
    terms = terms_of(game, read_options("allocate", TERMS, {**(request.options or {})}), request.budget)
    names = [name for name, row in methods.METHODS.items() if every or row.quick]
    core, found = methods.compare(game, terms, names)
    if request.charges is not None:
        found[request.charges] = found.get(request.charges) or methods.allocate(game, request.charges, terms)
    paid = situation_of(subject, request).paid if request.charges is None and not request.options else None
    bars = {name: one for name, one in found.items() if name != "core"} | ({"paid": paid} if paid is not None else {})
    chosen = paid if request.charges is None else found[request.charges]
    told = allocations(game, core, found)
    tables, notes = list(told.tables), list(told.notes)
    if chosen is not None:
        one = allocation(chosen, core)
        tables, notes = [*one.tables, *tables], [one.sentence, *one.notes, *notes]
    charts = tuple(plots.charges(game, bars, None if chosen is None else chosen.rule, k) for k in range(len(game.names)))
    return Report(told.sentence, tuple(tables), tuple(notes)), charts


def _join(subject: Subject, request: Request) -> Section:
    chosen = {} if request.charges is None else {"method": request.charges}
    return _asked("join", **chosen)(subject, request)


def _board(found: Callable[[Subject, Request], tuple[Any, ...]]) -> Callable[[Subject, Request], Section]:
    return lambda subject, request: Section(*found(subject, request))


_ROWS = (
    Part("tests", "All seven tests", "Patience and robustness are asked besides.", _all_tests, "tests.html"),
    Part("equilibria", "All equilibria", "Every outcome from which nobody wants to move alone.", _equilibria),
    Part("charges", "Slower rules too", "Every rule; those that take longer to work out are among them.", _every_rule),
    Part("policy", "Least public money", "Who pays what so that the state pays least, under subsidy and caps.", _asked("policy", objective="public_money")),
    Part("burden", "Smallest burden", "Who pays what so that nobody is pressed harder than need be.", _asked("policy", objective="burden")),
    Part("join", "Who would join?", "Who joins and who leaves when each pays what a rule asks.", _join),
    Part("core", "Can everybody be content?", "The charges to which no group objects, or the proof that there are none.", _asked("core")),
    Part("winners", "Who wins, who loses?", "From today to the target: every stakeholder, and every outcome besides money.", _asked("winners")),
    Part("repair", "What would mend it?", "Levers, payments, a subsidy, single numbers: each with its price and who could pay.", _asked("repair")),
    Part("participation", "How many would take part?", "The levels of participation at which everybody is content.", _asked("participation")),
    Part("condition", "When does nobody gain by leaving?", "The conditions in symbols, with today's numbers.", _asked("condition")),
    Part("robustness", "What if the numbers are wrong?", "Every number is drawn from its range, many times.", _asked("robustness")),
    Part("rules", "Which ways of sharing the cost make it hold?", "Each rule's charges are paid, and the game is played.", _asked("rules")),
    Part("agreement", "Could the gains be divided?", "Payments with which everybody prefers the target to today and nobody leaves.", _asked("agreement")),
    Part("board", "Smallest sets of levers", "Every set of levers is tried.", _board(boards.board), "board.html"),
    Part("cells", "Who acts, and where", "What the levers of each cell do alone, and what is lost without them.", _board(boards.cells), "cells.html"),
    Part("paths", "The six paths side by side", "Each path's levers alone, and left out of all.", _board(boards.paths), "cards.html"),
    Part("influence", "Which level decides?", "The firm, the cluster, the region, the nation, the world outside.", _asked("levels")),
    Part("drivers", "Drivers against barriers", "Which barrier undoes which drivers.", _board(boards.drivers)),
    Part("synergy", "Is it synergy?", "Do private, social and public governance together do what none of them does alone?", _asked("synergy")),
)
PARTS = {row.name: row for row in _ROWS}
"""Every section by its name."""
SLOW = ("join", "repair", "condition", "rules", "board", "cells", "paths", "influence", "drivers", "synergy")
SWITCHING = ("board", "cells", "paths", "influence", "drivers", "synergy")
"""Sections that switch levers themselves: those that are on matter only where they are barriers, or not at all."""


def asked_by(part: Part, question: Request, definition: Definition) -> Request:
    """Return what a section really asks: one that switches levers itself is told only of barriers, or of none."""
    if part.name not in SWITCHING:
        return question
    on = () if part.name in ("board", "drivers") else question.settings.levers
    barriers = sorted(name for name in on if definition.levers[name].effect == "barrier")
    return Request(replace(question.settings, levers=tuple(barriers)), question.charges)


def part_named(name: str) -> Part:
    """Return a section by name.

    Raises
    ------
    UnknownNameError
        Lists the sections.
    """
    if name not in PARTS:
        raise unknown("section", name, PARTS)
    return PARTS[name]
