"""Where improving moves lead: which equilibrium is reached from which count profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

from ...budget import Budget, unlimited
from ...errors import TooLargeError
from ...lattice import Integers
from ...numerics import plain
from ..game import Game, Points
from ..wording import profile_words
from .transitions import transitions

MAX_CELLS = 50_000_000
"""Count profiles times attractors."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Attractor:
    """Where improving moves end.

    Parameters
    ----------
    points : Points
        One profile (a pure equilibrium), or the profiles among which improving moves go round for ever.
    reach : ndarray of bool, shape of the lattice
        Profiles from which some path of improving moves leads here.
    surely : ndarray of bool, shape of the lattice
        Profiles from which no path leads anywhere else: whoever moves first, play ends here with probability one.
    """

    points: Points
    reach: Mask
    surely: Mask

    @property
    def size(self) -> int:
        """Number of profiles of the attractor."""
        return len(self.points[0])


@dataclass(frozen=True, eq=False)
class BasinResult:
    """The basins of attraction of all pure equilibria under improving moves of single members.

    Parameters
    ----------
    game : Game
    attractors : tuple of Attractor
        The largest sure basin first.
    circles : bool
        Whether some path of improving moves returns to where it was.
    complete : bool
        False when the budget ran out before the basins of all attractors were found.
    reason, method : str
    """

    game: Game
    attractors: tuple[Attractor, ...]
    circles: bool
    complete: bool
    reason: str
    method: str = "strongly connected components of the graph of improving moves, searched backward from each end"

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        if not self.complete:
            return f"Improving moves end in at least {len(self.attractors):,} places: {self.reason}."
        ends = len(self.attractors)
        many = f"{ends:,} places" if ends > 1 else "one place"
        first = self.attractors[0]
        share = 100 * float(first.surely.mean())
        kind = "equilibrium" if first.size == 1 else f"cycle of {first.size:,} profiles around"
        where = profile_words(self.game, first.points)
        return f"Improving moves end in {many}; the {kind} ({where}) is the only possible end from {share:.3g} % of the count profiles."

    def ends_from(self, point: Points) -> tuple[int, ...]:
        """Return the numbers of the attractors that improving moves can reach from one profile."""
        at = tuple(int(rows[0]) for rows in point)
        return tuple(k for k, attractor in enumerate(self.attractors) if attractor.reach[at])

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON: of each attractor at most 20 profiles, of the basins their shares."""
        listed = [
            {
                "profiles": [self.game.counts(attractor.points, k) for k in range(min(20, attractor.size))],
                "size": attractor.size,
                "equilibrium": attractor.size == 1,
                "reach": float(attractor.reach.mean()),
                "surely": float(attractor.surely.mean()),
            }
            for attractor in self.attractors
        ]
        body = {"attractors": listed, "circles": self.circles, "sentence": self.sentence, "method": self.method}
        return dict(plain(body | {"complete": self.complete, "reason": self.reason}))


def basins(game: Game, budget: Budget | None = None) -> BasinResult:
    r"""Return the attractors of improving moves and the count profiles that lead to each.

    The graph has the count profiles as nodes and, as edges, every switch of one member that pays that member. Its strongly connected components without
    a way out are the attractors: pure equilibria, and sets in which play goes round. When members move one at a time in random order, play ends
    in one of them with probability one.

    Parameters
    ----------
    game : Game
    budget : Budget, optional

    Returns
    -------
    BasinResult
        Exact.

    Raises
    ------
    TooLargeError
        Above 10,000,000 moves of one member, or 50,000,000 count profiles times attractors.

    Notes
    -----
    Cost: one search of the graph for each attractor.

    Examples
    --------
    >>> stag = Game.from_tables([np.array([[3, 0], [2, 2]]), np.array([[3, 2], [0, 2]])])
    >>> result = basins(stag)
    >>> [(int(a.reach.sum()), int(a.surely.sum())) for a in result.attractors]
    [(3, 1), (3, 1)]

    References
    ----------
    D. Monderer and L. S. Shapley (1996), "Potential games"; H. P. Young (1993), "The evolution of conventions".
    """
    budget = budget or unlimited()
    edges, size = transitions(game), game.lattice.size
    pays = edges.gain > 0
    graph = csr_matrix((np.ones(int(pays.sum()), dtype=bool), (edges.source[pays], edges.target[pays])), shape=(size, size))
    ends, circles = sinks(graph)
    if len(ends) * size > MAX_CELLS:
        message = f"the game has {len(ends):,} attractors over {size:,} count profiles, at most {MAX_CELLS // size:,} can be told apart"
        raise TooLargeError(message, "use fewer members or actions")
    backward, reach = graph.T.tocsr(), np.zeros((len(ends), size), dtype=bool)
    done = 0
    for k, end in enumerate(ends):
        if k and budget.spent(k / len(ends), "basins of attraction"):
            break
        reach[k, breadth_first_order(backward, int(end[0]), return_predecessors=False)] = True
        done = k + 1
    return _result(game, ends[:done], reach[:done], circles, (len(ends), budget))


def sinks(graph: csr_matrix) -> tuple[list[Integers], bool]:
    """Return the strongly connected components without a way out, each as its nodes, and whether any component has two nodes."""
    count, label = connected_components(graph, directed=True, connection="strong")
    edges = graph.tocoo()
    source, target = edges.row, edges.col
    leaving = np.zeros(count, dtype=bool)
    leaving[label[source[label[source] != label[target]]]] = True
    order = np.argsort(label, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(label, minlength=count))[:-1])
    return [np.asarray(groups[k], dtype=np.int64) for k in np.flatnonzero(~leaving)], count < graph.shape[0]


def _result(game: Game, ends: list[Integers], reach: Mask, circles: bool, of: tuple[int, Budget]) -> BasinResult:
    total, budget = of
    complete = len(ends) == total
    only = reach.sum(axis=0) == 1 if complete else np.zeros(reach.shape[1], dtype=bool)
    shape = game.lattice.shape
    attractors = []
    for end, row in zip(ends, reach, strict=True):
        points = tuple(np.asarray(rows, dtype=np.int64) for rows in np.unravel_index(end, shape))
        attractors.append(Attractor(points, row.reshape(shape), (row & only).reshape(shape)))
    attractors.sort(key=lambda attractor: (-int(attractor.surely.sum()), -int(attractor.reach.sum())))
    reason = (
        "all moves of one member were examined" if complete else f"{budget.why()} after {len(ends):,} of {total:,} attractors; no basin is known to be sure"
    )
    return BasinResult(game, tuple(attractors), circles, complete, reason)
