"""What a game file must satisfy beyond the form of its fields.

Works on the plain data, so that one mistake does not hide the next: each check looks at what is there and says nothing
about a field whose type is already wrong.
"""

from __future__ import annotations

from ..document import Document
from ..errors import Problem
from . import claims, fields, formulas, references, values
from .outline import Outline

FIELDS = (fields.names, fields.units, fields.ranges)
RELATIONS = (
    formulas.formulas,
    formulas.cycles,
    formulas.payoffs_complete,
    references.profiles,
    references.moves,
    references.levers_and_scenarios,
    references.cost_game,
    references.expectations,
    claims.claims,
    values.values,
)


def check(document: Document) -> list[Problem]:
    """Return every mistake that the form of the fields does not show.

    Where a whole section cannot be read, what refers to it is not looked at: every name in it would seem unknown.
    """
    outline = Outline(document)
    for step in (*FIELDS, *(RELATIONS if outline.readable else ())):
        step(outline)
    return outline.problems
