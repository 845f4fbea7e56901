"""Regret of profiles and epsilon-equilibria."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.errors import NotApplicableError
from negotiation.strategic.criteria.regret import epsilon_equilibria, regrets
from negotiation.strategic.game import Game
from negotiation.strategic.pure import largest_gain, pure_equilibria

from .expand import count_games, counts_of, expand, scaled, told_backwards


@given(count_games)
def test_regret_is_the_largest_gain_by_any_move(game: Game) -> None:
    points = tuple(rows.ravel() for rows in np.indices(game.lattice.shape))
    assert regrets(game).ravel().tolist() == np.maximum(largest_gain(game, points), 0.0).tolist()


@given(count_games)
def test_with_epsilon_zero_these_are_the_pure_equilibria(game: Game) -> None:
    assert [rows.tolist() for rows in epsilon_equilibria(game, 0.0).points] == [rows.tolist() for rows in pure_equilibria(game).points]


@given(count_games, st.floats(0, 20))
def test_a_profile_is_listed_from_its_own_regret_on(game: Game, epsilon: float) -> None:
    near = epsilon_equilibria(game, epsilon)
    assert len(near) == int((regrets(game) <= epsilon).sum())
    assert near.least == regrets(game).min()
    assert len(epsilon_equilibria(game, near.least)) >= 1
    assert regrets(game)[near.steadiest][0] == near.least


@given(count_games)
def test_regrets_are_those_of_the_written_out_game(game: Game) -> None:
    ordinary = expand(game)
    points = tuple(rows.ravel() for rows in np.indices(ordinary.lattice.shape))
    regret = regrets(ordinary)[points]
    assert all(regrets(game)[place] == value for place, value in zip(counts_of(game, points), regret, strict=True))


@given(count_games, st.floats(0.01, 100), st.floats(-100, 100))
def test_regret_has_the_unit_of_money_and_no_order(game: Game, factor: float, constant: float) -> None:
    size = len(game.names)
    assert regrets(scaled(game, [factor] * size, [constant] * size)) == pytest.approx(factor * regrets(game), abs=1e-9 * (factor * 50 + abs(constant)))
    assert sorted(regrets(told_backwards(game)).ravel()) == sorted(regrets(game).ravel())


def test_matching_pennies_is_never_nearer_than_two() -> None:
    table = np.array([[1.0, -1], [-1, 1]])
    near = epsilon_equilibria(Game.from_tables([table, -table], money="USD"), 1.0)
    assert (len(near), near.least) == (0, 2.0)
    assert "at most 2 USD can be gained" in near.sentence
    assert near.as_dict()["complete"] is True


def test_a_negative_epsilon_makes_no_sense() -> None:
    with pytest.raises(NotApplicableError, match="cannot be negative"):
        epsilon_equilibria(Game.from_tables([np.eye(2), np.eye(2)]), -1.0)
