"""One equilibrium by Lemke-Howson paths: never a wrong one, never none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.errors import NotApplicableError, TooLargeError
from negotiation.strategic.mixed import lemke_howson
from negotiation.strategic.mixed.bimatrix import bimatrix_equilibria
from negotiation.strategic.mixed.lemke_howson import one_equilibrium
from tests.strategic.bimatrix_games import KINDS, exact_regret, game_of, mixtures, random_tables


@pytest.fixture(params=["as it comes", "in floating point"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run small games through the floating-point path too, which is meant for larger ones."""
    if request.param != "as it comes":
        monkeypatch.setattr(lemke_howson, "EXACT_LABELS", 0)


@pytest.mark.usefixtures("engine")
@given(st.sampled_from(KINDS), st.integers(0, 10**6))
def test_from_every_label_the_path_ends_at_an_extreme_equilibrium(kind: str, seed: int) -> None:
    tables = random_tables(kind, np.random.default_rng(seed), 4)
    game = game_of(tables)
    known = mixtures(bimatrix_equilibria(game))
    for label in range(sum(tables.shape[1:])):
        found = one_equilibrium(game, label=label)
        assert mixtures(found) <= known
        assert len(found.equilibria) == 1
        assert found.complete is None


def test_different_labels_lead_to_different_equilibria() -> None:
    tables = np.array([[[3.0, 3], [2, 5], [0, 6]], [[3.0, 2], [2, 6], [3, 1]]])
    ends = {one_equilibrium(game_of(tables), label=label).equilibria[0].exact for label in range(5)}
    assert len(ends) == 2


@pytest.mark.parametrize("size", [16, 25, 40, 60])
def test_larger_games_end_at_certified_equilibria(size: int) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        for tables in (rng.integers(-1000, 1001, (2, size, size)).astype(float), rng.normal(size=(2, size, size)), rng.integers(0, 3, (2, size, size)) + 0.0):
            exact = one_equilibrium(game_of(tables)).equilibria[0].exact
            assert exact is not None
            assert exact_regret(tables, *exact) == 0


def test_a_zero_sum_game_of_many_ties_does_not_cycle() -> None:
    table = np.random.default_rng(5).integers(-1, 2, (40, 40)).astype(float)
    exact = one_equilibrium(game_of(np.array([table, -table]))).equilibria[0].exact
    assert exact is not None
    assert exact_regret(np.array([table, -table]), *exact) == 0


def test_where_floating_point_fails_exact_arithmetic_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lemke_howson, "EXACT_LABELS", 0)
    monkeypatch.setattr(lemke_howson, "_float_path", lambda *arguments: None)
    found = one_equilibrium(game_of(np.array([[[1.0, -1], [-1, 1]], [[-1.0, 1], [1, -1]]])))
    assert "exact arithmetic" in found.method
    assert found.equilibria[0].mixture[0].tolist() == [0.5, 0.5]


def test_a_wrong_end_is_not_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lemke_howson, "EXACT_LABELS", 0)
    monkeypatch.setattr(lemke_howson, "_float_path", lambda *arguments: (0b0110, 0b0110))
    assert "exact arithmetic" in one_equilibrium(game_of(np.array([np.eye(2), np.eye(2)]))).method


def test_a_spent_budget_returns_nothing_and_says_so() -> None:
    for size in (5, 40):
        found = one_equilibrium(game_of(np.random.default_rng(0).random((2, size, size))), Budget(seconds=0.0))
        assert not found.equilibria
        assert found.complete is None
        assert "time limit" in found.reason


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(NotApplicableError, match="labels are 0 to 3"):
        one_equilibrium(game_of(np.zeros((2, 2, 2))), label=4)
    with pytest.raises(TooLargeError, match="limit 1,000"):
        one_equilibrium(game_of(np.zeros((2, 1, 1000))))
