"""Bundles of levers, on and off in every combination: what each brings alone, what is lost without it, its share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...budget import Budget
from ...definition import Definition, Lever
from ...numerics import Array, shown
from ...settings import Settings
from ...strategic.wording import joined
from ..levers.indices import shapley_values
from ..levers.sets import Sets, all_sets
from ..levers.table import LeverTable, judged_sets
from ..levers.wording import lever_words, payers_of


@dataclass(frozen=True)
class Effect:
    """What one bundle does.

    Parameters
    ----------
    name, label : str
    levers : tuple of str
        Its driver levers; empty where the game has none for it.
    cost : float
        In the game's money unit.
    payers : dict of str to float
        Who pays how much; what has no payer stands under an empty name.
    holds_alone, holds_without : bool
        Whether the target holds with this bundle alone, and with all the others.
    margin_alone : float
        How far that is from changing, in the game's money unit.
    kept_alone : float
        Share of members that goes on cooperating once the target is reached, with this bundle alone.
    added_alone, lost_without : float
        What it adds to no bundle, and what is lost when it is left out of all.
    shapley : float
        Its share of what all bundles together add.
    flips_alone, flips_without : bool
        Whether it makes the target hold where it did not, and whether leaving it out of all makes the target fall.
    leaves_first : str
        Who would leave first with this bundle alone, by which move and for what gain; empty where nobody has a choice.
    outcomes : dict of str to float
        Its Shapley share of the change of each outcome of the game.
    """

    name: str
    label: str
    levers: tuple[str, ...]
    cost: float
    payers: dict[str, float]
    holds_alone: bool
    holds_without: bool
    margin_alone: float
    kept_alone: float
    added_alone: float
    lost_without: float
    shapley: float
    flips_alone: bool
    flips_without: bool
    leaves_first: str
    outcomes: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the effect as a flat row."""
        row = {key: value for key, value in vars(self).items() if key not in ("payers", "outcomes", "levers")}
        paid = {f"paid by {name or 'nobody named'}": amount for name, amount in self.payers.items()}
        return {**row, "levers": list(self.levers), **paid, **{f"share of {name}": value for name, value in self.outcomes.items()}}


@dataclass(frozen=True, eq=False)
class BundleTable:
    """Every combination of bundles, judged.

    Parameters
    ----------
    labels : mapping of str to str
        Bundles and what people call them.
    bundles : mapping of str to tuple of str
        The levers of each bundle, in the same order.
    on : ndarray of bool, shape (combinations, bundles)
    table : LeverTable
        One row a combination.
    outcomes : mapping of str to ndarray
        The game's outcomes where best replies lead from the target, shape (combinations,).
    """

    labels: Mapping[str, str]
    bundles: Mapping[str, tuple[str, ...]]
    on: Sets
    table: LeverTable
    outcomes: Mapping[str, Array]

    @property
    def empty(self) -> tuple[str, ...]:
        """Bundles for which the game has no lever."""
        return tuple(name for name, levers in self.bundles.items() if not levers)

    @property
    def filled(self) -> tuple[str, ...]:
        """Bundles for which it has some."""
        return tuple(name for name, levers in self.bundles.items() if levers)

    @property
    def all(self) -> int:
        """The combination in which every bundle is on."""
        return len(self.on) - 1

    def row(self, names: Sequence[str]) -> int:
        """Return the combination in which exactly these bundles are on."""
        order = list(self.bundles)
        return sum(1 << order.index(name) for name in names)

    def names(self, k: int) -> tuple[str, ...]:
        """Return the bundles that are on in the `k`-th combination."""
        return tuple(name for name, on in zip(self.bundles, self.on[k], strict=True) if on)

    def described(self, k: int) -> dict[str, Any]:
        """Return the `k`-th combination as a flat row."""
        row = self.table.described(k)
        return {
            "on": list(self.names(k)),
            **{key: value for key, value in row.items() if key != "levers"},
            **{n: float(v[k]) for n, v in self.outcomes.items()},
        }

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """What each bundle does, in their order."""
        kept, holds, last = self.table.kept.cooperation, self.table.holds, self.all
        shares = shapley_values(kept)
        parts = {name: shapley_values(values) for name, values in self.outcomes.items()}
        definition = self.table.definition
        found = []
        for j, (name, levers) in enumerate(self.bundles.items()):
            one, rest = 1 << j, last - (1 << j)
            paid = payers_of(definition, levers)
            alone = (bool(holds[one]), bool(holds[rest]), float(self.table.margin[one]), float(kept[one]), float(kept[one] - kept[0]))
            flips = (bool(holds[one] and not holds[0]), bool(holds[last] and not holds[rest]))
            first = leaving_words(self.table, one)
            outcomes = {key: float(values[j]) for key, values in parts.items()}
            numbers = (*alone, float(kept[last] - kept[rest]), float(shares[j]))
            found.append(Effect(name, self.labels[name], levers, sum(paid.values()), paid, *numbers, *flips, first, outcomes))
        return tuple(found)

    def words(self, names: Sequence[str]) -> str:
        """Return bundles by their labels."""
        return joined([self.labels[name] for name in names])


def bundled(
    definition: Definition,
    labels: Mapping[str, str],
    bundles: Mapping[str, Sequence[str]],
    settings: Settings | None = None,
    charges: str | None = None,
    *,
    budget: Budget | None = None,
) -> BundleTable:
    """Judge every combination of bundles of levers.

    Parameters
    ----------
    definition : Definition
    labels : mapping of str to str
    bundles : mapping of str to sequence of str
        The levers of each; a bundle may be empty.
    settings, charges, budget
        As in :func:`~negotiation.governance.levers.table.lever_table`; levers of the settings that are in no bundle stay on.

    Returns
    -------
    BundleTable

    Raises
    ------
    NotApplicableError
        When the game names no target.
    TooLargeError
        Above 14 bundles.
    """
    on = all_sets(len(bundles))
    levers = tuple(dict.fromkeys(name for bundle in bundles.values() for name in bundle))
    member = np.array([[name in bundle for name in levers] for bundle in bundles.values()], dtype=np.bool_).reshape(len(bundles), len(levers))
    sets = (on.astype(int) @ member.astype(int)) > 0
    table = judged_sets(definition, levers, sets, settings, charges, budget=budget)
    outcomes = {name: table.observe(outcome.formula, table.kept.counts) for name, outcome in definition.outcomes.items()}
    return BundleTable(dict(labels), {name: tuple(bundle) for name, bundle in bundles.items()}, on, table, outcomes)


def drivers_by(definition: Definition, keys: Sequence[str], of: Mapping[str, str | None]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Sort the driver levers by a key each; return the bundles, and the drivers that have none of the keys."""
    drivers = drivers_of(definition)
    bundles = {key: tuple(name for name in drivers if of[name] == key) for key in keys}
    return bundles, tuple(name for name in drivers if of[name] not in bundles)


def drivers_of(definition: Definition) -> dict[str, Lever]:
    """Return the levers that are no barriers."""
    return {name: lever for name, lever in definition.levers.items() if lever.effect == "driver"}


def leaving_words(table: LeverTable, k: int) -> str:
    """Say who leaves first in a combination, or comes nearest to leaving."""
    weakest = table.weakest(k)
    if weakest is None:
        return table.excluded.get(k, "")
    stakeholder = table.definition.stakeholders[weakest.stakeholder]
    who, to = stakeholder.label or weakest.stakeholder, stakeholder.actions[weakest.to]
    money = f"{shown(abs(weakest.gain))} {table.definition.money}"
    if table.holds[k]:
        return f"nobody; closest is {who}, losing {money} by choosing “{to}”"
    return f"{who}, gaining {money} by choosing “{to}”"


def unplaced_words(definition: Definition, unplaced: Sequence[str], what: str) -> list[str]:
    """Say which driver levers are left aside."""
    return [f"Left aside, because the file names no {what} for them: {lever_words(definition, unplaced)}."] if unplaced else []
