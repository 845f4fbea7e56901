"""How a question is asked, and what every answer is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..budget import Budget
from ..catalogue import Subject
from ..coalitional.build import build_cost_game
from ..errors import NotApplicableError
from ..governance.situation import Situation, build_situation
from ..options import Option, read_options
from ..settings import NO_SETTINGS, Settings
from ..strategic.game import Game
from .terms import CHARGED, terms_of


@dataclass(frozen=True)
class Request:
    """How a question is asked.

    Parameters
    ----------
    settings : Settings
        Parameter values, scenario, levers.
    charges : str or None
        Allocation method whose charges people pay.
    options : mapping
        What only this analysis understands, e.g. ``{"method": "shapley"}``.
    budget : Budget or None
    """

    settings: Settings = NO_SETTINGS
    charges: str | None = None
    options: Mapping[str, str] | None = None
    budget: Budget | None = None

    def option(self, name: str) -> str | None:
        """Return an option, or None."""
        return (self.options or {}).get(name)


class Answer(Protocol):
    """What every analysis returns."""

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for JSON."""


@dataclass(frozen=True)
class Question:
    """How a row of the table of analyses is answered.

    Parameters
    ----------
    run : callable
    options : tuple of Option
        What only this analysis understands.
    charged : bool
        Whether the terms among its options are those of the request's charges, and mean nothing without.
    refused : tuple of Option
        What it knows only to say why it does not take it.
    """

    run: Callable[[Subject, Request], Answer]
    options: tuple[Option, ...] = ()
    charged: bool = False
    refused: tuple[Option, ...] = ()


def read_charged(name: str, options: tuple[Option, ...], request: Request) -> dict[str, Any]:
    """Return the options of a question in which people pay what a rule charges; terms of charges need charges."""
    said = read_options(name, (*options, *CHARGED), dict(request.options or {}))
    meant = [option.name for option in CHARGED if option.name in said]
    if meant and request.charges is None:
        raise NotApplicableError(f"'{meant[0]}' says how a rule charges, and no rule was named", "name one, e.g. charges: nucleolus")
    return said


def situation_of(subject: Subject, request: Request) -> Situation:
    """Put the subject's definition under the request's settings, and under its charges on the terms among its options."""
    written, settings = subject.written, request.settings
    written.check_ranges(settings)
    names = {option.name for option in CHARGED}
    said = {name: text for name, text in (request.options or {}).items() if name in names}
    if request.charges is None or not said:
        return build_situation(written, settings, request.charges)
    game = build_cost_game(written, written.values(settings))
    return build_situation(written, settings, request.charges, terms=terms_of(game, read_options("charges", CHARGED, said), request.budget))


def game_of(subject: Subject, request: Request) -> tuple[Game, Situation | None]:
    """Return the subject's game under the request's settings, with its situation where it has one."""
    if subject.game is not None:
        if request.settings != NO_SETTINGS or request.charges is not None:
            raise NotApplicableError(
                f"'{subject.name}' is a game in strategic form, without parameters, scenarios, levers or charges", "leave the settings out"
            )
        return subject.game, None
    situation = situation_of(subject, request)
    return situation.game, situation
