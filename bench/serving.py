"""Servers in processes of their own, for measuring: started, watched, ended by their id."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START = 60.0
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A server in processes of its own.

    Parameters
    ----------
    command : list of str
    port : int
    folder : Path
        Where it runs and logs.
    environment : dict
        Beside that of this process.
    alive : str
        Address that answers as soon as it listens.
    """

    def __init__(self, command: list[str], port: int, folder: Path, environment: dict[str, str], alive: str = "/healthz") -> None:
        self.port, self.log = port, folder / "log"
        with self.log.open("a") as log:
            self._process = subprocess.Popen(command, env={**os.environ, **environment}, cwd=folder, stdout=log, stderr=log)
        self._wait(f"http://127.0.0.1:{port}{alive}")

    def _wait(self, address: str) -> None:
        until = time.monotonic() + START
        while time.monotonic() < until and self._process.poll() is None:
            try:
                urllib.request.urlopen(address, timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the server did not start: {self.log.read_text()[-500:]}")

    @property
    def processes(self) -> list[int]:
        """The server's processes, all that it started among them."""
        found, new = [], [self._process.pid]
        while new:
            found += new
            new = [int(child) for one in new for task in Path(f"/proc/{one}/task").glob("*/children") for child in task.read_text().split()]
        return found

    def cpu(self) -> float:
        """Return the processor seconds that its processes have used so far."""
        used = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:13] for one in self.processes]
        return sum(int(part) for parts in used for part in parts) / TICKS

    def memory(self) -> tuple[float, float]:
        """Return MiB: resident in the largest process, and of all together, what they share counted once."""
        resident = [_kilobytes(f"/proc/{one}/status", "VmRSS:") for one in self.processes]
        return max(resident) / 1024, sum(_kilobytes(f"/proc/{one}/smaps_rollup", "Pss:") for one in self.processes) / 1024

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=30)


def _kilobytes(path: str, name: str) -> int:
    return int(next(line.split()[1] for line in Path(path).read_text().splitlines() if line.startswith(name)))


@contextmanager
def served(database: str | None = None, processes: int = 1) -> Iterator[Served]:
    """Start the workshop server, on SQLite unless told otherwise, and end it."""
    with tempfile.TemporaryDirectory(prefix="negotiation-bench-") as folder:
        port = free_port()
        environment = {"DATABASE_URL": database or f"sqlite:///{folder}/bench.db", "NEGOTIATION_JOIN_TRIES": "1000000", "NEGOTIATION_WORKERS": "1"}
        command = [sys.executable, "-m", "api", "--port", str(port), "--processes", str(processes)]
        server = Served(command, port, Path(folder), environment)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """Start a PostgreSQL with its usual settings, and end it; return its address."""
    ours = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []

    def run(*words: str) -> str:
        return subprocess.run([*ours, *words], check=True, capture_output=True, text=True, cwd="/tmp").stdout.strip()

    folder, port = run("mktemp", "-d", "/tmp/pgbench.XXXXXX"), free_port()
    control = [str(programs / "pg_ctl"), "-D", f"{folder}/data", "-w"]
    run(str(programs / "initdb"), "-D", f"{folder}/data", "-U", "tester", "--auth=trust", "-E", "UTF8")
    run(*control, "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=300", "-l", f"{folder}/log", "start")
    try:
        yield f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres"
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
