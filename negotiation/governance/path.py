"""What an expectation claims about the order of moves: every outcome of working backward satisfies a condition."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..definition import Expectation
from ..strategic.sequence.commitment import committed_outcomes
from .situation import Situation


def path_failures(situation: Situation, expected: Expectation) -> Iterator[str]:
    """Yield under which selection the outcome of the order of moves is not as claimed.

    Said of both selections unless the expectation names one. A selection without an outcome in pure actions, or in which some choice has
    no pure reply, so that nobody knows what it would bring, does not bear a claim out.
    """
    formula = expected.after_moves or ""
    for selection, found in committed_outcomes(situation.game, situation.definition.moves).items():
        if expected.selection not in (None, selection):
            continue
        truth = situation.observe(formula, found.points) != 0
        if not found.complete:
            yield f"some choices have no pure reply, so that the {selection} outcome of the moves is not known"
        elif not len(truth):
            yield f"no {selection} choice of those who move first is stable in pure actions"
        elif not truth.all():
            example = situation.game.counts(found.points, int(np.argmin(truth)))
            yield f"the {selection} outcome of the moves does not satisfy '{formula}': {example}"
