"""The verdict: what each test says, and the loop from charges to stability."""

from typing import Any

import pytest

from negotiation.answers.judged import judge
from negotiation.answers.request import Request
from negotiation.catalogue import read_subject
from negotiation.definition import read_definition
from negotiation.errors import NotApplicableError, UnknownNameError
from negotiation.governance.situation import build_situation
from negotiation.governance.stability import bloc
from negotiation.governance.verdict import Verdict, verdict
from negotiation.settings import Settings

CLUB: dict[str, Any] = {
    "title": "A club",
    "money": "USD per year",
    "parameters": {"dues": {"value": 40, "low": 0, "high": 200}, "benefit": 10, "fine": {"value": 0, "low": 0, "high": 100}},
    "stakeholders": {"firms": {"members": 10, "actions": {"pay": "Pay", "cheat": "Cheat"}}, "state": {"actions": ["punish", "rest"]}},
    "payoffs": {
        "firms": {"pay": "benefit * count(firms, pay) - dues", "cheat": "benefit * count(firms, pay) - fine * count(state, punish)"},
        "state": {"punish": "-1", "rest": "0"},
    },
    "target": {"label": "All pay", "profile": {"firms": "pay", "state": "rest"}},
    "status_quo": {"firms": "cheat", "state": "rest"},
    "levers": {"law": {"set": {"fine": 60}, "commit": {"state": "punish"}}, "gift": {"shift": {"dues": -30}}},
    "scenarios": {"crisis": {"set": {"benefit": 1}}},
    "cost_game": {"classes": {"firms": {"feeds": "dues"}}, "cost": "200 + 20 * count(firms)"},
}


def judged(*levers: str, charges: str | None = None, scenario: str | None = None, **values: float) -> Verdict:
    return verdict(build_situation(read_definition(CLUB), Settings(tuple(values.items()), scenario, levers), charges))


def test_without_levers_it_does_not_hold_and_the_weakest_link_is_named() -> None:
    found = judged()
    assert found.word == "unstable"
    assert found.individual.weakest is not None
    assert (found.individual.weakest.stakeholder, found.individual.weakest.to, found.individual.weakest.gain) == ("firms", "cheat", 30)
    assert found.individual.margin == -30
    assert found.formation is not None
    assert found.formation.word == "does not form"
    assert found.formation.stuck
    assert "does not hold" in found.sentence
    assert "30 USD per year" in found.sentence
    assert "At the target all together earn 600 USD per year more than today." in found.sentence


def test_with_the_law_it_holds_forms_and_is_paid_for() -> None:
    found = judged("law")
    assert found.individual.margin == 60 + 10 - 40
    assert found.word == "stable"
    assert found.cost is not None
    assert found.cost.shortfall == 0
    assert found.target.cooperation == 1
    assert found.target.counts["state"] == {"punish": 1, "rest": 0}


def test_levers_shift_after_they_set_and_a_value_by_hand_has_the_last_word() -> None:
    assert build_situation(read_definition(CLUB), Settings((), None, ("gift",))).values["dues"] == 10
    assert build_situation(read_definition(CLUB), Settings((("dues", 77.0),), None, ("gift",))).values["dues"] == 77


def test_a_scenario_changes_the_answer() -> None:
    assert judged("law", scenario="crisis").individual.margin == 60 + 1 - 40


def test_charges_feed_the_game_and_the_verdict_follows() -> None:
    # the cost of 400 shared equally is 40 each; without fixed cost it would be 20
    assert judged("law", charges="shapley").individual.margin == pytest.approx(30)
    cheap = {**CLUB, "cost_game": {**CLUB["cost_game"], "cost": "20 * count(firms)"}}
    found = verdict(build_situation(read_definition(cheap), Settings((), None, ("law",)), "shapley"))
    assert found.situation.values["dues"] == pytest.approx(20)
    assert found.individual.margin == pytest.approx(50)


def test_charges_that_do_not_cover_the_cost_make_it_fragile() -> None:
    found = judged("law", dues=10.0)
    assert found.cost_holds is False
    assert found.word == "fragile"
    assert "uncovered" in found.sentence


def test_charges_that_a_group_would_not_pay_make_it_fragile() -> None:
    steep = {**CLUB, "cost_game": {**CLUB["cost_game"], "cost": "400 if count(firms) == 10 else 30 * count(firms)"}}
    found = verdict(build_situation(read_definition(steep), Settings((), None, ("law",))))
    assert found.word == "fragile"
    assert "contested" in found.sentence


def test_what_does_not_exist_is_named() -> None:
    for settings in (Settings((("duse", 1.0),)), Settings((), "boom"), Settings((), None, ("low",))):
        with pytest.raises(UnknownNameError):
            build_situation(read_definition(CLUB), settings)
    with pytest.raises(UnknownNameError, match="allocation method"):
        build_situation(read_definition(CLUB), charges="lottery")


def test_a_game_without_target_says_so() -> None:
    with pytest.raises(NotApplicableError, match="names no target"):
        verdict(build_situation(read_definition({key: value for key, value in CLUB.items() if key != "target"})))


def test_a_bloc_can_gain_where_a_single_member_cannot() -> None:
    duo = read_definition(
        {
            "title": "Two standards",
            "money": "points",
            "stakeholders": {"firms": {"members": 4, "actions": ["old", "new"]}},
            "payoffs": {"firms": {"old": "count(firms, old)", "new": "3 * count(firms, new)"}},
            "target": {"profile": {"firms": "old"}},
        }
    )
    situation = build_situation(duo)
    found = verdict(situation)
    assert found.individual.holds
    together = bloc(situation.game, situation.target)
    assert not together.holds
    assert together.weakest is not None
    assert (together.weakest.together, together.weakest.gain) == (4, 8)
    assert found.word == "fragile"


def test_best_and_worst_equilibrium_are_those_of_highest_and_lowest_welfare() -> None:
    crowd = read_definition(
        {
            "title": "Crowd",
            "money": "points",
            "stakeholders": {"people": {"members": 6, "actions": ["join", "stay"]}},
            "payoffs": {"people": {"join": "count(people, join) - 2.5", "stay": 0}},
            "target": {"profile": {"people": "join"}},
            "status_quo": {"people": "stay"},
        }
    )
    found = verdict(build_situation(crowd))
    assert found.best is not None
    assert found.worst is not None
    assert (found.equilibria, found.best.welfare, found.worst.welfare) == (2, 21, 0)
    assert found.best.cooperation == 1
    assert found.worst.cooperation == 0


def test_the_answer_for_json_says_what_was_assumed_and_that_it_is_conditional() -> None:
    body = judge(read_subject(CLUB), Request()).as_dict()
    assert body["verdict"] == "unstable"
    assert set(body["assumed"]) == {"dues", "benefit", "fine"}
    assert "not a prediction" in body["condition"]
    assert body["weakest_link"]["stakeholder"] == "firms"


def test_naming_a_lever_twice_or_in_another_order_changes_nothing() -> None:
    def dues(*levers: str) -> float:
        return build_situation(read_definition(CLUB), Settings((), None, levers)).values["dues"]

    assert dues("gift", "gift") == dues("gift") == 10
    both = {**CLUB, "levers": {"low": {"set": {"dues": 5}}, "high": {"set": {"dues": 50}}}}
    orders = [Settings((), None, ("low", "high")), Settings((), None, ("high", "low"))]
    assert {build_situation(read_definition(both), order).values["dues"] for order in orders} == {50}


def test_levers_that_rule_the_target_out_are_refused() -> None:
    bound = {**CLUB, "target": {"profile": {"firms": "pay"}, "condition": "count(firms, pay) > 5"}, "levers": {"fraud": {"commit": {"firms": "cheat"}}}}
    with pytest.raises(NotApplicableError, match="rules the target out"):
        verdict(build_situation(read_definition(bound), Settings((), None, ("fraud",))))


def test_levers_that_bind_somebody_elsewhere_than_the_target_are_told() -> None:
    assert "bind state to" in judged("law").sentence


@pytest.mark.parametrize("punish", ["punish", {"punish": 1}])
def test_a_lever_that_binds_somebody_to_the_target_goes_without_saying(punish: Any) -> None:
    same = {**CLUB, "target": {"profile": {"firms": "pay", "state": punish}}}
    assert "bind" not in verdict(build_situation(read_definition(same), Settings((), None, ("law",)))).sentence


def test_charges_that_bring_in_more_than_the_cost_are_not_acceptable() -> None:
    found = judged("law", dues=60.0)
    assert found.cost is not None
    assert found.cost.shortfall == -200
    assert found.cost_holds is False
    assert "more than the cost" in found.sentence or "contested" in found.sentence


def test_round_sums_count_as_covering_the_cost() -> None:
    found = judged("law", dues=40.01)
    assert found.cost_holds is True


def test_a_charge_set_by_hand_stays_when_a_rule_sets_the_others() -> None:
    assert build_situation(read_definition(CLUB), Settings((("dues", 33.0),)), "shapley").values["dues"] == 33


def test_one_prohibitive_payoff_does_not_blur_the_others() -> None:
    game = {
        "title": "Prisoners",
        "money": "points",
        "stakeholders": {"firms": {"members": 3, "actions": ["c", "d", "x"]}},
        "payoffs": {"firms": {"c": "count(firms, c)", "d": "count(firms, c) + 2", "x": -10000000000}},
        "target": {"profile": {"firms": "c"}},
    }
    found = verdict(build_situation(read_definition(game)))
    assert (found.word, found.equilibria) == ("unstable", 1)
