"""The command line: `negotiate games | show | solve | verdict | allocate | check`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import NoReturn

from rich.console import Console
from rich.table import Table as RichTable

from . import catalogue, report
from .analyses import ANALYSES, Request, analysis
from .errors import NegotiationError
from .numerics import plain
from .settings import Settings, parse_assignments

USAGE_ERROR = 2


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
    games.add_argument("--json", action="store_true", help="print JSON")
    show = commands.add_parser("show", help="show who is in a game, its numbers, levers and scenarios")
    show.add_argument("game", metavar="GAME", help="name of a catalogue game, or path of a file")
    show.add_argument("--json", action="store_true", help="print the whole written form as JSON")
    for name, row in ANALYSES.items():
        _add_analysis(commands.add_parser(name, help=row.about), name)
    return top


def _add_analysis(command: argparse.ArgumentParser, name: str) -> None:
    command.add_argument("game", metavar="GAME", help="name of a catalogue game, or path of a file")
    command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="assignments", help="value of a parameter (repeatable)")
    command.add_argument("--scenario", metavar="NAME", help="scenario to switch on")
    command.add_argument("--lever", action="append", default=[], metavar="NAME", dest="levers", help="lever to switch on (repeatable)")
    command.add_argument("--charges", metavar="METHOD", help="let people pay what this allocation method charges")
    command.add_argument("--json", action="store_true", help="print JSON")
    if name == "allocate":
        command.add_argument("--method", metavar="METHOD", help="only this method")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, or 2 for what the caller must mend."""
    options = parser().parse_args(arguments)
    try:
        data, told = _answer(options)
    except NegotiationError as error:
        print(f"negotiate: {' '.join(str(error).split())}", file=sys.stderr)
        return USAGE_ERROR
    if options.json:
        print(json.dumps(plain(data), indent=2, ensure_ascii=False))
    else:
        _print(told)
    return 0


def _answer(options: argparse.Namespace) -> tuple[object, report.Report]:
    if options.command == "games":
        games = [(name, catalogue.load(name)) for name in catalogue.names()]
        rows = [(name, game.title, game.money) for name, game in games]
        return {"games": [dict(zip(("name", "title", "money"), row, strict=True)) for row in rows]}, report.games(rows)
    subject = catalogue.open_game(options.game)
    if options.command == "show":
        definition = subject.written
        return definition.written(), report.game_card(definition)
    settings = Settings(parse_assignments(options.assignments), options.scenario, tuple(options.levers))
    answer = analysis(options.command).run(
        subject, Request(settings, options.charges, {k: v for k, v in {"method": getattr(options, "method", None)}.items() if v})
    )
    return answer.as_dict(), report.told(answer)


def _print(told: report.Report) -> None:
    console = Console(highlight=False)
    console.print(told.sentence, markup=False)
    for table in told.tables:
        drawn = RichTable(title=table.title, title_justify="left", show_lines=any("\n" in cell for row in table.rows for cell in row))
        for column in table.columns:
            drawn.add_column(column)
        for row in table.rows:
            drawn.add_row(*(cell.replace("[", "\\[") for cell in row))
        console.print()
        console.print(drawn)
    for note in told.notes:
        console.print(note, style="dim", markup=False)


if __name__ == "__main__":
    sys.exit(main())
