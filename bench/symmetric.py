"""Expected payoffs and symmetric equilibria of games with hundreds and thousands of members."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.measure import Measurement, median_time
from negotiation.lattice import Axis, Lattice
from negotiation.numerics import Array
from negotiation.strategic.game import Game
from negotiation.strategic.mixed.expected import expected_payoffs
from negotiation.strategic.mixed.symmetric import symmetric_equilibria

SIZES = [(1000, 2), (100, 3), (1000, 3), (10, 4), (50, 4)]


def measurements() -> list[Measurement]:
    """Time one vector of expected payoffs, and all symmetric equilibria, of games with smooth payoffs."""
    rows = []
    for members, actions in SIZES:
        game = _game(members, actions)
        even = (np.full(actions, 1 / actions),)
        rows.append(Measurement(f"expected payoffs, {members} x {actions}", median_time(partial(expected_payoffs, game, even), runs=25)))
        found = symmetric_equilibria(game)
        taken = median_time(partial(symmetric_equilibria, game), runs=3)
        rows.append(Measurement(f"all symmetric equilibria, {members} x {actions}", taken, note=f"{len(found.equilibria)} found, complete: {found.complete}"))
    return rows


def _game(members: int, actions: int) -> Game:
    rng = np.random.default_rng(1)
    lattice = Lattice((Axis(members, actions),))
    shares = [lattice.column(0, a) / members for a in range(actions)]

    def payoff() -> Array:
        waves = [(rng.normal(), rng.normal(), 3 * rng.normal()) for _ in shares]
        return np.asarray(sum(slope * share + height * np.sin(4 * share + start) for share, (slope, height, start) in zip(shares, waves, strict=True)))

    return Game(("firms",), (tuple(str(a + 1) for a in range(actions)),), lattice, (tuple(payoff() for _ in range(actions)),))
