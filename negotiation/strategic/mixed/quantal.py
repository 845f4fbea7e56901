"""Quantal response: what happens when people choose better actions more often, but not always."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, SolverError, TooLargeError
from ...numerics import Array, plain
from ..equilibrium import Equilibrium, Mixtures, label_mixture
from ..game import Game
from .branch import Curve, Spot, follow
from .certificate import certified, ranges
from .expected import expected_payoffs, payoffs_and_slopes

LIMIT = 1e7
"""Lambda times the range of payoffs up to which the branch is followed to its limit."""

MAX_POINTS = 5_000
MAX_PROFILES = 1_000_000
KEPT = 1e-4
"""Actions less likely than this at the end of the branch are dropped in its limit."""


@dataclass(frozen=True)
class Response:
    """One logit equilibrium.

    Parameters
    ----------
    rationality : float
        Lambda, in one over the game's money unit.
    mixture : tuple of ndarray
    regret : float
        The most that a member forgoes on average by erring, in the game's money unit.
    """

    rationality: float
    mixture: Mixtures
    regret: float


@dataclass(frozen=True)
class QuantalResponse:
    """The principal branch of logit equilibria.

    Parameters
    ----------
    game : Game
    branch : tuple of Response
        From the centre (everything equally likely) on; the last is the one asked for.
    limit : Equilibrium or None
        The Nash equilibrium in which the branch ends, checked; None where a lambda was asked for or none was certified.
    complete : bool
        Whether the branch was followed to where it should end.
    reason : str
    """

    game: Game
    branch: tuple[Response, ...]
    limit: Equilibrium | None
    complete: bool
    reason: str

    @property
    def response(self) -> Response:
        """The equilibrium at the lambda asked for, or at the end of the branch."""
        return self.branch[-1]

    @cached_property
    def sentence(self) -> str:
        """What people do, in one sentence."""
        if self.limit is not None:
            return f"As people err less and less, starting from pure chance, they arrive at {label_mixture(self.game, self.limit.mixture)}."
        return f"When people err as lambda {self.response.rationality:.6g} says, they choose {label_mixture(self.game, self.response.mixture)}."

    def table(self, rows: int = 50) -> list[dict[str, Any]]:
        """Return at most `rows` points of the branch by names, evenly chosen along it."""
        chosen = np.unique(np.linspace(0, len(self.branch) - 1, min(rows, len(self.branch))).astype(int))
        return [self._row(self.branch[k]) for k in chosen]

    def _row(self, point: Response) -> dict[str, Any]:
        shares = {n: dict(zip(a, row.tolist(), strict=True)) for n, a, row in zip(self.game.names, self.game.actions, point.mixture, strict=True)}
        return {"rationality": point.rationality, "mixture": shares, "regret": point.regret}

    def as_dict(self) -> dict[str, Any]:
        """Return the branch for JSON."""
        limit = None if self.limit is None else self.limit.as_dict(self.game)
        body = {"response": self._row(self.response), "branch": self.table(), "limit": limit, "complete": self.complete, "reason": self.reason}
        return dict(plain(body | {"sentence": self.sentence}))


def quantal_response(game: Game, rationality: float | None = None, budget: Budget | None = None) -> QuantalResponse:
    r"""Follow the principal branch of logit equilibria.

    In a logit equilibrium each member of `i` takes action `a` with probability

    .. math:: x_{i,a} = \frac{e^{\lambda U_{i,a}(x)}}{\sum_b e^{\lambda U_{i,b}(x)}},

    where `U` are expected payoffs when everyone else mixes so and members of one stakeholder mix alike. Lambda 0 is pure chance; as it
    grows the branch that starts there leads to a Nash equilibrium: in almost every game one, a selection among all.

    Parameters
    ----------
    game : Game
    rationality : float, optional
        Lambda, in one over the game's money unit: an action that pays `1 / lambda` more is `e` times as likely. Without it the branch is
        followed to its limit.
    budget : Budget, optional

    Returns
    -------
    QuantalResponse
        The branch can turn back and reach a lambda several times: the first time counts. Where branches cross (games with symmetries)
        it goes straight on.

    Raises
    ------
    NotApplicableError
        For a negative lambda, or where nobody has a choice.
    TooLargeError
        Above 1,000,000 count profiles.
    SolverError
        When the branch cannot be followed to a lambda that was asked for.

    Notes
    -----
    Followed in log-probabilities, which keeps tiny probabilities exact, to lambda times the largest range of payoffs of ten million. About 100
    steps, each a few sums over the lattice.

    Examples
    --------
    >>> game = Game.from_tables([np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 2.0]])])
    >>> pennies = Game.from_tables([np.array([[9.0, -1.0], [-1.0, 1.0]]), np.array([[-1.0, 1.0], [1.0, -1.0]])])
    >>> [row.round(6).tolist() for row in quantal_response(pennies).limit.mixture]
    [[0.5, 0.5], [0.166667, 0.833333]]
    >>> quantal_response(game, 0.0).response.mixture[0].tolist()
    [0.5, 0.5]

    References
    ----------
    R. D. McKelvey and T. R. Palfrey (1995), "Quantal response equilibria for normal form games"; T. L. Turocy (2005), "A dynamic
    homotopy interpretation of the logistic quantal response equilibrium correspondence".
    """
    curve = _curve(game, rationality)
    budget = budget or unlimited()
    stop = LIMIT if rationality is None else rationality * curve.range
    spots: list[Spot] = []
    cut = ""
    for spot in follow(curve, stop) if stop > 0 else [curve.centre()]:
        spots.append(spot)
        if budget.spent(min(np.log1p(spot.rationality) / np.log1p(stop or 1.0), 1.0), "following the branch"):
            cut = budget.why()
            break
        if len(spots) >= MAX_POINTS:
            cut = f"{MAX_POINTS:,} steps were not enough"
            break
    reached = spots[-1].rationality >= stop * (1 - 1e-9)
    if rationality is not None and not reached and not cut:
        raise SolverError(f"the branch could be followed to lambda {spots[-1].rationality / curve.range:.6g} only", "ask for a smaller lambda")
    branch = tuple(_response(curve, spot) for spot in spots)
    limit = _limit(game, branch[-1].mixture) if rationality is None and reached else None
    reason = "followed to the end" if reached else cut or "steps became too short"
    return QuantalResponse(game, branch, limit, reached, reason)


def _curve(game: Game, rationality: float | None) -> Curve:
    if rationality is not None and not (rationality >= 0 and np.isfinite(rationality)):
        raise NotApplicableError(f"lambda is {rationality:g}, but rationality starts at 0", "give 0 or more")
    if game.lattice.size > MAX_PROFILES:
        message = f"the game has {game.lattice.size:,} count profiles, the branch is followed for at most {MAX_PROFILES:,}"
        raise TooLargeError(message, "use fewer members or actions")
    curve = Curve(game)
    if not curve.sums.free:
        raise NotApplicableError("nobody has a choice, so there is nothing to err in", "switch off a lever that commits a stakeholder")
    return curve


def _response(curve: Curve, spot: Spot) -> Response:
    mixtures = tuple(row / row.sum() for row in curve.sums.mixtures(spot.place[:-1]))
    forgone = [float(payoffs.max() - mixtures[i] @ payoffs) for i, (payoffs, _) in zip(curve.sums.free, curve.sums(spot.place[:-1]), strict=True)]
    return Response(spot.rationality / curve.range, mixtures, max(0.0, *forgone))


def _limit(game: Game, mixtures: Mixtures) -> Equilibrium | None:
    """Return the Nash equilibrium next to the end of the branch: unlikely actions dropped, the others made to pay the same."""
    rows = [np.where(row > KEPT, row, 0.0) for row in mixtures]
    rows = [row / row.sum() for row in rows]
    used = [np.flatnonzero(row) for row in rows]
    for _ in range(12):
        payoffs, slopes = payoffs_and_slopes(game, tuple(rows))
        value, slope = _indifference(payoffs, slopes, used, rows)
        move = np.linalg.lstsq(slope, -value, rcond=1e-12)[0]
        start = 0
        for row, actions in zip(rows, used, strict=True):
            row[actions] += move[start : start + len(actions)]
            start += len(actions)
        if np.abs(move).max() < 1e-15 or min(row.min() for row in rows) < 0:
            break
    if min(row.min() for row in rows) < 0:
        return None
    return certified(game, rows, expected_payoffs(game, tuple(rows)), ranges(game))


def _indifference(payoffs: Sequence[Array], slopes: Sequence[Sequence[Array]], used: Sequence[Any], rows: Sequence[Array]) -> tuple[Array, Array]:
    """Return payoff differences among the actions in use, how far mixtures are from adding up to 1, and the derivatives."""
    value, slope = [], []
    for i, own in enumerate(used):
        scale = float(np.abs(payoffs[i]).max()) or 1.0
        for a in own[1:]:
            value.append((payoffs[i][a] - payoffs[i][own[0]]) / scale)
            slope.append(np.concatenate([(slopes[i][j][a, other] - slopes[i][j][own[0], other]) / scale for j, other in enumerate(used)]))
        value.append(float(rows[i].sum()) - 1.0)
        slope.append(np.concatenate([np.full(len(other), float(i == j)) for j, other in enumerate(used)]))
    return np.array(value), np.array(slope)
