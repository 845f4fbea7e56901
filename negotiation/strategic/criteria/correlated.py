"""Correlated equilibria: what a facilitator can bring about by advice that everybody is glad to follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...budget import Budget, unlimited
from ...errors import SolverError, unknown
from ...numerics import ROUND_OFF, TOLERANCE, Array, plain, shown
from ..build import check_size
from ..game import Game, Points
from ..wording import amount, joined, profile_words
from .columns import ALL_AT_ONCE, START, Programme, optimise
from .elimination import iterated_elimination
from .obedience import Obedience, obedience
from .regret import regrets
from .welfare import member_payoffs

MAX_PROFILES = 200_000
"""Count profiles over which a device may draw."""

FEW = 500
"""Profiles up to which it takes longer to look for dominated actions than to solve with them."""

OBJECTIVES = ("welfare", "worst", "equal")


@dataclass(frozen=True)
class Temptation:
    """A condition that holds the device back: a member that is just willing to follow.

    Parameters
    ----------
    stakeholder : str
    advised : str or None
        What it is told; None in a coarse device, where it decides before it is told.
    alternative : str
        What it is tempted to do.
    price : float
        How much the objective would rise for each unit of money that a member gave up (in expectation) to follow.
    """

    stakeholder: str
    advised: str | None
    alternative: str
    price: float


@dataclass(frozen=True)
class Correlated:
    """A correlating device.

    Parameters
    ----------
    game : Game
    objective : str
    coarse : bool
    points : tuple of ndarray
        Count profiles that are drawn; which member gets which advice is drawn evenly among the members of a stakeholder.
    probabilities : ndarray
        The probability of each.
    payoffs : tuple of float
        What a member of each stakeholder earns in expectation.
    total : float
        Expected sum of all members' payoffs.
    value : float
        The objective: `total`, or the least of `payoffs`, or the payoff of the stakeholder named.
    regret : float
        The most that a member could gain in expectation by disobeying: 0 up to round-off.
    binding : tuple of Temptation
        Conditions that hold the objective back, the dearest first.
    bound : float
        No device has a better value: `value` itself where `complete`.
    complete : bool
        False when the budget ran out: this is a device that everybody follows, but perhaps not the best.
    reason : str
    """

    game: Game
    objective: str
    coarse: bool
    points: Points
    probabilities: Array
    payoffs: tuple[float, ...]
    total: float
    value: float
    regret: float
    binding: tuple[Temptation, ...]
    bound: float
    complete: bool = True
    reason: str = "no profile that is not drawn could improve it"

    @cached_property
    def sentence(self) -> str:
        """What the facilitator does and what comes of it, in one or two sentences."""
        drawn = [f"{100 * p:.3g} % {profile_words(self.game, self.points, k)}" for k, p in enumerate(self.probabilities[:4])]
        rest = f" and {len(self.probabilities) - 4} more" if len(self.probabilities) > 4 else ""
        follow = "commits to follow before it is told" if self.coarse else "is told only its own part and is glad to follow"
        first = f"The facilitator draws one of {len(self.probabilities)} profiles ({' | '.join(drawn)}{rest}) and everybody {follow}"
        if len(self.probabilities) == 1:
            first = f"The facilitator recommends one profile for certain ({profile_words(self.game, self.points)}) and everybody is glad to follow"
        earned = joined([f"{self.game.label(i)} {shown(value, 6)}" for i, value in enumerate(self.payoffs)])
        text = f"{first}. Everybody together earns {amount(self.game, self.total)} on average; a member of each: {earned}."
        return (
            text
            if self.complete
            else f"{text} A better device may exist, up to a value of {shown(self.bound, 6)} instead of {shown(self.value, 6)}: {self.reason}."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the device by names, for JSON."""
        support = [{"probability": p, "counts": self.game.counts(self.points, k)} for k, p in enumerate(self.probabilities)]
        payoffs: Mapping[str, float] = dict(zip(self.game.names, self.payoffs, strict=True))
        body: dict[str, Any] = {"objective": self.objective, "coarse": self.coarse, "value": self.value, "total": self.total, "payoffs": payoffs}
        body |= {"support": support, "regret": self.regret, "binding": [vars(one) for one in self.binding]}
        body |= {"bound": self.bound, "complete": self.complete, "reason": self.reason, "sentence": self.sentence}
        return dict(plain(body))


def correlated_equilibrium(game: Game, objective: str = "welfare", coarse: bool = False, budget: Budget | None = None) -> Correlated:
    r"""Return the correlated equilibrium that is best by an objective.

    A facilitator draws a count profile `c` with probability :math:`x_c`, draws evenly which member plays which part, and tells each
    member its own part alone. Following is best for everybody when

    .. math:: \sum_c x_c \, c_{i,a} \, [u_i(b | c - e_a + e_b) - u_i(a | c)] \le 0 \quad \text{for all } i, a, b.

    In a coarse correlated equilibrium a member must agree before it is told anything: the same summed over `a`. Treating the
    members of a stakeholder alike loses nothing: the average of a device over all renamings of members is one with the same
    expected sum of payoffs for each stakeholder.

    Parameters
    ----------
    game : Game
    objective : str
        "welfare": largest expected sum of all payoffs. "worst": the smallest. "equal": the largest least expected payoff
        of a member (among these, the largest sum). Or the name of a stakeholder: the largest expected payoff of its members.
    coarse : bool
    budget : Budget, optional

    Returns
    -------
    Correlated
        There always is one. Optimal over all devices, unless the budget ran out; other devices may do equally well.

    Raises
    ------
    UnknownNameError
        For an objective that does not exist.
    TooLargeError
        Above 200,000 count profiles.
    SolverError
        When the linear program fails or its answer does not pass the check.
    TimedOutError
        When the budget ran out before any device was found.

    Notes
    -----
    A linear program with a variable for each count profile and a row for each ordered pair of actions. Profiles with
    iteratively strictly dominated actions are left out (never drawn when advice is followed). Large programs are solved over few
    profiles, to which those with the best reduced cost are added until none is left.

    Examples
    --------
    >>> chicken = Game.from_tables([np.array([[6, 2], [7, 0]]), np.array([[6, 7], [2, 0]])], actions=[["swerve", "dare"]] * 2)
    >>> device = correlated_equilibrium(chicken)
    >>> device.probabilities.round(9).tolist(), device.total
    ([0.5, 0.25, 0.25], 10.5)

    References
    ----------
    R. J. Aumann (1974), "Subjectivity and correlation in randomized strategies"; (1987), "Correlated equilibrium as an expression of
    Bayesian rationality"; coarse: H. Moulin and J.-P. Vial (1978), "Strategically zero-sum games".
    """
    _check(game, objective)
    conditions = obedience(game, coarse)
    payoffs = np.stack([member_payoffs(game, i).ravel() for i in range(len(game.names))])
    total = np.array(game.members) @ payoffs
    gain = {"welfare": total, "worst": -total, "equal": total}.get(objective)
    gain = payoffs[game.index(objective)] if gain is None else gain
    few = coarse or game.lattice.size <= FEW
    possible = np.arange(game.lattice.size) if few else _undominated(game)
    seed = np.argsort(regrets(game).ravel()[possible], kind="stable")[:START] if len(possible) > ALL_AT_ONCE else possible
    floors = payoffs[:, possible] if objective == "equal" else None
    matrix = conditions.matrix if len(possible) == game.lattice.size else conditions.matrix[:, possible]
    found = optimise(gain[possible], matrix, seed, floors, budget)
    x = np.zeros(game.lattice.size)
    x[possible] = found.x
    result = _result(game, objective, conditions, replace(found, x=x), payoffs)
    if found.complete:
        return result
    bound = -found.bound if objective == "worst" else found.bound
    return replace(result, bound=bound, complete=False, reason=(budget or unlimited()).why())


def _undominated(game: Game) -> NDArray[np.int64]:
    """Return the profiles without iteratively strictly dominated actions: only these are ever drawn in a correlated equilibrium."""
    mask = np.ones(game.lattice.shape, dtype=bool)
    for i, (axis, survive) in enumerate(zip(game.lattice.axes, iterated_elimination(game).reduced.actions, strict=True)):
        dropped = [a for a, action in enumerate(game.actions[i]) if action not in survive]
        mask &= game.lattice.along(i, axis.counts[:, dropped].sum(axis=1) == 0)
    return np.flatnonzero(mask)


def _check(game: Game, objective: str) -> None:
    if objective not in OBJECTIVES and objective not in game.names:
        raise unknown("objective", objective, [*OBJECTIVES, *game.names])
    free = [i for i, axis in enumerate(game.lattice.axes) if axis.committed is None]
    check_size({game.names[i]: game.members[i] for i in free}, {game.names[i]: len(game.actions[i]) for i in free}, MAX_PROFILES)


def _result(game: Game, objective: str, conditions: Obedience, programme: Programme, payoffs: Array) -> Correlated:
    x = np.where(programme.x > ROUND_OFF, programme.x, 0.0)
    x /= x.sum()
    broken = conditions.matrix @ x
    worst = int(broken.argmax()) if len(broken) else -1
    if worst >= 0 and broken[worst] > TOLERANCE:
        move = conditions.moves[worst]
        raise SolverError(f"the device found leaves '{game.names[move.stakeholder]}' better off disobeying", "scale the payoffs to a similar size")
    support = np.flatnonzero(x)
    support = support[np.argsort(-x[support], kind="stable")]
    earned = payoffs @ x
    total = float(np.array(game.members) @ earned)
    value = {"welfare": total, "worst": total, "equal": float(earned.min())}.get(objective)
    return Correlated(
        game=game,
        objective=objective,
        coarse=conditions.coarse,
        points=tuple(np.asarray(rows, dtype=np.int64) for rows in np.unravel_index(support, game.lattice.shape)),
        probabilities=x[support],
        payoffs=tuple(float(value) for value in earned),
        total=total,
        value=float(earned[game.index(objective)]) if value is None else value,
        regret=max(0.0, float((broken * conditions.scales).max(initial=0.0))),
        binding=_binding(game, conditions, programme.prices),
        bound=float(earned[game.index(objective)]) if value is None else value,
    )


def _binding(game: Game, conditions: Obedience, prices: Array) -> tuple[Temptation, ...]:
    prices = prices / conditions.scales
    order = [k for k in np.argsort(-prices, kind="stable") if prices[k] > TOLERANCE]
    moves = [(conditions.moves[k], float(prices[k])) for k in order]
    return tuple(Temptation(game.names[i], game.actions[i][a] if a >= 0 else None, game.actions[i][b], price) for (i, a, b), price in moves)
