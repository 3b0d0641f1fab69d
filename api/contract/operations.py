"""Every operation of the REST interface, by path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.contract import parts
from api.contract.citations import citation_paths
from api.contract.releases import elsewhere, release_paths
from api.contract.series import series_paths
from api.contract.shapes import (
    CHANGE_LIST,
    CODE_LIST,
    DETAILS,
    GROUP_LIST,
    INDEX,
    LISTS,
    RULE_LIST,
    VOCABULARY_LIST,
    Status,
)
from api.params import (
    AGGREGATE_PARAMETERS,
    CHANGE_PARAMETERS,
    DETAIL_PARAMETERS,
    REVISION_PARAMETERS,
    Parameters,
    export_parameters,
    list_parameters,
    vocabulary_parameters,
)
from api.rest.records import PLURALS
from db.export.files import MEDIA_TYPES
from schema.codes import LIST_NAMES
from schema.ids import ID_PATTERNS
from schema.records import RECORD_MODELS, RecordKind
from schema.releases import RELEASE_PATTERN

_REFUSALS = (400, 413, 414, 500, 503)
_HEADER_PARAMETERS = [{"$ref": "#/components/parameters/if_none_match"}]


def _operation(
    tag: str, operation_id: str, summary: str, parameters: Parameters, answer: Mapping[str, Any], *refusals: int
) -> dict[str, Any]:
    statuses = sorted({*_REFUSALS, *refusals})
    return {
        "get": {
            "operationId": operation_id,
            "tags": [tag],
            "summary": summary,
            "parameters": [*map(parts.parameter_reference, parameters.values()), *_HEADER_PARAMETERS],
            "responses": {"200": dict(answer), "304": parts.not_modified(), **parts.problems(*statuses)},
        }
    }


def _links(kind: RecordKind) -> dict[str, Any]:
    """From the first record of a list to itself, and to the document that states it."""
    found = {f"get_{kind}": _link(f"get_{kind}", "/data/0/id")}
    if "document" in RECORD_MODELS[kind].model_fields:
        found["get_document"] = _link("get_document", "/data/0/document/id")
    return found


def _link(operation_id: str, pointer: str) -> dict[str, Any]:
    return {"operationId": operation_id, "parameters": {"id": f"$response.body#{pointer}"}}


def _list(kind: RecordKind) -> dict[str, Any]:
    plural = PLURALS[kind]
    answer = parts.answer(f"A page of {plural}.", parts.content(LISTS[kind]), "Link") | {"links": _links(kind)}
    return _operation(plural, f"list_{plural}", f"Lists {plural}", list_parameters(kind), answer)


def _detail(kind: RecordKind) -> dict[str, Any]:
    plural = PLURALS[kind]
    answer = parts.answer(f"The {kind}.", parts.content(DETAILS[kind]))
    path = _operation(plural, f"get_{kind}", f"One {kind} by its id", DETAIL_PARAMETERS, answer, 404)
    path["parameters"] = [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "description": f"Id of the {kind}.",
            "schema": {"type": "string", "pattern": ID_PATTERNS[kind], "format": f"{kind}-id"},
            "example": parts.EXAMPLE_IDS[kind],
        }
    ]
    return path


def _export(kind: RecordKind, suffix: str) -> dict[str, Any]:
    plural = PLURALS[kind]
    media_type = MEDIA_TYPES[suffix].partition(";")[0]
    body = parts.content(LISTS[kind]) if suffix == "json" else {media_type: {"schema": {"type": "string"}}}
    answer = parts.answer(f"All {plural} that match, as a file.", body, "Content-Disposition")
    summary = f"Exports {plural} as {suffix.upper()}"
    return _operation("exports", f"export_{plural}_{suffix}", summary, export_parameters(kind, suffix), answer)


_POINT = {
    "type": "string",
    "pattern": f"^(latest|r[1-9][0-9]{{0,8}}|{RELEASE_PATTERN.strip('^$')})$",
    "format": "delta-end",
}


def _delta() -> dict[str, Any]:
    body = {"application/x-ndjson": {"schema": {"type": "string"}}}
    answer = parts.answer("The difference, one change a line.", body, "Content-Disposition")
    path = _operation("changes", "get_delta", "The difference of two releases or revisions", {}, answer, 404)
    path["get"]["responses"]["307"] = elsewhere()
    path["parameters"] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"The {name} one: a release (`2026.11.1`), a revision (`r17`), or `latest`, which is "
            "answered with 307 to the address with the name of the latest release whose files are here.",
            "schema": _POINT,
            "example": example,
        }
        for name, example in (("earlier", "r1"), ("later", "r2"))
    ]
    return path


def _health(operation_id: str, summary: str, *refusals: int) -> dict[str, Any]:
    answer = {"description": summary, "content": parts.content(Status)}
    return {
        "get": {
            "operationId": operation_id,
            "tags": ["service"],
            "summary": summary,
            "responses": {"200": answer, **parts.problems(413, 414, 500, *refusals, counted=False)},
        }
    }


def paths() -> dict[str, Any]:
    """Every path and what can be done there."""
    found: dict[str, Any] = {}
    index = parts.answer("Addresses by name.", parts.content(INDEX))
    found["/v1"] = _operation("service", "index", "Where everything is", {}, index)
    for kind, plural in PLURALS.items():
        found[f"/v1/{plural}"] = _list(kind)
        found[f"/v1/{plural}/{{id}}"] = _detail(kind)
        for suffix in MEDIA_TYPES:
            found[f"/v1/exports/{plural}.{suffix}"] = _export(kind, suffix)
    lists = parts.answer("The code lists.", parts.content(VOCABULARY_LIST))
    found["/v1/vocabularies"] = _operation(
        "vocabularies", "list_vocabularies", "The code lists", DETAIL_PARAMETERS, lists
    )
    for name in LIST_NAMES:
        codes = parts.answer(f"The codes of {name}.", parts.content(CODE_LIST))
        found[f"/v1/vocabularies/{name}"] = _operation(
            "vocabularies", f"list_{name}", f"The code list {name}", vocabulary_parameters(name), codes
        )
    rules = parts.answer("The rules, with what each is worth.", parts.content(RULE_LIST))
    found["/v1/extraction/rules"] = _operation(
        "extraction", "list_extraction_rules", "The rules by which values are read", {}, rules
    )
    groups = parts.answer("A page of groups.", parts.content(GROUP_LIST), "Link")
    found["/v1/aggregate"] = _operation("aggregate", "aggregate", "Counts by group", AGGREGATE_PARAMETERS, groups)
    found |= series_paths(_operation)
    found |= citation_paths()
    found |= release_paths()
    changes = parts.answer("A page of changes.", parts.content(CHANGE_LIST), "Link")
    found["/v1/changes"] = _operation("changes", "list_changes", "What changed", CHANGE_PARAMETERS, changes)
    feed = parts.answer("A page of the feed.", {"application/atom+xml": {"schema": {"type": "string"}}})
    found["/v1/changes.atom"] = _operation(
        "changes", "feed_changes", "The revisions that changed something, as Atom", REVISION_PARAMETERS, feed
    )
    found["/v1/releases/{earlier}...{later}.ndjson"] = _delta()
    found["/healthz"] = _health("healthz", "The process is up")
    found["/readyz"] = _health("readyz", "The store can be asked", 503)
    return found
