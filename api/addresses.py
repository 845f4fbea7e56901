"""Addresses of pages: the settings that they say, and the shortest address that says the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from negotiation.answers.request import Request as Question
from negotiation.coalitional.methods import METHODS
from negotiation.definition import Definition
from negotiation.errors import InvalidGameError, Problem, unknown
from negotiation.settings import Settings, parse_assignments

ROUNDED = 1e-9
"""Share of a number that a browser may change by writing it."""
ABILITY = "ability"
"""Every class pays at most what it can, where that is known."""


def read_question(definition: Definition, query: QueryParams) -> Question:
    """Read the settings of a page from its address.

    A slider that was not moved says the same as `was.NAME`; only moved ones, and those moved before (`pin.NAME`), are set by
    hand, so that levers and scenarios can still move the others.
    """
    moved = []
    for name in definition.parameters:
        text = query.get(f"set.{name}")
        if text is not None and (f"pin.{name}" in query or not _same_number(text, query.get(f"was.{name}"))):
            moved.append(f"{name}={text}")
    charges = query.get("charges") or None
    if charges is not None and charges not in METHODS:
        raise InvalidGameError([Problem(("charges",), f"unknown allocation method '{charges}'", f"one of: {', '.join(METHODS)}")])
    levers = tuple(query.getlist("lever"))
    for name in levers:
        if name not in definition.levers:
            raise unknown("lever", name, definition.levers)
    scenario = query.get("scenario") or None
    if scenario is not None and scenario not in definition.scenarios:
        raise unknown("scenario", scenario, definition.scenarios)
    return Question(Settings(parse_assignments(moved), scenario, levers), charges, _terms(definition, query))


def _terms(definition: Definition, query: QueryParams) -> dict[str, str]:
    """Read on which terms a cost is shared, in the words of the questions about costs."""
    classes = definition.cost_game.classes if definition.cost_game is not None else {}
    caps = [ABILITY] if classes and query.get("able") else []
    caps += [f"{name}={_number(f'cap.{name}', text)}" for name in classes if (text := query.get(f"cap.{name}", "").strip())]
    subsidy = query.get("subsidy", "").strip() if classes else ""
    terms = {"subsidy": _number("subsidy", subsidy) if subsidy else "", "cap": ",".join(caps)}
    return {name: text for name, text in terms.items() if text not in ("", "0")}


def _number(field: str, text: str) -> str:
    try:
        return f"{parse_assignments([f'{field}={text}'])[0][1]:.12g}"
    except InvalidGameError:
        raise InvalidGameError([Problem((field,), f"'{text[:40]}' is not a number", "write an amount such as 20000, or leave it empty")]) from None


def _same_number(text: str, before: str | None) -> bool:
    """Browsers write the same number in their own way, and round its last digits."""
    try:
        return before is not None and math.isclose(float(text), float(before), rel_tol=ROUNDED)
    except ValueError:
        return False


def pairs(question: Question) -> list[tuple[str, str]]:
    """Return what has to be said for a question to be asked again, as names and values."""
    settings, options = question.settings, question.options or {}
    said = [("scenario", settings.scenario or ""), *(("lever", lever) for lever in settings.levers), ("charges", question.charges or "")]
    said += [("subsidy", options.get("subsidy", "")), ("able", "1" if ABILITY in _caps(question) else "")]
    said += [(f"cap.{name}", amount) for name, amount in caps_of(question).items()]
    return [(key, value) for key, value in said if value] + [(f"set.{key}", f"{value:.12g}") for key, value in settings.set]


def caps_of(question: Question) -> dict[str, str]:
    """Return the caps that are named, by class."""
    return dict(part.split("=", 1) for part in _caps(question) if "=" in part)


def able(question: Question) -> bool:
    """Return whether everybody pays at most what it can."""
    return ABILITY in _caps(question)


def _caps(question: Question) -> list[str]:
    return (question.options or {}).get("cap", "").split(",")


def address(name: str, question: Question, page: str = "") -> str:
    """Return the shortest address that leads to a page of a game under the same settings.

    Examples
    --------
    >>> address("plant", Question(Settings((("fine", 2.0),), None, ("police",)), None, {"subsidy": "100"}), "levers")
    '/games/plant/levers?lever=police&subsidy=100&set.fine=2'
    """
    path = f"/games/{name}/{page}" if page else f"/games/{name}"
    query = urlencode(pairs(question))
    return f"{path}?{query}" if query else path


def with_levers(question: Question, levers: Sequence[str]) -> Question:
    """Return the same question with other levers."""
    return replace(question, settings=replace(question.settings, levers=tuple(levers)))
