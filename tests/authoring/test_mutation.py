"""Turned signs: all are found, and an expectation that guards them notices."""

import pytest

from negotiation.authoring.mutation import mutants, mutated, mutation_check
from negotiation.budget import Budget
from negotiation.definition import Definition, read_definition

DUES = {
    "title": "Dues",
    "money": "USD per year",
    "parameters": {"dues": {"value": 4, "low": 0, "high": 10}, "loss": {"value": 6, "low": 0, "high": 10}, "idle": 0},
    "stakeholders": {"firms": {"members": 3, "actions": ["pay", "cheat"]}},
    "definitions": {"net": "dues - 1e-3 * idle", "unused": "dues + 1"},
    "payoffs": {"firms": {"pay": "10 - net", "cheat": "-loss + 10"}},
    "target": {"profile": {"firms": "pay"}},
}
ANCHOR = {"says": "Paying holds iff the loss is at least the dues.", "iff": "loss >= dues", "vary": {"dues": [0, 10], "loss": [0, 10]}}


def game(**more: object) -> Definition:
    return read_definition({**DUES, **more})


def test_there_is_a_mutant_for_each_plus_and_minus_of_payoffs_and_of_what_they_need() -> None:
    assert [(one.place, one.text) for one in mutants(game())] == [
        (("payoffs", "firms", "pay"), "10 + net"),
        (("payoffs", "firms", "cheat"), "+loss + 10"),
        (("payoffs", "firms", "cheat"), "-loss - 10"),
        (("definitions", "net"), "dues + 1e-3 * idle"),
    ]


def test_a_mutant_pays_by_its_turned_formula_also_through_definitions() -> None:
    definition = game()
    assert definition.formulas["net"].text == "dues - 1e-3 * idle"
    last = mutated(definition, mutants(definition)[-1])
    assert last.formulas["net"].text == "dues + 1e-3 * idle"
    assert definition.formulas["net"].text == "dues - 1e-3 * idle"


def test_an_anchor_over_drawn_parameters_notices_every_sign_that_matters() -> None:
    found = mutation_check(game(expected=[ANCHOR]))
    assert (found.tried, found.caught, found.missed) == (3, 3, ())
    assert [one.field for one in found.idle] == ["definitions.net"]
    assert found.share == 1.0


def test_a_claim_that_looks_elsewhere_lets_signs_pass_and_they_are_named() -> None:
    found = mutation_check(game(expected=[{"says": "There are three members.", "holds": "members(firms) == 3"}]))
    assert found.caught == 0
    assert found.as_dict()["missed"][0] == {"field": "payoffs.firms.pay", "formula": "10 + net"}
    assert "0 of 3" in found.sentence


def test_a_claim_that_fails_anyway_guards_nothing() -> None:
    found = mutation_check(game(expected=[{"says": "Nobody is there.", "holds": "members(firms) == 0"}]))
    assert (found.tried, found.caught) == (3, 0)


def test_a_game_that_can_no_longer_be_evaluated_counts_as_noticed() -> None:
    root = {"firms": {"pay": "sqrt(dues + 1)", "cheat": "0"}}
    found = mutation_check(game(payoffs=root, parameters={"dues": 0}, definitions={}, expected=[{"says": "All pay.", "individual": True}]))
    assert (found.tried, found.caught) == (1, 1)


def test_without_time_it_says_that_it_is_not_complete() -> None:
    found = mutation_check(game(expected=[ANCHOR]), Budget(0.0))
    assert not found.complete
    assert "0 of 4 signs" in found.reason


@pytest.mark.parametrize("text", ["2e-3", "x2e-x", "a-b", "3-2", "1.5e+2+a"])
def test_the_sign_of_an_exponent_is_no_sign(text: str) -> None:
    names = {"x2e": 1, "x": 1, "a": 1, "b": 1}
    definition = game(parameters=names, payoffs={"firms": {"pay": text, "cheat": "0"}}, definitions={})
    assert len(mutants(definition)) == (0 if text == "2e-3" else 1)
