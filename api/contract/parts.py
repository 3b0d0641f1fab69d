"""The reusable parts of the OpenAPI document: parameters, headers, answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from api.contract.shapes import REF, Problem
from api.errors import PROBLEM_JSON, title_of
from api.params import AGGREGATE_PARAMETERS, BOM, CHANGE_PARAMETERS, COMPARE_PARAMETERS, Parameter, list_parameters
from schema.query import MAX_SEARCHES, MAX_VALUES
from schema.records import RecordKind

EXAMPLES: Mapping[str, Any] = {
    "year": [2023],
    "from": ["2023-01-01"],
    "to": ["2024-12-31"],
    "category": ["platform_duty"],
    "measure": ["regulatory_talk", "fine"],
    "authority": ["cac"],
    "region": ["100000"],
    "subject_kind": ["platform"],
    "campaign": ["qinglang"],
    "instrument": ["cybersecurity_law"],
    "entity": ["百度"],
    "operator": ["北京百度网讯科技有限公司"],
    "basis": ["text"],
    "document": ["d-6g7x5qvzwrhus"],
    "reprint_of": ["d-6g7x5qvzwrhus"],
    "search": ["约谈"],
    "limit": 10,
    "as_of": "r1",
    "of": "action",
    "group_by": ["year", "measure"],
    "bom": True,
    "highlight": True,
    "since": "r1",
    "table": ["actions", "figures"],
    "records": True,
    "series": ["cac_talks"],
    "periods": ["2023", "2024"],
    "force": True,
}
"""Values that can be tried as they stand; a test does. Cursors come from answers."""
EXAMPLE_IDS: Mapping[RecordKind, str] = {
    "action": "a-alanelqzxosrs",
    "figure": "f-3qsfk4xb6xchj",
    "entity": "baidu",
    "document": "d-6g7x5qvzwrhus",
}
"""Records of the shipped dataset: the four measures against Baidu in 2023, the 11,159 talks of 2024."""

_WRITTEN = {
    "groups": " Commas mean or; the parameter may be repeated, which means and.",
    "all": " May be repeated.",
    "list": "",
    "once": "",
}
HEADERS: Mapping[str, Any] = {
    "ETag": {
        "description": "Strong validator of these bytes.",
        "schema": {"type": "string", "pattern": '^"[0-9a-f]{32}"$'},
    },
    "Cache-Control": {"description": "How long caches may keep it.", "schema": {"type": "string"}},
    "Vary": {"description": "What else the answer depends on.", "schema": {"type": "string"}},
    "X-Revision": {"description": "The revision answered from.", "schema": {"type": "integer", "minimum": 1}},
    "X-Request-Id": {"description": "Name of this request in the log.", "schema": {"type": "string"}},
    "Link": {"description": 'Address of the next page, `rel="next"`.', "schema": {"type": "string"}},
    "Content-Disposition": {"description": "Name of the file.", "schema": {"type": "string"}},
    "Accept-Ranges": {"description": "Parts can be asked for.", "schema": {"const": "bytes"}},
    "Content-Encoding": {"description": "How the body is compressed.", "schema": {"enum": ["gzip", "zstd"]}},
    "Content-Range": {"description": "Which part it is, and of how many bytes.", "schema": {"type": "string"}},
    "Repr-Digest": {
        "description": "SHA-256 of the whole file as it is sent, in base64 (RFC 9530).",
        "schema": {"type": "string", "pattern": "^sha-256=:[A-Za-z0-9+/]{43}=:$"},
    },
    "Location": {"description": "Where it is.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer", "minimum": 0}},
    "RateLimit-Policy": {
        "description": "How many requests may come (`q`) in how many seconds (`w`). None where there is no limit.",
        "schema": {"type": "string", "pattern": '^"(anonymous|key)";q=[0-9]+;w=[0-9]+$'},
    },
    "RateLimit": {
        "description": "How many requests may still come at once (`r`), and in how many seconds all of them (`t`).",
        "schema": {"type": "string", "pattern": '^"(anonymous|key)";r=[0-9]+;t=[0-9]+$'},
    },
    "WWW-Authenticate": {"description": "How a key is sent.", "schema": {"const": "Bearer"}},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "Validators of what the client holds; if one is current the answer is 304.",
    "schema": {"type": "string"},
}
_RANGE = {
    "name": "Range",
    "in": "header",
    "required": False,
    "description": "The bytes wanted, as `bytes=0-99` or several of these. What is no range of bytes is passed over. "
    "A part is one of the plain file, unless `If-Range` names a compressed one.",
    "schema": {"type": "string"},
}
_IF_RANGE = {
    "name": "If-Range",
    "in": "header",
    "required": False,
    "description": "Validator of the file that a part is wanted of; if it is not current the whole file comes.",
    "schema": {"type": "string"},
}
_OF_EVERY_DATUM = ("ETag", "Cache-Control", "Vary", "X-Revision", "X-Request-Id")
_COUNTED = (401, 429)
"""What every request may meet that is counted."""
_PROBLEMS = {
    400: "A parameter is unknown or makes no sense; `errors` names it.",
    401: "The key that was sent is none, or was revoked. Everything can be read without one.",
    404: "There is no such record at that revision, no such release or no such file.",
    409: "There is no release that could be cited.",
    413: "The request has a body that is too long, or the citation does not fit an address.",
    414: "The address is too long.",
    415: "The body is not JSON in UTF-8.",
    416: "The file has none of the bytes asked for; `Content-Range` says how many it has.",
    429: "Too many requests came from this address, or with this key.",
    500: "The server failed.",
    503: "The store cannot be reached, the question took too long, or the service is busy.",
}


def headers(names: Iterable[str], *, required: bool = True) -> dict[str, Any]:
    """References to headers, those that are always there marked as required."""
    return {name: {**HEADERS[name], "required": required} for name in names}


_TOLD = ("RateLimit-Policy", "RateLimit")
LIMITS: dict[str, Any] = {name: {"$ref": f"#/components/headers/{name}"} for name in _TOLD}
"""On every answer where there is a limit, but on those about health."""


def parameter(one: Parameter) -> dict[str, Any]:
    """A query parameter. One value is described where only one may be given, else an array of them."""
    described: dict[str, Any] = {
        "name": one.name,
        "in": "query",
        "required": one.required,
        "description": one.description + _WRITTEN[one.shape],
        "schema": dict(one.schema),
    }
    if one.shape != "once":
        most = MAX_SEARCHES if one.shape == "all" else MAX_VALUES
        described["schema"] = {"type": "array", "items": dict(one.schema), "minItems": 1, "maxItems": most}
        described |= {"style": "form", "explode": one.shape == "all"}
    if one.name in EXAMPLES:
        described["example"] = EXAMPLES[one.name]
    return described


def parameter_reference(one: Parameter) -> dict[str, Any]:
    """A reference to a query parameter. `code` means another list at each address, so it stands there."""
    return parameter(one) if one.name == "code" else {"$ref": f"#/components/parameters/{one.name}"}


def parameters() -> dict[str, Any]:
    """All parameters that have one meaning everywhere, by name."""
    known = {
        **AGGREGATE_PARAMETERS,
        **list_parameters("document"),
        **CHANGE_PARAMETERS,
        **COMPARE_PARAMETERS,
        BOM.name: BOM,
    }
    return {
        **{name: parameter(one) for name, one in known.items()},
        "if_none_match": _IF_NONE_MATCH,
        "range": _RANGE,
        "if_range": _IF_RANGE,
    }


def content(model: type[BaseModel]) -> dict[str, Any]:
    """A JSON body of a shape."""
    return {"application/json": {"schema": {"$ref": REF.format(model=model.__name__)}}}


def answer(description: str, body: Mapping[str, Any], *also: str) -> dict[str, Any]:
    """A 200 with a validator; headers named in `also` come with some answers."""
    return {
        "description": description,
        "headers": headers(_OF_EVERY_DATUM) | LIMITS | headers(also, required=False),
        "content": dict(body),
    }


def not_modified() -> dict[str, Any]:
    """The 304 that every answer with a validator may become."""
    return {"description": "The client has these bytes already.", "headers": headers(_OF_EVERY_DATUM) | LIMITS}


def problems(*statuses: int, counted: bool = True) -> dict[str, Any]:
    """The refusals and failures of an operation; of one whose requests are not counted, these alone."""
    met = sorted({*statuses, *(_COUNTED if counted else ())})
    return {str(status): {"$ref": f"#/components/responses/{problem_name(status)}"} for status in met}


def problem_name(status: int) -> str:
    """The name of a refusal among the components."""
    return title_of(status).replace(" ", "")


def limit_headers() -> dict[str, Any]:
    """The headers that are on almost every answer, by name."""
    return {name: dict(HEADERS[name]) for name in _TOLD}


def problem_responses() -> dict[str, Any]:
    """All refusals and failures, by name."""
    return {problem_name(status): _problem(status, description) for status, description in _PROBLEMS.items()}


_ALSO: Mapping[int, Sequence[str]] = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}


def _problem(status: int, description: str) -> dict[str, Any]:
    limits = headers(_TOLD) if status == 429 else LIMITS
    return {
        "description": description,
        "headers": headers(["X-Request-Id", "Cache-Control", *_ALSO.get(status, ())]) | limits,
        "content": {PROBLEM_JSON: {"schema": {"$ref": REF.format(model=Problem.__name__)}}},
    }
