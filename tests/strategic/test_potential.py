"""Potential games."""

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.lattice import Axis, Lattice
from negotiation.numerics import Array
from negotiation.strategic.criteria.potential import potential
from negotiation.strategic.game import Game
from negotiation.strategic.pure import pure_equilibria

from .expand import count_games, expand, scaled, told_backwards


def congestion(members: tuple[int, ...], seed: int, own: bool = False) -> Game:
    """Return a game on three roads used by everybody: a member pays what its road costs at this load, and a toll of its stakeholder."""
    rng = np.random.default_rng(seed)
    lattice = Lattice(tuple(Axis(n, 3) for n in members))
    costs = np.cumsum(rng.integers(0, 9, size=(3, sum(members) + 1)), axis=1).astype(float)
    payoffs = []
    for i in range(len(members)):
        row = []
        for a in range(3):
            load = sum(lattice.column(j, a) for j in range(len(members)))
            value = -costs[a][np.asarray(load, dtype=int)] - rng.integers(0, 5)
            row.append(value[(slice(None),) * i + (slice(a, a + 1),)] if members[i] == 1 else value)
        payoffs.append(tuple(row))
    return Game(tuple("abc"[: len(members)]), (("x", "y", "z"),) * len(members), lattice, tuple(payoffs))


def improvement_graph(game: Game) -> networkx.DiGraph:
    """Return the improving moves, looked up one by one."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(np.ndindex(game.lattice.shape))
    for place in np.ndindex(game.lattice.shape):
        point = tuple(np.array([row]) for row in place)
        for move in game.moves:
            if game.gain(move, point)[0] > game.tolerances[move.stakeholder]:
                graph.add_edge(place, tuple(int(rows[0]) for rows in game.after(move, point)))
    return graph


def differences_match(game: Game, array: Array, weights: tuple[float, ...]) -> bool:
    points = tuple(rows.ravel() for rows in np.indices(game.lattice.shape))
    for move in game.moves:
        gain = game.gain(move, points)
        here = ~np.isnan(gain)
        later = tuple(rows[here] for rows in game.after(move, points))
        change = array[later] - array[tuple(rows[here] for rows in points)]
        if not np.allclose(change * weights[move.stakeholder], gain[here], atol=1e-6):
            return False
    return True


def test_the_dilemma_has_the_published_potential() -> None:
    # Monderer and Shapley (1996): P = [[4, 3], [3, 0]] up to a constant for confessing first, payoffs (1, 9, 0, 6)
    game = Game.from_tables([np.array([[1.0, 9], [0, 6]]), np.array([[1.0, 0], [9, 6]])])
    result = potential(game)
    assert result.array is not None
    assert (result.array - result.array[1, 1]).tolist() == [[4.0, 3.0], [3.0, 0.0]]
    assert np.column_stack(result.best).tolist() == [[0, 0]]


@pytest.mark.parametrize("members", [(5,), (1, 1, 1), (4, 1), (3, 2), (2, 1, 2)])
@pytest.mark.parametrize("seed", range(3))
def test_congestion_has_a_potential_whose_top_is_an_equilibrium(members: tuple[int, ...], seed: int) -> None:
    game = congestion(members, seed)
    result = potential(game)
    assert result.kind == "exact"
    assert result.array is not None
    assert differences_match(game, result.array, (1.0,) * len(members))
    equilibria = set(zip(*(rows.tolist() for rows in pure_equilibria(game).points), strict=True))
    assert set(zip(*(rows.tolist() for rows in result.best), strict=True)) <= equilibria
    assert "one potential" in result.sentence


@pytest.mark.parametrize("members", [(4, 1), (3, 2), (1, 1, 1)])
def test_different_units_of_money_leave_a_weighted_potential(members: tuple[int, ...]) -> None:
    game = congestion(members, 1)
    factors = [1.0, 2.5, 7.0][: len(members)]
    result = potential(scaled(game, factors, [3.0] * len(members)))
    assert result.kind == "weighted"
    assert result.weights == pytest.approx(tuple(factors))
    assert result.array is not None
    assert differences_match(scaled(game, factors, [0.0] * len(members)), result.array, tuple(factors))


def test_matching_pennies_goes_round() -> None:
    table = np.array([[1.0, -1], [-1, 1]])
    result = potential(Game.from_tables([table, -table]))
    assert (result.kind, result.array, result.as_dict()["best"]) == ("none", None, [])
    assert "circle" in result.sentence


def test_a_game_can_have_an_ordinal_potential_only() -> None:
    game = Game.from_tables([np.array([[2.0, 0], [0, 1]]), np.array([[9.0, 0], [0, 1]])])
    bent = Game.from_tables([np.array([[2.0, 0, 1], [0, 1, 3]]), np.array([[9.0, 0, 1], [0, 1, 5]])])
    assert potential(game).kind == "weighted"
    result = potential(bent)
    assert result.kind == "ordinal"
    assert result.best[0].size == 0


@given(count_games)
def test_the_kind_is_that_of_the_written_out_game(game: Game) -> None:
    assert (potential(game).kind == "exact") == (potential(expand(game)).kind == "exact")
    assert (potential(game).kind == "none") == (potential(expand(game)).kind == "none")


@given(count_games)
def test_a_potential_is_what_it_says(game: Game) -> None:
    result, graph = potential(game), improvement_graph(game)
    acyclic = networkx.is_directed_acyclic_graph(graph)
    assert (result.kind != "none") == acyclic
    if result.weights is not None and result.array is not None:
        assert differences_match(game, result.array, result.weights)
    if result.kind == "ordinal" and result.array is not None:
        assert all(result.array[b] > result.array[a] for a, b in graph.edges)
        assert int(-result.array.min()) == networkx.dag_longest_path_length(graph)


@given(st.sampled_from([(3,), (2, 2), (1, 3), (1, 1, 2)]), st.integers(0, 10**6), st.floats(0.01, 1000), st.floats(-100, 100))
def test_units_and_order_change_nothing(members: tuple[int, ...], seed: int, factor: float, constant: float) -> None:
    game = congestion(members, seed)
    assert potential(scaled(game, [factor] * len(members), [constant] * len(members))).kind == "exact"
    assert potential(told_backwards(game)).kind == "exact"


def test_committed_stakeholders_do_not_move() -> None:
    lattice = Lattice((Axis(3, 2, committed=1), Axis(1, 2)))
    payoffs = ((np.zeros((1, 1)), np.full((1, 1), 2.0)), (np.ones((1, 1)), np.zeros((1, 1))))
    result = potential(Game(("bound", "free"), (("x", "y"), ("u", "v")), lattice, payoffs))
    assert result.kind == "exact"
    assert result.as_dict()["number_of_best"] == 1
