"""The commands that care for a store: verify, correct, retract, as a user meets them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from db.ingest.run import ingest
from db.pool import connect
from tests.support.announcements import ANNUAL
from tests.support.processes import cunzhao

WHY = ("--cause", "our_correction", "--note", "Misread.")


@pytest.fixture
def figure(dsn: str) -> str:
    """The id of a figure in a store that holds one announcement."""

    async def fill() -> str:
        connection = await connect(dsn)
        await ingest(connection, ANNUAL.encode())
        found = await connection.fetchval("SELECT id FROM figure_version WHERE value_min = 1234")
        await connection.close()
        return str(found)

    return asyncio.run(fill())


def test_a_record_is_corrected_retracted_and_all_verified(dsn: str, figure: str, tmp_path: Path) -> None:
    def run(*arguments: str, code: int = 0) -> str:
        made = cunzhao(tmp_path, *arguments, CUNZHAO_DATABASE_URL=dsn)
        assert made.returncode == code, made.stderr
        assert "Traceback" not in made.stderr
        return made.stdout if code == 0 else made.stderr.splitlines()[-1]

    dry = run("correct", figure, "--set", "unit=个", *WHY, "--dry-run")
    assert '  - unit: "家"\n  + unit: "个"\n' in dry
    assert dry.endswith(f"{figure} corrected: not done, this is a dry run\n")
    assert run("correct", figure, "--set", "unit=个", *WHY).endswith(f"{figure} corrected in r3\n")
    assert "says that already" in run("correct", figure, "--set", "unit=个", *WHY, code=2)
    assert "no field 'units'" in run("correct", figure, "--set", "units=个", *WHY, code=2)
    assert "either --set" in run("correct", figure, *WHY, code=2)
    assert "Missing option '--note'" in run("correct", figure, "--set", "unit=家", "--cause", "our_correction", code=2)
    assert "our_correction" in run("retract", figure, "--note", "No.", code=2)
    whole = tmp_path / "whole.json"
    whole.write_text('{"unit": "款"', encoding="utf-8")
    assert "whole.json: " in run("correct", figure, "--from", str(whole), *WHY, code=2)
    whole.write_text('{"unit": "款"}', encoding="utf-8")
    assert '  + unit: "款"' in run("correct", figure, "--from", str(whole), *WHY)
    journal = tmp_path / "corrections.ndjson"
    withdrawn = run("retract", figure, "--cause", "retraction", "--note", "No.", "--record", str(journal))
    assert withdrawn.endswith(f"{figure} retracted in r5\n")
    assert "stands in this store" in run("retract", figure, "--cause", "retraction", "--note", "No.", code=2)
    (line,) = journal.read_text(encoding="utf-8").splitlines()
    recorded = json.loads(line)
    assert (recorded["id"], recorded["action"], recorded["note"]) == (figure, "retract", "No.")
    assert run("replay", str(journal)) == f"{figure}: made before\n"
    journal.write_text(line.replace(recorded["key"], "another") + "\n{}\n", encoding="utf-8")
    assert "line 2: no recorded correction" in run("replay", str(journal), code=2)
    journal.write_text(line.replace(recorded["key"], "another"), encoding="utf-8")
    assert "stands in this store" in run("replay", str(journal), code=2)
    report = run("verify").splitlines()
    assert [line.split(":")[0] for line in report] == [
        "texts", "anchors", "record versions", "revisions", "transcribed facts", "files of releases",
    ]  # fmt: skip
    assert all(line.endswith(" 0 wrong") for line in report)


def test_a_fault_is_told_in_one_line_with_exit_status_2(dsn: str, figure: str, tmp_path: Path) -> None:
    async def alter() -> None:
        connection = await connect(dsn)
        await connection.execute("ALTER TABLE figure_version DISABLE TRIGGER USER")
        await connection.execute("UPDATE figure_version SET unit = 'x' WHERE id = $1", figure)
        await connection.close()

    asyncio.run(alter())
    made = cunzhao(tmp_path, "verify", "--texts", str(tmp_path), CUNZHAO_DATABASE_URL=dsn)
    assert made.returncode == 2
    assert made.stdout.splitlines()[2] == f"figure {figure} r2: JSON and rows differ in unit"
    assert made.stderr == ""
