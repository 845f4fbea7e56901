"""All repairs side by side, each with its price and who pays: levers to add, transfers, a subsidy, numbers to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...budget import Budget
from ...coalitional.core.subsidy import Subsidy, least_subsidy
from ...errors import TooLargeError
from ...numerics import plain, shown
from ..levers.table import LeverTable, judged_sets, lever_table
from ..levers.wording import lever_words
from ..situation import Situation
from .thresholds import Thresholds, thresholds
from .transfers import Transfers, check_fines, transfers

LISTED = 8


@dataclass(frozen=True)
class Added:
    """Levers whose addition to those that are on makes the target hold, none of which can be left out.

    Parameters
    ----------
    levers : tuple of str
    price : float
        Of those added, in the game's money unit.
    payers : dict of str to float
    margin : float
    forms : str or None
        Whether it then gets going from the status quo; None where that is not known.
    """

    levers: tuple[str, ...]
    price: float
    payers: dict[str, float]
    margin: float
    forms: str | None


@dataclass(frozen=True)
class Repairs:
    """What would make the target hold.

    Parameters
    ----------
    added : tuple of Added
        Cheapest first; every set of levers was looked at where `exact`.
    table : LeverTable or None
        None where the game has no levers.
    transfers : Transfers
    fined : Transfers or None
        The same with fines, where a largest fine is given.
    thresholds : Thresholds
    subsidy : Subsidy or None
        The least that fills the core of the cost game; None without one.
    """

    situation: Situation
    added: tuple[Added, ...]
    table: LeverTable | None
    transfers: Transfers
    fined: Transfers | None
    thresholds: Thresholds
    subsidy: Subsidy | None

    @property
    def holds(self) -> bool:
        """Whether the target holds as it is."""
        return self.thresholds.holds

    @property
    def sentence(self) -> str:
        """The cheapest repairs in plain words."""
        definition, money = self.situation.definition, self.situation.game.money
        parts = []
        if self.holds:
            parts.append("Nobody gains by leaving the target as it is.")
        elif self.added:
            first = self.added[0]
            price = f", for {shown(first.price)} {money}" if first.price else ""
            going = {
                "forms": " It then gets going by itself.",
                "may form": " It then may get going.",
                "does not form": " It does not get going by itself even then.",
            }
            parts.append(f"Cheapest set of levers that makes it hold: {lever_words(definition, first.levers)}{price}.{going.get(first.forms or '', '')}")
        elif self.table is not None:
            parts.append("No set of the levers makes it hold.")
        if not self.holds:
            parts.append((self.fined or self.transfers).sentence)
        parts.append(self.thresholds.sentence)
        if self.subsidy is not None and self.subsidy.amount > 0:
            parts.append(self.subsidy.sentence)
        return " ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return all repairs for JSON."""
        definition = self.situation.definition
        rows = []
        for one in self.added[:LISTED]:
            paid = {name or "nobody named": amount for name, amount in one.payers.items() if amount}
            labels = [definition.levers[name].label or name for name in one.levers]
            rows.append({"levers": list(one.levers), "labels": labels, "price": one.price, "paid_by": paid, "margin": one.margin, "forms": one.forms})
        body = {
            "sentence": self.sentence,
            "holds": self.holds,
            "money": self.situation.game.money,
            "levers": rows,
            "lever_sets": len(self.added),
            "every_set_examined": None if self.table is None else self.table.exact,
            "transfers": self.transfers.as_dict(),
            "transfers_with_fines": self.fined and self.fined.as_dict(),
            "numbers": [vars(one) for one in self.thresholds.flips[:LISTED]],
            "numbers_that_cannot": sum(one.value is None and one.proven for one in self.thresholds.single),
            "pairs_of_numbers": self.thresholds.as_dict()["pairs"][:LISTED],
            "subsidy": self.subsidy and self.subsidy.as_dict(),
        }
        return dict(plain(body))


def repairs(situation: Situation, cap: float = 0.0, detection: float = 1.0, budget: Budget | None = None) -> Repairs:
    """Return every kind of repair of a target.

    Parameters
    ----------
    situation : Situation
    cap : float
        The largest fine that could be set, in the game's money unit; 0 for none.
    detection : float
        Probability that somebody who leaves is caught.
    budget : Budget, optional
        For the table of lever sets.

    Returns
    -------
    Repairs

    Raises
    ------
    NotApplicableError
        When the game names no target, or a number is out of range.
    """
    check_fines(cap, detection)
    _ = situation.target
    definition = situation.definition
    table = lever_table(definition, situation.settings, situation.rule, budget=budget, formation=False) if definition.levers else None
    fined = transfers(situation, cap, detection) if cap > 0 else None
    added = () if table is None else additions(table, situation.settings.levers, budget)
    return Repairs(situation, added, table, transfers(situation), fined, thresholds(situation), _subsidy(situation))


def _subsidy(situation: Situation) -> Subsidy | None:
    if situation.cost_game is None:
        return None
    try:
        return least_subsidy(situation.cost_game)
    except TooLargeError:
        return None


def additions(table: LeverTable, active: tuple[str, ...], budget: Budget | None = None) -> tuple[Added, ...]:
    """Return the smallest additions to the active levers with which the target holds, cheapest first.

    Only of these it is asked whether the target then forms, which takes longer than all the rest.

    Parameters
    ----------
    table : LeverTable
    active : tuple of str
        Levers that are on already.
    budget : Budget, optional
    """
    on = np.array([name in active for name in table.levers], dtype=bool)
    rows = np.flatnonzero(table.holds & (table.sets | ~on).all(axis=1))
    rows = rows[np.argsort(table.sets[rows].sum(axis=1), kind="stable")]
    kept: list[int] = []
    for k in rows.tolist():
        if not any((table.sets[smaller] <= table.sets[k]).all() for smaller in kept):
            kept.append(k)
    before = float(table.price[table.row(active)]) if table.exact or active == () else sum(table.definition.levers[name].cost for name in active)
    paid_before = table.payers(table.row(active)) if table.exact else {}
    if not kept:
        return ()
    forms = judged_sets(table.definition, table.levers, table.sets[kept], table.settings, table.charges, budget=budget).forms
    found = []
    for k, word in zip(kept, forms, strict=True):
        payers = {name: amount - paid_before.get(name, 0.0) for name, amount in table.payers(k).items()}
        names = tuple(name for name in table.names(k) if name not in active)
        found.append(Added(names, float(table.price[k]) - before, payers, float(table.margin[k]), word))
    return tuple(sorted(found, key=lambda one: (one.price, len(one.levers))))
