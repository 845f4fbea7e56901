"""Start the server: `python -m api`."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn

from .doctor import lan_addresses
from .encryption import self_signed
from .names import HERE, own_names
from .observe import logging_to_stderr
from .settings import ServerSettings, SettingsError
from .storage.database import is_sqlite
from .storage.keys import new_secret

APP = "api.app:create_app"
FAREWELL = 2
"""Seconds that open requests have when the server is stopped; screens that listen would never end by themselves."""
PATIENCE = 60
"""Seconds for which a process may say nothing before it is taken for dead: on a busy machine, reading the program in takes many."""
WELCOME = """
  The negotiation engine is running.

  Open            {address}
  Workshop        {address}/f{phones}
  HTTP interface  {address}/docs
  Command line    {negotiate} games
                  {negotiate} verdict common_effluent_plant

  Choose a game, move a slider, tick a lever: the verdict follows.
{lan}  Stop with Ctrl+C; what was saved stays in {database}.
"""
INTERNET = """
  Reached at {address}, through what ends TLS there and passes requests on to {host}, port {port}.
  Your own link   {address}/f#{secret}
  Keep your link to yourself: whoever has it makes workshops. It is shown this once.

"""
LAN = """
  Everybody in this network can reach it, {encrypted}: people join with a code and need no personal data.
  Phones          {phones}
  Your own link   {address}/f#{secret}
  Keep your link to yourself: whoever has it makes workshops. It is shown this once.

"""


class Server(uvicorn.Server):
    """A server that says where it is once it listens."""

    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self._welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then tell."""
        await super().startup(sockets)
        if self.started:
            print(self._welcome, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m api", description="Start the negotiation engine's server.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: only this machine)")
    parser.add_argument("--lan", action="store_true", help="let everybody in this network reach the server; prints your own link")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--tls-self-signed", action="store_true", help="encrypt with a certificate made here; browsers warn of it, and people have to accept it"
    )
    parser.add_argument("--processes", type=int, default=1, help="server processes beside each other, with PostgreSQL")
    options = parser.parse_args(arguments)
    try:
        settings = ServerSettings.from_environment()
        encrypted = _encrypted(settings) if options.tls_self_signed else {}
    except SettingsError as error:
        print(f"python -m api: {error}", file=sys.stderr)
        return 2
    if options.processes > 1 and is_sqlite(settings.database_url):
        print("python -m api: several processes need PostgreSQL: set DATABASE_URL, or leave --processes out", file=sys.stderr)
        return 2
    host = "0.0.0.0" if options.lan else options.host
    if options.host not in HERE:
        os.environ["NEGOTIATION_HOSTS"] = ",".join([*settings.hosts, options.host])
    opened = options.lan or settings.public is not None or host not in HERE
    if opened and settings.owner_secret is None:
        os.environ["NEGOTIATION_OWNER"] = new_secret()
    how: dict[str, Any] = {"factory": True, "server_header": False, "access_log": False, "log_level": "warning", "log_config": logging_to_stderr(settings.log)}
    how |= {"timeout_graceful_shutdown": FAREWELL, **encrypted}
    welcome = _welcome(host, options.port, settings, os.environ.get("NEGOTIATION_OWNER") if opened else None, "s" if encrypted else "")
    if options.processes > 1:
        print(welcome, flush=True)
        uvicorn.run(APP, host=host, port=options.port, workers=options.processes, timeout_worker_healthcheck=PATIENCE, **how)
    else:
        with suppress(KeyboardInterrupt):  # Ctrl+C is how it is meant to end
            Server(uvicorn.Config(APP, host=host, port=options.port, **how), welcome).run()
    return 0


def _encrypted(settings: ServerSettings) -> dict[str, Path]:
    certificate, key = self_signed([*own_names(), *HERE, *settings.hosts, *lan_addresses()])
    return {"ssl_certfile": certificate, "ssl_keyfile": key}


def _welcome(host: str, port: int, settings: ServerSettings, secret: str | None, s: str) -> str:
    if settings.public is not None:
        return _told(settings, settings.public, "", INTERNET.format(address=settings.public, host=host, port=port, secret=secret))
    reached = lan_addresses() if secret is not None else []
    address = f"http{s}://{reached[0] if reached else '127.0.0.1' if host == '0.0.0.0' else host}:{port}"
    phones = ", ".join(f"http{s}://{f'[{one}]' if ':' in one else one}:{port}/p" for one in reached) or "no network address found; connect to a Wi-Fi"
    encrypted = "with a certificate that browsers warn of" if s else "without encryption"
    lan = LAN.format(encrypted=encrypted, phones=phones, address=address, secret=secret) if secret is not None else ""
    how = "" if secret is not None else "   (for phones in the same Wi-Fi: .venv/bin/python -m api --lan)"
    return _told(settings, address, how, lan)


def _told(settings: ServerSettings, address: str, phones: str, lan: str) -> str:
    database = settings.database_url.removeprefix("sqlite:///") if is_sqlite(settings.database_url) else "PostgreSQL"
    return WELCOME.format(address=address, phones=phones, negotiate=".venv/bin/negotiate", lan=lan, database=database)


if __name__ == "__main__":
    sys.exit(main())
