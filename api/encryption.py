"""A certificate that the server makes for itself, for networks in which nobody else gives one."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

from .settings import SettingsError

FOLDER = Path("negotiation.tls")
DAYS = 365
"""For which a certificate holds; it is used again for half of them, so that browsers that were told to trust it need not be told at every start."""


def self_signed(names: Sequence[str], folder: Path = FOLDER) -> tuple[Path, Path]:
    """Return a certificate for names and addresses, and its key, made by openssl where there is none yet.

    Raises
    ------
    SettingsError
        When openssl is not there, or cannot make one.
    """
    names = sorted(set(names))
    about = hashlib.sha256(" ".join(names).encode()).hexdigest()[:12]
    certificate, key = folder / f"{about}.crt", folder / f"{about}.key"
    if certificate.exists() and key.exists() and time.time() - certificate.stat().st_mtime < DAYS / 2 * 86_400:
        return certificate, key
    openssl = shutil.which("openssl")
    if openssl is None:
        raise SettingsError("a certificate is made with openssl, which is not here", "install openssl, or leave --tls-self-signed out")
    folder.mkdir(mode=0o700, exist_ok=True)
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", str(DAYS), "-subj", "/CN=Negotiation engine"]
    words += ["-addext", f"subjectAltName={','.join(map(_entry, names))}", "-keyout", str(key), "-out", str(certificate)]
    made = subprocess.run([openssl, *words], capture_output=True, text=True, check=False)
    if made.returncode:
        last = (made.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SettingsError(f"openssl made no certificate: {last}", "leave --tls-self-signed out")
    key.chmod(0o600)
    return certificate, key


def _entry(name: str) -> str:
    try:
        return f"IP:{ip_address(name)}"
    except ValueError:
        return f"DNS:{name}"
