"""A server for the tests: in process on SQLite, in a process of its own for browsers, and a PostgreSQL of their own."""

import glob
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, sync_playwright

from api.app import create_app
from api.settings import ServerSettings

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def not_here(what: str) -> None:
    """Say that a test could not run; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed, but CI must have it")
    pytest.skip(f"NOT RUN: {what} is not installed")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    url = f"sqlite:///{tmp_path_factory.mktemp('server')}/test.db" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    with TestClient(create_app(ServerSettings(url, workers=1, seconds=10.0)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server on SQLite only, for what has nothing to do with where data is kept; one address may try as many codes as it likes."""
    url = f"sqlite:///{tmp_path_factory.mktemp('lone')}/lone.db"
    with TestClient(create_app(ServerSettings(url, workers=1, seconds=20.0, join_tries=100_000)), raise_server_exceptions=False) as client:
        yield client


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A server in a process of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.address = f"http://127.0.0.1:{port}"
        self.start()

    def start(self) -> None:
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{self.folder}/served.db", "NEGOTIATION_WORKERS": "2", "NEGOTIATION_LOG": "info"}
        self.log = self.folder / "log"
        command = [sys.executable, "-m", "api", "--port", str(self.port)]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(command, env=environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=log, text=True)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.address}/healthz", timeout=1).close()
                return
            except OSError:
                assert self.process.poll() is None, "the server ended"
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    def stop(self, kill: bool = False) -> str:
        (self.process.kill if kill else self.process.terminate)()
        out, _ = self.process.communicate(timeout=30)
        return str(out)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("served"), free_port())
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        not_here("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


class Postgres:
    """A PostgreSQL of the tests' own, that can be stopped and started."""

    def __init__(self, control: list[str], options: str, folder: Path, port: int) -> None:
        self._control, self._options, self.folder = control, options, folder
        self.url = f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres"

    def start(self) -> None:
        self._run("-o", self._options, "-l", f"{self.folder}/log", "start")

    def stop(self) -> None:
        self._run("-m", "immediate", "stop")

    def _run(self, *words: str) -> None:
        subprocess.run([*self._control, *words], check=True, capture_output=True, cwd="/tmp")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not found:
        not_here("PostgreSQL")
    folder = Path(subprocess.run(as_postgres(["mktemp", "-d", "/tmp/pgtest.XXXXXX"]), capture_output=True, text=True, check=True, cwd="/tmp").stdout.strip())
    port = free_port()
    subprocess.run(
        as_postgres([f"{found[-1]}/initdb", "-D", f"{folder}/data", "-U", "tester", "--auth=trust", "-E", "UTF8"]), check=True, capture_output=True, cwd="/tmp"
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    server = Postgres(as_postgres([f"{found[-1]}/pg_ctl", "-D", f"{folder}/data", "-w"]), options, folder, port)
    server.start()
    backups = tmp_path_factory.mktemp("backups")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEGOTIATION_BACKUPS", str(backups))
        yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql(postgres: Postgres) -> str:
    return postgres.url
