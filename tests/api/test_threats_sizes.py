"""What is too large, too deep or of the wrong kind is refused at once, and nothing of it stays; what is deleted is gone, and the rest as it was."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from openpyxl import load_workbook

from api.local import workshops_in
from api.storage.tables import EVENT
from api.workshop.plan import Plan
from negotiation.errors import InvalidFormulaError
from negotiation.formula import MAX_DEPTH, MAX_NODES, parse
from tests.workshop.table import GAME

from .test_workshops import Evening, fresh

JSON = {"Content-Type": "application/json"}


def refused(answer: Response, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in statuses, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["remedy"]
    return problem


# games

WIDE: dict[str, Any] = {
    "title": "Wide",
    "money": "USD",
    "stakeholders": {f"s{i}": {"actions": [f"a{k}" for k in range(10)]} for i in range(30)},
    "payoffs": {f"s{i}": {f"a{k}": k for k in range(10)} for i in range(30)},
    "target": {"profile": {f"s{i}": "a1" for i in range(30)}},
}
ASKED = [f"/api/{kind}/{name}" for kind in ("analyses", "jobs") for name in ("solve", "verdict")] + ["/api/exports/nfg", "/api/workshops"]


@pytest.mark.parametrize("path", ASKED)
def test_thirty_stakeholders_with_ten_actions_are_refused_at_once(client: TestClient, path: str) -> None:
    body = {"game": WIDE} | ({"title": "Wide"} if path.endswith("workshops") else {})

    def seconds() -> float:
        begun = time.perf_counter()
        problem = refused(client.post(path, json=body), 413, 422)
        assert "1,000,000,000,000,000,000,000,000,000,000" in problem["detail"]
        return time.perf_counter() - begun

    assert any(seconds() < 0.05 for _ in range(50)), "at once, unless something else has the machine all the time"


def test_a_cost_of_too_many_coalitions_is_not_shared_while_others_wait(client: TestClient) -> None:
    many = range(25)
    heavy = {
        "title": "Heavy",
        "money": "USD",
        "parameters": {f"d{k}": 1 for k in many},
        "stakeholders": {"firms": {"actions": ["pay", "stay"]}},
        "payoffs": {"firms": {"pay": "d0", "stay": 0}},
        "cost_game": {"unit": "USD", "classes": {f"c{k}": {"members": 1, "feeds": f"d{k}"} for k in many}, "cost": " + ".join(f"count(c{k})" for k in many)},
    }
    begun = time.perf_counter()
    assert "33,554,432" in refused(client.post("/api/workshops", json={"title": "H", "game": heavy, "terms": {"rule": "shapley"}}), 413)["detail"]
    evening = Evening.made(client, game=heavy, seats=[])
    evening.go("lobby", "briefing")
    for path, body in (
        ("proposals", {"title": "Share", "terms": {"rule": "shapley"}}),
        ("score", {"rule": "shapley"}),
        ("terms", {"terms": {"rule": "shapley"}}),
    ):
        refused(evening.post(path, evening.owner, body), 413)
    assert time.perf_counter() - begun < 3.0


@pytest.mark.parametrize("depth", [60, 300, 900, 950, 5000, 100_000])
@pytest.mark.parametrize("path", ["/api/analyses/solve", "/api/jobs/solve", "/api/games", "/api/workshops"])
def test_what_is_nested_too_deep_is_refused(client: TestClient, path: str, depth: int) -> None:
    fields = {"/api/games": '"name": "deep", ', "/api/workshops": '"title": "Deep", '}.get(path, "")
    for opening, closing in (('{"a":', "}"), ("[", "]")):
        body = "{" + fields + '"game": {"title": ' + opening * depth + "1" + closing * depth + "}}"
        refused(client.post(path, content=body.encode(), headers=JSON), 400, 413, 422)


HALF = '"\\ud800"'


@pytest.mark.parametrize(
    "value", [HALF, f'{{"title": {HALF}}}', '"title: \\udfff\\n"', '{"title": NaN}', '{"title": 1e999}', "9" * 5000, '{"title": ' + "9" * 4000 + "}"]
)
def test_halves_of_letters_and_numbers_without_a_value_are_mistakes_of_the_sender(client: TestClient, value: str) -> None:
    for path, fields in (
        ("/api/analyses/solve", ""),
        ("/api/jobs/solve", ""),
        ("/api/exports/nfg", ""),
        ("/api/games", '"name": "half", '),
        ("/api/workshops", '"title": "Half", '),
    ):
        refused(client.post(path, content=f'{{{fields}"game": {value}}}'.encode(), headers=JSON), 400, 404, 422)
    body = f'{{"code": {value if value.startswith(chr(34)) else HALF}, "alias": {HALF}}}'
    refused(client.post("/api/join", content=body.encode(), headers={**JSON, **fresh()}), 422)


@pytest.mark.parametrize(
    "form",
    [
        [("a", "1"), ("a.b", "2")],
        [("seats", "x")],
        [("seats.firms", "x"), ("seats.firms.bot", "y")],
        [("title[]", "a"), ("title", "b"), ("title[]", "c")],
        [("." * 5000, "x")],
    ],
)
def test_a_form_that_contradicts_itself_is_a_mistake_of_the_sender(client: TestClient, form: list[tuple[str, str]]) -> None:
    page = client.get("/f?game=stag_hunt").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    content = "&".join(f"{name}={value}" for name, value in [("token", token), ("game", "stag_hunt"), *form])
    answer = client.post("/f", content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})
    client.cookies.clear()
    assert answer.status_code == 422


# formulas

WORST = (
    "+".join(["a"] * (MAX_NODES // 2 - 1)),
    "(" * (MAX_DEPTH // 2) + "a" + ")" * (MAX_DEPTH // 2),
    "max(" + ",".join(["a ** 20"] * 40) + ")",
    "1 if a > 5 else " * 15 + "2",
    "x" * 2000,
    "((((a" * 100,
    "9" * 4000,
    "a ** 20 ** 20",
    "-" * 900 + "a",
)
ESCAPES = (
    "print.__reduce__()",
    "min.__reduce__()[0](a, b)",
    "count.__reduce_ex__(2)",
    "'{0.__class__}'.format(a)",
    "path.os.system(a)",
    "a.__class__.__mro__[1].__subclasses__()",
    "getattr(a, b)",
    "type(a)",
    "(lambda: a)()",
    "[a for a in (1, 2)]",
    "{**a}",
    "(a for a in b)",
    "f'{a.__class__}'",
    "a if (b := 3) else 1",
    "numpy.load(a)",
    "operator.attrgetter(a)",
    "await a",
    "yield a",
    "*a",
    "a\n__import__(b)",
    "while True: pass",
)


@pytest.mark.parametrize("text", WORST)
def test_no_formula_takes_long(text: str) -> None:
    took = []
    for _ in range(20):
        begun = time.thread_time()
        try:
            parse.__wrapped__(text)({"a": 2.0, "x" * 2000: 1.0})  # type: ignore[attr-defined]
        except InvalidFormulaError as error:
            assert error.remedy
        took.append(time.thread_time() - begun)
    assert min(took) < 0.005


@pytest.mark.parametrize("text", ESCAPES)
def test_known_ways_out_of_other_languages_of_formulas_lead_nowhere(text: str) -> None:
    with pytest.raises(InvalidFormulaError):
        parse(text)


# personal data


def record(client: TestClient, evening: Evening) -> list[Any]:
    base = f"/api/workshops/{evening.workshop}"
    return [client.get(f"{base}{end}", headers=evening.owner).json() for end in ("/archive", "/pooled", "/export.json?texts=true")]


def spoken(client: TestClient) -> Evening:
    """A workshop of two tables at which somebody wrote whatever can be written."""
    evening = Evening.made(client, tables=2)
    evening.go("lobby")
    _, seat = evening.join(alias="Zainab of Kasur")
    evening.go("decide")
    assert evening.post("decisions", seat, {"choice": "pay"}).status_code == 200
    evening.post("calls", seat, {"text": "Zainab calls"})
    evening.go("closed", "revealed")
    evening.post("reflections", seat, {"text": "Zainab thinks"})
    evening.post("proposals", seat, {"title": "Zainab's idea", "why": "Zainab says so", "terms": {"levers": ["fines"]}})
    evening.go("negotiate")
    evening.post("proposals/p1/votes", seat, {"accepts": True, "reason": "Zainab likes it"})
    return evening


def test_deleting_a_workshop_leaves_the_others_as_they_were(client: TestClient) -> None:
    gone, stays = spoken(client), spoken(client)
    before = record(client, stays)
    assert client.delete(f"/api/workshops/{gone.workshop}", headers=gone.owner).json() == {"deleted": 2}
    assert record(client, stays) == before
    assert client.post("/api/archives/check", json=before[0]).json() == {"tables": 2, "events": 13, "rounds": 1, "identical": True, "different": []}
    stays.lead("proposals/p1/close")
    assert {client.get(f"/api/workshops/{gone.workshop}{end}", headers=gone.owner).status_code for end in ("", "/pooled", "/archive")} == {401}
    with client.app.state.workshops.engine.connect() as connection:  # type: ignore[attr-defined]
        assert not [row for row in connection.execute(EVENT.select()) if gone.workshop in str(row)]


def test_what_was_deleted_does_not_stay_in_the_file(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/w.db"
    with workshops_in(address) as workshops:
        made = [workshops.make(Plan(title=f"Zainab's {number}", game=GAME, consent="Zainab " * 100)) for number in ("first", "second")]
    assert (tmp_path / "w.db").read_bytes().count(b"Zainab's") > 1
    with workshops_in(address) as workshops:
        for one in made:
            workshops.delete(one.workshop)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file() and b"Zainab" in file.read_bytes()] == []


def test_what_is_given_away_holds_what_people_wrote_only_if_asked_to(client: TestClient) -> None:
    evening = spoken(client)
    base = f"/api/workshops/{evening.workshop}/export"

    def given(texts: str) -> str:
        sheets = [client.get(f"{base}.csv?sheet={name}{texts}", headers=evening.owner).text for name in ("decisions", "rounds", "proposals", "votes")]
        book = load_workbook(io.BytesIO(client.get(f"{base}.xlsx?{texts}", headers=evening.owner).content))
        cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
        return "\n".join([*sheets, client.get(f"{base}.json?{texts}", headers=evening.owner).text, *cells])

    assert "Zainab" not in given("")
    assert "pay" in given("")
    every = given("&texts=true")
    for said in ("Zainab of Kasur", "Zainab thinks", "Zainab's idea", "Zainab says so", "Zainab likes it"):
        assert every.count(said) >= 3, "in each of the three forms"
