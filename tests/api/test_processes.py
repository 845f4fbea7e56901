"""Several processes of the server on one PostgreSQL, as `python -m api --processes 2` starts them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from api.client import Client
from tests.workshop.table import GAME

from .conftest import free_port

PROCESSES = 2


@pytest.fixture
def empty(postgresql: str) -> Iterator[str]:
    """A database with nothing in it."""
    engine = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE empty"))
        yield make_url(postgresql).set(database="empty").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE empty WITH (FORCE)"))
    engine.dispose()


def test_processes_that_begin_together_prepare_an_empty_database_once(empty: str, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "api", "--port", str(port), "--processes", str(PROCESSES)]
    environment = {**os.environ, "DATABASE_URL": empty, "NEGOTIATION_WORKERS": "1", "NEGOTIATION_JOIN_TRIES": "100"}
    with log.open("w") as said:
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=said, stderr=said)
    try:
        _wait(port, server, log)
        owner = Client(f"http://127.0.0.1:{port}")
        made = owner.make({"title": "Several", "game": GAME, "predict": False})
        room, code = made["tables"][0]["room"], made["tables"][0]["code"]
        owner.move(room, "go", {"to": "lobby"})
        with ThreadPoolExecutor(2) as pool:
            seats = [seat for _, seat in pool.map(lambda role: owner.join(code, role=role), ("firms", "office"))]
            owner.move(room, "go", {"to": "decide"})
            versions = list(pool.map(lambda pair: pair[0].move(room, "decisions", {"choice": pair[1]})["version"], zip(seats, ("pay", "check"), strict=True)))
        for _ in range(4 * PROCESSES):  # whichever process answers
            assert owner.see(room)["version"] == max(versions)
            assert len(owner.see(room)["rounds"][0]["decisions"]) == 2
    finally:
        server.terminate()
        server.wait(timeout=30)
    assert "Traceback" not in log.read_text()


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
            return
        except OSError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.2)
    raise AssertionError(f"the server did not start: {log.read_text()[-1000:]}")
