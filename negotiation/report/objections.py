"""Who objects to an allocation, in words."""

from __future__ import annotations

from ..coalitional.allocation import Allocation
from ..coalitional.cost_game import CostGame
from ..coalitional.excess import Objection
from ..coalitional.words import group
from ..numerics import shown


def objection_text(allocation: Allocation) -> str:
    """Return who objects to an allocation, and by how much."""
    return "nobody" if allocation.objection is None else objects(allocation.game, allocation.objection)


def objects(game: CostGame, objection: Objection) -> str:
    """Return which group objects, and what it would gain."""
    verb = "would save" if game.kind == "cost" else "would earn more alone by"
    return f"{group(game, objection.coalition)}: {verb} {shown(objection.gain)}"
