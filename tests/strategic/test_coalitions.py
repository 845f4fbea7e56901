"""Joint moves, strong and coalition-proof equilibria."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.errors import TimedOutError, TooLargeError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.criteria import coalition_proof
from negotiation.strategic.criteria.coalition_proof import coalition_proof_equilibria
from negotiation.strategic.criteria.coalitions import bloc_deviations, coalition_deviation, strong_equilibria
from negotiation.strategic.criteria.welfare import member_payoffs
from negotiation.strategic.game import Game, Points
from negotiation.strategic.pure import pure_equilibria

from .expand import count_games, counts_of, expand, owners, scaled, told_backwards
from .random_games import random_game

STAG = Game(("hunters",), (("stag", "hare"),), Lattice((Axis(3, 2),)), ((np.array([4.0, 0, 0, 0]), np.array([1.0, 1, 1, 1])),), money="USD")
Profile = tuple[int, ...]


def pay(game: Game, profile: Profile) -> list[float]:
    points = tuple(np.array([row]) for row in profile)
    return [float(game.payoff(i, a, points)[0]) for i, a in enumerate(profile)]


def best_joint_move(game: Game, profile: Profile, allowed: list[int], owner: list[int]) -> float:
    """Return the largest least gain of the movers in any joint move of any of the allowed players of an ordinary game.

    Members of one stakeholder that only swap their actions leave the counts as they are: no move.
    """
    before, best = pay(game, profile), -np.inf
    counts = sorted(zip(owner, profile, strict=True))
    choices = [range(len(row)) if i in allowed else [profile[i]] for i, row in enumerate(game.actions)]
    for later in product(*choices):
        movers = [i for i in range(len(profile)) if later[i] != profile[i]]
        if movers and sorted(zip(owner, later, strict=True)) != counts:
            after = pay(game, later)
            best = max(best, min(after[i] - before[i] for i in movers))
    return best


def profile_of(game: Game, place: Profile) -> Profile:
    """Return one profile of the expanded game with the counts of `place`."""
    return tuple(a for axis, row in zip(game.lattice.axes, place, strict=True) for a in np.repeat(np.arange(axis.actions), axis.counts[row]).tolist())


def at(place: Profile) -> Points:
    return tuple(np.array([row]) for row in place)


def brute_coalition_proof(payoffs: list[np.ndarray], group: frozenset[int], profile: Profile) -> bool:
    """Return whether the group's choices are coalition-proof, by the recursive definition."""
    return profile in _proof(payoffs, group, tuple(None if i in group else a for i, a in enumerate(profile)))


def _proof(payoffs: list[np.ndarray], group: frozenset[int], given_: tuple[int | None, ...]) -> set[Profile]:
    shape = payoffs[0].shape
    options = list(product(*(range(shape[i]) if a is None else [a] for i, a in enumerate(given_))))
    if len(group) == 1:
        (i,) = group
        return {s for s in options if payoffs[i][s] >= max(payoffs[i][t] for t in options)}
    holds = [
        s
        for s in options
        if all(brute_coalition_proof(payoffs, frozenset(sub), s) for size in range(1, len(group)) for sub in combinations(sorted(group), size))
    ]
    return {s for s in holds if not any(all(payoffs[i][t] > payoffs[i][s] for i in group) for t in holds)}


def test_hunters_leave_the_hare_together() -> None:
    found = strong_equilibria(STAG)
    assert [STAG.counts(found.points, k) for k in range(len(found))] == [{"hunters": {"stag": 3, "hare": 0}}]
    assert found.margins.tolist() == [3.0]
    ((where, move),) = found.refuted
    assert where == {"hunters": {"stag": 0, "hare": 3}}
    assert move.sentence(STAG) == "Together 3 of 3 hunters go from 'hare' to 'stag'; each of them gains at least 3 USD."
    assert found.as_dict()["number"] == 1


def test_the_dilemma_has_no_strong_equilibrium_but_a_coalition_proof_one() -> None:
    dilemma = Game.from_tables([np.array([[3.0, 0], [5, 1]]), np.array([[3.0, 5], [0, 1]])])
    assert len(strong_equilibria(dilemma)) == 0
    assert "every pure equilibrium can be left" in strong_equilibria(dilemma).sentence
    assert np.column_stack(coalition_proof_equilibria(dilemma).points).tolist() == [[1, 1]]


def test_of_two_conventions_only_the_better_one_is_coalition_proof() -> None:
    table = np.array([[2.0, 0], [0, 1]])
    result = coalition_proof_equilibria(Game.from_tables([table, table]))
    assert np.column_stack(result.points).tolist() == [[0, 0]]
    assert result.stable == 2


def test_an_agreement_that_pays_everybody_but_is_undone_within_is_not_coalition_proof() -> None:
    # after the idea of Bernheim, Peleg and Whinston (1987): some agreements are undone by two of the three; compared with a plain recursion
    first = np.array([[[0, 0, -10], [-5, -5, 10]], [[-1, -1, 5], [-5, -5, 0]]], dtype=float)
    second = np.array([[[-2, -2, 0], [-5, -5, 0]], [[-5, -5, 0], [-2, -2, 0]]], dtype=float)
    tables = [np.stack([first[..., i], second[..., i]], axis=-1) for i in range(3)]
    game = Game.from_tables(tables)
    expected = {s for s in np.ndindex(2, 2, 2) if brute_coalition_proof(tables, frozenset(range(3)), s)}
    found = coalition_proof_equilibria(game).points
    assert set(zip(*(rows.tolist() for rows in found), strict=True)) == expected


def test_a_member_can_be_replaced_on_the_way_by_another() -> None:
    # from (1, 1, 0) to (0, 1, 1): nobody would go from the first to the third action, but first to second and second to third both pay
    lattice = Lattice((Axis(2, 3),))
    rows = {tuple(row): k for k, row in enumerate(lattice.axes[0].counts.tolist())}
    payoffs = [np.full(lattice.size, -9.0) for _ in range(3)]
    before, after = rows[1, 1, 0], rows[0, 1, 1]
    payoffs[0][before], payoffs[1][before] = 5.0, 0.0
    payoffs[1][after], payoffs[2][after] = 6.0, 1.0
    game = Game(("firms",), (("x", "y", "z"),), lattice, (tuple(payoffs),))
    move = bloc_deviations(game, (np.array([before]),))["firms"]
    assert {(flow.action, flow.to, flow.members, flow.gain) for flow in move.flows} == {("x", "y", 1, 1.0), ("y", "z", 1, 1.0)}
    assert move.least == 1.0


def test_a_move_that_does_not_pay_is_called_the_nearest() -> None:
    move = coalition_deviation(STAG, STAG.point({"hunters": {"stag": 3}}))
    assert move is not None
    assert not move.pays
    assert "No such joint move pays every mover" in move.sentence(STAG)
    assert move.as_dict(STAG)["pays"] is False


@settings(max_examples=60)
@given(count_games)
def test_strong_equilibria_are_those_of_the_written_out_game_tried_one_by_one(game: Game) -> None:
    ordinary = expand(game)
    everybody = list(range(len(ordinary.names)))
    found = strong_equilibria(game)
    margins = dict(zip(zip(*(rows.tolist() for rows in found.points), strict=True), found.margins, strict=True))
    for place in zip(*(rows.tolist() for rows in pure_equilibria(game).points), strict=True):
        least = best_joint_move(ordinary, profile_of(game, place), everybody, owners(game))
        assert (least <= 1e-9) == (place in margins)
        if place in margins:
            assert margins[place] == pytest.approx(-least)


@settings(max_examples=60)
@given(count_games, st.integers(0, 10**6))
def test_bloc_moves_are_the_best_of_all_joint_moves_of_the_members(game: Game, seed: int) -> None:
    rng = np.random.default_rng(seed)
    place = tuple(int(rng.integers(size)) for size in game.lattice.shape)
    ordinary, owner = expand(game), owners(game)
    for name, move in bloc_deviations(game, at(place)).items():
        allowed = [player for player, i in enumerate(owner) if game.names[i] == name]
        assert move.least == pytest.approx(best_joint_move(ordinary, profile_of(game, place), allowed, owner))
        assert min(flow.gain for flow in move.flows) == pytest.approx(move.least)


@given(count_games, st.integers(0, 10**6))
def test_flows_lead_where_they_say(game: Game, seed: int) -> None:
    rng = np.random.default_rng(seed)
    place = tuple(int(rng.integers(size)) for size in game.lattice.shape)
    move = coalition_deviation(game, at(place))
    if move is not None:
        counts = game.counts(at(place))
        left = {name: dict(row) for name, row in counts.items()}
        for flow in move.flows:
            counts[flow.stakeholder][flow.action] -= flow.members
            counts[flow.stakeholder][flow.to] += flow.members
            left[flow.stakeholder][flow.action] -= flow.members
        assert counts == move.counts
        assert min(value for row in left.values() for value in row.values()) >= 0


@settings(max_examples=60)
@given(st.lists(st.integers(2, 3), min_size=2, max_size=3), st.integers(0, 10**6), st.sampled_from([3, 50]))
def test_coalition_proof_profiles_agree_with_the_recursive_definition(actions: list[int], seed: int, values: int) -> None:
    game = random_game(tuple((1, m) for m in actions), seed, values)
    payoffs = [member_payoffs(game, i) for i in range(len(actions))]
    expected = {s for s in np.ndindex(*actions) if brute_coalition_proof(payoffs, frozenset(range(len(actions))), s)}
    found = coalition_proof_equilibria(game).points
    assert set(zip(*(rows.tolist() for rows in found), strict=True)) == expected


@given(st.integers(2, 4), st.integers(2, 4), st.integers(0, 10**6))
def test_with_two_players_they_are_the_equilibria_that_no_other_beats_for_both(rows: int, columns: int, seed: int) -> None:
    game = random_game(((1, rows), (1, columns)), seed, 6)
    payoffs = [member_payoffs(game, i) for i in range(2)]
    nash = list(zip(*(r.tolist() for r in pure_equilibria(game).points), strict=True))
    expected = {s for s in nash if not any(all(payoff[t] > payoff[s] for payoff in payoffs) for t in nash)}
    assert set(zip(*(r.tolist() for r in coalition_proof_equilibria(game).points), strict=True)) == expected


@given(st.integers(0, 10**6), st.sampled_from([3, 50]))
def test_strong_equilibria_are_coalition_proof_and_equilibria(seed: int, values: int) -> None:
    game = random_game(((1, 3), (1, 2), (1, 2)), seed, values)
    strong, proof, nash = (
        set(zip(*(rows.tolist() for rows in found.points), strict=True))
        for found in (strong_equilibria(game), coalition_proof_equilibria(game), pure_equilibria(game))
    )
    assert strong <= proof <= nash


@given(count_games, st.floats(0.01, 100), st.floats(-100, 100))
def test_units_and_order_change_nothing(game: Game, factor: float, constant: float) -> None:
    size = len(game.names)
    one, two = strong_equilibria(game), coalition_proof_equilibria(game)
    other, back = scaled(game, [factor] * size, [constant] * size), told_backwards(game)
    assert [len(strong_equilibria(other)), len(strong_equilibria(back))] == [len(one)] * 2
    assert [len(coalition_proof_equilibria(other)), len(coalition_proof_equilibria(back))] == [len(two)] * 2


def test_limits_are_stated_before_work_begins() -> None:
    many = Game(tuple("abcdefghi"), (("x", "y"),) * 9, Lattice((Axis(1, 2),) * 9), ((np.zeros((1,) * 9), np.zeros((1,) * 9)),) * 9)
    with pytest.raises(TooLargeError, match="at most 8"):
        coalition_proof_equilibria(many)
    wide = Game(("firms",), (tuple("abcdefghijkl"),), Lattice((Axis(2, 12),)), (tuple(np.zeros(1) for _ in range(12)),))
    with pytest.raises(TooLargeError, match="at most 10"):
        strong_equilibria(wide)
    flat = Game(("firms",), (("a", "b", "c"),), Lattice((Axis(600, 3),)), (tuple(np.zeros(1) for _ in range(3)),))
    with pytest.raises(TooLargeError, match="joint moves"):
        strong_equilibria(flat)
    vast = Game(("firms",), (("a", "b", "c"),), Lattice((Axis(2_000, 3),)), (tuple(np.zeros(1) for _ in range(3)),))
    with pytest.raises(TooLargeError, match="count profiles"):
        coalition_proof_equilibria(vast)


def test_pairs_within_a_group_are_limited_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    game = Game.from_tables([np.zeros((30, 30)), np.zeros((30, 30))])
    with pytest.raises(TimedOutError):
        coalition_proof_equilibria(game, Budget(seconds=0.0))
    assert len(coalition_proof_equilibria(game)) == 900
    monkeypatch.setattr(coalition_proof, "MAX_PAIRS", 1_000)
    with pytest.raises(TooLargeError, match="in pairs"):
        coalition_proof_equilibria(game)


def test_where_nobody_has_a_choice_nobody_can_leave() -> None:
    bound = Game(("bound",), (("x", "y"),), Lattice((Axis(3, 2, committed=0),)), ((np.zeros(1), np.zeros(1)),))
    assert coalition_deviation(bound, (np.array([0]),)) is None
    assert bloc_deviations(bound, (np.array([0]),)) == {}
    assert strong_equilibria(bound).margins.tolist() == [np.inf]
    assert len(coalition_proof_equilibria(bound)) == 1


def test_strong_equilibria_of_counts_are_found_in_the_written_out_game_too() -> None:
    points = strong_equilibria(expand(STAG)).points
    assert counts_of(STAG, points) == [(0,)]
