"""What questions about a target come to, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..loading import load
from ..numerics import plain
from .layout import Report, plain_report
from .naming import labelled

if TYPE_CHECKING:
    from ..answers.govern import Governed
    from ..governance.situation import Situation
    from ..questions import Result

TOLD = {
    "Repairs": "mended:repaired",
    "Robustness": "mended:robustness",
    "Conditions": "depth:conditions",
    "Participation": "depth:participation",
    "Winners": "depth:winners",
    "RuleTable": "rules:rule_table",
    "Loop": "rules:loop",
    "Levers": "mix:levers",
    "Cells": "mix:compared",
    "Paths": "mix:compared",
    "Levels": "mix:compared",
    "Synergy": "mix:synergy",
    "Agreement": "mix:agreement",
    "Drivers": "ties:drivers",
    "Signs": "ties:signs",
}
"""Where a kind of result is told; what is not listed is told by its fields."""


def target(result: Result, situation: Situation) -> Report:
    """Return what one question about a target came to, for people."""
    kind = type(result).__name__
    if kind not in TOLD:
        return plain_report(labelled(plain(result.as_dict()), situation.game))
    told: Report = load(f"negotiation.report.{TOLD[kind]}")(result, situation)
    return told


def governed(answer: Governed) -> Report:
    """Return what one question about a target came to, for people."""
    return target(answer.result, answer.situation)
