"""The JSON Schemas of the protocol, where they are at hand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

FOLDER = Path(__file__).parents[3] / "shared" / "reconciliation"


def check(version: str, schema: str, body: Any) -> None:
    """Raise what is wrong with an answer, as far as the schemas are here to tell."""
    if (FOLDER / version).is_dir():
        _validator(version, schema).validate(body)


@cache
def _validator(version: str, schema: str) -> Any:
    def retrieve(uri: str) -> Any:
        name = uri.rsplit("/", 1)[1]
        # The definitions of Swagger lie in a file of another name.
        return _read(version, "openapi.json" if name == "schema.json" else name)

    return jsonschema_rs.Draft7Validator(_read(version, f"{schema}.json"), retriever=retrieve)


def _read(version: str, name: str) -> Any:
    read = json.loads((FOLDER / version / name).read_text(encoding="utf-8"))
    read.pop("$schema", None)  # it names no draft
    return read
