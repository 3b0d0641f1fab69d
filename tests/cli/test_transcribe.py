"""`cunzhao transcribe` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.processes import cunzhao

PAGE = {
    "url": "https://page.example/1",
    "figures": [
        {"measure": "fine", "subject_kind": "website", "value_min": 3, "qualifier": "at_least", "wording": "3余"},
    ],
}  # fmt: skip
COPY = {"url": "https://copy.example/1", "reprint_of": "https://page.example/1"}


def test_facts_are_brought_in_once_and_faults_told_in_a_line(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "facts.ndjson"

    def run(*pages: object, code: int = 0, options: tuple[str, ...] = ()) -> list[str]:
        file.write_text("".join(json.dumps(page) + "\n" for page in pages), encoding="utf-8")
        made = cunzhao(tmp_path, "transcribe", *options, str(file), CUNZHAO_DATABASE_URL=dsn)
        assert made.returncode == code, made.stderr
        assert "Traceback" not in made.stderr
        told = [line for line in made.stderr.splitlines() if line.startswith("cunzhao: ")]
        return made.stdout.splitlines() + told

    new = ["[1/2] new: https://page.example/1: 1 document, 1 figure", "[2/2] new: https://copy.example/1: 1 document"]
    assert run(PAGE, COPY, options=("--dry-run",)) == new
    assert [line.replace(" r2:", ":").replace(" r3:", ":") for line in run(PAGE, COPY)] == new
    lone = COPY | {"reprint_of": "https://nowhere.example/"}
    assert run(lone, PAGE, code=2) == [
        "[2/2] unchanged: https://page.example/1: nothing to change",
        "cunzhao: facts.ndjson, line 1: https://copy.example/1: reprint_of: no document of this store has the address "
        "https://nowhere.example/",
    ]
    wrong = PAGE | {"url": "https://page.example/2", "issuer": "nobody"}
    assert run(PAGE, wrong, code=2) == [
        "cunzhao: facts.ndjson, line 2: issuer: no code 'nobody' in the list 'authorities'"
    ]
