"""Release folders of invented bytes, in the shape in which releases are published."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import orjson

from schema.releases import INDEX, SUM_SUFFIX, SUMS, Manifest, Release, Resource, TableRows, Validation

_MEDIA_TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson", "parquet": "application/vnd.apache.parquet",
                "sqlite": "application/vnd.sqlite3", "md": "text/markdown", "json": "application/json"}  # fmt: skip
_ENCODINGS = {"gz": "gzip", "zst": "zstd"}


def invented_files(seed: int, length: int = 200_000) -> dict[str, bytes]:
    """Files of two tables in several formats. They are made of chance, about `length` bytes long."""
    chance = Random(seed)  # noqa: S311  # invented bytes, the same each time
    actions = b"id,note\r\n" + b"".join(b"a-%d,%s\r\n" % (n, chance.randbytes(20).hex().encode())
                                         for n in range(length // 50))  # fmt: skip
    return {
        "actions.csv": actions,
        "actions.csv.gz": gzip.compress(actions, 1, mtime=0),
        "actions.csv.zst": framed(actions),
        "actions.ndjson": chance.randbytes(length).hex().encode(),
        "codes/year=2024/part-0.parquet": chance.randbytes(length),
        "codes.csv": b"list,code\r\nmeasures,fine\r\n",
        "README.md": b"# Invented\n",
        "empty.ndjson": b"",
    }


def framed(data: bytes) -> bytes:
    """The data as a frame of Zstandard, whose blocks hold it as it is (RFC 8878, section 3.1)."""
    frame, most = b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little"), 2**17
    for start in range(0, len(data), most):
        block = data[start : start + most]
        frame += (len(block) << 3 | (start + most >= len(data))).to_bytes(3, "little") + block
    return frame


def published(
    folder: Path, name: str, revision: int, files: Mapping[str, bytes], previous: str | None = None
) -> Release:
    """Write a release into the folder of releases."""
    committed_at, home = datetime(2026, 11, 1, tzinfo=UTC), folder / name
    home.mkdir(parents=True)
    resources = [_resource(url, data) for url, data in files.items()]
    for url, data in files.items():
        (home / url).parent.mkdir(parents=True, exist_ok=True)
        (home / url).write_bytes(data)
    for one in resources:
        (home / f"{one.url}{SUM_SUFFIX}").write_text(f"{one.sha256}  {one.name}\n")
    (home / SUMS).write_text(
        "".join(f"{one.sha256}  {one.url}\n" for one in sorted(resources, key=lambda one: one.url))
    )
    manifest = Manifest(
        name=name, revision=revision, revision_digest="0" * 64, committed_at=committed_at, previous=previous, format=1,
        software="0.1.0", licence="CC-BY-4.0", tables=[TableRows(name="actions", rows=4_000)],
        validation=Validation(anchors_checked=1, anchors_without_text=2, records=3, codes=4, references=5),
        resources=resources,
    )  # fmt: skip
    (home / INDEX).write_bytes(orjson.dumps(manifest.model_dump(mode="json")))
    return Release(name=name, revision=revision, committed_at=committed_at, previous=previous)


def _resource(url: str, data: bytes) -> Resource:
    name = url.rpartition("/")[2]
    suffix, _, compressed = name.partition(".")[2].partition(".")
    return Resource(
        name=name, table=None if suffix == "md" else url.split("/")[0].partition(".")[0], url=url,
        media_type=_MEDIA_TYPES[suffix], encoding=_ENCODINGS.get(compressed), bytes=len(data), rows=None,  # type: ignore[arg-type]
        sha256=hashlib.sha256(data).hexdigest(),
    )  # fmt: skip
