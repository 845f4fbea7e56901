"""The same full hall on oTree, where it is installed: a public good for everybody, one page to decide, one to wait, one with the results."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from .crowd import MOST, Connection, heading
from .serving import Served, free_port

SETTINGS = """
SESSION_CONFIGS = [dict(name='good', app_sequence=['good'], num_demo_participants=3)]
SESSION_CONFIG_DEFAULTS = dict(real_world_currency_per_point=1.0, participation_fee=0.0, doc='')
PARTICIPANT_FIELDS, SESSION_FIELDS = [], []
LANGUAGE_CODE, REAL_WORLD_CURRENCY_CODE, USE_POINTS = 'en', 'USD', True
ADMIN_USERNAME, ADMIN_PASSWORD, SECRET_KEY, DEMO_PAGE_INTRO_HTML = 'admin', 'bench', 'bench', ''
"""
APP = """
from otree.api import *

class C(BaseConstants):
    NAME_IN_URL, PLAYERS_PER_GROUP, NUM_ROUNDS = 'good', None, 1

class Subsession(BaseSubsession):
    pass

class Group(BaseGroup):
    pot = models.FloatField()

class Player(BasePlayer):
    give = models.IntegerField(choices=[[1, 'Give all'], [0, 'Keep all']], widget=widgets.RadioSelect)

def settle(group):
    players = group.get_players()
    group.pot = 200 * sum(player.give for player in players) / len(players)
    for player in players:
        player.payoff = group.pot + 100 * (1 - player.give)

class Decide(Page):
    form_model, form_fields = 'player', ['give']

class Wait(WaitPage):
    after_all_players_arrive = settle

class Results(Page):
    pass

page_sequence = [Decide, Wait, Results]
"""
PAGES = {
    "Decide": "{{ block title }}What do you do?{{ endblock }}{{ block content }}{{ formfields }}{{ next_button }}{{ endblock }}",
    "Results": "{{ block title }}Results{{ endblock }}{{ block content }}You earned {{ player.payoff }} of a pot of {{ group.pot }}.{{ endblock }}",
}
FORM = "application/x-www-form-urlencoded"
SOCKET = re.compile(rb'(?:data-socket-url=|makeReconnectingWebSocket\()"([^"]+)"')
UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"


@contextmanager
def otree(program: Path) -> Iterator[Served]:
    """Start oTree's production server on SQLite, and end it."""
    with TemporaryDirectory(prefix="otree-bench-") as folder:
        here, port = Path(folder), free_port()
        for name in ("good", "_static"):
            (here / name).mkdir()
        (here / "settings.py").write_text(SETTINGS)
        (here / "good" / "__init__.py").write_text(APP)
        for name, text in PAGES.items():
            (here / "good" / f"{name}.html").write_text(text)
        environment = {"OTREE_PRODUCTION": "1", "OTREE_SKIP_CSRF": "1", "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": ""}
        subprocess.run([program, "resetdb", "--noinput"], cwd=here, env={**os.environ, **environment}, check=True, capture_output=True)
        server = Served([str(program), "prodserver", str(port)], port, here, environment, "/api/otree_version")
        try:
            yield server
        finally:
            server.stop()


@dataclass
class Taker:
    """A participant: the page that is open, and the socket that it listens at.

    Parameters
    ----------
    port : int
    code : str
    """

    port: int
    code: str
    page: str = ""
    listening: list[asyncio.Task[None]] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._connection = Connection(self.port)

    async def visit(self, path: str, form: bytes | None = None) -> float:
        """Open a page, follow where it leads, and listen at its socket; return how long the first answer took."""
        begun, waited = time.perf_counter(), None
        status = 302
        while 300 <= status < 400:
            status, fields, page = await self._connection.fetch("GET" if form is None else "POST", path, form, FORM)
            waited = waited or time.perf_counter() - begun
            self.page, form = path, None
            path = "/" + fields.get(b"location", b"").decode().partition("//")[2].partition("/")[2] if b"//" in fields.get(b"location", b"") else _text(fields)
        if status != 200:
            raise RuntimeError(f"{self.page}: {status} {page[:300]!r}")
        for listening in self.listening:
            listening.cancel()
        self.listening = [asyncio.create_task(self._listen(found.decode().replace("&amp;", "&"))) for found in SOCKET.findall(page)]
        if "/Results/" in self.page:
            self.done.set()
        return waited or 0.0

    async def _listen(self, path: str) -> None:
        """Wait until the socket says that the group is complete, then look again."""
        socket = Connection(self.port)
        try:
            reader, writer = await socket.open()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n{UPGRADE}".encode())
            await heading(reader)
            while True:
                _, size = await reader.readexactly(2)
                said = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big") if size == 126 else size)
                if b"ready" in said:
                    break
        finally:
            socket.close()
        self.listening = []
        await self.visit(self.page)


def _text(fields: dict[bytes, bytes]) -> str:
    return fields.get(b"location", b"").decode()


async def hall(server: Served, people: int, seconds: float) -> tuple[list[float], float, float]:
    """Let everybody decide within some seconds; return the waits, the seconds from the last decision to all results, and the processor seconds of it all."""
    owner = Connection(server.port)
    made = await owner.json("POST", "/api/sessions", {"session_config_name": "good", "num_participants": people})
    session = await owner.json("GET", f"/api/sessions/{made['code']}")
    takers = [Taker(server.port, one["code"]) for one in session["participants"]]
    for taker in takers:
        await taker.visit(f"/InitializeParticipant/{taker.code}")
    before, begun = server.cpu(), time.perf_counter()
    waits = await asyncio.gather(*(_decide(taker, begun + number * seconds / people, number % 2) for number, taker in enumerate(takers)))
    ended = max(at for _, at in waits)
    await asyncio.wait_for(asyncio.gather(*(taker.done.wait() for taker in takers)), MOST)
    seen = time.perf_counter() - ended
    used = server.cpu() - before
    _stop(takers)
    return [wait for wait, _ in waits], seen, used


async def _decide(taker: Taker, at: float, give: int) -> tuple[float, float]:
    await asyncio.sleep(max(0.0, at - time.perf_counter()))
    begun = time.perf_counter()
    waited = await taker.visit(taker.page, f"give={give}".encode())
    return waited, begun + waited


def _stop(takers: Sequence[Taker]) -> None:
    for taker in takers:
        for listening in taker.listening:
            listening.cancel()
