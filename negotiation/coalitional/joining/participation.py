"""Who joins under a rule: members leave whose charge is too high, and the rest pay more, until it settles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...numerics import TOLERANCE
from ..cost_game import CostGame
from ..terms import NO_TERMS, Terms
from ..words import group
from .club import Benefit, Club, Rule, contains, content, one_more
from .result import Joining, Move, Outcome, Pace, Round

ENUMERATED = 64
"""Games with no more memberships are looked through for a larger one that holds."""
MAX_ROUNDS = 20_000


def joining(game: CostGame, method: Rule, terms: Terms = NO_TERMS, pace: Pace = "at once", *, benefit: Benefit | None = None) -> Joining:
    """Return who takes part when those leave who are asked for too much, and the rest share the cost anew.

    A member leaves when its charge exceeds the least of what serving it alone costs, what it can pay, and what taking part is worth to
    it; at exactly that it stays. Where savings are shared, it leaves when it gets less than alone. Each round the same rule shares the cost of
    those inside. When nobody inside objects, members outside come back who would gain as the next one inside; a membership seen before is a cycle.
    While charges never fall as others leave, nobody comes back and the end is the largest membership that holds.

    Parameters
    ----------
    game : CostGame
    method : str or callable
        A method by name, or a function from the game of those inside to an allocation.
    terms : Terms
        A subsidy goes to whoever is inside; a budget limits the time.
    pace : str
        "at once": all members of all classes that object leave together. "one by one": one member of the class that loses most (of each, where
        several lose as much) leaves, so that a part of a class can stay.
    benefit : Benefit, optional
        What taking part is worth.

    Returns
    -------
    Joining

    Raises
    ------
    NotApplicableError
        When the method does not fit the game with everybody inside.

    References
    ----------
    R. J. Giglio, R. Wrightington (1972), "Methods for apportioning costs among participants in regional systems".
    D. M. Topkis (1979), "Equilibrium points in nonzero-sum n-person submodular games".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import MemberClass
    >>> from negotiation.coalitional.costs import OfTotalUse
    >>> classes = MemberClass("small", 4, use=1.0, ability=20.0), MemberClass("large", 1, use=10.0)
    >>> game = CostGame(classes, OfTotalUse((1.0, 10.0), lambda use: 60 + 5 * use), "USD")
    >>> joining(game, "equal").sentence
    "Under the rule 'Equal for all' the first to leave: 4 small (asked for 26 USD, more than it can pay: 20 USD); in the end only large stays."
    """
    club = Club(game, method, terms, benefit)
    counts, rounds = game.members, []
    seen: dict[tuple[int, ...], None] = {}
    if not club.fits(counts):
        club.ask(counts)
    outcome: Outcome = "settled"
    note = ""
    while True:
        rounds.append(_round(club, counts, pace))
        if not club.fits(counts) or len(rounds) > MAX_ROUNDS or (terms.budget is not None and terms.budget.spent(doing="who leaves")):
            outcome, note = "stopped", _why_stopped(club, counts)
            break
        if not rounds[-1].moves:
            break
        seen[counts] = None
        counts = _after(club, counts, rounds[-1])
        if counts in seen:
            outcome = "cycle"
            break
    before = list(seen)
    cycle = tuple(game.coalition(one) for one in before[before.index(counts) :]) if outcome == "cycle" else ()
    if cycle:
        counts = tuple(int(n) for n in np.min(before[before.index(counts) :], axis=0))
    largest = _is_largest(club, counts) if outcome == "settled" and game.size <= ENUMERATED else None
    return Joining(game, club.name, pace, counts, tuple(rounds), outcome, _fell(rounds), largest, cycle, note)


def _why_stopped(club: Club, counts: tuple[int, ...]) -> str:
    if not club.fits(counts):
        return f"the rule does not fit {group(club.game, club.game.coalition(counts))}"
    budget = club.terms.budget
    return budget.why() if budget is not None and budget.spent() else f"{MAX_ROUNDS:,} rounds were not enough"


def _round(club: Club, counts: tuple[int, ...], pace: Pace) -> Round:
    game, found = club.game, club.asked(counts)
    if found is None:
        return Round(game.coalition(counts), {}, 0.0, ())
    charges = {name: float(charge) for name, charge, n in zip(game.names, found.charges, counts, strict=True) if n}
    leaving = club.objecting(counts)
    moves = _leaving(club, counts, leaving, pace) if leaving else _coming_back(club, counts, pace)
    return Round(game.coalition(counts), charges, found.shortfall, moves)


def _leaving(club: Club, counts: tuple[int, ...], classes: list[int], pace: Pace) -> tuple[Move, ...]:
    losses, charges, (limits, why) = club.losses(counts), club.charges(counts), club.limits(sum(counts))
    if pace == "one by one":
        most = max(losses[k] for k in classes)
        classes = [k for k in classes if losses[k] >= most * (1 - TOLERANCE)]
    return tuple(Move(club.game.names[k], counts[k] if pace == "at once" else 1, float(charges[k]), float(limits[k]), why[k]) for k in classes)


def _coming_back(club: Club, counts: tuple[int, ...], pace: Pace) -> tuple[Move, ...]:
    moves = []
    limits, _ = club.limits(sum(counts) + 1)
    for k in club.returning(counts):
        back = club.game.members[k] - counts[k] if pace == "at once" else 1
        moves.append(Move(club.game.names[k], -back, float(club.charges(one_more(counts, k))[k]), float(limits[k]), "better inside again"))
    return tuple(moves)


def _after(club: Club, counts: tuple[int, ...], last: Round) -> tuple[int, ...]:
    gone = {move.name: move.members for move in last.moves}
    return tuple(n - gone.get(name, 0) for name, n in zip(club.game.names, counts, strict=True))


def _fell(rounds: list[Round]) -> bool:
    """Whether somebody's charge fell from one round to the next while members left."""
    pairs = [(one, after) for one, after in pairwise(rounds) if all(move.members > 0 for move in one.moves)]
    return any(after.charges[name] < one.charges[name] - TOLERANCE * abs(one.charges[name]) for one, after in pairs for name in after.charges)


def _is_largest(club: Club, counts: tuple[int, ...]) -> bool:
    return all(contains(counts, other) for other in content(club))
