"""Who would do better alone: the coalitions with the largest excess under given charges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..numerics import Array
from .cost_game import CostGame

LISTED = 10
"""Objections that are kept."""


@dataclass(frozen=True)
class Objection:
    """A coalition that would do better alone.

    Parameters
    ----------
    coalition : dict
        Members of each class in it.
    gain : float
        What it would save (earn more) in total by serving itself, in the game's unit.
    pays : float
        What it is asked for (gets) in total.
    alone : float
        What it would cost (earn) alone.
    """

    coalition: dict[str, int]
    gain: float
    pays: float
    alone: float


@dataclass(frozen=True)
class Complaints:
    """The coalitions that complain most.

    Parameters
    ----------
    worst : tuple of Objection
        Largest gain first, at most one for each set of classes; a negative gain is what the coalition saves by staying.
    exact : bool
        Whether no coalition has a larger excess than the first.
    """

    worst: tuple[Objection, ...]
    exact: bool

    @property
    def largest(self) -> float:
        """The largest excess; 0 where there is nobody but everybody together."""
        return self.worst[0].gain if self.worst else 0.0


def complaints(game: CostGame, charges: Sequence[float], listed: int = LISTED) -> Complaints:
    r"""Return the coalitions with the largest excess.

    .. math:: e(S) = x(S) - c(S), \quad \emptyset \ne S \subsetneq N

    (with the sign turned for a game of savings). One pass over the table of coalitions.

    Parameters
    ----------
    game : CostGame
    charges : sequence of float
        Per member of each class.
    listed : int
        How many to return at most.

    Returns
    -------
    Complaints

    References
    ----------
    D. B. Gillies (1959), "Solutions to general non-zero-sum games".
    """
    if game.size <= 2:
        return Complaints((), exact=True)
    paid = game.charged(charges)
    excess = (paid - game.costs) * game.sign
    excess[(0,) * excess.ndim] = -np.inf
    excess[game.members] = -np.inf
    flats = _leaders(game, excess, listed)
    counts = np.array(np.unravel_index(flats, game.shape)).T
    rows = zip(flats, counts.tolist(), strict=True)
    worst = tuple(Objection(game.coalition(row), float(excess.flat[k]), float(paid.flat[k]), float(game.costs.flat[k])) for k, row in rows)
    return Complaints(worst, exact=True)


def _leaders(game: CostGame, excess: Array, listed: int) -> list[int]:
    """Return the worst coalition of each set of classes as flat indices, the worst first; everybody and nobody left out."""
    value, best = excess, np.arange(excess.size).reshape(excess.shape)
    for k, n in enumerate(game.members):
        if n > 1:
            nobody, somebody = (slice(None),) * k + (slice(0, 1),), (slice(None),) * k + (slice(1, None),)
            at = np.argmax(value[somebody], axis=k, keepdims=True)
            best = np.concatenate([best[nobody], np.take_along_axis(best[somebody], at, axis=k)], axis=k)
            value = np.concatenate([value[nobody], np.take_along_axis(value[somebody], at, axis=k)], axis=k)
    leading, flat = value.ravel(), best.ravel()
    some = np.argpartition(-leading, min(listed, leading.size - 1))[:listed]
    ordered = some[np.argsort(-leading[some], kind="stable")]
    return [int(flat[j]) for j in ordered if np.isfinite(leading[j])]
