"""The least money that makes the target hold: rewards for those who take part, fines for those who do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import NotApplicableError
from ...linear import minimise
from ...numerics import TOLERANCE, plain, shown
from ...strategic.pure import deviations
from ..situation import Situation


@dataclass(frozen=True)
class Reward:
    """What a member of a stakeholder gets for an action, and all of them together at the target."""

    stakeholder: str
    action: str
    each: float
    members: int

    @property
    def total(self) -> float:
        """What is paid at the target."""
        return self.each * self.members


@dataclass(frozen=True)
class Fine:
    """What a member of a stakeholder who is caught at an action has to pay; nobody pays it at the target."""

    stakeholder: str
    action: str
    amount: float


@dataclass(frozen=True)
class Transfers:
    """The least rewards, and then the least fines, with which nobody gains by leaving the target.

    Parameters
    ----------
    rewards : tuple of Reward
        Largest total first.
    fines : tuple of Fine
    price : float
        What all rewards cost at the target, in the game's money unit.
    cap, detection : float
        The largest fine allowed, and the probability with which somebody who leaves is caught.
    gainers : mapping of str to float
        What the members of each stakeholder gain together from going from the status quo to the target, before transfers, where they
        gain: who could pay.
    beyond : tuple of str
        Stakeholders whose members stand at several actions of the target and gain by going round among them: no payment for actions stops
        that, and the price is infinite. Empty where the transfers work.
    """

    situation: Situation
    rewards: tuple[Reward, ...]
    fines: tuple[Fine, ...]
    price: float
    cap: float
    detection: float
    gainers: Mapping[str, float]
    beyond: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The transfers in plain words."""
        game = self.situation.game
        if self.beyond:
            circling = ", ".join(game.label(game.index(name)) for name in self.beyond)
            return f"No payments for actions make the target hold: at several actions of {circling} a member gains at another of them, whatever each is paid."
        if not self.rewards and not self.fines:
            return "Nobody needs to be paid or fined: nobody gains by leaving the target."
        parts = []
        if self.rewards:
            who = [f"{shown(row.each)} to {_each(self.situation, row.stakeholder, row.action)}" for row in self.rewards]
            parts.append(f"{shown(self.price)} {game.money} make the target hold: {'; '.join(who)}.")
        if self.fines:
            who = [f"{shown(row.amount)} for {_each(self.situation, row.stakeholder, row.action)}" for row in self.fines]
            caught = f", caught {shown(100 * self.detection, 3)} % of the time" if self.detection < 1 else ""
            parts.append(f"{'With' if self.rewards else 'No money is needed with'} fines of {'; '.join(who)}{caught}.")
        if self.rewards and self.gainers:
            together = sum(self.gainers.values())
            enough = "enough to pay for it" if together >= self.price else f"{shown(self.price - together)} short of it"
            names = ", ".join(game.label(game.index(name)) for name in self.gainers)
            parts.append(f"Those who gain from the target ({names}) gain {shown(together)} together, {enough}.")
        return " ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return the transfers for JSON."""
        body = {
            "sentence": self.sentence,
            "possible": not self.beyond,
            "price": self.price,
            "rewards": [{**vars(row), "total": row.total} for row in self.rewards],
            "fines": [vars(row) for row in self.fines],
            "fine_cap": self.cap,
            "detection": self.detection,
            "gainers": [{"stakeholder": name, "gains": amount} for name, amount in self.gainers.items()],
        }
        return dict(plain(body))


def _each(situation: Situation, stakeholder: str, action: str) -> str:
    game = situation.game
    i = game.index(stakeholder)
    who = f"each of the {game.members[i]:,} {game.label(i)}" if game.members[i] > 1 else game.label(i)
    return f"{who} at “{game.label(i, game.actions[i].index(action))}”"


def transfers(situation: Situation, cap: float = 0.0, detection: float = 1.0) -> Transfers:
    r"""Return the least transfers with which no single member gains by leaving the target.

    .. math:: \min \sum_{i,a} n_{ia} r_{ia} \quad r_{ia} - r_{ib} + q f_{ib} \ge u_i(b \mid s - e_a + e_b) - u_i(a \mid s), \; 0 \le f \le F

    with rewards r for actions of the target, fines f for other actions and q the probability of being caught; of the answers with the
    least money the one with the least fines.

    Parameters
    ----------
    situation : Situation
    cap : float
        F, the largest fine, in the game's money unit; 0 for none.
    detection : float
        q, 0 to 1.

    Returns
    -------
    Transfers

    Raises
    ------
    NotApplicableError
        When the game names no target, or a number is out of range.

    References
    ----------
    D. Monderer and M. Tennenholtz (2004), "k-Implementation" (the least money that makes an outcome an equilibrium).
    """
    check_fines(cap, detection)
    game, counts = situation.game, situation.target_counts
    found = deviations(game, situation.target)
    paid = [(name, action) for name, row in counts.items() for action, count in row.items() if count and name not in situation.bound]
    fined = [(name, action) for name, row in counts.items() for action, count in row.items() if not count and name not in situation.bound]
    column = {key: k for k, key in enumerate([*paid, *fined])}
    rows, right = np.zeros((len(found), len(column))), np.zeros(len(found))
    for k, one in enumerate(found):
        rows[k, column[one.stakeholder, one.action]] = -1.0
        rows[k, column[one.stakeholder, one.to]] += 1.0 if (one.stakeholder, one.to) in paid else -detection
        right[k] = 0.0 if abs(one.gain) <= game.tolerances[game.index(one.stakeholder)] else -one.gain
    money = np.array([float(counts[name][action]) for name, action in paid] + [0.0] * len(fined))
    scale = float(np.max(np.abs(right), initial=0.0)) or 1.0
    high = [None] * len(paid) + [cap / scale] * len(fined)
    first = minimise(money, at_most=(rows, right / scale), high=high)
    if not first:
        whose = np.array([one.stakeholder for one in found])
        beyond = tuple(name for name in game.names if not minimise(money, at_most=(rows[whose == name], right[whose == name] / scale), high=high))
        return Transfers(situation, (), (), float("inf"), cap, detection, gainers(situation), beyond)
    weights = np.array([0.0] * len(paid) + [1.0] * len(fined))
    second = minimise(weights, at_most=(np.vstack([rows, money]), np.append(right / scale, first.value)), high=high)
    amounts = dict(zip([*paid, *fined], np.where(second.x > TOLERANCE / 100, second.x, 0.0) * scale, strict=True))
    rewards = tuple(Reward(*key, float(amounts[key]), counts[key[0]][key[1]]) for key in paid if amounts[key])
    fines = tuple(Fine(*key, float(amounts[key])) for key in fined if amounts[key])
    price = sum(row.total for row in rewards)
    return Transfers(situation, tuple(sorted(rewards, key=lambda row: -row.total)), fines, price, cap, detection, gainers(situation))


def check_fines(cap: float, detection: float) -> None:
    """Refuse a largest fine or a probability that makes no sense."""
    if not cap >= 0 or not 0 <= detection <= 1:
        raise NotApplicableError("a fine is 0 or more, a probability lies between 0 and 1", "change these numbers")


def gainers(situation: Situation) -> dict[str, float]:
    """Return what the members of each stakeholder gain together at the target against the status quo, where they gain."""
    if situation.status_quo is None:
        return {}
    game = situation.game
    totals = []
    for point in (situation.status_quo, situation.target):
        sums = np.zeros(len(game.names))
        for i, actions in enumerate(game.actions):
            for a in range(len(actions)):
                count = float(game.taken(i, a, point)[0])
                sums[i] += count * float(game.payoff(i, a, point)[0]) if count else 0.0
        totals.append(sums)
    change = totals[1] - totals[0]
    return {name: float(change[i]) for i, name in enumerate(game.names) if change[i] > game.tolerances[i]}
