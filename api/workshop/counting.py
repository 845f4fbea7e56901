"""From seats to members: what everybody does, with the members that no seat plays."""

from __future__ import annotations

import math
from collections.abc import Mapping

from .payoffs import Counts, Payoffs
from .room import Room
from .state import Choice, Round, Seat


def apportioned(weights: Mapping[str, float], total: int) -> Choice:
    """Divide `total` members among actions in proportion to weights, by largest remainders; ties to the action that comes first.

    Examples
    --------
    >>> apportioned({"join": 2, "stay": 1}, 10)
    {'join': 7, 'stay': 3}
    """
    size = sum(weights.values())
    shares = {action: total * weight / size for action, weight in weights.items()}
    counts = {action: math.floor(share + 1e-9) for action, share in shares.items()}
    order = sorted(weights, key=lambda action: counts[action] - shares[action])
    for action in order[: total - sum(counts.values())]:
        counts[action] += 1
    return {action: count for action, count in counts.items() if count}


def counts_of(room: Room, one: Round, payoffs: Payoffs) -> dict[str, dict[str, int]]:
    """Return how many members of each stakeholder take each action in a round."""
    counts = {role: dict.fromkeys(stakeholder.actions, 0) for role, stakeholder in room.game.stakeholders.items()}
    for seat in room.present:
        decision = one.decisions.get(seat.name)
        if decision is not None and decision.status != "missing":
            for action, members in decision.choice.items():
                counts[seat.role][action] += members
    for role, stakeholder in room.game.stakeholders.items():
        left = stakeholder.members - sum(counts[role].values())
        if left > 0:
            for action, members in apportioned(_rest(room, role, counts[role], payoffs), left).items():
                counts[role][action] += members
    return counts


def _rest(room: Room, role: str, played: Mapping[str, int], payoffs: Payoffs) -> Mapping[str, float]:
    """Return in which proportion the members of a role that no seat plays divide."""
    if role in payoffs.bound:
        return {payoffs.bound[role]: 1}
    if room.made.rest == "mirror" and any(played.values()):
        return played
    if room.made.rest == "best_reply":
        before = last_counts(room)
        return {payoffs.best_reply(before, role): 1}
    return status_quo(room)[role]


def status_quo(room: Room) -> dict[str, dict[str, int]]:
    """Return what is done today: the game's status quo, or everybody's first action where it names none."""
    return room.game.counts(room.game.status_quo or {})


def target(room: Room) -> dict[str, dict[str, int]] | None:
    """Return the cooperative outcome; None where the game names none."""
    return None if room.game.target is None else room.game.counts(room.game.target.profile)


def last_counts(room: Room) -> Counts:
    """Return what everybody did in the last round that was revealed; before that, what is done today."""
    for one in reversed(room.rounds):
        if one.results is not None:
            counts: Counts = one.results["counts"]
            return counts
    return status_quo(room)


def share_of(counts: Mapping[str, Mapping[str, int]], seat: Seat) -> Choice:
    """Return what a seat does if its members divide as their whole role does in `counts`."""
    return apportioned(counts[seat.role], seat.members)


def cooperation(room: Room, counts: Counts) -> float | None:
    """Return the share of members who take their target action; None where the game names no target."""
    wanted = target(room)
    if wanted is None:
        return None
    members = sum(stakeholder.members for stakeholder in room.game.stakeholders.values())
    taken = sum(min(counts[role][action], count) for role, row in wanted.items() for action, count in row.items())
    return taken / members
