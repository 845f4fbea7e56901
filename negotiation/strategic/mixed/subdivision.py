"""All solutions of indifference conditions on a product of simplices, by subdivision with proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...numerics import Array
from .cells import Cells, Held, centre, halve, halved, joined, lengths, moved
from .exclusion import SLACK, bounds, dominated
from .frames import Frame
from .indifference import newton

SUSPECT, SMALLEST, NARROWEST = 2.0**-5, 2.0**-16, 2.0**-20
"""Cells below the first length are tried for a continuum of solutions, below the second they are not divided; no stakeholder's
simplex is shrunk below the third."""

PATIENCE = 3
"""Rounds before small cells are taken for a sign of a continuum: some start small."""

CROWD = 256
"""Cells at a time from which on a system is tried for a continuum of solutions, once in eight times as many."""

EARLY, SEVERAL = 4, 16
"""While no more cells than the first were examined, cells are halved to at least the second number."""

NUMBERS = 1 << 17
"""Coefficients that are worked on at a time."""


@dataclass
class Found:
    """What a subdivision found.

    Parameters
    ----------
    solutions : list of (ndarray of int, list of ndarray)
        The systems, and for each stakeholder their mixtures over the actions in use, shape (P, k_i).
    singular : dict of int to list of ndarray
        Systems with a solution at which the conditions do not determine the mixtures (a continuum, or a double solution), with
        that solution.
    open : list of (ndarray of int, list of ndarray)
        Systems and centres of the cells that are left.
    cells : int
        Cells examined.
    held : list of Held
        Solutions that are proven but not known to all digits.
    single : list of Cells
        Cells with at most one solution each, which is still to be found.
    rounds : int
        Times that some cells were examined.
    crowded : int
        Cells examined when many cells were last taken for a sign of a continuum.
    """

    solutions: list[tuple[NDArray[np.int64], list[Array]]] = field(default_factory=list)
    singular: dict[int, list[Array]] = field(default_factory=dict)
    open: list[tuple[NDArray[np.int64], list[Array]]] = field(default_factory=list)
    cells: int = 0
    held: list[Held] = field(default_factory=list)
    single: list[Cells] = field(default_factory=list)
    rounds: int = 0
    crowded: int = -8 * CROWD

    @property
    def finished(self) -> bool:
        """Whether every cell was decided."""
        return not self.open


def subdivide(frame: Frame, cells: Cells, budget: Budget, limit: int, share: float = 0.0, *, digits: bool = True) -> Found:
    r"""Return every point at which all actions in use pay the same and no other pays more.

    On a cell a polynomial lies between its least and its largest Bernstein coefficient. With payoff differences `F` and a matrix `Y`
    that estimates the coordinates from them, :math:`x_p + (Y F(x))_p` has coefficients that bound every solution's coordinate: this
    drops cells and shrinks them. Cells are also dropped when an action in use pays less than another throughout, or when, less a
    combination of the conditions, an action not in use pays more throughout. Where :math:`x + Y F(x)` has slopes below 1 in all,
    `F` is one-to-one, so the solution that Newton's method finds in the cell is the only one there. What is left is halved, the
    longest edge first; when `n - 2` stakeholders' mixtures are narrow the conditions are nearly linear in the other two, so those
    shrink by themselves and are halved late.

    Up to rounding this proves that there are no other solutions, unless `singular` or `open` say otherwise.

    Parameters
    ----------
    frame : Frame
        With the largest supports first.
    cells : Cells
        Payoffs scaled so that each stakeholder's range is about 1.
    budget : Budget
    limit : int
        Cells to examine at most.
    share : float
        Share of the whole work that is done, to be reported.
    digits : bool
        Whether solutions are wanted to all digits; otherwise bounds are enough where nobody has more than two actions in use.

    References
    ----------
    R. Porter, E. Nudelman and Y. Shoham (2008), "Simple search methods for finding a Nash equilibrium", for the conditional dominance;
    E. C. Sherbrooke and N. M. Patrikalakis (1993), "Computation of the solutions of nonlinear polynomial systems", for the bounds.
    """
    found = Found()
    waiting = [cells[~dominated(frame, cells)]]
    batch = max(CROWD + CROWD // 4, NUMBERS // max(1, prod(cells.table.shape[1:])))
    while any(len(part) for part in waiting):
        now, waiting = _take(waiting, batch)
        if found.cells >= limit or budget.spent(share, f"{found.cells:,} parts of the mixtures examined"):
            _leave(frame, found, joined([now, *found.single, *waiting])[: 2 * batch])
            found.single.clear()
            break
        if found.singular:
            now = now[~np.isin(now.owner, list(found.singular))]
        found.cells += len(now)
        found.rounds += 1
        waiting += _examine(frame, now, found, digits or max(frame.sizes) > 2) if len(now) else []
        if not waiting and found.single:
            waiting = _record(frame, found)
    return found


def _take(waiting: list[Cells], batch: int) -> tuple[Cells, list[Cells]]:
    """Take up to `batch` cells, the latest first."""
    waiting, parts, size = list(waiting), [], 0
    while waiting and size < batch:
        part = waiting.pop()
        room = batch - size
        if len(part) > room:
            waiting.append(part[:-room])
            part = part[-room:]
        parts.append(part)
        size += len(part)
    return joined(parts), waiting


def _leave(frame: Frame, found: Found, cells: Cells) -> None:
    """Put cells among the open ones."""
    if len(cells):
        found.open.append((cells.owner, cells.points(frame, centre(frame, len(cells)))))


def _examine(frame: Frame, cells: Cells, found: Found, digits: bool) -> list[Cells]:
    """Set cells aside that hold at most one solution, drop those without, shrink and halve the others."""
    limits = bounds(frame, cells)
    single = ~limits.empty & ((limits.high - limits.low).max(axis=1) * frame.reach < 0.9)
    if single.any():
        _set_aside(frame, cells[single], (limits.low[single], limits.high[single]), found, digits)
    kept = np.flatnonzero(~(limits.empty | single))
    if len(kept) == 0:
        return []
    cells, low, high = cells[kept], limits.low[kept], limits.high[kept]
    edges = lengths(frame, cells)
    longest = edges.max(axis=1)
    going = _watch(frame, cells, longest, found) if found.rounds > PATIENCE else np.ones(len(cells), dtype=np.bool_)
    if not going.any():
        return []
    if not going.all():
        cells, low, high, edges = cells[going], low[going], high[going], edges[going]
    if not frame.is_multilinear:
        return _undominated(frame, joined(halve(frame, cells)))
    new = _undominated(frame, _narrow(frame, cells, low, high, edges))
    return _several(frame, new) if found.cells <= EARLY and longest.max() > 0.5 else new


def _several(frame: Frame, new: list[Cells]) -> list[Cells]:
    """Halve the first cells until they are several: bounds say little about large cells."""
    for _ in range(3 if frame.unknowns > 3 else 0):
        if not new or len(new[0]) >= SEVERAL:
            break
        cells = new[0]
        eye = np.broadcast_to(np.eye(len(frame.blocks)), (len(cells), *frame.blocks.shape))
        moves = halved(frame, eye, (lengths(frame, cells) * frame.haste).argmax(axis=1))
        new = _undominated(frame, moved(frame, joined([cells, cells]), moves))
    return new


def _undominated(frame: Frame, cells: Cells) -> list[Cells]:
    """Return the cells that are left, if any."""
    kept = cells[~dominated(frame, cells)]
    return [kept] if len(kept) else []


def _set_aside(frame: Frame, cells: Cells, limits: tuple[Array, Array], found: Found, digits: bool) -> None:
    """Keep cells with at most one solution for Newton's method, or just the bounds where they lie inside and so there is one."""
    low, high = limits
    held = np.zeros(len(cells), dtype=np.bool_)
    if not digits:
        held |= ((low >= 0) & (high <= 1)).all(axis=1)
    if held.any():
        found.held.append(_bounded(frame, cells[held], low[held], high[held]))
    if not held.all():
        found.single.append(cells[~held])


def _bounded(frame: Frame, cells: Cells, low: Array, high: Array) -> Held:
    """Return systems, estimates and bounds of all coordinates, where nobody has more than two actions in use."""
    second = frame.bounded
    one, other = cells.corners[:, second - 1, 1], cells.corners[:, second, 1]
    ends = [one + (other - one) * share for share in (low, high)]
    estimate, least, most = (np.ones((len(cells), len(frame.blocks))) for _ in range(3))
    for full, part in ((estimate, (ends[0] + ends[1]) / 2), (least, np.minimum(*ends)), (most, np.maximum(*ends))):
        full[:, second] = part
    for full, part in ((estimate, estimate), (least, most), (most, least)):
        full[:, second - 1] = 1 - part[:, second]
    return Held(cells.owner, estimate, least, most)


def _record(frame: Frame, found: Found) -> list[Cells]:
    """Find by Newton's method the one solution of each cell that was set aside; halve the cells where it does not lie inside."""
    cells = joined(found.single)
    found.single.clear()
    solved = newton(frame, cells.table, centre(frame, len(cells)))
    inside = np.all([part.min(axis=1) > -SLACK for part in solved.points], axis=0) & solved.converged
    if inside.any():
        chosen = cells[inside]
        found.solutions.append((chosen.owner, chosen.points(frame, [part[inside] for part in solved.points])))
    if inside.all():
        return []
    return _undominated(frame, joined(halve(frame, cells[~inside])))


def _watch(frame: Frame, cells: Cells, longest: Array, found: Found) -> NDArray[np.bool_]:
    """Look for singular solutions in systems with small or very many cells; return which cells to go on with."""
    suspects = longest < SUSPECT
    if len(cells) > CROWD and found.cells >= found.crowded + 8 * CROWD:
        found.crowded = found.cells
        suspects |= np.bincount(cells.owner)[cells.owner] > CROWD
    if not suspects.any():
        return np.ones(len(cells), dtype=bool)
    which = np.flatnonzero(suspects)
    which = which[np.argsort(longest[which], kind="stable")]
    tried = cells[which[np.unique(cells.owner[which], return_index=True)[1]]]
    solved = newton(frame, tried.table, centre(frame, len(tried)), steps=30, least=True)
    near = np.all([(part > -2).all(axis=1) & (part < 3).all(axis=1) for part in solved.points], axis=0)
    points = tried.points(frame, solved.points)
    for k in np.flatnonzero(near & solved.converged & ~solved.regular()):
        found.singular[int(tried.owner[k])] = [part[k] for part in points]
    kept = ~np.isin(cells.owner, list(found.singular))
    _leave(frame, found, cells[kept & (longest < SMALLEST)])
    return np.asarray(kept & (longest >= SMALLEST))


def _narrow(frame: Frame, cells: Cells, low: Array, high: Array, edges: Array) -> Cells:
    """Shrink cells to the smallest simplices that hold all solutions; halve those that hardly shrink."""
    lower = np.maximum(np.concatenate([low, 1 - high, np.zeros((len(cells), 1))], axis=1).take(frame.lowest, axis=1) - SLACK, 0.0)
    sizes = 1 - lower @ frame.blocks
    possible = (sizes >= 0).all(axis=1)
    lower, sizes = _limited(frame, edges, lower, sizes)
    left = sizes[:, frame.firsts].prod(axis=1)
    sizes = np.where((left < 0.9)[:, None], sizes, 1.0)
    lower = np.where((left < 0.9)[:, None], lower, 0.0)
    moves = frame.blocks * lower[:, None] + np.eye(lower.shape[1]) * sizes[:, :, None]
    shrunk, slow = np.flatnonzero(possible & (left < 0.6)), np.flatnonzero(possible & (left >= 0.6))
    longest = (edges[slow] * sizes[slow][:, frame.ends[0]] * frame.haste).argmax(axis=1)
    moves = np.concatenate([moves[shrunk], halved(frame, moves[slow], longest)])
    new = cells[np.concatenate([shrunk, slow, slow])]
    return moved(frame, new, moves)


def _limited(frame: Frame, edges: Array, lower: Array, sizes: Array) -> tuple[Array, Array]:
    """Weaken bounds that would make a simplex so small that slopes on it are round-off."""
    if bool((sizes.min(axis=1) * edges.min(axis=1) >= NARROWEST).all()):
        return lower, sizes
    lower, sizes = lower.copy(), sizes.copy()
    for j in {edge.stakeholder for edge in frame.edges}:
        own = np.flatnonzero(frame.blocks[frame.firsts[j]])
        least = np.minimum(1.0, NARROWEST / edges[:, [edge.stakeholder == j for edge in frame.edges]].max(axis=1))
        reduced = 1 - sizes[:, own[0]]
        tight = (1 - reduced < least) & (reduced <= 1)
        lower[np.ix_(tight, own)] *= ((1 - least[tight]) / np.maximum(reduced[tight], 1e-300))[:, None]
        sizes[np.ix_(tight, own)] = least[tight, None]
    return lower, sizes
