"""A phone says of every rule for sharing the cost what it does, in one plain sentence."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from negotiation.coalitional.methods import METHODS

from .test_workshop_pages import Screen
from .test_workshops import Evening


@pytest.fixture
def phone(client: TestClient) -> Screen:
    client.cookies.clear()
    evening = Evening.made(client, title="Dues")
    evening.go("lobby")
    name, seat = evening.join()
    screen = Screen(client, "/p")
    screen.client.cookies.set(f"seat_{evening.room.replace('-', '_')}", seat["Authorization"].split()[1])
    evening.go("decide")
    evening.post("decisions", seat, {"choice": "pay"})
    evening.go("closed", "revealed")
    screen.show(screen.client.get(f"/s/{evening.room}"))
    assert screen.answer.status_code == 200, name
    return screen


def test_every_rule_of_the_proposal_form_has_its_sentence(phone: Screen) -> None:
    chosen = phone.text.partition('name="terms.rule"')[2].partition("</select>")[0]
    said = {name: unescape(words) for name, words in re.findall(r'<option value="(\w+)"[^>]*>([^<]*)', chosen)}
    assert set(said) == set(METHODS)
    for name, row in METHODS.items():
        assert said[name] == f"{row.title}: {row.about}"
        assert re.fullmatch(r"[A-Z][^.]{15,}\.", row.about), "one sentence, of words"


def test_a_proposal_says_what_its_rule_means(phone: Screen) -> None:
    phone.send("/propose", title="By Shapley", terms__rule="shapley")
    assert phone.answer.status_code == 200
    assert "<small>Shapley value: Everybody pays what it adds to the cost, averaged over all orders of joining.</small>" in unescape(phone.text)


def test_a_phone_page_with_all_sentences_stays_small(phone: Screen) -> None:
    assert len(phone.text.encode()) < 30_000


def test_the_console_says_a_title_once_if_it_is_the_games(client: TestClient) -> None:
    for title, times in (("Dues", 1), ("An evening in Kasur", 2)):
        client.cookies.clear()
        evening = Evening.made(client, title=title)
        head = client.get(f"/f/{evening.workshop}", headers=evening.owner).text.partition("<header>")[2].partition("</header>")[0]
        assert len(re.findall(r"<(?:h1|p)>", head)) == times
        assert f"<h1>{title}</h1>" in head
