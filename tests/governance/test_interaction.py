"""Complementary, displacing and independent levers; shares; minimal sets."""

from itertools import chain, combinations, permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from negotiation import catalogue
from negotiation.analyses import analysis
from negotiation.answers.request import Request
from negotiation.catalogue import Subject
from negotiation.definition import Definition, read_definition
from negotiation.errors import NotApplicableError
from negotiation.governance.levers.indices import (
    banzhaf_interaction,
    banzhaf_values,
    estimated_banzhaf,
    shapley_interaction,
    shapley_values,
)
from negotiation.governance.levers.interaction import interactions
from negotiation.governance.levers.minimal import minimal_sets
from negotiation.governance.levers.sets import all_sets
from negotiation.governance.levers.table import lever_table
from negotiation.report import told
from negotiation.settings import Settings


def subsets(items: list[int]) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(items, size) for size in range(len(items) + 1)))


def worth(values: np.ndarray, chosen: set[int]) -> float:
    return float(values[sum(1 << j for j in chosen)])


def mixed_values() -> st.SearchStrategy[np.ndarray]:
    return st.integers(1, 4).flatmap(lambda n: arrays(float, 2**n, elements=st.integers(-5, 5).map(float)))


@given(mixed_values())
def test_shapley_values_are_means_over_all_orders(values: np.ndarray) -> None:
    n = len(values).bit_length() - 1
    added = np.zeros(n)
    for order in permutations(range(n)):
        for k, j in enumerate(order):
            added[j] += worth(values, set(order[: k + 1])) - worth(values, set(order[:k]))
    assert shapley_values(values) == pytest.approx(added / factorial(n))
    assert shapley_values(values).sum() == pytest.approx(values[-1] - values[0])


@given(mixed_values())
def test_interaction_indices_follow_their_definition(values: np.ndarray) -> None:
    n = len(values).bit_length() - 1
    for i, j in combinations(range(n), 2):
        shapley = banzhaf = 0.0
        for some in subsets([k for k in range(n) if k not in (i, j)]):
            here = set(some)
            difference = worth(values, here | {i, j}) - worth(values, here | {i}) - worth(values, here | {j}) + worth(values, here)
            shapley += factorial(n - len(here) - 2) * factorial(len(here)) / factorial(n - 1) * difference
            banzhaf += difference / 2 ** (n - 2)
        assert shapley_interaction(values)[i, j] == pytest.approx(shapley, abs=1e-9)
        assert banzhaf_interaction(values)[j, i] == pytest.approx(banzhaf, abs=1e-9)


def test_the_estimates_are_exact_when_every_set_is_in_the_sample() -> None:
    values = np.random.default_rng(3).normal(size=32)
    ones, _, pairs, _ = estimated_banzhaf(all_sets(5), values)
    assert ones == pytest.approx(banzhaf_values(values))
    assert pairs == pytest.approx(banzhaf_interaction(values))


def game(payoff: str, levers: dict[str, dict[str, object]], parameters: dict[str, float], groups: int = 1) -> Definition:
    """Return one or two groups of firms that comply while the fine, a formula of the parameters, covers 3."""
    names = ["firms", "shops"][:groups]
    formulas = payoff.split("|")
    return read_definition(
        {
            "title": "Built",
            "money": "USD",
            "parameters": parameters,
            "stakeholders": {name: {"members": 4, "actions": ["comply", "cheat"]} for name in names},
            "payoffs": {name: {"comply": "0 - 3", "cheat": f"0 - ({formula})"} for name, formula in zip(names, formulas, strict=True)},
            "target": {"profile": dict.fromkeys(names, "comply")},
            "status_quo": dict.fromkeys(names, "cheat"),
            "levers": levers,
        }
    )


def test_levers_that_work_only_together_are_complementary() -> None:
    built = game(
        "4 * inspect * fine", {"visits": {"set": {"inspect": 1}}, "penalty": {"set": {"fine": 1}}, "idle": {"set": {"x": 1}}}, {"inspect": 0, "fine": 0, "x": 0}
    )
    found = interactions(lever_table(built))
    pair = found.pair("penalty", "visits")
    assert (pair.label, pair.index, pair.banzhaf, pair.least, pair.most, pair.on_holding) == ("complementary", 1.0, 1.0, 1.0, 1.0, 1.0)
    assert found.pair("visits", "idle").label == "independent"
    assert [one.shapley for one in found.shares] == [0.5, 0.5, 0.0]


def test_levers_of_which_one_is_enough_displace_each_other() -> None:
    built = game("4 * max(state, buyer)", {"state": {"set": {"state": 1}}, "buyer": {"set": {"buyer": 1}}}, {"state": 0, "buyer": 0})
    found = interactions(lever_table(built))
    assert [one.label for one in found.pairs] == ["displacing"]
    assert found.pairs[0].index == -1.0
    assert found.pairs[0].same_everywhere


def test_levers_for_separate_groups_are_independent() -> None:
    built = game("4 * a|4 * b", {"one": {"set": {"a": 1}}, "two": {"set": {"b": 1}}}, {"a": 0, "b": 0}, groups=2)
    found = interactions(lever_table(built))
    assert [(one.label, one.index) for one in found.pairs] == [("independent", 0.0)]
    assert [one.shapley for one in found.shares] == [0.5, 0.5]
    assert found.pairs[0].on_holding == 1.0


def test_a_barrier_has_a_negative_share() -> None:
    built = game("4 * fine - 4 * bribe", {"fine": {"set": {"fine": 1}}, "bribes": {"set": {"bribe": 1}, "effect": "barrier"}}, {"fine": 0, "bribe": 0})
    shares = {one.lever: one for one in interactions(lever_table(built)).shares}
    assert shares["bribes"].effect == "barrier"
    assert shares["bribes"].shapley == -0.5
    assert shares["bribes"].last == -1.0


def test_a_sample_gives_estimates_with_errors_and_says_what_it_cannot_tell() -> None:
    levers = {f"l{j}": {"set": {f"p{j}": 1}} for j in range(16)}
    built = game("4 * p0 * p1", levers, {f"p{j}": 0 for j in range(16)})
    found = interactions(lever_table(built))
    pair = found.pair("l0", "l1")
    assert pair.label == "complementary"
    assert pair.index == pytest.approx(1.0, abs=4 * pair.error)
    assert 0 < pair.error < 0.1
    others = [one for one in found.pairs if {one.first, one.second} != {"l0", "l1"}]
    assert sum(one.label == "unclear" for one in others) > 110
    assert np.isnan(found.shares[0].shapley)


def brute_minimal(table_sets: np.ndarray, wanted: np.ndarray) -> set[frozenset[int]]:
    good = {frozenset(np.flatnonzero(row)) for row, yes in zip(table_sets, wanted, strict=True) if yes}
    return {one for one in good if not any(other < one for other in good)}


@given(st.lists(st.integers(-3, 4), min_size=5, max_size=5), st.integers(1, 6))
@settings(max_examples=30)
def test_minimal_sets_are_those_without_a_smaller_set_inside(sizes: list[int], need: int) -> None:
    parameters = {f"p{j}": 0.0 for j in range(5)}
    levers: dict[str, dict[str, object]] = {f"l{j}": {"set": {f"p{j}": size}, "cost": 2 ** (j % 3)} for j, size in enumerate(sizes)}
    formula = f"p0 + p1 * p2 + p3 + p4 + 3 - {need} - p0 * p3"
    table = lever_table(game(formula, levers, parameters))
    found = minimal_sets(table)
    names = {frozenset(table.levers.index(name) for name in one.levers) for one in found.holding}
    assert names == brute_minimal(table.sets, table.holds)
    assert {frozenset(table.levers.index(name) for name in one.levers) for one in found.forming} == brute_minimal(table.sets, table.formed)
    if table.holds.any():
        assert found.cheapest is not None
        assert found.cheapest.price == table.price[table.holds].min()
        for j, name in enumerate(table.levers):
            assert (name in found.always_needed) == bool(table.sets[table.holds, j].all())


def test_prices_say_who_pays() -> None:
    found = minimal_sets(lever_table(catalogue.load("common_effluent_plant")))
    assert found.cheapest is not None
    assert found.cheapest.price == sum(found.cheapest.payers.values()) == 210_000
    assert found.cheapest.payers == {"association": 50_000, "authority": 120_000, "community": 40_000}
    assert "210,000 USD per year" in found.sentence
    assert found.complete
    for one in found.holding:
        table = found.table
        assert not any(table.holds[table.row([name for name in one.levers if name != out])] for out in one.levers)


def test_what_gets_going_is_not_asked_without_a_status_quo() -> None:
    with pytest.raises(NotApplicableError):
        interactions(lever_table(game("1", {"x": {"set": {"a": 1}}}, {"a": 0}).model_copy(update={"status_quo": None})), "reached")


def test_where_some_sets_cannot_be_charged_the_smallest_sets_are_still_told() -> None:
    definition = read_definition(
        {
            "title": "A plant",
            "money": "USD",
            "parameters": {"fee": 1, "whole": 12, "worry": 0},
            "stakeholders": {"firm": {"members": 3, "actions": ["pay", "leave"]}},
            "payoffs": {"firm": {"pay": "0 - fee", "leave": "0 - 3 - worry"}},
            "target": {"profile": {"firm": "pay"}},
            "cost_game": {"classes": {"firm": {"feeds": "fee"}}, "cost": "whole if count(firm) == 3 else 3 * count(firm)"},
            "levers": {"grant": {"set": {"whole": 6}}, "office": {"shift": {"worry": 1}}},
        }
    )
    answer = analysis("levers").run(Subject("plant", definition), Request(Settings((), None, ("grant",)), "core"))
    body = answer.as_dict()
    assert "2 sets cannot be judged: the core is empty" in body["sentence"]
    assert "“grant”" in body["sentence"]
    assert (body["levers"], body["pairs"]) == ([], [])
    assert told(answer).tables
