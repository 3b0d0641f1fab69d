"""Asks for citations over HTTP."""

from __future__ import annotations

from hashlib import sha256 as _sha256
from typing import Any

import httpx

from tests.support import corpus

PATH = "/v1/citations"
AT = {"as_of": corpus.RELEASE}


def cite(client: httpx.Client, query: Any, **more: Any) -> Any:
    answer = client.post(PATH, json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def refusal(client: httpx.Client, query: Any, **more: Any) -> Any:
    answer = client.post(PATH, json={"query": query, **more})
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


def graphql(query: str, **more: Any) -> Any:
    return {"graphql": {"query": query, **more}}


def sha256(text: bytes) -> str:
    return _sha256(text).hexdigest()
