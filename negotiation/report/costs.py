"""Allocations for people."""

from __future__ import annotations

from ..coalitional.allocation import Allocation
from ..coalitional.core import Core
from ..coalitional.cost_game import CostGame
from ..coalitional.methods import METHODS
from ..numerics import shown
from .layout import Report, Table

RULE_NAMES = {name: method.title for name, method in METHODS.items()} | {"paid": "What is paid now"}


def objection_text(allocation: Allocation) -> str:
    """Return who objects to an allocation, and by how much."""
    if allocation.objection is None:
        return "nobody"
    game = allocation.game
    group = [
        f"{f'{count} of ' if game.members[game.names.index(name)] > 1 else ''}{game.label(game.names.index(name))}"
        for name, count in allocation.objection.coalition.items()
    ]
    verb = "would save" if game.kind == "cost" else "would earn more alone by"
    return f"{', '.join(group)}: {verb} {shown(allocation.objection.gain)}"


def allocations(game: CostGame, core: Core, found: dict[str, Allocation]) -> Report:
    """Return a comparison of allocations for people."""
    inside = [RULE_NAMES[name] for name, allocation in found.items() if allocation.in_core and name != "core"]
    unit = game.unit or "units of money"
    total = f"{shown(game.total)} {unit}"
    cost = game.kind == "cost"
    if core.empty and cost:
        sentence = f"No way of sharing {total} satisfies every group: at best one is asked {shown(core.level)} {unit} more than it would pay alone."
    elif core.empty:
        sentence = f"No way of sharing out {total} satisfies every group: at best one gets {shown(core.level)} {unit} less than it would earn alone."
    elif inside:
        sentence = f"{total} can be shared so that no group does better alone. Rules that achieve it: {', '.join(inside)}."
    else:
        sentence = f"{total} can be shared so that no group does better alone, but none of the simple rules achieves it."
    per = "" if game.between_players else "Charge per member of " if cost else "Share per member of "
    columns = ("Rule", *[f"{per}{game.label(k)}" for k in range(len(game.names))], "In the core", "Who objects most")
    membership = {True: "yes", False: "no", None: "unknown"}
    rows = tuple((RULE_NAMES[name], *[shown(c) for c in one.charges], membership[one.in_core], objection_text(one)) for name, one in found.items())
    return Report(sentence, (Table(f"{'Charges' if cost else 'Shares'} ({unit})", columns, rows),))
