"""Who pays what: allocations of a cost by the rules people use, on the terms they agree on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..catalogue import Subject, paths
from ..coalitional import methods
from ..coalitional.allocation import Allocation, judge
from ..coalitional.build import build_cost_game
from ..coalitional.checks.properties import examine
from ..coalitional.core.bribes import Bribes, bribes
from ..coalitional.core.least import Core, least_core
from ..coalitional.core.vertices import CoreVertices, core_vertices
from ..coalitional.cost_game import CostGame
from ..coalitional.joining.keeping import keeps_most
from ..coalitional.joining.participation import joining
from ..coalitional.policy.goals import OBJECTIVES
from ..coalitional.policy.optimum import policy
from ..coalitional.words import money
from ..errors import InvalidGameError, NotApplicableError, Problem, listed
from ..numerics import TOLERANCE, plain
from ..options import Option, read_amounts, read_options
from ..questions import Result
from ..settings import NO_SETTINGS
from .request import Question, Request
from .terms import TERMS, terms_of

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
    method, terms = said.get("method"), terms_of(game, said, request.budget)
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
        When there is none (and which games of the catalogue have one), or a plain cost game is given settings.
    """
    if subject.plain is not None:
        if request.settings != NO_SETTINGS:
            raise NotApplicableError(f"'{subject.name}' is a plain cost game, without parameters, scenarios or levers", "leave the settings out")
        return subject.plain
    subject.written.check_ranges(request.settings)
    if subject.written.cost_game is None:
        there = listed([name for name, path in paths().items() if WRITTEN in path.read_text(encoding="utf-8")])
        remedy = f"add 'cost_game' with classes and a cost formula, or give the costs as a table with players and coalitions; catalogue games with one: {there}"
        raise NotApplicableError(f"'{subject.name}' has no cost game", remedy)
    return build_cost_game(subject.written, subject.written.values(request.settings))


@dataclass(frozen=True)
class CostAnswer:
    """What one question about a cost game came to."""

    subject: Subject
    game: CostGame
    result: Result

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        body = {"game": self.subject.name, "unit": self.game.unit, "kind": self.game.kind, "total": self.game.total}
        return dict(plain({**body, **self.result.as_dict()}))


@dataclass(frozen=True)
class CoreAnswer:
    """The core of a cost game, its corners where they can be listed, and what a proposal meets with.

    Parameters
    ----------
    core : Core
    corners : CoreVertices or None
        None where the classes are too many.
    proposal : Allocation or None
        Charges that were proposed.
    bribes : Bribes or None
        The least transfers with which nobody objects to them.
    """

    core: Core
    corners: CoreVertices | None
    proposal: Allocation | None
    bribes: Bribes | None

    @property
    def sentence(self) -> str:
        """The core and the proposal in words."""
        if self.bribes is None or self.proposal is None:
            return self.core.sentence
        return f"{self.core.sentence} On the proposal: {self._covers(self.proposal)}{self.bribes.sentence}"

    @staticmethod
    def _covers(proposal: Allocation) -> str:
        """Say what a proposal leaves open, or takes beyond what is needed."""
        left, game = proposal.shortfall, proposal.game
        if left == 0.0:
            return ""
        lacking = "of the cost are left uncovered" if game.kind == "cost" else "are left unshared"
        beyond = "are collected beyond the cost" if game.kind == "cost" else "are promised beyond what there is"
        return f"{money(game, abs(left))} {lacking if left > 0 else beyond}. "

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        parts = {"corners": self.corners, "proposal": self.proposal, "bribes": self.bribes}
        return {**self.core.as_dict(), **{name: part and part.as_dict() for name, part in parts.items()}, "sentence": self.sentence}


def _core(subject: Subject, request: Request) -> CostAnswer:
    game = cost_game_of(subject, request)
    said = read_options("core", (PROPOSAL, SUBSIDY), dict(request.options or {}))
    shared = game.subsidised(float(said.get("subsidy", 0.0)))
    charges = read_amounts("proposal", str(said.get("proposal", "")), game.names)
    missing = [name for name in game.names if name not in charges]
    if charges and missing:
        raise InvalidGameError([Problem(("options", "proposal"), f"nothing is said about {listed(missing)}", "give every class a charge")])
    proposal = judge(shared, "paid", [charges[name] for name in game.names], slack=TOLERANCE * abs(shared.total)) if charges else None
    corners = core_vertices(shared) if len(game.names) <= MANY_CORNERS and game.tabulated else None
    core = least_core(shared, request.budget)
    return CostAnswer(subject, game, CoreAnswer(core, corners, proposal, None if proposal is None else bribes(shared, proposal.charges)))


def _policy(subject: Subject, request: Request) -> CostAnswer:
    game = cost_game_of(subject, request)
    said = read_options("policy", POLICY, dict(request.options or {}))
    terms, members_capital = terms_of(game, said, request.budget), (members_share(said), 1.0)
    found = policy(game, terms, said["objective"], core_held(said), said["closest_to"], members_capital=members_capital)
    return CostAnswer(subject, game, found)


def core_held(said: Mapping[str, Any]) -> Any:
    """Return what coalitions are held to: none, core, or an amount of money."""
    core = str(said["core"])
    if core in ("none", "core"):
        return core
    try:
        return read_amounts("core", f"core={core}", ["core"])["core"]
    except InvalidGameError:
        raise InvalidGameError([Problem(("options", "core"), f"got '{core[:30]}', expected none, core, or an amount of money", "write e.g. 5000")]) from None


def members_share(said: Mapping[str, Any]) -> float:
    """Return the least share of the capital that members bear."""
    share = float(said["members_share"])
    if not share <= 1:
        raise InvalidGameError([Problem(("options", "members_share"), f"got {share:g}, expected a share from 0 to 1", "write e.g. 0.25")])
    return share


def _join(subject: Subject, request: Request) -> CostAnswer:
    game = cost_game_of(subject, request)
    said = read_options("join", (METHOD, PACE, *TERMS), dict(request.options or {}))
    terms, method = terms_of(game, said, request.budget), said.get("method")
    pace = said["pace"]
    found: Result = keeps_most(game, terms=terms, pace=pace) if method is None else joining(game, methods.method_named(method).name, terms, pace)
    return CostAnswer(subject, game, found)


def _examine(subject: Subject, request: Request) -> CostAnswer:
    read_options("examine", (), dict(request.options or {}))
    game = cost_game_of(subject, request)
    return CostAnswer(subject, game, examine(game))


WRITTEN = "\ncost_game:"
"""How the file of a game with a cost game says so; reading all of them as games would take too long for an error."""
MANY_CORNERS = 7
"""Classes up to which the corners of the core are listed."""
PROPOSAL = Option("proposal", str, "charges to be judged, CLASS=AMOUNT for every class (repeatable)", many=True)
SUBSIDY = TERMS[0]
PACE = Option("pace", str, "who leaves: all who object 'at once', or 'one by one'", "at once", ("at once", "one by one"))
UNDER_POLICY = (
    Option("core", str, "for a policy: whether no group may pay more than alone: none, core, or so much more in money", "none"),
    Option("closest_to", str, "for the policy 'closest': the method whose charges count", "proportional"),
    Option("members_share", float, "for a policy: the least share of the capital that members bear, 0 to 1", 0.0),
)
POLICY = (
    Option("objective", str, f"what is aimed at: {', '.join(OBJECTIVES)}", "public_money", tuple(OBJECTIVES)),
    *UNDER_POLICY,
    *TERMS,
)
ALLOCATE = Question(allocate, (METHOD, *TERMS))
BY_POLICY = Question(_policy, POLICY)
JOIN = Question(_join, (METHOD, PACE, *TERMS))
CORE = Question(_core, (PROPOSAL, SUBSIDY))
EXAMINE = Question(_examine)
