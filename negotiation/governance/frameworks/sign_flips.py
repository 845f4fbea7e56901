"""The value of a parameter at which two bundles of levers stop helping and start hindering each other, or the other way round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ...budget import Budget
from ...definition import Definition, known
from ...errors import NotApplicableError
from ...numerics import Array, plain, shown
from ...settings import NO_SETTINGS, Settings
from .signs import MEANING, Sign, SignRow, bundle_words, cell_bundles, judged_pair, measure_words

GRID = 65
"""Values of a parameter at which the sign is looked at first."""
PARTS = 16
"""Parts into which each stretch with a flip is cut, again and again."""
ROUNDS = 9
MOST = 20
"""Flips that are located."""
SAME = 1e-6
"""Share of the range within which flips are one."""


@dataclass(frozen=True)
class Flip:
    """A value of the parameter at which the sign changes, known to within `width`."""

    value: float
    before: Sign
    after: Sign
    width: float


@dataclass(frozen=True, eq=False)
class SignFlips:
    """How two bundles interact along the range of a parameter.

    Parameters
    ----------
    parameter : str
    low, high : float
    flips : tuple of Flip
        In ascending order.
    values : ndarray
        Where the sign was looked at first.
    rows : tuple of SignRow
        One for each of these values.
    complete : None
        Two flips between neighbouring values would be missed.
    """

    definition: Definition
    parameter: str
    measure: str
    low: float
    high: float
    flips: tuple[Flip, ...]
    values: Array
    rows: tuple[SignRow, ...]
    complete: None = None

    @property
    def sentence(self) -> str:
        """Where the sign flips, in plain words."""
        entry = self.definition.parameters[self.parameter]
        name = entry.label or self.parameter
        first, second = (bundle_words(self.definition, bundle) for bundle in (self.rows[0].first, self.rows[0].second))
        about = f"“{name}” between {shown(self.low)} and {shown(self.high)} {entry.unit}".rstrip()
        if not self.flips:
            return f"For every value looked at of {about}, {first} and {second} show {self.rows[0].sign} ({MEANING[self.rows[0].sign]})."
        parts = [f"{flip.before} turns into {flip.after} at {shown(flip.value)}" for flip in self.flips]
        return f"Of {first} and {second}, along {about}: {'; '.join(parts)}."

    def as_dict(self) -> dict[str, Any]:
        """Return the flips for JSON."""
        body = {
            "sentence": self.sentence,
            "how": f"{len(self.values)} values, then each stretch with a flip cut into parts; two flips between neighbouring values would be missed",
            "complete": self.complete,
            "parameter": self.parameter,
            "measure": self.measure,
            "flips": [vars(flip) for flip in self.flips],
            "values": [{"value": float(value), **row.as_dict()} for value, row in zip(self.values, self.rows, strict=True)],
        }
        return dict(plain(body))


def sign_flips(
    definition: Definition,
    bundles: Mapping[str, Sequence[str]],
    parameter: str,
    measure: str = "kept",
    settings: Settings | None = None,
    *,
    low: float | None = None,
    high: float | None = None,
    charges: str | None = None,
    intensities: Mapping[str, str] | None = None,
    budget: Budget | None = None,
) -> SignFlips:
    """Find the values of a parameter at which the sign of the interaction of two bundles flips.

    Parameters
    ----------
    definition : Definition
    bundles : mapping of str to sequence of str
        Two bundles.
    parameter : str
        None of their levers may change it.
    measure, settings, charges, intensities, budget
        As in :func:`signs`.
    low, high : float, optional
        The parameter's range in the file if not given.

    Returns
    -------
    SignFlips

    Raises
    ------
    NotApplicableError
        When there are not two bundles, a lever changes the parameter, or there is no range.
    UnknownNameError
        For a parameter, outcome or lever that does not exist.
    """
    entry = known("parameter", parameter, definition.parameters)
    low, high = entry.low if low is None else low, entry.high if high is None else high
    four = {name: tuple(levers) for name, levers in bundles.items()}
    if len(four) != 2:
        raise NotApplicableError(f"{len(four)} bundles were named, the sign is about two", "name two bundles of levers")
    if low is None or high is None or not low < high:
        raise NotApplicableError(f"'{parameter}' has no range", "give 'low' and 'high'")
    for name in (lever for levers in four.values() for lever in levers):
        lever = known("lever", name, definition.levers)
        if parameter in lever.set or parameter in lever.shift:
            raise NotApplicableError(f"the lever '{name}' changes '{parameter}'", "choose a parameter that neither bundle changes")

    def at(values: Array) -> list[SignRow]:
        varied = {parameter: values}
        return judged_pair(definition, settings or NO_SETTINGS, charges, four, measure, intensities=intensities, varied=varied, budget=budget)

    values = np.linspace(low, high, GRID)
    rows = at(values)
    stretches = _changes(values, [row.sign for row in rows])[:MOST]
    for _ in range(ROUNDS if stretches else 0):
        inner = np.array([np.linspace(left, right, PARTS + 1)[1:-1] for left, right, _, _ in stretches])
        found = np.array([row.sign for row in at(inner.ravel())], dtype=object).reshape(inner.shape)
        cut = zip(stretches, inner, found.tolist(), strict=True)
        stretches = [part for (left, right, a, b), points, some in cut for part in _changes(np.array([left, *points, right]), [a, *some, b])][:MOST]
    return SignFlips(definition, parameter, measure_words(definition, measure), low, high, _merged(stretches, SAME * (high - low)), values, tuple(rows))


@dataclass(frozen=True, eq=False)
class FlipsAlong:
    """How all pairs of some bundles interact along the range of a parameter.

    Parameters
    ----------
    parameter : str
    rows : tuple of SignFlips
        One for each pair that could be asked about.
    notes : tuple of str
        Which could not, and why.
    """

    parameter: str
    rows: tuple[SignFlips, ...]
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Where which sign flips, in plain words."""
        told = [row.sentence for row in self.rows if row.flips]
        return " ".join(told) or f"No sign of two of them was seen to flip along “{self.parameter}”."

    def as_dict(self) -> dict[str, Any]:
        """Return the flips for JSON."""
        pairs = [(row.rows[0].first, row.rows[0].second, row) for row in self.rows]
        body = {
            "sentence": self.sentence,
            "how": f"{GRID} values of each pair, then each stretch with a flip cut into parts; two flips between neighbouring values would be missed",
            "complete": None,
            "parameter": self.parameter,
            "measure": self.rows[0].measure if self.rows else None,
            "flips": [{"first": first, "second": second, **vars(flip)} for first, second, row in pairs for flip in row.flips],
            "pairs": [
                {"first": first, "second": second, "at_the_low_end": row.rows[0].sign, "at_the_high_end": row.rows[-1].sign, "flips": len(row.flips)}
                for first, second, row in pairs
            ],
            "notes": list(self.notes),
        }
        return dict(plain(body))


def flips_along(
    definition: Definition,
    parameter: str,
    measure: str = "kept",
    settings: Settings | None = None,
    *,
    bundles: Mapping[str, Sequence[str]] | None = None,
    charges: str | None = None,
    budget: Budget | None = None,
) -> FlipsAlong:
    """Find the values of a parameter at which the sign of any two bundles flips.

    Parameters
    ----------
    definition, parameter, measure, settings, charges, budget
        As in :func:`sign_flips`.
    bundles : mapping of str to sequence of str, optional
        The cells of scope and actor if not given; those without a lever, and those with a lever that changes the parameter, are left out.

    Returns
    -------
    FlipsAlong

    Raises
    ------
    NotApplicableError
        When the parameter has no range, or fewer than two bundles are left.
    UnknownNameError
        For a parameter, outcome or lever that does not exist.
    """
    known("parameter", parameter, definition.parameters)
    notes: tuple[str, ...] = ()
    if bundles is None:
        bundles, notes = cell_bundles(definition)
    filled = {name: levers for name, levers in bundles.items() if levers}
    changing = [name for name, levers in filled.items() if any(parameter in {**definition.levers[one].set, **definition.levers[one].shift} for one in levers)]
    notes += tuple(f"{name} is left out: its levers change '{parameter}'." for name in changing)
    left = {name: levers for name, levers in filled.items() if name not in changing}
    if len(left) < 2:
        raise NotApplicableError(f"fewer than two bundles of levers leave '{parameter}' alone", "choose another parameter, or other cells or levers")
    rows = [
        sign_flips(definition, {name: left[name] for name in pair}, parameter, measure, settings, charges=charges, budget=budget)
        for pair in combinations(left, 2)
    ]
    return FlipsAlong(parameter, tuple(rows), notes)


Stretch = tuple[float, float, Sign, Sign]


def _changes(values: Array, found: Sequence[Sign]) -> list[Stretch]:
    """Return the stretches between neighbouring values with different signs."""
    return [(float(values[k]), float(values[k + 1]), found[k], found[k + 1]) for k in range(len(found) - 1) if found[k] != found[k + 1]]


def _merged(stretches: Sequence[Stretch], same: float) -> tuple[Flip, ...]:
    """Return the flips; a sign that is there at a single value only, where two things are equal, is no sign of its own."""
    flips: list[Stretch] = []
    for left, right, before, after in stretches:
        if flips and right - flips[-1][0] <= same:
            flips[-1] = (flips[-1][0], right, flips[-1][2], after)
        else:
            flips.append((left, right, before, after))
    return tuple(Flip((left + right) / 2, before, after, right - left) for left, right, before, after in flips if before != after)
