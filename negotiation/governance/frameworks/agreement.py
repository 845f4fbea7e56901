"""Is there a division of the gains that every stakeholder prefers to today and that nobody would leave?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import NotApplicableError, SolverError
from ...linear import Solution, minimise
from ...numerics import TOLERANCE, Array, plain, shown
from ...settings import Settings
from ...strategic.pure import deviations
from ...strategic.wording import joined
from ..levers.wording import payers_of
from ..situation import Situation, build_situation

SLACK = 1e-8
"""Share of the largest amount by which the second linear program may miss what the first one found."""


@dataclass(frozen=True)
class Part:
    """What an agreement gives to the members of a stakeholder at one action of the target; negative: what they pay.

    Parameters
    ----------
    stakeholder, action : str
    members : int
    each : float
        In the game's money unit; paid only to those who stay, owed only by those who stay.
    needed : float
        Least that keeps one of them from leaving, minus infinity where nothing can.
    """

    stakeholder: str
    action: str
    members: int
    each: float
    needed: float

    @property
    def total(self) -> float:
        """What all of them get."""
        return self.each * self.members


@dataclass(frozen=True)
class Standpoint:
    """A stakeholder in an agreement; all its members together, in the game's money unit.

    Parameters
    ----------
    stakeholder : str
    today : float
        What it earns at the status quo without the levers.
    target : float
        What it earns at the target, before transfers.
    levers : float
        What it pays for the levers.
    transfer : float
        What it gets; negative where it pays. NaN where there is no agreement.
    """

    stakeholder: str
    today: float
    target: float
    levers: float
    transfer: float

    @property
    def before(self) -> float:
        """Its gain over today without transfers."""
        return self.target - self.levers - self.today

    @property
    def gain(self) -> float:
        """Its gain over today."""
        return self.before + self.transfer


@dataclass(frozen=True)
class Clash:
    """The least that a stakeholder must get (negative: the most that it can pay), and what would happen beyond that."""

    stakeholder: str
    why: str
    amount: float


@dataclass(frozen=True)
class Agreement:
    """The division of the gains of a situation's target, or why there is none.

    Parameters
    ----------
    situation : Situation
    exists : bool
        Whether every stakeholder can be at least as well off as today while no single member gains by leaving.
    surplus : float
        What all stakeholders together gain over today, after paying for the levers.
    least : float
        The gain of the stakeholder that gains least; as large as it can be made.
    shortage : float
        Money from outside with which there would be an agreement; 0 where there is one.
    parts : tuple of Part
        Transfers; of the divisions that are best for who gains least, the one that moves the least money.
    standpoints : tuple of Standpoint
    clashes : tuple of Clash
        Demands that together exceed what the others can pay, largest first; empty where there is an agreement.
    unpaid : float
        Cost of levers for which the file names no payer.
    """

    situation: Situation
    exists: bool
    surplus: float
    least: float
    shortage: float
    parts: tuple[Part, ...]
    standpoints: tuple[Standpoint, ...]
    clashes: tuple[Clash, ...]
    unpaid: float

    @property
    def strict(self) -> bool:
        """Whether every stakeholder is better off than today."""
        return self.exists and self.least > TOLERANCE * _scale([one.before for one in self.standpoints])

    @property
    def sentence(self) -> str:
        """The agreement in plain words."""
        game = self.situation.game
        together = f"All together gain {shown(self.surplus)} {game.money} over today"
        if self.surplus < 0:
            together = f"All together lose {shown(-self.surplus)} {game.money} against today"
        if not self.exists:
            named = [(game.label(game.index(one.stakeholder)), one) for one in self.clashes]
            demands = joined([f"{name} {shown(one.amount)} (else {one.why})" for name, one in named if one.amount > 0])
            offers = joined([f"{name} {shown(-one.amount)} (beyond that {one.why})" for name, one in named if one.amount < 0])
            paid = f" Could be paid: {offers}." if offers else ""
            return f"{together}, and no division holds: {shown(self.shortage)} is missing. Needed: {demands}.{paid}"
        moved = [part for part in self.parts if abs(part.total) > TOLERANCE * _scale([one.before for one in self.standpoints])]
        words = joined([f"{_who(self.situation, part)} {'gets' if part.each > 0 else 'pays'} {shown(abs(part.each))}" for part in moved])
        how = f"with this division nobody would leave: {words}" if moved else "nobody would leave, and nothing needs to be paid"
        most = f"every stakeholder gains at least {shown(self.least)}" if self.strict else "no stakeholder is worse off, though not all are better off"
        return f"{together}; {how}. So {most}."

    def as_dict(self) -> dict[str, Any]:
        """Return the agreement for JSON."""
        body = {
            "sentence": self.sentence,
            "how": "exact, by linear programs, and checked against the game's payoffs",
            "exists": self.exists,
            "everybody_better_off": self.strict,
            "money": self.situation.game.money,
            "gain_of_all": self.surplus,
            "least_gain": self.least,
            "missing": self.shortage,
            "levers_without_payer": self.unpaid,
            "transfers": [{**vars(part), "total": part.total} for part in self.parts],
            "stakeholders": [{**vars(one), "before": one.before, "gain": one.gain} for one in self.standpoints],
            "clashes": [vars(one) for one in self.clashes],
        }
        return dict(plain(body))


def agreement(situation: Situation) -> Agreement:
    r"""Divide the gains of the target by transfers between stakeholders.

    .. math:: \max z \quad G_i + \sum_a T_{ia} \ge z \ge 0, \; T_{ia} \ge n_{ia} \max_b (u_i(b \mid s - e_a + e_b) - u_i(a \mid s)), \;
        \sum T = 0

    with G the gain of all members of a stakeholder over the status quo before transfers, after what they pay for the levers. The second
    condition says that nobody leaves when a transfer is paid to, and owed by, only those who stay; who is bound by a lever cannot leave.

    Parameters
    ----------
    situation : Situation
        Its levers are what is agreed on; today is the same situation without them.

    Returns
    -------
    Agreement

    Raises
    ------
    NotApplicableError
        When the game names no target or no status quo.

    References
    ----------
    J. F. Nash (1950), "The bargaining problem" (fallbacks); E. Kalai (1977), "Proportional solutions to bargaining situations"
    (the largest least gain); C. Chander and H. Tulkens (1997), "The core of an economy with multilateral environmental externalities".
    """
    standpoints, parts, unpaid = _demands(situation)
    before = np.array([one.before for one in standpoints])
    needed = np.array([part.needed * part.members for part in parts])
    owner = np.array([[float(part.stakeholder == one.stakeholder) for part in parts] for one in standpoints])
    scale = _scale([*before, *needed[np.isfinite(needed)]])
    best = _divide(before / scale, needed / scale, owner)
    surplus = float(before.sum())
    if best:
        totals, least = _least_moved(before / scale, needed / scale, owner, float(best.x[-1])) * scale, float(best.x[-1] * scale)
        _confirm(before, needed, owner, totals, TOLERANCE * scale * len(parts))
        paid = tuple(
            Part(part.stakeholder, part.action, part.members, float(total) / part.members, part.needed) for part, total in zip(parts, totals, strict=True)
        )
        stands = tuple(Standpoint(one.stakeholder, one.today, one.target, one.levers, float(row @ totals)) for one, row in zip(standpoints, owner, strict=True))
        return Agreement(situation, True, surplus, least, 0.0, paid, stands, (), unpaid)
    shortage, clashes = _clashes(situation, before, needed, owner, parts)
    return Agreement(situation, False, surplus, float("nan"), shortage, (), tuple(standpoints), clashes, unpaid)


def _demands(situation: Situation) -> tuple[list[Standpoint], list[Part], float]:
    """Return what each stakeholder earns today and at the target, what would keep its members there, and lever costs without a payer."""
    definition, game, target = situation.definition, situation.game, situation.target
    today = build_situation(definition, Settings(situation.settings.set, situation.settings.scenario), situation.rule)
    if today.status_quo is None:
        raise NotApplicableError(f"'{definition.name}' names no status quo", "add 'status_quo: ...', what everybody falls back on")
    paid = payers_of(definition, situation.settings.levers)
    tempting: dict[tuple[str, str], float] = {}
    for one in deviations(game, target):
        tempting[one.stakeholder, one.action] = max(one.gain, tempting.get((one.stakeholder, one.action), -np.inf))
    standpoints, parts = [], []
    for i, name in enumerate(game.names):
        now = earned_by(today, i, today.status_quo)
        standpoints.append(Standpoint(name, now, earned_by(situation, i, target), paid.get(name, 0.0), float("nan")))
        for a, action in enumerate(game.actions[i]):
            members = int(game.taken(i, a, target)[0])
            if members:
                parts.append(Part(name, action, members, 0.0, float(tempting.get((name, action), -np.inf))))
    return standpoints, parts, sum(amount for name, amount in paid.items() if name not in game.names)


def earned_by(situation: Situation, i: int, point: Sequence[Any]) -> float:
    """Return what all members of a stakeholder earn together at one profile."""
    game, points = situation.game, tuple(point)
    taken = [(game.taken(i, a, points)[0], a) for a in range(len(game.actions[i]))]
    return float(sum(count * game.payoff(i, a, points)[0] for count, a in taken if count))


def _divide(before: Array, needed: Array, owner: Array) -> Solution:
    """Maximise the gain of the stakeholder that gains least; the last variable is that gain."""
    rows = np.column_stack([-owner, np.ones(len(before))])
    budget = np.append(np.ones(len(needed)), 0.0)
    low = [*(_bound(one) for one in needed), 0.0]
    return minimise(np.append(np.zeros(len(needed)), -1.0), (rows, before), (budget[None, :], [0.0]), low)


def _least_moved(before: Array, needed: Array, owner: Array, least: float) -> Array:
    """Return the division in which the least money changes hands, the least gain being given; each transfer is what is got less what is paid."""
    parts = len(needed)
    rows = np.block([[-owner, owner], [-np.eye(parts), np.eye(parts)]])
    bounded = np.isfinite(needed)
    keep = np.concatenate([np.ones(len(before), dtype=np.bool_), bounded])
    right = np.concatenate([before - least + SLACK, np.where(bounded, -needed, 0.0)])
    found = minimise(np.ones(2 * parts), (rows[keep], right[keep]), (np.concatenate([np.ones(parts), -np.ones(parts)])[None, :], [0.0]))
    if not found:
        raise SolverError("the division with the least money moved was not found", "scale the numbers to a similar size")
    return np.asarray(found.x[:parts] - found.x[parts:])


def _clashes(situation: Situation, before: Array, needed: Array, owner: Array, parts: list[Part]) -> tuple[float, tuple[Clash, ...]]:
    """Return the least money from outside, and what each stakeholder must get at least."""
    clashes, names = [], situation.game.names
    for name, gain, row in zip(names, before, owner, strict=True):
        keep = float(needed[row > 0].sum()) if np.isfinite(needed[row > 0]).all() else -np.inf
        leaves = keep > -gain or bool(np.isclose(keep, -gain))
        why = "somebody leaves" if leaves else "worse off than today"
        clashes.append(Clash(name, why, max(keep, -float(gain))))
    return sum(one.amount for one in clashes), tuple(sorted(clashes, key=lambda one: -one.amount))


def _confirm(before: Array, needed: Array, owner: Array, totals: Array, close: float) -> None:
    """Check the division against the definition."""
    fair = (before + owner @ totals >= -close).all() and (totals >= needed - close).all() and abs(totals.sum()) <= close
    if not fair:
        raise SolverError("the division found does not satisfy its conditions", "scale the numbers to a similar size")


def _scale(amounts: Sequence[float]) -> float:
    return max([abs(one) for one in amounts if np.isfinite(one)], default=0.0) or 1.0


def _bound(amount: float) -> float | None:
    return float(amount) if np.isfinite(amount) else None


def _who(situation: Situation, part: Part) -> str:
    game = situation.game
    i = game.index(part.stakeholder)
    who = f"each of the {part.members:,} {game.label(i)}" if game.members[i] > 1 else game.label(i)
    several = sum(1 for other in range(len(game.actions[i])) if game.taken(i, other, situation.target)[0]) > 1
    return f"{who} at “{game.label(i, game.actions[i].index(part.action))}”" if several else who
