"""The smallest sets of levers that stabilise, what they cost, and which levers are needed at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...numerics import plain, shown
from ...strategic.wording import joined
from ..stability import Weakest
from .table import LeverTable
from .wording import lever_words, target_words

LISTED = 200


@dataclass(frozen=True)
class StabilisingSet:
    """Levers with which the target holds, none of which can be left out.

    Parameters
    ----------
    levers : tuple of str
    price : float
        In the game's money unit.
    payers : dict of str to float
        Who pays how much; what has no payer stands under an empty name.
    margin : float
    weakest : Weakest or None
        Who comes nearest to leaving.
    forms : str or None
        Whether it gets going from the status quo; None where that is not known.
    """

    levers: tuple[str, ...]
    price: float
    payers: dict[str, float]
    margin: float
    weakest: Weakest | None
    forms: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the set as a flat row."""
        paid = {f"paid by {name or 'nobody named'}": amount for name, amount in self.payers.items()}
        nearest = None if self.weakest is None else f"{self.weakest.stakeholder}: {self.weakest.action} to {self.weakest.to}"
        return {"levers": list(self.levers), "cost": self.price, **paid, "margin": self.margin, "closest_to_leaving": nearest, "forms": self.forms}


@dataclass(frozen=True, eq=False)
class MinimalSets:
    """Minimal stabilising sets of a lever table.

    Parameters
    ----------
    holding : tuple of StabilisingSet
        With which the target holds and with no part of which it does; cheapest first.
    forming : tuple of StabilisingSet
        The same for holding and forming from the status quo.
    cheapest : StabilisingSet or None
        Least price of all sets with which the target holds (more than minimal only if a lever pays for itself).
    never_needed : tuple of str
        Levers in no minimal stabilising set.
    always_needed : tuple of str
        Levers in every set with which the target holds.
    complete : bool or None
        None where sets were drawn: a smaller set may have been missed.
    """

    table: LeverTable
    holding: tuple[StabilisingSet, ...]
    forming: tuple[StabilisingSet, ...]
    cheapest: StabilisingSet | None
    never_needed: tuple[str, ...]
    always_needed: tuple[str, ...]
    complete: bool | None

    @property
    def sentence(self) -> str:
        """What is needed, in plain words."""
        definition = self.table.definition
        what = target_words(definition)
        if self.cheapest is None:
            return f"No set of the levers examined makes {what} hold."
        if not self.cheapest.levers:
            return f"{what[0].upper()}{what[1:]} holds without any lever."
        paid = joined([_paid(self.table, name, amount) for name, amount in self.cheapest.payers.items()])
        tied = sum(one.price <= self.cheapest.price for one in self.holding) - 1
        parts = [
            f"{len(self.holding):,} smallest sets of levers make {what} hold" if len(self.holding) > 1 else f"One smallest set of levers makes {what} hold"
        ]
        parts.append(f"; the cheapest is {lever_words(definition, self.cheapest.levers)}, for {shown(self.cheapest.price)} {definition.money}")
        parts.append(f" ({paid})" if paid else "")
        parts.append(f"; {tied:,} {'others cost' if tied > 1 else 'other costs'} the same." if tied > 0 else ".")
        if self.always_needed:
            parts.append(f" Always needed: {lever_words(definition, self.always_needed)}.")
        if self.never_needed:
            parts.append(f" Never needed: {lever_words(definition, self.never_needed)}.")
        return "".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return the sets for JSON."""
        body = {
            "sentence": self.sentence,
            "how": self.table.how,
            "complete": self.complete,
            "money": self.table.definition.money,
            "always_needed": list(self.always_needed),
            "never_needed": list(self.never_needed),
            "number": len(self.holding),
            "smallest_sets_that_hold": [one.as_dict() for one in self.holding[:LISTED]],
            "smallest_sets_that_hold_and_form": [one.as_dict() for one in self.forming[:LISTED]],
        }
        return dict(plain(body))


def minimal_sets(table: LeverTable) -> MinimalSets:
    """Return the inclusion-minimal lever sets with which the target holds, and those with which it holds and forms.

    Where a further lever can do harm, a set may be minimal although a larger one around it fails; every part of a set is looked at, not
    only those with one lever fewer.

    Parameters
    ----------
    table : LeverTable

    Returns
    -------
    MinimalSets

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> from negotiation.governance.levers.table import lever_table
    >>> game = read_definition({"title": "Two firms", "money": "USD", "parameters": {"fine": 0},
    ...     "stakeholders": {"firm": {"members": 2, "actions": ["comply", "cheat"]}}, "payoffs": {"firm": {"comply": "0 - 3", "cheat": "0 - fine"}},
    ...     "target": {"profile": {"firm": "comply"}},
    ...     "levers": {"police": {"shift": {"fine": 2}, "cost": 5}, "court": {"shift": {"fine": 4}, "cost": 9}, "flag": {"shift": {"fine": 0}}}})
    >>> found = minimal_sets(lever_table(game))
    >>> [one.levers for one in found.holding], found.never_needed
    ([('court',)], ('police', 'flag'))
    """
    holding = _ordered(table, _minimal(table, table.holds))
    forming = _ordered(table, _minimal(table, table.formed))
    rows = np.flatnonzero(table.holds)
    cheapest = min(rows.tolist(), key=lambda k: (table.price[k], table.sets[k].sum()), default=None)
    used = {name for one in holding for name in one.levers}
    never = tuple(name for name in table.levers if name not in used) if len(rows) else ()
    always = tuple(name for j, name in enumerate(table.levers) if len(rows) and table.sets[rows, j].all())
    complete = True if table.exact else None
    return MinimalSets(table, holding, forming, None if cheapest is None else _described(table, cheapest), never, always, complete)


def _minimal(table: LeverTable, wanted: NDArray[np.bool_]) -> list[int]:
    """Return the rows that have what is wanted while no smaller set within them has it."""
    if not table.exact:
        rows = sorted(np.flatnonzero(wanted).tolist(), key=lambda k: int(table.sets[k].sum()))
        kept: list[int] = []
        for k in rows:
            if not (table.sets[kept] <= table.sets[k]).all(axis=1).any():
                kept.append(k)
        return kept
    codes = table.sets @ (1 << np.arange(len(table.levers), dtype=np.int64))
    within = np.zeros(len(codes), dtype=np.bool_)
    within[codes] = wanted
    below = np.zeros_like(within)
    cube = within.reshape((2,) * len(table.levers), order="F").copy(order="F")
    whole = below.reshape((2,) * len(table.levers), order="F")
    for j in range(len(table.levers)):
        np.moveaxis(cube, j, 0)[1] |= np.moveaxis(cube, j, 0)[0]
    for j in range(len(table.levers)):
        np.moveaxis(whole, j, 0)[1] |= np.moveaxis(cube, j, 0)[0]
    return [int(k) for k in np.flatnonzero(wanted) if not below[codes[k]]]


def _ordered(table: LeverTable, rows: Sequence[int]) -> tuple[StabilisingSet, ...]:
    return tuple(_described(table, k) for k in sorted(rows, key=lambda k: (table.price[k], table.sets[k].sum(), k)))


def _described(table: LeverTable, k: int) -> StabilisingSet:
    return StabilisingSet(table.names(k), float(table.price[k]), table.payers(k), float(table.margin[k]), table.weakest(k), table.forms[k])


def _paid(table: LeverTable, name: str, amount: float) -> str:
    return f"{shown(amount)} by {table.definition.stakeholders[name].label or name}" if name else f"{shown(amount)} for which no payer is named"
