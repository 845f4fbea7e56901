"""The core: proofs of emptiness and of points, corners, least subsidies, transfers and equal savings, against brute force and published games."""

import json
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment, linprog

from negotiation.budget import Budget
from negotiation.coalitional.allocation import judge
from negotiation.coalitional.core.bribes import bribes
from negotiation.coalitional.core.equal_profit import equal_profit
from negotiation.coalitional.core.least import core_point, least_core, least_core_level
from negotiation.coalitional.core.subsidy import balance, is_balanced, least_subsidy
from negotiation.coalitional.core.vertices import core_vertices
from negotiation.coalitional.cost_game import CostGame, MemberClass, table_game
from negotiation.coalitional.costs import ByFunction
from negotiation.coalitional.exact import rational, solve
from negotiation.coalitional.search.oracles import separation
from negotiation.coalitional.search.rows import CoalitionProgram
from negotiation.coalitional.search.span import Span
from negotiation.coalitional.shares.rules import equal, proportional
from negotiation.errors import NotApplicableError, SolverError, TooLargeError
from negotiation.linear import minimise
from negotiation.numerics import plain as plain_numbers

from .games import classes, expanded, owners, plain, weighted_voting

GLOVES = plain("LMR", {"L": 0, "M": 0, "R": 0, "LM": 0, "LR": 1, "MR": 1, "LMR": 1}, "savings")
MAJORITY = weighted_voting(2, (1, 1, 1))
AIRPORT = plain("ABC", {"A": 12, "B": 28, "C": 30, "AB": 28, "AC": 30, "BC": 30, "ABC": 30})


def called(names: str, worth: Callable[[list[str]], float], kind: str = "savings") -> CostGame:
    """Return a game between players from a function of who is there."""
    players = tuple(MemberClass(name) for name in names)
    return CostGame(players, ByFunction(tuple(names), lambda there: worth(list(there))), kind="cost" if kind == "cost" else "savings")


@st.composite
def games(draw: st.DrawFn, most_members: int = 3, most_classes: int = 4) -> CostGame:
    """Random games of either kind, in classes or between players, with many ties, with and without a core."""
    members = tuple(draw(st.lists(st.integers(1, most_members), min_size=1, max_size=most_classes)))
    savings, spread, digits = draw(st.booleans()), draw(st.integers(0, 9)), draw(st.integers(0, 2))
    shape = [n + 1 for n in members]
    size = np.indices(shape).sum(axis=0)
    noise = np.random.default_rng(draw(st.integers(0, 10**6))).integers(0, spread + 1, shape)
    costs = np.round((3 * size**1.4 if savings else 6 * size**0.7) + noise, digits)
    costs[(0,) * len(members)] = 0
    return table_game("ABCDEFG"[: len(members)], costs, members, kind="savings" if savings else "cost")


def rows_of(game: CostGame) -> np.ndarray:
    """Return all coalitions but nobody and everybody."""
    return np.array([row for row in product(*[range(n + 1) for n in game.members]) if any(row) and row != game.members]).reshape(-1, len(game.members))


def least_level(game: CostGame) -> float:
    """Return the level of the least core by scipy's HiGHS with every coalition as a row."""
    rows, n = rows_of(game), len(game.members)
    left = np.column_stack([game.sign * rows, -np.ones(len(rows))])
    answer = linprog([0.0] * n + [1.0], left, game.sign * game.at(rows), [[*game.members, 0.0]], [game.total], bounds=[(None, None)] * (n + 1))
    return float(answer.fun)


def least_money(game: CostGame) -> float:
    """Return the least subsidy by scipy's HiGHS with every coalition as a row."""
    rows, n = rows_of(game), len(game.members)
    answer = linprog([-game.sign * m for m in game.members], game.sign * rows, game.sign * game.at(rows), bounds=[(None, None)] * n)
    return max(0.0, game.sign * game.total + float(answer.fun))


def corners_by_bases(game: CostGame) -> list[tuple[Fraction, ...]]:
    """Return the corners of the core by trying every set of tight coalitions."""
    n, rows = len(game.members), [tuple(row) for row in rows_of(game).tolist()]
    cost = {row: game.sign * rational(float(game.costs[row])) for row in rows}
    found = set()
    for basis in combinations(rows, n - 1):
        if Span(n).joined([game.members, *basis]).full:
            point = solve([game.members, *basis], [game.sign * rational(game.total), *(cost[row] for row in basis)])
            assert point is not None
            if all(sum(a * b for a, b in zip(row, point, strict=True)) <= cost[row] for row in rows):
                found.add(tuple(game.sign * charge for charge in point))
    return sorted(found)


def marginal_vectors(game: CostGame) -> list[tuple[Fraction, ...]]:
    n, found = len(game.names), set()
    for order in permutations(range(n)):
        row, before, vector = [0] * n, Fraction(0), [Fraction(0)] * n
        for k in order:
            row[k] = 1
            after = rational(float(game.costs[tuple(row)]))
            vector[k], before = after - before, after
        found.add(tuple(vector))
    return sorted(found)


def test_the_core_of_the_glove_game_is_one_point() -> None:
    # L. S. Shapley (1959): the short side takes all
    core = least_core(GLOVES)
    assert not core.empty
    assert core.certified
    assert core.witness == (0, 0, 1)
    assert core.point.charges == (0, 0, 1)
    corners = core_vertices(GLOVES)
    assert corners.charges == ((0, 0, 1),)
    assert corners.dimension == 0
    assert "Exactly one way" in corners.sentence


def test_the_majority_game_is_proved_empty_by_halves() -> None:
    core = least_core(MAJORITY)
    assert core.empty
    assert core.certified
    assert core.level == pytest.approx(1 / 3)
    assert {tuple(entry.coalition): entry.weight for entry in core.certificate} == dict.fromkeys(combinations(MAJORITY.names, 2), Fraction(1, 2))
    assert core.subsidy == 0.5
    assert core.subsidised is not None
    assert core.subsidised.charges == (0.5, 0.5, 0.5)
    assert core.subsidised.in_core
    assert core.as_dict()["charges"] is None
    assert core_vertices(MAJORITY).points == ()
    assert core_vertices(MAJORITY).dimension == -1
    with pytest.raises(NotApplicableError, match="core is empty"):
        core_point(MAJORITY)


@pytest.mark.parametrize(("players", "quota"), [(4, 3), (5, 3), (5, 4), (6, 4)])
def test_a_majority_of_many_needs_the_published_subsidy(players: int, quota: int) -> None:
    # Y. Bachrach et al. (2009): the cost of stability of a symmetric quota game is n / k - 1
    assert least_subsidy(weighted_voting(quota, (1,) * players)).amount == pytest.approx(players / quota - 1, rel=1e-12)


def test_a_veto_leaves_all_to_its_holder() -> None:
    game = weighted_voting(3, (2, 1, 1))
    assert core_vertices(game).charges == ((1, 0, 0),)


@given(st.lists(st.integers(1, 30), min_size=2, max_size=4), st.integers(5, 95))
@settings(max_examples=20)
def test_the_corners_of_a_bankruptcy_game_are_its_marginal_vectors(claims: list[int], percent: int) -> None:
    # convex (I. J. Curiel, M. Maschler, S. H. Tijs 1987), so by L. S. Shapley (1971) the marginal vectors span the core
    estate = sum(claims) * percent / 100
    there = np.indices((2,) * len(claims))
    worth = np.round(np.maximum(estate - np.tensordot(claims, 1 - there, 1), 0.0), 6)
    game = table_game("ABCD"[: len(claims)], worth, kind="savings")
    assert list(core_vertices(game).points) == marginal_vectors(game)
    assert not least_core(game).empty


def test_the_corners_of_a_concave_cost_are_its_marginal_vectors_up_to_six_players() -> None:
    load = np.tensordot([1, 2, 3, 4, 5, 6], np.indices((2,) * 6), 1)
    game = table_game("ABCDEF", np.round(10 * np.sqrt(load), 3))
    found = core_vertices(game)
    assert list(found.points) == marginal_vectors(game)
    assert len(found.points) == 720
    assert found.dimension == 5


@given(games())
@settings(max_examples=40)
def test_corners_are_those_of_all_bases(game: CostGame) -> None:
    if game.population == 1 or (len(game.members) == 4 and game.size > 40):
        return
    found = core_vertices(game)
    assert list(found.points) == corners_by_bases(game)
    assert (found.points == ()) == least_core(game).empty
    if found.points:
        difference = np.array(found.charges) - found.charges[0]
        assert np.linalg.matrix_rank(difference, tol=1e-9) == found.dimension


def test_a_core_may_be_a_segment_and_says_what_each_pays() -> None:
    found = core_vertices(table_game("AB", np.array([0.0, 5.0, 7.0, 9.0])))
    assert found.dimension == 1
    assert found.ranges == ((4.0, 7.0), (2.0, 5.0))
    assert "A pays 4 to 7; B pays 2 to 5" in found.sentence
    assert json.dumps(plain_numbers(found.as_dict()))


def test_corners_of_large_games_are_not_listed() -> None:
    with pytest.raises(TooLargeError, match="at most 7 classes"):
        core_vertices(table_game("ABCDEFGH", np.zeros(256)))
    with pytest.raises(TooLargeError, match="20,000 coalitions fit"):
        core_vertices(table_game("AB", np.zeros((200, 200)), (199, 199)))


def test_the_core_of_an_assignment_game_is_what_no_pair_can_better() -> None:
    # L. S. Shapley, M. Shubik (1971), "The assignment game I": the three houses
    surplus = np.array([[5, 8, 2], [7, 9, 6], [2, 3, 0]])

    def best(there: list[str]) -> float:
        some = surplus[np.ix_(["abc".index(name) for name in there if name in "abc"], ["xyz".index(name) for name in there if name in "xyz"])]
        rows, columns = linear_sum_assignment(some, maximize=True)
        return float(some[rows, columns].sum())

    game = called("abcxyz", best)
    assert game.total == 16
    core = least_core(game)
    assert not core.empty
    assert core.certified
    pairs = np.array([[*np.eye(3)[i], *np.eye(3)[j]] for i in range(3) for j in range(3)])
    for k, (low, high) in enumerate(core_vertices(game).ranges):
        for sign, bound in ((1, low), (-1, high)):
            answer = linprog(sign * np.eye(6)[k], -pairs, -surplus.ravel(), [[1] * 6], [16])
            assert sign * answer.fun == pytest.approx(bound, abs=1e-9)


def test_who_joins_a_spanning_tree_pays_its_link_and_nobody_objects() -> None:
    # D. Granot, G. Huberman (1981): Bird's charges lie in the core
    points = np.random.default_rng(3).uniform(0, 10, (6, 2))
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)

    def links(there: list[int]) -> dict[int, float]:
        connected, paid = [5], {}
        while len(paid) < len(there):
            cost, new = min((distance[a, b], b) for a in connected for b in there if b not in paid)
            connected.append(new)
            paid[new] = float(cost)
        return paid

    game = called("ABCDE", lambda there: sum(links(["ABCDE".index(name) for name in there]).values()), "cost")
    bird = links(list(range(5)))
    assert judge(game, "bird", [bird[k] for k in range(5)]).in_core
    core = least_core(game)
    assert not core.empty
    assert core.point.in_core


def test_a_waste_exchange_shares_what_each_pair_saves_by_halves() -> None:
    # X. Deng, C. H. Papadimitriou (1994): with no negative pair the core is not empty, and halves are both Shapley and nucleolus
    saves = {"AB": 7.0, "AC": 2.0, "AD": 1.0, "BC": 4.0, "CD": 6.0}
    game = called("ABCD", lambda there: sum(saving for pair, saving in saves.items() if set(pair) <= set(there)))
    halves = [sum(saving for pair, saving in saves.items() if name in pair) / 2 for name in "ABCD"]
    core = least_core(game)
    assert not core.empty
    assert core.point.charges == pytest.approx(halves, abs=1e-9)


def test_a_waste_exchange_with_a_harmful_pair_has_no_core_exactly_when_some_cut_is_negative() -> None:
    for harm, empty in ((1.4, False), (1.5, False), (1.6, True)):
        saves = {"AB": -harm, "AC": 1.5, "BC": 2.0}
        game = called("ABC", lambda there, saves=saves: sum(saving for pair, saving in saves.items() if set(pair) <= set(there)))
        core = least_core(game)
        assert core.empty is empty
        assert core.certified


@pytest.mark.parametrize("members", [(1, 1), (3, 2), (40, 7), (200, 30)])
def test_a_plant_with_a_fixed_cost_is_shared_by_heads_and_use(members: tuple[int, int]) -> None:
    # cost F + a q: what is common is shared by all alike, and every group of all but one gains F / n
    load = np.add.outer(3 * np.arange(members[0] + 1.0), 11 * np.arange(members[1] + 1.0))
    game = table_game("sl", np.where(load > 0, 900.0, 0.0) + 5 * load, members, (3.0, 11.0))
    n = sum(members)
    assert least_core_level(game) == pytest.approx(-900 / n, rel=1e-6)
    assert least_core(game).point.charges == pytest.approx((15 + 900 / n, 55 + 900 / n), rel=1e-9)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 40)), min_size=1, max_size=3), st.integers(0, 500), st.floats(0.05, 1.0))
@settings(max_examples=40)
def test_charges_by_load_lie_in_the_core_when_average_cost_does_not_rise(kinds: list[tuple[int, int]], fixed: int, power: float) -> None:
    members, use = tuple(n for n, _ in kinds), tuple(float(u) for _, u in kinds)
    load = np.zeros(1)
    for n, u in kinds:
        load = np.add.outer(load, u * np.arange(n + 1)).ravel()
    game = table_game("ABC"[: len(kinds)], np.where(load > 0, fixed, 0) + 7 * load**power, members, use)
    assert proportional(game).in_core
    assert not least_core(game).empty


@given(st.integers(1, 20), st.integers(1, 6), st.integers(1, 9), st.integers(10, 60), st.integers(0, 3000))
@settings(max_examples=60)
def test_an_equal_split_breaks_the_small_ones_bound_exactly_when_the_average_exceeds_it(small: int, large: int, low: int, high: int, fixed: int) -> None:
    load = np.add.outer(low * np.arange(small + 1.0), high * np.arange(large + 1.0))
    game = table_game("sl", np.where(load > 0, float(fixed), 0.0) + 10 * load, (small, large), (float(low), float(high)))
    average, alone = game.total / (small + large), game.costs[1, 0]
    tiny = judge(game, "x", equal(game).charges)
    broken = average > alone + 1e-6 * game.scale
    if broken:
        assert not tiny.in_core
        assert tiny.largest_excess >= average - alone - 1e-9
    assert bribes(game, equal(game).charges).total >= max(average - alone, 0.0) * small - 1e-6 * game.scale


@given(games())
@settings(max_examples=40)
def test_levels_and_subsidies_are_those_of_all_rows_in_another_solver(game: CostGame) -> None:
    if game.population == 1:
        return
    core, level = least_core(game), least_level(game)
    assert core.level == pytest.approx(level, abs=1e-7 * game.scale)
    assert least_core_level(game) == pytest.approx(level, abs=1e-7 * game.scale)
    assert least_subsidy(game).amount == pytest.approx(least_money(game), abs=1e-7 * game.scale)
    assert core.subsidy == pytest.approx(least_money(game), abs=1e-7 * game.scale)


@given(games())
@settings(max_examples=40)
def test_every_answer_is_proved(game: CostGame) -> None:
    core = least_core(game)
    assert core.certified
    rows = [tuple(row) for row in rows_of(game).tolist()]
    cost = {row: game.sign * rational(float(game.costs[row])) for row in rows}
    everybody = game.sign * rational(game.total)
    if core.empty:
        for k, n in enumerate(game.members):
            assert sum(entry.weight * entry.counts[k] for entry in core.certificate) == n
        assert all(entry.weight > 0 for entry in core.certificate)
        assert sum(entry.weight * cost[entry.counts] for entry in core.certificate) < everybody
        assert core.subsidised is not None
        assert core.subsidised.in_core
        assert len(core.certificate) <= len(game.members)
    elif game.population > 1:
        assert core.witness is not None
        assert sum(game.sign * n * charge for n, charge in zip(game.members, core.witness, strict=True)) == everybody
        assert all(sum(game.sign * n * charge for n, charge in zip(row, core.witness, strict=True)) <= cost[row] for row in rows)
    assert core.sentence
    assert json.dumps(plain_numbers(core.as_dict()))


@given(games(most_members=3, most_classes=3))
@settings(max_examples=30)
def test_classes_have_the_core_of_their_members(game: CostGame) -> None:
    single = expanded(game)
    together, apart = least_core(game), least_core(single)
    assert together.empty == apart.empty
    assert together.level == pytest.approx(apart.level, abs=1e-9 * game.scale)
    assert together.subsidy == pytest.approx(apart.subsidy, abs=1e-9 * game.scale)
    assert [together.point.charges[k] for k in owners(game)] == pytest.approx(apart.point.charges, abs=1e-9 * game.scale)
    charges = np.random.default_rng(game.population).uniform(0, 8, len(game.members)).tolist()
    paid = bribes(game, charges)
    alike = bribes(single, [charges[k] for k in owners(game)])
    assert paid.total == pytest.approx(alike.total, abs=1e-6 * game.scale)
    assert [paid.transfers[k] for k in owners(game)] == pytest.approx(alike.transfers, abs=1e-6 * game.scale)


def test_weights_that_are_no_corner_are_filled_up_with_single_members() -> None:
    halves = [((1, 1, 0), 0.3), ((1, 0, 1), 0.3), ((0, 1, 1), 0.3), ((1, 0, 0), 0.4), ((0, 1, 0), 0.4), ((0, 0, 1), 0.4)]
    balanced, least, exact = balance(MAJORITY, halves)
    assert exact
    assert is_balanced(MAJORITY, balanced)
    assert least <= 0.5
    assert not is_balanced(MAJORITY, balanced[:-1])


def test_a_core_that_misses_by_a_hair_is_empty_and_proved_so() -> None:
    sides = 2 * np.ones((2, 2, 2))
    sides[0, 0, 0], sides[1, 1, 1] = 0.0, 3 + 3e-8
    core = least_core(table_game("ABC", sides))
    assert core.empty
    assert core.certified
    assert core.subsidy == pytest.approx(3e-8, rel=1e-6)
    sides[1, 1, 1] = 3.0
    exact = least_core(table_game("ABC", sides))
    assert not exact.empty
    assert exact.witness == (1, 1, 1)
    assert "only just" in exact.sentence


@pytest.mark.parametrize("missing", [3e-5, 3e-6, 3e-7, 3e-8, 3e-10, 3e-12])
@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e7])
def test_a_core_is_empty_exactly_when_its_centre_is_objected_to(missing: float, factor: float) -> None:
    sides = 2 * np.ones((2, 2, 2))
    sides[0, 0, 0], sides[1, 1, 1] = 0.0, 3 + missing
    core = least_core(table_game("ABC", factor * sides))
    assert core.empty == (not core.point.in_core)
    assert core.empty == (missing > 1e-8)
    assert core.empty == bool(core.subsidy)
    equally = judge(table_game("ABC", factor * sides), "paid", [factor * (3 + missing) / 3] * 3)
    assert equally.in_core is not core.empty


def test_a_tiny_charge_beside_a_huge_one_is_charged() -> None:
    game = table_game("AB", np.array([0.0, 1e-2, 1e9, 1e9 + 1e-2]))
    assert judge(game, "paid", [1e9, 1e-2]).charges == (1e9, 1e-2)
    assert judge(game, "paid", [1e9, 1e-6]).charges == (1e9, 0.0)


def test_costs_that_are_sums_of_decimals_are_read_as_such() -> None:
    third = [0.1, 0.2, 0.7]
    load = np.tensordot(third, np.indices((2, 2, 2)), 1)
    core = least_core(table_game("ABC", load))
    assert not core.empty
    assert core.witness == (Fraction(1, 10), Fraction(1, 5), Fraction(7, 10))


@pytest.mark.parametrize("factor", [1e-6, 1e7])
@pytest.mark.parametrize("seed", range(4))
def test_units_of_money_do_not_matter(factor: float, seed: int) -> None:
    game = classes((2, 1, 1, 2), seed)
    other = table_game(game.names, game.costs * factor, game.members)
    one, two = least_core(game), least_core(other)
    assert two.empty == one.empty
    assert two.level == pytest.approx(one.level * factor, rel=1e-9)
    assert two.subsidy == pytest.approx(one.subsidy * factor, rel=1e-9)
    assert two.point.charges == pytest.approx([charge * factor for charge in one.point.charges], rel=1e-9)
    assert bribes(other, [4 * factor] * 4).transfers == pytest.approx([paid * factor for paid in bribes(game, [4.0] * 4).transfers], abs=1e-8 * factor)
    assert equal_profit(other).charges == pytest.approx([charge * factor for charge in equal_profit(game).charges], rel=1e-8)


@given(games(most_members=1, most_classes=5), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_names_do_not_matter(game: CostGame, random: object) -> None:
    order = list(range(len(game.names)))
    random.shuffle(order)  # type: ignore[attr-defined]
    other = table_game([game.names[k] for k in order], np.transpose(game.costs, order), kind=game.kind)
    one, two = least_core(game), least_core(other)
    assert two.point.charges == pytest.approx([one.point.charges[k] for k in order], abs=1e-9 * game.scale)
    assert two.subsidy == pytest.approx(one.subsidy, abs=1e-9 * game.scale)
    if np.min(game.alone) > 0:
        assert equal_profit(other).charges == pytest.approx([equal_profit(game).charges[k] for k in order], abs=1e-7 * game.scale)


@given(games(), st.integers(0, 10**6))
@settings(max_examples=40)
def test_the_least_bribes_are_those_of_all_rows_and_are_accepted(game: CostGame, seed: int) -> None:
    if game.population == 1:
        return
    charges = np.random.default_rng(seed).uniform(0, 8, len(game.members))
    found, rows = bribes(game, charges.tolist()), rows_of(game)
    excess = (rows @ charges - game.at(rows)) * game.sign
    answer = linprog(game.members, -rows, -excess, bounds=[(0, None)] * len(charges))
    assert found.total == pytest.approx(answer.fun, abs=1e-6 * game.scale)
    assert min(found.transfers) >= 0
    assert judge(game, "x", found.accepted).objections == ()
    assert found.objections.largest == pytest.approx(excess.max())
    assert json.dumps(plain_numbers(found.as_dict()))


def test_bribes_are_spread_evenly_where_their_total_leaves_a_choice() -> None:
    # each of the three can be kept by any two being paid: nobody is preferred by the order of the names
    game = table_game("ABC", np.array([0.0, 9, 9, 8, 9, 8, 8, 12]))
    found = bribes(game, (5, 5, 5))
    assert found.transfers == pytest.approx((1, 1, 1), abs=1e-6)
    pair = table_game("ABC", np.array([0.0, 9, 9, 20, 9, 20, 8, 30]))
    assert bribes(pair, (5, 5, 5)).transfers == pytest.approx((1, 1, 0), abs=1e-6)
    assert bribes(game, (1, 1, 1)).sentence == "No group does better alone: nobody has to be paid."


@given(games())
@settings(max_examples=40)
def test_relative_savings_differ_as_little_as_all_rows_allow(game: CostGame) -> None:
    if game.population == 1 or np.min(game.alone) <= 0:
        return
    found, rows, n = equal_profit(game), rows_of(game), len(game.members)
    shares = np.array(found.charges) / game.alone
    level = max(least_level(game), 0.0) + 1e-9 * game.scale
    free = np.column_stack([game.sign * rows, np.zeros((len(rows), 2))])
    ratio = np.diag(1 / game.alone)
    above = np.column_stack([ratio, np.zeros(n), -np.ones(n)])
    below = np.column_stack([-ratio, np.ones(n), np.zeros(n)])
    right = np.concatenate([game.sign * game.at(rows) + level, np.zeros(2 * n)])
    answer = linprog([*[0] * n, -1, 1], np.vstack([free, above, below]), right, [[*game.members, 0, 0]], [game.total], bounds=[(None, None)] * (n + 2))
    assert found.evidence["spread"] == pytest.approx(answer.fun, abs=1e-6)
    assert np.ptp(shares) == pytest.approx(answer.fun, abs=1e-6)
    assert found.largest_excess <= level + 1e-6 * game.scale
    assert found.shortfall == 0


def test_equal_savings_are_reached_where_no_group_minds() -> None:
    # by the shares of stand-alone costs, then
    game = plain("ABC", {"A": 10, "B": 20, "C": 30, "AB": 29, "AC": 38, "BC": 46, "ABC": 54})
    found = equal_profit(game)
    assert found.charges == pytest.approx((9, 18, 27), rel=1e-8)
    assert found.evidence["savings"] == pytest.approx({"A": 0.1, "B": 0.1, "C": 0.1})
    assert found.in_core


def test_equal_savings_treat_copies_alike_and_need_costs_to_compare_with() -> None:
    twins = plain("ABC", {"A": 6, "B": 6, "C": 30, "AB": 7, "AC": 31, "BC": 31, "ABC": 32})
    assert equal_profit(twins).charges[0] == pytest.approx(equal_profit(twins).charges[1], abs=1e-8)
    assert equal_profit(AIRPORT).in_core
    with pytest.raises(NotApplicableError, match="positive stand-alone worth"):
        equal_profit(GLOVES)


def test_one_player_and_games_of_nothing_have_a_core() -> None:
    alone = least_core(plain("A", {"A": 5}))
    assert not alone.empty
    assert alone.point.charges == (5,)
    assert alone.subsidy == 0
    assert core_vertices(plain("A", {"A": 5})).charges == ((5,),)
    nothing = table_game("ABC", np.zeros(8))
    assert least_core(nothing).witness == (0, 0, 0)
    assert core_vertices(nothing).charges == ((0, 0, 0),)
    assert bribes(nothing, (0, 0, 0)).total == 0


def test_costs_from_tiny_to_huge_stand_in_one_game() -> None:
    game = plain("ABC", {"A": 1e-6, "B": 1, "C": 1e9, "AB": 1, "AC": 1e9, "BC": 1e9, "ABC": 1e9})
    core = least_core(game)
    assert not core.empty
    assert core.certified
    assert core.witness is not None
    assert sum(core.witness) == 10**9
    assert sum(core.point.charges) == pytest.approx(1e9, rel=1e-9)


def test_a_search_that_is_stopped_gives_bounds_on_both_sides() -> None:
    game = table_game("ABCDEFGHIJ", np.append(0, np.random.default_rng(2).uniform(3, 4, 1023) * np.array([bin(b).count("1") for b in range(1, 1024)]) ** 0.8))
    whole, part = least_subsidy(game), least_subsidy(game, Budget(seconds=0.0))
    assert whole.complete
    assert not part.complete
    assert "time limit" in part.sentence
    assert part.at_least - 1e-9 <= whole.amount <= part.amount + 1e-9
    assert judge(game, "x", part.charges).objections == ()
    assert json.dumps(plain_numbers(part.as_dict()))


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 10**6))
@settings(max_examples=40)
def test_pulp_and_scipy_find_the_same_least_values(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    costs, left, right = rng.normal(size=n), rng.normal(size=(m, n)), rng.uniform(0, 3, m)
    ours, theirs = minimise(costs, (left, right), high=10), linprog(costs, left, right, bounds=[(0, 10)] * n)
    assert ours.value == pytest.approx(theirs.fun, abs=1e-7)
    assert ours.prices == pytest.approx(-theirs.ineqlin.marginals, abs=1e-6)


def test_a_program_without_an_end_is_an_error() -> None:
    program = CoalitionProgram(separation(AIRPORT), AIRPORT.members, np.ones(3), np.eye(3), np.zeros(3), np.zeros(3))
    with pytest.raises(SolverError, match="unbounded"):
        program.settle()
