"""The tables as they are described: whole, and true to the models of the records."""

from __future__ import annotations

import re

import pytest

from schema.codes import LIST_NAMES
from schema.records import RECORD_MODELS
from schema.tables import ACTIONS, ACTIONS_FLAT, TABLE_OF, TABLES, Table

BY_NAME = {table.name: table for table in TABLES}
SAID = re.compile(r"codes? of `(\w+)`")
"""How the description of a field says that it holds codes."""


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_described_and_its_rows_are_told_apart(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert table.title_en
    assert table.title_zh
    assert table.description.endswith(".")
    for name in table.key:
        assert not table.column(name).nullable
        assert not table.column(name).many


def test_every_kind_of_record_has_its_table() -> None:
    assert set(TABLE_OF) == set(RECORD_MODELS)
    for kind, table in TABLE_OF.items():
        fields = {column.path[0] for column in table.columns}
        assert fields == set(RECORD_MODELS[kind].model_fields)


def test_columns_that_hold_codes_name_the_list_their_description_names() -> None:
    for table in TABLES:
        for column in table.columns:
            said = SAID.search(column.description)
            assert said is None or column.codes == said[1], column
            assert column.codes in (None, *LIST_NAMES)


def test_references_point_to_the_key_of_a_table() -> None:
    found = {column.references for table in TABLES for column in table.columns if column.references}
    assert found == {(name, "id") for name in ("documents", "entities", "actions", "figures", "series")}
    for name, column in found:
        assert BY_NAME[name].key == (column,)


def test_the_flat_table_says_all_that_an_action_says_but_its_evidence() -> None:
    said = {column.path for column in ACTIONS.columns if column.path != ("anchors",)}
    assert {column.path for column in ACTIONS_FLAT.columns if column.path} == said
    for column in ACTIONS_FLAT.columns:
        if column.codes:
            for label in (f"{column.name}_label_zh", f"{column.name}_label_en"):
                assert ACTIONS_FLAT.column(label).many == column.many
