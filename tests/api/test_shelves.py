"""The list of games can be searched, and a game shows its note."""

import pytest
from fastapi.testclient import TestClient

from api.notes import rendered
from negotiation import catalogue


def names(client: TestClient, query: str) -> set[str]:
    return {game["name"] for game in client.get(f"/api/games?{query}").json()["games"]}


def test_games_are_found_by_who_is_in_them_and_by_path_and_cell(client: TestClient) -> None:
    everything = names(client, "")
    unions = names(client, "kind=union")
    assert "compliance_cost_sharing" in unions < everything
    assert "common_effluent_plant" in names(client, "path=cluster&cell=horizontal_private")
    assert names(client, "kind=union&path=labour") == unions & names(client, "path=labour")


def test_a_line_says_what_the_game_has(client: TestClient) -> None:
    (line,) = (game for game in client.get("/api/games?kind=union").json()["games"] if game["name"] == "compliance_cost_sharing")
    assert {"firm", "buyer", "union", "government"} == set(line["kinds"])
    assert line["origin"] == "catalogue"
    assert "horizontal_public" in line["cells"]


@pytest.mark.parametrize("query", ["kind=unions", "path=labor", "cell=private", "game_class=thresholds", "case=kasur"])
def test_what_no_game_could_have_is_refused_with_the_nearest(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/games?{query}")
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("unknown")
    page = client.get(f"/?{query}")
    assert page.status_code == 404
    assert "Stag hunt" in page.text


def test_an_unknown_field_of_the_query_is_refused(client: TestClient) -> None:
    assert client.get("/api/games?colour=red").status_code == 422


def test_the_start_page_shows_only_what_is_looked_for_and_says_how_many(client: TestClient) -> None:
    page = client.get("/?kind=union").text
    assert "Stag hunt" not in page
    assert "/games/compliance_cost_sharing" in page
    assert '<option value="union" selected>' in page
    assert "games fit" in page


def test_a_saved_game_is_found_too(client: TestClient) -> None:
    game = {
        "title": "Bank and firms",
        "money": "USD per year",
        "game_class": "trust",
        "stakeholders": {"bank": {"kind": "bank", "actions": ["lend", "wait"]}},
        "payoffs": {"bank": {"lend": 1, "wait": 0}},
    }
    assert client.post("/api/games", json={"name": "bank_and_firms", "game": game}).json()["kinds"] == ["bank"]
    assert "bank_and_firms" in names(client, "kind=bank&game_class=trust")


def test_a_game_shows_its_note_on_the_page(client: TestClient) -> None:
    with_note = [name for name in catalogue.names() if catalogue.path_of(name).with_suffix(".md").exists()]
    assert with_note
    for name in with_note:
        assert "Teaching and facilitation note" in client.get(f"/games/{name}").text, name
    assert "facilitation note" not in client.get("/games/stag_hunt").text


def test_a_note_cannot_bring_html_scripts_or_pictures() -> None:
    page = str(rendered("# Title\n\n<script>alert(1)</script>\n\n[here](javascript:alert(1)) ![](http://far/away.png) <img src=x onerror=y>"))
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert page.startswith("<h3>Title</h3>")
