"""Welfare, what self-interest loses, and Pareto efficiency."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.errors import TooLargeError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.criteria import efficiency
from negotiation.strategic.criteria.efficiency import efficient_profiles
from negotiation.strategic.criteria.welfare import compare_welfare, member_payoffs, welfare, worst_off
from negotiation.strategic.game import Game

from .expand import count_games, counts_of, expand, scaled, told_backwards

DILEMMA = Game.from_tables([np.array([[3.0, 0], [5, 1]]), np.array([[3.0, 5], [0, 1]])], money="USD")


def test_the_dilemma_loses_two_thirds() -> None:
    result = compare_welfare(DILEMMA)
    assert (result.most, result.lowest, result.loss_of_anarchy, result.price_of_anarchy, result.price_of_stability) == (6.0, 2.0, 4.0, 3.0, 3.0)
    assert result.floor == 3.0
    assert "4 USD less" in result.sentence
    assert result.as_dict()["best"] == [{"1": {"1": 1, "2": 0}, "2": {"1": 1, "2": 0}}]


def test_pigous_road_costs_a_third_more_when_everybody_chooses_for_itself() -> None:
    # 100 drivers: a road that takes 1 hour, or one that takes the share of drivers on it; all crowd on the second
    n = 100
    on_second = np.arange(n + 1.0)
    game = Game(("drivers",), (("wide", "narrow"),), Lattice((Axis(n, 2),)), ((np.full(n + 1, -1.0), -on_second / n),))
    result = compare_welfare(game)
    assert result.lowest == pytest.approx(-n)
    assert result.price_of_anarchy == pytest.approx(4 / 3)
    assert result.loss_of_anarchy == pytest.approx(n / 4)


def test_a_ratio_across_zero_says_nothing_but_the_loss_does() -> None:
    shifted = scaled(DILEMMA, [1.0, 1.0], [-2.0, -2.0])
    result = compare_welfare(shifted)
    assert result.price_of_anarchy is None
    assert result.loss_of_anarchy == 4.0


def test_without_a_pure_equilibrium_there_is_nothing_to_compare() -> None:
    table = np.array([[1.0, -1], [-1, 1]])
    result = compare_welfare(Game.from_tables([table, -table]))
    assert (result.equilibria, result.loss_of_anarchy, result.price_of_stability) == (0, None, None)
    assert "no pure equilibrium" in result.sentence
    assert result.as_dict()["best_equilibrium"] == []


def test_the_fairest_profile_is_not_the_richest() -> None:
    game = Game.from_tables([np.array([[10.0, 3.0]]), np.array([[0.0, 2.0]])])
    result = compare_welfare(game)
    assert (result.most, result.floor) == (10.0, 2.0)
    assert result.fairest[1].tolist() == [1]


@given(count_games)
def test_welfare_is_the_sum_over_the_members_of_the_written_out_game(game: Game) -> None:
    ordinary = expand(game)
    points = tuple(rows.ravel() for rows in np.indices(ordinary.lattice.shape))
    sums = ordinary.welfare(points)
    least = worst_off(ordinary)[points]
    for k, place in enumerate(counts_of(game, points)):
        assert welfare(game)[place] == pytest.approx(sums[k])
        assert worst_off(game)[place] == pytest.approx(least[k])
    assert compare_welfare(game).as_dict()["loss_of_anarchy"] == pytest.approx(compare_welfare(ordinary).as_dict()["loss_of_anarchy"])


@given(count_games)
def test_welfare_agrees_with_the_game_at_points(game: Game) -> None:
    points = tuple(rows.ravel() for rows in np.indices(game.lattice.shape))
    assert welfare(game)[points] == pytest.approx(game.welfare(points))
    total = sum(members * member_payoffs(game, i) for i, members in enumerate(game.members))
    assert welfare(game) == pytest.approx(total)


@given(count_games)
def test_efficient_profiles_are_those_of_the_written_out_game(game: Game) -> None:
    ordinary = expand(game)
    payoffs = np.column_stack([member_payoffs(ordinary, i).ravel() for i in range(len(ordinary.names))])
    points = tuple(rows.ravel() for rows in np.indices(ordinary.lattice.shape))
    beaten = [bool(((payoffs >= row).all(axis=1) & (payoffs > row).any(axis=1)).any()) for row in payoffs]
    expected = {place for place, bad in zip(counts_of(game, points), beaten, strict=True) if not bad}
    found = efficient_profiles(game).points
    assert set(zip(*(rows.tolist() for rows in found), strict=True)) == expected


@given(count_games)
def test_averages_of_stakeholders_are_compared_on_request(game: Game) -> None:
    payoffs = np.column_stack([member_payoffs(game, i).ravel() for i in range(len(game.names))])
    found = set(np.ravel_multi_index(efficient_profiles(game, "stakeholders").points, game.lattice.shape).tolist())
    for k, row in enumerate(payoffs):
        beaten = bool(((payoffs >= row - 1e-9).all(axis=1) & (payoffs > row + 1e-9).any(axis=1)).any())
        assert (k in found) == (not beaten)


@given(count_games, st.floats(0.01, 100), st.floats(-100, 100))
def test_efficiency_depends_neither_on_units_nor_on_order(game: Game, factor: float, constant: float) -> None:
    size = len(game.names)
    number = len(efficient_profiles(game))
    assert len(efficient_profiles(scaled(game, [factor] * size, [constant] * size))) == number
    assert len(efficient_profiles(told_backwards(game))) == number


def test_members_are_compared_where_that_fits_and_stakeholders_otherwise() -> None:
    game = Game(("firms",), (("a", "b", "c"),), Lattice((Axis(600, 3),)), (tuple(np.zeros(1) for _ in range(3)),))
    with pytest.raises(TooLargeError, match="compare stakeholders"):
        efficient_profiles(game, "members")
    assert efficient_profiles(game, "stakeholders", Budget(seconds=0.0)).between == "stakeholders"
    assert efficient_profiles(game, budget=Budget(seconds=0.0)).between == "stakeholders"
    few = Game(("firms",), (("a", "b", "c"),), Lattice((Axis(6, 3),)), (tuple(np.zeros(1) for _ in range(3)),))
    assert efficient_profiles(few).between == "members"


def test_efficient_profiles_found_before_time_are_efficient_and_said_to_be_some() -> None:
    rng = np.random.default_rng(0)
    game = Game.from_tables([rng.normal(size=(12, 12, 12)) for _ in range(3)])
    everyone = set(np.ravel_multi_index(efficient_profiles(game).points, game.lattice.shape).tolist())
    some = efficient_profiles(game, budget=Budget(seconds=0.0))
    assert set(np.ravel_multi_index(some.points, game.lattice.shape).tolist()) < everyone
    assert (some.complete, efficient_profiles(game).complete) == (False, True)
    assert "At at least" in some.sentence


@given(st.integers(0, 1_000), st.integers(1, 5))
def test_efficient_profiles_are_those_that_no_other_beats_one_by_one(seed: int, chunk: int) -> None:
    rng = np.random.default_rng(seed)
    tables = [rng.integers(0, 4, size=(3, 4)).astype(float) for _ in range(2)]
    rows = np.stack([table.ravel() for table in tables], axis=1)
    kept = [k for k in range(12) if not ((rows >= rows[k]).all(axis=1) & (rows > rows[k]).any(axis=1)).any()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(efficiency, "CHUNK", chunk)
        found = efficient_profiles(Game.from_tables(tables)).points
    assert np.ravel_multi_index(found, (3, 4)).tolist() == kept


def test_every_shared_pie_is_efficient() -> None:
    shares = list(product(range(3), repeat=2))
    game = Game.from_tables([np.array([[a for a, _ in shares]], dtype=float), np.array([[-a for a, _ in shares]], dtype=float)])
    assert len(efficient_profiles(game)) == len(shares)
    assert "of 9 profiles" in efficient_profiles(game).sentence
