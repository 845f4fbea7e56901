"""Commitment to a mixture: the best announced lottery of one player against the other's best reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, SolverError, TooLargeError, unknown
from ...linear import minimise
from ...numerics import TOLERANCE, Array, plain
from ..game import Game
from ..wording import amount, mixture_words
from .pessimistic import Pessimistic, pessimistic_commitment

MAX_ACTIONS = 100
"""Actions of each player."""


@dataclass(frozen=True, eq=False)
class MixedCommitment:
    """The leader's best commitment to a mixture.

    Parameters
    ----------
    game : Game
    leader, follower : str
    mixture : mapping of str to float
        The leader's probability of each action.
    reply : str
        The follower's action: a best reply, among several the one that the leader likes best.
    value, follower_value : float
        Expected payoffs, in the game's money unit.
    pure_value : float
        The most the leader gets by committing to one action, with the same kind of reply.
    by_reply : mapping of str to float or None
        For each action of the follower, the most the leader gets where that action is a best reply; None where it never is or was not examined.
    regret : float
        The most the follower could gain by another reply: 0 up to the solver's tolerance.
    pessimistic : Pessimistic or None
        What is left when the follower breaks ties against the leader; None when the budget ran out before that was examined.
    complete : bool
        False when the budget ran out before every reply was examined.
    reason, method : str
    """

    game: Game
    leader: str
    follower: str
    mixture: Mapping[str, float]
    reply: str
    value: float
    follower_value: float
    pure_value: float
    by_reply: Mapping[str, float | None]
    regret: float
    pessimistic: Pessimistic | None
    complete: bool
    reason: str
    method: str = "one linear program for each reply of the follower; against it, for each region of mixtures in which a reply is the only best one"

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        first, second = self.game.index(self.leader), self.game.index(self.follower)
        words = mixture_words(self.game, first, self.mixture)
        reply = self.game.label(second, self.game.actions[second].index(self.reply))
        who = self.game.label(first)
        text = f"With {who} committed to {words}, the best reply of {self.game.label(second)} is '{reply}': worth {amount(self.game, self.value)} to {who}"
        more = self.value - self.pure_value
        text += f", {amount(self.game, more)} more than any single action" if more > TOLERANCE * abs(self.value) else ""
        return f"{text}. {self._ties(who)}".strip()

    def _ties(self, who: str) -> str:
        """Say what is left when ties go against the leader."""
        weak = self.pessimistic
        if weak is None:
            return ""
        lower = self.value - weak.value > 2 * TOLERANCE * max(abs(self.value), abs(weak.value))
        if weak.attained:
            return f"Should ties go against {who}, it is left with {amount(self.game, weak.value)}." if lower else f"No tie can cost {who} anything."
        what = amount(self.game, weak.value) if lower else "that"
        return f"Should ties go against {who}, it comes as close to {what} as it likes, by tilting the mixture a little, but does not reach it."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        fields = {name: value for name, value in vars(self).items() if name not in ("game", "pessimistic")}
        actions, replies = (self.game.actions[self.game.index(name)] for name in (self.leader, self.follower))
        weak = None if self.pessimistic is None else self.pessimistic.as_dict(actions, replies)
        return dict(plain(fields | {"pessimistic": weak, "sentence": self.sentence}))


def mixed_commitment(game: Game, leader: str, budget: Budget | None = None) -> MixedCommitment:
    r"""Return the leader's best commitment to a mixture in a game of two players.

    For each action `j` of the follower, a linear program finds the mixture that is best for the leader among those to which `j` is a best reply:

    .. math:: \max_p \sum_i p_i u_{ij} \quad \sum_i p_i (v_{ij'} - v_{ij}) \le 0 \; \forall j', \quad \sum_i p_i = 1, \; p \ge 0;

    the best of them is the answer. The follower breaks ties in the leader's favour (the strong, or optimistic, value). Beside it stands the weak, or
    pessimistic, value, when it breaks them against the leader; see :func:`~negotiation.strategic.sequence.pessimistic.pessimistic_commitment`. The two
    are equal unless some reply is a best one only by ties.

    Parameters
    ----------
    game : Game
        Two stakeholders with one member each, at most 100 actions a player.
    leader : str
    budget : Budget, optional

    Returns
    -------
    MixedCommitment
        The value is at least that of every Nash equilibrium of the simultaneous game.

    Raises
    ------
    NotApplicableError, TooLargeError, UnknownNameError
    SolverError
        When the solver's answer does not stand up to the definition.

    Notes
    -----
    Cost: one linear program for each action of the follower, with as many variables as the leader has actions.

    References
    ----------
    V. Conitzer and T. Sandholm (2006), "Computing the optimal strategy to commit to"; B. von Stengel and S. Zamir (2010), "Leadership games with
    convex strategy sets".

    Examples
    --------
    >>> leader, follower = np.array([[2, 4], [1, 3]]), np.array([[1, 0], [0, 1]])
    >>> game = Game.from_tables([leader, follower], names=["state", "firm"], actions=[["tolerate", "inspect"], ["evade", "comply"]])
    >>> answer = mixed_commitment(game, "state")
    >>> round(answer.value, 6), answer.reply, round(answer.mixture["inspect"], 6)
    (3.5, 'comply', 0.5)
    >>> round(answer.pessimistic.value, 6), answer.pessimistic.attained
    (3.5, False)
    """
    own, other = _tables(game, leader)
    budget = budget or unlimited()
    mixtures: list[Array | None] = []
    for j in range(own.shape[1]):
        if mixtures and budget.spent(j / own.shape[1], "replies of the follower"):
            break
        mixtures.append(_best_against(own, other, j))
    return _result(game, leader, (own, other), mixtures, budget)


def _tables(game: Game, leader: str) -> tuple[Array, Array]:
    """Return the payoffs of leader and follower, shape (leader's actions, follower's actions)."""
    if leader not in game.names:
        raise unknown("stakeholder", leader, game.names)
    if len(game.names) != 2 or not game.is_ordinary:
        raise NotApplicableError("a commitment to a mixture needs two stakeholders with one member each", "for larger games ask for the concept 'commitment'")
    if max(game.lattice.shape) > MAX_ACTIONS:
        raise TooLargeError(f"a player has {max(game.lattice.shape)} actions, at most {MAX_ACTIONS} can be examined", "leave out actions")
    tables = [np.concatenate([np.broadcast_to(row, _strip(game, i)) for row in rows], axis=i) for i, rows in enumerate(game.payoffs)]
    first = game.index(leader)
    return (tables[0], tables[1]) if first == 0 else (tables[1].T, tables[0].T)


def _strip(game: Game, i: int) -> tuple[int, int]:
    rows, columns = game.lattice.shape
    return (1, columns) if i == 0 else (rows, 1)


def _best_against(own: Array, other: Array, j: int) -> Array | None:
    """Return the leader's best mixture to which `j` is a best reply; None where there is none."""
    better = (np.delete(other, j, axis=1) - other[:, [j]]).T / max(float(np.ptp(other)), 1e-300)
    gain = own[:, j] / max(float(np.abs(own).max()), 1e-300)
    solution = minimise(-gain, at_most=(better, np.zeros(len(better))) if better.size else None, equal=([[1.0] * len(own)], [1.0]))
    if not solution:
        return None
    p = np.maximum(solution.x, 0.0)
    return np.asarray(p / p.sum())


def _result(game: Game, leader: str, tables: tuple[Array, Array], mixtures: list[Array | None], budget: Budget) -> MixedCommitment:
    """Choose the best of the mixtures found, check it, write it out."""
    own, other = tables
    first = game.index(leader)
    replies = game.actions[1 - first]
    found = {j: (float(p @ own[:, j]), p) for j, p in enumerate(mixtures) if p is not None}
    if not found:
        raise SolverError("no examined reply of the follower is a best reply to any mixture", "give the computation more time")
    j = max(found, key=lambda key: (found[key][0], -key))
    value, p = found[j]
    regret = float((p @ other).max() - p @ other[:, j])
    if regret > TOLERANCE * float(np.abs(other).max()):
        raise SolverError("the linear program returned a commitment to which the reply is not best", "scale the payoffs to a similar size")
    best = other >= other.max(axis=1, keepdims=True) - game.tolerances[1 - first]
    complete = len(mixtures) == len(replies)
    return MixedCommitment(
        game,
        leader,
        game.names[1 - first],
        dict(zip(game.actions[first], p.tolist(), strict=True)),
        replies[j],
        value,
        float(p @ other[:, j]),
        float(np.where(best, own, -np.inf).max()),
        {reply: found[k][0] if k in found else None for k, reply in enumerate(replies)},
        max(0.0, regret),
        pessimistic_commitment(own, other, {k: found[k][0] for k in found}, game.tolerances[1 - first], budget),
        complete,
        "every reply of the follower was examined" if complete else f"{budget.why()} after {len(mixtures)} of {len(replies)} replies",
    )
