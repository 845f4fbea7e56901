"""The server's part of the command line: `negotiate doctor | rehearse | restore | forget`.

Kept light: a command's module is loaded when it is run.
"""

from __future__ import annotations

from argparse import ArgumentParser

from negotiation.cli.command import Command


def _doctor(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, help="port that the server will listen on")
    parser.add_argument("--database", metavar="URL", help="database to look at; otherwise DATABASE_URL or negotiation.db")


def _rehearse(parser: ArgumentParser) -> None:
    parser.add_argument("game", metavar="GAME", nargs="?", default="common_effluent_plant", help="game to rehearse with")
    parser.add_argument("--seats", type=int, default=30, help="how many play")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--address", metavar="URL", help="server to rehearse on; otherwise one is started for it and ended")


def _restore(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="an archive (.workshop.json), or a copy of the database (.db)")
    parser.add_argument("--check", action="store_true", help="only verify it and work every figure out again")
    parser.add_argument("--database", metavar="URL", help="database to restore to; otherwise DATABASE_URL or negotiation.db")


def _forget(parser: ArgumentParser) -> None:
    parser.add_argument("workshop", metavar="WORKSHOP", nargs="?", help="workshop to delete; otherwise all whose day has passed")
    parser.add_argument("--database", metavar="URL", help="database; otherwise DATABASE_URL or negotiation.db")


COMMANDS = (
    Command("doctor", "say whether this machine is ready for a workshop, and practise restoring a backup", _doctor, "api.doctor:run"),
    Command("rehearse", "play a whole workshop with programs in the seats", _rehearse, "api.rehearse:run"),
    Command("restore", "open an archive or a backup, every figure worked out again", _restore, "api.restore:run"),
    Command("forget", "delete a workshop, or those whose day has passed", _forget, "api.forget:run"),
)
