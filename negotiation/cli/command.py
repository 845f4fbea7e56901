"""What a command is: a name, what it is for, its arguments, and the place of the function that does it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..loading import load

if TYPE_CHECKING:
    from ..report import Report


@dataclass(frozen=True)
class Command:
    """A command of the command line.

    Parameters
    ----------
    name, about : str
    arguments : callable
        Adds the command's arguments to its parser.
    place : str
        Where the function stands that does it, see :func:`~negotiation.loading.load`.
    """

    name: str
    about: str
    arguments: Callable[[ArgumentParser], None]
    place: str

    def fill(self, parser: ArgumentParser) -> None:
        """Add the arguments to a parser, with the choice of JSON that every command offers."""
        self.arguments(parser)
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, options: Namespace) -> tuple[object, Report | str]:
        """Return what the command found, as data and for people."""
        found: tuple[object, Report | str] = load(self.place)(options)
        return found
