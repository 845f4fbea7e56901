"""Dominated actions, best replies and iterated elimination."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from negotiation.lattice import Axis, Lattice
from negotiation.strategic.criteria.dominance import By, best_responses, dominated_actions
from negotiation.strategic.criteria.elimination import iterated_elimination, restrict
from negotiation.strategic.criteria.others import others, reward_table
from negotiation.strategic.game import Game
from negotiation.strategic.pure import pure_equilibria

from .expand import count_games, expand, owners, scaled, told_backwards

KINDS: list[tuple[By, bool]] = [("pure", True), ("mixed", True), ("pure", False), ("mixed", False)]


def test_an_action_is_dominated_by_a_mixture_though_by_no_single_action() -> None:
    row = np.array([[3.0, 0.0], [0.0, 3.0], [1.0, 1.0]])
    game = Game.from_tables([row, np.zeros((3, 2))], actions=[["top", "middle", "bottom"], ["left", "right"]])
    assert dominated_actions(game) == ()
    (found,) = dominated_actions(game, by="mixed")
    assert found.action == "bottom"
    assert dict(found.by) == pytest.approx({"top": 0.5, "middle": 0.5})
    assert found.least == pytest.approx(0.5)
    assert "50 % 'top' and 50 % 'middle'" in found.sentence(game)


def test_a_weakly_dominated_action_needs_a_place_where_it_is_worse() -> None:
    table = np.array([[1.0, 1.0], [1.0, 0.0]])
    game = Game.from_tables([table, np.zeros((2, 2))])
    (found,) = dominated_actions(game, strict=False)
    assert (found.action, found.least, found.most) == ("2", 0.0, 1.0)
    assert dominated_actions(game) == ()
    assert dominated_actions(Game.from_tables([np.ones((2, 2)), np.ones((2, 2))]), by="mixed", strict=False) == ()


def test_a_weak_mixture_dominates_where_no_action_does() -> None:
    row = np.array([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [2.0, 2.0, -1.0]])
    game = Game.from_tables([row, np.zeros((3, 3))])
    assert dominated_actions(game, strict=False) == ()
    (found,) = dominated_actions(game, by="mixed", strict=False)
    assert found.action == "3"
    assert dict(found.by) == pytest.approx({"1": 0.5, "2": 0.5})


def test_where_nothing_matters_no_action_is_dominated() -> None:
    nothing = Game.from_tables([np.zeros((3, 2))] * 2)
    assert all(dominated_actions(nothing, by, strict) == () for by in ("pure", "mixed") for strict in (True, False))


def test_elimination_tells_its_rounds_and_solves_a_game_in_three() -> None:
    row, column = np.array([[1.0, 1, 0], [0, 0, 2]]), np.array([[0.0, 2, 1], [3, 1, 0]])
    result = iterated_elimination(Game.from_tables([row, column], actions=[["up", "down"], ["left", "middle", "right"]]))
    assert [(step.round, step.action) for step in result.steps] == [(1, "right"), (2, "down"), (3, "left")]
    assert result.surviving == {"1": ("up",), "2": ("middle",)}
    assert result.as_dict()["rounds"] == 3
    assert "only one outcome is left" in result.sentence


def test_guessing_a_third_of_the_average_leaves_only_the_lowest_number() -> None:
    n, top = 4, 3
    lattice = Lattice((Axis(n, top + 1),))
    average = lattice.axes[0].counts @ np.arange(top + 1) / n
    payoffs = (tuple(-((a - average / 3) ** 2) for a in range(top + 1)),)
    game = Game(("players",), (("0", "1", "2", "3"),), lattice, payoffs)
    assert iterated_elimination(game).surviving == {"players": ("0",)}


def test_weak_elimination_says_that_order_matters() -> None:
    game = Game.from_tables([np.array([[1.0, 1.0], [1.0, 0.0]]), np.zeros((2, 2))])
    assert any("order" in note for note in iterated_elimination(game, strict=False).notes)
    assert iterated_elimination(game).notes == ()


@given(count_games)
def test_single_dominators_agree_with_trying_every_profile_of_the_others(game: Game) -> None:
    for i in range(len(game.names)):
        table = reward_table(game, i).reshape(len(game.actions[i]), -1)
        expected = {game.actions[i][a] for a in range(len(table)) if any((table[b] > table[a]).all() for b in range(len(table)))}
        assert {found.action for found in dominated_actions(game) if found.stakeholder == game.names[i]} == expected


@given(count_games)
def test_mixed_dominance_agrees_with_one_large_linear_program(game: Game) -> None:
    found = {(one.stakeholder, one.action) for one in dominated_actions(game, by="mixed")}
    for i in range(len(game.names)):
        table = reward_table(game, i).reshape(len(game.actions[i]), -1)
        for a in range(len(table)):
            gains = np.delete(table, a, axis=0) - table[a]
            if len(gains):
                rows = np.column_stack([-gains.T, np.ones(gains.shape[1])])
                bounds = [(0, None)] * len(gains) + [(None, None)]
                answer = linprog([0.0] * len(gains) + [-1.0], rows, np.zeros(len(rows)), [[1.0] * len(gains) + [0.0]], [1.0], bounds=bounds)
                assert ((game.names[i], game.actions[i][a]) in found) == (-answer.fun > 1e-6)


@settings(max_examples=40)
@given(count_games, st.sampled_from(KINDS))
def test_members_keep_the_same_actions_when_the_game_is_written_out(game: Game, kind: tuple[By, bool]) -> None:
    whole, parts = iterated_elimination(game, *kind), iterated_elimination(expand(game), *kind)
    assert [whole.reduced.actions[i] for i in owners(game)] == list(parts.reduced.actions)


@given(count_games, st.sampled_from(["pure", "mixed"]))
def test_strict_elimination_keeps_every_equilibrium(game: Game, by: By) -> None:
    reduced = iterated_elimination(game, by).reduced
    before, after = pure_equilibria(game), pure_equilibria(reduced)
    assert len(before) == len(after)
    for k in range(len(before)):
        old, new = game.counts(before.points, k), reduced.counts(after.points, k)
        assert {name: {a: c for a, c in row.items() if c} for name, row in old.items()} == {n: {a: c for a, c in r.items() if c} for n, r in new.items()}


@given(count_games, st.sampled_from(KINDS), st.floats(0.01, 1000), st.floats(-1000, 1000))
def test_neither_the_unit_of_money_nor_the_order_of_names_matters(game: Game, kind: tuple[By, bool], factor: float, constant: float) -> None:
    plain = {(one.stakeholder, one.action) for one in dominated_actions(game, *kind)}
    size = len(game.names)
    assert {(one.stakeholder, one.action) for one in dominated_actions(scaled(game, [factor] * size, [constant] * size), *kind)} == plain
    assert {(one.stakeholder, one.action) for one in dominated_actions(told_backwards(game), *kind)} == plain


@given(count_games)
def test_a_profile_is_an_equilibrium_when_everybody_replies_best(game: Game) -> None:
    found = set(zip(*(rows.tolist() for rows in pure_equilibria(game).points), strict=True))
    for place in np.ndindex(game.lattice.shape):
        replies = best_responses(game, tuple(np.array([row]) for row in place))
        assert all(reply.action in reply.best for reply in replies) == (place in found)


def test_a_best_reply_is_told_with_its_gain() -> None:
    game = Game.from_tables([np.array([[3.0, 0], [5, 1]]), np.array([[3.0, 5], [0, 1]])], actions=[["stay", "leave"]] * 2, money="USD")
    first, _ = best_responses(game, game.point({"1": {"stay": 1}, "2": {"stay": 1}}))
    assert first.sentence(game) == "1 at 'stay' would gain 2 USD with 'leave'."


@given(count_games)
def test_the_reduced_game_pays_what_the_whole_game_pays(game: Game) -> None:
    keep = [list(range(0, len(row), 2)) for row in game.actions]
    small = restrict(game, keep)
    for place in np.ndindex(small.lattice.shape):
        points = tuple(np.array([row]) for row in place)
        full = game.point({name: {**dict.fromkeys(row, 0), **small.counts(points)[name]} for name, row in zip(game.names, game.actions, strict=True)})
        for i, kept in enumerate(keep):
            for a, old in enumerate(kept):
                if small.taken(i, a, points)[0]:
                    assert small.payoff(i, a, points)[0] == game.payoff(i, old, full)[0]


def test_committed_stakeholders_have_nothing_to_drop() -> None:
    lattice = Lattice((Axis(3, 2, committed=1), Axis(1, 2)))
    payoffs = ((np.zeros((1, 1)), np.zeros((1, 1))), (np.ones((1, 1)), np.zeros((1, 1))))
    game = Game(("bound", "free"), (("x", "y"), ("u", "v")), lattice, payoffs)
    result = iterated_elimination(game)
    assert result.surviving == {"bound": ("x", "y"), "free": ("u",)}
    assert others(game, 0).axes[0].members == 2
