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
from negotiation.bargaining.proposal import Counts, Terms
from negotiation.bargaining.proposal import score as score_of
from negotiation.budget import Budget
from negotiation.catalogue import Subject, read_subject
from negotiation.governance.recheck import recheck
from negotiation.governance.verdict import verdict
from negotiation.governance.verdict_words import sentences
from negotiation.numerics import plain
from negotiation.report import Report

from . import sections
from .sections import Section

PATIENCE = 8.0
"""Seconds after which a section shows what it has."""


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
    """Everything that a game's page shows for one setting, except who pays what.

    Parameters
    ----------
    word : str
        "stable", "fragile" or "unstable"; "open" where the game names no target.
    values : dict
        The value of every parameter under the settings.
    verdict, equilibria : Report or None
        The verdict, or the equilibria where the game names no target.
    lines : tuple of str
        The sentences of the verdict: what holds, the weakest link, the rest.
    confirmed : tuple of str
        What of the verdict was computed a second time, from the written form.
    charts : tuple of dict
        Vega-Lite specifications.
    """

    word: str
    values: dict[str, float]
    verdict: Report | None
    equilibria: Report | None
    lines: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    charts: tuple[dict[str, Any], ...] = ()


def what_if(source: Source, request: Request) -> WhatIf:
    """Return the verdict for a game's page, confirmed by a second computation; without a target the equilibria."""
    situation = situation_of(_subject(source), request)
    values = dict(situation.values)
    if situation.definition.target is None:
        return WhatIf("open", values, None, sections.equilibria(situation))
    judged = verdict(situation)
    confirmed = recheck(judged)
    most = plots.largest_stakeholder(situation.game)
    charts = (plots.margins(judged), *([plots.tipping(judged, most)] if situation.game.members[situation.game.index(most)] > 1 else []))
    return WhatIf(judged.word, values, report.verdict(judged), None, tuple(sentences(judged)), confirmed, charts)


def section(source: Source, part: str, request: Request) -> Section:
    """Return a section of a page."""
    return sections.part_named(part).run(_subject(source), replace(request, budget=Budget(PATIENCE)))


def costs(source: Source, request: Request) -> Section:
    """Return who pays what under the rules that take no time, and under the chosen one."""
    return Section(*sections.shared_cost(_subject(source), request))


def score(source: Source, now: Terms, today: Counts, proposed: Terms) -> dict[str, Any]:
    """Return who gains and who loses by a proposal, and whether it would hold."""
    return score_of(_subject(source).written, now, today, proposed).as_dict()


def stable(source: Source, terms: Terms) -> dict[str, Any]:
    """Return what the model says of the target under terms."""
    judged = verdict(terms.situation(_subject(source).written))
    return {"word": judged.word, "lines": sentences(judged)}
