"""Winners and losers are told apart by stakeholder and by outcome, and never added up."""

import pytest

from negotiation import catalogue
from negotiation.definition import read_definition
from negotiation.governance.situation import build_situation
from negotiation.governance.verdict import standing
from negotiation.governance.winners import winners

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]


def village(**outcomes: object) -> dict[str, object]:
    return {
        "title": "A village",
        "money": "USD per year",
        "stakeholders": {
            "firms": {"label": "Firms", "members": 4, "actions": ["pay", "cheat"]},
            "river": {"label": "River folk", "actions": ["wait", "shout"]},
        },
        "payoffs": {"firms": {"pay": "0 - 10", "cheat": 0}, "river": {"wait": "30 * count(firms, pay)", "shout": "0 - 1"}},
        "target": {"profile": {"firms": "pay", "river": "wait"}},
        "status_quo": {"firms": {"pay": 1, "cheat": 3}, "river": "wait"},
        "outcomes": outcomes,
    }


def test_who_wins_and_who_loses_is_said_in_money_for_all_members_together() -> None:
    found = winners(build_situation(read_definition(village())))
    assert found is not None
    assert [(row.stakeholder, row.total, row.each) for row in found.stakeholders] == [("river", 90.0, (90.0, 90.0)), ("firms", -30.0, (-10.0, 0.0))]
    assert found.sentence == "By the target, in USD per year, all members together, win River folk (90); lose Firms (30)."


def test_trade_offs_between_outcomes_are_said() -> None:
    outcomes = {
        "clean": {"formula": "count(firms, pay)", "label": "Clean water", "better": "higher", "aspect": "environment"},
        "jobs": {"formula": "10 - count(firms, pay)", "label": "Jobs", "better": "higher", "group": "women"},
        "same": {"formula": "5", "label": "Weather"},
        "dirt": {"formula": "4 - count(firms, pay)", "label": "Dirt", "better": "lower"},
    }
    found = winners(build_situation(read_definition(village(**outcomes))))
    assert found is not None
    assert {one.outcome: one.better for one in found.outcomes} == {"clean": True, "jobs": False, "same": None, "dirt": True}
    assert found.trade_offs == (
        "“Clean water” and “Dirt” improve, but “Jobs” (women) gets worse.",
        "“Clean water” and “Dirt” improve at the expense of Firms.",
    )


def test_without_a_status_quo_there_is_nothing_to_compare() -> None:
    form = village()
    del form["status_quo"]
    assert winners(build_situation(read_definition(form))) is None


@pytest.mark.parametrize("name", CLUSTERS)
def test_totals_add_up_to_the_change_of_the_sum_of_payoffs(name: str) -> None:
    situation = build_situation(catalogue.load(name))
    found = winners(situation)
    assert found is not None
    assert situation.status_quo is not None
    change = standing(situation, situation.target).welfare - standing(situation, situation.status_quo).welfare
    assert sum(row.total for row in found.stakeholders) == pytest.approx(change, abs=1.0)
    assert len(found.outcomes) == len(situation.definition.outcomes)
    assert found.as_dict()["sentence"] == found.sentence
