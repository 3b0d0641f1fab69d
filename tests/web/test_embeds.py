"""Parts of the record on the pages of others: another origin, a strict policy, phones and frames."""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, expect

from tests.support import corpus
from tests.web.conftest import PATIENCE_MS
from tests.web.test_explorer import PICTURES

MOST_BYTES = 30_000
DEMO = (Path(__file__).parent / "demo.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def client(served: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served, timeout=60) as made:
        yield made


@pytest.fixture(scope="module")
def named(client: httpx.Client) -> dict[str, str]:
    """An entity that an action names, and the action."""
    actions = client.get("/v1/actions?limit=100").json()["data"]
    action = next(one for one in actions if one["entities"])
    return {"action": action["id"], "entity": action["entities"][0]["entity"]}


class _Demo(BaseHTTPRequestHandler):
    def __init__(self, page: str, policy: str, *args: Any) -> None:
        self.page, self.policy = page, policy
        super().__init__(*args)

    def do_GET(self) -> None:
        body = self.page.encode() if self.path == "/" else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody asks."""


@pytest.fixture(scope="module")
def elsewhere(served: str, named: dict[str, str]) -> Iterator[str]:
    """A page of a foreign origin, which allows the service and nothing else: no inline script, style or evaluation."""
    frame = httpx.get(f"{served}/oembed", params={"url": f"{served}/entities/{named['entity']}"}).json()["html"]
    page = DEMO
    for name, value in {"SERVICE": served, "RELEASE": corpus.RELEASE, "FRAME": frame, **named}.items():
        page = page.replace(f"@{name}@", value)
    policy = (
        f"default-src 'none'; script-src {served}; img-src {served} data:; connect-src {served}; frame-src {served}"
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Demo, page, policy))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest_asyncio.fixture
async def demo(browser: Browser, elsewhere: str, served: str) -> AsyncIterator[Page]:
    """The page of the foreign origin, everything on it drawn. Whatever goes wrong in it fails the test."""
    faults: list[str] = []
    context = await browser.new_context(locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    allowed = {urlsplit(elsewhere).netloc, urlsplit(served).netloc}

    def asked(request: Request) -> None:
        if urlsplit(request.url).netloc not in allowed and not request.url.startswith(("data:", "blob:")):
            faults.append(request.url)

    context.on("request", asked)
    context.on("console", lambda one: faults.append(one.text) if one.type in ("error", "warning") else None)
    page = await context.new_page()
    await page.goto(elsewhere, wait_until="commit")
    yield page
    missing = [fault for fault in faults if "404" in fault]
    assert len(missing) <= 2, "the part that is not there, and the icon that the page lacks"
    assert [fault for fault in faults if fault not in missing] == []
    await context.close()


@pytest.mark.browser
async def test_a_page_of_another_origin_shows_every_part(demo: Page) -> None:
    await expect(demo.locator("#chart img")).to_have_js_property("complete", value=True, timeout=60_000)
    assert await demo.locator("#chart img").evaluate("image => image.naturalWidth") == 500
    await expect(demo.locator("#chart")).to_contain_text("CC BY 4.0")
    await expect(demo.locator("#pinned .about")).to_contain_text(f"as of {corpus.RELEASE}")
    await expect(demo.locator("#interactive canvas")).to_be_visible(timeout=60_000)
    await expect(demo.locator("#interactive img")).to_have_count(0)
    await expect(demo.locator("#entity h3")).not_to_be_empty()
    await expect(demo.locator("#entity")).to_contain_text("在册行动")
    await expect(demo.locator("#action a").first).to_have_attribute("href", re.compile("/actions/"))
    await expect(demo.locator("#missing [role=alert]")).to_have_text("This part of the record could not be loaded.")
    frame = demo.frame_locator("iframe")
    await expect(frame.locator("h1")).not_to_be_empty()
    await expect(frame.locator("footer")).to_contain_text("CC BY 4.0")
    PICTURES.mkdir(parents=True, exist_ok=True)
    await demo.screenshot(path=PICTURES / "embeds.png", full_page=True)


@pytest.mark.browser
async def test_parts_keep_to_themselves_and_follow_their_attributes(demo: Page) -> None:
    colour = "element => getComputedStyle(element.shadowRoot.querySelector('a')).color"
    await expect(demo.locator("#entity a").first).to_be_visible()
    await demo.evaluate("document.body.style.setProperty('--cunzhao-accent', 'rgb(1, 2, 3)')")
    assert await demo.locator("#entity").evaluate(colour) == "rgb(1, 2, 3)", "a theme comes in by name"
    assert await demo.evaluate("document.querySelector('main, h3, .about')") is None, "nothing reaches out"
    await demo.locator("#action").evaluate("element => element.setAttribute('lang', 'zh')")
    await expect(demo.locator("#action")).to_contain_text("在记录中打开")


def test_the_script_is_small_and_has_a_version(client: httpx.Client) -> None:
    script = client.get("/embed/1/cunzhao.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["access-control-allow-origin"] == "*"
    assert len(script.content) < MOST_BYTES
    assert len(gzip.compress(script.content)) < MOST_BYTES / 5


@pytest.mark.parametrize("part", ["chart/measures", "entity", "action"])
def test_frames_may_be_shown_anywhere_and_run_nothing(client: httpx.Client, named: dict[str, str], part: str) -> None:
    path = f"/embed/1/{part}" if part not in named else f"/embed/1/{part}/{named[part]}"
    response = client.get(path, params={"lang": "en", "as_of": corpus.RELEASE})
    assert response.status_code == 200
    assert "frame-ancestors *" in response.headers["content-security-policy"]
    assert "<script" not in response.text
    assert corpus.RELEASE in response.text
    assert "Newer data" not in response.text, "it is the newest release"


def test_oembed_gives_the_frame_of_an_address(client: httpx.Client, served: str, named: dict[str, str]) -> None:
    address = f"{served}/charts/measures?year=2024&lang=en"
    answer = client.get("/oembed", params={"url": address, "maxwidth": "400", "maxheight": "300"}).json()
    assert (answer["version"], answer["type"], answer["width"], answer["height"]) == ("1.0", "rich", 400, 300)
    assert f'src="{served}/embed/1/chart/measures?year=2024&amp;lang=en"' in answer["html"]
    text = client.get("/oembed", params={"url": address, "format": "xml"}).text
    parsed = ElementTree.fromstring(text)  # noqa: S314 - our own server wrote it
    assert parsed.findtext("html") == client.get("/oembed", params={"url": address}).json()["html"]
    page = client.get(f"/actions/{named['action']}?lang=en").text
    assert 'type="application/json+oembed"' in page


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"url": "https://elsewhere.example/charts/measures"}, 404),
        ({"url": "//elsewhere.example/charts/measures"}, 404),
        ({"url": "/charts/nothing"}, 404),
        ({"url": '/entities/"><script>'}, 404),
        ({"url": "/charts/measures", "format": "yaml"}, 501),
        ({"url": "/charts/measures", "maxwidth": "-1"}, 400),
        ({"url": "/charts/measures", "maxwidth": "10"}, 400),
        ({}, 400),
    ],
)
def test_oembed_refuses_what_is_not_ours(client: httpx.Client, asked: dict[str, str], status: int) -> None:
    response = client.get("/oembed", params=asked)
    assert response.status_code == status
    assert json.loads(response.text)["status"] == status
