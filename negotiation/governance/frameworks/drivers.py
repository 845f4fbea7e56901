"""Drivers against barriers: which barrier undoes which bundle of drivers, and which driver's absence is a barrier itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...budget import Budget
from ...definition import Definition
from ...numerics import plain
from ...settings import NO_SETTINGS, Settings
from ..levers.minimal import minimal_sets
from ..levers.sets import EXACT
from ..levers.table import LeverTable, judged_sets, lever_table
from ..levers.wording import lever_words, target_words
from .bundles import drivers_of, leaving_words
from .names import PATHS

SMALLEST = 6
"""Smallest stabilising sets of drivers that are set against the barriers, cheapest first."""


@dataclass(frozen=True)
class Meeting:
    """A bundle of drivers against some barriers.

    Parameters
    ----------
    drivers : str
        Name of the bundle.
    barriers : tuple of str
    holds : bool
    margin : float
        In the game's money unit.
    kept : float
        Share of members that goes on cooperating once the target is reached.
    undone : bool
        Whether the target holds with these drivers when no barrier is there, and not with these barriers.
    leaves_first : str
    """

    drivers: str
    barriers: tuple[str, ...]
    holds: bool
    margin: float
    kept: float
    undone: bool
    leaves_first: str

    def as_dict(self) -> dict[str, Any]:
        """Return the meeting as a flat row."""
        return {**vars(self), "barriers": list(self.barriers)}


@dataclass(frozen=True)
class Absence:
    """A driver left out of all drivers, with no barrier there: is its absence a barrier itself?"""

    driver: str
    holds: bool
    lost: float

    def as_dict(self) -> dict[str, Any]:
        """Return the absence as a flat row."""
        return dict(vars(self))


@dataclass(frozen=True, eq=False)
class Drivers:
    """Bundles of drivers against barriers.

    Parameters
    ----------
    table : LeverTable
        One row for each meeting, then one for each absence.
    bundles : mapping of str to tuple of str
        The drivers of each bundle: each path, all of them, and the smallest sets that stabilise.
    barriers : tuple of str
    meetings : tuple of Meeting
        Each bundle against no barrier, each barrier alone, and all of them.
    absences : tuple of Absence
    notes : tuple of str
    """

    table: LeverTable
    bundles: Mapping[str, tuple[str, ...]]
    barriers: tuple[str, ...]
    meetings: tuple[Meeting, ...]
    absences: tuple[Absence, ...]
    notes: tuple[str, ...]

    def undone_by(self, barrier: str) -> tuple[str, ...]:
        """Return the bundles that a barrier alone undoes."""
        return tuple(one.drivers for one in self.meetings if one.barriers == (barrier,) and one.undone)

    @property
    def withstanding(self) -> tuple[str, ...]:
        """Bundles with which the target holds against all barriers together."""
        return tuple(one.drivers for one in self.meetings if one.barriers == self.barriers and one.holds)

    @property
    def sentence(self) -> str:
        """Which barrier undoes what, in plain words."""
        definition = self.table.definition
        holding = [one.drivers for one in self.meetings if not one.barriers and one.holds]
        what = target_words(definition)
        parts = []
        if not holding:
            parts.append(f"Even without barriers {what} holds with none of the {len(self.bundles)} bundles of drivers looked at.")
        for barrier in self.barriers if holding else ():
            undone = len(self.undone_by(barrier))
            parts.append(f"{lever_words(definition, (barrier,))} undoes {undone} of the {len(holding)} bundles of drivers with which {what} holds.")
        if holding and self.barriers:
            found = self.withstanding
            parts.append(
                f"{len(found)} of them hold{'s' if len(found) == 1 else ''} against all barriers together." if found else "None holds against all of them."
            )
        missing = [one.driver for one in self.absences if not one.holds]
        if missing and any(one.drivers == "all drivers" and one.holds for one in self.meetings if not one.barriers):
            parts.append(f"All other drivers do not make up for the absence of {lever_words(definition, missing)}.")
        return " ".join([*parts, *self.notes])

    def as_dict(self) -> dict[str, Any]:
        """Return the meetings for JSON."""
        body = {
            "sentence": self.sentence,
            "how": f"each of {len(self.bundles)} bundles of drivers was set against none, each and all of {len(self.barriers)} barriers",
            "money": self.table.definition.money,
            "bundles": [{"name": name, "levers": list(levers)} for name, levers in self.bundles.items()],
            "meetings": [one.as_dict() for one in self.meetings],
            "absent_drivers": [one.as_dict() for one in self.absences],
        }
        return dict(plain(body))


def drivers_and_barriers(definition: Definition, settings: Settings | None = None, charges: str | None = None, *, budget: Budget | None = None) -> Drivers:
    """Set each bundle of drivers against each barrier.

    Parameters
    ----------
    definition : Definition
    settings, charges, budget
        As in :func:`~negotiation.governance.levers.table.lever_table`.

    Returns
    -------
    Drivers

    Raises
    ------
    NotApplicableError
        When the game names no target.

    References
    ----------
    P. Lund-Thomsen, A. Lindgreen and J. Vanhamme (2016), "Industrial clusters and corporate social responsibility in developing
    countries: what we know, what we do not know, and what we need to know": six drivers, six barriers, and absent drivers as barriers.
    """
    settings = settings or NO_SETTINGS
    drivers = tuple(drivers_of(definition))
    barriers = tuple(name for name in definition.levers if name not in drivers)
    bundles, notes = _bundles(definition, drivers, settings, charges, budget=budget)
    against = tuple(dict.fromkeys([(), *((name,) for name in barriers), barriers]))
    rows = [(name, some) for name in bundles for some in against]
    levers = (*drivers, *barriers)
    sets = [[lever in bundles[name] or lever in some for lever in levers] for name, some in rows]
    sets += [[lever in drivers and lever != out for lever in levers] for out in drivers]
    table = judged_sets(definition, levers, np.array(sets, dtype=np.bool_).reshape(len(sets), len(levers)), settings, charges, budget=budget, formation=False)
    held = {name: bool(table.holds[rows.index((name, ()))]) for name in bundles}
    kept = table.kept.cooperation
    meetings = tuple(
        Meeting(name, some, bool(table.holds[k]), float(table.margin[k]), float(kept[k]), bool(held[name] and not table.holds[k]), leaving_words(table, k))
        for k, (name, some) in enumerate(rows)
    )
    full = float(kept[rows.index(("all drivers", ()))])
    absences = tuple(Absence(name, bool(table.holds[k]), full - float(kept[k])) for k, name in enumerate(drivers, len(rows)))
    return Drivers(table, bundles, barriers, meetings, absences, notes)


def _bundles(
    definition: Definition, drivers: Sequence[str], settings: Settings, charges: str | None, *, budget: Budget | None
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the bundles that are set against the barriers: paths, all drivers, and the smallest sets that stabilise."""
    found = {label: tuple(name for name in drivers if definition.levers[name].path == path) for path, label in PATHS.items()}
    found = {label: levers for label, levers in found.items() if levers} | {"all drivers": tuple(drivers)}
    if not drivers:
        return found, ("The game has no drivers.",)
    if len(drivers) > EXACT:
        return found, (f"With {len(drivers)} drivers the smallest sets that stabilise are not looked for here.",)
    without = Settings(settings.set, settings.scenario, tuple(name for name in settings.levers if definition.levers[name].effect == "driver"))
    least = minimal_sets(lever_table(definition, without, charges, drivers, budget, formation=False)).holding
    found |= {f"smallest set {k}": one.levers for k, one in enumerate(least[:SMALLEST], 1)}
    return found, (f"Of {len(least)} smallest sets the {SMALLEST} cheapest were looked at.",) if len(least) > SMALLEST else ()
