"""Equilibria in which members of a stakeholder mix alike: closed forms, the ordinary game behind, dense grids, budgets."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.errors import TooLargeError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.files.expansion import expand
from negotiation.strategic.game import Game
from negotiation.strategic.mixed.bernstein import bernstein_roots, value_and_slope
from negotiation.strategic.mixed.expected import expected_payoffs
from negotiation.strategic.mixed.multiplayer import multiplayer_equilibria
from negotiation.strategic.mixed.symmetric import symmetric_equilibria

from .mixed_references import count_game, listed, smooth_game, table_game


def two_actions(first, second, members):
    """Return the game of one stakeholder from payoffs by the number of members who take the first action, 0 to all."""
    turned = tuple(np.asarray(row, dtype=float)[::-1].copy() for row in (first, second))
    return Game(("firms",), (("join", "stay"),), Lattice((Axis(members, 2),)), (turned,))


def joining(found):
    return sorted(round(float(e.mixture[0][0]), 10) for e in found.equilibria)


@pytest.mark.parametrize("members", [2, 7, 100, 5000])
def test_volunteers_mix_as_in_the_closed_form(members):
    counts = np.arange(members + 1)
    found = symmetric_equilibria(two_actions(np.full(members + 1, 0.7), np.where(counts > 0, 1.0, 0.0), members))
    assert joining(found) == [round(1 - 0.3 ** (1 / (members - 1)), 10)]
    assert found.complete is True


def test_a_coordination_game_has_both_pure_equilibria_and_the_threshold_between():
    members = 101
    share = (np.arange(members + 1) - 1) / (members - 1)
    found = symmetric_equilibria(two_actions(share, np.full(members + 1, 0.35), members))
    assert joining(found) == [0.0, 0.35, 1.0]
    assert {e.index for e in found.equilibria} == {1, -1}
    assert found.equilibria[0].counts is not None
    assert found.complete is True


@given(st.integers(2, 60), st.integers(0, 10**6))
@settings(max_examples=40)
def test_all_roots_of_a_random_payoff_difference_are_found(members, seed):
    game = count_game([(members, 2)], seed)
    found = symmetric_equilibria(game)
    grid = np.sin(np.linspace(0, np.pi / 2, 1500)[1:-1]) ** 2
    gap = game.payoffs[0][1][1:] - game.payoffs[0][0][:-1]
    values = [value_and_slope(gap, float(t))[0] for t in grid]
    changes = sum(u * v < 0 for u, v in pairwise(values))
    assert sum(e.kind == "mixed" for e in found.equilibria) >= changes
    assert found.complete is True
    assert sum(e.index for e in found.equilibria) == 1
    assert max(e.regret for e in found.equilibria) <= 1e-12


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=6, unique=True), st.integers(0, 8))
@settings(max_examples=60)
def test_roots_put_into_a_polynomial_come_out_again(roots, raised):
    roots = sorted(round(t, 2) for t in set(roots))
    roots = [t for k, t in enumerate(roots) if k == 0 or t - roots[k - 1] > 0.02]
    coefficients = np.ones(1)
    for root in [*roots, *([None] * raised)]:
        low, high = (1.0, 1.0) if root is None else (-root, 1 - root)
        degree = len(coefficients)
        k = np.arange(degree + 1)
        left, right = np.append(coefficients, 0), np.insert(coefficients, 0, 0)
        coefficients = (low * (degree - k) * left + high * k * right) / degree
    found = bernstein_roots(coefficients)
    assert found.proven
    assert np.allclose(found.values, roots, atol=1e-9)


def test_a_touching_root_is_found_and_two_methods_agree_at_high_degree():
    assert np.allclose(bernstein_roots(np.array([1 / 9, -2 / 9, 4 / 9])).values, [1 / 3], atol=1e-6)
    share = np.arange(1501) / 1500
    long = np.arange(6001) / 6000
    short, high = bernstein_roots(np.sin(9 * share) - 0.3), bernstein_roots(np.sin(9 * long) - 0.3)
    assert short.proven
    assert high.proven
    assert np.allclose(short.values, high.values, atol=1e-3)


@pytest.mark.parametrize(("spec", "seed"), [([(2, 2), (1, 2)], 1), ([(2, 2), (2, 2)], 5), ([(3, 2), (1, 2)], 3), ([(2, 3)], 2)])
def test_they_are_the_equilibria_of_the_game_written_out_in_which_members_act_alike(spec, seed):
    game = count_game(spec, seed)
    found = symmetric_equilibria(game)
    everyone = multiplayer_equilibria(expand(game))
    first = np.cumsum([0, *(n for n, _ in spec)])[:-1]
    alike = []
    for e in everyone.equilibria:
        groups = [e.mixture[start : start + n] for start, (n, _) in zip(first, spec, strict=True)]
        if all(np.abs(row - group[0]).max() < 1e-6 for group in groups for row in group):
            alike.append(tuple(group[0] for group in groups))
    assert everyone.complete is True
    assert found.complete is True
    assert len(alike) == len(found.equilibria)
    assert all(listed(mixture, [e.mixture for e in found.equilibria]) for mixture in alike)


def test_with_one_member_each_they_are_all_equilibria():
    game = table_game((2, 3, 2), 8)
    symmetric, ordinary = symmetric_equilibria(game), multiplayer_equilibria(game)
    assert len(symmetric.equilibria) == len(ordinary.equilibria)
    assert all(listed(e.mixture, [f.mixture for f in ordinary.equilibria]) for e in symmetric.equilibria)


@pytest.mark.parametrize(("spec", "seed"), [([(10, 4)], 0), ([(6, 3), (4, 2)], 1), ([(12, 3)], 4)])
def test_small_games_with_several_unknowns_are_proven_complete(spec, seed):
    game = count_game(spec, seed)
    found = symmetric_equilibria(game)
    assert found.complete is True
    assert sum(e.index for e in found.equilibria) == 1
    for e in found.equilibria:
        for row, earned in zip(e.mixture, expected_payoffs(game, e.mixture), strict=True):
            assert earned.max() - earned[row > 0].min() <= 1e-12


@pytest.mark.parametrize("seed", [0, 3])
def test_grids_find_what_the_proof_finds(seed, monkeypatch):
    game = smooth_game(30, 3, seed)
    proven = symmetric_equilibria(game)
    monkeypatch.setattr("negotiation.strategic.mixed.symmetric.MAX_COLUMNS", 1)
    searched = symmetric_equilibria(game)
    assert proven.complete is True
    assert searched.complete is None or len(searched.equilibria) == 1
    assert len(searched.equilibria) == len(proven.equilibria)
    assert all(listed(e.mixture, [f.mixture for f in proven.equilibria]) for e in searched.equilibria)


def test_a_grid_that_misses_equilibria_is_made_finer_until_the_indices_add_up():
    found = symmetric_equilibria(count_game([(45, 3)], 0))
    assert found.complete is None
    assert sum(e.index for e in found.equilibria) == 1
    assert "no proof" in found.reason


def test_a_thousand_members_with_three_actions():
    found = symmetric_equilibria(smooth_game(1000, 3, 1))
    assert sum(e.index for e in found.equilibria) == 1
    assert max(e.regret for e in found.equilibria) <= 1e-11


def test_a_committed_stakeholder_stays_where_it_is():
    lattice = Lattice((Axis(1, 2, committed=1), Axis(20, 2)))
    fined = lattice.column(0, 1) * 2.0
    comply, cheat = np.full((1, 21), 1.0), 2.5 - fined + 0 * lattice.column(1, 0)
    game = Game(("state", "firms"), (("rest", "inspect"), ("comply", "cheat")), lattice, ((np.zeros((1, 1)),) * 2, (comply, cheat)))
    found = symmetric_equilibria(game)
    assert [row.tolist() for row in found.equilibria[0].mixture] == [[0.0, 1.0], [1.0, 0.0]]
    assert len(found.equilibria) == 1


def test_indifference_everywhere_is_called_a_continuum():
    found = symmetric_equilibria(two_actions(np.ones(11), np.ones(11), 10))
    assert found.complete is None
    assert any("continuum" in note for note in found.notes)


def test_a_spent_budget_says_so():
    found = symmetric_equilibria(smooth_game(200, 3, 1), Budget(seconds=0.0))
    assert found.complete is False
    assert "time limit" in found.reason


def test_progress_is_told():
    told = []
    symmetric_equilibria(count_game([(50, 3)], 0), Budget(seconds=1.0, progress=lambda share, text: told.append((share, text))))
    assert told
    assert all(0 <= share <= 1 and text for share, text in told)


def test_too_many_supports_are_refused_with_the_limit():
    with pytest.raises(TooLargeError, match="20,000"):
        symmetric_equilibria(table_game((8, 8, 2), 0))
