"""Does it hold, what would mend it, and what do the parts of governance do together: questions about a game's target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..authoring.advice import Hint, advice
from ..authoring.mutation import MutationCheck, mutation_check
from ..catalogue import Subject
from ..coalitional.methods import METHODS
from ..errors import NotApplicableError
from ..governance.condition import Condition
from ..governance.expectations import Checked, check_expectations
from ..governance.loop import allocate_then_play, compare_rules
from ..governance.partial import Participation, participation
from ..governance.recheck import recheck
from ..governance.repair.repairs import repairs
from ..governance.robustness import robustness
from ..governance.sharing import POLICIES, sharing_named
from ..governance.situation import Situation
from ..governance.verdict import Verdict, verdict
from ..governance.winners import Winners, winners
from ..numerics import plain
from ..options import Option, read_options
from ..questions import Result
from ..settings import NO_SETTINGS
from .costs import UNDER_POLICY, core_held, cost_game_of, members_share
from .request import Analysis, Request, situation_of
from .terms import CHARGED, TERMS, terms_of

FULL = Option("full", bool, "add patience, robustness, stable levels of participation, winners and losers, and the condition of the weakest link")
SIGNS = Option("signs", bool, "turn every sign of the payoffs round, one at a time: does some expectation notice? takes a minute or two")
FINE = Option("fine", float, "the largest fine that could be set on leaving, in the game's money unit", 0.0)
DETECTION = Option("detection", float, "probability that somebody who leaves is caught, 0 to 1", 1.0)
DRAWN = Option("draws", int, "how many draws, up to a million", 20_000, least=100)
SEED = Option("seed", int, "start of the random numbers", 2015)
FORMED = Option("formed", int, "in how many draws that hold to ask whether the target gets going from today", 50)
RULE = Option("method", str, f"one of: {', '.join((*METHODS, *POLICIES))}")
RULES = (RULE, *UNDER_POLICY, *TERMS)
STAKEHOLDER = Option("stakeholder", str, "only the conditions of this stakeholder")


@dataclass(frozen=True)
class Depth:
    """What a full verdict says besides.

    Parameters
    ----------
    participation : Participation
    winners : Winners or None
    condition : Condition or None
        Of the weakest link.
    """

    participation: Participation
    winners: Winners | None
    condition: Condition | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        parts = {"participation": self.participation, "winners": self.winners, "condition": self.condition}
        return {name: None if part is None else plain(part.as_dict()) for name, part in parts.items()}


@dataclass(frozen=True)
class Judged:
    """The verdict on a game's target, confirmed from the written form."""

    subject: Subject
    verdict: Verdict
    confirmed: tuple[str, ...]
    depth: Depth | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict for JSON."""
        deeper = {} if self.depth is None else self.depth.as_dict()
        return {"game": self.subject.name, **self.verdict.as_dict(), "confirmed": list(self.confirmed), **deeper}


@dataclass(frozen=True)
class ExpectationsChecked:
    """What a game file expects, compared with the engine, and hints for its author; hints are no mistakes."""

    subject: Subject
    checked: tuple[Checked, ...]
    hints: tuple[Hint, ...] = ()
    signs: MutationCheck | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison for JSON."""
        rows = [{"says": c.says, "kind": c.kind, "source": c.source, "met": c.met, "failures": list(c.failures)} for c in self.checked]
        hints = [hint.as_dict() for hint in self.hints]
        signs = {} if self.signs is None else {"signs": self.signs.as_dict()}
        return {"game": self.subject.name, "met": all(c.met for c in self.checked), "expectations": rows, "hints": hints, **signs}


@dataclass(frozen=True)
class Governed:
    """What one question about a target came to."""

    subject: Subject
    situation: Situation
    result: Result

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return {"game": self.subject.name, **plain(self.result.as_dict())}


@dataclass(frozen=True)
class Conditions:
    """The conditions of the individual test, in symbols."""

    rows: tuple[Condition, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the conditions for JSON."""
        return {"sentence": self.rows[0].sentence, "conditions": [row.as_dict() for row in self.rows]}


def judge(subject: Subject, request: Request) -> Judged:
    """Return the verdict on the subject's target, after a second look from the written form."""
    full = bool(_read("verdict", (FULL,), request, charged=True).get("full"))
    situation = situation_of(subject, request)
    found = verdict(situation, full=full)
    return Judged(subject, found, recheck(found), _depth(situation, found) if full else None)


def _depth(situation: Situation, found: Verdict) -> Depth:
    weakest = found.individual.weakest
    condition = None
    if weakest is not None:
        condition = next(row for row in _conditions(situation, weakest.stakeholder) if (row.action, row.to) == (weakest.action, weakest.to))
    return Depth(participation(situation), winners(situation), condition)


def check(subject: Subject, request: Request) -> ExpectationsChecked:
    """Compare what the subject's file expects with what the engine finds, and say what is missing or looks like a slip."""
    said = read_options("check", (SIGNS,), dict(request.options or {}))
    if request.settings != NO_SETTINGS or request.charges is not None:
        raise NotApplicableError("expectations bring their own settings", "leave the settings out")
    signs = mutation_check(subject.written, request.budget) if said.get("signs") else None
    return ExpectationsChecked(subject, check_expectations(subject.written), advice(subject.written), signs)


def _read(name: str, options: tuple[Option, ...], request: Request, *, charged: bool) -> dict[str, Any]:
    """Return the options of a question; terms of charges need charges."""
    said = read_options(name, (*options, *(CHARGED if charged else ())), dict(request.options or {}))
    meant = [option.name for option in CHARGED if charged and option.name in said]
    if meant and request.charges is None:
        raise NotApplicableError(f"'{meant[0]}' says how a rule charges, and no rule was named", "name one, e.g. charges: nucleolus")
    return said


def _asked(name: str, about: str, run: Callable[[Situation, Mapping[str, Any]], Result], options: tuple[Option, ...] = (), *, charged: bool = True) -> Analysis:
    """Return a question about a situation that needs nothing but its options and the budget."""

    def answer(subject: Subject, request: Request) -> Governed:
        said = _read(name, options, request, charged=charged)
        situation = situation_of(subject, request)
        return Governed(subject, situation, run(situation, {**said, "budget": request.budget}))

    return Analysis(name, about, answer, (*options, *CHARGED) if charged else options, charged)


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


def _conditions(situation: Situation, stakeholder: str | None) -> tuple[Condition, ...]:
    from ..governance.conditions import conditions  # noqa: PLC0415 - only who asks for symbols waits for sympy

    return conditions(situation, stakeholder)


def _compared(situation: Situation) -> Winners:
    found = winners(situation)
    if found is None:
        raise NotApplicableError(f"'{situation.definition.name}' names no status quo to compare with", "add 'status_quo: ...', where people stand today")
    return found


QUESTIONS = (
    Analysis("verdict", "Does the cooperative outcome hold, would it get going, who would leave first?", judge, (FULL, *CHARGED), charged=True),
    _asked(
        "repair",
        "What would make it hold: levers, transfers, a subsidy, numbers, each with its price.",
        lambda situation, said: repairs(situation, said["fine"], said["detection"], said["budget"]),
        (FINE, DETECTION),
        charged=False,
    ),
    _asked(
        "condition",
        "When does nobody gain by leaving: the conditions in symbols, solved for single parameters.",
        lambda situation, said: Conditions(_conditions(situation, said.get("stakeholder"))),
        (STAKEHOLDER,),
    ),
    _asked("participation", "At which levels of participation is everybody content, and which are reached?", lambda situation, _: participation(situation)),
    _asked(
        "robustness",
        "How often does it hold when every number is drawn from its range, and on which does that hang?",
        lambda situation, said: robustness(situation, said["draws"], said["seed"], said["formed"], said["budget"]),
        (DRAWN, SEED, FORMED),
    ),
    _asked("winners", "Who and what wins and loses by going from today to the target?", lambda situation, _: _compared(situation)),
    Analysis("rules", "Which rules of sharing the cost make it hold, and where does charging and playing end?", rules, RULES),
    Analysis("check", "Do the answers that the game file expects come out, and what is missing or suspicious in it?", check, (SIGNS,)),
)
