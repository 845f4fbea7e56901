"""Under which names the server answers, and what changes where everybody on the internet can reach it."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

import api.__main__
from api.app import create_app
from api.local import workshops_in
from api.names import OtherHostError, names_of, refuse_other_names
from api.settings import ServerSettings, SettingsError
from api.storage.keys import LETTERS
from api.workshop.plan import Plan
from tests.workshop.table import GAME

from .conftest import Served
from .test_workshops import bearer, fresh

OWNER = "the owner's secret, long enough"
PUBLIC = "https://workshop.example.org"
REBOUND = ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.99", "[::2]:80", "", "[", "a b", "xn--a:80:80")


def asked(served: Served, host: str, path: str = "/api/games", more: str = "") -> str:
    """Return the whole answer to a request that says this host."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n".encode())
        got = b""
        while part := line.recv(65536):
            got += part
    return got.decode("utf-8", "replace")


@pytest.mark.parametrize("host", REBOUND)
def test_a_page_that_lets_its_own_name_lead_here_gets_nothing(client: TestClient, host: str) -> None:
    for path in ("/", "/api/games", "/healthz", "/static/workshop.css", "/nowhere"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 421, (host, path)
        assert answer.headers["content-type"] == "application/problem+json"
        said = answer.json()
        assert (said["type"], said["instance"]) == ("/problems/other-host", path)
        assert "NEGOTIATION_HOSTS" in said["remedy"]
    assert client.post("/api/workshops", json={"title": "x", "game": GAME}, headers={"Host": host}).status_code == 421


def test_a_server_of_its_own_answers_to_its_address_and_to_this_machine_only(served: Served) -> None:
    for host in (
        f"127.0.0.1:{served.port}",
        f"localhost:{served.port}",
        "LOCALHOST",
        "localhost.",
        "[::1]",
        "[::ffff:127.0.0.1]:1",
        socket.gethostname(),
        f"{socket.gethostname()}.local:1",
    ):
        assert asked(served, host).startswith("HTTP/1.1 200"), host
    for host in ("evil.example", f"evil.example:{served.port}", "192.168.77.77"):
        assert asked(served, host).startswith("HTTP/1.1 421"), host
    assert not asked(served, "127.0.0.1", more="Host: evil.example\r\n").startswith("HTTP/1.1 200"), "two hosts are one too many"


@pytest.mark.parametrize(
    ("came_in_at", "host"),
    [("192.168.1.7", "192.168.1.7:8000"), ("::ffff:192.168.1.7", "192.168.1.7"), ("2001:db8::7", "[2001:DB8:0::7]:8000"), ("10.0.0.5", None)],
)
def test_whatever_address_of_a_network_a_request_came_in_at_is_a_name_of_the_server(came_in_at: str, host: str | None) -> None:
    headers = [] if host is None else [(b"host", host.encode())]
    refuse_other_names({"type": "http", "headers": headers, "server": (came_in_at, 8000)}, names_of(ServerSettings()))
    with pytest.raises(OtherHostError):
        refuse_other_names({"type": "http", "headers": [(b"host", b"192.168.1.8:8000")], "server": (came_in_at, 8000)}, names_of(ServerSettings()))


def test_names_of_a_proxy_are_given_by_a_setting(database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEGOTIATION_HOSTS", "hall.local, 10.1.2.3 ,")
    monkeypatch.setenv("DATABASE_URL", database())
    with TestClient(create_app()) as client:
        for host, status in (("hall.local", 200), ("Hall.Local:8080", 200), ("10.1.2.3", 200), ("other.local", 421), ("local", 421)):
            assert client.get("/healthz", headers={"Host": host}).status_code == status, host


# on the internet


@pytest.fixture(scope="module")
def everywhere(database: Callable[[], str]) -> Iterator[TestClient]:
    """A server behind a proxy that ends TLS and asks it without."""
    settings = ServerSettings(database(), workers=1, seconds=20.0, owner_secret=OWNER, public=PUBLIC)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000", headers={"Host": "workshop.example.org"}) as client:
        yield client


def made(client: TestClient) -> dict[str, Any]:
    answer = client.post("/api/workshops", json={"title": "Everywhere", "game": GAME}, headers=bearer(OWNER))
    assert answer.status_code == 201, answer.text
    client.cookies.clear()
    return {**answer.json(), "cookie": answer.headers["set-cookie"]}


def test_codes_have_seven_letters_where_everybody_can_try_and_six_in_a_hall(everywhere: TestClient, client: TestClient) -> None:
    hall = client.post("/api/workshops", json={"title": "Hall", "game": GAME}).json()
    client.cookies.clear()
    for who, one, letters in ((everywhere, made(everywhere), 7), (client, hall, 6)):
        code = one["tables"][0]["code"]
        assert re.fullmatch(f"[{LETTERS}]{{{letters}}}", code)
        who.post(f"/api/rooms/{one['tables'][0]['room']}/go", json={"to": "lobby"}, headers=bearer(one["secret"]))
        typed = f"{code[:3]}-{code[3:].lower()} "
        for text in (code, typed):
            page = who.get(f"/p?code={text}")
            assert page.status_code == 200
            assert "Take a free seat" in page.text
        assert who.post("/api/join", json={"code": typed}, headers=fresh()).status_code == 201
        who.cookies.clear()


def test_archives_opened_on_the_internet_get_long_codes_too(everywhere: TestClient) -> None:
    one = made(everywhere)
    archive = everywhere.get(f"/api/workshops/{one['workshop']}/archive", headers=bearer(one["secret"])).json()
    everywhere.delete(f"/api/workshops/{one['workshop']}", headers=bearer(one["secret"]))
    opened = everywhere.post("/api/archives", json=archive, headers=bearer(OWNER)).json()
    everywhere.cookies.clear()
    assert len(opened["tables"][0]["code"]) == 7


def test_commands_make_codes_of_the_same_length(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for public, letters in (("", 6), (PUBLIC, 7)):
        monkeypatch.setenv("NEGOTIATION_PUBLIC", public)
        with workshops_in(f"sqlite:///{tmp_path}/w.db") as workshops:
            assert len(workshops.make(Plan(title="Here", game=GAME)).tables[0][1]) == letters


def test_cookies_links_and_headers_are_made_for_the_public_address(everywhere: TestClient) -> None:
    one = made(everywhere)
    cookie = one["cookie"]
    assert cookie.startswith(f"__Host-key_{one['workshop']}=")
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= set(cookie.lower().split("; "))
    assert "domain" not in cookie.lower()
    name, secret = cookie.partition(";")[0].split("=", 1)
    console = everywhere.get(f"/f/{one['workshop']}", headers={"Cookie": f"{name}={secret}"})
    assert console.status_code == 200, "the browser that made it leads it"
    assert f"{PUBLIC}/p/{one['tables'][0]['code']}" in console.text
    assert "http://" not in console.text.replace("http://www.w3.org", "")
    assert console.headers["strict-transport-security"]
    bare = everywhere.get(f"/f/{one['workshop']}", headers={"Cookie": f"{name.removeprefix('__Host-')}={secret}"})
    assert bare.status_code == 401, "a cookie that another host could have set opens nothing"
    shown = everywhere.get("/f?game=stag_hunt")
    assert all(part.strip().startswith("__Host-") for part in shown.headers.get_list("set-cookie"))


def test_a_proxy_may_ask_under_its_own_name_for_this_server(everywhere: TestClient) -> None:
    one = made(everywhere)
    cookie = {"Cookie": one["cookie"].partition(";")[0], "Host": "127.0.0.1:8000", "Content-Type": "application/json"}
    path = f"/api/rooms/{one['tables'][0]['room']}/go"
    assert everywhere.post(path, json={"to": "lobby"}, headers={**cookie, "Origin": "https://evil.example"}).status_code == 403
    assert everywhere.post(path, json={"to": "lobby"}, headers={**cookie, "Origin": PUBLIC}).status_code == 200


def test_on_the_internet_the_description_is_for_the_owner(everywhere: TestClient) -> None:
    for path in ("/docs", "/openapi.json", "/metrics"):
        assert everywhere.get(path).status_code == 401
        assert everywhere.get(path, headers=bearer(OWNER)).status_code == 200
    assert everywhere.post("/api/workshops", json={"title": "x", "game": GAME}).status_code == 401


def test_a_public_server_without_an_owner_does_not_start() -> None:
    with pytest.raises(SettingsError, match="NEGOTIATION_OWNER"):
        create_app(ServerSettings("sqlite://", public=PUBLIC))


@pytest.mark.parametrize(
    "address",
    ["http://workshop.example.org", "workshop.example.org", "https://", "https://a.example/path", "https://me@a.example", "https://[", "ftp://a.example"],
)
def test_what_is_no_public_address_is_refused_with_a_remedy(address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("NEGOTIATION_PUBLIC", address)
    assert api.__main__.main([]) == 2
    assert "set NEGOTIATION_PUBLIC to https://" in capsys.readouterr().err


def test_a_public_server_that_has_no_owner_yet_gets_one_and_says_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Silent:
        def __init__(self, _: Any, welcome: str) -> None:
            told.append(welcome)

        def run(self) -> None:
            """Do not serve."""

    monkeypatch.setenv("NEGOTIATION_PUBLIC", PUBLIC + "/")
    monkeypatch.setenv("NEGOTIATION_OWNER", "")
    monkeypatch.setattr(api.__main__, "Server", Silent)
    assert api.__main__.main([]) == 0
    owner = os.environ["NEGOTIATION_OWNER"]
    assert len(owner) >= 22
    assert f"{PUBLIC}/f#{owner}" in told[0]
    assert "without encryption" not in told[0]
