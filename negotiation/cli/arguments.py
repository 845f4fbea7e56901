"""The arguments of the commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from ..analyses import Analysis

FILTERS = {
    "kind": "only games with a stakeholder of this kind, e.g. union",
    "path": "only games with a lever on this path, e.g. labour",
    "cell": "only games with a lever in this cell, e.g. horizontal_public",
    "game_class": "only games of this class, e.g. threshold",
    "case": "only games with a scenario of this documented case, e.g. kasur_tanneries",
}


def nothing(command: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def games(command: argparse.ArgumentParser) -> None:
    """Add what games can be looked for by."""
    for field, about in FILTERS.items():
        command.add_argument(f"--{field.replace('_', '-')}", metavar="NAME", default="", help=about)


def show(command: argparse.ArgumentParser) -> None:
    """Add the game, and the choice of its note."""
    _game(command)
    command.add_argument("--note", action="store_true", help="show the teaching and facilitation note instead")


def new(command: argparse.ArgumentParser) -> None:
    """Add the name of a game, and where to write it."""
    command.add_argument("name", metavar="NAME", help="name of the game, e.g. clean_river")
    command.add_argument("--output", metavar="FILE", help="file to write instead; '-' prints it")


def export(command: argparse.ArgumentParser) -> None:
    """Add a game under settings, and where to write it."""
    _settings(command)
    command.add_argument("--output", metavar="FILE", help="file to write; otherwise it is printed")


def question(row: Analysis) -> Callable[[argparse.ArgumentParser], None]:
    """Return what adds the arguments of a question."""

    def fill(command: argparse.ArgumentParser) -> None:
        _settings(command)
        command.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", dest="further", help="option of the concept (repeatable)")
        command.add_argument("--seconds", type=_seconds, metavar="S", help="time limit; what was found by then is shown")
        for option in (*row.options, *row.refused):
            flag, about = f"--{option.name.replace('_', '-')}", option.about if option in row.options else argparse.SUPPRESS
            if option.kind is bool:
                command.add_argument(flag, dest=option.name, action="store_const", const="yes", help=about)
            else:
                command.add_argument(flag, dest=option.name, metavar=option.name.upper(), help=about, action="append" if option.many else "store")

    return fill


def _game(command: argparse.ArgumentParser) -> None:
    command.add_argument("game", metavar="GAME", help="name of a catalogue game, or path of a file")


def _settings(command: argparse.ArgumentParser) -> None:
    _game(command)
    command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="assignments", help="value of a parameter (repeatable)")
    command.add_argument("--scenario", metavar="NAME", help="scenario to switch on")
    command.add_argument("--lever", action="append", default=[], metavar="NAME", dest="levers", help="lever to switch on (repeatable)")
    command.add_argument("--charges", metavar="METHOD", help="let people pay what this allocation method charges")


def _seconds(text: str) -> float:
    """Read a time limit."""
    value = float(text)
    if not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError(f"got '{text}', expected a number of seconds from 0 to a million")
    return value
