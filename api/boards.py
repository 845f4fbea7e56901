"""Boards: what levers, cells and paths do, as plain data for templates that show more than a table."""

from __future__ import annotations

from typing import Any

from negotiation import plots, report
from negotiation.analyses import analysis
from negotiation.answers.govern import Governed
from negotiation.answers.mix import Levers
from negotiation.answers.request import Request
from negotiation.catalogue import Subject
from negotiation.definition import Definition
from negotiation.errors import NotApplicableError
from negotiation.governance.frameworks.bundles import BundleTable, Effect
from negotiation.governance.frameworks.cells import Cells
from negotiation.governance.frameworks.paths import Paths
from negotiation.governance.levers.minimal import StabilisingSet
from negotiation.numerics import shown
from negotiation.report import Report, Table

SETS = 8
"""Smallest sets of levers that are shown; the table on the command line has more."""
SCOPES = {"horizontal": "In the cluster", "vertical": "Along the value chain"}
ACTORS = {"private": "Private", "social": "Social", "public": "Public"}
FORMS = {
    "forms": "gets going by itself",
    "may form": "may get going",
    "does not form": "does not get going by itself",
    None: "not known whether it gets going",
}
Found = tuple[Report, tuple[dict[str, Any], ...], dict[str, Any]]


def board(subject: Subject, request: Request) -> Found:
    """Return the smallest sets of levers with price and payer, what each lever brings, and a heat map of their interaction."""
    answer = _governed("levers", subject, request)
    found = answer.result
    assert isinstance(found, Levers)
    told = report.told(answer)
    sets = [_set(subject.written, one) for one in found.minimal.holding[:SETS]]
    body = {"sets": sets, "more": max(0, len(found.minimal.holding) - SETS), "minimal": found.minimal.sentence, "money": subject.written.money}
    brought = [table for table in told.tables if table.title.startswith("What each lever brings")]
    charts = (plots.interaction_map(found.interactions),) if found.interactions is not None and found.interactions.pairs else ()
    return Report(found.together, tuple(brought), told.notes), charts, body


def _set(definition: Definition, one: StabilisingSet) -> dict[str, Any]:
    levers = definition.levers
    return {
        "levers": list(one.levers),
        "labels": [levers[name].label or name for name in one.levers],
        "barriers": [levers[name].label or name for name in one.levers if levers[name].effect == "barrier"],
        "price": shown(one.price),
        "payers": _payers(definition, one.payers),
        "margin": shown(one.margin),
        "forms": FORMS[one.forms],
    }


def _payers(definition: Definition, payers: dict[str, float]) -> list[str]:
    people = definition.stakeholders
    return [f"{people[name].label or name if name in people else 'nobody named'}: {shown(amount)}" for name, amount in payers.items() if amount]


def cells(subject: Subject, request: Request) -> Found:
    """Return the table of scope by actor: what each cell does alone, and what is lost without it."""
    answer = _governed("cells", subject, request)
    found = answer.result
    assert isinstance(found, Cells)
    effects = {effect.name: _effect(subject.written, effect) for effect in found.bundles.effects}
    rows = [{"title": title, "cells": [effects[f"{scope}_{actor}"] for actor in ACTORS]} for scope, title in SCOPES.items()]
    told = report.told(answer)
    return Report(told.sentence, (), told.notes), (), {"columns": list(ACTORS.values()), "rows": rows, **_around(found.bundles)}


def paths(subject: Subject, request: Request) -> Found:
    """Return the six paths to social upgrading, each with its own small chart."""
    answer = _governed("paths", subject, request)
    found = answer.result
    assert isinstance(found, Paths)
    table = found.bundles
    cards = [{**_effect(subject.written, effect), "chart": plots.bundle_bars(table, effect) if effect.levers else None} for effect in table.effects]
    told = report.told(answer)
    return Report(told.sentence, (), told.notes), (), {"cards": cards, **_around(table)}


def _effect(definition: Definition, effect: Effect) -> dict[str, Any]:
    return {
        "name": effect.name,
        "label": f"{effect.label[:1].upper()}{effect.label[1:]}",
        "levers": [definition.levers[name].label or name for name in effect.levers],
        "names": list(effect.levers),
        "alone": effect.holds_alone,
        "without": effect.holds_without,
        "margin": shown(effect.margin_alone),
        "kept": _percent(effect.kept_alone),
        "share": _percent(effect.shapley),
        "lost": _percent(effect.lost_without),
        "price": shown(effect.cost),
        "payers": _payers(definition, effect.payers),
        "first": effect.leaves_first,
    }


def _around(table: BundleTable) -> dict[str, Any]:
    """Return how it stands with nothing and with everything switched on."""
    kept, judged = table.table.kept.cooperation, table.table.holds
    return {
        "nothing": {"holds": bool(judged[0]), "kept": _percent(float(kept[0]))},
        "all": {"holds": bool(judged[table.all]), "kept": _percent(float(kept[table.all]))},
        "money": table.table.definition.money,
    }


def drivers(subject: Subject, request: Request) -> tuple[Report, ...]:
    """Return drivers against barriers, a row for each bundle of drivers and a column for each barrier."""
    answer = _governed("drivers", subject, request)
    body = answer.as_dict()
    levers = subject.written.levers
    against = list(dict.fromkeys(tuple(row["barriers"]) for row in body["meetings"]))
    names = [" and ".join(levers[name].label or name for name in some) or "No barrier" for some in against]
    met = {(row["drivers"], tuple(row["barriers"])): "holds" if row["holds"] else "undone" if row["undone"] else "does not hold" for row in body["meetings"]}
    rows = []
    for bundle in body["bundles"]:
        words = [levers[name].label or name for name in bundle["levers"]]
        rows.append((bundle["name"], "\n".join(words), *[met[bundle["name"], some] for some in against]))
    return (Report(body["sentence"], (Table("Each bundle of drivers against each barrier", ("Drivers", "Levers", *names), tuple(rows)),)),)


def _governed(question: str, subject: Subject, request: Request) -> Governed:
    if not subject.written.levers:
        raise NotApplicableError("this game has no levers", "choose a game with levers, or add 'levers' to the game file")
    answer = analysis(question).run(subject, Request(request.settings, request.charges, None, request.budget))
    assert isinstance(answer, Governed)
    return answer


def _percent(share: float) -> str:
    return f"{shown(100 * share, 3)} %"
