"""The pages in a real browser: on a desk and on a phone, by keyboard, without a word in the console, open to all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize, expect

from tests.web.conftest import Visit

pytestmark = pytest.mark.browser

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: ViewportSize = {"width": 360, "height": 740}
PICTURES = Path(os.environ.get("CUNZHAO_TEST_PICTURES", "build/pages"))
"""Where the screenshots are kept."""
PAGES = (
    "/", "/actions", "/figures", "/entities", "/documents", "/search?search=约谈", "/vocabularies",
    "/vocabularies/measures", "/vocabularies/measures/fine", "/docs", "/docs/rest", "/charts/measures",
    "/cite?query=/v1/actions",
    "action", "figure", "entity", "document", "/actions/a-aaaaaaaaaaaaa",
)  # fmt: skip
PLURALS = {"action": "actions", "figure": "figures", "entity": "entities", "document": "documents"}
MOST_BYTES, MOST_REQUESTS = 100_000, 8
"""What the first view may take before charts."""


def address_of(served: str, page: str) -> str:
    """The address of a page; of a kind of record, that of the newest."""
    if page not in PLURALS:
        return page
    plural = PLURALS[page]
    return f"/{plural}/{httpx.get(f'{served}/v1/{plural}?limit=1').json()['data'][0]['id']}"


async def picture(page: Page, name: str) -> None:
    """Keep what is shown, once all of it is there and if it fits the screen."""
    width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], "the page is wider than the screen"
    for image in await page.locator("img").all():
        await image.scroll_into_view_if_needed()
        await expect(image).to_have_js_property("complete", value=True)
        assert await image.evaluate("image => image.naturalWidth") > 0
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


async def findings(page: Page) -> list[str]:
    """What axe-core finds that keeps people out."""
    found = (await Axe().run(page)).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['html'][:200]} {node['failureSummary']}" for one in serious for node in one["nodes"]]


@pytest.mark.parametrize("shown", PAGES)
async def test_a_page_is_open_to_all(visit: Visit, served: str, faults: list[str], shown: str) -> None:
    """On a desk in English and light, then on a phone in Chinese and dark."""
    address = address_of(served, shown)
    joined = f"{address}{'&' if '?' in address else '?'}lang="
    PICTURES.mkdir(parents=True, exist_ok=True)
    name = shown.split("?")[0].strip("/").replace("/", "-") or "home"
    page = await visit(f"{joined}en", "h1", **DESK)
    # The audit takes longer than all else: half of the pages have it here, half on the phone, the first one on both.
    here = PAGES.index(shown) % 2 == 0
    assert not here or await findings(page) == []
    await picture(page, f"{name}-desk-en")
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size(PHONE)
    await page.goto(f"{joined}zh")
    assert (here and shown != "/") or await findings(page) == []
    await picture(page, f"{name}-phone-zh")
    if shown == "/actions/a-aaaaaaaaaaaaa":
        faults[:] = [fault for fault in faults if "404" not in fault]


@pytest.mark.parametrize("shown", ["/", "/actions"])
async def test_the_first_view_is_light(visit: Visit, shown: str) -> None:
    page = await visit(f"{shown}?lang=en", "h1", **DESK)
    taken = await page.evaluate(
        """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .filter((entry) => !entry.name.includes("/charts/")).map((entry) => entry.decodedBodySize)"""
    )
    assert len(taken) <= MOST_REQUESTS
    assert 0 < sum(taken) < MOST_BYTES


async def test_a_reader_finds_an_action_and_its_evidence_by_keyboard(visit: Visit) -> None:
    page = await visit("/?lang=en", "h1", **DESK)
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.locator("header input[type=search]").focus()
    await page.keyboard.type("约谈")
    await page.keyboard.press("Enter")
    await expect(page.locator("#found-action")).to_be_visible()
    await page.locator("#found-action + .records a").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".evidence mark").first).to_be_visible()
    await expect(page.locator("dl.facts").first).to_contain_text("Authorities")


async def test_the_filters_of_a_list_work_without_script(visit: Visit) -> None:
    page = await visit("/actions?lang=en", "h1", java_script_enabled=False, **DESK)
    before = await page.locator("h1 .count").inner_text()
    await page.select_option("select[name=year]", "2024")
    await page.click("form.filters button")
    await expect(page.locator("h1 .count")).not_to_have_text(before)
    await expect(page.locator("select[name=year]")).to_have_value("2024")
    await expect(page.locator("#theme")).to_be_hidden()


async def test_the_theme_switch_changes_charts_as_well_and_is_remembered(visit: Visit) -> None:
    page = await visit("/?lang=en", "h1", **DESK)
    await page.click("#theme")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    chart = page.locator(".chart img").first
    assert "theme=dark" in await chart.evaluate("image => image.currentSrc || image.src")
    await page.goto("/actions?lang=en")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_a_citation_can_be_copied(visit: Visit) -> None:
    page = await visit("/cite?query=/v1/actions&lang=en", "h1", permissions=["clipboard-write", "clipboard-read"])
    await page.click("button[data-copies=bibtex]")
    await expect(page.locator("button[data-copies=bibtex]")).to_have_text("Copied")
    assert (await page.evaluate("navigator.clipboard.readText()")).startswith("@misc{")
