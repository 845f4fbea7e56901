"""Does it hold: the verdict on a game's target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..catalogue import Subject
from ..governance.recheck import recheck
from ..governance.verdict import Verdict, verdict
from ..loading import load
from ..options import Option
from .request import Question, Request, read_charged, situation_of
from .terms import CHARGED

if TYPE_CHECKING:
    from .depth import Depth

FULL = Option("full", bool, "add patience, robustness, stable levels of participation, winners and losers, and the condition of the weakest link")


@dataclass(frozen=True)
class Judged:
    """The verdict on a game's target, confirmed from the written form."""

    subject: Subject
    verdict: Verdict
    confirmed: tuple[str, ...]
    depth: Depth | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict for JSON."""
        deeper = {} if self.depth is None else self.depth.as_dict()
        return {"game": self.subject.name, **self.verdict.as_dict(), "confirmed": list(self.confirmed), **deeper}


def judge(subject: Subject, request: Request) -> Judged:
    """Return the verdict on the subject's target, after a second look from the written form."""
    full = bool(read_charged("verdict", (FULL,), request).get("full"))
    situation = situation_of(subject, request)
    found = verdict(situation, full=full)
    return Judged(subject, found, recheck(found), load("negotiation.answers.depth:depth")(situation, found) if full else None)


VERDICT = Question(judge, (FULL, *CHARGED), charged=True)
