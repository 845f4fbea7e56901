"""From text or plain data to a checked game, or every mistake in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ..document import Document, Place, read_document
from ..errors import InvalidGameError
from ..validation import check
from ..validation.wording import in_plain_words
from .form import CostClass, CostGameForm, CostSource, Expectation, Form, Given, Lever, Outcome, Parameter, Scenario, Stakeholder, Target
from .game import Definition


def read_definition(source: str | bytes | Mapping[str, Any], name: str = "game") -> Definition:
    """Read and check a game.

    Parameters
    ----------
    source : str, bytes or mapping
        YAML or JSON text, or the plain data itself.
    name : str
        What messages call it.

    Returns
    -------
    Definition

    Raises
    ------
    InvalidGameError
        With every mistake found, each with place, line and remedy.
    TooLargeError
        When the text is beyond the limits.

    Examples
    --------
    >>> game = read_definition({"title": "Two firms", "money": "USD per year",
    ...     "stakeholders": {"a": {"actions": ["join", "stay"]}}, "payoffs": {"a": {"join": 1, "stay": "0"}}})
    >>> game.counts({"a": "join"})
    {'a': {'join': 1, 'stay': 0}}
    """
    document = Document(dict(source), source=name) if isinstance(source, Mapping) else read_document(source, name)
    problems = list(document.problems)
    form: Form | None = None
    if not isinstance(document.data, dict):
        raise InvalidGameError([document.problem((), "the file is not a list of fields such as 'title: ...'", "start from a catalogue game")], name)
    try:
        form = Form.model_validate(document.data)
    except ValidationError as error:
        problems += [in_plain_words(document, dict(item), _fields_at(item["loc"])) for item in error.errors(include_url=False)]
    reported = {problem.place for problem in problems}
    problems += [problem for problem in check(document) if problem.place not in reported]
    if problems or form is None:
        raise InvalidGameError(sorted(problems, key=lambda problem: (problem.line or 0, problem.place and str(problem.place))), name)
    return Definition(name=name, **{field: getattr(form, field) for field in Form.model_fields})


@lru_cache(maxsize=128)
def _read_file(path: str, changed: int, size: int, name: str) -> Definition:
    return read_definition(Path(path).read_bytes(), name)


def read_file(path: Path, name: str | None = None) -> Definition:
    """Read a game file; a file that has not changed since is read once."""
    facts = path.stat()
    return _read_file(str(path), facts.st_mtime_ns, facts.st_size, name or path.name)


_FIELDS: dict[str, type[BaseModel]] = {
    "parameters": Parameter,
    "stakeholders": Stakeholder,
    "outcomes": Outcome,
    "levers": Lever,
    "scenarios": Scenario,
    "expected": Expectation,
    "target": Target,
    "cost_game": CostGameForm,
    "classes": CostClass,
    "sources": CostSource,
    "given": Given,
    "compared_with": Given,
}


def _fields_at(place: Place) -> list[str]:
    for part in reversed(place[:-1]):
        if part in _FIELDS:
            return list(_FIELDS[str(part)].model_fields)
    return list(Form.model_fields)
