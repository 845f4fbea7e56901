"""How the extreme equilibria of a two-player game hang together: components, and cliques of interchangeable mixtures.

In a degenerate game there are equilibria without end. All of them are mixtures of finitely many extreme ones: where every mixture
of a set `U` of the first stakeholder is an equilibrium with every one of a set `V` of the second, so are all mixtures of `U` with all
mixtures of `V`. The largest such pairs are the cliques; they meet in components.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...errors import NotApplicableError, TooLargeError
from ..equilibrium import EquilibriumList
from ..game import Game

MAX_CLIQUES = 10_000
Mixture = tuple[Fraction, ...]


@dataclass(frozen=True)
class Clique:
    """A largest set of interchangeable equilibria.

    Parameters
    ----------
    mixtures : tuple of tuple of tuple of Fraction
        For each of the two stakeholders its extreme mixtures; any mixture of these goes with any of the other's.
    equilibria : tuple of int
        Places in the list of the extreme equilibria that it spans.
    component : int
        Number of the component that it belongs to, from 1.
    """

    mixtures: tuple[tuple[Mixture, ...], tuple[Mixture, ...]]
    equilibria: tuple[int, ...]
    component: int

    @property
    def is_continuum(self) -> bool:
        """Whether it holds more than one equilibrium, and therefore endlessly many."""
        return len(self.equilibria) > 1


@dataclass(frozen=True)
class Components:
    """The equilibria of a two-player game as a union of cliques.

    Parameters
    ----------
    game : Game
    cliques : tuple of Clique
        In the order of their components.
    count : int
        Number of connected components.
    complete : bool or None
        Whether the list that they were made from was complete.
    reason : str
    """

    game: Game
    cliques: tuple[Clique, ...]
    count: int
    complete: bool | None
    reason: str

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        wide = sum(clique.is_continuum for clique in self.cliques)
        whole = "" if self.complete else " among those found"
        if not self.cliques:
            return f"There is no equilibrium{whole}."
        if not wide:
            return f"Each of the {self.count} equilibria{whole} stands alone." if self.count > 1 else f"The one equilibrium{whole} stands alone."
        parts = f"{self.count} separate sets" if self.count > 1 else "one connected set"
        ranges = f"{wide} ranges" if wide > 1 else "one range"
        return f"The equilibria{whole} form {parts}, with {ranges} within which the stakeholders can mix freely and independently."

    def as_dict(self) -> dict[str, Any]:
        """Return the components by names, for JSON."""
        cliques = [
            {
                "component": clique.component,
                "equilibria": [k + 1 for k in clique.equilibria],
                "is_continuum": clique.is_continuum,
                "mixtures": {
                    name: [{action: str(share) for action, share in zip(actions, mixture, strict=True)} for mixture in mixtures]
                    for name, actions, mixtures in zip(self.game.names, self.game.actions, clique.mixtures, strict=True)
                },
            }
            for clique in self.cliques
        ]
        return {"count": self.count, "complete": self.complete, "reason": self.reason, "sentence": self.sentence, "cliques": cliques}


def components(found: EquilibriumList) -> Components:
    """Return the components and cliques of a list of extreme equilibria.

    A clique is a largest pair of sets of extreme mixtures all of whose combinations are equilibria (a maximal biclique of the graph
    that joins the mixtures of each equilibrium); a component is a connected part of that graph.

    Parameters
    ----------
    found : EquilibriumList
        From `bimatrix_equilibria`; what is missing there is missing here.

    Returns
    -------
    Components

    Raises
    ------
    NotApplicableError
        When an equilibrium carries no exact mixtures of two stakeholders.
    TooLargeError
        Beyond ten thousand cliques; their number can double with each mixture.

    References
    ----------
    J. F. Nash (1951), "Non-cooperative games" (sub-solutions); M. J. M. Jansen (1981), "Maximal Nash subsets for bimatrix games"; D. Avis et al.
    (2010), "Enumeration of Nash equilibria for two-player games".

    Examples
    --------
    >>> import numpy as np
    >>> from negotiation.strategic.mixed.bimatrix import bimatrix_equilibria
    >>> game = Game.from_tables([np.array([[1, 1], [0, 2]]), np.array([[1, 1], [0, 1]])])
    >>> print(components(bimatrix_equilibria(game)).sentence)
    The equilibria form 2 separate sets, with one range within which the stakeholders can mix freely and independently.
    """
    sides: tuple[dict[Mixture, int], dict[Mixture, int]] = ({}, {})
    pairs = []
    for equilibrium in found.equilibria:
        if equilibrium.exact is None or len(equilibrium.exact) != 2:
            raise NotApplicableError("components need exact equilibria of two stakeholders", "list them with bimatrix_equilibria first")
        first, second = (side.setdefault(mixture, len(side)) for side, mixture in zip(sides, equilibrium.exact, strict=True))
        pairs.append((first, second))
    mixtures = tuple(sides[0]), tuple(sides[1])
    numbers = connected(pairs)
    place = {pair: k for k, pair in enumerate(pairs)}
    cliques = []
    for xs, ys in _bicliques(pairs):
        spans = tuple(sorted(place[x, y] for x in xs for y in ys))
        cliques.append(Clique((tuple(mixtures[0][x] for x in xs), tuple(mixtures[1][y] for y in ys)), spans, numbers[spans[0]]))
    cliques.sort(key=lambda clique: (clique.component, clique.equilibria))
    return Components(found.game, tuple(cliques), max(numbers, default=0), found.complete, found.reason)


def connected(pairs: Sequence[tuple[object, object]]) -> list[int]:
    """Return for each pair the number, from 1, of the connected part that it belongs to; pairs touch where they share a side.

    Examples
    --------
    >>> connected([("a", "x"), ("b", "y"), ("a", "z")])
    [1, 2, 1]
    """
    parents: dict[tuple[int, object], tuple[int, object]] = {}

    def root(node: tuple[int, object]) -> tuple[int, object]:
        while (up := parents.setdefault(node, node)) != node:
            parents[node] = parents[up]
            node = up
        return node

    for x, y in pairs:
        parents[root((0, x))] = root((1, y))
    numbers: dict[tuple[int, object], int] = {}
    return [numbers.setdefault(root((0, x)), len(numbers) + 1) for x, _ in pairs]


def _bicliques(pairs: Sequence[tuple[int, int]]) -> list[tuple[list[int], list[int]]]:
    """Return the maximal bicliques: every intersection of neighbourhoods, with all that share it."""
    near: dict[int, int] = {}
    for x, y in pairs:
        near[x] = near.get(x, 0) | 1 << y
    closed: set[int] = set()
    for mask in near.values():
        closed |= {mask & other for other in closed} | {mask}
        if len(closed) > MAX_CLIQUES:
            raise TooLargeError(f"there are more than {MAX_CLIQUES:,} cliques of equilibria", "look at the extreme equilibria one by one")
    closed.discard(0)
    return [([x for x, mine in near.items() if mine & mask == mask], [y for y in range(mask.bit_length()) if mask >> y & 1]) for mask in closed]
