"""Pages of a game and their sections: with and without JavaScript, with settings, with mistakes."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from api import addresses, sections, work
from api.kept import MOST, Kept, key_of
from api.pages import MORE
from negotiation.answers.request import Request
from negotiation.catalogue import read_subject
from negotiation.coalitional.methods import METHODS
from negotiation.errors import SolverError
from negotiation.settings import Settings

CLUSTERS = ["common_effluent_plant", "child_labour_monitoring", "compliance_cost_sharing"]
PLANT = "/games/common_effluent_plant"
LIVE = {"HX-Request": "true"}
ELSEWHERE = re.compile(r"""(?:src|href|action|hx-get)="(?![/#])""")
LINKS = re.compile(r"""(?:href|hx-get)="(/games/[^"]*)\"""")
SETTINGS = [
    *[("scenario", "kasur"), ("lever", "peer_monitoring"), ("lever", "closure_order"), ("charges", "shapley"), ("subsidy", "20000"), ("able", "1")],
    *[("cap.small_firms", "9000"), ("set.fine", "2")],
]
SLOW = ("rules", "repair", "join", "board", "influence", "synergy", "drivers", "condition")
ASKED = [(name, part) for name in CLUSTERS for part in sections.PARTS if name == "child_labour_monitoring" or part not in SLOW]
"""Every section on the quickest cluster, those that are quick on all."""
UNASKED = {("child_labour_monitoring", "burden"), ("compliance_cost_sharing", "burden")}
"""Nobody knows there what firms can pay."""


def said(link: str) -> list[tuple[str, str]]:
    return sorted(parse_qsl(urlsplit(link.replace("&amp;", "&")).query))


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize("page", ["", "/levers", "/paths", "/more"])
def test_every_page_of_a_cluster_answers_whole_whoever_asks(client: TestClient, name: str, page: str) -> None:
    for headers in ({}, LIVE):
        answer = client.get(f"/games/{name}{page}", headers=headers)
        assert answer.status_code == 200
        assert "<!doctype html>" in answer.text
        assert "cannot be answered" not in answer.text
        assert 'aria-current="page"' in answer.text
        assert ELSEWHERE.search(answer.text) is None


def test_parts_of_pages_are_all_offered_somewhere(client: TestClient) -> None:
    pages = "".join(client.get(f"{PLANT}{page}").text for page in ("", "/levers", "/paths", "/more"))
    for part in sections.PARTS:
        assert f"{PLANT}/parts/{part}" in pages, part
    assert set(MORE) <= set(sections.PARTS)


@pytest.mark.parametrize(("name", "part"), ASKED)
def test_a_section_answers_in_place_and_on_a_page_of_its_own(client: TestClient, name: str, part: str) -> None:
    live, alone = client.get(f"/games/{name}/parts/{part}", headers=LIVE), client.get(f"/games/{name}/parts/{part}")
    assert live.status_code == 200
    assert "<!doctype html>" not in live.text
    assert "<!doctype html>" in alone.text
    assert ELSEWHERE.search(alone.text + live.text) is None
    if (name, part) in UNASKED:
        assert alone.status_code == 409
        assert "give &#39;ability&#39;" in live.text
    else:
        assert alone.status_code == 200
        assert "cannot be answered" not in live.text + alone.text
        assert "<table" in live.text or "figure" in live.text or part == "core"


@pytest.mark.parametrize("page", ["", "/levers", "/paths", "/more"])
def test_links_between_pages_keep_the_settings(client: TestClient, page: str) -> None:
    text = client.get(f"{PLANT}{page}?{urlencode(SETTINGS)}").text
    links = [link for link in LINKS.findall(text) if "?" in link]
    kept = [link for link in links if said(link) == sorted(SETTINGS)]
    others = [link for link in links if [pair for pair in said(link) if pair[0] != "lever"] != sorted(pair for pair in SETTINGS if pair[0] != "lever")]
    tabs = {urlsplit(link).path for link in kept}
    assert {PLANT, f"{PLANT}/levers", f"{PLANT}/paths", f"{PLANT}/more"} <= tabs
    assert [link for link in others if not link.endswith("#answer")] == []


def test_a_section_on_its_own_page_says_under_which_settings_it_was_asked(client: TestClient) -> None:
    text = client.get(f"{PLANT}/parts/winners?{urlencode(SETTINGS)}").text
    for words in ("Kasur", "Peer monitoring", "Shapley value", "20,000", "9,000", "what each can pay", "Fine on untreated effluent"):
        assert words in text


def test_the_live_answer_brings_the_new_address_and_links_that_keep_it(client: TestClient) -> None:
    for page in ("", "/levers"):
        answer = client.get(f"{PLANT}{page}/answer?{urlencode(SETTINGS)}")
        assert said(answer.headers["hx-replace-url"]) == sorted(SETTINGS)
        assert urlsplit(answer.headers["hx-replace-url"]).path == f"{PLANT}{page}"
        assert 'id="tabs" class="tabs" aria-label="About this game" hx-swap-oob="true"' in answer.text


@pytest.fixture(scope="session")
def plant(client: TestClient) -> work.Source:
    return work.Source("common_effluent_plant", client.app.state.store.get("common_effluent_plant").text)  # type: ignore[attr-defined]


amounts = st.floats(min_value=1, max_value=1e9).map(lambda x: float(f"{x:.12g}"))


@given(
    scenario=st.sampled_from([None, "kasur", "tiruppur"]),
    levers=st.lists(st.sampled_from(["peer_monitoring", "closure_order", "subsidy_paid"]), unique=True),
    charges=st.sampled_from([None, *METHODS]),
    subsidy=st.none() | amounts,
    cap=st.none() | amounts,
    fine=st.none() | st.floats(min_value=0.3, max_value=3).map(lambda x: float(f"{x:.12g}")),
    able=st.booleans(),
)
def test_an_address_says_what_was_asked(plant: work.Source, **asked: Any) -> None:
    definition = work._subject(plant).written
    options = {} if asked["subsidy"] is None else {"subsidy": f"{asked['subsidy']:.12g}"}
    caps = [*(["ability"] if asked["able"] else []), *([] if asked["cap"] is None else [f"small_firms={asked['cap']:.12g}"])]
    options |= {"cap": ",".join(caps)} if caps else {}
    numbers = () if asked["fine"] is None else (("fine", asked["fine"]),)
    question = Request(Settings(numbers, asked["scenario"], tuple(asked["levers"])), asked["charges"], options)
    assert addresses.read_question(definition, QueryParams(addresses.pairs(question))) == question


MISTAKES = [
    ("?subsidy=plenty", 422, "not a number"),
    ("?cap.small_firms=1e999", 422, "not a number"),
    ("?lever=peer_monitorin", 404, "peer_monitoring"),
    ("?scenario=boom", 404, "kasur"),
    ("?charges=shaply", 422, "shapley"),
    ("?charges=tiered", 409, "give what one member pays"),
    ("?set.fine=1000", 422, "range"),
]


@pytest.mark.parametrize(("query", "status", "said"), MISTAKES)
def test_a_mistake_in_an_address_is_told_with_its_remedy(client: TestClient, query: str, status: int, said: str) -> None:
    page, live = client.get(PLANT + query), client.get(f"{PLANT}/answer{query}")
    assert (page.status_code, live.status_code) == (status, 200)
    for text in (page.text, live.text):
        assert "That cannot be answered" in text
        assert said in text
        assert "Traceback" not in text


def test_a_section_that_is_not_there_is_named_with_those_that_are(client: TestClient) -> None:
    answer = client.get(f"{PLANT}/parts/boards")
    assert answer.status_code == 404
    assert "board" in answer.text


def test_a_game_without_levers_says_so_instead_of_failing(client: TestClient) -> None:
    page = client.get("/games/stag_hunt/levers")
    assert page.status_code == 200
    for part in ("board", "paths", "drivers"):
        assert "no levers" in client.get(f"/games/stag_hunt/parts/{part}", headers=LIVE).text
    assert "/games/stag_hunt/levers" not in client.get("/games/stag_hunt").text


def test_a_verdict_that_is_not_confirmed_is_not_shown(plant: work.Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> tuple[str, ...]:
        raise SolverError("the verdict could not be confirmed")

    monkeypatch.setattr(work, "recheck", refuse)
    with pytest.raises(SolverError, match="confirmed"):
        work.what_if(plant, Request())


def test_what_many_ask_at_once_is_worked_out_once_and_errors_are_not_kept() -> None:
    asked: list[str] = []

    async def answer(fail: bool) -> str:
        asked.append("now")
        await asyncio.sleep(0)
        if fail:
            raise SolverError("not this time")
        return "answer"

    async def many(fail: bool) -> list[Any]:
        return await asyncio.gather(*[kept.get("question", lambda: answer(fail), slow=True) for _ in range(30)], return_exceptions=True)

    async def run() -> None:
        assert all(isinstance(one, SolverError) for one in await many(True))
        assert await many(False) == ["answer"] * 30
        for k in range(2 * MOST):
            await kept.get(k, lambda: answer(False))
        assert await many(False) == ["answer"] * 30

    kept = Kept(2)
    with ThreadPoolExecutor(1) as thread:  # a browser that is open in this one has a loop of its own
        thread.submit(lambda: asyncio.run(run())).result()
    assert len(asked) == 2 + 2 * MOST + 1


def test_options_in_any_order_are_the_same_question() -> None:
    assert key_of(Request(options={"a": "1", "b": "2"})) == key_of(Request(options={"b": "2", "a": "1"}))
    assert key_of(Request(options={"a": "1"})) != key_of(Request(options={"a": "2"}))


def test_switching_levers_leaves_sections_that_switch_them_all(plant: work.Source) -> None:
    definition = read_subject(plant.text, plant.name).written
    barriers = tuple(sorted(name for name, lever in definition.levers.items() if lever.effect == "barrier"))
    asked = Request(Settings((), None, ("peer_monitoring", *barriers)), None, {"subsidy": "5"})
    levers = {name: sections.asked_by(sections.PARTS[name], asked, definition).settings.levers for name in ("board", "cells", "winners")}
    assert barriers
    assert levers == {"board": (), "cells": barriers, "winners": asked.settings.levers}


def test_subsidy_and_caps_move_the_bars(plant: work.Source) -> None:
    def charges(**options: str) -> list[dict[str, Any]]:
        return [row for chart in work.costs(plant, Request(charges="shapley", options=options)).charts for row in chart["data"]["values"]]

    before, after = charges(), charges(subsidy="500000")
    assert [row["charge"] for row in before if row["told"].startswith("chosen")] > [row["charge"] for row in after if row["told"].startswith("chosen")]
    capped = [row["charge"] for row in charges(cap="small_firms=9000") if row["told"].startswith("chosen")]
    assert capped[0] == pytest.approx(9000)


def test_a_subsidy_without_a_rule_is_said_not_to_count_until_one_is_chosen(client: TestClient) -> None:
    needed = "The verdict does not count the subsidy or the limits yet."
    for page in ("", "/answer"):
        bare, alone, ruled = (client.get(f"{PLANT}{page}{query}").text for query in ("", "?subsidy=5000000", "?charges=nucleolus&subsidy=5000000"))
        assert needed in alone
        assert needed not in bare + ruled
        assert needed in client.get(f"{PLANT}{page}?cap.small_firms=9000").text
    assert sections.UNHEARD in client.get(f"{PLANT}/parts/winners?subsidy=5000000").text
    assert sections.UNHEARD not in client.get(f"{PLANT}/parts/policy?subsidy=5000000").text


def test_rules_that_charge_alike_share_a_bar_and_all_are_named(plant: work.Source) -> None:
    values = work.costs(plant, Request(charges="nucleolus")).charts[0]["data"]["values"]
    chosen = next(row for row in values if row["told"].startswith("chosen"))
    assert chosen["rule"].startswith("Nucleolus (+")
    assert "Prenucleolus" in chosen["rules"]
    assert len({row["rule"] for row in values}) == len(values)


EVIL = "</script><img src=x onerror=alert(1)>"
DANGEROUS: dict[str, Any] = {
    "title": EVIL,
    "summary": EVIL,
    "money": "USD",
    "parameters": {"work": {"value": 12, "low": 0, "high": 50, "unit": "days", "label": EVIL, "source": EVIL}},
    "stakeholders": {"farmers": {"members": 2, "label": EVIL, "actions": {"clean": EVIL, "rest": "Rest"}}},
    "payoffs": {"farmers": {"clean": "10 * count(farmers, clean) - work", "rest": "10 * count(farmers, clean)"}},
    "target": {"profile": {"farmers": "clean"}, "label": EVIL},
    "status_quo": {"farmers": "rest"},
    "levers": {
        "grant": {"label": EVIL, "about": EVIL, "set": {"work": 5}, "cost": 3, "payer": "farmers", "scope": "horizontal", "actor": "public", "path": "public"}
    },
    "scenarios": {"dry": {"label": EVIL, "about": EVIL, "set": {"work": 20}}},
    "outcomes": {"clean": {"label": EVIL, "formula": "count(farmers, clean)", "unit": "days"}},
    "cost_game": {"unit": "days", "classes": {"farmers": {"label": EVIL, "ability": "30"}}, "cost": "5 + 2 * count(farmers)"},
    "sources": [EVIL],
}


@pytest.fixture(scope="session")
def dangerous(client: TestClient) -> str:
    assert client.post("/api/games", json={"name": "dangerous", "game": DANGEROUS}).status_code == 201
    return "/games/dangerous"


def test_names_from_a_file_cannot_become_markup_on_any_page(client: TestClient, dangerous: str) -> None:
    query = "?scenario=dry&lever=grant&charges=equal&subsidy=1"
    for page in ("", "/answer", "/levers", "/levers/answer", "/paths", "/more", *(f"/parts/{part}" for part in sections.PARTS)):
        text = client.get(f"{dangerous}{page}{query}").text
        assert "<img" not in text.replace('<img src="/static/icon.svg"', ""), page
        assert EVIL not in text, page
