"""The smooth motion of large populations: replicator and logit dynamics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np
from scipy.integrate import solve_ivp

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, SolverError, TimedOutError, TooLargeError
from ...numerics import Array, plain
from ..criteria.others import open_actions, rewards
from ..equilibrium import Mixtures, label_mixture
from ..game import Game
from ..mixed.expected import expected_payoffs
from ..wording import amount

MAX_TIMES = 10_000
PARTS = 10
"""Parts in which a motion is followed; what was reached at the end of the last one is kept when time is over."""


@dataclass(frozen=True, eq=False)
class Motion:
    """How mixtures of large populations move.

    Parameters
    ----------
    game : Game
    rule : str
        "replicator" or "logit".
    times : ndarray, shape (T,)
    mixtures : tuple of ndarray, shape (T, m_i)
        For each stakeholder the share of members at each action.
    speed : float
        Largest change of any share per unit of time at the end: near 0 at rest.
    regret : float
        At the end, the most that an average member of any stakeholder would gain by its best action, in the game's money unit.
    complete : bool
        False when the budget ran out before the whole duration was followed.
    reason : str
    """

    game: Game
    rule: str
    times: Array
    mixtures: tuple[Array, ...]
    speed: float
    regret: float
    complete: bool = True
    reason: str = "followed to the end"

    @property
    def final(self) -> Mixtures:
        """The mixtures at the end."""
        return tuple(rows[-1] for rows in self.mixtures)

    @property
    def sentence(self) -> str:
        """The motion in one sentence."""
        still = "at rest" if self.speed < 1e-6 else "still moving"
        more = f"an average member could gain {amount(self.game, self.regret)}"
        return f"After {self.times[-1]:g} units of time: {label_mixture(self.game, self.final)}; {still}, {more}."

    def as_dict(self) -> dict[str, Any]:
        """Return the motion for JSON."""
        shares = {
            name: {action: rows[:, a].tolist() for a, action in enumerate(actions)}
            for name, actions, rows in zip(self.game.names, self.game.actions, self.mixtures, strict=True)
        }
        fields = {"rule": self.rule, "times": self.times, "mixtures": shares, "speed": self.speed, "regret": self.regret}
        return dict(plain(fields | {"complete": self.complete, "reason": self.reason, "sentence": self.sentence}))


def motion(
    game: Game,
    start: Mixtures,
    rule: Literal["replicator", "logit"] = "replicator",
    *,
    duration: float = 100.0,
    times: int = 201,
    noise: float = 0.1,
    budget: Budget | None = None,
) -> Motion:
    r"""Return how the mixtures of large populations move.

    With the expected payoffs :math:`U_{i,a}(x)` against mixtures `x`, exact for the game's number of members and divided by
    the range of the stakeholder's payoffs,

    .. math:: \dot x_{i,a} = x_{i,a} \Bigl( U_{i,a} - \sum_b x_{i,b} U_{i,b} \Bigr) \quad \text{or} \quad
        \dot x_{i,a} = \frac{e^{U_{i,a} / \eta}}{\sum_b e^{U_{i,b} / \eta}} - x_{i,a}.

    The first is the replicator dynamic of imitation, the second the logit dynamic of noisy best replies.

    Parameters
    ----------
    game : Game
    start : tuple of ndarray
        For each stakeholder shares of the actions, adding up to 1. An action that nobody takes is never imitated.
    rule : str
    duration : float
        In units of time: in one unit, an action that earns the whole range more than the average grows by the factor e.
    times : int
        Moments that are returned, 2 to 10,000.
    noise : float
        For "logit", as a share of the range of payoffs.
    budget : Budget, optional

    Returns
    -------
    Motion

    Raises
    ------
    NotApplicableError, TooLargeError, SolverError
    TimedOutError
        When the budget ran out before the first tenth of the duration.

    Examples
    --------
    >>> stag = Game.from_tables([np.array([[3, 0], [2, 2]]), np.array([[3, 2], [0, 2]])])
    >>> result = motion(stag, (np.array([0.7, 0.3]), np.array([0.7, 0.3])))
    >>> [row.round(3).tolist() for row in result.final]
    [[1.0, 0.0], [1.0, 0.0]]

    References
    ----------
    P. D. Taylor and L. B. Jonker (1978), "Evolutionary stable strategies and game dynamics"; W. H. Sandholm (2010), "Population games and
    evolutionary dynamics".
    """
    _check_motion(game, start, rule, (duration, times, noise))
    ends = np.cumsum([len(actions) for actions in game.actions])
    ranges = [_range(game, i) for i in range(len(game.names))]
    free = np.concatenate([np.full(len(actions), bool(axis.moves)) for actions, axis in zip(game.actions, game.lattice.axes, strict=True)])

    def change(_: float, flat: Array) -> Array:
        mixtures = tuple(_cleaned(part) for part in np.split(flat, ends[:-1]))
        payoffs = expected_payoffs(game, mixtures)
        return np.where(free, np.concatenate([_one(x, u / r, rule, noise) for x, u, r in zip(mixtures, payoffs, ranges, strict=True)]), 0.0)

    first = np.concatenate([np.asarray(row, dtype=np.float64) for row in start])
    moments, rows, reason = _follow(change, first, np.linspace(0.0, duration, times), budget or unlimited())
    mixtures = tuple(np.array([_cleaned(row) for row in part.T]) for part in np.split(rows, ends[:-1]))
    final = tuple(rows[-1] for rows in mixtures)
    speed = float(np.abs(change(duration, np.concatenate(final))).max())
    return Motion(game, rule, moments, mixtures, speed, _regret(game, final), not reason, reason or "followed to the end")


class _Stop(Exception):
    """The budget ran out."""


def _follow(change: Callable[[float, Array], Array], first: Array, moments: Array, budget: Budget) -> tuple[Array, Array, str]:
    """Integrate in a few parts; return the moments reached, the states there by columns, and why it ended early, if it did."""

    def watched(time: float, flat: Array) -> Array:
        if budget.spent(time / moments[-1], "motion"):
            raise _Stop
        return change(time, flat)

    reached = [first[:, None]]
    done = 1
    for part in np.array_split(moments[1:], min(PARTS, len(moments) - 1)):
        try:
            answer = solve_ivp(watched, (moments[done - 1], part[-1]), reached[-1][:, -1], method="LSODA", t_eval=part, rtol=1e-8, atol=1e-10)
        except _Stop:
            if done == 1:
                raise TimedOutError(f"{budget.why()} before the motion had begun", "give more time, or use fewer members or actions") from None
            return moments[:done], np.concatenate(reached, axis=1), budget.why()
        if not answer.success:
            raise SolverError(f"the motion could not be followed: {answer.message}", "shorten the duration or add noise")
        reached.append(answer.y)
        done += len(part)
    return moments, np.concatenate(reached, axis=1), ""


def _check_motion(game: Game, start: Mixtures, rule: str, numbers: tuple[float, int, float]) -> None:
    duration, times, noise = numbers
    fits = len(start) == len(game.names) and all(len(row) == len(actions) for row, actions in zip(start, game.actions, strict=False))
    if not fits or any((np.asarray(row) < 0).any() or abs(float(np.sum(row)) - 1) > 1e-9 for row in start):
        raise NotApplicableError("a motion starts from one mixture for each stakeholder, adding up to 1", "give shares of every action")
    for axis, row, name in zip(game.lattice.axes, start, game.names, strict=True):
        if axis.committed is not None and row[axis.committed] != 1:
            raise NotApplicableError(f"'{name}' is committed to one action", "start with all of its members there")
    if rule not in ("replicator", "logit") or not (duration > 0 and isfinite(duration) and noise > 0 and times >= 2):
        raise NotApplicableError("a motion follows replicator or logit, for some time, at two moments or more, with noise above 0", "change these")
    if times > MAX_TIMES:
        raise TooLargeError(f"{times:,} moments, at most {MAX_TIMES:,} are returned", "ask for fewer")


def _range(game: Game, i: int) -> float:
    payoffs = [rewards(game, i, a) for a in open_actions(game, i)]
    width = max(float(row.max()) for row in payoffs) - min(float(row.min()) for row in payoffs)
    return width if width > 0 else 1.0


def _cleaned(mixture: Array) -> Array:
    """Return a mixture without what the integration leaves below zero."""
    clipped = np.maximum(mixture, 0.0)
    return np.asarray(clipped / clipped.sum())


def _one(x: Array, u: Array, rule: str, noise: float) -> Array:
    if rule == "replicator":
        return np.asarray(x * (u - x @ u))
    weight = np.exp((u - u.max()) / noise)
    return np.asarray(weight / weight.sum() - x)


def _regret(game: Game, mixtures: Mixtures) -> float:
    regrets = []
    for i, (x, u) in enumerate(zip(mixtures, expected_payoffs(game, mixtures), strict=True)):
        free = list(open_actions(game, i))
        regrets.append(float(u[free].max() - x[free] @ u[free]))
    return max(0.0, *regrets)
