"""What the catalogue covers is written down, and what it leaves out has a reason."""

import json

import pytest

from negotiation import catalogue
from negotiation.cli import main
from negotiation.coverage import COMMAND, as_markdown, coverage
from negotiation.definition import read_definition
from negotiation.literature import Case, Literature, Prediction

CASES = {slug: Case(slug, slug, "A valley", "leather", "They paid.", ("Somebody 1999",), left) for slug, left in (("there", ""), ("gone", "No number | told."))}
SAID = ("Dues fail.", "Plants", "core", ("observed",), ("Somebody 1999",))
PREDICTIONS = {slug: Prediction(slug, *SAID, left_out=left) for slug, left in (("seen", ""), ("open", "Nobody says how."))}
GAME = read_definition(
    {
        "title": "Dues",
        "money": "USD per year",
        "game_class": "repeated",
        "parameters": {"dues": 4},
        "stakeholders": {"firms": {"actions": ["pay", "stay"]}},
        "payoffs": {"firms": {"pay": "5 - dues", "stay": 0}},
        "outcomes": {"paid": {"formula": "share(firms, pay)", "aspect": "economic"}},
        "levers": {"grant": {"set": {"dues": 1}, "scope": "vertical", "actor": "public", "path": "public", "level": "external"}},
        "scenarios": {"valley": {"case": "there", "set": {"dues": 3}}},
        "expected": [{"says": "They pay.", "kind": "prediction", "predicts": "seen", "source": "Somebody 1999", "every_equilibrium": "count(firms, pay) == 1"}],
    },
    "dues",
)


def test_a_game_stands_where_its_levers_outcomes_scenarios_and_checks_belong() -> None:
    found = coverage([GAME], Literature(PREDICTIONS, CASES))
    assert {cell for cell, games in found.elements["cells"].items() if games} == {"vertical_public"}
    assert {path for path, games in found.elements["paths"].items() if games} == {"public"}
    assert found.elements["levels"]["external"] == found.elements["aspects"]["economic"] == found.elements["classes"]["repeated"] == ("dues",)
    assert (found.predictions["seen"], found.cases["there"]) == (("dues",), ("dues",))
    assert found.left_out == {"open": "Nobody says how.", "gone": "No number | told."}
    assert "1 of 2 core predictions" in found.sentence


def test_the_page_says_what_is_left_out_and_why() -> None:
    page = as_markdown(coverage([GAME], Literature(PREDICTIONS, CASES)))
    assert "| open | Nobody says how. |" in page
    assert "| gone | No number \\| told. |" in page
    assert "| seen | core | Dues fail. | Somebody 1999 | dues |" in page


def test_the_page_counts_on_how_many_parameters_expectations_say_that_they_hang() -> None:
    claims = [GAME.expected[0].model_copy(update={"within": dict.fromkeys(names, (0.0, 9.0))}) for names in ("", "a", "ab", "abc", "abcd", "")]
    page = as_markdown(coverage([GAME.model_copy(update={"expected": claims})], Literature(PREDICTIONS, CASES)))
    assert "| dues | 6 | 2 | 1 | 1 | 2 |" in page


def test_the_page_in_the_catalogue_is_up_to_date() -> None:
    written = (catalogue.folder() / "COVERAGE.md").read_text(encoding="utf-8")
    assert written == as_markdown(coverage()), f"run: {COMMAND}"


def test_every_core_prediction_is_checked_by_some_game() -> None:
    assert [entry.slug for entry in coverage().open_predictions if entry.importance == "core"] == []


def test_what_no_game_covers_has_a_reason_and_only_that() -> None:
    found = coverage()
    assert [slug for slug, reason in found.left_out.items() if not reason] == []
    covered = [*(found.read.predictions[slug] for slug, games in found.predictions.items() if games)]
    assert [entry.slug for entry in covered if entry.left_out] == []
    assert [slug for slug, games in found.cases.items() if games and found.read.cases[slug].left_out] == []


@pytest.mark.parametrize("name", ["cells", "paths", "levels", "aspects"])
def test_every_element_of_the_frameworks_stands_in_some_game(name: str) -> None:
    assert [element for element, games in coverage().elements[name].items() if not games] == []


def test_the_command_prints_the_page_and_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage"]) == 0
    assert capsys.readouterr().out == as_markdown(coverage())
    assert main(["coverage", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sentence"] == coverage().sentence
