"""Every solution concept can be asked for by name, on the command line and over HTTP's table, and answers in words and JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from negotiation import report
from negotiation.analyses import analyses, analysis
from negotiation.answers.play import Conceived, Solved
from negotiation.answers.request import Request
from negotiation.catalogue import Subject, open_game, read_subject
from negotiation.cli import main
from negotiation.concepts import CONCEPTS, concept
from negotiation.errors import InvalidGameError, NotApplicableError, UnknownNameError
from negotiation.numerics import plain
from negotiation.options import read_options
from negotiation.settings import Settings

CLUB: dict[str, Any] = {
    "title": "A club",
    "money": "USD per year",
    "parameters": {"dues": {"value": 4, "low": 0, "high": 20}, "fine": {"value": 0, "low": 0, "high": 10}},
    "stakeholders": {"firms": {"label": "Firms", "members": 6, "actions": ["pay", "cheat"]}},
    "payoffs": {"firms": {"pay": "2 * count(firms, pay) - dues", "cheat": "count(firms, pay) - fine"}},
    "target": {"profile": {"firms": "pay"}},
    "status_quo": {"firms": "cheat"},
    "levers": {"rules": {"set": {"fine": 5}}},
    "moves": [["firms"]],
}
NFG = 'NFG 1 R "Stag hunt" { "A" "B" } { { "stag" "hare" } { "stag" "hare" } }\n\n4 4 3 0 0 3 3 3\n'
SUBJECTS = {"club": read_subject(CLUB, "club"), "nfg": read_subject(NFG, "stag.nfg")}


@pytest.mark.parametrize("name", list(CONCEPTS))
@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_a_concept_answers_in_words_and_json_or_says_why_not(name: str, subject: str) -> None:
    try:
        answer = analysis(name).run(SUBJECTS[subject], Request())
    except NotApplicableError as error:
        assert error.message
        assert error.remedy
        return
    assert isinstance(answer, (Conceived, Solved))
    body = plain(answer.as_dict())
    assert json.loads(json.dumps(body, allow_nan=False)) == body
    told = report.told(answer)
    assert told.sentence
    assert told.sentence[0].isupper()
    assert all(len(row) == len(table.columns) for table in told.tables for row in table.rows)


@pytest.mark.parametrize("name", ["mixed", "symmetric"])
def test_two_single_players_are_solved_by_the_solver_for_two_whatever_they_are_asked(name: str) -> None:
    # Two sellers with seven prices: sixteen thousand supports, nearly all degenerate; the corners of two polytopes are few.
    answer = analysis(name).run(open_game("bertrand_duopoly"), Request())
    assert isinstance(answer, Solved)
    assert (len(answer.found.equilibria), answer.found.complete) == (3, True)
    assert all(one.exact is not None for one in answer.found.equilibria)


def test_one_equilibrium_is_found_for_two_players_and_for_more() -> None:
    payoffs = "1 1 1 0 2 0 2 0 1 1 0 2 0 1 1 2 2 0 1 1 2 0 0 1"
    three = read_subject(f'NFG 1 R "Three" {{ "A" "B" "C" }} {{ 2 2 2 }}\n\n{payoffs}\n', "three.nfg")
    for subject in (SUBJECTS["nfg"], three):
        answer = analysis("one").run(subject, Request())
        assert isinstance(answer, Solved)
        assert (len(answer.found.equilibria), answer.found.complete) == (1, None)
    with pytest.raises(NotApplicableError, match="two players"):
        analysis("one").run(three, Request(options={"label": "1"}))
    with pytest.raises(NotApplicableError, match="mix alike"):
        analysis("one").run(open_game("common_effluent_plant"), Request())
    with pytest.raises(InvalidGameError, match="whole number"):
        analysis("one").run(SUBJECTS["nfg"], Request(options={"label": "9" * 400}))


def test_ranges_of_equilibria_are_told_and_another_program_is_asked() -> None:
    tied = read_subject('NFG 1 R "Tied" { "A" "B" } { 2 2 }\n\n1 1 0 0 1 1 2 1\n', "tied.nfg")
    body = analysis("components").run(tied, Request()).as_dict()
    assert (body["count"], [clique["is_continuum"] for clique in body["cliques"]]) == (2, [True, False])
    assert "with one range within which" in body["sentence"]
    mine, theirs = (analysis(name).run(SUBJECTS["nfg"], Request()) for name in ("nash", "second_opinion"))
    assert isinstance(mine, Solved)
    assert isinstance(theirs, Solved)
    assert [one.kind for one in theirs.found.equilibria] == [one.kind for one in mine.found.equilibria]
    assert (mine.found.complete, theirs.found.complete) == (True, None)


def test_most_concepts_fit_a_club_of_firms() -> None:
    fitting = []
    for name in CONCEPTS:
        try:
            analysis(name).run(SUBJECTS["club"], Request())
            fitting.append(name)
        except NotApplicableError:
            pass
    expected = {"nash", "pure", "elimination", "welfare", "efficient", "epsilon", "tipping", "basins", "stochastic", "long_run", "motion", "patience"}
    assert expected <= set(fitting)


def test_settings_reach_every_concept() -> None:
    def members(*levers: str) -> Any:
        return analysis("tipping").run(SUBJECTS["club"], Request(Settings((), None, levers))).as_dict()["members"]

    assert members("rules") == 0
    assert members() > 0


def test_solve_takes_a_concept_and_its_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "stag.nfg"
    path.write_text(NFG)
    assert main(["solve", str(path), "--concept", "correlated", "--option", "objective=equal", "--json"]) == 0
    by_solve = json.loads(capsys.readouterr().out)
    assert by_solve == plain(analysis("correlated").run(read_subject(NFG, "stag.nfg"), Request(options={"objective": "equal"})).as_dict())
    assert main(["solve", str(path), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["game"], body["complete"], len(body["equilibria"])) == ("stag.nfg", True, 3)
    assert body["equilibria"][0]["counts"] == {"A": {"stag": 1, "hare": 0}, "B": {"stag": 1, "hare": 0}}
    assert "counts" not in body["equilibria"][2]
    assert body["equilibria"][2]["mixture"]["A"] == {"stag": 0.75, "hare": 0.25}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--concept", "nosh"], "did you mean 'nash'?"),
        (["--concept", "epsilon", "--option", "epsilon=much"], "expected a finite number from 0"),
        (["--concept", "path", "--option", "seed=-1"], "a whole number from 0"),
        (["--concept", "elimination", "--option", "by=zz"], "one of pure, mixed"),
        (["--set", "x=1"], "without parameters"),
        (["--lever", "x"], "without parameters"),
        (["--concept", "epsilon", "--option", "eps=1"], "did you mean 'epsilon'?"),
        (["--concept", "epsilon", "--option", "epsilon"], "expected name=value"),
        (["--option", "x=1"], "unknown option of 'nash'"),
        (["--concept", "tipping"], "has no target"),
        (["--concept", "stackelberg", "--option", "leader=Z"], "unknown stakeholder"),
        (["--concept", "correlated", "--option", "objective=luck"], "luck"),
    ],
)
def test_wrong_options_are_one_line(arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "stag.nfg"
    path.write_text(NFG)
    assert main(["solve", str(path), *arguments]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert said in err


def test_a_plain_cost_game_has_no_strategic_form() -> None:
    costs: Subject = read_subject({"players": ["A"], "costs": [{"coalition": ["A"], "cost": 1}]}, "costs")
    for name in ("nash", "correlated"):
        with pytest.raises(NotApplicableError, match="plain cost game"):
            analysis(name).run(costs, Request())


def test_every_concept_is_an_analysis_with_documented_options() -> None:
    assert set(CONCEPTS) <= set(analyses())
    for row in analyses().values():
        assert row.about.endswith((".", "?"))
        assert all(option.about for option in row.options)
    with pytest.raises(UnknownNameError):
        concept("nope")
    with pytest.raises(InvalidGameError):
        read_options("path", CONCEPTS["path"].options, {"seed": "one"})
