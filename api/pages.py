"""Pages: the list of games, a game with its sliders and levers, the answer that follows them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response
from fastapi.templating import Jinja2Templates
from starlette.datastructures import QueryParams

from negotiation.answers.request import Request as Question
from negotiation.coalitional.methods import METHODS
from negotiation.definition import Definition, Parameter, read_definition
from negotiation.errors import InvalidGameError, NegotiationError, Problem
from negotiation.numerics import shown
from negotiation.report import RULE_NAMES
from negotiation.settings import Settings, parse_assignments

from . import work
from .routes import ComputeOf, StoreOf

HERE = Path(__file__).parent
router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(HERE / "templates")
templates.env.filters["shown"] = shown
CELLS = {"private": "Private", "social": "Social", "public": "Public", None: "Other"}


@router.get("/", response_class=HTMLResponse)
async def index(request: Request, store: StoreOf) -> Response:
    """List the games."""
    return templates.TemplateResponse(request, "index.html", {"games": await run_in_threadpool(store.listed)})


@router.get("/games/{name}", response_class=HTMLResponse)
async def game(request: Request, name: str, store: StoreOf, compute: ComputeOf) -> Response:
    """Show a game with the answer for the settings in the address."""
    return await _page(request, name, store, compute, "game.html")


@router.get("/games/{name}/answer", response_class=HTMLResponse)
async def answer(request: Request, name: str, store: StoreOf, compute: ComputeOf) -> Response:
    """Return only the answer, for the live page."""
    return await _page(request, name, store, compute, "answer.html")


async def _page(request: Request, name: str, store: StoreOf, compute: ComputeOf, template: str) -> Response:
    stored = await run_in_threadpool(store.get, name)
    definition = read_definition(stored.text, name)
    context: dict[str, Any] = {"name": name, "game": definition, "query": str(request.url.query), "methods": {key: RULE_NAMES[key] for key in METHODS}}
    try:
        question = read_question(definition, request.query_params)
        context |= {"question": question, "found": await compute.run(work.what_if, work.Source(name, stored.text), question), "error": None}
        status = 200
    except NegotiationError as error:
        question = Question()
        context |= {"question": question, "found": None, "error": error}
        status = 200 if template == "answer.html" else error.status
    values = context["found"].values if context["found"] else definition.values(question.settings)
    context |= {
        "values": values,
        "sliders": [slider(key, entry, values[key]) for key, entry in definition.parameters.items()],
        "levers": levers_by_actor(definition),
    }
    headers = {"HX-Replace-Url": address(name, question)} if context["found"] else {}
    return templates.TemplateResponse(request, template, context, status_code=status, headers=headers)


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
    return Question(Settings(parse_assignments(moved), query.get("scenario") or None, tuple(query.getlist("lever"))), charges)


def _same_number(text: str, before: str | None) -> bool:
    """Browsers write the same number in their own way."""
    try:
        return before is not None and float(text) == float(before)
    except ValueError:
        return False


def address(name: str, question: Question) -> str:
    """Return the shortest address that leads to the same page."""
    settings = question.settings
    parts = [("scenario", settings.scenario), *(("lever", lever) for lever in settings.levers), ("charges", question.charges)]
    query = urlencode([(key, value) for key, value in parts if value] + [(f"set.{key}", f"{value:.12g}") for key, value in settings.set])
    return f"/games/{name}?{query}" if query else f"/games/{name}"


def slider(name: str, parameter: Parameter, value: float) -> Mapping[str, Any]:
    """Return what a slider needs: its ends, and words; a number without a range does not move."""
    low, high = parameter.low, parameter.high
    moves = low is not None and high is not None
    ends = (min(low, value), max(high, value)) if low is not None and high is not None else (value, value)
    return {
        "name": name,
        "low": ends[0],
        "high": ends[1],
        "value": value,
        "moves": moves,
        "parameter": parameter,
        "label": parameter.label or name.replace("_", " "),
    }


def levers_by_actor(definition: Definition) -> dict[str, list[tuple[str, Any]]]:
    """Return the levers under private, social and public."""
    groups: dict[str, list[tuple[str, Any]]] = {}
    for name, lever in definition.levers.items():
        groups.setdefault(CELLS[lever.actor], []).append((name, lever))
    return {title: groups[title] for title in CELLS.values() if title in groups}
