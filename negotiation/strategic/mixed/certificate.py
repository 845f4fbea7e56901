"""From a mixture and what every action earns against it to a checked equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...numerics import Array
from ..equilibrium import Equilibrium
from ..game import Game

USED = 1e-10
"""Actions with a smaller probability count as not used."""

LARGEST_REGRET = 1e-10
"""A regret above this share of the stakeholder's range of payoffs is no round-off."""


def ranges(game: Game) -> tuple[float, ...]:
    """Return for each stakeholder the range of its payoffs, at least a trillionth of the largest; 1 where all are zero.

    Examples
    --------
    >>> ranges(Game.from_tables([np.array([[2.0, 0.0], [0.0, 1.0]]), np.zeros((2, 2))]))
    (2.0, 1.0)
    """
    result = []
    for rows in game.payoffs:
        low, high = min(float(row.min()) for row in rows), max(float(row.max()) for row in rows)
        result.append(max(high - low, 1e-12 * max(abs(low), abs(high))) or 1.0)
    return tuple(result)


def certified(game: Game, mixture: Sequence[Array], payoffs: Sequence[Array], wide: Sequence[float], index: int | None = None) -> Equilibrium | None:
    """Return the equilibrium, or None where somebody could gain.

    Parameters
    ----------
    game : Game
    mixture : sequence of ndarray
        For each stakeholder a probability for each action; probabilities within round-off of 0 are set to 0.
    payoffs : sequence of ndarray
        For each stakeholder what each action earns against the mixture.
    wide : sequence of float
        The game's :func:`ranges`.
    index : int, optional
        To be passed on.

    Returns
    -------
    Equilibrium or None
        `counts` is set where all members of each stakeholder take one action.

    Examples
    --------
    >>> game = Game.from_tables([np.eye(2), np.eye(2)])
    >>> even = np.array([0.5, 0.5])
    >>> found = certified(game, (even, even), (even, even), ranges(game))
    >>> found.regret, found.kind
    (0.0, 'mixed')
    """
    regret, margin, clean = 0.0, np.inf, []
    for i, (row, earned, axis, span) in enumerate(zip(mixture, payoffs, game.lattice.axes, wide, strict=True)):
        if row.min() < -1e-9:
            return None
        used = row > USED
        clean.append(np.where(used, row, 0.0) / row[used].sum())
        if axis.committed is not None:
            continue
        forgone = float(earned.max() - earned[used].min())
        if forgone > LARGEST_REGRET * span:
            return None
        regret = max(regret, forgone)
        if not used.all():
            lost = float(earned[used].min() - earned[~used].max())
            margin = min(margin, lost if abs(lost) > max(game.tolerances[i], LARGEST_REGRET * span) else 0.0)
    taken = tuple({int(a): float(earned[a]) for a in np.flatnonzero(row)} for row, earned in zip(clean, payoffs, strict=True))
    counts: Any = tuple(np.rint(row * members).astype(np.int64) for row, members in zip(clean, game.members, strict=True))
    pure = all(np.count_nonzero(row) == 1 for row in clean)
    return Equilibrium(tuple(clean), taken, regret, margin, bool(pure and margin > 0), counts if pure else None, index=index)


def distinct(equilibria: Sequence[Equilibrium], apart: float = 1e-7) -> list[Equilibrium]:
    """Return the equilibria without repetitions (no probability differs by more than `apart`), pure ones in front."""
    if not equilibria:
        return []
    ordered = sorted(equilibria, key=lambda e: (e.kind == "mixed", e.index is None))
    rows = np.array([np.concatenate(e.mixture) for e in ordered])
    kept: list[int] = []
    for k in range(len(rows)):
        if not kept or float(np.abs(rows[kept] - rows[k]).max(axis=1).min()) > apart:
            kept.append(k)
    return [ordered[k] for k in kept]
