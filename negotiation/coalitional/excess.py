"""Who would do better alone: the coalitions with the largest excess under given charges."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from ..errors import TooLargeError
from ..numerics import Array
from .cost_game import CostGame
from .search.oracles import SMALL_TABLE, search, structured
from .search.separation import Question, leaders
from .search.span import Counts, Span

LISTED = 10
"""Objections that are kept."""

SEARCHED = 64
"""Coalitions that a search returns, from which those of different sets of classes are kept."""

MANY_CLASSES = 1000
"""With more, only the worst objection is kept: each names thousands."""

MANY_COALITIONS = 10_000
"""Coalitions of single players that are looked through block by block."""

STEPS = 20
"""Rounds in which the coalitions around the worst one are tried."""


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

    (with the sign turned for a game of savings). One pass over the table of coalitions, or a search where the cost depends on total
    use or on the most demanding member only. Other games without a table, and uses
    without a common unit, are asked for telling coalitions; the answer is then not exact.

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
    if game.size > SMALL_TABLE and structured(game):
        with suppress(TooLargeError):
            return _searched(game, np.asarray(charges, dtype=float), listed)
    if not game.tabulated:
        return _tried(game, np.asarray(charges, dtype=float), listed)
    if game.between_players and game.size > MANY_COALITIONS:
        counts = leaders(game, np.asarray(charges, dtype=float), listed)
        return Complaints(_ranked(game, np.asarray(charges, dtype=float), counts, game.at(counts), listed), exact=True)
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


def _searched(game: CostGame, charges: Array, listed: int) -> Complaints:
    """Return the complaints of a game whose worst coalitions can be searched."""
    oracle = search(game)
    asked = Question(charges * (game.sign / oracle.scale), 1.0, -np.inf)
    most = SEARCHED if len(charges) <= SEARCHED else listed
    found = oracle.violated(asked, Span(len(charges)), 0.0, most)
    return Complaints(_ranked(game, charges, found.counts, found.costs * (game.sign * oracle.scale), listed), exact=True)


def _tried(game: CostGame, charges: Array, listed: int) -> Complaints:
    """Return the complaints among coalitions that often complain, and those one class away from the worst of them."""
    everybody = np.array(game.members, dtype=np.int64)
    one = np.eye(len(everybody), dtype=np.int64)
    whole = np.diag(everybody)
    ordered = np.argsort(-(charges - game.alone) * game.sign, kind="stable")
    chains = np.cumsum(whole[ordered], axis=0)
    counts = np.concatenate([one, whole, everybody - one, everybody - whole, chains, everybody - chains])
    for _ in range(STEPS):
        counts = counts[counts.any(axis=1) & (counts != everybody).any(axis=1)]
        excess = (counts @ charges - game.at(counts)) * game.sign
        worst = counts[np.argmax(excess)]
        around = np.concatenate([np.clip(worst + step, 0, everybody) for step in (one, -one, whole, -whole)])
        counts = np.unique(np.concatenate([counts[np.argsort(-excess)[:SEARCHED]], around]), axis=0)
    counts = counts[counts.any(axis=1) & (counts != everybody).any(axis=1)]
    return Complaints(_ranked(game, charges, counts, game.at(counts), listed), exact=False)


def _ranked(game: CostGame, charges: Array, counts: Counts, alone: Array, listed: int) -> tuple[Objection, ...]:
    """Return the worst of some coalitions, the worst first, at most one for each set of classes, and one alone of very many classes."""
    paid = counts @ charges
    gains = (paid - alone) * game.sign
    first: dict[bytes, int] = {}
    for k in np.argsort(-gains, kind="stable").tolist():
        first.setdefault((counts[k] > 0).tobytes(), k)
    chosen = list(first.values())[: listed if len(charges) <= MANY_CLASSES else 1]
    return tuple(Objection(game.coalition(counts[k].tolist()), float(gains[k]), float(paid[k]), float(alone[k])) for k in chosen)
