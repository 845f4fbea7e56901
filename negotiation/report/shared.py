"""Answers about a cost game, for people."""

from __future__ import annotations

from dataclasses import replace

from ..answers.costs import Allocated, CostAnswer
from ..coalitional.checks.properties import Examination
from ..coalitional.cost_game import CostGame
from .costs import allocation, allocations, cost_answer
from .layout import Report, Table


def allocated(answer: Allocated) -> Report:
    """Return allocations for people: the one that was asked for, or all side by side."""
    if answer.method is not None and answer.method in answer.allocations:
        return allocation(answer.allocations[answer.method], answer.core)
    return allocations(answer.game, answer.core, {} if answer.method is not None else answer.allocations)


def answered(answer: CostAnswer) -> Report:
    """Return what one question about a cost game came to, for people."""
    result, game = answer.result, answer.game
    told = examined(result, game) if isinstance(result, Examination) else cost_answer(result, game)
    return replace(told, notes=(*told.notes, f"All amounts are in {answer.game.unit}.")) if " " in answer.game.unit else told


def examined(result: Examination, game: CostGame) -> Report:
    """Return which of the usual properties a cost game has."""
    cost = game.kind == "cost"
    said = {
        "nonnegative": f"No group {'costs' if cost else 'earns'} less than nothing",
        "monotone": f"More members never {'cost' if cost else 'earn'} less",
        "subadditive": f"Together never {'costs more' if cost else 'earns less'} than apart",
        "concave": f"A member never adds {'more' if cost else 'less'} to a larger group",
    }
    words = {True: "yes", False: "no", None: "not known"}
    rows = tuple((title, words[getattr(result, name)]) for name, title in said.items())
    return Report(result.sentence, (Table("", ("", ""), rows),))
