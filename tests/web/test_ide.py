"""The GraphQL editor, used in a real browser as a reader would."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.web.conftest import Visit

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
STOPS = ["examples", "run", "share", "language", "theme", "query", "variables", "result", "find"]

# Whether a ring is drawn around what has the focus, and no box around it cuts the ring off.
RING_IS_SEEN = """() => {
  const focused = document.activeElement, style = getComputedStyle(focused), box = focused.getBoundingClientRect();
  const reach = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  let seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  for (let around = focused.parentElement; around; around = around.parentElement) {
    const edge = around.getBoundingClientRect();
    if (getComputedStyle(around).overflowX !== "visible")
      seen &&= box.left - reach >= edge.left && box.right + reach <= edge.right;
  }
  return seen;
}"""


async def write(page: Page, query: str, variables: str = "") -> None:
    await page.fill("#variables", variables)
    await page.fill("#query", query)


async def shown(page: Page) -> dict[str, Any]:
    """The result, once it is there."""
    await expect(page.locator("#status")).to_contain_text("HTTP ")
    answer: dict[str, Any] = json.loads(await page.locator("#result").inner_text())
    return answer


async def ask(page: Page) -> dict[str, Any]:
    """The result of what stands in the editor, asked for by keyboard."""
    await page.press("#query", "Control+Enter")
    return await shown(page)


async def focused(page: Page) -> str:
    identifier: str = await page.evaluate("document.activeElement.id")
    return identifier


async def test_the_page_loads_without_a_word_in_the_console(page: Page, served: str, faults: list[str]) -> None:
    assert faults == []
    asked = await page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert {url.removeprefix(served) for url in asked if not url.startswith("data:")} == {
        "/static/ide.css", "/static/ide.js", "/static/ide.examples.json", "/graphql",
    }  # fmt: skip


async def test_the_policy_of_the_page_refuses_other_hosts_and_foreign_scripts(page: Page, faults: list[str]) -> None:
    await page.evaluate("""() => new Promise((resolve) => {
      const picture = new Image();
      picture.onerror = resolve;
      picture.src = "https://elsewhere.example/picture.png";
    })""")
    await page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'touched = 1'}))")
    assert await page.evaluate("typeof touched") == "undefined"
    assert len(faults) == 2, faults
    assert all("Content Security Policy" in fault for fault in faults)
    faults.clear()


async def test_a_query_is_answered_from_the_store(page: Page) -> None:
    await write(page, '{ entities(entity: "雲雀視頻") { nodes { name nameEn } } }')
    answer = await ask(page)
    assert answer["data"] == {"entities": {"nodes": [{"name": "云雀视频", "nameEn": "Lark Video"}]}}
    await expect(page.locator("#status")).to_contain_text("HTTP 200")
    await expect(page.locator("#status")).to_contain_text(f"revision {answer['extensions']['revision']}")


async def test_variables_are_sent(page: Page) -> None:
    await write(page, "query Years($year: [Int!]) { documents(year: $year) { totalCount } }", '{"year": [2022, 2023]}')
    assert (await ask(page))["data"] == {"documents": {"totalCount": 2}}


async def test_variables_that_are_no_object_are_refused_where_they_stand(page: Page) -> None:
    for variables in ("{", "[1]", "null"):
        await write(page, "{ timeline { year } }", "{}")
        assert "errors" not in await ask(page)
        await page.fill("#variables", variables)
        await page.click("#run")
        await expect(page.locator("#status")).to_have_text("The variables are not a JSON object.")
        await expect(page.locator("#result")).to_be_empty()
        assert await focused(page) == "variables"


async def test_an_error_is_shown_and_looks_like_one(page: Page, faults: list[str]) -> None:
    await write(page, "{ entities { nodes { nickname } } }")
    (error,) = (await ask(page))["errors"]
    assert "nickname" in error["message"]
    await expect(page.locator("#status")).to_contain_text("HTTP 400")
    border = "getComputedStyle(document.getElementById('result')).borderTopColor"
    assert await page.evaluate(border) == "rgb(192, 57, 43)"
    assert [fault for fault in faults if "400" not in fault] == []
    faults.clear()  # the browser itself reports every status of 400
    await write(page, "{ timeline { year } }")
    assert "errors" not in await ask(page)
    assert await page.evaluate(border) != "rgb(192, 57, 43)"


async def test_every_example_runs(page: Page) -> None:
    examples = await page.locator("#examples option").all_inner_texts()
    assert len(examples) > 3
    for place, name in enumerate(examples[1:], start=1):
        await page.select_option("#examples", index=place)
        await page.click("#run")
        answer = await shown(page)
        assert "errors" not in answer, name
        assert answer["data"], name


async def test_the_language_switches_and_is_remembered(page: Page) -> None:
    for language, run, example in (("zh-Hans", "运行 Ctrl ⏎", "选择……"), ("en", "Run Ctrl ⏎", "Choose…")):
        await page.click("#language")
        await expect(page.locator("#run")).to_have_text(run)
        await expect(page.locator("html")).to_have_attribute("lang", language)
        assert (await page.locator("#examples option").all_inner_texts())[0] == example
    await page.click("#language")
    await page.reload()
    await expect(page.locator("#query-title")).to_have_text("查询")


async def test_a_chinese_browser_gets_the_page_in_chinese(visit: Visit) -> None:
    page = await visit(locale="zh-CN")
    await expect(page.locator("#result-title")).to_have_text("结果")
    labels = {await label.inner_text() for label in await page.locator("[data-text]").all()}
    assert not {label for label in labels if label.isascii()}


async def test_the_schema_is_searched(page: Page) -> None:
    await page.fill("#find", "Actions")
    found = page.locator("#schema dt", has_text="Query")
    await expect(found).to_have_count(1)
    await expect(found.locator("xpath=following-sibling::dd[1]")).to_have_text("actions")
    await page.click("#language")
    await expect(found).to_have_count(1)
    await found.get_by_role("button").click()
    await expect(page.locator("#schema dt").first).to_contain_text("actions: ActionConnection!")
    await page.fill("#find", "no such thing")
    await expect(page.locator("#schema dt")).to_have_count(0)


async def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(page: Page) -> None:
    for stop in STOPS:
        await page.keyboard.press("Tab")
        assert await focused(page) == stop
        assert await page.evaluate(RING_IS_SEEN), stop
        if stop == "query":
            await page.keyboard.press("Escape")  # as the help above the editor says
    for stop in reversed(STOPS[:-1]):
        await page.keyboard.press("Shift+Tab")
        assert await focused(page) == stop
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # on the button that runs
    assert "errors" not in await shown(page)


async def test_keys_in_the_editor_indent_and_can_be_undone(page: Page) -> None:
    await write(page, "")
    await page.focus("#query")
    await page.keyboard.type("{")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator("#query")).to_have_value("{\n    ")
    await expect(page.locator("#numbers")).to_have_text("1\n2")
    await page.keyboard.press("Control+z")
    await expect(page.locator("#query")).to_have_value("{")
    # Enter that ends a word being composed is left to the input method.
    pressed = "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, cancelable: true})"
    assert await page.evaluate(f"document.activeElement.dispatchEvent({pressed})")
    await expect(page.locator("#query")).to_have_value("{")
    await page.keyboard.press("Escape")
    await page.keyboard.type(" ")
    await page.keyboard.press("Tab")
    assert await focused(page) == "query"  # Escape counts for the next key alone


async def test_a_link_carries_the_query_to_someone_else(page: Page, visit: Visit, served: str) -> None:
    await write(page, '{ entities(entity: "云雀视频 & 1+1") { totalCount } }', '{"一": "#"}')
    await page.click("#share")
    await expect(page).to_have_url(re.compile("#query="))
    other = await visit(page.url.removeprefix(served))
    for area in ("#query", "#variables"):
        await expect(other.locator(area)).to_have_value(await page.input_value(area))


async def test_the_dark_scheme_follows_the_system_until_it_is_chosen(visit: Visit) -> None:
    page = await visit(color_scheme="dark")
    back = page.locator("body")
    await expect(back).to_have_css("background-color", "rgb(20, 24, 31)")
    await page.click("#theme")
    await expect(back).to_have_css("background-color", "rgb(255, 255, 255)")
    await page.reload()
    await expect(back).to_have_css("background-color", "rgb(255, 255, 255)")


@pytest.mark.parametrize("options", [PHONE, {"color_scheme": "dark"}], ids=["phone", "dark"])
async def test_nothing_is_wider_than_the_screen(visit: Visit, options: dict[str, Any]) -> None:
    page = await visit(**options)
    assert page.viewport_size
    for _language in ("en", "zh"):
        await page.select_option("#examples", index=5)  # the one with the longest name
        await page.click("#run")
        await shown(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        await page.click("#language")


async def test_the_page_and_every_control_have_a_name(page: Page) -> None:
    assert await page.title() == "GraphQL · Cunzhao 存照"
    assert await page.get_attribute("html", "lang") == "en"
    session = await page.context.new_cdp_session(page)
    nodes = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    controls = {"button", "combobox", "textbox", "searchbox"}
    names = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") in controls]
    assert len(names) > len(STOPS)
    assert all(names)
    assert "insert actions" in names
