"""What each screen is sent. Everything that belongs to a seat passes :class:`~api.workshop.information.Viewer` here, and nowhere else."""

from __future__ import annotations

from typing import Any

from . import bots
from .information import Viewer, audience
from .moves.dealing import tally
from .moves.playing import waiting_for
from .moves.rights import Actor
from .phases import FOLLOWING, TOLD
from .plan import INFORMATION, Subject
from .room import Proposal, Room, Round, Seat

HIDING = 3
"""Seats that a role must have for its total to hide the single ones."""
PRINCIPLE = "Results hold if these payoffs hold; they are not a prediction of what real people will do."


def view(room: Room, actor: Actor) -> dict[str, Any]:
    """Return what somebody may see of a table now.

    Parameters
    ----------
    room : Room
    actor : Actor
        Who looks.

    Returns
    -------
    dict
        Plain data.
    """
    viewer = Viewer(room, actor)
    leads = actor.capacity in ("owner", "assistant")
    seen: dict[str, Any] = {
        "room": room.name,
        "version": room.version,
        "table": room.table,
        "title": room.made.title,
        "principle": PRINCIPLE,
        "consent": room.made.consent,
        "retention_days": room.made.retention_days,
        "phase": room.phase,
        "told": TOLD[room.phase],
        "paused": room.paused,
        "ends_at": room.timer.ends_at,
        "left": room.timer.left,
        "round": room.round.number if room.round else None,
        "rounds_planned": room.made.rounds,
        "predicts": room.made.predict,
        "information": {subject: audience(room, subject) for subject in INFORMATION},
        "game": _game(room),
        "terms": _terms(room),
        "seats": [_seat(viewer, seat) for seat in room.present],
        "rounds": [_round(viewer, one) for one in room.rounds],
        "proposals": [_proposal(viewer, one) for one in room.proposals.values()],
        "shown": dict(room.shown),
    }
    if actor.seat is not None:
        seen["you"] = actor.seat
    if leads:
        seen |= {"following": list(FOLLOWING[room.phase]), "reason": room.reason, "waiting_for": [seat.name for seat in waiting_for(room)]}
    return seen


def _game(room: Room) -> dict[str, Any]:
    game = room.game
    return {
        "name": game.name,
        "title": game.title,
        "summary": game.summary,
        "money": game.money,
        "target": None if game.target is None else {"label": game.target.label, "profile": game.target.profile},
        "stakeholders": {
            name: {"label": one.label or name, "about": one.about, "members": one.members, "actions": dict(one.actions)}
            for name, one in game.stakeholders.items()
        },
        "outcomes": {name: {"label": one.label or name, "unit": one.unit, "better": one.better} for name, one in game.outcomes.items()},
        "levers": {name: one.label or name for name, one in game.levers.items()},
    }


def _terms(room: Room) -> dict[str, Any]:
    return {**room.terms.model_dump(mode="json"), "charged": dict(room.charged), "scenario": room.made.scenario}


def _seat(viewer: Viewer, seat: Seat) -> dict[str, Any]:
    room = viewer.room
    row: dict[str, Any] = {"name": seat.name, "role": seat.role, "members": seat.members, "alias": seat.alias, "group": seat.group}
    row["control"] = seat.control
    if seat.control == "bot" and seat.bot is not None:
        row["bot"] = {"rule": seat.bot, "told": bots.TOLD[seat.bot]}  # type: ignore[index]
    if viewer.sees("presence", seat.name, False) and room.round is not None:
        done = room.round.predictions if room.phase == "predict" else room.round.decisions
        row["done"] = seat.name in done
    if viewer.actor.capacity in ("owner", "assistant") or viewer.actor.seat == seat.name:
        row |= {"help": seat.help, "nudged": seat.nudged, "device": seat.device}
    return row


def _round(viewer: Viewer, one: Round) -> dict[str, Any]:
    revealed = one.results is not None
    row: dict[str, Any] = {"number": one.number, "revealed": revealed, "reopened": one.reopened, "terms": one.terms.model_dump(mode="json")}
    row["decisions"] = {
        name: {"choice": decision.choice, "status": decision.status} for name, decision in one.decisions.items() if viewer.sees("choices", name, revealed)
    }
    row["predictions"] = {name: value for name, value in one.predictions.items() if viewer.sees("predictions", name, revealed)}
    row["reflections"] = {name: text for name, text in one.reflections.items() if viewer.sees("reflections", name, revealed)}
    if one.results is not None:
        row["results"] = _results(viewer, one)
    return row


def _results(viewer: Viewer, one: Round) -> dict[str, Any]:
    """Return a round's results: totals for everybody, a seat's own to those who may see them."""
    assert one.results is not None
    seats: dict[str, Any] = {}
    for name, row in one.results["seats"].items():
        shown: dict[str, Any] = {}
        if viewer.sees("choices", name, True):
            shown |= {"choice": row["choice"], "status": row["status"]}
        if viewer.sees("payoffs", name, True):
            shown |= {"payoff": row["payoff"], "each": row["each"], "better": row["better"]}
        if shown:
            seats[name] = shown
    roles = list(viewer.room.game.stakeholders)
    found = one.results["counts"]
    actions = {role: viewer.room.game.stakeholders[role].actions for role in roles}
    counts = {role: {action: found[role][action] for action in actions[role]} for role in roles if _together(viewer, "choices", role)}
    means = {role: one.results["stakeholders"][role] for role in roles if _together(viewer, "payoffs", role)}
    together = {"counts": counts, "stakeholders": means, "cooperation": one.results["cooperation"], "outcomes": one.results["outcomes"]}
    return {**together, "seats": seats, "expected": _expected(one)}


def _together(viewer: Viewer, subject: Subject, role: str) -> bool:
    """Return whether the viewer may see what a role did or earned together: it hides single seats, or hides nothing from the viewer."""
    seats = [seat.name for seat in viewer.room.present if seat.role == role]
    return len(seats) >= HIDING or all(viewer.sees(subject, name, True) for name in seats)


def _expected(one: Round) -> dict[str, Any] | None:
    """Return what people expected on the whole: no single person's prediction can be read off."""
    values = sorted(one.predictions.values())
    if len(values) < 2:
        return None
    return {"people": len(values), "mean": sum(values) / len(values)}


def _proposal(viewer: Viewer, one: Proposal) -> dict[str, Any]:
    row: dict[str, Any] = {"name": one.name, "standing": one.standing, "yours": one.seat is not None and one.seat == viewer.actor.seat}
    if not viewer.sees("proposals", one.seat, one.standing in ("signed", "rejected")):
        return row
    row |= {"seat": one.seat, "title": one.title, "why": one.why, "counters": one.counters}
    row |= {"terms": one.terms.model_dump(mode="json"), "charged": dict(one.charged)}
    over = one.standing in ("signed", "rejected")
    row["votes"] = {name: {"accepts": vote.accepts, "reason": vote.reason} for name, vote in one.votes.items() if viewer.sees("votes", name, over)}
    if over or viewer.actor.capacity in ("owner", "assistant"):
        row["tally"] = tally(viewer.room, one).as_dict()
    return row
