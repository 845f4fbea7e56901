"""What runs in the worker processes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from math import comb, prod
from pathlib import Path
from typing import Any

from negotiation import plots
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
from negotiation.report.govern import verdict as told_verdict
from negotiation.strategic.build import check_size

from . import sections
from .limits import limited
from .sections import Section

HARD = 1.5
"""How far beyond its time a job may go before it is ended with nothing."""
RATE = 2e8
"""Payoffs that are worked out in a second, roughly."""
WITH_SETS = frozenset({"levers", "cells", "paths", "levels", "synergy", "signs", "repair", "drivers"})
"""Questions that look at all sets of levers."""
SYMMETRIC = frozenset({"symmetric", "condition", "allocate", "policy", "join", "core", "examine"})
"""Questions that do not look at every count profile."""
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


@dataclass(frozen=True)
class Link:
    """How a job and the server hear of each other while it runs: two small files beside `path`.

    Parameters
    ----------
    path : str
    """

    path: str

    def tell(self, share: float, said: str) -> None:
        """Say how far the job is."""
        new = Path(f"{self.path}.new")
        new.write_text(json.dumps([share, said]), encoding="utf-8")
        new.replace(f"{self.path}.told")

    def told(self) -> tuple[float, str]:
        """Return how far the job is."""
        try:
            share, said = json.loads(Path(f"{self.path}.told").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return 0.0, ""
        return float(share), str(said)

    def stop(self) -> None:
        """Ask the job to end."""
        Path(f"{self.path}.stop").touch()

    def stopped(self) -> bool:
        """Return whether the job was asked to end."""
        return Path(f"{self.path}.stop").exists()

    def clear(self) -> None:
        """Forget the job."""
        for end in ("told", "stop", "new"):
            Path(f"{self.path}.{end}").unlink(missing_ok=True)


def job(name: str, source: Source, request: Request, link: Link, seconds: float) -> dict[str, Any]:
    """Run one analysis that may take minutes; it tells its progress and can be stopped."""
    link.tell(0.0, "begun")
    return limited(seconds * HARD, _job, (name, source, request, link, seconds))


def _job(name: str, source: Source, request: Request, link: Link, seconds: float) -> dict[str, Any]:
    budget = Budget(seconds, link.tell, link.stopped)
    return dict(plain(analysis(name).run(_subject(source), replace(request, budget=budget)).as_dict()))


def estimate(name: str, source: Source, request: Request) -> str:
    """Say how large a question is, before it is begun.

    Raises
    ------
    TooLargeError
        When the game is beyond the limits of any analysis.
    """
    subject = _subject(source)
    if subject.definition is None:
        return "a game given by numbers"
    analysis(name)
    stakeholders = subject.definition.stakeholders
    members = {key: one.members for key, one in stakeholders.items()}
    actions = {key: len(one.actions) for key, one in stakeholders.items()}
    if name not in SYMMETRIC:
        check_size(members, actions)
    size = prod(comb(members[key] + actions[key] - 1, actions[key] - 1) for key in stakeholders)
    sets = 2 ** min(len(subject.definition.levers), 14) if name in WITH_SETS else 1
    payoffs = sum(len(one.actions) for one in subject.definition.stakeholders.values())
    seconds = size * payoffs * sets / RATE
    told = "less than a second" if seconds < 1 else f"about {seconds:,.0f} s" if seconds < 120 else f"about {seconds / 60:,.0f} minutes"
    several = f", {sets:,} sets of levers" if sets > 1 else ""
    return f"{size:,} count profiles, {payoffs} payoffs{several}: {told}"


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
    return WhatIf(judged.word, values, told_verdict(judged), None, tuple(sentences(judged)), confirmed, charts)


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
