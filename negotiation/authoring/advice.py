"""What a valid game lacks and what looks like a slip in it, as hints with place and remedy; none of them is a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ..definition import Definition
from ..errors import Problem
from .missing import missing, mixed_money, unused
from .soundings import soundings
from .suspicious import never_taken, other_sizes, out_of_reach, without_effect


@dataclass(frozen=True)
class Hint:
    """Something worth a look.

    Parameters
    ----------
    kind : {"missing", "suspicious"}
    problem : Problem
        Where, what, and what to do about it.
    """

    kind: Literal["missing", "suspicious"]
    problem: Problem

    def as_dict(self) -> dict[str, Any]:
        """Return the hint for JSON."""
        return {"kind": self.kind, **self.problem.as_dict()}


def advice(definition: Definition) -> tuple[Hint, ...]:
    """Return what is suspicious in a valid game, then what is missing.

    Payoffs and outcomes are looked at on up to a few hundred profiles under the file's numbers, every scenario and lever, the ends of
    every range and random draws with a fixed seed. Costs less than a second for a game of the catalogue.

    Parameters
    ----------
    definition : Definition

    Returns
    -------
    tuple of Hint

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "One", "money": "USD", "parameters": {"fee": 1},
    ...     "stakeholders": {"firm": {"actions": ["pay", "stay"]}}, "payoffs": {"firm": {"pay": 1, "stay": 2}}})
    >>> [hint.problem.field for hint in advice(game) if hint.kind == "suspicious"]
    ['payoffs.firm.pay', 'parameters.fee']
    """
    suspicious = tuple(Hint("suspicious", problem) for problem in _suspicious(definition))
    return suspicious + tuple(Hint("missing", problem) for problem in missing(definition))


def _suspicious(definition: Definition) -> Iterator[Problem]:
    found = soundings(definition)
    yield from never_taken(found)
    yield from other_sizes(found)
    yield from out_of_reach(found)
    unread = tuple(unused(definition))
    yield from unread
    said = {problem.place for problem in unread}
    yield from (problem for problem in without_effect(found) if problem.place not in said)
    yield from mixed_money(definition)
