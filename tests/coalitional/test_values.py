"""Shapley, Banzhaf, Owen, tau, serial and Aumann-Shapley: published answers, all orders one by one, closed forms, and two ways to the same number."""

from dataclasses import replace
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.coalitional.cost_game import CostGame, MemberClass, table_game
from negotiation.coalitional.costs import ByFunction, MostDemanding, OfTotalUse, Table, Written
from negotiation.coalitional.methods import allocate
from negotiation.coalitional.shares.banzhaf import banzhaf
from negotiation.coalitional.shares.diagonal import marginal_costs
from negotiation.coalitional.shares.extension import flow_averages, gauss_levels
from negotiation.coalitional.shares.owen import owen
from negotiation.coalitional.shares.paths import aumann_shapley, serial
from negotiation.coalitional.shares.sampling import sampled_shapley
from negotiation.coalitional.shares.semivalue import BANZHAF, SHAPLEY, Semivalue, averages, binomials
from negotiation.coalitional.shares.shapley import shapley
from negotiation.coalitional.shares.tau import tau
from negotiation.coalitional.terms import Terms
from negotiation.errors import NotApplicableError, TooLargeError, UnknownNameError
from negotiation.formula import parse
from negotiation.numerics import Array

from .games import by_orders, classes, expanded, owners, plain, weighted_voting

AIRPORT = plain("ABC", {"A": 12, "B": 28, "C": 30, "AB": 28, "AC": 30, "BC": 30, "ABC": 30})
MAJORITY = weighted_voting(2, [1, 1, 1])


def of_use(members: tuple[int, ...], use: tuple[float, ...], kind: str = "both") -> CostGame:
    """Return a game of total use with modules and economies of scale."""
    modules, smooth = {"both": (40.0, 3.0), "modules": (40.0, 0.0), "smooth": (0.0, 3.0)}[kind]
    entries = tuple(MemberClass(f"c{k}", n, use=u) for k, (n, u) in enumerate(zip(members, use, strict=True)))
    return CostGame(entries, OfTotalUse(use, lambda total: modules * np.ceil(total / 7.0) + smooth * total**0.7))


def written(formula: str, members: dict[str, int], use: tuple[float, ...]) -> CostGame:
    entries = tuple(MemberClass(name, n, use=u) for (name, n), u in zip(members.items(), use, strict=True))
    return CostGame(entries, Written(parse(formula), members, use, {}, {}))


# Shapley


def test_shapley_of_an_airport_game_splits_each_stretch_among_its_users() -> None:
    # Littlechild and Owen (1973): stretch k is shared equally by all who need it
    assert shapley(AIRPORT).charges == pytest.approx((4, 12, 14))


@pytest.mark.parametrize(
    ("quota", "weights", "expected"),
    [
        (51, [50, 49, 1], (2 / 3, 1 / 6, 1 / 6)),  # Shapley and Shubik (1954): the small one has as much as the one with 49
        (3, [2, 1, 1, 1], (1 / 2, 1 / 6, 1 / 6, 1 / 6)),  # an apex game
        (12, [4, 4, 4, 2, 2, 1], (7 / 30, 7 / 30, 7 / 30, 3 / 20, 3 / 20, 0)),  # the European Community of 1958; Luxembourg is null
    ],
)
def test_shapley_of_weighted_voting_is_published(quota: float, weights: list[int], expected: tuple[float, ...]) -> None:
    assert shapley(weighted_voting(quota, weights)).charges == pytest.approx(expected)


def security_council() -> CostGame:
    """Return the UN Security Council: 5 permanent members, 10 others, nine votes with all the permanent ones."""
    wins = np.zeros((6, 11))
    wins[5, 4:] = 1
    return table_game(["permanent", "other"], wins, (5, 10), kind="savings")


def test_shapley_of_the_security_council_is_published() -> None:
    # Shapley and Shubik's index: 421/2145 for each permanent member, 4/2145 for each of the others
    for game in (security_council(), expanded(security_council())):
        found = shapley(game).charges
        assert (found[0], found[-1]) == (pytest.approx(421 / 2145), pytest.approx(4 / 2145))


@given(st.integers(1, 6), st.integers(0, 10**6))
@settings(max_examples=30)
def test_shapley_is_the_average_over_all_orders(n: int, seed: int) -> None:
    game = classes((1,) * n, seed)
    assert shapley(game).charges == pytest.approx(by_orders(game), abs=1e-12)


def by_definition(game: CostGame, kind: Semivalue) -> Array:
    """Return the sum over coalitions of what a member adds, player by player."""
    n = len(game.names)
    chance = [1 / (n * comb(n - 1, s)) if kind is SHAPLEY else 2.0 ** (1 - n) for s in range(n)]
    found = np.zeros(n)
    for k, row in product(range(n), product((0, 1), repeat=n)):
        if not row[k]:
            found[k] += chance[sum(row)] * (game.costs[(*row[:k], 1, *row[k + 1 :])] - game.costs[row])
    return found


@pytest.mark.parametrize("kind", [SHAPLEY, BANZHAF])
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple), st.integers(0, 10**6))
@settings(max_examples=20)
def test_averages_of_classes_are_those_of_their_members(kind: Semivalue, members: tuple[int, ...], seed: int) -> None:
    game = classes(members, seed)
    single = expanded(game)
    expected = by_definition(single, kind) if single.population <= 8 else averages(single, kind).values
    assert averages(game, kind).values[owners(game)] == pytest.approx(expected, abs=1e-11)
    assert averages(single, kind).values == pytest.approx(expected, abs=1e-11)


def test_a_thousand_members_lose_no_digits() -> None:
    # c = |s|^2 over 1,000 members: each pays 1,000; the classes differ only by their names
    sizes = np.add.outer(np.arange(601.0), np.arange(401.0))
    game = table_game(["a", "b"], sizes**2, (600, 400))
    assert np.abs(averages(game, SHAPLEY).values / 1000 - 1).max() < 1e-12
    assert np.abs(averages(game, BANZHAF).values / 1000 - 1).max() < 1e-12


@pytest.mark.parametrize("n", [0, 1, 2, 61, 1030, 4097, 5000])
def test_binomials_beyond_floats_are_right(n: int) -> None:
    found = binomials(n)
    for k in {0, min(1, n), n // 3, n // 2, max(n - 1, 0), n}:
        exact = comb(n, k)
        shift = max(0, exact.bit_length() - 60)
        assert float(found.mantissa[k]) * 2.0 ** (int(found.exponent[k]) - shift) == pytest.approx(exact >> shift, rel=1e-13)


def test_a_player_table_in_blocks_is_the_table_of_classes() -> None:
    costs = np.random.default_rng(0).random((2,) * 15)
    costs.flat[0] = 0
    game = table_game([f"p{k}" for k in range(15)], costs)
    pairs = table_game("AB", np.add.outer(np.arange(3.0), np.arange(14.0)) ** 0.5, (2, 13))
    assert float(averages(game, SHAPLEY).values.sum()) == pytest.approx(game.total, rel=1e-12)
    assert averages(expanded(pairs), SHAPLEY).values[[0, -1]] == pytest.approx(averages(pairs, SHAPLEY).values, rel=1e-12)


# Beyond tables


@pytest.mark.parametrize("kind", [SHAPLEY, BANZHAF])
@pytest.mark.parametrize(("members", "use"), [((40, 20, 10), (1.0, 4.0, 10.0)), ((3, 1, 1), (0.5, 0.0, 7.25)), ((1,), (2.0,)), ((9, 9), (3.0, 3.0))])
def test_the_multilinear_extension_says_what_the_table_says(kind: Semivalue, members: tuple[int, ...], use: tuple[float, ...]) -> None:
    game = of_use(members, use)
    assert isinstance(game.function, OfTotalUse)
    found = flow_averages(game.function, members, kind.levels(sum(members)))
    assert found.values == pytest.approx(averages(game, kind).values, rel=1e-10, abs=1e-10)
    assert found.accuracy == 0


def test_a_thousand_firms_beyond_tables_are_shared_to_the_stated_accuracy() -> None:
    game = of_use((600, 250, 100, 30, 15, 5), (1.0, 2.0, 8.0, 20.0, 50.0, 140.0))
    assert not game.tabulated
    found = shapley(game)
    assert sum(found.class_charges) == pytest.approx(game.total, rel=1e-12)
    assert 0 <= found.evidence["accuracy"] <= 1e-7
    assert isinstance(game.function, OfTotalUse)
    finer = None
    for level in gauss_levels(1000):
        if len(level.nodes) == 256:
            finer = flow_averages(game.function, game.members, [level]).values
    assert found.charges == pytest.approx(finer, rel=1e-7)
    again = shapley(game.subsidised(500.0))
    assert np.array(found.charges) - np.array(again.charges) == pytest.approx(np.full(6, 0.5), rel=1e-6)


def test_ten_thousand_planes_are_shared_in_closed_form() -> None:
    needs = np.random.default_rng(2).uniform(1, 100, 10_000)
    game = CostGame(tuple(MemberClass(f"p{k}") for k in range(10_000)), MostDemanding(tuple(needs.tolist())))
    order = np.argsort(needs)
    expected = np.zeros(10_000)
    expected[order] = np.cumsum(np.diff(needs[order], prepend=0) / np.arange(10_000, 0, -1))
    assert averages(game, SHAPLEY).values == pytest.approx(expected)


@pytest.mark.parametrize("kind", [SHAPLEY, BANZHAF])
def test_the_closed_form_of_airports_is_the_table(kind: Semivalue) -> None:
    entries = tuple(MemberClass(name, n) for name, n in (("jet", 2), ("small", 3), ("middle", 2), ("free", 1)))
    game = CostGame(entries, MostDemanding((9.0, 2.0, 5.0, 0.0))).subsidised(1.5)
    assert averages(game, kind).values == pytest.approx(averages(replace(game, function=Table(game.costs)), kind).values)


def test_uses_without_a_common_unit_are_sampled_instead() -> None:
    members, use = (40,) * 5, (1.0, 2**0.5, 3**0.5, 5**0.5, 7**0.5)
    assert shapley(of_use(members, use)).evidence["estimate"]
    with pytest.raises(NotApplicableError, match="too many for the Banzhaf value; use shapley"):
        banzhaf(of_use(members, use))


# Banzhaf


def test_banzhaf_of_the_european_community_is_published() -> None:
    # Banzhaf counts of 1958: 10, 10, 10, 6, 6, 0 of 42 swings
    found = banzhaf(weighted_voting(12, [4, 4, 4, 2, 2, 1]))
    assert found.charges == pytest.approx((10 / 42, 10 / 42, 10 / 42, 6 / 42, 6 / 42, 0))
    assert found.evidence["raw"]["v0"] == pytest.approx(10 / 32)
    assert found.note == "The Banzhaf values add up to 1.312; they were scaled to cover 1."


def test_banzhaf_that_adds_up_to_nothing_does_not_fit() -> None:
    with pytest.raises(NotApplicableError, match="no factor turns into 1"):
        banzhaf(plain("ABC", {"A": 1, "B": 1, "C": 1, "AB": 0, "AC": 0, "BC": 0, "ABC": 1}))
    with pytest.raises(NotApplicableError, match=r"add up to -0\.75"):
        banzhaf(plain("ABC", {"A": 1, "B": 1, "C": 1, "AB": -1, "AC": -1, "BC": -1, "ABC": 1}))


# Owen


@pytest.mark.parametrize(
    ("unions", "expected"),
    [
        ("AAB", (1 / 2, 1 / 2, 0)),  # two of three join: the third loses everything
        ("ABC", (1 / 3, 1 / 3, 1 / 3)),
        ("AAA", (1 / 3, 1 / 3, 1 / 3)),
    ],
)
def test_owen_of_the_majority_game_rewards_joining(unions: str, expected: tuple[float, ...]) -> None:
    # G. Owen (1977)
    assert owen(MAJORITY, Terms(unions=dict(zip(MAJORITY.names, unions, strict=True)))).charges == pytest.approx(expected)


@given(st.integers(1, 6), st.integers(0, 10**6))
@settings(max_examples=25)
def test_owen_is_the_average_over_the_orders_that_keep_unions_together(n: int, seed: int) -> None:
    game = classes((1,) * n, seed)
    unions = np.random.default_rng(seed).integers(0, 3, n).tolist()
    found = owen(game, Terms(unions={name: f"u{union}" for name, union in zip(game.names, unions, strict=True)}))
    assert found.charges == pytest.approx(by_orders(game, unions))


@given(st.lists(st.integers(1, 3), min_size=2, max_size=3).map(tuple), st.integers(0, 10**6))
@settings(max_examples=20)
def test_unions_together_pay_the_shapley_value_between_them(members: tuple[int, ...], seed: int) -> None:
    game = classes(members, seed)
    found = owen(game, Terms(unions=dict.fromkeys(game.names, "all") | {game.names[0]: "first"}))
    whole = plain("XY", {"X": game.costs[(members[0], *(0,) * (len(members) - 1))], "Y": game.costs[(0, *members[1:])], "XY": game.total})
    assert [found.evidence["unions"][name]["charge"] for name in ("first", "all")] == pytest.approx(shapley(whole).charges)


def test_unions_of_the_game_count_where_the_terms_name_none() -> None:
    entries = tuple(replace(entry, union="left") if entry.name != "C" else entry for entry in replace(MAJORITY, classes=tuple(map(MemberClass, "ABC"))).classes)
    game = replace(MAJORITY, classes=entries)
    assert owen(game).charges == pytest.approx((1 / 2, 1 / 2, 0))
    assert owen(game, Terms(unions={"A": "right", "C": "right"})).charges == pytest.approx((1 / 2, 0, 1 / 2))
    assert "this is the Shapley value" in owen(AIRPORT).note
    with pytest.raises(UnknownNameError, match="unknown class 'Z'"):
        owen(game, Terms(unions={"Z": "right"}))


def test_a_union_of_many_firms_needs_no_table_of_all() -> None:
    # 6 large firms of their own, 900 small ones in one union: 907 * 7 coalitions are enough
    game = of_use((900, 6, 4000), (1.0, 30.0, 2.0), "smooth")
    game = replace(game, classes=(replace(game.classes[0], union="small"), game.classes[1], replace(game.classes[2], union="small too")))
    assert not game.tabulated
    found = owen(game)
    assert sum(found.class_charges) == pytest.approx(game.total)
    assert found.charges[2] == pytest.approx(found.evidence["unions"]["small too"]["charge"] / 4000)


# tau


def test_tau_lies_between_what_is_sure_and_what_can_be_asked() -> None:
    # sure to pay 12, 9, 14; A and C can be asked for 31 - 14 = 17, B for 28 - 14 = 14, C with B for 28 - 9 = 19
    game = plain("ABC", {"A": 20, "B": 18, "C": 22, "AB": 26, "AC": 31, "BC": 28, "ABC": 40})
    found = tau(game)
    assert found.evidence["bounds"] == {"A": [12, 17], "B": [9, 14], "C": [14, 19]}
    assert found.charges == pytest.approx((12 + 5 / 3, 9 + 5 / 3, 14 + 5 / 3))


def test_tau_of_a_bankruptcy_is_the_adjusted_proportional_rule() -> None:
    # Curiel, Maschler and Tijs (1987); claims 100, 200, 300 of the Talmud, estate 200: sure 0 each, hoped 100, 200, 200
    claims = {"A": 100, "B": 200, "C": 300}
    coalitions = ("A", "B", "C", "AB", "AC", "BC", "ABC")
    worths = {names: max(0, 200 - sum(claim for name, claim in claims.items() if name not in names)) for names in coalitions}
    assert tau(plain("ABC", worths, "savings")).charges == pytest.approx((40, 80, 80))


def test_tau_of_gloves_gives_all_to_the_scarce_side() -> None:
    glove = plain("LMR", {"L": 0, "M": 0, "R": 0, "LM": 0, "LR": 1, "MR": 1, "LMR": 1}, "savings")
    assert tau(glove).charges == pytest.approx((0, 0, 1))


@pytest.mark.parametrize(
    ("game", "said"),
    [
        (MAJORITY, "is sure of 1"),
        (plain("AB", {"A": 1, "B": 1, "AB": 3}), "A is sure to pay 2, and can be asked for at most 1"),
    ],
)
def test_tau_says_why_a_game_is_not_quasi_balanced(game: CostGame, said: str) -> None:
    with pytest.raises(NotApplicableError, match=said):
        tau(game)


@pytest.mark.parametrize("kind", ["cost", "savings"])
def test_tau_beyond_tables_is_that_of_the_table(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    members, use = (70, 60, 25, 1, 2), (1.0, 2.0, 5.0, 9.0, 0.0)
    entries = tuple(MemberClass(name, n, use=u) for name, n, u in zip(["a", "b", "c", "d", "idle"], members, use, strict=True))
    power = 0.7 if kind == "cost" else 1.4
    game = CostGame(entries, OfTotalUse(use, lambda total: 3 * total**power), kind=kind)  # type: ignore[arg-type]
    planes = CostGame(entries, MostDemanding((1.0, 7.0, 9.0, 12.0, 0.0)))
    for whole in (game.subsidised(5.0), planes):
        by_table = tau(replace(whole)).charges
        with monkeypatch.context() as patched:
            patched.setattr("negotiation.coalitional.cost_game.MAX_COALITIONS", 1000)
            assert not whole.tabulated
            assert tau(whole).charges == pytest.approx(by_table, rel=1e-9)


# Serial cost sharing and Aumann-Shapley prices


def test_serial_cost_sharing_by_hand() -> None:
    # C(q) = q^2, demands 1, 2, 4: C(3) / 3 = 3, then (C(5) - C(3)) / 2 = 8, then C(7) - C(5) = 24
    entries = tuple(MemberClass(name, use=u) for name, u in (("a", 1.0), ("b", 2.0), ("c", 4.0)))
    game = CostGame(entries, OfTotalUse((1.0, 2.0, 4.0), lambda total: total**2))
    assert serial(game).charges == pytest.approx((3, 11, 35))


def test_what_a_small_user_pays_in_serial_sharing_does_not_depend_on_how_large_others_are() -> None:
    for large in (5.0, 80.0):
        entries = (MemberClass("small", 10, use=2.0), MemberClass("large", 3, use=large), MemberClass("none", 2, use=0.0))
        game = CostGame(entries, OfTotalUse((2.0, large, 0.0), lambda total: 10 * np.ceil(total / 7) + total**1.2))
        found = serial(game)
        assert found.charges[0] == pytest.approx((10 * np.ceil(26 / 7) + 26**1.2) / 13)
        assert found.charges[2] == 0


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple), st.integers(0, 10**6))
@settings(max_examples=15)
def test_a_formula_of_counts_is_shared_serially_like_the_same_function_of_use(members: tuple[int, ...], seed: int) -> None:
    use = tuple(np.random.default_rng(seed).integers(1, 5, len(members)).astype(float).tolist())
    names = dict(zip("abc", members, strict=False))
    load = " + ".join(f"{u} * count({name})" for name, u in zip(names, use, strict=True))
    game = written(f"({load}) ** 1.5 + 3 * ({load})", names, use)
    same = CostGame(game.classes, OfTotalUse(use, lambda total: total**1.5 + 3 * total))
    assert serial(game).charges == pytest.approx(serial(same).charges)
    assert aumann_shapley(game).charges == pytest.approx(aumann_shapley(same).charges, rel=1e-7)


def test_aumann_shapley_prices_of_one_good_are_its_average_cost() -> None:
    game = of_use((3, 2), (1.0, 4.0))
    assert aumann_shapley(game).charges == pytest.approx((game.total / 11, 4 * game.total / 11))
    assert aumann_shapley(game.subsidised(30.0)).charges == pytest.approx(((game.total - 30) / 11, 4 * (game.total - 30) / 11))
    assert "lowers all charges" in serial(game.subsidised(30.0)).note


def test_aumann_shapley_prices_have_closed_forms() -> None:
    # c = a^2 + 3 a b with 3 and 2 members: the class totals are 9 + 9 and 9
    assert aumann_shapley(written("count(a) ** 2 + 3 * count(a) * count(b)", {"a": 3, "b": 2}, (1.0, 1.0))).class_charges == pytest.approx((18, 9))
    # a kink: the dearer of 4 a and 5 b + 1; half the way it is the second
    assert marginal_costs(lambda s: np.maximum(4 * s[:, 0], 5 * s[:, 1] + 1), np.array([3.0, 2.0])).shares == pytest.approx((6, 5), abs=1e-6)
    # two jumps, each of one class, at different times
    jumps = marginal_costs(lambda s: 7 * (s[:, 0] > 1) + 5 * (s[:, 1] > 1.5) + s.sum(axis=1), np.array([3.0, 2.0]))
    assert jumps.shares == pytest.approx((10, 7), abs=1e-6)
    # modules of what all use: in proportion to use, but for the first
    modules = marginal_costs(lambda s: 10 * np.ceil((s[:, 0] + 4 * s[:, 1]) / 2.5), np.array([3.0, 2.0]))
    assert modules.shares == pytest.approx((40 * 3 / 11, 40 * 8 / 11), abs=1e-5)


def test_a_fixed_cost_is_shared_in_proportion_to_the_rest() -> None:
    # Mirman, Samet and Tauman (1983)
    game = written("60 if count(a) + count(b) > 0 else 0", {"a": 3, "b": 2}, (1.0, 1.0))
    with pytest.raises(NotApplicableError, match="nothing of the cost varies"):
        aumann_shapley(game)
    found = aumann_shapley(written("(60 if count(a) + count(b) > 0 else 0) + 2 * count(a) + 7 * count(b)", {"a": 3, "b": 2}, (1.0, 1.0)))
    assert found.class_charges == pytest.approx((80 * 6 / 20, 80 * 14 / 20))
    assert found.note == "60 is fixed and shared in proportion to the rest."
    assert found.evidence["accuracy"] < 1e-8


@pytest.mark.parametrize("rule", [serial, aumann_shapley])
def test_a_table_has_no_way_between_whole_members(rule) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotApplicableError, match="meaning between whole members"):
        rule(AIRPORT)


def test_aumann_shapley_names_the_rule_for_whole_members() -> None:
    with pytest.raises(NotApplicableError, match="shapley, the counterpart for whole members"):
        aumann_shapley(AIRPORT)


@pytest.mark.parametrize(("formula", "use", "said"), [("count(a)", (0.0, 1.0), "uses above 0, unlike a"), ("1 / (count(a) - 1.5)", (1.0, 2.0), None)])
def test_serial_cost_sharing_refuses_what_has_no_order(formula: str, use: tuple[float, ...], said: str | None) -> None:
    game = written(formula, {"a": 1, "b": 1}, use)
    if said is None:
        assert sum(serial(game).charges) == pytest.approx(game.total)
        return
    with pytest.raises(NotApplicableError, match=said):
        serial(game)


# Sampling


def test_sampled_values_cover_the_exact_ones_as_often_as_they_say() -> None:
    game = table_game([f"p{k}" for k in range(11)], np.random.default_rng(1).random((2,) * 11) * (np.indices((2,) * 11).sum(axis=0) > 0))
    exact = np.array(shapley(game).charges)
    inside, runs = 0, 40
    for seed in range(runs):
        found = sampled_shapley(game, orders=330, seed=seed)
        spans = np.array(list(found.evidence["interval"].values()))
        inside += int(((spans[:, 0] <= exact) & (exact <= spans[:, 1])).sum())
        assert sum(found.charges) == pytest.approx(game.total, rel=1e-12)
    assert 0.92 <= inside / (11 * runs) <= 0.98


def test_sampled_classes_are_estimates_of_their_exact_values() -> None:
    game = of_use((60, 20, 4), (1.0, 3.0, 11.0))
    exact, found = np.array(shapley(game).charges), sampled_shapley(game, orders=400, seed=1)
    error = np.array(list(found.evidence["standard_error"].values()))
    assert (np.abs(np.array(found.charges) - exact) <= 4.5 * error).all()
    assert (error < 0.02 * exact).all()


def forty(calls: list[int]) -> CostGame:
    names = tuple(f"p{k}" for k in range(40))
    sizes = dict(zip(names, np.random.default_rng(0).uniform(1, 9, 40).tolist(), strict=True))

    def cost(there: dict[str, int]) -> float:
        calls[0] += 1
        return 100 * len(there) ** 0.5 + max(sizes[name] for name in there)

    return CostGame(tuple(map(MemberClass, names)), ByFunction(names, cost))


def test_forty_players_without_structure_are_estimated_and_marked() -> None:
    found = sampled_shapley(forty([0]), orders=640, seed=3)
    assert found.evidence["estimate"] is True
    assert found.evidence["complete"] is True
    assert found.evidence["orders"] >= 640
    assert found.note.startswith("An estimate from ")
    assert found.in_core is not True
    assert found.charges == sampled_shapley(forty([0]), orders=640, seed=3).charges
    assert found.charges != sampled_shapley(forty([0]), orders=640, seed=4).charges


def test_sampling_stops_when_it_is_told_to_and_says_so() -> None:
    calls, told = [0], []
    budget = Budget(stopped=lambda: calls[0] > 20_000, progress=lambda share, text: told.append((share, text)))
    found = allocate(forty(calls), "shapley", Terms(budget=budget, seed=2))
    assert found.evidence["complete"] is False
    assert "stopped on request" in found.note
    assert calls[0] < 40_000
    assert told
    assert told[0][1].endswith("orders")
    assert sum(found.charges) == pytest.approx(found.game.total, rel=1e-12)


def test_a_table_of_forty_players_is_refused_with_the_way_out() -> None:
    with pytest.raises(TooLargeError, match="estimate by sampling"):
        tau(forty([0]))
