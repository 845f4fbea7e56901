"""Random count games for Hypothesis, and a brute-force check member by member."""

from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st

from negotiation.lattice import Axis, Lattice
from negotiation.strategic.game import Game


def random_game(shape: tuple[tuple[int, int], ...], seed: int, values: int = 4, committed: int | None = None) -> Game:
    """Return a game with `shape[i] = (members, actions)` and small integer payoffs, so that ties are common."""
    rng = np.random.default_rng(seed)
    axes = tuple(Axis(n, m, 0 if committed == i else None) for i, (n, m) in enumerate(shape))
    lattice = Lattice(axes)
    payoffs = []
    for i, axis in enumerate(axes):
        rows = []
        for _ in range(axis.actions):
            here = list(lattice.shape)
            if axis.members == 1 and axis.committed is None:
                here[i] = 1
            rows.append(rng.integers(0, values, size=here).astype(float))
        payoffs.append(tuple(rows))
    names = tuple("abcdef"[: len(shape)])
    return Game(names, tuple(tuple(f"{name}{k}" for k in range(m)) for name, (_, m) in zip(names, shape, strict=True)), lattice, tuple(payoffs))


def shapes(most: int = 3) -> Any:
    """Return a strategy for shapes of small games."""
    return st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=most).map(tuple)


def payoff_at(game: Game, i: int, a: int, counts: list[list[int]]) -> float:
    """Return u_i(a | counts), looking the row up the slow way."""
    index = []
    for j, axis in enumerate(game.lattice.axes):
        row = next(k for k, row in enumerate(axis.counts.tolist()) if row == counts[j])
        index.append(row if game.payoffs[i][a].shape[j] > 1 else 0)
    return float(game.payoffs[i][a][tuple(index)])


def brute_equilibria(game: Game) -> set[tuple[int, ...]]:
    """Return all pure equilibria as rows, by trying every switch of every member of the expanded game."""
    players = [i for i, axis in enumerate(game.lattice.axes) for _ in range(axis.members)]
    found = set()
    choices = [range(game.lattice.axes[i].actions) if game.lattice.axes[i].committed is None else [game.lattice.axes[i].committed] for i in players]
    for actions in product(*choices):
        counts = [[0] * axis.actions for axis in game.lattice.axes]
        for i, a in zip(players, actions, strict=True):
            counts[i][a] += 1
        if all(not _gains(game, counts, i, a) for i, a in zip(players, actions, strict=True)):
            found.add(tuple(axis.row(row) for axis, row in zip(game.lattice.axes, counts, strict=True)))
    return found


def _gains(game: Game, counts: list[list[int]], i: int, a: int) -> bool:
    if game.lattice.axes[i].committed is not None:
        return False
    for b in range(game.lattice.axes[i].actions):
        if b != a:
            later = [list(row) for row in counts]
            later[i][a] -= 1
            later[i][b] += 1
            if payoff_at(game, i, b, later) > payoff_at(game, i, a, counts):
                return True
    return False
