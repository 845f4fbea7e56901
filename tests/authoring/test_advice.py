"""Each kind of slip is noticed at its place, and a game without slips gets no hint."""

import time
from typing import Any

import pytest

from negotiation import catalogue
from negotiation.authoring.advice import advice
from negotiation.cli import main
from negotiation.definition import read_definition

WHOLE: dict[str, Any] = {
    "title": "Dues of an association",
    "summary": "Firms pay dues or do not.",
    "sources": ["Somebody 1999"],
    "money": "USD per year",
    "parameters": {
        "dues": {"value": 40, "low": 0, "high": 200, "unit": "USD per year", "label": "Dues of a member"},
        "fine": {"value": 0, "low": 0, "high": 100, "unit": "USD per year", "label": "Fine for not paying"},
    },
    "stakeholders": {"firms": {"kind": "firm", "members": 12, "actions": ["pay", "cheat"]}},
    "payoffs": {"firms": {"pay": "2 * count(firms, pay) - dues", "cheat": "2 * count(firms, pay) - fine"}},
    "outcomes": {"paying": {"formula": "share(firms, pay)", "label": "Firms that pay"}},
    "target": {"profile": {"firms": "pay"}},
    "status_quo": {"firms": "cheat"},
    "levers": {
        "rules": {
            "label": "Fines",
            "about": "The association fines.",
            "set": {"fine": 60},
            "scope": "horizontal",
            "actor": "private",
            "path": "cluster",
            "level": "cluster",
        }
    },
    "scenarios": {"dear": {"about": "A dear plant", "set": {"dues": 90}}},
    "expected": [{"says": "Nobody pays.", "every_equilibrium": "count(firms, pay) == 0"}],
}


def hints(kind: str, **changes: Any) -> dict[str, str]:
    """Return the messages by field for the game with `changes`; a value of a dict is merged into the section."""
    game = {**WHOLE, **{name: {**WHOLE[name], **new} if isinstance(new, dict) and isinstance(WHOLE.get(name), dict) else new for name, new in changes.items()}}
    return {hint.problem.field: hint.problem.message for hint in advice(read_definition(game)) if hint.kind == kind}


def test_a_whole_game_without_slips_gets_no_hint() -> None:
    assert hints("suspicious") == {}
    assert hints("missing") == {}


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"payoffs": {"firms": {"pay": "2 - dues", "cheat": "300 + fine"}}}, "payoffs.firms.pay", "always brings less than 'cheat'"),
        ({"payoffs": {"firms": {"pay": "2 - dues", "cheat": "300 + fine"}}}, "target", "holds under none of"),
        ({"payoffs": {"firms": {"pay": "2 - dues - fine", "cheat": "2 - dues - fine"}}}, "payoffs.firms", "always brings the same"),
        ({"parameters": {"spare": {"value": 1, "low": 0, "high": 2}}}, "parameters.spare", "no payoff, outcome, target or cost reads it"),
        ({"definitions": {"net": "dues - 1"}}, "definitions.net", "no formula reads it"),
        (
            {"payoffs": {"firms": {"pay": "count(firms, pay) - dues + 0 * fine", "cheat": "-60"}}, "levers": {}},
            "parameters.fine",
            "moving it through its range changes no payoff",
        ),
        ({"payoffs": {"firms": {"pay": "count(firms, pay) - dues + 0 * fine", "cheat": "-60"}}}, "levers.rules", "changes no payoff and no outcome"),
        ({"scenarios": {"same": {"about": "The same", "set": {"dues": 40}}}}, "scenarios.same", "is the same as the file's own numbers"),
        ({"outcomes": {"size": {"formula": "members(firms)"}}}, "outcomes.size", "is 12 everywhere"),
        ({"status_quo": {"firms": "pay"}}, "status_quo", "is the target already"),
        ({"parameters": {"dues": {**WHOLE["parameters"]["dues"], "unit": "USD per month"}}}, "parameters.dues.unit", "is 'USD per month' while payoffs are"),
        ({"parameters": {"dues": {**WHOLE["parameters"]["dues"], "label": "Dues in PKR"}}}, "parameters.dues.label", "speaks of PKR"),
        (
            {
                "stakeholders": {name: {"actions": ["a", "b"]} for name in ("bank", "mill", "shop")},
                "payoffs": {"bank": {"a": 3e9, "b": "fine"}, "mill": {"a": 40, "b": "fine"}, "shop": {"a": 40, "b": "dues"}},
            },
            "payoffs.bank",
            "is at stake for a member",
        ),
    ],
)
def test_a_slip_is_noticed_at_its_place(changes: dict[str, Any], field: str, said: str) -> None:
    found = hints("suspicious", **changes)
    assert said in found[field]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"target": None}, "target", "there is none"),
        ({"sources": []}, "sources", "there is none"),
        ({"parameters": {"dues": 40}}, "parameters.dues", "has no"),
        ({"parameters": {"dues": {**WHOLE["parameters"]["dues"], "confidence": "found"}}}, "parameters.dues", "names no source"),
        ({"levers": {"rules": {"label": "Fines", "set": {"fine": 60}}}}, "levers.rules", "does not say 'about', 'scope'"),
        ({"expected": [{"says": "So they say.", "kind": "prediction", "holds": "1"}]}, "expected.0", "without a source"),
    ],
)
def test_what_is_missing_is_named_at_its_place(changes: dict[str, Any], field: str, said: str) -> None:
    assert said in hints("missing", **changes)[field]


def test_a_number_that_only_the_cost_game_reads_is_used() -> None:
    cost = {"classes": {"firms": {"feeds": "dues"}}, "cost": "rent * count(firms)"}
    assert hints("suspicious", cost_game=cost, parameters={"rent": {"value": 3, "low": 1, "high": 9}}) == {}


def test_a_number_that_matters_only_beside_another_is_not_called_idle() -> None:
    crisis = {"crisis": {"value": 0, "low": 0, "high": 1}, "loss": {"value": 5, "low": 0, "high": 50}}
    payoffs = {"firms": {"pay": "2 * count(firms, pay) - dues", "cheat": "2 * count(firms, pay) - fine - crisis * loss"}}
    assert hints("suspicious", parameters=crisis, payoffs=payoffs) == {}


def test_a_payoff_without_a_value_somewhere_in_the_ranges_is_looked_at_without_harm() -> None:
    payoffs = {"firms": {"pay": "sqrt(100 - dues) + exp(50 * fine)", "cheat": "-fine - 1 / (dues + 1)"}}
    assert "payoffs.firms" not in hints("suspicious", payoffs=payoffs)


def test_a_game_with_many_stakeholders_numbers_and_levers_is_looked_at_quickly() -> None:
    many = {f"p{k}": {"value": 1, "low": 0, "high": 2} for k in range(1500)}
    game = {
        "title": "Many",
        "money": "USD",
        "parameters": many,
        "stakeholders": {f"s{k}": {"members": 2, "actions": ["a", "b"]} for k in range(20)},
        "payoffs": {f"s{k}": {"a": f"p{k} * count(s0, a)", "b": "p2"} for k in range(20)},
        "levers": {f"l{k}": {"set": {f"p{k}": 2}} for k in range(300)},
        "target": {"profile": {"s0": "a"}},
        "status_quo": {"s0": "b"},
    }
    before = time.process_time()
    found = advice(read_definition(game))
    assert time.process_time() - before < 30
    assert any(hint.problem.field == "parameters.p1400" for hint in found)


def test_hints_are_shown_beside_the_expectations_and_are_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "prisoners_dilemma"]) == 0
    out = capsys.readouterr().out
    assert "All 4 expectations are met." in out
    assert "Missing" in out


@pytest.mark.parametrize("name", [name for name in catalogue.names() if catalogue.shelf(catalogue.path_of(name)) == "clusters"])
def test_no_game_of_the_catalogue_looks_like_a_slip_or_lacks_a_part(name: str) -> None:
    found = [hint for hint in advice(catalogue.load(name)) if hint.kind == "suspicious" or hint.problem.message == "there is none"]
    assert [str(hint.problem) for hint in found] == []
