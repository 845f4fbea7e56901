"""All mixed equilibria of games with several players: published answers, closed forms, a second search, degenerate games, budgets."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.errors import NotApplicableError, TooLargeError
from negotiation.strategic.game import Game
from negotiation.strategic.mixed import elimination
from negotiation.strategic.mixed.cells import whole
from negotiation.strategic.mixed.frames import frame
from negotiation.strategic.mixed.multiplayer import first_equilibrium, multiplayer_equilibria
from negotiation.strategic.nash import alike_equilibria, mixed_equilibria

from .mixed_references import against, count_game, listed, searched, table_game, tables


def profiles(n, payoff):
    """Return the tables of a game of `n` players with two actions from a payoff by player and profile."""
    result = [np.zeros((2,) * n) for _ in range(n)]
    for profile in itertools.product(range(2), repeat=n):
        for i in range(n):
            result[i][profile] = payoff(i, profile)
    return result


def first_shares(found):
    return {tuple(round(float(row[0]), 9) for row in e.mixture) for e in found.equilibria}


def test_the_game_with_nine_equilibria_has_the_nine_published_ones():
    zeros = np.zeros((2, 2, 2))
    one, two, three = zeros.copy(), zeros.copy(), zeros.copy()
    one[0, 0, 0] = one[1, 1, 0] = 9
    one[1, 0, 1] = one[0, 1, 1] = 3
    two[0, 0, 0] = two[1, 1, 0] = 8
    two[1, 0, 1] = two[0, 1, 1] = 4
    three[0, 0, 0], three[1, 1, 0] = 12, 2
    three[1, 0, 1] = three[0, 1, 1] = 6
    found = multiplayer_equilibria(Game.from_tables([one, two, three]))
    mixed = {(0, 1 / 4, 1 / 3), (1 / 3, 1, 1 / 4), (1 / 2, 1 / 2, 1), (2 / 5, 1 / 2, 1 / 3), (1 / 2, 2 / 5, 1 / 4)}
    pure = {(1, 1, 1), (0, 0, 1), (0, 1, 0), (1, 0, 0)}
    assert first_shares(found) == {tuple(round(float(p), 9) for p in row) for row in mixed | pure}
    assert found.complete is True
    assert sum(e.index for e in found.equilibria) == 1


@pytest.mark.parametrize(("n", "cost"), [(2, 0.3), (3, 0.25), (4, 0.2), (5, 0.5)])
def test_the_volunteers_dilemma_has_its_closed_form(n, cost):
    game = Game.from_tables(profiles(n, lambda i, p: 1 - cost if p[i] == 0 else float(0 in p)))
    found = multiplayer_equilibria(game)
    assert found.complete is True
    for e in found.equilibria:
        mixing = [row for row in e.mixture if 0 < row[0] < 1]
        if mixing:
            assert np.allclose([row[1] for row in mixing], cost ** (1 / (len(mixing) - 1)))
    assert len(found.equilibria) == n + 2**n - n - 1


def test_three_player_matching_pennies_has_one_equilibrium():
    game = Game.from_tables(profiles(3, lambda i, p: float((p[i] == p[(i + 1) % 3]) != (i == 2))))
    found = multiplayer_equilibria(game)
    assert [row.round(12).tolist() for row in found.equilibria[0].mixture] == [[0.5, 0.5]] * 3
    assert (len(found.equilibria), found.complete, found.equilibria[0].index) == (1, True, 1)


def test_market_entry_has_as_many_equilibria_as_counting_gives():
    """With room for more than k but fewer than k + 1 of n, sets of sure entrants and sure abstainers leave the others mixing."""
    n, k = 4, 2
    found = multiplayer_equilibria(Game.from_tables(profiles(n, lambda i, p: k + 0.5 - p.count(0) if p[i] == 0 else 0.0)))
    expected = sum(
        1
        for entrants, abstainers in itertools.product(range(n + 1), repeat=2)
        for _ in itertools.combinations(range(n), entrants)
        for _ in itertools.combinations(range(n - entrants), abstainers)
        if _mixing_fits(n, k, entrants, abstainers)
    )
    assert len(found.equilibria) == expected
    assert found.complete is True


def _mixing_fits(n, k, entrants, abstainers):
    mixing = n - entrants - abstainers
    if mixing == 0:
        return entrants == k
    if mixing == 1:
        return False
    share = (k - 0.5 - entrants) / (mixing - 1)
    return 0 < share < 1 and k + 0.5 - entrants - mixing * share >= 0 >= k - 0.5 - entrants - mixing * share


@pytest.mark.parametrize(("shape", "seed"), [((2, 2, 2), 0), ((2, 2, 2), 20), ((2, 3, 2), 5), ((3, 3, 2), 105), ((2, 2, 2, 2), 101), ((3, 4), 2)])
def test_nothing_is_missed_that_a_search_from_many_random_starts_finds(shape, seed):
    game = table_game(shape, seed)
    found = multiplayer_equilibria(game)
    others = searched(game, 12)
    assert all(listed(mixture, [e.mixture for e in found.equilibria]) for mixture in others)
    assert found.complete is True


@given(st.sampled_from([(2, 2), (3, 3), (2, 2, 2), (2, 3, 2), (2, 2, 2, 2)]), st.integers(0, 10**6))
@settings(max_examples=40)
def test_in_random_games_no_equilibrium_has_regret_and_the_indices_add_up_to_one(shape, seed):
    game = table_game(shape, seed)
    found = multiplayer_equilibria(game)
    assert found.complete is True
    assert sum(e.index for e in found.equilibria) == 1
    for e in found.equilibria:
        for i, table in enumerate(tables(game)):
            earned = against(table, e.mixture, i)
            assert earned.max() - earned[e.mixture[i] > 0].min() <= 1e-12
            assert np.isclose(e.mixture[i].sum(), 1)


@given(st.integers(0, 10**6))
@settings(max_examples=25)
def test_in_games_of_small_integers_a_list_called_complete_misses_nothing(seed):
    rng = np.random.default_rng(seed)
    game = Game.from_tables([rng.integers(0, 4, (2, 2, 2)).astype(float) for _ in range(3)])
    found = multiplayer_equilibria(game)
    if found.complete:
        assert all(listed(mixture, [e.mixture for e in found.equilibria]) for mixture in searched(game, 6))


@pytest.mark.parametrize(("shape", "seed"), [((3, 2, 2), seed) for seed in range(8)] + [((3, 3, 2), 2), ((2, 2, 2, 2), 3)])
def test_in_games_of_one_decimal_a_list_called_complete_misses_nothing(shape, seed):
    rng = np.random.default_rng([seed, sum(shape)])
    game = Game.from_tables([np.round(rng.random(shape), 1) for _ in shape])
    found = multiplayer_equilibria(game)
    assert found.complete is not False
    if found.complete:
        assert all(listed(mixture, [e.mixture for e in found.equilibria]) for mixture in searched(game, 4))


@given(st.sampled_from([(2, 2), (3, 3), (2, 2, 2), (2, 3, 2), (2, 2, 2, 2)]), st.integers(0, 10**6), st.booleans())
@settings(max_examples=40)
def test_the_first_equilibrium_is_one_of_all(shape, seed, ties):
    rng = np.random.default_rng(seed)
    game = Game.from_tables([table.round(0 if ties else 9) for table in rng.normal(size=(len(shape), *shape))])
    first, found = first_equilibrium(game), multiplayer_equilibria(game)
    assert first.complete is None
    if first.equilibria or found.equilibria:
        (one,) = first.equilibria
        assert one.regret <= 1e-9
        if not ties:
            used = [sum(int((row > 0).sum()) for row in e.mixture) for e in found.equilibria]
            assert sum(int((row > 0).sum()) for row in one.mixture) == min(used)
            assert any(np.allclose(np.concatenate(e.mixture), np.concatenate(one.mixture)) for e in found.equilibria)


def test_one_equilibrium_of_large_games_is_found_where_all_would_take_minutes():
    for seed in range(3):
        found = first_equilibrium(Game.from_tables(list(np.random.default_rng(seed).random((5, 3, 3, 3, 3, 3)))))
        assert len(found.equilibria) == 1
        assert found.equilibria[0].regret <= 1e-10
        assert "there may be more" in found.reason


def test_a_spent_budget_leaves_the_first_equilibrium_to_be_found():
    game = Game.from_tables(profiles(3, lambda i, p: float((p[i] == p[(i + 1) % 3]) != (i == 2))))
    found = first_equilibrium(game, Budget(seconds=0.0))
    assert (found.equilibria, found.complete) == ((), None)
    assert found.reason.startswith("time limit of 0 s reached: ")
    assert found.reason.endswith(" supports were searched and none was found")


def mixtures(found):
    return sorted(tuple(float(p) for row in e.mixture for p in row) for e in found.equilibria)


@given(
    st.sampled_from([(2, 2, 2), (2, 3, 2), (2, 2, 2, 2)]), st.sampled_from([0, 1, 2, 9]), st.sampled_from([0, 1e-3, 1e-6, 1e-9, 1e-13]), st.integers(0, 10**6)
)
def test_quadratic_equations_say_what_bounds_say(shape, digits, noise, seed):
    """Of payoffs with few digits, and such that are nearly so: double solutions, and some close to each other or to the edge."""
    rng = np.random.default_rng(seed)
    game = Game.from_tables([table.round(digits) + noise * rng.normal(size=shape) for table in rng.normal(size=(len(shape), *shape))])
    fast = multiplayer_equilibria(game)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elimination, "_triples", lambda frame, cells: (cells, []))
        slow = multiplayer_equilibria(game)
    assert fast.complete is slow.complete or None in {fast.complete, slow.complete}
    if fast.complete and slow.complete:
        assert len(fast.equilibria) == len(slow.equilibria)
        assert np.allclose(mixtures(fast), mixtures(slow), atol=1e-6)


def test_quadratic_equations_settle_nearly_all_supports_of_random_games():
    settled = []
    for seed in range(100):
        sizes, degrees = (2, 2, 2, 1), tuple(tuple(int(i != j) for j in range(4)) for i in range(4))
        constants = frame(sizes, (2, 2, 2, 2), degrees)
        cells = whole(constants, np.random.default_rng(seed).uniform(-1, 1, (8, 4, 8)))
        rest, held = elimination._triples(constants, cells)
        settled.append(len(cells) - len(rest))
        for owner, point in zip(held[0].owner, held[0].points, strict=True):
            one, two, three, _ = np.split(point, [2, 4, 6])
            table = cells.table[owner, :3].reshape(3, 2, 2, 2)
            assert point.min() > 0
            assert np.allclose([two @ table[0, 0] @ three, one @ table[1, :, 0] @ three, one @ table[2, :, :, 0] @ two], 0, atol=1e-9)
    assert sum(settled) >= 790


def test_one_prohibitive_payoff_leaves_the_digits_of_the_others():
    game = table_game((2, 3, 2), 3)
    plain = multiplayer_equilibria(game)
    raised = [1e9 + table for table in tables(game)]
    shifted = multiplayer_equilibria(Game.from_tables(raised))
    mixed = [e for e in plain.equilibria if e.kind == "mixed"]
    assert mixed
    assert all(listed(e.mixture, [other.mixture for other in shifted.equilibria]) for e in mixed)
    barred = [np.pad(table, [(0, int(j == 2)) for j in range(3)], constant_values=-1e8 if i == 2 else 0.5) for i, table in enumerate(tables(game))]
    again = multiplayer_equilibria(Game.from_tables(barred))
    assert again.complete is True
    for e in plain.equilibria:
        row = (*e.mixture[:2], np.append(e.mixture[2], 0.0))
        assert listed(row, [other.mixture for other in again.equilibria])


def test_payoff_units_do_not_matter():
    game = table_game((2, 3, 2), 3)
    scaled = Game.from_tables([1e6 * table - 3e6 for table in tables(game)])
    assert first_shares(multiplayer_equilibria(game)) == first_shares(multiplayer_equilibria(scaled))


@pytest.mark.parametrize("payoff", [lambda i, p: 0.0, lambda i, p: float(sum(p) <= 1)], ids=["zero", "majority"])
def test_a_continuum_is_named_and_never_called_complete(payoff):
    found = multiplayer_equilibria(Game.from_tables(profiles(3, payoff)))
    assert found.complete is None
    assert any("continuum" in note for note in found.notes)
    assert len(found.equilibria) >= 2


@pytest.mark.parametrize("seed", [0, 1, 19])
def test_continua_of_degenerate_games_are_recognised_and_do_not_fill_the_list(seed):
    rng = np.random.default_rng(seed)
    found = multiplayer_equilibria(Game.from_tables([rng.integers(0, 4, (3, 3, 3)).astype(float) for _ in range(3)]))
    assert found.complete is None
    assert len(found.equilibria) < 50


def test_a_spent_budget_returns_the_pure_equilibria_and_says_so():
    found = multiplayer_equilibria(table_game((3, 3, 3), 1), Budget(seconds=0.0))
    assert found.complete is False
    assert "time limit" in found.reason


def test_it_stops_when_asked():
    asked = iter([False, False, True])
    found = multiplayer_equilibria(table_game((2, 2, 2), 1), Budget(stopped=lambda: next(asked, True)))
    assert found.complete is False
    assert "stopped on request" in found.reason


def test_games_of_many_members_are_refused_with_a_way_out():
    with pytest.raises(NotApplicableError, match="mix alike"):
        multiplayer_equilibria(count_game([(3, 2), (1, 2)], 0))


def test_one_player_alone_is_refused_here_and_answered_where_all_equilibria_are_asked_for():
    alone = Game.from_tables([np.array([2.0, 2.0, 1.0])])
    with pytest.raises(NotApplicableError, match="plays against nobody"):
        multiplayer_equilibria(alone)
    for solve in (mixed_equilibria, alike_equilibria):
        assert {tuple(e.mixture[0] > 0.4) for e in solve(alone).equilibria} == {(True, False, False), (False, True, False), (True, True, False)}


def test_too_many_supports_are_refused_with_the_limit():
    with pytest.raises(TooLargeError, match="200,000"):
        multiplayer_equilibria(table_game((8, 8, 4), 0))
