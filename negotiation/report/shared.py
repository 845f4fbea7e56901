"""Answers about a cost game, for people."""

from __future__ import annotations

from ..answers.costs import Allocated, CostAnswer
from .costs import allocation, allocations, cost_answer
from .layout import Report


def allocated(answer: Allocated) -> Report:
    """Return allocations for people: the one that was asked for, or all side by side."""
    if answer.method is not None and answer.method in answer.allocations:
        return allocation(answer.allocations[answer.method], answer.core)
    return allocations(answer.game, answer.core, {} if answer.method is not None else answer.allocations)


def answered(answer: CostAnswer) -> Report:
    """Return what one question about a cost game came to, for people."""
    return cost_answer(answer.result, answer.game)
