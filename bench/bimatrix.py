"""Two-player games: all equilibria against quantecon (floats), lrsnash and gambit (both exact), one equilibrium against quantecon."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np

from bench.measure import Measurement, median_time
from negotiation.numerics import Array
from negotiation.strategic.game import Game
from negotiation.strategic.mixed.bimatrix import bimatrix_equilibria
from negotiation.strategic.mixed.lemke_howson import one_equilibrium
from negotiation.strategic.pure import pure_equilibria
from tests.strategic.bimatrix_games import mixtures, random_tables
from tests.strategic.lrs import PROGRAM, extreme_equilibria

try:
    from quantecon import game_theory
except ImportError:
    game_theory = None

pygambit: Any = import_module("pygambit") if find_spec("pygambit") else None

SIZES = ((8, 5), (10, 5), (12, 3), (15, 3))
DEGENERATE = ("tied", "zero-sum", "indifferent", "duplicated", "one action", "huge")
TOLERANCE = 1e-6


def measurements() -> list[Measurement]:
    """Return all equilibria from 8 x 8 to 15 x 15, degenerate games, and one equilibrium up to 200 x 200."""
    degenerate = [_degenerate(), *_degenerate_against_gambit()]
    return [*(_all_against_quantecon(size, seeds) for size, seeds in SIZES), *_all_against_lrsnash(), *degenerate, *_one(), _reliability()]


def _random(size: int, seed: int) -> Array:
    return np.random.default_rng(seed).integers(-1000, 1001, (2, size, size)).astype(float)


def _game(tables: Array) -> Game:
    return Game.from_tables([tables[0], tables[1]])


def _peer(name: str, tables: Array) -> Callable[[], object] | None:
    if game_theory is None:
        return None
    players = [game_theory.Player(tables[0]), game_theory.Player(np.ascontiguousarray(tables[1].T))]
    game = game_theory.NormalFormGame(players)
    return lambda: getattr(game_theory, name)(game)


def _side_by_side(ours: Sequence[Callable[[], object]], peers: Sequence[Callable[[], object] | None]) -> tuple[float, float | None]:
    """Return the medians over games, game by game in turns."""
    mine, theirs = [], []
    for work, peer in zip(ours, peers, strict=True):
        mine.append(median_time(work, limit=3.0))
        if peer is not None:
            theirs.append(median_time(peer, limit=3.0))
    return median(mine), median(theirs) if theirs else None


def _all_against_quantecon(size: int, seeds: int) -> Measurement:
    games = [_random(size, seed) for seed in range(seeds)]
    ours = [partial(bimatrix_equilibria, _game(tables)) for tables in games]
    mine, theirs = _side_by_side(ours, [_peer("vertex_enumeration", tables) for tables in games])
    note = f"{sum(len(bimatrix_equilibria(_game(tables)).equilibria) for tables in games)} equilibria, certified exactly"
    return Measurement(f"all equilibria {size} x {size}", mine, theirs, "quantecon vertex enumeration", note)


def _all_against_lrsnash() -> list[Measurement]:
    if shutil.which(PROGRAM) is None:
        return []
    lines = []
    for size, seeds in SIZES[:3]:
        games = [_random(size, seed) for seed in range(seeds)]
        found = sum(len(mixtures(bimatrix_equilibria(_game(tables))) & extreme_equilibria(*tables.tolist())) for tables in games)
        true = sum(len(extreme_equilibria(*tables.tolist())) for tables in games)
        ours = [partial(bimatrix_equilibria, _game(tables)) for tables in games]
        mine, theirs = _side_by_side(ours, [partial(extreme_equilibria, *tables.tolist()) for tables in games])
        lines.append(Measurement(f"all equilibria {size} x {size}", mine, theirs, "lrsnash (a process)", f"{found} of {true} found"))
    return lines


def _degenerate() -> Measurement:
    """Thirty degenerate games up to 6 x 6."""
    rng = np.random.default_rng(2026)
    games = [random_tables(DEGENERATE[k % len(DEGENERATE)], rng, 6) for k in range(30)]
    mine, theirs = _side_by_side([partial(bimatrix_equilibria, _game(tables)) for tables in games], [None] * 30)
    note = f"{sum(len(bimatrix_equilibria(_game(tables)).equilibria) for tables in games)} extreme equilibria"
    if shutil.which(PROGRAM) is not None:
        pairs = [(mixtures(bimatrix_equilibria(_game(tables))), extreme_equilibria(*tables.tolist())) for tables in games]
        note += f", {sum(mine == true for mine, true in pairs)} of 30 games complete and exact"
        theirs = median(median_time(partial(extreme_equilibria, *tables.tolist()), runs=3) for tables in games)
    return Measurement("degenerate games up to 6 x 6", mine, theirs, "lrsnash (a process)", note)


def _degenerate_against_gambit() -> list[Measurement]:
    """Thirty games full of ties, six of each size from 4 x 4 to 8 x 8: seconds for all six, and for all thirty."""
    lines: list[Measurement] = []
    for size in range(4, 9):
        rng = np.random.default_rng(size)
        tables = [rng.integers(0, 2 + k % 3, (2, size, size)).astype(float) for k in range(6)]
        games = [_game(one) for one in tables]
        mine = sum(median_time(partial(bimatrix_equilibria, game)) for game in games)
        theirs, agree = None, ""
        if pygambit is not None:
            rivals = [pygambit.Game.from_arrays(*one.astype(int)) for one in tables]
            theirs = sum(median_time(partial(pygambit.nash.enummixed_solve, rival, rational=True), runs=1) for rival in rivals)
            agree = f", {sum(mixtures(bimatrix_equilibria(g)) == _gambit(r) for g, r in zip(games, rivals, strict=True))} of 6 lists equal"
        found = sum(len(bimatrix_equilibria(game).equilibria) for game in games)
        lines.append(Measurement(f"six games full of ties {size} x {size}", mine, theirs, "gambit enummixed, rational", f"{found} extreme equilibria{agree}"))
    theirs = sum(line.peer or 0.0 for line in lines) if pygambit is not None else None
    return [*lines, Measurement("all thirty", sum(line.ours for line in lines), theirs, "gambit enummixed, rational")]


def _gambit(rival: Any) -> set[Any]:
    """Return what gambit lists, without its repetitions."""
    listed = pygambit.nash.enummixed_solve(rival, rational=True).equilibria
    return {tuple(tuple(Fraction(str(profile[strategy])) for strategy in player.strategies) for player in rival.players) for profile in listed}


def _one() -> list[Measurement]:
    """Forty games of each size, together and those alone in which a path has to be followed since no equilibrium is pure."""
    lines = []
    for size in (10, 30, 60, 100, 200):
        tables = [_random(size, seed) for seed in range(40)]
        mixed = [one for one in tables if not len(pure_equilibria(_game(one)))]
        for games, which in ((tables, ""), (mixed, ", none is pure")):
            mine, theirs = _side_by_side([partial(one_equilibrium, _game(one)) for one in games], [_peer("lemke_howson", one) for one in games])
            note = f"{len(games)} games, certified exactly"
            lines.append(Measurement(f"one equilibrium {size} x {size}{which}", mine, theirs, "quantecon Lemke-Howson", note))
    return lines


def _reliability() -> Measurement:
    """Three hundred random games, integers and normal floats, up to 60 x 60."""
    rng = np.random.default_rng(1)
    games = []
    for k in range(300):
        m, n = (int(size) for size in rng.integers(2, 61, 2))
        games.append(_game(rng.integers(-1000, 1001, (2, m, n)).astype(float) if k % 2 else rng.normal(size=(2, m, n))))
    solved: list[int] = []
    seconds = median_time(lambda: solved.append(sum(len(one_equilibrium(game, label=0).equilibria) for game in games)), runs=1)
    return Measurement("paths in 300 games up to 60 x 60", seconds, note=f"{solved[-1]} of 300 solved and certified exactly")
