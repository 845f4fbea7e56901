"""Checked expectations for people."""

from __future__ import annotations

from collections.abc import Iterator

from ..answers.checked import ExpectationsChecked
from ..authoring.reach import RangeCheck, Reach, interval_text
from .layout import Report, Table


def expectations(answer: ExpectationsChecked) -> Report:
    """Return a comparison of expectations for people, with the signs that nobody guards where that was asked."""
    checked = answer.checked
    failed = sum(not one.met for one in checked)
    every = f"All {len(checked)} expectations are met." if len(checked) != 1 else "The one expectation is met."
    every = every if checked else "The file is valid; it expects nothing."
    sentence = every if not failed else f"{failed} of {len(checked)} expectations are not met."
    rows = tuple(("met" if one.met else "NOT MET", one.kind, one.says, "; ".join(one.failures)) for one in checked)
    tables = [Table("Expectations", ("", "Kind", "Claim", "Engine"), rows)] if rows else []
    for kind, title in (("suspicious", "Worth a look: it may be meant, or a slip"), ("missing", "Missing")):
        found = [hint.problem for hint in answer.hints if hint.kind == kind]
        if found:
            tables.append(Table(title, ("Where", "What", "What to do"), tuple((one.field, one.message, one.remedy) for one in found)))
    asked = [part for part in (answer.signs, answer.ranges) if part is not None]
    if answer.signs is not None:
        kinds = (("Turned signs that no expectation notices", answer.signs.missed), ("Turned signs that change no payoff", answer.signs.idle))
        tables += [Table(title, ("Formula", "With the sign turned"), tuple((one.field, one.shown) for one in found)) for title, found in kinds if found]
    if answer.ranges is not None:
        tables += _ranges(answer.ranges, {name: entry.label or name for name, entry in answer.subject.written.parameters.items()})
    return Report(" ".join([sentence, *(part.sentence for part in asked)]), tuple(tables), tuple(part.reason for part in asked if part.reason))


def _ranges(found: RangeCheck, labels: dict[str, str]) -> Iterator[Table]:
    """Yield the expectations that break where they are said to hold, and those that hang on numbers, with how far each may move."""
    for title, rows in (("Breaks where it is said to hold", found.broken), ("Hangs on numbers", [one for one in found.hanging if one.met])):
        by_claim: dict[int, list[str]] = {}
        for one in rows:
            by_claim.setdefault(one.expectation, []).append(_reach(one, labels[one.parameter]))
        if by_claim:
            told = [(found.expectations[k].kind, found.expectations[k].says, "\n".join(lines)) for k, lines in by_claim.items()]
            yield Table(title, ("Kind", "Claim", "Holds while"), tuple(told))


def _reach(one: Reach, label: str) -> str:
    beyond = "" if one.met else f" (said: {interval_text(one.claimed)})"
    return f"{label}: {interval_text(one.found, one.unit)}{beyond}"
