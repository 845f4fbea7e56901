"""Policy allocations: a second solver with all rows, closed forms, finite differences, brute force over conflicts and over who is inside."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from negotiation.coalitional.core.least import least_core
from negotiation.coalitional.cost_game import CostGame, MemberClass, Source, table_game
from negotiation.coalitional.costs import OfTotalUse, Table
from negotiation.coalitional.policy.optimum import policy
from negotiation.coalitional.policy.result import PolicyResult
from negotiation.coalitional.shares.rules import equal
from negotiation.coalitional.terms import Terms
from negotiation.errors import NotApplicableError, TooLargeError, UnknownNameError
from negotiation.numerics import Array, frozen

SEEDS = st.integers(0, 10**6)


def random_game(seed: int, *, concave: bool = False, sources: int = 2) -> CostGame:
    """Return a game of two or three classes with abilities, floors and sources; costs random, or concave in use."""
    rng = np.random.default_rng(seed)
    members = tuple(int(n) for n in rng.integers(1, 4, rng.integers(2, 4)))
    uses = rng.uniform(0.5, 4, len(members))
    total = np.zeros(())
    for use, n in zip(uses, members, strict=True):
        total = np.add.outer(total, use * np.arange(n + 1.0))
    costs = (total**0.6) * 10 if concave else (total**0.7 * 10) * rng.uniform(0.7, 1.3, total.shape)
    costs[(0,) * len(members)] = 0
    average = float(costs.flat[-1]) / sum(members)
    classes = tuple(
        MemberClass(f"c{k}", n, use=float(use), ability=float(average * rng.uniform(0.4, 2.0)), floor=float(average * rng.uniform(0, 0.3)))
        for k, (n, use) in enumerate(zip(members, uses, strict=True))
    )
    outside = tuple(Source(f"s{j}", "", float(average * rng.uniform(0, 0.2)), float(average * rng.uniform(0.5, 3)), bool(j % 2 == 0)) for j in range(sources))
    return CostGame(classes, Table(frozen(costs)), "USD", sources=outside)


def rows_of(game: CostGame, terms: Terms, level: float | None) -> list[tuple[str, Array, float]]:
    """Return every requirement, written anew: name, coefficients, bound."""
    n, m = len(game.names), len(game.sources)
    whole = np.array([*game.members, *[1] * m], dtype=float)
    rows = [("balance", -whole, -game.total), ("surplus", whole, game.total)]
    for k, entry in enumerate(game.classes):
        unit = np.eye(n + m)[k]
        cap = terms.caps.get(entry.name, entry.affordable)
        if cap is not None:
            rows.append((f"cap:{entry.name}", unit, cap))
        rows.append((f"floor:{entry.name}", -unit, -terms.floors.get(entry.name, entry.floor)))
    for j, source in enumerate(game.sources):
        unit = np.eye(n + m)[n + j]
        rows.append((f"least:{source.name}", -unit, -source.least))
        if np.isfinite(source.most):
            rows.append((f"most:{source.name}", unit, source.most))
    if level is not None:
        for counts in product(*(range(size + 1) for size in game.members)):
            if any(counts) and counts != game.members:
                name = "group:" + " + ".join(f"{c} {who}" for c, who in zip(counts, game.names, strict=True) if c)
                rows.append((name, np.array([*counts, *[0] * m], dtype=float), float(game.costs[counts]) + level))
    return rows


def best_by_another(objective: Array, rows: list[tuple[str, Array, float]]) -> float | None:
    """Return the least value by scipy's solver with every row there, None where the rows cannot hold together."""
    answer = linprog(objective, np.array([row for _, row, _ in rows]), [b for _, _, b in rows], bounds=[(None, None)] * len(objective))
    return float(answer.fun) if answer.status == 0 else None


def public_row(game: CostGame) -> Array:
    return np.array([*[0.0] * len(game.names), *[float(source.public) for source in game.sources]])


def point(found: PolicyResult) -> Array:
    """Return charges and contributions."""
    assert found.allocation is not None
    game = found.allocation.game
    return np.array([*found.allocation.charges, *(found.allocation.contributions.get(source.name, 0.0) for source in game.sources)])


@given(SEEDS, st.sampled_from(["none", "core", 1.5]))
@settings(max_examples=10)
def test_least_public_money_is_what_another_solver_finds_with_all_rows(seed: int, core: Any) -> None:
    game = random_game(seed, concave=seed % 2 == 0)
    level = None if core == "none" else 0.0 if core == "core" else core
    rows = rows_of(game, Terms(), level)
    expected = best_by_another(public_row(game), rows)
    found = policy(game, Terms(), "public_money", core)
    assert found.feasible == (expected is not None)
    if expected is not None:
        assert found.public_money == pytest.approx(expected, abs=1e-6)
        assert all(row @ point(found) <= b + 1e-6 for _, row, b in rows)
        assert found.allocation is not None
        assert found.allocation.shortfall == 0
        assert found.complete


@given(SEEDS)
@settings(max_examples=10)
def test_burdens_are_level_wherever_floors_allow(seed: int) -> None:
    # without coalitions the smallest worst burden is a level: who is below it pays its floor
    game = random_game(seed)
    game = replace(game, classes=tuple(replace(entry, floor=0.0) for entry in game.classes))
    found = policy(game, Terms(floors={"c0": game.classes[0].floor}), "burden")
    due = game.total - sum(source.most for source in game.sources)
    able = sum(entry.members * float(entry.affordable or 0) for entry in game.classes)
    if due > able:
        assert not found.feasible
    elif due > 0:
        assert found.value == pytest.approx(due / able)
        assert found.allocation is not None
        assert found.allocation.burdens == pytest.approx([due / able] * len(game.names))


@given(SEEDS)
@settings(max_examples=6)
def test_worst_burdens_are_small_one_after_the_other(seed: int) -> None:
    # by another way: fix the largest burdens reached and see that no solver can lower the next one without raising an earlier one
    game = random_game(seed)
    found = policy(game, Terms(), "burden", "core")
    if found.allocation is None:
        return
    rows = rows_of(game, Terms(), 0.0)
    burdens = np.array(found.allocation.burdens, dtype=float)
    able = np.array([entry.affordable for entry in game.classes], dtype=float)
    for k in np.argsort(-burdens):
        unit = np.eye(len(game.names) + len(game.sources))
        lower = burdens < burdens[k] - 1e-6
        most = able * np.where(lower, np.maximum(burdens, burdens[k] - 1e-3), burdens) + 1e-7
        others = [(f"b{j}", unit[j], float(most[j])) for j in range(len(able)) if j != k]
        least = best_by_another(unit[k] / able[k], [*rows, *others])
        assert least is not None
        assert least == pytest.approx(burdens[k], abs=2e-3 if lower.any() else 1e-5)


@given(SEEDS)
@settings(max_examples=6)
def test_closest_is_the_rule_itself_where_nothing_hinders(seed: int) -> None:
    game = random_game(seed, concave=True, sources=0)
    game = replace(game, classes=tuple(replace(entry, ability=None, floor=0.0) for entry in game.classes))
    found = policy(game, Terms(), "closest", "core", "proportional")
    # in proportion to use is in the core of a cost with falling averages
    assert found.value == pytest.approx(0, abs=1e-7)
    assert point(found) == pytest.approx([game.total * use / np.dot(game.use, game.members) for use in game.use])
    assert not found.binding


def test_closest_spreads_what_a_cap_leaves_in_equal_shares() -> None:
    classes = MemberClass("a", 2, use=1, ability=5), MemberClass("b", 1, use=2), MemberClass("c", 1, use=4)
    game = CostGame(classes, OfTotalUse((1.0, 2.0, 4.0), lambda use: 10 * use), "USD")
    found = policy(game, Terms(), "closest")
    assert point(found) == pytest.approx([5, 20 * 70 / 60, 40 * 70 / 60])
    assert found.value == pytest.approx(0.5)
    assert "deviate from those of the rule 'In proportion' by 50 % at most" in found.sentence
    assert "the rule 'In proportion' was made as small as possible" in found.note


@given(SEEDS, st.sampled_from(["public_money", "burden", "closest"]), st.sampled_from(["none", "core"]))
@settings(max_examples=6)
def test_the_answer_does_not_depend_on_order_or_unit(seed: int, objective: str, core: Any) -> None:
    game = random_game(seed, concave=True)
    found = policy(game, Terms(), objective, core)
    for order in permutations(range(len(game.names))):
        moved = CostGame(
            tuple(game.classes[k] for k in order), Table(frozen(np.transpose(game.costs, order))), game.unit, sources=game.sources[::-1], capital=game.capital
        )
        other = policy(moved, Terms(), objective, core)
        assert other.feasible == found.feasible
        if found.allocation is not None and other.allocation is not None:
            assert other.allocation.charges == pytest.approx([found.allocation.charges[k] for k in order], rel=1e-7, abs=1e-7)
            assert dict(other.allocation.contributions) == pytest.approx(dict(found.allocation.contributions), rel=1e-7, abs=1e-7)
    for factor in (1e-6, 1e7):
        other = policy(rescaled(game, factor), Terms(), objective, core)
        assert other.feasible == found.feasible
        if found.feasible:
            assert point(other) / factor == pytest.approx(point(found), rel=1e-9, abs=1e-9)


def rescaled(game: CostGame, factor: float) -> CostGame:
    classes = tuple(replace(entry, ability=None if entry.ability is None else entry.ability * factor, floor=entry.floor * factor) for entry in game.classes)
    sources = tuple(replace(source, least=source.least * factor, most=source.most * factor) for source in game.sources)
    return replace(game, classes=classes, function=Table(frozen(game.costs * factor)), sources=sources, capital=game.capital * factor)


def changed(game: CostGame, name: str, by: float) -> CostGame | None:
    """Return the game with one requirement's bound moved so that it gives way by `by`; None where it could not."""
    kind, _, about = name.partition(":")
    if kind in ("cap", "floor"):
        k = game.names.index(about)
        entry = game.classes[k]
        entry = replace(entry, ability=float(entry.ability or 0) + by) if kind == "cap" else replace(entry, floor=entry.floor - by)
        return replace(game, classes=(*game.classes[:k], entry, *game.classes[k + 1 :]))
    if kind in ("most", "least"):

        def moved(source: Source) -> Source:
            return replace(source, most=source.most + by) if kind == "most" else replace(source, least=source.least - by)

        return replace(game, sources=tuple(moved(source) if source.name == about else source for source in game.sources))
    table = np.array(game.costs)
    if kind == "balance":
        table[game.members] -= by
    elif kind == "group":
        counts = {part.split(" ", 1)[1]: int(part.split(" ", 1)[0]) for part in about.split(" + ")}
        table[tuple(counts.get(who, 0) for who in game.names)] += by
    else:
        return None
    return replace(game, function=Table(frozen(table)))


@given(SEEDS, st.sampled_from(["public_money", "burden"]), st.sampled_from(["none", "core"]))
@settings(max_examples=10)
def test_prices_are_the_slopes_of_the_best_value_both_ways(seed: int, objective: str, core: Any) -> None:
    game = random_game(seed, concave=seed % 3 == 0)
    found = policy(game, Terms(), objective, core)
    if found.allocation is None:
        return
    for one in found.binding:
        step = min(1e-4, 0.5 * one.up_to) if one.up_to > 0 else 1e-4
        for by, price in ((step, one.price), (-step, one.price_back)):
            moved = changed(game, one.name, by)
            if moved is None:
                continue
            other = policy(moved, Terms(), objective, core)
            if not np.isfinite(price):
                assert not other.feasible
            else:
                assert (found.value - other.value) / by == pytest.approx(price, rel=1e-3, abs=2e-4 if step == 1e-4 else 1e-2), one.sentence


@given(SEEDS, st.sampled_from(["none", "core"]))
@settings(max_examples=6)
def test_a_price_holds_as_far_as_is_said(seed: int, core: Any) -> None:
    game = random_game(seed, concave=True)
    found = policy(game, Terms(), "public_money", core)
    for one in found.binding if found.feasible else ():
        if one.price > 0 and np.isfinite(one.up_to):
            moved = changed(game, one.name, 0.999 * one.up_to)
            assert moved is not None
            assert policy(moved, Terms(), "public_money", core).value == pytest.approx(found.value - 0.999 * one.up_to * one.price, abs=1e-6)


def test_a_price_that_holds_one_way_only_is_told_as_such() -> None:
    # two caps that meet exactly what is needed: more of either saves nothing, less of either costs
    classes = MemberClass("small", 10, use=1.0, ability=4.0), MemberClass("large", 1, use=10.0, ability=60.0)
    game = CostGame(classes, OfTotalUse((1.0, 10.0), lambda use: 5 * use), "USD per year", sources=(Source("state", "the state"),))
    found = policy(game)
    cap = next(one for one in found.binding if one.name == "cap:small")
    assert cap.price == 0
    assert cap.price_back == pytest.approx(10)
    assert cap.one_way
    who = "that each of the 10 small could pay"
    assert cap.sentence == f"Each USD more {who} changes nothing; each USD less {who} costs the state 10."


@given(SEEDS, st.sampled_from(["none", "core"]))
@settings(max_examples=10)
def test_a_conflict_is_one_and_no_smaller_one_exists(seed: int, core: Any) -> None:
    rng = np.random.default_rng(seed)
    game = random_game(seed)
    game = replace(game, classes=tuple(replace(entry, ability=float(entry.ability or 0) * rng.uniform(0.2, 0.9)) for entry in game.classes))
    terms = Terms(floors={"c0": float(rng.uniform(0, 2) * game.total / game.population)})
    found = policy(game, terms, "closest", core)
    if found.feasible:
        return
    assert found.conflict is not None
    rows = {name: (name, row, b) for name, row, b in rows_of(game, terms, None if core == "none" else 0.0)}
    nothing = np.zeros(len(game.names) + len(game.sources))
    chosen = found.conflict.names
    assert best_by_another(nothing, [rows[name] for name in chosen]) is None
    for left_out in chosen:
        rest = [rows[name] for name in chosen if name != left_out]
        assert not rest or best_by_another(nothing, rest) is not None
    assert found.conflict.smallest
    if len(rows) <= 14:
        for size in range(1, len(chosen)):
            assert all(best_by_another(nothing, list(some)) is not None for some in combinations(rows.values(), size))


@given(SEEDS, st.sampled_from(["none", "core"]))
@settings(max_examples=10)
def test_what_would_have_to_give_is_enough_and_nothing_less_is(seed: int, core: Any) -> None:
    game = random_game(seed)
    game = replace(game, classes=tuple(replace(entry, ability=float(entry.ability or 0) * 0.4) for entry in game.classes))
    found = policy(game, Terms(), "burden", core)
    for give in found.conflict.gives if found.conflict is not None else ():
        if give.name == "core":
            if give.enough:
                assert policy(game, Terms(), "burden", give.amount + 1e-5).feasible
                assert not policy(game, Terms(), "burden", give.amount - 1e-5).feasible
            continue
        for by, fits in ((1e-5, give.enough), (-1e-5, False)):
            moved = changed(game, give.name, give.amount + by if give.enough else 1e6)
            if moved is not None and give.name.split(":")[0] != "balance":
                assert policy(moved, Terms(), "burden", core).feasible == fits


def test_a_shortfall_is_told_and_not_hidden() -> None:
    classes = MemberClass("small", 10, "small firms", ability=3.0), MemberClass("large", 1, "the large firm", ability=20.0)
    game = CostGame(classes, OfTotalUse((1.0, 10.0), lambda use: 5 * use), "USD per year", sources=(Source("state", "the state", 0, 30),))
    found = policy(game, Terms(), "closest")
    assert found.allocation is None
    assert found.conflict is not None
    assert set(found.conflict.names) == {"balance", "cap:small", "cap:large", "most:state"}
    gives = {give.name: give for give in found.conflict.gives}
    assert gives["balance"].amount == pytest.approx(20)
    assert gives["cap:small"].amount == pytest.approx(2)
    assert gives["cap:small"].total == pytest.approx(20)
    assert "small firms could pay 2 USD more each (20 USD in all)" in found.sentence
    assert "20 USD of the cost stayed uncovered" in found.sentence
    assert "at most 30 USD comes from the state" in found.sentence
    assert gives["cap:small"].says == "small firms pay at most 3 USD each"


@pytest.mark.parametrize(("level", "said"), [("core", "no group pays more than alone"), (-1.0, "every group pays at least 1 USD less than alone")])
def test_what_would_have_to_give_is_said_without_names_of_files(level: str | float, said: str) -> None:
    classes = MemberClass("small", 3, "small firms", ability=1.0, floor=1.0), MemberClass("large", 1, "the large firm", ability=3.0)
    game = CostGame(classes, OfTotalUse((1.0, 1.0), lambda use: 5 * np.sign(use)), "USD")
    found = policy(game, Terms(caps={"large": 9.0}, floors={"large": 6.0}), "closest", level)  # type: ignore[arg-type]
    assert found.conflict is not None
    assert {give.says for give in found.conflict.gives} == {"the large firm pays at least 6 USD", said}
    assert ":" not in found.sentence.replace("hold together:", "")


def test_members_who_have_to_bear_capital_keep_the_state_from_paying_it_all() -> None:
    # the Indian pattern: half by the centre, a quarter by the state, a quarter of the capital by members
    classes = (MemberClass("tanneries", 100, ability=100.0),)
    sources = Source("centre", "", 0, 500), Source("state", "", 0, 250)
    game = CostGame(classes, OfTotalUse((1.0,), lambda use: 1000 + 2 * use), "Rs lakh", sources=sources, capital=1000)
    found = policy(game, Terms(), "burden", members_capital=(0.25, 1.0))
    assert point(found) == pytest.approx([4.5, 500, 250])
    found = policy(game, Terms(), "burden", members_capital=(0.4, 1.0))
    assert point(found) == pytest.approx([6.0, 400, 200])
    assert next(one for one in found.binding if one.kind == "capital").price == pytest.approx(1 / (100 * 100))
    found = policy(game, Terms(), "closest", members_capital=(0.0, 0.4))
    assert sum(point(found)[1:]) == pytest.approx(600)


def test_months_worked_shrink_what_a_member_can_pay() -> None:
    classes = (MemberClass("seasonal", 10, ability=12.0, months=6), MemberClass("steady", 1, ability=200.0))
    game = CostGame(classes, OfTotalUse((1.0, 1.0), lambda use: 300 + 0 * use), "USD")
    found = policy(game)
    assert found.public_money == pytest.approx(40)
    assert found.sentence == "The least public money is 40 USD: seasonal pay 6 USD each, steady pays 200 USD and the subsidy 40 USD."


def test_a_subsidy_agreed_is_paid_in_full() -> None:
    game = CostGame((MemberClass("a", 2), MemberClass("b", 1)), OfTotalUse((1.0, 1.0), lambda use: 10 * use), "USD")
    found = policy(game, Terms(subsidy=6), "closest", closest_to="equal")
    assert found.allocation is not None
    assert dict(found.allocation.contributions) == pytest.approx({"subsidy": 6.0})
    assert sum(found.allocation.class_charges) == pytest.approx(24)


@given(SEEDS)
@settings(max_examples=6)
def test_the_most_members_are_kept_inside(seed: int) -> None:
    game = random_game(seed)
    game = replace(game, classes=tuple(replace(entry, ability=float(entry.ability or 0) * 0.7) for entry in game.classes))
    most = [min(float(entry.affordable or 0), float(alone)) for entry, alone in zip(game.classes, game.alone, strict=True)]
    outside = sum(source.least for source in game.sources), sum(source.most for source in game.sources)
    best = 0
    for counts in product(*(range(n + 1) for n in game.members)):
        if any(entry.floor > able for entry, able, n in zip(game.classes, most, counts, strict=True) if n):
            continue
        due = float(game.costs[counts])
        if np.dot(counts, most) + outside[1] >= due >= np.dot(counts, [entry.floor for entry in game.classes]) + outside[0] and any(counts):
            best = max(best, sum(counts))
    found = policy(game, Terms(), "inside")
    assert found.value == best
    assert found.inside is not None
    assert sum(found.inside.members.values()) == best
    if found.allocation is not None:
        assert found.allocation.shortfall == 0
        for entry, charge in zip(found.allocation.game.classes, found.allocation.charges, strict=True):
            k = game.names.index(entry.name)
            assert entry.floor - 1e-6 <= charge <= most[k] + 1e-6


def test_equally_good_sets_are_all_named() -> None:
    # one of two alike can be served: which one is for people to say
    classes = MemberClass("a", ability=6.0), MemberClass("b", ability=6.0), MemberClass("c", ability=6.0)
    table = np.zeros((2, 2, 2))
    for counts in product((0, 1), repeat=3):
        table[counts] = [0, 6, 11, 40][sum(counts)]
    found = policy(CostGame(classes, Table(frozen(table)), "USD"), Terms(), "inside")
    assert found.inside is not None
    assert len(found.inside.also) == 2
    assert "2 other sets are as good" in found.note
    assert found.value == 2


def test_nobody_can_be_kept_where_nobody_can_pay() -> None:
    game = CostGame((MemberClass("a", 3, ability=1.0),), OfTotalUse((1.0,), lambda use: 10 + use), "USD")
    found = policy(game, Terms(), "inside")
    assert (found.value, found.feasible) == (0, False)
    assert found.sentence.startswith("Nobody can be kept")


@given(SEEDS)
@settings(max_examples=6)
def test_inside_with_the_core_leaves_no_group_better_off_alone(seed: int) -> None:
    game = random_game(seed)
    found = policy(game, Terms(), "inside", "core")
    if found.allocation is not None:
        assert not found.allocation.objections
        free = policy(game, Terms(), "inside")
        assert found.value <= free.value


def programme_of_necessary_members(value: float, options: list[float]) -> CostGame:
    """Return the savings game of a programme that needs everybody, each with an option outside."""
    n = len(options)
    worths = np.array([sum(o for o, here in zip(options, row, strict=True) if here) for row in product((0, 1), repeat=n)]).reshape((2,) * n)
    worths[(1,) * n] = value
    return table_game([f"m{k}" for k in range(n)], worths, kind="savings")


@given(st.lists(st.floats(0.5, 10), min_size=2, max_size=5), st.floats(0.3, 2))
@settings(max_examples=10)
def test_a_programme_that_needs_everybody_has_a_core_exactly_when_it_is_worth_the_options(options: list[float], share: float) -> None:
    value = share * sum(options)
    if abs(share - 1) < 1e-3:
        return
    game = programme_of_necessary_members(value, options)
    fits = value >= sum(options)
    assert least_core(game).empty != fits
    found = policy(game, Terms(), "closest", "core", "equal")
    assert found.feasible == fits
    # what a mediator has to add so that nobody leaves
    transfer = policy(game, Terms(), "public_money", "core")
    assert transfer.public_money == pytest.approx(max(0.0, sum(options) - value), abs=1e-6)
    if fits:
        assert bool(equal(game).in_core) == (max(options) <= value / len(options) + 1e-9)


def test_equal_shares_fail_when_one_option_is_above_its_share_though_the_core_is_not_empty() -> None:
    game = programme_of_necessary_members(30.0, [5.0, 5.0, 14.0])
    assert not equal(game).in_core
    found = policy(game, Terms(), "closest", "core", "equal")
    assert found.allocation is not None
    # the deviation of the one with the option, 4 of 10, is the smallest worst one; the others share what is left
    assert found.allocation.charges == pytest.approx((8, 8, 14))
    assert found.binding[0].name == "group:1 m2"
    assert found.allocation.in_core


@given(st.floats(10_000, 400_000), st.booleans())
@settings(max_examples=6)
def test_a_project_grant_stops_growing_at_the_published_cost(cost: float, later: bool) -> None:
    # Upper Austria: a quarter of the cost, at most 37,000 EUR (27,750 later): binds above 148,000 (111,000)
    cap = 27_750 if later else 37_000
    game = CostGame(
        (MemberClass("firm", 3),), OfTotalUse((1.0,), lambda use: cost * use / 3), "EUR", sources=(Source("land", "the Land", 0, min(0.25 * cost, cap)),)
    )
    classes = tuple(replace(entry, ability=cost) for entry in game.classes)
    found = policy(replace(game, classes=classes), Terms(), "burden")
    assert found.public_money == pytest.approx(min(0.25 * cost, cap))
    assert (found.public_money < 0.25 * cost - 1e-6) == (cost > (111_000 if later else 148_000) + 1e-5)


def test_what_small_firms_cannot_pay_is_the_subsidy_that_closes_the_gap() -> None:
    # in proportion to load is in the core; abilities below it leave a gap that only outsiders can close
    classes = MemberClass("small", 20, use=1.0, ability=2.0), MemberClass("large", 2, use=20.0, ability=1000.0)
    game = CostGame(classes, OfTotalUse((1.0, 20.0), lambda use: 40 + 3 * use), "USD", sources=(Source("state", "the state"),))
    found = policy(game, Terms(), "public_money", "core")
    alone = 2 * 20 * 3 + 40
    assert found.public_money == pytest.approx(max(0.0, game.total - 40 - alone))
    assert found.binding[0].name.startswith("cap:small") or found.binding[0].kind == "group"


def test_single_members_and_no_coalitions_at_all() -> None:
    game = CostGame((MemberClass("only", ability=3.0),), OfTotalUse((1.0,), lambda use: 5 * use), "USD", sources=(Source("state"),))
    found = policy(game, Terms(), "public_money", "core")
    assert point(found) == pytest.approx([3, 2])


def test_a_free_service_asks_nobody_for_anything() -> None:
    game = CostGame((MemberClass("a", 3, ability=1.0), MemberClass("b", 1, ability=1.0)), OfTotalUse((1.0, 1.0), lambda use: 0 * use), "USD")
    for objective in ("public_money", "burden", "closest", "inside"):
        found = policy(game, Terms(), objective, "core")
        assert found.allocation is not None
        assert found.allocation.charges == (0, 0)


def test_a_thousand_firms_in_three_classes() -> None:
    classes = MemberClass("small", 120, use=1.0, ability=2.5), MemberClass("medium", 30, use=5.0, ability=14.0), MemberClass("large", 8, use=30.0)
    game = CostGame(classes, OfTotalUse((1.0, 5.0, 30.0), lambda use: 50 * np.ceil(use / 40) + use), "USD", sources=(Source("state", "the state"),))
    found = policy(game, Terms(), "public_money", "core")
    assert found.allocation is not None
    assert not found.allocation.objections
    assert found.public_money >= 0


def test_plain_data_is_plain() -> None:
    game = random_game(3, concave=True)
    for objective in ("public_money", "inside"):
        found = policy(game, Terms(), objective)
        body = found.as_dict()
        assert body["sentence"] == found.sentence
        assert [row["payer"] for row in body["payers"]][: len(game.names)] == list(found.allocation.game.names if found.allocation else ())


HUGE = CostGame(tuple(MemberClass(f"c{k}", 99) for k in range(20)), OfTotalUse((1.0,) * 20, np.sqrt))


@pytest.mark.parametrize(
    ("ask", "error", "text"),
    [
        (lambda game: policy(game, Terms(), "profit"), UnknownNameError, "unknown objective"),
        (lambda game: policy(game, Terms(caps={"nobody": 1.0})), UnknownNameError, "unknown class"),
        (lambda game: policy(replace(game, classes=tuple(replace(c, ability=None) for c in game.classes)), Terms(), "burden"), NotApplicableError, "ability"),
        (lambda game: policy(replace(game, capital=1.0), Terms(), members_capital=(0.8, 0.2)), NotApplicableError, "share of the capital"),
        (lambda game: policy(programme_of_necessary_members(3, [1, 1]), Terms(), "burden"), NotApplicableError, "savings"),
        (lambda _: policy(HUGE, Terms(), "inside"), TooLargeError, "join classes"),
    ],
)
def test_what_makes_no_sense_is_refused(ask: Callable[[CostGame], PolicyResult], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        ask(random_game(1))


def test_outside_money_of_a_programme_is_shared_out_and_no_more_is_taken_than_is_needed() -> None:
    game = replace(programme_of_necessary_members(30.0, [5.0, 12.0, 14.0]), sources=(Source("ministry"), Source("buyer", public=False)))
    found = policy(game, Terms(), "public_money", "core")
    assert found.allocation is not None
    assert found.allocation.shortfall == 0
    assert found.allocation.in_core
    assert dict(found.allocation.contributions) == pytest.approx({"buyer": 1})
    assert found.public_money == 0


def test_of_thousands_of_firms_those_that_cost_the_others_least_are_kept() -> None:
    # a cost of 1,500 and 2 a unit: each class pays above or below its 2 a unit by a margin; with the best ones in, 900 are left for those below
    uses, margins = (1.0, 2.0, 4.0, 8.0, 16.0, 64.0), (2.0, -1.0, -3.0, 2.5, 30.0, -50.0)
    members = (300, 400, 250, 160, 40, 10)
    classes = tuple(MemberClass(f"c{k}", n, use=u, ability=2 * u + m) for k, (n, u, m) in enumerate(zip(members, uses, margins, strict=True)))
    game = CostGame(classes, OfTotalUse(uses, lambda use: 1500 + 2 * use), "USD")
    assert not game.tabulated
    found = policy(game, Terms(), "inside")
    assert found.inside is not None
    spare = 300 * 2 + 160 * 2.5 + 40 * 30 - 1500
    kept = {"c0": 300, "c3": 160, "c4": 40, "c1": 400, "c2": int((spare - 400) // 3)}
    assert found.inside.members == {name: kept[name] for name in sorted(kept)}
    assert found.complete is None
    assert "at most one class partly inside" in found.note
    rich = replace(game, classes=tuple(replace(entry, ability=100.0 * entry.use) for entry in classes))
    assert policy(rich, Terms(), "inside").complete
