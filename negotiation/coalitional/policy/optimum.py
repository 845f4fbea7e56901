"""The policy allocation: what members and outsiders pay under requirements that people set, with what each requirement costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, takewhile
from typing import Literal

import numpy as np

from ...errors import NotApplicableError, SolverError, unknown
from ...numerics import ROUND_OFF, Array
from ..cost_game import CostGame
from ..methods import title_of
from ..subgame import subgame, terms_for
from ..terms import NO_TERMS, Terms
from .conflict import conflict
from .goals import OBJECTIVES, Goal, abilities_known, fair, goal_named, one_variable
from .inside import LISTED, Candidate, Inside, Sets, candidates, staying_terms
from .parts import Reached
from .programme import Programme
from .requirements import requirements
from .result import PolicyResult
from .shadow import bindings

TRIED = 200
"""Sets of members that are tried under core requirements."""

SOME_SETS = "Only sets with at most one class partly inside were looked at: there are too many others."


def policy(
    game: CostGame,
    terms: Terms = NO_TERMS,
    objective: str = "public_money",
    core: Literal["none", "core"] | float = "none",
    closest_to: str = "proportional",
    *,
    members_capital: tuple[float, float] = (0.0, 1.0),
) -> PolicyResult:
    r"""Return the allocation that is best under everything that has to be kept to.

    With charges x per member of each class and contributions g of the sources outside:

    .. math:: \sum_k n_k x_k + \sum_j g_j = c(N), \quad l_k \le x_k \le h_k, \quad g_j^- \le g_j \le g_j^+, \quad
       x(S) \le c(S) + \varepsilon \; \forall S \ne \emptyset, N

    Caps are the terms', or else what a member can pay in the months it works; floors are the terms', or else the classes' own. Where the game has
    capital, all outsiders together pay no more than the capital less what members have to bear of it. Outside money counts for everybody
    together only. The rows of coalitions are generated.

    The answer is one point: after the aim, burdens are made small one after the other, the largest first (charges per use where the
    ability to pay is not known for all); then public money, then the largest contribution, private sources first.

    Parameters
    ----------
    game : CostGame
    terms : Terms
    objective : str
        "public_money": what public sources pay is least; a public purse without limit is added where the game names none. "burden": the largest
        charge as a share of what a member can pay is least, then the next. "closest": the largest relative deviation from a rule's
        charges is least, then the next. "inside": as many members as possible take part, none of which pays more than it can or than alone.
    core : "none", "core" or float
        Whether coalitions must not pay more than alone; a number: not more than that much above, in money.
    closest_to : str
        Method whose charges count for "closest".
    members_capital : (float, float)
        The least and the largest share of the capital that members bear.

    Returns
    -------
    PolicyResult

    Raises
    ------
    UnknownNameError
        For an objective, class or method that there is not.
    NotApplicableError
        When burdens are asked for but the ability to pay is not known for every class.
    TooLargeError
        When who can be kept is asked of a game without a table of coalitions and with very many classes.

    References
    ----------
    R. J. Giglio, R. Wrightington (1972), "Methods for apportioning costs among participants in regional systems".
    H. P. Young, N. Okada, T. Hashimoto (1982), "Cost allocation in water resources development".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import MemberClass, Source
    >>> from negotiation.coalitional.costs import OfTotalUse
    >>> classes = MemberClass("small", 10, use=1.0, ability=3.0), MemberClass("large", 2, use=10.0, ability=60.0)
    >>> game = CostGame(classes, OfTotalUse((1.0, 10.0), lambda use: 100 + 2 * use), "USD", sources=(Source("state", "the state"),))
    >>> found = policy(game)
    >>> found.sentence
    'The least public money is 10 USD: small pay 3 USD each, large pay 60 USD each and the state 10 USD.'
    >>> found.binding[0].sentence
    'Each USD more that each of the 10 small could pay saves the state 10 (up to 1 USD).'
    """
    if objective not in OBJECTIVES:
        raise unknown("objective", objective, OBJECTIVES)
    level = _level(core)
    if objective == "inside":
        return _most_inside(game, terms, level, members_capital)
    programme = requirements(game, terms, level, members_capital, unlimited=objective == "public_money")
    found = _best(programme, goal_named(programme, objective, closest_to), closest_to)
    return replace(found, closest_to=closest_to) if objective == "closest" else found


def _level(core: str | float) -> float | None:
    if isinstance(core, str):
        if core not in ("none", "core"):
            raise unknown("requirement on coalitions", core, ("none", "core"))
        return 0.0 if core == "core" else None
    if not np.isfinite(core):
        raise NotApplicableError(f"coalitions cannot be held to {core:g} above their cost alone", "give a finite amount of money, or 'none'")
    return float(core)


def _best(programme: Programme, goal: Goal, closest_to: str = "") -> PolicyResult:
    """Return the result of a programme."""
    game, objective = programme.game, goal.name
    first = programme.solve(goal.objective)
    nothing = float("nan")
    if first is None:
        return PolicyResult(game, objective, programme.level, None, nothing, nothing, (), conflict(programme), None, _known(programme), "")
    value = _reached(programme, goal, first.value * programme.scale)
    _tail(programme)
    x = _clean(programme, _solved(programme, np.zeros(programme.size)).x)
    note = _note(programme, goal, closest_to)
    allocation = programme.allocation(x, "policy", note)
    bound = bindings(programme, x, goal)
    return PolicyResult(game, objective, programme.level, allocation, value, programme.public(x), bound, None, None, _known(programme), note)


def _reached(programme: Programme, goal: Goal, value: float) -> float:
    """Settle what is aimed at, and with it the charges; return the best value."""
    if goal.measures:
        reached = programme.settle(goal.measures)[0]
        return reached if goal.name == "burden" else max(reached, 0.0)
    programme.hold(goal.objective, value)
    if programme.game.kind == "savings" and programme.sources:
        outside = np.repeat([0.0, 1.0], [len(programme.game.names), len(programme.sources)])
        programme.hold(outside, _solved(programme, outside).value * programme.scale)
    programme.settle(fair(programme))
    return max(value, 0.0)


def _tail(programme: Programme) -> None:
    """Settle what is still open once the charges are: least public money, then the largest contribution small."""
    if not programme.sources:
        return
    programme.hold(programme.public_row, _solved(programme, programme.public_row).value * programme.scale)
    first = len(programme.game.names)
    finite = all(0 < source.most < float("inf") for source in programme.sources)
    weights = [1.0 / source.most if finite else 1.0 / programme.scale for source in programme.sources]
    for public in (False, True):
        chosen = [j for j, source in enumerate(programme.sources) if source.public == public]
        if chosen:
            programme.settle([one_variable(programme, first + j, weights[j]) for j in chosen])


def _solved(programme: Programme, objective: Array) -> Reached:
    """Return the best of requirements that are known to hold together."""
    found = programme.solve(objective)
    if found is None:
        raise SolverError("a step of the policy allocation does not hold", "check the caps and floors for very different sizes")
    return found


def _clean(programme: Programme, x: Array) -> Array:
    """Return x with round-off at zero removed."""
    return np.where(np.abs(x) > ROUND_OFF * programme.units, x, 0.0)


def _known(programme: Programme) -> bool | None:
    return True if programme.exact else None


def _note(programme: Programme, goal: Goal, closest_to: str) -> str:
    if goal.name == "burden":
        first = "After the worst burden, the next largest was made as small as possible, and so on"
    elif goal.name == "closest":
        first = f"The largest relative deviation from the rule {title_of(closest_to)} was made as small as possible, then the next, and so on"
    elif programme.game.kind == "savings":
        first = "With as little money from outside as possible, the smallest gain per use was made as large as possible, then the next, and so on"
    else:
        small = "burden" if abilities_known(programme) else "charge per use"
        first = f"Among equally cheap allocations the largest {small} was made as small as possible, then the next, and so on"
    second = "; then public money is least, and the largest contribution is as small as possible, private sources first" if programme.sources else ""
    return f"{first}{second}."


def _most_inside(game: CostGame, terms: Terms, level: float | None, members_capital: tuple[float, float]) -> PolicyResult:
    """Return the allocation of the largest set of members that can pay for itself."""
    stay = staying_terms(game, terms)
    whole = requirements(game, stay, None, members_capital, unlimited=False)

    sets = Sets(game)

    def of(candidate: Candidate) -> Programme:
        part = subgame(game, candidate.members)
        return requirements(part, terms_for(stay, part), level, members_capital, unlimited=False)

    def holds(candidate: Candidate) -> bool:
        programme = of(candidate)
        return programme.solve(np.zeros(programme.size)) is not None

    tried = 0
    for candidate in islice(candidates(game, stay, whole, sets), TRIED):
        if terms.budget is not None and terms.budget.spent(tried / TRIED, "who can be kept"):
            tried = TRIED
            break
        tried += 1
        if holds(candidate):
            programme = of(candidate)
            found = _best(programme, replace(goal_named(programme, "public_money"), name="inside"))
            also = _also(game, (other for other in candidates(game, stay, whole, sets) if level is None or holds(other)), candidate)
            who = Inside(game.coalition(candidate.members), _missing(game, candidate), also)
            known = found.complete if sets.all or not who.outside else None
            note = found.note if known or sets.all else f"{found.note} {SOME_SETS}"
            return replace(found, game=game, value=float(sum(candidate.members)), inside=who, complete=known, note=_and_also(note, len(also)))
    nothing, nobody = float("nan"), Inside({}, game.coalition(game.members))
    proven = True if tried < TRIED and sets.all else None
    return PolicyResult(game, "inside", level, None, 0.0, nothing, (), None, nobody, proven, "" if sets.all else SOME_SETS)


def _and_also(note: str, others: int) -> str:
    """Add how many sets are as good."""
    if not others:
        return note
    many = "1 other set is" if others == 1 else f"{'At least ' if others == LISTED else ''}{others} other sets are"
    return f"{note} {many} as good."


def _missing(game: CostGame, found: Candidate) -> dict[str, int]:
    return game.coalition([n - inside for n, inside in zip(game.members, found.members, strict=True)])


def _also(game: CostGame, others: Iterator[Candidate], chosen: Candidate) -> tuple[dict[str, int], ...]:
    """Return other sets that are as good, as far as they come first."""
    same: list[dict[str, int]] = []
    for other in islice(takewhile(lambda one: sum(one.members) == sum(chosen.members), others), TRIED):
        if other.members != chosen.members and other.as_good_as(chosen) and len(same) < LISTED:
            same.append(game.coalition(other.members))
    return tuple(same)
