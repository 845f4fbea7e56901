"""Rare newcomers among several stakeholders, against chains written out by hand, closed forms and many digits."""

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import matrix, mp, mpf

from negotiation.analyses import analysis
from negotiation.answers.request import Request
from negotiation.budget import Budget
from negotiation.catalogue import Subject
from negotiation.errors import NotApplicableError, TimedOutError, TooLargeError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.dynamics import alpharank, markov
from negotiation.strategic.dynamics.alpharank import alpha_rank
from negotiation.strategic.dynamics.fixation import small_mutation_of_game
from negotiation.strategic.dynamics.noise import long_run
from negotiation.strategic.game import Game

SEEDS = st.integers(0, 10_000)
few = settings(max_examples=12)


def random_game(lattice: Lattice, seed: int) -> Game:
    """Return a game of small whole payoffs, so that ties occur."""
    rng = np.random.default_rng(seed)
    payoffs = tuple(tuple(rng.integers(0, 6, size=lattice.shape) * 1.0 for _ in range(axis.actions)) for axis in lattice.axes)
    names = tuple("abcd"[: len(lattice.axes)])
    return Game(names, tuple(tuple("uvwxyz"[: axis.actions]) for axis in lattice.axes), lattice, payoffs)


def by_hand(game: Game, alpha: float, population: int) -> np.ndarray:
    """Write out the chain between uniform profiles member by member, and solve it with a hundred digits and more."""
    axes = game.lattice.axes
    choices = [range(axis.actions) if axis.committed is None else [axis.committed] for axis in axes]
    states = list(product(*choices))

    def earned(state: tuple[int, ...], i: int, action: int, newcomers: tuple[int, int]) -> float:
        """Payoff of a member of `i` who takes `action` when so many of `i` take another one than in `state`."""
        rows = []
        for j, axis in enumerate(axes):
            counts = [0] * axis.actions
            counts[state[j]] = axis.members
            if j == i:
                counts[state[j]] -= newcomers[1]
                counts[newcomers[0]] += newcomers[1]
            rows.append(np.array([axis.row(counts)]))
        return float(game.payoff(i, action, tuple(rows))[0])

    with mp.workdps(60 + int(alpha * population * 10)):
        p = matrix(len(states), len(states))
        for s, state in enumerate(states):
            for i, axis in enumerate(axes):
                for b in choices[i]:
                    if b == state[i]:
                        continue
                    total, chance = mpf(1), mpf(1)
                    for k in range(1, axis.members if axis.members > 1 else population):
                        at = k if axis.members > 1 else 1
                        resident = earned(state, i, state[i], (b, at if axis.members > 1 else 0))
                        chance *= mp.exp(-mpf(alpha) * mpf(earned(state, i, b, (b, at)) - resident))
                        total += chance
                    p[s, states.index((*state[:i], b, *state[i + 1 :]))] = 1 / total
        for s in range(len(states)):
            p[s, s] = -sum(p[s, t] for t in range(len(states)) if t != s)
        system, right = p.T, matrix(len(states), 1)
        for t in range(len(states)):
            system[0, t] = 1
        right[0] = 1
        found = mp.lu_solve(system, right)
        logs = [float(mp.log(value)) for value in found]
    return np.array(logs).reshape([len(some) for some in choices])


@few
@given(SEEDS, st.sampled_from([0.1, 1.0, 8.0]), st.integers(2, 9))
def test_single_actors_and_members_follow_the_chain_written_out_by_hand(seed: int, alpha: float, population: int) -> None:
    game = random_game(Lattice((Axis(1, 2), Axis(3, 2), Axis(1, 3), Axis(1, 2, committed=1))), seed)
    found = alpha_rank(game, alpha, population)
    np.testing.assert_allclose(found.logs, by_hand(game, alpha, population), rtol=1e-9, atol=1e-9)


@few
@given(SEEDS, st.sampled_from([0.5, 3.0, 30.0]))
def test_one_stakeholder_alone_is_the_limit_of_small_mutation(seed: int, intensity: float) -> None:
    game = random_game(Lattice((Axis(7, 4),)), seed)
    np.testing.assert_allclose(alpha_rank(game, intensity).logs, small_mutation_of_game(game, intensity).logs, rtol=1e-12, atol=1e-12)


@few
@given(SEEDS, st.sampled_from([0.2, 2.0, 500.0]))
def test_units_names_and_what_others_do_not_choose_change_nothing(seed: int, alpha: float) -> None:
    tables = np.random.default_rng(seed).integers(-4, 5, (3, 3, 2, 2)).astype(float)
    logs = alpha_rank(Game.from_tables(list(tables)), alpha).logs
    larger = [4 * tables[0] + np.array([[[7.0, -2], [3, 5]]]), 4 * tables[1] - 100, 4 * tables[2]]
    np.testing.assert_allclose(alpha_rank(Game.from_tables(larger), alpha / 4).logs, logs, rtol=1e-9, atol=1e-9)
    turned = [tables[k].transpose(2, 0, 1)[:, ::-1] for k in (2, 0, 1)]
    np.testing.assert_allclose(alpha_rank(Game.from_tables(turned), alpha).logs, logs.transpose(2, 0, 1)[:, ::-1], rtol=1e-9, atol=1e-9)


def test_well_known_games_have_the_ranks_that_are_known() -> None:
    stones = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    assert np.exp(alpha_rank(Game.from_tables([stones, -stones]), 100.0).logs) == pytest.approx(np.full((3, 3), 1 / 9))
    dilemma = np.array([[3.0, 0], [5, 1]])
    assert np.exp(alpha_rank(Game.from_tables([dilemma, dilemma.T]), 10.0).logs)[1, 1] == pytest.approx(1.0)
    sexes = [np.array([[3.0, 0], [0, 2]]), np.array([[2.0, 0], [0, 3]])]
    both = alpha_rank(Game.from_tables(sexes), 100.0)
    assert np.exp(both.logs) == pytest.approx(np.diag([0.5, 0.5]))
    assert "(1: 1; 2: 1) and (1: 2; 2: 2) are seen most often: 50 % of the time each" in both.sentence
    equal = alpha_rank(Game.from_tables([np.zeros((2, 3))] * 2))
    assert np.exp(equal.logs) == pytest.approx(np.full((2, 3), 1 / 6))


def test_the_population_says_how_long_odds_become() -> None:
    """Each of two who gain 2 by agreeing: from one agreement to the other by a mistake of the newcomer's population."""
    alpha, many = 0.7, 11
    found = alpha_rank(Game.from_tables([2 * np.eye(2)] * 2), alpha, many)
    gain = np.exp(2 * alpha)
    assert np.exp(found.logs[0, 0] - found.logs[0, 1]) == pytest.approx(gain ** (many - 1))


def test_the_result_says_what_is_seen_and_how_long() -> None:
    game = random_game(Lattice((Axis(1, 2), Axis(3, 2), Axis(1, 2, committed=1))), 5)
    found = alpha_rank(game, 2.0)
    body = found.as_dict()
    assert sum(one["share"] for one in body["profiles"]) == pytest.approx(1.0)
    assert all(sum(one["counts"]["b"].values()) == 3 and 3 in one["counts"]["b"].values() for one in body["profiles"])
    assert body["shares"]["c"] == {"u": 0.0, "v": pytest.approx(1.0)}
    best = np.unravel_index(int(found.logs.argmax()), found.logs.shape)
    assert body["profiles"][0]["counts"]["a"][game.actions[0][best[0]]] == 1
    assert f"{100 * body['profiles'][0]['share']:.3g} %" in found.sentence


def test_all_that_are_seen_equally_often_are_counted() -> None:
    flat = Game.from_tables([np.zeros((2,) * 6)] * 6)
    assert "and 61 more are seen most often: 1.56 % of the time each" in alpha_rank(flat).sentence
    assert "and 61 more are seen most often: 1.56 % of the time each" in long_run(flat).sentence


def test_as_many_profiles_as_it_says_can_be_compared_whatever_the_numbers() -> None:
    markov._check(alpharank.MAX_STATES, alpharank.MAX_STATES - 1, markov.LOG_COST)
    tables = np.random.default_rng(0).normal(size=(2, 12, 12))
    found = alpha_rank(Game.from_tables(list(tables)), 1e5)
    assert np.exp(found.logs).sum() == pytest.approx(1.0)


def test_differences_within_round_off_are_ties_with_one_stakeholder_too() -> None:
    game = Game(("firms",), (("join", "stay"),), Lattice((Axis(10, 2),)), ((np.full(11, 1e9 + 0.5), np.full(11, 1e9)),))
    assert np.exp(alpha_rank(game, 10.0).logs) == pytest.approx([0.5, 0.5])
    assert small_mutation_of_game(game, 10.0).shares == pytest.approx([0.5, 0.5])


def test_the_intensity_follows_the_money_where_none_is_given() -> None:
    tables = np.random.default_rng(3).normal(size=(2, 3, 3))
    small, large = alpha_rank(Game.from_tables(list(tables))), alpha_rank(Game.from_tables(list(1000 * tables)))
    np.testing.assert_allclose(small.logs, large.logs, atol=1e-9)
    assert small.intensity == pytest.approx(1000 * large.intensity)


def test_what_cannot_be_ranked_is_refused_before_anything_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    game = Game.from_tables([np.eye(2)] * 2)
    for intensity in (0.0, float("nan"), 1e308):
        with pytest.raises(NotApplicableError, match="intensity"):
            alpha_rank(game, intensity)
    for population in (1, 10**400):
        with pytest.raises(NotApplicableError, match="cannot stand for"):
            alpha_rank(game, 1.0, population)
    for extreme in (1.7e308 * np.array([[1, -0.5], [-0.5, 0.6]]), 1e-309 * np.eye(2)):
        with pytest.raises(NotApplicableError, match="beyond what can be computed"):
            alpha_rank(Game.from_tables([extreme] * 2))
    with pytest.raises(TimedOutError):
        alpha_rank(game, budget=Budget(seconds=0.0))
    with pytest.raises(NotApplicableError, match="free to choose"):
        alpha_rank(random_game(Lattice((Axis(1, 2, committed=0),)), 0))
    many = Lattice(tuple(Axis(1, 2) for _ in range(10)))
    flat = tuple(tuple(np.zeros((1,) * 10) for _ in range(2)) for _ in range(10))
    with pytest.raises(TooLargeError, match="1,024 profiles"):
        alpha_rank(Game(tuple(f"p{k}" for k in range(10)), (("x", "y"),) * 10, many, flat))
    monkeypatch.setattr(alpharank, "MAX_TERMS", 50)
    with pytest.raises(TooLargeError, match="payoffs would"):
        alpha_rank(random_game(Lattice((Axis(40, 3),)), 0), 1.0)


def test_it_is_asked_for_by_name() -> None:
    game = random_game(Lattice((Axis(1, 2), Axis(3, 2))), 1)
    body = analysis("alpha_rank").run(Subject("any", game=game), Request(options={"intensity": "2", "population": "9"})).as_dict()
    assert (body["intensity"], body["population"]) == (2.0, 9)
    assert prod(len(row) for row in body["shares"].values()) == 4
