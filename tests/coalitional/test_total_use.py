"""Games too large for a table: total use, and the most demanding member, against tables, brute force and closed forms."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.coalitional.allocation import judge
from negotiation.coalitional.core.bribes import bribes
from negotiation.coalitional.core.equal_profit import equal_profit
from negotiation.coalitional.core.least import least_core, least_core_level
from negotiation.coalitional.core.subsidy import least_subsidy
from negotiation.coalitional.cost_game import CostGame, MemberClass, table_game
from negotiation.coalitional.costs import ByFunction, CostFunction, MostDemanding, OfTotalUse, total_use
from negotiation.coalitional.exact import common_unit, orthogonal, solve
from negotiation.coalitional.excess import complaints
from negotiation.coalitional.nucleolus.nucleoli import prenucleolus
from negotiation.coalitional.search.ladder import LadderSeparation
from negotiation.coalitional.search.oracles import search, separation, structured
from negotiation.coalitional.search.separation import Question, TableSeparation
from negotiation.coalitional.search.span import Span
from negotiation.coalitional.search.total_use import KnapsackSeparation
from negotiation.coalitional.shares.airport import airport, first_share, needs_of, nucleolus_charges
from negotiation.coalitional.shares.rules import equal, proportional
from negotiation.coalitional.shares.shapley import shapley
from negotiation.errors import InvalidGameError, NotApplicableError, TooLargeError
from negotiation.numerics import Array

from .games import plain

MANY = ((400, 300, 150, 100, 40, 10), (5.0, 8.0, 12.0, 20.0, 75.0, 180.0))


def steps(total: Array) -> Array:
    return 50.0 * np.ceil(total / 40) + 3 * total**0.8


def modules(total: Array) -> Array:
    return 12_000 * np.ceil(total / 1700) + 30 * total


def of_use(members: tuple[int, ...], use: tuple[float, ...], cost: object = steps, kind: str = "cost") -> CostGame:
    return with_function(members, OfTotalUse(use, cost), use, kind)  # type: ignore[arg-type]


def with_function(members: tuple[int, ...], function: CostFunction, use: tuple[float, ...] | None = None, kind: str = "cost") -> CostGame:
    entries = tuple(MemberClass(f"k{i}", n, use=u) for i, (n, u) in enumerate(zip(members, use or (1.0,) * len(members), strict=True)))
    return CostGame(entries, function, kind="savings" if kind == "savings" else "cost")


def as_table(game: CostGame) -> CostGame:
    return table_game(game.names, game.costs, game.members, game.use, kind=game.kind)


def worst_by_hand(game: CostGame, asked: Question, span: Span, scale: float) -> tuple[float | None, set[tuple[int, ...]]]:
    """Return the largest excess above the level outside a span, and all coalitions above it."""
    rows = np.array(list(product(*[range(n + 1) for n in game.members])))
    excess = rows @ asked.charges - asked.factor * game.at(rows) * game.sign / scale
    inside = [span.rank > 0 and tuple(row) in span for row in rows.tolist()]
    keep = [k for k, row in enumerate(rows) if row.any() and tuple(row) != game.members and not inside[k] and excess[k] > asked.level + 1e-9]
    return (float(excess[keep].max()) if keep else None), {tuple(rows[k].tolist()) for k in keep}


@st.composite
def asked_games(draw: st.DrawFn, airport_game: bool) -> tuple[CostGame, Question, Span]:
    members = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=4)))
    n = len(members)
    unit = draw(st.sampled_from([1.0, 0.5, 0.1]))
    use = tuple(unit * draw(st.integers(0, 5)) for _ in members)
    kind = draw(st.sampled_from(["cost", "savings"]))
    function: CostFunction = MostDemanding(use) if airport_game else OfTotalUse(use, lambda total: 7 * np.ceil(total / 3) + total**0.5)
    game = with_function(members, function, use, kind)
    span = Span(n)
    if draw(st.booleans()):
        settled = draw(st.lists(st.tuples(*[st.integers(0, m) for m in members]), max_size=n))
        span = span.joined([members, *settled])
    charges = np.array([draw(st.integers(-20, 60)) / 10 for _ in members])
    return game, Question(charges, draw(st.sampled_from([1.0, 0.7, 1.3])), draw(st.sampled_from([-np.inf, 0.0]))), span


@given(asked_games(airport_game=False))
@settings(max_examples=100)
def test_the_knapsack_finds_the_worst_coalition_outside_any_span(asked: tuple[CostGame, Question, Span]) -> None:
    game, question, span = asked
    oracle = KnapsackSeparation(game)
    found = oracle.violated(question, span, 1e-9, 16)
    worst, above = worst_by_hand(game, question, span, oracle.scale)
    assert {tuple(row) for row in found.counts.tolist()} <= above
    assert (len(found) == 0) == (worst is None)
    if worst is not None:
        assert np.max(found.counts @ question.charges - question.factor * found.costs) == pytest.approx(worst, abs=1e-9)


@given(asked_games(airport_game=True))
@settings(max_examples=100)
def test_the_ladder_finds_the_worst_coalition_outside_any_span(asked: tuple[CostGame, Question, Span]) -> None:
    game, question, span = asked
    oracle = LadderSeparation(game)
    found = oracle.violated(question, span, 1e-9, 16)
    worst, above = worst_by_hand(game, question, span, oracle.scale)
    assert {tuple(row) for row in found.counts.tolist()} <= above
    assert (len(found) == 0) == (worst is None)
    if worst is not None:
        assert np.max(found.counts @ question.charges - question.factor * found.costs) == pytest.approx(worst, abs=1e-9)


@pytest.mark.parametrize("kind", ["cost", "savings"])
@pytest.mark.parametrize("seed", range(3))
def test_searching_total_use_says_what_the_table_says(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    members, use = (60, 50, 40), tuple(float(u) for u in rng.integers(1, 30, 3))
    cost = steps if kind == "cost" else (lambda total: 0.01 * np.floor(total / 50) * total)
    game = of_use(members, use, cost, kind)
    assert isinstance(separation(game), KnapsackSeparation)
    table = as_table(game)
    assert isinstance(separation(table), TableSeparation)
    charges = rng.uniform(0, 60, 3).tolist()
    assert complaints(game, charges).largest == pytest.approx(complaints(table, charges).largest)
    assert least_core_level(game) == pytest.approx(least_core_level(table), abs=1e-7 * game.scale)
    assert least_subsidy(game).amount == pytest.approx(least_subsidy(table).amount, abs=1e-9 * game.scale)
    assert prenucleolus(game).charges == pytest.approx(prenucleolus(table).charges, rel=1e-9)
    assert bribes(game, charges).total == pytest.approx(bribes(table, charges).total, abs=1e-6 * game.scale)
    assert least_core(game).empty == least_core(table).empty


def test_members_without_use_join_the_search() -> None:
    game = of_use((60, 50, 40), (3.0, 0.0, 7.0))
    table = as_table(game)
    for charges in ([2.0, 1.0, 9.0], [2.0, -1.0, 9.0], [9.0, 0.5, 2.0]):
        assert complaints(game, charges).largest == pytest.approx(complaints(table, charges).largest)
    assert prenucleolus(game).charges == pytest.approx(prenucleolus(table).charges, abs=1e-8 * game.scale)
    assert least_subsidy(game).amount == pytest.approx(least_subsidy(table).amount, abs=1e-9 * game.scale)


def test_a_subsidy_for_everybody_is_looked_through() -> None:
    game = of_use((60, 50, 40), (3.0, 5.0, 7.0))
    topped, table = game.subsidised(90.0), as_table(game).subsidised(90.0)
    assert topped.total == pytest.approx(game.total - 90)
    assert structured(topped)
    assert prenucleolus(topped).charges == pytest.approx(prenucleolus(table).charges, rel=1e-9)
    runway = with_function((60, 50, 40), MostDemanding((3.0, 9.0, 30.0)))
    assert isinstance(separation(runway.subsidised(4.0)), LadderSeparation)
    assert prenucleolus(runway.subsidised(4.0)).charges == pytest.approx(prenucleolus(as_table(runway).subsidised(4.0)).charges, abs=1e-9)
    assert least_core_level(runway.subsidised(4.0)) == pytest.approx(least_core_level(as_table(runway).subsidised(4.0)), abs=1e-7)


def test_a_thousand_firms_are_settled_and_proved() -> None:
    game = of_use(*MANY, modules)
    core = least_core(game)
    assert core.empty
    assert core.certified
    assert core.subsidised is not None
    assert core.subsidised.in_core
    assert core.level == pytest.approx(least_core_level(game), rel=1e-7)
    for k, n in enumerate(game.members):
        assert sum(entry.weight * entry.counts[k] for entry in core.certificate) == n
    shared = equal_profit(game)
    assert shared.largest_excess == pytest.approx(core.level, rel=1e-6)
    assert not equal(game).in_core
    assert bribes(game, equal(game).charges).total > 0


def test_equal_savings_of_a_core_without_inner_points_are_found() -> None:
    # every module is full in some coalition: only charges by load are in the core
    game = of_use(*MANY, lambda total: 5000 * np.ceil(total / 500) + 30 * total)
    assert least_core(game).level == pytest.approx(0, abs=1e-6)
    assert equal_profit(game).charges == pytest.approx([40 * u for u in MANY[1]], rel=1e-8)
    assert equal_profit(game).in_core


@given(st.floats(0.1, 1.0), st.integers(0, 2000))
@settings(max_examples=15)
def test_charges_by_load_are_accepted_by_every_group_of_a_thousand_when_average_cost_does_not_rise(power: float, fixed: int) -> None:
    game = of_use(*MANY, lambda total: fixed + 40 * total**power)
    assert proportional(game).in_core


def test_a_hundred_different_firms_have_bounds_when_stopped_early() -> None:
    rng = np.random.default_rng(1)
    use = tuple(float(u) for u in rng.choice(np.arange(5, 200), 40, replace=False))
    game = of_use((1,) * 40, use, lambda total: 5000 * np.ceil(total / 500) + 30 * total)
    part, whole = least_subsidy(game, Budget(seconds=0.02)), least_subsidy(game)
    assert whole.complete
    assert whole.exact
    assert part.at_least - 1e-6 <= whole.amount <= part.amount + 1e-6
    assert judge(game, "x", whole.charges).objections == ()
    assert sum(whole.charges) == pytest.approx(game.total - whole.amount, abs=1e-6 * game.scale)


def test_uses_add_up_without_round_off_that_needs_another_module() -> None:
    assert float(total_use((0.1, 0.2), [np.array(1.0), np.array(1.0)])) == 0.3
    assert float(total_use((1 / 3,), [np.array(3.0)])) == 1.0
    assert float(total_use((np.pi, 1.0), [np.array(2.0), np.array(1.0)])) == pytest.approx(2 * np.pi + 1)
    assert float(total_use((1e-300, 1e20), [np.array(1.0), np.array(1.0)])) == 1e20
    game = of_use((3, 5), (0.1, 0.7), lambda total: np.ceil(total / 0.3))
    assert game.costs[3, 0] == 1
    assert common_unit((0.1, 0.25)) == ((2, 5), common_unit((0.05,))[1])


def test_uses_too_fine_for_a_search_are_refused_with_a_unit_that_works() -> None:
    fine = of_use((1,) * 40, tuple(1000 + k * 1e-4 for k in range(40)))
    with pytest.raises(TooLargeError, match="round what a member uses to multiples of") as caught:
        least_subsidy(fine)
    unit = float(caught.value.remedy.split("multiples of ")[1].split(",")[0])
    rounded = of_use((1,) * 40, tuple(unit * round(u / unit) for u in fine.function.use))  # type: ignore[attr-defined]
    assert least_subsidy(rounded).amount >= 0


def test_a_cost_without_a_value_is_named() -> None:
    game = of_use((60, 50, 40), (3.0, 5.0, 7.0), lambda total: np.where(total == 9, np.nan, total))
    with pytest.raises(InvalidGameError, match="the cost has no value for the coalition of"):
        least_core_level(game)
    unreached = of_use((60, 50, 40), (3.0, 5.0, 7.0), lambda total: np.where(total == 4, np.nan, total))
    assert least_core_level(unreached) == pytest.approx(0, abs=1e-6)


def test_other_costs_without_a_table_are_tried_and_said_to_be() -> None:
    game = with_function((1,) * 30, ByFunction(tuple(f"k{k}" for k in range(30)), lambda there: 10 + len(there)))
    found = complaints(game, [game.total / 30] * 30)
    assert not found.exact
    assert judge(game, "x", [game.total / 30] * 30).in_core is None
    unfair = [5.0] * 15 + [-5.0] * 14 + [game.total - 5]
    assert complaints(game, unfair).largest == pytest.approx(15 * 5 + unfair[-1] - 26)
    with pytest.raises(TooLargeError):
        least_core_level(game)


def test_oracles_refuse_what_they_are_not_made_for() -> None:
    with pytest.raises(NotApplicableError, match="no function of total use"):
        KnapsackSeparation(plain("A", {"A": 1}))
    with pytest.raises(NotApplicableError, match="most demanding"):
        LadderSeparation(plain("A", {"A": 1}))
    assert search(of_use((2, 2), (1.0, 2.0))).near(Question(np.zeros(2), 1.0, 0.0), 1.0) is None


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 12)), min_size=1, max_size=5))
@settings(max_examples=60)
def test_the_airport_nucleolus_is_that_of_the_table(kinds: list[tuple[int, int]]) -> None:
    members, needs = tuple(n for n, _ in kinds), tuple(float(c) for _, c in kinds)
    game = with_function(members, MostDemanding(needs))
    if game.population == 1:
        return
    table = as_table(game)
    assert prenucleolus(game).charges == pytest.approx(prenucleolus(table).charges, abs=1e-9)
    assert least_core_level(table) == pytest.approx(-first_share(np.array(needs), members), abs=1e-7)
    assert airport(game).charges == pytest.approx(shapley(table).charges, abs=1e-9)
    assert airport(table).charges == pytest.approx(airport(game).charges, abs=1e-9)
    assert airport(game).in_core


def test_airport_charges_of_birmingham_style_stretches_are_published() -> None:
    # S. C. Littlechild, G. Owen (1973), S. C. Littlechild (1974): needs 1, 2, 3 of one movement each
    game = with_function((1, 1, 1), MostDemanding((1.0, 2.0, 3.0)))
    assert airport(game).charges == pytest.approx((1 / 3, 5 / 6, 11 / 6))
    assert prenucleolus(game).charges == pytest.approx((1 / 2, 3 / 4, 7 / 4))


@pytest.mark.parametrize("shape", ["random", "convex", "concave", "huge", "ties"])
def test_ten_thousand_runway_users_pay_in_order_and_nobody_objects(shape: str) -> None:
    rng = np.random.default_rng(0)
    needs = {
        "random": rng.uniform(1, 100, 10_000),
        "convex": np.arange(1.0, 10_001) ** 2,
        "concave": np.arange(1.0, 10_001) ** 0.5,
        "huge": np.sort(rng.uniform(1, 1e12, 10_000)),
        "ties": rng.integers(0, 30, 10_000).astype(float),
    }[shape]
    game = with_function((1,) * 10_000, MostDemanding(tuple(needs.tolist())))
    found = prenucleolus(game)
    ordered = np.array(found.charges)[np.argsort(needs, kind="stable")]
    assert sum(found.charges) == pytest.approx(needs.max())
    assert np.all(np.diff(ordered) >= -1e-9)
    assert found.in_core
    assert found.largest_excess == pytest.approx(-first_share(needs, game.members), abs=1e-9 * needs.max())
    assert airport(game).in_core


def test_stretches_of_members_in_classes_are_those_of_members_apart() -> None:
    needs, members = np.array([4.0, 9.0, 2.0, 9.0]), (3, 2, 4, 1)
    apart = np.repeat(needs, members)
    together = nucleolus_charges(needs, members)
    assert np.repeat(together, members) == pytest.approx(nucleolus_charges(apart, [1] * 10))
    assert first_share(needs, members) == pytest.approx(first_share(apart, [1] * 10))


def test_only_airports_are_shared_stretch_by_stretch() -> None:
    table = plain("ABC", {"A": 12, "B": 28, "C": 30, "AB": 28, "AC": 30, "BC": 30, "ABC": 30})
    assert airport(table).charges == pytest.approx((4, 12, 14))
    assert airport(plain("A", {"A": 5})).charges == (5,)
    other = plain("AB", {"A": 5, "B": 7, "AB": 8})
    assert needs_of(other) is None
    assert needs_of(replace(table, kind="savings")) is None
    with pytest.raises(NotApplicableError, match="use shapley"):
        airport(other)


@given(st.lists(st.lists(st.integers(-4, 4), min_size=4, max_size=4), max_size=4), st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_vectors_orthogonal_to_rows_are_so_in_whole_numbers(rows: list[list[int]], free: list[int]) -> None:
    vector = orthogonal(rows, free)
    assert all(sum(a * b for a, b in zip(row, vector, strict=True)) == 0 for row in rows)
    assert any(vector) == (not Span(4).joined(rows).full)
    right = [Fraction(sum(row)) for row in rows]
    if rows:
        solution = solve(rows, right)
        assert solution is not None
        assert [sum(a * b for a, b in zip(row, solution, strict=True)) for row in rows] == right
