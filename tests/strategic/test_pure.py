"""Pure equilibria: against brute force member by member, against nashpy, against closed forms."""

import nashpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.definition import read_definition
from negotiation.strategic.build import build_game
from negotiation.strategic.equilibrium import all_pure
from negotiation.strategic.game import Game
from negotiation.strategic.pure import deviations, largest_gain, pure_equilibria

from .random_games import brute_equilibria, random_game, shapes


def rows(game: Game) -> set[tuple[int, ...]]:
    return {tuple(int(k) for k in point) for point in zip(*pure_equilibria(game).points, strict=True)}


@given(shapes(), st.integers(0, 10**6))
def test_they_are_those_of_the_expanded_game(shape: tuple[tuple[int, int], ...], seed: int) -> None:
    game = random_game(shape, seed)
    assert rows(game) == brute_equilibria(game)


@given(shapes(2), st.integers(0, 10**6))
def test_a_committed_stakeholder_does_not_deviate(shape: tuple[tuple[int, int], ...], seed: int) -> None:
    game = random_game(shape, seed, committed=0)
    assert rows(game) == brute_equilibria(game)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 10**6))
def test_nashpy_agrees_for_two_players(m: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 5, size=(m, n)).astype(float), rng.integers(0, 5, size=(m, n)).astype(float)
    found = rows(Game.from_tables([first, second]))
    peer = nashpy.Game(first, second)
    for a in range(m):
        for b in range(n):
            assert ((a, b) in found) == all(peer.is_best_response(np.eye(m)[a], np.eye(n)[b]))


@given(shapes(), st.integers(0, 10**6))
def test_margin_strictness_and_regret_follow_from_the_definition(shape: tuple[tuple[int, int], ...], seed: int) -> None:
    game = random_game(shape, seed)
    found = pure_equilibria(game)
    listed = all_pure(game, found)
    for k, equilibrium in enumerate(listed.equilibria):
        gains = [deviation.gain for deviation in deviations(game, found.points, k)]
        assert equilibrium.regret == 0
        assert equilibrium.margin == (-max(gains) if gains else np.inf)
        assert equilibrium.strict == (equilibrium.margin > 0)


@given(shapes(), st.integers(0, 10**6), st.floats(0.1, 1000), st.floats(-1000, 1000))
def test_scaling_and_shifting_payoffs_changes_nothing(shape: tuple[tuple[int, int], ...], seed: int, scale: float, shift: float) -> None:
    game = random_game(shape, seed)
    moved = Game(game.names, game.actions, game.lattice, tuple(tuple(payoff * scale + shift for payoff in row) for row in game.payoffs))
    assert rows(moved) == rows(game)


def volunteers(n: int, benefit: float, cost: float) -> Game:
    return build_game(
        read_definition(
            {
                "title": "Volunteers",
                "money": "points",
                "stakeholders": {"people": {"members": n, "actions": ["act", "wait"]}},
                "payoffs": {"people": {"act": f"{benefit} - {cost}", "wait": f"{benefit} if count(people, act) > 0 else 0"}},
            }
        )
    )


@pytest.mark.parametrize("n", [2, 5, 300])
def test_one_volunteer_acts_in_the_volunteers_dilemma(n: int) -> None:
    game = volunteers(n, 3, 1)
    found = pure_equilibria(game)
    assert [game.counts(found.points, k)["people"]["act"] for k in range(len(found))] == [1]


def test_el_farol_fills_to_capacity() -> None:
    game = build_game(
        read_definition(
            {
                "title": "El Farol",
                "money": "points",
                "stakeholders": {"guests": {"members": 100, "actions": ["go", "stay"]}},
                "payoffs": {"guests": {"go": "1 if count(guests, go) <= 60 else -1", "stay": 0}},
            }
        )
    )
    found = pure_equilibria(game)
    assert [game.counts(found.points, k)["guests"]["go"] for k in range(len(found))] == [60]


def test_no_pure_equilibrium_is_an_empty_and_complete_list() -> None:
    game = Game.from_tables([np.array([[1.0, -1], [-1, 1]]), np.array([[-1.0, 1], [1, -1]])])
    listed = all_pure(game, pure_equilibria(game))
    assert listed.equilibria == ()
    assert listed.complete is True


def test_round_off_in_formulas_does_not_lose_an_equilibrium() -> None:
    game = build_game(
        read_definition(
            {
                "title": "Ties",
                "money": "points",
                "stakeholders": {"people": {"members": 3, "actions": ["x", "y"]}},
                "payoffs": {"people": {"x": "0.1 + 0.2", "y": "0.3"}},
            }
        )
    )
    assert len(pure_equilibria(game)) == 4


@given(shapes(2), st.integers(0, 10**6))
def test_nobody_gains_at_an_equilibrium_and_somebody_does_elsewhere(shape: tuple[tuple[int, int], ...], seed: int) -> None:
    game = random_game(shape, seed)
    everywhere = tuple(np.indices(game.lattice.shape).reshape(len(shape), -1))
    stable = largest_gain(game, everywhere) <= 0
    assert {tuple(int(k) for k in point) for point in np.column_stack(everywhere)[stable]} == rows(game)
