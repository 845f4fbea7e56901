"""What a member can be sure of, and what the others can hold it down to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...numerics import Array, plain
from ..game import Game
from ..wording import amount, counts_words, mixture_words
from .maximin import maximin
from .others import name_others, open_actions, reward_table

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Security:
    """What one member of a stakeholder can be sure of.

    Parameters
    ----------
    stakeholder : str
    action : str
        The action with the best worst case.
    pure : float
        What it earns at least (maxmin in actions).
    worst : mapping
        The behaviour of the others that brings it down to that; whoever does not matter is left out.
    mixture : mapping of str to float
        The mixture with the best worst expected payoff.
    mixed : float
        Its worst expected payoff (maxmin in mixtures): the security level. Also the least to which the others can hold the
        member when they may draw their punishment jointly at random.
    minmax : float
        The least to which the others can hold the member when it sees what they do and replies best.
    punishment : mapping
        What they do for that.
    minmax_mixed : float or None
        The same when the others mix independently, where one other player is free to choose: then it equals `mixed`. None
        with more of them: it lies between `mixed` and `minmax`.
    """

    stakeholder: str
    action: str
    pure: float
    worst: Counts
    mixture: Mapping[str, float]
    mixed: float
    minmax: float
    punishment: Counts
    minmax_mixed: float | None

    def sentence(self, game: Game) -> str:
        """Return the security level in one sentence."""
        i = game.index(self.stakeholder)
        who = f"A member of '{game.label(i)}'" if game.lattice.axes[i].members > 1 else game.label(i)
        sure = f"{who} is sure of {amount(game, self.pure)} by '{game.label(i, game.actions[i].index(self.action))}'"
        if self.worst:
            sure += f", whose worst case is {counts_words(game, self.worst)}"
        if self.mixed > self.pure + game.tolerances[i]:
            sure += f"; on average of {amount(game, self.mixed)} by drawing {mixture_words(game, i, self.mixture)}"
        return f"{sure}."


@dataclass(frozen=True)
class SecurityLevels:
    """Security levels and punishment values of all stakeholders.

    Parameters
    ----------
    game : Game
    levels : tuple of Security
        One for each stakeholder.
    """

    game: Game
    levels: tuple[Security, ...]

    @cached_property
    def sentence(self) -> str:
        """All levels in words."""
        return " ".join(level.sentence(self.game) for level in self.levels)

    def as_dict(self) -> dict[str, Any]:
        """Return the levels by stakeholder, for JSON."""
        fields = ("action", "pure", "worst", "mixture", "mixed", "minmax", "punishment", "minmax_mixed")
        levels = {level.stakeholder: {field: getattr(level, field) for field in fields} for level in self.levels}
        return dict(plain({"levels": levels, "sentence": self.sentence}))


def security_levels(game: Game) -> SecurityLevels:
    r"""Return what a member of each stakeholder can be sure of, and can be held down to.

    .. math::
        \max_a \min_o u_i(a | o) \;\le\; \max_p \min_o \sum_a p_a u_i(a | o) \;\le\; \min_o \max_a u_i(a | o)

    where `o` runs over all profiles of everyone else, fellow members included.

    Parameters
    ----------
    game : Game

    Returns
    -------
    SecurityLevels

    Raises
    ------
    SolverError
        When a linear program fails.

    Notes
    -----
    Cost: one pass over the payoffs and a small linear program for each stakeholder.

    Examples
    --------
    >>> pennies = np.array([[1.0, -1.0], [-1.0, 1.0]])
    >>> level = security_levels(Game.from_tables([pennies, -pennies])).levels[0]
    >>> level.pure, level.mixed, level.minmax
    (-1.0, 0.0, 1.0)

    References
    ----------
    J. von Neumann and O. Morgenstern (1944), *Theory of Games and Economic Behavior*; punishment values: D. Fudenberg and E.
    Maskin (1986), "The folk theorem in repeated games with discounting or with incomplete information".
    """
    return SecurityLevels(game, tuple(_security(game, i) for i in range(len(game.names))))


def _security(game: Game, i: int) -> Security:
    full = reward_table(game, i)
    table, shape = full.reshape(len(full), -1), full.shape[1:]
    actions = [game.actions[i][a] for a in open_actions(game, i)]
    worst = table.min(axis=1)
    a = int(worst.argmax())
    mixture, mixed = _mixed(table)
    punishment = int(table.max(axis=0).argmin())
    return Security(
        stakeholder=game.names[i],
        action=actions[a],
        pure=float(worst[a]),
        worst=name_others(game, i, shape, int(table[a].argmin())),
        mixture=dict(zip(actions, mixture.tolist(), strict=True)),
        mixed=mixed,
        minmax=float(table.max(axis=0).min()),
        punishment=name_others(game, i, shape, punishment),
        minmax_mixed=mixed if _free_others(game, i) <= 1 else None,
    )


def _mixed(table: Array) -> tuple[Array, float]:
    """Return the maxmin mixture; a single action where one reaches the bound that no mixture can pass."""
    worst = table.min(axis=1)
    a = int(worst.argmax())
    if worst[a] >= table.max(axis=0).min():
        return np.eye(len(table))[a], float(worst[a])
    answer = maximin(table)
    if answer.value <= worst[a]:
        return np.eye(len(table))[a], float(worst[a])
    return answer.mixture, answer.value


def _free_others(game: Game, i: int) -> int:
    """Return how many players besides one member of `i` are free to choose."""
    free = sum(axis.members for axis in game.lattice.axes if axis.committed is None and axis.actions > 1)
    own = game.lattice.axes[i]
    return free - (own.committed is None and own.actions > 1)
