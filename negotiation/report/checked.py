"""Checked expectations for people."""

from __future__ import annotations

from ..answers.checked import ExpectationsChecked
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
    if answer.signs is None:
        return Report(sentence, tuple(tables))
    kinds = (("Turned signs that no expectation notices", answer.signs.missed), ("Turned signs that change no payoff", answer.signs.idle))
    tables += [Table(title, ("Formula", "With the sign turned"), tuple((one.field, one.shown) for one in found)) for title, found in kinds if found]
    return Report(f"{sentence} {answer.signs.sentence}", tuple(tables), (answer.signs.reason,) if answer.signs.reason else ())
