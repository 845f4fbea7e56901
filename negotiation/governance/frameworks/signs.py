"""Conflict, displacement, complementarity and synergy told apart by sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np

from ...budget import Budget
from ...definition import Definition, known
from ...errors import NotApplicableError
from ...numerics import ROUND_OFF, Array, plain
from ...settings import NO_SETTINGS, Settings
from ..levers.table import LeverTable, judged_sets
from .bundles import drivers_by, unplaced_words
from .names import CELLS

Sign = Literal["synergy", "strong complementarity", "weak complementarity", "independent", "displacement", "conflict"]
MEANING: dict[Sign, str] = {
    "synergy": "the target holds with both and with neither alone",
    "strong complementarity": "together more than the sum of what each brings alone",
    "weak complementarity": "together more than the better of them alone, but not more than their sum",
    "independent": "neither changes what the other brings",
    "displacement": "one takes the place of the other, or makes it retreat",
    "conflict": "together worse than the better of them alone",
}


@dataclass(frozen=True)
class SignRow:
    """Two bundles of levers and what becomes of one measure, so turned that more is better.

    Parameters
    ----------
    first, second : str
    none, one, other, both : float
        With neither, with the first, with the second, with both.
    sign : str
    retreats : tuple of str
        Bundles whose own intensity is lower beside the other than alone.
    """

    first: str
    second: str
    none: float
    one: float
    other: float
    both: float
    sign: Sign
    retreats: tuple[str, ...] = ()

    @property
    def beyond_sum(self) -> float:
        """What both bring beyond the sum of what each brings alone: the second difference."""
        return self.both - self.one - self.other + self.none

    @property
    def beyond_better(self) -> float:
        """What both bring beyond the better of them."""
        return self.both - max(self.one, self.other)

    def as_dict(self) -> dict[str, Any]:
        """Return the pair as a flat row."""
        row = {**vars(self), "retreats": list(self.retreats)}
        return {**row, "beyond_sum": self.beyond_sum, "beyond_better": self.beyond_better, "meaning": MEANING[self.sign]}


@dataclass(frozen=True, eq=False)
class Signs:
    """Pairs of bundles of levers and how they interact in one measure.

    Parameters
    ----------
    measure : str
    rows : tuple of SignRow
        Largest second difference, of either sign, first.
    notes : tuple of str
    """

    measure: str
    rows: tuple[SignRow, ...]
    notes: tuple[str, ...] = ()

    def pair(self, first: str, second: str) -> SignRow:
        """Return the row of two bundles, in either order."""
        return next(row for row in self.rows if {row.first, row.second} == {first, second})

    @property
    def sentence(self) -> str:
        """How many pairs have which sign, in plain words."""
        if not self.rows:
            return "There are no two bundles of levers to compare."
        count = {sign: [row for row in self.rows if row.sign == sign] for sign in MEANING}
        parts = [f"{len(rows)} of {len(self.rows)} pairs: {sign} ({MEANING[sign]})" for sign, rows in count.items() if rows]
        return f"Measured by {self.measure}: {'; '.join(parts)}."

    def as_dict(self) -> dict[str, Any]:
        """Return the pairs for JSON."""
        return dict(
            plain(
                {
                    "sentence": self.sentence,
                    "how": "exact, from the four combinations of each pair, no other lever being on",
                    "measure": self.measure,
                    "pairs": [row.as_dict() for row in self.rows],
                    "notes": list(self.notes),
                }
            )
        )


def signs(
    definition: Definition,
    settings: Settings | None = None,
    charges: str | None = None,
    measure: str = "kept",
    *,
    bundles: Mapping[str, Sequence[str]] | None = None,
    intensities: Mapping[str, str] | None = None,
    budget: Budget | None = None,
) -> Signs:
    r"""Tell apart how pairs of bundles of levers interact.

    With y the measure at the profile to which best replies lead from the target: *conflict* when :math:`y_{ij} < \max(y_i, y_j)`;
    *weak complementarity* when :math:`y_{ij} > \max(y_i, y_j)`, *strong* when moreover :math:`y_{ij} + y_0 > y_i + y_j`, *synergy* when
    moreover the target holds with both and with neither alone; *displacement* when both do no more than the better of them although each
    would do something, or when what is lost goes with the retreat of one of them (see `intensities`).

    Parameters
    ----------
    definition : Definition
    settings, charges, budget
        As in :func:`~negotiation.governance.levers.table.lever_table`.
    measure : str
        "kept" (the cooperation that lasts from the target on), "reached" (that gets going from the status quo), or an outcome of the game.
    bundles : mapping of str to sequence of str, optional
        The six cells of scope and actor if not given; those without a lever are left out.
    intensities : mapping of str to str, optional
        For some bundles a formula of how hard its governor works.

    Returns
    -------
    Signs

    Raises
    ------
    NotApplicableError
        When the game names no target, or no status quo where that is asked for.
    UnknownNameError
        For an outcome or lever that does not exist.

    References
    ----------
    G. Gereffi and J. Lee (2016), as for cells; T. Bartley (2011), "Transnational governance as the layering of rules" (displacement).
    """
    notes: tuple[str, ...] = ()
    if bundles is None:
        bundles, notes = cell_bundles(definition)
    filled = {name: tuple(levers) for name, levers in bundles.items() if levers}
    rows: list[SignRow] = []
    for first, second in combinations(filled, 2):
        four = {name: filled[name] for name in (first, second)}
        rows += judged_pair(definition, settings or NO_SETTINGS, charges, four, measure, intensities=intensities, varied={}, budget=budget)
    return Signs(measure_words(definition, measure), tuple(sorted(rows, key=lambda row: -abs(row.beyond_sum))), notes)


def cell_bundles(definition: Definition) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the levers of each cell of scope and actor, and what to say of those that are in none."""
    bundles, unplaced = drivers_by(definition, tuple(CELLS), {name: f"{lever.scope}_{lever.actor}" for name, lever in definition.levers.items()})
    return bundles, tuple(unplaced_words(definition, unplaced, "scope or actor"))


def bundle_words(definition: Definition, name: str) -> str:
    """Return what people call a cell or a lever."""
    if name in definition.levers:
        return f"“{definition.levers[name].label or name}”"
    return CELLS.get(name, name)


def named_bundles(definition: Definition, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the levers of some cells, and single levers, by name.

    Raises
    ------
    NotApplicableError
        For fewer than two.
    UnknownNameError
        For what is neither a cell nor a lever.
    """
    there = {**cell_bundles(definition)[0], **{name: (name,) for name in definition.levers}}
    bundles = {name: known("cell or lever", name, there) for name in names}
    if len(bundles) < 2:
        raise NotApplicableError("the sign is about two cells or levers", "name two or more, with commas between")
    return bundles


def judged_pair(
    definition: Definition,
    settings: Settings,
    charges: str | None,
    bundles: Mapping[str, tuple[str, ...]],
    measure: str,
    *,
    intensities: Mapping[str, str] | None,
    varied: Mapping[str, Array],
    budget: Budget | None,
) -> list[SignRow]:
    """Return the sign of two bundles, for each value of what is varied."""
    (first, one), (second, other) = bundles.items()
    levers = tuple(dict.fromkeys((*one, *other)))
    four = np.array([[False] * len(levers), [name in one for name in levers], [name in other for name in levers], [True] * len(levers)])
    number = max((len(values) for values in varied.values()), default=1)
    spread = {name: np.repeat(values, 4) for name, values in varied.items()}
    table = judged_sets(definition, levers, np.tile(four, (number, 1)), settings, charges, budget=budget, varied=spread, formation=False)
    y = measured(table, measure).reshape(number, 4)
    close = ROUND_OFF * max(1.0 if measure in ("kept", "reached") else 0.0, float(np.nanmax(np.abs(y))))
    walks = table.reached if measure == "reached" and table.reached is not None else table.kept
    work = {name: table.observe(formula, walks.counts).reshape(number, 4) for name, formula in (intensities or {}).items() if name in bundles}
    only = {first: 1, second: 2}
    rows = []
    for k, (none, alone, beside, both) in enumerate(y.tolist()):
        retreats = tuple(name for name, found in work.items() if found[k, 3] < found[k, only[name]] - ROUND_OFF * np.abs(found[k]).max())
        held = table.holds[4 * k : 4 * k + 4].tolist()
        sign = _sign(both - max(alone, beside), both - alone - beside + none, close, needs_both=held[1:] == [False, False, True], retreat=bool(retreats))
        rows.append(SignRow(first, second, none, alone, beside, both, sign, retreats))
    return rows


def _sign(beyond: float, difference: float, close: float, *, needs_both: bool, retreat: bool) -> Sign:
    if beyond > close:
        strong: Sign = "synergy" if needs_both else "strong complementarity"
        return strong if difference > close else "weak complementarity"
    if beyond < -close:
        return "displacement" if retreat else "conflict"
    return "independent" if abs(difference) <= close else "displacement"


def measured(table: LeverTable, measure: str) -> Array:
    """Return a measure for each row of a table, so turned that more is better.

    Raises
    ------
    NotApplicableError
        When what gets going is asked for and the game names no status quo.
    UnknownNameError
        For an outcome that does not exist.
    """
    if measure == "kept":
        return table.kept.cooperation
    if measure == "reached":
        if table.reached is None:
            raise NotApplicableError(f"'{table.definition.name}' names no status quo", "add 'status_quo: ...', or ask about what lasts")
        return table.reached.cooperation
    outcome = known("outcome", measure, table.definition.outcomes)
    return table.observe(outcome.formula, table.kept.counts) * (1.0 if outcome.better == "higher" else -1.0)


def measure_words(definition: Definition, measure: str) -> str:
    """Return what people call a measure."""
    words = {"kept": "the cooperation that lasts", "reached": "the cooperation that gets going from today"}
    return words[measure] if measure in words else f"“{known('outcome', measure, definition.outcomes).label or measure}”"
