"""Games of the catalogue for people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ..cards import Card
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
    scenarios = tuple(
        (name, scenario.label, " ".join(filter(None, (scenario.about, scenario.source and f"Source: {scenario.source}"))))
        for name, scenario in definition.scenarios.items()
    )
    tables = (
        Table("Who is in it", ("Stakeholder", "Kind", "Members", "Choices", "Names"), stakeholders),
        Table("Numbers", ("Name", "Value", "Range", "Unit", "Confidence", "Meaning"), parameters),
        Table("Levers", ("Name", "What it is", "Cell", "Path", "Payer", f"Cost ({definition.money})"), levers),
        Table("Scenarios", ("Name", "What it is", "About"), scenarios),
    )
    summary = f"{definition.title} ({definition.money}). {definition.summary}".strip()
    return Report(summary, tuple(table for table in tables if table.rows), tuple(f"Source: {source}" for source in definition.sources))


def games(chosen: Sequence[Card], of: int) -> Report:
    """Return the catalogue, or what was looked for in it, for people: a table for each shelf."""
    sentence = (
        f"The catalogue has {of} games." if len(chosen) == of else f"{len(chosen)} of the catalogue's {of} games {'fits' if len(chosen) == 1 else 'fit'}."
    )
    columns = ("Name", "Title", "Class", "Players")
    tables = (
        Table(shelf.capitalize(), columns, tuple((one.name, one.title, one.game_class, f"{one.members:,}") for one in group))
        for shelf, group in groupby(chosen, key=lambda one: one.shelf)
    )
    return Report(sentence, tuple(tables))
