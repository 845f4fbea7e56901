"""What runs in the worker processes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from negotiation import plots, report
from negotiation.analyses import analysis
from negotiation.answers.play import exported
from negotiation.answers.request import Request, situation_of
from negotiation.budget import Budget
from negotiation.catalogue import Subject, read_subject
from negotiation.coalitional import methods
from negotiation.governance.situation import Situation
from negotiation.governance.verdict import verdict
from negotiation.numerics import plain
from negotiation.report import Report
from negotiation.strategic.nash import nash_equilibria

PATIENCE = 0.5
"""Seconds that a page waits for mixed equilibria."""


@dataclass(frozen=True)
class Source:
    """A game on its way to a worker.

    Parameters
    ----------
    name, text : str
    is_data : bool
        Whether the text is data that came without lines of its own, so that messages name no line.
    """

    name: str
    text: str
    is_data: bool = False


@lru_cache(maxsize=64)
def _subject(source: Source) -> Subject:
    return read_subject(json.loads(source.text) if source.is_data else source.text, source.name)


def answer(name: str, source: Source, request: Request, seconds: float | None = None) -> dict[str, Any]:
    """Run one analysis, which may take some seconds; return its answer for JSON."""
    return dict(plain(analysis(name).run(_subject(source), replace(request, budget=Budget(seconds))).as_dict()))


def nfg(source: Source, request: Request) -> str:
    """Return a game as a Gambit .nfg file."""
    return exported(_subject(source), request)


@dataclass(frozen=True)
class WhatIf:
    """Everything that a game's page shows for one setting.

    Parameters
    ----------
    word : str
        "stable", "fragile" or "unstable"; "open" where the game names no target.
    values : dict
        The value of every parameter under the settings.
    verdict, equilibria, allocations : Report
    charts, charge_charts : tuple of dict
        Vega-Lite specifications.
    """

    word: str
    values: dict[str, float]
    verdict: Report | None
    equilibria: Report
    allocations: Report | None
    charts: tuple[dict[str, Any], ...]
    charge_charts: tuple[dict[str, Any], ...]


def what_if(source: Source, request: Request) -> WhatIf:
    """Return everything that a game's page shows."""
    situation = situation_of(_subject(source), request)
    listed = report.equilibria(nash_equilibria(situation.game, Budget(PATIENCE), report.LISTED))
    allocations, charge_charts = _costs(situation)
    if situation.definition.target is None:
        return WhatIf("open", dict(situation.values), None, listed, allocations, (), charge_charts)
    judged = verdict(situation)
    charts = (plots.margins(judged), plots.tipping(judged, plots.largest_stakeholder(situation.game)))
    return WhatIf(judged.word, dict(situation.values), report.verdict(judged), listed, allocations, charts, charge_charts)


def _costs(situation: Situation) -> tuple[Report | None, tuple[dict[str, Any], ...]]:
    game = situation.cost_game
    if game is None:
        return None, ()
    core, found = methods.compare(game)
    return report.allocations(game, core, found), tuple(plots.charges(game, found, situation.paid, k) for k in range(len(game.names)))
