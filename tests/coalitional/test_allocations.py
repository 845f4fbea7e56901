"""Cost allocations: published answers, closed forms, brute force, and a second solver."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from negotiation.coalitional.allocation import judge
from negotiation.coalitional.build import build_cost_game
from negotiation.coalitional.core.least import least_core
from negotiation.coalitional.cost_game import CostGame, table_game
from negotiation.coalitional.methods import METHODS, allocate, compare
from negotiation.coalitional.plain import read_plain_game
from negotiation.coalitional.shares.rules import equal, proportional
from negotiation.coalitional.shares.shapley import shapley
from negotiation.definition import read_definition
from negotiation.errors import InvalidGameError, NotApplicableError, TooLargeError

from .games import classes, expanded, owners, plain


def least_level(game: CostGame) -> float:
    """Return the least possible largest excess by another solver, with every coalition as a row."""
    n = len(game.names)
    rows = [row for row in product((0, 1), repeat=n) if 0 < sum(row) < n]
    left = np.array([[*row, -1.0] for row in rows])
    right = np.array([game.costs[row] for row in rows])
    answer = linprog([0.0] * n + [1.0], left, right, [[1.0] * n + [0.0]], [game.total], bounds=[(None, None)] * (n + 1))
    return float(answer.fun)


AIRPORT = plain("ABC", {"A": 12, "B": 28, "C": 30, "AB": 28, "AC": 30, "BC": 30, "ABC": 30})
SEWAGE = plain("AHM", {"A": 21.95, "H": 17.08, "M": 20.81, "AH": 34.69, "AM": 39.04, "HM": 37.11, "AHM": 53.40})


def test_shapley_of_the_glove_game_is_published() -> None:
    glove = plain("LMR", {"L": 0, "M": 0, "R": 0, "LM": 0, "LR": 1, "MR": 1, "LMR": 1}, "savings")
    assert shapley(glove).charges == pytest.approx((1 / 6, 1 / 6, 2 / 3))
    core = least_core(glove)
    assert not core.empty
    assert core.point.charges == pytest.approx((0, 0, 1), abs=1e-6)


def test_the_majority_game_has_an_empty_core() -> None:
    majority = plain("ABC", {"A": 0, "B": 0, "C": 0, "AB": 1, "AC": 1, "BC": 1, "ABC": 1}, "savings")
    core = least_core(majority)
    assert core.empty
    assert core.level == pytest.approx(1 / 3)
    assert core.as_dict()["charges"] is None
    with pytest.raises(NotApplicableError, match="core is empty"):
        allocate(majority, "core")


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple), st.integers(0, 10**6))
@settings(max_examples=40)
def test_classes_say_the_same_as_their_members_one_by_one(members: tuple[int, ...], seed: int) -> None:
    game = classes(members, seed)
    single = expanded(game)
    owner = owners(game)
    assert [shapley(game).charges[k] for k in owner] == pytest.approx(list(shapley(single).charges))
    charges = np.random.default_rng(seed).uniform(0, 5, len(members))
    together, apart = judge(game, "x", charges.tolist()), judge(single, "x", [charges[k] for k in owner])
    assert together.in_core == apart.in_core
    assert together.largest_excess == pytest.approx(apart.largest_excess)
    if single.size > 2:
        assert least_core(game).level == pytest.approx(least_level(single), abs=1e-6)


@given(st.integers(2, 6), st.integers(0, 10**6))
@settings(max_examples=40)
def test_the_least_core_is_that_of_a_second_solver_with_all_rows(n: int, seed: int) -> None:
    game = classes((1,) * n, seed)
    core = least_core(game)
    assert core.level == pytest.approx(least_level(game), abs=1e-6)
    assert core.point.largest_excess == pytest.approx(core.level, abs=1e-6)
    assert sum(core.point.charges) == pytest.approx(game.total)
    assert core.empty == (core.level > 1e-5) or abs(core.level) < 2e-5


@pytest.mark.parametrize("game", [AIRPORT, SEWAGE], ids=["airport", "sewage"])
@pytest.mark.parametrize("method", list(METHODS))
def test_every_rule_that_fits_shares_out_the_whole_cost(game: CostGame, method: str) -> None:
    try:
        allocation = allocate(game, method)
    except NotApplicableError as refusal:
        assert refusal.remedy
        return
    assert sum(allocation.charges) == pytest.approx(game.total)
    assert allocation.shortfall == 0


def test_the_objection_names_the_coalition_and_its_gain() -> None:
    game = plain("ABC", {"A": 3, "B": 28, "C": 30, "AB": 28, "AC": 30, "BC": 30, "ABC": 30})
    found = equal(game)
    assert not found.in_core
    assert found.objection is not None
    assert found.objection.coalition == {"A": 1}
    assert found.objection.gain == pytest.approx(7)
    assert found.as_dict()["objection"] == {"coalition": ["A"], "gain": pytest.approx(7)}


def test_charges_in_proportion_to_load_lie_in_the_core_when_average_cost_falls() -> None:
    loads = np.add.outer(23 * np.arange(101.0), 187 * np.arange(9.0))
    game = table_game(("small", "large"), 5000 * loads**0.7, (100, 8), (23.0, 187.0))
    assert proportional(game).in_core
    assert not equal(game).in_core


@pytest.mark.parametrize("fixed", [0.0, 1000.0, 200000.0])
def test_an_equal_split_breaks_the_small_ones_bound_exactly_when_the_average_exceeds_it(fixed: float) -> None:
    loads = np.add.outer(5 * np.arange(31.0), 200 * np.arange(5.0))
    costs = np.where(loads > 0, fixed, 0) + 100 * loads
    game = table_game(("small", "large"), costs, (30, 4), (5.0, 200.0))
    broken = game.total / 34 > costs[1, 0]
    alone = equal(game).charges[0] - costs[1, 0]
    assert broken == (fixed < 10_000)
    assert (alone > 0) == broken
    if broken:
        assert not equal(game).in_core
        assert equal(game).largest_excess >= alone


def test_a_single_player_pays_everything() -> None:
    game = plain("A", {"A": 5})
    core, found = compare(game)
    assert not core.empty
    assert all(allocation.charges == (5.0,) and allocation.in_core for allocation in found.values())


def test_numbers_keep_ten_digits() -> None:
    game = plain("AB", {"A": 83821456.785, "B": 1.25, "AB": 83821457.785})
    assert sum(least_core(game).point.charges) == pytest.approx(83821457.785, rel=1e-12)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"players": ["A", "A"], "costs": []}, "different names"),
        ({"players": [], "costs": []}, "different names"),
        ({"players": "AB", "costs": []}, "different names"),
        ({"players": ["A", "B"]}, "'costs' is missing"),
        ({"players": ["A", "B"], "costs": [{"coalition": ["A"], "cost": 1}]}, "2 coalitions are missing: B, A+B"),
        ({"players": ["A", "B"], "costs": [{"coalition": ["A"], "cost": 1}], "default": "sum"}, "what each player has alone; missing for B"),
        ({"players": ["A"], "costs": [{"coalition": ["X"], "cost": 1}]}, "unknown player 'X'"),
        ({"players": ["A"], "costs": [{"coalition": ["A"], "cost": "much"}]}, "expected a finite number"),
        ({"players": ["A"], "costs": [{"coalition": ["A"], "cost": float("nan")}]}, "expected a finite number"),
        ({"players": ["A"], "costs": [{"coalition": ["A"], "cost": 1}, {"coalition": ["A"], "cost": 2}]}, "stands twice"),
        ({"players": ["A"], "costs": [{"coalition": "A", "cost": 1}]}, "expected a list of players"),
        ({"players": ["A"], "costs": ["A"]}, "expected a list of players"),
    ],
)
def test_a_plain_game_with_mistakes_is_refused(data: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidGameError) as caught:
        read_plain_game(data, "file.json")
    assert said in str(caught.value)
    assert "file.json" in str(caught.value)


def test_too_many_players_are_refused_before_the_table_is_made() -> None:
    with pytest.raises(TooLargeError, match="a table can have 24 players; join players that are alike into classes"):
        read_plain_game({"players": [f"p{k}" for k in range(60)], "costs": []})


def test_use_may_depend_on_parameters_and_negative_use_does_not_fit() -> None:
    form = {
        "title": "Plant",
        "money": "USD per year",
        "parameters": {"flow": 50, "charge": 0},
        "stakeholders": {"small": {"members": 3, "actions": ["join", "stay"]}, "large": {"actions": ["join", "stay"]}},
        "payoffs": {"small": {"join": "-charge", "stay": 0}, "large": {"join": 0, "stay": 0}},
        "cost_game": {
            "classes": {"small": {"use": "flow", "feeds": "charge"}, "large": {"use": "10 * flow"}},
            "cost": "130 * (count(small) + 10 * count(large))",
        },
    }
    definition = read_definition(form)
    game = build_cost_game(definition, {"flow": 50.0, "charge": 0.0})
    assert proportional(game).charges == pytest.approx((130, 1300))
    with pytest.raises(NotApplicableError, match="0 or more"):
        proportional(build_cost_game(definition, {"flow": -1.0, "charge": 0.0}))
