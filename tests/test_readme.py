"""What the README shows runs."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from negotiation.cli import main
from negotiation.definition import read_definition
from negotiation.governance.situation import build_situation
from negotiation.governance.verdict import verdict
from negotiation.settings import Settings

README = Path(__file__).parent.parent / "README.md"
COMMANDS = [line.strip() for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("    negotiate ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_answers(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out


def test_the_python_of_the_readme_runs() -> None:
    assert COMMANDS
    assert doctest.testfile(str(README), module_relative=False).failed == 0


def test_the_game_of_the_readme_is_valid_and_its_lever_works() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    definition = read_definition(text)
    assert verdict(build_situation(definition)).word == "unstable"
    assert verdict(build_situation(definition, Settings((), None, ("rules",)))).word == "stable"
