"""Evolutionary stability: a way of acting that, once common, keeps out a few who act differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from ...errors import NotApplicableError, TooLargeError, unknown
from ...numerics import plain
from ..game import Game, Points
from ..wording import counts_words, joined, mixture_words
from .invasion import (
    GRID,
    Fixed,
    Pair,
    crossing,
    expected_values,
    invasion_barrier,
    lead_at_same_profile,
    lead_of,
    mutants_withstood,
    payoffs_facing,
    two_action_rows,
)
from .others import open_actions

MAX_MEMBERS = 20_000
"""Members of the stakeholder examined."""


@dataclass(frozen=True)
class StableAction:
    """How an action that everybody takes stands up to mutants.

    Parameters
    ----------
    action : str
    stable : bool
        Evolutionarily stable in the large population: some share of mutants exists below which each other action does worse.
    barrier : float
        The largest such share, to one in 1,000: mutants at a smaller share always do worse. 1 when they do at any share.
    finite : bool
        Evolutionarily stable in the finite population (Schaffer): a single mutant does no better than the others.
    withstands : int
        Largest number of mutants of one kind, from 2, up to which they always do worse than the others (Schaffer's stability);
        1 where not even two are withstood, the number of members less one where all are.
    threat : str or None
        The other action that comes closest to entering: least lead in the finite population.
    lead : float
        What the others earn more than a single such mutant, in the game's money unit; negative where the mutant earns more.
    """

    action: str
    stable: bool
    barrier: float
    finite: bool
    withstands: int
    threat: str | None
    lead: float


@dataclass(frozen=True)
class StableState:
    """An evolutionarily stable mixture of two actions in the large population.

    Parameters
    ----------
    mixture : mapping of str to float
        Shares of the two actions.
    payoff : float
        What both earn there.
    """

    mixture: Mapping[str, float]
    payoff: float


@dataclass(frozen=True)
class Evolution:
    """Evolutionarily stable actions and states of one stakeholder's members.

    Parameters
    ----------
    game : Game
    stakeholder : str
    others : mapping
        Where everybody else stands.
    actions : tuple of StableAction
        One for each action.
    states : tuple of StableState
        Stable mixtures of two actions.
    complete : bool or None
        None where mixtures of three or more actions are possible: these are not looked for.
    reason : str
    """

    game: Game
    stakeholder: str
    others: Mapping[str, Mapping[str, int]]
    actions: tuple[StableAction, ...]
    states: tuple[StableState, ...]
    complete: bool | None
    reason: str

    @cached_property
    def sentence(self) -> str:
        """What is stable, in one sentence."""
        i = self.game.index(self.stakeholder)
        label = {action: self.game.label(i, a) for a, action in enumerate(self.game.actions[i])}
        pure = [f"'{label[one.action]}' (up to {100 * one.barrier:.3g} % who act differently)" for one in self.actions if one.stable]
        mixed = [mixture_words(self.game, i, state.mixture) for state in self.states]
        given = f", given {counts_words(self.game, self.others)}" if self.others else ""
        if not pure and not mixed:
            return f"No way of acting of {self.game.label(i)} keeps out newcomers for good{given}."
        return f"Among {self.game.label(i)}, these keep out a few who act differently{given}: {joined([*pure, *mixed])}."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        body: dict[str, Any] = {"stakeholder": self.stakeholder, "others": self.others, "actions": [vars(one) for one in self.actions]}
        body |= {"states": [vars(one) for one in self.states], "complete": self.complete, "reason": self.reason, "sentence": self.sentence}
        return dict(plain(body))


def evolutionarily_stable(game: Game, stakeholder: str | None = None, points: Points | None = None) -> Evolution:
    r"""Return which actions of a stakeholder's members are evolutionarily stable, and which mixtures of two.

    *Large population.* Members meet in random groups of the stakeholder's size `n` out of a very large population, a share
    :math:`\epsilon` of which takes `b` instead of `a`. Action `a` is stable when for each `b` there is a barrier such that for every
    smaller share

    .. math:: \sum_k \binom{n-1}{k} \epsilon^k (1-\epsilon)^{n-1-k} [u(a | k \text{ others at } b) - u(b | k \text{ others at } b)] > 0,

    that is, when the first difference that is not zero is positive. For two members this is Maynard Smith's condition. A mixture of `a` and `b`
    is stable when both earn the same there, either earns less the more it is taken, and every third action earns less.

    *Finite population.* With exactly these `n` members `a` is stable when a single mutant earns no more than the others *at the same
    profile*, and withstands up to `Y` mutants when 2 to `Y` of a kind always earn less (Schaffer). Mutants that harm the
    others more than themselves can enter here, so it differs from being an equilibrium.

    Parameters
    ----------
    game : Game
    stakeholder : str, optional
        Needed where several stakeholders have more than one member.
    points : tuple of ndarray, optional
        One profile that says where everybody else stands; needed where anybody else has a choice.

    Returns
    -------
    Evolution
        Complete for two actions; with more, mixtures of three or more are not looked for.

    Raises
    ------
    NotApplicableError
        For a stakeholder with a single member or bound to an action, or where it is open how the others act.
    UnknownNameError
        For a stakeholder that does not exist.
    TooLargeError
        Above 20,000 members.

    Notes
    -----
    Cost: pairs of actions times 1,000 shares times members.

    Examples
    --------
    >>> from negotiation.lattice import Axis, Lattice
    >>> hawk, dove = np.array([-1.0, 4.0, 0.0]), np.array([0.0, 0.0, 2.0])
    >>> birds = Game(("birds",), (("hawk", "dove"),), Lattice((Axis(2, 2),)), ((hawk, dove),))
    >>> result = evolutionarily_stable(birds)
    >>> [one.stable for one in result.actions], {k: round(v, 9) for k, v in result.states[0].mixture.items()}
    ([False, False], {'hawk': 0.666666667, 'dove': 0.333333333})

    References
    ----------
    J. Maynard Smith (1982), *Evolution and the Theory of Games*; groups: M. Broom, C. Cannings and G. T. Vickers (1997),
    "Multi-player matrix games"; finite populations: M. E. Schaffer (1988), "Evolutionarily stable strategies for a finite
    population and a variable contest size".
    """
    i = _choose(game, stakeholder)
    fixed = _fixed(game, i, points)
    mixed = len(open_actions(game, i)) > 2
    reason = "mixtures of three or more actions were not looked for" if mixed else "every action and every mixture of the two was examined"
    where = {} if points is None else {name: row for name, row in game.counts(points).items() if name != game.names[i]}
    actions = tuple(_action(game, i, a, fixed) for a in range(len(game.actions[i])))
    states = tuple(state for pair in combinations(range(len(game.actions[i])), 2) for state in _states(game, i, pair, fixed))
    return Evolution(game, game.names[i], where, actions, states, None if mixed else True, reason)


def _choose(game: Game, stakeholder: str | None) -> int:
    groups = [name for name, axis in zip(game.names, game.lattice.axes, strict=True) if axis.members > 1 and axis.size > 1]
    if stakeholder is None and len(groups) == 1:
        stakeholder = groups[0]
    if stakeholder is None:
        remedy = f"name one of {joined(groups)}" if groups else "write the population as one stakeholder with its number of members"
        raise NotApplicableError("evolutionary stability is about the members of one stakeholder among themselves", remedy)
    if stakeholder not in game.names:
        raise unknown("stakeholder", stakeholder, game.names)
    if stakeholder not in groups:
        remedy = f"name one of {joined(groups)}" if groups else "look at its pure and mixed equilibria instead"
        raise NotApplicableError(f"'{stakeholder}' has no two members with a choice", remedy)
    members = game.members[game.index(stakeholder)]
    if members > MAX_MEMBERS:
        raise TooLargeError(f"'{stakeholder}' has {members:,} members, at most {MAX_MEMBERS:,} can be examined", f"give it {MAX_MEMBERS:,} members")
    return game.index(stakeholder)


def _fixed(game: Game, i: int, points: Points | None) -> tuple[int, ...]:
    """Return the row of every other axis; `i` itself has 0."""
    if points is None and any(axis.size > 1 for j, axis in enumerate(game.lattice.axes) if j != i):
        raise NotApplicableError("whether an action is stable depends on what the other stakeholders do", "give a profile that says where they stand")
    return tuple(0 if points is None or j == i else int(points[j][0]) for j in range(len(game.names)))


def _action(game: Game, i: int, a: int, fixed: Fixed) -> StableAction:
    rest = [b for b in range(len(game.actions[i])) if b != a]
    leads = {b: lead_of(game, i, (a, b), fixed) for b in rest}
    barriers = [invasion_barrier(lead, game.tolerances[i]) for lead in leads.values()]
    finite = {b: lead_at_same_profile(game, i, (a, b), fixed) for b in rest}
    threat = min(rest, key=lambda b: finite[b][0]) if rest else None
    fewest = min((mutants_withstood(values, game.tolerances[i]) for values in finite.values()), default=game.members[i] - 1)
    return StableAction(
        action=game.actions[i][a],
        stable=all(barrier > 0 for barrier in barriers),
        barrier=min(barriers, default=1.0),
        finite=all(values[0] >= -game.tolerances[i] for values in finite.values()),
        withstands=fewest,
        threat=None if threat is None else game.actions[i][threat],
        lead=float(finite[threat][0]) if threat is not None else float("inf"),
    )


def _states(game: Game, i: int, pair: Pair, fixed: Fixed) -> list[StableState]:
    """Return the mixtures of two actions at which the second one's lead turns from positive to negative as it spreads."""
    lead = -lead_of(game, i, pair, fixed)
    lead = np.where(np.abs(lead) > game.tolerances[i], lead, 0.0)
    values = expected_values(lead, np.arange(GRID + 1) / GRID)
    result = []
    for low, high in pairwise(np.flatnonzero(values)):
        if values[low] > 0 > values[high]:
            share = crossing(lead, float(low) / GRID, float(high) / GRID)
            rows = two_action_rows(game, i, pair)
            earned = [float(expected_values(payoffs_facing(game, i, a, fixed)[rows], np.array([share]))[0]) for a in range(len(game.actions[i]))]
            if all(value < earned[pair[0]] - game.tolerances[i] for b, value in enumerate(earned) if b not in pair):
                names = [game.actions[i][a] for a in pair]
                result.append(StableState({names[0]: 1.0 - share, names[1]: share}, earned[pair[0]]))
    return result
