"""What the pages of a workshop share: how a page is made, how a form becomes a move, who visits."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import segno
from fastapi import Path as PathParameter
from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from markupsafe import Markup
from starlette.datastructures import FormData

from negotiation.coalitional.methods import METHODS
from negotiation.errors import NegotiationError, NotApplicableError
from negotiation.numerics import shown
from negotiation.report.costs import RULE_NAMES

from .compute import Compute
from .doors import asking
from .workshop import bots
from .workshop.moves.rights import NotAllowedError
from .workshop.moves.table import MOVES
from .workshop.phases import TOLD
from .workshop.plan import INFORMATION
from .workshop_forms import check_token, nested, read
from .workshop_routes import settled
from .workshops import Workshops

templates = Jinja2Templates(Path(__file__).parent / "templates")
templates.env.filters["shown"] = shown
templates.env.auto_reload = False  # no look at the disk for each page
SHOWN = {"code": "Code to join", "decided": "How many have decided", "results": "What everybody did", "outcomes": "Outcomes", "agreements": "Agreements"}
NEXT = {
    "lobby": "Open the lobby",
    "briefing": "Explain the situation",
    "predict": "Ask what they expect",
    "decide": "Let everybody decide",
    "closed": "Close the round",
    "revealed": "Show the results",
    "negotiate": "Negotiate",
    "agree": "Vote",
    "debrief": "Look back",
    "archived": "Finish",
}
WHO_SEES = {
    "private": "only oneself",
    "role": "one's own role",
    "group": "one's own group",
    "public_now": "everybody at once",
    "public_after_reveal": "everybody after the result",
}
SEEN_BY = WHO_SEES | {"private": "nobody else", "role": "your own role", "group": "your own group"}
templates.env.globals.update(
    SEEN_BY=SEEN_BY,
    PHASES=TOLD,
    NEXT=NEXT,
    SHOWN=SHOWN,
    BOTS=bots.TOLD,
    SUBJECTS=INFORMATION,
    WHO_SEES=WHO_SEES,
    RULE_TITLES={key: RULE_NAMES[key] for key in METHODS},
    RULE_ABOUT={key: row.about for key, row in METHODS.items()},
)
Code = Annotated[str, PathParameter(max_length=20)]
RoomName = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{12}-[0-9]{1,2}$")]
WorkshopName = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{12}$")]
PRIVATE = {"Cache-Control": "no-store"}


def fresh_key() -> str:
    """Return a key for a form: another one each time, and no secret."""
    return f"{random.getrandbits(128):032x}"


def page(request: Request, name: str, context: dict[str, Any], error: NegotiationError | None = None) -> Response:
    """Return a page; an error stands on it in plain words, with its remedy."""
    status = 200 if error is None else error.status
    said = {"error": error, "key": fresh_key(), "now": time.time(), "typed": {}} | context
    return templates.TemplateResponse(request, f"workshop/{name}.html", said, status_code=status, headers=PRIVATE)


def qr(address: str) -> Markup:
    """Return an address as a picture that phones read."""
    return Markup(segno.make(address, error="m").svg_inline(scale=6, border=2, dark="#1d2b31"))


def base_of(request: Request) -> str:
    """Return the server's address as this browser knows it."""
    public: str | None = request.app.state.settings.public
    return public or f"{request.url.scheme}://{request.url.netloc}"


@dataclass(frozen=True)
class Visit:
    """Somebody who opens a page of a table: what a page needs to answer."""

    request: Request
    room: str
    workshops: Workshops
    compute: Compute

    @property
    def screen(self) -> bool:
        """Whether a script asks only for what changes on the page."""
        return self.request.url.path.endswith("/screen")


def typed_of(form: FormData) -> dict[str, Any]:
    """Return what was typed as it was typed, so that a page that refuses it can show it again; a field that stands several times as a list."""
    return {name: form.getlist(name) if name.endswith("[]") else str(value) for name, value in form.multi_items()}


async def act(visit: Visit, name: str, *others: str) -> None:
    """Make a move from a form, and the same one at other tables.

    Raises
    ------
    NegotiationError
        When the form is not this page's, or the move is not allowed, or does not fit.
    """
    form = await visit.request.form()
    check_token(visit.request, visit.room, form)
    move = MOVES.get(name)
    if move is None:
        raise NotAllowedError("there is no such button", "reload the page")
    typed = nested(form)
    if isinstance(typed.get("entries"), dict):
        typed["entries"] = _filled_in(typed["entries"])
    if "terms" in move.body.model_fields:
        typed.setdefault("terms", {})
    arguments = {part: str(typed.pop(part, "")) for part in ("seat", "proposal") if f"{{{part}}}" in move.path}
    body, key = read(move.body, typed), str(form.get("key") or fresh_key())[:80]
    stood = str(form.get("version", ""))
    for room in (visit.room, *others):
        actor = await asking(visit.request, visit.workshops.keys, room)
        since = int(stood) if room == visit.room and stood.isdecimal() and len(stood) < 10 else None
        await settled(visit.workshops, room, actor, visit.workshops.act(room, actor, move, body, arguments, key=key, since=since))


def _filled_in(entries: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of a grid in which something was typed.

    Raises
    ------
    NotApplicableError
        When there are none.
    """
    lines = [line for line in entries.values() if isinstance(line, dict) and set(line) - {"seat", "proposal"}]
    if not lines:
        raise NotApplicableError("nothing was entered", "fill in a line first")
    return lines
