"""Seats that nobody holds: rules that can be told in one sentence, and are."""

from __future__ import annotations

import hashlib
import math
import random

from .counting import cooperation, last_counts, share_of, status_quo, target
from .payoffs import Payoffs
from .plan import Bot
from .room import Room
from .state import Choice, Seat

TOLD: dict[Bot, str] = {
    "best_reply": "Does what pays a single member most if all others do as last round (in the first round: as today).",
    "logit_reply": "Usually does what pays a single member most if all others do as last round, and sometimes something else, more rarely the more it costs.",
    "conditional": "Does its part in the first round, and later if at least half of all did last round; otherwise what is done today.",
    "always": "Always does its part.",
    "never": "Never does its part.",
    "last_majority": "Does what most of its role did last round (in the first round: what most do today).",
}
"""Each rule in one sentence, shown wherever a bot is."""
HALF = 0.5
CARE = 10.0
"""How strongly the logit reply follows earnings: the best action is e^10 times likelier than the worst."""


def choice(room: Room, seat: Seat, payoffs: Payoffs) -> Choice:
    """Return what a bot's seat does this round; the same log gives the same choice.

    Parameters
    ----------
    room : Room
    seat : Seat
    payoffs : Payoffs
        The game under this round's terms.
    """
    before = last_counts(room)
    wanted = target(room) or status_quo(room)
    part = share_of(wanted, seat)
    today = share_of(status_quo(room), seat)
    match seat.bot:
        case "always":
            return part
        case "never":
            return _other(room, seat, part) if set(today) & set(part) else today
        case "conditional":
            return part if not _played(room) or (cooperation(room, before) or 0.0) >= HALF else today
        case "last_majority":
            return {max(before[seat.role], key=lambda action: before[seat.role][action]): seat.members}
        case "logit_reply":
            return {_logit(room, seat, payoffs): seat.members}
        case _:
            return {payoffs.best_reply(before, seat.role, _own(room, seat)): seat.members}


def _own(room: Room, seat: Seat) -> str | None:
    """Return what a seat, or most of its members, did in the last round that was revealed; before that, what is done today."""
    last = next((one for one in reversed(room.rounds) if one.results is not None), None)
    if last is None:
        mine = share_of(status_quo(room), seat)
    else:
        made = last.decisions.get(seat.name)
        mine = made.choice if made is not None and made.role == seat.role else {}
    return max(mine, key=lambda action: mine[action], default=None)


def _played(room: Room) -> bool:
    return any(one.results is not None for one in room.rounds)


def _other(room: Room, seat: Seat, part: Choice) -> Choice:
    others = [action for action in room.game.stakeholders[seat.role].actions if action not in part]
    return {others[0]: seat.members} if others else part


def _logit(room: Room, seat: Seat, payoffs: Payoffs) -> str:
    values = payoffs.replies(last_counts(room), seat.role, _own(room, seat))
    actions = list(values)
    usable = [value if math.isfinite(value) else -math.inf for value in values.values()]
    best, worst = max(usable), min((value for value in usable if math.isfinite(value)), default=0.0)
    spread = (best - worst) or 1.0
    weights = [math.exp(CARE * (value - best) / spread) if math.isfinite(value) else 0.0 for value in usable]
    seed = hashlib.sha256(f"{room.name}/{seat.name}/{len(room.rounds)}".encode()).digest()
    return random.Random(seed).choices(actions, weights)[0] if any(weights) else actions[0]
