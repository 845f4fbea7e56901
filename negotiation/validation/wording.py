"""What the form of a field forbids, in plain words with a remedy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..document import Document, Place
from ..errors import Problem, nearest

_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "dict_type": "a group of named fields",
    "list_type": "a list",
    "tuple_type": "a list",
    "bool_type": "true or false",
    "model_type": "a group of named fields",
    "model_attributes_type": "a group of named fields",
    "finite_number": "a finite number",
}


def in_plain_words(document: Document, item: dict[str, Any], known: Sequence[str]) -> Problem:
    """Return the problem that an error of the form stands for.

    Parameters
    ----------
    document : Document
    item : dict
        With `type`, `loc`, `input`, `msg` and `ctx`, as pydantic lists its errors.
    known : sequence of str
        Fields that could stand at this place.
    """
    place: Place = tuple(part for part in item["loc"] if part != "[key]")
    kind, came, context = str(item["type"]), item.get("input"), item.get("ctx") or {}
    field = str(place[-1]) if place else ""
    if kind == "missing":
        return document.problem(place, f"'{field}' is missing", "add it")
    if kind == "extra_forbidden":
        return document.problem(place, f"unknown field '{field}'", nearest(field, known))
    if kind == "literal_error":
        return document.problem(place, f"got {_shown(came)}, expected one of {context.get('expected')}", "choose one of these")
    if kind in _EXPECTED:
        expected = _EXPECTED[kind]
        return document.problem(place, f"got {_shown(came)}, expected {expected}", _remedy(expected, came))
    limits = {
        "greater_than_equal": "at least {ge:g}",
        "less_than_equal": "at most {le:g}",
        "string_too_long": "at most {max_length} characters",
        "too_long": "at most {max_length} entries",
    }
    if kind in limits:
        return document.problem(place, f"got {_shown(came)}, expected {limits[kind].format(**context)}", "change the value")
    if kind in ("too_short", "string_too_short"):
        return document.problem(place, f"'{field}' is empty", "fill it in")
    return document.problem(place, f"got {_shown(came)}: {item['msg']}", "change the value")


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a group of fields"
    if isinstance(value, list):
        return "a list"
    return repr(value if not isinstance(value, str) or len(value) < 60 else value[:57] + "...")


def _remedy(expected: str, came: Any) -> str:
    if expected.endswith("number") and isinstance(came, str):
        return "write digits with a decimal point, without unit, percent sign or thousands separator"
    if came is None:
        return "fill it in or remove the field"
    return f"write {expected}"
