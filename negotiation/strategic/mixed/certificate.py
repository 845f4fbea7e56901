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
    for own, table in zip(game.payoffs, game.tables, strict=True):
        rows = own if table is None else (table,)
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
    return certificates(game, np.concatenate(mixture)[None], np.concatenate(payoffs)[None], LARGEST_REGRET * np.array(wide), [index])[0]


def certificates(game: Game, mixtures: Array, payoffs: Array, slack: Array, index: Sequence[int | None]) -> list[Equilibrium | None]:
    """Return for many mixtures what :func:`certified` returns for one.

    Parameters
    ----------
    mixtures, payoffs : ndarray, shape (P, K)
        Probabilities and payoffs of the actions of all stakeholders side by side.
    slack : ndarray, shape (n,) or (P, n)
        For each stakeholder the regret that is no more than round-off.
    """
    lengths = [axis.actions for axis in game.lattice.axes]
    starts = np.cumsum([0, *lengths[:-1]])
    used = mixtures > USED
    clean = np.where(used, mixtures, 0.0)
    clean /= np.repeat(np.add.reduceat(clean, starts, axis=1), lengths, axis=1)
    worst = np.minimum.reduceat(np.where(used, payoffs, np.inf), starts, axis=1)
    free = np.array([axis.committed is None for axis in game.lattice.axes])
    forgone = np.where(free, np.maximum.reduceat(payoffs, starts, axis=1) - worst, 0.0)
    lost = np.where(free, worst - np.maximum.reduceat(np.where(used, -np.inf, payoffs), starts, axis=1), np.inf)
    margins = np.where(np.abs(lost) > np.maximum(game.tolerances, slack), lost, 0.0).min(axis=1).tolist()
    fair = (forgone <= slack).all(axis=1) & (mixtures.min(axis=1) >= -1e-9)
    cuts = list(zip(starts.tolist(), np.cumsum(lengths).tolist(), strict=True))
    result: list[Equilibrium | None] = [None] * len(mixtures)
    for k in np.flatnonzero(fair).tolist():
        rows = tuple(clean[k, start:stop] for start, stop in cuts)
        shares, earned = clean[k].tolist(), payoffs[k].tolist()
        taken = tuple({place - start: earned[place] for place in range(start, stop) if shares[place]} for start, stop in cuts)
        pure = all(len(row) == 1 for row in taken)
        counts: Any = tuple(np.rint(row * members).astype(np.int64) for row, members in zip(rows, game.members, strict=True)) if pure else None
        result[k] = Equilibrium(rows, taken, float(forgone[k].max()), margins[k], pure and margins[k] > 0, counts, index=index[k])
    return result


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
