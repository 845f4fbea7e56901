"""Repeated play: how patient members must be for a punishment to keep everyone at the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, Literal

import numpy as np

from ...errors import NotApplicableError
from ...numerics import Array, plain
from ..game import Game, Points
from ..pure import largest_gain, pure_equilibria
from ..wording import profile_words
from .deterrence import deterrent_discount, weight

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Punishment:
    """What follows when a deviation is detected.

    Parameters
    ----------
    kind : str
        "worst equilibrium": everyone moves to the pure equilibrium that is worst for the deviator; "profile": to the profile
        `to`; "expulsion": the deviator gets `payoff` each period, alone. Where members of one stakeholder fare differently in a profile, the deviator
        is given the worst place of its stakeholder.
    to : mapping, optional
        Members by stakeholder and action.
    payoff : float
        In the game's money unit per period.
    periods : int or None
        How long it lasts before all is as it was; None for ever.
    """

    kind: Literal["worst equilibrium", "profile", "expulsion"] = "worst equilibrium"
    to: Counts | None = None
    payoff: float = 0.0
    periods: int | None = None


@dataclass(frozen=True)
class Deterrence:
    """What keeps one member from one move.

    Parameters
    ----------
    stakeholder, action, to : str
        Who, from where, whither.
    gain : float
        What the move brings in the period in which it is made; negative where it costs.
    punishment : float
        What the deviator gets in each period of the punishment.
    loss : float
        How much less that is than at the target; 0 where it is no less, since nobody would carry such a punishment out.
    detection, standing_loss, periods
        As in :func:`critical_discount`.
    critical : float or None
        The lowest discount factor at which the move is deterred; 0 when it never tempts, None when no factor below 1 deters it.
    """

    stakeholder: str
    action: str
    to: str
    gain: float
    punishment: float
    loss: float
    detection: float
    standing_loss: float
    periods: int | None
    critical: float | None

    def margin(self, discount: float) -> float:
        """Return by how much, in today's money, the expected punishment outweighs the gain; negative where the move tempts."""
        return self.detection * (self.standing_loss + self.loss * weight(discount, self.periods)) - self.gain


@dataclass(frozen=True, eq=False)
class PatienceResult:
    """How patient members must be.

    Parameters
    ----------
    game : Game
    target : Points
    punishment : Punishment
    deviations : tuple of Deterrence
        Every move of one member, the hardest to deter first.
    critical : float or None
        Lowest discount factor at which all are deterred: the largest of the deviations'; None when no factor below 1 is enough.
    credible : bool or None
        Whether carrying the punishment out is itself an equilibrium of the game played once; None for expulsion, where this is outside the game.
    method : str
    """

    game: Game
    target: Points
    punishment: Punishment
    deviations: tuple[Deterrence, ...]
    critical: float | None
    credible: bool | None
    method: str = "one-shot deviation principle, solved for the discount factor of each move"
    complete: bool = True
    reason: str = "every move of one member was examined"

    @property
    def binding(self) -> Deterrence | None:
        """The move that is hardest to deter; None where nothing tempts."""
        tempting = [deviation for deviation in self.deviations if deviation.critical != 0.0]
        return tempting[0] if tempting else None

    def margin(self, discount: float) -> float:
        """Return the least margin of any move at a discount factor; infinite where there is no move."""
        return min((deviation.margin(discount) for deviation in self.deviations), default=inf)

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        where = profile_words(self.game, self.target)
        worst = self.binding
        if worst is None:
            return f"No single member gains by leaving the target ({where}), however impatient."
        i = self.game.index(worst.stakeholder)
        here, there = (self.game.label(i, self.game.actions[i].index(a)) for a in (worst.action, worst.to))
        who = f"{self.game.label(i)} from '{here}' to '{there}'"
        if self.critical is None:
            return f"No discount factor below 1 keeps the target ({where}) together: this punishment does not deter the move of {who}."
        return f"The target ({where}) lasts when members value the next period at {self.critical:.3g} of this one or more; the move that decides is {who}."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        body = {
            "target": self.game.counts(self.target),
            "punishment": vars(self.punishment),
            "critical": self.critical,
            "binding": None if self.binding is None else vars(self.binding),
            "deviations": [vars(deviation) for deviation in self.deviations],
            "credible": self.credible,
            "sentence": self.sentence,
            "method": self.method,
            "complete": self.complete,
            "reason": self.reason,
        }
        return dict(plain(body))


def critical_discount(game: Game, target: Counts, punishment: Punishment | None = None, detection: float = 1.0, standing_loss: float = 0.0) -> PatienceResult:
    """Return how patient members must be for a punishment to deter every move of a single member from the target.

    The game is played again and again; all stay at `target` until a deviation is detected, then the punishment follows. Each move is
    judged by :func:`~negotiation.strategic.sequence.deterrence.deterrent_discount`, its loss being what the deviator gets at the target
    less what it gets under the punishment.

    Parameters
    ----------
    game : Game
    target : mapping
        Members by stakeholder and action.
    punishment : Punishment, optional
        The worst pure equilibrium for the deviator, for ever, unless told otherwise.
    detection : float
        Probability that a deviation is detected, in the period in which it is made, 0 to 1.
    standing_loss : float
        What a detected deviator loses at once, in the game's money unit.

    Returns
    -------
    PatienceResult

    Raises
    ------
    NotApplicableError
        When there is no pure equilibrium to revert to, or a number is out of range.

    Notes
    -----
    Cost: that of :func:`~negotiation.strategic.pure.pure_equilibria` when reverting to an equilibrium, else next to nothing.

    Examples
    --------
    >>> own = np.array([[3.0, 0.0], [5.0, 1.0]])
    >>> dilemma = Game.from_tables([own, own.T], actions=[["keep", "break"]] * 2)
    >>> critical_discount(dilemma, {"1": {"keep": 1}, "2": {"keep": 1}}).critical
    0.5

    References
    ----------
    J. W. Friedman (1971), "A non-cooperative equilibrium for supergames"; D. Abreu (1988), "On the theory of infinitely repeated games with discounting".
    """
    punishment = punishment or Punishment()
    if not 0.0 <= detection <= 1.0 or not (isfinite(standing_loss) and standing_loss >= 0) or (punishment.periods is not None and punishment.periods < 1):
        raise NotApplicableError("detection is a probability, a standing loss is not negative, a punishment lasts a period or more", "change these numbers")
    point = game.point(target)
    received, credible = _received(game, punishment)
    deviations = []
    for move in game.moves:
        gain = float(game.gain(move, point)[0])
        if np.isnan(gain):
            continue
        i, a, b = move
        loss = float(game.payoff(i, a, point)[0]) - float(received[i])
        gain = 0.0 if abs(gain) <= game.tolerances[i] else gain
        loss = 0.0 if loss <= game.tolerances[i] else loss
        terms = (detection, standing_loss, punishment.periods)
        critical = deterrent_discount(gain, loss, *terms)
        deviations.append(Deterrence(game.names[i], game.actions[i][a], game.actions[i][b], gain, float(received[i]), loss, *terms, critical))
    deviations.sort(key=lambda deviation: (-inf if deviation.critical is None else -deviation.critical, -deviation.gain))
    return PatienceResult(game, point, punishment, tuple(deviations), deviations[0].critical if deviations else 0.0, credible)


def _received(game: Game, punishment: Punishment) -> tuple[Array, bool | None]:
    """Return what a deviator of each stakeholder gets under the punishment, and whether carrying it out is an equilibrium."""
    if punishment.kind == "expulsion":
        return np.full(len(game.names), punishment.payoff), None
    if punishment.kind == "profile":
        if punishment.to is None:
            raise NotApplicableError("a punishment that moves to a profile needs the profile", "give it as members by stakeholder and action")
        point = game.point(punishment.to)
        return _worst(game, point), bool(largest_gain(game, point)[0] <= max(game.tolerances))
    found = pure_equilibria(game)
    if not len(found):
        raise NotApplicableError("the game has no pure equilibrium to revert to", "revert to a profile, or expel the deviator")
    return _worst(game, found.points), True


def _worst(game: Game, points: Points) -> Array:
    """Return the lowest payoff that any member of each stakeholder gets at any of the points."""
    worst = np.full(len(game.names), np.inf)
    for i, actions in enumerate(game.actions):
        for a in range(len(actions)):
            taken = game.taken(i, a, points) > 0
            if taken.any():
                worst[i] = min(worst[i], float(game.payoff(i, a, points)[taken].min()))
    return worst
