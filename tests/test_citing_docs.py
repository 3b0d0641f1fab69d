"""What the page on citing says: its commands and programs run as they stand, and what they compute is what is cited."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from schema.citations import LONGEST_TOKEN
from tests.conftest import SHIPPED_RELEASE

PAGE = (Path(__file__).parents[1] / "api" / "web" / "docs" / "citing.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.*?)\n```", PAGE, re.DOTALL)
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
HERE = "http://127.0.0.1:8000"
LIST, GRAPHQL, BIBTEX, EXPORT, ABSENCE = COMMANDS
FROM_FILE, FROM_GRAPHQL, UNPACKED = PROGRAMS


def run(command: str, served: str) -> str:
    if not (shutil.which("curl") and shutil.which("sha256sum")):
        pytest.skip("curl or sha256sum is not here")
    done = subprocess.run(
        ["bash", "-c", command.replace(HERE, served)], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def cited(command: str, served: str) -> Any:
    return json.loads(run(command, served))["data"]


def compute(program: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_the_export_has_the_hash_that_is_cited(shipped: str) -> None:
    citation = cited(LIST, shipped)
    assert citation["release"] == SHIPPED_RELEASE
    of_list, _, of_delta, _ = run(EXPORT, shipped).split()
    assert of_list == citation["sha256"]
    delta = httpx.post(f"{shipped}/v1/citations", json={"query": f"/v1/releases/r1...{SHIPPED_RELEASE}.ndjson"})
    assert of_delta == delta.json()["data"]["sha256"]
    assert citation["rows"] > 0
    assert run(BIBTEX, shipped) == citation["bibtex"]


def test_the_file_of_the_release_has_it_too(shipped: str, tmp_path: Path) -> None:
    lines = httpx.get(f"{shipped}/v1/exports/actions.ndjson", params={"as_of": SHIPPED_RELEASE}).content
    (tmp_path / "actions.ndjson").write_bytes(lines)
    citation = cited(LIST, shipped)
    assert compute(FROM_FILE, tmp_path) == f"{citation['sha256']} {citation['rows']}"


def test_graphql_can_be_computed_anew(shipped: str, tmp_path: Path) -> None:
    citation = cited(GRAPHQL, shipped)
    assert compute(FROM_GRAPHQL.replace(HERE, shipped), tmp_path) == f"{citation['sha256']} {citation['rows']}"


def test_a_token_can_be_read_without_us(shipped: str, tmp_path: Path) -> None:
    citation = cited(LIST, shipped)
    held = json.loads(compute(f"token = {citation['token']!r}\n{UNPACKED}", tmp_path))
    assert held == [citation["release"], citation["rows"], citation["sha256"], citation["query"]]
    assert f"at most {LONGEST_TOKEN:,} characters" in PAGE


def test_absence_states_what_is_covered(shipped: str) -> None:
    citation = cited(ABSENCE, shipped)
    assert (citation["rows"], citation["confirmed"]) == (0, True)
    assert citation["coverage"]["record"]["documents"] > 100
    words = " ".join(PAGE.split())
    assert "That something is absent from the record is no proof that it did not happen" in words
    assert "That something is absent from the record is no proof that it did not happen" in citation["absence"]


def test_every_difference_is_explained() -> None:
    contract = json.loads((Path(__file__).parents[1] / "openapi" / "openapi.json").read_text(encoding="utf-8"))
    kinds = contract["components"]["schemas"]["Difference"]["properties"]["what"]["enum"]
    table = PAGE[PAGE.index("| `what` |") :].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == {"what", *kinds}
