"""The contract fuzzed over HTTP: every phase, valid and invalid data, all checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PHASES = ("examples", "coverage", "fuzzing", "stateful")
ENOUGH = 5_000
"""Fewer cases than this would mean that a phase or an enum has fallen out."""


def test_nothing_that_is_sent_breaks_the_contract(served: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", "openapi/schemathesis.toml"),
            *("run", f"{served}/openapi.json", "--report", "json", "--report-json-path", str(report)),
        ],
        cwd=ROOT,
        env={**os.environ, "FUZZED_URL": served, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
    result = json.loads(report.read_text())
    assert {phase: one["status"] for phase, one in result["phases"].items()} == dict.fromkeys(PHASES, "success")
    assert result["operations"]["tested"] == result["operations"]["total"]
    assert (result["failures"], result["errors"], result["filtered"]) == ([], [], 0)
    assert result["test_cases"]["generated"] > ENOUGH
