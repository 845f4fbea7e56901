"""Why nothing fits: the smallest set of requirements that cannot hold together, and by how much each would have to give way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...budget import Budget
from ...linear import minimise
from ...numerics import ROUND_OFF, TOLERANCE, Array
from ..words import money
from .parts import Requirement
from .programme import Programme
from .requirements import said

MAX_PARTS = 300
"""Steps of the search for the smallest conflict."""
FEW_COALITIONS = 300
"""Games with no more coalitions have all of them looked at."""


@dataclass(frozen=True)
class Give:
    """What would have to give.

    Parameters
    ----------
    name : str
        The requirement, or "core" for all coalitions together.
    says : str
        The same in words.
    amount : float
        By how much it has to give way, in money; for a class, for each member. Infinite where that alone is not enough.
    total : float
        The same for all members together.
    sentence : str
    """

    name: str
    says: str
    amount: float
    total: float
    sentence: str

    @property
    def enough(self) -> bool:
        """Whether everything else can hold once this gives way."""
        return bool(np.isfinite(self.amount))

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"name": self.name, "says": self.says, "amount": self.amount, "total": self.total, "enough": self.enough, "sentence": self.sentence}


@dataclass(frozen=True)
class Conflict:
    """Requirements that cannot hold together; without any one of them, the others can.

    Parameters
    ----------
    names, says : tuple of str
        The requirements, by name and in words.
    gives : tuple of Give
        For each of them (for all coalitions together) the least amount by which it has to give way so that everything holds.
    smallest : bool
        Whether it is proven that no smaller set of the requirements that were looked at is in conflict: all there are in games of at most
        300 coalitions, else those of coalitions that came up.
    sentence : str
    """

    names: tuple[str, ...]
    says: tuple[str, ...]
    gives: tuple[Give, ...]
    smallest: bool
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """Return the conflict for JSON."""
        together = [{"name": name, "says": says} for name, says in zip(self.names, self.says, strict=True)]
        return {"together": together, "gives": [give.as_dict() for give in self.gives], "smallest": self.smallest, "sentence": self.sentence}


def conflict(programme: Programme) -> Conflict:
    """Return the smallest set of requirements that cannot hold together.

    A set with prices that prove it (Farkas) is thinned until nothing can be left out. Then smaller sets are looked for: every set in
    conflict has a member in every part that a solution of the others breaks, so only sets that hit all such parts are tried.

    Parameters
    ----------
    programme : Programme
        Without a solution.

    Returns
    -------
    Conflict

    References
    ----------
    J. W. Chinneck, E. W. Dravnieks (1991), "Locating minimal infeasible constraint sets in linear programs".
    A. Ignatiev, A. Previti, M. Liffiton, J. Marques-Silva (2015), "Smallest MUS extraction with minimal hitting set dualization".
    """
    if programme.level is not None and programme.game.size <= FEW_COALITIONS:
        programme.add_all()
        programme.active = tuple(programme.pool)
    rows = [*(row for row in programme.requirements if row.kind != "settled"), *(programme.pool[name] for name in programme.active)]
    system = _System(programme, rows)
    found = _thinned(system, system.proof(range(len(rows))))
    found, smallest = _smallest(system, found, programme.terms.budget)
    parts = [rows[k] for k in sorted(found)]
    gives = tuple(_gives(programme, parts))
    says = tuple(said(programme, row) for row in parts)
    ways = [give.sentence for give in gives if give.enough]
    remedy = f" All would hold if {'; or if '.join(ways)}." if ways else " No single one of them giving way is enough."
    return Conflict(tuple(row.name for row in parts), says, gives, smallest, f"These cannot hold together: {'; '.join(says)}.{remedy}")


class _System:
    """Rows in shares of the cost, and which of them can hold together."""

    def __init__(self, programme: Programme, rows: Sequence[Requirement]) -> None:
        left = np.array([row.row * programme.units / programme.scale for row in rows])
        sizes = np.max(np.abs(left), axis=1)
        sizes[sizes == 0] = 1.0
        self.left: Array = left / sizes[:, None]
        self.right: Array = np.array([row.most / programme.scale for row in rows]) / sizes
        self.count = len(rows)

    def least_breach(self, hard: Sequence[int], soft: Sequence[int]) -> tuple[Array, Array]:
        """Return by how much each soft row is broken, least in sum, where the hard ones hold; and the prices of hard and soft rows."""
        used = [*hard, *soft]
        broken = np.zeros((len(used), len(soft)))
        broken[len(hard) :] = -np.eye(len(soft))
        left = np.hstack([self.left[used], broken])
        n = self.left.shape[1]
        low: list[float | None] = [*[None] * n, *[0.0] * len(soft)]
        right = self.right[used] + np.repeat([TOLERANCE / 100, 0.0], [len(hard), len(soft)])
        answer = minimise([0.0] * n + [1.0] * len(soft), (left, right), low=low)
        return answer.x[n:], answer.prices

    def proof(self, chosen: Sequence[int]) -> list[int]:
        """Return rows among those chosen that cannot hold together: those with a price."""
        _, prices = self.least_breach([], chosen)
        return [k for k, price in zip(chosen, prices, strict=True) if price > ROUND_OFF]

    def holds(self, chosen: Sequence[int]) -> bool:
        """Whether these rows can hold together."""
        breach, _ = self.least_breach([], chosen)
        return float(np.sum(breach)) <= TOLERANCE / 100


def _thinned(system: _System, chosen: list[int]) -> list[int]:
    """Leave out, one after the other, what is not needed for the conflict."""
    for k in list(chosen):
        rest = [j for j in chosen if j != k]
        if rest and not system.holds(rest):
            chosen = rest
    return chosen


def _smallest(system: _System, known: list[int], budget: Budget | None) -> tuple[list[int], bool]:
    """Return a conflict with as few rows as possible, and whether there is proof that it is.

    Every conflict has a row in each of the `parts` that some solution of all the others breaks. A smallest set that hits all parts is either a
    conflict, and then the smallest, or it can hold, and shows another part.
    """
    parts: list[list[int]] = []
    size = 1
    for _ in range(MAX_PARTS):
        if budget is not None and budget.spent(doing="the smallest conflict"):
            break
        chosen = _hitting(parts, size)
        while chosen is None:
            size += 1
            chosen = _hitting(parts, size)
        if len(chosen) >= len(known):
            return known, True
        if chosen and not system.holds(chosen):
            return chosen, True
        rest = [k for k in range(system.count) if k not in chosen]
        breach, _ = system.least_breach(chosen, rest)
        parts.append([k for k, by in zip(rest, breach, strict=True) if by > TOLERANCE / 1000])
    return known, False


def _hitting(parts: Sequence[Sequence[int]], size: int, chosen: tuple[int, ...] = ()) -> list[int] | None:
    """Return at most `size` rows of which every part has one, by trying the rows of the first part that has none; None where there are none."""
    missed = next((part for part in parts if not set(part) & set(chosen)), None)
    if missed is None:
        return sorted(chosen)
    if len(chosen) == size:
        return None
    return next((found for k in missed if (found := _hitting(parts, size, (*chosen, k))) is not None), None)


def _gives(programme: Programme, parts: Sequence[Requirement]) -> list[Give]:
    found, groups = [], False
    for row in parts:
        if row.kind == "group":
            groups = True
            continue
        found.append(_give(programme, row.name, row))
    return [*found, _give(programme, "core", None)] if groups else found


def _give(programme: Programme, name: str, target: Requirement | None) -> Give:
    """Return how far one requirement (all coalitions, where there is no target) has to give way."""

    def gives(row: Requirement) -> float:
        return float(row.kind == "group" if target is None else row.name == target.name)

    reached = programme.solve(np.zeros(programme.size), extra=1.0, gives=gives)
    amount = float("inf") if reached is None else programme.scale * reached.t
    members = 1
    if target is not None and target.kind in ("cap", "floor"):
        members = programme.game.members[programme.game.names.index(target.about)]
    says = _every_group(programme) if target is None else target.says
    sentence = _words(programme, target, amount, members) if reached is not None else f"it is not enough to give up that {says}"
    return Give(name, says, amount, amount * members, sentence)


def _every_group(programme: Programme) -> str:
    """Return what all coalitions together are held to, in words."""
    saved, level = programme.game.kind == "savings", programme.level or 0.0
    if not level:
        return f"no group {'gets less' if saved else 'pays more'} than alone"
    verb, by, away = "gets" if saved else "pays", money(programme.game, abs(level)), "less" if (level > 0) == saved else "more"
    return f"no group {verb} over {by} {away} than alone" if level > 0 else f"every group {verb} at least {by} {away} than alone"


def _words(programme: Programme, target: Requirement | None, amount: float, members: int) -> str:
    game = programme.game
    by = money(game, amount)
    if target is None:
        return f"every group accepted to {'get' if game.kind == 'savings' else 'pay'} up to {by} {'less' if game.kind == 'savings' else 'more'} than alone"
    if target.kind in ("cap", "floor"):
        entry = game.classes[game.names.index(target.about)]
        verb = "get" if game.kind == "savings" else "pay"
        way = f"could {verb} {by} more" if target.kind == "cap" else f"had to {verb} {by} less"
        return f"{entry.title} {way}{f' each ({money(game, amount * members)} in all)' if members > 1 else ''}"
    if target.kind in ("most", "least"):
        title = {source.name: source.title for source in programme.sources}[target.about]
        return f"{title} {f'could give {by} more' if target.kind == 'most' else f'had to give {by} less'}"
    if target.kind == "capital":
        return f"{by} {'more could come' if target.about == 'outside' else 'less had to come'} from outside than was said of the capital"
    if game.kind == "savings":
        return f"{by} {'more were there to share' if target.kind == 'balance' else 'stayed unshared'}"
    return f"{by} {'of the cost stayed uncovered' if target.kind == 'balance' else 'was collected beyond the cost'}"
