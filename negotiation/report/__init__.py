"""Answers for people: a sentence first, then tables. The command line prints them, pages show them.

What tells a kind of answer is loaded when there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..loading import load
from .layout import LISTED, Report, Table, plain_report

if TYPE_CHECKING:
    from ..answers.request import Answer

__all__ = ["LISTED", "Report", "Table", "plain_report", "told"]

TOLD = {
    "Solved": "play:solved",
    "Conceived": "play:concept",
    "Judged": "govern:judged",
    "Governed": "target:governed",
    "Allocated": "shared:allocated",
    "CostAnswer": "shared:answered",
    "ExpectationsChecked": "checked:expectations",
}
"""Where a kind of answer is told."""


def told(answer: Answer) -> Report:
    """Return the answer of an analysis for people."""
    kind = type(answer).__name__
    if kind not in TOLD:
        raise TypeError(f"no report for {kind}")
    report: Report = load(f"negotiation.report.{TOLD[kind]}")(answer)
    return report
