"""What browsers are told of every page: nothing comes from elsewhere, nothing runs that stands in the page itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from starlette.routing import Route

from api.app import routes
from api.settings import Settings

PARTS = {
    "id": "baidu",
    "name": "start",
    "token": "x",
    "earlier": "r1",
    "later": "r2",
    "kind": "actions",
    "code": "fine",
}
INLINE = re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/)[^>]*>|\sstyle=\"|\son[a-z]+=\"|javascript:")


@pytest.fixture(scope="module")
def pages(shipped: str) -> dict[str, httpx.Response]:
    """Everything that is HTML, by its path."""

    def found() -> Iterator[tuple[str, httpx.Response]]:
        with httpx.Client(base_url=shipped, headers={"Accept": "text/html"}, follow_redirects=True) as client:
            for route in routes(Settings()):
                if isinstance(route, Route) and "GET" in (route.methods or ()):
                    path = re.sub(r"{(\w+)(?::\w+)?}", lambda part: PARTS.get(part[1], "x"), route.path)
                    if not path.startswith(("/v1/exports", "/static")):
                        answer = client.get(path)
                        if answer.headers.get("content-type", "").startswith("text/html"):
                            yield path, answer

    return dict(found())


def test_there_are_pages(pages: dict[str, httpx.Response]) -> None:
    assert len(pages) > 5
    assert "/graphql" in pages


def test_every_page_has_a_strict_policy(pages: dict[str, httpx.Response]) -> None:
    for path, answer in pages.items():
        policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
        assert policy["default-src"] in ("'self'", "'none'"), path
        assert {name: policy[name] for name in ("object-src", "base-uri")} == {
            "object-src": "'none'",
            "base-uri": "'none'",
        }
        assert {"form-action", "frame-ancestors"} <= set(policy), path
        allowed = {
            source for name, sources in policy.items() if name != "frame-ancestors" for source in sources.split()
        }
        assert allowed <= {"'self'", "'none'", "data:"}, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_no_page_has_in_it_what_its_policy_forbids(pages: dict[str, httpx.Response]) -> None:
    for path, answer in pages.items():
        assert not INLINE.search(answer.text), (path, INLINE.search(answer.text))


def test_anybody_may_read_and_nobody_is_known(pages: dict[str, httpx.Response]) -> None:
    for path, answer in pages.items():
        assert answer.headers["access-control-allow-origin"] == "*", path
        assert "access-control-allow-credentials" not in answer.headers
        assert "set-cookie" not in answer.headers
