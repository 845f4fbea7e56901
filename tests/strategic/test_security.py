"""Security levels and punishment values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from negotiation.numerics import Array
from negotiation.strategic.criteria.maximin import maximin
from negotiation.strategic.criteria.security import security_levels
from negotiation.strategic.game import Game

from .expand import count_games, expand, owners, scaled, told_backwards


def value_by_one_program(table: Array) -> float:
    """Return the maxmin value in mixtures, with a row for every circumstance."""
    m, k = table.shape
    rows = np.column_stack([-table.T, np.ones(k)])
    answer = linprog([0.0] * m + [-1.0], rows, np.zeros(k), [[1.0] * m + [0.0]], [1.0], bounds=[(0, None)] * m + [(None, None)])
    return float(-answer.fun)


def test_rock_paper_scissors_is_worth_nothing_and_is_played_evenly() -> None:
    table = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    level = security_levels(Game.from_tables([table, -table])).levels[0]
    assert (level.pure, level.minmax) == (-1.0, 1.0)
    assert level.mixed == pytest.approx(0.0)
    assert list(level.mixture.values()) == pytest.approx([1 / 3] * 3)
    assert level.minmax_mixed == level.mixed


def test_a_saddle_point_needs_no_mixture() -> None:
    table = np.array([[4.0, 2.0], [3.0, 1.0]])
    level = security_levels(Game.from_tables([table, -table], names=["row", "column"])).levels[0]
    assert (level.pure, level.mixed, level.minmax) == (2.0, 2.0, 2.0)
    assert level.mixture == {"1": 1.0, "2": 0.0}
    assert level.worst == {"column": {"1": 0, "2": 1}}


def test_with_three_players_an_independent_punishment_is_left_open() -> None:
    game = Game.from_tables([np.arange(8.0).reshape(2, 2, 2)] * 3)
    assert all(level.minmax_mixed is None for level in security_levels(game).levels)


def test_levels_are_told_with_the_worst_case() -> None:
    table = np.array([[4.0, 2.0], [3.0, 1.0]])
    result = security_levels(Game.from_tables([table, -table], names=["row", "column"], money="USD"))
    assert result.levels[0].sentence(result.game) == "row is sure of 2 USD by '1', whose worst case is column: 2."
    assert result.as_dict()["levels"]["row"]["minmax"] == 2.0


@given(count_games)
def test_a_member_is_surer_with_mixtures_and_can_be_held_down_less_with_them(game: Game) -> None:
    for i, level in enumerate(security_levels(game).levels):
        slack = 1e-6 * max(1.0, abs(level.minmax))
        assert level.pure <= level.mixed + slack
        assert level.mixed <= level.minmax + slack
        assert sum(level.mixture.values()) == pytest.approx(1.0)
        assert level.action in game.actions[i]


@given(count_games)
def test_levels_are_those_of_the_members_when_the_game_is_written_out(game: Game) -> None:
    whole, parts = security_levels(game).levels, security_levels(expand(game)).levels
    for i, part in zip(owners(game), parts, strict=True):
        assert (part.pure, part.minmax) == (whole[i].pure, whole[i].minmax)
        assert part.mixed == pytest.approx(whole[i].mixed, abs=1e-6)


@given(count_games, st.floats(0.01, 1000), st.floats(-1000, 1000))
def test_levels_move_with_the_unit_of_money_and_not_with_the_order_of_names(game: Game, factor: float, constant: float) -> None:
    levels, size = security_levels(game).levels, len(game.names)
    moved = security_levels(scaled(game, [factor] * size, [constant] * size)).levels
    turned = security_levels(told_backwards(game)).levels[::-1]
    for one, other, back in zip(levels, moved, turned, strict=True):
        assert other.mixed == pytest.approx(factor * one.mixed + constant, abs=1e-5 * (factor * 50 + abs(constant)))
        assert back.mixed == pytest.approx(one.mixed, abs=1e-6)
        assert back.minmax == one.minmax


@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(300, 900))
def test_cutting_planes_find_the_value_of_the_whole_program(seed: int, actions: int, columns: int) -> None:
    table = np.random.default_rng(seed).normal(size=(actions, columns))
    found = maximin(table)
    assert found.value == pytest.approx(value_by_one_program(table), abs=1e-7)
    assert found.value == pytest.approx(float((found.mixture @ table).min()))
    assert float((table[:, found.columns] @ found.weights).max()) == pytest.approx(found.value, abs=1e-6)


@given(st.integers(0, 10**6))
def test_security_levels_of_zero_sum_games_add_up_to_zero(seed: int) -> None:
    table = np.random.default_rng(seed).integers(-5, 6, size=(3, 4)).astype(float)
    one, other = security_levels(Game.from_tables([table, -table])).levels
    assert one.mixed + other.mixed == pytest.approx(0.0, abs=1e-7)
