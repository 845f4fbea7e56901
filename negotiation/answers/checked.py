"""Do the answers that a game file expects come out, and what is missing or looks like a slip?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..authoring.advice import Hint, advice
from ..authoring.mutation import MutationCheck, mutation_check
from ..authoring.reach import RangeCheck, range_check
from ..catalogue import Subject
from ..errors import NotApplicableError
from ..governance.expectations import Checked, check_expectations
from ..options import Option, read_options
from ..settings import NO_SETTINGS
from .request import Question, Request

SIGNS = Option("signs", bool, "turn every sign of the payoffs round, one at a time: does some expectation notice? takes a minute or two")
RANGES = Option("ranges", bool, "lead each parameter, taken alone, through its range: where does each expectation hold? takes minutes")


@dataclass(frozen=True)
class ExpectationsChecked:
    """What a game file expects, compared with the engine, and hints for its author; hints are no mistakes."""

    subject: Subject
    checked: tuple[Checked, ...]
    hints: tuple[Hint, ...] = ()
    signs: MutationCheck | None = None
    ranges: RangeCheck | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison for JSON."""
        rows = [{"says": c.says, "kind": c.kind, "source": c.source, "met": c.met, "failures": list(c.failures)} for c in self.checked]
        hints = [hint.as_dict() for hint in self.hints]
        signs = {} if self.signs is None else {"signs": self.signs.as_dict()}
        ranges = {} if self.ranges is None else {"ranges": self.ranges.as_dict()}
        return {"game": self.subject.name, "met": all(c.met for c in self.checked), "expectations": rows, "hints": hints, **signs, **ranges}


def check(subject: Subject, request: Request) -> ExpectationsChecked:
    """Compare what the subject's file expects with what the engine finds, and say what is missing or looks like a slip."""
    said = read_options("check", (SIGNS, RANGES), dict(request.options or {}))
    if request.settings != NO_SETTINGS or request.charges is not None:
        raise NotApplicableError("expectations bring their own settings", "leave the settings out")
    signs = mutation_check(subject.written, request.budget) if said.get("signs") else None
    ranges = range_check(subject.written, request.budget) if said.get("ranges") else None
    return ExpectationsChecked(subject, check_expectations(subject.written), advice(subject.written), signs, ranges)


CHECK = Question(check, (SIGNS, RANGES))
