"""Which exception becomes which status, and problem details (RFC 9457) for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from schema.codes import UnknownCode
from schema.overlaps import Overlapping
from schema.ports import StoreUnavailable
from schema.query import CODE_FILTERS, BadQuery

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 2
_TITLES = {413: "Content Too Large", 414: "URI Too Long"}
"""The words of RFC 9110 where older Pythons have others."""


class NotFound(Exception):
    """There is nothing at this address. The message says what was looked for."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as the client is told."""

    status: int
    detail: str | None = None
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    overlaps: Sequence[Mapping[str, str]] = ()

    def body(self, instance: str, request_id: str) -> bytes:
        """The problem details. Members without content are left out."""
        members: dict[str, Any] = {
            "type": "about:blank",
            "title": title_of(self.status),
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "errors": list(self.errors) or None,
            "overlaps": list(self.overlaps) or None,
            "request_id": request_id,
        }
        return orjson.dumps({name: value for name, value in members.items() if value is not None})


def title_of(status: int) -> str:
    """A status in words."""
    return _TITLES.get(status) or HTTPStatus(status).phrase


def path_of(scope: Scope) -> str:
    """The path of a request as it was sent, without what a Host header makes of it."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return raw.decode("ascii", "replace")


def _bad_query(error: Exception) -> Problem:
    assert isinstance(error, BadQuery)  # noqa: S101
    overlaps = [one.model_dump() for one in error.links] if isinstance(error, Overlapping) else ()
    return Problem(400, str(error), [{"parameter": error.parameter, "detail": str(error)}], overlaps=overlaps)


def _unknown_code(error: Exception) -> Problem:
    assert isinstance(error, UnknownCode)  # noqa: S101
    parameter = next((name for name, codes in CODE_FILTERS.items() if codes == error.list_name), "code")
    return Problem(400, str(error), [{"parameter": parameter, "detail": str(error)}])


def _not_found(error: Exception) -> Problem:
    return Problem(404, str(error))


def _http(error: Exception) -> Problem:
    assert isinstance(error, HTTPException)  # noqa: S101
    phrase = HTTPStatus(error.status_code).phrase
    detail = None if error.detail == phrase else error.detail
    return Problem(error.status_code, detail, headers=dict(error.headers or {}))


def _unavailable(error: Exception) -> Problem:
    # A question that ran out of time is among these: the same one may pass when the store is less busy.
    return Problem(503, f"{error}; try again", headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


ERRORS: Mapping[type[Exception], Callable[[Exception], Problem]] = {
    BadQuery: _bad_query,
    UnknownCode: _unknown_code,
    NotFound: _not_found,
    HTTPException: _http,
    StoreUnavailable: _unavailable,
}
"""The exceptions a client hears about. Every other one is a bare 500 and a line in the log."""


def problem_of(error: Exception) -> Problem:
    """What the client is told about an exception. The text of an unforeseen one stays in the log."""
    for kind in type(error).__mro__:
        if kind in ERRORS:
            return ERRORS[kind](error)
    return Problem(500, "the server failed; the log has the details under this request_id")


def problem_response(problem: Problem, path: str, request_id: str) -> Response:
    """The response that carries a problem. It must not be kept by caches."""
    return Response(
        problem.body(path, request_id),
        problem.status,
        headers={"Cache-Control": "no-store", **problem.headers},
        media_type=PROBLEM_JSON,
    )


async def render_error(request: Request, error: Exception) -> Response:
    """The exception handler of the application, for every kind in `ERRORS`."""
    request_id = request.scope.get("state", {}).get("request_id", "")
    return problem_response(problem_of(error), path_of(request.scope), request_id)
