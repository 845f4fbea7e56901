"""What questions about a target come to, for people: repairs, conditions, levels of participation, robustness, rules, winners."""

from __future__ import annotations

from functools import singledispatch

from ..answers.govern import Conditions
from ..governance.condition import Bound, Condition
from ..governance.loop import Loop, RuleTable
from ..governance.partial import Level, Participation
from ..governance.repair.repairs import LISTED, Repairs
from ..governance.robustness import Robustness
from ..governance.sharing import sharing_named
from ..governance.situation import Situation
from ..governance.winners import Winners
from ..numerics import plain, shown
from ..questions import Result
from ..strategic.game import Game
from .layout import Report, Table, cell, plain_report
from .naming import labelled


@singledispatch
def target(result: Result, situation: Situation) -> Report:
    """Return what one question about a target came to, for people."""
    return plain_report(labelled(plain(result.as_dict()), situation.game))


@target.register
def _(result: Repairs, situation: Situation) -> Report:
    money, rows = situation.game.money, list[tuple[str, ...]]()
    words = {"forms": "holds and gets going", "may form": "holds, may get going", "does not form": "holds, does not get going", None: "holds"}
    for one in result.added[:LISTED]:
        if one.levers:
            levers = [situation.definition.levers[name].label or name for name in one.levers]
            paid = [f"{_label(situation.game, name) or 'nobody named'}: {shown(amount)}" for name, amount in one.payers.items() if amount]
            rows.append(("Levers", "\n".join(levers), shown(one.price), "\n".join(paid), words[one.forms]))
    for title, moved in (("Payments", result.transfers), ("Payments and fines", result.fined)):
        if moved is not None and (moved.rewards or moved.fines):
            lines = [f"{_at(situation.game, row.stakeholder, row.action)}: {shown(row.each)} each" for row in moved.rewards]
            lines += [f"fine on {_at(situation.game, row.stakeholder, row.action)}: {shown(row.amount)}" for row in moved.fines]
            able = [f"{_label(situation.game, name)} gain {shown(amount)}" for name, amount in moved.gainers.items()]
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


@target.register
def _(result: Conditions, situation: Situation) -> Report:
    game = situation.game
    columns = ("Who", "Would go from, to", "Stays as long as", "Today", f"Margin ({game.money})")
    tables = [Table("Conditions", columns, tuple(_condition(game, row) for row in result.rows))]
    bounds = [(row, bound) for row in result.rows if not row.holds for bound in row.bounds[:4]] or [
        (row, bound) for row in result.rows[:2] for bound in row.bounds[:4]
    ]
    lines = tuple(_solved(situation, row, bound) for row, bound in bounds)
    if lines:
        tables.append(Table("Solved for single numbers", ("Condition", "Number", "Has to be", "Today", "In symbols"), lines))
    means = {name: entry for row in result.rows for name, entry in row.definitions.items()}
    if means:
        tables.append(
            Table("What the names mean", ("Name", "Means", "Today"), tuple((name, _short(words), shown(value)) for name, (words, value) in means.items()))
        )
    taken = dict.fromkeys(proviso for row in result.rows for proviso in row.provisos)
    notes = (f"As long as: {'; '.join(taken)}.",) if taken else ()
    return Report(result.rows[0].sentence, tuple(tables), (*notes, "A name with ′ is its value after the switch."))


def _condition(game: Game, row: Condition) -> tuple[str, ...]:
    times = "" if row.factor == "1" else f"\n(both times {row.factor})"
    switch = f"{_action(game, row.stakeholder, row.action)}\nto {_action(game, row.stakeholder, row.to)}"
    return _label(game, row.stakeholder), switch, f"{row.left}\n>= {row.right}{times}", f"{shown(row.left_today)}\n{shown(row.right_today)}", shown(row.margin)


def _solved(situation: Situation, row: Condition, bound: Bound) -> tuple[str, ...]:
    switch = f"{_label(situation.game, row.stakeholder)} to “{_action(situation.game, row.stakeholder, row.to)}”"
    number = situation.definition.parameters[bound.parameter].label or bound.parameter
    has_to_be = f"{bound.relation} {shown(bound.value)}{'' if bound.within else ' (outside its range)'}"
    return switch, number, has_to_be, shown(bound.today), _short(bound.formula)


def _short(words: str) -> str:
    return words if len(words) <= 160 else f"{words[:150]} ... (whole in the JSON output)"


@target.register
def _(result: Participation, situation: Situation) -> Report:
    game = situation.game
    names = list(result.levels[0].participants) if result.levels else []
    rows = tuple(_level(game, level) for level in result.levels[:20])
    columns = (*[_label(game, name) for name in names], "Cooperate", f"Sum of payoffs ({game.money})", "Reached from the target", "Reached from today")
    tables = [Table("Stable levels of participation (members at their target action)", columns, rows)] if rows else []
    if result.alone:
        lines = tuple(
            (_label(game, one.stakeholder), *[_action(game, one.stakeholder, a) for a in (one.action, one.instead)], _numbers(one.stable))
            for one in result.alone
        )
        tables.append(Table("Stable numbers while everybody else stands at the target", ("Who", "Take part", "Instead", "Stable numbers"), lines))
    return Report(result.sentence, tuple(tables), ("Every pure equilibrium is looked at; the list is complete.",))


def _level(game: Game, level: Level) -> tuple[str, ...]:
    counts = [f"{count:,} of {game.members[game.index(name)]:,}" for name, count in level.participants.items()]
    reached = ["yes" if reached else "no" for reached in (level.kept, level.formed)]
    return (*counts, f"{shown(100 * level.cooperation, 3)} %", shown(level.welfare[1]), *reached)


def _numbers(stable: tuple[int, ...]) -> str:
    some = ", ".join(f"{number:,}" for number in stable[:12])
    return f"{some}{', ...' if len(stable) > 12 else ''}" or "none"


@target.register
def _(result: Robustness, situation: Situation) -> Report:
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
        rows = tuple((_label(game, who), _action(game, who, to), f"{shown(100 * share, 3)} %") for who, to, share in result.breakers)
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


@target.register
def _(result: RuleTable, situation: Situation) -> Report:
    game, unit = situation.game, situation.cost_game.unit if situation.cost_game is not None else ""
    classes = situation.cost_game.classes if situation.cost_game is not None else ()
    inside = {True: "yes", False: "no", None: "unknown"}
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in result.loops:
        weakest = one.test.weakest
        leaves = f"{_label(game, weakest.stakeholder)}: gain {shown(weakest.gain)}" if weakest is not None and not one.test.holds else "nobody"
        end = "all who are to pay stay" if one.everybody_stays else ", ".join(f"{one.rounds[-1].stay[entry.name]:,} {entry.title}" for entry in classes)
        charges = [shown(one.rounds[0].charges[entry.name]) for entry in classes]
        circle = " (goes round)" if one.ending == "circles" else ""
        alike.setdefault((*charges, one.word, leaves, inside[one.first.in_core], end + circle), []).append(one.title)
    rows = [(", ".join(titles), *row) for row, titles in alike.items()]
    columns = ("Rule", *[f"Charge per member of {entry.title}" for entry in classes], "Verdict", "Leaves first", "In the core", "Who stays in the end")
    unfit = tuple(f"{sharing_named(name).title} does not fit: {why}." for name, why in result.unfit.items())
    return Report(result.sentence, (Table(f"Rules ({unit})", columns, tuple(rows)),), unfit)


@target.register
def _(result: Loop, situation: Situation) -> Report:
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


@target.register
def _(result: Winners, situation: Situation) -> Report:
    money = situation.game.money
    rows = tuple(
        (row.label, f"{row.members:,}", shown(row.before), shown(row.after), shown(row.after - row.before), shown(row.total)) for row in result.stakeholders
    )
    columns = ("Who", "Members", "Earns today, each", "At the target, each", "Change, each", "Change, all together")
    tables = [Table(f"Winners and losers ({money})", columns, rows)]
    if result.outcomes:
        words = {True: "better", False: "worse", None: "the same"}
        lines = tuple(
            (one.label, cell(one.group) if one.group else "", f"{shown(one.before)} {one.unit}", f"{shown(one.after)} {one.unit}", words[one.better])
            for one in result.outcomes
        )
        tables.append(Table("Outcomes", ("Outcome", "For whom", "Today", "At the target", ""), lines))
    return Report(result.sentence, tuple(tables), ("Nothing is added up over stakeholders or outcomes.",))


def _label(game: Game, name: str) -> str:
    return game.label(game.index(name)) if name in game.names else name


def _action(game: Game, name: str, action: str) -> str:
    i = game.index(name)
    return game.label(i, game.actions[i].index(action))


def _at(game: Game, name: str, action: str) -> str:
    return f"{_label(game, name)} at “{_action(game, name, action)}”"
