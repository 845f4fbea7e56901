"""Shapley and other values: tables of players against two peers, classes, airports, sampling; what examining a game takes."""

from __future__ import annotations

import numpy as np

from negotiation.coalitional.checks.cover import subadditive_cover
from negotiation.coalitional.checks.properties import examine
from negotiation.coalitional.cost_game import CostGame, MemberClass, table_game
from negotiation.coalitional.costs import MostDemanding, OfTotalUse
from negotiation.coalitional.shares.owen import owen
from negotiation.coalitional.shares.sampling import sampled_shapley
from negotiation.coalitional.shares.semivalue import BANZHAF, SHAPLEY, averages
from negotiation.coalitional.shares.shapley import shapley
from negotiation.coalitional.shares.tau import tau
from negotiation.coalitional.terms import Terms
from negotiation.numerics import Array

from .measure import Measurement, median_time, pretty

try:
    import coopgame
except ImportError:
    coopgame = None
try:
    import tucoopy
except ImportError:
    tucoopy = None

SIZES = (10, 15, 20, 22, 24)
FIRMS = ((600, 250, 100, 30, 15, 5), (5.0, 12.0, 40.0, 100.0, 250.0, 700.0))


def measurements() -> list[Measurement]:
    """Measure exact values from tables against peers, then what only classes, structure or sampling can do."""
    return [*_tables(), *_others(), *_classes(), *_airports(), *_looked_through()]


def _players(n: int) -> CostGame:
    costs = np.random.default_rng(n).random((2,) * n) + np.indices((2,) * n).sum(axis=0) ** 0.5
    costs.flat[0] = 0
    return table_game([f"p{k}" for k in range(n)], costs)


def _low_bit_first(costs: Array) -> Array:
    """Return the costs in the order of masks whose lowest bit is the first player."""
    return np.transpose(costs).ravel()


def _tables() -> list[Measurement]:
    found = []
    for n in SIZES:
        game = _players(n)
        ours = median_time(lambda g=game: averages(g, SHAPLEY))
        whole = median_time(lambda g=game: shapley(g), runs=3)
        peer = None
        if coopgame is not None:
            rival = coopgame.Game(_low_bit_first(game.costs)[1:].tolist())
            peer = median_time(lambda r=rival: coopgame.shapley(r), runs=3)
            gap = np.max(np.abs(np.array(coopgame.shapley(rival)) - averages(game, SHAPLEY).values))
        note = f"with the coalitions that object {pretty(whole)}" + ("" if peer is None else f"; largest difference {gap:.0e}")
        found.append(Measurement(f"Shapley, table of {n} players", ours, peer, "coopgame-py", note))
        if tucoopy is not None and n <= 15:
            table = dict(enumerate(_low_bit_first(game.costs).tolist()))
            slow = tucoopy.Game(n, table)
            found.append(Measurement(f"Shapley, table of {n} players", ours, median_time(lambda r=slow: tucoopy.shapley_value(r), runs=2), "tucoopy"))
    return found


def _others() -> list[Measurement]:
    game = _players(18)
    rival = None if coopgame is None else coopgame.Game(_low_bit_first(game.costs)[1:].tolist())
    unions = [[6 * k + j for j in range(6)] for k in range(3)]
    terms = Terms(unions={f"p{j}": f"u{k}" for k, members in enumerate(unions) for j in members})
    return [
        Measurement(
            "Banzhaf, table of 18 players",
            median_time(lambda: averages(game, BANZHAF)),
            None if rival is None else median_time(lambda: coopgame.banzhaf(rival), runs=3),
            "coopgame-py",
        ),
        Measurement(
            "Owen, 18 players in 3 unions, with the coalitions that object",
            median_time(lambda: owen(game, terms)),
            None if rival is None else median_time(lambda: coopgame.owen(rival, unions), runs=3),
            "coopgame-py",
        ),
        Measurement("tau, concave table of 20 players, with the coalitions that object", median_time(lambda g=_concave(20): tau(g), runs=3)),
    ]


def _concave(n: int) -> CostGame:
    return table_game([f"p{k}" for k in range(n)], np.indices((2,) * n).sum(axis=0) ** 0.5)


def _firms() -> CostGame:
    members, use = FIRMS
    classes = tuple(MemberClass(f"c{k}", n, use=u) for k, (n, u) in enumerate(zip(members, use, strict=True)))
    return CostGame(classes, OfTotalUse(use, lambda total: 10_000 * np.ceil(total / 1000) + 300 * total**0.7))


def _classes() -> list[Measurement]:
    found = []
    for members in ((100, 50, 20), (300, 100, 80), (120, 40, 30, 9, 4)):
        load = np.zeros(1)
        for k, n in enumerate(members):
            load = np.add.outer(load, (k + 1.0) * np.arange(n + 1)).ravel()
        game = table_game([f"c{k}" for k in range(len(members))], 10 * np.ceil(load / 30) + load**0.7, members)
        task = f"Shapley, table of {len(members)} classes, {sum(members)} members"
        found.append(Measurement(task, median_time(lambda g=game: averages(g, SHAPLEY), runs=3), note=f"{game.size:,} coalitions"))
    firms = _firms()
    evidence = averages(firms, SHAPLEY).evidence
    found.append(
        Measurement(
            "Shapley, 1,000 firms in 6 classes, modules by total use, no table",
            median_time(lambda: averages(firms, SHAPLEY), runs=3),
            note=f"{evidence['nodes']} nodes, to {evidence['accuracy']:.0e}; 45 thousand million coalitions",
        )
    )
    found.append(Measurement("Banzhaf of the same", median_time(lambda: averages(firms, BANZHAF), runs=3)))
    estimate = sampled_shapley(firms).evidence
    relative = max(error / value for error, value in zip(estimate["standard_error"].values(), averages(firms, SHAPLEY).values.tolist(), strict=True))
    found.append(
        Measurement(
            "the same by sampling",
            median_time(lambda: sampled_shapley(firms), runs=2),
            note=f"{estimate['orders']} orders, error up to {relative:.1%}",
        )
    )
    return found


def _airports() -> list[Measurement]:
    needs = tuple(np.random.default_rng(0).uniform(1, 100, 10_000).tolist())
    game = CostGame(tuple(MemberClass(f"p{k}") for k in range(10_000)), MostDemanding(needs))
    whole = median_time(lambda: shapley(game), runs=3)
    return [Measurement("Shapley, airport of 10,000 all different", median_time(lambda: averages(game, SHAPLEY)), note=f"with who objects {pretty(whole)}")]


def _looked_through() -> list[Measurement]:
    return [
        *(Measurement(f"subadditive cover, {n} players", median_time(lambda g=_players(n): subadditive_cover(g), runs=2)) for n in (12, 14, 16)),
        *(Measurement(f"what is unusual, {n} players", median_time(lambda g=_players(n): examine(g), runs=2)) for n in (12, 16, 20)),
    ]
