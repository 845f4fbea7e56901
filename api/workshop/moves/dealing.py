"""Proposals, votes and agreements: terms for the rounds to come, which people may still break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from negotiation.errors import IllegalMoveError, NotApplicableError, unknown

from ..events import Draft
from ..plan import Line, Name, Note, Part, Terms
from ..room import Room
from ..state import Proposal, Seat
from .rights import Actor, NotAllowedError, must_be_in, own_seat
from .running import Reason, charged_of, checked

MAX_OPEN = 60
"""Proposals that can be on the table at once."""


class Proposing(Part):
    """Terms to agree on, named, with a reason; `counters` names the proposal that it answers."""

    title: Annotated[Line, Field(min_length=1)]
    why: Note = ""
    terms: Terms
    counters: Name | None = None


class Voting(Part):
    """Accept (true), refuse (false) or abstain (null), and why."""

    accepts: bool | None
    reason: Note = ""


def merged(room: Room, proposed: Terms) -> Terms:
    """Return the terms that hold once a proposal is agreed: what it does not name stays, and who pays what from now on is not held up by an earlier number."""
    now = room.terms
    levers = tuple(name for name in dict.fromkeys((*now.levers, *proposed.levers)) if name not in proposed.without)
    rule, charges = (now.rule, now.charges | proposed.charges) if proposed.rule is None else (proposed.rule, proposed.charges)
    kept = {name: value for name, value in now.set.items() if name not in _fed(room, proposed)}
    return Terms(set=kept | proposed.set, levers=levers, rule=rule, charges=charges)


def _fed(room: Room, proposed: Terms) -> set[str | None]:
    """Return the parameters that the charges of a proposal feed."""
    classes = room.game.cost_game.classes if room.game.cost_game is not None else {}
    return {row.feeds for name, row in classes.items() if proposed.rule is not None or name in proposed.charges}


def propose(room: Room, actor: Actor, body: Proposing, now: float) -> list[Draft]:
    """Put terms on the table."""
    must_be_in(room, "briefing", "revealed", "negotiate")
    seat = own_seat(room, actor).name if actor.seat else None
    if body.counters is not None:
        _proposal(room, body.counters)
    if sum(one.standing == "open" for one in room.proposals.values()) >= MAX_OPEN:
        raise IllegalMoveError(f"there are {MAX_OPEN} open proposals", "vote on some or withdraw some first")
    terms = merged(room, checked(room, body.terms))
    if terms == room.terms:
        raise NotApplicableError("this proposal changes nothing", "name a lever, a parameter or who pays")
    data = {
        "name": f"p{len(room.proposals) + 1}",
        "seat": seat,
        "title": body.title,
        "why": body.why,
        "counters": body.counters,
        "asks": body.terms.model_dump(mode="json"),
        "terms": checked(room, terms).model_dump(mode="json"),
        "charged": charged_of(room, terms),
    }
    return [Draft("proposed", data)]


def withdraw(room: Room, actor: Actor, body: Part, now: float, proposal: str) -> list[Draft]:
    """Take one's own proposal off the table; the facilitator may take off any."""
    must_be_in(room, "briefing", "revealed", "negotiate", "agree")
    found = _open(room, proposal)
    if actor.seat is not None and found.seat != actor.seat:
        raise NotAllowedError("only the seat that made a proposal can withdraw it", "vote against it instead")
    return [Draft("withdrawn", {"proposal": found.name})]


def vote(room: Room, actor: Actor, body: Voting, now: float, proposal: str) -> list[Draft]:
    """Vote on a proposal; the last vote counts."""
    must_be_in(room, "negotiate", "agree")
    return [voted(room, own_seat(room, actor), proposal, body.accepts, body.reason)]


def voted(room: Room, seat: Seat, proposal: str, accepts: bool | None, reason: str) -> Draft:
    """Return the event of a vote on an open proposal."""
    return Draft("voted", {"proposal": _open(room, proposal).name, "seat": seat.name, "accepts": accepts, "reason": reason})


def close(room: Room, actor: Actor, body: Reason, now: float, proposal: str) -> list[Draft]:
    """Count the votes by the workshop's rule: the proposal is signed and holds from the next round beside what was signed before, or it is rejected."""
    must_be_in(room, "negotiate", "agree")
    found = _open(room, proposal)
    count = tally(room, found)
    said = {"proposal": found.name, "tally": count.as_dict(), "reason": body.reason}
    if not count.agreed:
        return [Draft("rejected", said)]
    terms = checked(room, merged(room, found.asks))
    return [Draft("signed", {**said, "terms": terms.model_dump(mode="json"), "charged": charged_of(room, terms)})]


@dataclass(frozen=True)
class Tally:
    """Votes counted.

    Parameters
    ----------
    agreed : bool
    sentence : str
    roles : mapping of str to (int, int, int)
        Seats of each role that accept, refuse, and have not voted or abstain.
    """

    agreed: bool
    sentence: str
    roles: Mapping[str, tuple[int, int, int]]

    def as_dict(self) -> dict[str, Any]:
        """Return the count for JSON."""
        return {"agreed": self.agreed, "sentence": self.sentence, "roles": {role: list(row) for role, row in self.roles.items()}}


def tally(room: Room, proposal: Proposal) -> Tally:
    """Count the votes on a proposal by the workshop's rule; seats that bots play have no vote."""
    roles: dict[str, tuple[int, int, int]] = {}
    for seat in room.present:
        if seat.control != "bot":
            cast = proposal.votes.get(seat.name)
            said = cast.accepts if cast is not None else None
            yes, no, silent = roles.get(seat.role, (0, 0, 0))
            roles[seat.role] = (yes + (said is True), no + (said is False), silent + (said is None))
    rule = room.made.vote
    for_it = [role for role, (yes, no, silent) in roles.items() if 2 * yes > yes + no + silent]
    if rule.kind == "unanimity":
        agreed = bool(roles) and all(no == 0 and yes > 0 for yes, no, _ in roles.values())
        told = "every role must have accepted and nobody refused"
    elif rule.kind == "majority":
        agreed = 2 * len(for_it) > len(roles)
        told = "more than half of the seats in more than half of the roles must accept"
    else:
        weight = {role: rule.weights.get(role, 1.0) for role in roles}
        whole = sum(weight.values())
        gained = sum(weight[role] * yes / (yes + no + silent) for role, (yes, no, silent) in roles.items())
        agreed = whole > 0 and gained >= rule.share * whole * (1 - 1e-12)
        told = f"{rule.share:.0%} of the weight must accept"
    yes, no, silent = (sum(row[place] for row in roles.values()) for place in range(3))
    rest = f", {silent} abstain or have not voted" if silent else ""
    return Tally(agreed, f"{yes} accept, {no} refuse{rest}; {told}: {'agreed' if agreed else 'not agreed'}.", roles)


def _proposal(room: Room, name: str) -> Proposal:
    if name not in room.proposals:
        raise unknown("proposal", name, room.proposals)
    return room.proposals[name]


def _open(room: Room, name: str) -> Proposal:
    found = _proposal(room, name)
    if found.standing != "open":
        raise IllegalMoveError(f"'{found.title}' is {found.standing}", "make a new proposal")
    return found
