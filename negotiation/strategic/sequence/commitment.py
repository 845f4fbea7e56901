"""Who moves first: groups of stakeholders that commit one after the other, by backward induction on count profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...errors import NotApplicableError, TooLargeError, listed, unknown
from ...numerics import Array, round_off
from ..equilibrium import EquilibriumList, from_pure
from ..game import Game, Move, Points
from ..pure import pure_equilibria
from .committed import CommitmentResult, CommittedOutcome, Reply

MAX_PROFILES = 2_000_000
"""Count profiles of a game in which the order of moves is worked out."""
MAX_LISTED = 200
"""Outcomes, replies and equilibria that a result writes out."""

Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]


def backward_induction(game: Game, moves: Sequence[Sequence[str]]) -> CommitmentResult:
    r"""Return what happens when groups of stakeholders commit one after the other.

    Everyone sees what earlier groups did. The members of the last group play a pure Nash equilibrium among themselves in the
    game that is left; where there are several, the *optimistic* selection takes the one that is best for the total payoff of
    the group before it, the *pessimistic* one the worst (then likewise for earlier groups, then for all together). With
    :math:`\phi(c_1, \dots, c_k)` for the count profile that follows the choices of the first `k` groups, a choice :math:`c_k`
    is stable when

    .. math:: u_i(a | \phi(\dots, c_k)) \ge u_i(b | \phi(\dots, c_k - e_a + e_b)) \quad \forall i \in k, \forall b, \forall a : c_{i,a} > 0.

    Parameters
    ----------
    game : Game
        At most 2,000,000 count profiles.
    moves : sequence of sequence of str
        Groups of stakeholders in the order in which they commit; every stakeholder once. The last group moves last.

    Returns
    -------
    CommitmentResult
        A move to a choice without a pure reply is taken not to tempt anyone; `complete` is then None. A single follower with one member always has a best
        reply, and one stakeholder with two actions always has a pure equilibrium among its members.

    Raises
    ------
    UnknownNameError, NotApplicableError
        When the groups do not name every stakeholder once.
    TooLargeError
        Above 2,000,000 count profiles.

    Notes
    -----
    Cost: count profiles times ordered pairs of actions, for each selection.

    References
    ----------
    H. von Stackelberg (1934), "Marktform und Gleichgewicht"; R. Selten (1975), "Reexamination of the perfectness concept"; on the two selections
    G. Leitmann (1978), "On generalized Stackelberg strategies".

    Examples
    --------
    >>> leader, follower = np.array([[2, 4], [1, 3]]), np.array([[1, 0], [0, 1]])
    >>> game = Game.from_tables([leader, follower], names=["state", "firm"], actions=[["tolerate", "inspect"], ["evade", "comply"]])
    >>> backward_induction(game, [["state"], ["firm"]]).optimistic[0].counts
    {'state': {'tolerate': 0, 'inspect': 1}, 'firm': {'evade': 0, 'comply': 1}}
    """
    tree = _tree(game, moves)
    solved = {selection: _solve(tree, selection) for selection in ("optimistic", "pessimistic")}
    outcomes = {selection: solution.outcomes for selection, solution in solved.items()}
    pure = pure_equilibria(game)
    ranges = _ranges(game, {**outcomes, "at once": np.asarray(np.ravel_multi_index(pure.points, game.lattice.shape), dtype=np.int64)})
    unsure = any(solution.gaps for solution in solved.values())
    reason = (
        "some choices have no pure reply, so what a move to them would bring is unknown" if unsure else "every choice was compared with each move of one member"
    )
    together = f"every one of the {game.lattice.size:,} count profiles was compared with each move of one member"
    return CommitmentResult(
        game,
        tree.groups,
        _written(game, outcomes["optimistic"]),
        _written(game, outcomes["pessimistic"]),
        {selection: len(rows) for selection, rows in outcomes.items()},
        _replies(tree, solved),
        int((tree.last_equilibria == 0).sum()),
        int((tree.last_equilibria > 1).sum()),
        EquilibriumList(game, from_pure(pure, MAX_LISTED), len(pure) <= MAX_LISTED, "all pure equilibria by shifted comparison of payoff arrays", together),
        ranges,
        None if unsure else True,
        reason,
    )


@dataclass(frozen=True)
class Committed:
    """Where an order of moves can end under one selection.

    Parameters
    ----------
    points : tuple of ndarray
        Every count profile in which the first group is in equilibrium, given the replies that the selection takes.
    complete : bool
        False when some choice has no pure reply, so that nobody can say what it would bring.
    """

    points: Points
    complete: bool


def committed_outcomes(game: Game, moves: Sequence[Sequence[str]]) -> dict[str, Committed]:
    """Return all outcomes of an order of moves under each selection, without what else :func:`backward_induction` tells of them.

    Parameters
    ----------
    game : Game
        At most 2,000,000 count profiles.
    moves : sequence of sequence of str
        As in :func:`backward_induction`, with the same errors.

    Returns
    -------
    dict of str to Committed
        Under ``"optimistic"`` and ``"pessimistic"``.

    Examples
    --------
    >>> leader, follower = np.array([[2, 4], [1, 3]]), np.array([[1, 0], [0, 1]])
    >>> game = Game.from_tables([leader, follower], names=["state", "firm"], actions=[["tolerate", "inspect"], ["evade", "comply"]])
    >>> game.counts(committed_outcomes(game, [["state"], ["firm"]])["pessimistic"].points)
    {'state': {'tolerate': 0, 'inspect': 1}, 'firm': {'evade': 0, 'comply': 1}}
    """
    tree = _tree(game, moves)
    solved = {selection: _solve(tree, selection) for selection in ("optimistic", "pessimistic")}
    return {selection: Committed(_points(game, solution.outcomes), not solution.gaps) for selection, solution in solved.items()}


@dataclass(frozen=True)
class _Tree:
    """Who moves when. Arrays over histories have one axis for each stakeholder, in the order of moves."""

    game: Game
    groups: tuple[tuple[str, ...], ...]

    @cached_property
    def order(self) -> tuple[int, ...]:
        return tuple(self.game.index(name) for group in self.groups for name in group)

    def shape(self, k: int) -> tuple[int, ...]:
        """Return the shape of the histories of the first `k` groups."""
        movers = sum(len(group) for group in self.groups[:k])
        return tuple(self.game.lattice.axes[i].size for i in self.order[:movers])

    @cached_property
    def profiles(self) -> Integers:
        """The flat index of every count profile, axes in the order of moves."""
        return np.arange(self.game.lattice.size).reshape(self.game.lattice.shape).transpose(self.order)

    @cached_property
    def totals(self) -> tuple[Array, ...]:
        """For each group, the sum of its members' payoffs at every count profile, flat."""
        return tuple(_total(self.game, [self.game.index(name) for name in group]) for group in self.groups)

    @cached_property
    def last(self) -> Mask:
        """Where the last group is in equilibrium."""
        return _stable(self, self.profiles, len(self.groups))[0]

    @cached_property
    def last_equilibria(self) -> Integers:
        """How many equilibria the last group has in each situation."""
        return np.asarray(self.last.reshape(prod(self.shape(len(self.groups) - 1)), -1).sum(axis=1), dtype=np.int64)


def _tree(game: Game, moves: Sequence[Sequence[str]]) -> _Tree:
    groups = tuple(tuple(group) for group in moves if group)
    names = [name for group in groups for name in group]
    for name in names:
        if name not in game.names:
            raise unknown("stakeholder", name, game.names)
    missing = [name for name in game.names if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if missing or twice:
        fault = f"nobody has placed {listed(missing)}" if missing else f"several groups name {listed(twice)}"
        raise NotApplicableError(f"in this order of moves {fault}", "name every stakeholder in one group; the last group moves last")
    if game.lattice.size > MAX_PROFILES:
        message = f"the game has {game.lattice.size:,} count profiles, the order of moves can be worked out for at most {MAX_PROFILES:,}"
        raise TooLargeError(message, "use fewer members or actions")
    return _Tree(game, groups)


def _total(game: Game, stakeholders: Sequence[int]) -> Array:
    total = np.zeros(game.lattice.shape)
    for i in stakeholders:
        for a, payoff in enumerate(game.payoffs[i]):
            count = game.lattice.column(i, a)
            total += np.where(count > 0, count * payoff, 0.0)
    return total.ravel()


@dataclass(frozen=True)
class _Solution:
    """Flat profiles that the first group can end in; what follows each of its choices (-1: nothing pure); how many stable replies; gaps met."""

    outcomes: Integers
    follows: Integers
    replies: Integers
    gaps: bool


def _solve(tree: _Tree, selection: str) -> _Solution:
    """Work backward through the groups under one selection."""
    sign = 1.0 if selection == "optimistic" else -1.0
    last = len(tree.groups)
    follows, stable, gaps = tree.profiles, tree.last, False
    replies = np.ones(tree.shape(1), dtype=np.int64)
    for k in range(last, 1, -1):
        replies = stable.reshape(*tree.shape(1), -1).sum(axis=-1)
        follows = _select(tree, follows, stable, k, sign)
        stable, unknown_moves = _stable(tree, follows, k - 1)
        gaps |= unknown_moves
    return _Solution(follows[stable], follows, replies, gaps)


def _stable(tree: _Tree, follows: Integers, k: int) -> tuple[Mask, bool]:
    """Return where no member of group `k` gains by another choice, and whether some such choice has no pure reply."""
    game = tree.game
    stable = follows >= 0
    gaps = False
    here = _points(game, follows)
    for name in tree.groups[k - 1]:
        i = game.index(name)
        for a, b in game.lattice.axes[i].moves:
            rows = game.lattice.axes[i].shift(a, b)
            position = tree.order.index(i)
            possible = (rows >= 0).reshape([-1 if axis == position else 1 for axis in range(follows.ndim)])
            after = np.take(follows, np.maximum(rows, 0), axis=position)
            gaps |= bool((possible & (after < 0) & (follows >= 0)).any())
            stable &= ~(possible & (after >= 0) & _pays(game, Move(i, a, b), here, _points(game, after)))
    return stable, gaps


def _points(game: Game, flat: Integers) -> Points:
    return tuple(np.asarray(rows, dtype=np.int64) for rows in np.unravel_index(np.maximum(flat, 0), game.lattice.shape))


def _pays(game: Game, move: Move, here: Points, after: Points) -> Mask:
    i, a, b = move
    return np.asarray(game.payoff(i, b, after) - game.payoff(i, a, here) > game.tolerances[i])


def _select(tree: _Tree, follows: Integers, stable: Mask, k: int, sign: float) -> Integers:
    """Return, for each history of the first `k - 1` groups, the profile that follows: the stable one the selection takes, or -1."""
    shape = tree.shape(k - 1)
    flat = follows.reshape(prod(shape), -1)
    kept = stable.reshape(flat.shape).copy()
    criteria = [tree.totals[j] for j in range(k - 2, -1, -1)] + [sum(tree.totals, np.zeros(1))]
    for criterion in criteria:
        value = np.where(kept, sign * criterion[np.maximum(flat, 0)], -np.inf)
        kept &= value >= value.max(axis=1, keepdims=True) - round_off(criterion)
    chosen = np.take_along_axis(flat, kept.argmax(axis=1)[:, None], axis=1)[:, 0]
    return np.where(kept.any(axis=1), chosen, -1).reshape(shape)


def _written(game: Game, flat: Integers) -> tuple[CommittedOutcome, ...]:
    return tuple(_outcome(game, int(index)) for index in flat[:MAX_LISTED])


def _outcome(game: Game, index: int) -> CommittedOutcome:
    point = _points(game, np.array([index]))
    counts = game.counts(point)
    payoffs = {
        name: {action: float(game.payoff(i, a, point)[0]) for a, action in enumerate(game.actions[i]) if counts[name][action]}
        for i, name in enumerate(game.names)
    }
    return CommittedOutcome(counts, payoffs)


def _replies(tree: _Tree, solved: Mapping[str, _Solution]) -> tuple[Reply, ...]:
    game, first = tree.game, tree.order[: len(tree.groups[0])]
    best, worst = (solved[selection].follows.ravel() for selection in ("optimistic", "pessimistic"))
    counts = solved["optimistic"].replies.ravel()
    rows = np.unravel_index(np.arange(min(len(best), MAX_LISTED)), tree.shape(1))
    return tuple(
        Reply(
            {game.names[i]: dict(zip(game.actions[i], game.lattice.axes[i].counts[rows[j][k]].tolist(), strict=True)) for j, i in enumerate(first)},
            int(counts[k]),
            None if best[k] < 0 else _outcome(game, int(best[k])),
            None if worst[k] < 0 else _outcome(game, int(worst[k])),
        )
        for k in range(len(rows[0]))
    )


def _ranges(game: Game, outcomes: Mapping[str, Integers]) -> dict[str, dict[str, tuple[float, float] | None]]:
    result: dict[str, dict[str, tuple[float, float] | None]] = {}
    for i, name in enumerate(game.names):
        average = _total(game, [i]) / game.members[i]
        result[name] = {key: (float(average[rows].min()), float(average[rows].max())) if len(rows) else None for key, rows in outcomes.items()}
    return result
