"""The six paths to social upgrading side by side on one cluster: does each hold, what does it cost, and how would it fail?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...budget import Budget
from ...definition import Definition
from ...numerics import shown
from ...settings import Settings
from .bundles import BundleTable, bundled, drivers_by
from .cells import empty_words, holding_words, report
from .names import PATHS


@dataclass(frozen=True, eq=False)
class Paths:
    """The six paths compared.

    Parameters
    ----------
    bundles : BundleTable
    unplaced : tuple of str
        Driver levers without a path.
    """

    bundles: BundleTable
    unplaced: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Which path is enough, which brings most, how each fails, in plain words."""
        table = self.bundles
        parts = [holding_words(table, "paths")]
        effects = [effect for effect in table.effects if effect.levers]
        best = max(effects, key=lambda effect: effect.shapley, default=None)
        if best is not None and best.shapley > 0:
            parts.append(f"{best.label[0].upper()}{best.label[1:]} brings most ({shown(100 * best.shapley, 3)} % of members).")
        parts += [f"Alone, {effect.label} fails by {effect.leaves_first}." for effect in effects if not effect.holds_alone and effect.leaves_first]
        return " ".join([*parts, *empty_words(table, "path")])

    def as_dict(self) -> dict[str, Any]:
        """Return the paths for JSON."""
        return report(self.bundles, self.sentence, "paths", self.unplaced, "path")


def paths(definition: Definition, settings: Settings | None = None, charges: str | None = None, *, budget: Budget | None = None) -> Paths:
    """Compare the six paths to social upgrading, each the bundle of its driver levers, alone, left out, and in all 64 combinations.

    Parameters
    ----------
    definition : Definition
    settings, charges, budget
        As in :func:`~negotiation.governance.levers.table.lever_table`.

    Returns
    -------
    Paths

    References
    ----------
    G. Gereffi and J. Lee (2016), as for cells, their six trajectories of social upgrading; J. Puppim de Oliveira (2008), "Upgrading
    clusters and small enterprises in developing countries".
    """
    bundles, unplaced = drivers_by(definition, tuple(PATHS), {name: lever.path for name, lever in definition.levers.items()})
    return Paths(bundled(definition, PATHS, bundles, settings, charges, budget=budget), unplaced)
