"""Live ticks over real connections: screens that vanish, that come back, and many at once."""

from __future__ import annotations

import json
import socket
import struct
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from api.client import Client, RefusedError
from api.live import EVERY, MOST_A_BEARER
from tests.workshop.table import GAME

from .conftest import Served

WAIT = 20.0
SOON = 5.0


class Screen:
    """A stream of server-sent events, read byte by byte."""

    def __init__(self, served: Served, room: str, secret: str, last: int | None = None, path: str = "") -> None:
        self.socket = socket.create_connection(("127.0.0.1", served.port), timeout=WAIT)
        lines = [f"GET {path or f'/api/rooms/{room}/live'} HTTP/1.1", f"Host: 127.0.0.1:{served.port}"]
        lines += ["Accept: text/event-stream", f"Authorization: Bearer {secret}"]
        lines += [] if last is None else [f"Last-Event-ID: {last}"]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.text = ""
        self.until(lambda: "retry:" in self.text or ("\r\n" in self.text and self.status != 200))

    def until(self, true: Any, seconds: float = WAIT) -> bool:
        end = time.monotonic() + seconds
        while not true():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                return False
            if not data:
                return bool(true())
            self.text += data.decode()
        return True

    @property
    def status(self) -> int:
        return int(self.text.split()[1])

    @property
    def versions(self) -> list[int]:
        return [json.loads(line.removeprefix("data: "))["version"] for line in self.text.splitlines() if line.startswith("data: ")]

    def sees(self, version: int, seconds: float = WAIT) -> bool:
        return self.until(lambda: version in self.versions, seconds)

    def vanish(self) -> None:
        """Reset the connection, as a phone does that leaves the network."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


@pytest.fixture
def table(served: Served) -> Iterator[tuple[Client, str, str]]:
    owner = Client(served.address)
    made = owner.make({"title": "Live", "game": GAME})
    yield owner, made["tables"][0]["room"], made["secret"]
    owner.ask("DELETE", f"/api/workshops/{made['workshop']}")


def streams(served: Served) -> int:
    with urllib.request.urlopen(f"{served.address}/metrics", timeout=WAIT) as answer:
        lines = answer.read().decode().splitlines()
    return int(next(line for line in lines if line.startswith("negotiation_streams ")).split()[1])


def note(owner: Client, room: str) -> int:
    """Change something; return the new version."""
    answer: int = owner.move(room, "display", {"elements": {"code": True}})["version"]
    return answer


def test_screens_that_vanish_in_the_middle_harm_nobody(served: Served, table: tuple[Client, str, str]) -> None:
    owner, room, secret = table
    said = served.log.read_text() if served.log.exists() else ""
    link = owner.ask("POST", f"/api/rooms/{room}/links", {"capacity": "view"})["secret"]
    before = streams(served)
    staying = [Screen(served, room, secret) for _ in range(2)]
    for _ in range(5):
        leaving = [Screen(served, room, link) for _ in range(MOST_A_BEARER)]
        version = note(owner, room)
        for screen in leaving:
            screen.vanish()
        version = note(owner, room)
        assert all(screen.sees(version) for screen in staying)
    for _ in range(3):
        version = note(owner, room)
    assert all(screen.sees(version) for screen in staying)
    end = time.monotonic() + WAIT
    while streams(served) > before + len(staying):
        note(owner, room)  # what is gone is noticed at the next sending at the latest
        assert time.monotonic() < end, "streams of screens that are gone are given back"
        time.sleep(0.2)
    for screen in staying:
        screen.vanish()
    assert "Traceback" not in served.log.read_text()[len(said) :]


def test_a_screen_that_comes_back_hears_only_what_it_missed(served: Served, table: tuple[Client, str, str]) -> None:
    owner, room, secret = table
    first = Screen(served, room, secret)
    version = note(owner, room)
    assert first.sees(version)
    assert f"id: {version}\n" in first.text
    first.vanish()
    again = Screen(served, room, secret, last=version)
    assert not again.until(lambda: again.versions, 2 * EVERY), "nothing is news to it"
    later = note(owner, room)
    assert again.sees(later)
    again.vanish()
    missed = Screen(served, room, secret, last=version)
    assert missed.sees(later)
    assert missed.versions == [later]
    missed.vanish()
    nonsense = Screen(served, room, secret, last=-5)
    assert nonsense.sees(later)
    nonsense.vanish()


def test_many_changes_at_once_are_few_ticks_and_the_last_one_is_among_them(served: Served, table: tuple[Client, str, str]) -> None:
    owner, room, secret = table
    screen = Screen(served, room, secret)
    begun = time.monotonic()
    for _ in range(40):
        version = note(owner, room)
    assert screen.sees(version)
    assert len(screen.versions) <= 3 + (time.monotonic() - begun) / EVERY
    assert screen.versions == sorted(set(screen.versions))
    assert {line.partition(":")[0] for line in screen.text.partition("\r\n\r\n")[2].splitlines() if ":" in line} <= {"retry", "id", "event", "data", ""}
    screen.vanish()


def test_too_many_streams_of_one_bearer_are_refused_and_others_are_served(served: Served, table: tuple[Client, str, str]) -> None:
    owner, room, _ = table
    owner.move(room, "go", {"to": "lobby"})
    seats = [Client(served.address).join(code)[1] for code in [owner.ask("GET", f"/api/workshops/{room.partition('-')[0]}")["tables"][0]["code"]] * 2]
    greedy, modest = (str(seat.secret) for seat in seats)
    open_now = [Screen(served, room, greedy) for _ in range(MOST_A_BEARER)]
    refused = [Screen(served, room, greedy) for _ in range(10)]
    assert {screen.status for screen in open_now} == {200}
    assert {screen.status for screen in refused} == {413}
    other = Screen(served, room, modest)
    assert other.status == 200
    version = note(owner, room)
    assert other.sees(version)
    assert seats[0].ask("GET", f"/api/rooms/{room}/live")["version"] == version, "whoever has no stream asks every few seconds"
    with pytest.raises(RefusedError):
        Client(served.address, "x" * 32).see(room)
    for screen in (*open_now, *refused, other):
        screen.vanish()
