"""The table of analyses: every question the engine answers, under one name, for the command line and for HTTP.

Each is a pure function of a subject and a request; its answer has `as_dict()` for JSON, and `negotiation.report` says it to people.
"""

from __future__ import annotations

from functools import partial

from .answers import costs, govern, mix, play
from .answers.request import Analysis
from .concepts import CONCEPTS
from .errors import unknown

QUESTIONS = (*play.QUESTIONS, *govern.QUESTIONS, *mix.QUESTIONS, *costs.QUESTIONS)
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
