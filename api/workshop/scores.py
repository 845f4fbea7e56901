"""What a round came to: earnings of every seat, outcomes, cooperation, and what each could have gained alone. Pure, so that it can be computed again."""

from __future__ import annotations

import math
from typing import Any

from negotiation.numerics import ROUND_OFF, plain

from .counting import cooperation, counts_of
from .payoffs import Counts, Payoffs
from .room import Room
from .state import Round, Seat


def payoffs_of(room: Room, one: Round) -> Payoffs:
    """Return the game under the terms of a round."""
    return Payoffs(room.game, room.settings(one.terms), one.charged)


def results(room: Room, one: Round) -> dict[str, Any]:
    """Return what a round came to, as plain data; the same events give the same bytes.

    Returns
    -------
    dict
        counts; cooperation (share, or None); seats: what each earned in all and per member (money a period), and the single
        switch that would have paid one of its members most; stakeholders: mean per member; outcomes.
    """
    payoffs = payoffs_of(room, one)
    counts = counts_of(room, one, payoffs)
    here = payoffs.environment(counts)
    earned = {
        role: {action: payoffs.at(here, role, action) for action in stakeholder.actions if counts[role][action]}
        for role, stakeholder in room.game.stakeholders.items()
    }
    better = _Better(payoffs, counts, earned)
    seats = {seat.name: _earnings(earned[seat.role], better, seat, one) for seat in room.present if seat.name in one.decisions}
    stakeholders = {
        role: sum(counts[role][action] * value for action, value in row.items()) / room.game.stakeholders[role].members for role, row in earned.items()
    }
    outcomes = {name: payoffs.outcome(here, outcome.formula) for name, outcome in room.game.outcomes.items()}
    found = {"counts": counts, "cooperation": cooperation(room, counts), "seats": seats, "stakeholders": stakeholders, "outcomes": outcomes}
    return dict(plain(found))


class _Better:
    """The single switch that would have paid most, found once for each role and action."""

    def __init__(self, payoffs: Payoffs, counts: Counts, earned: dict[str, dict[str, float]]) -> None:
        self._payoffs, self._counts, self._earned = payoffs, counts, earned
        self._found: dict[tuple[str, str], dict[str, Any] | None] = {}

    def of(self, role: str, action: str) -> dict[str, Any] | None:
        """Return the best switch of a member of `role` who took `action`; None where none pays."""
        if (role, action) not in self._found:
            self._found[role, action] = self._search(role, action)
        return self._found[role, action]

    def _search(self, role: str, action: str) -> dict[str, Any] | None:
        here = self._earned[role][action]
        others = [to for to in self._payoffs.definition.stakeholders[role].actions if to != action]
        gains = [(self._payoffs.switched(self._counts, role, action, to) - here, to) for to in others]
        gain, to = max(((gain, to) for gain, to in gains if math.isfinite(gain)), default=(0.0, ""))
        noise = ROUND_OFF * max((abs(value) for value in self._earned[role].values() if math.isfinite(value)), default=0.0)
        return {"from": action, "to": to, "gain": gain} if gain > noise else None


def _earnings(earned: dict[str, float], better: _Better, seat: Seat, one: Round) -> dict[str, Any]:
    decision = one.decisions[seat.name]
    if decision.status == "missing":
        return {"choice": {}, "status": "missing", "payoff": None, "each": None, "better": None}
    total = sum(members * earned[action] for action, members in decision.choice.items())
    switches = [switch for action in decision.choice if (switch := better.of(seat.role, action)) is not None]
    best = max(switches, key=lambda switch: switch["gain"], default=None)
    return {"choice": decision.choice, "status": decision.status, "payoff": total, "each": total / seat.members, "better": best}
