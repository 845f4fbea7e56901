"""Charging and playing by turns: spirals worked out by hand, circles, and the published verdicts at the first charges."""

import pytest

from negotiation import catalogue
from negotiation.coalitional.build import build_cost_game
from negotiation.coalitional.methods import METHODS, allocate
from negotiation.coalitional.terms import Terms
from negotiation.definition import read_definition
from negotiation.errors import NotApplicableError
from negotiation.governance.loop import allocate_then_play, compare_rules
from negotiation.governance.sharing import sharing_named
from negotiation.governance.situation import build_situation
from negotiation.governance.stability import individual
from negotiation.settings import Settings


def plant(*worth: float, cost: str, size: int = 1, feeds: bool = True) -> dict[str, object]:
    """Firms that join a plant when their charge is at most what it is worth to them."""
    names = [f"f{k}" for k in range(len(worth))]
    return {
        "title": "A plant",
        "money": "USD per year",
        "parameters": {f"charge_{name}": 0 for name in names},
        "stakeholders": {name: {"members": size, "actions": ["join", "stay"]} for name in names},
        "payoffs": {name: {"join": f"{value} - charge_{name}", "stay": 0} for name, value in zip(names, worth, strict=True)},
        "target": {"profile": dict.fromkeys(names, "join")},
        "cost_game": {"classes": {name: {"feeds": f"charge_{name}"} if feeds else {} for name in names}, "cost": cost},
    }


ALL = "count(f0) + count(f1) + count(f2)"


def test_a_spiral_worked_out_by_hand() -> None:
    # a plant of 12 shared equally: 4 each; f0 (worth 3) leaves, 6 each; f1 (worth 5) leaves, 12; f2 (worth 11) leaves
    found = allocate_then_play(read_definition(plant(3, 5, 11, cost=f"12 if {ALL} > 0 else 0")), method="equal")
    assert found.ending == "collapsed"
    assert [one.stay for one in found.rounds] == [{"f0": 0, "f1": 1, "f2": 1}, {"f0": 0, "f1": 0, "f2": 1}, {"f0": 0, "f1": 0, "f2": 0}]
    assert [one.charges["f2"] for one in found.rounds] == [4.0, 6.0, 12.0]
    assert found.word == "unstable"
    assert found.test.weakest is not None
    assert (found.test.weakest.stakeholder, found.test.weakest.gain) == ("f0", 1.0)


def test_it_settles_where_the_others_can_bear_what_the_leaver_paid() -> None:
    found = allocate_then_play(read_definition(plant(3, 7, 11, cost=f"12 if {ALL} > 0 else 0")), method="equal")
    assert (found.ending, found.rounds[-1].stay, found.rounds[-1].charges["f1"]) == ("settled", {"f0": 0, "f1": 1, "f2": 1}, 6.0)
    assert not found.everybody_stays
    assert found.cooperation == pytest.approx(2 / 3)
    assert "f1 pay 6 instead of 4" in found.sentence


def test_everybody_stays_where_nobody_is_charged_more_than_it_is_worth() -> None:
    found = allocate_then_play(read_definition(plant(5, 5, 5, cost=f"12 if {ALL} > 0 else 0")), method="equal")
    assert found.everybody_stays
    assert found.sentence == "Under “Equal for all” everybody who is to pay stays."


def test_a_circle_is_told_as_one() -> None:
    # crowding: a place is worth 5 less a tenth for each who joins; nine or ten pay 4.5 each, so all but five leave; five pay 4 each, so nine come
    form = plant(0, cost="(4.5 if count(f0) > 8 else 4) * count(f0)", size=10)
    form["payoffs"]["f0"]["join"] = "5 - 0.1 * count(f0, join) - charge_f0"  # type: ignore[index]
    found = allocate_then_play(read_definition(form), method="equal")
    assert found.ending == "circles"
    assert [one.stay["f0"] for one in found.rounds] == [5, 9, 5]
    assert "goes round in a circle" in found.sentence


def test_a_class_that_is_out_keeps_the_charge_it_was_last_asked_for() -> None:
    # the plant costs 10 with everybody and 2 with fewer; f0, worth 3, leaves at 10/3 and is not asked again
    cost = f"10 if {ALL} > 2 else 2 * ({ALL} > 0)"
    found = allocate_then_play(read_definition(plant(3, 20, 20, cost=cost)), method="equal")
    assert (found.ending, [one.charges["f0"] for one in found.rounds]) == ("settled", [pytest.approx(10 / 3)] * 2)
    assert found.rounds[1].charges["f1"] == 1.0


def test_one_class_loses_only_as_many_members_as_gain_by_leaving() -> None:
    form = plant(4, cost="30", size=10)
    form["payoffs"]["f0"]["join"] = "4 - charge_f0 + 0.5 * count(f0, stay)"  # type: ignore[index]
    found = allocate_then_play(read_definition(form), method="equal")
    # 3 each with ten members: worth 4, nobody leaves
    assert found.everybody_stays
    found = allocate_then_play(read_definition(form | {"cost_game": form["cost_game"] | {"cost": "45"}}), method="equal")  # type: ignore[operator]
    # 4.5 each: one member leaves, then those who stay gain 0.5
    assert found.rounds[0].stay == {"f0": 9}
    assert found.ending == "settled" or found.rounds[-1].stay != found.rounds[0].stay


@pytest.mark.parametrize("method", ["equal", "proportional", "shapley"])
def test_the_first_round_is_the_game_under_the_charges_of_the_rule(method: str) -> None:
    definition = catalogue.load("common_effluent_plant")
    settings = Settings((), None, ("closure_order", "community_watch", "subsidy_paid", "peer_monitoring", "inspection_and_fine"))
    found = allocate_then_play(definition, settings, method)
    charges = allocate(build_cost_game(definition, definition.values(settings)), method).charges
    assert tuple(found.rounds[0].charges.values()) == pytest.approx(charges)
    situation = build_situation(definition, settings, method)
    alone = individual(situation.game, situation.target)
    assert (found.test.holds, found.test.margin) == (alone.holds, pytest.approx(alone.margin))


def test_the_table_names_the_rules_under_which_it_holds_and_why_others_do_not_fit() -> None:
    definition = catalogue.load("common_effluent_plant")
    settings = Settings((), None, ("closure_order", "community_watch", "subsidy_paid", "peer_monitoring", "inspection_and_fine"))
    found = compare_rules(definition, settings, methods=["equal", "proportional", "shapley", "tiered"])
    assert [(one.method, one.word, one.everybody_stays) for one in found.loops] == [
        ("equal", "unstable", False),
        ("proportional", "stable", True),
        ("shapley", "stable", True),
    ]
    assert set(found.unfit) == {"tiered"}
    assert found.sentence == f"The target is stable when the cost is shared by: {METHODS['proportional'].title}, {METHODS['shapley'].title}."
    assert [row["rule"] for row in found.as_dict()["rules"]] == ["equal", "proportional", "shapley"]


def test_charges_that_change_nothing_are_refused() -> None:
    with pytest.raises(NotApplicableError, match="no charges that matter"):
        allocate_then_play(read_definition(plant(3, 5, 11, cost="12", feeds=False)), method="equal")


def test_a_policy_that_asks_nobody_for_more_than_it_is_worth_keeps_everybody_and_says_who_else_pays() -> None:
    definition = read_definition(plant(3, 5, 11, cost=f"12 if {ALL} > 0 else 0"))
    terms = Terms(caps={"f0": 2.0, "f1": 3.0, "f2": 4.0})
    found = allocate_then_play(definition, method="policy_public_money", terms=terms)
    assert found.everybody_stays
    assert found.first.charges == pytest.approx((2, 3, 4))
    assert found.first.contributions == {"subsidy": pytest.approx(3)}
    assert (found.test.holds, found.test.margin, found.first.shortfall) == (True, pytest.approx(1), 0.0)
    assert found.as_dict()["paid_by_others"] == {"subsidy": pytest.approx(3)}
    assert found.sentence == "Under “Policy: least public money” everybody who is to pay stays."


def test_a_policy_without_bounds_spirals_like_equal_charges() -> None:
    definition = read_definition(plant(3, 5, 11, cost=f"12 if {ALL} > 0 else 0"))
    found = allocate_then_play(definition, method="policy_public_money")
    assert found.ending == "collapsed"
    assert [one.charges["f2"] for one in found.rounds] == pytest.approx([4.0, 6.0, 12.0])


def test_a_policy_that_finds_no_charges_for_those_who_are_left_says_so() -> None:
    definition = read_definition(plant(3, 5, 11, cost=f"12 if {ALL} > 0 else 0"))
    found = allocate_then_play(definition, method="policy_closest", terms=Terms(caps={"f0": 4.0, "f1": 4.0, "f2": 4.0}))
    assert (found.ending, [one.stay for one in found.rounds]) == ("impossible", [{"f0": 0, "f1": 1, "f2": 1}])
    assert "cover the cost" in found.why
    assert "no charges fit any more" in found.sentence
    with pytest.raises(NotApplicableError, match="cover the cost"):
        allocate_then_play(definition, method="policy_closest", terms=Terms(caps={"f0": 3.0, "f1": 4.0, "f2": 4.0}))


def test_groups_that_a_policy_may_not_overcharge_do_not_object() -> None:
    definition = read_definition(plant(9, 9, 9, cost=f"(3 * count(f0) if {ALL} == count(f0) else 12) if {ALL} > 0 else 0"))
    held = allocate_then_play(definition, method=sharing_named("policy_public_money", "core"))
    assert held.first.in_core
    assert held.word == "stable"
    loose = allocate_then_play(definition, method=sharing_named("policy_public_money"))
    assert (loose.word, loose.first.in_core) == ("fragile", False)


def test_the_table_has_policies_beside_the_rules() -> None:
    definition = read_definition(plant(9, 9, 9, cost=f"12 if {ALL} > 0 else 0"))
    found = compare_rules(definition, methods=["equal", "policy_public_money", "policy_burden"])
    assert [(one.method, one.word) for one in found.loops] == [("equal", "stable"), ("policy_public_money", "stable")]
    assert "policy_burden" in found.unfit
