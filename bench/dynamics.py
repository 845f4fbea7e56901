"""Long-run measurements: rare newcomers against egttools, alpha-rank against open_spiel, and our own solvers at their sizes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from statistics import median
from typing import Any, cast

import numpy as np

from bench.measure import HEADER, Measurement, median_time
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.dynamics.alpharank import alpha_rank
from negotiation.strategic.dynamics.basins import basins
from negotiation.strategic.dynamics.fixation import small_mutation
from negotiation.strategic.dynamics.noise import long_run
from negotiation.strategic.dynamics.stochastic import stochastically_stable
from negotiation.strategic.files.nfg import read_nfg, write_nfg
from negotiation.strategic.game import Game
from negotiation.strategic.sequence.commitment import backward_induction

SAFE_INTENSITY = 10.0
"""Beyond, the peer's probabilities underflow."""
SIZES = ((2, 100), (10, 100), (10, 1000), (4, 10_000))


def measurements() -> list[Measurement]:
    """Return all measurements; those against egttools and open_spiel only where they are installed."""
    ranks = [_rank(intensity) for intensity in (0.1, 1.0, 10.0, 1000.0)]
    return [*(_newcomers(strategies, members) for strategies, members in SIZES), *ranks, *_own()]


def _newcomers(strategies: int, members: int) -> Measurement:
    table = np.random.default_rng(1).normal(size=(strategies, strategies))
    ours = median_time(lambda: small_mutation(table, members, 1.0))
    work = _egttools(table, members)
    task = f"rare newcomers: fixation and long run, {strategies} strategies, {members:,} members"
    if work is None:
        return Measurement(task, ours)
    mine, theirs = small_mutation(table, members, 1.0).fixation, np.asarray(work()[1]).T
    other = ~np.eye(strategies, dtype=bool)
    apart = float(np.abs(mine - theirs)[other].max())
    zeros = int(((theirs == 0) & (mine > 0))[other].sum())
    note = f"largest difference of a probability {apart:.1g}; theirs has {zeros} zeros where ours is above 0"
    return Measurement(task, ours, median_time(work), "egttools", note)


def _egttools(table: np.ndarray, members: int) -> Callable[[], Any] | None:
    """Return the same computation by egttools; None where it is not installed."""
    try:
        egt, games = import_module("egttools"), import_module("egttools.games")
        comparison = import_module("egttools.analytical").PairwiseComparison
        long_run_of = import_module("egttools.utils").calculate_stationary_distribution
    except ImportError:
        return None
    del egt
    holder = games.Matrix2PlayerGameHolder(len(table), table)
    evolver = comparison(members, holder)

    def work(keep: object = holder) -> Any:
        transition, fixation = evolver.calculate_transition_and_fixation_matrix_sml(1.0)
        return long_run_of(transition.transpose()), fixation

    return work


def _rank(intensity: float) -> Measurement:
    """Rank the profiles of random games of four players with four actions."""
    games = [np.random.default_rng(seed).normal(size=(4, 4, 4, 4, 4)) for seed in range(5)]
    ours = median(median_time(partial(alpha_rank, Game.from_tables(list(tables)), intensity)) for tables in games)
    task = f"alpha-rank, 4 players x 4 actions, intensity {intensity:g}"
    peer = _open_spiel()
    if peer is None or intensity > SAFE_INTENSITY:
        return Measurement(task, ours)
    theirs = median(median_time(partial(peer, list(tables), m=50, alpha=intensity), 3) for tables in games)
    apart = max(
        float(np.abs(np.exp(alpha_rank(Game.from_tables(list(t)), intensity).logs).ravel() - peer(list(t), m=50, alpha=intensity)[2]).max()) for t in games
    )
    return Measurement(task, ours, theirs, "open_spiel", f"largest difference of a share {apart:.1g}")


def _open_spiel() -> Callable[..., Any] | None:
    """Return alpha-rank of open_spiel; None where it is not installed, with the libraries that it draws with."""
    try:
        return cast("Callable[..., Any]", import_module("open_spiel.python.egt.alpharank").compute)
    except ImportError:
        return None


def _own() -> list[Measurement]:
    lattice = Lattice((Axis(120, 2), Axis(8, 3), Axis(1, 2), Axis(1, 2), Axis(1, 2)))
    game = _random(lattice, 3)
    middle = _random(Lattice((Axis(120, 2), Axis(8, 3))), 4)
    large = Game.from_tables(list(np.random.default_rng(5).normal(size=(3, 60, 60, 50))))
    text = write_nfg(large)
    names = game.names
    return [
        Measurement("order of moves, 43,560 count profiles, 3 groups", median_time(lambda: backward_induction(game, [names[2:4], names[4:], names[:2]]))),
        Measurement("basins of all attractors, 43,560 count profiles", median_time(lambda: basins(game), 3)),
        Measurement("stochastically stable profiles, 5,445 count profiles", median_time(lambda: stochastically_stable(middle), 3)),
        Measurement("long run with noise, 5,445 count profiles", median_time(lambda: long_run(middle, 1.0), 3)),
        Measurement("read .nfg, 540,000 payoffs", median_time(lambda: read_nfg(text), 3)),
        Measurement("write .nfg, 540,000 payoffs", median_time(lambda: write_nfg(large), 3)),
    ]


def _random(lattice: Lattice, seed: int) -> Game:
    """Return a game with smooth random payoffs: few equilibria, as in real cases."""
    rng = np.random.default_rng(seed)
    payoffs = []
    for i, axis in enumerate(lattice.axes):
        rows = []
        for a in range(axis.actions):
            value = sum(
                (rng.normal() * lattice.column(j, b) / other.members for j, other in enumerate(lattice.axes) for b in range(other.actions)), np.zeros(1)
            )
            value = np.broadcast_to(value, lattice.shape)
            rows.append(np.ascontiguousarray(np.take(value, [a], axis=i) if axis.members == 1 else value))
        payoffs.append(tuple(rows))
    names = tuple(f"s{i}" for i in range(len(lattice.axes)))
    actions = tuple(tuple(f"a{k}" for k in range(axis.actions)) for axis in lattice.axes)
    return Game(names, actions, lattice, tuple(payoffs))


if __name__ == "__main__":
    print(HEADER)
    for measurement in measurements():
        print(measurement.row())
