"""What people must not see, and what they write: nobody reads another seat's record, and no text becomes part of a page."""

from __future__ import annotations

import html
import itertools
import json
import unicodedata
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient, Response

from api.doors import cookie_of
from api.notes import rendered
from api.workshop.phases import PHASES
from api.workshop.plan import HIDDEN, INFORMATION, JOINING
from negotiation.numerics import shown

from .test_threats import every_address
from .test_workshops import Evening, bearer, fresh

# who sees what

ROLES = ("mill", "dyer", "union", "office")
CHOICES = ("give", "keep", "give", "keep")


def revealing() -> dict[str, Any]:
    """A game in which what somebody earned says what everybody did, and is found in no other situation."""
    told = " + ".join(f"{4**k} * count({role}, give)" for k, role in enumerate(ROLES))
    payoffs = {role: {action: f"{10_000 * (k + 1)} + {told} + {0.0625 * (action == 'give')}" for action in ("give", "keep")} for k, role in enumerate(ROLES)}
    stakeholders = {role: {"label": role.capitalize(), "actions": ["give", "keep"]} for role in ROLES}
    return {
        "title": "Told",
        "money": "USD",
        "stakeholders": stakeholders,
        "payoffs": payoffs,
        "target": {"profile": dict.fromkeys(ROLES, "give")},
        "status_quo": dict.fromkeys(ROLES, "keep"),
        "parameters": {"fine": {"value": 1, "low": 0, "high": 9}},
        "levers": {"help": {"set": {"fine": 2}}},
    }


def sentinels(k: int) -> set[str]:
    """What stands in the record of a seat and nowhere else."""
    earned = 10_000 * (k + 1) + sum(4**j for j, choice in enumerate(CHOICES) if choice == "give") + 0.0625 * (CHOICES[k] == "give")
    own = {f"{earned:g}", str(earned), shown(earned), f"{0.10123 + k / 100:g}"}
    return own | {f"{word} of seat {k + 1}" for word in ("reflection", "title", "reason", "vote", "call")}


def as_far_as(evening: Evening, seats: list[dict[str, str]], phase: str) -> None:
    """What happens in a phase: everybody does what can be done."""
    for k, seat in enumerate(seats):
        if phase == "lobby":
            evening.post("calls", seat, {"text": f"call of seat {k + 1}"})
        elif phase == "predict":
            assert evening.post("predictions", seat, {"cooperation": 0.10123 + k / 100}).status_code == 200
        elif phase == "decide":
            assert evening.post("decisions", seat, {"choice": CHOICES[k]}).status_code == 200
        elif phase == "revealed":
            assert evening.post("reflections", seat, {"text": f"reflection of seat {k + 1}"}).status_code == 200
            terms = {"set": {"fine": k + 3}}
            assert evening.post("proposals", seat, {"title": f"title of seat {k + 1}", "why": f"reason of seat {k + 1}", "terms": terms}).status_code == 200
        elif phase == "agree":
            for number in range(len(seats)):
                body = {"accepts": True, "reason": f"vote of seat {k + 1}"}
                assert evening.post(f"proposals/p{number + 1}/votes", seat, body).status_code == 200
    if phase == "agree":
        evening.lead("proposals/p1/close")


def looked(client: TestClient, addresses: list[str], who: dict[str, str]) -> str:
    """Return what all addresses show to somebody."""

    async def look() -> list[Response]:
        async with AsyncClient(transport=ASGITransport(client.app), base_url="http://testserver") as one:
            return [await one.get(path, headers=who) for path in addresses]

    assert client.portal is not None
    answers = client.portal.call(look)
    assert 500 not in {answer.status_code for answer in answers}
    return "\n".join(html.unescape(answer.text) for answer in answers)


WAY = ("lobby", "briefing", "predict", "decide", "closed", "revealed", "negotiate", "agree", "debrief", "archived")


def test_no_address_shows_a_seat_what_is_in_anothers_record_in_any_phase(client: TestClient) -> None:
    private = dict.fromkeys(INFORMATION, "private")
    evening = Evening.made(client, game=revealing(), seats=[{"role": role} for role in ROLES], information=private, rounds=1)
    elsewhere = Evening.made(client)
    wall = client.post(f"/api/rooms/{evening.room}/links", json={"capacity": "view"}, headers=evening.owner).json()["secret"]
    asked = {path for method, path in every_address(client, evening) if method == "GET" and not path.endswith("x/live")}
    addresses = sorted(path.replace("x" * 32, wall) for path in asked if evening.workshop in path or "/v/" in path)
    addresses += [f"/s/{evening.room}/proposals/p2", f"/p/{evening.code}"]
    assert len(addresses) >= 18
    assert set(WAY) == set(PHASES) - {"draft"}
    seats: list[dict[str, str]] = []
    seen_by_owner = ""
    seen_by_seats = [""] * len(ROLES)
    for phase in WAY:
        evening.go(phase)
        if phase == "lobby":
            seats = [evening.join(role=role)[1] for role in ROLES]
        as_far_as(evening, seats, phase)
        seen_by_owner += json.dumps(evening.see(evening.owner))
        version = evening.see(evening.owner)["version"]
        strangers = [(None, bearer(wall)), (None, elsewhere.owner), (None, {})]
        for k, who in [*enumerate(seats), *(strangers if phase in ("decide", "revealed", "debrief") else strangers[:1])]:
            text = looked(client, addresses, who)
            others = set().union(*(sentinels(j) for j in range(len(ROLES)) if j != k))
            assert not [sentinel for sentinel in others if sentinel in text], (phase, k)
            if k is not None:
                seen_by_seats[k] += text
        assert evening.see(evening.owner)["version"] == version, "looking changes nothing"
    for k in range(len(ROLES)):
        expected = [sentinel for sentinel in sentinels(k) if " of seat " in sentinel]
        assert not [sentinel for sentinel in expected if sentinel not in seen_by_owner], "the facilitator sees all there is"
        assert not [sentinel for sentinel in expected if sentinel not in seen_by_seats[k]], "everybody sees their own"
        assert any(sentinel in seen_by_seats[k] for sentinel in sentinels(k) if sentinel[0].isdigit() and not sentinel.startswith("0"))


# what people write

CORES = (
    "<script>x()</script>",
    "<img src=x onerror=x()>",
    "<svg onload=x()>",
    "<svg><script>x()</script>",
    "<b onclick=x()>b</b>",
    "<a href=javascript:x()>a</a>",
    "<iframe src=//e.example>",
    "<object data=//e.example>",
    "<embed src=//e.example>",
    "<base href=//e.example>",
    "<meta http-equiv=refresh>",
    "<link rel=import href=//e>",
    "<form action=//e.example>",
    "<input autofocus onfocus=x()>",
    "<details open ontoggle=x()>",
    "<body onload=x()>",
    "<math><mi xlink:href=x>",
    "<template><b>",
    "<!--<b>-->",
    "<![CDATA[<b>]]>",
    "<style>*{display:none}</style>",
    "{{ 7*7 }}{% raw %}",
    "${7*7}#{7*7}",
    "&lt;b&gt;&#60;b&#62;",
    "&quot; onclick=x() a=&quot;",
)
FRONTS = ("", '">', "'>", "</p></main>")
PAYLOADS = tuple(front + core for front in FRONTS for core in CORES)
HARMLESS = "plain text"


class Shape(HTMLParser):
    """The elements of a page with the names of their attributes, its text, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.made: list[tuple[str, tuple[str, ...]]] = []
        self.said: list[str] = []
        self.leads: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.made.append((tag, tuple(name for name, _ in attrs)))
        self.said += [value or "" for _, value in attrs]
        self.leads += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction", "data-live", "data-screen")]

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_comment(self, data: str) -> None:
        self.made.append(("comment", ()))

    def unknown_decl(self, data: str) -> None:
        self.made.append(("declaration", ()))


def written(texts: tuple[str, ...]) -> dict[str, Any]:
    """A game all of whose texts are given."""
    some = itertools.cycle(texts)

    def long(count: int) -> str:
        return " ".join(itertools.islice(some, count))

    return {
        "title": long(3),
        "summary": " ".join(texts)[:3900],
        "money": long(2),
        "parameters": {"fine": {"value": 0, "low": 0, "high": 9, "label": long(3), "unit": "USD"}},
        "stakeholders": {
            "firms": {"label": long(3), "about": long(40), "members": 120, "actions": {"pay": long(3), "stay": long(3)}},
            "office": {"label": long(3), "about": long(40), "members": 1, "actions": {"check": long(3), "sleep": long(3)}},
        },
        "payoffs": {"firms": {"pay": "count(firms, pay) - 1", "stay": "count(firms, pay) - fine"}, "office": {"check": "0", "sleep": "1"}},
        "outcomes": {"water": {"formula": "share(firms, pay)", "label": long(3), "unit": "share"}},
        "target": {"profile": {"firms": "pay", "office": "check"}, "label": long(3)},
        "status_quo": {"firms": "stay", "office": "sleep"},
        "levers": {"fines": {"label": long(3), "set": {"fine": 5}}},
    }


def filled(client: TestClient, texts: tuple[str, ...]) -> dict[str, str]:
    """Play a workshop in which everything that can be written is one of the texts; return every page on the way."""
    short = [text for text in texts if len(text) <= 40]
    notes = [" ".join(texts[start : start + 25]) for start in range(0, 100, 25)]
    assert max(map(len, notes)) <= 1000
    plan = {"title": " ".join(texts[:4]), "consent": notes[0], "game": written(texts)}
    evening = Evening.made(client, **plan, seats=[{"role": "firms", "seats": 12, "group": texts[5]}, {"role": "office"}])
    wall = client.post(f"/api/rooms/{evening.room}/links", json={"capacity": "view"}, headers=evening.owner).json()["secret"]
    pages: dict[str, str] = {}

    def look(phase: str, seat: dict[str, str]) -> None:
        room, workshop = evening.room, evening.workshop
        paths = {"phone": f"/s/{room}", "proposal": f"/s/{room}/proposals/p1", "console": f"/f/{workshop}", "paper": f"/f/{workshop}/1/paper"}
        paths |= {"report": f"/f/{workshop}/1/report", "wall": f"/v/{wall}", "lobby": f"/p/{evening.code}", "mistake": f"/p/{texts[1][:20].replace('/', ' ')}"}
        for name, path in paths.items():
            answer = client.get(path, headers=seat if name in ("phone", "proposal") else evening.owner)
            assert answer.status_code != 500
            pages[f"{phase} {name}"] = answer.text

    evening.go("lobby")
    seats = [evening.join(role="firms", alias=short[k % len(short)])[1] for k in range(10)]
    look("lobby", seats[0])
    evening.go("decide")
    for seat in seats:
        assert evening.post("calls", seat, {"text": notes[1]}).status_code == 200
    evening.lead("entries", entries=[{"seat": "s1", "choice": "pay"}])
    look("decide", seats[0])
    evening.go("closed", "revealed")
    for k, seat in enumerate(seats):
        assert evening.post("reflections", seat, {"text": notes[k % 4]}).status_code == 200
        body = {"title": " ".join(texts[4 * k : 4 * k + 4]), "why": notes[(k + 1) % 4], "terms": {"set": {"fine": k / 2 + 1}, "levers": ["fines"]}}
        assert evening.post("proposals", seat, body).status_code == 200
    evening.go("negotiate")
    for seat in seats:
        assert evening.post("proposals/p1/votes", seat, {"accepts": True, "reason": notes[2]}).status_code == 200
    look("negotiate", seats[0])
    evening.lead("proposals/p1/close", reason=notes[3])
    evening.go("debrief")
    look("debrief", seats[0])
    client.cookies.set(cookie_of(evening.workshop), evening.owner["Authorization"].split()[1])
    pages["begin"] = client.get("/f?game=" + texts[1][:30]).text
    pages["refused"] = client.post(f"/f/{evening.workshop}/1/{texts[1].replace('/', '')[:20]}", data={"reason": notes[0], "alias": notes[1]}).text
    client.cookies.clear()
    for end in ("export.csv?texts=true", "export.json?texts=true", "archive", "export.xlsx?texts=true"):
        answer = client.get(f"/api/workshops/{evening.workshop}/{end}", headers=evening.owner)
        assert not answer.headers["content-type"].startswith("text/html")
        assert end.startswith("export.json") or answer.headers["content-disposition"].startswith("attachment")
        pages[f"file {end}"] = answer.text if "xlsx" not in end else ""
    return pages


def test_no_text_becomes_part_of_a_page(client: TestClient) -> None:
    assert len(set(PAYLOADS)) == 100
    evil, plain = filled(client, PAYLOADS), filled(client, tuple(f"{HARMLESS} {k}"[: len(one)] for k, one in enumerate(PAYLOADS)))
    assert set(evil) == set(plain)
    said: set[str] = set()
    for name, page in evil.items():
        if name.startswith("file "):
            continue
        shape, usual = Shape(page), Shape(plain[name])
        assert shape.made == usual.made, name
        assert all(lead.startswith(("/", "#", "?")) for lead in shape.leads), name
        said |= {payload for payload in PAYLOADS if any(payload in text for text in shape.said)}
    assert said == set(PAYLOADS), "all of them were shown, as texts"
    read = json.loads(evil["file export.json?texts=true"])
    assert any(PAYLOADS[0] in row["reflection"] for row in read["decisions"])


ALLOWED = {"p", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "hr", "br", "h3", "h4", "h5", "h6"}
LINKS = ("[x](javascript:x())", "[x](data:text/html,<b>)", "[x](vbscript:x)", "![x](//e.example/x.png)", "<javascript:x()>", "    <b>code</b>")


@pytest.mark.parametrize("payload", [*PAYLOADS, *LINKS])
def test_no_note_brings_more_than_plain_markdown(payload: str) -> None:
    for text in (payload, f"# {payload}", f"- {payload}", f"> {payload}", f"**{payload}**"):
        shape = Shape(str(rendered(text)))
        assert {tag for tag, _ in shape.made} <= ALLOWED
        assert {name for _, names in shape.made for name in names} <= {"href", "title"}
        assert not [lead for lead in shape.leads if ":" in lead and not lead.startswith(("http:", "https:"))]


# names

BAD = ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u00ad", "\u061c", "\u200b", "\u200e", "\u200f", "\ufeff", "\ufff9", "\ue000", "\U000e0041", "\uffff"]
BAD += [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2060, 0x2070))]


def test_no_name_turns_the_writing_around_or_hides_anything(client: TestClient) -> None:
    evening = Evening.made(client)
    evening.go("lobby")
    _, seat = evening.join()
    for letter in BAD:
        name = f"Ami{letter}na"
        assert client.post("/api/join", json={"code": evening.code, "alias": name}, headers=fresh()).status_code == 422, repr(letter)
        assert evening.post("name", seat, {"alias": name}).status_code == 422
        assert evening.post("calls", seat, {"text": name}).status_code == 422
        assert client.post("/api/workshops", json={"title": name, "game": "stag_hunt"}).status_code == 422
        body = {"title": name, "terms": {"levers": ["fines"]}}
        assert evening.post("proposals", seat, body).status_code == 422
    assert evening.post("name", seat, {"alias": "x" * 41}).status_code == 422
    for spaced in ("\x85", "\u2028", "\u2029", "\x1c", "\t", "\n"):
        assert evening.post("name", seat, {"alias": f"Ami{spaced}na"}).status_code == 200
        assert evening.see(seat)["seats"][0]["alias"] == "Ami na"
    for name in ("آمنہ", "अमीना", "न\u200dय", "نام\u200cها", "O’Brien & Söhne"):
        assert evening.post("name", seat, {"alias": name}).status_code == 200
        assert evening.see(seat)["seats"][0]["alias"] == unicodedata.normalize("NFC", name)
    alias = evening.see(seat)["seats"][0]["alias"]
    assert not [letter for letter in alias if unicodedata.category(letter) in HIDDEN and letter not in JOINING]
    assert evening.post("name", seat, {"alias": "\u202e"}).json()["errors"][0]["pointer"] == "/alias"
