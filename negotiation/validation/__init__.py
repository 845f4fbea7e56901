"""What a game file must satisfy beyond the form of its fields.

Works on the plain data, so that one mistake does not hide the next: each check looks at what is there and says nothing
about a field whose type is already wrong.
"""

from __future__ import annotations

from ..document import Document
from ..errors import Problem
from . import fields, formulas, references, values
from .outline import Outline

CHECKS = (
    fields.names,
    fields.units,
    fields.ranges,
    formulas.formulas,
    formulas.cycles,
    formulas.payoffs_complete,
    references.profiles,
    references.moves,
    references.levers_and_scenarios,
    references.cost_game,
    references.expectations,
    values.values,
)


def check(document: Document) -> list[Problem]:
    """Return every mistake that the form of the fields does not show."""
    outline = Outline(document)
    for step in CHECKS:
        step(outline)
    return outline.problems
