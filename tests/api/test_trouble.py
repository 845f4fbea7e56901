"""The disk is full, the database is gone and back, several servers share one database: clear answers, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from api.app import create_app
from api.records import recomputed
from api.settings import ServerSettings
from api.storage.backups import backups
from api.storage.rooms import events_of, head_of
from api.workshop.archive import Archive
from api.workshop.events import verify

from .conftest import Postgres
from .test_workshops import Evening, bearer, fresh


def made(url: str) -> TestClient:
    app = create_app(ServerSettings(url, workers=1, seconds=20.0, join_tries=10_000))
    return TestClient(app, raise_server_exceptions=False)


def ready(client: TestClient) -> int:
    return client.get("/readyz").status_code


def whole(evening: Evening) -> int:
    """How many events the log has; it is verified."""
    with evening.client.app.state.workshops.engine.connect() as connection:  # type: ignore[attr-defined]
        return verify(events_of(connection, evening.room), head_of(connection, evening.room)[1])


def refused(answer: Any) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["remedy"]


@pytest.fixture
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with made(f"sqlite:///{tmp_path_factory.mktemp('trouble')}/t.db") as client:
        yield client


def test_a_full_disk_is_told_and_nothing_is_lost(on_sqlite: TestClient) -> None:
    evening = Evening.made(on_sqlite)
    evening.go("lobby", "decide")
    engine = on_sqlite.app.state.workshops.engine  # type: ignore[attr-defined]
    full = True

    def limit(connection: Any, *_: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {1 if full else 1_000_000}")  # never below what is in use
        cursor.close()

    event.listen(engine, "checkout", limit)
    taken = 0
    for number in range(400):
        answer = evening.post("pause" if number % 2 == 0 else "resume", evening.owner, {"reason": "x" * 900})
        if answer.status_code != 200:
            break
        taken += 1
    refused(answer)
    assert "the disk is full" in answer.json()["detail"]
    refused(
        on_sqlite.post(
            "/api/games", json={"name": "mine", "game": "title: A\nmoney: USD\nstakeholders:\n  a: {actions: [x]}\npayoffs:\n  a: {x: 1}\n" + "#" * 9000}
        )
    )
    assert whole(evening) == 3 + taken
    assert evening.see(evening.owner)["paused"] is (taken % 2 == 1)
    full = False
    assert evening.post("resume" if taken % 2 else "pause", evening.owner).status_code == 200
    assert whole(evening) == 4 + taken


def test_postgresql_goes_and_comes_back_and_the_workshop_goes_on(postgres: Postgres) -> None:
    with made(postgres.url) as client:
        evening = Evening.made(client)
        evening.go("lobby")
        _, seat = evening.join()
        evening.go("decide")
        assert evening.post("decisions", seat, {"choice": "pay"}).status_code == 200
        assert ready(client) == 200
        postgres.stop()
        try:
            key = {**fresh(), **seat}
            refused(client.post(f"/api/rooms/{evening.room}/decisions", json={"choice": "stay"}, headers=key))
            refused(client.get(f"/api/rooms/{evening.room}", headers=seat))
            refused(client.get("/readyz"))
            refused(client.get("/api/games"))
            assert client.get("/healthz").status_code == 200
        finally:
            postgres.start()
        assert evening.see(seat)["rounds"][0]["decisions"]["s1"]["choice"] == {"pay": 2}, "what was acknowledged is there, what was not is not"
        again = client.post(f"/api/rooms/{evening.room}/decisions", json={"choice": "stay"}, headers=key)
        assert again.status_code == 200, "the same request again, as a phone sends it"
        evening.go("closed", "revealed")
        assert whole(evening) == 8
        assert ready(client) == 200


def test_two_servers_on_one_postgresql_share_ticks_and_nobody_overwrites_the_other(postgresql: str) -> None:
    with made(postgresql) as here, made(postgresql) as there:
        evening = Evening.made(here)
        evening.go("lobby")
        _, seat = evening.join()
        elsewhere = Evening(there, evening.workshop, evening.room, evening.code, evening.owner)
        elsewhere.go("decide")
        for number in range(6):
            side = (evening, elsewhere)[number % 2]
            assert side.post("decisions", seat, {"choice": ("pay", "stay")[number % 2]}).status_code == 200
            version = side.see(seat)["version"]
            assert {one.see(seat)["version"] for one in (evening, elsewhere)} == {version}
            for client in (here, there):
                heard = client.portal.call(client.app.state.ticks.newer, evening.room, version - 1, 10.0)  # type: ignore[union-attr,attr-defined,call-arg]
                assert heard == version
        given = there.post(f"/api/rooms/{evening.room}/seats/s1/device", headers=evening.owner).json()["secret"]
        assert [evening.client.get(f"/api/rooms/{evening.room}", headers=who).status_code for who in (seat, bearer(given))] == [401, 200]
        assert whole(evening) == whole(elsewhere)


def test_the_server_hears_again_after_its_database_was_away(postgres: Postgres) -> None:
    with made(postgres.url) as here, made(postgres.url) as there:
        evening = Evening.made(here)
        postgres.stop()
        postgres.start()
        end = time.monotonic() + 20
        while True:  # the listener tries again every second
            answer = evening.post("pause", evening.owner) if not evening.see(evening.owner)["paused"] else evening.post("resume", evening.owner)
            version = answer.json()["version"]
            if there.portal.call(there.app.state.ticks.newer, evening.room, version - 1, 1.0) == version:  # type: ignore[union-attr,attr-defined,call-arg]
                break
            assert time.monotonic() < end


def test_on_postgresql_a_reveal_leaves_an_archive_that_opens_and_goes_with_its_workshop(postgresql: str) -> None:
    with made(postgresql) as client:
        evening = Evening.made(client)
        engine = client.app.state.workshops.engine  # type: ignore[attr-defined]
        evening.go("lobby", "decide", "closed", "revealed")
        evening.go("decide", "closed", "revealed")
        end = time.monotonic() + 10
        while len(backups(engine, evening.workshop)) < 2:
            assert time.monotonic() < end
            time.sleep(0.05)
        newest = Archive.model_validate_json(backups(engine, evening.workshop)[-1].read_bytes())
        assert (recomputed(newest).rounds, recomputed(newest).different) == (2, ())
        assert client.delete(f"/api/workshops/{evening.workshop}", headers=evening.owner).status_code in (200, 204)
        assert not backups(engine, evening.workshop)
