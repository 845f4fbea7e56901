"""Random games with several players: all equilibria against gambit's enumpoly and gnm where they are installed, one against ipa."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
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
from negotiation.strategic.mixed.multiplayer import first_equilibrium, multiplayer_equilibria

pygambit: Any = import_module("pygambit") if find_spec("pygambit") else None

ONE = [(3,) * 3, (4,) * 3, (5,) * 3, (2,) * 4, (3,) * 4, (2,) * 5, (3,) * 5, (2,) * 6, (3,) * 6]
SHAPES = [((2,) * 4, 10, True), ((3,) * 3, 10, True), ((2,) * 5, 10, True), ((2,) * 6, 10, True), ((3,) * 4, 5, True), ((4,) * 3, 5, False)]
"""Shapes, how many games of each, and whether enumpoly finishes them within seconds."""


@dataclass(frozen=True)
class Answer:
    """What a peer found, as vectors, and how long it took."""

    equilibria: list[Array]
    taken: float


def measurements() -> list[Measurement]:
    """Time random games of each shape."""
    return [*(_measure(shape, games, finishes) for shape, games, finishes in SHAPES), *map(_one, ONE)]


def _one(shape: tuple[int, ...]) -> Measurement:
    """One equilibrium of ten games, beside ipa's."""
    draws = [list(np.random.default_rng([seed, *shape]).random((len(shape), *shape))) for seed in range(10)]
    games = [Game.from_tables(draw) for draw in draws]
    found = [first_equilibrium(game).equilibria for game in games]
    ours = [median_time(lambda game=game: first_equilibrium(game)) for game in games]  # type: ignore[misc]
    answers = [_asked("ipa_solve", draw) for draw in draws]
    regret, pure = max(e.regret for (e,) in found), sum(e.kind == "pure" for (e,) in found)
    note = f"{len(found)} of 10 found, {pure} of them pure; largest regret {regret:.0e}; slowest {max(ours) * 1e3:.3g} ms"
    theirs = [answer.taken for answer in answers if answer is not None]
    if theirs:
        note += f", of the peer {max(theirs) * 1e3:.3g} ms"
    return Measurement(f"one equilibrium, {len(shape)} players x {shape[0]} actions", median(ours), median(theirs) if theirs else None, "gambit ipa", note)


def _measure(shape: tuple[int, ...], games: int, finishes: bool) -> Measurement:
    draws = [list(np.random.default_rng([seed, *shape]).random((len(shape), *shape))) for seed in range(games)]
    found, ours, enumpoly, gnm = [], [], [], []
    for draw in draws:
        game = Game.from_tables(draw)
        found.append(multiplayer_equilibria(game))
        ours.append(median_time(lambda game=game: multiplayer_equilibria(game)))  # type: ignore[misc]
        enumpoly.append(_asked("enumpoly_solve", draw) if finishes else None)
        gnm.append(_asked("gnm_solve", draw))
    complete = sum(one.complete is True for one in found)
    note = f"{games} games: {sum(len(one.equilibria) for one in found)} equilibria, {complete} lists proven complete"
    task = f"all equilibria, {len(shape)} players x {shape[0]} actions"
    if pygambit is None:
        return Measurement(task, median(ours), note=note)
    note += f"; gnm lists {_compared(gnm, found)}"
    pairs = [(mine, theirs.taken) for mine, theirs in zip(ours, enumpoly, strict=True) if theirs is not None]
    if not pairs:
        return Measurement(task, median(ours), note=note)
    share = median(theirs / mine for mine, theirs in pairs)
    together = sum(theirs for _, theirs in pairs) / sum(mine for mine, _ in pairs)
    note += f"; enumpoly lists {_compared(enumpoly, found)}; median of ratios {share:.2f}, of all time {together:.2f}"
    return Measurement(task, median(ours), median(theirs for _, theirs in pairs), "gambit enumpoly", note)


def _asked(solver: str, tables: list[Array]) -> Answer | None:
    """Return a peer's answer from a process of its own, for both peers sometimes abort; None then, or after two minutes."""
    if pygambit is None:
        return None
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(_ask, solver, tables).result(timeout=120)
        except (BrokenProcessPool, TimeoutError):
            return None


def _ask(solver: str, tables: list[Array]) -> Answer:
    game, solve = pygambit.Game.from_arrays(*tables), getattr(pygambit.nash, solver)
    listed = solve(game).equilibria
    vectors = [np.array([float(profile[s]) for player in game.players for s in player.strategies]) for profile in listed]
    return Answer(vectors, median_time(lambda: solve(game)))


def _compared(theirs: list[Answer | None], ours: list[EquilibriumList]) -> str:
    """Return in words how many equilibria a peer lists, and how many of them we miss."""
    total = missed = failed = 0
    for known, found in zip(theirs, ours, strict=True):
        if known is None:
            failed += 1
            continue
        rows = np.array([np.concatenate(e.mixture) for e in found.equilibria])
        total += len(known.equilibria)
        missed += sum(float(np.abs(rows - one).max(axis=1).min()) > 1e-4 for one in known.equilibria)
    return f"{total}, {missed} of them not here" + (f", aborted in {failed}" if failed else "")
