"""From a mixture and what every action earns against it to a checked equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

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


def certificates(
    game: Game, mixtures: Array, payoffs: Array, slack: Array, index: Sequence[int | None], *, usual: Sequence[float] = ()
) -> list[Equilibrium | None]:
    """Return for many mixtures what :func:`certified` returns for one; the index only where nothing is as good as what is used.

    Parameters
    ----------
    mixtures, payoffs : ndarray, shape (P, K)
        Probabilities and payoffs of the actions of all stakeholders side by side.
    slack : ndarray, shape (n,) or (P, n)
        For each stakeholder the regret that is no more than round-off.
    usual : sequence of float, optional
        For each stakeholder what is to be added to its payoffs, if anything.
    """
    lengths = [axis.actions for axis in game.lattice.axes]
    places = np.cumsum([0, *lengths])
    starts = places[:-1]
    used = mixtures > USED
    clean = np.where(used, mixtures, 0.0)
    clean /= np.repeat(np.add.reduceat(clean, starts, axis=1), lengths, axis=1)
    worst = np.minimum.reduceat(np.where(used, payoffs, np.inf), starts, axis=1)
    free = np.array([axis.committed is None for axis in game.lattice.axes])
    forgone = np.where(free, np.maximum.reduceat(payoffs, starts, axis=1) - worst, 0.0)
    lost = np.where(free, worst - np.maximum.reduceat(np.where(used, -np.inf, payoffs), starts, axis=1), np.inf)
    margins = np.where(np.abs(lost) > np.maximum(game.tolerances, slack), lost, 0.0).min(axis=1).tolist()
    fair = (forgone <= slack).all(axis=1) & (mixtures.min(axis=1) >= -1e-9)
    counts = np.rint(clean * np.repeat(game.members, lengths)).astype(np.int64)
    pure = (used.sum(axis=1) == len(lengths)).tolist()
    regrets, earned = forgone.max(axis=1).tolist(), (payoffs + np.repeat(usual, lengths) if usual else payoffs).tolist()
    cuts, taken = list(pairwise(places.tolist())), used.tolist()
    result: list[Equilibrium | None] = [None] * len(mixtures)
    for k in np.flatnonzero(fair).tolist():
        result[k] = Equilibrium(
            mixture=tuple([clean[k, start:stop] for start, stop in cuts]),
            payoffs=tuple([{place - start: earned[k][place] for place in range(start, stop) if taken[k][place]} for start, stop in cuts]),
            regret=regrets[k],
            margin=margins[k],
            strict=pure[k] and margins[k] > 0,
            counts=tuple([counts[k, start:stop] for start, stop in cuts]) if pure[k] else None,
            index=index[k] if margins[k] > 0 else None,
        )
    return result


def distinct(equilibria: Sequence[Equilibrium], apart: float = 1e-7) -> list[Equilibrium]:
    """Return the equilibria without repetitions (no probability differs by more than `apart`), pure ones in front."""
    if not equilibria:
        return []
    ordered = sorted(equilibria, key=lambda e: (e.kind == "mixed", e.index is None))
    rows = np.array([np.concatenate(e.mixture) for e in ordered])
    again = np.zeros(len(rows), dtype=np.bool_)
    for k in range(len(rows) - 1):
        if not again[k]:
            again[k + 1 :] |= (np.abs(rows[k + 1 :] - rows[k]) <= apart).all(axis=1)
    return [e for e, known in zip(ordered, again.tolist(), strict=True) if not known]
