"""The pages of a workshop as browsers without JavaScript use them: what forms say, send, keep when they are refused."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from negotiation.errors import SolverError
from tests.workshop.table import GAME

Fields = dict[str, list[str]]


class Forms(HTMLParser):
    """Reads the forms of a page as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, Fields]] = []
        self._select = ""
        self._first = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "form":
            self.found.append((has.get("action") or "", {}))
        elif not self.found:
            return
        elif tag == "input" and name and (has.get("type") != "checkbox" or "checked" in has):
            self.found[-1][1].setdefault(name, []).append(value)
        elif tag == "select":
            self._select, self._first = name, True
        elif tag == "option" and self._select and (self._first or "selected" in has):
            self.found[-1][1][self._select] = [value]
            self._first = False
        elif tag == "textarea" and name:
            self.found[-1][1].setdefault(name, [""])

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


class Screen:
    """A browser of its own, looking at one page."""

    def __init__(self, server: TestClient, path: str) -> None:
        self.client = TestClient(server.app, raise_server_exceptions=False)
        self.show(self.client.get(path))

    def show(self, answer: Response) -> Response:
        self.answer, self.text, self.address = answer, answer.text, answer.url.path + (f"?{answer.url.query.decode()}" if answer.url.query else "")
        return answer

    def reload(self) -> None:
        self.show(self.client.get(self.address))

    def send(self, end: str, place: int = 0, **fields: Any) -> Response:
        """Send the form whose address ends so; `a__b` stands for the field `a.b`."""
        action, filled = [one for one in Forms(self.text).found if one[0].endswith(end)][place]
        for name, value in fields.items():
            filled[name.replace("__", ".")] = [str(one) for one in value] if isinstance(value, list) else [str(value)]
        pairs = [(name, value) for name, values in filled.items() for value in values]
        return self.show(self.client.post(action, data=_form(pairs), headers={"Sec-Fetch-Site": "same-origin"}))


def _form(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return data


@pytest.fixture(scope="session")
def with_dues(client: TestClient) -> TestClient:
    assert client.post("/api/games", json={"name": "dues", "game": GAME}).status_code == 201
    return client


@pytest.fixture
def server(with_dues: TestClient) -> TestClient:
    with_dues.cookies.clear()
    return with_dues


def console_of(server: TestClient, **fields: Any) -> Screen:
    console = Screen(server, "/f?game=dues")
    assert console.send("/f", **{"seats__firms__seats": 4, "seats__firms__members": 2, "seats__office__seats": 1} | fields).status_code == 200, console.text
    console.send("/go")
    return console


def code_of(console: Screen) -> str:
    return console.text.partition('class="bigcode">')[2].partition("<")[0]


def sit(server: TestClient, console: Screen, seat: str) -> Screen:
    phone = Screen(server, f"/p/{code_of(console)}")
    phone.send(f"/p/{code_of(console)}", seat=seat)
    assert phone.address.startswith("/s/"), phone.text
    return phone


def go(console: Screen, *phases: str) -> None:
    for phase in phases:
        console.send("/go", to=phase)
        assert console.answer.status_code == 200, console.text


def test_a_call_without_words_reaches_the_console(server: TestClient) -> None:
    console = console_of(server)
    sit(server, console, "s1").send("/call")
    console.reload()
    assert "Firms 1 calls." in console.text
    console.send("/answer_call")
    assert "calls." not in console.text


def test_people_propose_numbers_rules_and_charges_and_answer_each_other(server: TestClient) -> None:
    console = console_of(server)
    phone = sit(server, console, "s1")
    go(console, "decide", "closed", "revealed")
    phone.reload()
    phone.send("/propose", title="Share it", terms__rule="equal", terms__set__fine=2)
    assert "<p>Fine = 2; the cost is shared by the rule: Equal for all." in phone.text
    phone.send("/propose", title="By hand", terms__charges__firms="1.5", counters="p1")
    assert "Firms pay 1.5 each" in phone.text
    assert "Answers “Share it”" in phone.text
    assert phone.send("/propose", title="Nothing").status_code == 409
    assert "Name a lever, a parameter or who pays" in phone.text
    phone.show(phone.client.get(f"{phone.address.rpartition('/')[0]}/proposals/p1"))
    assert phone.answer.status_code == 200


def test_a_seat_can_see_what_each_choice_would_earn_and_reads_how_it_voted(server: TestClient) -> None:
    console = console_of(server)
    phone = sit(server, console, "s1")
    go(console, "decide")
    phone.reload()
    assert f'href="{phone.address}/card"' in phone.text
    card = phone.client.get(f"{phone.address}/card").text
    # one who pays dues of 3 shares half a unit with himself, others staying out as today; with nobody fined, staying out earns nothing
    assert '<tr><th scope="row">Pay the dues</th><td>-2.5</td>' in card
    assert '<tr><th scope="row">Stay out</th><td>0</td>' in card
    assert TestClient(server.app).get(f"{phone.address}/card").status_code == 401
    go(console, "closed", "revealed")
    phone.reload()
    phone.send("/propose", title="Fines", terms__set__fine=2)
    go(console, "negotiate")
    phone.reload()
    phone.send("/vote", accepts="false")
    assert "You refused." in phone.text
    assert phone.text.index("You refused.") < phone.text.index("Round 1</h2>"), "what is talked about stands above what is over"
    report = console.client.get(console.address.replace("?table=", "/") + "/report").text
    assert "Fines <small>open</small>" in report
    assert "Fine = 2." in report


def test_what_a_refused_proposal_said_stays_in_its_form(server: TestClient) -> None:
    console = console_of(server)
    phone = sit(server, console, "s1")
    go(console, "decide", "closed", "revealed")
    phone.reload()
    phone.send("/propose", **{"title": "Too much", "terms__set__fine": 99, "terms__levers[]": ["fines"]})
    assert phone.answer.status_code == 422
    action, again = next(one for one in Forms(phone.text).found if one[0].endswith("/propose"))
    assert (again["title"], again["terms.set.fine"], again["terms.levers[]"]) == (["Too much"], ["99"], ["fines"]), action


def test_an_agreement_that_takes_something_back_is_scored_without_it(server: TestClient) -> None:
    console = console_of(server, **{"terms.levers[]": ["fines"]})
    phone = sit(server, console, "s1")
    go(console, "decide", "closed", "revealed")
    phone.reload()
    phone.send("/propose", **{"title": "No fines", "terms.without[]": ["fines"]})
    assert "Take back: Fines" in phone.text
    assert "Then in force: as today" in phone.text
    room = phone.address.rpartition("/")[2]
    asked, kept = (phone.client.post(f"/api/rooms/{room}/score", json=terms).json() for terms in ({"without": ["fines"]}, {}))
    assert asked["leavers"] != kept["leavers"], "without the fine a firm gains by staying out"
    shown = phone.client.get(f"/s/{room}/proposals/p1").text
    assert f"a gain of {asked['leavers'][0]['gain']:.4g}" in shown


def test_the_facilitators_own_form_of_terms_changes_only_what_is_changed(server: TestClient) -> None:
    console = console_of(server)
    go(console, "decide", "closed", "revealed")
    console.send("/set_terms", terms__rule="equal", terms__set__fine=3)
    console.send("/set_terms", reason="nothing changed")
    assert "In force now: fine = 3; the cost is shared by the rule: Equal for all." in console.text
    console.send("/set_terms", terms__rule="", terms__set__fine="")
    assert "In force now: as today." in console.text


def test_a_sheet_of_paper_is_entered_at_once_and_one_wrong_line_stops_it(server: TestClient) -> None:
    console = console_of(server)
    go(console, "decide")
    lines = {"entries__0__choice__pay": 1, "entries__0__choice__stay": 1, "entries__4__choice": "check"}
    console.send("/enter", **lines, entries__1__choice__pay=3)
    assert console.answer.status_code == 422
    assert "Firms 2: the counts add up to 3, the seat plays 2" in console.text
    assert next(one for one in Forms(console.text).found if one[0].endswith("/enter"))[1]["entries.0.choice.pay"] == ["1"], "what was typed stays"
    assert "0 of 5 decided" in console.text
    console.send("/enter", entries__1__choice__pay=2)
    assert "3 of 5 decided" in console.text
    assert console.send("/enter").status_code == 409
    assert "Fill in a line first" in console.text


def test_votes_on_paper_are_entered_for_one_proposal_at_a_time(server: TestClient) -> None:
    console = console_of(server)
    phone = sit(server, console, "s1")
    go(console, "decide", "closed", "revealed")
    phone.reload()
    for title, fine in (("One", 1), ("Two", 2)):
        phone.send("/propose", title=title, terms__set__fine=fine)
    go(console, "negotiate")
    console.send("/enter", 1, entries__0__accepts="true", entries__1__accepts="null", entries__2__accepts="false")
    votes = [one["votes"] for one in console.client.get(f"/api/rooms/{phone.address.rpartition('/')[2]}").json()["proposals"]]
    assert votes[0] == {}
    assert {name: vote["accepts"] for name, vote in votes[1].items()} == {"s1": True, "s2": None, "s3": False}


def test_who_leads_can_try_a_seat_in_the_same_browser(server: TestClient) -> None:
    console = console_of(server)
    code, address = code_of(console), console.address
    console.show(console.client.get(f"/p/{code}"))
    console.send(f"/p/{code}", seat="s1")
    seat = console.address
    assert "Firms 1" in console.text
    console.show(console.client.get(address))
    go(console, "decide")
    assert "0 of 5 decided" in console.text
    console.show(console.client.get(seat))
    console.send("/decide", choice="pay")
    assert "You chose “Pay the dues”" in console.text


def test_all_tables_go_on_together(server: TestClient) -> None:
    console = console_of(server, tables=3)
    assert console.text.count("<small>people are taking their seats") == 1, "the other tables are still being prepared"
    console.show(console.client.get(f"{console.address.partition('?')[0]}?table=2"))
    console.send("/go", all=1)
    assert console.text.count("<small>people are taking their seats") == 3
    console.send("/go", to="decide", all=1)
    assert console.text.count("<small>everybody decides") == 3


def test_who_lost_a_seat_is_told_on_its_page(server: TestClient) -> None:
    console = console_of(server)
    phone = sit(server, console, "s2")
    console.reload()
    console.send("/merge_seats", seat="s2", into="s1")
    phone.reload()
    assert phone.answer.status_code == 403
    assert "merged with another" in phone.text
    assert phone.client.get(f"{phone.address}/screen").status_code == 403


def test_the_owners_link_opens_the_console_elsewhere_and_helpers_links_can_be_withdrawn(server: TestClient) -> None:
    console = console_of(server)
    at = console.address
    room = at.partition("/f/")[2].partition("?")[0]

    def opened(capacity: str) -> Screen:
        console.show(console.client.get(at))
        offered = [fields["capacity"] for action, fields in Forms(console.text).found if action.endswith("/link")]
        console.send("/link", offered.index([capacity]))
        address, _, secret = console.text.partition('class="address">')[2].partition("<")[0].replace("&amp;", "&").partition("#")
        other = Screen(server, "/p")
        assert other.client.post("/api/open", json={"secret": secret}).status_code == 200
        other.show(other.client.get(address.partition("testserver")[2]))
        return other

    assistant, owner = opened("assistant"), opened("owner")
    assert "Undo the last step" in owner.text
    assert "Undo the last step" not in assistant.text
    assert owner.client.get(f"/api/workshops/{room}/archive").status_code == 200
    console.show(console.client.get(at))
    console.send("/unlink", capacity="assistant")
    assistant.reload()
    assert assistant.answer.status_code == 401
    owner.reload()
    assert owner.answer.status_code == 200


def test_a_plan_that_is_refused_keeps_what_was_chosen(server: TestClient) -> None:
    begin = Screen(server, "/f?game=dues")
    chosen = {
        "default": "missing",
        "rest": "best_reply",
        "vote.kind": "weighted",
        "vote.weights.office": "2",
        "terms.levers[]": ["fines"],
        "terms.set.dues": "4",
    }
    begin.send("/f", **chosen, seats__firms__seats=4, seats__firms__members=9)
    assert begin.answer.status_code == 422
    again = Forms(begin.text).found[0][1]
    assert {name: again[name] for name in chosen} == {name: value if isinstance(value, list) else [value] for name, value in chosen.items()}
    begin.send("/f", seats__firms__members=2)
    assert begin.answer.status_code == 200
    assert "In force now: Fines; dues = 4." in begin.text


def test_somebody_for_whom_nothing_was_chosen_is_told_so(server: TestClient) -> None:
    console = console_of(server, **{"default": "missing"})
    phone = sit(server, console, "s1")
    go(console, "decide", "closed")
    phone.reload()
    assert "You chose" not in phone.text
    go(console, "revealed")
    phone.reload()
    assert "You did not decide in this round" in phone.text


def test_a_large_console_has_its_sheet_of_paper_on_a_page_of_its_own(server: TestClient) -> None:
    large = GAME.replace("members: 10", "members: 80")
    assert server.post("/api/games", json={"name": "large", "game": large}).status_code == 201
    console = Screen(server, "/f?game=large")
    console.send("/f", seats__firms__seats=80, seats__office__seats=1)
    console.send("/go")
    console.send("/go", to="decide")
    assert not [action for action, _ in Forms(console.text).found if action.endswith("/enter")]
    console.show(console.client.get(console.address + "&sheet=1" if "?" in console.address else console.address + "?sheet=1"))
    console.send("/enter", entries__79__choice="pay")
    assert "1 of 81 decided" in console.text


def test_people_look_back_although_the_model_can_say_nothing(server: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> Any:
        raise SolverError("the computation broke off", "try a smaller game")

    console = console_of(server, **{"terms.set.fine": "7.5"})
    phone = sit(server, console, "s1")
    go(console, "decide", "closed", "revealed")
    phone.reload()
    phone.send("/propose", title="More", terms__set__fine=8)
    monkeypatch.setattr(server.app.state.compute, "run", broken)  # type: ignore[attr-defined]
    phone.show(phone.client.get(f"{phone.address}/proposals/p1"))
    assert phone.answer.status_code == 500
    assert "The computation broke off" in phone.text
    assert f'href="{phone.address.partition("/proposals")[0]}">Back' in phone.text
    go(console, "debrief")
    phone.show(phone.client.get(phone.address.partition("/proposals")[0]))
    assert (phone.answer.status_code, console.answer.status_code) == (200, 200)
    assert "Looking back" in phone.text
