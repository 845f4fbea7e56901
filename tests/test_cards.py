"""Games are found by what they are about."""

import json
from pathlib import Path

import pytest

from negotiation.cards import Card, Wanted, catalogue_cards, filters, found, offered
from negotiation.cli import main
from negotiation.errors import UnknownNameError

TANNERY = Card("tannery", "T", "", "USD", "clusters", "threshold", ("firm", "government"), 9, ("horizontal_public",), ("public",), cases=("kasur_tanneries",))
STRIKE = Card("strike", "S", "", "USD", "clusters", "bargaining", ("firm", "union"), 4, ("horizontal_social",), ("labour", "public"))


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), ["tannery", "strike"]),
        (Wanted(kind="union"), ["strike"]),
        (Wanted(path="public"), ["tannery", "strike"]),
        (Wanted(path="public", kind="government"), ["tannery"]),
        (Wanted(cell="horizontal_social"), ["strike"]),
        (Wanted(game_class="threshold"), ["tannery"]),
        (Wanted(case="kasur_tanneries"), ["tannery"]),
        (Wanted(case="kasur_tanneries", kind="union"), []),
    ],
)
def test_every_part_that_is_given_has_to_fit(wanted: Wanted, names: list[str]) -> None:
    assert [card.name for card in found((TANNERY, STRIKE), wanted)] == names


def test_what_no_game_could_have_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="unknown game class 'treshold'; did you mean 'threshold'"):
        found((TANNERY,), Wanted(game_class="treshold"))


def test_only_what_some_game_has_is_offered() -> None:
    there = offered((TANNERY, STRIKE))
    assert list(there["kind"]) == ["firm", "union", "government"]
    assert list(there["case"]) == ["kasur_tanneries"]
    assert there["path"].keys() == {"labour", "public"}


def test_every_filter_of_the_catalogue_leads_to_some_game() -> None:
    cards = catalogue_cards()
    for field, choices in offered(cards).items():
        assert set(choices) <= set(filters()[field])
        for value in choices:
            assert found(cards, Wanted(**{field: value}))


def test_games_are_looked_for_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["games", "--kind", "union", "--json"]) == 0
    listed = {game["name"]: game for game in json.loads(capsys.readouterr().out)["games"]}
    assert "compliance_cost_sharing" in listed
    assert all("union" in game["kinds"] for game in listed.values())
    assert main(["games", "--case", "kasur"]) == 2
    assert "unknown case 'kasur'" in capsys.readouterr().err


def test_a_note_is_shown_and_where_there_is_none_it_says_where_to_write_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    game = tmp_path / "dues.yaml"
    game.write_text("title: Dues\nmoney: USD per year\nstakeholders: {firm: {actions: [pay, stay]}}\npayoffs: {firm: {pay: 1, stay: 0}}\n")
    assert main(["show", str(game), "--note"]) == 2
    assert "'dues.md' beside the game" in capsys.readouterr().err
    (tmp_path / "dues.md").write_text("# Dues\n")
    assert main(["show", str(game), "--note"]) == 0
    assert capsys.readouterr().out == "# Dues\n"
