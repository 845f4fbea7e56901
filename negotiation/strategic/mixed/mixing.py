"""Mixtures of many members at which all actions in use pay the same: a grid of starts, then Newton's method on exact sums."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, comb, prod

import numpy as np

from ...budget import Budget
from ...lattice import compositions
from ...numerics import Array
from .expected import expected_payoffs, mean_field_payoffs, payoffs_and_slopes
from .faces import Face
from .indifference import scaled
from .multinomial import window

ROUGH = 1e-2
"""Probability that may be left out of the windows while starts are compared."""

WORK = 4e7
"""Counts that may be summed over while starts are compared."""


@dataclass(frozen=True)
class Local:
    """The indifference conditions at one mixture: values, and slopes along the free probabilities."""

    value: Array
    slopes: Array

    @property
    def is_regular(self) -> bool:
        """Whether the conditions determine the mixture well beyond round-off."""
        strength = np.linalg.svd(scaled(self.slopes[None])[0], compute_uv=False)
        return bool(strength[-1] > 1e-7 * strength[0])

    @property
    def index(self) -> int | None:
        """Sign of the determinant of the negative slopes; None where it is not determined."""
        return int(np.sign(np.linalg.det(-scaled(self.slopes[None])[0]))) if self.is_regular else None


def conditions(face: Face, mixture: tuple[Array, ...], wide: tuple[float, ...], neglected: float | None = None) -> Local:
    """Return the indifference conditions of a face at a mixture over all actions, payoffs divided by `wide`."""
    payoffs, slopes = payoffs_and_slopes(face.game, mixture) if neglected is None else payoffs_and_slopes(face.game, mixture, neglected)
    values, rows = [], []
    for i in face.mixers:
        used = list(face.support[i])
        values.append((payoffs[i][used[1:]] - payoffs[i][used[0]]) / wide[i])
        blocks = []
        for j in face.mixers:
            columns = slopes[i][j][used][:, list(face.support[j])] / wide[i]
            columns = columns[1:] - columns[:1]
            blocks.append(columns[:, 1:] - columns[:, :1])
        rows.append(np.hstack(blocks))
    return Local(np.concatenate(values), np.vstack(rows))


@dataclass(frozen=True)
class Grid:
    """Starts on a face, evenly spread where the standard deviation of every count is one unit.

    Parameters
    ----------
    points : list of ndarray, shape (P, m_i)
        Mixtures over all actions.
    spacing : float
        Distance of neighbours, in square roots of probabilities.
    fine : bool
        Whether the spacing is of the order of the standard deviation everywhere, so that equilibria can hardly hide between starts.
    """

    points: list[Array]
    spacing: float
    fine: bool


def grid(face: Face, density: float = 1.0) -> Grid:
    """Return starts on a face, 1.6 * `density` for each square root of a member along an edge, or as many as :data:`WORK` allows."""
    members = [face.game.members[i] for i in face.mixers]
    sizes = [len(face.support[i]) for i in face.mixers]
    wanted = [max(6, ceil(1.6 * density * n**0.5)) for n in members]
    each = prod((2 * (window(n, 1 / k, ROUGH)[1] - n / k) + 1) ** (k - 1) for n, k in zip(members, sizes, strict=True))
    most = density * max(100.0, min(WORK / max(each, 2_000.0), 20_000.0))
    share = 1.0
    while prod(comb(max(1, round(share * k)) + size - 1, size - 1) for k, size in zip(wanted, sizes, strict=True)) > most:
        share *= 0.9
    steps = [max(1, round(share * k)) for k in wanted]
    rows = [((compositions(k, size) + 0.5) / (k + size / 2)) ** 2 for k, size in zip(steps, sizes, strict=True)]
    picks = np.indices([len(row) for row in rows]).reshape(len(rows), -1)
    parts = {i: (row / row.sum(axis=1, keepdims=True))[pick] for i, row, pick in zip(face.mixers, rows, picks, strict=True)}
    full = [np.zeros((picks.shape[1], len(actions))) for actions in face.game.actions]
    for i, used in enumerate(face.support):
        full[i][:, list(used)] = parts.get(i, 1.0)
    return Grid(full, max(np.pi / 2 / k for k in steps), share > 0.99)


@dataclass(frozen=True)
class Mixed:
    """Solutions on a face: mixtures, the number of starts, whether these were fine and all were tried."""

    solutions: list[tuple[Array, ...]]
    starts: int
    fine: bool
    finished: bool


def solve(face: Face, wide: tuple[float, ...], budget: Budget, density: float = 1.0) -> Mixed:
    """Return the solutions that Newton's method reaches from the promising starts of a grid.

    A start is promising when one Newton step leads no further than to the neighbours of its neighbours. Where payoffs are smooth the
    steps are those of the mean field; otherwise, or when `density` is above 1, of expected payoffs over narrow windows.
    """
    starts = grid(face, density)
    count = len(starts.points[0])
    if density <= 1 and _is_smooth(face, wide, starts):
        value, slopes = _mean_field(face, wide, starts.points)
    else:
        value, slopes = _compared(face, wide, starts.points, budget)
    points = [part[: len(value)] for part in starts.points]
    moved = -np.einsum("pij,pj->pi", np.linalg.pinv(slopes, rcond=1e-12), value) if len(value) else value
    later = _moved(face, points, moved)
    distance = np.max([np.abs(np.sqrt(np.maximum(a, 0.0)) - np.sqrt(b)).max(axis=1) for a, b in zip(later, points, strict=True)], axis=0)
    outside = np.min([part.min(axis=1) for part in later], axis=0)
    promising = [
        _inside(tuple(part[k] for part in points), tuple(part[k] for part in later))
        for k in np.argsort(distance, kind="stable")
        if distance[k] < 2.5 * starts.spacing and outside[k] > -0.1
    ]
    solutions = _refined(face, wide, promising, starts.spacing / 4, budget)
    finished = len(value) == count and not budget.spent(1.0, f"{len(solutions):,} solutions refined")
    return Mixed(solutions, count, starts.fine, finished)


def _is_smooth(face: Face, wide: tuple[float, ...], starts: Grid) -> bool:
    """Return whether expected payoffs and mean field agree within 3 % at some of the starts."""
    which = np.unique(np.linspace(0, len(starts.points[0]) - 1, 25).astype(int))
    mean = mean_field_payoffs(face.game, [part[which] for part in starts.points])
    for row, k in enumerate(which):
        exact = expected_payoffs(face.game, tuple(part[k] for part in starts.points), ROUGH)
        if any(float(np.abs(exact[i] - mean[i][row]).max()) > 0.03 * wide[i] for i in face.mixers):
            return False
    return True


def _mean_field(face: Face, wide: tuple[float, ...], points: list[Array]) -> tuple[Array, Array]:
    """Return the conditions of the mean field at all points, and their slopes by differences."""
    value = _conditions_mean(face, wide, points)
    slopes = np.empty((*value.shape, value.shape[1]))
    column = 0
    for j in face.mixers:
        first, *others = face.support[j]
        for b in others:
            step = np.minimum(0.02, 0.25 * np.minimum(points[j][:, first], points[j][:, b]))
            pair = []
            for sign in (1, -1):
                turned = [part.copy() if i == j else part for i, part in enumerate(points)]
                turned[j][:, b] += sign * step
                turned[j][:, first] -= sign * step
                pair.append(_conditions_mean(face, wide, turned))
            slopes[:, :, column] = (pair[0] - pair[1]) / (2 * step[:, None])
            column += 1
    return value, slopes


def _conditions_mean(face: Face, wide: tuple[float, ...], points: list[Array]) -> Array:
    payoffs = mean_field_payoffs(face.game, points)
    used = {i: list(face.support[i]) for i in face.mixers}
    return np.concatenate([(payoffs[i][:, used[i][1:]] - payoffs[i][:, used[i][:1]]) / wide[i] for i in face.mixers], axis=1)


def _compared(face: Face, wide: tuple[float, ...], points: list[Array], budget: Budget) -> tuple[Array, Array]:
    """Return conditions and slopes over narrow windows at the points that the budget allows."""
    rows = []
    for k in range(len(points[0])):
        if budget.spent(k / len(points[0]), f"{k:,} of {len(points[0]):,} mixtures compared"):
            break
        rows.append(conditions(face, tuple(part[k] for part in points), wide, ROUGH))
    shape = (len(rows), face.unknowns)
    return np.array([row.value for row in rows]).reshape(shape), np.array([row.slopes for row in rows]).reshape(*shape, face.unknowns)


def _moved(face: Face, points: list[Array], moves: Array) -> list[Array]:
    """Return where moves of the free probabilities lead, be it outside."""
    later, start = [part.copy() for part in points], 0
    for i in face.mixers:
        first, *others = face.support[i]
        part = moves[:, start : start + len(others)]
        later[i][:, others] += part
        later[i][:, first] -= part.sum(axis=1)
        start += len(others)
    return later


def _inside(mixture: tuple[Array, ...], later: tuple[Array, ...]) -> tuple[Array, ...]:
    """Return the point on the way that keeps at least a tenth of every probability."""
    share = 1.0
    for row, to in zip(mixture, later, strict=True):
        falling = to < 0.1 * row
        if falling.any():
            share = min(share, float((0.9 * row[falling] / (row[falling] - to[falling])).min()))
    return tuple(row + share * (to - row) for row, to in zip(mixture, later, strict=True))


def _refined(face: Face, wide: tuple[float, ...], promising: list[tuple[Array, ...]], least: float, budget: Budget) -> list[tuple[Array, ...]]:
    """Run Newton's method from promising points, the surest first, that are not close to one before."""
    found: list[tuple[Array, ...]] = []
    tried: list[Array] = []
    for start in promising:
        root = np.sqrt(np.concatenate(start))
        if tried and float(np.abs(np.array(tried) - root).max(axis=1).min()) < least:
            continue
        if budget.spent(1.0, f"{len(found):,} solutions refined"):
            break
        tried.append(root)
        solution = _newton(face, wide, start)
        if solution is not None and all(_gap(solution, other) > 1e-8 for other in found):
            found.append(solution)
    return found


def _gap(one: tuple[Array, ...], other: tuple[Array, ...]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))


def _newton(face: Face, wide: tuple[float, ...], mixture: tuple[Array, ...]) -> tuple[Array, ...] | None:
    """Return the solution that Newton's method reaches on exact sums, or None."""
    for _ in range(40):
        local = conditions(face, mixture, wide)
        move = -np.linalg.pinv(local.slopes, rcond=1e-12) @ local.value
        later = _inside(mixture, tuple(part[0] for part in _moved(face, [row[None] for row in mixture], move[None])))
        if _gap(mixture, later) < 1e-14 or float(np.abs(local.value).max()) < 1e-14:
            return mixture
        if min(float(row[list(used)].min()) for row, used in zip(later, face.support, strict=True)) < 1e-12:
            return None
        mixture = later
    return mixture if float(np.abs(local.value).max()) < 1e-11 else None
