"""Random two-player games of every kind that troubles solvers, and an independent check of regrets in fractions."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from negotiation.strategic.equilibrium import EquilibriumList
from negotiation.strategic.game import Game
from tests.strategic.lrs import Mixture, decimal

Tables = NDArray[np.float64]
KINDS = ("generic", "tied", "zero-sum", "indifferent", "huge", "decimal", "duplicated", "one action")


def random_tables(kind: str, rng: np.random.Generator, most: int = 5) -> Tables:
    """Return the payoffs of both players, shape (2, m, n)."""
    m, n = (int(size) for size in rng.integers(1 if kind == "tied" else 2, most + 1, 2))
    if kind == "generic":
        return rng.integers(-1000, 1001, (2, m, n)).astype(float)
    if kind == "tied":
        return rng.integers(0, 3, (2, m, n)).astype(float)
    if kind == "zero-sum":
        table = rng.integers(-3, 4, (m, n)).astype(float)
        return np.array([table, -table])
    if kind == "indifferent":
        return np.array([np.full((m, n), float(rng.integers(-1, 2))), rng.integers(0, 2, (m, n)).astype(float)])
    if kind == "huge":
        return 1e15 + rng.integers(0, 4, (2, m, n))
    if kind == "decimal":
        return np.round(rng.normal(size=(2, m, n)), 2)
    if kind == "duplicated":
        table = rng.integers(-5, 6, (2, m, n)).astype(float)
        return table[:, rng.integers(0, m, m)][:, :, rng.integers(0, n, n)]
    table = rng.integers(0, 3, (2, 1, n)).astype(float)
    return table if rng.integers(2) else table.transpose(0, 2, 1)


def game_of(tables: Tables) -> Game:
    return Game.from_tables([tables[0], tables[1]])


def mixtures(found: EquilibriumList) -> set[tuple[Mixture, Mixture]]:
    """Return the exact mixtures, each of which may be listed only once."""
    listed = [(e.exact[0], e.exact[1]) for e in found.equilibria if e.exact is not None]
    assert len(listed) == len(set(listed)) == len(found.equilibria)
    return set(listed)


def exact_regret(tables: Tables, x: Mixture, y: Mixture) -> Fraction:
    """Return the most that either player could gain by deviating from (x, y)."""
    assert sum(x) == sum(y) == 1
    assert min(x) >= 0
    assert min(y) >= 0
    first, second = decimal(tables[0].tolist()), decimal(tables[1].T.tolist())
    gains = []
    for table, own, other in ((first, x, y), (second, y, x)):
        values = [sum((p * q for p, q in zip(row, other, strict=True)), Fraction(0)) for row in table]
        gains.append(max(values) - sum((p * q for p, q in zip(own, values, strict=True)), Fraction(0)))
    return max(gains)
