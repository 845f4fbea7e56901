"""Logit equilibria and the branch that leads to one Nash equilibrium."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from negotiation.budget import Budget
from negotiation.errors import NotApplicableError, TooLargeError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.game import Game
from negotiation.strategic.mixed.expected import expected_payoffs
from negotiation.strategic.mixed.quantal import QuantalResponse, quantal_response

from .expand import count_games, expand, owners, scaled, told_backwards
from .random_games import random_game

PENNIES = Game.from_tables([np.array([[9.0, 0], [0, 1]]), np.array([[0.0, 1], [1, 0]])], names=["row", "column"], money="USD")


def is_logit(result: QuantalResponse) -> bool:
    """Check every point of a branch against the definition."""
    for point in result.branch:
        for i, earned in enumerate(expected_payoffs(result.game, point.mixture)):
            if result.game.lattice.axes[i].committed is None:
                weights = np.exp(np.clip(point.rationality * (earned - earned.max()), -700, 0))
                if not np.allclose(point.mixture[i], weights / weights.sum(), atol=1e-6):
                    return False
    return True


def test_a_lone_chooser_follows_the_logit_formula() -> None:
    payoffs = np.array([1.0, 2.0, 4.0])
    result = quantal_response(Game.from_tables([payoffs]), 0.7)
    expected = np.exp(0.7 * payoffs)
    assert result.response.mixture[0] == pytest.approx(expected / expected.sum(), abs=1e-9)
    assert result.response.regret == pytest.approx(4 - float(payoffs @ expected) / float(expected.sum()))
    assert result.limit is None
    assert "lambda 0.7" in result.sentence


@pytest.mark.parametrize("rationality", [0.1, 1.0, 5.0, 40.0])
def test_asymmetric_pennies_solve_their_one_equation(rationality: float) -> None:
    def excess(p: float) -> float:
        q = 1 / (1 + np.exp(-rationality * (1 - 2 * p)))  # column's first action earns 1 - p, its second p
        return float(p - 1 / (1 + np.exp(-rationality * (9 * q - (1 - q)))))

    p = brentq(excess, 1e-12, 1 - 1e-12, xtol=1e-14)
    assert quantal_response(PENNIES, rationality).response.mixture[0][0] == pytest.approx(p, abs=1e-8)


def test_asymmetric_pennies_end_at_their_only_equilibrium() -> None:
    result = quantal_response(PENNIES)
    assert result.limit is not None
    assert result.limit.mixture[0] == pytest.approx([0.5, 0.5])
    assert result.limit.mixture[1] == pytest.approx([0.1, 0.9])
    assert result.limit.regret <= 1e-9
    assert result.complete
    assert is_logit(result)
    assert result.as_dict()["limit"]["kind"] == "mixed"
    assert len(result.table(10)) <= 10
    assert "arrive at" in result.sentence


def test_the_branch_ends_at_the_risk_dominant_convention() -> None:
    # in 2x2 games of coordination with the same payoffs for both it selects the convention with the larger basin (Turocy 2005)
    table = np.array([[9.0, 0], [8, 7]])
    result = quantal_response(Game.from_tables([table, table.T]))
    assert result.limit is not None
    assert [row.argmax() for row in result.limit.mixture] == [1, 1]


def test_a_symmetric_crossroads_is_passed_straight_on() -> None:
    result = quantal_response(Game.from_tables([np.eye(2), np.eye(2)]))
    assert result.limit is not None
    assert result.limit.mixture[0] == pytest.approx([0.5, 0.5])


def test_a_volunteers_dilemma_ends_at_the_closed_form() -> None:
    # each of n may pay c for a good worth 1 to all: everybody stays out with probability c ** (1 / (n - 1))
    n, c = 6, 0.3
    paid = Axis(n, 2).counts[:, 0]
    game = Game(("firms",), (("pay", "wait"),), Lattice((Axis(n, 2),)), (((paid > 0) - c, (paid > 0).astype(float)),))
    limit = quantal_response(game).limit
    assert limit is not None
    assert limit.mixture[0][1] == pytest.approx(c ** (1 / (n - 1)), abs=1e-8)


@settings(max_examples=10)
@given(st.lists(st.integers(2, 3), min_size=2, max_size=3), st.integers(0, 10**6))
def test_the_branch_of_a_random_game_leads_to_a_checked_equilibrium(actions: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = Game.from_tables([rng.normal(size=actions) for _ in actions])
    result = quantal_response(game)
    assert result.complete
    assert result.limit is not None
    assert result.response.regret <= 1e-5
    assert is_logit(QuantalResponse(game, tuple(p for p in result.branch if p.rationality < 100), None, True, ""))


@settings(max_examples=25)
@given(count_games, st.sampled_from([0.05, 0.4]))
def test_members_answer_alike_when_the_game_is_written_out(game: Game, rationality: float) -> None:
    if max(len(row) for row in game.actions) > 1:
        whole, parts = quantal_response(game, rationality).response, quantal_response(expand(game), rationality).response
        for i, row in zip(owners(game), parts.mixture, strict=True):
            assert row == pytest.approx(whole.mixture[i], abs=1e-6)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.floats(0.1, 10), st.floats(-100, 100))
def test_lambda_scales_with_the_unit_of_money_and_names_do_not_matter(seed: int, factor: float, constant: float) -> None:
    game = random_game(((3, 2), (1, 3)), seed, 5)
    plain = quantal_response(game, 0.5).response.mixture
    moved = quantal_response(scaled(game, [factor] * 2, [constant] * 2), 0.5 / factor).response.mixture
    turned = quantal_response(told_backwards(game), 0.5).response.mixture
    for i in range(2):
        assert moved[i] == pytest.approx(plain[i], abs=1e-6)
        assert turned[1 - i][::-1] == pytest.approx(plain[i], abs=1e-6)


def test_committed_stakeholders_do_not_err() -> None:
    lattice = Lattice((Axis(3, 2, committed=1), Axis(1, 2)))
    payoffs = ((np.zeros((1, 1)), np.full((1, 1), 2.0)), (np.ones((1, 1)), np.zeros((1, 1))))
    game = Game(("bound", "free"), (("x", "y"), ("u", "v")), lattice, payoffs)
    result = quantal_response(game, 1.0)
    assert result.response.mixture[0].tolist() == [0.0, 1.0]
    assert result.response.mixture[1][0] == pytest.approx(1 / (1 + np.exp(-1)))


def test_lambda_zero_is_pure_chance() -> None:
    assert quantal_response(PENNIES, 0.0).response.mixture[1].tolist() == pytest.approx([0.5, 0.5])


def test_a_spent_budget_returns_what_there_is_and_says_so() -> None:
    result = quantal_response(PENNIES, budget=Budget(seconds=0.0))
    assert (result.complete, result.limit, len(result.branch)) == (False, None, 1)
    assert "time limit" in result.reason


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(NotApplicableError, match="starts at 0"):
        quantal_response(PENNIES, -1.0)
    with pytest.raises(NotApplicableError, match="nobody has a choice"):
        quantal_response(Game.from_tables([np.ones((1, 1)), np.ones((1, 1))]))
    with pytest.raises(TooLargeError, match="1,000,000"):
        quantal_response(Game(("crowd",), (("a", "b"),), Lattice((Axis(2_000_000, 2),)), ((np.zeros(1), np.zeros(1)),)))
