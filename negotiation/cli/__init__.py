"""The command line: `negotiate games | show | export | solve | verdict | allocate | check`.

Reading the words loads next to nothing; what a command needs is loaded when it runs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ..analyses import QUESTIONS
from ..loading import load
from . import arguments
from .command import Command

USAGE_ERROR = 2
COMMANDS = (
    Command("games", "list the catalogue", arguments.games, "negotiation.cli.shelves:games"),
    Command(
        "coverage", "say as Markdown which part of the literature stands in which game of the catalogue", arguments.nothing, "negotiation.cli.shelves:covered"
    ),
    Command("show", "show who is in a game, its numbers, levers and scenarios", arguments.show, "negotiation.cli.files:show"),
    Command("new", "write a commented game to begin with, NAME.yaml", arguments.new, "negotiation.cli.files:new"),
    Command("export", "write a game as a Gambit .nfg file, every member a player", arguments.export, "negotiation.cli.files:export"),
    *(Command(row.name, row.about, arguments.question(row), "negotiation.cli.asking:ask") for row in QUESTIONS),
)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and whose arguments are looked up when it reads words."""

    def __init__(self, *given: Any, fill: Callable[[argparse.ArgumentParser], None] | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self._fill = fill

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Look up the arguments, and read."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print one line and leave."""
        print(f"{self.prog}: {message}; see '{self.prog} --help'", file=sys.stderr)
        sys.exit(USAGE_ERROR)


def parser(words: Sequence[str] = ()) -> Parser:
    """Return the parser of the command line; what others add to it is looked up unless the first word is a command of our own."""
    top = Parser(prog="negotiate", description="Shows people who share a problem when working together can last.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    known = words and words[0] in {command.name for command in COMMANDS}
    for command in (*COMMANDS, *(() if known else _further())):
        below = commands.add_parser(command.name, help=command.about, fill=command.fill)
        below.set_defaults(run=command.run)
    return top


def _further() -> list[Command]:
    """Return the commands that other packages add."""
    return [command for entry in load("importlib.metadata:entry_points")(group="negotiation.commands") for command in entry.load()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, or 2 for what the caller must mend."""
    words = sys.argv[1:] if arguments is None else arguments
    options = parser(words).parse_args(words)
    return int(load("negotiation.cli.running:run")(options))
