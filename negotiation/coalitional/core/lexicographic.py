"""The smallest largest value, then the smallest second largest, and so on, under a row for every coalition: one answer, not one of many."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from ...errors import SolverError
from ...numerics import Array
from ..search.rows import CoalitionProgram
from ..search.separation import Separation

WIDENED = (1e-11, 3e-10, 3e-9, 3e-8, 3e-7)
"""Slack that is tried against round-off, as a share of the largest cost."""
DIGITS = 9
"""Significant digits of an answer; the programs are solved to ten."""
PRICED = 1e-7
"""A value whose row has a larger price cannot be lower in any solution."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What a lexicographic minimum is taken over.

    Parameters
    ----------
    oracle : Separation
    members : tuple of int
    charges : ndarray, shape (classes, variables)
    offset : ndarray, shape (classes,)
        Charges are ``charges @ z + offset``, scaled and signed.
    allowance : float
        By how much a coalition may be asked for more than its cost.
    at_most, equal : (ndarray, ndarray)
        Further rows over the variables.
    low : sequence of float or None
        Lower bounds of the variables.
    """

    oracle: Separation
    members: tuple[int, ...]
    charges: Array
    offset: Array
    allowance: float
    at_most: tuple[Array, Array]
    equal: tuple[Array, Array]
    low: Sequence[float | None]

    def program(self, objective: Array, extra: int = 0) -> CoalitionProgram:
        """Return the program with an objective, and so many free variables more at the end."""
        pays = np.pad(self.charges, ((0, 0), (0, extra)))
        low = [*self.low, *[None] * extra]
        found = CoalitionProgram(self.oracle, self.members, objective, pays, self.offset, np.zeros(len(objective)), low, self.allowance)
        found.program.add(np.pad(self.at_most[0], ((0, 0), (0, extra))), self.at_most[1])
        found.program.add(np.pad(self.equal[0], ((0, 0), (0, extra))), self.equal[1], equal=True)
        return found


def lexicographic_optimum(setting: Setting, objective: Array, values: Array) -> tuple[float, Array]:
    """Return the least value of an objective, and of all solutions that attain it the one whose values are lexicographically least.

    Coalitions and the objective may miss by round-off: by the smallest of `WIDENED` that leaves the solver something to choose from.

    Raises
    ------
    SolverError
        When the program has no solution, or the rounds do not end.
    """
    rows, right = setting.at_most
    for slack in WIDENED:
        wide = replace(setting, allowance=setting.allowance + slack)
        with suppress(SolverError):
            least = wide.program(objective).settle().value
            narrow = replace(wide, at_most=(np.vstack([rows, objective]), np.append(right, least + slack)))
            return least, lexicographic_minimum(narrow, values, slack)
    raise SolverError("round-off leaves no solution", "scale the costs to a similar size")


def lexicographic_minimum(setting: Setting, values: Array, slack: float) -> Array:
    r"""Return the variables for which the sorted values are lexicographically least.

    .. math:: \operatorname{lexmin} \; (V z)^{\downarrow}

    Minimise the largest value; values whose row has a price are as large in every such solution: they are settled there; go on with the
    others. One linear program for each different value at most. Where the values fix the variables, the answer is unique.

    Parameters
    ----------
    setting : Setting
    values : ndarray, shape (m, variables)
    slack : float
        By how much settled values may still rise, so that round-off does not close the program.

    Returns
    -------
    ndarray, shape (variables,)
    """
    width = values.shape[1]
    program = setting.program(np.eye(width + 1)[width], 1)
    numbers = program.program.add(np.column_stack([values, -np.ones(len(values))]), np.zeros(len(values)))
    left = dict(enumerate(numbers))
    while True:
        found = program.settle()
        settled = [k for k, number in left.items() if found.prices[number] > PRICED]
        program.program.free([left.pop(k) for k in settled])
        program.program.add(np.pad(values[settled], ((0, 0), (0, 1))), np.full(len(settled), float(found.x[width]) + slack))
        if not left or not settled:
            return np.asarray(found.x[:width])
