"""Two facilitators at once: who was slower is told what changed, and keeps what was typed."""

from __future__ import annotations

import time
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from api.workshop.changes import DONE, changes, done_since
from api.workshop.moves.rights import Actor
from api.workshop.room import Room
from tests.workshop.table import GAME, Table

from .test_workshop_pages import Forms, Screen
from .test_workshops import Evening, fresh


def outdated(evening: Evening, path: str, body: Any, version: int, who: dict[str, str] | None = None) -> Response:
    headers = {**fresh(), **(who or evening.owner), "If-Match": f'"{version}"'}
    return evening.client.post(f"/api/rooms/{evening.room}/{path}", json=body, headers=headers)


def test_who_was_slower_is_told_which_fields_differ_and_what_was_done_by_whom_and_when(client: TestClient) -> None:
    evening = Evening.made(client)
    evening.go("lobby")
    version = evening.see(evening.owner)["version"]
    evening.join(alias="Amina")
    evening.lead("terms", terms={"set": {"fine": 5}, "levers": ["fines"]})
    refused = outdated(evening, "terms", {"terms": {"set": {"fine": 1}}}, version)
    assert (refused.status_code, refused.headers["content-type"]) == (412, "application/problem+json")
    said = refused.json()
    assert (said["type"], said["seen"], said["version"]) == ("/problems/changed", version, version + 2)
    found = {one["field"]: (one["before"], one["now"]) for one in said["changes"]}
    assert found["terms.set.fine"] == (None, 5.0)
    assert found["terms.levers"] == ([], ["fines"])
    assert found["seats.s1.control"] == ("free", "person")
    assert found["seats.s1.alias"][1] == "Amina"
    assert not [name for name in found if name.startswith(("game", "version", "seats.s2", "rounds"))]
    assert [(one["number"], one["actor"], one["kind"]) for one in said["events"]] == [(version + 1, "joining", "taken"), (version + 2, "owner", "termed")]
    assert said["events"][1]["says"] == "the owner changed the terms of the next rounds"
    assert said["events"][1]["at"].startswith("20")
    again = outdated(evening, "terms", {"terms": {"set": {"fine": 1}}}, said["version"])
    assert again.status_code == 200, "whoever has seen the difference may go on"


def test_versions_that_never_were_are_refused_without_a_difference(client: TestClient) -> None:
    evening = Evening.made(client)
    for version in (0, 999, 10**12):
        said = outdated(evening, "terms", {"terms": {}}, version).json()
        assert (said["status"], said["changes"], said["version"]) == (412, [], 1)
    assert client.post(f"/api/rooms/{evening.room}/go", json={"to": "lobby"}, headers={**evening.owner, "If-Match": '"x"'}).json()["events"] == []


def test_nobody_learns_from_an_earlier_version_what_they_may_not_see_now(client: TestClient) -> None:
    evening = Evening.made(client, information={"choices": "public_now"})
    evening.go("lobby")
    _, first = evening.join()
    _, second = evening.join()
    evening.go("decide")
    assert evening.post("decisions", first, {"choice": "pay"}).status_code == 200
    version = evening.see(second)["version"]
    assert "s1" in evening.see(second)["rounds"][0]["decisions"]
    evening.lead("information", information={"choices": "private"})
    assert evening.post("decisions", first, {"choice": "stay"}).status_code == 200
    said = outdated(evening, "decisions", {"choice": "pay"}, version, second).json()
    assert said["status"] == 412
    assert [one["field"] for one in said["changes"]] == ["information.choices"]
    assert said["events"] == [], "who did what is for whoever leads"
    mine = outdated(evening, "decisions", {"choice": "pay"}, version, first).json()
    own = next(one for one in mine["changes"] if one["field"].startswith("rounds"))
    assert (own["field"], own["before"], own["now"]) == ("rounds.1.decisions.s1.choice.pay", 2, None), own
    early = outdated(evening, "decisions", {"choice": "pay"}, 1, second).json()
    assert (early["status"], early["changes"]) == (412, []), "the seat was nobody's then"


def test_the_difference_leads_from_the_earlier_view_to_the_one_that_holds() -> None:
    table = Table()
    table.go("lobby")
    told = done_since(table.room, 0)
    assert [one["number"] for one in told] == list(range(1, table.room.version + 1))
    assert changes(table.room, table.room.version, Actor("owner")) == []
    assert {one.field for one in changes(table.room, 1, Actor("owner"))} >= {"phase", "told"}


def test_every_kind_of_event_has_words() -> None:
    kinds = {name[1:] for name in vars(Room) if name.startswith("_") and not name.startswith("__")}
    folded = {kind for kind in kinds if kind not in ("clear", "again", "fits", "set_decision", "moved")}
    assert folded | {"undone"} == set(DONE)


# the console


def two_consoles(client: TestClient) -> tuple[Screen, Screen, Evening]:
    client.cookies.clear()
    evening = Evening.made(client)
    screens = []
    for _ in range(2):
        screen = Screen(client, "/p")
        screen.client.cookies.set(f"key_{evening.workshop}", evening.owner["Authorization"].split()[1])
        screen.show(screen.client.get(f"/f/{evening.workshop}"))
        screens.append(screen)
    return screens[0], screens[1], evening


def test_the_console_says_what_changed_and_keeps_what_was_typed(client: TestClient) -> None:
    first, second, evening = two_consoles(client)
    assert first.send("/set_terms", terms__set__fine="5", reason="Agreed at lunch").status_code == 200
    refused = second.send("/set_terms", terms__set__fine="7", reason="My own idea")
    assert refused.status_code == 412
    assert evening.see(evening.owner)["terms"]["set"] == {"fine": 5.0}
    text = refused.text
    assert "UTC: the owner changed the terms of the next rounds." in text
    assert "was 0, is 5" in text
    filled = next(fields for action, fields in Forms(text).found if action.endswith("/set_terms"))
    assert (filled["terms.set.fine"], filled["reason"]) == (["7"], ["My own idea"])
    assert "<details open><summary>Change the terms" in text
    assert second.send("/set_terms").status_code == 200, "whoever has read it may send it again as it is"
    assert evening.see(evening.owner)["terms"]["set"] == {"fine": 7.0}


def test_of_two_who_undo_the_same_step_only_one_does(client: TestClient) -> None:
    first, second, evening = two_consoles(client)
    evening.go("lobby", "briefing")
    first.reload()
    second.reload()
    assert first.send("/undo").status_code == 200
    assert second.send("/undo", reason="Too early").status_code == 412
    assert "the owner undid a step" in second.text
    assert evening.see(evening.owner)["phase"] == "lobby"
    assert next(fields for action, fields in Forms(second.text).found if action.endswith("/undo"))["reason"] == ["Too early"]


def test_what_seats_do_meanwhile_stops_nobody(client: TestClient) -> None:
    first, _, evening = two_consoles(client)
    evening.go("lobby")
    first.reload()
    _, seat = evening.join()
    evening.post("calls", seat, {"text": "Hello"})
    assert first.send("/inform", information__choices="private").status_code == 200
    assert evening.see(evening.owner)["information"]["choices"] == "private"


def test_seats_and_rules_of_seeing_that_were_chosen_stay_chosen(client: TestClient) -> None:
    first, second, _ = two_consoles(client)
    first.send("/inform", information__choices="private")
    assert second.send("/inform", information__choices="public_now").status_code == 412
    assert "Who sees choices: was “public after reveal”, is “private”" in second.text
    assert next(fields for action, fields in Forms(second.text).found if action.endswith("/inform"))["information.choices"] == ["public_now"]
    first.send("/rename_seat", seat="s2", alias="Zainab")
    assert second.send("/rename_seat", seat="s3", alias="Amina").status_code == 412
    assert "Name of seat s2: was “" in second.text
    filled = next(fields for action, fields in Forms(second.text).found if action.endswith("/rename_seat"))
    assert (filled["seat"], filled["alias"]) == (["s3"], ["Amina"])


def test_a_long_record_is_compared_in_a_moment(client: TestClient) -> None:
    evening = Evening.made(client)
    evening.go("lobby")
    _, seat = evening.join()
    version = evening.see(evening.owner)["version"]
    for number in range(150):
        evening.post("calls", seat, {"text": f"Call {number}"})
    begun = time.perf_counter()
    said = outdated(evening, "terms", {"terms": {}}, version).json()
    assert time.perf_counter() - begun < 5
    assert len(said["events"]) == 100
    assert said["events"][-1]["number"] == said["version"] == version + 150
    assert GAME not in str(said)
