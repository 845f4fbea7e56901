"""Looking back: what people chose, expected and could have gained, beside what the model says was stable; a question for each finding, no ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from negotiation.numerics import shown

from .room import Room, Round

FEW = 0.1
"""Difference of shares that is worth a question."""


@dataclass(frozen=True)
class Finding:
    """Something to talk about: what was seen, and a question to the room."""

    round: int | None
    says: str
    question: str

    def as_dict(self) -> dict[str, Any]:
        """Return the finding for JSON."""
        return {"round": self.round, "says": self.says, "question": self.question}


def debrief(room: Room, stable: Sequence[Mapping[str, Any] | None]) -> dict[str, Any]:
    """Return the rounds side by side, and what to ask about them.

    Parameters
    ----------
    room : Room
    stable : sequence of mapping or None
        For each revealed round, what the model says of its terms (``word``, ``lines``); None where it says nothing.

    Returns
    -------
    dict
        rounds, agreements, findings; plain data without names of people.
    """
    played = [one for one in room.rounds if one.results is not None]
    rows = [_row(room, one, said) for one, said in zip(played, stable, strict=True)]
    findings = [finding for one, said in zip(played, stable, strict=True) for finding in _of_round(room, one, said)]
    findings += _across(room, played)
    agreements = [
        {"title": one.title, "standing": one.standing, "for": sum(vote.accepts is True for vote in one.votes.values())}
        | {"against": sum(vote.accepts is False for vote in one.votes.values()), "reasons": [vote.reason for vote in one.votes.values() if vote.reason]}
        for one in room.proposals.values()
    ]
    return {"rounds": rows, "agreements": agreements, "findings": [finding.as_dict() for finding in findings], "money": room.game.money}


def _row(room: Room, one: Round, said: Mapping[str, Any] | None) -> dict[str, Any]:
    assert one.results is not None
    expected = list(one.predictions.values())
    row: dict[str, Any] = {"round": one.number, "cooperation": one.results["cooperation"], "counts": one.results["counts"]}
    row |= {"expected": sum(expected) / len(expected) if expected else None, "predictions": len(expected), "stakeholders": one.results["stakeholders"]}
    row |= {"outcomes": one.results["outcomes"], "stable": None if said is None else dict(said), "reflections": len(one.reflections)}
    statuses = [decision.status for decision in one.decisions.values()]
    return row | {"statuses": {status: statuses.count(status) for status in sorted(set(statuses))}, "could_gain": _could_gain(room, one)}


def _could_gain(room: Room, one: Round) -> list[dict[str, Any]]:
    """Return, by role and switch, how many seats could have earned more alone, and how much a member."""
    assert one.results is not None
    found: dict[tuple[str, str, str], list[float]] = {}
    for name, row in one.results["seats"].items():
        if row["better"] is not None:
            key = (room.seats[name].role, row["better"]["from"], row["better"]["to"])
            found.setdefault(key, []).append(row["better"]["gain"])
    return [{"role": role, "from": action, "to": to, "seats": len(gains), "gain": max(gains)} for (role, action, to), gains in found.items()]


def _of_round(room: Room, one: Round, said: Mapping[str, Any] | None) -> list[Finding]:
    assert one.results is not None
    findings = []
    chosen, expected = one.results["cooperation"], list(one.predictions.values())
    if chosen is not None and expected:
        mean = sum(expected) / len(expected)
        if abs(mean - chosen) > FEW:
            more = "more" if mean > chosen else "less"
            says = f"{chosen:.0%} of all members did their part; people had expected {mean:.0%}, {more} than it was."
            findings.append(Finding(one.number, says, "What made you expect that of the others?"))
    if said is not None:
        question = "What in this round was as the model says, and what was not?"
        findings.append(Finding(one.number, f"If these payoffs hold: {' '.join(said['lines'][:2])}", question))
    for row in _could_gain(room, one):
        stakeholder = room.game.stakeholders[row["role"]]
        label, before, to = stakeholder.label or row["role"], stakeholder.actions[row["from"]], stakeholder.actions[row["to"]]
        says = f"{row['seats']} of {label} chose “{before}” though “{to}” would have paid up to {shown(row['gain'])} {room.game.money} more for one member."
        findings.append(Finding(one.number, says, "What spoke against it?"))
    return findings


def _across(room: Room, played: Sequence[Round]) -> list[Finding]:
    """Return what changed over the rounds: after agreements, and in earnings."""
    findings = []
    for proposal in room.proposals.values():
        if proposal.standing == "signed":
            before = [one for one in played if one.terms != proposal.terms]
            after = [one for one in played if one.terms == proposal.terms]
            if before and after and before[-1].results and after[0].results and after[0].results["cooperation"] is not None:
                was, now = before[-1].results["cooperation"], after[0].results["cooperation"]
                says = f"Before “{proposal.title}” was signed {was:.0%} did their part, in the round after it {now:.0%}."
                question = "Who kept to the agreement, and what would have helped the others to?" if now < 1 else "What made everybody keep to it?"
                findings.append(Finding(after[0].number, says, question))
    if len(played) > 1:
        first, last = played[0].results, played[-1].results
        assert first is not None
        assert last is not None
        for role, value in last["stakeholders"].items():
            change = value - first["stakeholders"][role]
            if value != first["stakeholders"][role]:
                label = room.game.stakeholders[role].label or role
                way = "more" if change > 0 else "less"
                says = f"A member of {label} earned {shown(abs(change))} {room.game.money} {way} in the last round than in the first."
                findings.append(Finding(None, says, "Whose doing was that?"))
    return findings
