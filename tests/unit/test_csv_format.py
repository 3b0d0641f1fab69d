"""CSV, byte by byte, and the columns of every kind of record."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.rest.envelope import meta
from db.changes import record_kind
from db.export.csv_file import CsvFile
from db.export.files import JsonFile
from db.export.plain_csv import NotPlain, PlainRows
from schema.extraction import Anchor, Period
from schema.records import Action, DocumentReference, EntityMention, RecordKind
from schema.tables import TABLE_OF
from tests.support import corpus

ACTION = Action(
    id="a-2222222222222",
    document=DocumentReference(id="d-2222222222222", url=None),
    confidence="medium",
    extractor="test/1",
    anchors=(
        Anchor(field="measures", value="fine", start=10, end=12, exact="罚款"),
        Anchor(field="entities", value="a|b", start=1, end=4, exact="a|b"),
        Anchor(field="entities", value="x", start=20, end=22, exact="罚款"),
    ),
    revision=3,
    acted_on=date(2023, 12, 31),
    date_basis="period_end",
    decided_on=None,
    period=Period(start=date(2023, 1, 1), end=date(2023, 12, 31)),
    entities=(
        EntityMention(entity="e-2222222222222", name="a|b", kind="app"),
        EntityMention(entity="baidu", name='他说"好",\n走了\\', kind="platform"),
    ),
    unnamed_subject="=cmd|' /C calc'!A0",
    open_ended=True,
    subject_kinds=("app", "platform"),
    measures=("fine",),
    categories=(),
    authorities=("cac",),
    instruments=(),
    campaigns=(),
    regions=("100000",),
    amount_cny=0,
    gist_zh="罚款",
    gist_en="Fine",
)
ROW = ACTION.model_dump_json().encode() + b"\n"

HEAD = (
    "id,document_id,document_url,acted_on,date_basis,decided_on,period_start,period_end,entity_ids,entity_names,"
    "entity_kinds,operator_ids,operator_names,unnamed_subject,open_ended,subject_kinds,measures,categories,authorities,"
    "instruments,campaigns,regions,amount_cny,gist_zh,gist_en,basis,confidence,anchor_count,evidence,extractor,"
    "revision\r\n"
)
LINE = (
    "a-2222222222222,d-2222222222222,,2023-12-31,period_end,,2023-01-01,2023-12-31,e-2222222222222|baidu,"
    '"a\\|b|他说""好"",\n走了\\\\",app|platform,'
    ",,'=cmd|' /C calc'!A0,true,app|platform,fine,,cac,,,100000,0,罚款,Fine,text,medium,3,罚款|a\\|b,test/1,3\r\n"
)


def test_an_action_as_a_line() -> None:
    file = CsvFile("action")
    assert file.head().decode() == HEAD
    assert file.rows(ROW).decode() == LINE
    assert file.rows(ROW * 2).decode() == LINE * 2
    assert file.tail() == b""


def test_what_was_transcribed_is_marked_in_its_line() -> None:
    made = ACTION.model_copy(update={"basis": "transcribed", "anchors": ()})
    line = CsvFile("action").rows(made.model_dump_json().encode() + b"\n").decode()
    assert line.endswith("罚款,Fine,transcribed,medium,0,,test/1,3\r\n")


def test_the_mark_stands_before_everything() -> None:
    assert CsvFile("action", bom=True).head() == b"\xef\xbb\xbf" + HEAD.encode()


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (
            "figure",
            "id document_id document_url measure subject_kind value_min value_max qualifier unit wording "
            "period_start period_end authorities regions campaign gist_zh gist_en basis confidence anchor_count "
            "evidence extractor revision",
        ),
        ("entity", "id kind name name_en names name_languages name_kinds revision"),
        (
            "document",
            "id url original_url title publisher issuer published_on period_start period_end sha256 source_sha256 "
            "length reprint_of reprint_evidence_basis reprint_evidence_weight reprint_evidence_overlap "
            "reprint_evidence_title reprint_evidence_issuer reprint_evidence_batch reprint_evidence_figures "
            "reprint_evidence_names reprint_evidence_amounts reprint_evidence_days reprint_evidence_via "
            "clauses_extracted clauses_ignored clauses_unhandled basis extractor revision",
        ),
    ],
)
def test_the_columns_are_those_of_the_model(kind: RecordKind, columns: str) -> None:
    assert CsvFile(kind).head().decode() == columns.replace(" ", ",") + "\r\n"


def _gist(text: str) -> str:
    """What stands for a gist in the line of an action."""
    made = ACTION.model_copy(update={"gist_zh": text})
    [_, row] = csv.reader(io.StringIO((HEAD.encode() + CsvFile("action").rows(_lines([made]))).decode(), newline=""))
    return row[HEAD.split(",").index("gist_zh")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_a_formula_gets_an_apostrophe(start: str) -> None:
    assert _gist(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "a=1", " =1", "'=1", "2023-01-01", "罚款", 'a "b", c'])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert _gist(text) == text


def _lines(actions: Iterable[Action]) -> bytes:
    return b"".join(action.model_dump_json().encode() + b"\n" for action in actions)


def _list(values: Iterable[str | None]) -> str:
    """A list in a cell, as it is described."""
    items = [value or "" for value in values]
    return "|".join(item.replace("\\", "\\\\").replace("|", "\\|") for item in items) if any(items) else ""


def _simply(action: Action) -> list[object]:
    """The cells of an action, one by one, for the standard library to write."""
    made, period = action, action.period
    cells: list[object] = [
        made.id, made.document.id, made.document.url, made.acted_on, made.date_basis, made.decided_on,
        period and period.start, period and period.end,
        *(_list(getattr(one, part) for one in made.entities)
          for part in ("entity", "name", "kind", "operator", "operator_name")),
        made.unnamed_subject, "true" if made.open_ended else "false",
        *map(_list, (made.subject_kinds, made.measures, made.categories, made.authorities, made.instruments,
                     made.campaigns, made.regions)),
        made.amount_cny, made.gist_zh, made.gist_en, made.basis, made.confidence, len(made.anchors),
        _list(dict.fromkeys(one.exact for one in made.anchors)), made.extractor, made.revision,
    ]  # fmt: skip
    return [f"'{cell}" if isinstance(cell, str) and cell[:1] in tuple("=+-@\t\r＝＋－＠") else cell for cell in cells]


TEXTS = st.text(alphabet="a罚|\\\",'\r\n\t =-＝", min_size=1, max_size=5) | st.text(
    alphabet="a罚,'[]{} =-＝", min_size=1, max_size=5
)
MENTIONS = st.builds(
    lambda name, operator: EntityMention(
        entity="e", name=name, kind="app", operator=operator and "o", operator_name=operator
    ),
    TEXTS, st.none() | TEXTS,
)  # fmt: skip
ACTIONS = st.builds(
    lambda mentions, words, gist, unnamed, url, quoted, period: ACTION.model_copy(
        update={
            "entities": tuple(mentions), "campaigns": tuple(words), "gist_en": gist, "unnamed_subject": unnamed,
            "document": DocumentReference(id="d", url=url), "period": period,
            "anchors": tuple(Anchor(field="x", start=1, end=1 + len(one), exact=one) for one in quoted),
        }
    ),
    st.lists(MENTIONS, max_size=3), st.lists(TEXTS, max_size=3), TEXTS, st.none() | TEXTS, st.none() | TEXTS,
    st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from([None, ACTION.period]),
)  # fmt: skip


@settings(derandomize=True, deadline=None, database=None)
@given(st.lists(ACTIONS, min_size=1, max_size=4))
def test_many_together_are_written_as_the_standard_library_writes_each(actions: list[Action]) -> None:
    wanted = io.StringIO(newline="")
    csv.writer(wanted).writerows(map(_simply, actions))
    assert CsvFile("action").rows(_lines(actions)).decode() == wanted.getvalue()


@pytest.mark.parametrize("kind", TABLE_OF)
def test_plain_records_are_cut_as_those_beside_an_odd_one_are_parsed(kind: RecordKind) -> None:
    records = [record for record in corpus.document_change(2023, entities=True).records if record_kind(record) == kind]
    written = [record.model_dump_json().encode() + b"\n" for record in records]
    lines = b"".join(line for line in written if b"\\" not in line and b"|" not in line)
    assert lines.count(b"\n") > len(written) // 2
    cut = PlainRows(kind, "=").rows(lines)
    odd = lines.replace(b'"id":"', b'"id":"\\\\', 1)
    with pytest.raises(NotPlain):
        PlainRows(kind, "=").rows(odd)
    assert CsvFile(kind).rows(lines) == cut
    assert CsvFile(kind).rows(odd) == b"\\" + cut


@pytest.mark.parametrize("chunks", [[], [ROW], [ROW * 2, ROW]])
def test_the_json_file_is_json_however_it_is_cut(chunks: list[bytes]) -> None:
    file = JsonFile(meta(3))
    text = b"".join([file.head(), *map(file.rows, chunks), file.tail()])
    count = b"".join(chunks).count(b"\n")
    assert orjson.loads(text) == {
        "data": [orjson.loads(ROW)] * count,
        "total": {"value": count, "relation": "eq"},
        "next": None,
        "meta": {"revision": 3, "release": None, "errata": []},
    }
