"""Expectations can fail: each kind of claim is met where it is true and found out where it is not."""

from math import ceil
from typing import Any

import pytest

from negotiation.definition import read_definition
from negotiation.errors import NegotiationError, NotApplicableError
from negotiation.governance.expectations import check_expectations
from negotiation.governance.situation import build_situation
from negotiation.settings import Settings
from negotiation.strategic.dynamics.tipping import tipping_point

from . import test_verdict

CLUB: dict[str, Any] = {
    **test_verdict.CLUB,
    "parameters": {**test_verdict.CLUB["parameters"], "plant": {"value": 200, "low": 0, "high": 600}},
    "cost_game": {"classes": {"firms": {"feeds": "dues"}}, "cost": "plant + 20 * count(firms) if count(firms) == 10 else 50 * count(firms)"},
    "moves": [["state"], ["firms"]],
}


TRUE_CLAIMS: list[dict[str, Any]] = [
    {"verdict": "unstable", "individual": False, "formation": "does not form", "weakest": {"stakeholder": "firms", "to": "cheat"}},
    {"equilibria": 1, "every_equilibrium": "count(firms, pay) == 0", "no_equilibrium": "count(firms, pay) > 0"},
    {"some_equilibrium": "share(firms, cheat) == 1", "is_equilibrium": {"firms": "cheat", "state": "rest"}},
    {"given": {"levers": ["law"]}, "iff": "fine >= dues - benefit", "vary": {"fine": [0, 100], "dues": [0, 100]}},
    {"core": "nonempty", "in_core": {"equal": True}},
    {"given": {"levers": ["law"]}, "observe": "count(firms, pay)", "along": {"fine": [0, 20, 40, 80]}, "trend": "rises"},
    {"given": {"levers": ["law"]}, "observe": "count(firms, pay)", "compared_with": {}, "relation": "above"},
    {"holds": "dues > benefit"},
    {"core": "nonempty", "iff": "plant <= 300", "vary": {"plant": [0, 600]}},
    {"core": "empty", "iff": "plant > 300", "vary": {"plant": [0, 600]}},
    {"in_core": {"equal": True}, "iff": "plant / 10 + 20 <= 50", "vary": {"plant": [0, 600]}},
    {"in_core": {"equal": False}, "iff": "plant > 300", "vary": {"plant": [0, 600]}},
    {"after_moves": "count(firms, cheat) == 10 and count(state, rest) == 1"},
    {"after_moves": "count(firms, cheat) == 10", "selection": "pessimistic"},
    {"given": {"levers": ["law"]}, "after_moves": "count(firms, pay) == 10"},
    {
        "given": {"levers": ["law"]},
        "after_moves": "count(firms, pay) == 10",
        "iff": "fine >= dues - benefit",
        "vary": {"fine": [0, 100], "dues": [0, 100]},
    },
]
FALSE_CLAIMS: list[dict[str, Any]] = [
    {"verdict": "stable"},
    {"individual": True},
    {"formation": "forms"},
    {"weakest": {"stakeholder": "state"}},
    {"equilibria": 2},
    {"every_equilibrium": "count(firms, pay) > 0"},
    {"no_equilibrium": "count(firms, pay) == 0"},
    {"some_equilibrium": "count(firms, pay) == 10"},
    {"is_equilibrium": {"firms": "pay"}},
    {"given": {"levers": ["law"]}, "iff": "fine >= dues", "vary": {"fine": [0, 100], "dues": [0, 100]}},
    {"given": {"levers": ["law"]}, "iff": "fine >= dues - benefit", "vary": {"fine": [90, 100]}},
    {"core": "empty"},
    {"in_core": {"equal": False}},
    {"given": {"levers": ["law"]}, "observe": "count(firms, pay)", "along": {"fine": [0, 20, 40, 80]}, "trend": "falls"},
    {"given": {"levers": ["law"]}, "observe": "count(firms, pay)", "along": {"fine": [0, 20, 40, 80]}, "trend": "constant"},
    {"given": {"levers": ["law"]}, "observe": "count(firms, pay)", "compared_with": {}, "relation": "below"},
    {"holds": "dues < benefit"},
    {"core": "nonempty", "iff": "plant <= 400", "vary": {"plant": [0, 600]}},
    {"core": "nonempty", "iff": "plant > 300", "vary": {"plant": [0, 600]}},
    {"core": "nonempty", "iff": "plant <= 300", "vary": {"plant": [0, 290]}},
    {"core": "nonempty", "iff": "1", "vary": {"plant": [0, 290]}},
    {"in_core": {"equal": True}, "iff": "plant / 10 + 20 <= 40", "vary": {"plant": [0, 600]}},
    {"in_core": {"equal": True}, "iff": "plant <= 300", "vary": {"plant": [320, 600]}},
    {"after_moves": "count(firms, pay) == 10"},
    {"after_moves": "count(state, punish) == 1", "selection": "optimistic"},
    {"given": {"levers": ["law"]}, "after_moves": "count(firms, pay) == 10", "iff": "fine >= dues", "vary": {"fine": [0, 100], "dues": [0, 100]}},
    {"given": {"levers": ["law"]}, "after_moves": "count(firms, pay) == 10", "iff": "fine >= dues - benefit", "vary": {"fine": [95, 100]}},
]


@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids="-".join)
def test_a_true_expectation_is_met(claim: dict[str, Any]) -> None:
    (checked,) = check_expectations(read_definition({**CLUB, "expected": [{"says": "so", **claim}]}))
    assert checked.met, checked.failures


@pytest.mark.parametrize("claim", FALSE_CLAIMS, ids="-".join)
def test_a_false_expectation_is_found_out(claim: dict[str, Any]) -> None:
    (checked,) = check_expectations(read_definition({**CLUB, "expected": [{"says": "so", **claim}]}))
    assert not checked.met


RALLY: dict[str, Any] = {
    "title": "A rally",
    "money": "points",
    "parameters": {"worth": {"value": 3, "low": 0, "high": 9}},
    "stakeholders": {"leader": {"actions": ["call", "rest"]}, "firms": {"members": 2, "actions": ["come", "stay"]}},
    "payoffs": {
        "leader": {"call": "worth * count(firms, come) - 4", "rest": "0"},
        "firms": {"come": "1 if count(leader, call) and count(firms, come) == 2 else -1", "stay": "0"},
    },
    "moves": [["leader"], ["firms"]],
}


def met(game: dict[str, Any], **claim: Any) -> bool:
    (checked,) = check_expectations(read_definition({**game, "expected": [{"says": "so", **claim}]}))
    return checked.met


def test_what_follows_the_moves_is_said_of_both_selections_unless_one_is_named() -> None:
    claim = {"after_moves": "count(leader, call) == 1 and count(firms, come) == 2"}
    assert not met(RALLY, **claim)
    assert met(RALLY, **claim, selection="optimistic")
    assert not met(RALLY, **claim, selection="pessimistic")
    assert met(RALLY, after_moves="count(leader, rest) == 1", selection="pessimistic")
    pays = {"iff": "2 * worth > 4", "vary": {"worth": [0, 9]}}
    assert met(RALLY, **claim, selection="optimistic", **pays)
    assert not met(RALLY, **claim, **pays)


def test_an_outcome_of_moves_that_is_not_known_bears_no_claim_out() -> None:
    chase = {"heads": "1 if count({0}, heads) == {1} else 0", "tails": "1 if count({0}, tails) == {1} else 0"}
    pennies = {
        "title": "Pennies after a call",
        "money": "points",
        "stakeholders": {"caller": {"actions": ["call", "rest"]}, "one": {"actions": ["heads", "tails"]}, "two": {"actions": ["heads", "tails"]}},
        "payoffs": {
            "caller": {"call": "1", "rest": "0"},
            "one": {key: text.format("two", 1) for key, text in chase.items()},
            "two": {key: f"({text.format('one', 0)}) * count(caller, call)" for key, text in chase.items()},
        },
        "moves": [["caller"], ["one", "two"]],
    }
    (checked,) = check_expectations(read_definition({**pennies, "expected": [{"says": "so", "after_moves": "count(caller, rest) == 1"}]}))
    assert not checked.met
    assert all("no pure reply" in failure for failure in checked.failures)


def test_a_closed_form_for_the_core_needs_a_cost_that_can_be_worked_out() -> None:
    wild = {**CLUB, "cost_game": {"classes": {"firms": {}}, "cost": "count(firms) * (600 / (plant - 200) if plant > 300 else 1)"}}
    claim = {"core": "nonempty", "iff": "plant <= 300", "vary": {"plant": [0, 600]}}
    assert not met(wild, **claim)
    with pytest.raises(NegotiationError):
        met({**CLUB, "cost_game": {"classes": {"firms": {}}, "cost": "count(firms) * sqrt(400 - plant)"}}, **claim)


CROWD: dict[str, Any] = {
    "title": "A crowd",
    "money": "points",
    "parameters": {
        "needed": {"value": 6.5, "low": 0, "high": 20},
        "glut": {"value": 99, "low": 0, "high": 99},
        "call": {"value": 0, "low": 0, "high": 1},
    },
    "stakeholders": {"people": {"members": 10, "actions": ["stay", "join", "watch"]}, "host": {"actions": ["rest", "invite"]}},
    "payoffs": {
        "people": {"stay": "0", "join": "count(people, join) + 2 * count(host, invite) - needed - (5 if count(people, join) == glut else 0)", "watch": "9"},
        "host": {"rest": "0", "invite": "1"},
    },
    "target": {"profile": {"people": "join", "host": "invite"}},
    "levers": {"nobody": {"commit": {"host": "rest"}}, "bus": {"commit": {"people": "join"}}},
}


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        ({"tips_at": {"people": 5}}, True),  # with the host's two, five members make 7
        ({"tips_at": {"people": 4}}, False),
        ({"tips_at": {"people": 6}}, False),
        ({"tips_at": {"people": "ceil(needed - 2)"}}, True),
        ({"tips_at": {"people": "ceil(needed - 2)"}, "vary": {"needed": [0, 20]}}, True),
        ({"tips_at": {"people": "floor(needed - 2)"}, "vary": {"needed": [0, 20]}}, False),
        ({"tips_at": {"people": "ceil(needed)"}, "vary": {"needed": [0, 20]}}, False),
        ({"tips_at": {"people": "ceil(needed - 2)"}, "vary": {"needed": [4.1, 4.9]}}, False),  # one number in all draws tests nothing
        ({"tips_at": {"people": 3}, "vary": {"needed": [4.1, 4.9]}}, False),
        ({"tips_at": {"people": "ceil(needed)"}, "given": {"levers": ["nobody"]}}, True),  # others stand where levers bind them
        ({"tips_at": {"people": 11}, "given": {"set": {"needed": 15}}}, True),  # never: one more than there are
        ({"tips_at": {"people": 10}, "given": {"set": {"needed": 15}}}, False),
        ({"tips_at": {"people": 1}, "given": {"set": {"needed": 0}}}, True),
        ({"tips_at": {"people": 5}, "given": {"set": {"needed": 7}}}, True),  # who loses nothing by joining joins
        ({"tips_at": {"people": 8}, "given": {"set": {"glut": 7}}}, True),  # from there on: the seventh would lose
        ({"tips_at": {"host": 1}}, True),
    ],
)
def test_the_number_of_members_from_which_joining_pays(claim: dict[str, Any], true: bool) -> None:
    assert met(CROWD, **claim) == true


def test_one_member_fewer_than_joining_takes_has_to_be_committed_for_the_target_to_form() -> None:
    for needed in (2.5, 4.0, 6.5, 10.5, 11.9):
        claim = {"tips_at": {"people": "ceil(needed - 2)"}, "given": {"set": {"needed": needed}}}
        assert met(CROWD, **claim)
        plain = {**CROWD, "stakeholders": {**CROWD["stakeholders"], "people": {"members": 10, "actions": ["stay", "join"]}}}
        plain = {**plain, "payoffs": {**CROWD["payoffs"], "people": {key: CROWD["payoffs"]["people"][key] for key in ("stay", "join")}}}
        situation = build_situation(read_definition(plain), Settings((("needed", needed - 0.25),)))
        start = {"people": {"stay": 10, "join": 0}, "host": {"rest": 0, "invite": 1}}
        assert tipping_point(situation.game, "people", "join", start, situation.target_mask).members == ceil(needed - 2.25) - 1


def test_where_joining_has_no_value_it_does_not_pay() -> None:
    gap = {**CROWD["payoffs"]["people"], "join": "sqrt(4 * glut + count(people, join) - 7) + 1"}
    holed = {**CROWD, "payoffs": {**CROWD["payoffs"], "people": gap}}
    assert met(holed, tips_at={"people": "ceil(7 - 4 * glut)"}, vary={"glut": [0, 2]})


def test_who_is_bound_by_a_lever_does_not_tip() -> None:
    with pytest.raises(NotApplicableError, match="binds 'people'"):
        met(CROWD, tips_at={"people": 5}, given={"levers": ["bus"]})
