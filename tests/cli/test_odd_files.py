"""A folder with all kinds of files in it: what is no text is refused in one line that names it, the rest is read."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.reading import extract
from tests.support.processes import cunzhao

WORDS = "网信部门依法关闭“甲乙”等账号3个。\n"
READ = {
    "gbk.txt": (WORDS * 5).encode("gbk"),
    "gb18030.html": f'<meta charset="gb2312"><p>{WORDS * 5}'.encode("gb18030"),
    "utf16.txt": (WORDS * 2).encode("utf-16"),
    "bom.txt": WORDS.encode("utf-8-sig"),
    "surrogate.html": f"<p>&#xD800;{WORDS}".encode(),
    "deep.html": ("<div>" * 20_000 + WORDS).encode(),
    "unclosed.html": f"<p>{WORDS}<div><b>".encode() * 50,
    "one_line.txt": (WORDS.strip() * 500).encode(),
}
REFUSED = {
    "page.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x00\x01stream",
    "page_without_nul.pdf": b"%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj\ntrailer\n%%EOF\n",
    "picture.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "program": b"\x7fELF\x02\x01\x01\x00\x00",
    "archive.zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
    "noise.bin": random.Random(1).randbytes(4_000),  # noqa: S311
    "utf16_without_mark.txt": WORDS.encode("utf-16-le") + "a".encode("utf-16-le"),
    "empty.txt": b"",
    "blank.txt": b" \n\t\n",
    "nul.txt": b"a\x00b",
    "lone_surrogate.txt": b"\xed\xa0\x80" + WORDS.encode(),
}


def test_a_folder_of_odd_files_is_read_as_far_as_it_can_be(tmp_path: Path) -> None:
    for name, data in {**READ, **REFUSED}.items():
        (tmp_path / name).write_bytes(data)
    outcome = CliRunner().invoke(extract, [str(tmp_path)])
    assert outcome.exit_code == 2
    lines = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert len(lines) == len(READ)
    assert all(line["actions"] for line in lines)
    refusals = [line for line in outcome.stderr.splitlines() if line.startswith("cunzhao: ")]
    assert len(refusals) == len(REFUSED)
    for line, name in zip(refusals, sorted(REFUSED), strict=True):
        assert line.startswith(f"cunzhao: {tmp_path / name}: the ")


def test_a_folder_of_odd_files_is_brought_in_as_far_as_it_can_be(dsn: str, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    limits = {"long_address.md": f"---\nurl: https://a.example/{_long(5_000)}\n---\n\n{WORDS}".encode()}
    for name, data in {**READ, **REFUSED, **limits}.items():
        (folder / name).write_bytes(data)
    made = cunzhao(tmp_path, "ingest", str(folder), CUNZHAO_DATABASE_URL=dsn)
    assert made.returncode == 2
    assert "Traceback" not in made.stderr
    *told, last = made.stdout.splitlines()
    assert len(told) == len(READ)
    assert last == f"{len({**READ, **REFUSED, **limits})} documents: {len(READ)} new, {len(REFUSED) + 1} refused"
    refusals = [line for line in made.stderr.splitlines() if line.startswith("cunzhao: ")]
    assert [line.split(": ")[1] for line in refusals] == [str(folder / n) for n in sorted({**REFUSED, **limits})]
    again = cunzhao(tmp_path, "ingest", str(folder), CUNZHAO_DATABASE_URL=dsn)
    assert again.stdout.splitlines()[-1].endswith(f": {len(READ)} unchanged, {len(REFUSED) + 1} refused")


def _long(length: int) -> str:
    """Letters that cannot be made shorter by packing."""
    return "".join(random.Random(2).choices(string.ascii_letters, k=length))  # noqa: S311


@pytest.mark.parametrize("name", sorted(READ))
def test_what_is_read_of_an_odd_file_is_what_it_says(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(READ[name])
    outcome = CliRunner().invoke(extract, [str(tmp_path / name)])
    named = [one["name"] for action in json.loads(outcome.stdout)["actions"] for one in action["entities"]]
    assert set(named) == {"甲乙"}
