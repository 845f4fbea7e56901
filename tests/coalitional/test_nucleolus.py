"""The nucleolus and its kin: published answers, closed forms, another solver with every coalition as a row, axioms, hard numbers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from negotiation.budget import Budget
from negotiation.coalitional.allocation import Allocation
from negotiation.coalitional.core.least import least_core
from negotiation.coalitional.cost_game import CostGame, table_game
from negotiation.coalitional.costs import OfTotalUse
from negotiation.coalitional.methods import METHODS, allocate, compare
from negotiation.coalitional.nucleolus.certificate import distance
from negotiation.coalitional.nucleolus.levels import settled_levels
from negotiation.coalitional.nucleolus.nucleoli import centre_of_least_core, nucleolus, per_capita_nucleolus, prenucleolus, proportional_nucleolus
from negotiation.coalitional.search.separation import Question, TableSeparation, leaders
from negotiation.coalitional.search.span import Span
from negotiation.coalitional.terms import Terms
from negotiation.errors import NotApplicableError, SolverError, TimedOutError
from negotiation.numerics import Array

ALL = (nucleolus, prenucleolus, per_capita_nucleolus, proportional_nucleolus)


def players(n: int) -> tuple[str, ...]:
    return tuple("ABCDEFGHIJKLMNOPQRSTUVWX"[:n])


def of_coalitions(names: str, costs: str, kind: str = "cost") -> CostGame:
    """Return a game from text like ``A 7 B 5 AB 9``; what is not named costs 0."""
    table = np.zeros((2,) * len(names))
    words = costs.split()
    for who, cost in zip(words[::2], words[1::2], strict=True):
        table[tuple(int(name in who) for name in names)] = float(cost)
    return table_game(tuple(names), table, kind="cost" if kind == "cost" else "savings")


def by_function(n: int, cost: object, kind: str = "cost") -> CostGame:
    table = np.zeros((2,) * n)
    for row in product((0, 1), repeat=n):
        if any(row):
            table[row] = cost([k for k in range(n) if row[k]])  # type: ignore[operator]
    return table_game(players(n), table, kind="cost" if kind == "cost" else "savings")


def integers(n: int, seed: int, most: int) -> CostGame:
    table = np.random.default_rng(seed).integers(0, most + 1, (2,) * n).astype(float)
    table[(0,) * n] = 0
    return table_game(players(n), table)


def certified(allocation: Allocation) -> Array:
    assert allocation.evidence["certified"]
    assert allocation.evidence["exact"], allocation.evidence["error"]
    return np.array(allocation.charges)


# --- published answers


@pytest.mark.parametrize(("estate", "shares"), [(100, (100 / 3,) * 3), (200, (50, 75, 75)), (300, (50, 100, 150))])
def test_the_talmud_shares_three_estates_by_the_nucleolus(estate: float, shares: tuple[float, ...]) -> None:
    # R. J. Aumann, M. Maschler (1985): claims of 100, 200 and 300 (Mishna Kethuboth 93a)
    assert certified(nucleolus(bankruptcy(estate, (100, 200, 300)))) == pytest.approx(shares, abs=1e-12)


def bankruptcy(estate: float, claims: Sequence[float]) -> CostGame:
    return by_function(len(claims), lambda group: max(0.0, estate - sum(claim for k, claim in enumerate(claims) if k not in group)), "savings")


@given(st.lists(st.integers(1, 60), min_size=2, max_size=7), st.integers(0, 100))
@settings(max_examples=25)
def test_bankruptcy_is_settled_by_halves_of_the_claims(claims: list[int], percent: int) -> None:
    # Aumann and Maschler (1985): constrained equal awards of half-claims, and beyond half of all claims their losses
    estate = sum(claims) * percent / 100
    half = np.array(claims) / 2
    awards = equal_awards(min(estate, sum(claims) - estate), half)
    expected = awards if estate <= half.sum() else np.array(claims) - awards
    assert certified(nucleolus(bankruptcy(estate, claims))) == pytest.approx(expected, abs=1e-9)


def equal_awards(estate: float, claims: Array) -> Array:
    left, share = estate, np.zeros(len(claims))
    for done, k in enumerate(np.argsort(claims)):
        share[k] = min(claims[k], left / (len(claims) - done))
        left -= share[k]
    return share


def test_the_will_of_ibn_ezra_is_shared_by_half_claims() -> None:
    # B. O'Neill (1982): an estate of 120, claims of 120, 60, 40, 30
    assert certified(nucleolus(bankruptcy(120, (120, 60, 40, 30)))) == pytest.approx((55, 30, 20, 15))


def airport_fees(needs: Sequence[float]) -> Array:
    """Return the nucleolus of an airport game, needs rising, by the recursion of S. C. Littlechild (1974)."""
    n, paid, done, before, fee = len(needs), np.zeros(len(needs)), 0, 0.0, 0.0
    while done < n:
        rates = [(needs[i] - before + fee) / (i - done + 2 - (i == n - 1)) for i in range(done, n)]
        fee = min(rates)
        last = done + max(k for k, rate in enumerate(rates) if rate <= fee + 1e-12)
        paid[done : last + 1] = fee
        done, before = last + 1, needs[last]
    return paid


@given(st.lists(st.integers(1, 40), min_size=2, max_size=8))
@settings(max_examples=25)
def test_airport_fees_follow_littlechilds_recursion(needs: list[int]) -> None:
    needs.sort()
    found = certified(nucleolus(by_function(len(needs), lambda group: max(needs[k] for k in group))))
    assert found == pytest.approx(airport_fees(needs), abs=1e-9)


def test_a_spanning_tree_on_a_line_is_an_airport() -> None:
    # D. Granot, G. Huberman (1981): the nucleolus of a tree game, here along one line from the source
    places = np.array([2.0, 5.0, 6.0, 11.0])
    game = by_function(4, lambda group: shortest_tree(places[group][:, None]))
    assert certified(nucleolus(game)) == pytest.approx(airport_fees(places))


def shortest_tree(points: Array) -> float:
    """Return the length of a shortest tree that joins points to the origin."""
    left, away, total = list(range(len(points))), np.abs(points).sum(axis=1), 0.0
    while left:
        near = min(left, key=lambda k: away[k])
        total += away[near]
        left.remove(near)
        away = np.minimum(away, np.abs(points - points[near]).sum(axis=1))
    return total


@given(st.integers(0, 10**6))
@settings(max_examples=25)
def test_shortest_tree_games_are_settled_in_the_core(seed: int) -> None:
    # Granot and Huberman (1981): their core is never empty
    points = np.random.default_rng(seed).integers(-9, 10, (5, 2)).astype(float)
    found = nucleolus(by_function(5, lambda group: shortest_tree(points[group])))
    certified(found)
    assert found.in_core


def test_swedish_towns_share_their_water_as_published() -> None:
    # H. P. Young, N. Okada, T. Hashimoto (1982), six units of Skane, millions of Swedish crowns
    assert np.round(certified(nucleolus(SWEDEN)), 2) == pytest.approx((20.35, 12.06, 5.00, 8.61, 18.32, 19.49))
    assert np.round(certified(per_capita_nucleolus(SWEDEN)), 2) == pytest.approx((20.03, 12.52, 3.94, 9.07, 18.54, 19.71))


SWEDEN = of_coalitions(
    "AHKLMT",
    "A 21.95 H 17.08 K 10.91 L 15.88 M 20.81 T 21.98 AH 34.69 AK 32.86 AL 37.83 AM 42.76 AT 43.93 HK 22.96 HL 25.00 HM 37.89 HT 39.06 KL 26.79 "
    "KM 31.45 KT 32.89 LM 31.10 LT 37.86 MT 39.41 AHK 40.74 AHL 43.22 AHM 55.50 AHT 56.67 AKL 48.74 AKM 53.40 AKT 54.84 ALM 53.05 ALT 59.81 AMT 61.36 "
    "HKL 27.26 HKM 42.55 HKT 44.94 HLM 45.81 HLT 46.98 HMT 56.49 KLM 42.01 KLT 48.77 KMT 50.32 LMT 51.46 AHKL 48.95 AHKM 60.25 AHKT 62.72 AHLM 64.03 "
    "AHLT 65.20 AHMT 74.10 AKLM 63.96 AKLT 70.72 AKMT 72.27 ALMT 73.41 HKLM 48.07 HKLT 49.24 HKMT 59.35 HLMT 64.41 KLMT 56.61 AHKLM 69.76 AHKLT 70.93 "
    "AHKMT 77.42 AHLMT 83.00 AKLMT 73.97 HKLMT 66.46 AHKLMT 83.82",
)


def test_the_tennessee_valley_dams_are_shared_as_published() -> None:
    # P. D. Straffin, J. P. Heaney (1981): navigation, flood control and power, thousands of dollars
    game = of_coalitions("NFP", "N 163520 F 140826 P 250096 NF 301607 NP 378821 FP 367370 NFP 412584")
    assert certified(nucleolus(game)) == pytest.approx((116234, 93540, 202810))


def test_gloves_on_the_short_side_take_all() -> None:
    pairs = by_function(5, lambda group: min(sum(k < 2 for k in group), sum(k >= 2 for k in group)), "savings")
    assert certified(nucleolus(pairs)) == pytest.approx((1, 1, 0, 0, 0))


@pytest.mark.parametrize(("quota", "votes"), [(3, (2, 1, 1, 1)), (4, (3, 1, 1, 1, 1)), (3, (1, 1, 1, 1, 1)), (5, (2, 2, 2, 1, 1, 1)), (6, (4, 3, 2, 1, 1))])
def test_the_nucleolus_of_homogeneous_majorities_is_their_weights(quota: int, votes: tuple[int, ...]) -> None:
    # B. Peleg (1968): constant-sum games in which all minimal winning coalitions have the same weight
    winning = [group for group in product((0, 1), repeat=len(votes)) if np.dot(group, votes) >= quota]
    minimal = [g for g in winning if not any(h != g and np.all(np.array(h) <= np.array(g)) for h in winning)]
    game = by_function(len(votes), lambda group: float(sum(votes[k] for k in group) >= quota), "savings")
    found = certified(nucleolus(game))
    if sum(votes) == 2 * quota - 1 and {int(np.dot(g, votes)) for g in minimal} == {quota}:
        assert found == pytest.approx(np.array(votes) / sum(votes))
    assert found == pytest.approx(by_rows(game, imputations=True), abs=1e-7)


def test_a_veto_player_gets_everything() -> None:
    assert certified(nucleolus(of_coalitions("ABC", "AB 1 AC 1 ABC 1", "savings"))) == pytest.approx((1, 0, 0))


def test_in_a_game_without_a_core_somebody_may_pay_for_joining() -> None:
    # by hand: AB is content at x(AB) = 6, four below its worth, C four above its own; with bounds C gets 0 and A, B half of 2 each
    game = of_coalitions("ABC", "AB 10 ABC 2", "savings")
    assert certified(prenucleolus(game)) == pytest.approx((3, 3, -4))
    assert certified(nucleolus(game)) == pytest.approx((1, 1, 0))


def test_buyers_and_sellers_of_houses_trade_within_the_core() -> None:
    # L. S. Shapley, M. Shubik (1971): three sellers and three buyers, surplus of each pair in thousands
    surplus = np.array([[5, 8, 2], [7, 9, 6], [2, 3, 0]])

    def worth(group: list[int]) -> float:
        sellers, buyers = [k for k in group if k < 3], [k - 3 for k in group if k >= 3]
        return best_pairs(surplus[np.ix_(sellers, buyers)])

    game = by_function(6, worth, "savings")
    found = nucleolus(game)
    assert game.total == 16
    assert found.in_core
    assert certified(found) == pytest.approx(by_rows(game, imputations=True), abs=1e-7)


def best_pairs(surplus: Array) -> float:
    if 0 in surplus.shape:
        return 0.0
    rest = [surplus[0, j] + best_pairs(np.delete(surplus[1:], j, axis=1)) for j in range(surplus.shape[1])]
    return max([best_pairs(surplus[1:]), *rest])


# --- another way: every coalition a row, another interface, levels fixed by asking each coalition


def by_rows(game: CostGame, weighting: str = "coalition", imputations: bool = False, low: Sequence[float] = (), high: Sequence[float] = ()) -> Array:
    """Return the nucleolus by linear programs with all rows; a coalition is settled when no solution lets it object less."""
    n, sign, size = len(game.names), game.sign, game.scale or 1.0
    rows = np.array([row for row in product((0, 1), repeat=n) if 0 < sum(row) < n], dtype=float)
    costs = np.array([game.costs[tuple(int(a) for a in row)] for row in rows]) * sign / size
    weight = {"coalition": np.ones(len(rows)), "member": rows.sum(axis=1), "cost": costs * sign}[weighting]
    highs = np.array(high or [np.inf] * n) / size
    lows = np.array(low or [-np.inf] * n) / size
    if sign < 0:
        lows, highs = -highs, -lows
    if imputations:
        highs = np.minimum(highs, game.alone * sign / size)
    bounds = [(a if np.isfinite(a) else None, b if np.isfinite(b) else None) for a, b in zip(lows, highs, strict=True)]
    equal, right = [np.append(np.ones(n), 0.0)], [game.total * sign / size]
    open_rows = list(range(len(rows)))
    while np.linalg.matrix_rank(np.array(equal)[:, :n]) < n:
        left = np.column_stack([rows[open_rows], -weight[open_rows]])
        answer = linprog([0.0] * n + [1.0], left, costs[open_rows], np.array(equal), right, [*bounds, (None, None)])
        most = costs[open_rows] + answer.fun * weight[open_rows] + 1e-10
        for k in list(open_rows):
            least = linprog(np.append(rows[k], 0.0), np.column_stack([rows[open_rows], np.zeros(len(most))]), most, np.array(equal), right, [*bounds, (0, 0)])
            if least.fun > costs[k] + answer.fun * weight[k] - 1e-8:
                widened = np.array([*equal, np.append(rows[k], 0.0)])
                if np.linalg.matrix_rank(widened) > len(equal):
                    equal.append(widened[-1])
                    right.append(least.fun)
        known = np.array(equal)
        open_rows = [k for k in open_rows if np.linalg.matrix_rank(np.vstack([known, np.append(rows[k], 0.0)])) > len(known)]
    return np.asarray(np.linalg.solve(np.array(equal)[:, :n], right)) * size * sign


@pytest.mark.parametrize("seed", range(30))
def test_the_prenucleolus_is_that_of_all_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = integers(int(rng.integers(2, 5)), seed, (1, 3, 100)[seed % 3])
    assert certified(prenucleolus(game)) == pytest.approx(by_rows(game), abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_the_weighted_nucleoli_are_those_of_all_rows(seed: int) -> None:
    table = np.random.default_rng(seed).integers(1, 30, (2,) * 4).astype(float)
    table[0, 0, 0, 0] = 0
    game = table_game("ABCD", table, kind="cost" if seed % 2 else "savings")
    assert certified(per_capita_nucleolus(game)) == pytest.approx(by_rows(game, "member"), abs=1e-5)
    assert certified(proportional_nucleolus(game)) == pytest.approx(by_rows(game, "cost"), abs=1e-5)


@pytest.mark.parametrize("seed", range(16))
def test_bounds_are_those_of_all_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(10, 30, (2,) * 4).astype(float)
    table[0, 0, 0, 0], table[1, 1, 1, 1] = 0, 36
    game = table_game("ABCD", table, kind="cost" if seed % 2 else "savings")
    low, high = rng.integers(0, 8, 4), rng.integers(9, 14, 4)
    terms = Terms(caps=dict(zip("ABCD", map(float, high), strict=True)), floors=dict(zip("ABCD", map(float, low), strict=True)))
    found = certified(prenucleolus(game, terms))
    assert found == pytest.approx(by_rows(game, low=low.tolist(), high=high.tolist()), abs=1e-6)
    assert np.all(found >= low)
    assert np.all(found <= high)


@pytest.mark.parametrize("most", [1, 2, 5, 1000])
def test_every_answer_is_exact_even_where_ties_abound(most: int) -> None:
    for seed in range(60):
        game = integers(2 + seed % 5, seed, most)
        assert sum(certified(prenucleolus(game))) == pytest.approx(game.total, abs=1e-9)


@given(st.integers(2, 6), st.integers(0, 10**6))
@settings(max_examples=30)
def test_the_core_holds_them_where_there_is_one(n: int, seed: int) -> None:
    costs = np.random.default_rng(seed)
    game = by_function(n, lambda group: float(np.ceil(len(group) ** 0.8 * 4) + costs.integers(0, 3)))
    core, found = least_core(game), prenucleolus(game)
    assert found.largest_excess == pytest.approx(core.level, abs=1e-6 * game.scale)
    if not core.empty:
        assert found.in_core
        assert per_capita_nucleolus(game).in_core
        assert proportional_nucleolus(game).in_core
        assert certified(nucleolus(game)) == pytest.approx(found.charges, abs=1e-9)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.integers(0, 10**6), st.booleans())
@settings(max_examples=16)
def test_classes_pay_what_their_members_would_pay_as_players(members: list[int], seed: int, savings: bool) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(1, 20, [n + 1 for n in members]).astype(float)
    table[(0,) * len(members)] = 0
    game = table_game(players(len(members)), table, members, kind="savings" if savings else "cost")
    owner = [k for k, n in enumerate(members) for _ in range(n)]
    single = by_function(len(owner), lambda group: table[tuple(sum(owner[i] == k for i in group) for k in range(len(members)))], game.kind)
    for rule in (prenucleolus, per_capita_nucleolus, proportional_nucleolus):
        assert certified(rule(single)) == pytest.approx([certified(rule(game))[k] for k in owner], abs=1e-8)


# --- axioms


@given(st.integers(3, 5), st.integers(0, 10**6), st.data())
@settings(max_examples=24)
def test_a_group_left_with_what_it_pays_settles_it_the_same_way(n: int, seed: int, data: st.DataObject) -> None:
    # A. I. Sobolev (1975): the prenucleolus of the reduced game of M. Davis and M. Maschler (1965)
    game = integers(n, seed, 12)
    charges = certified(prenucleolus(game))
    stay = sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=2, max_size=n - 1)))
    gone = [k for k in range(n) if k not in stay]

    def least(group: list[int]) -> float:
        helpers = [gone] if len(group) == len(stay) else [list(h) for h in subsets(gone)]
        return min(float(game.costs[tuple(int(k in [stay[g] for g in group] or k in h) for k in range(n))]) - sum(charges[h]) for h in helpers)

    assert prenucleolus(by_function(len(stay), least)).charges == pytest.approx(charges[stay], abs=1e-7)


def subsets(items: list[int]) -> list[list[int]]:
    return [[item for item, here in zip(items, row, strict=True) if here] for row in product((0, 1), repeat=len(items))]


@given(st.integers(2, 6), st.integers(0, 10**6), st.sampled_from([1e-6, 1e7, 3.0]))
@settings(max_examples=16)
def test_units_and_what_everybody_pays_anyhow_do_not_matter(n: int, seed: int, factor: float) -> None:
    game = integers(n, seed, 9)
    own = np.random.default_rng(seed).integers(-20, 20, n).astype(float)
    moved = table_game(game.names, (game.costs + game.charged(own.tolist())) * factor)
    assert np.array(prenucleolus(moved).charges) == pytest.approx((certified(prenucleolus(game)) + own) * factor, rel=1e-9, abs=1e-8 * factor)
    for rule in (per_capita_nucleolus, proportional_nucleolus):
        plus = table_game(game.names, np.where(np.arange(game.size).reshape(game.shape) > 0, game.costs + 1, 0))
        scaled = table_game(game.names, plus.costs * factor)
        assert np.array(rule(scaled).charges) == pytest.approx(certified(rule(plus)) * factor, rel=1e-9, abs=1e-8 * factor)


@given(st.integers(2, 6), st.integers(0, 10**6), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_names_do_not_matter(n: int, seed: int, random: object) -> None:
    game = integers(n, seed, 6)
    order = list(range(n))
    random.shuffle(order)  # type: ignore[attr-defined]
    other = table_game(tuple(game.names[k] for k in order), np.transpose(game.costs, order))
    assert certified(prenucleolus(other)) == pytest.approx(certified(prenucleolus(game))[order], abs=1e-12)


@given(st.integers(2, 5), st.integers(0, 10**6))
@settings(max_examples=20)
def test_a_copy_of_a_player_pays_the_same(n: int, seed: int) -> None:
    game = integers(n, seed, 7)
    doubled = by_function(n + 1, lambda group: float(game.costs[tuple(int(k in group or (k == 0 and n in group)) for k in range(n))]))
    charges = certified(prenucleolus(doubled))
    assert charges[0] == pytest.approx(charges[n], abs=1e-12)


@given(st.integers(1, 6), st.integers(0, 10**6))
@settings(max_examples=20)
def test_who_gains_nothing_from_joining_pays_its_own_cost(n: int, seed: int) -> None:
    own = np.round(np.random.default_rng(seed).uniform(0, 10, n), 2)
    game = by_function(n, lambda group: float(np.round(own[group].sum(), 2)))
    for rule in (nucleolus, prenucleolus, per_capita_nucleolus, proportional_nucleolus):
        assert certified(rule(game)) == pytest.approx(own, abs=1e-9)


# --- hard cases


@pytest.mark.parametrize("rule", ALL)
def test_one_player_pays_all_and_nothing_costs_nothing(rule: object) -> None:
    assert rule(table_game("A", np.array([0.0, 5.0]))).charges == (5.0,)  # type: ignore[operator]
    assert rule(table_game("A", np.arange(41.0) ** 0.5, [40])).charges == pytest.approx((40**0.5 / 40,))  # type: ignore[operator]
    assert certified(rule(table_game("ABCD", np.zeros(16)))) == pytest.approx((0, 0, 0, 0))  # type: ignore[operator]


def test_where_joining_does_harm_only_the_prenucleolus_shares() -> None:
    game = of_coalitions("AB", "A 1 B 2 AB 5")
    with pytest.raises(NotApplicableError, match="prenucleolus"):
        nucleolus(game)
    assert certified(prenucleolus(game)) == pytest.approx((2, 3))
    with pytest.raises(NotApplicableError, match="get less"):
        nucleolus(of_coalitions("AB", "A 1 B 2 AB 1", "savings"))


def test_caps_that_do_not_cover_the_cost_are_charged_and_what_is_missing_is_told() -> None:
    found = nucleolus(SWEDEN, Terms(caps=dict.fromkeys("AHKLMT", 10.0)))
    assert found.charges == (10.0,) * 6
    assert found.shortfall == pytest.approx(23.82)
    assert found.note == "With everybody at its bound 23.82 is missing."
    assert not found.in_core


def test_floors_beyond_the_cost_are_charged() -> None:
    found = prenucleolus(of_coalitions("AB", "A 3 B 3 AB 4"), Terms(floors={"A": 3.0, "B": 2.0}))
    assert found.charges == (3.0, 2.0)
    assert found.shortfall == pytest.approx(-1)


def test_savings_promised_beyond_what_there_is_are_told() -> None:
    found = prenucleolus(of_coalitions("AB", "AB 4", "savings"), Terms(floors={"A": 3.0, "B": 2.0}))
    assert found.charges == (3.0, 2.0)
    assert "1 is more than there is" in found.note


def test_a_floor_beyond_the_cap_is_refused() -> None:
    with pytest.raises(NotApplicableError, match="beyond its cap"):
        prenucleolus(SWEDEN, Terms(caps={"A": 5.0}, floors={"A": 6.0}))
    with pytest.raises(NotApplicableError, match="prenucleolus"):
        nucleolus(SWEDEN, Terms(floors={"A": 22.0}))


def test_who_is_capped_pays_its_cap_and_the_others_settle_the_rest() -> None:
    found = allocate(SWEDEN, "nucleolus", Terms(caps={"A": 18.0}))
    assert found.charges[0] == 18.0
    assert sum(certified(found)) == pytest.approx(83.82)
    assert any("A" in level.get("bounded", ()) for level in found.evidence["levels"])


def test_a_subsidy_is_shared_too() -> None:
    found = allocate(SWEDEN, "prenucleolus", Terms(subsidy=10.0))
    assert sum(found.charges) == pytest.approx(73.82)
    assert found.shortfall == 0


def test_objections_as_a_share_of_cost_need_costs() -> None:
    with pytest.raises(NotApplicableError, match="0 or more"):
        proportional_nucleolus(of_coalitions("AB", "A -1 B 2 AB 1"))
    with pytest.raises(NotApplicableError, match="cost nothing"):
        proportional_nucleolus(of_coalitions("ABC", "ABC 1"))
    with pytest.raises(NotApplicableError, match="leave the charges open"):
        proportional_nucleolus(of_coalitions("ABC", "ABC 1", "savings"))


@pytest.mark.parametrize("rule", ALL)
def test_the_same_game_as_savings_has_the_same_answer(rule: object) -> None:
    # what each saves against its own cost, in the savings game, is its own cost less its charge
    saved = by_function(3, lambda group: sum(SMALL.alone[group]) - float(SMALL.costs[tuple(int(k in group) for k in range(3))]), "savings")
    if rule in (nucleolus, prenucleolus, per_capita_nucleolus):
        assert certified(rule(saved)) == pytest.approx(SMALL.alone - certified(rule(SMALL)), abs=1e-9)  # type: ignore[operator]
    else:
        assert sum(certified(rule(saved))) == pytest.approx(saved.total)  # type: ignore[operator]


SMALL = of_coalitions("ABC", "A 22 B 17 C 21 AB 35 AC 39 BC 37 ABC 53")


@pytest.mark.parametrize("seed", range(6))
def test_costs_by_formula_are_certified_up_to_round_off(seed: int) -> None:
    rng = np.random.default_rng(seed)
    use = np.round(rng.uniform(1, 9, 7), 1)
    game = by_function(7, lambda group: 3 * float(sum(use[k] for k in reversed(group))) ** 0.6 + 0.1 * len(group))
    for rule in ALL:
        found = rule(game)
        assert found.evidence["certified"]
        assert found.evidence["error"] < 1e-12
        assert found.in_core


def test_a_millionth_counts_beside_a_billion() -> None:
    needs = (1e-6, 1.0, 1e3, 1e9)
    found = certified(prenucleolus(by_function(4, lambda group: max(needs[k] for k in group))))
    assert found == pytest.approx(airport_fees(needs), rel=1e-12, abs=0)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("rule", [prenucleolus, per_capita_nucleolus])
def test_costs_of_all_sizes_are_settled_exactly(rule: object, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 7))
    table = np.array([float(f"{10**power:.6g}") for power in rng.uniform(-6, 9, 2**n)]).reshape((2,) * n)
    table[(0,) * n] = 0
    found = certified(rule(table_game(players(n), table)))  # type: ignore[operator]
    thousand = rule(table_game(players(n), table * 1024.0))  # type: ignore[operator]
    assert np.array(thousand.charges) == pytest.approx(found * 1024, rel=1e-9, abs=1e-12 * found.max())


def test_free_groups_beside_dear_ones_are_compared_in_whole_numbers() -> None:
    # all that comes close costs nothing, so the factor of its cost may be beyond 64 bits, and so may costs whose factor is 0
    rng = np.random.default_rng(37)
    shape = tuple(int(n) + 1 for n in rng.integers(1, 4, 4))
    costs = rng.integers(0, 4, shape).astype(float)
    costs[0, 0, 0, 0] = 0
    for factor in (1.0, 1e-4, 3.7e-4, 1e7):
        game = table_game("ABCD", factor * costs, [n - 1 for n in shape])
        assert certified(prenucleolus(game)) == pytest.approx(factor * certified(prenucleolus(table_game("ABCD", costs, game.members))), rel=1e-9, abs=0)


@pytest.mark.parametrize("seed", [23, 185, 187])
def test_where_nearly_all_groups_are_free_of_charge_nobody_pays(seed: int) -> None:
    # rows of free groups balance in more ways than one; prices tell which way has no negative share
    rng = np.random.default_rng(seed)
    shape = tuple(int(n) + 1 for n in rng.integers(1, 4, 4))
    costs = (rng.random(shape) < 0.3).astype(float) if seed != 187 else rng.integers(0, 4, shape).astype(float)
    costs[0, 0, 0, 0] = 0
    assert costs[-1, -1, -1, -1] == 0
    assert certified(proportional_nucleolus(table_game("ABCD", costs, [n - 1 for n in shape]))) == pytest.approx(np.zeros(4), abs=0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("factor", [1e-6, 1e-4, 1e7])
def test_four_classes_are_settled_exactly_in_any_unit(seed: int, factor: float) -> None:
    rng = np.random.default_rng((seed, 4))
    shape = tuple(int(n) + 1 for n in rng.integers(1, 4, 4))
    costs = rng.choice([0, 1, 2, 5, 10, 10, 20, 1e-3, 1e4], shape) if seed % 2 else np.round(3 * np.indices(shape).sum(axis=0) ** 0.6, 1)
    costs[0, 0, 0, 0] = 0
    one, other = (table_game("ABCD", times * costs, [n - 1 for n in shape]) for times in (1.0, factor))
    assert factor * certified(prenucleolus(one)) == pytest.approx(certified(prenucleolus(other)), rel=1e-9, abs=1e-9 * factor)


def test_sizes_that_no_program_holds_together_are_told_and_left_out_of_a_comparison() -> None:
    costs = np.random.default_rng(4).choice([1e-6, 1e-3, 1, 5, 1e4, 1e9], (3, 3, 3))
    costs[0, 0, 0] = 0
    game = table_game("ABC", costs, (2, 2, 2), kind="savings")
    with pytest.raises(SolverError, match="differ too much in size"):
        proportional_nucleolus(game)
    found = compare(game, names=["proportional_nucleolus", "prenucleolus"])[1]
    assert list(found) == ["prenucleolus"]
    assert found["prenucleolus"].evidence["exact"]


def test_small_costs_within_bounds_are_settled_exactly() -> None:
    needs = (1e-6, 1.0, 1e3, 1e9)
    game = by_function(4, lambda group: max(needs[k] for k in group))
    found = certified(prenucleolus(game, Terms(caps={"C": 200.0}, floors={"A": 7e-7})))
    assert found == pytest.approx((7e-7, (1 - 7e-7) / 2, 200.0, 1e9 - 200.0 - (1 + 7e-7) / 2), rel=1e-12, abs=0)


def test_a_centre_is_no_corner() -> None:
    # the core of this game is the segment from (2, 5) to (4, 3)
    found = centre_of_least_core(of_coalitions("AB", "A 4 B 5 AB 7"))
    assert found.charges == (3.0, 4.0)
    assert found.rule == "least_core"


def test_a_hundred_firms_in_classes_are_certified() -> None:
    table = np.fromfunction(lambda a, b, c: 40 * np.ceil((a + 4 * b + 10 * c) / 50) + a + 2 * b + 3 * c, (61, 31, 11))
    game = table_game("abc", table, [60, 30, 10])
    found = prenucleolus(game)
    certified(found)
    assert found.largest_excess == pytest.approx(least_core(game).level, abs=1e-6 * game.scale)


def test_the_budget_is_kept() -> None:
    with pytest.raises(TimedOutError, match="time limit"):
        prenucleolus(SWEDEN, Terms(budget=Budget(seconds=0.0)))


@pytest.mark.parametrize("n", [13, 15])
@pytest.mark.parametrize("most", [3, 10_000])
def test_many_players_are_exact(n: int, most: int) -> None:
    found = prenucleolus(integers(n, n + most, most))
    assert sum(certified(found)) == pytest.approx(found.game.total)


def test_methods_are_listed() -> None:
    for name, rule in zip(("nucleolus", "prenucleolus", "per_capita_nucleolus", "proportional_nucleolus"), ALL, strict=True):
        assert METHODS[name].bounded
        assert allocate(SWEDEN, name).charges == rule(SWEDEN).charges


# --- the parts


def test_a_book_of_another_game_is_no_proof() -> None:
    table = np.array(SWEDEN.costs)
    book = settled_levels(SWEDEN, TableSeparation(SWEDEN))
    assert distance(SWEDEN.members, TableSeparation(SWEDEN), book, "coalition") == 0
    table[0, 0, 1, 1, 0, 0] -= 15.0
    other = TableSeparation(table_game(SWEDEN.names, table))
    assert distance(SWEDEN.members, other, book, "coalition") == pytest.approx(book_excess(book, table), abs=1e-9)


def book_excess(book: object, table: Array) -> float:
    """Return by how much K and L together object above the last level: at most as much as above theirs."""
    charges = [float(charge) for charge in book.charges]  # type: ignore[attr-defined]
    entered = next(level for level in book.levels if (0, 0, 1, 1, 0, 0) in level.span)  # type: ignore[attr-defined]
    return charges[2] + charges[3] - float(table[0, 0, 1, 1, 0, 0]) - float(entered.value)


def test_an_oracle_that_cannot_list_coalitions_is_asked_level_by_level() -> None:
    class Unlisted(TableSeparation):
        def near(self, asked: Question, tolerance: float) -> None:  # type: ignore[override]
            return None

    book = settled_levels(SWEDEN, Unlisted(SWEDEN))
    assert 0 < distance(SWEDEN.members, Unlisted(SWEDEN), book, "coalition") < 1e-6
    table = np.array(SWEDEN.costs)
    table[0, 0, 1, 1, 0, 0] -= 15.0
    assert distance(SWEDEN.members, Unlisted(table_game(SWEDEN.names, table)), book, "coalition") > 1


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.integers(0, 10**6), st.sampled_from([1.0, 0.5, -0.3]))
@settings(max_examples=40)
def test_the_table_is_searched_as_a_loop_would(members: list[int], seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    shape = [n + 1 for n in members]
    table = rng.uniform(0, 10, shape)
    table[(0,) * len(members)] = 0
    game = table_game(players(len(members)), table, members)
    oracle, charges = TableSeparation(game), rng.uniform(0, 1, len(members))
    counts = np.array(list(product(*map(range, shape))))
    inside = rng.integers(0, np.array(members) + 1)
    span = Span(len(members)).joined([members, inside.tolist()])
    excess = counts @ charges - factor * oracle.costs(counts)
    free = np.array([tuple(row) not in span for row in counts.tolist()])
    free[0] = free[-1] = False
    found = oracle.violated(Question(charges, factor, -0.5), span, 1e-9, 5)
    above = free & (excess > -0.5)
    assert bool(len(found)) == bool(above.any())
    if len(found):
        assert np.max(found.counts @ charges - factor * found.costs) == pytest.approx(np.max(excess[above]))
    near = sum(len(part) for part in oracle.near(Question(charges, factor, -0.5), 1e-9))
    assert near == np.sum((excess >= -0.5)[1:-1])


def test_fitted_charges_are_the_least_squares() -> None:
    rng = np.random.default_rng(3)
    table = rng.uniform(0, 1, (4, 3, 2))
    game = table_game("ABC", table, [3, 2, 1])
    oracle, counts = TableSeparation(game), np.array(list(product(range(4), range(3), range(2))))
    middle = counts - counts.mean(axis=0)
    costs = oracle.costs(counts)
    system = np.block([[middle.T @ middle, np.array([[3.0], [2.0], [1.0]])], [np.array([[3.0, 2.0, 1.0, 0.0]])]])
    expected = np.linalg.solve(system, np.append(middle.T @ costs, costs[-1]))[:3]
    assert oracle.fitted() == pytest.approx(expected)


def test_leaders_are_the_worst_of_all() -> None:
    game = integers(14, 1, 50)
    charges = np.random.default_rng(0).uniform(0, 9, 14)
    excess = (game.charged(charges.tolist()) - game.costs).ravel()[1:-1]
    found = leaders(game, charges, 7)
    assert sorted(found @ charges - game.at(found)) == pytest.approx(np.sort(excess)[-7:])


def test_total_use_is_settled_without_a_table() -> None:
    # the same game as a table and as a function of total use
    use = (1.0, 3.0, 7.0)
    game = table_game("abc", np.zeros((31, 21, 11)), [30, 20, 10], use)
    steps = OfTotalUse(use, lambda total: 50.0 * np.ceil(total / 40) + total)
    by_use = replace(game, function=steps)
    as_table = table_game("abc", by_use.costs, [30, 20, 10], use)
    assert certified(prenucleolus(by_use)) == pytest.approx(certified(prenucleolus(as_table)), abs=1e-9)
