"""The catalogue on the command line."""

from __future__ import annotations

from argparse import Namespace

from .. import cards
from ..coverage import as_markdown, coverage
from ..report import Report
from ..report.games import games as shelves
from .arguments import FILTERS


def games(options: Namespace) -> tuple[object, Report]:
    """Return the catalogue, or what was looked for in it."""
    there = cards.catalogue_cards()
    chosen = cards.found(there, cards.Wanted(**{field: getattr(options, field) for field in FILTERS}))
    return {"games": [card.as_dict() for card in chosen]}, shelves(chosen, len(there))


def covered(options: Namespace) -> tuple[object, str]:
    """Return which part of the literature stands in which game."""
    found = coverage()
    return found.as_dict(), as_markdown(found)
