"""The table of governance: private, social and public, in the cluster and along the value chain, in all 64 combinations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...budget import Budget
from ...definition import Definition
from ...numerics import plain
from ...settings import Settings
from ..levers.wording import target_words
from .bundles import BundleTable, bundled, drivers_by, unplaced_words
from .names import CELLS


@dataclass(frozen=True, eq=False)
class Cells:
    """The six cells of governance, each all or none of its driver levers.

    Parameters
    ----------
    bundles : BundleTable
        All 64 combinations; cells without a lever change nothing.
    unplaced : tuple of str
        Driver levers without scope or actor.
    """

    bundles: BundleTable
    unplaced: tuple[str, ...]

    @property
    def smallest(self) -> tuple[tuple[str, ...], ...]:
        """Smallest sets of cells with which the target holds."""
        return smallest_sets(self.bundles)

    @property
    def sentence(self) -> str:
        """Which cells are needed, in plain words."""
        table = self.bundles
        return " ".join([holding_words(table, "cells"), *empty_words(table, "cell")])

    def as_dict(self) -> dict[str, Any]:
        """Return the cells for JSON."""
        return report(self.bundles, self.sentence, "cells", self.unplaced, "scope or actor")


def cells(definition: Definition, settings: Settings | None = None, charges: str | None = None, *, budget: Budget | None = None) -> Cells:
    """Switch the six cells of governance on and off in every combination.

    Parameters
    ----------
    definition : Definition
    settings, charges, budget
        As in :func:`~negotiation.governance.levers.table.lever_table`; barriers named in the settings stay on.

    Returns
    -------
    Cells

    References
    ----------
    G. Gereffi and J. Lee (2016), "Economic and social upgrading in global value chains and industrial clusters: why governance matters".
    """
    of = {name: f"{lever.scope}_{lever.actor}" for name, lever in definition.levers.items()}
    bundles, unplaced = drivers_by(definition, tuple(CELLS), of)
    return Cells(bundled(definition, CELLS, bundles, settings, charges, budget=budget), unplaced)


def smallest_sets(table: BundleTable) -> tuple[tuple[str, ...], ...]:
    """Return the smallest sets of bundles with which the target holds, fewest bundles first; bundles without a lever left out."""
    rows = [int(k) for k in np.flatnonzero(table.table.holds)]
    least = [k for k in rows if not any(other != k and other & k == other for other in rows)]
    return tuple(table.names(k) for k in sorted(least, key=lambda k: (int(table.on[k].sum()), k)))


def holding_words(table: BundleTable, kind: str) -> str:
    """Say with which bundles the target holds."""
    what = target_words(table.table.definition)
    least = smallest_sets(table)
    if not least:
        return f"{what[0].upper()}{what[1:]} holds with no combination of {kind}, not even with all of them."
    if not least[0]:
        return f"{what[0].upper()}{what[1:]} holds without any lever."
    listed = "; or ".join(table.words(names) for names in least[:4])
    alone = [effect.label for effect in table.effects if effect.holds_alone]
    one = f"{', '.join(alone)} alone would do." if alone else f"None of the {kind} does it alone."
    return f"{what[0].upper()}{what[1:]} holds with {listed}. {one}"


def empty_words(table: BundleTable, kind: str) -> list[str]:
    """Say for which bundles the game has no lever."""
    return [f"The game has no lever for {len(table.empty)} {kind}{'s' if len(table.empty) > 1 else ''}: {table.words(table.empty)}."] if table.empty else []


def report(table: BundleTable, sentence: str, kind: str, unplaced: tuple[str, ...], missing: str) -> dict[str, Any]:
    """Return a bundle table for JSON: effects, then every combination."""
    body = {
        "sentence": sentence,
        "how": f"every one of the {len(table.on):,} combinations of {len(table.bundles)} {kind} was examined",
        "money": table.table.definition.money,
        "notes": unplaced_words(table.table.definition, unplaced, missing),
        "without_lever": list(table.empty),
        "smallest": [{"on": list(names)} for names in smallest_sets(table)],
        kind: [effect.as_dict() for effect in table.effects],
        "combinations": [table.described(k) for k in range(len(table.on))],
    }
    return dict(plain(body))
