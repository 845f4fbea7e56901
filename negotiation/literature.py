"""What the literature says, that the games of the catalogue refer to: its predictions and its documented cases.

Both stand in `games/literature/` as plain data. A scenario that follows a documented case names it (`case`), an expectation that
checks a prediction names it (`predicts`), and the coverage table joins them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from .catalogue import LITERATURE, folder
from .document import Document, Place, read_document
from .errors import InvalidGameError, Problem, nearest

Importance = Literal["core", "secondary"]
Grade = Literal["observed", "asserted", "hypothesis", "contested"]
LONGEST = 40


@dataclass(frozen=True)
class Case:
    """A documented case of a cluster, as secondary studies tell it.

    Parameters
    ----------
    slug : str
        What a scenario's `case` names.
    name, place, sector : str
    statement : str
        What is reported, in one sentence.
    sources : tuple of str
        Studies by author and year.
    left_out : str
        Why no game has a scenario of it; empty where one has.
    """

    slug: str
    name: str
    place: str
    sector: str
    statement: str
    sources: tuple[str, ...]
    left_out: str = ""


@dataclass(frozen=True)
class Prediction:
    """What the literature lets a model expect: a sign, an order, a threshold or an interaction, never a size.

    Parameters
    ----------
    slug : str
        What an expectation's `predicts` names.
    statement : str
    theme : str
    importance : {"core", "secondary"}
        Whether every release reproduces it.
    grades : tuple of {"observed", "asserted", "hypothesis", "contested"}
        How sure its own source is: observed in a case, asserted as a finding, a hypothesis of the author, or contested there.
    sources : tuple of str
        Studies by author and year.
    cases : tuple of str
        Slugs of the cases that it is told of; empty where it is told in general.
    left_out : str
        Why no game checks it; empty where one does.
    """

    slug: str
    statement: str
    theme: str
    importance: Importance
    grades: tuple[Grade, ...]
    sources: tuple[str, ...]
    cases: tuple[str, ...] = ()
    left_out: str = ""


@dataclass(frozen=True)
class Literature:
    """Predictions and cases by slug, in the order of the files."""

    predictions: Mapping[str, Prediction]
    cases: Mapping[str, Case]


def read_literature(place: Path) -> Literature:
    """Read and check the predictions and cases in a folder.

    Parameters
    ----------
    place : Path
        Folder with `predictions.yaml` and `cases.yaml`.

    Returns
    -------
    Literature

    Raises
    ------
    InvalidGameError
        With every mistake found, each with file, field, line and remedy.
    """
    told = _Reader(place / "cases.yaml", "cases", ("name", "place", "sector", "statement"), ("sources",), {})
    cases = {slug: Case(slug, **entry) for slug, entry in told.entries.items()}
    choices = {"set": get_args(Importance), "grades": get_args(Grade), "cases": tuple(cases)}
    stated = _Reader(place / "predictions.yaml", "predictions", ("statement", "theme", "set"), ("grades", "sources"), choices)
    return Literature({slug: Prediction(slug, importance=entry.pop("set"), **entry) for slug, entry in stated.entries.items()}, cases)


@lru_cache(maxsize=1)
def literature() -> Literature:
    """Return the catalogue's literature.

    Examples
    --------
    >>> literature().cases["kasur_tanneries"].place
    'Kasur, Pakistan'
    >>> literature().predictions["race_to_the_bottom"].importance
    'core'
    """
    return read_literature(folder() / LITERATURE)


class _Reader:
    """The entries of one file: some texts, some lists of texts, all needed but `cases` and `left_out`.

    Raises
    ------
    InvalidGameError
        With every mistake found.
    """

    def __init__(self, path: Path, section: str, texts: tuple[str, ...], lists: tuple[str, ...], choices: Mapping[str, Collection[str]]) -> None:
        self.document: Document = read_document(path.read_bytes(), path.name)
        self.texts, self.lists, self.choices = texts, lists, choices
        self.problems: list[Problem] = list(self.document.problems)
        written = self.document.data.get(section) if isinstance(self.document.data, dict) else None
        if not isinstance(written, dict) or not written:
            self.problems.append(self.document.problem((section,), "the file has no such group", f"write '{section}:' and its entries under it"))
            written = {}
        self.entries = {slug: self._entry((section, slug), entry) for slug, entry in written.items()}
        if self.problems:
            raise InvalidGameError(self.problems, path.name)

    def _entry(self, place: Place, entry: Any) -> dict[str, Any]:
        slug = str(place[-1])
        if not (slug.isidentifier() and slug.isascii() and slug == slug.lower() and len(slug) <= LONGEST):
            self._report(place, "cannot be a name", f"use up to {LONGEST} small letters, digits and underscores, starting with a letter")
        fields = entry if isinstance(entry, dict) else {}
        optional = ("left_out", *(name for name in self.choices if name not in (*self.texts, *self.lists)))
        known = (*self.texts, *self.lists, *optional)
        for name in fields:
            if name not in known:
                self._report((*place, name), "unknown field", nearest(name, known))
        read: dict[str, Any] = {name: self._text((*place, name), fields.get(name)) for name in self.texts}
        read |= {name: self._list((*place, name), fields.get(name)) for name in self.lists}
        read |= {name: (self._text if name == "left_out" else self._list)((*place, name), fields[name]) for name in optional if name in fields}
        return read

    def _text(self, place: Place, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            self._report(place, "expected a text", "write it, in quotation marks where it could be read as something else")
            return ""
        choices = self.choices.get(str(next(part for part in reversed(place) if isinstance(part, str))))
        if choices is not None and value not in choices:
            self._report(place, f"unknown value '{value[:LONGEST]}'", nearest(value, choices))
        return value.strip()

    def _list(self, place: Place, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            self._report(place, "expected a list of texts", "write one or more lines that start with '- '")
            return ()
        return tuple(self._text((*place, k), item) for k, item in enumerate(value))

    def _report(self, place: Place, message: str, remedy: str) -> None:
        self.problems.append(self.document.problem(place, message, remedy))
