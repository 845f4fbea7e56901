"""Pages: the list of games, a game with its sliders, levers and costs, its lever board, its paths, and more about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response
from fastapi.templating import Jinja2Templates

from negotiation.answers.request import Request as Question
from negotiation.cards import Wanted, filters, offered
from negotiation.coalitional.methods import METHODS
from negotiation.definition import Definition, Parameter, read_definition
from negotiation.errors import NegotiationError
from negotiation.numerics import shown
from negotiation.plots import TOLD
from negotiation.report.costs import RULE_NAMES

from . import addresses, work
from .boards import ACTORS, SCOPES
from .kept import Kept, key_of
from .notes import note_of
from .routes import ComputeOf, StoreOf
from .sections import PARTS, asked_by, part_named
from .shelves import cards_of, wanted_by

HERE = Path(__file__).parent
router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(HERE / "templates")
templates.env.filters["shown"] = shown
templates.env.globals.update(TOLD=TOLD, PARTS=PARTS, RULES={key: RULE_NAMES[key] for key in METHODS}, ABOUT={key: row.about for key, row in METHODS.items()})
GROUPS = {"private": "Private", "social": "Social", "public": "Public", None: "Other"}
TABS = {"": "Verdict", "levers": "Levers", "paths": "Six paths", "more": "More"}
MORE = ("winners", "repair", "participation", "robustness", "condition", "rules", "agreement")


@router.get("/", response_class=HTMLResponse)
async def index(request: Request, store: StoreOf) -> Response:
    """List the games, or those that are looked for."""
    wanted, error = Wanted(), None
    try:
        wanted = wanted_by(request.query_params)
    except NegotiationError as problem:
        error = problem
    cards = (await run_in_threadpool(lambda: cards_of(store.listed()))).values()
    chosen = [card for card in cards if wanted.fits(card)]
    context = {"games": chosen, "all": len(cards), "wanted": wanted, "offered": offered(cards), "words": filters(), "error": error}
    return templates.TemplateResponse(request, "index.html", context, status_code=200 if error is None else error.status)


@router.get("/games/{name}", response_class=HTMLResponse)
async def game(request: Request, name: str, store: StoreOf, compute: ComputeOf) -> Response:
    """Show a game with the answer for the settings in the address."""
    return await _judged(request, name, store, compute, "game.html")


@router.get("/games/{name}/answer", response_class=HTMLResponse)
async def answer(request: Request, name: str, store: StoreOf, compute: ComputeOf) -> Response:
    """Return only the answer, for the live page."""
    return await _judged(request, name, store, compute, "answer.html")


@router.get("/games/{name}/levers", response_class=HTMLResponse)
async def levers(request: Request, name: str, store: StoreOf, compute: ComputeOf) -> Response:
    """Show the lever board."""
    return await _judged(request, name, store, compute, "levers.html", page="levers")


@router.get("/games/{name}/levers/answer", response_class=HTMLResponse)
async def levers_answer(request: Request, name: str, store: StoreOf, compute: ComputeOf) -> Response:
    """Return only the verdict, for the live lever board."""
    return await _judged(request, name, store, compute, "levers_answer.html", page="levers")


@router.get("/games/{name}/paths", response_class=HTMLResponse)
async def paths(request: Request, name: str, store: StoreOf) -> Response:
    """Show the six paths to social upgrading."""
    return await _asking(request, name, store, "paths.html", "paths")


@router.get("/games/{name}/more", response_class=HTMLResponse)
async def more(request: Request, name: str, store: StoreOf) -> Response:
    """Show what else can be asked about a game."""
    return await _asking(request, name, store, "more.html", "more")


@router.get("/games/{name}/parts/{part}", response_class=HTMLResponse)
async def section(request: Request, name: str, part: str, store: StoreOf, compute: ComputeOf) -> Response:
    """Return a section of a page, for the live page; on a page of its own for all others."""
    row, kept = part_named(part), _kept(request)
    context, question, source = await _opened(request, name, store, f"parts/{row.name}")
    live = "HX-Request" in request.headers
    found = None
    if question is not None:
        asked = asked_by(row, question, context["game"])
        key = (row.name, source, key_of(asked))
        found, context["error"] = await _or_problem(kept.get(key, lambda: compute.run(work.section, source, row.name, asked), slow=row.slow))
    context |= {"part": row, "found": found}
    status = 200 if live or context["error"] is None else context["error"].status
    return templates.TemplateResponse(request, "part_body.html" if live else "part.html", context, status_code=status, headers={"Vary": "HX-Request"})


async def _judged(request: Request, name: str, store: StoreOf, compute: ComputeOf, template: str, *, page: str = "") -> Response:
    context, question, source = await _opened(request, name, store, page)
    found, kept = None, _kept(request)
    if question is not None:
        key = (source, key_of(question))
        judged = kept.get(("judged", *key), lambda: compute.run(work.what_if, source, question))
        shared = _nothing() if page or context["game"].cost_game is None else kept.get(("shared", *key), lambda: compute.run(work.costs, source, question))
        (found, context["error"]), (costs, unshared) = await asyncio.gather(_or_problem(judged), _or_problem(shared))
        context |= {"costs": costs, "unshared": unshared}
    definition, asked = context["game"], context["question"]
    values = found.values if found else definition.values(asked.settings)
    sliders = [slider(key, entry, values[key]) for key, entry in definition.parameters.items()]
    context |= {"found": found, "values": values, "sliders": sliders}
    live = template.endswith("answer.html")
    headers = {"HX-Replace-Url": addresses.address(name, asked, page)} if live and found else {}
    error: NegotiationError | None = context["error"]
    return templates.TemplateResponse(request, template, context, status_code=200 if live or error is None else error.status, headers=headers)


async def _asking(request: Request, name: str, store: StoreOf, template: str, page: str) -> Response:
    """Show a page whose sections are asked for one by one."""
    context, _, _ = await _opened(request, name, store, page)
    error: NegotiationError | None = context["error"]
    return templates.TemplateResponse(request, template, context, status_code=200 if error is None else error.status)


async def _opened(request: Request, name: str, store: StoreOf, page: str) -> tuple[dict[str, Any], Question | None, work.Source]:
    """Return what every page of a game shows, the question in its address (None where that cannot be read), and the game."""
    stored = await run_in_threadpool(store.get, name)
    definition = _definition(stored.text, name)
    question, error = None, None
    try:
        question = addresses.read_question(definition, request.query_params)
        definition.check_ranges(question.settings)
    except NegotiationError as problem:
        question, error = None, problem
    asked = question or Question()

    def link(to: str = "", **changed: Any) -> str:
        return addresses.address(name, addresses.with_levers(asked, changed["levers"]) if "levers" in changed else asked, to)

    context = {
        "name": name,
        "game": definition,
        "page": page,
        "note": note_of(name, stored.origin),
        "question": asked,
        "error": error,
        "link": link,
        "said": addresses.pairs(asked),
        "tabs": TABS if definition.levers else {key: TABS[key] for key in ("", "more")},
        "more": MORE if definition.target is not None else (),
        "caps": addresses.caps_of(asked),
        "able": addresses.able(asked),
        "payable": definition.cost_game is not None and any(entry.ability is not None for entry in definition.cost_game.classes.values()),
        "groups": levers_by_actor(definition),
        "board": lever_board(definition),
    }
    return context, question, work.Source(name, stored.text)


@lru_cache(maxsize=64)
def _definition(text: str, name: str) -> Definition:
    return read_definition(text, name)


async def _or_problem(answer: Awaitable[Any]) -> tuple[Any, NegotiationError | None]:
    try:
        return await answer, None
    except NegotiationError as error:
        return None, error


def _kept(request: Request) -> Kept:
    kept: Kept = request.app.state.kept
    return kept


async def _nothing() -> None:
    return None


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
        groups.setdefault(GROUPS[lever.actor], []).append((name, lever))
    return {title: groups[title] for title in GROUPS.values() if title in groups}


def lever_board(definition: Definition) -> list[tuple[str, list[tuple[str, list[tuple[str, Any]]]]]]:
    """Return the levers by scope and by actor, six cells; those that the file does not place come last."""
    placed = [
        (title, [(ACTORS[actor], [(key, one) for key, one in definition.levers.items() if (one.scope, one.actor) == (scope, actor)]) for actor in ACTORS])
        for scope, title in SCOPES.items()
    ]
    rest = [(key, one) for key, one in definition.levers.items() if one.scope is None or one.actor is None]
    return [*placed, ("Elsewhere", [("", rest)])] if rest else placed
