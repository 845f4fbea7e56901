"""Questions about who pays what, as the command line asks them."""

import json
from pathlib import Path

import pytest

from negotiation import catalogue
from negotiation.cli import main
from negotiation.coalitional.policy.goals import OBJECTIVES

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]
QUESTIONS = ["allocate", "policy", "join", "core", "examine"]
COSTS = "coalition,cost\nA,12\nB,28\nC,30\nA+B,28\nA+C,30\nB+C,30\nA+B+C,30\n"


@pytest.fixture
def airport(tmp_path: Path) -> str:
    path = tmp_path / "airport.csv"
    path.write_text(COSTS)
    return str(path)


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main([*words, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("game", CLUSTERS)
def test_every_question_is_answered_on_every_cluster(question: str, game: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = answer(capsys, question, game)
    assert (body["game"], body["kind"]) == (game, "cost")


@pytest.mark.parametrize(
    "question", [*QUESTIONS, "allocate --method shapley", "join --method equal", "core --proposal A=10,B=10,C=10", "policy --cap A=1,B=1,C=1"]
)
def test_every_question_is_answered_in_words(question: str, airport: str, capsys: pytest.CaptureFixture[str]) -> None:
    name, *words = question.split()
    assert main([name, airport, *words]) == 0
    text = capsys.readouterr().out
    assert "nan" not in text.lower().replace("nanc", "")
    assert len(text.splitlines()) > 3


def test_one_method_says_what_each_saves_and_who_objects(airport: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = answer(capsys, "allocate", airport, "--method", "equal")
    (one,) = body["allocations"].values()  # type: ignore[attr-defined]
    assert one["charges"] == {"A": 10.0, "B": 10.0, "C": 10.0}
    assert one["in_core"] is True
    assert main(["allocate", airport, "--method", "equal"]) == 0
    assert "Every member pays the same." in capsys.readouterr().out


def test_a_proposal_that_does_not_cover_the_cost_is_told_so(airport: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "of the cost are left uncovered. No group does better alone" in str(answer(capsys, "core", airport, "--proposal", "A=1,B=1,C=1")["sentence"])
    assert "are collected beyond the cost. With" in str(answer(capsys, "core", airport, "--proposal", "A=50,B=50,C=50")["sentence"])
    body = answer(capsys, "allocate", airport, "--method", "shapley", "--subsidy", "1000")
    assert "members are paid" in body["allocations"]["shapley"]["note"]  # type: ignore[index,call-overload]


def test_the_core_of_an_airport_game_and_a_proposal_that_is_blocked(airport: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = answer(capsys, "core", airport, "--proposal", "A=20,B=5,C=5")
    assert body["empty"] is False
    assert body["corners"]["ranges"]["A"] == {"least": 0.0, "most": 12.0}  # type: ignore[index]
    assert body["bribes"]["transfers"] == {"A": 8.0, "B": 0.0, "C": 0.0}  # type: ignore[index]
    assert body["proposal"]["objections"][0] == {"coalition": ["A"], "gain": 8.0, "pays": 20.0, "alone": 12.0}  # type: ignore[index]


def test_a_policy_that_cannot_be_says_what_clashes(airport: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = answer(capsys, "policy", airport, "--cap", "A=1,B=1,C=1", "--objective", "closest")
    assert body["feasible"] is False
    assert len(body["conflict"]["together"]) == 4  # type: ignore[index]
    assert str(body["sentence"]).startswith("These cannot hold together")


def test_a_policy_held_to_the_core_within_some_money(airport: str, capsys: pytest.CaptureFixture[str]) -> None:
    strict = answer(capsys, "policy", airport, "--objective", "closest", "--core", "core")
    loose = answer(capsys, "policy", airport, "--objective", "closest", "--core", "5")
    assert (strict["core"], loose["core"]) == (0.0, 5.0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("core", "--proposal", "A=10"), "nothing is said about B, C"),
        (("policy", "--objective", "best"), "expected one of public_money"),
        (("policy", "--core", "much"), "expected none, core, or an amount of money"),
        (("policy", "--members_share", "3"), "expected a share from 0 to 1"),
        (("policy", "--objective", "burden"), "ability"),
        (("join", "--pace", "slowly"), "expected one of at once"),
        (("join", "--method", "equl"), "did you mean 'equal'"),
        (("allocate", "--method", "tiered"), "fee"),
        (("allocate", "--set", "x=1"), "plain cost game"),
        (("repair", "--subsidy", "5"), "'repair' takes no 'subsidy'"),
        (("levers", "--cap", "A=5"), "ask 'verdict' with a rule and these terms"),
        (("agreement", "--union", "A+B"), "'agreement' takes no 'union'"),
    ],
)
def test_what_does_not_fit_is_one_line(words: tuple[str, ...], said: str, airport: str, capsys: pytest.CaptureFixture[str]) -> None:
    question, *rest = words
    assert main([question, airport, *[word.replace("members_share", "members-share") for word in rest]]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_game_without_a_cost_game_is_told_which_games_have_one(capsys: pytest.CaptureFixture[str]) -> None:
    there = {name for name in catalogue.names() if "cost_game" in catalogue.path_of(name).read_text() and catalogue.load(name).cost_game is not None}
    for question in QUESTIONS:
        assert main([question, "prisoners_dilemma"]) == 2
        error = capsys.readouterr().err
        assert "add 'cost_game' with classes and a cost formula" in error
        assert set(error.strip().rpartition("with one: ")[2].split(", ")) == there


def test_what_an_aim_can_be_is_said_once(airport: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", airport, "--objective", "nope"]) == 2
    error = capsys.readouterr().err
    assert all(error.count(objective) == 1 for objective in OBJECTIVES)


def test_examine_tells_what_is_unusual(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("coalition,cost\nA,3\nB,4\nA+B,9\n")
    body = answer(capsys, "examine", str(path))
    assert body["subadditive"] is False
    assert "2" in str(body["sentence"])
