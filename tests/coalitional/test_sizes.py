"""Costs of a millionth and of a billion in one game: every rule gives the same answer in any unit and in any order of the members."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from negotiation.coalitional.core.equal_profit import equal_profit
from negotiation.coalitional.cost_game import CostGame, MemberClass, table_game
from negotiation.coalitional.costs import CostFunction, MostDemanding, OfTotalUse, Table
from negotiation.coalitional.exact import decimal
from negotiation.coalitional.methods import METHODS, allocate
from negotiation.coalitional.shares.rules import scrb
from negotiation.errors import NotApplicableError

FACTORS = {"a millionth": Fraction(1, 10**6), "ten million": Fraction(10**7)}
ORDERS = ((3, 2, 1, 0), (1, 3, 0, 2))
ALONG_A_PATH = {"serial", "aumann_shapley"}
TO_THE_LARGEST = {"proportional_nucleolus"}
"""Small charges of these are right to 1e-9 of the largest cost only, and the evidence says by how much costs would have to differ."""
RIGHT = 1e-9


def spread(seed: int, kind: str) -> CostGame:
    """Return a game of four members who cost from 1e-6 to 1e9 alone, and save a few percent together."""
    rng = np.random.default_rng(seed)
    own = [1e-6, *(float(f"{10**power:.3g}") for power in rng.uniform(-6, 9, 2)), 1e9]
    rng.shuffle(own)
    classes = tuple(MemberClass("ABCD"[k], use=cost, ability=0.7 * cost, fee=cost / 2) for k, cost in enumerate(own))
    if kind == "table":
        table = np.zeros((2,) * 4)
        for row in product((0, 1), repeat=4):
            saved = 1 - Fraction(int(rng.integers(0, 40)), 1000) * max(sum(row) - 1, 0)
            table[row] = float(f"{float(sum(decimal(cost) for cost, here in zip(own, row, strict=True) if here) * saved):.12g}")
        return CostGame(classes, Table(table))
    return CostGame(classes, MostDemanding(tuple(own)) if kind == "airport" else OfTotalUse(tuple(own), lambda total: total**0.9))


def kind_of(method: str) -> str:
    return "airport" if method == "airport" else "use" if method in ALONG_A_PATH else "table"


def in_units(game: CostGame, factor: Fraction) -> CostGame:
    """Return the game with all money multiplied, every number as the decimal that it is."""

    def times(amount: float) -> float:
        return float(decimal(amount) * factor)

    function: CostFunction
    if isinstance(game.function, Table):
        function = Table(np.array([times(cost) for cost in game.function.costs.ravel()]).reshape(game.shape))
    elif isinstance(game.function, MostDemanding):
        function = MostDemanding(tuple(times(need) for need in game.function.needs))
    else:
        assert isinstance(game.function, OfTotalUse)
        cost = game.function.cost
        function = OfTotalUse(game.function.use, lambda total: cost(total) * float(factor))
    classes = tuple(replace(entry, ability=times(entry.ability or 0), fee=times(entry.fee or 0)) for entry in game.classes)
    return replace(game, classes=classes, function=function)


def in_order(game: CostGame, order: Sequence[int]) -> CostGame:
    function: CostFunction
    if isinstance(game.function, Table):
        function = Table(np.transpose(game.function.costs, order))
    elif isinstance(game.function, MostDemanding):
        function = MostDemanding(tuple(game.function.needs[k] for k in order))
    else:
        assert isinstance(game.function, OfTotalUse)
        function = replace(game.function, use=tuple(game.function.use[k] for k in order))
    return replace(game, classes=tuple(game.classes[k] for k in order), function=function)


def charges(game: CostGame, method: str) -> list[float] | None:
    """Return the charges, or None where the rule does not fit."""
    try:
        return list(allocate(game, method).charges)
    except NotApplicableError:
        return None


def same(found: list[float] | None, expected: list[float] | None, method: str) -> bool:
    if found is None or expected is None:
        return found is expected
    largest = max(map(abs, expected)) if method in TO_THE_LARGEST else 0.0
    return all(abs(one - other) <= RIGHT * max(abs(other), largest) for one, other in zip(found, expected, strict=True))


@pytest.mark.parametrize("method", list(METHODS))
def test_every_rule_charges_the_same_in_any_unit_and_order(method: str) -> None:
    fitted = 0
    for seed in range(4):
        game = spread(seed, kind_of(method))
        expected = charges(game, method)
        fitted += expected is not None
        for name, factor in FACTORS.items():
            found = charges(in_units(game, factor), method)
            back = found and [float(decimal(charge) / factor) for charge in found]
            assert same(back, expected, method), (seed, name)
        for order in ORDERS:
            assert same(charges(in_order(game, order), method), expected and [expected[k] for k in order], method), (seed, order)
    assert fitted, "the rule fits one of these games"


def test_separable_costs_keep_the_digits_of_a_millionth_beside_a_billion() -> None:
    # separable costs: 1e-6, 2 and 1e9 less a millionth; alone: 3e-6, 4 and 1e9; what is left over is shared by what each saves
    own = {"A": "0.000003", "B": "4", "C": "1000000000", "AB": "4.000002", "AC": "1000000000", "BC": "1000000002", "ABC": "1000000002.000001"}
    table = np.zeros((2,) * 3)
    for names, cost in own.items():
        table[tuple(int(name in names) for name in "ABC")] = float(cost)
    game = table_game("ABC", table)
    read = {names: decimal(float(cost)) for names, cost in own.items()}
    separable = [read["ABC"] - read[others] for others in ("BC", "AC", "AB")]
    benefits = [max(read[name] - cost, Fraction(0)) for name, cost in zip("ABC", separable, strict=True)]
    factor = (read["ABC"] - sum(separable)) / sum(benefits)
    exact = [float(cost + benefit * factor) for cost, benefit in zip(separable, benefits, strict=True)]
    assert scrb(game).charges == pytest.approx(exact, rel=1e-14)
    assert 0 < exact[0] < 1e-5


def test_equal_savings_of_tiny_members_are_bound_by_their_own_group() -> None:
    # A and B cost a millionth each and together; with C, a million, each of them costs nothing more: half a millionth each is all of the core
    table = np.zeros((2,) * 3)
    for names, cost in {"A": 1e-6, "B": 1e-6, "C": 1e6, "AB": 1e-6, "AC": 1e6, "BC": 1e6, "ABC": 1000000.0000005}.items():
        table[tuple(int(name in names) for name in "ABC")] = cost
    found = equal_profit(table_game("ABC", table))
    assert found.charges == (5e-7, 5e-7, 999999.9999995)
    assert found.evidence["savings"] == {"A": 0.5, "B": 0.5, "C": 0.0}
