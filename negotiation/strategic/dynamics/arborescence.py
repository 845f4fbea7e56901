"""Cheapest trees into a root of a directed graph (Chu, Liu and Edmonds)."""

from __future__ import annotations

import numpy as np

from ...lattice import Integers
from ...numerics import Array


def cheapest_tree(costs: Array, root: int) -> float:
    """Return the least total cost of a tree in which every node has a path into `root`.

    Parameters
    ----------
    costs : ndarray, shape (n, n)
        ``costs[i, j]`` of the edge from `i` to `j`, 0 or more; infinite where there is none; the diagonal is not read.
    root : int

    Returns
    -------
    float
        Infinite when some node has no path into the root.

    Notes
    -----
    Time: at most `n` rounds over the matrix.

    Examples
    --------
    >>> cheapest_tree(np.array([[0.0, 2.0, 5.0], [1.0, 0.0, 1.0], [4.0, 1.0, 0.0]]), 0)
    2.0

    References
    ----------
    Y. J. Chu and T. H. Liu (1965), "On the shortest arborescence of a directed graph"; J. Edmonds (1967), "Optimum branchings".
    """
    costs = np.array(costs, dtype=np.float64)
    total = 0.0
    while len(costs) > 1:
        np.fill_diagonal(costs, np.inf)
        costs[root] = np.inf
        others = np.arange(len(costs)) != root
        least = costs.min(axis=1)
        if not np.isfinite(least[others]).all():
            return float("inf")
        total += float(least[others].sum())
        costs[others] -= least[others, None]
        following = np.where(others, costs.argmin(axis=1), root)
        groups = _groups(following, root)
        if groups.max() + 1 == len(costs):
            return total
        costs, root = _merge(costs, groups), int(groups[root])
    return total


def _groups(following: Integers, root: int) -> Integers:
    """Number the nodes, those of one cycle alike, when each node but the root has one edge to follow."""
    number = np.full(len(following), -1)
    seen = np.full(len(following), -1)
    count = 0
    for start in range(len(following)):
        path, node = [], start
        while seen[node] < 0 and node != root:
            seen[node] = start
            path.append(node)
            node = int(following[node])
        if node != root and seen[node] == start and number[node] < 0:
            cycle = path[path.index(node) :]
            number[cycle] = count
            count += 1
    alone = np.flatnonzero(number < 0)
    number[alone] = count + np.arange(len(alone))
    return number


def _merge(costs: Array, groups: Integers) -> Array:
    """Return the costs between groups of nodes: the cheapest edge between two of their nodes."""
    count = int(groups.max()) + 1
    merged = np.full((count, count), np.inf)
    np.minimum.at(merged, (groups[:, None], groups[None, :]), costs)
    return merged
