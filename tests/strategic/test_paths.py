"""Formation: against the explicit graph of improving moves."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.definition import read_definition
from negotiation.strategic.build import build_game
from negotiation.strategic.dynamics.paths import formation
from negotiation.strategic.game import Game

from .random_games import payoff_at, random_game, shapes


def graph(game: Game) -> "nx.DiGraph[tuple[int, ...]]":
    result: nx.DiGraph[tuple[int, ...]] = nx.DiGraph()
    for index in np.ndindex(*game.lattice.shape):
        result.add_node(index)
        counts = [axis.counts[row].tolist() for axis, row in zip(game.lattice.axes, index, strict=True)]
        for i, a, b in game.moves:
            if counts[i][a]:
                later = [list(row) for row in counts]
                later[i][a] -= 1
                later[i][b] += 1
                if payoff_at(game, i, b, later) > payoff_at(game, i, a, counts):
                    result.add_edge(index, tuple(axis.row(row) for axis, row in zip(game.lattice.axes, later, strict=True)))
    return result


def brute(game: Game, start: tuple[int, ...], target: set[tuple[int, ...]]) -> str:
    """Look at the closed classes (sinks of the condensed graph) that can be reached."""
    whole = graph(game)
    part = whole.subgraph({start} | nx.descendants(whole, start))
    condensed = nx.condensation(part)
    sinks = [condensed.nodes[node]["members"] for node in condensed if condensed.out_degree(node) == 0]
    inside = [sink <= target for sink in sinks]
    return "forms" if all(inside) else "may form" if any(inside) else "does not form"


@given(shapes(2), st.integers(0, 10**6), st.data())
def test_the_word_is_that_of_the_explicit_graph(shape: tuple[tuple[int, int], ...], seed: int, data: st.DataObject) -> None:
    game = random_game(shape, seed)
    profiles = list(np.ndindex(*game.lattice.shape))
    start = data.draw(st.sampled_from(profiles))
    target = set(data.draw(st.lists(st.sampled_from(profiles), min_size=1, max_size=4)))
    mask = np.zeros(game.lattice.shape, dtype=bool)
    for profile in target:
        mask[profile] = True
    found = formation(game, tuple(np.array([row]) for row in start), mask)
    assert found.word == brute(game, start, target)
    assert found.reached == len(nx.descendants(graph(game), start) | {start})


def crowd(threshold: float) -> Game:
    return build_game(
        read_definition(
            {
                "title": "Crowd",
                "money": "points",
                "stakeholders": {"people": {"members": 10, "actions": ["join", "stay"]}},
                "payoffs": {"people": {"join": f"count(people, join) - {threshold}", "stay": 0}},
            }
        )
    )


@pytest.mark.parametrize(
    ("threshold", "joined", "word"), [(5.5, 0, "does not form"), (5.5, 5, "may form"), (5.5, 6, "forms"), (0.5, 0, "forms"), (20, 9, "does not form")]
)
def test_a_crowd_forms_beyond_its_tipping_point(threshold: float, joined: int, word: str) -> None:
    game = crowd(threshold)
    start = game.point({"people": {"join": joined, "stay": 10 - joined}})
    mask = np.zeros(game.lattice.shape, dtype=bool)
    mask[game.point({"people": {"join": 10, "stay": 0}})] = True
    assert formation(game, start, mask).word == word


def test_matching_pennies_goes_round_in_circles() -> None:
    game = Game.from_tables([np.array([[1.0, -1], [-1, 1]]), np.array([[-1.0, 1], [1, -1]])])
    found = formation(game, (np.array([0]), np.array([0])), np.array([[True, False], [False, False]]))
    assert found.word == "does not form"
    assert found.circles


def test_where_nobody_moves_the_starts_are_all_there_is() -> None:
    game = Game.from_tables([np.eye(2), np.eye(2)])
    target = np.array([[True, False], [False, False]])
    both = (np.array([0, 1]), np.array([0, 1]))
    found = formation(game, both, target)
    assert (found.word, found.reached, found.stuck, found.circles) == ("may form", 2, False, False)
    assert [rows.tolist() for rows in found.ends] == [[1], [1]]
    first, last = (formation(game, tuple(rows[k : k + 1] for rows in both), target) for k in (0, 1))
    assert (first.word, first.stuck, len(first.ends[0])) == ("forms", False, 0)
    assert (last.word, last.stuck, len(last.ends[0])) == ("does not form", True, 1)
