"""Long-run distributions that are followed, not solved: the proven error is one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.analyses import analysis
from negotiation.answers.request import Request
from negotiation.budget import Budget
from negotiation.catalogue import Subject, load
from negotiation.errors import TimedOutError, TooLargeError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.dynamics import approach as following
from negotiation.strategic.dynamics import markov
from negotiation.strategic.dynamics.approach import approach
from negotiation.strategic.dynamics.markov import stationary
from negotiation.strategic.dynamics.noise import long_run, usual_noise
from negotiation.strategic.dynamics.transitions import transitions
from negotiation.strategic.game import Game

Chain = tuple[np.ndarray, np.ndarray, np.ndarray]


def sparse_chain(seed: int, states: int, spread: float = 1.0) -> Chain:
    """Return a chain with a ring through all states, which makes it whole, and some transitions besides; it may stay where it is."""
    rng = np.random.default_rng(seed)
    weights = np.where(rng.random((states, states)) < 0.3, np.exp(spread * rng.normal(size=(states, states))), 0.0)
    weights[np.arange(states), (np.arange(states) + 1) % states] = 0.3
    np.fill_diagonal(weights, 0.0)
    chances = 0.9 * weights / weights.sum(axis=1).max()
    source, target = np.nonzero(chances)
    return source, target, np.log(chances[source, target])


def stag_hunt(members: int) -> Game:
    others = np.arange(members, -1.0, -1.0)[:, None] / members
    firms, state = (6 * others + np.zeros((1, 2)), np.array([[2.0, 3.0]]) + 0 * others), (2 * others, 1 + 0 * others)
    return Game(("firms", "state"), (("join", "stay"), ("help", "rest")), Lattice((Axis(members, 2), Axis(1, 2))), (firms, state))


@given(st.integers(0, 10_000), st.integers(2, 30), st.floats(0, 2))
def test_the_distribution_is_the_exact_one_within_the_proven_error(seed: int, states: int, spread: float) -> None:
    chain = sparse_chain(seed, states, spread)
    found, exact = approach(*chain, states), np.exp(stationary(*chain, states))
    assert float(np.abs(found.probabilities - exact).sum()) <= found.error + 1e-13
    assert found.error <= 1e-6
    assert found.complete == (found.error <= 1e-8)


@given(st.integers(0, 10_000), st.integers(4, 60))
def test_the_bound_holds_at_every_look_also_early(seed: int, looks: int) -> None:
    chain = sparse_chain(seed, 20)
    exact = np.exp(stationary(*chain, 20))
    walk = following._Walk(following._matrix(*chain, 20))
    for _ in range(looks):
        walk.advance(following.CHECKED)
        assert float(np.abs(walk.x - exact).sum()) <= walk.error + 1e-13


def test_a_chain_of_two_parts_with_a_rare_bridge_is_not_told_too_early() -> None:
    chances = np.array([[0, 0.5, 0, 0], [0.5, 0, 2e-4, 0], [0, 4e-4, 0, 0.5], [0, 0, 0.5, 0]])
    source, target = np.nonzero(chances)
    logs = np.log(chances[source, target])
    exact = np.array([2, 2, 1, 1]) / 6
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(following, "MAX_WORK", 1.0)
        with pytest.raises(TooLargeError, match="moves so slowly"):
            approach(source, target, logs, 4)
    found = approach(source, target, logs, 4)
    assert float(np.abs(found.probabilities - exact).sum()) <= found.error <= 1e-5


def test_a_chain_that_falls_apart_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MAX_WORK", 1.0)
    with pytest.raises(TooLargeError):
        approach(np.array([0, 1, 2, 3]), np.array([1, 0, 3, 2]), np.log(np.full(4, 0.3)), 4)


def test_a_spent_budget_gives_what_is_good_enough_with_its_error_or_nothing() -> None:
    chain = sparse_chain(3, 40)
    with pytest.raises(TimedOutError):
        approach(*chain, 40, Budget(seconds=0.0))
    ended = []
    for asked in range(1, 40):
        left = iter(range(asked))
        try:
            ended.append(approach(*chain, 40, Budget(stopped=lambda left=left: next(left, None) is None)))
        except TimedOutError:
            continue
    assert any(not one.complete and one.error <= 0.05 for one in ended)
    assert ended[-1].complete


def test_a_game_too_large_to_be_solved_is_followed_to_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    game = stag_hunt(12)
    solved = long_run(game, 1.5)
    monkeypatch.setattr(markov, "MAX_WORK", 10.0)
    followed = long_run(game, 1.5)
    assert (solved.error, solved.complete, followed.complete) == (0.0, True, True)
    assert 0 < followed.error <= 1e-8
    assert float(np.abs(np.exp(solved.logs) - np.exp(followed.logs)).sum()) <= followed.error + 1e-12
    np.testing.assert_allclose(followed.shares[0], solved.shares[0], atol=1e-8)
    assert "proven" in followed.reason
    assert followed.as_dict()["error"] == pytest.approx(followed.error)
    monkeypatch.setattr(following, "MAX_WORK", 1.0)
    with pytest.raises(TooLargeError, match=r"more noise.*about \d+ states"):
        long_run(game, 0.05)


def test_without_a_word_noise_is_a_tenth_of_what_a_move_usually_brings() -> None:
    game = stag_hunt(6)
    edges = transitions(game)
    assert long_run(game).noise == pytest.approx(float(np.median(np.abs(edges.gain[edges.gain != 0]))) / 10)
    flat = Game.from_tables([np.zeros((2, 2)), np.zeros((2, 2))])
    assert usual_noise(transitions(flat).gain) == 1.0
    assert np.exp(long_run(flat).logs) == pytest.approx(np.full((2, 2), 0.25))


def test_a_game_of_thousands_of_situations_is_followed_within_a_second_or_two() -> None:
    subject = Subject("minimum_effort", definition=load("minimum_effort"))
    body = analysis("long_run").run(subject, Request(options={"noise": "0.2"})).as_dict()
    assert body["complete"]
    assert body["error"] <= 1e-8
    assert sum(body["shares"]["people"].values()) == pytest.approx(1)


def test_a_chain_that_would_take_far_too_long_is_refused_after_a_look_at_its_speed() -> None:
    chances = np.array([[0, 0.5, 0, 0], [0.5, 0, 1e-9, 0], [0, 2e-9, 0, 0.5], [0, 0, 0.5, 0]])
    chances[0, 3] = 1e-9
    source, target = np.nonzero(chances)
    walk = following._Walk(following._matrix(source, target, np.log(chances[source, target]), 4))
    walk.x = np.array([0.7, 0.1, 0.1, 0.1])
    looks = 0
    while not walk.hopeless(100_000):
        walk.advance(following.CHECKED)
        looks += 1
        assert looks < 100
    fast = following._Walk(following._matrix(*sparse_chain(1, 20), 20))
    for _ in range(200):
        fast.advance(following.CHECKED)
        assert not fast.hopeless(100_000)
