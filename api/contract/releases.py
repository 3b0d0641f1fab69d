"""The operations on releases: their list, their manifests, their files."""

from __future__ import annotations

from typing import Any

from api.contract import parts
from api.contract.shapes import RELEASE_DETAIL, RELEASE_LIST
from schema.releases import FILE_PATTERN, RELEASE_PATTERN

_REFUSALS = (400, 404, 413, 414, 500, 503)
_NAME = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "Name of the release; `latest` is answered with 307 to the newest whose files are here.",
    "schema": {"type": "string", "pattern": f"^(latest|{RELEASE_PATTERN.strip('^$')})$", "format": "release"},
    "example": "latest",
}
_FILE = {
    "name": "file",
    "in": "path",
    "required": True,
    "description": "Path of the file within the release, as the manifest has it, slashes included.",
    "schema": {"type": "string", "pattern": FILE_PATTERN, "format": "release-file"},
    "example": "index.json",
}
_FILE_HEADERS = ("Cache-Control", "Vary", "X-Revision", "X-Request-Id", "Accept-Ranges", "Repr-Digest")
_WHOLE_ETAG = {
    "description": "Strong validator: the SHA-256 of the bytes of the whole file.",
    "schema": {"type": "string", "pattern": '^"[0-9a-f]{64}"$'},
    "required": True,
}


def release_paths() -> dict[str, Any]:
    """The paths of the releases and what can be done there."""
    return {
        "/v1/releases": {"get": _list()},
        "/v1/releases/{name}": {"parameters": [_NAME], "get": _detail()},
        "/v1/releases/{name}/{file}": {"parameters": [_NAME, _FILE], "get": _file()},
    }


def _operation(operation_id: str, summary: str, headers: tuple[str, ...], responses: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": operation_id,
        "tags": ["releases"],
        "summary": summary,
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in headers],
        "responses": responses,
    }


def _list() -> dict[str, Any]:
    links = {"get_release": {"operationId": "get_release", "parameters": {"name": "$response.body#/data/0/name"}}}
    responses = {
        "200": parts.answer("The releases, newest first.", parts.content(RELEASE_LIST)) | {"links": links},
        "304": parts.not_modified(),
        **parts.problems(*(status for status in _REFUSALS if status != 404)),
    }
    return _operation("list_releases", "Lists the releases", ("if_none_match",), responses)


def _detail() -> dict[str, Any]:
    responses = {
        "200": parts.answer("The manifest, with the addresses of the files.", parts.content(RELEASE_DETAIL)),
        "304": parts.not_modified(),
        "307": elsewhere(),
        **parts.problems(*_REFUSALS),
    }
    return _operation("get_release", "One release by its name", ("if_none_match",), responses)


def _file() -> dict[str, Any]:
    found = {**parts.headers(_FILE_HEADERS), "ETag": _WHOLE_ETAG, **parts.LIMITS}
    named = parts.headers(["Content-Disposition"])
    coded = parts.headers(["Content-Encoding"], required=False)
    ranged = parts.headers(["Content-Range"], required=False)
    file = {"headers": {**found, **named, **coded}, "content": {"*/*": {}}}
    responses = {
        "200": {"description": "The file, compressed where there is such a file and the client takes it.", **file},
        "206": {
            "description": "The part asked for; several parts come as `multipart/byteranges`.",
            **file,
            "headers": {**file["headers"], **ranged},
        },
        "304": {"description": "The client has these bytes already.", "headers": found},
        "307": elsewhere(),
        **parts.problems(*_REFUSALS, 416),
    }
    headers = ("if_none_match", "range", "if_range")
    return _operation("get_release_file", "One file of a release, or parts of it", headers, responses)


def elsewhere() -> dict[str, Any]:
    """The answer where `latest` stands for a name."""
    headers = parts.headers(["Location", "Cache-Control", "X-Request-Id"]) | parts.LIMITS
    return {"description": "The same address with the name of the latest release.", "headers": headers}
