"""Formulas: can they be read, are their names known, is any payoff missing, does a definition need itself?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..document import Place
from ..errors import InvalidFormulaError, listed, nearest
from ..evaluation import TOTAL_USE
from ..formula import parse
from .outline import Outline, group

CLASS_FORMULAS = ("use", "ability", "months", "fee", "floor")
SOURCE_FORMULAS = ("least", "most")


def formulas(outline: Outline) -> None:
    """Parse every formula and look up its names; the good ones are kept for the checks that follow."""
    for place, text, counting in _formula_places(outline):
        try:
            formula = parse(str(text))
        except InvalidFormulaError as error:
            outline.report(place, error.message, error.remedy)
            continue
        before = len(outline.problems)
        reserved = {TOTAL_USE} if place == ("cost_game", "cost") else set()
        for name in sorted(formula.names - outline.parameters.keys() - outline.definitions.keys() - reserved):
            if name in outline.actions or name in outline.classes:
                outline.report(place, f"'{name}' is a stakeholder, not a number", f"write members({name}) or count({name}, action)")
            else:
                outline.report(place, f"unknown name '{name}'", nearest(name, [*outline.parameters, *outline.definitions]))
        for use in sorted(formula.counts):
            _count(outline, place, use, counting)
        if len(outline.problems) == before:
            outline.good[place] = formula


def _formula_places(outline: Outline) -> Iterator[tuple[Place, Any, str]]:
    for name, text in outline.definitions.items():
        yield ("definitions", name), text, "definition"
    for name, rows in outline.section("payoffs").items():
        for action, text in (rows if isinstance(rows, dict) else {}).items():
            if name in outline.actions and action in outline.actions[name]:
                yield ("payoffs", name, action), text, "profile"
    for name, entry in outline.section("outcomes").items():
        yield (("outcomes", name, "formula"), entry.get("formula"), "profile") if isinstance(entry, dict) else (("outcomes", name), entry, "profile")
    if "condition" in outline.section("target"):
        yield ("target", "condition"), outline.section("target")["condition"], "profile"
    if "cost" in outline.section("cost_game"):
        yield ("cost_game", "cost"), outline.section("cost_game")["cost"], "coalition"
    if "capital" in outline.section("cost_game"):
        yield ("cost_game", "capital"), outline.section("cost_game")["capital"], "coalition"
    for group_, fields in (("classes", CLASS_FORMULAS), ("sources", SOURCE_FORMULAS)):
        for name, entry in outline.section("cost_game", group_).items():
            for field in fields:
                if isinstance(entry, dict) and field in entry:
                    yield ("cost_game", group_, name, field), entry[field], "coalition"
    for k, entry in enumerate(outline.entries("expected")):
        for key in ("every_equilibrium", "some_equilibrium", "no_equilibrium", "holds", "iff", "observe", "after_moves"):
            if isinstance(entry.get(key), (str, int, float)):
                yield ("expected", k, key), entry[key], "profile"
        for name, text in group(entry.get("tips_at")).items():
            if isinstance(text, (str, int, float)):
                yield ("expected", k, "tips_at", name), text, "profile"


def _count(outline: Outline, place: Place, use: tuple[str, ...], counting: str) -> None:
    function, name, *rest = use
    written = f"{function}({', '.join(use[1:])})"
    if counting == "coalition" or (counting == "definition" and not rest and function == "count" and name in outline.classes):
        if name not in outline.classes:
            outline.report(place, f"unknown class '{name}' in {written}", nearest(name, outline.classes))
        elif rest or function == "share":
            outline.report(place, f"{written} is about actions, but a cost is about coalitions", f"write count({name})")
    elif name not in outline.actions:
        outline.report(place, f"unknown stakeholder '{name}' in {written}", nearest(name, outline.actions))
    elif function != "members" and not rest:
        outline.report(place, f"{written} lacks an action", f"write {function}({name}, {next(iter(outline.actions[name]), 'action')})")
    elif rest and rest[0] not in outline.actions[name]:
        outline.report(place, f"'{name}' has no action '{rest[0]}' in {written}", nearest(rest[0], outline.actions[name]))


def cycles(outline: Outline) -> None:
    """Find definitions that need themselves."""
    needs = {place[1]: formula.names & outline.definitions.keys() for place, formula in outline.good.items() if place[0] == "definitions"}
    while ready := [name for name, names in needs.items() if not names & needs.keys()]:
        for name in ready:
            del needs[name]
    for name, names in needs.items():
        through = sorted(names & needs.keys())
        message = "is defined by itself" if through == [name] else f"goes round in a circle through {listed([str(part) for part in through])}"
        outline.report(("definitions", str(name)), f"'{name}' {message}", "break the circle")
        outline.good.pop(("definitions", str(name)), None)


def payoffs_complete(outline: Outline) -> None:
    """Check that there is a payoff for every stakeholder and action, and no other."""
    payoffs = outline.section("payoffs")
    for name in payoffs.keys() - outline.actions.keys():
        outline.report(("payoffs", name), f"unknown stakeholder '{name}'", nearest(name, outline.actions))
    for name, actions in outline.actions.items():
        rows = payoffs.get(name)
        if rows is None and isinstance(outline.data.get("payoffs"), dict):
            outline.report(("payoffs",), f"the payoffs of '{name}' are missing", f"add a formula for each of: {listed(list(actions))}")
        elif isinstance(rows, dict):
            for action in [action for action in actions if rows.get(action) is None]:
                outline.report(("payoffs", name), f"the payoff of '{name}' for '{action}' is missing", f"add '{action}: formula'")
            for action in rows.keys() - set(actions):
                outline.report(("payoffs", name, action), f"'{name}' has no action '{action}'", nearest(str(action), actions))
