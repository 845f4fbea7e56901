"""Does it hold: the verdict on a target, and the answers that a game file expects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..catalogue import Subject
from ..errors import NotApplicableError
from ..governance.expectations import Checked, check_expectations
from ..governance.verdict import Verdict, verdict
from ..options import read_options
from ..settings import NO_SETTINGS
from .request import Request, situation_of


@dataclass(frozen=True)
class Judged:
    """The verdict on a game's target."""

    subject: Subject
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict for JSON."""
        return {"game": self.subject.name, **self.verdict.as_dict()}


@dataclass(frozen=True)
class ExpectationsChecked:
    """What a game file expects, compared with the engine."""

    subject: Subject
    checked: tuple[Checked, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison for JSON."""
        rows = [{"says": c.says, "kind": c.kind, "source": c.source, "met": c.met, "failures": list(c.failures)} for c in self.checked]
        return {"game": self.subject.name, "met": all(c.met for c in self.checked), "expectations": rows}


def judge(subject: Subject, request: Request) -> Judged:
    """Return the verdict on the subject's target."""
    read_options("verdict", (), dict(request.options or {}))
    return Judged(subject, verdict(situation_of(subject, request)))


def check(subject: Subject, request: Request) -> ExpectationsChecked:
    """Compare what the subject's file expects with what the engine finds."""
    read_options("check", (), dict(request.options or {}))
    if request.settings != NO_SETTINGS or request.charges is not None:
        raise NotApplicableError("expectations bring their own settings", "leave the settings out")
    return ExpectationsChecked(subject, check_expectations(subject.written))
