"""What would mend it, when it holds, who takes part, how sure it is, who wins and by which rules: questions about a game's target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..catalogue import Subject
from ..coalitional.methods import METHODS
from ..errors import NotApplicableError
from ..governance.loop import allocate_then_play, compare_rules
from ..governance.partial import participation
from ..governance.repair.repairs import repairs
from ..governance.robustness import robustness
from ..governance.sharing import POLICIES, sharing_named
from ..governance.situation import Situation
from ..governance.winners import Winners, winners
from ..numerics import plain
from ..options import Option, read_options
from ..questions import Result
from .costs import UNDER_POLICY, core_held, cost_game_of, members_share
from .depth import Conditions, conditions
from .request import Question, Request, read_charged, situation_of
from .terms import CHARGED, TERMS, refuse_terms, terms_of

FINE = Option("fine", float, "the largest fine that could be set on leaving, in the game's money unit", 0.0)
DETECTION = Option("detection", float, "probability that somebody who leaves is caught, 0 to 1", 1.0)
DRAWN = Option("draws", int, "how many draws, up to a million", 20_000, least=100)
SEED = Option("seed", int, "start of the random numbers", 2015)
FORMED = Option("formed", int, "in how many draws that hold to ask whether the target gets going from today", 50)
RULE = Option("method", str, f"one of: {', '.join((*METHODS, *POLICIES))}")
RULES = (RULE, *UNDER_POLICY, *TERMS)
STAKEHOLDER = Option("stakeholder", str, "only the conditions of this stakeholder")


@dataclass(frozen=True)
class Governed:
    """What one question about a target came to."""

    subject: Subject
    situation: Situation
    result: Result

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return {"game": self.subject.name, **plain(self.result.as_dict())}


def _asked(name: str, run: Callable[[Situation, Mapping[str, Any]], Result], options: tuple[Option, ...] = (), *, charged: bool = True) -> Question:
    """Return a question about a situation that needs nothing but its options and the budget."""

    def answer(subject: Subject, request: Request) -> Governed:
        if not charged:
            refuse_terms(name, request.options or {})
        said = read_charged(name, options, request) if charged else read_options(name, options, dict(request.options or {}))
        situation = situation_of(subject, request)
        return Governed(subject, situation, run(situation, {**said, "budget": request.budget}))

    return Question(answer, (*options, *CHARGED), charged) if charged else Question(answer, options, refused=CHARGED)


def rules(subject: Subject, request: Request) -> Governed:
    """Return which rules of sharing the cost make the target hold, or where one rule leads."""
    said = read_options("rules", RULES, dict(request.options or {}))
    situation, terms = situation_of(subject, request), terms_of(cost_game_of(subject, request), said, request.budget)
    names = [*METHODS, *POLICIES] if said.get("method") is None else [said["method"]]
    held, share = core_held(said), (members_share(said), 1.0)
    ways = [sharing_named(name, held, said["closest_to"], members_capital=share) for name in names]
    if said.get("method") is None:
        return Governed(subject, situation, compare_rules(subject.written, request.settings, terms, ways))
    return Governed(subject, situation, allocate_then_play(subject.written, request.settings, ways[0], terms))


def _compared(situation: Situation) -> Winners:
    found = winners(situation)
    if found is None:
        raise NotApplicableError(f"'{situation.definition.name}' names no status quo to compare with", "add 'status_quo: ...', where people stand today")
    return found


REPAIR = _asked("repair", lambda situation, said: repairs(situation, said["fine"], said["detection"], said["budget"]), (FINE, DETECTION), charged=False)
CONDITION = _asked("condition", lambda situation, said: Conditions(conditions(situation, said.get("stakeholder"))), (STAKEHOLDER,))
PARTICIPATION = _asked("participation", lambda situation, _: participation(situation))
ROBUSTNESS = _asked(
    "robustness", lambda situation, said: robustness(situation, said["draws"], said["seed"], said["formed"], said["budget"]), (DRAWN, SEED, FORMED)
)
WINNERS = _asked("winners", lambda situation, _: _compared(situation))
WHICH_RULES = Question(rules, RULES)
