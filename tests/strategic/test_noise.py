"""The long run: stationary distributions, stochastic stability, rare newcomers."""

from itertools import product
from math import lgamma, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.errors import NotApplicableError, TimedOutError, TooLargeError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.dynamics import markov, stochastic
from negotiation.strategic.dynamics.arborescence import cheapest_tree
from negotiation.strategic.dynamics.fixation import small_mutation, small_mutation_of_game
from negotiation.strategic.dynamics.markov import stationary
from negotiation.strategic.dynamics.noise import long_run
from negotiation.strategic.dynamics.stochastic import stochastically_stable
from negotiation.strategic.dynamics.transitions import transitions
from negotiation.strategic.dynamics.walks import sample_path
from negotiation.strategic.game import Game

SEEDS = st.integers(0, 10_000)
few = settings(max_examples=10)
YOUNG = np.array([[6.0, 0, 0], [5, 7, 5], [0, 5, 8]])


def population(table: np.ndarray, n: int) -> Game:
    """Each of `n` members meets all others and earns the average of a symmetric game."""
    counts = Axis(n, len(table)).counts
    payoffs = tuple((counts @ table[a] - table[a, a]) / (n - 1) for a in range(len(table)))
    return Game(("all",), (tuple("abcdefgh"[: len(table)]),), Lattice((Axis(n, len(table)),)), (payoffs,))


def random_game(seed: int) -> Game:
    rng = np.random.default_rng(seed)
    lattice = Lattice((Axis(3, 2), Axis(2, 3), Axis(1, 2)))
    shapes = [tuple(1 if j == i and axis.members == 1 else size for j, size in enumerate(lattice.shape)) for i, axis in enumerate(lattice.axes)]
    payoffs = tuple(tuple(rng.integers(0, 6, size=shapes[i]) * 1.0 for _ in range(axis.actions)) for i, axis in enumerate(lattice.axes))
    return Game(("a", "b", "c"), (("x", "y"), ("x", "y", "z"), ("x", "y")), lattice, payoffs)


def chain(logs: np.ndarray) -> np.ndarray:
    source, target = np.nonzero(np.isfinite(logs))
    return stationary(source, target, logs[source, target], len(logs))


def by_eigenvector(p: np.ndarray) -> np.ndarray:
    system = np.vstack([p.T - np.eye(len(p)), np.ones(len(p))])
    return np.linalg.lstsq(system, np.append(np.zeros(len(p)), 1.0), rcond=None)[0]


# --- Markov chains


@given(SEEDS, st.integers(3, 12))
def test_the_stationary_distribution_solves_its_equations(seed: int, n: int) -> None:
    p = np.random.default_rng(seed).dirichlet(np.ones(n), size=n)
    np.testing.assert_allclose(np.exp(chain(np.log(p))), by_eigenvector(p), rtol=1e-9)


@few
@given(SEEDS)
def test_a_banded_chain_and_the_same_chain_in_logarithms_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, width = 30, 4
    near = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= width
    logs = np.where(near, rng.normal(size=(n, n)) * 3, -np.inf)
    source, target = np.nonzero(near & ~np.eye(n, dtype=bool))
    band = markov._band(source, target, logs[source, target], n, -np.inf)
    slow = markov._substitute(band, markov._eliminate(band, markov._reduce_logs, markov.log_sum, Budget()))
    np.testing.assert_allclose(chain(logs), slow, atol=1e-10)
    rates = np.where(near & ~np.eye(n, dtype=bool), np.exp(logs), 0)
    p = rates / rates.sum(axis=1).max() / 2
    np.testing.assert_allclose(np.exp(slow), by_eigenvector(p + np.diag(1 - p.sum(axis=1))), rtol=1e-7, atol=1e-15)


def test_probabilities_far_below_the_smallest_float_are_exact() -> None:
    logs = np.array([[0, -5000.0, -9000], [-100, 0, -3000], [-10, -20, 0]])
    # every tree into a root costs the sum of its edges; with costs this far apart one tree is all that counts
    trees = [max(-100 - 10, -20 - 100, -3000 - 10), max(-5000 - 20, -9000 - 20, -5000 - 10), max(-3000 - 5000, -9000 - 100, -9000 - 3000)]
    found = chain(logs)
    np.testing.assert_allclose(found - found[0], np.array(trees) - trees[0], atol=1e-3)


def test_a_chain_on_a_line_has_its_closed_form() -> None:
    rng = np.random.default_rng(0)
    up, down = rng.random(9), rng.random(9)
    logs = np.full((10, 10), -np.inf)
    logs[np.arange(9), np.arange(1, 10)], logs[np.arange(1, 10), np.arange(9)] = np.log(up), np.log(down)
    expected = np.concatenate([[1.0], np.cumprod(up / down)])
    np.testing.assert_allclose(np.exp(chain(logs)), expected / expected.sum(), rtol=1e-12)


def test_a_chain_that_falls_apart_has_no_single_long_run() -> None:
    apart = np.full((4, 4), -np.inf)
    apart[0, 1] = apart[1, 0] = apart[2, 3] = apart[3, 2] = 0
    with pytest.raises(NotApplicableError):
        chain(apart)
    apart[0, 2] = apart[0, 3] = 0
    with pytest.raises(NotApplicableError):
        chain(apart)


def test_a_chain_beyond_the_limits_is_refused_and_a_spent_budget_ends_it() -> None:
    n, far = 100_000, 1000
    with pytest.raises(TooLargeError):
        stationary(np.arange(n - far), np.arange(far, n), np.zeros(n - far), n)
    n = 1000
    source, target = (np.concatenate(pair) for pair in ((np.arange(n - 2), np.arange(2, n)), (np.arange(2, n), np.arange(n - 2))))
    with pytest.raises(TimedOutError):
        stationary(source, target, np.zeros(len(source)), n, Budget(seconds=0.0))


# --- logit choice


@few
@given(st.integers(0, 500), st.floats(0.2, 3))
def test_with_common_interest_the_long_run_is_the_gibbs_distribution(seed: int, noise: float) -> None:
    lattice = Lattice((Axis(3, 3), Axis(2, 2), Axis(1, 2)))
    common = np.random.default_rng(seed).normal(size=lattice.shape)
    payoffs = tuple(
        tuple(common if axis.members > 1 else common[..., a : a + 1] for a in range(axis.actions)) for axis in lattice.axes
    )  # fmt: skip
    game = Game(("a", "b", "c"), (("x", "y", "z"), ("x", "y"), ("x", "y")), lattice, payoffs)
    logs = common / noise
    for i, axis in enumerate(lattice.axes):
        ways = np.array([lgamma(axis.members + 1) - sum(lgamma(c + 1) for c in row) for row in axis.counts])
        logs = logs + lattice.along(i, ways)
    np.testing.assert_allclose(long_run(game, noise).logs, logs - np.log(np.exp(logs).sum()), atol=1e-9)


@few
@given(SEEDS, st.floats(0.3, 5))
def test_the_long_run_of_any_game_solves_the_chain_written_out_by_hand(seed: int, noise: float) -> None:
    game = random_game(seed)
    p = np.zeros((game.lattice.size,) * 2)
    for k in range(game.lattice.size):
        here = tuple(np.array([row]) for row in np.unravel_index(k, game.lattice.shape))
        for i, axis in enumerate(game.lattice.axes):
            for a in range(axis.actions):
                share = game.taken(i, a, here)[0] / sum(game.members)
                if share:
                    moves = [move for move in game.moves if move[:2] == (i, a)]
                    pull = np.exp(np.array([0.0, *(game.gain(move, here)[0] for move in moves)]) / noise)
                    p[k, k] += share * pull[0] / pull.sum()
                    for move, weight in zip(moves, pull[1:] / pull.sum(), strict=True):
                        p[k, int(np.ravel_multi_index(game.after(move, here), game.lattice.shape)[0])] += share * weight
    np.testing.assert_allclose(np.exp(long_run(game, noise).logs).ravel(), by_eigenvector(p), rtol=1e-7, atol=1e-14)


def test_a_long_sample_path_spends_its_time_as_the_long_run_says() -> None:
    game = population(np.array([[3.0, 0], [2, 2]]), 4)
    answer = long_run(game, 1.0)
    path = sample_path(game, (np.array([0]),), np.random.default_rng(2), "logit", noise=1.0, steps=1000)
    assert len(path.moves) > 100
    rng = np.random.default_rng(4)
    state, visits = 0, np.zeros(5)
    edges = transitions(game)
    gains = {(int(one), int(other)): float(gain) for one, other, gain in zip(edges.source, edges.target, edges.gain, strict=True)}
    for leave, accept in rng.random((20_000, 2)):
        to = state + (1 if leave < (4 - state) / 4 else -1)  # state: members at the second action
        if accept < 1 / (1 + np.exp(-gains[state, to])):
            state = to
        visits[state] += 1
    np.testing.assert_allclose(visits / visits.sum(), np.exp(answer.logs), atol=0.03)
    assert answer.shares[0].sum() == pytest.approx(1)
    assert sum(row["share"] for row in answer.as_dict()["profiles"]) == pytest.approx(1)


def test_one_stakeholder_with_two_actions_may_have_very_many_members() -> None:
    n = 200_000
    joined = np.arange(n, -1, -1.0) / n
    game = Game(("all",), (("join", "stay"),), Lattice((Axis(n, 2),)), ((joined, 0 * joined + 0.4),))
    answer = long_run(game, 0.1)
    points, _ = answer.most_often(1)
    share = game.taken(0, 0, points)[0] / n
    assert share == pytest.approx(1 / (1 + np.exp(-(share - 0.4) / 0.1)), abs=1e-4)


def test_noise_has_to_be_above_zero_and_somebody_free() -> None:
    game = population(YOUNG, 3)
    with pytest.raises(NotApplicableError):
        long_run(game, 0.0)
    bound = Game(("m",), (("a", "b"),), Lattice((Axis(3, 2, committed=0),)), ((np.zeros(1), np.zeros(1)),))
    with pytest.raises(NotApplicableError):
        long_run(bound, 1.0)


# --- stochastic stability


@few
@given(SEEDS, st.integers(1, 5))
def test_the_cheapest_tree_is_the_best_of_all_trees(seed: int, n: int) -> None:
    costs = np.random.default_rng(seed).integers(0, 6, size=(n, n)).astype(float)
    costs[costs == 5] = np.inf
    for root in range(n):
        best = np.inf
        others = [k for k in range(n) if k != root]
        for choice in product(range(n), repeat=n - 1):
            following = dict(zip(others, choice, strict=True))
            ends = [k for k in others if _leads_to(following, k, root, n)]
            if len(ends) == n - 1:
                best = min(best, sum(costs[k, to] for k, to in following.items()))
        assert cheapest_tree(costs, root) == best


def _leads_to(following: dict[int, int], node: int, root: int, n: int) -> bool:
    for _ in range(n):
        node = following.get(node, root)
    return node == root


def test_in_the_stag_hunt_the_risk_dominant_equilibrium_survives() -> None:
    for stag, survivor in ((5.0, 1), (7.0, 0)):
        table = np.array([[stag, 0], [3, 3]])
        for game in (population(table, 20), Game.from_tables([table, table.T])):
            for mistakes in ("uniform", "logit"):
                result = stochastically_stable(game, mistakes)  # type: ignore[arg-type]
                if game.is_ordinary and mistakes == "uniform":
                    assert len(result.stable) == 2
                    continue
                stable = result.stable
                assert [game.taken(0, survivor, convention.points)[0] for convention in stable] == [game.members[0]]


def test_mistakes_that_a_convention_withstands_are_counted_as_by_kandori_mailath_and_rob() -> None:
    n = 21
    result = stochastically_stable(population(np.array([[2.0, 0], [0, 1]]), n))
    first = next(c for c in result.conventions if c.points[0][0] == 0)
    second = next(c for c in result.conventions if c.points[0][0] == n)
    # a member replies a when at least a third of the n - 1 others do: z >= 20 / 3; b when z <= 20 / 3
    assert (second.radius, first.coradius) == (7, 7)
    assert (first.radius, second.coradius) == (14, 14)
    assert (first.stable, second.stable) == (True, False)


def test_in_youngs_three_by_three_game_the_middle_equilibrium_survives() -> None:
    result = stochastically_stable(population(YOUNG, 81))
    counts = Axis(81, 3).counts
    assert [counts[c.points[0][0]].tolist() for c in result.stable] == [[0, 81, 0]]
    middle = result.stable[0]
    assert middle.radius > middle.coradius
    assert "long run" in result.sentence


@given(SEEDS)
@few
def test_stochastic_potential_is_what_remains_of_logit_choice_as_noise_vanishes(seed: int) -> None:
    game = random_game(seed)
    result = stochastically_stable(game, "logit")
    least = min(c.potential for c in result.conventions)
    noise = 0.002
    logs = long_run(game, noise).logs
    for convention in result.conventions:
        assert -noise * logs[convention.points].max() == pytest.approx(convention.potential - least, abs=0.1)


@given(SEEDS)
@few
def test_stochastic_potential_is_what_remains_as_uniform_mistakes_vanish(seed: int) -> None:
    game = random_game(seed)
    result = stochastically_stable(game)
    edges = transitions(game)
    epsilon = 1e-60
    logs = np.where(edges.regret > 0, log(epsilon), 0.0)
    found = stationary(edges.source, edges.target, logs, game.lattice.size).reshape(game.lattice.shape) / log(epsilon)
    least = min(c.potential for c in result.conventions)
    for convention in result.conventions:
        assert found[convention.points].min() == pytest.approx(convention.potential - least, abs=0.1)
        assert convention.stable == (convention.potential == least)


def test_a_game_with_one_convention_and_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    dilemma = np.array([[3.0, 0], [5, 1]])
    result = stochastically_stable(population(dilemma, 9))
    assert "from everywhere" in result.sentence
    assert result.as_dict()["conventions"][0]["radius"] is None
    with pytest.raises(NotApplicableError):
        stochastically_stable(population(dilemma, 9), "rare")  # type: ignore[arg-type]
    with pytest.raises(TimedOutError):
        stochastically_stable(population(YOUNG, 9), budget=Budget(seconds=0.0))
    monkeypatch.setattr(stochastic, "MAX_CLASSES", 2)
    with pytest.raises(TooLargeError):
        stochastically_stable(population(YOUNG, 9))


# --- rare newcomers


def fixation_by_absorption(table: np.ndarray, n: int, beta: float, i: int, j: int) -> float:
    """Solve the whole birth and death chain of imitation for the probability that one `i` takes over a population of `j`."""
    p = np.zeros((n + 1, n + 1))
    for m in range(1, n):
        own = ((m - 1) * table[i, i] + (n - m) * table[i, j]) / (n - 1)
        other = (m * table[j, i] + (n - m - 1) * table[j, j]) / (n - 1)
        meet = m * (n - m) / n / (n - 1)
        p[m, m + 1] = meet / (1 + np.exp(-beta * (own - other)))
        p[m, m - 1] = meet / (1 + np.exp(beta * (own - other)))
        p[m, m] = 1 - p[m, m + 1] - p[m, m - 1]
    inner = np.linalg.solve(np.eye(n - 1) - p[1:n, 1:n], p[1:n, n])
    return float(inner[0])


@few
@given(SEEDS, st.integers(2, 20), st.floats(0, 3))
def test_fixation_probabilities_solve_the_chain_of_imitation(seed: int, n: int, beta: float) -> None:
    table = np.random.default_rng(seed).normal(size=(3, 3))
    result = small_mutation(table, n, beta)
    for i, j in product(range(3), repeat=2):
        if i != j:
            assert result.fixation[i, j] == pytest.approx(fixation_by_absorption(table, n, beta, i, j), rel=1e-7)
    rates = result.fixation.T / 2
    np.fill_diagonal(rates, 0)
    np.testing.assert_allclose(result.shares, by_eigenvector(rates + np.diag(1 - rates.sum(axis=1))), rtol=1e-6, atol=1e-12)


def test_without_selection_every_newcomer_has_the_same_chance() -> None:
    result = small_mutation(np.random.default_rng(0).normal(size=(4, 4)), 25, 0.0)
    np.testing.assert_allclose(result.fixation[~np.eye(4, dtype=bool)], 1 / 25)
    np.testing.assert_allclose(result.shares, 0.25)


def test_strong_selection_in_a_large_population_does_not_underflow() -> None:
    table = np.array([[3.0, 0, 4], [5, 1, 0], [3, 1, 1.5]])
    result = small_mutation(table, 1000, 10.0)
    assert np.isfinite(result.log_fixation).all()
    assert result.log_fixation.min() < -5000
    assert np.isfinite(result.logs).all()
    assert result.shares.sum() == pytest.approx(1)
    # between two strategies the ratio of the chances is exp(beta times the sum of the advantages)
    m = np.arange(1, 1000)
    advantage = ((m - 1) * 3 + 0 - m * 5 - (999 - m) * 1) / 999
    assert result.log_fixation[0, 1] - result.log_fixation[1, 0] == pytest.approx(10 * advantage.sum(), rel=1e-12)


@few
@given(SEEDS, st.integers(2, 8), st.floats(0, 3))
def test_a_game_on_count_profiles_gives_the_same_as_its_table(seed: int, n: int, beta: float) -> None:
    table = np.random.default_rng(seed).normal(size=(3, 3))
    one, other = small_mutation(table, n, beta), small_mutation_of_game(population(table, n), beta)
    np.testing.assert_allclose(one.log_fixation, other.log_fixation, atol=1e-9)
    np.testing.assert_allclose(one.shares, other.shares, atol=1e-12)


def test_rare_newcomers_refuse_what_does_not_fit() -> None:
    for arguments in (([[1, 2]], 5, 1.0), ([[1]], 1, 1.0), ([[1]], 5, -1.0), ([[float("nan")]], 5, 1.0)):
        with pytest.raises(NotApplicableError):
            small_mutation(*arguments)
    with pytest.raises(TooLargeError):
        small_mutation(np.eye(100), 1_000_000, 1.0)
    with pytest.raises(NotApplicableError):
        small_mutation_of_game(random_game(0), 1.0)
    assert small_mutation([[2.0]], 5, 1.0).shares.tolist() == [1.0]
