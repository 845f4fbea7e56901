"""Which outcomes survive when mistakes become ever rarer: stochastically stable count profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from ...budget import Budget, unlimited
from ...errors import NotApplicableError, TimedOutError, TooLargeError
from ...lattice import Integers
from ...numerics import Array, plain
from ..game import Game, Points
from ..wording import profile_words
from .arborescence import cheapest_tree
from .basins import sinks
from .transitions import transitions

MAX_CLASSES = 200
"""Recurrent classes between which the cheapest paths are found."""

Mistakes = Literal["uniform", "logit"]


@dataclass(frozen=True, eq=False)
class Convention:
    """Profiles among which play stays when nobody errs.

    Parameters
    ----------
    points : Points
        The profiles; one of them a strict equilibrium, several those that best replies lead through again and again.
    potential : float
        Least cost of mistakes that leads here from all other conventions together (stochastic potential).
    radius : float
        Least cost of mistakes that leads away to another convention; infinite where there is no other.
    coradius : float
        Largest cost of mistakes that it takes to come here from any one of the others.
    stable : bool
        Whether it is seen in the long run when mistakes become ever rarer.
    """

    points: Points
    potential: float
    radius: float
    coradius: float
    stable: bool

    @property
    def size(self) -> int:
        """Number of profiles."""
        return len(self.points[0])


@dataclass(frozen=True, eq=False)
class StochasticStability:
    """The conventions of a game and those that survive.

    Parameters
    ----------
    game : Game
    mistakes : str
        "uniform": every mistake counts 1; "logit": a mistake counts what it costs the member, in the game's money unit.
    conventions : tuple of Convention
        Stable ones first, then by stochastic potential.
    """

    game: Game
    mistakes: Mistakes
    conventions: tuple[Convention, ...]
    complete: bool = True
    reason: str = "all recurrent classes and the cheapest paths of mistakes between them were examined"
    method: str = "cheapest trees over recurrent classes, edges by shortest paths of mistakes"

    @property
    def stable(self) -> tuple[Convention, ...]:
        """The stochastically stable conventions."""
        return tuple(convention for convention in self.conventions if convention.stable)

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        total, stable = len(self.conventions), self.stable
        words = " or ".join(_words(self.game, convention) for convention in stable[:3])
        more = f" or one of {len(stable) - 3:,} more" if len(stable) > 3 else ""
        if total == 1:
            return f"Best replies lead to ({words}) from everywhere."
        return f"Of {total:,} conventions, ({words}){more} is what is seen in the long run when mistakes are rare."

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON: of each convention at most 20 profiles."""
        listed = [
            {
                "profiles": [self.game.counts(convention.points, k) for k in range(min(20, convention.size))],
                **{name: getattr(convention, name) for name in ("size", "potential", "radius", "coradius", "stable")},
            }
            for convention in self.conventions
        ]
        body = {"mistakes": self.mistakes, "conventions": listed, "sentence": self.sentence, "method": self.method}
        return dict(plain(body | {"complete": self.complete, "reason": self.reason}))


def _words(game: Game, convention: Convention) -> str:
    where = profile_words(game, convention.points)
    return where if convention.size == 1 else f"a cycle of {convention.size:,} profiles around {where}"


def stochastically_stable(game: Game, mistakes: Mistakes = "uniform", budget: Budget | None = None) -> StochasticStability:
    r"""Return the count profiles that are seen in the long run when mistakes become ever rarer.

    In each period one member chooses anew: a best reply, or with a small probability something else. Without mistakes play settles in one of the recurrent
    classes (conventions). The resistance from one convention to another is the least cost of the mistakes on any path; the stochastic potential of a
    convention is the least total resistance of a tree that leads into it from all others; those with the smallest potential are stochastically stable.

    Parameters
    ----------
    game : Game
        At most 10,000,000 moves of one member, 200 conventions.
    mistakes : str
        "uniform": mistakes are equally likely, each costs 1. "logit": a mistake is the less likely the more it costs the member.
    budget : Budget, optional

    Returns
    -------
    StochasticStability
        Exact.

    Raises
    ------
    TooLargeError
    TimedOutError
        When the budget ran out: without all resistances nothing is known.

    Notes
    -----
    Cost: one shortest-path search of the graph of moves for each convention, one cheapest tree for each.

    Examples
    --------
    >>> stag = Game.from_tables([np.array([[5, 0], [3, 3]]), np.array([[5, 3], [0, 3]])], actions=[["stag", "hare"]] * 2)
    >>> result = stochastically_stable(stag, "logit")
    >>> [game_point.size for game_point in result.stable], result.stable[0].points[0].tolist()
    ([1], [1])

    References
    ----------
    H. P. Young (1993), "The evolution of conventions"; M. Kandori, G. J. Mailath and R. Rob (1993), "Learning, mutation, and long run equilibria in
    games"; G. Ellison (2000), "Basins of attraction, long-run stochastic stability, and the speed of step-by-step evolution"; C. Alós-Ferrer and
    N. Netzer (2010), "The logit-response dynamics".
    """
    if mistakes not in ("uniform", "logit"):
        raise NotApplicableError(f"unknown kind of mistakes '{mistakes}'", "choose uniform or logit")
    edges, size = transitions(game), game.lattice.size
    costs = edges.regret if mistakes == "logit" else (edges.regret > 0).astype(np.float64)
    graph = csr_matrix((costs, (edges.source, edges.target)), shape=(size, size))
    free = costs == 0
    classes, _ = sinks(csr_matrix((np.ones(int(free.sum())), (edges.source[free], edges.target[free])), shape=(size, size)))
    if len(classes) > MAX_CLASSES:
        message = f"without mistakes play can settle in {len(classes):,} ways, at most {MAX_CLASSES} can be compared"
        raise TooLargeError(message, "use fewer members or actions")
    resistance = _resistances(graph, classes, budget or unlimited())
    return StochasticStability(game, mistakes, _conventions(game, classes, resistance))


def _resistances(graph: csr_matrix, classes: list[Integers], budget: Budget) -> Array:
    """Return the cost of the cheapest path from each class to each other."""
    first = np.array([int(members[0]) for members in classes])
    rows = []
    for k, start in enumerate(first):
        if budget.spent(k / len(first), "paths of mistakes"):
            raise TimedOutError(f"{budget.why()} before all paths of mistakes were found", "give more time, or use fewer members or actions")
        rows.append(dijkstra(graph, indices=int(start))[first])
    return np.array(rows)


def _conventions(game: Game, classes: list[Integers], resistance: Array) -> tuple[Convention, ...]:
    potential = np.array([cheapest_tree(resistance, root) for root in range(len(classes))])
    others = np.where(np.eye(len(classes), dtype=bool), np.nan, resistance)
    radius = np.nanmin(others, axis=1, initial=np.inf)
    coradius = np.nanmax(others, axis=0, initial=0.0)
    slack = 1e-9 * float(np.max(np.where(np.isfinite(resistance), resistance, 0.0), initial=0.0)) * len(classes)
    stable = potential <= potential.min() + slack
    result = [
        Convention(
            tuple(np.asarray(rows, dtype=np.int64) for rows in np.unravel_index(members, game.lattice.shape)),
            float(potential[k]),
            float(radius[k]),
            float(coradius[k]),
            bool(stable[k]),
        )
        for k, members in enumerate(classes)
    ]
    return tuple(sorted(result, key=lambda convention: (not convention.stable, convention.potential)))
