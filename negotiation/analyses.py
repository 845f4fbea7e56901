"""The table of analyses: every question the engine answers, under one name, for the command line and for HTTP.

Each is a pure function of a subject and a request; its answer has `as_dict()` for JSON, and `negotiation.report` says it to people. The
table names where a question is answered and loads it when it is asked, so that nobody waits for what others ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from .errors import unknown
from .loading import load

if TYPE_CHECKING:
    from .answers.request import Answer, Question, Request
    from .catalogue import Subject
    from .options import Option
    from .questions import Concept


@dataclass(frozen=True)
class Analysis:
    """A row of the table.

    Parameters
    ----------
    name, about : str
    loaded : callable
        Loads and returns how the question is answered.
    """

    name: str
    about: str
    loaded: Callable[[], Question]

    @property
    def question(self) -> Question:
        """How it is answered, loaded now."""
        return self.loaded()

    @property
    def options(self) -> tuple[Option, ...]:
        """What only this analysis understands."""
        return self.question.options

    @property
    def charged(self) -> bool:
        """Whether the terms among its options are those of the request's charges, and mean nothing without."""
        return self.question.charged

    @property
    def refused(self) -> tuple[Option, ...]:
        """What it knows only to say why it does not take it."""
        return self.question.refused

    def run(self, subject: Subject, request: Request) -> Answer:
        """Answer it."""
        return self.question.run(subject, request)


def _row(name: str, about: str, place: str) -> Analysis:
    """Return a row for a question of `negotiation.answers`."""
    return Analysis(name, about, partial(load, f"negotiation.answers.{place}"))


QUESTIONS = (
    _row("solve", "What happens if everyone does what is best for themselves: all equilibria, or another concept.", "play:SOLVE"),
    _row("verdict", "Does the cooperative outcome hold, would it get going, who would leave first?", "judged:VERDICT"),
    _row("repair", "What would make it hold: levers, transfers, a subsidy, numbers, each with its price.", "govern:REPAIR"),
    _row("condition", "When does nobody gain by leaving: the conditions in symbols, solved for single parameters.", "govern:CONDITION"),
    _row("participation", "At which levels of participation is everybody content, and which are reached?", "govern:PARTICIPATION"),
    _row("robustness", "How often does it hold when every number is drawn from its range, and on which does that hang?", "govern:ROBUSTNESS"),
    _row("winners", "Who and what wins and loses by going from today to the target?", "govern:WINNERS"),
    _row("rules", "Which rules of sharing the cost make it hold, and where does charging and playing end?", "govern:WHICH_RULES"),
    _row("check", "Do the answers that the game file expects come out, and what is missing or suspicious in it?", "checked:CHECK"),
    _row("levers", "Which levers are needed, what do the smallest sets cost, which go together and which displace each other?", "mix:LEVERS"),
    _row("synergy", "Do private, social and public governance hold the target together while none does alone?", "mix:SYNERGY"),
    _row("paths", "The six paths to social upgrading compared: does it hold, what does it cost, who pays, and how does the path fail?", "mix:PATHS"),
    _row("cells", "Scope by actor: what each of the six cells of governance brings, alone and together.", "mix:CELLS"),
    _row("levels", "The five levels of influence: which level's levers flip the outcome?", "mix:LEVELS"),
    _row("drivers", "Drivers against barriers: what does each barrier undo?", "mix:DRIVERS"),
    _row("signs", "Conflict, displacement, complementarity or synergy of each two cells or levers, and where along a parameter it flips.", "mix:SIGNS"),
    _row("agreement", "Can the gains be divided so that everybody prefers the target to today and nobody leaves?", "mix:AGREEMENT"),
    _row("allocate", "Who should pay what, so that no group does better alone?", "costs:ALLOCATE"),
    _row("policy", "Who pays what under caps, floors, outside money and what groups accept: the best for an aim, and what it hangs on.", "costs:BY_POLICY"),
    _row("join", "Who joins and who leaves when each pays what a rule asks, and which rule keeps the smallest in?", "costs:JOIN"),
    _row("core", "Can the cost be shared so that no group does better alone: proof, corners, and who blocks a proposal.", "costs:CORE"),
    _row("examine", "What is unusual about the cost game: cheaper apart, falling costs, crowding?", "costs:EXAMINE"),
)


@lru_cache(maxsize=1)
def analyses() -> Mapping[str, Analysis]:
    """Return every question, and every solution concept under its own name."""
    concepts = load("negotiation.concepts:CONCEPTS").values()
    return {row.name: row for row in (*QUESTIONS, *(Analysis(row.name, row.about, partial(_concept, row)) for row in concepts))}


def _concept(row: Concept) -> Question:
    found: Question = load("negotiation.answers.play:question_of")(row)
    return found


def analysis(name: str) -> Analysis:
    """Return an analysis by name.

    Raises
    ------
    UnknownNameError
        Lists the analyses.
    """
    for row in QUESTIONS:
        if row.name == name:
            return row
    if name not in analyses():
        raise unknown("analysis", name, analyses())
    return analyses()[name]
