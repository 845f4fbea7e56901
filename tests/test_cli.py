"""The command line, as its users type it."""

import json
import subprocess
import sys
from math import factorial, prod
from pathlib import Path
from typing import Any

import pytest

from negotiation import report
from negotiation.analyses import analyses
from negotiation.answers import request
from negotiation.catalogue import names
from negotiation.cli import COMMANDS, main
from negotiation.loading import load
from negotiation.report import target

GAME = """
title: A club
money: USD per year
parameters:
  dues: {value: 40, low: 0, high: 200, unit: USD per year}
stakeholders:
  firms: {members: 10, actions: {pay: Pay, cheat: Cheat}}
payoffs:
  firms:
    pay: 10 * count(firms, pay) - dues
    cheat: 10 * count(firms, pay)
target: {profile: {firms: pay}}
status_quo: {firms: cheat}
levers:
  gift: {set: {dues: 0}}
scenarios:
  crisis: {set: {dues: 100}}
cost_game:
  classes:
    firms: {feeds: dues}
  cost: 20 * count(firms)
expected:
  - {says: It does not hold, verdict: unstable}
"""


@pytest.fixture
def game(tmp_path: Path) -> str:
    path = tmp_path / "club.yaml"
    path.write_text(GAME)
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    status, out, _ = run(capsys, *arguments, "--json")
    assert status == 0
    return json.loads(out)


def test_solve_prints_the_agreed_json(game: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = answer(capsys, "solve", game)
    assert (body["game"], body["complete"]) == ("club.yaml", True)
    pure = [one for one in body["equilibria"] if one["kind"] == "pure"]
    assert pure == [
        {
            "kind": "pure",
            "counts": {"firms": {"pay": 0, "cheat": 10}},
            "mixture": {"firms": {"pay": 0.0, "cheat": 1.0}},
            "payoffs": {"firms": {"cheat": 0.0}},
            "regret": 0.0,
            "strict": True,
            "margin": 30.0,
        }
    ]


def test_allocate_prints_the_agreed_json(game: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = answer(capsys, "allocate", game)
    agreed = {"charges": {"firms": 20.0}, "in_core": True, "largest_excess": 0.0, "objection": None, "shortfall": 0.0, "note": ""}
    assert agreed.items() <= body["allocations"]["shapley"].items()
    assert set(body["allocations"]) >= {"equal", "proportional", "shapley", "core", "least_core"}
    assert list(answer(capsys, "allocate", game, "--method", "equal")["allocations"]) == ["equal"]


def test_allocate_takes_a_plain_cost_game(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "costs.json"
    rows = {"A": 7, "B": 5, "AB": 9}
    path.write_text(json.dumps({"players": ["A", "B"], "costs": [{"coalition": list(k), "cost": v} for k, v in rows.items()]}))
    assert answer(capsys, "allocate", str(path))["allocations"]["shapley"]["charges"] == {"A": 5.5, "B": 3.5}


def test_settings_change_the_answer(game: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "verdict", game)["margin"] == -30
    assert answer(capsys, "verdict", game, "--set", "dues=5")["margin"] == 5
    assert answer(capsys, "verdict", game, "--lever", "gift")["margin"] == 10
    assert answer(capsys, "verdict", game, "--scenario", "crisis")["margin"] == -90
    assert answer(capsys, "verdict", game, "--charges", "shapley")["margin"] == -10
    assert answer(capsys, "verdict", game, "--scenario", "crisis", "--set", "dues=1")["margin"] == 9


def test_people_read_a_sentence_first_then_a_table(game: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("show", "solve", "verdict", "allocate", "check"):
        status, out, err = run(capsys, command, game)
        assert (status, err) == (0, "")
        sentence, table = out[: out.index("┏")], out[out.index("┏") :]
        assert sentence[0].isupper() or sentence[0] in "“0123456789"
        assert "." in sentence
        assert "│" in table


def test_games_lists_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    assert [entry["name"] for entry in answer(capsys, "games")["games"]] == names()
    assert run(capsys, "games")[0] == 0


def test_show_prints_the_written_form_so_that_it_can_be_read_again(game: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again = tmp_path / "again.json"
    again.write_text(json.dumps(answer(capsys, "show", game)))
    assert answer(capsys, "verdict", str(again))["margin"] == -30


def test_an_exported_game_is_read_back_with_the_same_equilibria(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, settings in (("inspection_game", ("--set", "fine=500")), ("volunteers_dilemma", ()), ("beer_or_quiche", ())):
        path = tmp_path / f"{name}.nfg"
        status, out, err = run(capsys, "export", name, *settings, "--output", str(path))
        assert (status, err) == (0, "")
        assert str(path) in out.replace("\n", "")
        assert run(capsys, "export", name, *settings)[1] == path.read_text()
        assert answer(capsys, "export", name, *settings)["nfg"] == path.read_text()
        here, there = answer(capsys, "solve", name, "--concept", "pure", *settings), answer(capsys, "solve", str(path), "--concept", "pure")
        assert len(there["equilibria"]) == sum(_renamings(e["counts"]) for e in here["equilibria"])


def _renamings(counts: dict[str, dict[str, int]]) -> int:
    """Return in how many ways the members of each stakeholder can play their counts."""
    return prod(factorial(sum(row.values())) // prod(factorial(n) for n in row.values()) for row in counts.values())


def test_what_is_too_large_to_export_is_refused_at_once_with_a_size_that_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "situation_of", None)
    status, out, err = run(capsys, "export", "common_effluent_plant", "--output", str(tmp_path / "x.nfg"))
    assert (status, out) == (2, "")
    assert "132 players" in err
    assert "with at most 5 members to a stakeholder" in err
    assert not (tmp_path / "x.nfg").exists()


def test_a_game_in_strategic_form_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small, large = tmp_path / "small.nfg", tmp_path / "large.nfg"
    small.write_text('NFG 1 R "Stag hunt" { "A" "B" } { { "stag" "hare" } { "stag" "hare" } } 4 4 3 0 0 3 3 3\n')
    _, out, _ = run(capsys, "show", str(small))
    assert out.startswith("Stag hunt: 2 players, 4 profiles.")
    assert "3, 0" in out
    assert answer(capsys, "show", str(small))["payoffs"] == {"A": [[4, 0], [3, 3]], "B": [[4, 3], [0, 3]]}
    run(capsys, "export", "volunteers_dilemma", "--output", str(large))
    assert "the first 20 of" in run(capsys, "show", str(large))[1]
    assert "levers or charges" in run(capsys, "solve", str(small), "--charges", "shapley")[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", "GAME", "--output", "/nowhere/x.nfg"), "cannot be written"),
        (("export", "GAME", "--set", "dues=nan"), "finite number"),
        (("verdict", "effluent"), "unknown game 'effluent'"),
        (("verdict", "nowhere/there.yaml"), "there is no file"),
        (("verdict", "GAME", "--set", "duse=3"), "did you mean 'dues'?"),
        (("verdict", "GAME", "--set", "dues"), "expected name=value"),
        (("verdict", "GAME", "--set", "dues=many"), "finite number"),
        (("verdict", "GAME", "--set", "dues=nan"), "finite number"),
        (("verdict", "GAME", "--set", "dues=999"), "outside the range 0 to 200"),
        (("verdict", "/tmp"), "cannot be read"),
        (("verdict", "x" * 300 + ".yaml"), "cannot be read"),
        (("check", "GAME", "--lever", "gift"), "bring their own settings"),
        (("verdict", "GAME", "--lever", "gif"), "did you mean 'gift'?"),
        (("verdict", "GAME", "--scenario", "boom"), "known names: crisis"),
        (("verdict", "GAME", "--charges", "lottery"), "unknown allocation method"),
        (("allocate", "GAME", "--method", "lottery"), "unknown allocation method"),
    ],
)
def test_errors_are_one_line_with_a_way_out(game: str, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, *(game if word == "GAME" else word for word in arguments))
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err


def test_a_file_with_many_mistakes_is_still_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(GAME.replace("- dues", "- duse").replace("members: 10", "members: 0"))
    status, _, err = run(capsys, "verdict", str(path))
    assert status == 2
    assert err.count("\n") == 1
    assert "bad.yaml" in err
    assert "payoffs.firms.pay, line 10" in err
    assert "stakeholders.firms.members, line 7" in err


@pytest.mark.parametrize("arguments", [[], ["dance"], ["solve"], ["solve", "x", "--loud"]])
def test_wrong_usage_is_one_line_with_status_2(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "negotiation.cli", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    command = Path(sys.executable).with_name("negotiate")
    done = subprocess.run(f"{command} games --json | head -1", shell=True, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("{", "")


def test_the_installed_command_answers(game: str) -> None:
    command = Path(sys.executable).with_name("negotiate")
    done = subprocess.run([command, "verdict", game], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "does not hold" in done.stdout


FOREIGN = ("rich", "scipy", "nashpy", "sympy", "networkx", "fastapi", "matplotlib", "pulp", "highspy", "api")
ELSEWHERE = (
    "negotiation.answers.costs",
    "negotiation.answers.govern",
    "negotiation.answers.mix",
    "negotiation.authoring",
    "negotiation.concepts",
    "negotiation.coalitional.nucleolus",
    "negotiation.governance.frameworks",
    "negotiation.governance.repair",
    "negotiation.strategic.mixed",
)


def loaded(*arguments: str) -> set[str]:
    """Return the modules that a command loads."""
    script = f"import sys\nfrom negotiation.cli import main\ntry:\n  main({list(arguments)!r})\nfinally:\n  print('\\n' + ' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split(" "))


def test_a_verdict_loads_only_what_it_needs(game: str) -> None:
    for arguments in (("verdict", game), ("verdict", "common_effluent_plant")):
        there = loaded(*arguments)
        assert not there & {*FOREIGN, *ELSEWHERE}
        assert len([name for name in there if name.startswith("negotiation.")]) <= 85


def test_the_catalogue_is_listed_without_what_only_analyses_need() -> None:
    assert not loaded("games") & {*FOREIGN, *ELSEWHERE, "negotiation.governance.verdict", "negotiation.strategic.dynamics"} - {
        "negotiation.governance.frameworks"
    }


def test_help_loads_hardly_anything() -> None:
    assert not loaded("--help") & {*FOREIGN, "numpy", "pydantic", "yaml", "negotiation.catalogue"} - {"api"}


def test_every_place_that_a_table_names_is_there() -> None:
    for row in analyses().values():
        assert callable(row.question.run)
    for command in COMMANDS:
        assert callable(load(command.place))
    for place in (*report.TOLD.values(), *target.TOLD.values()):
        assert callable(load(f"negotiation.report.{place}"))


def test_a_place_that_is_not_there_is_named() -> None:
    with pytest.raises(ImportError, match=r"negotiation\.loading has no 'lode'"):
        load("negotiation.loading:lode")


def test_allocate_takes_terms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "costs.csv"
    path.write_text("coalition,cost\nA,7\nB,5\nA+B,9\n")
    plain = answer(capsys, "allocate", str(path), "--method", "equal")["allocations"]["equal"]
    assert plain["charges"] == {"A": 4.5, "B": 4.5}
    capped = answer(capsys, "allocate", str(path), "--method", "equal", "--cap", "A=3", "--subsidy", "1")["allocations"]["equal"]
    assert capped["charges"] == {"A": 3.0, "B": 5.0}
    assert capped["contributions"] == {"subsidy": 1.0}
    assert capped["shortfall"] == 0.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--cap", "A"), "got 'A', expected name=amount"),
        (("--cap", "C=3"), "unknown name 'C'"),
        (("--cap", "ability"), "nothing is known about what anybody can pay"),
        (("--union", "A+C"), "unknown class 'C'"),
        (("--union", "A+B", "--union", "A"), "'A' is in two unions"),
        (("--subsidy", "-3"), "a finite number from 0"),
        (("--to", "size"), "expected one of use, alone, ability"),
        (("--option", "colour=red"), "unknown option"),
    ],
)
def test_terms_with_mistakes_are_one_line(words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "costs.csv"
    path.write_text("coalition,cost\nA,7\nB,5\nA+B,9\n")
    assert main(["allocate", str(path), *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
