"""Answers for people: a sentence first, then tables. The command line prints them, pages show them."""

from __future__ import annotations

from functools import singledispatch

from ..answers.costs import Allocated, CostAnswer
from ..answers.govern import ExpectationsChecked, Governed, Judged
from ..answers.play import Conceived, Solved
from ..answers.request import Answer
from .costs import RULE_NAMES, allocation, allocations, cost_answer, objection_text
from .games import game_card, games
from .govern import expectations, governed, judged, verdict
from .layout import LISTED, Report, Table, plain_report
from .mix import brought, bundles, pairs, smallest
from .play import concept, equilibria

__all__ = [
    "LISTED",
    "RULE_NAMES",
    "Report",
    "Table",
    "allocation",
    "allocations",
    "brought",
    "bundles",
    "concept",
    "cost_answer",
    "equilibria",
    "expectations",
    "game_card",
    "games",
    "objection_text",
    "pairs",
    "plain_report",
    "smallest",
    "told",
    "verdict",
]


@singledispatch
def told(answer: Answer) -> Report:
    """Return the answer of an analysis for people."""
    raise TypeError(f"no report for {type(answer).__name__}")


@told.register
def _(answer: Solved) -> Report:
    return equilibria(answer.found, answer.selection)


@told.register
def _(answer: Conceived) -> Report:
    return concept(answer)


@told.register
def _(answer: Judged) -> Report:
    return judged(answer)


@told.register
def _(answer: Governed) -> Report:
    return governed(answer)


@told.register
def _(answer: Allocated) -> Report:
    if answer.method is not None and answer.method in answer.allocations:
        return allocation(answer.allocations[answer.method], answer.core)
    return allocations(answer.game, answer.core, {} if answer.method is not None else answer.allocations)


@told.register
def _(answer: CostAnswer) -> Report:
    return cost_answer(answer.result, answer.game)


@told.register
def _(answer: ExpectationsChecked) -> Report:
    return expectations(answer)
