"""Lets addresses be typed as they are read: `curl '…?entity=百度'` sends bytes that HTTP wants escaped."""

from __future__ import annotations

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


def _escape(line: bytes) -> bytes:
    return _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], line)


class LenientProtocol(HttpToolsProtocol):
    """The server's HTTP, but for request lines with bytes beyond ASCII: they are percent-encoded, not refused."""

    _in_request_line = True

    def data_received(self, data: bytes) -> None:
        """Take what the client sent; only the first line of a request is ever touched."""
        if self._in_request_line:
            line, end, rest = data.partition(b"\n")
            self._in_request_line = not end
            if not line.isascii():
                data = _escape(line) + end + rest
        super().data_received(data)

    def on_message_complete(self) -> None:
        """The next line is that of another request."""
        self._in_request_line = True
        super().on_message_complete()
