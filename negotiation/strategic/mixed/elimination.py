"""Small cells that hold all solutions of supports with few unknowns, and solutions that are proven at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...numerics import Array
from .cells import Cells, Held, joined, moved
from .eliminants import Groups, Plan, plan, polynomials
from .exclusion import CERTAIN
from .frames import Frame

FEW = 8
"""Systems up to which more parts at a time are faster."""

ERROR, PRECISE = 1e-14, 1e-7
"""More than rounding can add to a coefficient of a quadratic equation; least precision of a mixture that is solved by one."""

CROWDED = 48
"""Parts of one support above which it is left to subdivision: its polynomials are flat, or have many zeros."""


def eliminated(frame: Frame, cells: Cells) -> tuple[Cells, list[Held]]:
    """Return solutions, and cells that hold all others; the given cells where elimination does not apply or says little.

    Parameters
    ----------
    frame : Frame
        Of degree 1 in the mixtures of others, 0 in their own.
    cells : Cells
        One a system, whole.

    References
    ----------
    B. Sturmfels (2002), "Solving systems of polynomial equations", chapter 6, for equilibria as solutions of multilinear equations.
    """
    proven: list[Held] = []
    if frame.sizes[:2] == (2, 2) and frame.unknowns == 2:
        return _pairs(frame, cells)
    if frame.sizes[:3] == (2, 2, 2) and frame.unknowns == 3:
        cells, proven = _triples(frame, cells)
        if not len(cells):
            return cells, proven
    rest, found = _divided(frame, cells)
    return rest, proven + found


def _divided(frame: Frame, cells: Cells) -> tuple[Cells, list[Held]]:
    """Divide the mixtures that are left in the polynomials."""
    how = plan(frame.sizes, len(cells) <= FEW)
    if how is None:
        return cells, []
    coefficients, groups = polynomials(frame, cells.table, how)
    parts = _parts(coefficients, groups, how)
    rest = [cells[parts.crowded]] if parts.crowded.any() else []
    if len(parts.owner) == 0:
        return joined([cells[:0], *rest]), []
    corners = _corners(frame, parts, groups, how.round_off)
    proven = np.zeros(len(corners), dtype=np.bool_)
    if how.corners.shape[1] == 2:  # one unknown is left, and its polynomial crosses zero once where both other mixtures are positive
        least = np.where(frame.blocks > 0, corners, 1.0).min(axis=1)[:, : sum(frame.sizes[:2])]
        proven |= _crossing(parts.coefficients[:, 0], how.round_off) & (least > 0).all(axis=1)
    open_cells = moved(frame, cells[parts.owner[~proven]], _widened(frame, corners[~proven]))
    return joined([open_cells, *rest]), _held(frame, cells, parts, proven, corners)


def _pairs(frame: Frame, cells: Cells) -> tuple[Cells, list[Held]]:
    """Solve supports in which two stakeholders mix two actions each: each one's condition is linear in the other's mixture."""
    one, other = cells.table[:, [1, 0], 0], cells.table[:, [1, 0], [2, 1]]
    sure = np.asarray(((np.minimum(one, other) < -CERTAIN) & (np.maximum(one, other) > CERTAIN)).all(axis=1))
    points = np.ones((np.count_nonzero(sure), len(frame.blocks)))
    points[:, frame.bounded] = one[sure] / (one[sure] - other[sure])
    points[:, frame.bounded - 1] = 1 - points[:, frame.bounded]
    return cells[~sure], [Held(cells.owner[sure], points, points, points)]


def _triples(frame: Frame, cells: Cells) -> tuple[Cells, list[Held]]:
    """Solve supports in which three stakeholders mix two actions each: a quadratic equation for the third one's mixture.

    With that mixture given, the first one's condition leaves the second one's mixture up to scale, linear in it, and the other way round; put
    into the third condition they make it quadratic. Supports at which rounding could matter are returned.
    """
    conditions = cells.table[:, :3].reshape(len(cells), 3, 2, 2, 2)
    second, first = (_orthogonal(part) for part in (conditions[:, 0, 0], conditions[:, 1, :, 0]))
    square = first @ conditions[:, 2, :, :, 0] @ second.swapaxes(1, 2)
    zero, two, one = square[:, 0, 0], square[:, 1, 1], (square[:, 0, 1] + square[:, 1, 0]) / 2
    with np.errstate(all="ignore"):
        discriminant = one * one - zero * two
        root = np.sqrt(np.maximum(discriminant, 0.0))
        far = -(one + np.copysign(root, one))
        third = np.array([[two, far], [far, zero]]).transpose(2, 0, 1)  # of both solutions, up to scale
        off = ERROR * (1 + 8 / root)[:, None].repeat(2, axis=1)
        share = third / (third[:, :, :1] + third[:, :, 1:])
        mixtures = np.array([share @ first, share @ second, third])
        one, other = mixtures[..., 0], mixtures[..., 1]
        totals = one + other
        further = 8 * off / np.abs(totals[2]) + ERROR
        wrong = np.array([further, further, off])
        clear, inside = np.minimum(np.abs(one), np.abs(other)) > wrong, one * other > 0
        precise = wrong < PRECISE * np.abs(totals)
        outside = clear & ~inside
        outside[:2] &= precise[2]
        held = (clear & inside & precise).all(axis=0)
        decided = held | outside.any(axis=0)
        none = discriminant < -32 * ERROR
        sure = none | (decided[:, 0] & decided[:, 1] & (discriminant > 32 * ERROR))
    owner, which = (held & (sure & ~none)[:, None]).nonzero()
    points = np.ones((len(owner), len(frame.blocks)))
    points[:, :6] = (mixtures[:, owner, which] / totals[:, owner, which, None]).swapaxes(0, 1).reshape(-1, 6)
    return cells[~sure], [Held(cells.owner[owner], points, points, points)]


def _orthogonal(rows: Array) -> Array:
    """Return for each column of matrices, (B, 2, k), the vector that it makes zero, (B, k, 2)."""
    turned: Array = rows[:, ::-1].swapaxes(1, 2) * np.array([1.0, -1.0])
    return turned


@dataclass(frozen=True)
class _Parts:
    """Parts of the mixtures that are kept in the polynomials: systems, coefficients, corners; systems with too many parts."""

    owner: NDArray[np.int64]
    coefficients: Array
    corners: Array
    crowded: NDArray[np.bool_]


def _parts(coefficients: Array, groups: Groups, how: Plan) -> _Parts:
    """Divide the mixtures and drop the parts where there can be no solution."""
    systems, count = len(coefficients), coefficients.shape[2]
    owner, crowded, corners = (
        np.arange(systems),
        np.zeros(systems, dtype=np.bool_),
        np.broadcast_to(np.eye(len(how.corners[0])), (systems, *how.corners[0].shape)),
    )
    for _ in range(how.levels):
        divided = (coefficients @ how.parts).reshape(len(owner), coefficients.shape[1], count, -1) if len(owner) else coefficients[..., None]
        which, part = (~_refuted(divided, groups, how.round_off)).nonzero()
        if len(which) > CROWDED:
            crowded |= np.bincount(owner[which], minlength=systems) > CROWDED
            kept = ~crowded[owner[which]]
            which, part = which[kept], part[kept]
        coefficients, owner, corners = divided[which, :, :, part], owner[which], how.corners[part] @ corners[which]
        if len(owner) == 0:
            break
    return _Parts(owner, coefficients, corners, crowded)


def _refuted(divided: Array, groups: Groups, round_off: float) -> NDArray[np.bool_]:
    """Return on which parts, (P, S), there can be no solution, from the coefficients there, (P, q, N, S)."""
    above, below = divided.min(axis=2) > round_off, divided.max(axis=2) < -round_off
    vanishing, *mixtures = groups
    gone = np.logical_or.reduce(above[:, vanishing] | below[:, vanishing], axis=1)
    for group in mixtures:
        gone |= np.logical_or.reduce(above[:, group], axis=1) & np.logical_or.reduce(below[:, group], axis=1)
    return np.asarray(gone)


def _crossing(coefficients: Array, round_off: float) -> NDArray[np.bool_]:
    """Return which polynomials in one unknown are monotone and change their sign, so that they have exactly one zero."""
    steps = np.diff(coefficients, axis=1)
    monotone = (steps > round_off).all(axis=1) | (steps < -round_off).all(axis=1)
    first, last = coefficients[:, 0], coefficients[:, -1]
    return np.asarray(monotone & (np.minimum(first, last) < -round_off) & (np.maximum(first, last) > round_off))


def _corners(frame: Frame, parts: _Parts, groups: Groups, round_off: float) -> Array:
    """Return the corners of cells, (P, K, K), that hold all mixtures proportional to the polynomials on the parts."""
    coordinates, start = len(frame.blocks), groups[2].stop - groups[0].stop
    corners = np.zeros((len(parts.owner), coordinates, coordinates))
    corners[:] = np.eye(coordinates)
    stop = start + parts.corners.shape[1]
    corners[:, start:stop, start:stop] = parts.corners
    lower = np.concatenate([_lowest(parts.coefficients[:, group], round_off) for group in groups[1:]], axis=1)
    block = frame.blocks[:start, :start]
    corners[:, :start, :start] = block * lower[:, None] + np.eye(start) * (1 - lower @ block)[:, :, None]
    return corners


def _widened(frame: Frame, corners: Array) -> Array:
    """Widen cells of intervals by a quarter to each side, so that most solutions lie well inside; others are as they were."""
    if max(frame.sizes) > 2:
        return corners
    second = frame.bounded
    ends = np.array([corners[:, second - 1, second], corners[:, second, second]])
    wider = np.minimum(np.maximum(ends + (ends - ends[::-1]) / 4, 0.0), 1.0)
    result = corners.copy()
    result[:, second - 1, second], result[:, second, second] = wider
    result[:, second - 1, second - 1], result[:, second, second - 1] = 1 - wider
    return result


def _lowest(parts: Array, round_off: float) -> Array:
    """Return lower bounds on mixtures proportional to polynomials, (P, k), from their coefficients, (P, k, N)."""
    total = parts.sum(axis=1)
    sure = (total.min(axis=1) > 1e6 * round_off) | (total.max(axis=1) < -1e6 * round_off)
    with np.errstate(all="ignore"):
        lowest = (parts / total[:, None]).min(axis=2) - 1e-5
    return np.where(sure[:, None], np.maximum(lowest, 0.0), 0.0)


def _held(frame: Frame, cells: Cells, parts: _Parts, proven: NDArray[np.bool_], corners: Array) -> list[Held]:
    """Return the solutions on parts with one unknown: estimates by a secant, and the bounds that the corners of cells give."""
    if not proven.any():
        return []
    coefficients, corners = parts.coefficients[proven], corners[proven]
    one, other = coefficients[:, :, 0], coefficients[:, :, -1]
    share = (one[:, 0] / (one[:, 0] - other[:, 0]))[:, None]
    followed, count = (one + share * (other - one))[:, 1:], sum(frame.sizes[:2])
    points = np.ones((len(corners), len(frame.blocks)))
    points[:, :count] = followed / (followed @ frame.blocks[:count, :count])
    points[:, count : count + 2] = corners[:, count, count : count + 2] * (1 - share) + corners[:, count + 1, count : count + 2] * share
    low, high = (np.where(frame.blocks > 0, corners, fill) for fill in (np.inf, -np.inf))
    return [Held(cells.owner[parts.owner[proven]], points, low.min(axis=1), high.max(axis=1))]
