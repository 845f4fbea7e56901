"""The table of analyses: every question the engine answers, under one name, for the command line and for HTTP.

Each is a pure function of a subject and a request; its answer has `as_dict()` for JSON, and `negotiation.report` says it to people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .answers import costs, govern, play
from .answers.request import Answer, Request
from .catalogue import Subject
from .concepts import CONCEPTS
from .errors import unknown
from .options import Option


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
QUESTIONS = (
    Analysis("solve", "What happens if everyone does what is best for themselves: all equilibria, or another concept.", play.solve, (CONCEPT,)),
    Analysis("verdict", "Does the cooperative outcome hold, would it get going, who would leave first?", govern.judge),
    Analysis("allocate", "Who should pay what, so that no group does better alone?", costs.allocate, (costs.METHOD, *costs.TERMS)),
    Analysis("check", "Do the answers that the game file expects come out?", govern.check),
)
_CONCEPTS = (Analysis(row.name, row.about, partial(play.conceive, row), row.options) for row in CONCEPTS.values())
ANALYSES = {row.name: row for row in (*QUESTIONS, *_CONCEPTS)}
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
