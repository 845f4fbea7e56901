"""Text to plain data, with the line of every field.

YAML and JSON are read by the same event loop into dictionaries, lists, strings, numbers, truth values and None, by the
rules of YAML 1.2 (so `yes` and `no` are words). Aliases are refused, and size, depth and number of entries are bounded, so
no text can grow in memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from .errors import InvalidGameError, Problem, TooLargeError

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
MAX_ENTRIES = 50_000

Place = tuple[str | int, ...]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}\Z")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = frozenset("0123456789+-.~ntfiINTF") | {""}
"""How a plain text that is something else than text can begin."""
_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_NOT_A_NUMBER = {".nan": math.nan, ".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf, "nan": math.nan, "infinity": math.inf, "-infinity": -math.inf}


@dataclass(frozen=True)
class Document:
    """Plain data and where each field stands.

    Parameters
    ----------
    data : object
        Dictionaries with string keys, lists, strings, numbers, truth values, None.
    lines : dict
        Line of each place, counted from 1; empty for data that did not come as text.
    source : str
        Name of the file, for messages.
    problems : tuple of Problem
        What is wrong with the text itself though it can be read: duplicate keys.
    """

    data: Any
    lines: dict[Place, int] = field(default_factory=dict)
    source: str = ""
    problems: tuple[Problem, ...] = ()

    def line(self, place: Place) -> int | None:
        """Return the line of `place`, or of the nearest enclosing field that has one."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return None

    def problem(self, place: Place, message: str, remedy: str = "") -> Problem:
        """Return a problem at `place`, with its line."""
        return Problem(place, message, remedy, self.line(place))


def read_document(text: str | bytes, source: str = "") -> Document:
    """Read YAML or JSON.

    Raises
    ------
    InvalidGameError
        When the text cannot be read; names line and column.
    TooLargeError
        Above `MAX_BYTES`, `MAX_DEPTH` or `MAX_ENTRIES`.

    Examples
    --------
    >>> document = read_document("title: A\\nmoney: USD per year")
    >>> document.data, document.lines[("money",)]
    ({'title': 'A', 'money': 'USD per year'}, 2)
    """
    raw = text.encode() if isinstance(text, str) else text
    if len(raw) > MAX_BYTES:
        raise TooLargeError(f"the text has {len(raw):,} bytes, at most {MAX_BYTES:,} are allowed", "shorten the texts or split the file")
    try:
        decoded = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidGameError([Problem((), f"the text is not UTF-8 (byte {error.start})", "save the file as UTF-8")], source) from None
    if decoded.lstrip()[:1] in ("{", "["):
        decoded = decoded.replace("\t", " ")
    try:
        return _Builder(source).build(decoded)
    except yaml.YAMLError as error:
        raise _unreadable(error, source) from None


def _unreadable(error: yaml.YAMLError, source: str) -> InvalidGameError:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    line = None if mark is None else mark.line + 1
    column = None if mark is None else mark.column + 1
    remedy = "use spaces, not tabs, to indent" if "\\t" in what or "tab" in what else "check indentation, colons and quotation marks here"
    return InvalidGameError([Problem((), f"the text is not YAML or JSON: {what}", remedy, line, column)], source)


class _Builder:
    """One pass over the events of one document."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []

    def build(self, text: str) -> Document:
        body = self._events(text)
        first = next(body, None)
        data = None if first is None else self._value(first, body, ())
        for _ in body:  # what stands behind the first document is read too, so that mistakes in it are found
            pass
        return Document(data, self.lines, self.source, tuple(self.problems))

    def _events(self, text: str) -> Iterator[Any]:
        """Yield the events of values, within the limits; a second document is refused."""
        depth = documents = 0
        for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
            if count > MAX_ENTRIES:
                raise TooLargeError(f"the text has more than {MAX_ENTRIES:,} entries", "shorten it")
            kind = type(event)
            if kind in _STARTS:
                depth += 1
                if depth > MAX_DEPTH:
                    raise TooLargeError(f"line {_line(event)}: fields are nested more than {MAX_DEPTH} deep", "flatten the file")
            elif kind in _ENDS:
                depth -= 1
            elif kind is yaml.AliasEvent:
                line = _line(event)
                raise InvalidGameError([Problem((), "references (*name) cannot be used", "write the value out", line)], self.source)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise InvalidGameError([Problem((), "the file holds several documents", "remove the '---' between them")], self.source)
                continue
            elif kind is not yaml.ScalarEvent:
                continue
            yield event

    def _value(self, event: yaml.Event, body: Any, place: Place) -> Any:
        if place not in self.lines:
            self.lines[place] = _line(event)
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return _scalar(event)
        if kind is yaml.MappingStartEvent:
            return self._mapping(body, place)
        items: list[Any] = []
        while type(item := next(body)) is not yaml.SequenceEndEvent:
            items.append(self._value(item, body, (*place, len(items))))
        return items

    def _mapping(self, body: Any, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while type(key := next(body)) is not yaml.MappingEndEvent:
            line = _line(key)
            if type(key) is not yaml.ScalarEvent:
                raise InvalidGameError([Problem(place, "a name must be a single word, not a list or a group", "check the indentation", line)], self.source)
            here = (*place, key.value)
            if key.value in result:
                first = self.lines[here]
                self.problems.append(Problem(here, f"'{key.value}' stands twice, first in line {first}", "remove or rename one of them", line))
                self._value(next(body), body, (*here, "again"))
                continue
            self.lines[here] = line
            result[key.value] = self._value(next(body), body, here)
        return result


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: Any) -> Any:
    text = event.value
    if text[:1] not in _SPECIAL:
        return text
    if event.style in ("'", '"', "|", ">") or (event.tag is not None and event.tag.endswith(":str")):
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.match(text):
        return int(text)
    if _NUMBER.match(text):
        return float(text)
    return _NOT_A_NUMBER.get(text.lower(), text)
