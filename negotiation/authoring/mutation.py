"""Do the expectations of a game guard its formulas? Each sign of each payoff is turned round, and somebody has to notice.

A sign that can be turned without any expectation failing is a sign that a typing error could turn: the game would then say
something else, and nothing would tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..budget import Budget, unlimited
from ..definition import Definition
from ..document import Place
from ..errors import NegotiationError
from ..formula import parse
from ..governance.anchors import at_profile
from ..governance.expectations import failures
from .soundings import SAME, soundings

_TOKEN = re.compile(r"[A-Za-z_]\w*|[0-9.]+(?:[eE][+-]?[0-9]+)?|[+-]")
_OTHER = {"+": "-", "-": "+"}


@dataclass(frozen=True)
class Mutant:
    """A game with one sign turned round.

    Parameters
    ----------
    place : tuple of str
        The formula: ``("payoffs", stakeholder, action)`` or ``("definitions", name)``.
    position : int
        Where in the formula the sign stands, counted from 0.
    text : str
        The formula with the other sign.
    """

    place: Place
    position: int
    text: str

    @property
    def field(self) -> str:
        """The formula's place as people write it."""
        return ".".join(map(str, self.place))

    @property
    def shown(self) -> str:
        """The changed part of the formula, the sign between its neighbours."""
        around = self.text[max(0, self.position - 30) : self.position + 31]
        return " ".join(around.split())


@dataclass(frozen=True)
class MutationCheck:
    """How many turned signs the expectations notice.

    Parameters
    ----------
    tried, caught : int
        Signs that change some payoff somewhere, and how many of them break an expectation.
    missed : tuple of Mutant
        Those that break none.
    idle : tuple of Mutant
        Signs whose turning changes no payoff at all, so that nothing could notice.
    complete : bool
        Whether all were tried in the time.
    reason : str
    """

    tried: int
    caught: int
    missed: tuple[Mutant, ...]
    idle: tuple[Mutant, ...]
    complete: bool = True
    reason: str = ""

    @property
    def share(self) -> float:
        """Share caught; 1 where there is no sign."""
        return self.caught / self.tried if self.tried else 1.0

    @property
    def sentence(self) -> str:
        """How many are noticed, in plain words."""
        if not self.tried:
            return "No payoff has a sign that could be turned."
        missed = "" if not self.missed else f"; the first missed is {self.missed[0].field}, at '{self.missed[0].shown}'"
        return f"{self.caught} of {self.tried} turned signs break an expectation ({100 * self.share:.1f} %){missed}."

    def as_dict(self) -> dict[str, Any]:
        """Return the check for JSON."""
        missed, idle = ([{"field": one.field, "formula": one.shown} for one in rows] for rows in (self.missed, self.idle))
        counts = {"tried": self.tried, "caught": self.caught, "share": self.share, "missed": missed, "idle": idle}
        return {"sentence": self.sentence, **counts, "complete": self.complete, "reason": self.reason}


def mutants(definition: Definition) -> tuple[Mutant, ...]:
    """Return one mutant for each plus and minus, binary or unary, of the payoffs and of the definitions that they need.

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "One", "money": "USD", "definitions": {"net": "5 - 1e-3"},
    ...     "stakeholders": {"firm": {"actions": ["pay", "stay"]}}, "payoffs": {"firm": {"pay": "-2 + net", "stay": 2}}})
    >>> [mutant.text for mutant in mutants(game)]
    ['+2 + net', '-2 - net', '5 + 1e-3']
    """
    return tuple(Mutant(place, k, text[:k] + _OTHER[text[k]] + text[k + 1 :]) for place, text in _formulas(definition) for k in _signs(text))


def mutated(definition: Definition, mutant: Mutant) -> Definition:
    """Return the game with the mutant's formula in place."""
    fields = {name: getattr(definition, name) for name in type(definition).model_fields}
    if mutant.place[0] == "definitions":
        return Definition(**{**fields, "definitions": {**definition.definitions, str(mutant.place[1]): mutant.text}})
    _, stakeholder, action = map(str, mutant.place)
    row = {**definition.payoffs[stakeholder], action: mutant.text}
    return Definition(**{**fields, "payoffs": {**definition.payoffs, stakeholder: row}})


def noticed(definition: Definition, order: Sequence[int] | None = None) -> int | None:
    """Return which expectation fails first, or None where all are met.

    Parameters
    ----------
    definition : Definition
    order : sequence of int, optional
        In which order to ask; otherwise anchors first, verdicts last.

    Returns
    -------
    int or None
        A game that can no longer be evaluated fails at the expectation that needs it.
    """
    for k in quick_first(definition) if order is None else order:
        try:
            if any(True for _ in failures(definition, definition.expected[k])):
                return k
        except NegotiationError:
            return k
    return None


def quick_first(definition: Definition) -> list[int]:
    """Return the expectations in the order of what they cost: anchors about a profile, single profiles and equilibria, trends, verdicts."""
    costs = [(not at_profile(one), one.verdict is not None or one.formation is not None, one.observe is not None) for one in definition.expected]
    return sorted(range(len(costs)), key=costs.__getitem__)


def mutation_check(definition: Definition, budget: Budget | None = None) -> MutationCheck:
    """Turn every sign of the payoffs round, one at a time, and see whether an expectation fails.

    Costs at most one check of all expectations, and one more for each sign; a mutant that is noticed costs less.

    Parameters
    ----------
    definition : Definition
        Expectations that it does not meet as it stands guard nothing.
    budget : Budget, optional

    Returns
    -------
    MutationCheck
    """
    budget = budget or unlimited()
    every = mutants(definition)
    order, caught = [k for k in quick_first(definition) if noticed(definition, (k,)) is None], 0
    missed: list[Mutant] = []
    idle: list[Mutant] = []
    for k, mutant in enumerate(every):
        if budget.spent(k / len(every), f"{k} of {len(every)} signs turned"):
            return MutationCheck(k - len(idle), caught, tuple(missed), tuple(idle), False, f"{budget.why()} after {k} of {len(every)} signs")
        changed = mutated(definition, mutant)
        found = noticed(changed, order)
        if found is not None:
            caught += 1
            order = [found, *(k for k in order if k != found)]
        elif _same(definition, changed):
            idle.append(mutant)
        else:
            missed.append(mutant)
    return MutationCheck(len(every) - len(idle), caught, tuple(missed), tuple(idle))


def _same(one: Definition, other: Definition) -> bool:
    """Return whether two games with the same stakeholders pay the same, wherever one looks."""
    here, there = soundings(one).choices, soundings(other).choices
    return all(np.allclose(here[name], there[name], rtol=SAME, atol=SAME, equal_nan=True) for name in one.stakeholders)


def _signs(text: str) -> Iterator[int]:
    """Yield where a plus or minus joins or negates; the sign of an exponent (1e-3) is part of its number."""
    return (token.start() for token in _TOKEN.finditer(text) if token.group() in _OTHER)


def _formulas(definition: Definition) -> Iterator[tuple[Place, str]]:
    """Yield the payoffs, and the definitions that they need, directly or through others."""
    needed: set[str] = set()
    for stakeholder, row in definition.payoffs.items():
        for action, text in row.items():
            yield ("payoffs", stakeholder, action), text
            needed |= parse(text).names
    yield from ((("definitions", name), text) for name, text in definition.definitions.items() if name in _reached(definition, needed))


def _reached(definition: Definition, needed: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = needed & definition.definitions.keys()
    while waiting:
        found |= waiting
        waiting = {name for one in waiting for name in definition.formulas[one].names} & definition.definitions.keys() - found
    return found
