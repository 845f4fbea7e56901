"""All equilibria in which the members of each stakeholder mix alike, for games of any number of members."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ...budget import Budget, unlimited
from ...errors import TooLargeError
from ...numerics import Array
from ..equilibrium import Equilibrium, EquilibriumList
from ..game import Game
from .bernstein import bernstein_roots
from .cells import whole
from .certificate import certified, distinct, ranges
from .expected import expected_payoffs
from .faces import Face, Support, count_supports, supports
from .mixing import conditions, solve
from .subdivision import subdivide

MAX_SUPPORTS = 20_000
"""Supports that are searched."""

MAX_COLUMNS = 800
"""Bernstein coefficients up to which a face with several unknowns is searched by subdivision, with proof."""

MAX_PARTS = 20_000
"""Parts into which such a face is divided at most."""

FINER = (1.7, 3.0)
"""How much finer the grids are made, one after the other, while the indices show that an equilibrium is missing."""

METHOD = "search of every support: isolated roots of polynomials in Bernstein form, and Newton's method on exact sums over the counts"


@dataclass
class _Search:
    """What was found so far, and what kept it from being a proof."""

    game: Game
    wide: tuple[float, ...]
    budget: Budget
    equilibria: list[Equilibrium] = field(default_factory=list)
    searched: int = 0
    proven: int = 0
    starts: int = 0
    coarse: int = 0
    continua: int = 0
    cut_short: bool = False
    unproven: dict[Support, Face] = field(default_factory=dict)


def symmetric_equilibria(game: Game, budget: Budget | None = None) -> EquilibriumList:
    r"""Return all equilibria in which members of one stakeholder use the same mixture.

    .. math:: x : U_{i,a}(x) \ge U_{i,b}(x) \quad \forall i, b, \forall a : x_{i,a} > 0

    with the expected payoffs of :func:`~negotiation.strategic.mixed.expected.expected_payoffs`. Every support is searched:

    - where nobody mixes, by comparison;
    - where one stakeholder mixes two actions, by isolating all roots of the payoff difference, a polynomial whose Bernstein coefficients
      are the differences on the counts: proven complete;
    - with more unknowns in small games, by subdivision: proven complete;
    - with more unknowns in large games, by Newton's method on exact sums, from every promising point of a grid as fine as the standard
      deviation of the counts where that is feasible: strong, but no proof.

    Pure equilibria in which members of one stakeholder take different actions are another concept, listed by
    :func:`~negotiation.strategic.pure.pure_equilibria`; those in which all members take the same action are in both lists.

    Parameters
    ----------
    game : Game
        Committed stakeholders stay where they are.
    budget : Budget, optional
        When it is spent, what was found is returned, `complete` being False.

    Returns
    -------
    EquilibriumList
        Those in which nobody mixes first.

    Raises
    ------
    TooLargeError
        Above 20,000 supports.

    Examples
    --------
    >>> from negotiation.lattice import Axis, Lattice
    >>> helpers = np.arange(5, -1, -1.0)  # five volunteers; counts of those who help, from 5 to 0
    >>> payoffs = (np.full(6, 3.0), np.where(helpers > 0, 4.0, 0.0))
    >>> game = Game(("people",), (("help", "wait"),), Lattice((Axis(5, 2),)), (payoffs,))
    >>> found = symmetric_equilibria(game)
    >>> found.complete, [row.round(6).tolist() for row in found.equilibria[0].mixture]
    (True, [[0.292893, 0.707107]])

    References
    ----------
    A. Diekmann (1985), "Volunteer's dilemma"; S.-F. Cheng, D. M. Reeves, Y. Vorobeychik and M. P. Wellman (2004), "Notes on equilibria in
    symmetric games".
    """
    count = count_supports(game)
    if count > MAX_SUPPORTS:
        raise TooLargeError(f"the game has {count:,} supports, at most {MAX_SUPPORTS:,} can be searched", "remove dominated actions first, or fewer actions")
    search = _Search(game, ranges(game), budget or unlimited())
    tolerances = [1e-12 * wide for wide in search.wide]
    for k, support in enumerate(supports(game)):
        if search.budget.spent(k / count, f"{k:,} of {count:,} supports searched"):
            search.cut_short = True
        if search.cut_short:
            break
        face = Face(game, support)
        if face.is_dominated(tolerances):
            search.proven += 1
        else:
            _search_face(search, face)
        search.searched += 1
    for density in FINER:
        for face in search.unproven.values() if _index_sum(search) not in (None, 1) and not search.cut_short else ():
            _search_grid(search, face, density)
    return _answer(search, count)


def _index_sum(search: _Search) -> int | None:
    """Return the sum of the indices; None where some equilibrium has none."""
    search.equilibria = distinct(search.equilibria)
    known = [e.index for e in search.equilibria if e.index is not None]
    return sum(known) if len(known) == len(search.equilibria) else None


def _search_face(search: _Search, face: Face) -> None:
    """Search one support."""
    if not face.mixers:
        _list(search, face, face.full([np.ones(1)] * len(face.support)))
        search.proven += 1
    elif face.unknowns == 1:
        _search_line(search, face)
    elif face.coefficients() <= MAX_COLUMNS:
        _search_parts(search, face)
    else:
        _search_grid(search, face)


def _search_grid(search: _Search, face: Face, density: float = 1.0) -> None:
    """Search a support from a grid of starts."""
    mixed = solve(face, search.wide, search.budget, density)
    search.starts += mixed.starts
    search.coarse += not mixed.fine
    search.cut_short |= not mixed.finished
    search.unproven[face.support] = face
    for mixture in mixed.solutions:
        _list(search, face, mixture)


def _search_line(search: _Search, face: Face) -> None:
    """Search a support with one unknown."""
    roots = bernstein_roots(face.polynomial())
    search.proven += roots.proven
    search.continua += roots.everywhere
    for t in (0.5,) if roots.everywhere else roots.values:
        _list(search, face, _mixture(face, np.array([1 - t, t])))


def _mixture(face: Face, part: Array) -> tuple[Array, ...]:
    return face.full([part if i in face.mixers else np.ones(1) for i in range(len(face.support))])


def _search_parts(search: _Search, face: Face) -> None:
    """Search a support with several unknowns by subdivision."""
    constants, coefficients = face.system(search.wide)
    found = subdivide(constants, whole(constants, coefficients), search.budget, MAX_PARTS, search.searched / count_supports(search.game))
    search.proven += found.finished and not found.singular
    search.continua += len(found.singular)
    if not found.finished:
        _search_grid(search, face)
    points = [[part[k] for part in parts] for owner, parts in found.solutions for k in range(len(owner))]
    for point in [*points, *found.singular.values()]:
        _list(search, face, face.full(point))


def _list(search: _Search, face: Face, mixture: tuple[Array, ...]) -> None:
    """List a mixture if it is an equilibrium."""
    if min(float(row.min()) for row in mixture) < -1e-9:
        return
    mixture = tuple(np.maximum(row, 0.0) / np.maximum(row, 0.0).sum() for row in mixture)
    equilibrium = certified(search.game, mixture, expected_payoffs(search.game, mixture), search.wide)
    if equilibrium is None:
        return
    index = conditions(face, equilibrium.mixture, search.wide).index if face.mixers and equilibrium.kind == "mixed" else 1
    search.equilibria.append(replace(equilibrium, index=index if equilibrium.margin > 0 else None))


def _answer(search: _Search, supports: int) -> EquilibriumList:
    total = _index_sum(search)
    complete, reason = _verdict(search, supports, total)
    notes = []
    if search.continua:
        notes.append(f"on {search.continua:,} supports equilibria may form a continuum, of which points are listed")
    if any(e.margin == 0 for e in search.equilibria):
        notes.append("in some equilibria an action that is not used pays as much as those that are: the game is degenerate")
    return EquilibriumList(search.game, tuple(search.equilibria), complete, METHOD, reason, tuple(notes))


def _verdict(search: _Search, supports: int, total: int | None) -> tuple[bool | None, str]:
    """Return whether the list is complete, and why."""
    if search.cut_short:
        return False, f"{search.budget.why()}: {search.searched:,} of {supports:,} supports were searched"
    if total not in (None, 1):
        return False, f"the indices of the equilibria add up to {total}, not to 1, so some are missing"
    sums = "the indices add up to 1" if total == 1 else "the game is degenerate, so the indices give no check"
    if search.proven == supports and not search.continua:
        return True, f"on each of the {supports:,} supports all solutions were isolated with proof that there are no others, and {sums}"
    if search.continua:
        return None, f"all {supports:,} supports were searched; where equilibria form a continuum only some of its points are listed"
    grid = "a grid coarser than the standard deviation of the counts" if search.coarse else "a grid as fine as the standard deviation of the counts"
    return (
        None,
        f"{search.proven:,} of {supports:,} supports are proven; the others were searched from {search.starts:,} starts on {grid}, and {sums}: no proof",
    )
