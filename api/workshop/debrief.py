"""Looking back: what people chose, expected and could have gained, beside what the model says was stable; a question for each finding, no ranking.

Each screen is told what it may see by the workshop's rules, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from negotiation.numerics import shown

from .information import Viewer
from .plan import Subject
from .state import Proposal, Round

FEW = 0.1
"""Difference of shares that is worth a question."""
CHOICES: Subject = "choices"
PAYOFFS: Subject = "payoffs"


@dataclass(frozen=True)
class Finding:
    """Something to talk about: what was seen, and a question to the room."""

    round: int | None
    says: str
    question: str

    def as_dict(self) -> dict[str, Any]:
        """Return the finding for JSON."""
        return {"round": self.round, "says": self.says, "question": self.question}


def debrief(viewer: Viewer, stable: Sequence[Mapping[str, Any] | None]) -> dict[str, Any]:
    """Return the rounds side by side, and what to ask about them.

    Parameters
    ----------
    viewer : Viewer
        Who looks, at which room.
    stable : sequence of mapping or None
        For each revealed round, what the model says of its terms (``word``, ``lines``); None where it says nothing.

    Returns
    -------
    dict
        rounds, agreements, findings; plain data without names of people.
    """
    room = viewer.room
    played = [one for one in room.rounds if one.results is not None]
    rows = [_row(viewer, one, said) for one, said in zip(played, stable, strict=True)]
    findings = [finding for one, said in zip(played, stable, strict=True) for finding in _of_round(viewer, one, said)]
    findings += _agreed(viewer, played) + _earned(viewer, played)
    agreements = [_agreement(viewer, one) for one in room.proposals.values() if viewer.sees("proposals", one.seat, _over(one))]
    return {"rounds": rows, "agreements": agreements, "findings": [finding.as_dict() for finding in findings], "money": room.game.money}


def _over(proposal: Proposal) -> bool:
    return proposal.standing in ("signed", "rejected")


def _agreement(viewer: Viewer, one: Proposal) -> dict[str, Any]:
    seen = viewer.seen_of("votes", one.votes, _over(one))
    row: dict[str, Any] = {"title": one.title, "standing": one.standing, "reasons": [vote.reason for vote in seen.values() if vote.reason]}
    if one.counted is not None or len(seen) == len(one.votes):
        row |= {"for": sum(vote.accepts is True for vote in one.votes.values()), "against": sum(vote.accepts is False for vote in one.votes.values())}
    return row


def _row(viewer: Viewer, one: Round, said: Mapping[str, Any] | None) -> dict[str, Any]:
    assert one.results is not None
    row: dict[str, Any] = {"round": one.number, "cooperation": one.results["cooperation"], "outcomes": one.results["outcomes"]}
    row |= {name: _together(viewer, subject, one.results[name]) for name, subject in (("counts", CHOICES), ("stakeholders", PAYOFFS))}
    row |= {"expected": viewer.mean("predictions", one.predictions, True), "predictions": len(one.predictions)}
    row |= {"stable": None if said is None else dict(said), "reflections": len(one.reflections)}
    statuses = [decision.status for decision in one.decisions.values()]
    return row | {"statuses": {status: statuses.count(status) for status in sorted(set(statuses))}, "could_gain": _could_gain(viewer, one)}


def _together(viewer: Viewer, subject: Subject, rows: Mapping[str, Any]) -> dict[str, Any]:
    return {role: row for role, row in rows.items() if viewer.together(subject, role)}


def _could_gain(viewer: Viewer, one: Round) -> list[dict[str, Any]]:
    """Return, by role and switch, how many people's seats could have earned more alone, and how much a member."""
    assert one.results is not None
    found: dict[tuple[str, str, str], list[float]] = {}
    for name, row in one.results["seats"].items():
        role, status = one.decisions[name].role, one.decisions[name].status
        if row["better"] is not None and status != "bot" and viewer.together(CHOICES, role) and viewer.together(PAYOFFS, role):
            found.setdefault((role, row["better"]["from"], row["better"]["to"]), []).append(row["better"]["gain"])
    return [{"role": role, "from": action, "to": to, "seats": len(gains), "gain": max(gains)} for (role, action, to), gains in found.items()]


def _of_round(viewer: Viewer, one: Round, said: Mapping[str, Any] | None) -> list[Finding]:
    assert one.results is not None
    findings = []
    game, chosen, mean = viewer.room.game, one.results["cooperation"], viewer.mean("predictions", one.predictions, True)
    if chosen is not None and mean is not None and abs(mean - chosen) > FEW:
        more = "more" if mean > chosen else "less"
        says = f"{chosen:.0%} of all members did their part; people had expected {mean:.0%}, {more} than it was."
        findings.append(Finding(one.number, says, "What made you expect that of the others?"))
    if said is not None:
        question = "What in this round was as the model says, and what was not?"
        findings.append(Finding(one.number, f"If these payoffs hold: {' '.join(said['lines'][:2])}", question))
    for row in _could_gain(viewer, one):
        stakeholder = game.stakeholders[row["role"]]
        label, before, to = stakeholder.label or row["role"], stakeholder.actions[row["from"]], stakeholder.actions[row["to"]]
        seats = "One seat" if row["seats"] == 1 else f"{row['seats']} seats"
        says = f"{seats} of {label} chose “{before}” though “{to}” would have paid up to {shown(row['gain'])} {game.money} more for one member."
        findings.append(Finding(one.number, says, "What spoke against it?"))
    return findings


def _agreed(viewer: Viewer, played: Sequence[Round]) -> list[Finding]:
    """Return what people did in the round before each agreement, and in the first one under it."""
    findings = []
    for proposal in viewer.room.proposals.values():
        if proposal.standing == "signed" and viewer.sees("proposals", proposal.seat, True):
            first = next((place for place, one in enumerate(played) if one.opened > proposal.closed), 0)
            shares = [played[place].results["cooperation"] for place in (first - 1, first)] if first else [None]  # type: ignore[index]
            was, now = shares[0], shares[-1]
            if was is not None and now is not None:
                says = f"Before “{proposal.title}” was signed {was:.0%} did their part, in the round after it {now:.0%}."
                question = "Who kept to the agreement, and what would have helped the others to?" if now < 1 else "What made everybody keep to it?"
                findings.append(Finding(played[first].number, says, question))
    return findings


def _earned(viewer: Viewer, played: Sequence[Round]) -> list[Finding]:
    """Return whose earnings changed from the first round to the last."""
    if len(played) < 2:
        return []
    first, last = (_together(viewer, PAYOFFS, (one.results or {})["stakeholders"]) for one in (played[0], played[-1]))
    findings = []
    for role, value in last.items():
        before = first[role]
        change = 0.0 if value is None or before is None else float(value - before)
        if change:
            label, way = viewer.room.game.stakeholders[role].label or role, "more" if change > 0 else "less"
            says = f"A member of {label} earned {shown(abs(change))} {viewer.room.game.money} {way} in the last round than in the first."
            findings.append(Finding(None, says, "Whose doing was that?"))
    return findings
