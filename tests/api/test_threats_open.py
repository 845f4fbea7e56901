"""A server that is open by mistake or asked too much at once, and what stands in its log."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

import api.__main__
from api.app import STATIC
from api.client import Client, RefusedError
from api.doors import Host
from api.live import MOST_AN_ADDRESS
from tests.workshop.table import GAME

from .conftest import Served
from .test_live import Screen
from .test_workshops import Evening, bearer


def test_where_others_reach_the_server_its_inside_is_for_the_owner(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(client.app.state._state, "host", Host("the owner's secret"))  # type: ignore[attr-defined]
    inside = ("/docs", "/openapi.json", "/metrics")
    assert {client.get(path).status_code for path in inside} == {401}
    assert {client.get(path, headers=bearer("wrong")).status_code for path in inside} == {401}
    assert {client.get(path, headers=bearer("the owner's secret")).status_code for path in inside} == {200}
    assert client.post("/api/workshops", json={"title": "x", "game": GAME}).status_code == 401
    mine = {"name": "mine", "game": GAME}
    assert client.post("/api/games", json=mine).status_code == 401
    assert client.post("/api/games", json=mine, headers=bearer("the owner's secret")).status_code == 201
    assert client.get("/healthz").status_code == 200


def reached(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def test_unless_told_otherwise_only_this_machine_reaches_the_server(served: Served) -> None:
    assert reached("127.0.0.1", served.port)
    assert not reached("127.0.0.2", served.port), "it listens at one address, not at all"
    for _, _, _, _, (address, *_) in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
        if not str(address).startswith("127."):
            assert not reached(str(address), served.port)


class Started(Exception):
    """What the server would be started with."""


@pytest.mark.parametrize(("words", "host"), [([], "127.0.0.1"), (["--lan"], "0.0.0.0"), (["--host", "192.168.1.7"], "192.168.1.7"), (["--host", "::1"], "::1")])
def test_a_server_that_is_opened_gets_an_owner_and_says_who_reaches_it(words: list[str], host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(config: Any, welcome: str) -> None:
        raise Started(config.host, welcome, os.environ.get("NEGOTIATION_OWNER"))

    monkeypatch.setenv("NEGOTIATION_OWNER", "")
    monkeypatch.setattr(api.__main__, "Server", start)
    with pytest.raises(Started) as started:
        api.__main__.main(words)
    listens, welcome, owner = started.value.args
    assert listens == host
    opened = words not in ([], ["--host", "::1"])
    assert bool(owner) is opened
    assert ("Everybody in this network can reach it" in welcome) is opened
    assert not opened or owner in welcome


def test_a_thousand_streams_of_one_address_leave_the_others_served(served: Served) -> None:
    owner = Client(served.address)
    made = owner.make({"title": "Wall", "game": GAME, "seats": [{"role": "firms", "seats": 5}]})
    room = made["tables"][0]["room"]
    owner.move(room, "go", {"to": "lobby"})
    wall = owner.ask("POST", f"/api/rooms/{room}/links", {"capacity": "view"})["secret"]
    open_now: list[Screen] = []
    refused = 0
    try:
        for _ in range(1000):
            screen = Screen(served, room, wall, path=f"/v/{wall}/live")
            if screen.status == 200:
                open_now.append(screen)
            else:
                assert screen.status == 413
                refused += 1
                screen.vanish()
        assert len(open_now) <= MOST_AN_ADDRESS
        assert refused >= 1000 - MOST_AN_ADDRESS
        slowest = 0.0
        for _ in range(5):
            begun = time.perf_counter()
            _, seat = Client(served.address).join(made["tables"][0]["code"])
            assert seat.see(room)["you"]
            slowest = max(slowest, time.perf_counter() - begun)
        assert slowest < 5.0
    finally:
        for screen in open_now:
            screen.vanish()
    owner.ask("DELETE", f"/api/workshops/{made['workshop']}")


def test_of_facilitators_who_change_something_at_the_same_moment_one_comes_through(client: TestClient) -> None:
    lobby = Evening.made(client)
    tag = client.get(f"/api/rooms/{lobby.room}", headers=lobby.owner).headers["etag"]
    headers = {**lobby.owner, "If-Match": tag}
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda fine: client.post(f"/api/rooms/{lobby.room}/terms", json={"terms": {"set": {"fine": fine}}}, headers=headers), range(12))
        )
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 11]
    won = next(number for number, answer in enumerate(answers) if answer.status_code == 200)
    assert lobby.see(lobby.owner)["terms"]["set"] == {"fine": won}


# what others made

VENDORED = {
    "htmx.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
    "vega-embed.min.js": "b1455caba2fb1a72fb46025ba0ba1316e2dbc7f0dd40a3f6040172bf9c08ba91",
    "vega-lite.min.js": "35a9821df838825b05a6a73e9414b58747a1b18321583858ed903c66393a5c7e",
    "vega.min.js": "8f6a3587cf8d4f42c7e08120e3eb05d067e746d554e39d2dcf52acc0bd5ba28f",
}


def test_scripts_of_others_are_those_that_were_taken_in() -> None:
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (STATIC / "vendor").iterdir() if file.suffix != ".txt"}
    assert found == VENDORED
    licences = " ".join(file.name for file in (STATIC / "vendor").glob("*.LICENSE.txt"))
    assert all(name.partition(".")[0].removesuffix("-bundle") in licences for name in VENDORED)


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_package_is_one_version_with_its_hashes(name: str) -> None:
    lines = (STATIC.parents[1] / "requirements" / f"{name}.lock").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    packages = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert len(packages) > 20
    assert [line for line in packages if "==" not in line or "--hash=sha256:" not in line] == []


def test_the_log_of_a_whole_workshop_holds_no_secret_no_code_and_nothing_that_people_wrote(served: Served) -> None:
    before = len(served.log.read_text())
    owner = Client(served.address)
    made = owner.make({"title": "Sentinel title", "game": GAME})
    room, code, workshop = made["tables"][0]["room"], made["tables"][0]["code"], made["workshop"]
    hidden = [made["secret"], code, workshop, "Sentinel", "Zainab", "sentinel-key"]
    owner.move(room, "go", {"to": "lobby"})
    seats = []
    for _ in range(2):
        name, seat = Client(served.address).join(code, alias="Zainab")
        seats.append((name, seat))
        hidden.append(str(seat.secret))
    owner.move(room, "go", {"to": "decide"})
    seats[0][1].ask("POST", f"/api/rooms/{room}/decisions", {"choice": "pay"}, key="sentinel-key-0001")
    owner.move(room, "go", {"to": "closed"})
    owner.move(room, "go", {"to": "revealed"})
    seats[0][1].ask("POST", f"/api/rooms/{room}/reflections", {"text": "Sentinel reflection"})
    seats[0][1].ask("POST", f"/api/rooms/{room}/proposals", {"title": "Sentinel proposal", "why": "Sentinel", "terms": {"levers": ["fines"]}})
    hidden.append(owner.ask("POST", f"/api/rooms/{room}/links", {"capacity": "view"})["secret"])
    hidden.append(owner.ask("POST", f"/api/rooms/{room}/seats/s1/device", {})["secret"])
    wall = Screen(served, room, hidden[-2], path=f"/v/{hidden[-2]}/live")
    wall.vanish()
    for path in (f"/p/{code}", f"/v/{hidden[-2]}", f"/api/workshops/{workshop}/archive", f"/api/rooms/{room}/events"):
        owner_or_refused(owner, path)
    for wrong in ("/api/nowhere?code=" + code, "/v/" + hidden[-2] + "/nothing", f"/p/{code}?secret={made['secret']}", "/api/rooms/%00"):
        owner_or_refused(Client(served.address), wrong)
    owner.ask("DELETE", f"/api/workshops/{workshop}")
    log = served.log.read_text()[before:]
    lines = [json.loads(line) for line in log.splitlines()]
    assert len(lines) > 15
    assert all({"at", "level", "from", "says"} <= set(line) for line in lines)
    assert not [line for line in lines if "trace" in line or line["level"] in ("error", "critical")]
    for text in (*hidden, "Traceback", "127.0.0.1"):
        assert text not in log, text


def owner_or_refused(who: Client, path: str) -> None:
    try:
        who.ask("GET", path)
    except (RefusedError, json.JSONDecodeError):
        return
