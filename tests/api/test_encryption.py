"""A server that encrypts with a certificate of its own."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import encryption
from api.encryption import self_signed
from api.settings import SettingsError
from tests.workshop.table import GAME

from .conftest import free_port

WAIT = 60.0


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/s.db", "NEGOTIATION_WORKERS": "1"}
    command = [sys.executable, "-m", "api", "--port", str(port), "--tls-self-signed"]
    process = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    said = ""
    while "Ctrl+C" not in said and process.poll() is None:
        said += process.stdout.readline()
    assert f"https://127.0.0.1:{port}" in said
    yield f"https://127.0.0.1:{port}"
    process.terminate()
    process.communicate(timeout=WAIT)


def test_who_trusts_the_certificate_talks_in_secret_and_cookies_stay_so(address: str, tmp_path: Path) -> None:
    (certificate,) = (tmp_path / "negotiation.tls").glob("*.crt")
    trusting = ssl.create_default_context(cafile=str(certificate))
    body = json.dumps({"title": "Evening", "game": GAME}).encode()
    ask = urllib.request.Request(f"{address}/api/workshops", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(ask, timeout=WAIT, context=trusting) as answer:
        assert answer.status == 201
        cookie = str(answer.headers["set-cookie"])
    assert cookie.startswith("__Host-")
    assert "secure" in cookie.lower()
    with pytest.raises(OSError, match="self-signed"):
        urllib.request.urlopen(f"{address}/healthz", timeout=WAIT).close()


def test_a_certificate_is_used_again_until_half_of_its_days_are_over(tmp_path: Path) -> None:
    first = self_signed(["127.0.0.1", "laptop.local"], tmp_path)
    assert first[1].stat().st_mode & 0o077 == 0, "nobody else reads the key"
    assert self_signed(["laptop.local", "127.0.0.1", "127.0.0.1"], tmp_path) == first
    before = first[0].read_bytes()
    old = time.time() - encryption.DAYS * 0.6 * 86_400
    os.utime(first[0], (old, old))
    assert self_signed(["127.0.0.1", "laptop.local"], tmp_path)[0].read_bytes() != before
    assert self_signed(["127.0.0.1", "10.0.0.7"], tmp_path) != first, "other names need another one"


def test_without_openssl_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SettingsError, match="openssl") as told:
        self_signed(["127.0.0.1"], tmp_path)
    assert "leave --tls-self-signed out" in told.value.remedy
