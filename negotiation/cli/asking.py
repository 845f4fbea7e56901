"""Questions on the command line."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence

from .. import catalogue, report
from ..analyses import analysis
from ..answers.request import Request
from ..budget import Budget
from ..errors import InvalidGameError, Problem
from ..settings import Settings, parse_assignments


def ask(options: Namespace) -> tuple[object, report.Report]:
    """Return the answer to a question about a game."""
    subject = catalogue.open_game(options.game)
    row = analysis(options.command)
    said = {option.name: getattr(options, option.name) for option in (*row.options, *row.refused) if getattr(options, option.name) is not None}
    named = {name: ",".join(value) if isinstance(value, list) else value for name, value in said.items()}
    budget = Budget(options.seconds, _progress if sys.stderr.isatty() else None)
    answer = row.run(subject, request_of(options, {**named, **_further(options.further)}, budget))
    return answer.as_dict(), report.told(answer)


def request_of(options: Namespace, said: Mapping[str, str] | None = None, budget: Budget | None = None) -> Request:
    """Return how a question is asked."""
    settings = Settings(parse_assignments(options.assignments), options.scenario, tuple(options.levers))
    return Request(settings, options.charges, said, budget)


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
