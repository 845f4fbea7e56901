"""Answers for people: a sentence first, then tables. The command line prints them, pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np

from .analyses import Allocated, Answer, Conceived, ExpectationsChecked, Judged, Solved
from .coalitional.allocation import Allocation
from .coalitional.core import Core
from .coalitional.cost_game import CostGame
from .coalitional.methods import METHODS
from .definition import Definition
from .governance.expectations import Checked
from .governance.verdict import CONDITIONAL, Verdict, assumed
from .numerics import shown
from .strategic.equilibrium import Equilibrium, EquilibriumList
from .strategic.game import Game
from .strategic.mixed.selection import SelectionTable

LISTED = 20
RULE_NAMES = {name: method.title for name, method in METHODS.items()} | {"paid": "What is paid now"}


@dataclass(frozen=True)
class Table:
    """A titled table of words."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Report:
    """A sentence, tables, and what the reader must know besides."""

    sentence: str
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


@singledispatch
def told(answer: Answer) -> Report:
    """Return the answer of an analysis for people."""
    raise TypeError(f"no report for {type(answer).__name__}")


@told.register
def _(answer: Solved) -> Report:
    return equilibria(answer.found, answer.selection)


@told.register
def _(answer: Conceived) -> Report:
    return concept(answer)


@told.register
def _(answer: Judged) -> Report:
    return verdict(answer.verdict)


@told.register
def _(answer: Allocated) -> Report:
    chosen = answer.allocations if answer.method is None else {answer.method: answer.allocations[answer.method]} if answer.method in answer.allocations else {}
    return allocations(answer.game, answer.core, chosen)


@told.register
def _(answer: ExpectationsChecked) -> Report:
    return expectations(answer.checked)


# --- equilibria


def equilibria(found: EquilibriumList, chosen: SelectionTable | None = None) -> Report:
    """Return a list of equilibria for people, with what stands out by which criterion."""
    game, number = found.game, len(found.equilibria)
    what = "no equilibrium" if number == 0 else "one equilibrium" if number == 1 else f"{number:,} equilibria"
    whole = {True: "The list is complete", False: "The list is not complete", None: "The list may not be complete"}[found.complete]
    sentence = f"There {'is' if number <= 1 else 'are'} {what}. {whole}: {found.reason}."
    shown_rows = tuple(_equilibrium_row(game, k, equilibrium) for k, equilibrium in enumerate(found.equilibria[:LISTED], 1))
    more = (f"{number - LISTED:,} more are in the JSON output.",) if number > LISTED else ()
    columns = ("", "Who does what", f"Each member earns ({game.money or 'payoff'})", "Kind", "Margin", "Regret")
    tables = [Table("Equilibria", columns, shown_rows)] if shown_rows else []
    if chosen is not None:
        rows = tuple((row.criterion.replace("_", " "), ", ".join(str(k + 1) for k in row.chosen[:LISTED]) or "none", row.meaning) for row in chosen.rows)
        tables.append(Table("Which of them? Nothing is chosen here", ("Criterion", "Equilibrium", "Means"), rows))
    return Report(sentence, tuple(tables), (*found.notes, *more))


def _equilibrium_row(game: Game, k: int, equilibrium: Equilibrium) -> tuple[str, ...]:
    parts, earned = [], []
    for i, row in enumerate(equilibrium.mixture):
        used = [a for a in range(len(row)) if row[a] > 1e-9]
        amounts = [_amount(game, i, a, equilibrium) for a in used]
        parts.append(f"{game.label(i)}: " + ", ".join(f"{amount}{game.label(i, a)}" for amount, a in zip(amounts, used, strict=True)))
        amounts = [shown(equilibrium.payoffs[i][a]) for a in used if a in equilibrium.payoffs[i]]
        earned.append(f"{game.label(i)}: " + ", ".join(amounts if equilibrium.counts is not None else amounts[:1]))
    kind = f"{equilibrium.kind}, strict" if equilibrium.strict else equilibrium.kind
    return str(k), "\n".join(parts), "\n".join(earned), kind, shown(equilibrium.margin) if np.isfinite(equilibrium.margin) else "-", shown(equilibrium.regret)


def _amount(game: Game, i: int, a: int, equilibrium: Equilibrium) -> str:
    if equilibrium.counts is not None:
        return f"{int(equilibrium.counts[i][a])} " if game.members[i] > 1 else ""
    return f"{shown(100 * float(equilibrium.mixture[i][a]))} % "


# --- other concepts


def concept(answer: Conceived) -> Report:
    """Return what a solution concept says, for people: its sentence, single facts, then a table for each list."""
    body = answer.result.as_dict()
    sentence, notes = str(body.pop("sentence", "")), body.pop("notes", [])
    facts = tuple((_words(key), _cell(value)) for key, value in body.items() if not _is_table(value))
    tables = [Table("", ("", ""), facts)] if facts else []
    tables += [_table(_words(key), value) for key, value in body.items() if _is_table(value)]
    return Report(sentence, tuple(tables), tuple(str(note) for note in notes))


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(row, dict) for row in value)


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = tuple(tuple(_cell(row.get(key)) for key in columns) for row in rows[:LISTED])
    more = f" (the first {LISTED} of {len(rows):,})" if len(rows) > LISTED else ""
    return Table(title + more, tuple(_words(key) for key in columns), cells)


def _cell(value: Any) -> str:
    """Return any JSON value in a line or a few."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return shown(value)
    if isinstance(value, dict):
        return "\n".join(f"{_words(key)}: {_flat(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "\n".join(_flat(item) for item in value[:LISTED]) + ("\n..." if len(value) > LISTED else "")
    return str(value)


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{_words(key)} {_flat(item)}" for key, item in value.items() if item not in (0, None))
    if isinstance(value, list):
        return ", ".join(_flat(item) for item in value[:LISTED])
    return _cell(value)


def _words(key: str) -> str:
    return str(key).replace("_", " ")


# --- verdict


def verdict(judged: Verdict) -> Report:
    """Return a verdict for people."""
    game = judged.situation.game
    tests = Table("Does it hold?", ("Test", "Answer", f"Margin ({game.money})", "Who, and how"), tuple(_tests(judged)))
    columns, rows = _standings(judged)
    notes = [f"{judged.equilibria:,} pure equilibri{'um' if judged.equilibria == 1 else 'a'} in all; the list is complete."]
    if guessed := assumed(judged.situation):
        notes.append(f"Assumed, without a source: {', '.join(guessed)}.")
    return Report(judged.sentence, (tests, Table("Where it stands", columns, rows)), (*notes, CONDITIONAL))


def _standings(judged: Verdict) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return profiles side by side: a row for each stakeholder, for cooperation, for the sum of payoffs, for each outcome."""
    game, outcomes = judged.situation.game, judged.situation.definition.outcomes
    only = judged.best is not None and judged.worst is not None and judged.best.counts == judged.worst.counts
    best = "Only equilibrium" if judged.equilibria == 1 else "Best and worst equilibrium" if only else "Best equilibrium"
    named = [("The target", judged.target), ("Today", judged.status_quo), (best, judged.best), ("Worst equilibrium", None if only else judged.worst)]
    there = [(name, standing) for name, standing in named if standing is not None]
    rows = [(game.label(i), *[_who(game, i, one.counts[name]) for _, one in there]) for i, name in enumerate(game.names)]
    rows.append(("Members who cooperate", *[f"{shown(100 * one.cooperation, 3)} %" for _, one in there]))
    rows.append((f"Sum of payoffs ({game.money})", *[shown(one.welfare) for _, one in there]))
    rows += [(_titled(outcome.label or name, outcome.unit), *[shown(one.outcomes[name]) for _, one in there]) for name, outcome in outcomes.items()]
    return ("", *[name for name, _ in there]), tuple(rows)


def _titled(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label


def _who(game: Game, i: int, counts: dict[str, int]) -> str:
    taken = [(a, counts[action]) for a, action in enumerate(game.actions[i]) if counts[action]]
    return "\n".join(f"{f'{count} ' if game.members[i] > 1 else ''}{game.label(i, a)}" for a, count in taken)


def _tests(judged: Verdict) -> list[tuple[str, ...]]:
    game = judged.situation.game
    rows: list[tuple[str, ...]] = []
    for name, test in (("No single member gains by leaving", judged.individual), ("No bloc of one stakeholder gains", judged.bloc)):
        who = ""
        if test.weakest is not None:
            i = game.index(test.weakest.stakeholder)
            a = game.actions[i].index(test.weakest.to)
            number = f"{test.weakest.together} of " if test.weakest.together > 1 else ""
            who = f"{number}{game.label(i)} to “{game.label(i, a)}”: {'gain' if test.weakest.gain > 0 else 'lose'} {shown(abs(test.weakest.gain))} each"
        rows.append((name, "yes" if test.holds else "no", shown(test.margin), who))
    if judged.coalition is not None:
        joint = judged.coalition
        rows.append(("No group across stakeholders gains", "no" if joint.pays else "yes", shown(-joint.least), joint.sentence(game) if joint.pays else ""))
    if judged.formation is not None:
        rows.append(("It gets going from today's situation", judged.formation.word, "", _on_the_way(judged.formation.reached)))
    if judged.cost is not None:
        paid = judged.cost
        missing = f"{shown(abs(paid.shortfall))} {paid.game.unit} {'uncovered' if paid.shortfall > 0 else 'more than the cost'}"
        who = objection_text(paid) if paid.objection else "nobody objects" if paid.shortfall == 0 else missing
        rows.append(("No group would pay less on its own", "yes" if judged.cost_holds else "no", shown(-max(paid.largest_excess, abs(paid.shortfall))), who))
    return rows


def _on_the_way(profiles: int) -> str:
    return "nobody moves" if profiles == 1 else f"{profiles:,} profiles on the way"


# --- allocations


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


# --- games


def game_card(definition: Definition) -> Report:
    """Return a game for people: who is in it, what they can do, which numbers and levers it has."""
    stakeholders = tuple(
        (s.label or name, s.kind, f"{s.members:,}", "\n".join(s.actions.values()), f"{name}: {', '.join(s.actions)}")
        for name, s in definition.stakeholders.items()
    )
    parameters = tuple(
        (name, shown(p.value), "" if p.low is None or p.high is None else f"{shown(p.low)} to {shown(p.high)}", p.unit, p.confidence, p.label)
        for name, p in definition.parameters.items()
    )
    levers = tuple(
        (name, lever.label, " ".join(filter(None, (lever.scope, lever.actor))), lever.path or "", lever.payer or "", shown(lever.cost))
        for name, lever in definition.levers.items()
    )
    scenarios = tuple((name, scenario.label, scenario.about) for name, scenario in definition.scenarios.items())
    tables = (
        Table("Who is in it", ("Stakeholder", "Kind", "Members", "Choices", "Names"), stakeholders),
        Table("Numbers", ("Name", "Value", "Range", "Unit", "Confidence", "Meaning"), parameters),
        Table("Levers", ("Name", "What it is", "Cell", "Path", "Payer", f"Cost ({definition.money})"), levers),
        Table("Scenarios", ("Name", "What it is", "About"), scenarios),
    )
    summary = f"{definition.title} ({definition.money}). {definition.summary}".strip()
    return Report(summary, tuple(table for table in tables if table.rows), tuple(f"Source: {source}" for source in definition.sources))


def games(found: Sequence[tuple[str, str, str, str]]) -> Report:
    """Return the catalogue for people."""
    return Report(f"The catalogue has {len(found)} games.", (Table("Games", ("Name", "Title", "Money", "Shelf"), tuple(found)),))


def expectations(checked: Sequence[Checked]) -> Report:
    """Return a comparison of expectations for people."""
    failed = sum(not one.met for one in checked)
    every = f"All {len(checked)} expectations are met." if len(checked) != 1 else "The one expectation is met."
    sentence = every if not failed else f"{failed} of {len(checked)} expectations are not met."
    rows = tuple(("met" if one.met else "NOT MET", one.kind, one.says, "; ".join(one.failures)) for one in checked)
    return Report(sentence, (Table("Expectations", ("", "Kind", "Claim", "Engine"), rows),))
