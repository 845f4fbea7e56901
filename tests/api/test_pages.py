"""The pages in a real browser, without JavaScript, and on a phone."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from .conftest import Served

PLANT = "/games/common_effluent_plant"
SMALL = "/games/child_labour_monitoring"

pytestmark = pytest.mark.browser


class Visit:
    """A page with all that it asked for and complained about."""

    def __init__(self, browser: Browser, served: Served, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page: Page = self.context.new_page()
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.address = served.address
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    visit = Visit(browser, served)
    yield visit
    visit.close()


def test_a_visitor_chooses_a_game_from_the_list(visit: Visit) -> None:
    page = visit.open("/")
    page.locator(f"a[href='{PLANT}']").click()
    assert page.locator("h1").inner_text().startswith("Common effluent")
    assert page.locator(".verdict .word").inner_text().lower() in ("stable", "fragile", "unstable")
    assert visit.complaints == []


def test_the_charts_of_a_stable_game_are_drawn_without_complaint(visit: Visit) -> None:
    levers = ("binding_accord", "union_recognition", "public_inspection", "cost_share")
    page = visit.open("/games/compliance_cost_sharing?" + "&".join(f"lever={lever}" for lever in levers))
    page.wait_for_selector("figure.chart svg")
    page.wait_for_load_state("networkidle")
    assert page.locator(".verdict .word").inner_text().lower() == "stable"
    assert visit.complaints == []


def test_moving_a_slider_changes_the_verdict_and_the_address(visit: Visit) -> None:
    page = visit.open(PLANT)
    page.wait_for_selector("figure.chart svg")
    before = page.locator("#answer").inner_text()
    slider = page.locator("input[type=range]").first
    name = slider.get_attribute("name")
    with page.expect_response(lambda response: "/answer" in response.url) as answered:
        slider.evaluate("s => { s.value = s.max; s.dispatchEvent(new Event('input', {bubbles: true})); }")
    assert answered.value.status == 200
    page.wait_for_function("before => document.querySelector('#answer').innerText !== before", arg=before)
    page.wait_for_selector("figure.chart svg")
    most = str(slider.get_attribute("max")).removesuffix(".0")
    assert page.url.endswith(f"{PLANT}?{name}={most}")
    assert page.locator(".verdict .before").count() == 1
    assert page.locator(f"input[name='{name}']").evaluate("s => Number(s.value) === Number(s.max)")
    assert visit.complaints == []


def test_ticking_a_lever_answers_and_unticking_goes_back(visit: Visit) -> None:
    page = visit.open(PLANT)
    before = page.locator("#answer .sentence").inner_text()
    box = page.locator("input[name=lever]").first
    for _ in range(2):
        with page.expect_response(lambda response: "/answer" in response.url):
            box.click()
        page.wait_for_function("() => !document.querySelector('#answer').classList.contains('htmx-request')")
    page.wait_for_function("before => document.querySelector('#answer .sentence').innerText === before", arg=before)
    assert visit.complaints == []


def test_a_scenario_moves_the_sliders_that_it_sets(visit: Visit) -> None:
    page = visit.open(PLANT)
    values = "() => [...document.querySelectorAll('.slider output')].map(o => o.textContent).join()"
    before = page.evaluate(values)
    with page.expect_response(lambda response: "/answer" in response.url):
        page.locator("input[name=scenario]").nth(1).check()
    page.wait_for_function(f"before => ({values})() !== before", arg=before)
    assert page.locator("input[name^='pin.']").count() == 0


def test_nothing_is_loaded_from_another_host(visit: Visit, served: Served) -> None:
    for path in ("/", PLANT, f"{PLANT}/paths", "/docs"):
        visit.open(path)
        visit.page.wait_for_load_state("networkidle")
    assert visit.hosts == {urlsplit(served.address).netloc}


def test_the_documentation_of_the_interface_works_without_internet(visit: Visit) -> None:
    page = visit.open("/docs")
    page.wait_for_selector(".opblock")
    assert page.locator(".opblock").count() >= 5


def test_the_page_can_be_read_and_used_without_javascript(browser: Browser, served: Served) -> None:
    visit = Visit(browser, served, java_script_enabled=False)
    page = visit.open(PLANT)
    assert page.locator(".verdict .sentence").inner_text()
    assert page.locator("table").count() >= 3
    page.locator("input[name=lever]").first.check()
    page.get_by_role("button", name="Answer").click()
    assert "lever=" in page.url
    assert page.locator("input[name=lever]").first.is_checked()
    assert page.locator(".verdict .sentence").inner_text()
    visit.close()


def test_the_page_fits_a_phone(browser: Browser, served: Served) -> None:
    visit = Visit(browser, served, viewport={"width": 360, "height": 740}, device_scale_factor=2)
    page = visit.open(PLANT)
    page.wait_for_selector("figure.chart svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator(".verdict").bounding_box()["y"] < page.locator(".controls").bounding_box()["y"]  # type: ignore[index]
    visit.close()


def test_choosing_a_rule_and_a_subsidy_moves_the_bars_and_the_address(visit: Visit) -> None:
    page = visit.open(PLANT)
    page.wait_for_selector("#charges figure.chart svg")
    assert "What is paid now" in page.locator("#charges .lead-line").inner_text()
    page.locator("select[name=charges]").select_option("shapley")
    page.wait_for_function("() => document.querySelector('#charges .lead-line').innerText.startsWith('Shapley value')")
    page.wait_for_selector("#charges figure.chart svg")
    before = page.locator("#charges figure.chart svg").first.inner_html()
    page.locator("input[name=subsidy]").fill("500000")
    page.wait_for_function("() => [...document.querySelectorAll('#charges td')].some(cell => cell.innerText.startsWith('subsidy'))")
    page.wait_for_selector("#charges figure.chart svg")
    assert page.locator("#charges figure.chart svg").first.inner_html() != before
    assert page.url.endswith(f"{PLANT}?charges=shapley&subsidy=500000")
    page.get_by_role("link", name="Least public money").click()
    page.wait_for_selector("#asked table")
    assert page.url.endswith(f"{PLANT}?charges=shapley&subsidy=500000")
    assert visit.complaints == []


def test_the_tests_that_take_longer_arrive_after_the_answer(visit: Visit) -> None:
    page = visit.open(PLANT)
    page.wait_for_selector(".tests td:has-text('The future deters leaving')")
    assert page.locator(".tests tr").count() >= 7
    assert visit.complaints == []


def test_ticking_on_the_lever_board_changes_verdict_address_and_links(visit: Visit) -> None:
    page = visit.open(f"{SMALL}/levers")
    before = page.locator("#answer .sentence").inner_text()
    page.locator("input[name=lever]").nth(2).check()
    page.wait_for_function("before => document.querySelector('#answer .sentence').innerText !== before", arg=before)
    assert "/levers?lever=" in page.url
    assert page.url.split("?")[1] in str(page.locator("#tabs a").first.get_attribute("href"))
    page.wait_for_selector("#part-cells table.cells")
    page.wait_for_selector("#part-board ol.sets a")
    page.wait_for_selector("#part-board figure.chart svg")
    page.locator("#part-board ol.sets a").first.click()
    page.wait_for_load_state()
    assert page.locator("#answer .word").inner_text().lower() != "unstable"
    assert visit.complaints == []


def test_the_lever_board_works_without_javascript(browser: Browser, served: Served) -> None:
    visit = Visit(browser, served, java_script_enabled=False)
    page = visit.open(f"{SMALL}/levers")
    page.locator("input[name=lever]").first.check()
    page.get_by_role("button", name="Answer").click()
    assert "/levers?lever=" in page.url
    assert page.locator("input[name=lever]").first.is_checked()
    page.locator("#part-cells a.ask").click()
    assert page.locator("table.cells").count() == 1
    assert "lever=" in str(page.locator("#tabs a").first.get_attribute("href"))
    visit.close()


def test_every_page_fits_a_phone(browser: Browser, served: Served) -> None:
    visit = Visit(browser, served, viewport={"width": 360, "height": 740})
    for path in ("/levers", "/paths", "/more", "/parts/repair", "/parts/join"):
        page = visit.open(SMALL + path)
        page.wait_for_function("() => document.querySelector('.computing') === null && document.querySelector('.chart:not(.drawn)') === null")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    visit.close()


def test_a_wrong_address_says_what_there_is(visit: Visit) -> None:
    response = visit.page.goto(f"{visit.address}/games/common_efluent_plant")
    assert response is not None
    assert response.status == 404
    assert "common_effluent_plant" in visit.page.content()
    page = visit.open(f"{PLANT}?scenario=boom")
    assert "unknown scenario" in page.content()
