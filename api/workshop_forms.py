"""Forms of the workshop's pages: what was typed becomes the body of a move, and only this server's own pages can send it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData

from negotiation.errors import InvalidGameError, Problem

from .doors import ForgedError, cookie_of
from .storage.keys import hashed
from .workshop.plan import Part

PERCENT = "_percent"
"""End of a field's name whose number is typed in percent."""
OURS = frozenset({"token", "key", "back"})
"""Fields that are the form's own."""


def token_of(request: Request, place: str) -> str:
    """Return what a form must carry to be taken for this browser's: it depends on the secret that the browser keeps, and does not give it away."""
    secret = request.cookies.get(cookie_of(place)) or request.cookies.get(cookie_of(place.rpartition("-")[0])) or ""
    return hashed(f"form/{place}/{secret}")[:32]


def check_token(request: Request, place: str, form: FormData) -> None:
    """Refuse a form that another site's page sent.

    Raises
    ------
    ForgedError
    """
    if not hmac.compare_digest(str(form.get("token", "")), token_of(request, place)):
        raise ForgedError("this form is not from this page, or the page is old", "reload the page, then try again")


def nested(form: FormData) -> dict[str, Any]:
    """Return what was typed, by fields: `a.b` is field `b` of `a`, a field that stands several times (`a[]`) a list, nothing typed is left out.

    Examples
    --------
    >>> nested(FormData([("choice.pay", "2"), ("choice.stay", ""), ("terms.levers[]", "fines"), ("cooperation_percent", "25"), ("accepts", "null")]))
    {'choice': {'pay': '2'}, 'terms': {'levers': ['fines']}, 'cooperation': 0.25, 'accepts': None}
    """
    found: dict[str, Any] = {}
    for name, value in form.multi_items():
        text = str(value).strip()
        if name in OURS or not text:
            continue
        *above, last = name.removesuffix("[]").removesuffix(PERCENT).split(".")
        place = found
        for part in above:
            place = place.setdefault(part, {})
        if name.endswith("[]"):
            place.setdefault(last, []).append(text)
        else:
            place[last] = _percent(text) if name.endswith(PERCENT) else None if text == "null" else text
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
