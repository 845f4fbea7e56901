"""What an expectation claims has to fit together: a closed form has one answer, and what is asked about has to be in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..document import Place
from ..errors import nearest
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
        for name in group(entry.get("tips_at")):
            _tipping(outline, (*place, "tips_at", name), entry)


def _closed_form(outline: Outline, place: Place, entry: Mapping[str, Any]) -> None:
    if "iff" not in entry:
        if group(entry.get("vary")) and not entry.get("tips_at"):
            outline.report((*place, "vary"), "nothing is said of the numbers that vary", "add 'iff', a closed form, or leave it out")
        return
    if entry.get("tips_at"):
        outline.report((*place, "iff"), "is about an answer, not about a number of members", "write the number as a formula in 'tips_at', without 'iff'")
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


def _tipping(outline: Outline, place: Place, entry: Mapping[str, Any]) -> None:
    """Check that all members of a stakeholder go from one action today to another one in the target, at what they pay in the file."""
    name = str(place[-1])
    if name not in outline.actions:
        outline.report(place, f"unknown stakeholder '{name}'", nearest(name, outline.actions))
        return
    if not outline.section("target"):
        outline.report(place, "the file names no target that could be joined", "add 'target: {profile: ...}', or leave this out")
        return
    first = next(iter(outline.actions[name]), None)
    today, then = (_all_take(profile.get(name, first)) for profile in (outline.section("status_quo"), outline.section("target", "profile")))
    if today is None or then is None or today == then:
        message = f"'{name}' does not go all together from one action in 'status_quo' to another one in 'target'"
        outline.report(place, message, "joining has no number here; claim it of another stakeholder, or leave it out")
    elif group(entry.get("given")).get("charges") is not None:
        outline.report(
            (*place[:2], "given", "charges"), "joining is counted at what members pay in the file", "set what they pay with 'set', without 'charges'"
        )


def _all_take(entry: Any) -> str | None:
    """Return the one action that all members take, None where they take several."""
    taken = [entry] if isinstance(entry, str) else [action for action, count in group(entry).items() if count]
    return taken[0] if len(taken) == 1 else None
