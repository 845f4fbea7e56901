"""Large games block by block: the same answers as in one go, little memory, progress, and stopping on the way."""

import tracemalloc
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.strategic import blocks as parts
from negotiation.strategic.blocks import blocks
from negotiation.strategic.criteria.regret import epsilon_equilibria, regrets
from negotiation.strategic.equilibrium import all_pure
from negotiation.strategic.game import Game
from negotiation.strategic.pure import pure_equilibria

from .expand import count_games
from .random_games import random_game, shapes

SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=4)


def tables(players: int, actions: int, seed: int, values: int = 3) -> Game:
    return Game.from_tables(list(np.random.default_rng(seed).integers(0, values, (players, *[actions] * players)).astype(float)))


def in_pieces(game: Game) -> Game:
    """Return the game with payoffs that are not slices of one table."""
    return Game(game.names, game.actions, game.lattice, tuple(tuple(row.copy() for row in rows) for rows in game.payoffs))


def listed(game: Game) -> list[list[int]]:
    return [rows.tolist() for rows in pure_equilibria(game).points]


@given(SIZES, st.integers(1, 50))
def test_blocks_cover_the_lattice_once_and_in_its_order(shape: list[int], most: int) -> None:
    numbers = np.arange(prod(shape)).reshape(shape)
    begin = 0
    for block in blocks(shape, most):
        here = numbers[block.rows].ravel()
        assert here.tolist() == list(range(begin, begin + len(here)))
        assert block.begin == begin
        assert (block.shape, block.lattice) == (numbers[block.rows].shape, tuple(shape))
        assert 0 < len(here) <= most
        assert all(block.shape[k] == shape[k] for k in range(block.leading, len(shape)))
        begin += len(here)
    assert begin == numbers.size


@given(st.one_of(count_games, st.builds(random_game, shapes(), st.integers(0, 10**6))), st.integers(1, 20))
def test_block_by_block_the_equilibria_and_regrets_are_the_same(game: Game, most: int) -> None:
    points, regret, near = listed(game), regrets(game), epsilon_equilibria(game, 1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "MOST", most)
        assert listed(game) == points
        assert regrets(game).tolist() == regret.tolist()
        again = epsilon_equilibria(game, 1.0)
    assert [rows.tolist() for rows in again.points] == [rows.tolist() for rows in near.points]
    assert again.regrets.tolist() == near.regrets.tolist()
    assert again.as_dict() == near.as_dict()


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 10**6), st.integers(1, 100))
def test_how_the_payoffs_are_stored_makes_no_difference(players: int, actions: int, seed: int, most: int) -> None:
    game = tables(players, actions, seed)
    assert all(table is not None for table in game.tables)
    assert in_pieces(game).tables == (None,) * players
    points = listed(in_pieces(game))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "MOST", most)
        assert listed(game) == listed(in_pieces(game)) == points


def test_slices_in_another_order_are_not_taken_for_the_table() -> None:
    game = tables(2, 3, 0)
    turned = Game(game.names, game.actions, game.lattice, tuple(rows[::-1] for rows in game.payoffs))
    assert turned.tables == (None, None)
    assert listed(turned) == listed(in_pieces(turned)) != listed(game)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST", 100)


@pytest.mark.usefixtures("small_blocks")
def test_stopping_leaves_the_equilibria_of_the_blocks_that_were_examined() -> None:
    game = tables(5, 4, 1)
    asked = iter([False, False, True])
    every, found = pure_equilibria(game), pure_equilibria(game, Budget(stopped=lambda: next(asked, True)))
    places = np.ravel_multi_index(every.points, game.lattice.shape)
    assert np.ravel_multi_index(found.points, game.lattice.shape).tolist() == places[places < 3 * 64].tolist()
    assert every.complete is True
    assert found.complete is None
    assert found.reason == "stopped on request after 192 of 1,024 count profiles; equilibria among the others are missing"
    assert all_pure(game, found).complete is None
    assert all_pure(game, found).reason == found.reason
    assert all_pure(game, found, limit=1).complete is False
    assert found.reason in all_pure(game, found, limit=1).reason


@pytest.mark.usefixtures("small_blocks")
def test_near_equilibria_of_a_search_that_was_stopped_say_so() -> None:
    game = tables(5, 4, 1)
    whole, near = epsilon_equilibria(game, 1.0), epsilon_equilibria(game, 1.0, Budget(seconds=0.0))
    places, seen = (np.ravel_multi_index(found.points, game.lattice.shape) for found in (whole, near))
    assert seen.tolist() == places[places < 64].tolist()
    assert near.complete is None
    assert near.least == regrets(game).ravel()[:64].min()
    assert "time limit of 0 s reached after 64 of 1,024 count profiles" in near.sentence
    assert near.as_dict()["complete"] is None
    assert "time limit" not in whole.sentence


@pytest.mark.usefixtures("small_blocks")
def test_progress_is_told_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    budget = Budget(progress=lambda share, _: told.append(share))
    monkeypatch.setattr(budget, "_told", -np.inf)
    pure_equilibria(tables(3, 8, 0), budget)
    assert told
    assert all(0.0 < share < 1.0 for share in told)


def test_memory_is_that_of_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    game = tables(9, 4, 0, values=1000)
    many = random_game(((400, 3), (1, 3)), 0, values=1000)
    monkeypatch.setattr(parts, "MOST", 1 << 14)
    for large in (game, in_pieces(game), many):
        pure_equilibria(large)
        for work in (pure_equilibria, lambda one: epsilon_equilibria(one, 0.0)):
            tracemalloc.start()
            work(large)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 10 * 8 * (1 << 14)
