"""What each screen is sent. Everything that belongs to a seat passes :class:`~api.workshop.information.Viewer` here, and nowhere else."""

from __future__ import annotations

from typing import Any

from . import bots
from .information import Viewer
from .moves.dealing import tally
from .moves.playing import waiting_for
from .moves.rights import Actor
from .phases import FOLLOWING, TOLD
from .plan import Subject
from .room import Proposal, Room, Round

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
        "information": dict(viewer.rules),
        "game": _game(room),
        "terms": _terms(room),
        "seats": _seats(viewer),
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


def _seats(viewer: Viewer) -> list[dict[str, Any]]:
    room, leads = viewer.room, viewer.actor.capacity in ("owner", "assistant")
    present = {seat.name: seat for seat in room.present}
    done = () if room.round is None else room.round.predictions if room.phase == "predict" else room.round.decisions
    open_ = viewer.seen_of("presence", present, False) if room.round is not None else {}
    rows = []
    for name, seat in present.items():
        row: dict[str, Any] = {"name": name, "role": seat.role, "members": seat.members, "alias": seat.alias, "group": seat.group, "control": seat.control}
        if seat.control == "bot" and seat.bot is not None:
            row["bot"] = {"rule": seat.bot, "told": bots.TOLD[seat.bot]}  # type: ignore[index]
        if name in open_:
            row["done"] = name in done
        if leads or viewer.actor.seat == name:
            row |= {"help": seat.help, "nudged": seat.nudged, "device": seat.device}
        rows.append(row)
    return rows


def _round(viewer: Viewer, one: Round) -> dict[str, Any]:
    revealed = one.results is not None
    row: dict[str, Any] = {"number": one.number, "revealed": revealed, "reopened": one.reopened, "terms": one.terms.model_dump(mode="json")}
    decisions = viewer.seen_of("choices", one.decisions, revealed)
    row["decisions"] = {name: {"choice": decision.choice, "status": decision.status} for name, decision in decisions.items()}
    row["predictions"] = viewer.seen_of("predictions", one.predictions, revealed)
    row["reflections"] = viewer.seen_of("reflections", one.reflections, revealed)
    if one.results is not None:
        row["results"] = _results(viewer, one)
    return row


def _results(viewer: Viewer, one: Round) -> dict[str, Any]:
    """Return a round's results: totals for everybody, a seat's own to those who may see them."""
    assert one.results is not None
    every = one.results["seats"]
    choices, payoffs = viewer.seen_of("choices", every, True), viewer.seen_of("payoffs", every, True)
    seats: dict[str, Any] = {name: {} for name in every if name in choices or name in payoffs}
    for name, row in choices.items():
        seats[name] |= {"choice": row["choice"], "status": row["status"]}
    for name, row in payoffs.items():
        seats[name] |= {"payoff": row["payoff"], "each": row["each"], "better": row["better"]}
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
    votes = viewer.seen_of("votes", one.votes, over)
    row["votes"] = {name: {"accepts": vote.accepts, "reason": vote.reason} for name, vote in votes.items()}
    if over or viewer.actor.capacity in ("owner", "assistant"):
        row["tally"] = tally(viewer.room, one).as_dict()
    return row
