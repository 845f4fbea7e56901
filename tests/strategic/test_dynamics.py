"""Improving moves, basins, tipping points, mixtures in motion."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.errors import NotApplicableError, TimedOutError, TooLargeError, UnknownNameError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.dynamics import basins as basins_module
from negotiation.strategic.dynamics.basins import basins
from negotiation.strategic.dynamics.motion import motion
from negotiation.strategic.dynamics.paths import formation
from negotiation.strategic.dynamics.tipping import bind, tipping_point
from negotiation.strategic.dynamics.transitions import transitions
from negotiation.strategic.dynamics.walks import sample_path
from negotiation.strategic.game import Game, Points
from negotiation.strategic.pure import pure_equilibria

SEEDS = st.integers(0, 10_000)
few = settings(max_examples=8)


def random_game(seed: int, high: int = 5) -> Game:
    """Three stakeholders: three members with two actions, two with three, one with two."""
    rng = np.random.default_rng(seed)
    lattice = Lattice((Axis(3, 2), Axis(2, 3), Axis(1, 2)))
    shapes = [tuple(1 if j == i and axis.members == 1 else size for j, size in enumerate(lattice.shape)) for i, axis in enumerate(lattice.axes)]
    payoffs = tuple(tuple(rng.integers(0, high, size=shapes[i]) * 1.0 for _ in range(axis.actions)) for i, axis in enumerate(lattice.axes))
    return Game(("a", "b", "c"), (("x", "y"), ("x", "y", "z"), ("x", "y")), lattice, payoffs)


def club(n: int, threshold: float) -> Game:
    """Joining pays once more than `threshold` members join."""
    joined = np.arange(n, -1, -1.0)
    return Game(("firms",), (("join", "stay"),), Lattice((Axis(n, 2),)), ((joined - threshold - 0.5, 0 * joined),))


def at(game: Game, k: int) -> Points:
    return tuple(np.array([row]) for row in np.unravel_index(k, game.lattice.shape))


def improving_steps(game: Game, allowed: Callable[[int], bool] = lambda k: True) -> dict[int, set[int]]:
    """The graph of improving moves, one profile at a time."""
    steps: dict[int, set[int]] = {k: set() for k in range(game.lattice.size) if allowed(k)}
    for k, following in steps.items():
        for move in game.moves:
            if game.gain(move, at(game, k))[0] > 1e-9:
                later = int(np.ravel_multi_index(game.after(move, at(game, k)), game.lattice.shape)[0])
                if allowed(later):
                    following.add(later)
    return steps


def reached(steps: dict[int, set[int]], start: int) -> set[int]:
    seen, waiting = {start}, [start]
    while waiting:
        new = steps[waiting.pop()] - seen
        seen |= new
        waiting += new
    return seen


@few
@given(SEEDS)
def test_transitions_are_all_moves_with_their_gains(seed: int) -> None:
    game = random_game(seed)
    edges = transitions(game)
    expected = {}
    for k in range(game.lattice.size):
        for move in game.moves:
            gain = float(game.gain(move, at(game, k))[0])
            if not np.isnan(gain):
                later = int(np.ravel_multi_index(game.after(move, at(game, k)), game.lattice.shape)[0])
                expected[k, later] = (gain, float(game.taken(move.stakeholder, move.a, at(game, k))[0]))
    assert {(int(s), int(t)): (g, m) for s, t, g, m in zip(edges.source, edges.target, edges.gain, edges.movers, strict=True)} == expected
    for seat in np.unique(edges.seat):
        options = edges.seat == seat
        assert (edges.best[options] == max(0.0, edges.gain[options].max())).all()
        assert np.allclose(edges.regret[options], edges.best[options] - edges.gain[options])


@few
@given(SEEDS)
def test_basins_agree_with_following_every_path_by_hand(seed: int) -> None:
    game = random_game(seed)
    steps = improving_steps(game)
    reach = {k: reached(steps, k) for k in steps}
    ends = {frozenset(reach[k]) for k in steps if all(reach[j] == reach[k] for j in reach[k])}
    result = basins(game)
    found = {frozenset(np.ravel_multi_index(attractor.points, game.lattice.shape).tolist()): attractor for attractor in result.attractors}
    assert found.keys() == ends
    assert result.circles == any(k in reach[j] for k in steps for j in steps[k])
    for end, attractor in found.items():
        for k in steps:
            assert attractor.reach.ravel()[k] == bool(end & reach[k])
            assert attractor.surely.ravel()[k] == (bool(end & reach[k]) and not any(other & reach[k] for other in ends - {end}))
        assert all((end & reach[k] != set()) == (result.attractors.index(attractor) in result.ends_from(at(game, k))) for k in steps)


@few
@given(SEEDS)
def test_attractors_of_one_profile_are_the_pure_equilibria(seed: int) -> None:
    game = random_game(seed)
    pure = set(zip(*(rows.tolist() for rows in pure_equilibria(game).points), strict=True))
    assert {tuple(int(rows[0]) for rows in a.points) for a in basins(game).attractors if a.size == 1} == pure


def test_a_game_without_pure_equilibrium_goes_round() -> None:
    pennies = np.array([[1, -1], [-1, 1]])
    result = basins(Game.from_tables([pennies, -pennies]))
    assert [attractor.size for attractor in result.attractors] == [4]
    assert result.circles
    assert "cycle of 4 profiles" in result.sentence
    assert result.as_dict()["attractors"][0]["surely"] == 1


def test_basins_cut_short_by_a_budget_say_so() -> None:
    result = basins(club(10, 4), Budget(seconds=0.0))
    assert result.complete is False
    assert "time limit" in result.sentence
    assert not result.attractors[0].surely.any()


def test_basins_beyond_the_limits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooLargeError):
        basins(club(6_000_000, 4))
    monkeypatch.setattr(basins_module, "MAX_CELLS", 10)
    with pytest.raises(TooLargeError):
        basins(club(10, 4))


# --- tipping points


@few
@given(SEEDS, st.integers(0, 3))
def test_binding_members_leaves_the_game_that_the_others_play(seed: int, k: int) -> None:
    game = random_game(seed)
    rest = bind(game, "a", "y", k)
    assert rest.members == (3 - k, 2, 1)
    for row in range(rest.lattice.axes[0].size):
        counts = rest.lattice.axes[0].counts[row] + [0, k]
        whole = game.lattice.axes[0].row(counts)
        for others in np.ndindex(rest.lattice.shape[1:]):
            here, there = (tuple(np.array([r]) for r in (first, *others)) for first in (row, whole))
            for move in rest.moves:
                if rest.taken(move.stakeholder, move.a, here)[0]:
                    assert rest.gain(move, here)[0] == game.gain(move, there)[0]
    single = bind(game, "c", "x", 1)
    assert single.members == (3, 2, 0)
    assert all(move.stakeholder != 2 or np.isnan(single.gain(move, at(single, 0)))[0] for move in single.moves)


@pytest.mark.parametrize("threshold", [0, 1, 4, 9])
def test_the_tipping_point_of_a_club_is_its_threshold(threshold: int) -> None:
    game = club(10, threshold)
    result = tipping_point(game, "firms", "join", {"firms": {"stay": 10}}, np.arange(11) == 0)
    assert result.members == threshold
    assert result.tried[:-1] == ("does not form",) * threshold
    assert str(threshold) in result.sentence or threshold == 0


def test_members_who_join_already_are_committed_first() -> None:
    result = tipping_point(club(10, 4), "firms", "join", {"firms": {"join": 3, "stay": 7}}, np.arange(11) == 0)
    assert result.members == 4


def test_no_number_of_firms_is_enough_where_the_state_has_to_act_and_does_not() -> None:
    joined = np.arange(10, -1, -1.0)[:, None]
    payoffs = ((joined - 4.5, 0 * joined), (np.zeros((1, 1)), np.full((1, 1), -1.0)))
    game = Game(("firms", "state"), (("join", "stay"), ("idle", "act")), Lattice((Axis(10, 2), Axis(1, 2))), payoffs)
    target = np.zeros((11, 2), dtype=bool)
    target[0, 1] = True
    result = tipping_point(game, "firms", "join", {"firms": {"stay": 10}, "state": {"idle": 1}}, target)
    assert (result.members, result.complete, len(result.tried)) == (None, True, 11)
    assert "However many" in result.sentence
    assert result.as_dict()["members"] is None


@few
@given(SEEDS)
def test_tipping_agrees_with_formation_on_the_graph_without_the_moves_of_the_committed(seed: int) -> None:
    game = random_game(seed, high=3)
    start = {"a": {"x": 3}, "b": {"y": 1, "z": 1}, "c": {"x": 1}}
    pure = pure_equilibria(game)
    target = np.zeros(game.lattice.shape, dtype=bool)
    target[pure.points] = True
    target[..., 0] = False
    result = tipping_point(game, "b", "x", start, target)
    counts = game.lattice.axes[1].counts
    for k, word in enumerate(result.tried):
        steps = improving_steps(game, lambda p, k=k: bool(counts[np.unravel_index(p, game.lattice.shape)[1], 0] >= k))
        firsts = [(0, r, 0) for r in range(6) if tuple(counts[r]) in {0: {(0, 1, 1)}, 1: {(1, 0, 1), (1, 1, 0)}, 2: {(2, 0, 0)}}[k]]
        alive = set().union(*(reached(steps, int(np.ravel_multi_index(first, game.lattice.shape))) for first in firsts))
        inside = {p for p in alive if target.ravel()[p]}
        while leaving := {p for p in inside if not steps[p] <= inside}:
            inside -= leaving
        good = {p for p in alive if reached(steps, p) & inside}
        assert word == ("forms" if inside and good == alive else "may form" if inside else "does not form")
    assert len(result.tried) == (3 if result.members is None else result.members + 1)


def test_no_commitment_is_formation_itself() -> None:
    for seed in range(8):
        game = random_game(seed)
        target = np.zeros(game.lattice.shape, dtype=bool)
        target[pure_equilibria(game).points] = True
        start = {"a": {"x": 3}, "b": {"x": 2}, "c": {"x": 1}}
        assert tipping_point(game, "a", "y", start, target).tried[0] == formation(game, game.point(start), target).word


def test_tipping_says_what_it_does_not_know() -> None:
    game, start = club(10, 4), {"firms": {"stay": 10}}
    with pytest.raises(UnknownNameError):
        tipping_point(game, "firm", "join", start, np.arange(11) == 0)
    with pytest.raises(UnknownNameError):
        tipping_point(game, "firms", "jion", start, np.arange(11) == 0)
    with pytest.raises(NotApplicableError):
        bind(game, "firms", "join", 11)
    short = tipping_point(game, "firms", "join", start, np.arange(11) == 0, budget=Budget(seconds=0.0))
    assert (short.members, short.complete) == (None, False)
    assert "not enough" in short.sentence


# --- sample paths


@few
@given(SEEDS, st.sampled_from(["better", "best"]))
def test_every_move_of_a_path_pays_and_the_path_ends_where_nobody_moves(seed: int, rule: str) -> None:
    game = random_game(seed)
    path = sample_path(game, at(game, seed % game.lattice.size), np.random.default_rng(seed), rule, steps=300)  # type: ignore[arg-type]
    for k, move in enumerate(path.moves):
        here = tuple(rows[k : k + 1] for rows in path.points)
        gain = game.gain(move, here)[0]
        assert gain > 0
        rivals = [game.gain(m, here)[0] for m in game.moves if m[:2] == move[:2]]
        assert rule == "better" or gain == max(rivals)
        assert all((a == b[k + 1]).all() for a, b in zip(game.after(move, here), path.points, strict=True))
    last = tuple(int(rows[-1]) for rows in path.points)
    pure = set(zip(*(rows.tolist() for rows in pure_equilibria(game).points), strict=True))
    assert path.settled == (last in pure)


def test_the_same_seed_gives_the_same_path() -> None:
    game = random_game(3)
    one, other = (sample_path(game, at(game, 0), np.random.default_rng(9), "logit", steps=200) for _ in range(2))
    assert one.moves == other.moves
    assert one.as_dict() == other.as_dict()
    assert not one.settled


def test_a_path_refuses_unknown_rules_and_too_many_steps() -> None:
    game, rng = club(3, 1), np.random.default_rng(0)
    with pytest.raises(NotApplicableError):
        sample_path(game, at(game, 0), rng, "worst")  # type: ignore[arg-type]
    with pytest.raises(TooLargeError):
        sample_path(game, at(game, 0), rng, steps=10**7)


# --- mixtures in motion


def test_the_replicator_follows_the_logistic_curve_where_one_action_always_earns_more() -> None:
    n = 7
    game = Game(("firms",), (("good", "bad"),), Lattice((Axis(n, 2),)), ((np.full(n + 1, 5.0), np.full(n + 1, 3.0)),))
    result = motion(game, (np.array([0.1, 0.9]),), duration=8.0, times=9)
    odds = 0.1 / 0.9 * np.exp(result.times)
    np.testing.assert_allclose(result.mixtures[0][:, 0], odds / (1 + odds), rtol=1e-6)


def test_the_replicator_keeps_the_product_of_shares_in_rock_paper_scissors() -> None:
    table = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    result = motion(Game.from_tables([table, -table]), (np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])), duration=30)
    constant = np.log(result.mixtures[0]).sum(axis=1) + np.log(result.mixtures[1]).sum(axis=1)
    np.testing.assert_allclose(constant, constant[0], atol=1e-5)
    assert "still moving" in result.sentence


@few
@given(SEEDS)
def test_the_logit_motion_rests_where_everyone_answers_with_noise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = Game.from_tables(list(rng.random((2, 3, 3))))
    result = motion(game, (np.full(3, 1 / 3), np.array([0.6, 0.3, 0.1])), "logit", duration=200, times=3, noise=1.0)
    x, y = result.final
    one, other = (np.concatenate([np.broadcast_to(r, (1, 3) if i == 0 else (3, 1)) for r in game.payoffs[i]], axis=i) for i in range(2))
    for mixture, payoff in ((x, one @ y / np.ptp(one)), (y, x @ other / np.ptp(other))):
        np.testing.assert_allclose(mixture, np.exp(payoff) / np.exp(payoff).sum(), atol=1e-6)
    assert result.speed < 1e-6


def test_members_that_are_committed_stay_where_they_are() -> None:
    lattice = Lattice((Axis(4, 2), Axis(1, 2, committed=1)))
    joined = np.arange(4, -1, -1.0)[:, None]
    payoffs = ((joined, 0 * joined + 2.5), (np.zeros((1, 1)), np.ones((1, 1))))
    game = Game(("firms", "state"), (("join", "stay"), ("off", "on")), lattice, payoffs)
    for rule in ("replicator", "logit"):
        result = motion(game, (np.array([0.9, 0.1]), np.array([0.0, 1.0])), rule, duration=60)  # type: ignore[arg-type]
        assert result.final[1].tolist() == [0, 1]
        assert result.final[0][0] > 0.98
    with pytest.raises(NotApplicableError):
        motion(game, (np.array([0.9, 0.1]), np.array([1.0, 0.0])))


def test_a_motion_needs_mixtures_that_fit() -> None:
    game = club(5, 2)
    for start in [(np.array([0.5, 0.6]),), (np.array([1.0]),), ()]:
        with pytest.raises(NotApplicableError):
            motion(game, start)
    with pytest.raises(TooLargeError):
        motion(game, (np.array([0.5, 0.5]),), times=100_000)


def test_a_path_that_is_stopped_says_so_and_keeps_its_moves() -> None:
    pennies = Game.from_tables([np.array([[1.0, -1], [-1, 1]]), np.array([[-1.0, 1], [1, -1]])])
    asked = iter(range(5))
    path = sample_path(pennies, (np.array([0]), np.array([0])), np.random.default_rng(0), budget=Budget(stopped=lambda: next(asked, None) is None))
    assert (len(path.moves), path.settled, path.reason) == (80, False, "stopped on request")
    assert sample_path(pennies, (np.array([0]), np.array([0])), np.random.default_rng(0), steps=30).reason == "30 draws were made"


def test_a_motion_that_is_stopped_keeps_the_parts_it_followed() -> None:
    table = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    game, start = Game.from_tables([table, -table]), (np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5]))
    whole = motion(game, start, duration=30)
    asked = iter(range(400))
    some = motion(game, start, duration=30, budget=Budget(stopped=lambda: next(asked, None) is None))
    many = len(some.times)
    assert (whole.complete, some.complete, some.reason) == (True, False, "stopped on request")
    assert 1 < many < len(whole.times)
    np.testing.assert_allclose(some.mixtures[0], whole.mixtures[0][:many], atol=1e-6)
    with pytest.raises(TimedOutError):
        motion(game, start, budget=Budget(seconds=0.0))
