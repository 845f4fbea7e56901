"""Policy allocations and participation: generated rows against all rows at once, clusters of a thousand firms, the downward spiral."""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np
from scipy.optimize import linprog

from negotiation.coalitional.cost_game import CostGame, MemberClass, Source, table_game
from negotiation.coalitional.costs import OfTotalUse
from negotiation.coalitional.joining.keeping import keeps_most
from negotiation.coalitional.joining.participation import joining
from negotiation.coalitional.policy.optimum import policy
from negotiation.coalitional.terms import Terms

from .measure import Measurement, median_time


def measurements() -> list[Measurement]:
    """Measure what a facilitator waits for when charges are argued about."""
    return [*_against_all_rows(), *_thousand(), *_conflicts(), *_spirals()]


def _cluster(members: tuple[int, ...], uses: tuple[float, ...], ability: float = 1.2) -> CostGame:
    """Return a plant in modules with falling running costs, for firms that can pay about what they would owe."""
    rng = np.random.default_rng(0)
    classes = tuple(
        MemberClass(f"class {k}", n, use=use, ability=use * float(rng.uniform(0.7, ability))) for k, (n, use) in enumerate(zip(members, uses, strict=True))
    )
    cost = OfTotalUse(uses, lambda use: 300 * np.ceil(use / 500) + 0.4 * use**0.9)
    return CostGame(classes, cost, "USD", sources=(Source("state", "the state", 0.0, 600.0), Source("buyers", "the buyers", 0.0, 100.0, False)))


def _players(n: int) -> CostGame:
    rng = np.random.default_rng(n)
    uses = rng.uniform(1, 10, n)
    total = np.zeros(())
    for use in uses:
        total = np.add.outer(total, use * np.arange(2.0))
    game = table_game([f"p{k}" for k in range(n)], np.sqrt(total) * 10, use=uses.tolist())
    return CostGame(tuple(MemberClass(e.name, 1, use=e.use, ability=12.0) for e in game.classes), game.function, "USD", sources=(Source("state"),))


def _all_rows(game: CostGame) -> float:
    """Return the least public money by one program with a row for every coalition, in scipy's HiGHS; no prices, no tie-breaking."""
    counts = np.array(np.unravel_index(np.arange(1, game.size - 1), game.shape), dtype=float).T
    left = np.hstack([counts, np.zeros((len(counts), len(game.sources)))])
    bounds = [(entry.floor, entry.affordable) for entry in game.classes] + [(source.least, source.most) for source in game.sources]
    objective = [0.0] * len(game.names) + [float(source.public) for source in game.sources]
    answer = linprog(objective, left, game.costs.ravel()[1:-1], [[*game.members, *[1] * len(game.sources)]], [game.total], bounds=bounds)
    return float(answer.fun)


def _against_all_rows() -> list[Measurement]:
    found = []
    for name, game in (("12 firms, all different", _players(12)), ("130 firms in 3 classes", _cluster((80, 40, 10), (8.0, 16.0, 64.0)))):
        same = abs(policy(game, core="core").public_money - _all_rows(game)) < 1e-6 * game.total
        ours = median_time(partial(policy, game, core="core"), 5)
        peer = median_time(partial(_all_rows, game), 3)
        note = f"{game.size:,} coalitions; ours with tie-breaking and prices both ways; {'same value' if same else 'DIFFERENT VALUES'}"
        found.append(Measurement(f"least public money in the core, {name}", ours, peer, "scipy HiGHS, all rows at once", note))
    return found


def _thousand() -> list[Measurement]:
    game = _cluster((500, 250, 120, 80, 40, 10), (1.0, 2.0, 4.0, 8.0, 16.0, 64.0))
    found = []
    cores: tuple[Literal["none", "core"], ...] = ("none", "core")
    for objective in ("public_money", "burden", "closest"):
        for core in cores:
            result = policy(game, Terms(), objective, core)
            seconds = median_time(partial(policy, game, Terms(), objective, core), 3)
            note = f"{len(result.binding)} requirements bind" if result.feasible else "nothing fits: smallest conflict"
            found.append(Measurement(f"1,000 firms in 6 classes, {objective}, core: {core}", seconds, note=note))
    many = _players(18)
    found.append(Measurement("least public money in the core, 18 firms, all different", median_time(partial(policy, many, core="core"), 3)))
    small = _cluster((60, 20, 8), (1.0, 5.0, 30.0), 0.9)
    found.append(Measurement("most firms inside, 88 firms in 3 classes", median_time(lambda: policy(small, Terms(), "inside"), 3)))
    return found


def _conflicts() -> list[Measurement]:
    game = _players(8)
    poor = CostGame(tuple(MemberClass(e.name, 1, use=e.use, ability=2.0) for e in game.classes), game.function, "USD")
    result = policy(poor, Terms(), "burden", "core")
    parts = 0 if result.conflict is None else len(result.conflict.names)
    note = f"{parts} requirements of 264, smallest: {result.conflict is not None and result.conflict.smallest}"
    return [Measurement("smallest conflict, 8 firms with all coalitions", median_time(lambda: policy(poor, Terms(), "burden", "core"), 3), note=note)]


def _spirals() -> list[Measurement]:
    classes = MemberClass("small", 200, use=1.0, ability=2.0), MemberClass("large", 20, use=20.0, ability=1000.0)
    game = CostGame(classes, OfTotalUse((1.0, 20.0), lambda use: 500 + 2 * use), "USD")
    found = [
        Measurement(f"who leaves, 220 firms, {rule}, one by one", median_time(partial(joining, game, rule, pace="one by one"), 3))
        for rule in ("proportional", "shapley", "nucleolus")
    ]
    return [*found, Measurement("who stays under every method, 220 firms", median_time(lambda: keeps_most(game), 3))]
