"""Several processes of the server on one PostgreSQL, as `python -m api --processes 2` starts them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api.client import Client
from tests.workshop.table import GAME

from .conftest import Postgres, free_port

PROCESSES = 2


def test_processes_that_begin_together_prepare_an_empty_database_once(postgres: Postgres, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "api", "--port", str(port), "--processes", str(PROCESSES)]
    environment = {**os.environ, "DATABASE_URL": postgres.empty(), "NEGOTIATION_WORKERS": "1", "NEGOTIATION_JOIN_TRIES": "100"}
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
