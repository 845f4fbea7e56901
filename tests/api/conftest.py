"""A server for the tests: in process on SQLite, in a process of its own for browsers, and a PostgreSQL of their own."""

import glob
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from api.app import create_app
from api.settings import ServerSettings

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def not_here(what: str) -> None:
    """Say that a test could not run; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed, but CI must have it")
    pytest.skip(f"NOT RUN: {what} is not installed")


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Make an empty database and return its address; whatever needs one runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path_factory.mktemp('database')}/d.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.empty


@pytest.fixture(scope="session")
def client(database: Callable[[], str]) -> Iterator[TestClient]:
    """A server in this process; one address may try as many codes as it likes."""
    with TestClient(create_app(ServerSettings(database(), workers=1, seconds=60.0, join_tries=100_000)), raise_server_exceptions=False) as client:
        yield client


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A server in a process of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.port = folder, url, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        environment = {**os.environ, "DATABASE_URL": self.url, "NEGOTIATION_WORKERS": "2", "NEGOTIATION_LOG": "info"}
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
def served(database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("served"), database())
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser, while tests need one: as long as it is open, nothing else can have an event loop in this thread."""
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
        self._numbers = count()

    def start(self) -> None:
        self._run("-o", self._options, "-l", f"{self.folder}/log", "start")

    def stop(self) -> None:
        self._run("-m", "immediate", "stop")

    def empty(self) -> str:
        """Return the address of a new database with nothing in it."""
        name = f"empty{next(self._numbers)}"
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

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
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300"
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
