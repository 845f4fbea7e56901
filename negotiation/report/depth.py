"""Conditions in symbols, levels of participation, winners and losers, for people."""

from __future__ import annotations

from ..answers.depth import Conditions
from ..governance.condition import Bound, Condition
from ..governance.partial import Level, Participation
from ..governance.situation import Situation
from ..governance.winners import Winners
from ..numerics import shown
from ..strategic.game import Game
from .layout import Report, Table, cell, measured
from .naming import action_label, stakeholder_label


def conditions(result: Conditions, situation: Situation) -> Report:
    """Return when nobody gains by leaving, in symbols and solved for single numbers."""
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
    switch = f"{action_label(game, row.stakeholder, row.action)}\nto {action_label(game, row.stakeholder, row.to)}"
    return (
        stakeholder_label(game, row.stakeholder),
        switch,
        f"{row.left}\n>= {row.right}{times}",
        f"{shown(row.left_today)}\n{shown(row.right_today)}",
        shown(row.margin),
    )


def _solved(situation: Situation, row: Condition, bound: Bound) -> tuple[str, ...]:
    switch = f"{stakeholder_label(situation.game, row.stakeholder)} to “{action_label(situation.game, row.stakeholder, row.to)}”"
    number = situation.definition.parameters[bound.parameter].label or bound.parameter
    has_to_be = f"{bound.relation} {shown(bound.value)}{'' if bound.within else ' (outside its range)'}"
    return switch, number, has_to_be, shown(bound.today), _short(bound.formula)


def _short(words: str) -> str:
    return words if len(words) <= 160 else f"{words[:150]} ... (whole in the JSON output)"


def participation(result: Participation, situation: Situation) -> Report:
    """Return the levels of participation at which everybody is content."""
    game = situation.game
    names = list(result.levels[0].participants) if result.levels else []
    rows = tuple(_level(game, level) for level in result.levels[:20])
    columns = (
        *[stakeholder_label(game, name) for name in names],
        "Cooperate",
        f"Sum of payoffs ({game.money})",
        "Reached from the target",
        "Reached from today",
    )
    tables = [Table("Stable levels of participation (members at their target action)", columns, rows)] if rows else []
    if result.alone:
        lines = tuple(
            (stakeholder_label(game, one.stakeholder), *[action_label(game, one.stakeholder, a) for a in (one.action, one.instead)], _numbers(one.stable))
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


def winners(result: Winners, situation: Situation) -> Report:
    """Return who and what wins and loses."""
    money = situation.game.money
    rows = tuple(
        (row.label, f"{row.members:,}", shown(row.before), shown(row.after), shown(row.after - row.before), shown(row.total)) for row in result.stakeholders
    )
    columns = ("Who", "Members", "Earns today, each", "At the target, each", "Change, each", "Change, all together")
    tables = [Table(f"Winners and losers ({money})", columns, rows)]
    if result.outcomes:
        words = {True: "better", False: "worse", None: "the same"}
        lines = tuple(
            (one.label, cell(one.group) if one.group else "", measured(one.before, one.unit), measured(one.after, one.unit), words[one.better])
            for one in result.outcomes
        )
        tables.append(Table("Outcomes", ("Outcome", "For whom", "Today", "At the target", ""), lines))
    return Report(result.sentence, tuple(tables), ("Nothing is added up over stakeholders or outcomes.",))
