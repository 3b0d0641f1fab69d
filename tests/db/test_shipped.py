"""The shipped dataset: what it holds, and that applying it is safe in every state of a store."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from db.changes import Change
from db.ingest.run import ingest
from db.migrate import migrate
from db.pool import Connection, connect, open_pool
from db.reader import PostgresReader
from db.shipped import BrokenDataset, apply_dataset, load_dataset, write_dataset
from db.vocabulary import bring_vocabulary, vocabulary_change
from db.writer import RevisionDiffers, commit
from schema.codes import shipped_codes
from schema.query import Filter
from schema.records import Action
from tests.support import corpus


@pytest_asyncio.fixture
async def store(empty_dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(empty_dsn)
    await migrate(connection)
    yield connection
    await connection.close()


async def _history(connection: Connection, folder: Path) -> dict[str, str]:
    await write_dataset(connection, folder)
    return {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.ndjson")}


async def test_a_history_written_and_applied_again_is_the_same(
    store: Connection, sample_dsn: str, tmp_path: Path
) -> None:
    source = await connect(sample_dsn)
    wanted = await _history(source, tmp_path / "a")
    await source.close()
    applied = await apply_dataset(store, load_dataset(tmp_path / "a"))
    assert (applied.added, applied.own, applied.missing, applied.advice) == (7, 0, 0, None)
    assert await _history(store, tmp_path / "b") == wanted
    assert "约谈" in wanted["actions.ndjson"]
    assert "第1条" not in "".join(wanted.values())  # no text of a document travels
    again = await apply_dataset(store, load_dataset(tmp_path / "a"))
    assert (again.added, again.missing) == (0, 0)


async def test_newer_revisions_are_added_and_own_ones_kept(store: Connection, sample_dsn: str, tmp_path: Path) -> None:
    source = await connect(sample_dsn)
    await write_dataset(source, tmp_path)
    await source.close()
    dataset = load_dataset(tmp_path)
    older = type(dataset)(revisions=dataset.revisions[:3], changes=dataset.changes)
    assert (await apply_dataset(store, older)).added == 3
    assert (await apply_dataset(store, dataset)).added == 4
    assert (await apply_dataset(store, older)).added == 0  # an older program leaves a newer store alone
    own = next(r for r in corpus.document_change(2024).records if isinstance(r, Action))
    corrected = own.model_copy(update={"gist_en": "corrected here"})
    await commit(store, Change(cause="our_correction", note="Ours.", records=[corrected]))
    applied = await apply_dataset(store, dataset)
    assert (applied.added, applied.own, applied.missing, applied.advice) == (0, 1, 0, None)


async def test_a_store_that_went_its_own_way_is_left_alone_with_advice(
    store: Connection, sample_dsn: str, tmp_path: Path
) -> None:
    await bring_vocabulary(store)
    source = await connect(sample_dsn)
    await write_dataset(source, tmp_path)
    await source.close()
    applied = await apply_dataset(store, load_dataset(tmp_path))
    # The first revisions differ in their times: two stores, two histories.
    assert (applied.added, applied.own, applied.missing) == (0, 1, 7)
    assert applied.advice is not None
    assert "\n" not in applied.advice
    assert await store.fetchval("SELECT count(*) FROM revision") == 1


async def test_an_altered_dataset_is_refused_as_a_whole(store: Connection, sample_dsn: str, tmp_path: Path) -> None:
    source = await connect(sample_dsn)
    await write_dataset(source, tmp_path)
    await source.close()
    file = tmp_path / "figures.ndjson"
    lines = file.read_text(encoding="utf-8").splitlines()
    line = json.loads(lines[-1])
    line["record"]["unit"] = "个"
    file.write_text("\n".join([*lines[:-1], json.dumps(line)]), encoding="utf-8")
    with pytest.raises(RevisionDiffers, match="revision 5 does not have the content"):
        await apply_dataset(store, load_dataset(tmp_path))
    assert await store.fetchval("SELECT count(*) FROM revision") == 0


async def test_what_a_store_has_is_compared_by_its_digests(store: Connection, sample_dsn: str, tmp_path: Path) -> None:
    source = await connect(sample_dsn)
    await write_dataset(source, tmp_path)
    await source.close()
    await apply_dataset(store, load_dataset(tmp_path))
    file = tmp_path / "actions.ndjson"
    shipped = file.read_text(encoding="utf-8").splitlines()
    line = json.loads(shipped[0])
    # The same said in another order of keys is the same.
    line["record"] = dict(sorted(line["record"].items()))
    file.write_text("\n".join([json.dumps(line), *shipped[1:]]), encoding="utf-8")
    assert (await apply_dataset(store, load_dataset(tmp_path))).added == 0
    alterations: list[dict[str, object]] = [{"gist_en": "altered"}, {"measures": []}]
    for changed in alterations:
        altered = line | {"record": line["record"] | changed}
        file.write_text("\n".join([json.dumps(altered), *shipped[1:]]), encoding="utf-8")
        # What is no record any more is not even compared.
        with pytest.raises((RevisionDiffers, BrokenDataset), match=r"does not have the content|at least 1 item"):
            await apply_dataset(store, load_dataset(tmp_path))
    file.write_text("\n".join(shipped[1:]), encoding="utf-8")  # a line less
    with pytest.raises(RevisionDiffers):
        await apply_dataset(store, load_dataset(tmp_path))


@pytest.mark.parametrize("name", ["revisions.ndjson", "codes.ndjson", "actions.ndjson", "sketches.ndjson"])
async def test_a_damaged_dataset_is_named_in_one_line(sample_dsn: str, tmp_path: Path, name: str) -> None:
    source = await connect(sample_dsn)
    await write_dataset(source, tmp_path)
    await source.close()
    whole = (tmp_path / name).read_bytes()
    half = len(whole) // 2
    for damaged in (whole[:half] + b"\xff" + whole[half:], whole + b'{"cut', whole + b"[]\n", b"7\n", b"{}\n"):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(BrokenDataset) as told:
            load_dataset(tmp_path)
        assert "\n" not in str(told.value)


async def test_a_changed_code_list_makes_a_revision(store: Connection) -> None:
    first = await bring_vocabulary(store)
    assert first is not None
    assert first.cause == "vocabulary"
    assert await bring_vocabulary(store) is None
    items = [i for i in shipped_codes() if i.code != "fine"]
    renamed = [i.model_copy(update={"label_en": "Talk"}) if i.code == "regulatory_talk" else i for i in items]
    change = await vocabulary_change(store, type(shipped_codes())(renamed))
    assert ("measures", "fine") in change.closed_codes
    assert "regulatory_talk" in {item.code for _, item in change.codes}
    await commit(store, change)


async def test_code_lists_are_served_as_of_a_revision(empty_dsn: str, store: Connection) -> None:
    await bring_vocabulary(store)
    renamed = [i.model_copy(update={"label_en": "Talk"}) if i.code == "regulatory_talk" else i for i in shipped_codes()]
    await commit(store, await vocabulary_change(store, type(shipped_codes())(renamed)))
    async with await open_pool(empty_dsn, size=1, statement_timeout=10) as pool:
        reader = PostgresReader(pool)
        labels = [(await reader.codebook(r)).item("measures", "regulatory_talk").label_en for r in (1, 2)]
    assert labels == [shipped_codes().item("measures", "regulatory_talk").label_en, "Talk"]


async def test_the_dataset_of_this_build_applies_and_has_its_code_lists(empty_dsn: str, store: Connection) -> None:
    dataset = load_dataset()
    applied = await apply_dataset(store, dataset)
    assert applied.added == len(dataset.revisions) >= 3
    assert (await vocabulary_change(store, shipped_codes())).empty
    async with await open_pool(empty_dsn, size=1, statement_timeout=10) as pool:
        reader = PostgresReader(pool)
        assert await reader.total("document", Filter(), applied.added) >= 2
        assert await reader.total("figure", Filter(year=((2024,),)), applied.added) >= 7
        named = Filter(year=((2023,),), entity=(("百度",),), basis=(("text",),))
        assert await reader.total("action", named, applied.added) == 1
    assert await store.fetchval("SELECT count(*) FROM text_layer WHERE body IS NOT NULL") == 0


async def test_the_dataset_of_this_build_is_what_the_pipeline_reads(store: Connection, shared: Path) -> None:
    await apply_dataset(store, load_dataset())
    files = sorted((shared / "sources").glob("*/*.txt"))
    assert len(files) > 100
    for file in files:
        assert (await ingest(store, file.read_bytes())).status == "unchanged", file.name


@pytest.mark.parametrize("file", sorted(Path("db/dataset").glob("*.ndjson")), ids=lambda file: file.name)
def test_no_shipped_value_is_a_passage_of_text(file: Path) -> None:
    """Names, phrases and gists only: nothing in the records is longer than a headline."""

    def strings(value: object, path: str) -> list[tuple[str, str]]:
        if isinstance(value, str):
            return [(path, value)]
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [found for key, inner in items for found in strings(inner, key if isinstance(key, str) else path)]

    if file.name in ("codes.ndjson", "annotations.ndjson"):
        return  # our own definitions and notes
    for line in file.read_text(encoding="utf-8").splitlines():
        for field, text in strings(json.loads(line), ""):
            if field not in ("gist_zh", "gist_en"):  # made of labels and names
                longest = 80 if field == "title" else 40  # digests put all their items into the title
                assert len(re.findall(r"[\u3400-\u9fff]", text)) <= longest, (field, text)
