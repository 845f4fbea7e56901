"""Every question about a target, as the command line asks it: a sentence, tables, JSON, and one line for what does not fit."""

import json
from pathlib import Path

import pytest

from negotiation.analyses import QUESTIONS
from negotiation.cli import main

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]
ABOUT_A_TARGET = ["verdict", "repair", "condition", "participation", "robustness", "winners"]
ABOUT_THE_MIX = ["levers", "synergy", "paths", "cells", "levels", "drivers", "signs", "agreement"]
CLUB = """
title: A club
money: USD per year
parameters: {fine: {value: 20, low: 0, high: 50}, fee: {value: 30, low: 20, high: 40}}
stakeholders: {firms: {members: 4, label: Small firms, actions: {pay: Pay up, cheat: Pay nothing}}}
payoffs: {firms: {pay: 0 - fee, cheat: 0 - fine}}
target: {profile: {firms: pay}}
status_quo: {firms: cheat}
levers:
  inspection: {set: {fine: 40}, cost: 12, label: Inspections, actor: public, scope: horizontal, path: public, level: national}
cost_game: {classes: {firms: {feeds: fee}}, cost: 30 * count(firms)}
"""


@pytest.fixture
def club(tmp_path: Path) -> str:
    path = tmp_path / "club.yaml"
    path.write_text(CLUB)
    return str(path)


@pytest.mark.parametrize(
    ("question", "game"),
    [*((question, game) for question in ABOUT_A_TARGET for game in CLUSTERS), *((question, CLUSTERS[1]) for question in ABOUT_THE_MIX)],
)
def test_every_question_is_answered_on_the_clusters(question: str, game: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([question, game, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["game"] == game
    assert body["sentence"].endswith((".", ")."))


@pytest.mark.parametrize("question", [*ABOUT_A_TARGET, *ABOUT_THE_MIX])
def test_every_question_is_answered_in_words(question: str, club: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([question, club]) == 0
    text = capsys.readouterr().out
    assert "Small firms" in text or question in ABOUT_THE_MIX
    assert "firms:" not in text


def test_a_full_verdict_has_all_seven_tests_and_its_evidence(club: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verdict", club, "--full", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    tests = ("individual", "bloc", "coalition", "cost", "formation", "patience", "robustness")
    assert all(body[name] is not None for name in tests)
    assert body["patience"]["holds"] is False
    assert 0 < body["robustness"]["share"] < 1
    assert "the margin at the target" in body["confirmed"]
    assert body["winners"]["stakeholders"][0]["all_together"] == -40.0
    assert body["condition"]["condition"] == "fine >= fee"
    assert body["participation"]["stable_levels"] == 1
    assert "no Nash equilibrium" in body["lesson"]
    assert main(["verdict", club, "--full"]) == 0
    text = capsys.readouterr().out
    assert "deters" in text
    assert "20,000 draws" in text


def test_repairs_have_price_and_payer(club: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["repair", club, "--fine", "100", "--detection", "0.5", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["levers"] == [
        {"levers": ["inspection"], "labels": ["Inspections"], "price": 12.0, "paid_by": {"nobody named": 12.0}, "margin": 10.0, "forms": "forms"}
    ]
    assert body["transfers"]["price"] == 40.0
    assert body["transfers_with_fines"]["fines"] == [{"stakeholder": "firms", "action": "cheat", "amount": 20.0}]
    values = {(row["parameter"], row["direction"]): row["value"] for row in body["numbers"]}
    assert values == {("fine", "up"): 30.0, ("fee", "down"): 20.0}
    assert main(["repair", club]) == 0
    assert "Inspections" in capsys.readouterr().out


def test_rules_are_compared_and_one_is_followed(club: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", club, "--lever", "inspection", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rules"]
    assert {row["verdict"] for row in rows} == {"stable"}
    assert main(["rules", club, "--method", "equal"]) == 0
    assert "nobody is left" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["condition", "CLUB", "--stakeholder", "firm"], "unknown stakeholder 'firm'; did you mean 'firms'"),
        (["repair", "CLUB", "--detection", "2"], "a probability lies between 0 and 1"),
        (["robustness", "CLUB", "--draws", "5000000"], "at most 1,000,000"),
        (["robustness", "CLUB", "--draws", "5"], "a whole number from 100"),
        (["winners", "matching_pennies"], "names no target"),
        (["rules", "public_goods"], "cost game"),
        (["verdict", "CLUB", "--option", "full=perhaps"], "expected yes or no"),
        (["participation", "CLUB", "--option", "x=1"], "unknown option"),
    ],
)
def test_what_does_not_fit_is_one_line(arguments: list[str], said: str, club: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([club if word == "CLUB" else word for word in arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_every_question_has_options_that_say_what_they_mean() -> None:
    assert [row.name for row in QUESTIONS][:2] == ["solve", "verdict"]
    assert all(option.about for row in QUESTIONS for option in row.options)


def test_signs_are_asked_of_named_cells_along_a_parameter(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--between", "horizontal_social,horizontal_private", "--along", "benefit"]
    assert main(["signs", CLUSTERS[0], *asked, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["parameter"] == "benefit"
    assert [(row["first"], row["second"]) for row in body["pairs"]] == [("horizontal_social", "horizontal_private")]
    assert main(["signs", CLUSTERS[0], *asked]) == 0
    assert "social governance in the cluster" in capsys.readouterr().out
