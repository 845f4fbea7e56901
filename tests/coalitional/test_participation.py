"""Who joins: brute force over memberships, closed forms, fixed points of clubs, subsidies that keep everybody."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.budget import Budget
from negotiation.coalitional.allocation import Allocation, judge
from negotiation.coalitional.cost_game import CostGame, MemberClass, table_game
from negotiation.coalitional.costs import OfTotalUse, Table
from negotiation.coalitional.joining.club import Benefit, Club, memberships
from negotiation.coalitional.joining.keeping import keeps_most
from negotiation.coalitional.joining.participation import joining
from negotiation.coalitional.methods import allocate
from negotiation.coalitional.policy.optimum import policy
from negotiation.coalitional.subgame import subgame
from negotiation.coalitional.terms import Terms
from negotiation.errors import NotApplicableError, TooLargeError
from negotiation.numerics import frozen

SEEDS = st.integers(0, 10**6)
RULES = st.sampled_from(["equal", "proportional", "shapley"])


def random_game(seed: int, *, concave: bool = True, most: int = 4) -> CostGame:
    rng = np.random.default_rng(seed)
    members = tuple(int(n) for n in rng.integers(1, most, rng.integers(2, 4)))
    uses = tuple(float(use) for use in rng.uniform(0.3, 6, len(members)))
    total = np.zeros(())
    for use, n in zip(uses, members, strict=True):
        total = np.add.outer(total, use * np.arange(n + 1.0))
    costs = 10 * total**0.6 if concave else 10 * total * rng.uniform(0.5, 1.5, total.shape)
    costs[(0,) * len(members)] = 0
    average = float(costs.flat[-1]) / sum(members)
    classes = tuple(
        MemberClass(f"c{k}", n, use=use, ability=float(average * rng.uniform(0.3, 2.5))) for k, (n, use) in enumerate(zip(members, uses, strict=True))
    )
    return CostGame(classes, Table(frozen(costs)), "USD")


def limit(game: CostGame) -> list[float]:
    return [min(float(alone), float(entry.affordable or 0)) for alone, entry in zip(game.alone, game.classes, strict=True)]


def nobody_objects(game: CostGame, rule: str, counts: tuple[int, ...]) -> bool:
    if not any(counts):
        return True
    inside = [k for k, n in enumerate(counts) if n]
    return all(charge <= limit(game)[k] * (1 + 1e-6) for k, charge in zip(inside, allocate(subgame(game, counts), rule).charges, strict=True))


@given(SEEDS, RULES, st.sampled_from(["at once", "one by one"]))
@settings(max_examples=12)
def test_where_charges_never_fall_the_end_is_the_largest_membership_that_holds(seed: int, rule: str, pace: str) -> None:
    # with a cost concave in use, equal shares apart, a charge never falls when others leave (Topkis 1979)
    game = random_game(seed)
    found = joining(game, rule, pace="one by one" if pace == "one by one" else "at once")
    if found.outcome != "settled":
        return
    assert nobody_objects(game, rule, found.members)
    holding = [counts for counts in product(*(range(n + 1) for n in game.members)) if nobody_objects(game, rule, counts)]
    contained = all(n >= m for counts in holding for n, m in zip(found.members, counts, strict=True))
    if rule == "shapley" and pace == "at once":
        assert not found.fell
        assert contained
    if game.size <= 64:
        assert found.largest == contained


@given(SEEDS, RULES)
@settings(max_examples=8)
def test_stable_memberships_are_those_that_nobody_leaves_or_enters(seed: int, rule: str) -> None:
    game = random_game(seed, concave=seed % 2 == 0, most=3)
    expected = []
    for counts in product(*(range(n + 1) for n in game.members)):
        if not nobody_objects(game, rule, counts):
            continue
        enters = False
        for k, n in enumerate(game.members):
            if counts[k] < n:
                more = tuple(c + (j == k) for j, c in enumerate(counts))
                part = subgame(game, more)
                charge = allocate(part, rule).charges[part.names.index(game.names[k])]
                enters = enters or charge < limit(game)[k] * (1 - 1e-6)
        if not enters:
            expected.append(game.coalition(counts))
    found = memberships(game, rule)
    assert sorted(map(str, expected)) == sorted(str(one.members) for one in found)
    end = joining(game, rule)
    if end.outcome == "settled":
        assert end.stays in [one.members for one in found]


def test_a_large_firm_that_leaves_takes_the_small_ones_with_it() -> None:
    # equal shares ask the large firm for no more than alone; in proportion to use it pays most; each round is worked out by hand
    classes = MemberClass("small", 10, "small firms", use=1.0, ability=9.0), MemberClass("large", 1, "the large firm", use=20.0, ability=70.0)
    game = CostGame(classes, OfTotalUse((1.0, 20.0), lambda use: 60 + 2 * use), "USD per year")
    found = joining(game, "proportional")
    # 120 for 30 units: 4 a unit, 80 for the large firm, which can pay 70; the ten then owe 80, 8 each, and can
    assert [one.members for one in found.rounds] == [{"small": 10, "large": 1}, {"small": 10}]
    assert found.charges == pytest.approx({"small": 8})
    assert found.stays == {"small": 10}
    poorer = replace(game, classes=(replace(classes[0], ability=7.0), classes[1]))
    found = joining(poorer, "proportional")
    assert [one.members for one in found.rounds] == [{"small": 10, "large": 1}, {"small": 10}, {}]
    assert found.inside == 0
    assert found.sentence == (
        "Under the rule 'In proportion' the first to leave: the large firm (asked for 80 USD per year, more than it can pay: 70 USD), then 1 more round of "
        "leaving; in the end nobody is left."
    )
    assert [(row["class"], row["leaves_in_round"], row["stays"]) for row in found.table()] == [("small", 2, 0), ("large", 1, 0)]


def test_a_part_of_a_class_stays_where_a_plant_serves_so_many() -> None:
    # a second module is needed above five firms: seven pay 20 / 7 each, four or five 2.5 or 2
    game = CostGame((MemberClass("firm", 7, ability=2.6),), OfTotalUse((1.0,), lambda use: 10 * np.ceil(use / 5)), "USD")
    step_by_step = joining(game, "equal", pace="one by one")
    assert step_by_step.members == (5,)
    assert step_by_step.fell
    assert step_by_step.charges == pytest.approx({"firm": 2})
    # all at once: nobody is left, and nobody comes back alone
    together = joining(game, "equal")
    assert together.members == (0,)
    assert together.largest is False
    assert [one.members for one in memberships(game, "equal")] == [{"firm": 5}, {}]


def test_leaving_and_coming_back_without_end_is_told_as_a_cycle() -> None:
    # crowding: all three are asked for 4 each, fewer for half a unit
    game = CostGame((MemberClass("firm", 3, ability=2.0),), Table(frozen(np.array([0.0, 3.0, 1.0, 12.0]))), "USD")
    charge = {1: 0.5, 2: 0.5, 3: 4.0}
    cycling = joining(game, lambda part: judge(part, "crowded", [charge[part.population]]))
    assert cycling.outcome == "cycle"
    assert cycling.cycle == ({"firm": 3}, {})
    assert "never settles" in cycling.sentence
    assert joining(game, lambda part: judge(part, "crowded", [charge[part.population]]), pace="one by one").members == (2,)


@given(SEEDS, RULES, st.sampled_from([1e-6, 1e7]))
@settings(max_examples=12)
def test_who_stays_does_not_depend_on_the_unit_of_money(seed: int, rule: str, factor: float) -> None:
    game = random_game(seed, concave=False)
    classes = tuple(replace(entry, ability=float(entry.ability or 0) * factor) for entry in game.classes)
    other = CostGame(classes, Table(frozen(game.costs * factor)), "USD")
    first, second = joining(game, rule, pace="one by one"), joining(other, rule, pace="one by one")
    assert first.members == second.members
    assert [one.members for one in first.rounds] == [one.members for one in second.rounds]


@given(SEEDS)
@settings(max_examples=12)
def test_who_stays_does_not_depend_on_the_order_of_classes(seed: int) -> None:
    game = random_game(seed, concave=False)
    turned = CostGame(game.classes[::-1], Table(frozen(game.costs.T)), "USD")
    assert joining(game, "shapley", pace="one by one").stays == joining(turned, "shapley", pace="one by one").stays


def test_at_exactly_what_it_would_cost_alone_a_member_stays() -> None:
    game = table_game("AB", np.array([0.0, 5.0, 5.0, 10.0]))
    assert joining(game, "equal").inside == 2
    alike = CostGame((MemberClass("A", 2, ability=5.0),), Table(frozen(np.array([0.0, 9.0, 10.0]))), "USD")
    assert joining(alike, "equal").sentence == "Under the rule 'Equal for all' everybody stays."


@pytest.mark.parametrize("fixed", [10.0, 30.0, 60.0, 100.0])
def test_equal_shares_lose_the_small_firm_exactly_when_the_average_is_above_its_cost_alone(fixed: float) -> None:
    classes = MemberClass("small", 3, use=1.0), MemberClass("large", 2, use=30.0)
    game = CostGame(classes, OfTotalUse((1.0, 30.0), lambda use: fixed + 2 * use), "USD")
    leaves = any(move.name == "small" for move in joining(game, "equal").rounds[0].moves)
    assert leaves == (game.total / game.population > fixed + 2)
    # in proportion to use nobody leaves: average cost falls
    assert joining(game, "proportional").inside == 5


def programme(value: float, options: list[float]) -> CostGame:
    n = len(options)
    worths = np.array([sum(o for o, here in zip(options, row, strict=True) if here) for row in product((0, 1), repeat=n)]).reshape((2,) * n)
    worths[(1,) * n] = value
    return table_game([f"m{k}" for k in range(n)], worths, kind="savings")


@given(st.lists(st.floats(0.5, 10), min_size=2, max_size=5), st.floats(0.5, 2))
@settings(max_examples=12)
def test_a_programme_that_needs_everybody_breaks_when_one_option_is_above_its_share(options: list[float], share: float) -> None:
    value = share * sum(options)
    if abs(max(options) - value / len(options)) < 1e-4 * value:
        return
    found = joining(programme(value, options), "equal")
    stays = max(options) < value / len(options)
    assert (found.inside == len(options)) == stays
    if not stays:
        assert found.rounds[0].moves[0].why == "less than it gets alone"
        # as long as the programme is worth the options, other shares keep everybody
        kept = policy(programme(value, options), Terms(), "closest", "core", "equal")
        assert kept.feasible == (value >= sum(options))


def fees(part: CostGame) -> Allocation:
    """Return the table of fees: small 255, medium 510, large 1,020 EUR."""
    return judge(part, "fees", [float(entry.fee or 0) for entry in part.classes])


@given(
    st.lists(st.tuples(st.integers(1, 3), st.floats(0, 1500), st.floats(0, 300)), min_size=3, max_size=3),
    st.booleans(),
)
@settings(max_examples=12)
def test_a_club_with_tiered_fees_is_joined_by_all_or_none_exactly_as_benefits_say(tiers: list[tuple[int, float, float]], flat: bool) -> None:
    charged = (510.0,) * 3 if flat else (255.0, 510.0, 1020.0)
    names = "small", "medium", "large"
    classes = tuple(MemberClass(name, n, fee=fee) for name, (n, _, _), fee in zip(names, tiers, charged, strict=True))
    # what it would cost to have the club's services alone is out of reach
    game = CostGame(classes, OfTotalUse((1.0,) * 3, lambda use: 1e6 + 0 * use), "EUR per year")
    benefit = Benefit(tuple(own for _, own, _ in tiers), tuple(slope for _, _, slope in tiers))
    others = game.population - 1
    stable = [one.members for one in memberships(game, fees, benefit=benefit)]
    gains = [own + slope * others - fee for (_, own, slope), fee in zip(tiers, charged, strict=True)]
    if min(abs(gain) for gain in gains) > 1e-2 and min(abs(own - fee) for (_, own, _), fee in zip(tiers, charged, strict=True)) > 1e-2:
        assert (game.coalition(game.members) in stable) == (min(gains) >= 0)
        assert ({} in stable) == all(own <= fee for (_, own, _), fee in zip(tiers, charged, strict=True))
    # benefits that rise with members: whoever leaves makes it worse for the rest, so following leavers ends at the largest
    end = joining(game, fees, benefit=benefit)
    assert end.largest is not False
    assert end.members == max((tuple(one.get(name, 0) for name in names) for one in stable), key=sum)


def test_a_subsidy_brings_back_those_who_left() -> None:
    classes = MemberClass("small", 10, use=1.0, ability=3.0), MemberClass("large", 1, use=10.0, ability=100.0)
    game = CostGame(classes, OfTotalUse((1.0, 10.0), lambda use: 20 + 3 * use), "USD")
    assert joining(game, "proportional").stays == {"large": 1}
    found = keeps_most(game, ["proportional", "equal"])
    rule = {one.method: one for one in found.rules}["proportional"]
    # 80 for 20 units: 4 each against 3; 10 to the ten themselves, or 20 to all, of which they get half
    assert rule.top_up == pytest.approx(10)
    assert rule.subsidy == pytest.approx(20)
    assert joining(game, "proportional", Terms(subsidy=rule.subsidy * (1 + 1e-6))).inside == 11
    assert joining(game, "proportional", Terms(subsidy=rule.subsidy * (1 - 1e-4))).inside == 1
    assert found.least == 0
    assert rule.closing == 10
    assert rule.lost == pytest.approx(10 * 23 + 50 - 80)
    assert rule.cost_to_others == pytest.approx(50 - 40)


def test_the_rule_that_suits_the_large_firm_loses_the_small_ones() -> None:
    classes = MemberClass("small", 10, "small firms", use=1.0, ability=12.0), MemberClass("large", 2, "large firms", use=20.0, ability=200.0)
    game = CostGame(classes, OfTotalUse((1.0, 20.0), lambda use: 50 + 4 * use), "USD")
    found = keeps_most(game)
    assert found.chosen_by_largest is not None
    assert found.chosen_by_largest.method == "equal"
    assert found.chosen_by_largest.smallest == 0
    assert "equal" not in found.keeps_smallest
    assert "proportional" in found.keeps_smallest
    assert "the rule that suits large firms best, 'Equal for all', loses 10 members" in found.sentence
    assert found.as_dict()["smallest_classes"] == ["small"]
    assert [row["method"] for row in found.table()][-1] == "equal" or found.rules[-1].smallest == 0


@given(SEEDS, RULES)
@settings(max_examples=8)
def test_the_subsidy_that_keeps_everybody_is_enough_and_little_less_is_not(seed: int, rule: str) -> None:
    game = random_game(seed)
    kept = keeps_most(game, [rule]).rules[0]
    if kept.subsidy == 0:
        assert kept.joining.inside == game.population
        return
    assert joining(game, rule, Terms(subsidy=kept.subsidy * (1 + 1e-5))).rounds[0].moves == ()
    assert joining(game, rule, Terms(subsidy=kept.subsidy * (1 - 1e-3))).rounds[0].moves != ()
    assert kept.top_up <= kept.subsidy * (1 + 1e-6)
    assert keeps_most(game, [rule]).least <= kept.top_up + 1e-6


@pytest.mark.parametrize("rule", ["shapley", "nucleolus"])
def test_the_subsidy_is_found_where_one_class_gets_little_of_it(rule: str) -> None:
    # the Shapley value gives every member the same part of a subsidy, also those who lack nothing
    kept = keeps_most(random_game(0), [rule]).rules[0]
    assert np.isfinite(kept.subsidy)
    assert kept.subsidy > kept.top_up
    assert joining(random_game(0), rule, Terms(subsidy=kept.subsidy * (1 + 1e-5))).rounds[0].moves == ()


def test_the_least_money_with_which_any_charges_keep_everybody_is_what_the_policy_finds() -> None:
    for seed in range(8):
        game = random_game(seed)
        caps = dict(zip(game.names, limit(game), strict=True))
        assert keeps_most(game, ["equal"]).least == pytest.approx(policy(game, Terms(caps=caps)).public_money, abs=1e-6)


def test_a_rule_that_no_longer_fits_stops_the_story() -> None:
    # the core of the three is not empty, that of the first two is: 9 alone are dearer than 4 + 4
    table = np.zeros((2, 2, 2))
    for row in product((0, 1), repeat=3):
        table[row] = {0: 0, 1: 4, 2: 9 if row[2] == 0 else 8, 3: 12}[sum(row)]
    classes = MemberClass("A"), MemberClass("B"), MemberClass("C", ability=1.0)
    found = joining(CostGame(classes, Table(frozen(table)), "USD"), "core")
    assert found.outcome == "stopped"
    assert "does not fit A and B" in found.note
    with pytest.raises(NotApplicableError, match="core is empty"):
        joining(CostGame(classes[:2], Table(frozen(table[:, :, 0])), "USD"), "core")


def test_time_over_is_told() -> None:
    found = joining(random_game(1), "equal", Terms(budget=Budget(seconds=0.0)))
    assert (found.outcome, "time limit" in found.note) == ("stopped", True)


def test_caps_that_leave_a_shortfall_keep_people_in_and_are_told() -> None:
    game = CostGame((MemberClass("firm", 4, ability=2.0),), OfTotalUse((1.0,), lambda use: 3 * use), "USD")
    found = joining(game, "equal", Terms(caps={"firm": 2.0}))
    assert found.inside == 4
    assert found.rounds[0].shortfall == pytest.approx(4)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(NotApplicableError, match="worth"):
        Club(programme(3, [1, 1]), "equal", benefit=Benefit((1.0, 1.0), (0.0, 0.0)))
    with pytest.raises(TooLargeError, match="memberships"):
        memberships(CostGame((MemberClass("a", 200), MemberClass("b", 200)), OfTotalUse((1.0, 1.0), np.sqrt)), "equal")


def test_a_thousand_firms_leave_one_by_one() -> None:
    classes = MemberClass("small", 200, use=1.0, ability=2.0), MemberClass("large", 20, use=20.0, ability=1000.0)
    game = CostGame(classes, OfTotalUse((1.0, 20.0), lambda use: 500 + 2 * use), "USD")
    found = joining(game, "proportional", pace="one by one")
    assert found.stays == {"large": 20}
    assert len(found.rounds) == 201
    assert found.as_dict()["sentence"] == found.sentence
