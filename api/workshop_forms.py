"""Forms of the workshop's pages: what was typed becomes the body of a move, and only this server's own pages can send it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from negotiation.errors import InvalidGameError, Problem

from .doors import ForgedError, keep_in, kept_in, secrets_of
from .storage.keys import hashed, new_secret
from .workshop.plan import Part

PERCENT = "_percent"
"""End of a field's name whose number is typed in percent."""
VISITOR = "key_visitor"
"""Cookie of a browser that holds nothing yet: what its forms carry depends on it."""
OURS = frozenset({"token", "key", "all", "version"})
"""Fields that are the form's own."""


def token_of(request: Request, place: str) -> str:
    """Return what a form must carry to be taken for this browser's: it depends on the secret that the browser keeps, and does not give it away."""
    return _token(place, next(iter(secrets_of(request, place)), ""))


def _token(place: str, secret: str) -> str:
    return hashed(f"form/{place}/{secret}")[:32]


def visitor_of(request: Request) -> str:
    """Return the secret of a browser that holds nothing yet."""
    return kept_in(request, VISITOR) or new_secret()


def welcome(response: Response, request: Request, visitor: str) -> Response:
    """Let a browser keep the secret on which its forms depend until it is closed."""
    keep_in(response, request, VISITOR, visitor, None)
    return response


def visitor_token(visitor: str) -> str:
    """Return what a form must carry that a browser sends before it holds anything."""
    return _token(VISITOR, visitor)


def check_visitor(request: Request, form: FormData) -> None:
    """Refuse a form that another site's page sent from a browser that holds nothing yet.

    Raises
    ------
    ForgedError
    """
    _check(form, visitor_token(visitor_of(request)))


def check_token(request: Request, place: str, form: FormData) -> None:
    """Refuse a form that another site's page sent.

    Raises
    ------
    ForgedError
    """
    _check(form, token_of(request, place))


def _check(form: FormData, token: str) -> None:
    if not hmac.compare_digest(str(form.get("token", "")).encode(), token.encode()):
        raise ForgedError("this form is not from this page, or the page is old", "reload the page, then try again")


def nested(form: FormData) -> dict[str, Any]:
    """Return what was typed, by fields: `a.b` is field `b` of `a`, a field that stands several times (`a[]`) a list, nothing typed is left out.

    Examples
    --------
    >>> nested(FormData([("choice.pay", "2"), ("choice.stay", ""), ("terms.levers[]", "fines"), ("cooperation_percent", "25"), ("accepts", "null")]))
    {'choice': {'pay': '2'}, 'terms': {'levers': ['fines']}, 'cooperation': 0.25, 'accepts': None}

    Raises
    ------
    InvalidGameError
        When a field is a value and has fields of its own.
    """
    found: dict[str, Any] = {}
    for name, value in form.multi_items():
        text = str(value).strip()
        if name in OURS or not text:
            continue
        *above, last = name.removesuffix("[]").removesuffix(PERCENT).split(".")
        try:
            place = found
            for part in above:
                place = place.setdefault(part, {})
            if name.endswith("[]"):
                place.setdefault(last, []).append(text)
            else:
                place[last] = _percent(text) if name.endswith(PERCENT) else None if text == "null" else text
        except (AttributeError, TypeError):
            raise InvalidGameError([Problem((name[:80],), "stands for two things", "reload the page, then send the form again")]) from None
    return found


def _percent(text: str) -> Any:
    try:
        return float(text.replace(",", ".").rstrip("% ")) / 100
    except ValueError:
        return text


def read(kind: type[Part], typed: Mapping[str, Any]) -> Part:
    """Return the body of a move from what was typed.

    Raises
    ------
    InvalidGameError
        With every field that does not fit, in plain words.
    """
    try:
        return kind.model_validate(typed)
    except ValidationError as error:
        problems = [Problem(tuple(part for part in item["loc"] if "[" not in str(part)), item["msg"], "mend it and send again") for item in error.errors()]
        raise InvalidGameError(problems) from None
