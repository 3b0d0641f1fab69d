"""A real Chromium for the tests of the pages. Where there is none they are skipped, loudly; in CI they fail."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserType, ConsoleMessage, Page, Route, async_playwright, expect

Visit = Callable[..., Coroutine[Any, Any, Page]]
COMMANDS = ("chromium", "chromium-browser", "google-chrome")
# Nothing that a browser does on its own account: no updates, no synchronisation, no first page.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 15_000
_MISSING = pytest.StashKey[str]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if missing := config.stash.get(_MISSING, None):
        terminalreporter.write_sep("=", "browser tests skipped", yellow=True, bold=True)
        terminalreporter.write_line(f"WARNING: the pages were not tested in a browser: {missing}", yellow=True)


def _command(chromium: BrowserType) -> str | None:
    """A Chromium of this machine, or one that playwright has installed."""
    own = chromium.executable_path
    return next(filter(None, map(shutil.which, COMMANDS)), own if Path(own).is_file() else None)


@pytest_asyncio.fixture(scope="session")
async def browser(pytestconfig: pytest.Config) -> AsyncIterator[Browser]:
    """A headless Chromium with an empty profile of its own."""
    async with async_playwright() as playwright:
        command = _command(playwright.chromium)
        if command is None:
            missing = f"no Chromium was found ({', '.join(COMMANDS)}, or playwright's own)"
            if os.environ.get("CI"):
                pytest.fail(missing, pytrace=False)
            pytestconfig.stash[_MISSING] = missing
            pytest.skip(missing)
        expect.set_options(timeout=PATIENCE_MS)
        launched = await playwright.chromium.launch(executable_path=command, args=FLAGS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture
async def faults() -> AsyncIterator[list[str]]:
    """What went wrong in the browser. A test takes out what it expects; anything left over fails it."""
    found: list[str] = []
    yield found
    assert found == []


@pytest_asyncio.fixture
async def visit(browser: Browser, served: str, faults: list[str]) -> AsyncIterator[Visit]:
    """Opens an address in a context of its own, which reaches no other host, and waits for what completes the page."""
    opened = []

    async def at_home(route: Route) -> None:
        if urlsplit(route.request.url).netloc == urlsplit(served).netloc:
            await route.continue_()
        else:
            faults.append(f"asked for {route.request.url}")
            await route.abort()

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(message.text)

    async def visited(address: str = "/graphql", complete: str = "#schema dt", **options: Any) -> Page:
        context = await browser.new_context(base_url=served, **{"locale": "en-GB", **options})
        opened.append(context)
        context.set_default_timeout(PATIENCE_MS)
        await context.route("**/*", at_home)
        context.on("console", heard)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        page = await context.new_page()
        await page.goto(address)
        await page.locator(complete).first.wait_for()
        return page

    yield visited
    for context in opened:
        await context.close()


@pytest_asyncio.fixture
async def page(visit: Visit) -> Page:
    """The editor in English, as a desktop shows it."""
    return await visit()
