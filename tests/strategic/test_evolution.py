"""Evolutionarily stable actions and states."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.errors import NotApplicableError, TooLargeError, UnknownNameError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.criteria.evolution import evolutionarily_stable
from negotiation.strategic.criteria.invasion import expected_values
from negotiation.strategic.game import Game


def pairwise(table: np.ndarray, members: int = 2) -> Game:
    """Return the game in which each member earns the average of `table` against its fellow members."""
    axis = Axis(members, len(table))
    rows = tuple((axis.counts @ row - row[a]) / (members - 1) for a, row in enumerate(table))
    return Game(("birds",), (tuple(f"s{a}" for a in range(len(table))),), Lattice((axis,)), (rows,))


def test_hawks_and_doves_settle_at_value_over_cost() -> None:
    value, cost = 2.0, 5.0
    result = evolutionarily_stable(pairwise(np.array([[(value - cost) / 2, value], [0.0, value / 2]])))
    assert [one.stable for one in result.actions] == [False, False]
    (state,) = result.states
    assert state.mixture["s0"] == pytest.approx(value / cost)
    assert state.payoff == pytest.approx((1 - value / cost) * value / 2)
    assert result.complete is True
    assert "40 %" in result.sentence


def test_rock_paper_scissors_has_no_stable_action_or_pair_and_says_that_it_did_not_look_further() -> None:
    result = evolutionarily_stable(pairwise(np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])))
    assert not any(one.stable for one in result.actions)
    assert result.states == ()
    assert result.complete is None
    assert "three or more" in result.reason


def test_maynard_smiths_second_condition_decides_a_tie() -> None:
    # a tie against the common action is decided by how both do against the mutant
    stable, unstable = np.array([[1.0, 2.0], [1.0, 1.0]]), np.array([[1.0, 1.0], [1.0, 2.0]])
    assert [one.stable for one in evolutionarily_stable(pairwise(stable)).actions] == [True, False]
    assert [one.stable for one in evolutionarily_stable(pairwise(unstable)).actions] == [False, True]
    neutral = evolutionarily_stable(pairwise(np.ones((2, 2))))
    assert not any(one.stable for one in neutral.actions)


def test_the_barrier_of_a_coordination_game_is_where_both_earn_the_same() -> None:
    result = evolutionarily_stable(pairwise(np.array([[3.0, 0.0], [0.0, 1.0]])))
    assert [one.barrier for one in result.actions] == pytest.approx([0.75, 0.25], abs=1.1e-3)
    assert result.states == ()


def test_in_a_finite_population_spite_can_enter() -> None:
    # Schaffer (1988): the spiteful action costs its taker 1 and everybody else 3
    n = 4
    spiteful = Axis(n, 2).counts[:, 1]
    game = Game(("firms",), (("kind", "spiteful"),), Lattice((Axis(n, 2),)), ((-3.0 * spiteful, -1.0 - 3.0 * (spiteful - 1)),))
    kind, spite = evolutionarily_stable(game).actions
    assert (kind.finite, spite.finite) == (False, True)
    assert kind.stable
    assert not spite.stable
    assert kind.lead == pytest.approx(-2.0)
    assert spite.withstands == n - 1


def test_schaffers_hawks_are_more_common_in_small_populations() -> None:
    # in a population of n, hawks stop spreading at (n / (n - 1)) (V / C) in the limit of fine mixtures: with V = C all hawks already withstand
    value = cost = 4.0
    table = np.array([[(value - cost) / 2, value], [0.0, value / 2]])
    hawk, dove = evolutionarily_stable(pairwise(table, members=5)).actions
    assert hawk.finite
    assert not dove.finite


def test_stability_depends_on_where_the_others_stand() -> None:
    lattice = Lattice((Axis(3, 2), Axis(1, 2)))
    fined = np.array([[0.0, -5.0]])
    game = Game(
        ("firms", "state"), (("treat", "dump"), ("look away", "inspect")), lattice, ((np.full((1, 1), -1.0), fined), (np.zeros((1, 1)), np.zeros((1, 1))))
    )
    with pytest.raises(NotApplicableError, match="depends on what the other"):
        evolutionarily_stable(game)
    counts = {"firms": {"treat": 3}, "state": {"inspect": 1}}
    result = evolutionarily_stable(game, points=game.point(counts))
    assert [one.stable for one in result.actions] == [True, False]
    assert result.others == {"state": {"look away": 0, "inspect": 1}}
    assert result.as_dict()["actions"][0]["barrier"] == 1.0
    other = evolutionarily_stable(game, "firms", game.point(counts | {"state": {"look away": 1}}))
    assert [one.stable for one in other.actions] == [False, True]


def test_single_members_and_unknown_names_are_refused() -> None:
    ordinary = Game.from_tables([np.eye(2), np.eye(2)])
    with pytest.raises(NotApplicableError, match="one stakeholder"):
        evolutionarily_stable(ordinary)
    with pytest.raises(NotApplicableError, match="no two members"):
        evolutionarily_stable(ordinary, "1")
    with pytest.raises(UnknownNameError):
        evolutionarily_stable(ordinary, "3")
    with pytest.raises(TooLargeError, match="20,000"):
        evolutionarily_stable(Game(("crowd",), (("a", "b"),), Lattice((Axis(30_000, 2),)), ((np.zeros(1), np.zeros(1)),)))


def test_where_nothing_is_stable_it_says_so() -> None:
    assert "keeps out newcomers" in evolutionarily_stable(pairwise(np.ones((2, 2)))).sentence


@given(st.integers(2, 6), st.integers(0, 10**6))
def test_a_strict_symmetric_equilibrium_is_stable_and_a_stable_action_is_an_equilibrium(members: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    axis = Axis(members, 3)
    game = Game(("firms",), (("a", "b", "c"),), Lattice((axis,)), (tuple(rng.integers(0, 4, axis.size).astype(float) for _ in range(3)),))
    for a, one in enumerate(evolutionarily_stable(game).actions):
        point = (np.array([axis.row([members * (b == a) for b in range(3)])]),)
        gains = [float(game.gain(move, point)[0]) for move in game.moves if move.a == a]
        if max(gains) < 0:
            assert one.stable
        if one.stable:
            assert max(gains) <= 0
            assert one.barrier > 0


@given(st.integers(2, 7), st.integers(0, 10**6), st.floats(0.01, 100), st.floats(-50, 50))
def test_units_change_nothing(members: int, seed: int, factor: float, constant: float) -> None:
    rng = np.random.default_rng(seed)
    rows = [rng.integers(0, 5, members + 1).astype(float) for _ in range(2)]
    game, other = (
        Game(("firms",), (("a", "b"),), Lattice((Axis(members, 2),)), (tuple(f * row + c for row in rows),)) for f, c in ((1.0, 0.0), (factor, constant))
    )
    one, two = evolutionarily_stable(game), evolutionarily_stable(other)
    assert [(a.stable, a.finite, a.withstands) for a in one.actions] == [(a.stable, a.finite, a.withstands) for a in two.actions]
    assert len(one.states) == len(two.states)


@given(st.integers(1, 30), st.integers(0, 10**6), st.floats(0.0, 1.0))
def test_expectations_are_binomial(last: int, seed: int, share: float) -> None:
    values = np.random.default_rng(seed).normal(size=last + 1)
    weights = np.array([1.0])
    for _ in range(last):
        weights = np.convolve(weights, [1 - share, share])
    assert expected_values(values, np.array([share]))[0] == pytest.approx(float(weights @ values), abs=1e-9)


@given(st.integers(2, 8), st.integers(0, 10**6))
def test_at_a_stable_mixture_both_actions_earn_the_same(members: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = tuple(rng.normal(size=members + 1) for _ in range(2))
    game = Game(("firms",), (("a", "b"),), Lattice((Axis(members, 2),)), (rows,))
    for state in evolutionarily_stable(game).states:
        share = np.array([state.mixture["b"]])
        # a faces the rows with somebody at a, b those with somebody at b
        assert expected_values(rows[0][:-1], share)[0] == pytest.approx(expected_values(rows[1][1:], share)[0], abs=1e-6)
