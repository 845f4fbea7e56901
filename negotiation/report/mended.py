"""What would mend or undo a target, and how sure it is, for people."""

from __future__ import annotations

from ..governance.repair.repairs import LISTED, Repairs
from ..governance.robustness import Robustness
from ..governance.situation import Situation
from ..numerics import shown
from ..strategic.game import Game
from .layout import Report, Table
from .naming import action_label, stakeholder_label


def repaired(result: Repairs, situation: Situation) -> Report:
    """Return what would mend a target, or undo it."""
    money, rows = situation.game.money, list[tuple[str, ...]]()
    words = {"forms": "holds and gets going", "may form": "holds, may get going", "does not form": "holds, does not get going", None: "holds"}
    for one in result.added[:LISTED]:
        if one.levers:
            levers = [situation.definition.levers[name].label or name for name in one.levers]
            paid = [f"{stakeholder_label(situation.game, name) or 'no payer named'}: {shown(amount)}" for name, amount in one.payers.items() if amount]
            rows.append(("Levers", "\n".join(levers), shown(one.price), "\n".join(paid), words[one.forms]))
    for title, moved in (("Payments", result.transfers), ("Payments and fines", result.fined)):
        if moved is not None and (moved.rewards or moved.fines):
            lines = [f"{_at(situation.game, row.stakeholder, row.action)}: {shown(row.each)} each" for row in moved.rewards]
            lines += [f"fine on {_at(situation.game, row.stakeholder, row.action)}: {shown(row.amount)}" for row in moved.fines]
            able = [f"{stakeholder_label(situation.game, name)} gain {shown(amount)}" for name, amount in moved.gainers.items()]
            rows.append((title, "\n".join(lines), shown(moved.price), "\n".join(able), "holds"))
    effect = "does not hold" if result.holds else "holds"
    for flip in result.thresholds.flips[:LISTED]:
        sure = "" if flip.proven else " (a nearer number is not ruled out)"
        rows.append(("A number", f"{flip.label}\nfrom {shown(flip.today)} to {shown(flip.value or 0.0)} {flip.unit}{sure}", "", "", effect))
    for pair in result.thresholds.pairs[: LISTED // 2]:
        labels = [situation.definition.parameters[name].label or name for name in pair.parameters]
        rows.append(("Two numbers", "\n".join(f"{label} at {shown(value)}" for label, value in zip(labels, pair.values, strict=True)), "", "", effect))
    if result.subsidy is not None and result.subsidy.amount > 0:
        rows.append(("Subsidy to the cost", result.subsidy.sentence, shown(result.subsidy.amount), "outsiders", "no group does better alone"))
    title = "What would undo it" if result.holds else "What would mend it"
    tables = (Table(title, ("Kind", "What", f"Price ({money})", "Who pays, or could", "Then the target"), tuple(rows)),) if rows else ()
    every = "" if result.table is None or result.table.exact else " Not every set of levers was examined."
    return Report(result.sentence, tables, (f"Payments go to those who stay at the target; fines fall on those who leave.{every}",))


def _at(game: Game, name: str, action: str) -> str:
    return f"{stakeholder_label(game, name)} at “{action_label(game, name, action)}”"


def robustness(result: Robustness, situation: Situation) -> Report:
    """Return how often a target holds, and on what that hangs."""
    game = situation.game
    low, high = (shown(100 * end, 3) for end in result.interval)
    facts = (
        ("Draws", f"{result.draws:,}"),
        ("Nobody gains by leaving in", f"{shown(100 * result.share, 3)} % ({low} to {high} % with 95 % confidence)"),
        (f"Margin that 5, 50, 95 in 100 draws stay below ({game.money})", ", ".join(shown(value) for value in result.margins)),
    )
    tables = [Table("", ("", ""), facts)]
    tests = tuple(
        (one.test, "" if one.share is None else f"{shown(100 * one.share, 3)} %", f"{one.draws:,}" if one.draws else "", one.note) for one in result.tests
    )
    tables.append(Table("How often each test holds, with the individual one", ("Test", "Holds in", "Draws", ""), tests))
    if result.breakers:
        rows = tuple((stakeholder_label(game, who), action_label(game, who, to), f"{shown(100 * share, 3)} %") for who, to, share in result.breakers)
        tables.append(Table("Who breaks it", ("Who", "Goes to", "In"), rows))
    if result.influences:
        parameters = situation.definition.parameters
        lines = tuple(
            (parameters[one.parameter].label or one.parameter, f"{shown(100 * one.low_half, 3)} %", f"{shown(100 * one.high_half, 3)} %", one.confidence)
            for one in result.influences
        )
        tables.append(Table("On which numbers it hangs", ("Number", "Holds, lower half of its range", "Holds, upper half", "Where it comes from"), lines))
    fixed = f" Held fixed: {', '.join(result.fixed)}." if result.fixed else ""
    return Report(result.sentence, tuple(tables), (f"Numbers are drawn evenly from their ranges, each on its own: an assumption.{fixed}",))
