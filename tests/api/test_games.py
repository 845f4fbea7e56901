"""What was saved stays saved, on SQLite and on PostgreSQL."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from api.settings import ServerSettings
from api.storage.database import open_engine
from api.storage.games import Games
from api.storage.migrate import upgrade
from negotiation import catalogue
from negotiation.errors import IllegalMoveError, UnknownNameError

from .conftest import Served

WAIT = 60.0
TEXT = "title: A\nmoney: USD\nstakeholders:\n  a: {actions: [x, y]}\npayoffs:\n  a: {x: 1, y: 2}\n"


def opened(url: str) -> Games:
    engine = open_engine(url)
    upgrade(engine)
    return Games(engine)


def test_a_database_keeps_games(database: Callable[[], str]) -> None:
    url = database()
    store = opened(url)
    store.load_catalogue()
    store.load_catalogue()
    assert {game.name for game in store.listed()} == set(catalogue.names())
    store.save("mine", TEXT)
    again = opened(url)
    again.load_catalogue()
    assert again.get("mine").text == TEXT
    assert again.get("mine").origin == "saved"
    with pytest.raises(IllegalMoveError):
        again.save("stag_hunt", TEXT)
    with pytest.raises(UnknownNameError, match="did you mean 'mine'"):
        again.get("mien")
    store.engine.dispose()
    again.engine.dispose()


def test_addresses_of_postgresql_are_understood_as_they_are_usually_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me@host/base")
    assert ServerSettings.from_environment().database_url == "postgresql+psycopg://me@host/base"


@pytest.fixture
def own_server(database: Callable[[], str], tmp_path: Path) -> Iterator[Served]:
    server = Served(tmp_path, database())
    yield server
    if server.process.poll() is None:
        server.stop()


def test_what_was_acknowledged_survives_a_kill(own_server: Served) -> None:
    for k in range(5):
        assert httpx2.post(f"{own_server.address}/api/games", json={"name": f"game{k}", "game": TEXT}, timeout=WAIT).status_code == 201
    os.kill(own_server.process.pid, signal.SIGKILL)
    own_server.process.communicate(timeout=WAIT)
    own_server.start()
    names = {game["name"] for game in httpx2.get(f"{own_server.address}/api/games", timeout=WAIT).json()["games"]}
    assert {f"game{k}" for k in range(5)} <= names
    told = own_server.stop()
    assert f"http://127.0.0.1:{own_server.port}" in told
