"""Which rule keeps the most members in, what a rule that suits the largest costs the others, and the subsidy that keeps everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...errors import NotApplicableError
from ...numerics import TOLERANCE, Array
from ..cost_game import CostGame
from ..methods import METHODS, title_of
from ..terms import NO_TERMS, Terms
from ..words import group, in_full, joined
from .club import Club
from .participation import joining
from .result import Joining, Pace

STEPS, DOUBLINGS = 60, 8


@dataclass(frozen=True)
class Kept:
    """What a rule does to participation.

    Parameters
    ----------
    joining : Joining
        Who stays, round by round.
    smallest : int
        Members inside of the class (of all classes) that uses least.
    cost_to_others : float
        What those who stay pay in the end above what the rule first asked of them (get less, where savings are shared).
    lost : float
        What everybody together pays above the cost of all together: those inside their cost, those outside theirs alone.
    closing : int
        Members who leave but cannot pay for being served alone either.
    top_up : float
        The least money, paid to the members who object themselves, that keeps everybody under the rule's first charges.
    subsidy : float
        The least money, paid towards the cost of all and shared by the rule, that keeps everybody; infinite where none does.
    """

    joining: Joining
    smallest: int
    cost_to_others: float
    lost: float
    closing: int
    top_up: float
    subsidy: float

    @property
    def method(self) -> str:
        """Name of the rule."""
        return self.joining.method

    def row(self) -> dict[str, Any]:
        """Return the rule as a row of a table."""
        found = self.joining
        return {
            "method": found.method,
            "outcome": found.outcome,
            "inside": found.inside,
            "stays": found.stays,
            "smallest": self.smallest,
            "first_charges": found.rounds[0].charges,
            "charges": found.charges,
            "cost_to_others": self.cost_to_others,
            "lost": self.lost,
            "closing": self.closing,
            "top_up": self.top_up,
            "subsidy": self.subsidy,
        }


@dataclass(frozen=True)
class Keeping:
    """All rules side by side.

    Parameters
    ----------
    game : CostGame
    rules : tuple of Kept
        Most members inside first; among those, most of the smallest, then least subsidy.
    least : float
        The least money from outside with which any charges keep everybody: what all members together can be asked for falls short of the
        cost by that.
    """

    game: CostGame
    rules: tuple[Kept, ...]
    least: float

    @property
    def keeps_smallest(self) -> tuple[str, ...]:
        """Methods that keep most members of the class that uses least."""
        most = max((rule.smallest for rule in self.rules), default=0)
        return tuple(rule.method for rule in self.rules if rule.smallest == most)

    @property
    def chosen_by_largest(self) -> Kept | None:
        """The rule that asks least, at first, of the class that uses most; the one that keeps most members where several do."""
        largest = max(range(len(self.game.names)), key=lambda k: self.game.use[k])
        asked = {rule.method: self.game.sign * rule.joining.rounds[0].charges[self.game.names[largest]] for rule in self.rules}
        least = min(asked.values(), default=0.0)
        return next((rule for rule in self.rules if asked[rule.method] <= least + TOLERANCE * abs(least)), None)

    @property
    def sentence(self) -> str:
        """Which rule keeps the smallest in, what the largest's rule costs, what subsidy closes the gap."""
        chosen = self.chosen_by_largest
        if chosen is None:
            return "No rule fits this game."
        game = self.game
        names = smallest_classes(game)
        most = max(rule.smallest for rule in self.rules)
        who = group(game, {name: n for name, n in zip(game.names, game.members, strict=True) if name in names})
        best = f"Of {who}, {joined(title_of(name) for name in self.keeps_smallest[:3])} keep{'s' if len(self.keeps_smallest) == 1 else ''} most ({most:,})"
        largest = game.classes[max(range(len(game.names)), key=lambda k: game.use[k])].title
        lost = f"loses {sum(chosen.joining.left.values()):,} members and {in_full(game, chosen.lost)}" if chosen.joining.left else "loses nobody"
        gap = "everybody can stay without a subsidy" if self.least == 0 else f"no charges keep everybody without {in_full(game, self.least)} from outside"
        return f"{best}; the rule that suits {largest} best, {title_of(chosen.method)}, {lost}; {gap}."

    def table(self) -> list[dict[str, Any]]:
        """Return the rules as rows of a table."""
        return [rule.row() for rule in self.rules]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison for JSON."""
        chosen = self.chosen_by_largest
        return {
            "rules": self.table(),
            "keeps_smallest": list(self.keeps_smallest),
            "chosen_by_largest": None if chosen is None else chosen.method,
            "smallest_classes": list(smallest_classes(self.game)),
            "least": self.least,
            "sentence": self.sentence,
        }


def keeps_most(game: CostGame, methods: Iterable[str] = METHODS, terms: Terms = NO_TERMS, pace: Pace = "at once") -> Keeping:
    """Return who stays under each method.

    Parameters
    ----------
    game : CostGame
    methods : iterable of str
        Those that do not fit the game are left out.
    terms : Terms
    pace : str
        As in :func:`~negotiation.coalitional.joining.participation.joining`.

    Returns
    -------
    Keeping

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import MemberClass
    >>> from negotiation.coalitional.costs import OfTotalUse
    >>> classes = MemberClass("small", 4, use=1.0, ability=20.0), MemberClass("large", 1, use=10.0)
    >>> game = CostGame(classes, OfTotalUse((1.0, 10.0), lambda use: 60 + 5 * use), "USD")
    >>> found = keeps_most(game, ["equal", "proportional"])
    >>> found.keeps_smallest, found.chosen_by_largest.method, [rule.inside for rule in (one.joining for one in found.rules)]
    (('proportional',), 'equal', [5, 1])
    """
    rules = []
    for name in methods:
        try:
            rules.append(_kept(game, joining(game, name, terms, pace), terms))
        except NotApplicableError:
            continue
    limits, _ = Club(game, "equal", terms).limits(game.population)
    gap = game.sign * (game.total - float(np.dot(limits, game.members))) - terms.subsidy
    least = gap if gap > TOLERANCE * (abs(game.total) or 1.0) else 0.0
    return Keeping(game, tuple(sorted(rules, key=lambda rule: (-rule.joining.inside, -rule.smallest, rule.subsidy))), least)


def smallest_classes(game: CostGame) -> tuple[str, ...]:
    """Return the classes whose members use least."""
    return tuple(name for name, use in zip(game.names, game.use, strict=True) if use == min(game.use))


def _kept(game: CostGame, found: Joining, terms: Terms) -> Kept:
    club = Club(game, found.method, terms)
    first = club.losses(game.members)
    stays, members = np.array(found.members), np.array(game.members)
    rises = [found.charges[name] - found.rounds[0].charges[name] if name in found.charges else 0.0 for name in game.names]
    alone = float(np.dot(members - stays, game.alone))
    inside = float(game.at(stays[None, :])[0]) if stays.any() else 0.0
    unable = [n - s for n, s, entry, cost in zip(members, stays, game.classes, game.alone, strict=True) if _unable(game, entry.affordable, cost)]
    smallest = sum(found.stays.get(name, 0) for name in smallest_classes(game))
    top_up = float(np.dot(np.maximum(first, 0.0), members))
    others = game.sign * float(np.dot(rises, stays))
    return Kept(found, smallest, others, game.sign * (inside + alone - game.total), int(sum(unable)), top_up, _subsidy(game, found.method, terms, first))


def _unable(game: CostGame, affordable: float | None, alone: float) -> bool:
    return game.kind == "cost" and affordable is not None and affordable < alone


def _subsidy(game: CostGame, method: str, terms: Terms, first: Array) -> float:
    """Return the least subsidy to all together under which nobody objects to the rule's charges; charges are taken to fall with it."""

    def worst(amount: float) -> float:
        club = Club(game, method, replace(terms, subsidy=terms.subsidy + amount))
        return float(np.max(club.gaps(game.members))) if club.fits(game.members) else float("inf")

    if np.max(first) <= 0:
        return 0.0
    high = abs(game.total) + game.population * float(np.max(first))
    for _ in range(DOUBLINGS):
        if not np.isfinite(high):
            break
        at_high = worst(high)
        if at_high <= 0:
            return _root(worst, high, float(np.max(first)), at_high)
        high = 2 * high if np.isfinite(at_high) else at_high
    return float("inf")


def _root(worst: Callable[[float], float], high: float, at_low: float, at_high: float) -> float:
    """Return where `worst` falls to 0 below `high`, by regula falsi with halved weights (Illinois)."""
    low, size = 0.0, high
    for _ in range(STEPS):
        if high - low <= TOLERANCE / 1000 * size or at_high == 0:
            break
        middle = (low + high) / 2 if not np.isfinite(at_low) else high - at_high * (high - low) / (at_high - at_low)
        value = worst(middle)
        if value > 0:
            low, at_low, at_high = middle, value, at_high / 2
        else:
            high, at_high, at_low = middle, value, at_low / 2
    return high
