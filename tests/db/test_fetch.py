"""Fetching an announcement: over real HTTP, within limits, never into a private network unasked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from db.ingest.fetch import REDIRECT_LIMIT, fetch
from db.ingest.notice import SIZE_LIMIT, Refused


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/hop"):
            left = int(self.path.removeprefix("/hop"))
            self.send_response(302)
            self.send_header("Location", f"/hop{left - 1}" if left > 1 else "/page")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/to-file":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 2**20)
            except OSError:
                pass
        elif self.path == "/page":
            body = f"约谈 {self.headers['host']}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_page_is_fetched_under_its_own_name(site: str) -> None:
    page = fetch(f"{site}/hop2", private_addresses=True)
    assert page.data.decode() == f"约谈 {site.removeprefix('http://')}"
    assert page.url == f"{site}/page"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/none", "the server answered 404"),
        (f"/hop{REDIRECT_LIMIT + 1}", f"more than {REDIRECT_LIMIT} redirects"),
        ("/to-file", "only http and https"),
        ("/endless", f"larger than the limit of {SIZE_LIMIT}"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(site: str, path: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refusal:
        fetch(site + path, private_addresses=True)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"])
def test_private_networks_are_not_entered(host: str) -> None:
    with pytest.raises(Refused, match="private network"):
        fetch(f"http://{host}/page")


@pytest.mark.parametrize("url", ["ftp://example.org/x", "http://", "http://[", "http://example.org:99999/"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        fetch(url)
