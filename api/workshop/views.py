"""What each screen is sent. Everything that belongs to a seat passes :class:`~api.workshop.information.Viewer` here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from negotiation.definition import Parameter

from . import bots
from .information import Viewer
from .moves.dealing import merged, tally
from .moves.playing import waiting_for
from .moves.rights import Actor, own_seat
from .phases import FOLLOWING, OPENING, OVER, TOLD, Phase
from .room import Room
from .state import Proposal, Round

T = TypeVar("T")
PRINCIPLE = "Results hold if these payoffs hold; they are not a prediction of what real people will do."


def view(room: Room, actor: Actor, alone: bool = False) -> dict[str, Any]:
    """Return what somebody may see of a table now.

    Parameters
    ----------
    room : Room
    actor : Actor
        Who looks.
    alone : bool
        Whether to leave out the rows of other seats and how many have decided so far, and keep the results' totals: what a seat's own page shows.

    Returns
    -------
    dict
        Plain data.

    Raises
    ------
    SeatLostError
        When the seat that looks is not its holder's any more.
    """
    if actor.seat is not None:
        own_seat(room, actor)
    viewer, of = Viewer(room, actor), frozenset([actor.seat or ""]) if alone else None
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
        "seats": _seats(viewer, of),
        "rounds": [_round(viewer, one, of) for one in room.rounds],
        "proposals": [_proposal(viewer, one, of) for one in room.proposals.values()],
        "shown": dict(room.shown),
    }
    if room.round is not None and room.phase in ("predict", "decide") and not alone:
        done = room.round.predictions if room.phase == "predict" else room.round.decisions
        asked = [seat for seat in room.present if seat.control != "bot"]
        seen |= {"done": sum(seat.name in done for seat in asked), "asked": len(asked)}
    if actor.seat is not None:
        seen["you"] = actor.seat
    if leads:
        seen |= {"following": _following(room), "reason": room.reason, "waiting_for": [seat.name for seat in waiting_for(room)]}
    return seen


def _following(room: Room) -> list[Phase]:
    """Return where the facilitator is led next: no round beyond the last, no expectations where nobody is to say any."""
    over = room.phase in OVER and len(room.rounds) >= room.made.rounds
    asks = room.made.predict and room.game.target is not None
    return [phase for phase in FOLLOWING[room.phase] if not (phase in OPENING and over) and (phase != "predict" or asks)]


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
        "parameters": {name: _parameter(name, one) for name, one in game.parameters.items()},
        "classes": _classes(room),
    }


def _parameter(name: str, one: Parameter) -> dict[str, Any]:
    return {"label": one.label or name.replace("_", " "), "low": one.low, "high": one.high, "unit": one.unit}


def _classes(room: Room) -> dict[str, str]:
    """Return who shares the cost and whose charge changes what it earns."""
    cost = room.game.cost_game
    labels = {name: one.label for name, one in room.game.stakeholders.items()}
    return {} if cost is None else {name: labels.get(name) or name.replace("_", " ") for name, one in cost.classes.items() if one.feeds}


def _terms(room: Room) -> dict[str, Any]:
    values = room.game.values(room.settings()) | dict(room.charged) | room.terms.set
    return {**room.terms.model_dump(mode="json"), "charged": dict(room.charged), "values": values, "scenario": room.made.scenario}


def _only(of: frozenset[str] | None, rows: Mapping[str, T]) -> Mapping[str, T]:
    """Return the rows of some seats, or all."""
    return rows if of is None else {name: rows[name] for name in of if name in rows}


def _seats(viewer: Viewer, of: frozenset[str] | None) -> list[dict[str, Any]]:
    room, leads = viewer.room, viewer.actor.capacity in ("owner", "assistant")
    present = {name: seat for name, seat in _only(of, room.seats).items() if not seat.gone}
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


def _round(viewer: Viewer, one: Round, of: frozenset[str] | None) -> dict[str, Any]:
    revealed = one.results is not None
    row: dict[str, Any] = {"number": one.number, "revealed": revealed, "reopened": one.reopened, "terms": one.terms.model_dump(mode="json")}
    decisions = viewer.seen_of("choices", _only(of, one.decisions), revealed)
    row["decisions"] = {name: {"role": made.role, "choice": made.choice, "status": made.status} for name, made in decisions.items()}
    row["predictions"] = viewer.seen_of("predictions", _only(of, one.predictions), revealed)
    row["reflections"] = viewer.seen_of("reflections", _only(of, one.reflections), revealed)
    if one.results is not None:
        row["results"] = _results(viewer, one, of)
    return row


def _results(viewer: Viewer, one: Round, of: frozenset[str] | None) -> dict[str, Any]:
    """Return a round's results: totals for everybody, a seat's own to those who may see them."""
    assert one.results is not None
    every = _only(of, one.results["seats"])
    choices, payoffs = viewer.seen_of("choices", every, True), viewer.seen_of("payoffs", every, True)
    seats: dict[str, Any] = {name: {} for name in every if name in choices or name in payoffs}
    for name, row in choices.items():
        seats[name] |= {"role": one.decisions[name].role, "choice": row["choice"], "status": row["status"]}
    for name, row in payoffs.items():
        seats[name] |= {"payoff": row["payoff"], "each": row["each"], "better": row["better"]}
    roles = list(viewer.room.game.stakeholders)
    found = one.results["counts"]
    actions = {role: viewer.room.game.stakeholders[role].actions for role in roles}
    counts = {role: {action: found[role][action] for action in actions[role]} for role in roles if viewer.together("choices", role)}
    means = {role: one.results["stakeholders"][role] for role in roles if viewer.together("payoffs", role)}
    together = {"counts": counts, "stakeholders": means, "cooperation": one.results["cooperation"], "outcomes": one.results["outcomes"]}
    return {**together, "seats": seats, "expected": _expected(viewer, one)}


def _expected(viewer: Viewer, one: Round) -> dict[str, Any] | None:
    """Return what people expected on the whole."""
    mean = viewer.mean("predictions", one.predictions, True)
    return None if mean is None else {"people": len(one.predictions), "mean": mean}


def _proposal(viewer: Viewer, one: Proposal, of: frozenset[str] | None) -> dict[str, Any]:
    row: dict[str, Any] = {"name": one.name, "standing": one.standing, "yours": one.seat is not None and one.seat == viewer.actor.seat}
    if not viewer.sees("proposals", one.seat, one.standing in ("signed", "rejected")):
        return row
    row |= {"seat": one.seat, "title": one.title, "why": one.why, "counters": one.counters}
    over = one.standing in ("signed", "rejected")
    terms = merged(viewer.room, one.asks) if one.standing == "open" else one.terms
    row |= {"asks": one.asks.model_dump(mode="json"), "terms": terms.model_dump(mode="json"), "charged": dict(one.charged)}
    votes = viewer.seen_of("votes", _only(of, one.votes), over)
    row["votes"] = {name: {"accepts": vote.accepts, "reason": vote.reason} for name, vote in votes.items()}
    if one.counted is not None:
        row["tally"] = dict(one.counted)
    elif viewer.actor.capacity in ("owner", "assistant"):
        row["tally"] = tally(viewer.room, one).as_dict()
    return row
