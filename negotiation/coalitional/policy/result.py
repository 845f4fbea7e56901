"""What a policy allocation gives: who pays what, what binds, or why nothing fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...numerics import TOLERANCE, shown
from ..allocation import Allocation
from ..cost_game import CostGame
from ..methods import title_of
from ..words import in_full, joined, money
from .conflict import Conflict
from .inside import Inside
from .shadow import Binding


@dataclass(frozen=True)
class PolicyResult:
    """What people pay, or why nothing fits.

    Parameters
    ----------
    game : CostGame
        The whole game.
    objective : str
        One of `OBJECTIVES`.
    core : float or None
        The most that a coalition may pay above its cost alone; None where coalitions did not count.
    allocation : Allocation or None
        Charges and contributions, of those who are inside; None where the requirements cannot hold together.
    value : float
        What was aimed at: public money, the worst burden, the largest deviation from the rule, members inside; NaN without an allocation.
    public_money : float
        What public sources pay; NaN without an allocation.
    binding : tuple of Binding
        Requirements without which the result would be better, the dearest first.
    conflict : Conflict or None
        The smallest set of requirements that cannot hold together, where that is so.
    inside : Inside or None
        Who takes part, where that was the aim.
    complete : bool or None
        Whether it is proven that nothing is better; None where not every coalition could be looked at.
    note : str
        How ties were broken.
    closest_to : str
        The method whose charges counted, where that was the aim.
    """

    game: CostGame
    objective: str
    core: float | None
    allocation: Allocation | None
    value: float
    public_money: float
    binding: tuple[Binding, ...]
    conflict: Conflict | None
    inside: Inside | None
    complete: bool | None
    note: str
    closest_to: str = ""

    @property
    def feasible(self) -> bool:
        """Whether the requirements can hold together."""
        return self.allocation is not None

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        if self.allocation is None:
            return self.conflict.sentence if self.conflict is not None else "Nobody can be kept: no set of members can pay its cost with what each can pay."
        game, paid = self.allocation.game, self.allocation
        first = 0 if self.objective != "public_money" else None  # the amount that says the whole unit, where the aim has not said it
        each = [
            f"{entry.title} {_verb(game, entry.members)} {(in_full if k == first else money)(game, charge)}{' each' if entry.members > 1 else ''}"
            for k, (entry, charge) in enumerate(zip(game.classes, paid.charges, strict=True))
        ]
        titles = {source.name: source.title for source in game.sources}
        given = [f"{titles.get(name, f'the {name}')} {money(game, amount)}" for name, amount in paid.contributions.items()]
        return f"{self._aim()}: {joined([*each, *given])}."

    def _aim(self) -> str:
        if self.objective == "inside" and self.inside is not None:
            return self.inside.words(self.game)
        if self.objective == "public_money":
            return f"The least public money is {in_full(self.game, self.public_money)}"
        if self.objective == "burden":
            return f"The smallest worst burden is {shown(100 * self.value, 3)} % of what a member can pay"
        if self.value <= TOLERANCE:
            return f"The charges are those of the rule {title_of(self.closest_to)}"
        return f"The charges deviate from those of the rule {title_of(self.closest_to)} by {shown(100 * self.value, 3)} % at most"

    def payers(self) -> list[dict[str, Any]]:
        """Return who pays what, as rows of a table; empty where nothing fits."""
        if self.allocation is None:
            return []
        paid, game = self.allocation, self.allocation.game
        total = game.total or 1.0
        rows: list[dict[str, Any]] = [
            {"payer": entry.name, "label": entry.title, "members": entry.members, "each": each, "total": all_, "share": all_ / total, "burden": burden}
            for entry, each, all_, burden in zip(game.classes, paid.charges, paid.class_charges, paid.burdens, strict=True)
        ]
        titles = {source.name: source.title for source in game.sources}
        for name, amount in paid.contributions.items():
            label = titles.get(name, name)
            rows.append({"payer": name, "label": label, "members": None, "each": None, "total": amount, "share": amount / total, "burden": None})
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return {
            "objective": self.objective,
            "closest_to": self.closest_to or None,
            "core": self.core,
            "feasible": self.feasible,
            "value": self.value,
            "public_money": self.public_money,
            "allocation": None if self.allocation is None else self.allocation.as_dict(),
            "payers": self.payers(),
            "binding": [one.as_dict() for one in self.binding],
            "conflict": None if self.conflict is None else self.conflict.as_dict(),
            "inside": None if self.inside is None else self.inside.as_dict(),
            "complete": self.complete,
            "note": self.note,
            "sentence": self.sentence,
        }


def _verb(game: CostGame, members: int) -> str:
    one, many = ("gets", "get") if game.kind == "savings" else ("pays", "pay")
    return one if members == 1 else many
