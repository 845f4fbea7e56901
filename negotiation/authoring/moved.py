"""Do the claims of a game hang on one lucky number? Every disputed number is moved a little at random, and the claims are asked again.

A claim of the literature is a property of the structure: a sign, an order, a threshold. It should survive when amounts and shares are
somewhat different from what the author wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..definition import Definition, Expectation
from ..errors import NegotiationError
from ..governance.expectations import failures
from ..validation.fields import currencies
from .missing import cost_parameters


@dataclass(frozen=True)
class Shaken:
    """Claims asked again with moved numbers.

    Parameters
    ----------
    asked : int
        Claims times draws.
    failed : tuple of (str, str)
        The claim in words, and how it failed.
    """

    asked: int
    failed: tuple[tuple[str, str], ...]

    @property
    def share(self) -> float:
        """Share that survives; 1 where nothing was asked."""
        return 1 - len(self.failed) / self.asked if self.asked else 1.0


def moved(definition: Definition, share: float, rng: np.random.Generator) -> Definition:
    """Return the game with every amount of money and every share moved by up to `share` of itself, within its range.

    Head counts and other whole things stay, and so does what the cost game reads or feeds: charges that cover a cost would no longer
    cover it.

    Parameters
    ----------
    definition : Definition
    share : float
    rng : Generator
    """
    own, fixed = currencies(definition.money), cost_parameters(definition)
    values = {}
    for name, entry in definition.parameters.items():
        divisible = bool(own & currencies(entry.unit)) or entry.unit.lower().startswith(("share", "probability"))
        if divisible and name not in fixed and entry.low is not None and entry.high is not None:
            values[name] = float(np.clip(entry.value * (1 + rng.uniform(-share, share)), entry.low, entry.high))
    return with_values(definition, values)


def with_values(definition: Definition, values: Mapping[str, float]) -> Definition:
    """Return the game with other numbers in its file."""
    parameters = {name: entry.model_copy(update={"value": values[name]} if name in values else {}) for name, entry in definition.parameters.items()}
    fields = {name: getattr(definition, name) for name in type(definition).model_fields}
    return Definition(**{**fields, "parameters": parameters})


def shaken(definition: Definition, *, share: float = 0.02, draws: int = 1, seed: int = 2015) -> Shaken:
    """Ask every prediction, and every anchor over drawn numbers, again with moved numbers.

    Parameters
    ----------
    definition : Definition
    share : float
        By how much of itself a number may move.
    draws : int
    seed : int

    Returns
    -------
    Shaken

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "One", "money": "USD", "parameters": {"fee": {"value": 1, "low": 0, "high": 2, "unit": "USD"}},
    ...     "stakeholders": {"firm": {"actions": ["pay", "stay"]}}, "payoffs": {"firm": {"pay": "1 - fee", "stay": 0}},
    ...     "target": {"profile": {"firm": "pay"}}, "expected": [{"says": "Just so.", "kind": "prediction", "individual": True}]})
    >>> shaken(game, draws=20).share < 1
    True
    """
    rng = np.random.default_rng(seed)
    claims = [expected for expected in definition.expected if expected.kind == "prediction" or expected.iff is not None]
    failed = [found for _ in range(draws) for found in _failed(moved(definition, share, rng), claims)]
    return Shaken(draws * len(claims), tuple(failed))


def _failed(definition: Definition, claims: list[Expectation]) -> Iterator[tuple[str, str]]:
    for expected in claims:
        try:
            first = next(failures(definition, expected), None)
        except NegotiationError as error:
            first = str(error)
        if first is not None:
            yield expected.says, first
