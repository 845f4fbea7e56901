"""All solutions of indifference conditions on a product of simplices, by subdivision with proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget
from ...numerics import Array
from .cells import Cells, centre, halve, joined, lengths, shrink
from .frames import Frame
from .indifference import newton

CERTAIN = 1e-12
"""A payoff difference beyond this share of the payoffs' range is not round-off."""

SLACK = 1e-9
"""Solutions outside of a cell by less than this share of it count as inside."""

SUSPECT, SMALLEST, NARROWEST = 2.0**-5, 2.0**-16, 2.0**-20
"""Cells below the first length are tried for a continuum of solutions, below the second they are not divided; no stakeholder's
simplex is shrunk below the third."""

CROWD = 256
"""Cells at a time from which on a system is tried for a continuum of solutions."""

NUMBERS = 1 << 20
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
    """

    solutions: list[tuple[NDArray[np.int64], list[Array]]] = field(default_factory=list)
    singular: dict[int, list[Array]] = field(default_factory=dict)
    open: list[tuple[NDArray[np.int64], list[Array]]] = field(default_factory=list)
    cells: int = 0

    @property
    def finished(self) -> bool:
        """Whether every cell was decided."""
        return not self.open


def subdivide(frame: Frame, cells: Cells, budget: Budget, limit: int, share: float = 0.0) -> Found:
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

    References
    ----------
    R. Porter, E. Nudelman and Y. Shoham (2008), "Simple search methods for finding a Nash equilibrium", for the conditional dominance;
    E. C. Sherbrooke and N. M. Patrikalakis (1993), "Computation of the solutions of nonlinear polynomial systems", for the bounds.
    """
    found = Found()
    waiting = [cells[~dominated(frame, cells)]]
    batch = max(1, NUMBERS // max(1, prod(cells.table.shape[1:])))
    while any(len(part) for part in waiting):
        now, waiting = _take(waiting, batch)
        if found.cells >= limit or budget.spent(share, f"{found.cells:,} parts of the mixtures examined"):
            _leave(frame, found, joined([now, *waiting])[: 2 * batch])
            break
        if found.singular:
            now = now[~np.isin(now.owner, list(found.singular))]
        found.cells += len(now)
        if len(now):
            divided = _examine(frame, now, found)
            if divided:
                new = joined(divided)
                waiting.append(new[~dominated(frame, new)])
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


def dominated(frame: Frame, cells: Cells) -> NDArray[np.bool_]:
    """Return which cells have an action in use that pays less than another throughout."""
    better, worse = frame.pairs
    padded = np.concatenate([cells.table, np.zeros_like(cells.table[:, :1])], axis=1)
    return np.asarray(((padded[:, better] - padded[:, worse]).min(axis=2) > CERTAIN).any(axis=1))


def _examine(frame: Frame, cells: Cells, found: Found) -> list[Cells]:
    """Record the solutions of cells that hold exactly one, drop those without, shrink and halve the others."""
    bounds = _bounds(frame, cells)
    width = (bounds.high - bounds.low).max(axis=1)
    single = np.flatnonzero(~bounds.empty & (width * frame.reach < 0.9))
    done = bounds.empty
    if len(single):
        done[single] = _record(frame, cells[single], bounds.middle[single], found)
    kept = np.flatnonzero(~done)
    kept = kept[_watch(frame, cells[kept], found)] if len(kept) else kept
    if len(kept) == 0:
        return []
    if not frame.is_multilinear:
        return halve(frame, cells[kept])
    return _narrow(frame, cells[kept], frame.by_stakeholder(np.maximum(bounds.low[kept] - SLACK, 0.0)))


@dataclass(frozen=True)
class _Bounds:
    """Where the solutions of each cell can be: all coordinates' limits and estimate, and whether there is room for none."""

    low: Array
    high: Array
    middle: Array
    empty: NDArray[np.bool_]


def _bounds(frame: Frame, cells: Cells) -> _Bounds:
    conditions = cells.table[:, frame.equations]
    affine = conditions @ frame.affine
    residual = conditions - affine @ frame.line
    value, slopes = affine[..., 0], affine[..., 1:]
    estimate = _estimator(slopes, (residual.max(axis=2) - residual.min(axis=2)) / 2)
    wide = frame.widen @ estimate
    middle = np.repeat(1 / np.array(frame.sizes), frame.sizes)
    limits = frame.coordinates - wide @ conditions
    low, high = limits.min(axis=2) + middle, limits.max(axis=2) + middle
    empty = ((high < -SLACK) | (low > 1 + SLACK)).any(axis=1)
    if len(frame.others):
        gain = cells.table[:, frame.others]
        gain = gain - (gain @ frame.affine[:, 1:] @ estimate) @ conditions
        empty |= (gain.min(axis=2) > SLACK).any(axis=1)
    if not frame.regular:
        empty |= _contradiction(slopes, conditions)
    return _Bounds(low, high, middle - np.einsum("bij,bj->bi", wide, value), empty)


def _estimator(slopes: Array, noise: Array) -> Array:
    """Return the matrix that best estimates coordinates of size 1 from conditions with this noise: the inverse when there is none."""
    spread = slopes @ np.swapaxes(slopes, 1, 2)
    diagonal = np.arange(spread.shape[1])
    spread[:, diagonal, diagonal] += noise**2 + 1e-13 * spread[:, diagonal, diagonal] + 1e-200
    try:
        return np.swapaxes(np.linalg.solve(spread, slopes), 1, 2)
    except np.linalg.LinAlgError:
        return np.swapaxes(np.linalg.pinv(spread, hermitian=True) @ slopes, 1, 2)


def _contradiction(slopes: Array, conditions: Array) -> NDArray[np.bool_]:
    """Return in which cells some combination of the conditions, flat to first order, keeps to one side of zero."""
    combined = np.swapaxes(np.linalg.svd(slopes)[0], 1, 2) @ conditions
    return np.asarray(((combined.min(axis=2) > CERTAIN) | (combined.max(axis=2) < -CERTAIN)).any(axis=1))


def _record(frame: Frame, cells: Cells, start: Array, found: Found) -> NDArray[np.bool_]:
    """Find by Newton's method the one solution of each cell; return in which cells it lies."""
    solved = newton(frame, cells.table, frame.by_stakeholder(start))
    inside = np.all([part.min(axis=1) > -SLACK for part in solved.points], axis=0) & solved.converged
    which = np.flatnonzero(inside)
    if len(which):
        chosen = cells[which]
        found.solutions.append((chosen.owner, chosen.points(frame, [part[which] for part in solved.points])))
    return np.asarray(inside)


def _watch(frame: Frame, cells: Cells, found: Found) -> NDArray[np.bool_]:
    """Look for singular solutions in systems with small or very many cells; return which cells to go on with."""
    longest = lengths(frame, cells).max(axis=1)
    crowded = np.bincount(cells.owner)[cells.owner] > CROWD
    suspects = np.flatnonzero((longest < SUSPECT) | crowded)
    if len(suspects) == 0:
        return np.ones(len(cells), dtype=bool)
    suspects = suspects[np.argsort(longest[suspects], kind="stable")]
    tried = cells[suspects[np.unique(cells.owner[suspects], return_index=True)[1]]]
    solved = newton(frame, tried.table, centre(frame, len(tried)), steps=30, least=True)
    near = np.all([(part > -2).all(axis=1) & (part < 3).all(axis=1) for part in solved.points], axis=0)
    points = tried.points(frame, solved.points)
    for k in np.flatnonzero(near & solved.converged & ~solved.regular()):
        found.singular[int(tried.owner[k])] = [part[k] for part in points]
    kept = ~np.isin(cells.owner, list(found.singular))
    _leave(frame, found, cells[kept & (longest < SMALLEST)])
    return np.asarray(kept & (longest >= SMALLEST))


def _narrow(frame: Frame, cells: Cells, lower: list[Array]) -> list[Cells]:
    """Shrink cells to the smallest simplices that hold all solutions; halve those that hardly shrink."""
    lower = _limited(frame, cells, lower)
    sizes = np.column_stack([1 - part.sum(axis=1) if part.shape[1] > 1 else np.ones(len(part)) for part in lower])
    left = np.where((sizes < 0).any(axis=1), 0.0, sizes.prod(axis=1))
    slow, some = (left >= 0.9), (left > 0) & (left < 0.9)
    result = halve(frame, cells[slow])
    if some.any():
        shrunk = shrink(frame, cells[some], [part[some] for part in lower])
        again = left[some] < 0.6
        result += [shrunk[again], *halve(frame, shrunk[~again])]
    return result


def _limited(frame: Frame, cells: Cells, lower: list[Array]) -> list[Array]:
    """Weaken bounds that would make a simplex so small that slopes on it are round-off."""
    edges, result = lengths(frame, cells), []
    for j, low in enumerate(lower):
        own = [k for k, edge in enumerate(frame.edges) if edge.stakeholder == j]
        if own:
            least = np.minimum(1.0, NARROWEST / edges[:, own].max(axis=1))
            reduced = low.sum(axis=1)
            factor = np.where(1 - reduced < least, (1 - least) / np.maximum(reduced, 1e-300), 1.0)
            result.append(np.where((reduced > 1)[:, None], low, low * factor[:, None]))
        else:
            result.append(low)
    return result
