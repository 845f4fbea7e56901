"""Answers for people: a sentence first, then tables. The command line prints them, pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch

from .analyses import Allocated, Answer, ExpectationsChecked, Judged, Solved
from .coalitional.allocation import Allocation
from .coalitional.core import Core
from .coalitional.cost_game import CostGame
from .definition import Definition
from .governance.expectations import Checked
from .governance.verdict import Standing, Verdict
from .numerics import shown
from .strategic.equilibrium import Equilibrium, EquilibriumList
from .strategic.game import Game

LISTED = 20
RULE_NAMES = {
    "equal": "Equal for all",
    "proportional": "In proportion to use",
    "shapley": "Shapley value",
    "core": "A point of the core",
    "least_core": "Least core",
    "paid": "What is paid now",
}


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
    return equilibria(answer.found)


@told.register
def _(answer: Judged) -> Report:
    return verdict(answer.verdict)


@told.register
def _(answer: Allocated) -> Report:
    return allocations(answer.game, answer.core, answer.allocations)


@told.register
def _(answer: ExpectationsChecked) -> Report:
    return expectations(answer.checked)


# --- equilibria


def equilibria(found: EquilibriumList) -> Report:
    """Return a list of equilibria for people."""
    game, number = found.game, len(found.equilibria)
    what = "no equilibrium" if number == 0 else "one equilibrium" if number == 1 else f"{number:,} equilibria"
    whole = {True: "The list is complete", False: "The list is not complete", None: "The list may not be complete"}[found.complete]
    sentence = f"There {'is' if number <= 1 else 'are'} {what}. {whole}: {found.reason}."
    shown_rows = tuple(_equilibrium_row(game, k, equilibrium) for k, equilibrium in enumerate(found.equilibria[:LISTED], 1))
    more = (f"{number - LISTED:,} more are in the JSON output.",) if number > LISTED else ()
    columns = ("", "Who does what", f"Each member earns ({game.money or 'payoff'})", "Kind", "Margin", "Regret")
    return Report(sentence, (Table("Equilibria", columns, shown_rows),) if shown_rows else (), (*found.notes, *more))


def _equilibrium_row(game: Game, k: int, equilibrium: Equilibrium) -> tuple[str, ...]:
    parts, earned = [], []
    for i, row in enumerate(equilibrium.mixture):
        used = [a for a in range(len(row)) if row[a] > 1e-9]
        amounts = [_amount(game, i, a, equilibrium) for a in used]
        parts.append(f"{game.label(i)}: " + ", ".join(f"{amount}{game.label(i, a)}" for amount, a in zip(amounts, used, strict=True)))
        earned.append(f"{game.label(i)}: " + ", ".join(shown(equilibrium.payoffs[i][a]) for a in used if a in equilibrium.payoffs[i]))
    kind = f"{equilibrium.kind}, strict" if equilibrium.strict else equilibrium.kind
    return str(k), "\n".join(parts), "\n".join(earned), kind, shown(equilibrium.margin), shown(equilibrium.regret)


def _amount(game: Game, i: int, a: int, equilibrium: Equilibrium) -> str:
    if equilibrium.counts is not None:
        return f"{int(equilibrium.counts[i][a])} " if game.members[i] > 1 else ""
    return f"{shown(100 * float(equilibrium.mixture[i][a]))} % "


# --- verdict


def verdict(judged: Verdict) -> Report:
    """Return a verdict for people."""
    game = judged.situation.game
    tests = Table("Does it hold?", ("Test", "Answer", f"Margin ({game.money})", "Who, and how"), tuple(_tests(judged)))
    standings = [("The target", judged.target), ("Today", judged.status_quo), ("Best equilibrium", judged.best), ("Worst equilibrium", judged.worst)]
    there = [(name, standing) for name, standing in standings if standing is not None]
    outcomes = judged.situation.definition.outcomes
    columns = (
        "",
        "Who does what",
        "Cooperating",
        f"Sum of payoffs ({game.money})",
        *[_titled(outcomes[name].label or name, outcomes[name].unit) for name in outcomes],
    )
    rows = tuple(
        (name, who_does_what(game, one), f"{shown(100 * one.cooperation, 3)} %", shown(one.welfare), *[shown(v) for v in one.outcomes.values()])
        for name, one in there
    )
    notes = [f"{judged.equilibria:,} pure equilibria in all; the list is complete."]
    assumed = judged.as_dict()["assumed"]
    if assumed:
        notes.append(f"Assumed, without a source: {', '.join(assumed)}.")
    return Report(judged.sentence, (tests, Table("Where it stands", columns, rows)), (*notes, judged.as_dict()["condition"]))


def _titled(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label


def who_does_what(game: Game, standing: Standing) -> str:
    """Return a profile in words, a line for each stakeholder."""
    return "\n".join(_who(game, i, standing.counts[name]) for i, name in enumerate(game.names))


def _who(game: Game, i: int, counts: dict[str, int]) -> str:
    taken = [(a, counts[action]) for a, action in enumerate(game.actions[i]) if counts[action]]
    return f"{game.label(i)}: " + ", ".join(f"{f'{count} ' if game.members[i] > 1 else ''}{game.label(i, a)}" for a, count in taken)


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
    if judged.formation is not None:
        rows.append(("It gets going from today's situation", judged.formation.word, "", f"{judged.formation.reached:,} profiles on the way"))
    if judged.cost is not None:
        paid = judged.cost
        who = objection_text(paid) if paid.objection else "nobody objects" if paid.shortfall <= 0 else f"{shown(paid.shortfall)} {paid.game.unit} uncovered"
        rows.append(("No group would pay less on its own", "yes" if judged.cost_holds else "no", shown(-paid.largest_excess), who))
    return rows


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
    return f"{', '.join(group)}: would save {shown(allocation.objection.gain)}"


def allocations(game: CostGame, core: Core, found: dict[str, Allocation]) -> Report:
    """Return a comparison of allocations for people."""
    inside = [RULE_NAMES[name] for name, allocation in found.items() if allocation.in_core and name != "core"]
    unit = game.unit or "units of money"
    if core.empty:
        sentence = (
            f"No way of sharing {shown(game.total)} {unit} satisfies every group: at best one is asked {shown(core.level)} {unit} more than it would pay alone."
        )
    elif inside:
        sentence = f"{shown(game.total)} {unit} can be shared so that no group does better alone. Rules that achieve it: {', '.join(inside)}."
    else:
        sentence = f"{shown(game.total)} {unit} can be shared so that no group does better alone, but none of the simple rules achieves it."
    per = "Charge per member of " if not game.between_players else ""
    columns = ("Rule", *[f"{per}{game.label(k)}" for k in range(len(game.names))], "In the core", "Who objects most")
    rows = tuple(
        (RULE_NAMES.get(name, name), *[shown(c) for c in one.charges], "yes" if one.in_core else "no", objection_text(one)) for name, one in found.items()
    )
    return Report(sentence, (Table(f"Charges ({unit})", columns, rows),))


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


def games(found: Sequence[tuple[str, str, str]]) -> Report:
    """Return the catalogue for people."""
    return Report(f"The catalogue has {len(found)} games.", (Table("Games", ("Name", "Title", "Money"), tuple(found)),))


def expectations(checked: Sequence[Checked]) -> Report:
    """Return a comparison of expectations for people."""
    failed = sum(not one.met for one in checked)
    sentence = f"All {len(checked)} expectations are met." if not failed else f"{failed} of {len(checked)} expectations are not met."
    rows = tuple(("met" if one.met else "NOT MET", one.kind, one.says, "; ".join(one.failures)) for one in checked)
    return Report(sentence, (Table("Expectations", ("", "Kind", "Claim", "Engine"), rows),))
