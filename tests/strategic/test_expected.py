"""Expected payoffs of mixtures: brute force over all members, closed forms, slopes, windows."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.lattice import Axis, Lattice, compositions
from negotiation.strategic.files.expansion import expand
from negotiation.strategic.game import Game
from negotiation.strategic.mixed.expected import expected_payoffs, mean_field_payoffs, payoffs_and_slopes
from negotiation.strategic.mixed.multinomial import spread

from .mixed_references import against, count_game, smooth_game, tables

SPECS = [[(3, 2), (2, 3), (1, 2)], [(5, 2)], [(3, 3)], [(2, 4), (2, 2)], [(1, 3), (1, 2), (1, 2)]]


def mixture_of(spec, seed):
    rng = np.random.default_rng(seed)
    return tuple(rng.dirichlet(np.ones(m)) for _, m in spec)


@given(st.sampled_from(SPECS), st.integers(0, 10**6))
@settings(max_examples=30)
def test_they_agree_with_the_game_written_out_member_by_member(spec, seed):
    game, mixture = count_game(spec, seed), mixture_of(spec, seed)
    ordinary = tables(expand(game))
    everyone = [mixture[i] for i, (n, _) in enumerate(spec) for _ in range(n)]
    first = np.cumsum([0, *(n for n, _ in spec)])
    for i, earned in enumerate(expected_payoffs(game, mixture)):
        assert np.allclose(earned, against(ordinary[first[i]], everyone, int(first[i])), atol=1e-13)


@given(st.sampled_from(SPECS), st.integers(0, 10**6))
@settings(max_examples=30)
def test_slopes_are_those_of_difference_quotients(spec, seed):
    game, mixture = count_game(spec, seed), mixture_of(spec, seed)
    payoffs, slopes = payoffs_and_slopes(game, mixture)
    assert all(np.allclose(a, b) for a, b in zip(payoffs, expected_payoffs(game, mixture), strict=True))
    for j in range(len(spec)):
        step = np.zeros(len(mixture[j]))
        step[0], step[-1] = 1e-6, -1e-6
        ahead, back = (expected_payoffs(game, (*mixture[:j], mixture[j] + sign * step, *mixture[j + 1 :])) for sign in (1, -1))
        for i in range(len(spec)):
            assert np.allclose((ahead[i] - back[i]) / 2e-6, slopes[i][j][:, 0] - slopes[i][j][:, -1], atol=1e-6)


def test_payoffs_that_depend_on_nobody_are_returned_as_they_are():
    game = Game(("a",), (("x", "y"),), Lattice((Axis(4, 2),)), ((np.array([3.0]), np.array([5.0])),))
    payoffs, slopes = payoffs_and_slopes(game, (np.array([0.3, 0.7]),))
    assert payoffs[0].tolist() == [3.0, 5.0]
    assert not slopes[0][0].any()


@pytest.mark.parametrize("members", [50, 1000, 20_000])
def test_the_volunteers_of_a_large_group_have_their_closed_form(members):
    help_ = np.full(members + 1, 3.0)
    waiting = np.where(np.arange(members, -1, -1) > 0, 4.0, 0.0)
    game = Game(("people",), (("help", "wait"),), Lattice((Axis(members, 2),)), ((help_, waiting),))
    nobody = 0.25
    wait = nobody ** (1 / (members - 1))
    assert np.allclose(expected_payoffs(game, (np.array([1 - wait, wait]),))[0], [3.0, 4 * (1 - nobody)], atol=1e-11)


@given(st.integers(2, 3000), st.lists(st.floats(0.001, 1), min_size=2, max_size=3))
@settings(max_examples=40)
def test_means_and_variances_of_counts_are_those_of_the_multinomial(members, weights):
    mixture = np.array(weights) / sum(weights)
    near = spread(members, mixture)
    first = np.broadcast_to(near.counts[0], near.shape).ravel()
    assert np.isclose(near.weights.sum(), 1, atol=1e-13)
    assert np.isclose(near.weights @ first, members * mixture[0], rtol=1e-11)
    assert np.isclose(near.weights @ first**2 - (near.weights @ first) ** 2, members * mixture[0] * (1 - mixture[0]), rtol=1e-6)


@given(st.integers(1, 9), st.integers(1, 4), st.integers(0, 10**6))
@settings(max_examples=40)
def test_probabilities_are_the_multinomial_ones_on_the_rows_named(members, actions, seed):
    rng = np.random.default_rng(seed)
    mixture = rng.dirichlet(np.ones(actions))
    if actions > 2 and seed % 3 == 0:
        mixture[seed % actions] = 0
        mixture /= mixture.sum()
    near, expected = spread(members, mixture), []
    for row in compositions(members, actions):
        left, chance = members, 1.0
        for count, share in zip(row.tolist(), mixture, strict=True):
            chance *= comb(left, count) * share**count
            left -= count
        expected.append(chance)
    full = np.zeros(len(expected))
    np.add.at(full, np.arange(len(full))[near.rows] if isinstance(near.rows, slice) else near.rows, near.weights)
    assert np.allclose(full, expected, atol=1e-13)


def test_windows_leave_out_less_than_they_promise():
    exact, narrow = spread(999, np.array([0.2, 0.3, 0.5])), spread(999, np.array([0.2, 0.3, 0.5]), 1e-3)
    kept = np.isin(exact.rows, narrow.rows)
    assert narrow.weights.size < exact.weights.size / 3
    assert exact.weights[~kept].sum() < 1e-3


def test_the_mean_field_comes_close_as_members_grow():
    mixture = np.array([[0.2, 0.5, 0.3]])
    errors = []
    for members in (20, 80, 320):
        game = smooth_game(members, 3, 1)
        errors.append(np.abs(mean_field_payoffs(game, [mixture])[0][0] - expected_payoffs(game, (mixture[0],))[0]).max())
    assert errors[1] < errors[0] / 2.5
    assert errors[2] < errors[1] / 2.5


@given(st.integers(1, 30), st.integers(2, 4), st.integers(0, 10**6))
@settings(max_examples=40)
def test_the_mean_field_is_exact_for_payoffs_linear_in_the_counts(members, actions, seed):
    rng = np.random.default_rng(seed)
    lattice = Lattice((Axis(members + 1, actions),))
    slope = rng.normal(size=actions)
    payoff = lattice.axes[0].counts @ slope
    game = Game(("a",), (tuple("abcd"[:actions]),), lattice, ((payoff,) * actions,))
    mixture = rng.dirichlet(np.ones(actions))
    expected = members * mixture @ slope + slope
    assert np.allclose(mean_field_payoffs(game, [mixture[None]])[0][0], expected)
    assert np.allclose(expected_payoffs(game, (mixture,))[0], expected)
