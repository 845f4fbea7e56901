"""Finding games: the catalogue under `games/`, files, and what callers hand over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .coalitional.cost_game import CostGame
from .coalitional.plain import read_csv_game, read_plain_game
from .definition import Definition, read_definition, read_file
from .document import read_document
from .errors import InvalidGameError, NotApplicableError, Problem, UnknownNameError, nearest
from .strategic.files.nfg import read_nfg
from .strategic.game import Game

_BESIDE = Path(__file__).resolve().parent
CLUSTERS = "clusters"
LITERATURE = "literature"
"""Folder of the catalogue that holds what the literature says, no games."""
SUFFIXES = (".yaml", ".yml", ".json", ".nfg", ".csv")


@dataclass(frozen=True)
class Subject:
    """What an analysis is about: a written game, a plain cost game, or a game in strategic form.

    Parameters
    ----------
    name : str
    definition : Definition or None
    plain : CostGame or None
    game : Game or None
    """

    name: str
    definition: Definition | None = None
    plain: CostGame | None = None
    game: Game | None = None

    @cached_property
    def written(self) -> Definition:
        """The definition.

        Raises
        ------
        NotApplicableError
            When the subject is something else.
        """
        if self.definition is None:
            what = "a plain cost game" if self.plain is not None else "a game in strategic form"
            raise NotApplicableError(f"'{self.name}' is {what}, without target, levers or parameters", "give a game file in the written form")
        return self.definition


def folder() -> Path:
    """Return where the catalogue's files are: beside the package in a checkout, inside it when installed."""
    inside = _BESIDE / "_games"
    return inside if inside.is_dir() else _BESIDE.parent / "games"


def paths() -> dict[str, Path]:
    """Return the catalogue's files by the names of their games."""
    return {path.stem: path for path in sorted(folder().rglob("*.yaml")) if path.parent.name != LITERATURE}


def names() -> list[str]:
    """Return the names of the catalogue's games: clusters first, then the textbook."""
    there = paths()
    return sorted(there, key=lambda name: (shelf(there[name]), name))


def shelf(path: Path) -> str:
    """Return the part of the catalogue in which a file stands: "clusters", or the name of its folder."""
    return CLUSTERS if path.parent == folder() else path.parent.name


def path_of(name: str) -> Path:
    """Return the file of a catalogue game.

    Raises
    ------
    UnknownNameError
        Names the nearest, or lists what there is.
    """
    there = paths()
    if name not in there:
        raise UnknownNameError(f"unknown game '{name}'", nearest(name, there))
    return there[name]


def load(name: str) -> Definition:
    """Return the definition of a catalogue game."""
    return read_file(path_of(name), name)


def note(name_or_path: str) -> str:
    """Return the teaching and facilitation note of a game: the Markdown file of the same name beside it.

    Raises
    ------
    UnknownNameError
        When there is no such game, or it has no note.
    """
    path = (Path(name_or_path) if _is_path(name_or_path) else path_of(name_or_path)).with_suffix(".md")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnknownNameError(f"'{name_or_path[:80]}' has no note", f"write it as plain Markdown in '{path.name}' beside the game") from None


def _is_path(name_or_path: str) -> bool:
    return Path(name_or_path).suffix in SUFFIXES or "/" in name_or_path


def open_game(name_or_path: str) -> Subject:
    """Return the catalogue game of that name, or the game in that file.

    Raises
    ------
    UnknownNameError
        When there is neither.
    InvalidGameError, TooLargeError
        When the file is not a valid game.
    """
    path = Path(name_or_path)
    if _is_path(name_or_path):
        try:
            return read_subject(path.read_bytes(), path.name)
        except FileNotFoundError:
            raise UnknownNameError(f"there is no file '{name_or_path}'", "check the path, or give the name of a catalogue game") from None
        except OSError as error:
            raise UnknownNameError(f"the file '{name_or_path[:80]}' cannot be read: {error.strerror}", "check the path and its permissions") from None
    return Subject(name_or_path, definition=load(name_or_path))


def read_subject(source: str | bytes | Mapping[str, Any], name: str = "game") -> Subject:
    """Return what text or plain data holds: a game in the written form, a plain cost game, or a Gambit .nfg game."""
    if isinstance(source, (str, bytes)):
        text = source.encode() if isinstance(source, str) else source
        if text.lstrip()[:3] == b"NFG" or name.endswith(".nfg"):
            return Subject(name, game=read_nfg(_decoded(text, name), name))
        if name.endswith(".csv"):
            return Subject(name, plain=read_csv_game(_decoded(text, name), name))
        data = read_document(text, name).data
    else:
        data = dict(source)
    if isinstance(data, dict) and "players" in data and "stakeholders" not in data:
        return Subject(name, plain=read_plain_game(data, name))
    return Subject(name, definition=read_definition(source, name))


def _decoded(text: bytes, name: str) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidGameError([Problem((), f"the text is not UTF-8 (byte {error.start})", "save the file as UTF-8")], name) from None
