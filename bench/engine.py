"""The main job: pure equilibria of large clusters, what-if round trips, the whole command, the formula parser."""

from __future__ import annotations

import contextlib
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

from api.work import Source, what_if
from negotiation import catalogue
from negotiation.answers.request import Request
from negotiation.definition import read_definition
from negotiation.errors import InvalidFormulaError
from negotiation.formula import parse
from negotiation.strategic.build import build_game
from negotiation.strategic.pure import pure_equilibria

from .measure import Measurement, median_time

CLUSTER = """
title: Cluster
money: USD per year
parameters: {{fine: 100, base: 0.1}}
stakeholders:
  small: {{members: {small}, actions: [connect, bypass]}}
  large: {{members: {large}, actions: [connect, own, bypass]}}
  authority: {{actions: [enforce, tolerate]}}
  community: {{actions: [watch, sleep]}}
  donor: {{actions: [pay, withhold]}}
definitions:
  flow: 50 * count(small, connect) + 500 * count(large, connect)
  detection: base + 0.5 * count(authority, enforce) + 0.2 * count(community, watch)
  unit_cost: 100000 / max(flow, 1) + 0.1
payoffs:
  small:
    connect: -unit_cost * 50 + 10 * count(donor, pay)
    bypass: -detection * fine
  large:
    connect: -unit_cost * 500
    own: -800 + flow / 10000
    bypass: -detection * fine * 10
  authority: {{enforce: flow / 1000 - 10, tolerate: flow / 1000}}
  community: {{watch: flow / 500 - 1, sleep: flow / 500}}
  donor:
    pay: flow / 100 - 10 * count(small, connect)
    withhold: flow / 100
"""


def measurements() -> list[Measurement]:
    """Measure what a facilitator waits for."""
    return [*_clusters(), *_round_trips(), _whole_command(), _formulas()]


def _clusters() -> list[Measurement]:
    found = []
    for small, large in ((120, 8), (1000, 20)):
        definition = read_definition(CLUSTER.format(small=small, large=large))
        game = build_game(definition)
        built = median_time(lambda d=definition: build_game(d))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        note = f"{game.lattice.size:,} profiles; building the payoffs {built * 1e3:.1f} ms; process peak so far {peak:.2f} GiB"
        found.append(Measurement(f"all pure equilibria, {small} small and {large} large firms", median_time(lambda g=game: pure_equilibria(g)), note=note))
    return found


def _round_trips() -> list[Measurement]:
    rows = []
    for name in catalogue.names():
        definition = catalogue.load(name)
        if definition.levers:
            source = Source(name, catalogue.path_of(name).read_text(encoding="utf-8"))
            rows.append(Measurement(f"what-if of the page, {name}", median_time(lambda s=source: what_if(s, Request())), note="in a worker; target 300 ms"))
    return rows


def _whole_command() -> Measurement:
    command = [str(Path(sys.executable).with_name("negotiate")), "verdict", "common_effluent_plant"]
    taken = median_time(lambda: subprocess.run(command, capture_output=True, check=True))
    return Measurement("`negotiate verdict common_effluent_plant`, whole process", taken, note="target 1.5 s")


def _formulas() -> Measurement:
    """Time the slowest of many strange formulas."""
    rng = random.Random(1)
    alphabet = "ab01.()+-*/<>=!, \nmincoutsharelfdE"
    slowest = 0.0
    for _ in range(20_000):
        text = "".join(rng.choices(alphabet, k=rng.randrange(1, 400)))
        start = time.perf_counter()
        with contextlib.suppress(InvalidFormulaError):
            parse(text)
        slowest = max(slowest, time.perf_counter() - start)
    return Measurement("slowest of 20,000 random formulas", slowest, note="target 5 ms each")
