"""Dominated actions, and best replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...linear import minimise
from ...numerics import TOLERANCE, Array
from ..game import Game, Points
from ..wording import amount, joined, mixture_words
from .maximin import maximin
from .others import reward_table

By = Literal["pure", "mixed"]


@dataclass(frozen=True)
class Dominated:
    """An action that some other choice beats whatever everyone else does.

    Parameters
    ----------
    stakeholder, action : str
    by : mapping of str to float
        The dominating action (probability 1) or mixture.
    least, most : float
        Smallest and largest gain of the dominating choice over all profiles of the others, in the game's money unit.
    strict : bool
        Whether it is better everywhere; else nowhere worse and somewhere better.
    round : int
        Round of elimination, from 1.
    """

    stakeholder: str
    action: str
    by: Mapping[str, float]
    least: float
    most: float
    strict: bool
    round: int = 1

    def sentence(self, game: Game) -> str:
        """Return in one sentence who drops what, and why."""
        i = game.index(self.stakeholder)
        gain = f"at least {amount(game, self.least)} more" if self.strict else f"never less and up to {amount(game, self.most)} more"
        dropped = game.label(i, game.actions[i].index(self.action))
        return f"Round {self.round}: {game.label(i)} drops '{dropped}', because {mixture_words(game, i, self.by)} earns {gain} whatever the others do."


def dominated_actions(game: Game, by: By = "pure", strict: bool = True) -> tuple[Dominated, ...]:
    r"""Return the dominated actions of every stakeholder.

    Action `a` of a member of `i` is strictly dominated by the mixture `p` over its other actions when

    .. math:: \sum_b p_b u_i(b | o + e_b) > u_i(a | o + e_a) \quad \text{for every profile } o \text{ of the others},

    and weakly when this holds with at least, and with more than for some `o`. The others are the fellow members of `i` and
    the other stakeholders.

    Parameters
    ----------
    game : Game
    by : {"pure", "mixed"}
        Whether only single actions dominate, or mixtures too (a linear program for each action that is never a best reply).
    strict : bool

    Returns
    -------
    tuple of Dominated
        At most one for each action; an action is preferred to a mixture as the reason. Empty where nothing is dominated.

    Notes
    -----
    Cost: number of profiles times ordered pairs of actions. Differences within round-off are no gain.

    Examples
    --------
    >>> game = Game.from_tables([np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])], actions=[["stay", "leave"]] * 2)
    >>> [(found.stakeholder, found.action, found.least) for found in dominated_actions(game)]
    [('1', 'stay', 1.0), ('2', 'stay', 1.0)]

    References
    ----------
    R. D. Luce and H. Raiffa (1957), *Games and Decisions*; mixtures: D. G. Pearce (1984), "Rationalizable strategic behavior".
    """
    return tuple(found for i, axis in enumerate(game.lattice.axes) if axis.committed is None for found in _of_stakeholder(game, i, by, strict))


def _of_stakeholder(game: Game, i: int, by: By, strict: bool) -> list[Dominated]:
    table = reward_table(game, i)
    table = table.reshape(len(table), -1)
    found = []
    for a in _candidates(table, game.tolerances[i] if strict else -np.inf):
        gains = np.delete(table, a, axis=0) - table[a]
        mixture = _dominating(gains, game.tolerances[i], by, strict)
        if mixture is not None:
            earned = mixture @ gains
            rest = [action for b, action in enumerate(game.actions[i]) if b != a]
            shares = {action: float(share) for action, share in zip(rest, mixture, strict=True) if share > 0.0}
            least = float(earned.min()) if strict else max(float(earned.min()), 0.0)
            found.append(Dominated(game.names[i], game.actions[i][a], shares, least, float(earned.max()), strict))
    return found


def _candidates(table: Array, tolerance: float) -> list[int]:
    """Return the actions that fall short of the best one by more than `tolerance` against every profile of the others."""
    short: list[int] = np.flatnonzero((table.max(axis=0) - table).min(axis=1) > tolerance).tolist()
    return short


def _dominating(gains: Array, tolerance: float, by: By, strict: bool) -> Array | None:
    """Return the mixture over the other actions that dominates, or None."""
    if not len(gains):
        return None
    least, most = gains.min(axis=1), gains.max(axis=1)
    good = least > tolerance if strict else (least >= -tolerance) & (most > tolerance)
    if good.any():
        best = np.flatnonzero(good)
        chosen = best[np.lexsort((gains[best].sum(axis=1), least[best]))[-1]]
        return np.asarray(np.eye(len(gains))[chosen])
    best_reply = gains.max(axis=0) <= (tolerance if strict else -tolerance)
    if by == "pure" or len(gains) == 1 or best_reply.any():
        return None
    if strict:
        answer = maximin(gains)
        return _tidy(answer.mixture) if answer.value > tolerance else None
    return _weakly(gains)


def _weakly(gains: Array) -> Array | None:
    """Return the mixture with the largest total gain among those that nowhere lose, if that is more than nothing."""
    scale = float(np.max(np.abs(gains)))
    if scale == 0:
        return None
    columns = np.unique(gains.argmin(axis=1))
    total = gains.mean(axis=1) / scale
    while True:
        answer = minimise(-total, (-gains[:, columns].T / scale, np.zeros(len(columns))), (np.ones((1, len(gains))), [1.0]))
        if not answer:
            return None
        mixture = _tidy(answer.x)
        earned = mixture @ gains
        worst = np.argpartition(earned, min(8, len(earned) - 1))[:8]
        new = np.setdiff1d(worst[earned[worst] < -TOLERANCE * scale], columns)
        if not new.size:
            return mixture if earned.max() > TOLERANCE * scale and earned.min() >= -TOLERANCE * scale else None
        columns = np.union1d(columns, new)


def _tidy(mixture: Array) -> Array:
    mixture = np.where(mixture > TOLERANCE, mixture, 0.0)
    return np.asarray(mixture / mixture.sum())


@dataclass(frozen=True)
class BestReply:
    """What a member would do best, given what everyone else does at a profile.

    Parameters
    ----------
    stakeholder, action : str
        Who, and what it does at the profile.
    best : tuple of str
        Its best replies; several where they tie.
    gain : float
        What it gains by the best reply, 0 where its action is one.
    """

    stakeholder: str
    action: str
    best: tuple[str, ...]
    gain: float

    def sentence(self, game: Game) -> str:
        """Return the reply in one sentence."""
        i = game.index(self.stakeholder)
        now = game.label(i, game.actions[i].index(self.action))
        best = joined([f"'{game.label(i, game.actions[i].index(action))}'" for action in self.best])
        if self.action in self.best:
            return f"{game.label(i)} at '{now}' does best as it is."
        return f"{game.label(i)} at '{now}' would gain {amount(game, self.gain)} with {best}."


def best_responses(game: Game, points: Points, k: int = 0) -> tuple[BestReply, ...]:
    """Return the best replies of a member of each stakeholder at each action that is taken at the `k`-th profile.

    Parameters
    ----------
    game : Game
    points : tuple of ndarray
        Profiles, as from :meth:`Game.point`.
    k : int

    Returns
    -------
    tuple of BestReply

    Examples
    --------
    >>> game = Game.from_tables([np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])], actions=[["stay", "leave"]] * 2)
    >>> best_responses(game, game.point({"1": {"stay": 1}, "2": {"stay": 1}}))[0]
    BestReply(stakeholder='1', action='stay', best=('leave',), gain=2.0)
    """
    point = tuple(rows[k : k + 1] for rows in points)
    return tuple(_reply(game, point, i, a) for i, row in enumerate(game.actions) for a in range(len(row)) if game.taken(i, a, point)[0])


def _reply(game: Game, point: Points, i: int, a: int) -> BestReply:
    gains = {a: 0.0} | {move.b: float(game.gain(move, point)[0]) for move in game.moves if move[:2] == (i, a)}
    best = max(gains.values())
    names = tuple(action for b, action in enumerate(game.actions[i]) if b in gains and gains[b] >= best - game.tolerances[i])
    return BestReply(game.names[i], game.actions[i][a], names, best)
