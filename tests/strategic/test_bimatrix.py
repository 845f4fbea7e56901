"""All equilibria of two-player games: against an independent exact solver, nashpy, brute force and known answers."""

from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.errors import NotApplicableError, SolverError, TooLargeError
from negotiation.lattice import Axis, Lattice
from negotiation.strategic.game import Game
from negotiation.strategic.mixed import bimatrix, corners, cuts
from negotiation.strategic.mixed.batches import solved
from negotiation.strategic.mixed.bimatrix import bimatrix_equilibria
from negotiation.strategic.mixed.components import components
from negotiation.strategic.mixed.exact import exact_table, integers, solve_ones
from negotiation.strategic.mixed.nashpy_solver import nashpy_equilibria
from negotiation.strategic.mixed.polytope import Polytope, exact_corners
from negotiation.strategic.mixed.proof import Bimatrix, certificates, certify, plays
from negotiation.strategic.pure import pure_equilibria
from tests.strategic.bimatrix_games import KINDS, Tables, exact_regret, game_of, mixtures, random_tables
from tests.strategic.brute_bimatrix import brute_force
from tests.strategic.lrs import extreme_equilibria

F = Fraction


def half(*numbers: int) -> tuple[Fraction, ...]:
    total = sum(numbers)
    return tuple(F(number, total) for number in numbers)


def doubt(*_: object) -> None:
    raise cuts.DoubtError


@pytest.fixture(params=["as it comes", "cut in floating point", "shaken"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run small games through the floating-point cuts too, which are meant for larger ones, and through shaken ones, meant for ties."""
    if request.param != "as it comes":
        monkeypatch.setattr(corners, "EXACT_LABELS", 0)
    if request.param == "shaken":
        monkeypatch.setattr(corners, "cut_surely", doubt)


# --- against independent methods


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("kind", KINDS)
def test_the_list_is_the_one_of_lrsnash(kind: str) -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        tables = random_tables(kind, rng, 6)
        found = bimatrix_equilibria(game_of(tables))
        assert found.complete is True
        assert mixtures(found) == extreme_equilibria(tables[0].tolist(), tables[1].tolist())


@pytest.mark.parametrize("size", [(8, 8), (10, 10), (7, 11), (3, 30)])
def test_larger_games_agree_with_lrsnash(size: tuple[int, int]) -> None:
    for seed in range(3):
        tables = np.random.default_rng(seed).integers(-1000, 1001, (2, *size)).astype(float)
        assert mixtures(bimatrix_equilibria(game_of(tables))) == extreme_equilibria(tables[0].tolist(), tables[1].tolist())


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("values", [[0.0, 1.0, 2.0, 1e19, -1e19, 3e15], [0.1, 0.3, 1e-12, 1e12, -7.25]])
def test_payoffs_of_every_size_at_once_are_handled_exactly(values: list[float]) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        tables = rng.choice(values, (2, *rng.integers(1, 4, 2)))
        assert mixtures(bimatrix_equilibria(game_of(tables))) == brute_force(tables[0].tolist(), tables[1].tolist())


def test_the_pure_equilibrium_that_gambit_loses_at_payoffs_of_1e19_is_found() -> None:
    table = np.array([[1e19, 0, 0, 0], [0, 1, 2, 0], [0, 2, 1, 0], [0, 0, 0, 1e19]])
    found = mixtures(bimatrix_equilibria(game_of(np.array([table, table]))))
    assert (half(1, 0, 0, 0), half(1, 0, 0, 0)) in found
    assert found == brute_force(table.tolist(), table.tolist())


def test_nashpy_finds_the_same_equilibria_in_nondegenerate_games() -> None:
    compared = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        tables = rng.integers(-100, 101, (2, *rng.integers(2, 4 + (seed < 10), 2))).astype(float)
        found, other = bimatrix_equilibria(game_of(tables)), nashpy_equilibria(game_of(tables))
        if any("degenerate" in note for note in found.notes):
            continue
        compared += 1
        assert len(found.equilibria) == len(other.equilibria)
        for mine, theirs in zip(found.equilibria, other.equilibria, strict=True):
            assert mine.kind == theirs.kind
            np.testing.assert_allclose(np.concatenate(mine.mixture), np.concatenate(theirs.mixture), atol=1e-6)
    assert compared > 90


@pytest.mark.parametrize("kind", ["tied", "zero-sum", "duplicated", "indifferent", "decimal"])
def test_what_nashpy_finds_in_degenerate_games_is_in_the_list(kind: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(25):
        tables = random_tables(kind, rng, 4)
        if min(tables.shape) < 2:
            continue
        mine = np.array([np.concatenate(e.mixture) for e in bimatrix_equilibria(game_of(tables)).equilibria])
        for e in nashpy_equilibria(game_of(tables)).equilibria:
            assert np.abs(mine - np.concatenate(e.mixture)).max(axis=1).min() < 1e-6


# --- what an equilibrium is


@pytest.mark.usefixtures("engine")
@given(st.sampled_from(KINDS), st.integers(0, 10**6))
def test_every_equilibrium_has_exactly_no_regret(kind: str, seed: int) -> None:
    tables = random_tables(kind, np.random.default_rng(seed), 5)
    for equilibrium in bimatrix_equilibria(game_of(tables)).equilibria:
        assert equilibrium.exact is not None
        assert exact_regret(tables, *equilibrium.exact) == 0
        for i, row in enumerate(equilibrium.mixture):
            assert row.tolist() == [float(share) for share in equilibrium.exact[i]]


@given(st.sampled_from([kind for kind in KINDS if kind != "huge"]), st.integers(0, 10**6))
def test_the_pure_ones_are_those_of_the_comparison_of_payoff_arrays(kind: str, seed: int) -> None:
    game = game_of(random_tables(kind, np.random.default_rng(seed), 5))
    found, pure = bimatrix_equilibria(game), pure_equilibria(game)
    listed = [e for e in found.equilibria if e.kind == "pure"]
    assert [tuple(int(row.argmax()) for row in e.counts or ()) for e in listed] == list(zip(*(rows.tolist() for rows in pure.points), strict=True))
    np.testing.assert_allclose([e.margin for e in listed], pure.margins, atol=1e-9)
    assert found.equilibria[: len(listed)] == tuple(listed)


@given(st.sampled_from(["generic", "tied", "zero-sum", "duplicated"]), st.integers(0, 10**6))
def test_scaling_payoffs_and_adding_a_constant_for_each_action_of_the_other_changes_nothing(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tables = random_tables(kind, rng, 4)
    m, n = tables.shape[1:]
    scale = rng.integers(1, 10, (2, 1, 1))
    changed: Tables = tables * scale
    changed[0] += rng.integers(-50, 50, (1, n))
    changed[1] += rng.integers(-50, 50, (m, 1))
    before, after = bimatrix_equilibria(game_of(tables)), bimatrix_equilibria(game_of(changed))
    assert [e.exact for e in before.equilibria] == [e.exact for e in after.equilibria]
    assert [(e.index, e.component, e.strict) for e in before.equilibria] == [(e.index, e.component, e.strict) for e in after.equilibria]


@given(st.sampled_from(KINDS), st.integers(0, 10**6))
def test_relabelling_actions_and_swapping_players_relabels_the_equilibria(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tables = random_tables(kind, rng, 4)
    rows, columns = rng.permutation(tables.shape[1]), rng.permutation(tables.shape[2])
    moved = tables[:, rows][:, :, columns][::-1].transpose(0, 2, 1)
    before, after = mixtures(bimatrix_equilibria(game_of(tables))), mixtures(bimatrix_equilibria(game_of(moved)))
    assert after == {(tuple(y[k] for k in columns), tuple(x[k] for k in rows)) for x, y in before}


# --- known answers


def test_battle_of_the_sexes_has_two_pure_equilibria_and_a_mixed_one_of_opposite_index() -> None:
    found = bimatrix_equilibria(game_of(np.array([[[2.0, 0], [0, 1]], [[1.0, 0], [0, 2]]])))
    assert [(e.kind, e.index, e.strict) for e in found.equilibria] == [("pure", 1, True), ("pure", 1, True), ("mixed", -1, False)]
    assert found.equilibria[2].exact == (half(2, 1), half(1, 2))
    assert found.equilibria[2].payoffs == ({0: 2 / 3, 1: 2 / 3}, {0: 2 / 3, 1: 2 / 3})
    assert not found.notes


def test_the_game_of_which_support_enumeration_loses_the_only_equilibrium() -> None:
    tables = np.array([[[0.0, 0, 0], [6, 0, 1], [0, 4, 0]], [[3.0, 1, 5], [0, 6, 2], [6, 3, 3]]])
    assert mixtures(bimatrix_equilibria(game_of(tables))) == {(half(0, 1, 2), half(2, 3, 0))}


def test_the_game_of_von_stengel_has_three_equilibria() -> None:
    tables = np.array([[[3.0, 3], [2, 5], [0, 6]], [[3.0, 2], [2, 6], [3, 1]]])
    assert mixtures(bimatrix_equilibria(game_of(tables))) == {
        (half(4, 1, 0), half(2, 1)),
        (half(0, 1, 2), half(1, 2)),
        (half(1, 0, 0), half(1, 0)),
    }


def test_a_coordination_game_has_an_equilibrium_for_every_set_of_actions() -> None:
    found = bimatrix_equilibria(game_of(np.array([np.eye(6), np.eye(6)])))
    assert len(found.equilibria) == 2**6 - 1
    assert sum(e.index or 0 for e in found.equilibria) == 1
    assert all(e.index == (-1) ** (int((e.mixture[0] > 0).sum()) + 1) for e in found.equilibria)


def test_in_a_game_of_payoffs_that_are_all_equal_every_pair_of_actions_is_an_extreme_equilibrium() -> None:
    found = bimatrix_equilibria(game_of(np.zeros((2, 3, 4))))
    assert len(found.equilibria) == 12
    assert {e.component for e in found.equilibria} == {1}
    assert all(e.index is None and e.margin == 0 and not e.strict for e in found.equilibria)
    assert "degenerate" in found.notes[0]


def test_a_stakeholder_without_a_choice_leaves_the_other_its_best_replies() -> None:
    tables = np.array([[[1.0, 1, 1, 1]], [[1.0, 2, 0, 2]]])
    assert mixtures(bimatrix_equilibria(game_of(tables))) == {((F(1),), half(0, 1, 0, 0)), ((F(1),), half(0, 0, 0, 1))}


def test_a_committed_stakeholder_keeps_to_its_action() -> None:
    payoffs = ((np.zeros((1, 1)), np.ones((1, 1))), (np.array([[3.0]]), np.array([[5.0]])))
    game = Game(("a", "b"), (("x", "y"), ("v", "w")), Lattice((Axis(1, 2, committed=1), Axis(1, 2))), payoffs)
    found = bimatrix_equilibria(game)
    assert mixtures(found) == {(half(0, 1), half(0, 1))}
    assert found.as_dict()["equilibria"][0]["counts"] == {"a": {"x": 0, "y": 1}, "b": {"v": 0, "w": 1}}


def test_decimals_count_as_the_decimals_that_people_write() -> None:
    tables = np.array([[[0.1, 0.0], [0.0, 0.2]], [[0.0, 0.3], [0.7, 0.0]]])
    assert mixtures(bimatrix_equilibria(game_of(tables))) == {(half(7, 3), half(2, 1))}


def test_payoffs_that_differ_by_less_than_round_off_are_pointed_out() -> None:
    found = bimatrix_equilibria(game_of(np.array([[[1e15, 0.0], [1e15 + 1, 0.0]], np.eye(2)])))
    assert any("round-off" in note for note in found.notes)


# --- what the list says of itself


def test_a_spent_budget_leaves_the_pure_equilibria_and_says_so() -> None:
    tables = np.random.default_rng(0).integers(-9, 10, (2, 9, 9)).astype(float)
    for shape in [(9, 9), (9, 4)]:
        game = game_of(tables[:, :, : shape[1]])
        found = bimatrix_equilibria(game, Budget(seconds=0.0))
        assert found.complete is None
        assert "time limit of 0 s reached" in found.reason
        assert len([e for e in found.equilibria if e.kind == "pure"]) == len(pure_equilibria(game))


def test_a_budget_that_is_stopped_midway_leaves_what_was_found() -> None:
    asked = iter([False] * 6 + [True] * 100)
    game = game_of(np.random.default_rng(4).integers(-1000, 1001, (2, 10, 10)).astype(float))
    found = bimatrix_equilibria(game, Budget(stopped=lambda: next(asked)))
    assert found.complete is None
    assert mixtures(found) <= mixtures(bimatrix_equilibria(game))
    assert "stopped on request" in found.reason


def test_a_budget_spent_while_corners_are_written_out_leaves_those_that_were() -> None:
    game = game_of(np.array([np.eye(6), np.eye(6)]))
    every, counts = mixtures(bimatrix_equilibria(game)), []
    for allowed in (5, 60, 100):
        asked = iter([False] * (10 + allowed))
        found = bimatrix_equilibria(game, Budget(stopped=lambda asked=asked: next(asked, True)))  # type: ignore[misc]
        assert found.complete is None
        assert mixtures(found) <= every
        assert len([e for e in found.equilibria if e.kind == "pure"]) == 6
        counts.append(len(found.equilibria))
    assert counts == sorted(counts)
    assert 6 < counts[-1] < len(every)


def test_only_two_single_actors_are_taken() -> None:
    with pytest.raises(NotApplicableError, match="two stakeholders of one member each"):
        bimatrix_equilibria(Game.from_tables([np.zeros((2, 2, 2))] * 3))
    crowd = Game(("a", "b"), (("x", "y"), ("v",)), Lattice((Axis(3, 2), Axis(1, 1))), ((np.zeros((4, 1)),) * 2, (np.zeros((4, 1)),)))
    with pytest.raises(NotApplicableError, match="4 members"):
        bimatrix_equilibria(crowd)


def test_games_out_of_reach_are_refused_before_the_work_starts() -> None:
    with pytest.raises(TooLargeError, match="17 x 17 actions work"):
        bimatrix_equilibria(game_of(np.random.default_rng(0).random((2, 20, 20))))


TWO = Bimatrix.of(game_of(np.array([np.eye(2), np.eye(2)])))


def test_a_false_equilibrium_is_never_certified() -> None:
    with pytest.raises(SolverError, match="not a best reply"):
        certify(TWO, ([1, 0], [0, 1]))
    with pytest.raises(SolverError, match="not a best reply"):
        certificates(TWO, (plays(TWO, 0, [[1, 0], [1, 0]]), plays(TWO, 1, [[1, 0], [0, 1]])), [None, None], [None, None])
    for none in ([0, 0], [2, -1]):
        with pytest.raises(SolverError, match="is none"):
            certify(TWO, (none, [1, 0]))
        with pytest.raises(SolverError, match="is none"):
            plays(TWO, 0, [[1, 0], none])


@given(st.sampled_from(KINDS), st.integers(0, 10**6))
def test_both_ways_of_proving_say_the_same(kind: str, seed: int) -> None:
    """One pair by plain integers, many by arrays."""
    two = Bimatrix.of(game_of(random_tables(kind, np.random.default_rng(seed), 5)))
    for many in bimatrix_equilibria(two.game).equilibria:
        one = certify(two, many.weights, many.index)
        assert (one.exact, one.payoffs, one.margin, one.strict, one.index) == (many.exact, many.payoffs, many.margin, many.strict, many.index)
        assert np.concatenate(one.mixture) == pytest.approx(np.concatenate(many.mixture), rel=1e-15, abs=0)
        assert (one.counts is None) == (many.counts is None)


def test_indices_that_do_not_sum_to_one_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bimatrix, "_index", lambda x, y: -1)
    with pytest.raises(SolverError, match="indices"):
        bimatrix_equilibria(game_of(np.array([np.eye(2), np.eye(2)])))


# --- components


@given(st.sampled_from(KINDS), st.integers(0, 10**6))
def test_mixtures_within_a_clique_are_equilibria_and_cliques_cover_the_list(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tables = random_tables(kind, rng, 4)
    found = bimatrix_equilibria(game_of(tables))
    parts = components(found)
    assert {k for clique in parts.cliques for k in clique.equilibria} == set(range(len(found.equilibria)))
    assert {clique.component for clique in parts.cliques} == set(range(1, parts.count + 1))
    for clique in parts.cliques:
        blend = []
        for side in clique.mixtures:
            weights = [F(int(weight)) for weight in rng.integers(1, 5, len(side))]
            blend.append(tuple(sum((w * share for w, share in zip(weights, shares, strict=True)), F(0)) / sum(weights) for shares in zip(*side, strict=True)))
        assert exact_regret(tables, blend[0], blend[1]) == 0
        assert {found.equilibria[k].component for k in clique.equilibria} == {clique.component}


def test_cliques_are_maximal_and_described_by_names() -> None:
    tables = np.array([[[1.0, 1], [0, 2]], [[1.0, 1], [0, 1]]])
    parts = components(bimatrix_equilibria(game_of(tables)))
    assert [(len(clique.mixtures[0]), len(clique.mixtures[1]), clique.is_continuum) for clique in parts.cliques] == [(1, 2, True), (1, 1, False)]
    assert parts.as_dict()["cliques"][0]["mixtures"]["2"] == [{"1": "1", "2": "0"}, {"1": "1/2", "2": "1/2"}]
    assert parts.sentence.startswith("The equilibria form 2 separate sets")


def test_isolated_equilibria_stand_alone() -> None:
    assert components(bimatrix_equilibria(game_of(np.array([np.eye(2), np.eye(2)])))).sentence == "Each of the 3 equilibria stands alone."
    assert components(bimatrix_equilibria(game_of(np.zeros((2, 1, 1))))).sentence == "The one equilibrium stands alone."


def test_components_need_exact_mixtures() -> None:
    with pytest.raises(NotApplicableError):
        components(nashpy_equilibria(game_of(np.array([np.eye(2), np.eye(2)]))))


# --- the parts


def polytopes(kind: str, seed: int) -> tuple[Polytope, Polytope]:
    return bimatrix.polytopes_of(Bimatrix.of(game_of(random_tables(kind, np.random.default_rng(seed), 6))).payoffs)


@given(st.sampled_from(KINDS), st.integers(0, 10**6))
def test_cutting_finds_the_corners_that_exact_pivoting_finds(kind: str, seed: int) -> None:
    for polytope in polytopes(kind, seed):
        found, _ = exact_corners(polytope, Budget())
        mine = corners._found([polytope], Budget())[0]
        assert mine.simple | mine.degenerate.keys() == found.keys()
        assert mine.simple == {labels for labels in found if labels.bit_count() == len(polytope.rows[0])}
        for labels, basis in mine.degenerate.items():
            corner = polytope.corner(basis)
            assert basis & ~labels == 0
            assert corner is not None
            assert corner.labels == labels
            assert half(*corner.weights) == half(*mine.solved[labels].weights)


def keys_surely(*sides: Polytope) -> list[int]:
    keys, finished = cuts.cut_surely(cuts.Slabs.of(sides, 0.0), Budget())
    assert finished
    return [int(key) for key in keys]


def doubted_or_right(polytope: Polytope) -> None:
    """Where nothing is doubted the corners are those of exact pivoting, each of them simple."""
    exact = exact_corners(polytope, Budget())[0]
    try:
        keys = keys_surely(polytope)
    except cuts.DoubtError:
        return
    assert sorted(corners._labels(polytope, np.array(keys[1:], dtype=np.uint64)).tolist()) == sorted(exact)
    assert all(labels == basis for labels, basis in exact.items())


@given(st.sampled_from(KINDS), st.integers(0, 10**6))
def test_corners_that_are_proven_while_they_are_cut_are_those_of_exact_pivoting(kind: str, seed: int) -> None:
    for polytope in polytopes(kind, seed):
        doubted_or_right(polytope)


@given(st.integers(2, 5), st.integers(1, 5), st.integers(8, 16), st.integers(0, 10**6))
def test_ties_that_are_hardly_broken_are_doubted_or_cut_rightly(m: int, n: int, digits: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 4, (m, n)) * 10**digits + rng.integers(0, 50, (m, n))
    doubted_or_right(Polytope.of(rows, own=m, reply=0))


@given(st.integers(2, 5), st.integers(0, 2), st.integers(1, 6), st.integers(-6, 6), st.integers(0, 10**6))
def test_a_reply_that_ties_wherever_two_others_do_is_doubted(actions: int, others: int, digits: int, reach: int, seed: int) -> None:
    """Rounding breaks these ties, the more so the more alike the two are and the less the third is like them."""
    rng = np.random.default_rng(seed)
    one, change = rng.integers(0, 10**7, actions), rng.integers(-(10**digits), 10**digits, actions)
    third = one + (1 if reach > 0 else -1) * 10 ** abs(reach) * change
    rows = np.array([one, one + 2 * change, third, *rng.integers(0, 10**7, (others, actions))])
    polytope = Polytope.of(rng.permutation(rows), own=len(rows), reply=0)
    if any(labels != basis for labels, basis in exact_corners(polytope, Budget())[0].items()):
        with pytest.raises(cuts.DoubtError):
            keys_surely(polytope)


def test_larger_games_without_ties_are_cut_without_doubt() -> None:
    for size in (8, 10, 12):
        for seed in range(3):
            tables = np.random.default_rng(seed).normal(size=(2, size, size))
            sides = bimatrix.polytopes_of(Bimatrix.of(game_of(tables)).payoffs)
            both = keys_surely(*sides)
            assert len(both) == sum(len(keys_surely(side)) for side in sides)
            assert [len(keys_surely(side)) for side in sides] == [len(corners._found([side], Budget())[0]) + 1 for side in sides]


def test_a_cut_that_is_stopped_says_so_and_returns_corners_only() -> None:
    sides = bimatrix.polytopes_of(Bimatrix.of(game_of(np.random.default_rng(1).normal(size=(2, 8, 8)))).payoffs)
    whole = set(keys_surely(sides[0]))
    for steps in range(8):
        answers = iter([False] * steps + [True] * 99)
        keys, finished = cuts.cut_surely(cuts.Slabs.of(sides[:1], 0.0), Budget(stopped=partial(next, answers)))
        assert finished is (steps == 7)
        assert set(keys.tolist()) <= whole


@given(st.sampled_from(["generic", "tied", "zero-sum"]), st.integers(0, 10**6), st.integers(-17, -1))
def test_points_that_are_a_little_off_are_doubted_or_lead_to_the_same_corners(kind: str, seed: int, digits: int) -> None:
    polytope = polytopes(kind, seed)[0]
    slabs = cuts.Slabs.of([polytope])
    bases, _ = cuts.cut(slabs, Budget())
    noise = np.random.default_rng(seed).uniform(0, 10.0**digits, bases.points.shape)
    sure = bases._replace(points=bases.points + noise)
    exact = exact_corners(polytope, Budget())[0]
    several = {key for key in bases.keys.tolist() if key >> 1 not in exact and key >> 1 != polytope.origin}
    try:
        doubtful, _ = corners.prove(slabs, sure)
    except cuts.DoubtError:
        return
    assert several <= set(sure.keys[doubtful].tolist())


@given(st.integers(0, 10**6))
def test_a_set_that_lacks_a_corner_or_holds_a_false_one_is_not_proven(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 1000, (5, 4))
    slabs = cuts.Slabs.of([Polytope.of(rows, own=0, reply=4)])
    bases, _ = cuts.cut(slabs, Budget())
    few, _ = cuts.cut(slabs._replace(rows=slabs.rows[:4], right=slabs.right[:4]), Budget())
    one = int(rng.integers(len(bases.keys)))
    moved = bases.points.copy()
    moved[:, one] *= 0.9
    wrong = [bases.take(np.delete(np.arange(len(bases.keys)), one)), bases.take(np.array([*range(len(bases.keys)), one]))]
    wrong += [bases._replace(points=moved)] if bases.points[:, one].any() else []
    wrong += [few] if few.keys.tolist() != bases.keys.tolist() else []
    for claimed in wrong:
        with pytest.raises(cuts.DoubtError):
            corners.prove(slabs, claimed)


def test_what_is_doubted_is_done_in_exact_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    games = [game_of(random_tables(kind, np.random.default_rng(5), 6)) for kind in KINDS]
    before = [mixtures(bimatrix_equilibria(game)) for game in games]
    monkeypatch.setattr(corners, "prove", doubt)
    assert [mixtures(bimatrix_equilibria(game)) for game in games] == before
    monkeypatch.setattr(corners, "cut_surely", doubt)
    assert [mixtures(bimatrix_equilibria(game)) for game in games] == before


def test_prohibitive_payoffs_are_cut_with_a_smaller_shake_before_all_is_done_exactly() -> None:
    rng = np.random.default_rng(0)
    tried = 0
    for _ in range(20):
        tables = rng.integers(-100, 101, (2, 6, 6)).astype(float)
        tables[rng.random(tables.shape) < 0.1] = -1e9
        for polytope in bimatrix.polytopes_of(Bimatrix.of(game_of(tables)).payoffs):
            found = corners.all_corners([polytope], Budget())[0]
            exact = exact_corners(polytope, Budget())[0]
            assert found.simple | found.degenerate.keys() == exact.keys()
            assert not found.exact
            try:
                corners._found([polytope], Budget())
            except cuts.DoubtError:
                tried += 1
    assert tried


def test_a_corner_at_which_replies_are_nearly_alike_is_cut_with_a_larger_shake_before_all_is_done_exactly() -> None:
    game = game_of(np.random.default_rng(2).integers(-1000, 1001, (2, 15, 15)).astype(float))
    polytope = bimatrix.polytopes_of(Bimatrix.of(game).payoffs)[1]
    with pytest.raises(cuts.DoubtError):
        corners._found([polytope], Budget())
    found = corners.all_corners([polytope], Budget())[0]
    assert not found.exact
    assert (len(found.simple), len(found.degenerate)) == (50_477, 1)


@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from([2, 1000, 10**9, 10**25]), st.integers(0, 10**6))
def test_corners_solved_together_are_those_solved_one_by_one(m: int, n: int, most: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = integers([[int(value) * (most // 2) + int(value) for value in row] for row in rng.integers(0, 3, (m, n))])
    polytope = Polytope.of(rows, own=m, reply=0)
    bases = list(exact_corners(polytope, Budget())[0].values()) * 2
    assert solved(polytope, bases) == [polytope.corner(basis) for basis in bases]


def test_floats_are_read_as_the_decimals_they_print_as() -> None:
    values = np.array([[0.1, -2.5, 1e19], [1 / 3, 1e-7, 123456789.123]])
    rows, unit = exact_table(values)
    assert [[F(value, unit) for value in row] for row in rows.tolist()] == [[F(repr(value)) for value in row] for row in values.tolist()]
    rows, unit = exact_table(np.array([[0.25, -3.0]]))
    assert (rows.tolist(), unit) == ([[25, -300]], 100)


@given(st.integers(1, 8), st.integers(0, 10**6))
def test_integer_elimination_solves_the_equations(size: int, seed: int) -> None:
    rows = np.random.default_rng(seed).integers(-3, 4, (size, size))
    determinant, solved = solve_ones(rows.tolist())
    assert determinant == round(float(np.linalg.det(rows)))
    if determinant:
        assert (rows @ np.array(solved)).tolist() == [determinant] * size


# --- nashpy


def test_nashpy_is_asked_only_what_it_can_answer() -> None:
    with pytest.raises(NotApplicableError, match="one action"):
        nashpy_equilibria(game_of(np.zeros((2, 1, 3))))
    with pytest.raises(TooLargeError, match="6 x 6 works"):
        nashpy_equilibria(game_of(np.zeros((2, 7, 7))))


def test_nashpy_takes_games_in_which_nothing_matters() -> None:
    assert len(nashpy_equilibria(game_of(np.zeros((2, 2, 3)))).equilibria) == 6
