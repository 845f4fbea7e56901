"""A definition under settings: the game, its target and status quo, its cost game, and the charges people pay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..coalitional.allocation import Allocation, judge
from ..coalitional.build import build_cost_game
from ..coalitional.cost_game import CostGame
from ..coalitional.methods import allocate
from ..coalitional.terms import NO_TERMS, SUBSIDY, Terms
from ..definition import Definition
from ..errors import NotApplicableError
from ..evaluation import ProfileEnvironment
from ..formula import Formula, Value, parse
from ..numerics import Array
from ..settings import NO_SETTINGS, Settings
from ..strategic.build import build_game
from ..strategic.game import Game, Points
from ..strategic.pure import PureEquilibria, pure_equilibria

SMALL_CHANGE = 0.001
"""Charges that miss the cost by less than this share of it count as covering it: people pay round sums."""


@dataclass(frozen=True, eq=False)
class Situation:
    """Everything that the analyses of governance look at.

    Parameters
    ----------
    definition : Definition
    settings : Settings
    values : mapping of str to float
        Value of every parameter, with the charges of `rule` where one is applied.
    game : Game
    rule : str or None
        The allocation rule whose charges people pay; None where the parameters say what they pay.
    terms : Terms
        On which the rule charges.
    agreed : Allocation or None
        What people pay, where that was worked out already and others contribute.
    """

    definition: Definition
    settings: Settings
    values: Mapping[str, float]
    game: Game
    rule: str | None = None
    terms: Terms = NO_TERMS
    agreed: Allocation | None = None

    @cached_property
    def equilibria(self) -> PureEquilibria:
        """All pure equilibria."""
        return pure_equilibria(self.game)

    @cached_property
    def target(self) -> Points:
        """The target's representative count profile."""
        target = self.definition.target
        if target is None:
            raise NotApplicableError(f"'{self.definition.name}' names no target", "add 'target: {profile: ...}', the cooperative outcome to be judged")
        point = self.game.point(self.target_counts)
        if self.displaced and target.condition is not None and not self.observe(target.condition, point)[0]:
            who = ", ".join(f"'{name}' to '{self.bound[name]}'" for name in self.displaced)
            raise NotApplicableError(f"the active levers bind {who}, which rules the target out", "switch these levers off")
        return point

    @cached_property
    def bound(self) -> Mapping[str, str]:
        """The action that each stakeholder is bound to by the active levers."""
        return self.definition.commitments(self.settings)

    @property
    def displaced(self) -> tuple[str, ...]:
        """Stakeholders that the active levers bind to another action than the target's."""
        target = self.definition.target
        if target is None:
            return ()
        wanted = self.definition.counts(target.profile)
        return tuple(name for name, action in self.bound.items() if name in target.profile and wanted[name] != self.target_counts[name])

    @cached_property
    def target_counts(self) -> Mapping[str, Mapping[str, int]]:
        """The target's counts by names; a stakeholder bound by a lever stands where it is bound, if the target's condition allows that."""
        target = self.definition.target
        return self.definition.counts({} if target is None else target.profile | dict(self.bound))

    @cached_property
    def status_quo(self) -> Points | None:
        """Today's count profile, with the active commitments already in place."""
        if self.definition.status_quo is None:
            return None
        return self.game.point(self.definition.counts(self.definition.status_quo | dict(self.bound)))

    @cached_property
    def target_mask(self) -> NDArray[np.bool_]:
        """Every profile that counts as the target, shape of the lattice."""
        mask = np.zeros(self.game.lattice.shape, dtype=bool)
        condition = self.definition.target.condition if self.definition.target else None
        if condition is None:
            mask[self.target] = True
            return mask
        mask |= np.nan_to_num(parse(condition)(self._environment(self.game.lattice.column))) != 0
        return mask

    @cached_property
    def cost_game(self) -> CostGame | None:
        """The cost game, where the definition has one."""
        return None if self.definition.cost_game is None else build_cost_game(self.definition, self.values)

    @cached_property
    def paid(self) -> Allocation | None:
        """What the members of each class pay, judged as an allocation; None where some class's charge feeds no parameter."""
        game = self.cost_game
        if self.agreed is not None:
            return self.agreed
        if game is not None and self.rule is not None and any(name is None for name in game.feeds):
            return allocate(game, self.rule, self.terms)
        if game is None or any(name is None for name in game.feeds):
            return None
        charges = [self.values[name] for name in game.feeds if name is not None]
        others = {SUBSIDY: self.terms.subsidy} if self.terms.subsidy else {}
        return judge(game, self.rule or "paid", charges, slack=SMALL_CHANGE * abs(game.total), contributions=others)

    def payoff_formula(self, stakeholder: str, action: str) -> Formula:
        """Return the written payoff of an action."""
        return parse(self.definition.payoffs[stakeholder][action])

    def observe(self, formula: str, points: Points) -> Array:
        """Return the value of a formula at each point."""
        environment = self._environment(lambda i, a: self.game.taken(i, a, points).astype(float))
        return np.broadcast_to(np.asarray(parse(formula)(environment), dtype=float), points[0].shape)

    def cooperation(self, points: Points) -> Array:
        """Return the share of members who take their target action, at each point."""
        total = np.zeros(points[0].shape)
        for i, name in enumerate(self.game.names):
            for a, action in enumerate(self.game.actions[i]):
                total += np.minimum(self.game.taken(i, a, points), self.target_counts[name][action])
        return total / sum(self.game.members)

    def _environment(self, column: Callable[[int, int], Value]) -> ProfileEnvironment:
        actions = dict(zip(self.game.names, self.game.actions, strict=True))
        return ProfileEnvironment(actions, self.game.members, column, self.values, self.definition.formulas)


def build_situation(
    definition: Definition,
    settings: Settings = NO_SETTINGS,
    charges: str | None = None,
    charged: Mapping[str, float] | None = None,
    *,
    terms: Terms = NO_TERMS,
) -> Situation:
    """Put a definition under settings.

    Parameters
    ----------
    definition : Definition
    settings : Settings
    charges : str, optional
        An allocation method: its charges become what people pay (each class's `feeds` parameter), and the game is evaluated with them.
    charged : mapping of str to float, optional
        The parameters that charges feed, where they are already known; `charges` then only says by which rule.
    terms : Terms
        On which the rule charges: a subsidy, caps, floors, unions.

    Returns
    -------
    Situation

    Raises
    ------
    UnknownNameError
        For a parameter, lever, scenario or method that does not exist.
    NotApplicableError
        When `charges` is given and there is no cost game, its core is empty, or no class feeds a parameter.
    """
    values = definition.values(settings)
    if charged is not None:
        values = values | dict(charged) | dict(settings.set)
    elif charges is not None:
        values = values | charged_values(build_cost_game(definition, values), charges, terms) | dict(settings.set)
    return Situation(definition, settings, values, build_game(definition, settings, values), charges, terms)


def charged_values(game: CostGame, rule: str, terms: Terms = NO_TERMS) -> dict[str, float]:
    """Return the parameters that the charges of `rule` feed."""
    if not any(game.feeds):
        raise NotApplicableError("no class of the cost game feeds a parameter, so charges change nothing", "add 'feeds: parameter' to its classes")
    allocation = allocate(game, rule, terms)
    return {name: charge for name, charge in zip(game.feeds, allocation.charges, strict=True) if name is not None}
