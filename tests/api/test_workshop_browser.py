"""A workshop in real browsers: one console, six phones, a projector; networks fail, phones are changed, and nothing is lost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .conftest import Served

pytestmark = pytest.mark.browser
GAME = "/f?game=child_labour_monitoring"
PHONE = {"width": 360, "height": 740}
WAIT = 20_000


class Screens:
    """Every screen of a room, with all that it asked for and complained about."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self.browser, self.address = browser, served.address
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []

    def open(self, path: str, **options: Any) -> Page:
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(path if path.startswith("http") else self.address + path)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def screens(browser: Browser, served: Served) -> Iterator[Screens]:
    found = Screens(browser, served)
    yield found
    found.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}")).first.click()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT / 1000
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def sit(screens: Screens, code: str, **options: Any) -> Page:
    phone = screens.open(f"/p/{code}", viewport=PHONE, **options)
    phone.locator("button.seat").nth(0).click()
    expect(phone.locator("header h1")).to_be_visible()
    return phone


def test_two_rounds_with_a_proposal_between_them(screens: Screens) -> None:
    console = screens.open(GAME, viewport={"width": 1300, "height": 900})
    console.locator("input[name=rounds]").fill("2")
    press(console, "Make it")
    press(console, "Open the lobby")
    code = console.locator(".bigcode").inner_text()
    assert console.locator(".qr svg").count() == 1
    console.locator("form:has(input[value=view]) button").click()
    wall = screens.open(console.locator(".address").inner_text(), viewport={"width": 1400, "height": 900})
    expect(wall.locator(".bigcode")).to_have_text(code)

    phones = [sit(screens, code) for _ in range(5)]
    phones.append(sit(screens, code, java_script_enabled=False))
    plain = phones[5]
    expect(wall.get_by_text(re.compile(r"^6 of \d+ seats are taken"))).to_be_visible()

    press(console, "Ask what they expect")
    for phone in phones[:5]:
        phone.locator("#expected").fill("60")
        press(phone, "That is what I expect")
        expect(phone.locator(".done")).to_contain_text("60 of 100")
    plain.reload()
    plain.locator("#expected").fill("20")
    press(plain, "That is what I expect")
    assert "20 of 100" in plain.locator(".done").inner_text()

    press(console, "Let everybody decide")
    for phone in phones[:4]:
        phone.locator("button[name=choice]").first.click()
        expect(phone.locator(".done")).to_contain_text("You chose")
    # the fifth loses its network in the middle of deciding: what it chose waits, and arrives once
    lost = phones[4]
    expect(lost.locator("button[name=choice]").first).to_be_visible()
    lost.context.set_offline(True)
    lost.locator("button[name=choice]").first.click()
    expect(lost.locator("#offline")).to_be_visible()
    lost.context.set_offline(False)
    expect(lost.locator(".done")).to_contain_text("You chose")
    # the first reloads, and is where it was
    phones[0].reload()
    expect(phones[0].locator(".done")).to_contain_text("You chose")
    # the sixth has no script
    plain.reload()
    plain.locator("button[name=choice]").first.click()
    assert "You chose" in plain.locator(".done").inner_text()
    expect(wall.locator(".huge")).to_contain_text("6")

    # the second moves to another device: the old one is told
    press(console, "Put it away")
    name = phones[1].locator("header h1").inner_text()
    console.locator("tr", has_text=name).get_by_role("button", name="Move to another phone").first.click()
    moved = screens.open(console.locator(".address").inner_text(), viewport=PHONE)
    expect(moved.locator(".done")).to_contain_text("You chose")
    phones[1].reload()
    expect(phones[1].locator("h1")).to_contain_text("another device")
    phones[1] = moved

    press(console, "Close the round")
    press(console, "Show the results")
    for phone in phones[:5]:
        expect(phone.locator(".result .say").first).to_contain_text("earned")
    plain.reload()
    assert "earned" in plain.locator(".result .say").first.inner_text()
    expect(wall.locator(".say").first).to_contain_text("did their part")

    phones[0].get_by_text("Propose something").click()
    phones[0].locator("input[name=title]").fill("<b>Let us</b> try")
    phones[0].locator("input[name='terms.levers[]']").first.check()
    press(phones[0], "Put it on the table")
    expect(phones[0].locator(".proposal h3")).to_contain_text("<b>Let us</b> try")
    press(console, "Negotiate")
    for phone in phones[:5]:
        press(phone, "I accept")
    plain.reload()
    press(plain, "I accept")
    until(lambda: "6 accept" in console.locator(".proposal").inner_text())
    press(console, "Close the vote")
    expect(console.locator(".proposal small").first).to_have_text(re.compile("signed|rejected"))

    press(console, "Let everybody decide")
    for phone in phones[:5]:
        phone.locator("button[name=choice]").last.click()
        expect(phone.locator(".done")).to_contain_text("You chose")
    press(console, "Close the round")
    press(console, "Show the results")
    press(console, "Look back")
    expect(console.locator(".finding").first).to_be_visible()
    expect(phones[2].locator(".finding").first).to_be_visible()

    assert screens.hosts == {urlsplit(screens.address).netloc}, "no request leaves this machine"
    # browsers themselves note a network that is gone, and that the old device is refused
    assert [text for text in screens.complaints if "ERR_INTERNET_DISCONNECTED" not in text and "401 (Unauthorized)" not in text] == []


def test_a_link_leaves_the_address_bar_and_what_is_typed_is_not_lost(screens: Screens) -> None:
    console = screens.open("/f?game=public_goods")
    press(console, "Make it")
    press(console, "Open the lobby")
    phone = sit(screens, console.locator(".bigcode").inner_text())
    console.locator("form:has(input[value=assistant]) button").click()
    helper = screens.open(console.locator(".address").inner_text())
    expect(helper.locator("h1")).to_be_visible()
    until(lambda: "#" not in helper.url and helper.locator(".stage").count() == 1)
    phone.get_by_text("Call the facilitator").click()
    phone.locator("input[name=text]").fill("We do not understand")
    press(console, "Let everybody decide")
    time.sleep(1.0)
    assert phone.locator("input[name=text]").input_value() == "We do not understand", "a page that follows does not take words out of one's mouth"
    press(phone, "Show it")
    expect(phone.locator("button[name=choice]").first).to_be_visible()
    assert phone.locator("input[name=text]").input_value() == "We do not understand", "nor when it is asked to show what is new"
    press(phone, "Call")
    expect(phone.locator("input[name=text]")).to_have_value("")
    expect(helper.get_by_text("We do not understand")).to_be_visible()


def test_a_phone_page_is_small(screens: Screens) -> None:
    phone = screens.open("/p", viewport=PHONE)
    phone.reload(wait_until="networkidle")
    loaded = phone.evaluate("performance.getEntries().map((one) => one.decodedBodySize ?? 0)")
    assert len(loaded) > 2, "the page, its style and its script"
    assert 0 < sum(loaded) < 100_000
