"""What a policy allocation aims at, and by what it chooses among equally good allocations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...errors import NotApplicableError, listed
from ...numerics import ROUND_OFF, Array
from ..methods import allocate
from .parts import Measure
from .programme import Programme

OBJECTIVES = {
    "public_money": "Least public money",
    "burden": "Smallest worst burden",
    "closest": "Closest to a rule",
    "inside": "Most firms inside",
}
"""What a policy allocation can aim at, and what people call it."""


@dataclass(frozen=True)
class Goal:
    """What is made as small as possible: ``objective @ x``, or the largest of some measures.

    Parameters
    ----------
    name : str
        One of `OBJECTIVES`.
    objective : ndarray
        In money; zeros where measures count.
    measures : tuple of Measure
    payer : str
        Who gains when the value falls.
    """

    name: str
    objective: Array
    measures: tuple[Measure, ...]
    payer: str


def goal_named(programme: Programme, objective: str, closest_to: str = "proportional") -> Goal:
    """Return a goal for a programme.

    Raises
    ------
    NotApplicableError
        When burdens are asked for but the ability to pay is not known for every class, or gains are shared.
    """
    public = [source.title for source in programme.sources if source.public]
    payer = public[0] if len(public) == 1 else "the public purse"
    if objective == "public_money":
        return Goal(objective, programme.public_row, (), payer)
    if objective == "burden":
        return Goal(objective, np.zeros(programme.size), _burdens(programme), payer)
    plain = replace(programme.terms, caps={}, floors={})
    return Goal(objective, np.zeros(programme.size), _deviations(programme, allocate(programme.game, closest_to, plain).charges), payer)


def abilities_known(programme: Programme) -> bool:
    """Whether burdens can be told for every class."""
    return programme.game.kind == "cost" and all(entry.affordable for entry in programme.game.classes)


def one_variable(programme: Programme, k: int, weight: float) -> Measure:
    """Return one variable times a weight, as a measure."""
    row = np.zeros((1, programme.size))
    row[0, k] = weight
    return Measure(row, np.zeros(1))


def _burdens(programme: Programme) -> tuple[Measure, ...]:
    game = programme.game
    if game.kind == "savings":
        raise NotApplicableError("burdens are about who can pay, and a game of savings shares gains", "aim at 'closest' or 'public_money'")
    missing = [entry.name for entry in game.classes if not entry.affordable]
    if missing:
        raise NotApplicableError(
            f"the smallest worst burden needs what a member can pay, above 0, of every class; it is missing for {listed(missing)}",
            "give 'ability' for every class",
        )
    return tuple(one_variable(programme, k, 1.0 / float(entry.affordable or 1.0)) for k, entry in enumerate(game.classes))


def fair(programme: Programme) -> tuple[Measure, ...]:
    """Return what is made small one after the other among equally good allocations: burdens, or charges per use, or charges."""
    game = programme.game
    if abilities_known(programme):
        return _burdens(programme)
    per = game.use if min(game.use) > 0 else (1.0,) * len(game.use)
    return tuple(one_variable(programme, k, 1.0 / (use * programme.scale)) for k, use in enumerate(per))


def _deviations(programme: Programme, charges: Sequence[float]) -> tuple[Measure, ...]:
    """Return by which share each class's charge deviates from a rule's (of the average charge, where the rule asks for nothing)."""
    game = programme.game
    usual = programme.scale / game.population
    measures = []
    for k, charge in enumerate(charges):
        size = abs(charge) if abs(charge) > ROUND_OFF * usual else usual
        row = np.zeros((2, programme.size))
        row[:, k] = 1.0 / size, -1.0 / size
        measures.append(Measure(row, np.array([-1.0, 1.0]) * game.sign * charge / size))
    return tuple(measures)
