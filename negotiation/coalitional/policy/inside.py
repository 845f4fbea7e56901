"""Who can be kept when not everybody can pay: the largest set of members that pay no more than they can and than alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import TooLargeError
from ...numerics import ROUND_OFF, TOLERANCE, Array
from ..cost_game import CostGame
from ..terms import Terms
from ..words import group
from .programme import Programme
from .requirements import limits

LISTED = 10
"""Equally good sets that are kept."""
AT_ONCE = 10_000
"""Sets of one size that are put in order."""
MAX_SETS = 1_000_000
"""Sets of members that are listed for a game without a table."""


@dataclass(frozen=True)
class Inside:
    """Who takes part.

    Parameters
    ----------
    members : mapping of str to int
        Members of each class inside.
    outside : mapping of str to int
        Members of each class that cannot be kept.
    also : tuple of mapping
        Other sets as good as this one.
    """

    members: Mapping[str, int]
    outside: Mapping[str, int]
    also: tuple[Mapping[str, int], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return who takes part, for JSON."""
        return {"members": dict(self.members), "outside": dict(self.outside), "also": [dict(one) for one in self.also]}

    def words(self, game: CostGame) -> str:
        """Say who is inside and who is not."""
        if not self.members:
            return "Nobody can be kept"
        return f"At most {group(game, self.members)} can be kept, not {group(game, self.outside)}" if self.outside else "Everybody can be kept"


@dataclass(frozen=True)
class Candidate:
    """A set of members that can pay for itself with the money from outside.

    Parameters
    ----------
    members : tuple of int
        Of each class.
    public : int
        Public money it needs, in millionths of the cost of everybody.
    uses : tuple of int
        Its members by what they use, the smallest use first.
    """

    members: tuple[int, ...]
    public: int
    uses: tuple[int, ...]

    def as_good_as(self, other: Candidate) -> bool:
        """Whether it has as many members of each use and needs as little public money."""
        return self.uses == other.uses and abs(self.public - other.public) <= 1


def staying_terms(game: CostGame, terms: Terms) -> Terms:
    """Return the terms under which nobody pays more than alone, nor more than it can (gets less than alone)."""
    low, high = limits(game, terms)
    if game.kind == "savings":
        return replace(terms, floors=dict(zip(game.names, np.maximum(low, game.alone).tolist(), strict=True)))
    return replace(terms, caps=dict(zip(game.names, np.minimum(high, game.alone).tolist(), strict=True)))


class Sets:
    """The sets of members that are looked at: all in a table, or, beyond that, those with at most one class partly inside.

    Under a cost that is linear, a largest set of the second kind is a largest of all: who costs the others least comes in first.
    """

    def __init__(self, game: CostGame) -> None:
        self.game = game
        self.all = game.tabulated
        self._listed = np.empty((0, 0), dtype=np.int64) if self.all else _one_partly(game)
        self.costs: Array = game.sign * (game.costs.ravel() if self.all else game.at(self._listed))

    def sum(self, each: Array) -> Array:
        """Return the sum over the members of every set."""
        return self.game.charged(each.tolist()).ravel() if self.all else self._listed @ each

    def members(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the count vectors of some sets."""
        return np.array(np.unravel_index(rows, self.game.shape)).T if self.all else self._listed[rows]


def _one_partly(game: CostGame) -> NDArray[np.int64]:
    n = np.array(game.members)
    many = 2 ** (len(n) - 1) * int(np.sum(n + 1))
    if many > MAX_SETS:
        raise TooLargeError(f"there are {many:,} sets with at most one class partly inside, at most {MAX_SETS:,} can be looked at", "join classes")
    rows = [
        np.where(np.arange(len(n)) == k, np.arange(n[k] + 1)[:, None], np.where(np.insert(others, k, False), n, 0))
        for k in range(len(n))
        for others in product((False, True), repeat=len(n) - 1)
    ]
    return np.unique(np.concatenate(rows), axis=0)


def candidates(game: CostGame, terms: Terms, programme: Programme, sets: Sets) -> Iterator[Candidate]:
    r"""Yield the sets whose members can pay for themselves with the money from outside, the best first.

    A set counts when

    .. math:: \sum_k s_k l_k + g^- \le c(s) \le \sum_k s_k h_k + g^+

    for the least and the most that members and sources pay. Most members come first, then least public money, then most members of
    the class that uses least. One pass over the sets for each number of members.

    Parameters
    ----------
    game : CostGame
    terms : Terms
        Those of :func:`staying_terms`.
    programme : Programme
        Of the whole game.
    sets : Sets

    Yields
    ------
    Candidate
    """
    least, most = limits(game, terms) if game.kind == "cost" else tuple(-bound for bound in reversed(limits(game, terms)))
    missing = sets.costs - sets.sum(np.where(np.isfinite(most), most, 1e3 * programme.scale))
    fits, private = _given(programme, sets.costs, missing)
    fits &= sets.costs >= sets.sum(np.where(np.isfinite(least), least, -1e3 * programme.scale)) - ROUND_OFF * programme.scale
    fits &= sets.sum((least > most + ROUND_OFF * programme.scale).astype(float)) == 0
    sizes = sets.sum(np.ones(len(game.names))).astype(int)
    fits &= sizes > 0
    public = np.round(np.maximum(0.0, missing - private) / (TOLERANCE * programme.scale))
    for size in range(int(sizes[fits].max(initial=0)), 0, -1):
        yield from _of_one_size(game, sets, np.flatnonzero(fits & (sizes == size)), public)


def _of_one_size(game: CostGame, sets: Sets, rows: NDArray[np.int64], public: Array) -> Iterator[Candidate]:
    first = rows[np.argsort(public[rows], kind="stable")[:AT_ONCE]]
    needs, counts, uses = public[first], sets.members(first), np.array(game.use)
    by_use = np.stack([counts[:, uses == one].sum(axis=1) for one in sorted(set(game.use))], axis=1)
    for j in np.lexsort([*(-by_use[:, column] for column in range(by_use.shape[1])[::-1]), needs]):
        yield Candidate(tuple(counts[j].tolist()), int(needs[j]), tuple(by_use[j].tolist()))


def _given(programme: Programme, costs: Array, missing: Array) -> tuple[NDArray[np.bool_], Array]:
    """Return which sets the outsiders can complete, and how much of their money can be private."""
    sources, total = programme.sources, abs(programme.game.total) or 1.0
    least = np.full(costs.shape, sum(source.least for source in sources))
    most = np.full(costs.shape, sum(source.most for source in sources))
    for row in programme.requirements:
        if row.kind == "capital" and row.about == "outside":
            most = np.minimum(most, row.most * np.abs(costs) / total)
        elif row.kind == "capital":
            least = np.maximum(least, -row.most * np.abs(costs) / total)
    tolerance = ROUND_OFF * programme.scale
    private = np.minimum(most, sum(source.most for source in sources if not source.public))
    return (missing <= most + tolerance) & (least <= most + tolerance), private
