"""Validators over HTTP: what has not changed is not sent again, nor asked of the store."""

from __future__ import annotations

import gzip

import httpx
import pytest

from schema.records import Action
from tests.api.conftest import Serve
from tests.support import corpus
from tests.unit.fake_reader import FakeReader

RECORD_URLS = [
    "/v1",
    "/v1/actions?year=2023&limit=3",
    f"/v1/documents/{corpus.document_id(2023)}",
    "/v1/vocabularies",
    "/v1/vocabularies/measures",
    "/v1/aggregate?group_by=year",
    "/v1/exports/actions.csv?year=2023",
    "/v1/exports/actions.ndjson?year=2023",
    "/v1/exports/actions.json?year=2023",
]
URLS = [*RECORD_URLS, "/openapi.json"]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_what_the_client_has_is_not_sent_again(client: httpx.Client, url: str, encoding: str) -> None:
    accepted = {"Accept-Encoding": encoding}
    first = client.get(url, headers=accepted)
    assert first.status_code == 200
    assert first.headers.get("content-encoding", "identity") == encoding
    assert "Accept-Encoding" in first.headers["vary"]
    etag = first.headers["etag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        again = client.get(url, headers={**accepted, "If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert again.headers.get("x-revision") == first.headers.get("x-revision")
    assert client.get(url, headers={**accepted, "If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("url", URLS)
def test_each_representation_has_a_validator_of_its_own(client: httpx.Client, url: str) -> None:
    plain, zipped = (client.get(url, headers={"Accept-Encoding": encoding}) for encoding in ("identity", "gzip"))
    assert plain.content == zipped.content
    assert plain.headers["etag"] != zipped.headers["etag"]


@pytest.mark.parametrize("url", URLS)
def test_the_same_validator_means_the_same_bytes(client: httpx.Client, url: str) -> None:
    def raw() -> tuple[str, bytes]:
        with client.stream("GET", url, headers={"Accept-Encoding": "gzip"}) as answer:
            return answer.headers["etag"], b"".join(answer.iter_raw())

    first, second = raw(), raw()
    assert first == second
    assert gzip.decompress(first[1])


@pytest.mark.parametrize("url", RECORD_URLS)
def test_every_answer_from_the_record_names_its_revision(client: httpx.Client, url: str) -> None:
    assert client.get(url).headers["x-revision"] == str(client.get("/v1").json()["meta"]["revision"])


def test_every_question_has_a_validator_of_its_own(client: httpx.Client) -> None:
    urls = [*URLS, "/v1/actions?year=2023&limit=4", "/v1/actions?year=2023&limit=3&as_of=r3", "/v1/actions?limit=3"]
    etags = [client.get(url).headers["etag"] for url in urls]
    assert len(set(etags)) == len(urls)


@pytest.mark.parametrize("url", URLS)
def test_head_has_the_headers_of_get(client: httpx.Client, url: str) -> None:
    got, head = client.get(url), client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "cache-control", "link", "content-disposition", "x-revision"):
        assert head.headers.get(name) == got.headers.get(name)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("/v1/actions", "public, no-cache"),
        ("/v1/actions?as_of=2030-01-01T00:00:00Z", "public, no-cache"),
        ("/v1/actions?as_of=r2", "public, max-age=3600"),
        ("/v1/exports/actions.csv?as_of=r2", "public, max-age=3600"),
    ],
)
def test_only_a_named_revision_may_be_kept_unasked(client: httpx.Client, url: str, kept: str) -> None:
    assert client.get(url).headers["cache-control"] == kept


def test_nothing_is_asked_of_the_store_but_the_revision(serve: Serve) -> None:
    reader = FakeReader({"action": [r for r in corpus.document_change(2023).records if isinstance(r, Action)]})
    client = serve(reader)
    etag = client.get("/v1/actions?measure=fine").headers["etag"]
    assert reader.calls == {"revision": 1, "edition": 1, "codebook": 1, "page": 1, "total": 1}
    reader.calls.clear()
    assert client.get("/v1/actions?measure=fine", headers={"If-None-Match": etag}).status_code == 304
    assert reader.calls == {"revision": 1}


def test_a_star_does_not_hide_that_there_is_nothing(client: httpx.Client) -> None:
    answer = client.get("/v1/actions/a-2222222222222", headers={"If-None-Match": "*"})
    assert answer.status_code == 404
