"""Cost games that the tests of several rules use, and slow ways to the same answers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, permutations, product
from math import factorial

import numpy as np

from negotiation.coalitional.cost_game import CostGame, MemberClass, table_game
from negotiation.coalitional.costs import Table
from negotiation.coalitional.plain import read_plain_game
from negotiation.numerics import Array


def plain(players: str, costs: dict[str, float], kind: str = "cost") -> CostGame:
    section, field = ("costs", "cost") if kind == "cost" else ("worths", "worth")
    return read_plain_game({"players": list(players), section: [{"coalition": list(names), field: value} for names, value in costs.items()]})


def weighted_voting(quota: float, weights: Sequence[float]) -> CostGame:
    """Return the game in which a coalition earns 1 when its weights reach the quota."""
    together = np.zeros(1)
    for weight in weights:
        together = np.add.outer(together, [0.0, weight]).ravel()
    return table_game([f"v{k}" for k in range(len(weights))], (together >= quota).astype(float), kind="savings")


def classes(members: tuple[int, ...], seed: int) -> CostGame:
    costs = np.random.default_rng(seed).uniform(0, 10, size=tuple(n + 1 for n in members)) * np.indices([n + 1 for n in members]).sum(axis=0) ** 0.5
    costs[(0,) * len(members)] = 0
    names = tuple("ABCDEFG"[: len(members)])
    return table_game(names, costs, members)


def owners(game: CostGame) -> list[int]:
    """Return the class of each member."""
    return [k for k, n in enumerate(game.members) for _ in range(n)]


def expanded(game: CostGame) -> CostGame:
    """Return the same game with every member a player of its own."""
    owner = owners(game)
    table = np.zeros((2,) * len(owner))
    for row in product((0, 1), repeat=len(owner)):
        counts = [sum(here for here, k in zip(row, owner, strict=True) if k == j) for j in range(len(game.members))]
        table[row] = game.costs[tuple(counts)]
    players = tuple(replace(game.classes[k], name=f"p{i}", members=1) for i, k in enumerate(owner))
    return replace(game, classes=players, function=Table(table))


def with_numbers(game: CostGame, seed: int) -> CostGame:
    """Return the game with uses, abilities and unions for its classes."""
    rng = np.random.default_rng(seed)
    entries = []
    for entry in game.classes:
        union = str(rng.choice(["left", "right", ""])) or None
        entries.append(MemberClass(entry.name, entry.members, use=float(rng.integers(1, 9)), ability=float(rng.integers(1, 90)), union=union))
    return replace(game, classes=tuple(entries))


def subadditive(members: tuple[int, ...], seed: int) -> CostGame:
    """Return a game with a concave part and noise, so that most rules fit."""
    rng = np.random.default_rng(seed)
    load = np.zeros(1)
    for n in members:
        load = np.add.outer(load, float(rng.integers(1, 6)) * np.arange(n + 1)).ravel()
    costs = 10 * load**0.6 + rng.uniform(0, 1, load.size) * (load > 0)
    return with_numbers(table_game("ABCDEFG"[: len(members)], costs, members), seed)


def by_orders(game: CostGame, unions: Sequence[int] | None = None) -> Array:
    """Return what each player adds, averaged over all orders in which the members of each union come one after the other."""
    n = len(game.names)
    total, met = np.zeros(n), 0
    for order in permutations(range(n)):
        if unions is not None and sum(unions[a] != unions[b] for a, b in pairwise(order)) >= len(set(unions)):
            continue
        row, before, met = [0] * n, 0.0, met + 1
        for k in order:
            row[k] = 1
            after = float(game.costs[tuple(row)])
            total[k] += after - before
            before = after
    assert unions is not None or met == factorial(n)
    return total / met
