"""Pure equilibria: n-player tables against reading them once, count games, and how cost grows with members."""

from __future__ import annotations

import tracemalloc
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from negotiation.definition import read_definition
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.build import build_game
from negotiation.strategic.game import Game
from negotiation.strategic.pure import pure_equilibria

from .charts import Line, log_chart
from .measure import Measurement, median_time, pretty

try:
    from quantecon.game_theory import NormalFormGame, Player, pure_nash_brute
except ImportError:
    pure_nash_brute = None

pygambit: Any = import_module("pygambit") if find_spec("pygambit") else None

CHART = Path(__file__).with_name("growth.svg")
SIZES = (10, 30, 100, 300, 1000, 3000, 10000)


def measurements() -> list[Measurement]:
    """Measure pure equilibria; draw how cost grows."""
    return [*_tables(), _large_count_game(), *growth()]


def _tables() -> list[Measurement]:
    found = []
    for players, actions in ((6, 4), (8, 3), (10, 2), (10, 4)):
        rng = np.random.default_rng(players * actions)
        tables = [rng.integers(-1000, 1000, size=(actions,) * players).astype(float) for _ in range(players)]
        game = Game.from_tables(tables)
        ours = median_time(lambda g=game: pure_equilibria(g))
        floor = median_time(lambda t=tables: [table.sum() for table in t])
        peer = None
        if pure_nash_brute is not None and actions**players < 10_000:
            rivals = NormalFormGame([Player(np.ascontiguousarray(np.transpose(t, [(i + k) % players for k in range(players)]))) for i, t in enumerate(tables)])
            peer = median_time(lambda r=rivals: pure_nash_brute(r), runs=3)
        note = f"{ours / floor:.2g} times reading every payoff once ({pretty(floor)})"
        task = f"all pure equilibria, {players} players x {actions} actions"
        found.append(Measurement(task, ours, peer, "quantecon pure_nash_brute", note))
        if pygambit is not None and actions**players < 10_000:
            theirs = pygambit.Game.from_arrays(*(table.astype(int) for table in tables))
            rival = median_time(lambda r=theirs: pygambit.nash.enumpure_solve(r))
            count = len(pygambit.nash.enumpure_solve(theirs).equilibria)
            found.append(Measurement(task, ours, rival, "gambit enumpure", f"{len(pure_equilibria(game))} found, the peer lists {count}"))
    return found


def _large_count_game() -> Measurement:
    """1,000 members with 3 actions beside three single actors: 4 million count profiles."""
    axes = (Axis(1000, 3), Axis(1, 2), Axis(1, 2), Axis(1, 2))
    rng = np.random.default_rng(3)
    shape = Lattice(axes).shape
    payoffs = [tuple(rng.random((shape[0], 2, 2, 2)) for _ in range(3))]
    payoffs += [tuple(rng.random([1 if j == i else n for j, n in enumerate(shape)]) for _ in range(2)) for i in (1, 2, 3)]
    game = Game(("firms", "a", "b", "c"), (("x", "y", "z"), *((("p", "q"),) * 3)), Lattice(axes), tuple(payoffs))
    return Measurement(
        "all pure equilibria, 1,000 members x 3 actions and three single actors",
        median_time(lambda: pure_equilibria(game), runs=3),
        note=f"{game.lattice.size:,} profiles; target 2 s",
    )


CLUB = """
title: Club
money: points
stakeholders:
  firms: {{members: {n}, actions: [join, stay]}}
  large: {{members: 8, actions: [join, stay]}}
  state: {{actions: [act, rest]}}
payoffs:
  firms:
    join: count(firms, join) / {n} + count(large, join) / 10 - 0.4
    stay: 0.3 * count(state, act)
  large:
    join: count(firms, join) / {n} - 0.2
    stay: 0
  state:
    act: share(firms, join) - 0.1
    rest: 0
"""


def solve_club(n: int) -> None:
    """Build and solve the growing game."""
    pure_equilibria(build_game(read_definition(CLUB.format(n=n))))


def growth() -> list[Measurement]:
    """Measure time and memory against members, and write the chart."""
    times, memory = [], []
    for n in SIZES:
        times.append(median_time(lambda n=n: solve_club(n)))
        tracemalloc.start()
        solve_club(n)
        memory.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
    lines = (Line("seconds", SIZES, times), Line("MiB", SIZES, memory))
    CHART.write_text(log_chart(lines, "members of the large stakeholder"), encoding="utf-8")
    return [
        Measurement(f"build and solve, {n:,} members", t, note=f"{18 * (n + 1):,} profiles; {m:.2f} MiB at most")
        for n, t, m in zip(SIZES, times, memory, strict=True)
    ]
