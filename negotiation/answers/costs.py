"""Who pays what: allocations of a cost by the rules people use, on the terms they agree on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..catalogue import Subject
from ..coalitional import methods
from ..coalitional.allocation import Allocation
from ..coalitional.build import build_cost_game
from ..coalitional.core import Core
from ..coalitional.cost_game import CostGame
from ..coalitional.terms import BASES, Terms
from ..errors import InvalidGameError, NotApplicableError, Problem, nearest
from ..numerics import plain
from ..options import Option, read_amounts, read_options
from ..settings import NO_SETTINGS
from .request import Analysis, Request

TERMS = (
    Option("subsidy", float, "what outsiders pay towards the cost of everybody together, in the cost's unit"),
    Option("cap", str, "the most that one member of a class pays, CLASS=AMOUNT, or 'ability' for what each can pay (repeatable)", many=True),
    Option("floor", str, "the least that one member of a class pays, CLASS=AMOUNT (repeatable)", many=True),
    Option("union", str, "classes that negotiate as one, A+B (repeatable)", many=True),
    Option("to", str, f"what proportional charges are in proportion to: {', '.join(BASES)}", choices=tuple(BASES)),
    Option("seed", int, "start of the random numbers, for charges estimated by sampling", 0),
)
METHOD = Option("method", str, f"one of: {', '.join(methods.METHODS)}")


@dataclass(frozen=True)
class Allocated:
    """The allocations of a cost game by every method, or by one."""

    subject: Subject
    game: CostGame
    core: Core
    allocations: dict[str, Allocation]
    method: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the allocations for JSON."""
        listed = methods.as_dict(self.core, self.allocations)
        chosen = listed if self.method is None else {self.method: listed[self.method]}
        body = {"game": self.subject.name, "unit": self.game.unit, "kind": self.game.kind, "total": self.game.total}
        return dict(
            plain({**body, "members": dict(zip(self.game.names, self.game.members, strict=True)), "core_empty": self.core.empty, "allocations": chosen})
        )


def allocate(subject: Subject, request: Request) -> Allocated:
    """Return the subject's cost allocations by every method that fits, or by the one that the options name."""
    game = cost_game_of(subject, request)
    said = read_options("allocate", (METHOD, *TERMS), dict(request.options or {}))
    method, terms = said.get("method"), terms_of(game, said, request)
    if method is None:
        return Allocated(subject, game, *methods.compare(game, terms))
    found = methods.allocate(game, method, terms) if method != "core" else None
    core, others = methods.compare(game, terms, [] if found is not None else ["core"])
    return Allocated(subject, game, core, {**others, **({} if found is None else {method: found})}, method)


def cost_game_of(subject: Subject, request: Request) -> CostGame:
    """Return the subject's cost game under the request's settings.

    Raises
    ------
    NotApplicableError
        When there is none, or a plain cost game is given settings.
    """
    if subject.plain is not None:
        if request.settings != NO_SETTINGS:
            raise NotApplicableError(f"'{subject.name}' is a plain cost game, without parameters, scenarios or levers", "leave the settings out")
        return subject.plain
    subject.written.check_ranges(request.settings)
    return build_cost_game(subject.written, subject.written.values(request.settings))


def terms_of(game: CostGame, said: Mapping[str, Any], request: Request) -> Terms:
    """Return the terms that options say.

    Raises
    ------
    InvalidGameError
        For a class that the game does not have, or an amount that is none.
    """
    caps: dict[str, float] = {}
    parts = [part.strip() for part in str(said.get("cap", "")).split(",")]
    if "ability" in parts:
        caps = {entry.name: entry.affordable for entry in game.classes if entry.affordable is not None}
        if not caps:
            raise NotApplicableError("nothing is known about what anybody can pay", "give 'ability' to the classes of the cost game, or amounts")
    caps |= read_amounts("cap", ",".join(part for part in parts if part != "ability"), game.names)
    floors = read_amounts("floor", str(said.get("floor", "")), game.names)
    unions: dict[str, str] = {}
    for group in filter(None, (part.strip() for part in str(said.get("union", "")).split(","))):
        for name in (part.strip() for part in group.split("+")):
            if name not in game.names or name in unions:
                problem = f"unknown class '{name}'" if name not in game.names else f"'{name}' is in two unions"
                remedy = nearest(name, game.names) if name not in game.names else "name each class once"
                raise InvalidGameError([Problem(("options", "union"), problem, remedy)])
            unions[name] = group
    return Terms(float(said.get("subsidy", 0.0)), caps, floors, unions, request.budget, int(said.get("seed", 0)), said.get("to", "use"))


QUESTIONS = (Analysis("allocate", "Who should pay what, so that no group does better alone?", allocate, (METHOD, *TERMS)),)
