"""Errors as RFC 9457 problem+json, with place and remedy."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from negotiation.errors import InvalidFormulaError, InvalidGameError, NegotiationError, Problem

from .headers import headers_for
from .storage.database import refused

logger = logging.getLogger(__name__)
REMEDIES = {
    400: "send valid JSON, not nested too deep",
    404: "open / for the games, or see /docs for the addresses of the interface",
    413: "shorten it",
    405: "see /docs for the methods of this address",
}
MEDIA_TYPE = "application/problem+json"


class ProblemDetail(BaseModel):
    """One thing that is wrong in what was sent."""

    pointer: str = ""
    field: str = ""
    line: int | None = None
    column: int | None = None
    detail: str
    remedy: str = ""


class ProblemBody(BaseModel):
    """An error, after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    remedy: str = ""
    errors: list[ProblemDetail] = []


class TellingError(NegotiationError):
    """An error whose problem says more than others do."""

    @property
    def members(self) -> dict[str, Any]:
        """What the problem says besides, by name."""
        return {}


def problem(
    request: Request,
    status: int,
    kind: str,
    *,
    title: str,
    detail: str,
    remedy: str = "",
    errors: Sequence[Problem] = (),
    members: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """Return a problem+json response; `members` are what this kind of problem says besides."""
    details = [ProblemDetail.model_validate({name: _sayable(value) for name, value in error.as_dict().items()}) for error in errors]
    where = request.url.path
    body = ProblemBody(type=f"/problems/{kind}", title=title, status=status, detail=_sayable(detail), instance=where, remedy=_sayable(remedy), errors=details)
    return JSONResponse({**body.model_dump(), **(members or {})}, status, media_type=MEDIA_TYPE)


def _sayable(value: Any) -> Any:
    """Return a text without halves of letters, which cannot be sent; anything else as it is."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem."""
    app.add_exception_handler(NegotiationError, _engine_error)
    app.add_exception_handler(SQLAlchemyError, _storage_error)
    app.add_exception_handler(RequestValidationError, _request_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(UnicodeEncodeError, _no_text)
    app.add_exception_handler(Exception, _unexpected)


def kind_of(error: NegotiationError) -> str:
    """Return the last part of an error's type address.

    Examples
    --------
    >>> from negotiation.errors import TooLargeError
    >>> kind_of(TooLargeError("x"))
    'too-large'
    """
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).strip("-")


async def _engine_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NegotiationError)
    remedy = error.remedy or next((one.remedy for one in error.problems), "")
    more = error.members if isinstance(error, TellingError) else None
    return problem(request, error.status, kind_of(error), title=error.title, detail=error.message, remedy=remedy, errors=error.problems, members=more)


async def _storage_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, SQLAlchemyError)
    logger.warning("the database refused: %s", type(error).__name__)
    return await _engine_error(request, refused(error))


async def _request_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [_found(item) for item in error.errors()]
    found = list({one.place: one for one in found}.values())
    detail = " | ".join(str(one) for one in found)
    remedy = "see /docs for the form of this request"
    return problem(request, 422, "invalid-request", title="The request has mistakes", detail=detail, remedy=remedy, errors=found)


def _found(item: dict[str, Any]) -> Problem:
    """Say what is wrong; a mistake in the JSON itself has no field, and the members of a union are not fields either."""
    remedy = "see /docs for the form of this request"
    if item["type"] == "json_invalid":
        return Problem((), f"the request is not JSON: {item.get('ctx', {}).get('error', '')}", "check brackets, commas and quotation marks")
    place = tuple(part for part in item["loc"][1:] if not (isinstance(part, str) and ("[" in part or part in ("str", "float"))))
    if place == ("game",) and item["type"] != "missing":
        return Problem(place, "expected the name of a game, its text, or the whole written form as an object", remedy)
    return Problem(place, _said(item), remedy)


def _said(item: dict[str, Any]) -> str:
    return f"{item['msg'][:1].lower()}{item['msg'][1:]}"


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = HTTPStatus(error.status_code).phrase
    remedy = REMEDIES.get(error.status_code, "see /docs for what can be asked")
    return problem(request, error.status_code, title.lower().replace(" ", "-"), title=title, detail=str(error.detail), remedy=remedy)


async def _no_text(request: Request, error: Exception) -> Response:
    """JSON can say half of a letter that is written in two (a lone surrogate): no text can hold it."""
    place = [Problem((), "the request holds half of a letter", "send whole letters, as UTF-8")]
    return problem(request, 422, "invalid-request", title="The request has mistakes", detail=str(place[0]), remedy=place[0].remedy, errors=place)


async def _unexpected(request: Request, error: Exception) -> Response:
    detail, remedy = "an unexpected error occurred; it has been logged", "try again, and report it if it stays"
    answer = problem(request, 500, "internal-error", title="The server made a mistake", detail=detail, remedy=remedy)
    answer.headers.update(headers_for(request.scope))  # it is made outside of what adds them to all others
    return answer


def documented(*errors: type[NegotiationError]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the problems that a route can answer with."""
    entries: dict[int | str, dict[str, Any]] = {}
    kinds: tuple[type[NegotiationError], ...] = (InvalidGameError, InvalidFormulaError, *errors)
    for error in kinds:
        entries[error.status] = {"model": ProblemBody, "description": error.title, "content": {MEDIA_TYPE: {}}}
    return entries
