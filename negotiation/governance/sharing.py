"""Ways of sharing a cost among whoever takes part: the rules people use, and what a policy finds best under its requirements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..coalitional.allocation import Allocation
from ..coalitional.cost_game import CostGame
from ..coalitional.methods import METHODS, allocate
from ..coalitional.policy.goals import OBJECTIVES
from ..coalitional.policy.optimum import policy
from ..coalitional.terms import Terms
from ..errors import NotApplicableError, unknown

POLICIES = {f"policy_{name}": name for name in OBJECTIVES if name != "inside"}
"""Policies by name, and what each aims at; which members to keep inside is left to those who play."""


@dataclass(frozen=True)
class Sharing:
    """A way of sharing a cost.

    Parameters
    ----------
    name, title : str
    charge : callable
        From the cost game of those who take part, and terms, to their charges; raises where none fit.
    """

    name: str
    title: str
    charge: Callable[[CostGame, Terms], Allocation]


def sharing_named(
    name: str, core: Literal["none", "core"] | float = "none", closest_to: str = "proportional", *, members_capital: tuple[float, float] = (0.0, 1.0)
) -> Sharing:
    """Return an allocation method or a policy.

    Parameters
    ----------
    name : str
        A method, or one of `POLICIES`.
    core, closest_to, members_capital
        For a policy, as in :func:`~negotiation.coalitional.policy.optimum.policy`.

    Raises
    ------
    UnknownNameError
        For a name that is neither.

    Examples
    --------
    >>> sharing_named("policy_burden").title
    'Policy: smallest worst burden'
    """
    if name in METHODS:
        return Sharing(name, METHODS[name].title, lambda game, terms: allocate(game, name, terms))
    if name not in POLICIES:
        raise unknown("method", name, {**METHODS, **POLICIES})
    aim = POLICIES[name]

    def charge(game: CostGame, terms: Terms) -> Allocation:
        found = policy(game, terms, aim, core, closest_to, members_capital=members_capital)
        if found.allocation is None:
            raise NotApplicableError(found.sentence.rstrip("."), "give up one of these requirements")
        return found.allocation

    return Sharing(name, f"Policy: {OBJECTIVES[aim].lower()}", charge)
