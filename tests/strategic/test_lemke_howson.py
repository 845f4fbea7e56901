"""One equilibrium, pure or at the end of a Lemke-Howson path: never a wrong one, never none."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.errors import NotApplicableError, TooLargeError
from negotiation.strategic.game import Game
from negotiation.strategic.mixed import lemke_howson
from negotiation.strategic.mixed.bimatrix import bimatrix_equilibria
from negotiation.strategic.mixed.exact import solve_ones
from negotiation.strategic.mixed.lemke_howson import one_equilibrium
from tests.strategic.bimatrix_games import KINDS, exact_regret, game_of, mixtures, random_tables


@pytest.mark.parametrize("how", ["in floating point", "in exact arithmetic"])
@given(st.sampled_from(KINDS), st.integers(0, 10**6))
def test_from_every_label_the_path_ends_at_an_extreme_equilibrium(how: str, kind: str, seed: int) -> None:
    tables = random_tables(kind, np.random.default_rng(seed), 4)
    game = game_of(tables)
    known = mixtures(bimatrix_equilibria(game))
    with pytest.MonkeyPatch.context() as patch:
        if how == "in floating point":
            patch.setattr(lemke_howson, "EXACT_LABELS", 0)
        for label in range(sum(tables.shape[1:])):
            found = one_equilibrium(game, label=label)
            assert mixtures(found) <= known
            assert len(found.equilibria) == 1
            assert how in found.method
            assert found.complete is None


def test_different_labels_lead_to_different_equilibria() -> None:
    tables = np.array([[[3.0, 3], [2, 5], [0, 6]], [[3.0, 2], [2, 6], [3, 1]]])
    ends = {one_equilibrium(game_of(tables), label=label).equilibria[0].exact for label in range(5)}
    assert len(ends) == 2


@pytest.mark.parametrize("size", [16, 25, 40, 60])
def test_paths_of_larger_games_end_at_certified_equilibria(size: int) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        for tables in (rng.integers(-1000, 1001, (2, size, size)).astype(float), rng.normal(size=(2, size, size)), rng.integers(0, 3, (2, size, size)) + 0.0):
            exact = one_equilibrium(game_of(tables), label=0).equilibria[0].exact
            assert exact is not None
            assert exact_regret(tables, *exact) == 0


@given(st.sampled_from(KINDS), st.integers(0, 10**6))
def test_without_a_label_it_is_pure_where_there_is_a_pure_one(kind: str, seed: int) -> None:
    tables = random_tables(kind, np.random.default_rng(seed), 5)
    mine, theirs = tables
    pure = [(a, b) for a, b in np.ndindex(mine.shape) if mine[a, b] >= mine[:, b].max() and theirs[a, b] >= theirs[a].max()]
    found = one_equilibrium(game_of(tables))
    (one,) = found.equilibria
    if pure:
        assert tuple(int(share.argmax()) for share in one.mixture) == pure[0]
        assert one.strict == (one.margin > 0)
        assert ("the only pure" if len(pure) == 1 else f"of {len(pure):,} pure") in found.reason
    assert (one.kind == "pure") >= bool(pure)
    assert one.exact is not None
    assert exact_regret(tables, *one.exact) == 0
    assert found.complete is None


def test_a_path_through_many_ties_does_not_cycle_or_get_lost() -> None:
    for seed in range(12):
        table = np.random.default_rng(seed).integers(-1, 2, (40, 40)).astype(float)
        found = one_equilibrium(game_of(np.array([table, -table])), label=0)
        exact = found.equilibria[0].exact
        assert "label 0 in floating point" in found.method
        assert exact is not None
        assert exact_regret(np.array([table, -table]), *exact) == 0


def test_where_floating_point_fails_exact_arithmetic_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lemke_howson, "_float_path", lambda *arguments: None)
    found = one_equilibrium(game_of(np.array([[[1.0, -1], [-1, 1]], [[-1.0, 1], [1, -1]]])))
    assert "exact arithmetic" in found.method
    assert found.equilibria[0].mixture[0].tolist() == [0.5, 0.5]


def test_a_wrong_end_is_not_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lemke_howson, "_float_path", lambda *arguments: ([1, 2], [1, 2]))
    assert "exact arithmetic" in one_equilibrium(game_of(np.array([[[1.0, -1], [-1, 1]], [[-1.0, 1], [1, -1]]]))).method


NEAR = np.array(
    [
        [[5.00000000004, 9.00000000008], [9.0, 9.00000000002], [3.0, 3.00000000002]],
        [[8.00000000009, 9.00000000005], [8.00000000007, 7.00000000002], [1.00000000002, 3.00000000008]],
    ]
)
"""Payoffs that differ in the eleventh place."""


def test_a_label_that_is_asked_for_is_the_one_whose_path_is_followed() -> None:
    found = one_equilibrium(game_of(NEAR), label=0)
    # Dropping the first row: row 1, column 2 as the best reply, row 1 again.
    assert mixtures(found) == {((1, 0, 0), (0, 1))}
    uneven = np.array(
        [
            [[-50000.0, 7000, 700], [-4.9999999999999996e-06, 7.000000000000001e-05, 0]],
            [[-600000.0, 7.000000000000001e-05, -8e-06], [7e-08, -7.000000000000001e-05, -0.4]],
        ]
    )
    assert "from label 0 in exact arithmetic" in one_equilibrium(game_of(uneven), label=0).method


def test_where_another_label_has_to_be_dropped_the_reason_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    followed = lemke_howson._float_path
    monkeypatch.setattr(lemke_howson, "_float_path", lambda two, budget, label, steps: None if label == 3 else followed(two, budget, label, steps))
    found = one_equilibrium(game_of(np.random.default_rng(0).random((2, 12, 12))), label=3)
    assert "from label 4" in found.method
    assert "path from label 3 could not be followed to its end, so label 4 was dropped" in found.reason


def test_a_margin_beyond_what_a_float_holds_is_the_largest_float() -> None:
    tables = [np.array([[1e308], [-1e308]]), np.ones((1, 2)).T]
    for found in (one_equilibrium(Game.from_tables(tables)), bimatrix_equilibria(Game.from_tables(tables))):
        assert found.equilibria[0].margin == sys.float_info.max


def test_solving_the_equations_of_an_end_keeps_to_the_budget() -> None:
    rows = np.random.default_rng(0).integers(1, 10**9, (9, 9)).tolist()
    assert solve_ones(rows)[0] != 0
    assert solve_ones(rows, Budget(seconds=0.0)) == (0, [])


def test_a_spent_budget_returns_nothing_and_says_so() -> None:
    for size in (5, 40):
        found = one_equilibrium(game_of(np.random.default_rng(0).random((2, size, size))), Budget(seconds=0.0), label=0)
        assert not found.equilibria
        assert found.complete is None
        assert "time limit" in found.reason


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(NotApplicableError, match="labels are 0 to 3"):
        one_equilibrium(game_of(np.zeros((2, 2, 2))), label=4)
    with pytest.raises(TooLargeError, match="limit 1,000"):
        one_equilibrium(game_of(np.zeros((2, 1, 1000))))
