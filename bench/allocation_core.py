"""Cores and games too large for a table: total use with modules, different firms, airports, corners; against all rows at once in HiGHS."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from time import perf_counter

import numpy as np
from scipy.optimize import linprog

from bench.measure import HEADER, Measurement, median_time
from negotiation.budget import Budget
from negotiation.coalitional.core.bribes import bribes
from negotiation.coalitional.core.equal_profit import equal_profit
from negotiation.coalitional.core.least import least_core_level
from negotiation.coalitional.core.subsidy import least_subsidy
from negotiation.coalitional.core.vertices import core_vertices
from negotiation.coalitional.cost_game import CostGame, MemberClass, table_game
from negotiation.coalitional.costs import MostDemanding, OfTotalUse
from negotiation.coalitional.nucleolus.nucleoli import prenucleolus
from negotiation.coalitional.shares.airport import airport, nucleolus_charges
from negotiation.numerics import Array

COSTS: dict[str, Callable[[Array], Array]] = {
    "modules of 500": lambda total: 5000 * np.ceil(total / 500) + 30 * total,
    "modules of 1,700": lambda total: 12_000 * np.ceil(total / 1700) + 30 * total**0.9,
    "modules of 170": lambda total: 700 * np.ceil(total / 170),
}


def thousand(name: str) -> CostGame:
    """Return 1,000 firms in 6 classes with module costs."""
    members, use = (400, 300, 150, 100, 40, 10), (5.0, 8.0, 12.0, 20.0, 75.0, 180.0)
    entries = tuple(MemberClass(f"k{k}", n, use=u) for k, (n, u) in enumerate(zip(members, use, strict=True)))
    return CostGame(entries, OfTotalUse(use, COSTS[name]))


def different(n: int, seed: int) -> CostGame:
    """Return firms that all differ, with module costs."""
    use = tuple(float(u) for u in np.random.default_rng(seed).choice(np.arange(5, 5 + 4 * n), n, replace=False))
    return CostGame(tuple(MemberClass(f"f{k}", use=u) for k, u in enumerate(use)), OfTotalUse(use, COSTS["modules of 500"]))


def runway(n: int) -> CostGame:
    """Return an airport with movements that all differ."""
    return CostGame(tuple(MemberClass(f"m{k}") for k in range(n)), MostDemanding(tuple(np.random.default_rng(0).uniform(1, 100, n).tolist())))


def concave(n: int) -> CostGame:
    """Return a game between n players whose core has n! corners."""
    return table_game([f"p{k}" for k in range(n)], np.round(100 * np.sqrt(np.tensordot(np.arange(1, n + 1), np.indices((2,) * n), 1)), 3))


def all_rows(game: CostGame) -> float:
    """Return the least-core level with every coalition as a row, by scipy's HiGHS."""
    rows = np.array(list(product(*[range(n + 1) for n in game.members])))[1:-1]
    n = len(game.members)
    left = np.column_stack([rows, -np.ones(len(rows))])
    return float(linprog(np.eye(n + 1)[n], left, game.at(rows), [[*game.members, 0]], [game.total], bounds=[(None, None)] * (n + 1)).fun)


QUESTIONS: dict[str, Callable[[CostGame], object]] = {
    "least core": least_core_level,
    "least subsidy": least_subsidy,
    "nucleolus": prenucleolus,
    "equal profit": equal_profit,
    "least bribes for an equal split": lambda game: bribes(game, [game.total / game.population] * len(game.members)),
}


def measurements() -> list[Measurement]:
    """Measure; a game is built anew for every run, so that no oracle is remembered."""
    return [*_classes(), *_different(), *_closed_forms(), *_corners(), *_tables()]


def _classes() -> list[Measurement]:
    result = []
    for name in COSTS:
        found = least_subsidy(thousand(name))
        share = f"subsidy {100 * found.amount / thousand(name).total:.2f} % of the cost, weights exact: {found.exact}"
        for question, ask in QUESTIONS.items():
            taken = median_time(partial(_asked_anew, ask, name), 3)
            result.append(Measurement(f"{question}, 1,000 firms in 6 classes, {name}", taken, note=share if question == "least subsidy" else ""))
    return result


def _asked_anew(ask: Callable[[CostGame], object], name: str) -> object:
    return ask(thousand(name))


def _different() -> list[Measurement]:
    result = []
    for n, seed in ((50, 0), (100, 0), (100, 1), (100, 2)):
        started = perf_counter()
        found = least_subsidy(different(n, seed))
        taken = perf_counter() - started
        stopped = least_subsidy(different(n, seed), Budget(seconds=taken / 3))
        note = f"{found.amount:.6g}, exact: {found.exact}; stopped after a third: {max(stopped.at_least, 0):.4g} to {stopped.amount:.6g}"
        result.append(Measurement(f"least subsidy, {n} firms all different, seed {seed}", taken, note=note))
    return result


def _closed_forms() -> list[Measurement]:
    game = runway(10_000)
    needs: Array = np.array(game.function.needs)  # type: ignore[attr-defined]
    return [
        Measurement("airport nucleolus, 10,000 firms all different, charges", median_time(lambda: nucleolus_charges(needs, game.members))),
        Measurement("airport nucleolus, 10,000 firms, with the worst objection", median_time(lambda: prenucleolus(game))),
        Measurement("airport, stretch by stretch, 10,000 firms, with the worst objection", median_time(lambda: airport(game))),
    ]


def _corners() -> list[Measurement]:
    result = []
    for n in (5, 6, 7):
        game = concave(n)
        started = perf_counter()
        corners = len(core_vertices(game).points)
        result.append(Measurement(f"corners of the core, {n} players", perf_counter() - started, note=f"{corners} corners, in fractions"))
    return result


def _tables() -> list[Measurement]:
    result = []
    for n in (8, 10, 12):
        game = table_game([f"p{k}" for k in range(n)], np.append(0.0, np.random.default_rng(0).uniform(1, n, 2**n - 1)))
        ours, peer = median_time(partial(least_core_level, game)), median_time(partial(all_rows, game), 3)
        gap = abs(least_core_level(game) - all_rows(game))
        result.append(Measurement(f"least core, {n} players, table", ours, peer, "HiGHS (scipy) with all rows", f"levels differ by {gap:.1g}"))
    return result


if __name__ == "__main__":
    print("\n".join([HEADER, *(line.row() for line in measurements())]))
