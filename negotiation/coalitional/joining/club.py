"""What those who take part are asked for, the most at which each stays, and which memberships are stable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from ...errors import NotApplicableError, TooLargeError
from ...numerics import TOLERANCE, Array
from ..allocation import Allocation
from ..cost_game import CostGame
from ..methods import allocate
from ..subgame import subgame, terms_for
from ..terms import NO_TERMS, Terms

Rule = str | Callable[[CostGame], Allocation]
"""A method by name, or a function from the game of those who take part to their charges."""
MAX_MEMBERSHIPS = 20_000
"""Memberships that are looked at one by one."""

ALONE, ABILITY, WORTH = "more than being served alone", "more than it can pay", "more than taking part is worth"
LESS = "less than it gets alone"


@dataclass(frozen=True)
class Benefit:
    r"""What taking part is worth to a member: its own benefit, and more with everyone else who takes part.

    .. math:: b_k(m) = a_k + d_k (m - 1), \quad m \text{ members inside}

    Parameters
    ----------
    own : tuple of float
        Benefit of each class's member that is inside alone.
    slope : tuple of float
        What every other member inside adds to it.
    """

    own: tuple[float, ...]
    slope: tuple[float, ...]

    def at(self, inside: int) -> Array:
        """Return the benefit of a member of each class with so many members inside."""
        return np.array(self.own, dtype=float) + np.array(self.slope, dtype=float) * float(inside - 1)


@dataclass(frozen=True, eq=False)
class Asked:
    """Charges per member of each class, NaN where there is none, and what they leave uncovered."""

    charges: Array
    shortfall: float


@dataclass(eq=False)
class Club:
    """A cost game, the rule by which those inside share its cost, and what each would do otherwise.

    Parameters
    ----------
    game : CostGame
    rule : Rule
    terms : Terms
    benefit : Benefit or None
        Where taking part is worth a certain amount only.
    """

    game: CostGame
    rule: Rule
    terms: Terms = NO_TERMS
    benefit: Benefit | None = None
    _known: dict[tuple[int, ...], Asked | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.benefit is not None and self.game.kind == "savings":
            raise NotApplicableError("what taking part is worth is what a game of savings shares out", "leave the benefit out")

    @property
    def name(self) -> str:
        """Name of the rule."""
        return self.rule if isinstance(self.rule, str) else getattr(self.rule, "__name__", "rule")

    def asked(self, counts: tuple[int, ...]) -> Asked | None:
        """Return what those inside are asked for; None where the rule does not fit them."""
        if counts not in self._known:
            try:
                self._known[counts] = self.ask(counts)
            except NotApplicableError:
                self._known[counts] = None
        return self._known[counts]

    def ask(self, counts: tuple[int, ...]) -> Asked:
        """Return what those inside are asked for.

        Raises
        ------
        NotApplicableError
            When the rule does not fit them.
        """
        charges = np.full(len(counts), np.nan)
        if not any(counts):
            return Asked(charges, 0.0)
        part = subgame(self.game, counts)
        found = allocate(part, self.rule, terms_for(self.terms, part)) if isinstance(self.rule, str) else self.rule(part)
        charges[np.flatnonzero(counts)] = found.charges
        return Asked(charges, found.shortfall)

    def charges(self, counts: tuple[int, ...]) -> Array:
        """Return the charge per member of each class, NaN where there is none."""
        found = self.asked(counts)
        return np.full(len(counts), np.nan) if found is None else found.charges

    def fits(self, counts: tuple[int, ...]) -> bool:
        """Whether the rule says what those inside pay."""
        return self.asked(counts) is not None

    def limits(self, inside: int) -> tuple[Array, list[str]]:
        """Return the most that a member of each class pays and stays (the least that it gets), and what it would be beyond."""
        game = self.game
        limit, why = np.array(game.alone), [ALONE if game.kind == "cost" else LESS] * len(game.names)
        if game.kind == "savings":
            return limit, why
        able = np.array([np.inf if entry.affordable is None else entry.affordable for entry in game.classes])
        worth = np.full(len(limit), np.inf) if self.benefit is None else self.benefit.at(inside)
        for bound, words in ((able, ABILITY), (worth, WORTH)):
            why = [words if b < least else said for b, least, said in zip(bound, limit, why, strict=True)]
            limit = np.minimum(limit, bound)
        return limit, why

    def gaps(self, counts: tuple[int, ...]) -> Array:
        """Return what a member of each class pays above its limit (gets below it); NaN where there is none."""
        return self.game.sign * (self.charges(counts) - self.limits(sum(counts))[0])

    def losses(self, counts: tuple[int, ...]) -> Array:
        """Return what a member of each class loses by staying inside; negative where it gains; NaN where there is none. Ties are 0."""
        charges, (limit, _), gaps = self.charges(counts), self.limits(sum(counts)), self.gaps(counts)
        return np.where(np.abs(gaps) <= TOLERANCE * np.maximum(np.abs(charges), np.abs(limit)), 0.0, gaps)

    def objecting(self, counts: tuple[int, ...]) -> list[int]:
        """Return the classes whose members would rather leave."""
        return [int(k) for k in np.flatnonzero(self.losses(counts) > 0)]

    def returning(self, counts: tuple[int, ...]) -> list[int]:
        """Return the classes of which a member outside would rather come in, as the next one."""
        return [k for k, n in enumerate(self.game.members) if counts[k] < n and self.losses(one_more(counts, k))[k] < 0]


def one_more(counts: tuple[int, ...], k: int) -> tuple[int, ...]:
    """Return the membership with one more of class `k`."""
    return (*counts[:k], counts[k] + 1, *counts[k + 1 :])


@dataclass(frozen=True)
class Membership:
    """A set of members that is stable.

    Parameters
    ----------
    members : dict of str to int
        Members of each class inside.
    charges : dict of str to float
        Of those inside.
    largest : bool
        Whether every other stable set is contained in it.
    """

    members: dict[str, int]
    charges: dict[str, float]
    largest: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the membership for JSON."""
        return {"members": self.members, "charges": self.charges, "largest": self.largest}


def memberships(game: CostGame, rule: Rule, terms: Terms = NO_TERMS, benefit: Benefit | None = None) -> tuple[Membership, ...]:
    r"""Return every stable membership: nobody inside would rather leave, nobody outside would rather come in.

    These are the pure Nash equilibria of the game in which each member joins or not and those inside share the cost by the rule. A member
    that is as well off inside as outside does as it is asked, so it can be counted on either side.

    Cost: one allocation for each of ``prod(members + 1)`` memberships.

    Parameters
    ----------
    game : CostGame
    rule : Rule
    terms : Terms
        A subsidy goes to whoever is inside.
    benefit : Benefit, optional
        What taking part is worth; without it a member would be served alone otherwise.

    Returns
    -------
    tuple of Membership
        Most members first.

    Raises
    ------
    TooLargeError
        Beyond `MAX_MEMBERSHIPS`.

    References
    ----------
    C. d'Aspremont, A. Jacquemin, J. J. Gabszewicz, J. A. Weymark (1983), "On the stability of collusive price leadership".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import MemberClass
    >>> from negotiation.coalitional.costs import OfTotalUse
    >>> game = CostGame((MemberClass("firm", 3),), OfTotalUse((1.0,), lambda use: 10 + 0 * use))
    >>> [one.members for one in memberships(game, "equal", benefit=Benefit((2.0,), (1.0,)))]
    [{'firm': 3}, {}]
    """
    if game.size > MAX_MEMBERSHIPS:
        raise TooLargeError(
            f"there are {game.size:,} memberships, at most {MAX_MEMBERSHIPS:,} can be looked at one by one", "follow who leaves, or join classes"
        )
    club = Club(game, rule, terms, benefit)
    stable = [counts for counts in _all(game) if club.fits(counts) and not club.objecting(counts) and not club.returning(counts)]
    stable.sort(key=lambda counts: -sum(counts))
    return tuple(
        Membership(
            game.coalition(counts),
            {name: float(charge) for name, charge, n in zip(game.names, club.charges(counts), counts, strict=True) if n},
            all(contains(counts, other) for other in stable),
        )
        for counts in stable
    )


def contains(counts: Sequence[int], other: Sequence[int]) -> bool:
    """Whether a membership has at least as many members of each class as another."""
    return all(n >= m for n, m in zip(counts, other, strict=True))


def content(club: Club) -> Iterator[tuple[int, ...]]:
    """Yield the memberships in which nobody would rather leave."""
    for counts in _all(club.game):
        if club.fits(counts) and not club.objecting(counts):
            yield counts


def _all(game: CostGame) -> Iterator[tuple[int, ...]]:
    return product(*(range(n + 1) for n in game.members))
