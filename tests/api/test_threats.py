"""The doors: codes that are guessed, seats that are stolen, forms that are forged, and what every answer tells a browser."""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import time
from collections.abc import Iterator, MutableMapping
from functools import partial
from typing import Any

import pytest
from fastapi import Request
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import MAX_BODY
from api.doors import TooOftenError, Tries, address_of

from .test_workshops import Evening, bearer, fresh

ALLOWED = 10
WRONG = "ZZZZZZ"


@pytest.fixture
def lobby(client: TestClient) -> Iterator[Evening]:
    state: Any = client.app.state  # type: ignore[attr-defined]
    before = state.tries, state.guesses
    state.tries, state.guesses = Tries(ALLOWED), Tries(100 * ALLOWED)
    client.cookies.clear()
    evening = Evening.made(client)
    evening.go("lobby")
    yield evening
    state.tries, state.guesses = before


# guessing codes


def guess(client: TestClient, code: str) -> Response:
    return client.post("/api/join", json={"code": code}, headers=fresh())


def look(client: TestClient, code: str) -> Response:
    found = client.get(f"/p/{code}")
    client.cookies.clear()
    return found


def test_of_a_thousand_wrong_codes_all_but_the_allowed_are_refused_unseen(client: TestClient, lobby: Evening) -> None:
    statuses: list[int] = []

    async def flood() -> None:
        scope = {"type": "http", "method": "POST", "path": "/api/join", "query_string": b"", "client": ("testclient", 1), "scheme": "http"}
        for number in range(1000):
            body = {"type": "http.request", "body": json.dumps({"code": f"{number:06d}"}).encode()}
            await client.app({**scope, "headers": [(b"content-type", b"application/json")]}, partial(asyncio.sleep, 0, body), answered)

    async def answered(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    assert client.portal is not None
    client.portal.call(flood)
    assert statuses == [404] * ALLOWED + [429] * (1000 - ALLOWED)
    token = re.search(r'name="token" value="(\w+)"', client.get("/f?game=stag_hunt").text)
    for ask in (
        lambda code: guess(client, code).json(),
        lambda code: client.get(f"/p/{code}").text.replace(code, ""),
        lambda code: client.post(f"/p/{code}", data={"seat": "s1", "token": token and token[1]}).text.replace(code, ""),
        lambda code: client.post(f"/p/{code}", data={"seat": "s1"}).text.replace(code, ""),
    ):
        assert ask(lobby.code) == ask(WRONG), "whoever tried too often does not learn which code is right"


def test_looking_at_wrong_codes_counts_as_trying_them(client: TestClient, lobby: Evening) -> None:
    statuses = [look(client, f"{number:06d}").status_code for number in range(2 * ALLOWED)]
    assert statuses == [404] * ALLOWED + [429] * ALLOWED
    assert guess(client, lobby.code).status_code == 429


def test_right_codes_are_not_counted(client: TestClient, lobby: Evening) -> None:
    assert {look(client, lobby.code).status_code for _ in range(3 * ALLOWED)} == {200}
    assert {guess(client, lobby.code).status_code for _ in range(3 * ALLOWED)} == {201, 409}
    client.cookies.clear()
    assert {guess(client, WRONG).status_code for _ in range(ALLOWED)} == {404}
    assert guess(client, lobby.code).status_code == 429


def test_many_addresses_together_have_a_limit_too(client: TestClient, lobby: Evening) -> None:
    client.app.state.guesses.most = 15  # type: ignore[attr-defined]
    assert [guess(TestClient(client.app, client=(f"10.0.0.{number}", 1)), WRONG).status_code for number in range(30)] == [404] * 15 + [429] * 15


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("testclient", "testclient"),
    ],
)
def test_a_network_of_version_6_is_one_address(host: str, counted: str) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1)})) == counted


def test_no_room_and_a_locked_room_look_alike_and_take_as_long(client: TestClient, lobby: Evening) -> None:
    lobby.go("briefing")
    state: Any = client.app.state  # type: ignore[attr-defined]
    state.tries.most = state.guesses.most = 100_000
    assert guess(client, lobby.code).json() == guess(client, WRONG).json()
    assert look(client, lobby.code).text.replace(lobby.code, "") == look(client, WRONG).text.replace(WRONG, "")

    def apart() -> float:
        took: dict[str, list[float]] = {lobby.code: [], WRONG: []}
        for _ in range(40):
            for code, times in took.items():
                begun = time.perf_counter()
                guess(client, code)
                times.append(time.perf_counter() - begun)
        locked, none = (statistics.median(times) for times in took.values())
        return abs(locked - none) / min(locked, none)

    assert any(apart() < 0.25 for _ in range(4)), "medians of requests that take turns: far less than one look at the database"


def test_what_was_tried_is_forgotten_after_a_minute() -> None:
    now = 0.0
    tries = Tries(2, lambda: now)
    tries.count("a")
    tries.count("a")
    with pytest.raises(TooOftenError):
        tries.count("a")
    tries.count("b")
    now = 60.0
    tries.count("a")


# stealing seats


def test_a_seat_is_held_by_a_cookie_that_no_script_reads_and_stands_nowhere_else(client: TestClient, lobby: Evening) -> None:
    for scheme, secure in (("http", False), ("https", True)):
        answer = client.post(f"{scheme}://testserver/api/join", json={"code": lobby.code}, headers=fresh())
        secret, cookie = answer.json()["secret"], answer.headers["set-cookie"]
        assert len(secret) >= 22, "128 bits"
        assert secret in cookie
        assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.lower().split("; "))
        assert ("secure" in cookie.lower().split("; ")) is secure
        client.cookies.clear()
    seat = bearer(secret)
    lobby.go("decide")
    lobby.post("decisions", seat, {"choice": "pay"})
    lobby.go("closed", "revealed")
    record = [f"/api/workshops/{lobby.workshop}{end}" for end in ("", "/archive", "/export.csv?texts=true", "/export.json?texts=true", "/pooled")]
    shown = [f"/api/rooms/{lobby.room}{end}" for end in ("", "/events", "/debrief")] + [
        f"/s/{lobby.room}",
        f"/f/{lobby.workshop}",
        f"/f/{lobby.workshop}/1/paper",
    ]
    for who in (seat, lobby.owner):
        for path in record + shown:
            answer = client.get(path, headers=who)
            assert secret not in answer.text + str(answer.headers) + str(answer.url)


# forging


def sent(client: TestClient, path: str, **how: Any) -> int:
    return client.post(path, follow_redirects=False, **how).status_code


FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver:81"},
    {"Origin": "evil"},
    {"Sec-Fetch-Site": "cross-site", "Authorization": "Basic YTpi"},
    {"Sec-Fetch-Site": "cross-site", "Authorization": "Bearer "},
]
OLD: list[dict[str, str]] = [{"Origin": "null"}, {}, {"Origin": "null", "Authorization": "Basic YTpi"}]
"""What an old browser sends for another site's form, when it says neither which site nor which origin: there the form's token decides."""


@pytest.fixture
def browser_of_owner(client: TestClient, lobby: Evening) -> Iterator[TestClient]:
    client.cookies.set(f"key_{lobby.workshop}", lobby.owner["Authorization"].split()[1])
    yield client
    client.cookies.clear()


@pytest.mark.parametrize("headers", [*FOREIGN, *OLD])
def test_a_form_of_another_site_does_nothing(browser_of_owner: TestClient, lobby: Evening, headers: dict[str, str]) -> None:
    version = lobby.see(lobby.owner)["version"]
    codes = [
        sent(browser_of_owner, f"/f/{lobby.workshop}/1/{name}", data={"to": "decide", "sure": "yes", "capacity": "view"}, headers=headers)
        for name in ("go", "delete", "link")
    ]
    codes += [sent(browser_of_owner, path, data={"game": "stag_hunt", "title": "x", "seat": "s1"}, headers=headers) for path in ("/f", f"/p/{lobby.code}")]
    assert set(codes) == {403}
    assert lobby.see(lobby.owner)["version"] == version


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_script_of_another_site_does_nothing(browser_of_owner: TestClient, lobby: Evening, headers: dict[str, str]) -> None:
    version = lobby.see(lobby.owner)["version"]
    assert sent(browser_of_owner, f"/api/rooms/{lobby.room}/go", json={"to": "decide"}, headers=headers) == 403
    assert lobby.see(lobby.owner)["version"] == version


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_pages_may_send_elsewhere_without_asking_is_no_request_of_the_interface(browser_of_owner: TestClient, lobby: Evening, kind: str) -> None:
    lobby.join()
    browser_of_owner.cookies.set(f"key_{lobby.workshop}", lobby.owner["Authorization"].split()[1])
    version = lobby.see(lobby.owner)["version"]
    for origin in ({"Origin": "null"}, {}):
        headers = origin | ({"Content-Type": kind} if kind else {})
        assert sent(browser_of_owner, f"/api/rooms/{lobby.room}/go", content=b'{"to": "decide"}', headers=headers) == 403
        assert sent(browser_of_owner, f"/api/rooms/{lobby.room}/seats/s1/device", content=b"", headers=headers) == 403
    assert lobby.see(lobby.owner)["version"] == version


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://testserver"}, {"Origin": "null"}])
def test_a_form_of_our_own_page_is_taken(browser_of_owner: TestClient, lobby: Evening, headers: dict[str, str]) -> None:
    """Our pages send no referrer, so that old browsers say of them, too, that their origin is null."""
    token = re.findall(r'name="token" value="(\w+)"', browser_of_owner.get(f"/f/{lobby.workshop}").text)[0]
    assert sent(browser_of_owner, f"/f/{lobby.workshop}/1/go", data={"to": "decide", "token": token}, headers=headers) == 303
    browser_of_owner.cookies.clear()
    token = re.findall(r'name="token" value="(\w+)"', browser_of_owner.get("/f?game=stag_hunt").text)[0]
    assert sent(browser_of_owner, "/f", data={"game": "stag_hunt", "title": "x", "token": token}, headers=headers) == 303
    assert sent(browser_of_owner, "/f", data={"game": "stag_hunt", "title": "x", "token": "é" + token}, headers=headers) == 403


# headers


def every_address(client: TestClient, lobby: Evening) -> Iterator[tuple[str, str]]:
    """Each route with its methods, and what belongs to no route."""
    filled = {"room": lobby.room, "workshop": lobby.workshop, "table": "1", "code": lobby.code, "seat": "s1", "proposal": "p1", "job": "0" * 32}
    routes: Any = client.app.routes  # type: ignore[attr-defined]
    for route in (inner for outer in routes for inner in (outer.original_router.routes if hasattr(outer, "original_router") else [outer])):
        if isinstance(route, APIRoute):
            named = {**filled, "name": "stag_hunt" if "/games/" in route.path else "go", "part": "equilibria", "token": "x" * 32}
            yield from ((method, route.path.format(**named)) for method in route.methods)
    yield from (("GET", path) for path in ("/static/page.js", "/static/nothing.js", "/nowhere", "/docs", "/openapi.json"))
    yield from (("DELETE", "/api/games"), ("PUT", f"/s/{lobby.room}"))


SHARED = ("/static/", "/games/", "/api/games", "/api/analyses")


def careful(answer: Response, path: str) -> None:
    headers = answer.headers
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer"), path
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'self'", "'none'", "'none'", "'self'"), path
    assert "script-src" not in policy or path == "/docs"
    if path != "/" and not path.startswith(SHARED):
        assert headers["cache-control"] == "no-store", path


def test_every_route_states_what_browsers_may_do(client: TestClient, lobby: Evening) -> None:
    asked = list(every_address(client, lobby))
    assert len(asked) > 60
    for method, path in asked:
        if path.endswith("/live") or (method, path) == ("DELETE", f"/api/workshops/{lobby.workshop}"):
            continue
        answer = client.request(method, path, headers=lobby.owner if path.startswith("/api") else {}, follow_redirects=False)
        careful(answer, path)
        assert "strict-transport-security" not in answer.headers
    careful(client.get(f"/api/rooms/{lobby.room}/live", headers=lobby.owner), "live")
    careful(client.post("/api/join", content=b"x" * (MAX_BODY + 1)), "too large")
    careful(client.post("/api/join", json={}, headers={"Sec-Fetch-Site": "cross-site"}), "forged")
    assert "max-age" in client.get("https://testserver/").headers["strict-transport-security"]


def test_a_mistake_of_the_server_shows_nothing_of_its_inside(client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(client.app.state.store, "listed", broken)  # type: ignore[attr-defined]
    for path in ("/api/games", "/", "/f"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
        careful(answer, path)
        for inside in ("hunter2", "Traceback", "RuntimeError", ".py"):
            assert inside not in answer.text
    assert "a request broke off" in caplog.text
    assert client.app.debug is False  # type: ignore[attr-defined]
