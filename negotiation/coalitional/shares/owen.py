"""The Owen value: who negotiates as one shares first with the others, then inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...errors import unknown
from ...numerics import Array
from ..allocation import Allocation, covering, judge
from ..cost_game import CostGame, MemberClass
from ..costs import CostFunction, Table
from ..terms import NO_TERMS, Terms
from .semivalue import SHAPLEY, averages, ways_of_size
from .shapley import shapley


@dataclass(frozen=True)
class _Party:
    """What joins in one piece: all members of the classes of a union (then `together`), or one member after the other of a class."""

    name: str
    classes: tuple[int, ...]
    together: bool


@dataclass(frozen=True, eq=False)
class _Among:
    """The cost function as it looks to parties: counts of parties instead of counts of classes."""

    below: CostFunction
    members: tuple[int, ...]
    parties: tuple[_Party, ...]
    divisible: bool = False

    def __call__(self, counts: Sequence[Array]) -> Array:
        """Return the costs."""
        spread = {}
        for party, count in zip(self.parties, counts, strict=True):
            spread.update({k: np.asarray(count) * (self.members[k] if party.together else 1) for k in party.classes})
        return self.below([spread[k] for k in range(len(self.members))])


def owen(game: CostGame, terms: Terms = NO_TERMS) -> Allocation:
    r"""Return the Owen value, per member of each class.

    The average of what a member adds over all orders of joining in which the members of each a-priori union come one right after
    the other:

    .. math:: x_i = \sum_{H \subseteq M - k} \sum_{T \subseteq B_k - i} \frac{|H|! (m - |H| - 1)!}{m!} \frac{|T|! (b_k - |T| - 1)!}{b_k!}
       \, (c(Q_H \cup T \cup i) - c(Q_H \cup T))

    where i belongs to the union :math:`B_k`, one of m, and :math:`Q_H` are the members of the unions H. The unions together pay
    the Shapley value of the game between them.

    A union is a set of whole classes; each member of a class without a union stands for itself. Without any union, and with one
    for all, this is the Shapley value. Cost: the coalitions of the unions among each other, and of each union's members with whole
    other unions; the table of all coalitions is not needed.

    Parameters
    ----------
    game : CostGame
    terms : Terms
        `unions` names the union of each class; a class that is not named there has the union of the game, if any.

    Returns
    -------
    Allocation
        With what each union pays in `evidence`.

    Raises
    ------
    UnknownNameError
        For a class that the game does not have.
    TooLargeError
        When even so there are too many coalitions.

    References
    ----------
    G. Owen (1977), "Values of games with a priori unions".

    Examples
    --------
    >>> from negotiation.coalitional.cost_game import table_game
    >>> majority = table_game("ABC", np.array([0, 0, 0, 1, 0, 1, 1, 1.0]), kind="savings")
    >>> owen(majority, Terms(unions={"A": "left", "B": "left"})).charges
    (0.5, 0.5, 0.0)
    """
    parties = _parties(game, terms)
    named = [party for party in parties if party.together]
    if not named or len(parties) == 1:
        found = shapley(game, terms)
        said = "One union of all" if named else "No unions are given"
        return replace(found, rule="owen", note=" ".join(filter(None, (f"{said}, so this is the Shapley value.", found.note))))
    charges = np.zeros(len(game.names))
    between = _between(game, parties)
    for party, value in zip(parties, averages(between, SHAPLEY).values, strict=True):
        charges[list(party.classes)] = _inside(game, parties, party) if party.together else value
    charges = np.array(covering(game, charges))
    paid = charges * np.array(game.members)
    unions = {party.name: {"classes": [game.names[k] for k in party.classes], "charge": float(paid[list(party.classes)].sum())} for party in named}
    return judge(game, "owen", charges.tolist(), evidence={"unions": unions})


def _parties(game: CostGame, terms: Terms) -> tuple[_Party, ...]:
    """Return the unions and the classes that belong to none, in the order of their first class."""
    for name in terms.unions:
        if name not in game.names:
            raise unknown("class", name, game.names)
    of = [terms.unions.get(entry.name, entry.union) for entry in game.classes]
    groups: dict[tuple[str, bool], list[int]] = {}
    for k, union in enumerate(of):
        groups.setdefault((union, True) if union else (game.names[k], False), []).append(k)
    return tuple(_Party(name, tuple(classes), together) for (name, together), classes in groups.items())


def _between(game: CostGame, parties: tuple[_Party, ...]) -> CostGame:
    """Return the game between parties."""
    classes = tuple(MemberClass(party.name, 1 if party.together else game.members[party.classes[0]]) for party in parties)
    return CostGame(classes, _Among(_quick(game), game.members, parties), game.unit, game.kind)


def _quick(game: CostGame) -> CostFunction:
    return Table(game.costs) if "costs" in vars(game) else game.function


def _inside(game: CostGame, parties: tuple[_Party, ...], union: _Party) -> Array:
    """Return what each member of a union pays: the Shapley value of what its members add to the other parties, on average."""
    own = tuple(_Party(game.names[k], (k,), together=False) for k in union.classes)
    others = tuple(party for party in parties if party is not union)
    table = _between(game, own + others)
    outside = table.members[len(own) :]
    weights = ways_of_size(outside, SHAPLEY.chances(sum(outside) + 1))
    costs = table.costs.reshape(-1, len(weights)) @ weights
    classes = tuple(MemberClass(game.names[k], game.members[k]) for k in union.classes)
    added = (costs - costs[0]).reshape([n + 1 for n in table.members[: len(own)]])
    return averages(CostGame(classes, Table(added), game.unit, game.kind), SHAPLEY).values
