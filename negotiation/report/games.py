"""Games of the catalogue for people."""

from __future__ import annotations

from collections.abc import Sequence

from ..definition import Definition
from ..numerics import shown
from .layout import Report, Table


def game_card(definition: Definition) -> Report:
    """Return a game for people: who is in it, what they can do, which numbers and levers it has."""
    stakeholders = tuple(
        (s.label or name, s.kind, f"{s.members:,}", "\n".join(s.actions.values()), f"{name}: {', '.join(s.actions)}")
        for name, s in definition.stakeholders.items()
    )
    parameters = tuple(
        (name, shown(p.value), "" if p.low is None or p.high is None else f"{shown(p.low)} to {shown(p.high)}", p.unit, p.confidence, p.label)
        for name, p in definition.parameters.items()
    )
    levers = tuple(
        (name, lever.label, " ".join(filter(None, (lever.scope, lever.actor))), lever.path or "", lever.payer or "", shown(lever.cost))
        for name, lever in definition.levers.items()
    )
    scenarios = tuple((name, scenario.label, scenario.about) for name, scenario in definition.scenarios.items())
    tables = (
        Table("Who is in it", ("Stakeholder", "Kind", "Members", "Choices", "Names"), stakeholders),
        Table("Numbers", ("Name", "Value", "Range", "Unit", "Confidence", "Meaning"), parameters),
        Table("Levers", ("Name", "What it is", "Cell", "Path", "Payer", f"Cost ({definition.money})"), levers),
        Table("Scenarios", ("Name", "What it is", "About"), scenarios),
    )
    summary = f"{definition.title} ({definition.money}). {definition.summary}".strip()
    return Report(summary, tuple(table for table in tables if table.rows), tuple(f"Source: {source}" for source in definition.sources))


def games(found: Sequence[tuple[str, str, str, str]]) -> Report:
    """Return the catalogue for people."""
    return Report(f"The catalogue has {len(found)} games.", (Table("Games", ("Name", "Title", "Money", "Shelf"), tuple(found)),))
