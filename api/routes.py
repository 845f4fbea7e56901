"""The HTTP interface: games and analyses."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi import Request as HttpRequest
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse

from negotiation.analyses import analyses as every_analysis
from negotiation.analyses import analysis
from negotiation.definition import read_definition
from negotiation.errors import IllegalMoveError, NotApplicableError, SolverError, TimedOutError, TooLargeError, UnknownNameError
from negotiation.options import Option

from . import work
from .compute import Compute
from .doors import NobodyError
from .problems import documented
from .schemas import AnalysisBody, GameLine, GameList, GameQuery, GameToSave
from .shelves import cards_of
from .storage.games import Games

router = APIRouter()


async def store_of(request: HttpRequest) -> Games:
    """Return the application's games."""
    store: Games = request.app.state.store
    return store


async def compute_of(request: HttpRequest) -> Compute:
    """Return the application's pool."""
    compute: Compute = request.app.state.compute
    return compute


StoreOf = Annotated[Games, Depends(store_of)]
ComputeOf = Annotated[Compute, Depends(compute_of)]


@router.get("/healthz", tags=["health"], summary="Is the server alive?")
async def health() -> dict[str, str]:
    """Answer at once, whatever is being computed."""
    return {"status": "ok"}


@router.get("/api/games", tags=["games"], summary="All games, or those that are looked for", responses=documented(UnknownNameError))
async def games(store: StoreOf, wanted: Annotated[GameQuery, Query()]) -> GameList:
    """List the catalogue and the saved games; every part of the query that is given has to fit."""
    chosen = wanted.wanted().checked()
    found = await run_in_threadpool(store.listed)
    cards = await run_in_threadpool(cards_of, found)
    return GameList(games=[GameLine.of(game, cards[game.name]) for game in found if chosen.fits(cards[game.name])])


@router.get("/api/games/{name}", tags=["games"], summary="The whole written form of a game", responses=documented(UnknownNameError))
async def game(name: str, store: StoreOf) -> dict[str, Any]:
    """Return a game as data in the written form; it can be sent back as the game of an analysis."""
    found = await run_in_threadpool(store.get, name)
    return read_definition(found.text, name).written()


@router.post(
    "/api/games", tags=["games"], status_code=201, summary="Save a game of one's own", responses=documented(IllegalMoveError, TooLargeError, NobodyError)
)
async def save(body: GameToSave, request: HttpRequest, store: StoreOf) -> GameLine:
    """Check and save a game; what is answered with 201 is on disk. Where others can reach the server, its owner saves."""
    request.app.state.host.allow(request)
    text = body.game if isinstance(body.game, str) else json.dumps(body.game, indent=2, ensure_ascii=False)
    kept = await run_in_threadpool(store.save, body.name, text)
    return GameLine.of(kept, cards_of([kept])[kept.name])


@router.get("/api/analyses", tags=["analyses"], summary="What can be asked")
async def analyses() -> dict[str, list[dict[str, Any]]]:
    """List the analyses: questions and solution concepts, with their options."""
    return {"analyses": [{"name": row.name, "about": row.about, "options": [_option(option) for option in row.options]} for row in every_analysis().values()]}


def _option(option: Option) -> dict[str, Any]:
    return {"name": option.name, "kind": option.kind.__name__, "default": option.default, "about": option.about}


@router.post(
    "/api/analyses/{name}",
    tags=["analyses"],
    summary="Ask a question about a game",
    responses=documented(UnknownNameError, NotApplicableError, TooLargeError, TimedOutError, SolverError),
)
async def analyse(name: Annotated[str, Path(examples=["verdict"])], body: AnalysisBody, store: StoreOf, compute: ComputeOf) -> dict[str, Any]:
    """Run an analysis; the same answer as `negotiate NAME GAME --json`."""
    analysis(name)
    source = await run_in_threadpool(game_source, store, body.game)
    return await compute.run(work.answer, name, source, body.request(), compute.patience(body.seconds))


@router.post(
    "/api/exports/nfg",
    tags=["games"],
    summary="A game as a Gambit .nfg file",
    response_class=PlainTextResponse,
    responses=documented(UnknownNameError, NotApplicableError, TooLargeError, TimedOutError),
)
async def export(body: AnalysisBody, store: StoreOf, compute: ComputeOf) -> PlainTextResponse:
    """Return a game under its settings in Gambit's strategic form, every member a player; the same text as `negotiate export`."""
    source = await run_in_threadpool(game_source, store, body.game)
    text = await compute.run(work.nfg, source, body.request())
    return PlainTextResponse(text, headers={"Content-Disposition": 'attachment; filename="game.nfg"'})


def game_source(store: Games, game: str | dict[str, Any]) -> work.Source:
    """Return the game that a request names or brings."""
    if isinstance(game, dict):
        return work.Source("game", json.dumps(game), is_data=True)
    if "\n" in game or game.startswith("NFG "):
        return work.Source("game", game)
    return work.Source(game, store.get(game).text)
