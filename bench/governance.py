"""Does it hold, in bulk: verdicts, a million draws of the parameters, every set of levers."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from negotiation import catalogue
from negotiation.definition import Definition, read_definition
from negotiation.errors import NotApplicableError
from negotiation.governance.draws import draws_of, gains_at
from negotiation.governance.levers.interaction import interactions
from negotiation.governance.levers.minimal import minimal_sets
from negotiation.governance.levers.sets import all_sets
from negotiation.governance.levers.table import lever_table
from negotiation.governance.situation import build_situation
from negotiation.governance.stability import individual
from negotiation.governance.verdict import verdict
from negotiation.settings import NO_SETTINGS, Settings
from negotiation.strategic.dynamics.paths import formation

from .measure import Measurement, median_time

MILLION = 1_000_000
TWO_MORE: dict[str, dict[str, Any]] = {
    "buyers_prefer": {"shift": {"benefit": 40}, "cost": 50_000, "payer": "large_firms"},
    "market_office": {"shift": {"small_margin": 15_000, "political_cost": -50_000}, "cost": 80_000, "payer": "funder"},
}
DUEL = {
    "title": "Inspection",
    "money": "USD",
    "parameters": {"fine": 4, "cost": 1, "effort": 1},
    "stakeholders": {"firm": {"actions": ["comply", "cheat"]}, "office": {"actions": ["inspect", "rest"]}},
    "payoffs": {
        "firm": {"comply": "0 - cost", "cheat": "0 - fine * count(office, inspect)"},
        "office": {"inspect": "fine * count(firm, cheat) - effort", "rest": "0"},
    },
}


def measurements() -> list[Measurement]:
    """Measure what a facilitator's what-ifs wait for."""
    return [*_verdicts(), *_draws(), *_levers()]


def _verdicts() -> list[Measurement]:
    found = []
    for name in catalogue.names():
        definition = catalogue.load(name)
        if definition.levers:
            chosen = Settings((), None, tuple(definition.levers))
            taken = max(median_time(lambda d=definition, s=s: verdict(build_situation(d, s))) for s in (NO_SETTINGS, chosen))
            found.append(Measurement(f"verdict, {name}", taken, note="slower of no lever and all levers; target 1 s"))
    return found


def _draws() -> list[Measurement]:
    definition = catalogue.load("common_effluent_plant")
    situation = build_situation(definition)
    rng = np.random.default_rng(1)
    ranges = {name: (entry.low, entry.high) for name, entry in definition.parameters.items()}
    values = {name: rng.uniform(low, high, MILLION) for name, (low, high) in ranges.items() if low is not None and high is not None}
    whole = median_time(lambda: gains_at(draws_of(definition, NO_SETTINGS, values), situation.target_counts), runs=3)
    one = median_time(lambda: individual(build_situation(definition).game, situation.target))
    note = f"{len(values)} parameters drawn; the peer is the median of five builds of one game, scaled up; target 5 s"
    rows = [Measurement("individual test, a million draws, effluent plant", whole, one * MILLION, "each game built", note)]
    duel, count = read_definition(DUEL), {"firm": {"comply": 1, "cheat": 0}, "office": {"inspect": 1, "rest": 0}}
    fines = {"fine": rng.uniform(0.5, 6, MILLION)}
    ours = median_time(lambda: gains_at(draws_of(duel, NO_SETTINGS, fines), count), runs=3)
    peers = [("nashpy", "nashpy", _with_nashpy), ("pygambit", "pygambit", _with_gambit)]
    for name, module, solve in peers:
        try:
            library = importlib.import_module(module)
        except ImportError:
            continue
        each = median_time(lambda f=solve, lib=library: [f(lib, float(fine)) for fine in fines["fine"][:300]], runs=3) / 300
        rows.append(Measurement("individual test, a million draws, 2 x 2 game", ours, each * MILLION, name, "the peer solves each game; 300 scaled up"))
    return rows


def _duel(fine: float) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return np.array([[-1.0, -1.0], [-fine, 0.0]]), np.array([[-1.0, 0.0], [fine - 1.0, 0.0]])


def _with_nashpy(library: Any, fine: float) -> object:
    return list(library.Game(*_duel(fine)).support_enumeration())


def _with_gambit(library: Any, fine: float) -> object:
    return library.nash.enumpure_solve(library.Game.from_arrays(*_duel(fine)))


def _levers() -> list[Measurement]:
    definition = catalogue.load("common_effluent_plant")
    written = definition.written()
    twelve = read_definition({**written, "levers": {**written["levers"], **TWO_MORE}})
    table = lever_table(twelve)
    note = f"{int(table.holds.sum())} hold, {int(table.formed.sum())} form; target 2 s; each set's own game: 48 scaled up"
    rows = [_table_row("lever table, effluent plant, 12 levers, 4,096 sets", twelve, note)]
    for name in ("child_labour_monitoring", "compliance_cost_sharing"):
        rows.append(_table_row(f"lever table, {name}, 10 levers, 1,024 sets", catalogue.load(name), "each set's own game: 48 scaled up"))
    taken = median_time(lambda: (minimal_sets(table), interactions(table)))
    rows.append(Measurement("minimal sets, shares and interaction of 12 levers", taken, note="from the table"))
    return rows


def _table_row(task: str, definition: Definition, note: str) -> Measurement:
    ours = median_time(lambda: lever_table(definition), runs=3)
    sets = all_sets(len(definition.levers))
    some = np.random.default_rng(2).choice(len(sets), 48, replace=False)
    afresh = _once(lambda: [_afresh(definition, tuple(np.array(list(definition.levers))[sets[k]])) for k in some])
    return Measurement(task, ours, afresh / len(some) * len(sets), "each set's own game", note)


def _afresh(definition: Definition, levers: tuple[str, ...]) -> None:
    """Judge one set as its own game: the individual test, and formation where the target holds; no walks."""
    situation = build_situation(definition, Settings((), None, levers))
    try:
        target = situation.target
    except NotApplicableError:
        return
    if individual(situation.game, target).holds and situation.status_quo is not None:
        formation(situation.game, situation.status_quo, situation.target_mask)


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
