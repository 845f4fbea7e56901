"""A server that is stopped while its workers begin ends quietly and leaves nothing behind."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from .conftest import Served


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopping_while_a_worker_begins_says_nothing(tmp_path: Path, how: signal.Signals) -> None:
    server = Served(tmp_path, f"sqlite:///{tmp_path}/s.db")
    time.sleep(0.4)  # the workers are on their way
    server.process.send_signal(how)
    server.process.communicate(timeout=60)
    said = server.log.read_text()
    assert [word for word in ("leaked", "Traceback", "KeyboardInterrupt") if word in said] == []
