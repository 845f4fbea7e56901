"""What profiles are worth to everybody: welfare, Pareto efficiency, and what self-interest loses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...numerics import Array, plain, round_off
from ..game import Game, Points
from ..pure import pure_equilibria
from ..wording import amount, profile_words


def member_payoffs(game: Game, i: int) -> Array:
    """Return what the average member of `i` earns at each count profile, shape of the lattice.

    Examples
    --------
    >>> member_payoffs(Game.from_tables([np.array([[2, 0], [0, 1]]), np.eye(2)]), 0).tolist()
    [[2.0, 0.0], [0.0, 1.0]]
    """
    axis, table = game.lattice.axes[i], game.tables[i]
    if axis.members == 1 and table is not None:
        return table
    total = np.zeros(game.lattice.shape)
    for a, payoff in enumerate(game.payoffs[i]):
        rows = np.flatnonzero(axis.counts[:, a] > 0)
        part = np.take(payoff, rows, axis=i) if payoff.shape[i] > 1 else payoff
        total[(slice(None),) * i + (rows,)] += game.lattice.along(i, axis.counts[rows, a] / axis.members) * part
    return total


def welfare(game: Game) -> Array:
    """Return the sum of all members' payoffs at each count profile, shape of the lattice, in the game's money unit.

    Examples
    --------
    >>> welfare(Game.from_tables([np.array([[2, 0], [0, 1]]), np.eye(2)])).tolist()
    [[3.0, 0.0], [0.0, 2.0]]
    """
    total = np.zeros(game.lattice.shape)
    for i, axis in enumerate(game.lattice.axes):
        total += axis.members * member_payoffs(game, i)
    return total


def worst_off(game: Game) -> Array:
    """Return what the member that earns least earns at each count profile, shape of the lattice."""
    least = np.full(game.lattice.shape, np.inf)
    for i, axis in enumerate(game.lattice.axes):
        for a, payoff in enumerate(game.payoffs[i]):
            taken = game.lattice.along(i, axis.counts[:, a] > 0)
            np.minimum(least, np.where(taken, payoff, np.inf), out=least)
    return least


@dataclass(frozen=True)
class Welfare:
    """The best that could be had, against what self-interest brings.

    Parameters
    ----------
    game : Game
    best : tuple of ndarray
        Profiles with the largest sum of payoffs (all that tie).
    most : float
        That sum, in the game's money unit.
    fairest : tuple of ndarray
        Profiles at which the worst-off member earns most, and of these the ones with the largest sum.
    floor : float
        What the worst-off member earns there.
    equilibria : int
        Number of pure equilibria.
    best_equilibrium, worst_equilibrium : tuple of ndarray
        One profile each; empty where there is no pure equilibrium.
    highest, lowest : float or None
        Sum of payoffs there.
    """

    game: Game
    best: Points
    most: float
    fairest: Points
    floor: float
    equilibria: int
    best_equilibrium: Points
    worst_equilibrium: Points
    highest: float | None
    lowest: float | None

    @property
    def loss_of_anarchy(self) -> float | None:
        """Money lost by everybody together in the worst pure equilibrium."""
        return None if self.lowest is None else self.most - self.lowest

    @property
    def loss_of_stability(self) -> float | None:
        """Money lost by everybody together in the best pure equilibrium."""
        return None if self.highest is None else self.most - self.highest

    @property
    def price_of_anarchy(self) -> float | None:
        """Optimum against the worst equilibrium, at least 1; None where a ratio says nothing."""
        return _ratio(self.most, self.lowest, round_off(np.array([self.most])))

    @property
    def price_of_stability(self) -> float | None:
        """Optimum against the best equilibrium, at least 1; None where a ratio says nothing."""
        return _ratio(self.most, self.highest, round_off(np.array([self.most])))

    @cached_property
    def sentence(self) -> str:
        """What self-interest loses, in one sentence."""
        best = f"Everybody together can earn {amount(self.game, self.most)} ({profile_words(self.game, self.best)})"
        if self.lowest is None or self.highest is None:
            return f"{best}; there is no pure equilibrium to compare it with."
        lost = f"{amount(self.game, self.most - self.highest)} less in the best equilibrium"
        return f"{best}; {lost} and {amount(self.game, self.most - self.lowest)} less in the worst of {self.equilibria:,}."

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison by names, for JSON; at most 20 profiles of each list."""
        body: dict[str, Any] = {"most": self.most, "best": listed(self.game, self.best), "floor": self.floor, "fairest": listed(self.game, self.fairest)}
        body |= {"equilibria": self.equilibria, "highest": self.highest, "lowest": self.lowest}
        body |= {"best_equilibrium": listed(self.game, self.best_equilibrium), "worst_equilibrium": listed(self.game, self.worst_equilibrium)}
        body |= {name: getattr(self, name) for name in ("loss_of_anarchy", "loss_of_stability", "price_of_anarchy", "price_of_stability", "sentence")}
        return dict(plain(body))


def _ratio(optimum: float, equilibrium: float | None, tolerance: float) -> float | None:
    if equilibrium is None or optimum * equilibrium <= 0 or min(abs(optimum), abs(equilibrium)) <= tolerance:
        return None
    return optimum / equilibrium if optimum > 0 else equilibrium / optimum


def listed(game: Game, points: Points) -> list[dict[str, dict[str, int]]]:
    """Return the first 20 of `points` by names."""
    return [game.counts(points, k) for k in range(min(20, len(points[0])))]


def compare_welfare(game: Game) -> Welfare:
    r"""Compare the best profiles for everybody with the pure equilibria.

    .. math:: W(c) = \sum_i \sum_a c_{i,a} u_i(a | c)

    The price of anarchy is :math:`\max W / \min_{c \in NE} W`, of stability :math:`\max W / \max_{c \in NE} W`; where all
    welfare is negative (costs) the inverse is taken, so that 1 is the best and larger is worse. Where the signs differ, or a
    sum is zero, the ratio says nothing and is None. Ratios change when a constant is added to payoffs: the losses in money,
    which do not, are always given.

    Parameters
    ----------
    game : Game

    Returns
    -------
    Welfare

    Notes
    -----
    Cost: some passes over the lattice.

    Examples
    --------
    >>> dilemma = Game.from_tables([np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])])
    >>> result = compare_welfare(dilemma)
    >>> result.loss_of_anarchy, result.price_of_anarchy
    (4.0, 3.0)

    References
    ----------
    E. Koutsoupias and C. Papadimitriou (1999), "Worst-case equilibria"; E. Anshelevich et al. (2004), "The price of stability
    for network design with fair cost allocation"; the fairest profile: J. Rawls (1971), *A Theory of Justice*.
    """
    total, least = welfare(game), worst_off(game)
    tolerance = round_off(total)
    most, floor = float(total.max()), float(least.max())
    fair = np.where(least >= floor - max(game.tolerances, default=0.0), total, -np.inf)
    equilibria = pure_equilibria(game)
    sums = total[equilibria.points]
    high, low = (int(sums.argmax()), int(sums.argmin())) if len(sums) else (0, 0)
    return Welfare(
        game=game,
        best=_where(total >= most - tolerance),
        most=most,
        fairest=_where(fair >= fair.max() - tolerance),
        floor=floor,
        equilibria=len(equilibria),
        best_equilibrium=tuple(rows[high : high + 1] for rows in equilibria.points),
        worst_equilibrium=tuple(rows[low : low + 1] for rows in equilibria.points),
        highest=float(sums.max()) if len(sums) else None,
        lowest=float(sums.min()) if len(sums) else None,
    )


def _where(mask: Any) -> Points:
    return tuple(np.asarray(rows, dtype=np.int64) for rows in np.nonzero(mask))
