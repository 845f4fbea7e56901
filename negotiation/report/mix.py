"""Which mix of governance makes it hold, for people: levers, cells, paths, levels, synergy, agreements."""

from __future__ import annotations

import math

from ..answers.mix import Levers
from ..governance.frameworks.agreement import Agreement
from ..governance.frameworks.bundles import BundleTable, Effect
from ..governance.frameworks.cells import Cells
from ..governance.frameworks.levels import Levels
from ..governance.frameworks.paths import Paths
from ..governance.frameworks.synergy import Synergy
from ..governance.levers.interaction import Interactions
from ..governance.levers.minimal import MinimalSets
from ..governance.situation import Situation
from ..numerics import shown
from .layout import LISTED, Report, Table

YES = {True: "yes", False: "no"}


def levers(result: Levers, situation: Situation) -> Report:
    """Return which levers are needed and go together."""
    known = result.interactions
    tables = [smallest(result.minimal, situation), *((brought(known, situation), pairs(known, situation)) if known is not None else ())]
    return Report(result.sentence, tuple(table for table in tables if table.rows), (f"How: {result.table.how}.",))


def smallest(found: MinimalSets, situation: Situation) -> Table:
    """Return the smallest sets of levers that stabilise, with price and payer."""
    rows = []
    for one in found.holding[:LISTED]:
        labels = [_lever(situation, name) for name in one.levers] or ["none"]
        paid = [f"{_who(situation, name)}: {shown(amount)}" for name, amount in one.payers.items() if amount]
        rows.append(("\n".join(labels), shown(one.price), "\n".join(paid), shown(one.margin), one.forms or "not known"))
    columns = ("Levers", f"Price ({situation.game.money})", "Who pays", "Margin", "From today it")
    return Table("Smallest sets with which the target holds", columns, tuple(rows))


def brought(found: Interactions, situation: Situation) -> Table:
    """Return what each lever brings."""
    rows = tuple(
        (_lever(situation, one.lever), "barrier" if one.effect == "barrier" else "", _percent(one.shapley), _percent(one.alone), _percent(one.last))
        for one in sorted(found.shares, key=lambda one: -(one.banzhaf if math.isnan(one.shapley) else one.shapley))
    )
    return Table("What each lever brings (share of members who cooperate)", ("Lever", "", "Its share of all", "Alone", "Lost when left out"), rows)


def pairs(found: Interactions, situation: Situation) -> Table:
    """Return how the levers go together, the strongest ties first."""
    rows = tuple((_lever(situation, one.first), _lever(situation, one.second), one.label, _percent(one.index)) for one in found.pairs[:LISTED])
    return Table("Which levers go together", ("Lever", "Lever", "They are", "Interaction"), rows)


def compared(result: Cells | Paths | Levels, situation: Situation) -> Report:
    """Return the cells, paths or levels of governance side by side."""
    kind = {Cells: "Cell", Paths: "Path", Levels: "Level"}[type(result)]
    notes = ("Every combination was examined.", *_unplaced(result.unplaced, situation))
    return Report(result.sentence, (bundles(result.bundles, situation, kind),), notes)


def bundles(table: BundleTable, situation: Situation, kind: str) -> Table:
    """Return what each bundle of levers does, alone and when left out."""
    columns = (
        kind,
        "Levers",
        "Holds alone",
        "Holds without",
        f"Cost ({situation.game.money})",
        "Cooperate, alone",
        "Its share of all",
        "Who leaves first, alone",
    )
    return Table(f"{kind}s compared", columns, tuple(_bundle(effect, situation) for effect in table.effects))


def _bundle(effect: Effect, situation: Situation) -> tuple[str, ...]:
    levers = "\n".join(_lever(situation, name) for name in effect.levers) or "none in this game"
    if not effect.levers:
        return effect.label, levers, "", "", "", "", "", ""
    payers = [f"{_who(situation, name)}: {shown(amount)}" for name, amount in effect.payers.items() if amount]
    cost = "\n".join(payers) or shown(effect.cost)
    return (
        *(effect.label, levers, YES[effect.holds_alone], YES[effect.holds_without], cost),
        *(_percent(effect.kept_alone), _percent(effect.shapley), "" if effect.holds_alone else effect.leaves_first),
    )


def synergy(result: Synergy, situation: Situation) -> Report:
    """Return what private, social and public governance do together."""
    tables = [bundles(result.bundles, situation, "Mode")]
    rows = tuple(
        (
            row["label"],
            *(shown(value) if isinstance(value, (int, float)) else str(value) for key, value in row.items() if key in ("together", *_modes(row))),
            YES[row["improves"]],
        )
        for row in (one.as_dict() for one in result.coordinates)
    )
    if rows:
        modes = [name.replace(" alone", "") for name in _modes(result.coordinates[0].as_dict())]
        tables.append(Table("Against each mode alone", ("Outcome", "Together", *[f"{mode.capitalize()} alone" for mode in modes], "Better than each"), rows))
    notes = [*_unplaced(result.unplaced, situation)]
    if result.agreement is not None:
        told = agreement(result.agreement, situation)
        tables += told.tables
        notes.insert(0, f"As an agreement: {told.sentence}")
    return Report(result.sentence, tuple(tables), tuple(notes))


def _modes(row: dict[str, object]) -> list[str]:
    return [key for key in row if key.endswith(" alone")]


def agreement(result: Agreement, situation: Situation) -> Report:
    """Return how the gains could be divided."""
    money = situation.game.money
    rows = tuple(
        (
            _who(situation, one.stakeholder),
            *(shown(value) if not math.isnan(value) else "" for value in (one.today, one.target, one.levers, one.transfer, one.gain)),
        )
        for one in result.standpoints
    )
    columns = ("All members together", "Today", "At the target", "Pays for levers", "Gets (pays)", "Gains over today")
    note = "Transfers go to those who stay and are owed by those who stay; whoever leaves neither gets nor pays."
    return Report(result.sentence, (Table(f"A division of the gains ({money})", columns, rows),), (note,))


def _unplaced(names: tuple[str, ...], situation: Situation) -> tuple[str, ...]:
    return (f"Left aside, because the file does not place them: {', '.join(_lever(situation, name) for name in names)}.",) if names else ()


def _lever(situation: Situation, name: str) -> str:
    return situation.definition.levers[name].label or name


def _who(situation: Situation, name: str) -> str:
    game = situation.game
    return game.label(game.index(name)) if name in game.names else name or "no payer named"


def _percent(share: float) -> str:
    return f"{shown(100 * share, 3)} %" if not math.isnan(share) else "-"
