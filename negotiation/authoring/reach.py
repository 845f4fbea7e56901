"""Where do the expectations of a game hold? Each parameter, taken alone, is led through its range until a claim breaks.

A claim about one number alone hangs on that number. One that is a property of the structure holds wherever the numbers may honestly lie, or
says within which of them: `within`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np

from ..budget import Budget, unlimited
from ..definition import Definition, Expectation
from ..governance.line import Truth
from ..numerics import Array, shown
from .holding import Holding

Interval = tuple[float, float]
LOOKED = 6
"""Numbers that are looked at together: both ends of an interval, and those between in equal steps on either side of the file's own."""
ROUNDS = 8
FINE, FINEST = 0.1, 0.001
"""An edge is found to this share of its distance from the file's number, or of the parameter's range."""
GIVEN_UP = 0.05
"""Share of that distance that rounding may give up."""


@dataclass(frozen=True)
class Reach:
    """How far one parameter may move before one expectation breaks.

    Parameters
    ----------
    expectation : int
        Its place in the file, counted from 0.
    parameter, unit : str
    value : float
        The file's own number.
    range, claimed : (float, float)
        The parameter's range; within which the expectation is said to hold.
    found : (float, float)
        Within which it does, as far as was looked, at most `claimed`: rounded towards the file's own number.
    """

    expectation: int
    parameter: str
    unit: str
    value: float
    range: Interval
    claimed: Interval
    found: Interval

    @property
    def met(self) -> bool:
        """Whether it holds wherever it is said to."""
        return self.found == self.claimed

    @property
    def hangs(self) -> bool:
        """Whether it is said, or was found, to hold in a part of the range only."""
        return self.found != self.range

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        places = {"range": list(self.range), "claimed": list(self.claimed), "found": list(self.found)}
        return {"expectation": self.expectation, "parameter": self.parameter, "unit": self.unit, "value": self.value, **places, "met": self.met}


@dataclass(frozen=True)
class RangeCheck:
    """Where the expectations of a game hold.

    Parameters
    ----------
    asked : int
        Pairs of an expectation and a parameter.
    expectations : tuple of Expectation
        Those that were asked about, all pairs of them; of the others nothing is said.
    hanging : tuple of Reach
        Pairs in which the expectation does not hold, or is not said to hold, in the whole range.
    complete : bool
        Whether all were asked in the time.
    reason : str
    """

    asked: int
    expectations: tuple[Expectation, ...]
    hanging: tuple[Reach, ...]
    complete: bool = True
    reason: str = ""

    @property
    def broken(self) -> tuple[Reach, ...]:
        """Pairs in which the expectation breaks where it is said to hold."""
        return tuple(one for one in self.hanging if not one.met)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """How many expectations hang on no parameter, on one, on two, on more."""
        on = np.bincount([one.expectation for one in self.hanging], minlength=len(self.expectations))
        return int((on == 0).sum()), int((on == 1).sum()), int((on == 2).sum()), int((on > 2).sum())

    @property
    def sentence(self) -> str:
        """How many hold everywhere, in plain words."""
        anywhere, one, two, more = self.counts
        words = f"{anywhere} of {len(self.expectations)} expectations hold wherever any one number lies in its range"
        words += f"; {one} hang on one parameter, {two} on two, {more} on more"
        if not self.broken:
            return f"{words}. All hold within what they say." if self.complete else f"{words}. None was found to break within what it says."
        claims = len({entry.expectation for entry in self.broken})
        return f"{words}. {claims} {'breaks' if claims == 1 else 'break'} where {'it is' if claims == 1 else 'they are'} said to hold."

    def as_dict(self) -> dict[str, Any]:
        """Return the check for JSON."""
        names = ("no_parameter", "one", "two", "more")
        rows = [{"says": self.expectations[one.expectation].says, **one.as_dict()} for one in self.hanging]
        counts = {"asked": self.asked, "expectations": len(self.expectations), "hang_on": dict(zip(names, self.counts, strict=True))}
        return {"sentence": self.sentence, **counts, "met": not self.broken, "hanging": rows, "complete": self.complete, "reason": self.reason}


def range_check(definition: Definition, budget: Budget | None = None) -> RangeCheck:
    """Lead each parameter, taken alone, through the interval in which each expectation is said to hold; find the edge where it breaks.

    Looks at both ends and at numbers between, all others as in the file under the expectation's own settings; what breaks only between two
    numbers looked at is not seen. Parameters that the expectation itself sets, varies or walks along are left out, and so are those without
    a range.

    Parameters
    ----------
    definition : Definition
        Its expectations are taken to be met by the file's own numbers.
    budget : Budget, optional

    Returns
    -------
    RangeCheck

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> game = read_definition({"title": "One", "money": "USD", "parameters": {"fee": {"value": 1, "low": 0, "high": 9}},
    ...     "stakeholders": {"firm": {"actions": ["pay", "stay"]}}, "payoffs": {"firm": {"pay": "5 - fee", "stay": 2}},
    ...     "expected": [{"says": "It pays.", "every_equilibrium": "count(firm, pay) == 1"}]})
    >>> range_check(game).hanging[0].found
    (0.0, 2.9)
    """
    budget, asked = budget or unlimited(), 0
    hanging: list[Reach] = []
    order = sorted(range(len(definition.expected)), key=lambda k: definition.expected[k].given.model_dump_json())
    for j, name in enumerate(definition.parameters):
        at_once: dict[Interval, Holding] = {}
        for k in order:
            expected = definition.expected[k]
            if name not in open_parameters(definition, expected):
                continue
            if budget.spent(j / len(definition.parameters), f"{name}: {j} of {len(definition.parameters)} parameters"):
                reason = f"{budget.why()} after {j} of {len(definition.parameters)} parameters"
                return RangeCheck(asked, tuple(definition.expected), tuple(hanging), False, reason)
            found = reach(definition, k, name, at_once)
            asked += 1
            hanging += [found] if found.hangs else []
    hanging.sort(key=lambda one: one.expectation)
    return RangeCheck(asked, tuple(definition.expected), tuple(hanging))


def open_parameters(definition: Definition, expected: Expectation) -> Iterator[str]:
    """Yield the parameters with a range that an expectation neither sets nor varies nor walks along."""
    compared = {} if expected.compared_with is None else expected.compared_with.set
    for name, entry in definition.parameters.items():
        own = name in expected.given.set or name in compared or name in expected.vary or name in expected.along
        if not own and entry.low is not None and entry.high is not None:
            yield name


def claimed(definition: Definition, expected: Expectation, name: str) -> Interval:
    """Return within which numbers for a parameter an expectation is said to hold: what it says, or the whole range."""
    entry = definition.parameters[name]
    low, high = expected.within.get(name, (entry.low, entry.high))
    return float(entry.value if low is None else low), float(entry.value if high is None else high)


def reach(definition: Definition, k: int, name: str, at_once: dict[Interval, Holding] | None = None) -> Reach:
    """Return how far one parameter may move before one expectation breaks.

    Parameters
    ----------
    definition : Definition
    k : int
        Place of the expectation.
    name : str
        A parameter with a range.
    at_once : dict, optional
        For each interval the games along it, shared by the expectations that are asked one after the other.

    Returns
    -------
    Reach
    """
    expected, entry = definition.expected[k], definition.parameters[name]
    said = claimed(definition, expected, name)
    whole = claimed(definition, expected.model_copy(update={"within": {}}), name)
    shared = {} if at_once is None else at_once
    if said not in shared:
        shared[said] = Holding(definition, name, looked_at(entry.value, said))
    holding = shared[said]
    truth = holding.asked(expected)
    found = said if truth.all() else _edges(definition, expected, name, (holding.values, truth), said)
    return Reach(k, name, entry.unit, entry.value, whole, said, found)


def looked_at(value: float, interval: Interval, many: int = LOOKED) -> Array:
    """Return the ends of an interval and numbers between, in equal steps on either side of `value`.

    Examples
    --------
    >>> looked_at(4, (1, 10)).tolist(), looked_at(0, (0, 6)).tolist()
    ([1.0, 2.0, 3.0, 6.0, 8.0, 10.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    """
    low, high = interval
    sides = [end for end in (low, high) if end != value]
    parts = [np.linspace(value, end, many // len(sides) + 1)[1:] for end in sides]
    return np.unique(np.clip(np.concatenate(parts), low, high)) if parts else np.array([value])


def _edges(definition: Definition, expected: Expectation, name: str, first: tuple[Array, Truth], said: Interval) -> Interval:
    """Bracket where the expectation breaks below and above the file's number; round towards that number what was seen to hold."""
    value, span = definition.parameters[name].value, said[1] - said[0]
    seen = dict(zip(*(row.tolist() for row in first), strict=True))
    for _ in range(ROUNDS):
        gaps = [gap for side in (-1, 1) if (gap := _gap(seen, value, side)) is not None]
        gaps = [(good, bad) for good, bad in gaps if abs(bad - good) > max(FINE * abs(good - value), FINEST * span)]
        if not gaps:
            break
        steps = LOOKED // len(gaps)
        between = np.unique(np.concatenate([np.linspace(good, bad, steps + 2)[1:-1] for good, bad in gaps]))
        seen |= dict(zip(between.tolist(), Holding(definition, name, between).asked(expected).tolist(), strict=True))
    low, high = (said[side > 0] if (gap := _gap(seen, value, side)) is None else rounded(gap[0], value) for side in (-1, 1))
    return low, high


def _gap(seen: dict[float, bool], value: float, side: int) -> Interval | None:
    """Return the last number up to which the claim holds, and the first at which it does not, on one side; None where it holds to the end."""
    good = value
    for number in sorted((number for number in seen if (number - value) * side > 0), key=lambda number: abs(number - value)):
        if not seen[number]:
            return good, number
        good = number
    return None


def rounded(edge: float, value: float) -> float:
    """Return the shortest number between `edge` and `value` that gives up little of what lies between them.

    Examples
    --------
    >>> rounded(0.8123, 2.0), rounded(3.4567, 3.0), rounded(-0.0123, 0.0), rounded(7.0, 7.0)
    (0.82, 3.45, -0.012, 7.0)
    """
    if edge == value:
        return value
    for digits in range(2, 16):
        place = 10.0 ** (digits - 1 - floor(log10(abs(edge)))) if edge else 1.0
        short = float(f"{(ceil if edge < value else floor)(edge * place) / place:.{digits}g}")
        if abs(short - edge) <= GIVEN_UP * abs(edge - value) and min(edge, value) <= short <= max(edge, value):
            return short
    return edge


def interval_text(interval: Sequence[float], unit: str = "") -> str:
    """Return an interval for people.

    Examples
    --------
    >>> interval_text((0.5, 1200), "USD per year")
    '0.5 to 1,200 USD per year'
    """
    return f"{shown(interval[0])} to {shown(interval[1])} {unit}".rstrip()
