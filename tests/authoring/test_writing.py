"""The skeleton and the guide do what they say: from an empty file to a verdict."""

import re
import shlex
from pathlib import Path

import pytest

from negotiation import catalogue
from negotiation.authoring.advice import advice
from negotiation.authoring.mutation import mutation_check
from negotiation.authoring.skeleton import skeleton
from negotiation.cli import main
from negotiation.definition import read_definition
from negotiation.governance.expectations import check_expectations

GUIDE = (catalogue.folder() / "WRITING.md").read_text(encoding="utf-8")
STEPS = re.findall(r"```yaml\n(.*?)```|^    (negotiate [^\n]*)$(?:\n\n> ([^\n]*)$)?", GUIDE, flags=re.DOTALL | re.MULTILINE)


def test_a_new_game_is_valid_meets_its_expectations_and_gives_no_hint() -> None:
    definition = read_definition(skeleton("clean_river"))
    assert all(checked.met for checked in check_expectations(definition))
    assert advice(definition) == ()
    assert mutation_check(definition).share == 1.0


def test_a_new_game_is_written_once_and_gives_a_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "clean_river"]) == 0
    before = (tmp_path / "clean_river.yaml").read_text()
    assert main(["verdict", "clean_river.yaml"]) == 0
    assert "does not hold" in capsys.readouterr().out
    assert main(["new", "clean_river"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "clean_river.yaml").read_text() == before
    assert main(["new", "clean_river", "--output", "-"]) == 0
    assert capsys.readouterr().out == before


@pytest.mark.parametrize("name", ["2nd", "a-b", "../up", "count", ""])
def test_a_name_that_no_game_can_have_writes_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", name]) == 2
    assert "cannot be the name of a game" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_guide_leads_from_an_empty_file_to_a_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    written, asked = "", 0
    for block, command, said in STEPS:
        if block:
            written += block
            (tmp_path / "settling_tank.yaml").write_text(written)
            continue
        assert main(shlex.split(command)[1:]) == 0, command
        assert " ".join(said.split()) in " ".join(capsys.readouterr().out.split()), command
        asked += 1
    assert asked >= 8
    assert advice(read_definition(written)) == ()
