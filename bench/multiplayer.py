"""All equilibria of random games with several players, against gambit's enumpoly where it is installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from bench.measure import Measurement, median_time
from negotiation.strategic.game import Game
from negotiation.strategic.mixed.multiplayer import multiplayer_equilibria

pygambit: Any = import_module("pygambit") if find_spec("pygambit") else None

SHAPES = [((2,) * 4, True), ((3,) * 3, True), ((2,) * 5, True), ((2,) * 6, True), ((3,) * 4, True), ((4,) * 3, False)]
"""Shapes, and whether the peer finishes them within seconds."""


def measurements() -> list[Measurement]:
    """Time one random game of each shape."""
    return [_measure(shape, peer) for shape, peer in SHAPES]


def _measure(shape: tuple[int, ...], peer: bool) -> Measurement:
    rng = np.random.default_rng(1)
    tables = [np.round(rng.random(shape), 3) for _ in shape]
    game = Game.from_tables(tables)
    found = multiplayer_equilibria(game)
    ours = median_time(lambda: multiplayer_equilibria(game), runs=3)
    note = f"{len(found.equilibria)} equilibria, complete: {found.complete}"
    task = f"all equilibria, {len(shape)} players x {shape[0]} actions"
    if pygambit is None or not peer:
        return Measurement(task, ours, note=note)
    theirs = pygambit.Game.from_arrays(*tables)
    known = len(pygambit.nash.enumpoly_solve(theirs).equilibria)
    taken = median_time(lambda: pygambit.nash.enumpoly_solve(theirs), runs=3)
    return Measurement(task, ours, taken, "gambit enumpoly", f"{note}; the peer lists {known}")
