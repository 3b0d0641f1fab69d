"""`README.md`: what a person needs who finds the folder of a release."""

from __future__ import annotations

from collections.abc import Iterator

from db.release.describe.dictionary import data_dictionary
from db.release.describe.facts import ReleaseFacts
from schema.dataset import DATASET

NAME = "README.md"
MEDIA_TYPE = "text/markdown; charset=utf-8"

_READING = """## Read it

```python
import pandas as pd

actions = pd.read_csv("actions_flat.csv", dtype={"regions": "str"}, keep_default_na=False, na_values=[""])
```

```sql
-- DuckDB
SELECT year, measure, count(DISTINCT action_id) FROM 'actions_flat.parquet' GROUP BY ALL ORDER BY ALL;
```

```r
actions <- read.csv("actions_flat.csv", na.strings = "", colClasses = c(regions = "character"))
```

- Files are UTF-8. Dates are `YYYY-MM-DD`. An empty cell of CSV is null, or an empty list.
- Lists in CSV are joined by `|`; in a value, `|` and `\\` have a backslash before them. Parquet and NDJSON have true
  lists, SQLite has JSON arrays, and 1 or 0 for truth.
- A CSV cell that a spreadsheet would take for a formula begins with an apostrophe; the other formats have it as it is.
- Null is not zero, and a figure that is `at_least` is not exact. Figures overlap: adding them up counts twice.
- In `actions_flat` a row is an action × an entity × a measure: count distinct `action_id`.
"""
_FILES = """## Files

Each table is there as `.csv` and `.ndjson` (both also `.gz` and `.zst`) and as `.parquet`; all of them are in
`cunzhao.sqlite`. `delta.ndjson` has what changed since the release before. A Parquet table of more than a million rows
is a folder of that name, divided by year.

| file | what it is |
| --- | --- |
| `index.json`, `SHA256SUMS` | every file with its length and digest; `sha256sum -c SHA256SUMS` checks them |
| `datapackage.json` | the tables and columns as a Data Package (Frictionless) |
| `<table>.csv-metadata.json`, `csv-metadata.json` | the same as CSV on the Web |
| `dataset.jsonld` | schema.org Dataset and Croissant |
| `dcat.jsonld` | DCAT 3 catalogue |
| `vocabularies.jsonld` | the code lists as SKOS |
| `CITATION.cff`, `citation.bib`, `citation.csl.json` | how to cite this release |
| `LICENSE.txt` | the licence |
"""


def readme(facts: ReleaseFacts) -> bytes:
    """The page, in Markdown."""
    return ("\n".join(_lines(facts)) + "\n").encode()


def _lines(facts: ReleaseFacts) -> Iterator[str]:
    yield f"# {DATASET.title}"
    yield ""
    yield f"Release {facts.name} of {facts.issued}: revision {facts.revision}, digest `{facts.digest}`."
    yield f"The release before it is {facts.previous}." if facts.previous else "It is the first release."
    yield ""
    yield DATASET.description_en
    yield ""
    yield DATASET.description_zh
    yield ""
    yield "| table | rows | what it holds |"
    yield "| --- | ---: | --- |"
    for table in facts.tables:
        yield f"| `{table.name}` | {facts.rows(table)} | {table.title_zh}. {table.description} |"
    yield ""
    yield _FILES
    yield _READING
    yield "## Licence and citation"
    yield ""
    licence = DATASET.licence
    yield f"[{licence.title}]({licence.url}) (`{licence.id}`). Please cite as:"
    yield ""
    yield f"> {DATASET.creator} ({facts.issued.year}). *{DATASET.title}*. Release {facts.name}. Data set."
    yield ""
    yield "## Tables and columns"
    yield ""
    yield "`empty` says where a value may be null. A list is never null."
    yield ""
    yield data_dictionary(facts.tables)
