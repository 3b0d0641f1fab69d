"""The documentation of the tables is that of the tables there are."""

from __future__ import annotations

import re

from schema.tables import TABLES
from tests.release import comparability
from tests.release.dictionary import PAGE, written


def test_the_data_dictionary_is_that_of_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "make contract writes it anew"


def test_the_page_on_comparability_is_that_of_the_shipped_dataset() -> None:
    assert comparability.PAGE.read_text(encoding="utf-8") == comparability.written(), "make contract writes it anew"


def test_every_table_and_column_is_in_it_once() -> None:
    _, dictionary = PAGE.read_text(encoding="utf-8").split("<!-- dictionary -->")
    parts = re.split(r"^### `(\w+)`$", dictionary, flags=re.MULTILINE)[1:]
    found = {
        name: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
        for name, part in zip(parts[::2], parts[1::2], strict=True)
    }
    assert found == {table.name: [column.name for column in table.columns] for table in TABLES}
