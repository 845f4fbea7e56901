"""What is asked for when a workshop is made; checked here, written into its first event, and never changed after."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Bot = Literal["best_reply", "logit_reply", "conditional", "always", "never", "last_majority"]
Subject = Literal["choices", "payoffs", "predictions", "reflections", "proposals", "votes", "presence"]
Audience = Literal["private", "role", "group", "public_now", "public_after_reveal"]
TimedPhase = Literal["predict", "decide", "negotiate", "agree"]
INFORMATION: dict[Subject, Audience] = {
    "choices": "public_after_reveal",
    "payoffs": "private",
    "predictions": "private",
    "reflections": "private",
    "proposals": "public_now",
    "votes": "public_after_reveal",
    "presence": "public_now",
}
"""Who sees what of a seat, unless the workshop says otherwise: choices once they are revealed, earnings only oneself."""
HIDDEN = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])
"""Unicode categories that may not stand in names: control, direction, unassigned."""
JOINING = frozenset("\u200c\u200d")
"""Joiners that Indian and Persian scripts need."""
MAX_SEATS = 400
"""Seats of one table."""


def _clean_line(text: str) -> str:
    cleaned = unicodedata.normalize("NFC", " ".join(text.split()))
    if any(unicodedata.category(letter) in HIDDEN and letter not in JOINING for letter in cleaned):
        raise ValueError("control and direction characters are not allowed in names")
    return cleaned


def _clean_text(text: str) -> str:
    cleaned = unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip())
    if any(unicodedata.category(letter) in HIDDEN and letter not in JOINING and letter not in "\n\t" for letter in cleaned):
        raise ValueError("control and direction characters are not allowed")
    return cleaned


Line = Annotated[str, Field(max_length=200), AfterValidator(_clean_line)]
Alias = Annotated[str, Field(max_length=40), AfterValidator(_clean_line)]
Note = Annotated[str, Field(max_length=1000), AfterValidator(_clean_text)]
Name = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Amount = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class Part(BaseModel):
    """Base of what a workshop is made from: frozen, no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SeatPlan(Part):
    """Seats of one role.

    `members` is how many members each of them plays: 1 for a single firm; left out, all members of the stakeholder are divided among the seats.
    """

    role: Name
    seats: Annotated[int, Field(ge=1, le=MAX_SEATS)] = 1
    members: Annotated[int, Field(ge=1)] | None = None
    bot: Bot | None = None
    group: Line = ""


class VoteRule(Part):
    """When a proposal is agreed.

    unanimity: every seat that votes accepts, and every role has voted; majority: more than half of the seats in more than half of the roles; weighted:
    accepting roles have at least `share` of the weight, a role counting as the share of its seats that accept.
    """

    kind: Literal["unanimity", "majority", "weighted"] = "majority"
    weights: dict[Name, Annotated[float, Field(ge=0, le=1e6)]] = {}
    share: Annotated[float, Field(gt=0, le=1)] = 0.5


class Terms(Part):
    """What a game is played under, or what a proposal would change: parameters, levers, and who pays what, by a rule or by hand."""

    set: Annotated[dict[Name, Amount], Field(max_length=100)] = {}
    levers: Annotated[tuple[Name, ...], Field(max_length=60)] = ()
    without: Annotated[tuple[Name, ...], Field(max_length=60)] = ()
    rule: Annotated[str, Field(max_length=40)] | None = None
    charges: Annotated[dict[Name, Amount], Field(max_length=25)] = {}


class Plan(Part):
    """A workshop before it begins.

    Parameters
    ----------
    game : str or dict
        Name of a game of the catalogue or a saved one, or the written form itself.
    scenario : str, optional
    terms : Terms
        Changes of parameters, levers in place, and charges from the start.
    seats : tuple of SeatPlan
        Empty: one seat for each stakeholder, which plays all its members.
    rounds : int
    predict : bool
        Whether people say what they expect before they decide.
    information : mapping
        Who sees what; what is left out stands at its usual value.
    timers : mapping
        Seconds for a phase; on expiry what is missing is filled in by `default`.
    default : str
        What counts for a seat that did not decide: its last choice (in the first round what is done today), what is done today, or nothing (it stays
        out of the results, its members follow `rest`).
    rest : str
        What members do whom no seat plays: like the seats of their role, what is done today, or the best reply to the last round.
    vote : VoteRule
    tables : int
        Groups that play the same side by side.
    consent : str
        What people are told before they join.
    retention_days : int
        After how many days everything is deleted.
    """

    title: Annotated[Line, Field(min_length=1)]
    game: str | dict[str, Any]
    scenario: Name | None = None
    terms: Terms = Terms()
    seats: Annotated[tuple[SeatPlan, ...], Field(max_length=60)] = ()
    rounds: Annotated[int, Field(ge=1, le=50)] = 3
    predict: bool = True
    information: dict[Subject, Audience] = {}
    timers: dict[TimedPhase, Annotated[int, Field(ge=5, le=86_400)]] = {}
    default: Literal["last", "status_quo", "missing"] = "last"
    rest: Literal["mirror", "status_quo", "best_reply"] = "mirror"
    vote: VoteRule = VoteRule()
    tables: Annotated[int, Field(ge=1, le=30)] = 1
    consent: Note = ""
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 90

    def audience(self, subject: Subject) -> Audience:
        """Return who sees something."""
        return self.information.get(subject, INFORMATION[subject])
