"""What an expectation claims has to fit together: a closed form has one answer, and what is asked about has to be in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..document import Place
from .outline import Outline, group

ANSWERS = ("is_equilibrium", "core", "in_core", "after_moves")
"""What a closed form can be about; the target where none is given."""


def claims(outline: Outline) -> None:
    """Check each expectation for claims that do not fit together."""
    for k, entry in enumerate(outline.entries("expected")):
        place = ("expected", k)
        _closed_form(outline, place, entry)
        _core(outline, place, entry)
        _order(outline, place, entry)


def _closed_form(outline: Outline, place: Place, entry: Mapping[str, Any]) -> None:
    if "iff" not in entry:
        return
    answers = [key for key in ANSWERS if key in entry and (key != "in_core" or entry[key])]
    if len(answers) > 1 or len(group(entry.get("in_core"))) > 1:
        told = " and ".join(f"'{key}'" for key in answers) if len(answers) > 1 else "several rules"
        outline.report((*place, "iff"), f"a closed form has one answer, but this one is about {told}", "write one expectation for each")
    elif not group(entry.get("vary")):
        outline.report((*place, "iff"), "a closed form is tried with many numbers, but none varies", "add 'vary: {parameter: [low, high]}'")


def _core(outline: Outline, place: Place, entry: Mapping[str, Any]) -> None:
    about = [key for key in ("core", "in_core") if entry.get(key)]
    if about and not outline.section("cost_game"):
        outline.report((*place, about[0]), "the file has no cost game, so there is no core", "add 'cost_game', or leave this out")
    elif about and "iff" in entry and group(entry.get("given")).get("charges") is not None:
        outline.report((*place, "given", "charges"), "the core does not depend on what people pay", "leave 'charges' out")


def _order(outline: Outline, place: Place, entry: Mapping[str, Any]) -> None:
    if "after_moves" in entry and not outline.data.get("moves"):
        outline.report((*place, "after_moves"), "the file does not say who moves first", "add 'moves: [[who moves first], [who moves next]]'")
    elif "selection" in entry and "after_moves" not in entry:
        outline.report((*place, "selection"), "is about the outcome of an order of moves, but none is claimed", "add 'after_moves', or leave it out")
