"""Paths of improving moves: does the target form from where people stand today?

The graph has the count profiles as nodes and, as edges, every switch of one member that pays that member.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ...errors import TooLargeError
from ...loading import later
from ..game import Game, Points
from ..pure import improving

breadth_first_order = later("scipy.sparse.csgraph:breadth_first_order")
if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
else:
    csr_matrix = later("scipy.sparse:csr_matrix")  # where nobody moves there is nothing to search, and nothing to load

Mask = NDArray[np.bool_]
FormationWord = Literal["forms", "may form", "does not form"]
MAX_MOVES = 60_000_000
"""Switches of one member, over all count profiles, among which the improving ones are looked for."""


@dataclass(frozen=True)
class Formation:
    """Whether improving moves lead from one profile into a set of profiles.

    Parameters
    ----------
    word : str
        "forms": every path of improving moves that goes on as long as it can ends in the set and stays; "may form": some path
        does; "does not form": none does.
    reached : int
        Number of profiles on such paths.
    ends : tuple of ndarray
        Profiles outside the set at which a path stops (equilibria), at most a few.
    stuck : bool
        Whether the start itself is an equilibrium outside the set: nothing moves.
    circles : bool
        Whether a path can go round outside the set for ever.
    """

    word: FormationWord
    reached: int
    ends: Points
    stuck: bool
    circles: bool


def formation(game: Game, start: Points, target: Mask, whole: csr_matrix | None = None) -> Formation:
    r"""Return whether `target` forms from `start`.

    Let R be the profiles that improving moves of single members reach from the start, and A the largest part of the target
    that no such move leaves. The target forms when every profile of R can still reach A, and may form when some can.

    Parameters
    ----------
    game : Game
    start : tuple of ndarray
        One profile, or several: then every one of them counts as a start.
    target : ndarray of bool
        Shape of the lattice.
    whole : csr_matrix, optional
        The graph of improving moves, where it is known already.

    Returns
    -------
    Formation

    Raises
    ------
    TooLargeError
        Above 60,000,000 switches of one member, before anything is built.

    Notes
    -----
    Cost: count profiles times kinds of moves; 87,120 profiles with 15 kinds of moves take about 40 ms.

    References
    ----------
    D. Monderer and L. S. Shapley (1996), "Potential games" (improvement paths); H. P. Young (1993), "The evolution of conventions".
    """
    if not any((game.gain(move, start) > game.tolerances[move.stakeholder]).any() for move in game.moves):
        return _at_rest(game, start, target)
    whole = improving_graph(game) if whole is None else whole
    origin = np.zeros(game.lattice.size, dtype=bool)
    origin[np.ravel_multi_index(start, game.lattice.shape)] = True
    nodes = np.flatnonzero(reached_from(whole, origin))
    graph = whole[nodes][:, nodes]
    inside = target.ravel()[nodes]
    absorbing = inside & ~_leading_to(graph, ~inside)
    good = _leading_to(graph, absorbing)
    stops = (np.diff(graph.indptr) == 0) & ~absorbing
    word: FormationWord = "does not form" if not absorbing.any() else "forms" if good.all() else "may form"
    few = np.unravel_index(nodes[np.flatnonzero(stops)[:20]], game.lattice.shape)
    circles = bool((~good & ~_leading_to(graph, stops)).any())
    return Formation(word, len(nodes), tuple(few), len(nodes) == 1 and not absorbing.any(), circles)


def _at_rest(game: Game, start: Points, target: Mask) -> Formation:
    """Return the same where nobody moves from any of the starts."""
    nodes = np.unique(np.ravel_multi_index(start, game.lattice.shape))
    inside = target.ravel()[nodes]
    word: FormationWord = "forms" if inside.all() else "may form" if inside.any() else "does not form"
    few = np.unravel_index(nodes[np.flatnonzero(~inside)[:20]], game.lattice.shape)
    return Formation(word, len(nodes), tuple(few), len(nodes) == 1 and not inside.any(), False)


def improving_graph(game: Game) -> csr_matrix:
    """Return the graph of improving moves of single members, shape (profiles, profiles).

    Raises
    ------
    TooLargeError
        Above `MAX_MOVES` switches, before anything is built.
    """
    size, kinds = game.lattice.size, len(game.moves)
    if size * kinds > MAX_MOVES:
        message = f"the game has {size * kinds:,} switches of one member, at most {MAX_MOVES:,} can be searched for paths"
        raise TooLargeError(message, f"use fewer members or actions, down to about {MAX_MOVES // kinds:,} count profiles")
    sources, targets = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for move in game.moves:
        i = move.stakeholder
        pays = np.flatnonzero(np.broadcast_to(improving(game, move), game.lattice.shape))
        stride = int(np.prod(game.lattice.shape[i + 1 :]))
        shift = game.lattice.axes[i].shift(move.a, move.b)
        steps = (shift - np.arange(len(shift))) * stride
        sources.append(pays)
        targets.append(pays + steps[pays // stride % len(shift)])
    source, target = np.concatenate(sources), np.concatenate(targets)
    return csr_matrix((np.ones(len(source), dtype=np.int8), (source, target)), shape=(size, size))


def graph_from(game: Game, start: Points) -> csr_matrix:
    """Return the improving moves of single members that lie on paths from some profiles, shape (profiles, profiles).

    Costs as much as there are profiles on these paths, times kinds of moves: less than :func:`improving_graph` where they are few.
    """
    shape, size = game.lattice.shape, game.lattice.size
    seen = np.zeros(size, dtype=bool)
    sources, targets = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    fresh = np.unique(np.ravel_multi_index(start, shape))
    while len(fresh):
        seen[fresh] = True
        points = np.unravel_index(fresh, shape)
        begun = len(targets)
        for move in game.moves:
            pays = game.gain(move, points) > game.tolerances[move.stakeholder]
            if pays.any():
                sources.append(fresh[pays])
                targets.append(np.ravel_multi_index(game.after(move, tuple(rows[pays] for rows in points)), shape))
        reached = np.concatenate([targets[0], *targets[begun:]])
        fresh = np.unique(reached[~seen[reached]])
    source, target = np.concatenate(sources), np.concatenate(targets)
    return csr_matrix((np.ones(len(source), dtype=np.int8), (source, target)), shape=(size, size))


def _leading_to(graph: csr_matrix, goal: Mask) -> Mask:
    """Return the nodes from which some path leads into `goal`, `goal` itself included."""
    return reached_from(graph.T.tocsr(), goal)


def reached_from(graph: csr_matrix, origin: Mask) -> Mask:
    """Return the nodes to which some path leads from `origin`, `origin` itself included."""
    size = graph.shape[0]
    indices = np.concatenate([graph.indices, np.flatnonzero(origin)])
    indptr = np.append(graph.indptr, len(indices))
    with_source = csr_matrix((np.ones(len(indices), dtype=np.int8), indices, indptr), shape=(size + 1, size + 1))
    reached = np.zeros(size + 1, dtype=bool)
    reached[breadth_first_order(with_source, size, return_predecessors=False)] = True
    return reached[:size]
