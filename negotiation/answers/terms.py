"""The terms on which a cost is shared, as people say them: money from outside, the most and the least of each class, who negotiates as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..budget import Budget
from ..coalitional.cost_game import CostGame
from ..coalitional.terms import BASES, Terms
from ..errors import InvalidGameError, NotApplicableError, Problem, nearest
from ..options import Option, read_amounts

TERMS = (
    Option("subsidy", float, "what outsiders pay towards the cost of everybody together, in the cost's unit"),
    Option("cap", str, "the most that one member of a class pays, CLASS=AMOUNT, or 'ability' for what each can pay (repeatable)", many=True),
    Option("floor", str, "the least that one member of a class pays, CLASS=AMOUNT (repeatable)", many=True),
    Option("union", str, "classes that negotiate as one, A+B (repeatable)", many=True),
    Option("to", str, f"what proportional charges are in proportion to: {', '.join(BASES)}", choices=tuple(BASES)),
    Option("seed", int, "start of the random numbers, for charges estimated by sampling", 0),
)
CHARGED = TERMS[:-1]
"""The same for questions in which people pay what a rule charges."""


def refuse_terms(question: str, given: Mapping[str, str]) -> None:
    """Say that a question does not take terms, and what to ask instead.

    Raises
    ------
    NotApplicableError
        When one is given.
    """
    said = [option.name for option in CHARGED if option.name in given]
    if said:
        message = f"'{question}' takes no '{said[0]}': it lets people pay what the game file says or what a rule charges, anew for every change it tries"
        raise NotApplicableError(message, "ask 'verdict' with a rule and these terms whether it then holds, 'rules' which rule does it, 'policy' who pays what")


def terms_of(game: CostGame, said: Mapping[str, Any], budget: Budget | None = None) -> Terms:
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
    return Terms(float(said.get("subsidy", 0.0)), caps, floors, unions, budget, int(said.get("seed", 0)), said.get("to", "use"))
