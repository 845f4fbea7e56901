"""A seat may ask for its own part only: fewer ticks, and a smaller view, on one server and on two with one database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from api.client import Client
from api.live import EVERY, Ticks
from api.storage import keys
from api.storage.database import open_engine
from api.storage.keys import Grant, Keys, grant, revoke
from api.storage.migrate import upgrade
from api.workshop.moves.rights import Actor
from tests.workshop.table import GAME

from .conftest import Served
from .test_live import Screen

ROOM = "0123456789ab-1"


@pytest.fixture
def evening(served: Served) -> Iterator[tuple[str, Client, Client, Client]]:
    owner = Client(served.address)
    made = owner.make({"title": "Own", "game": GAME, "seats": [{"role": "firms", "seats": 4, "members": 2}], "predict": False})
    room = made["tables"][0]["room"]
    owner.move(room, "go", {"to": "lobby"})
    code = owner.ask("GET", f"/api/workshops/{made['workshop']}")["tables"][0]["code"]
    (_, first), (_, second) = owner.join(code), owner.join(code)
    owner.move(room, "go", {"to": "decide"})
    yield room, owner, first, second
    owner.ask("DELETE", f"/api/workshops/{made['workshop']}")


def test_a_seats_page_hears_of_its_own_and_of_common_changes_only(served: Served, evening: tuple[str, Client, Client, Client]) -> None:
    room, owner, first, second = evening
    mine, every = Screen(served, room, str(first.secret), path=f"/api/rooms/{room}/live?own=true"), Screen(served, room, str(owner.secret))
    assert mine.sees(first.see(room)["version"]), "where it stands when it begins"
    others = second.move(room, "decisions", {"choice": "pay"})["version"]
    assert every.sees(others)
    assert not mine.until(lambda: others in mine.versions, 3 * EVERY)
    own = first.move(room, "decisions", {"choice": "pay"})["version"]
    assert mine.sees(own)
    common = owner.move(room, "go", {"to": "closed"})["version"]
    assert mine.sees(common)
    assert every.sees(common)
    mine.vanish()
    every.vanish()


def test_a_seat_can_ask_for_its_own_part_of_the_view(evening: tuple[str, Client, Client, Client]) -> None:
    room, owner, first, _ = evening
    whole, own = first.see(room), first.ask("GET", f"/api/rooms/{room}?own=true")
    assert [row["name"] for row in own["seats"]] == ["s1"]
    assert own["seats"][0] in whole["seats"]
    assert len(whole["seats"]) == 4
    assert len(owner.ask("GET", f"/api/rooms/{room}?own=true")["seats"]) == 4, "who has no seat sees all there is"


def wakened(*told: tuple[int, set[str] | None], seat: str, than: int) -> int:
    """Return what a seat that waits hears of when changes are told."""

    async def listen() -> int:
        ticks = Ticks()
        ticks.start()
        for version, seats in told:
            ticks.told(ROOM, version, seats)
        return await ticks.newer(ROOM, than, 0.05, seat)

    return asyncio.run(listen())


def test_a_change_that_comes_late_from_another_process_still_wakes_the_seats_that_it_concerns() -> None:
    assert wakened((50, {"s1"}), (49, {"s2"}), seat="s2", than=40) == 49
    assert wakened((50, {"s1"}), (49, None), seat="s2", than=40) == 49
    assert wakened((50, {"s1"}), (49, None), seat="", than=40) == 50
    assert wakened((50, {"s1"}), seat="s2", than=40) == 40
    assert wakened((50, {"s1"}), (50, {"s1"}), seat="s1", than=50) == 50


@pytest.fixture
def engine(database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(database())
    upgrade(engine)
    with engine.execution_options(writes=True).begin() as connection:
        for number in range(20):
            grant(connection, f"the secret of s{number}", Grant("0123456789ab", ROOM, Actor("seat", f"s{number}")))
    yield engine
    engine.dispose()


def test_hundreds_of_known_secrets_are_asked_for_at_once(engine: Engine) -> None:
    now, asked = 0.0, []
    known = Keys(engine, shared=False, clock=lambda: now)
    secrets = [f"the secret of s{number}" for number in range(20)]
    before = [known.find(secret) for secret in secrets]

    def count(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    with engine.execution_options(writes=True).begin() as connection:
        revoke(connection, ROOM, "s3")
    asked.clear()
    now = keys.KEPT
    found = [known.find(secret) for secret in secrets]
    assert [one.revoked for one in found if one is not None] == [number == 3 for number in range(20)]
    assert [one for number, one in enumerate(found) if number != 3] == [one for number, one in enumerate(before) if number != 3]
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 2, "once for all that are known, once for what is known no more"
