"""Two facilitators in real browsers: what was typed before somebody else's change is not sent over it unseen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Served
from .test_workshop_browser import Screens, press

pytestmark = pytest.mark.browser
TERMS = "form[action$=set_terms]"


@pytest.fixture
def screens(browser: Browser, served: Served) -> Iterator[Screens]:
    found = Screens(browser, served)
    yield found
    found.close()


def typed(console: Page, name: str, value: str, why: str) -> None:
    console.get_by_text("Change the terms of the next rounds yourself").click()
    console.locator(f"{TERMS} summary", has_text="Change a number").click()
    console.locator(f"{TERMS} input[name='{name}']").fill(value)
    console.locator(f"{TERMS} input[name=reason]").fill(why)


def test_who_typed_before_another_changed_the_terms_is_shown_the_change_first(screens: Screens) -> None:
    first = screens.open("/f?game=stag_hunt_of_many", viewport={"width": 1300, "height": 900})
    press(first, "Make it")
    expect(first.locator(".bigcode")).to_be_visible()
    first.locator("form:has(input[value=owner]) button").click()
    second = screens.open(first.locator(".address").inner_text(), viewport={"width": 1300, "height": 900})
    expect(second.locator(".bigcode")).to_be_visible()
    first.reload()
    name = str(first.locator(f"{TERMS} input[name^='terms.set.']").first.get_attribute("name"))
    now = str(first.locator(f"{TERMS} input[name='{name}']").get_attribute("min"))
    most = str(first.locator(f"{TERMS} input[name='{name}']").get_attribute("max"))
    typed(second, name, most, "Mine")
    second.locator("header h1").click()  # nothing is being typed any more: the page follows by itself
    typed(first, name, now, "Yours")
    first.locator(f"{TERMS} button", has_text="Change").click()
    expect(second.locator("main")).to_have_attribute("data-version", "2")
    expect(second.locator(f"{TERMS} input[name=reason]")).to_have_value("Mine")
    second.locator(f"{TERMS} button", has_text="Change").click()
    expect(second.locator(".problem")).to_contain_text("the owner changed the terms of the next rounds", ignore_case=True)
    expect(second.locator(f"{TERMS} input[name='{name}']")).to_have_value(most)
    expect(second.locator("main")).to_have_attribute("data-version", "2")
    second.locator(f"{TERMS} button", has_text="Change").click()
    expect(second.locator("main")).to_have_attribute("data-version", "3")
