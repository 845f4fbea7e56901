"""What every rule promises, over the whole table of methods; the rules that share by simple numbers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.coalitional.cost_game import CostGame, MemberClass, table_game
from negotiation.coalitional.costs import OfTotalUse, Table
from negotiation.coalitional.methods import METHODS, allocate
from negotiation.coalitional.shares.rules import equal, equal_per_class, proportional, scrb, tiered
from negotiation.coalitional.terms import NO_TERMS, Terms
from negotiation.errors import NotApplicableError, UnknownNameError
from negotiation.numerics import Array

from .games import expanded, owners, plain, subadditive

SHARING = [name for name in METHODS if name != "tiered"]
BY_PROGRAMME = {"core", "least_core", "nucleolus", "prenucleolus", "per_capita_nucleolus", "proportional_nucleolus", "equal_profit"}
ADDITIVE = ["equal", "shapley", "owen"]
COVARIANT = ["scrb", "shapley", "owen", "tau", "prenucleolus"]
DUMMIES = ["scrb", "shapley", "owen", "tau", "prenucleolus", "nucleolus"]

few_members = st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple)
seeds = st.integers(0, 10**6)


def charges(game: CostGame, method: str, terms: Terms = NO_TERMS) -> Array | None:
    """Return the charges, or None where the method does not fit."""
    try:
        return np.array(allocate(game, method, terms).charges)
    except NotApplicableError:
        return None


def close(found: Array | None, expected: Array | None, method: str, scale: float) -> bool:
    if found is None or expected is None:
        return found is expected
    return bool(np.allclose(found, expected, rtol=0, atol=(1e-6 if method in BY_PROGRAMME else 1e-9) * scale))


def players(n: int, seed: int) -> CostGame:
    game = subadditive((1,) * n, seed)
    return replace(game, classes=tuple(replace(entry, ability=None) for entry in game.classes))


@pytest.mark.parametrize("method", SHARING)
@given(few_members, seeds)
@settings(max_examples=6)
def test_charges_cover_the_cost(method: str, members: tuple[int, ...], seed: int) -> None:
    game = subadditive(members, seed)
    found = charges(game, method)
    if found is not None:
        assert float(found @ members) == pytest.approx(game.total, rel=1e-9)


@pytest.mark.parametrize("method", SHARING)
@given(st.integers(2, 5), seeds)
@settings(max_examples=6)
def test_players_that_are_alike_pay_alike(method: str, n: int, seed: int) -> None:
    game = players(n, seed)
    costs = (game.costs + np.swapaxes(game.costs, 0, 1)) / 2
    twins = tuple(replace(game.classes[0], name=entry.name) if k < 2 else entry for k, entry in enumerate(game.classes))
    found = charges(replace(game, classes=twins, function=Table(costs)), method)
    assert found is None or found[0] == pytest.approx(found[1], abs=1e-6 * game.scale)


@pytest.mark.parametrize("method", SHARING)
@given(st.integers(2, 4), seeds)
@settings(max_examples=6)
def test_names_and_their_order_do_not_matter(method: str, n: int, seed: int) -> None:
    game = subadditive((2, *(1,) * (n - 1)), seed)
    order = np.random.default_rng(seed).permutation(n)
    moved = replace(game, classes=tuple(replace(game.classes[k], name=f"q{k}") for k in order), function=Table(np.transpose(game.costs, order)))
    before = charges(game, method)
    assert close(charges(moved, method), None if before is None else before[order], method, game.scale)


@pytest.mark.parametrize("factor", [1e-6, 1e7])
@pytest.mark.parametrize("method", list(METHODS))
@given(st.integers(1, 4), seeds)
@settings(max_examples=6)
def test_money_in_another_unit_is_the_same_allocation(method: str, factor: float, n: int, seed: int) -> None:
    game = subadditive((2, *(1,) * (n - 1)), seed)
    game = replace(game, classes=tuple(replace(entry, fee=7.0) for entry in game.classes))
    dearer = tuple(replace(entry, ability=entry.ability and factor * entry.ability, fee=factor * 7.0) for entry in game.classes)
    before = charges(game, method)
    after = charges(replace(game, classes=dearer, function=Table(factor * game.costs)), method)
    assert (before is None) == (after is None)
    assert before is None or after is None or np.allclose(after / factor, before, rtol=0, atol=1e-9 * game.scale)


@pytest.mark.parametrize("method", SHARING)
@given(few_members, seeds, st.sampled_from(["cost", "savings"]))
@settings(max_examples=6)
def test_members_of_a_class_pay_what_they_pay_one_by_one(method: str, members: tuple[int, ...], seed: int, kind: str) -> None:
    game = subadditive(members, seed)
    game = game if kind == "cost" else replace(game, kind="savings", function=Table(game.costs**2))
    if method == "equal_per_class":
        return
    found = charges(game, method)
    assert close(charges(expanded(game), method), None if found is None else found[owners(game)], method, game.scale)


@pytest.mark.parametrize("method", ADDITIVE)
@given(st.integers(1, 5), seeds)
@settings(max_examples=6)
def test_two_costs_shared_at_once_are_shared_as_each_alone(method: str, n: int, seed: int) -> None:
    game, other = players(n, seed), players(n, seed + 1)
    both = charges(replace(game, function=Table(game.costs + other.costs)), method)
    assert both == pytest.approx(charges(game, method) + charges(replace(game, function=other.function), method), abs=1e-9 * game.scale)


@pytest.mark.parametrize("method", COVARIANT)
@given(st.integers(2, 5), seeds)
@settings(max_examples=6)
def test_what_everybody_costs_anyway_is_paid_on_top(method: str, n: int, seed: int) -> None:
    game = players(n, seed)
    own = np.random.default_rng(seed).uniform(-3, 3, n)
    before, after = charges(game, method), charges(replace(game, function=Table(2 * game.costs + game.charged(own.tolist()))), method)
    assert close(after, None if before is None else 2 * before + own, method, 3 * game.scale)


@pytest.mark.parametrize("method", DUMMIES)
@given(st.integers(2, 4), seeds)
@settings(max_examples=6)
def test_who_adds_the_same_to_every_group_pays_that(method: str, n: int, seed: int) -> None:
    game = players(n, seed)
    costs = np.add.outer(game.costs, [0.0, 1.5])
    found = charges(replace(game, classes=(*game.classes, MemberClass("dummy")), function=Table(costs)), method)
    assert found is None or found[-1] == pytest.approx(1.5, abs=1e-6 * game.scale)


@pytest.mark.parametrize("method", SHARING)
def test_nothing_to_share_is_shared(method: str) -> None:
    found = charges(table_game("ABC", np.zeros(8)), method)
    assert found is None or not found.any()


@pytest.mark.parametrize("method", ["scrb", "shapley", "banzhaf", "owen", "tau", "prenucleolus"])
def test_in_an_inessential_game_everybody_pays_its_own(method: str) -> None:
    own = [1e-6, 3.0, 1e9]
    game = table_game("ABC", table_game("ABC", np.zeros(8)).charged(own))
    assert charges(game, method) == pytest.approx(np.array(own), abs=1e-6 * 1e9 if method in BY_PROGRAMME else 1.0)


def test_each_class_pays_the_same_in_total() -> None:
    game = table_game(["small", "large"], np.add.outer(np.arange(4.0), 5 * np.arange(3.0)), (3, 2))
    found = equal_per_class(game)
    assert found.class_charges == pytest.approx((6.5, 6.5))
    assert found.charges == pytest.approx((13 / 6, 13 / 4))


def test_charges_follow_use_costs_alone_or_ability() -> None:
    costs = table_game("AB", np.array([0.0, 6.0, 2.0, 6.0]), use=(1.0, 2.0)).costs
    classes = (MemberClass("A", use=1.0, ability=30.0, months=6), MemberClass("B", use=2.0, ability=45.0))
    game = CostGame(classes, Table(costs))
    assert proportional(game).charges == pytest.approx((2, 4))
    assert proportional(game, "alone").charges == pytest.approx((1.5, 4.5))
    assert proportional(game, "ability").charges == pytest.approx((1.5, 4.5))
    assert allocate(game, "proportional", Terms(to="alone")).note == "In proportion to what serving a member alone costs."
    with pytest.raises(UnknownNameError, match="known names: ability, alone, use"):
        proportional(game, "height")


@pytest.mark.parametrize(
    ("to", "classes", "said"),
    [
        ("ability", (MemberClass("A", ability=3.0), MemberClass("B")), "'ability', which is missing for B"),
        ("ability", (MemberClass("A", ability=0.0), MemberClass("B", ability=0.0)), "somebody with more than 0"),
        ("use", (MemberClass("A", use=0.0), MemberClass("B", use=0.0)), "check 'use'"),
        ("use", (MemberClass("A", use=-1.0), MemberClass("B", use=3.0)), "numbers of 0 or more"),
    ],
)
def test_proportional_says_which_number_is_missing(to: str, classes: tuple[MemberClass, ...], said: str) -> None:
    with pytest.raises(NotApplicableError, match=said):
        proportional(CostGame(classes, Table(np.array([[0.0, 1.0], [1.0, 2.0]]))), to)


def test_separable_costs_and_remaining_benefits_by_hand() -> None:
    # separable 12, 9, 14; alone 20, 18, 22; remaining benefits 8, 9, 8 of 25; c(N) - 35 = 5 is left
    game = plain("ABC", {"A": 20, "B": 18, "C": 22, "AB": 26, "AC": 31, "BC": 28, "ABC": 40})
    assert scrb(game).charges == pytest.approx((12 + 1.6, 9 + 1.8, 14 + 1.6))


def test_a_member_that_can_pay_little_has_little_remaining_benefit() -> None:
    game = plain("AB", {"A": 6, "B": 6, "AB": 8})
    poor = replace(game, classes=(replace(game.classes[0], ability=3.0), game.classes[1]))
    assert scrb(poor).charges == pytest.approx((2 + 4 * 1 / 5, 2 + 4 * 4 / 5))
    assert "what it can pay" in scrb(poor).note


def test_separable_costs_above_the_total_are_lowered_for_who_saves_by_joining() -> None:
    game = plain("ABC", {"A": 5, "B": 5, "C": 9, "AB": 6, "AC": 7, "BC": 7, "ABC": 12})
    found = scrb(game)
    assert sum(found.charges) == pytest.approx(12)
    assert "more than there is to share" in found.note
    with pytest.raises(NotApplicableError, match="is left after the separable costs"):
        scrb(plain("AB", {"A": 1, "B": 1, "AB": 5}))


def test_separable_costs_of_savings_turn_the_sign() -> None:
    game = plain("AB", {"A": 1, "B": 2, "AB": 7}, "savings")
    assert scrb(game).charges == pytest.approx((3, 4))


UPPER_AUSTRIA = (MemberClass("small", 40, fee=255.0), MemberClass("middle", 12, fee=510.0), MemberClass("large", 5, fee=1020.0))


def test_a_table_of_fees_says_what_is_missing_or_left_over() -> None:
    club = CostGame(UPPER_AUSTRIA, OfTotalUse((1.0, 1.0, 1.0), lambda total: 25_000.0 + 0 * total), "EUR per year")
    found = allocate(club, "tiered")
    assert found.class_charges == (10_200.0, 6_120.0, 5_100.0)
    assert found.shortfall == pytest.approx(3_580)
    assert found.in_core is False
    assert "3,580 EUR per year is missing" in found.note
    rich = allocate(club, "tiered", Terms(subsidy=5_000.0))
    assert rich.shortfall == pytest.approx(-1_420)
    assert "1,420 EUR per year is left over" in rich.note
    capped = allocate(club, "tiered", Terms(caps={"large": 700.0}))
    assert capped.charges == (255.0, 510.0, 700.0)


def test_a_table_of_fees_needs_every_fee_and_a_cost() -> None:
    with pytest.raises(NotApplicableError, match="'fee', which is missing for B"):
        tiered(CostGame((MemberClass("A", fee=1.0), MemberClass("B")), Table(np.zeros((2, 2)))))
    with pytest.raises(NotApplicableError, match="not savings"):
        tiered(CostGame((MemberClass("A", fee=1.0),), Table(np.zeros(2)), kind="savings"))


def test_equal_charges_are_equal() -> None:
    assert equal(plain("ABC", {"A": 1, "B": 2, "C": 3, "AB": 3, "AC": 4, "BC": 5, "ABC": 6})).charges == (2.0, 2.0, 2.0)
