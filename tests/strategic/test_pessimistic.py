"""Commitment to a mixture when ties go against the leader."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from negotiation.budget import Budget
from negotiation.lattice import compositions
from negotiation.strategic.game import Game
from negotiation.strategic.sequence.stackelberg import mixed_commitment


def two(leader: np.ndarray, follower: np.ndarray) -> Game:
    return Game.from_tables([leader, follower], names=["L", "F"])


def weak_by_hand(own: np.ndarray, other: np.ndarray, steps: int) -> float:
    """Return the pessimistic value on a grid of the leader's mixtures, a lower bound of the supremum."""
    best = -np.inf
    for counts in compositions(steps, len(own)):
        p = counts / steps
        replies = p @ other
        best = max(best, float((p @ own)[replies >= replies.max() - 1e-9].min()))
    return best


def test_ties_that_a_small_tilt_breaks_cost_the_leader_nothing() -> None:
    answer = mixed_commitment(two(np.array([[2.0, 4], [1, 3]]), np.array([[1.0, 0], [0, 1]])), "L").pessimistic
    assert answer is not None
    assert (answer.value, answer.attained, answer.complete) == (pytest.approx(3.5), False, True)
    assert answer.mixture == pytest.approx([0.5, 0.5])
    for share in (0.01, 0.1):
        p = (1 - share) * answer.mixture + share * answer.towards
        replies = p @ np.array([[1.0, 0], [0, 1]])
        assert replies[answer.replies[0]] > np.delete(replies, answer.replies[0]).max()


def test_a_reply_that_is_best_only_by_a_tie_counts_for_nothing_against_the_leader() -> None:
    # by von Stengel and Zamir: the middle column is a best reply at one mixture only, where it ties with the others
    own, other = np.array([[1.0, 10, 0], [0, 10, 1]]), np.array([[2.0, 1, 0], [0, 1, 2]])
    answer = mixed_commitment(two(own, other), "L")
    assert answer.value == pytest.approx(10)
    assert answer.pessimistic is not None
    assert answer.pessimistic.value == pytest.approx(1)
    assert answer.pessimistic.attained
    assert "it is left with 1 units of payoff" in answer.sentence
    assert answer.as_dict()["pessimistic"]["replies"] == ["1"]


def test_replies_that_earn_the_follower_the_same_everywhere_are_all_feared() -> None:
    own, other = np.array([[5.0, 0], [1, 3]]), np.zeros((2, 2))
    answer = mixed_commitment(two(own, other), "L")
    assert answer.value == pytest.approx(5)
    assert answer.pessimistic is not None
    assert answer.pessimistic.value == pytest.approx(15 / 7)  # the value of the game against the leader
    assert answer.pessimistic.attained
    assert answer.pessimistic.replies == (0, 1)


def test_a_value_is_attained_where_the_tied_reply_pays_the_leader_as_much() -> None:
    own, other = np.array([[0.0, 1], [2, 2]]), np.array([[1.0, 0], [0, 0]])
    answer = mixed_commitment(two(own, other), "L").pessimistic
    assert answer is not None
    assert (answer.value, answer.attained) == (pytest.approx(2), True)


def test_a_value_that_one_region_only_approaches_may_be_attained_in_another() -> None:
    own, other = np.array([[-2.0, 0, 2], [2, 0, 1]]), np.array([[1.0, 0, 2], [1, 1, -1]])
    answer = mixed_commitment(two(own, other), "L").pessimistic
    assert answer is not None
    assert (answer.value, answer.attained, answer.replies) == (pytest.approx(2), True, (2,))


@given(arrays(np.float64, (2, 3, 3), elements=st.integers(-3, 3)))
def test_no_mixture_on_a_fine_grid_beats_the_pessimistic_value(tables: np.ndarray) -> None:
    own, other = tables
    answer = mixed_commitment(two(own, other), "L")
    weak = answer.pessimistic
    assert weak is not None
    assert weak.value <= answer.value + 1e-6
    by_hand = weak_by_hand(own, other, 24)
    assert by_hand <= weak.value + 1e-6
    assert weak.attained or by_hand < weak.value
    replies = weak.mixture @ other
    earned = float((weak.mixture @ own)[replies >= replies.max() - 1e-7].min())
    assert (abs(earned - weak.value) <= 1e-6) if weak.attained else (earned < weak.value)
    near = 0.999 * weak.mixture + 0.001 * weak.towards
    replies = near @ other
    assert float((near @ own)[replies >= replies.max() - 1e-9].min()) >= weak.value - 0.05


@given(arrays(np.float64, (2, 4, 3), elements=st.floats(-9, 9).map(lambda x: round(x, 3))))
def test_without_ties_in_a_column_both_values_are_the_same(tables: np.ndarray) -> None:
    own, other = tables
    other = other + np.random.default_rng(0).normal(size=other.shape)  # every region of mixtures has an interior or is empty
    answer = mixed_commitment(two(own, other), "L")
    assert answer.pessimistic is not None
    assert answer.pessimistic.value == pytest.approx(answer.value, abs=1e-5)
    assert ("comes as close to that" in answer.sentence) != ("No tie can cost" in answer.sentence)


def test_a_spent_budget_says_that_ties_were_not_examined() -> None:
    answer = mixed_commitment(two(np.eye(3), np.eye(3)), "L", Budget(seconds=0.0))
    assert (answer.complete, answer.pessimistic) == (False, None)
    assert answer.as_dict()["pessimistic"] is None
