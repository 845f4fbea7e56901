"""Games shown, begun and written to files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from .. import catalogue, normal_form
from ..authoring.skeleton import skeleton
from ..errors import InvalidGameError, Problem
from ..loading import load
from ..report import Report
from ..report.games import game_card
from .asking import request_of


def show(options: Namespace) -> tuple[object, Report | str]:
    """Return who is in a game, its numbers, levers and scenarios; or its note."""
    subject = catalogue.open_game(options.game)
    if options.note:
        text = catalogue.note(options.game)
        return {"game": subject.name, "note": text}, text
    if subject.game is not None:
        return normal_form.as_dict(subject.game), normal_form.card(subject.game)
    return subject.written.written(), game_card(subject.written)


def new(options: Namespace) -> tuple[object, Report | str]:
    """Write a game to begin with; a file that is there already is left alone."""
    text, path = skeleton(options.name), options.output
    if path == "-":
        return {"text": text}, text
    path = f"{options.name}.yaml" if path is None else path
    _write(path, text, anew=True)
    return {"file": path, "characters": len(text)}, Report(f"{path} is written; `negotiate check {path}` and `negotiate verdict {path}` read it.")


def export(options: Namespace) -> tuple[object, Report | str]:
    """Write a game to a file, or return its text."""
    subject = catalogue.open_game(options.game)
    text, path = load("negotiation.answers.play:exported")(subject, request_of(options)), options.output
    if path is None:
        return {"nfg": text}, text
    _write(path, text)
    return {"file": path, "characters": len(text)}, Report(f"{subject.name} is written to {path}; `negotiate solve {path}` reads it.")


def _write(path: str, text: str, *, anew: bool = False) -> None:
    try:
        with Path(path).open("x" if anew else "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InvalidGameError([Problem(("output",), f"'{path[:80]}' is there already", "choose another name or file; nothing was written")]) from None
    except OSError as error:
        raise InvalidGameError([Problem(("output",), f"'{path[:80]}' cannot be written: {error.strerror}", "choose another file")]) from None
