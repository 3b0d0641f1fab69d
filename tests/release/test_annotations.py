"""Annotations through corrections and releases: versioned, checked, the same in files and in answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from db.annotating import BadAnnotations, annotate, read_file
from db.annotations import read_annotations
from db.changes import Change
from db.migrate import migrate
from db.pool import Connection, connect
from db.release.cutting import cut
from db.release.places import Places
from db.release.validating import CannotRelease
from db.shipped import apply_dataset, load_dataset, write_dataset
from db.verify.run import verify
from db.verify.texts import Texts
from db.vocabulary import bring_vocabulary
from db.writer import commit
from schema.annotations import (
    ANNOTATION_KINDS,
    AnyAnnotation,
    Comparability,
    Series,
    SeriesFigure,
    SeriesNote,
    annotation_kind,
)
from schema.codes import shipped_codes
from schema.tables import ANNOTATION_TABLES, RECORD_TABLES
from tests.release.reading import named_rows
from tests.support import corpus
from tests.support.serving import served_by

BOOK = shipped_codes()


async def standing(store: Connection) -> list[AnyAnnotation]:
    number = await store.fetchval("SELECT max(number) FROM revision")
    return list(await read_annotations(store, number))


def edited(every: list[AnyAnnotation]) -> list[AnyAnnotation]:
    """A comparability said anew, a note taken back, another one made."""
    found: list[AnyAnnotation] = []
    for one in every:
        if isinstance(one, Comparability):
            found.append(one.model_copy(update={"effect": "caution"}))
        elif isinstance(one, SeriesNote):
            found.append(one.model_copy(update={"id": "n02"}))
        else:
            found.append(one)
    return found


def told_by(url: str, places: Places, releases: tuple[str, str]) -> list[dict[str, Any]]:
    """What a server says of two releases, compared with their files; what changed from the one to the other."""
    with httpx.Client(base_url=url) as client:
        for name in releases:
            for kind in ANNOTATION_KINDS:
                lines = (places.of(name) / f"{kind}.ndjson").read_text(encoding="utf-8").splitlines()
                listed = client.get(f"/v1/{kind}?as_of={name}").json()["data"]
                assert listed == [json.loads(line) for line in lines]
                assert len(named_rows(places.of(name), ANNOTATION_TABLES[kind])) == len(lines)
        compared = [
            client.get(f"/v1/compare?series=cac_talks&periods=2022,2023&as_of={name}").json()["data"]["changes"][0]
            for name in releases
        ]
        changes: list[dict[str, Any]] = client.get(f"/v1/changes?since={releases[0]}").json()["data"]
    assert [one["sound"] for one in compared] == [False, True]
    assert {(one["op"], one["table"], one["id"]) for one in changes} == {
        ("MOD", "comparability", "talks_reworded"), ("DEL", "series_notes", "n01"), ("ADD", "series_notes", "n02"),
    }  # fmt: skip
    return changes


async def test_what_was_said_is_answered_as_of_every_release(
    dsn: str, store: Connection, places: Places, tmp_path: Path
) -> None:
    first = await cut(store, places, "2026.1.1")
    await annotate(store, edited(await standing(store)), BOOK, "The words were looked at again.")
    again = await annotate(store, await standing(store), BOOK, "Nothing new.")
    assert again.empty
    second = await cut(store, places, "2026.1.2")
    with served_by(dsn) as url:
        changes = told_by(url, places, (first.name, second.name))
    told = [json.loads(line) for line in (places.of(second.name) / "delta.ndjson").read_text().splitlines()]
    assert {(one["op"], one["table"], one["id"]) for one in told} == {
        (one["op"], one["table"], one["id"]) for one in changes
    }
    assert await verify(store, Texts(None), print)
    assert await _same_elsewhere(store, tmp_path)


async def _same_elsewhere(store: Connection, folder: Path) -> bool:
    """Whether the history written out and read back is the same."""
    await write_dataset(store, folder / "once")
    dataset = load_dataset(folder / "once")
    await store.execute("DROP SCHEMA cunzhao CASCADE")
    await migrate(store)
    await apply_dataset(store, dataset)
    await write_dataset(store, folder / "again")
    files = sorted((folder / "once").glob("*.ndjson"))
    return all(file.read_bytes() == (folder / "again" / file.name).read_bytes() for file in files)


async def test_a_release_without_annotations_has_the_tables_of_records_alone(empty_dsn: str, places: Places) -> None:
    store = await connect(empty_dsn)
    await migrate(store)
    await bring_vocabulary(store)
    await commit(store, corpus.document_change(2021, entities=True))
    manifest = await cut(store, places, "2026.1.1")
    await store.close()
    assert [table.name for table in manifest.tables] == [table.name for table in RECORD_TABLES]
    assert not any(file.name.startswith("series") for file in places.of("2026.1.1").iterdir())
    assert "series" not in (places.of("2026.1.1") / "README.md").read_text(encoding="utf-8")


def _elsewhere(one: AnyAnnotation, **changed: Any) -> AnyAnnotation:
    return one.model_copy(update=changed)


async def test_what_refers_to_nothing_is_refused(store: Connection) -> None:
    every = await standing(store)
    place = next(one for one in every if isinstance(one, SeriesFigure))
    series, other = next(one for one in every if isinstance(one, Series)), "f-2222222222222"
    for wrong, fault in (
        (_elsewhere(place, id=f"cac_talks-{other}", figure=other), f"there is no figure {other}"),
        (_elsewhere(series, id="nobody", measures=("smile",)), "no code 'smile' in the list 'measures'"),
        (_elsewhere(place, id=f"x-{place.figure}", series="x"), "there is no series x"),
        (series, "series cac_talks stands twice"),
    ):
        with pytest.raises(BadAnnotations, match=fault):
            await annotate(store, [*every, wrong], BOOK, "Wrong.")
    assert await store.fetchval("SELECT max(number) FROM revision") == 7


async def test_a_release_is_refused_where_an_annotation_hangs_in_the_air(store: Connection, places: Places) -> None:
    place = next(one for one in await standing(store) if isinstance(one, SeriesFigure))
    await commit(store, Change(cause="retraction", note="Withdrawn.", closed=[("figure", place.figure)]))
    with pytest.raises(CannotRelease, match=f"there is no figure {place.figure}"):
        await cut(store, places)


def test_a_file_is_taken_whole_or_not(tmp_path: Path) -> None:
    file = tmp_path / "wrong.ndjson"
    file.write_text('{"kind": "series", "annotation": {"id": "A"}}\nnothing\n{"kind": "songs", "annotation": {}}\n')
    with pytest.raises(BadAnnotations) as refused:
        read_file(file)
    lines = str(refused.value).splitlines()
    assert {line.partition(":")[0] for line in lines} == {f"wrong.ndjson, line {number}" for number in (1, 2, 3)}


def test_what_is_shipped_is_what_was_written_down() -> None:
    written = read_file(Path("db/dataset/transcribed/annotations.ndjson"))
    dataset = load_dataset()
    stands: dict[tuple[str, str], AnyAnnotation] = {}
    for revision in dataset.revisions:
        change = dataset.changes[revision.number]
        for key in change.closed_annotations:
            del stands[key]
        stands |= {(annotation_kind(one), one.id): one for one in change.annotations}
    assert {key: one.model_copy(update={"revision": 1}) for key, one in stands.items()} == {
        (annotation_kind(one), one.id): one for one in written
    }
