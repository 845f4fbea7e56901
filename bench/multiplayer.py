"""All equilibria of random games with several players, against gambit's enumpoly and gnm where they are installed."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from statistics import median
from typing import Any

import numpy as np

from bench.measure import Measurement, median_time
from negotiation.numerics import Array
from negotiation.strategic.equilibrium import EquilibriumList
from negotiation.strategic.game import Game
from negotiation.strategic.mixed.multiplayer import multiplayer_equilibria

pygambit: Any = import_module("pygambit") if find_spec("pygambit") else None

SHAPES = [((2,) * 4, 10, True), ((3,) * 3, 10, True), ((2,) * 5, 10, True), ((2,) * 6, 10, True), ((3,) * 4, 5, True), ((4,) * 3, 5, False)]
"""Shapes, how many games of each, and whether enumpoly finishes them within seconds."""


def measurements() -> list[Measurement]:
    """Time random games of each shape."""
    return [_measure(shape, games, finishes) for shape, games, finishes in SHAPES]


def _measure(shape: tuple[int, ...], games: int, finishes: bool) -> Measurement:
    draws = [list(np.random.default_rng([seed, *shape]).random((len(shape), *shape))) for seed in range(games)]
    found = [multiplayer_equilibria(Game.from_tables(draw)) for draw in draws]
    ours = [median_time(lambda game=Game.from_tables(draw): multiplayer_equilibria(game), runs=3) for draw in draws]  # type: ignore[misc]
    complete = sum(one.complete is True for one in found)
    note = f"{games} games: {sum(len(one.equilibria) for one in found)} equilibria, {complete} lists proven complete"
    task = f"all equilibria, {len(shape)} players x {shape[0]} actions"
    if pygambit is None:
        return Measurement(task, median(ours), note=note)
    note += f"; gnm finds {_compared([_gnm(draw) for draw in draws], found)}"
    if not finishes:
        return Measurement(task, median(ours), note=note)
    known = [_listed(pygambit.nash.enumpoly_solve(pygambit.Game.from_arrays(*draw)).equilibria) for draw in draws]
    theirs = [median_time(lambda game=pygambit.Game.from_arrays(*draw): pygambit.nash.enumpoly_solve(game), runs=3) for draw in draws]  # type: ignore[misc]
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    note += f"; the peer finds {_compared(known, found)}; median of ratios {median(ratios):.2f}, of all time {sum(theirs) / sum(ours):.2f}"
    return Measurement(task, median(ours), median(theirs), "gambit enumpoly", note)


def _listed(equilibria: Any) -> list[Array]:
    """Return the peer's mixtures as vectors."""
    return [np.array([float(profile[s]) for player in profile.game.players for s in player.strategies]) for profile in equilibria]


def _gnm(tables: list[Array]) -> list[Array] | None:
    """Return what the global Newton method finds, in a process of its own, for it sometimes aborts."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(_run_gnm, tables).result(timeout=60)
        except (BrokenProcessPool, TimeoutError):
            return None


def _run_gnm(tables: list[Array]) -> list[Array]:
    return _listed(pygambit.nash.gnm_solve(pygambit.Game.from_arrays(*tables)).equilibria)


def _compared(theirs: list[list[Array] | None] | list[list[Array]], ours: list[EquilibriumList]) -> str:
    """Return in words how many equilibria a peer finds, and how many of them we miss."""
    total = missed = failed = 0
    for known, found in zip(theirs, ours, strict=True):
        rows = np.array([np.concatenate(e.mixture) for e in found.equilibria])
        failed += known is None
        total += len(known or [])
        missed += sum(float(np.abs(rows - one).max(axis=1).min()) > 1e-4 for one in known or [])
    return f"{total}, {missed} of them not listed here" + (f", aborted in {failed}" if failed else "")
