"""Five levels of influence on a cluster: whose levers flip the outcome, alone or when they are left out?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...budget import Budget
from ...definition import Definition
from ...settings import Settings
from .bundles import BundleTable, bundled, drivers_by
from .cells import empty_words, holding_words, report
from .names import LEVELS


@dataclass(frozen=True, eq=False)
class Levels:
    """The five levels of influence.

    Parameters
    ----------
    bundles : BundleTable
    unplaced : tuple of str
        Driver levers without a level.
    """

    bundles: BundleTable
    unplaced: tuple[str, ...]

    @property
    def flips_alone(self) -> tuple[str, ...]:
        """Levels whose levers alone make the target hold."""
        return tuple(effect.name for effect in self.bundles.effects if effect.flips_alone)

    @property
    def flips_without(self) -> tuple[str, ...]:
        """Levels without whose levers the target falls, all others being on."""
        return tuple(effect.name for effect in self.bundles.effects if effect.flips_without)

    @property
    def sentence(self) -> str:
        """Which level decides, in plain words."""
        table = self.bundles
        parts = [holding_words(table, "levels")]
        if self.flips_without:
            parts.append(f"It falls when the levers of one of these are left out: {table.words(self.flips_without)}.")
        elif table.table.holds[table.all]:
            parts.append("With all the others on, no single level is indispensable.")
        return " ".join([*parts, *empty_words(table, "level")])

    def as_dict(self) -> dict[str, Any]:
        """Return the levels for JSON."""
        return report(self.bundles, self.sentence, "levels", self.unplaced, "level")


def levels(definition: Definition, settings: Settings | None = None, charges: str | None = None, *, budget: Budget | None = None) -> Levels:
    """Ask which level's levers flip the outcome, alone or when left out, in all 32 combinations of the five levels.

    Parameters
    ----------
    definition : Definition
    settings, charges, budget
        As in :func:`~negotiation.governance.levers.table.lever_table`.

    Returns
    -------
    Levels

    References
    ----------
    C. Knauseder, "Business clusters as drivers of sustainable regional development?", University of Vienna: five levels of influence.
    """
    bundles, unplaced = drivers_by(definition, tuple(LEVELS), {name: lever.level for name, lever in definition.levers.items()})
    return Levels(bundled(definition, LEVELS, bundles, settings, charges, budget=budget), unplaced)
