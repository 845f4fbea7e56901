"""An archive comes from anywhere: whatever is in it, it is taken in whole and right, or refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import MAX_BODY
from api.storage.tables import KEY, ROOM
from api.workshop.events import ORIGIN, Event, digest
from tests.workshop.table import GAME

from .test_threats_sizes import JSON, refused
from .test_workshops import Evening

Events = list[dict[str, Any]]
Change = Callable[[Events], Any]


@pytest.fixture(scope="module")
def whole(client: TestClient) -> dict[str, Any]:
    """An archive of a workshop that this server does not have any more."""
    evening = Evening.made(client)
    evening.go("lobby")
    _, seat = evening.join()
    evening.go("decide")
    evening.post("decisions", seat, {"choice": "pay"})
    evening.go("closed", "revealed")
    evening.post("proposals", seat, {"title": "Fines", "terms": {"levers": ["fines"]}})
    found: dict[str, Any] = client.get(f"/api/workshops/{evening.workshop}/archive", headers=evening.owner).json()
    client.delete(f"/api/workshops/{evening.workshop}", headers=evening.owner)
    assert client.post("/api/archives/check", json=found).json()["identical"] is True
    return found


def forged(whole: dict[str, Any], change: Change) -> bytes:
    """An archive with a change and hashes that fit it, as far as hashes can."""
    made = copy.deepcopy(whole)
    for table in made["tables"]:
        change(table["events"])
        previous = ORIGIN
        for number, row in enumerate(table["events"], 1):
            row |= {"number": number, "previous": previous, "hash": ""}
            try:
                row["hash"] = digest(replace(Event(table["room"], **row)))
            except (ValueError, RecursionError):
                row["hash"] = "0" * 64
            previous = row["hash"]
        table["head"] = previous
    return json.dumps(made).encode()


def put(at: int, *place: Any, value: Any) -> Change:
    def change(events: Events) -> None:
        found: Any = events[at]
        for part in place[:-1]:
            found = found[part]
        found[place[-1]] = value

    return change


def added(event: str, /, **data: Any) -> Change:
    return lambda events: events.append(dict(events[-1], kind=event, data=data))


CREATED, TAKEN, DECIDED, REVEALED = 0, 2, 4, 6
STRANGE: dict[str, Change] = {
    "a number without a value": put(1, "data", "reason", value=float("nan")),
    "a number beyond all": put(1, "data", "reason", value=float("inf")),
    "half of a letter": put(1, "data", "reason", value="\ud800"),
    "a kind that there is not": put(1, "kind", value="exploded"),
    "a kind that is no event": put(1, "kind", value="again"),
    "no beginning": lambda events: events.pop(0),
    "two beginnings": lambda events: events.insert(1, dict(events[0])),
    "undoing nothing that is": added("undone", of=5, kind="moved", reason=""),
    "undoing the beginning": added("undone", of=[1], kind="created", reason=""),
    "results without a round": put(1, "data", "results", value={"a": 1}),
    "results of another kind": put(REVEALED, "data", "results", value=[1]),
    "a phase that is a list": put(-2, "data", "to", value=["decide"]),
    "a phase that there is not": added("moved", to="nowhere", reason="", ends_at=None),
    "a time that is a word": added("timed", ends_at="soon"),
    "a game that is a list": put(CREATED, "data", "game", value=["x"]),
    "no game": put(CREATED, "data", "game", value=None),
    "a game that cannot be read": put(CREATED, "data", "game", value="title: ["),
    "a game without end": put(CREATED, "data", "game", value=GAME.replace("members: 10,", "members: 1000000000000,")),
    "a formula that is code": put(CREATED, "data", "game", value=GAME.replace("count(firms, pay) - 2", "__import__(firms)")),
    "a table that is a word": put(CREATED, "data", "table", value="first"),
    "charges that are a list": put(CREATED, "data", "charged", value=[1]),
    "charges that are words": put(CREATED, "data", "charged", value={"dues": "x"}),
    "a plan with more in it": put(CREATED, "data", "plan", "code", value="x"),
    "a plan that turns the writing": put(CREATED, "data", "plan", "title", value="\u202eevening"),
    "a plan that is kept for ever": put(CREATED, "data", "plan", "retention_days", value=10**9),
    "a seat whose name is a list": put(CREATED, "data", "seats", 0, "name", value=["s1"]),
    "a seat whose alias is markup in a mapping": put(CREATED, "data", "seats", 1, "alias", value={"__html__": "<b>"}),
    "a seat whose alias has no end": put(CREATED, "data", "seats", 1, "alias", value="x" * 5000),
    "a seat whose alias turns the writing": put(CREATED, "data", "seats", 1, "alias", value="\u202eanima"),
    "a seat that plays a word": put(CREATED, "data", "seats", 0, "members", value="two"),
    "a seat that plays more than there are": put(CREATED, "data", "seats", 3, "members", value=10**400),
    "a seat that plays fewer than none": put(CREATED, "data", "seats", 3, "members", value=-5),
    "a seat of a role that there is not": added("changed", seat="s1", to={"role": "nobody"}, reason=""),
    "an attribute of another kind": added("changed", seat="s1", to={"__class__": "x"}, reason=""),
    "a taker that there is not": put(TAKEN, "data", "seat", value="s99"),
    "a choice that there is not": put(DECIDED, "data", "choice", value={"fly": 2}),
    "a choice of a word": put(DECIDED, "data", "choice", value={"pay": "2"}),
    "a choice of fewer than none": put(DECIDED, "data", "choice", value={"pay": 4, "stay": -2}),
    "a status that there is not": put(DECIDED, "data", "status", value="guessed"),
    "a rule of who sees what that there is not": added("informed", information={"payoffs": "everybody"}),
    "a proposal that turns the writing": put(-1, "data", "title", value="\u2066fines"),
    "a vote of nobody": added("voted", proposal="p1", seat="s99", accepts=True, reason=""),
    "a vote that is a number": added("voted", proposal="p1", seat="s1", accepts=7, reason=""),
    "a reflection in the past": added("reflected", seat="s1", round=-3, text="x"),
    "more in an event": put(1, "more", value=1),
    "no data": put(1, "data", value=None),
    "a number that is a word": lambda events: [event.update(actor=["owner"]) for event in events],
}


@pytest.mark.parametrize("name", STRANGE)
def test_an_archive_of_the_wrong_kind_is_refused_and_leaves_nothing(client: TestClient, whole: dict[str, Any], name: str) -> None:
    try:
        body = forged(whole, STRANGE[name])
    except TypeError:  # no hash can be made of it
        made = copy.deepcopy(whole)
        STRANGE[name](made["tables"][0]["events"])
        body = json.dumps(made).encode()
    for path in ("/api/archives/check", "/api/archives"):
        answer = client.post(path, content=body, headers=JSON)
        if answer.status_code == 200:
            assert path.endswith("check"), name
            assert answer.json()["different"], name
        else:
            refused(answer, 413, 422)
    with client.app.state.workshops.engine.connect() as connection:  # type: ignore[attr-defined]
        assert not connection.execute(ROOM.select().where(ROOM.c.workshop == whole["workshop"])).all()
        assert not connection.execute(KEY.select().where(KEY.c.workshop == whole["workshop"])).all()


@pytest.mark.parametrize("depth", [250, 900, 940, 5000, 200_000])
def test_an_archive_that_is_nested_deep_is_refused(client: TestClient, whole: dict[str, Any], depth: int) -> None:
    body = json.dumps(whole).replace('"reason": ""', '"reason": ' + "[" * depth + "]" * depth, 1).encode()
    refused(client.post("/api/archives/check", content=body, headers=JSON), 400, 413, 422)


def test_an_archive_may_not_be_longer_nor_take_longer_than_anything_else(client: TestClient, whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    refused(client.post("/api/archives/check", content=json.dumps(whole).encode() + b" " * MAX_BODY, headers=JSON), 413)
    events = whole["tables"][0]["events"]
    more = {**whole, "tables": [{**whole["tables"][0], "events": events + events[1:2] * 2000}]}
    refused(client.post("/api/archives/check", content=json.dumps(more).encode(), headers=JSON), 413, 422)
    assert refused(client.post("/api/archives/check", json={**whole, "tables": whole["tables"] * 31}), 422)
    monkeypatch.setattr(client.app.state.compute, "seconds", 1e-4)  # type: ignore[attr-defined]
    refused(client.post("/api/archives/check", json=whole), 503)
