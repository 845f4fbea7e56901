"""All equilibria of a game of two single actors, each with a certificate in rational arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import comb
from typing import Any

import numpy as np

from ...budget import Budget, unlimited
from ...errors import SolverError, TooLargeError
from ...numerics import Array
from ..equilibrium import Equilibrium, EquilibriumList
from ..game import Game
from .components import connected
from .corners import Corners, all_corners
from .exact import WORD, Integers
from .polytope import Polytope
from .proof import Bimatrix, certificates, plays

MAX_CORNERS = 5_000_000
"""Of the two polytopes together at most, by the upper bound theorem; 17 x 17 actions stay below."""
METHOD = "all corners of both best-response polytopes, matched by labels; every equilibrium certified in rational arithmetic"


def bimatrix_equilibria(game: Game, budget: Budget | None = None) -> EquilibriumList:
    r"""Return all extreme Nash equilibria of a two-player game.

    .. math:: (x, y) : \; x_a > 0 \Rightarrow a \in \arg\max A y, \quad y_b > 0 \Rightarrow b \in \arg\max B^T x

    All corners of both best-response polytopes are found; a pair of corners that carries all labels is an extreme equilibrium, and
    every equilibrium is a mixture of extreme ones that are interchangeable. In a nondegenerate game the extreme equilibria are all there are, their
    number is odd and their indices sum to +1. Payoffs count at the decimal value that they print as, without any tolerance.

    Cost: measured 1.6 ms with 8 x 8 actions, 14 to 20 ms with 12 x 12, 0.17 s with 15 x 15; each action more on both sides doubles it.

    Parameters
    ----------
    game : Game
        Two stakeholders of one member each.
    budget : Budget, optional
        When it is spent, what was found by then is returned, with all pure equilibria in any case.

    Returns
    -------
    EquilibriumList
        Pure equilibria first. Each has exact mixtures, a regret of zero in rational arithmetic, the number of its component and, where both
        corners are simple, its index. `complete` is None when the budget ran out, else True.

    Raises
    ------
    NotApplicableError
        Unless there are two stakeholders of one member each.
    TooLargeError
        Beyond five million possible corners (17 x 17 actions fit, or far more on one side); `one_equilibrium` takes larger games.

    References
    ----------
    O. L. Mangasarian (1964), "Equilibrium points of bimatrix games"; D. Avis, G. Rosenberg, R. Savani and B. von Stengel (2010), "Enumeration of Nash
    equilibria for two-player games"; L. S. Shapley (1974), "A note on the Lemke-Howson algorithm" (the index).

    Examples
    --------
    >>> game = Game.from_tables([np.array([[2, 0], [0, 1]]), np.array([[1, 0], [0, 2]])])
    >>> found = bimatrix_equilibria(game)
    >>> [(e.kind, e.index) for e in found.equilibria], found.complete
    ([('pure', 1), ('pure', 1), ('mixed', -1)], True)
    >>> [str(share) for share in found.equilibria[2].exact[0]]
    ['2/3', '1/3']
    """
    budget = budget or unlimited()
    two = Bimatrix.of(game)
    kept, finished = _kept(two, budget)
    polytopes = polytopes_of(_reduced(two, kept))
    corners = all_corners(polytopes, budget) if finished else [NONE_YET, NONE_YET]
    finished = finished and all(side.finished for side in corners)
    found, in_time = _extreme(two, kept, polytopes, corners, budget)
    finished = finished and in_time
    if not finished:
        found += [_Found(weights, weights, None) for weights in two.pure()]
    return _listed(two, corners, found, finished, budget)


NONE_YET = Corners(np.empty(0, dtype=np.uint64), {}, False, True)
Kept = tuple[list[int], list[int]]
Solution = tuple[int, Sequence[int]]


@dataclass(frozen=True)
class _Found:
    """An equilibrium: what its two corners are known by, the weights of its mixtures, and its index where both corners are simple."""

    sides: tuple[object, object]
    weights: tuple[Sequence[int], Sequence[int]]
    index: int | None


def polytopes_of(payoffs: tuple[Integers, Integers]) -> tuple[Polytope, Polytope]:
    """Return the polytope of each stakeholder's mixtures; labels count the first one's actions, then the second one's."""
    first, second = payoffs
    return Polytope.of(second, own=0, reply=len(first)), Polytope.of(first, own=len(first), reply=0)


def _kept(two: Bimatrix, budget: Budget) -> tuple[Kept, bool]:
    """Return the actions of each that matter, and whether the budget lasted.

    The corners of the smaller polytope show which actions of the other stakeholder are ever a best reply; no equilibrium uses another.
    """
    sizes = two.shape
    kept = list(range(sizes[0])), list(range(sizes[1]))
    if sizes[0] == sizes[1]:
        _check_size(*sizes)
        return kept, True
    small = int(sizes[1] < sizes[0])
    polytope = polytopes_of(two.payoffs)[small]
    _check_size(sizes[small], 0, sum(sizes))
    corners = all_corners([polytope], budget)[0]
    best = 0
    for labels in chain(corners.listed.tolist(), corners.degenerate):
        best |= labels
    if corners.finished:
        kept[1 - small][:] = [r for r in range(sizes[1 - small]) if best >> (polytope.reply + r) & 1]
        _check_size(len(kept[0]), len(kept[1]))
    return kept, corners.finished


def _check_size(m: int, n: int, facets: int = 0) -> None:
    """Refuse polytopes that can have too many corners (P. McMullen, 1970)."""
    facets, most = facets or m + n, 0
    for dimension in (m, n):
        half, rest = (dimension + 1) // 2, dimension // 2
        most += comb(facets - half, rest) + comb(facets - rest - 1, half - 1) if dimension else 0
    if most > MAX_CORNERS:
        remedy = "17 x 17 actions work; remove dominated actions, or ask for one equilibrium instead of all"
        raise TooLargeError(f"to list all equilibria, up to {most:,} corners would have to be visited (limit {MAX_CORNERS:,})", remedy)


def _reduced(two: Bimatrix, kept: Kept) -> tuple[Integers, Integers]:
    if (len(kept[0]), len(kept[1])) == two.shape:
        return two.payoffs
    return two.payoffs[0][np.ix_(*kept)], two.payoffs[1][np.ix_(*kept[::-1])]


def _extreme(two: Bimatrix, kept: Kept, polytopes: tuple[Polytope, Polytope], corners: Sequence[Corners], budget: Budget) -> tuple[list[_Found], bool]:
    """Return an equilibrium for every pair of corners that carries all labels, and whether the budget lasted."""
    pairs = list(_pairs(corners, (1 << len(kept[0]) + len(kept[1])) - 1))
    known: list[dict[int, Solution]] = []
    in_time, doing = True, f"{len(pairs):,} equilibria"
    for i in (0, 1):
        known.append({})
        for label in dict.fromkeys(labels[i] for labels in pairs):
            in_time = in_time and not (corners[i].finished and budget.spent(1.0, doing))
            solution = _solution(polytopes[i], corners[i], label) if in_time else None
            if solution is not None:
                known[i][label] = solution
    found = []
    for labels in pairs:
        x, y = known[0].get(labels[0]), known[1].get(labels[1])
        if x and y:
            weights = _spread(x[1], kept[0], two.shape[0]), _spread(y[1], kept[1], two.shape[1])
            found.append(_Found(labels, weights, _index(x, y) if x[0] and y[0] else None))
    return found, in_time


def _solution(polytope: Polytope, corners: Corners, labels: int) -> Solution | None:
    """Return the determinant (0 unless the corner is simple) and the weights of a corner; None where it is not one, as may be before the list is proven."""
    if labels in corners.degenerate:
        corner = corners.solved.get(labels) or polytope.corner(corners.degenerate[labels])
        return None if corner is None else (0, corner.weights)
    if not corners.finished:
        corner = polytope.corner(labels)
        if corner is None or not corner.feasible or corner.labels != labels:
            return None
    return polytope.solve(labels)


def _spread(weights: Sequence[int], kept: Sequence[int], size: int) -> Sequence[int]:
    if len(kept) == size:
        return weights
    spread = [0] * size
    for a, weight in zip(kept, weights, strict=True):
        spread[a] = weight
    return spread


def _pairs(corners: Sequence[Corners], everything: int) -> Iterator[tuple[int, int]]:
    first, second = corners
    wanted = np.concatenate([first.listed, everything ^ second.listed])
    wanted.sort()
    for labels in wanted[1:][wanted[1:] == wanted[:-1]].tolist():
        yield labels, everything ^ labels
    for labels, other in _supplements(first.degenerate, [*second.listed.tolist(), *second.degenerate], everything):
        yield labels, other
    for other, labels in _supplements(second.degenerate, first.listed.tolist(), everything):
        yield labels, other


def _supplements(some: Collection[int], others: Collection[int], everything: int) -> Iterator[tuple[int, int]]:
    """Yield each pair that has all labels together."""
    if not some:
        return
    listed: Any = np.array(list(others), dtype=np.int64 if everything < WORD else object)
    for labels in some:
        missing = everything & ~labels
        yield from ((labels, other) for other in listed[(listed & missing) == missing].tolist())


def _index(x: Solution, y: Solution) -> int:
    """Return the index: the sign of the two determinants, alternating with the number of actions that are used."""
    used = len(x[1]) - x[1].count(0)
    sign = 1 if (x[0] > 0) == (y[0] > 0) else -1
    return sign if used % 2 else -sign


def _listed(two: Bimatrix, corners: Sequence[Corners], found: list[_Found], finished: bool, budget: Budget) -> EquilibriumList:
    """Return the equilibria with their certificates: pure ones first, then those that use earlier actions more."""
    first, second = sides = plays(two, 0, [one.weights[0] for one in found]), plays(two, 1, [one.weights[1] for one in found])
    kinds = ((first.weights != 0).sum(axis=1) + (second.weights != 0).sum(axis=1) > 2).tolist()
    keys = list(zip(kinds, (-first.mixtures).tolist(), (-second.mixtures).tolist(), strict=True))
    order, degenerate = sorted(range(len(found)), key=keys.__getitem__), any(side.degenerate for side in corners)
    components: list[int | None] = [None] * len(found)
    if finished:
        numbers = connected([found[e].sides for e in order]) if degenerate else range(1, len(found) + 1)
        for e, number in zip(order, numbers, strict=True):
            components[e] = number
    certified = certificates(two, sides, [one.index for one in found], components)
    ordered = [certified[e] for e in order]
    listed = tuple(ordered if finished else {e.exact: e for e in ordered}.values())
    if finished and not degenerate and sum(one.index or 0 for one in listed) != 1:
        raise SolverError("the indices of the equilibria do not sum to +1", "report the game: this is a fault of the solver")
    reason, notes = _reason(corners, len(listed), finished, degenerate, budget), _notes(two, listed, finished, degenerate)
    return EquilibriumList(two.game, listed, True if finished else None, METHOD, reason, notes)


def _reason(corners: Sequence[Corners], listed: int, finished: bool, degenerate: bool, budget: Budget) -> str:
    count = f"{len(corners[0]):,} and {len(corners[1]):,} corners of the best-response polytopes"
    if not finished:
        return f"{budget.why()} after {count}; all pure equilibria are listed, mixed ones may be missing"
    how = (
        "in exact arithmetic"
        if all(side.exact for side in corners)
        else "in floating point with proven error bounds, in exact arithmetic where these did not decide"
    )
    if degenerate:
        return f"all {count} were found {how}"
    return f"all {count} were found {how}; the number of equilibria is odd ({listed}) and their indices sum to +1"


def _notes(two: Bimatrix, found: Sequence[Equilibrium], finished: bool, degenerate: bool) -> tuple[str, ...]:
    notes = []
    if degenerate:
        notes.append("the game is degenerate: some mixture has more best replies than actions that it uses, so there can be endlessly many equilibria")
    if degenerate and finished:
        sizes = Counter(one.component for one in found)
        wide = sum(size > 1 for size in sizes.values())
        notes.append(f"the {len(found)} listed are the extreme ones; connected components: {len(sizes)}, of which {wide} with more than one equilibrium")
    if any(map(_near_ties, two.tables, two.denominators, two.game.tolerances)):
        notes.append("some payoffs differ by less than round-off; the difference is taken at face value here")
    return tuple(notes)


def _near_ties(table: Array, denominator: int, tolerance: float) -> bool:
    """Return whether payoffs of two replies to one action differ by less than round-off, which the denominator often rules out."""
    if 2.0 * tolerance * denominator < 1.0:
        return False
    ordered = np.sort(table, axis=0)
    with np.errstate(over="ignore"):
        gaps = ordered[1:] - ordered[:-1]
    return bool(((gaps > 0) & (gaps <= tolerance)).any())
