"""Start the server: `python -m api`."""

from __future__ import annotations

import argparse
import socket

import uvicorn

from .app import create_app

WELCOME = """
  The negotiation engine is running.

  Open            {address}
  HTTP interface  {address}/docs
  Command line    {negotiate} games
                  {negotiate} verdict common_effluent_plant

  Choose a game, move a slider, tick a lever: the verdict follows.
  Stop with Ctrl+C; saved games stay in negotiation.db.
"""


class Server(uvicorn.Server):
    """A server that says where it is once it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then tell."""
        await super().startup(sockets)
        if self.started:
            address = f"http://{self.config.host}:{self.config.port}"
            print(WELCOME.format(address=address, negotiate=".venv/bin/negotiate"), flush=True)


def main() -> None:
    """Run the server until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m api", description="Start the negotiation engine's server.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: only this machine)")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    Server(uvicorn.Config(create_app(), host=options.host, port=options.port, log_level="warning", server_header=False)).run()


if __name__ == "__main__":
    main()
