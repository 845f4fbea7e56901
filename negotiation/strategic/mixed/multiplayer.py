"""All equilibria, pure and mixed, of ordinary games with any number of players."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, TooLargeError
from ...numerics import Array
from ..equilibrium import Equilibrium, EquilibriumList, from_pure
from ..game import Game
from ..pure import PureEquilibria, pure_equilibria
from .cells import Held, whole
from .certificate import LARGEST_REGRET, certificates, distinct, ranges
from .elimination import eliminated
from .exclusion import dominated
from .frames import frame
from .indifference import newton
from .polish import earned, lifted, polished
from .subdivision import Found, subdivide
from .supports import Family, Systems, families, systems

MAX_SUPPORTS = 200_000
"""Supports that are searched."""

MAX_PARTS = 400_000
"""Parts into which the mixtures over the supports of one shape are divided at most."""

CLOSE = 1e-6
"""By how much all digits of a solution may lie outside of its bounds."""

METHOD = "search of every support, by elimination and by division into parts that payoff bounds exclude or show to hold one solution"


@dataclass(frozen=True)
class _Solutions:
    """Solutions of some supports: estimates, bounds on the probabilities, actions in use; whether they are isolated as far as is known."""

    points: Array
    low: Array
    high: Array
    used: NDArray[np.bool_]
    isolated: NDArray[np.bool_]


@dataclass
class _Search:
    """What was found so far, and what kept it from being a proof.

    Payoffs are less each stakeholder's `usual` one; `payoffs` in units of its range, `given` in those of the game. A regret below
    `slack` is round-off.
    """

    game: Game
    payoffs: Array
    given: Array
    usual: list[float]
    slack: Array
    pure: PureEquilibria
    budget: Budget
    total: int
    equilibria: list[Equilibrium] = field(default_factory=list)
    solutions: list[_Solutions] = field(default_factory=list)
    supports: int = 0
    parts: int = 0
    starts: int = 0
    singular: int = 0
    cut_short: bool = False


def multiplayer_equilibria(game: Game, budget: Budget | None = None) -> EquilibriumList:
    r"""Return all equilibria of an ordinary game.

    For each support (the actions in use) the conditions that all actions in use pay the same are polynomials in the mixtures, whose
    Bernstein coefficients are the payoffs. Where they come down to polynomials in one or two unknowns, these say where solutions can be
    (:func:`~negotiation.strategic.mixed.elimination.eliminated`); the rest is solved by subdivision
    (:func:`~negotiation.strategic.mixed.subdivision.subdivide`). Up to rounding that finds every solution and proves that there is no
    other, with two exceptions, which the answer names: conditions that leave the mixtures undetermined (a continuum of equilibria, of
    which only some points are listed), and work cut short by the budget, where Newton's method from the parts that are left takes over.
    The indices of the equilibria of a game without such coincidences add up to +1, which is checked.

    Three players with four actions, four with three or six with two take about a second or less, seven with two some seconds, five with three
    minutes (give a budget); the number of supports is
    :math:`\prod_i (2^{m_i} - 1)`, and the work grows fast with the number of unknowns in the largest.

    Parameters
    ----------
    game : Game
        Every stakeholder has one member, free to choose.
    budget : Budget, optional
        When it is spent, what was found is returned, `complete` being False.

    Returns
    -------
    EquilibriumList
        Pure equilibria first; `complete` is None where equilibria form a continuum or the proof was not finished.

    Raises
    ------
    NotApplicableError
        For games with stakeholders of several members, with a committed stakeholder, or with one stakeholder alone.
    TooLargeError
        Above 200,000 supports.

    Examples
    --------
    >>> volunteer = np.zeros((2, 2, 2))  # one of three must help, at a cost of 1 for a gain of 4
    >>> volunteer[:] = 3.0
    >>> volunteer[1] = 4.0
    >>> volunteer[1, 1, 1] = 0.0
    >>> tables = [volunteer, volunteer.transpose(1, 0, 2), volunteer.transpose(2, 1, 0)]
    >>> found = multiplayer_equilibria(Game.from_tables(tables))
    >>> len(found.equilibria), found.complete
    (7, True)
    >>> [row.round(9).tolist() for row in found.equilibria[-1].mixture]
    [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]

    References
    ----------
    R. Porter, E. Nudelman and Y. Shoham (2008), "Simple search methods for finding a Nash equilibrium"; K. Ritzberger (1994), "The
    theory of normal form games from the differentiable viewpoint", for the index.
    """
    search = _begun(game, budget)
    for family in families(game.lattice.shape):
        for part in systems(game.lattice.shape, family):
            if not search.cut_short:
                _solve(search, family, part)
    search.equilibria = _certified(search)
    return _answer(search)


def first_equilibrium(game: Game, budget: Budget | None = None) -> EquilibriumList:
    """Return one equilibrium of an ordinary game, the first that a search of every support comes to: a pure one, else one in which few actions are used.

    Where there is a pure equilibrium, or one with small supports, as most games have, this takes a small part of the time of
    :func:`multiplayer_equilibria`; there is always one, and the search ends with it.

    Parameters
    ----------
    game : Game
        Every stakeholder has one member, free to choose.
    budget : Budget, optional

    Returns
    -------
    EquilibriumList
        One equilibrium; `complete` is None since there may be more. Empty only where the budget ran out, or where equilibria form a continuum that
        bounds do not decide.

    Raises
    ------
    NotApplicableError, TooLargeError
        As :func:`multiplayer_equilibria`.

    References
    ----------
    R. Porter, E. Nudelman and Y. Shoham (2008), "Simple search methods for finding a Nash equilibrium".

    Examples
    --------
    >>> pennies = [np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([[-1.0, 1.0], [1.0, -1.0]])]
    >>> [row.tolist() for row in first_equilibrium(Game.from_tables(pennies)).equilibria[0].mixture]
    [[0.5, 0.5], [0.5, 0.5]]
    """
    search = _begun(game, budget)
    found, known, shape = _certified(search), 0, game.lattice.shape
    waiting = ((family, part) for family in families(shape) for part in systems(shape, family))
    for family, part in () if found else waiting:
        _solve(search, family, part)
        if len(search.solutions) > known:
            found, known = _certified(search), len(search.solutions)
        if found or search.cut_short:
            break
    if not found:
        why = f"{search.budget.why()}: " if search.cut_short else ""
        return EquilibriumList(game, (), None, METHOD, f"{why}{search.supports:,} of {search.total:,} supports were searched and none was found")
    reason = f"the first that was found, after {search.supports:,} of {search.total:,} supports; there may be more"
    return EquilibriumList(game, (found[0],), None, METHOD, reason)


def _begun(game: Game, budget: Budget | None) -> _Search:
    """Return a search that has found the pure equilibria."""
    _check(game)
    shape, wide = game.lattice.shape, np.array(ranges(game))
    tables = np.array([_payoffs(game, i).ravel() for i in range(len(shape))])
    usual = np.sort(tables, axis=1)[:, tables.shape[1] // 2]  # from there, differences of usual payoffs keep their digits
    payoffs = tables - usual[:, None]
    return _Search(
        game,
        payoffs=(payoffs / wide[:, None]).ravel(),
        given=payoffs.ravel(),
        usual=usual.tolist(),
        slack=LARGEST_REGRET * wide,
        pure=pure_equilibria(game),
        budget=budget or unlimited(),
        total=sum(family.size for family in families(shape)) or 1,
    )


def _check(game: Game) -> None:
    if not game.is_ordinary:
        raise NotApplicableError("some stakeholder has several members or is committed", "ask for the equilibria in which members of a stakeholder mix alike")
    if len(game.names) == 1:
        raise NotApplicableError("there is one stakeholder only, who plays against nobody", "ask for its best actions: the pure equilibria")
    supports = prod(2**m - 1 for m in game.lattice.shape)
    if supports > MAX_SUPPORTS:
        remedy = "remove dominated actions first, or fewer actions: four players may have four each, six may have three, eleven may have two"
        raise TooLargeError(f"the game has {supports:,} supports, at most {MAX_SUPPORTS:,} can be searched", remedy)


def _payoffs(game: Game, i: int) -> Array:
    table = game.tables[i]
    if table is not None:
        return table
    rows = [np.broadcast_to(row, [1 if j == i else m for j, m in enumerate(game.lattice.shape)]) for row in game.payoffs[i]]
    return np.ascontiguousarray(np.concatenate(rows, axis=i))


def _solve(search: _Search, family: Family, part: Systems) -> None:
    """Search some supports of one shape."""
    constants = frame(family.sizes, family.actions, _degrees(len(family.sizes)))
    coefficients = part.table(search.payoffs)
    cells = whole(constants, coefficients)
    cells = cells[~dominated(constants, cells)]
    cells, proven = eliminated(constants, cells) if len(cells) else (cells, [])
    found = subdivide(constants, cells, search.budget, MAX_PARTS, search.supports / search.total, digits=False) if len(cells) else Found()
    search.supports += len(part)
    search.parts += found.cells + sum(len(held.owner) for held in proven)
    search.cut_short = search.budget.spent(search.supports / search.total, f"{search.supports:,} of {search.total:,} supports searched")
    for owner, points in found.open:
        search.starts += len(owner)
        solved = newton(constants, coefficients[owner], points, steps=40)
        near = solved.converged & np.all([(row > -1e-9).all(axis=1) for row in solved.points], axis=0)
        found.solutions.append((owner[near], [row[near] for row in solved.points]))
    rows = [(owner, np.concatenate(points, axis=1)) for owner, points in found.solutions]
    for held in [*proven, *found.held, *(Held(owner, row, row, row) for owner, row in rows)]:
        _keep(search, part, held, isolated=True)
    if found.singular:
        search.singular += len(found.singular)
        singular = np.array([np.concatenate(point) for point in found.singular.values()])
        _keep(search, part, Held(np.array(list(found.singular)), singular, singular, singular), isolated=False)


@lru_cache(maxsize=64)
def _degrees(players: int) -> tuple[tuple[int, ...], ...]:
    """Return how many members of each stakeholder a member of each faces."""
    return tuple(tuple(int(i != j) for j in range(players)) for i in range(players))


def _keep(search: _Search, part: Systems, held: Held, isolated: bool) -> None:
    """Remember solutions."""
    if not len(held.owner):
        return
    total = sum(search.game.lattice.shape)
    points, low, high, used = part.mixtures(held.owner, np.array([held.points, held.low, held.high, np.ones_like(held.points)]), total)
    search.solutions.append(_Solutions(points, low, high, used > 0, np.full(len(points), isolated)))


def _certified(search: _Search) -> list[Equilibrium]:
    """Return the pure equilibria, and the solutions that are equilibria."""
    game, pure, shape = search.game, search.pure, search.game.lattice.shape
    count = len(pure)
    plain = np.concatenate([np.eye(size)[row] for size, row in zip(shape, pure.points, strict=True)], axis=1)
    mixed, index = _mixed(search)
    if not count and not len(mixed):
        return []
    slacks = np.repeat([game.tolerances, search.slack], [count, len(mixed)], axis=0)
    points = np.concatenate([plain, mixed])
    found = certificates(game, points, earned(search.given[lifted(shape)], shape, points), slacks, [1] * count + index, usual=search.usual)
    listed = [e for e in found[:count] if e is not None]
    if len(listed) < count:
        listed = [replace(e, index=1) if e.margin > 0 else e for e in from_pure(pure)]
    return [*listed, *(e for e in found[count:] if e is not None)]


def _mixed(search: _Search) -> tuple[Array, list[int | None]]:
    """Return the solutions to all digits, and their indices where these are sure."""
    shape = search.game.lattice.shape
    if not search.solutions:
        return np.empty((0, sum(shape))), []
    points, low, high, used, isolated = (np.concatenate([getattr(part, row.name) for part in search.solutions]) for row in fields(_Solutions))
    index = np.zeros(len(points), dtype=np.int64)
    if isolated.any():
        which = np.flatnonzero(isolated)
        better = polished(search.payoffs[lifted(shape)], shape, points[which], used[which])
        inside = better.arrived & ((better.points >= low[which] - CLOSE) & (better.points <= high[which] + CLOSE)).all(axis=1)
        points[which[inside]] = better.points[inside]
        index[which] = better.index * (better.regular & inside)
        search.starts += int(np.count_nonzero(~inside))
    return points, [int(sign) or None for sign in index]


def _answer(search: _Search) -> EquilibriumList:
    equilibria = distinct(search.equilibria)
    indices = [e.index for e in equilibria]
    known = [index for index in indices if index is not None]
    total = sum(known) if len(known) == len(indices) else None
    complete, reason = _verdict(search, total)
    notes = []
    if search.singular:
        notes.append(
            f"the conditions of {search.singular:,} supports leave the mixtures undetermined: equilibria may form a continuum, of which only points are listed"
        )
    if any(e.margin == 0 for e in equilibria):
        notes.append("in some equilibria an action that is not used pays as much as those that are: the game is degenerate")
    return EquilibriumList(search.game, tuple(equilibria), complete, METHOD, reason, tuple(notes))


def _verdict(search: _Search, total: int | None) -> tuple[bool | None, str]:
    """Return whether the list is complete, and why."""
    if search.cut_short:
        return False, f"{search.budget.why()}: {search.supports:,} of {search.total:,} supports were searched"
    if total not in (None, 1):
        return False, f"the indices of the equilibria add up to {total}, not to 1, so some are missing"
    sums = "the indices add up to 1" if total == 1 else "the game is degenerate, so the indices give no check"
    if search.starts:
        return None, f"{sums}, and {search.starts:,} starts were tried where bounds left gaps: strong evidence, but no proof"
    if search.singular:
        return None, f"all {search.total:,} supports were searched; where equilibria form a continuum only some of its points are listed"
    return True, f"bounds on payoffs exclude every other mixture over all {search.total:,} supports (in {search.parts:,} parts), and {sums}"
