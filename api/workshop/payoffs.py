"""What members earn at one count profile, straight from the written form: no lattice is built, so it takes milliseconds."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from negotiation.coalitional.build import build_cost_game
from negotiation.definition import Definition
from negotiation.errors import InvalidGameError, NotApplicableError, Problem, TooLargeError
from negotiation.evaluation import ProfileEnvironment
from negotiation.formula import parse
from negotiation.governance.situation import charged_values
from negotiation.settings import Settings

from .plan import Terms

Counts = Mapping[str, Mapping[str, int]]
MOST_COALITIONS = 2_000_000
"""Coalitions of a cost that is shared by a rule: every rule takes less than a second, while others wait."""


class Payoffs:
    """A game under terms.

    Parameters
    ----------
    definition : Definition
    settings : Settings
    charged : mapping of str to float
        Parameters that the charges feed; a value set by hand has the last word.
    """

    def __init__(self, definition: Definition, settings: Settings, charged: Mapping[str, float]) -> None:
        self.definition = definition
        self.bound = definition.commitments(settings)
        self._values = definition.values(settings) | dict(charged) | dict(settings.set)
        self._actions = {name: tuple(stakeholder.actions) for name, stakeholder in definition.stakeholders.items()}
        self._members = tuple(stakeholder.members for stakeholder in definition.stakeholders.values())

    def environment(self, counts: Counts) -> ProfileEnvironment:
        """Return what formulas read at a profile."""
        rows = [[float(counts[name].get(action, 0)) for action in actions] for name, actions in self._actions.items()]
        return ProfileEnvironment(self._actions, self._members, lambda i, a: rows[i][a], self._values, self.definition.formulas)

    def at(self, environment: ProfileEnvironment, role: str, action: str) -> float:
        """Return what a member of `role` earns with `action`, in money; NaN where the formula has no value."""
        return self.outcome(environment, self.definition.payoffs[role][action])

    def outcome(self, environment: ProfileEnvironment, formula: str) -> float:
        """Return the value of a formula at a profile; NaN where it has none."""
        with np.errstate(all="ignore"):
            return float(np.asarray(parse(formula)(environment), dtype=float).reshape(-1)[0])

    def switched(self, counts: Counts, role: str, action: str | None, to: str) -> float:
        """Return what a member earns with `to` if only it changes; with no action of its own it takes a member's place at the action most take."""
        row = dict(counts[role])
        left = action if action is not None else max(row, key=lambda name: row[name])
        row[left] -= 1
        row[to] = row.get(to, 0) + 1
        return self.at(self.environment({**counts, role: row}), role, to)

    def replies(self, counts: Counts, role: str, action: str | None = None) -> dict[str, float]:
        """Return what each action pays a member who took `action` if only it changes; see :meth:`switched`."""
        return {to: self.switched(counts, role, action, to) for to in self.definition.stakeholders[role].actions}

    def best_reply(self, counts: Counts, role: str, action: str | None = None) -> str:
        """Return the action that pays a member of `role` who took `action` most if all others do as in `counts`; of equals the one that most take."""
        values = self.replies(counts, role, action)
        usable = {action: value for action, value in values.items() if math.isfinite(value)} or dict.fromkeys(values, 0.0)
        size = max(abs(value) for value in usable.values())
        best = max(usable.values()) - 1e-9 * size
        return max((action for action, value in usable.items() if value >= best), key=lambda action: counts[role].get(action, 0))


def charged_under(definition: Definition, settings: Settings, terms: Terms) -> dict[str, float]:
    """Return the parameters that terms' charges feed: by a rule, or by hand for single classes.

    Raises
    ------
    NotApplicableError
        When the game has no cost game, or a class's charge changes nothing.
    TooLargeError
        When a rule would have to look at too many coalitions.
    UnknownNameError
        For a rule that does not exist.
    InvalidGameError
        For a class that does not exist.
    """
    if terms.rule is None and not terms.charges:
        return {}
    if definition.cost_game is None:
        raise NotApplicableError("this game has no cost to share", "leave 'rule' and 'charges' out")
    fed: dict[str, float] = {}
    if terms.rule is not None:
        game = build_cost_game(definition, definition.values(settings))
        coalitions = math.prod(members + 1 for members in game.members)
        if coalitions > MOST_COALITIONS:
            raise TooLargeError(
                f"the cost game has {coalitions:,} coalitions, at most {MOST_COALITIONS:,} are shared in a workshop", "name the charges by hand"
            )
        fed |= charged_values(game, terms.rule)
    for name, amount in terms.charges.items():
        row = definition.cost_game.classes.get(name)
        if row is None:
            raise InvalidGameError([Problem(("terms", "charges", name), f"there is no class '{name}'", f"one of: {', '.join(definition.cost_game.classes)}")])
        if row.feeds is None:
            raise NotApplicableError(f"what '{name}' pays feeds no parameter of this game", f"add 'feeds: parameter' to the class '{name}'")
        fed[row.feeds] = amount
    return fed
