"""Which rules of sharing a cost make a target hold, and where charging and playing leads, for people."""

from __future__ import annotations

from ..governance.loop import Loop, RuleTable
from ..governance.sharing import sharing_named
from ..governance.situation import Situation
from ..numerics import shown
from .layout import Report, Table
from .naming import stakeholder_label


def rule_table(result: RuleTable, situation: Situation) -> Report:
    """Return rules of sharing a cost side by side."""
    game, unit = situation.game, situation.cost_game.unit if situation.cost_game is not None else ""
    classes = situation.cost_game.classes if situation.cost_game is not None else ()
    inside = {True: "yes", False: "no", None: "unknown"}
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in result.loops:
        weakest = one.test.weakest
        leaves = f"{stakeholder_label(game, weakest.stakeholder)}: gain {shown(weakest.gain)}" if weakest is not None and not one.test.holds else "nobody"
        end = "all who are to pay stay" if one.everybody_stays else ", ".join(f"{one.rounds[-1].stay[entry.name]:,} {entry.title}" for entry in classes)
        charges = [shown(one.rounds[0].charges[entry.name]) for entry in classes]
        circle = " (goes round)" if one.ending == "circles" else ""
        alike.setdefault((*charges, one.word, leaves, inside[one.first.in_core], end + circle), []).append(one.title)
    rows = [(", ".join(titles), *row) for row, titles in alike.items()]
    columns = ("Rule", *[f"Charge per member of {entry.title}" for entry in classes], "Verdict", "Leaves first", "In the core", "Who stays in the end")
    unfit = tuple(f"{sharing_named(name).title} does not fit: {why}." for name, why in result.unfit.items())
    return Report(result.sentence, (Table(f"Rules ({unit})", columns, tuple(rows)),), unfit)


def loop(result: Loop, situation: Situation) -> Report:
    """Return where charging and playing by turns leads."""
    classes = result.first.game.classes
    rows = []
    for k, one in enumerate(result.rounds, 1):
        pay = [f"{one.members.get(entry.name, 0):,} pay {shown(one.charges[entry.name])}" for entry in classes]
        rows.append((str(k), *pay, ", ".join(f"{one.stay.get(entry.name, 0):,} {entry.title}" for entry in classes)))
    columns = ("Round", *[entry.title for entry in classes], "Then stay")
    return Report(
        result.sentence,
        (Table(f"Charging and playing by turns ({result.first.game.unit})", columns, tuple(rows)),),
        (f"Verdict under the first charges: {result.word}.", *_others(result)),
    )


def _others(result: Loop) -> tuple[str, ...]:
    """Say who outside pays a part when everybody takes part."""
    titles = {source.name: source.title for source in result.first.game.sources}
    paid = [f"{titles.get(name, name)} {shown(amount)}" for name, amount in result.first.contributions.items() if amount]
    return (f"Paid by others at first: {', '.join(paid)} {result.first.game.unit}.",) if paid else ()
