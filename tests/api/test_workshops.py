"""Workshops over HTTP, on SQLite and on PostgreSQL."""

from __future__ import annotations

import io
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from openpyxl import load_workbook

from api.app import create_app
from api.retention import delete_due, delete_expired
from api.settings import ServerSettings
from api.storage.tables import EVENT, RECEIPT, ROOM
from api.workshop.moves.table import MOVES
from tests.workshop.table import GAME

PLAN: dict[str, Any] = {"title": "Evening", "game": GAME, "seats": [{"role": "firms", "seats": 4, "members": 2}, {"role": "office"}]}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def fresh() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


@dataclass
class Evening:
    """A workshop on a server, as its owner and its seats reach it."""

    client: TestClient
    workshop: str
    room: str
    code: str
    owner: dict[str, str]

    @classmethod
    def made(cls, client: TestClient, **changes: Any) -> Evening:
        answer = client.post("/api/workshops", json=PLAN | changes)
        assert answer.status_code == 201, answer.text
        client.cookies.clear()
        made = answer.json()
        return cls(client, made["workshop"], made["tables"][0]["room"], made["tables"][0]["code"], bearer(made["secret"]))

    def post(self, path: str, who: dict[str, str], body: Any = None) -> Response:
        return self.client.post(f"/api/rooms/{self.room}/{path}", json=body or {}, headers={**fresh(), **who})

    def lead(self, path: str, **body: Any) -> Response:
        answer = self.post(path, self.owner, body)
        assert answer.status_code == 200, answer.text
        return answer

    def go(self, *phases: str) -> None:
        for phase in phases:
            self.lead("go", to=phase)

    def join(self, **body: Any) -> tuple[str, dict[str, str]]:
        answer = self.client.post("/api/join", json={"code": self.code, **body}, headers=fresh())
        assert answer.status_code == 201, answer.text
        self.client.cookies.clear()
        return answer.json()["seat"], bearer(answer.json()["secret"])

    def see(self, who: dict[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/api/rooms/{self.room}", headers=who).json()
        return found


@pytest.fixture
def server(client: TestClient) -> TestClient:
    client.cookies.clear()
    return client


def test_an_evening_from_the_lobby_to_the_debriefing(server: TestClient) -> None:
    evening = Evening.made(server, predict=True)
    evening.go("lobby")
    name, seat = evening.join(alias="Amina")
    other, second = evening.join(role="office")
    assert (name, other) == ("s1", "s5")
    evening.go("predict")
    assert evening.post("predictions", seat, {"cooperation": 0.9}).status_code == 200
    evening.go("decide")
    assert evening.post("decisions", seat, {"choice": "pay"}).json()["events"][0]["kind"] == "decided"
    assert evening.post("decisions", second, {"choice": "fly"}).status_code == 422
    evening.lead("entries", entries=[{"seat": "s2", "choice": "pay"}, {"seat": "s3", "choice": {"pay": 1, "stay": 1}}])
    evening.go("closed", "revealed")
    mine = evening.see(seat)["rounds"][0]["results"]
    assert mine["seats"]["s1"]["payoff"] is not None
    assert "payoff" not in mine["seats"]["s2"], "what others earn is private"
    proposed = evening.post("proposals", seat, {"title": "Fines", "terms": {"levers": ["fines"]}})
    assert proposed.status_code == 200
    scored = evening.post("score", seat, {"levers": ["fines"]})
    assert scored.status_code == 200
    assert scored.json()["stakeholders"][0]["stakeholder"] == "firms"
    evening.go("negotiate")
    for who in (seat, second):
        assert evening.post("proposals/p1/votes", who, {"accepts": True}).status_code == 200
    evening.lead("proposals/p1/close")
    assert evening.see(evening.owner)["proposals"][0]["standing"] == "rejected", "three of four firms did not vote"
    evening.go("debrief")
    found = evening.client.get(f"/api/rooms/{evening.room}/debrief", headers=seat).json()
    assert found["rounds"][0]["stable"]["word"] in ("stable", "fragile", "unstable")
    assert found["findings"]


def test_the_same_request_many_times_at_once_is_one_event_and_one_answer(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby")
    _, seat = evening.join()
    evening.go("decide")
    same = {**seat, "Idempotency-Key": "the-same-key"}
    with ThreadPoolExecutor(50) as pool:
        answers = [
            one.result().text
            for one in [pool.submit(server.post, f"/api/rooms/{evening.room}/decisions", json={"choice": "pay"}, headers=same) for _ in range(50)]
        ]
    assert len(set(answers)) == 1
    kinds = [event["kind"] for event in server.get(f"/api/rooms/{evening.room}/events", headers=evening.owner).json()["events"]]
    assert kinds.count("decided") == 1
    other = server.post(f"/api/rooms/{evening.room}/decisions", json={"choice": "stay"}, headers=same)
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")
    with server.app.state.workshops.engine.connect() as connection:  # type: ignore[attr-defined]
        rows = connection.execute(RECEIPT.select().where(RECEIPT.c.room == evening.room, RECEIPT.c.key == "the-same-key")).all()
    assert len(rows) == 1


def test_joining_again_with_the_same_key_is_the_same_seat(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby")
    key = fresh()
    first, second = (server.post("/api/join", json={"code": evening.code}, headers=key).json() for _ in range(2))
    server.cookies.clear()
    assert first["seat"] == second["seat"]
    assert all(server.get(f"/api/rooms/{evening.room}", headers=bearer(one["secret"])).status_code == 200 for one in (first, second))


def test_many_people_join_at_once_and_no_two_get_the_same_seat(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby")
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: server.post("/api/join", json={"code": evening.code}, headers=fresh()), range(12)))
    server.cookies.clear()
    taken = [answer.json()["seat"] for answer in answers if answer.status_code == 201]
    assert sorted(taken) == ["s1", "s2", "s3", "s4", "s5"]
    assert {answer.status_code for answer in answers} == {201, 409}


def test_a_participant_must_say_when_a_request_is_the_same(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby")
    _, seat = evening.join()
    evening.go("decide")
    answer = server.post(f"/api/rooms/{evening.room}/decisions", json={"choice": "pay"}, headers=seat)
    assert answer.status_code == 400
    assert answer.json()["remedy"]


def test_two_facilitators_do_not_overwrite_each_other(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby")
    tag = server.get(f"/api/rooms/{evening.room}", headers=evening.owner).headers["etag"]
    terms = {"terms": {"set": {"fine": 1}}}
    first, second = (server.post(f"/api/rooms/{evening.room}/terms", json=terms, headers={**evening.owner, "If-Match": tag}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 412)


def test_a_new_device_takes_the_seat_over_and_the_old_one_is_told(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby")
    name, old = evening.join()
    given = evening.client.post(f"/api/rooms/{evening.room}/seats/{name}/device", headers=evening.owner)
    assert given.status_code == 201
    refused = server.get(f"/api/rooms/{evening.room}", headers=old)
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/seat-moved")
    assert evening.see(bearer(given.json()["secret"]))["you"] == name


def test_who_takes_a_freed_seat_has_it_alone(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby")
    name, old = evening.join()
    evening.lead(f"seats/{name}/free")
    refused = server.get(f"/api/rooms/{evening.room}", headers=old)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/seat-lost")
    again, new = evening.join(seat=name)
    assert again == name
    assert server.get(f"/api/rooms/{evening.room}", headers=old).status_code == 401
    assert evening.see(new)["you"] == name


def test_a_table_that_cannot_go_on_does_not_stop_the_clock_of_the_others(server: TestClient) -> None:
    workshops = server.app.state.workshops  # type: ignore[attr-defined]
    broken, well = (Evening.made(server, timers={"decide": 5}) for _ in range(2))
    for evening in (broken, well):
        evening.go("lobby", "decide")
    with workshops.engine.execution_options(writes=True).begin() as connection:
        connection.execute(EVENT.update().where(EVENT.c.room == broken.room, EVENT.c.number == 2).values(at="2020-01-01"))
    workshops._writer._rooms.forget(broken.room)
    for evening in (broken, well):
        with workshops.engine.execution_options(writes=True).begin() as connection:
            connection.execute(ROOM.update().where(ROOM.c.name == evening.room).values(ends_at=1.0))
    well.lead("timer", seconds=-5)
    for _ in range(100):
        if well.see(well.owner)["phase"] == "closed":
            break
        threading.Event().wait(0.1)
    assert well.see(well.owner)["phase"] == "closed"
    server.delete(f"/api/workshops/{broken.workshop}", headers=broken.owner)


def test_two_servers_on_one_database_write_in_turn(postgresql: str) -> None:
    first, second = (create_app(ServerSettings(postgresql, workers=1, seconds=20.0)) for _ in range(2))
    with TestClient(first) as one, TestClient(second) as other:
        here = Evening.made(one)
        there = Evening(other, here.workshop, here.room, here.code, here.owner)
        for phase in ("lobby", "briefing", "lobby", "decide", "closed", "revealed"):
            asked, besides = (here, there) if phase in ("lobby", "closed") else (there, here)
            besides.see(besides.owner)
            asked.go(phase)
            assert besides.see(besides.owner)["phase"] == phase


def test_links_allow_what_they_are_for_and_nothing_else(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby", "decide")
    made = {
        capacity: bearer(server.post(f"/api/rooms/{evening.room}/links", json={"capacity": capacity}, headers=evening.owner).json()["secret"])
        for capacity in ("assistant", "proxy", "view")
    }
    assert evening.post("entries", made["proxy"], {"entries": [{"seat": "s1", "choice": "pay"}]}).status_code == 200
    assert evening.post("go", made["proxy"], {"to": "closed"}).status_code == 403
    assert evening.post("undo", made["assistant"], {}).status_code == 403
    assert evening.post("entries", made["view"], {"entries": [{"seat": "s1", "choice": "pay"}]}).status_code == 403
    assert server.get(f"/api/rooms/{evening.room}/events", headers=made["view"]).status_code == 403
    assert server.get(f"/api/rooms/{evening.room}", headers=bearer("x" * 32)).status_code == 401
    other = Evening.made(server)
    assert server.get(f"/api/rooms/{other.room}", headers=evening.owner).status_code == 403
    address = f"/api/workshops/{evening.workshop}/links/withdraw"
    assert server.post(address, json={"capacity": "view"}, headers=made["assistant"]).status_code == 403
    assert server.post(address, json={"capacity": "view"}, headers=evening.owner).json() == {"withdrawn": 1}
    assert server.get(f"/api/rooms/{evening.room}", headers=made["view"]).status_code == 401
    assert server.get(f"/api/rooms/{evening.room}", headers=made["assistant"]).status_code == 200


def test_every_move_refuses_strangers_and_those_it_is_not_for(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby")
    _, seat = evening.join()
    bodies: dict[str, Any] = {"go": {"to": "decide"}, "extend": {"seconds": 5}, "set_terms": {"terms": {}}, "inform": {"information": {}}}
    bodies |= {"display": {"elements": {}}, "add_seat": {"role": "firms"}, "merge_seats": {"into": "s2"}, "enter": {"entries": [{"seat": "s1"}]}}
    for move in MOVES.values():
        path = move.path.format(seat="s1", proposal="p1").lstrip("/")
        body = bodies.get(move.name, {})
        if "seat" not in move.allowed:
            assert evening.post(path, seat, body).status_code == 403, move.name
        answer = server.post(f"/api/rooms/{evening.room}/{path}", json=body)
        assert answer.status_code in (401, 422), move.name


def test_the_record_pages_without_gaps_and_can_be_checked(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby", "decide", "closed", "revealed", "decide", "closed", "revealed")
    address: str | None = f"/api/rooms/{evening.room}/events?limit=3"
    numbers = []
    while address is not None:
        page = server.get(address, headers=evening.owner).json()
        numbers += [event["number"] for event in page["events"]]
        address = page["next"]
    assert numbers == list(range(1, 9))


def test_a_workshop_moves_to_another_server_and_comes_to_the_same_figures(server: TestClient) -> None:
    evening = Evening.made(server, tables=2)
    evening.go("lobby", "decide", "closed", "revealed")
    whole = server.get(f"/api/workshops/{evening.workshop}/archive", headers=evening.owner).json()
    assert server.post("/api/archives/check", json=whole).json() == {"tables": 2, "events": 6, "rounds": 1, "identical": True, "different": []}
    assert server.post("/api/archives", json=whole).status_code == 409, "it is here already"
    before = evening.see(evening.owner)
    assert server.delete(f"/api/workshops/{evening.workshop}", headers=evening.owner).json() == {"deleted": 2}
    assert server.get(f"/api/rooms/{evening.room}", headers=evening.owner).status_code == 401
    opened = server.post("/api/archives", json=whole)
    assert opened.status_code == 201
    server.cookies.clear()
    assert evening.see(bearer(opened.json()["secret"])) == before
    whole["tables"][0]["events"][1]["data"]["reason"] = "another"
    assert server.post("/api/archives/check", json=whole).status_code == 422


def test_sheets_can_be_opened(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby")
    _, seat = evening.join(alias="=cmd|' /C calc'!A0")
    evening.go("decide")
    evening.post("decisions", seat, {"choice": "pay"})
    evening.go("closed", "revealed")
    base = f"/api/workshops/{evening.workshop}/export"
    text = server.get(f"{base}.csv?texts=true", headers=evening.owner).content.decode("utf-8-sig")
    assert "'=cmd" in text
    assert ",=cmd" not in text
    assert "cmd" not in server.get(f"{base}.csv", headers=evening.owner).text
    book = load_workbook(io.BytesIO(server.get(f"{base}.xlsx?texts=true", headers=evening.owner).content))
    assert book.sheetnames == ["decisions", "rounds", "proposals", "votes", "codebook"]
    cells = [cell for row in book["decisions"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(cell.data_type == "n" and cell.value for cell in cells)
    assert set(server.get(f"{base}.json", headers=evening.owner).json()) == set(book.sheetnames)


def test_a_workshop_is_compared_with_earlier_groups_of_the_same_game(server: TestClient) -> None:
    rare = GAME.replace("title: Dues", f"title: Dues {uuid.uuid4().hex[:8]}")
    earlier, other, now = Evening.made(server, game=rare), Evening.made(server), Evening.made(server, game=rare)
    for one in (earlier, other, now):
        one.go("lobby", "decide", "closed", "revealed")
    found = server.get(f"/api/workshops/{now.workshop}/compared", headers=now.owner).json()
    assert [row["groups"] for row in found["rounds"]] == [0], "a group that is not through is none to compare with"
    for one in (earlier, other):
        one.go("debrief")
    found = server.get(f"/api/workshops/{now.workshop}/compared", headers=now.owner).json()
    assert [row["groups"] for row in found["rounds"]] == [1]
    assert set(found["rounds"][0]["bots"]) == set(found["rules"])
    page = server.get(f"/f/{now.workshop}/1/report", headers=now.owner)
    assert page.status_code == 200
    assert "Beside earlier groups and bots" in page.text
    assert "Round 1" in page.text
    now.lead("go", to="negotiate")
    assert server.get(f"/f/{now.workshop}/1/report", headers=earlier.owner).status_code == 403
    assert server.get(f"/api/workshops/{now.workshop}/compared").status_code == 401


def test_deleting_leaves_nothing(server: TestClient) -> None:
    evening = Evening.made(server)
    evening.go("lobby")
    evening.join()
    server.delete(f"/api/workshops/{evening.workshop}", headers=evening.owner)
    with server.app.state.workshops.engine.connect() as connection:  # type: ignore[attr-defined]
        for table, column in ((ROOM, ROOM.c.name), (EVENT, EVENT.c.room), (RECEIPT, RECEIPT.c.room)):
            assert not connection.execute(table.select().where(column == evening.room)).all()


def test_what_is_over_is_deleted_on_its_day_by_the_server_itself(server: TestClient) -> None:
    workshops = server.app.state.workshops  # type: ignore[attr-defined]
    evening, later = Evening.made(server, retention_days=1), Evening.made(server, retention_days=30)
    now = workshops.clock
    try:
        assert evening.workshop not in delete_expired(workshops)
        workshops.clock = lambda: now() + 3 * 86_400
        for _ in range(100):
            if server.get(f"/api/rooms/{evening.room}", headers=evening.owner).status_code == 401:
                break
            threading.Event().wait(0.1)
    finally:
        workshops.clock = now
    assert server.get(f"/api/rooms/{evening.room}", headers=evening.owner).status_code == 401, "the link opens nothing any more"
    assert later.see(later.owner)["phase"] == "draft"


def test_a_clock_that_jumps_deletes_nothing_unasked(server: TestClient) -> None:
    workshops = server.app.state.workshops  # type: ignore[attr-defined]
    evening = Evening.made(server, retention_days=1)
    now = workshops.clock
    try:
        workshops.clock = lambda: now() + 9 * 366 * 86_400
        assert delete_due(workshops) == []
        assert evening.see(evening.owner)["phase"] == "draft"
        evening.go("lobby")
        assert evening.workshop not in delete_due(workshops), "and nothing that is being played"
    finally:
        workshops.clock = now
    assert server.delete(f"/api/workshops/{evening.workshop}", headers=evening.owner).status_code == 200


def test_time_runs_out_by_itself(server: TestClient) -> None:
    evening = Evening.made(server, timers={"decide": 5})
    evening.go("lobby", "decide")
    evening.lead("timer", seconds=-5)
    for _ in range(100):
        if evening.see(evening.owner)["phase"] == "closed":
            break
        threading.Event().wait(0.1)
    seen = evening.see(evening.owner)
    assert (seen["phase"], seen["reason"]) == ("closed", "time is up")


def test_a_changed_row_is_found_and_nothing_is_built_on_it(server: TestClient) -> None:
    workshops = server.app.state.workshops  # type: ignore[attr-defined]
    evening = Evening.made(server)
    evening.go("lobby", "decide")
    with workshops.engine.execution_options(writes=True).begin() as connection:
        connection.execute(EVENT.update().where(EVENT.c.room == evening.room, EVENT.c.number == 2).values(at="2020-01-01"))
    workshops.rooms.forget(evening.room)
    answer = server.get(f"/api/rooms/{evening.room}", headers=evening.owner)
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/broken-log")
