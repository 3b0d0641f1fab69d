"""Reads the files of a release with the libraries their users have, and prints what came out: {file: {reader: rows}}.

Run by the interpreter of the readers' environment with the folder of a release. Rows of CSV are texts as in the file,
those of the other formats are values as in JSON. What a reader cannot do is printed as its error.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb  # type: ignore[import-not-found]  # of the readers' own environment, as are the others
import numpy as np  # type: ignore[import-not-found]
import pandas as pd  # type: ignore[import-untyped]
import polars as pl  # type: ignore[import-not-found]

Rows = list[list[Any]]
Reader = Callable[[Path], Rows]


def value(read: Any) -> Any:
    """What was read, as JSON has it."""
    if isinstance(read, np.ndarray | pl.Series | list | tuple):
        return [value(one) for one in read]
    if isinstance(read, dict):
        return {name: found for name, one in read.items() if (found := value(one)) is not None}
    if isinstance(read, np.generic):
        return value(read.item())
    if read is None or read is pd.NA or read is pd.NaT or read != read:
        return None
    if isinstance(read, datetime):
        return read.date().isoformat()
    if isinstance(read, date):
        return read.isoformat()
    return int(read) if isinstance(read, float) and read.is_integer() else read


def text(read: Any) -> str:
    """What was read from a cell of CSV, as it stands there."""
    found = value(read)
    if found is None:
        return ""
    return str(found).lower() if isinstance(found, bool) else str(found)


def _rows(names: Iterable[str], rows: Iterable[Iterable[Any]], write: Callable[[Any], Any]) -> Rows:
    return [list(names), *([write(cell) for cell in row] for row in rows)]


def _pandas(frame: Any, write: Callable[[Any], Any]) -> Rows:
    return _rows(frame.columns, frame.astype(object).itertuples(index=False), write)


def _polars(frame: Any, write: Callable[[Any], Any]) -> Rows:
    return _rows(frame.columns, frame.iter_rows(), write)


def _duckdb(sql: str, path: Path, write: Callable[[Any], Any]) -> Rows:
    found = duckdb.sql(sql.format(f"'{path}'"))
    return _rows(found.columns, found.fetchall(), write)


def pandas_csv(path: Path) -> Rows:
    return _pandas(pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"regions": "str"}), text)


def polars_csv(path: Path) -> Rows:
    return _polars(pl.read_csv(path, try_parse_dates=True, infer_schema_length=None), text)


def duckdb_csv(path: Path) -> Rows:
    return _duckdb("FROM read_csv({}, delim = ',', header = true, sample_size = -1)", path, text)


def pandas_lines(path: Path) -> Rows:
    return _pandas(pd.read_json(path, lines=True, dtype=False, convert_dates=False, precise_float=True), value)


def polars_lines(path: Path) -> Rows:
    return _polars(pl.read_ndjson(path, infer_schema_length=None), value)


def duckdb_lines(path: Path) -> Rows:
    return _duckdb("FROM read_json({}, format = 'newline_delimited', sample_size = -1)", path, value)


def pandas_parquet(path: Path) -> Rows:
    return _pandas(pd.read_parquet(path), value)


def polars_parquet(path: Path) -> Rows:
    return _polars(pl.read_parquet(path), value)


def duckdb_parquet(path: Path) -> Rows:
    return _duckdb("FROM {}", path, value)


READERS: dict[str, tuple[Reader, ...]] = {
    ".csv": (pandas_csv, polars_csv, duckdb_csv),
    ".csv.gz": (pandas_csv, polars_csv, duckdb_csv),
    ".csv.zst": (polars_csv, duckdb_csv),
    ".ndjson": (pandas_lines, polars_lines, duckdb_lines),
    ".ndjson.gz": (pandas_lines, duckdb_lines),
    ".ndjson.zst": (duckdb_lines,),
    ".parquet": (pandas_parquet, polars_parquet, duckdb_parquet),
}


def read_bundle(path: Path) -> dict[str, Rows]:
    """The tables in the SQLite file, as pandas reads them."""
    with contextlib.closing(sqlite3.connect(path)) as opened:
        names = [name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: _pandas(pd.read_sql(f'SELECT * FROM "{name}"', opened, dtype=object), value)  # noqa: S608
            for name in names
            if not name.startswith("sqlite_")
        }


def run_examples(folder: Path) -> dict[str, Any]:
    """What the examples of the page that goes with the release come to."""
    page = (folder / "README.md").read_text(encoding="utf-8")
    (python,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (sql,) = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    with contextlib.chdir(folder):
        exec(python, names)  # noqa: S102
        return {"pandas": _pandas(names["actions"], text), "duckdb": duckdb.sql(sql).fetchall()}


def main(folder: Path) -> None:
    """Read every file that somebody reads."""
    found: dict[str, dict[str, Any]] = {"README.md": run_examples(folder)}
    for path in sorted(folder.iterdir()):
        readers = READERS.get(path.name[path.name.find(".") :], ())
        for read in readers if path.name != "delta.ndjson" else ():
            try:
                rows: Any = read(path)
            except Exception as error:
                rows = repr(error)
            found.setdefault(path.name, {})[read.__name__.partition("_")[0]] = rows
    found["cunzhao.sqlite"] = read_bundle(folder / "cunzhao.sqlite")
    json.dump(found, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
