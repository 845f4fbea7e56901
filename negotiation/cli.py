"""The command line: `negotiate games | show | export | solve | verdict | allocate | check`."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.table import Table as RichTable

from . import cards, catalogue, normal_form, report
from .analyses import QUESTIONS, analysis
from .answers.play import exported
from .answers.request import Analysis, Request
from .authoring.skeleton import skeleton
from .budget import Budget
from .catalogue import Subject
from .coverage import as_markdown, coverage
from .definition import Definition
from .errors import InvalidGameError, NegotiationError, Problem
from .numerics import plain
from .settings import Settings, parse_assignments

USAGE_ERROR = 2
FILTERS = {
    "kind": "only games with a stakeholder of this kind, e.g. union",
    "path": "only games with a lever on this path, e.g. labour",
    "cell": "only games with a lever in this cell, e.g. horizontal_public",
    "game_class": "only games of this class, e.g. threshold",
    "case": "only games with a scenario of this documented case, e.g. kasur_tanneries",
}


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print one line and leave."""
        print(f"{self.prog}: {message}; see '{self.prog} --help'", file=sys.stderr)
        sys.exit(USAGE_ERROR)


def parser() -> Parser:
    """Return the parser of the command line."""
    top = Parser(prog="negotiate", description="Shows people who share a problem when working together can last.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    games = commands.add_parser("games", help="list the catalogue")
    for field, about in FILTERS.items():
        games.add_argument(f"--{field.replace('_', '-')}", metavar="NAME", default="", help=about)
    games.add_argument("--json", action="store_true", help="print JSON")
    covers = commands.add_parser("coverage", help="say as Markdown which part of the literature stands in which game of the catalogue")
    covers.add_argument("--json", action="store_true", help="print JSON")
    show = commands.add_parser("show", help="show who is in a game, its numbers, levers and scenarios")
    show.add_argument("game", metavar="GAME", help="name of a catalogue game, or path of a file")
    show.add_argument("--note", action="store_true", help="show the teaching and facilitation note instead")
    show.add_argument("--json", action="store_true", help="print the whole written form as JSON")
    new = commands.add_parser("new", help="write a commented game to begin with, NAME.yaml")
    new.add_argument("name", metavar="NAME", help="name of the game, e.g. clean_river")
    new.add_argument("--output", metavar="FILE", help="file to write instead; '-' prints it")
    new.add_argument("--json", action="store_true", help="print JSON")
    export = commands.add_parser("export", help="write a game as a Gambit .nfg file, every member a player")
    _add_settings(export)
    export.add_argument("--output", metavar="FILE", help="file to write; otherwise it is printed")
    for row in QUESTIONS:
        _add_analysis(commands.add_parser(row.name, help=row.about), row)
    for entry in entry_points(group="negotiation.commands"):
        for further in entry.load():
            command = commands.add_parser(further.name, help=further.about)
            further.arguments(command)
            command.add_argument("--json", action="store_true", help="print JSON")
            command.set_defaults(run=further.run)
    return top


def _add_settings(command: argparse.ArgumentParser) -> None:
    command.add_argument("game", metavar="GAME", help="name of a catalogue game, or path of a file")
    command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="assignments", help="value of a parameter (repeatable)")
    command.add_argument("--scenario", metavar="NAME", help="scenario to switch on")
    command.add_argument("--lever", action="append", default=[], metavar="NAME", dest="levers", help="lever to switch on (repeatable)")
    command.add_argument("--charges", metavar="METHOD", help="let people pay what this allocation method charges")
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_analysis(command: argparse.ArgumentParser, row: Analysis) -> None:
    _add_settings(command)
    command.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", dest="further", help="option of the concept (repeatable)")
    command.add_argument("--seconds", type=_seconds, metavar="S", help="time limit; what was found by then is shown")
    for option in row.options:
        flag = f"--{option.name.replace('_', '-')}"
        if option.kind is bool:
            command.add_argument(flag, dest=option.name, action="store_const", const="yes", help=option.about)
        else:
            command.add_argument(flag, dest=option.name, metavar=option.name.upper(), help=option.about, action="append" if option.many else "store")


def _seconds(text: str) -> float:
    """Read a time limit."""
    value = float(text)
    if not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError(f"got '{text}', expected a number of seconds from 0 to a million")
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, or 2 for what the caller must mend."""
    options = parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        data, told = _answer(options)
    except NegotiationError as error:
        print(f"negotiate: {' '.join(str(error).split())}", file=sys.stderr)
        return USAGE_ERROR
    if sys.stderr.isatty():
        print("\r" + " " * 70 + "\r", end="", file=sys.stderr)
    try:
        if options.json:
            print(json.dumps(plain(data), indent=2, ensure_ascii=False), flush=True)
        elif isinstance(told, str):
            print(told, end="", flush=True)
        else:
            _print(told)
    except BrokenPipeError:  # the reader has had enough, e.g. `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _answer(options: argparse.Namespace) -> tuple[object, report.Report | str]:
    """Return what is asked for, as data and for people."""
    if hasattr(options, "run"):
        return options.run(options)  # type: ignore[no-any-return]
    if options.command == "games":
        there = cards.catalogue_cards()
        chosen = cards.found(there, cards.Wanted(**{field: getattr(options, field) for field in FILTERS}))
        return {"games": [card.as_dict() for card in chosen]}, report.games(chosen, len(there))
    if options.command == "coverage":
        covered = coverage()
        return covered.as_dict(), as_markdown(covered)
    if options.command == "new":
        return _new(options.name, options.output)
    subject = catalogue.open_game(options.game)
    if options.command == "show" and options.note:
        text = catalogue.note(options.game)
        return {"game": subject.name, "note": text}, text
    if options.command == "show":
        return (normal_form.as_dict(subject.game), normal_form.card(subject.game)) if subject.game is not None else _card(subject.written)
    settings = Settings(parse_assignments(options.assignments), options.scenario, tuple(options.levers))
    if options.command == "export":
        return _export(subject, Request(settings, options.charges), options.output)
    row = analysis(options.command)
    said = {option.name: getattr(options, option.name) for option in row.options if getattr(options, option.name) is not None}
    named = {name: ",".join(value) if isinstance(value, list) else value for name, value in said.items()}
    budget = Budget(options.seconds, _progress if sys.stderr.isatty() else None)
    answer = row.run(subject, Request(settings, options.charges, {**named, **_further(options.further)}, budget))
    return answer.as_dict(), report.told(answer)


def _card(definition: Definition) -> tuple[object, report.Report]:
    return definition.written(), report.game_card(definition)


def _new(name: str, path: str | None) -> tuple[object, report.Report | str]:
    """Write a game to begin with; a file that is there already is left alone."""
    text = skeleton(name)
    if path == "-":
        return {"text": text}, text
    path = f"{name}.yaml" if path is None else path
    _write(path, text, anew=True)
    return {"file": path, "characters": len(text)}, report.Report(f"{path} is written; `negotiate check {path}` and `negotiate verdict {path}` read it.")


def _export(subject: Subject, request: Request, path: str | None) -> tuple[object, report.Report | str]:
    """Write a game to a file, or return its text."""
    text = exported(subject, request)
    if path is None:
        return {"nfg": text}, text
    _write(path, text)
    return {"file": path, "characters": len(text)}, report.Report(f"{subject.name} is written to {path}; `negotiate solve {path}` reads it.")


def _write(path: str, text: str, *, anew: bool = False) -> None:
    try:
        with Path(path).open("x" if anew else "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InvalidGameError([Problem(("output",), f"'{path[:80]}' is there already", "choose another name or file; nothing was written")]) from None
    except OSError as error:
        raise InvalidGameError([Problem(("output",), f"'{path[:80]}' cannot be written: {error.strerror}", "choose another file")]) from None


def _further(words: Sequence[str]) -> dict[str, str]:
    """Read the options of a concept, ``name=value``."""
    pairs = [word.partition("=") for word in words]
    for name, equals, _ in pairs:
        if not equals or not name:
            raise InvalidGameError([Problem(("option",), f"got '{name}', expected name=value", "write e.g. --option objective=equal")])
    return {name: value for name, _, value in pairs}


def _progress(share: float, doing: str) -> None:
    """Show progress on one line of the terminal."""
    print(f"\r{100 * share:5.1f} % {doing[:60]:<60}", end="", file=sys.stderr, flush=True)


def _print(told: report.Report) -> None:
    console = Console(highlight=False)
    console.print(told.sentence, markup=False)
    for table in told.tables:
        drawn = RichTable(
            title=table.title or None, show_header=any(table.columns), title_justify="left", show_lines=any("\n" in cell for row in table.rows for cell in row)
        )
        for k, column in enumerate(table.columns):
            drawn.add_column(column, overflow="fold", no_wrap=k == 0 and column == "Name")
        for row in table.rows:
            drawn.add_row(*(cell.replace("[", "\\[") for cell in row))
        console.print()
        console.print(drawn)
    for note in told.notes:
        console.print(note, style="dim", markup=False)


if __name__ == "__main__":
    sys.exit(main())
