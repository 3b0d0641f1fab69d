"""`make fuzz`: the contract tried with ever other cases, until there were so many, and numbers kept of it.

Each round is a run of schemathesis with a seed of its own: all phases in the first, those that follow chance in the
others. GraphQL is tried by the same program (`tests/contract/test_graphql_fuzz.py`), with as many examples as make a
tenth of the cases. The service runs as `cunzhao serve` runs it, over the shipped dataset.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from tests.support.processes import serving

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build" / "fuzz.json"
CONFIG = ROOT / "openapi" / "schemathesis.toml"
UNLIMITED = {"CUNZHAO_RATE_LIMIT_REQUESTS": "0", "CUNZHAO_LOG_LEVEL": "error"}
EXAMPLES = 60
"""Of each operation in each round, at most."""


def rest_round(url: str, seed: int, folder: Path) -> dict[str, Any]:
    """One run of schemathesis: how many cases there were, and what failed."""
    text = CONFIG.read_text(encoding="utf-8")
    for known, wanted in (
        (r"deterministic = true", "deterministic = false"),
        (r"max-examples = 8\b", f"max-examples = {EXAMPLES}"),
        (r"max-examples = 40\b", "max-examples = 200"),
        (r"hooks = .*", f'hooks = "{ROOT / "tests" / "contract" / "schemathesis_hooks.py"}"'),
    ):
        text, found = re.subn(known, wanted, text)
        if not found:
            raise RuntimeError(f"{CONFIG} has no {known!r} any more")
    config, report = folder / "schemathesis.toml", folder / f"report-{seed}.json"
    config.write_text(text, encoding="utf-8")
    phases = [] if seed == 0 else ["--phases", "fuzzing,stateful"]
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", config, "run", f"{url}/openapi.json",
         "--seed", str(seed), "--report", "json", "--report-json-path", report, *phases],
        cwd=ROOT, env={**os.environ, "FUZZED_URL": url, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    result = json.loads(report.read_text(encoding="utf-8"))
    failed = [*result["failures"], *result["errors"]]
    if run.returncode or failed:
        click.echo(run.stdout[-8_000:], err=True)
    return {"seed": seed, "cases": result["test_cases"]["generated"], "failures": len(failed) or run.returncode}


def graphql_round(cases: int, folder: Path) -> dict[str, Any]:
    """A run of the GraphQL fuzzing with more examples."""
    report = folder / "graphql.json"
    run = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "tests/contract/test_graphql_fuzz.py"],
        cwd=ROOT, env={**os.environ, "GRAPHQL_CASES": str(cases), "GRAPHQL_REPORT": str(report)}, check=False,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if run.returncode:
        click.echo(run.stdout[-8_000:], err=True)
    made = json.loads(report.read_text(encoding="utf-8"))["cases"] if report.exists() else 0
    return {"cases": made, "failures": run.returncode}


def fuzz(chosen: argparse.Namespace, kept: dict[str, Any], folder: Path) -> Iterator[dict[str, Any]]:
    """The numbers after each round, those of earlier runs included."""
    begun, minutes, rounds = time.monotonic(), kept["minutes"], kept["rounds"]
    with serving(folder / "data", **UNLIMITED) as server:
        graphql = kept["graphql"] or graphql_round(chosen.cases // 10, folder)
        while True:
            rounds.append(rest_round(server.url, len(rounds), folder))
            spent = (time.monotonic() - begun) / 60
            yield {
                "cases": graphql["cases"] + sum(each["cases"] for each in rounds),
                "failures": graphql["failures"] + sum(each["failures"] for each in rounds),
                "minutes": round(minutes + spent, 1),
                "graphql": graphql,
                "rounds": rounds,
            }
            if spent > chosen.minutes:
                return


def main() -> None:
    """Fuzz until there were enough cases or no time is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=120.0, help="after so many no round begins any more")
    parser.add_argument("--more", action="store_true", help="go on where the last run ended")
    chosen = parser.parse_args()
    known: dict[str, Any] = {"cases": 0, "failures": 0, "minutes": 0.0, "graphql": None, "rounds": []}
    if chosen.more and REPORT.exists():
        known = json.loads(REPORT.read_text(encoding="utf-8"))
    REPORT.parent.mkdir(exist_ok=True)
    numbers = known
    with tempfile.TemporaryDirectory(prefix="fuzz-") as made:
        for numbers in fuzz(chosen, known, Path(made)):
            REPORT.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
            click.echo(f"{numbers['cases']} cases, {numbers['failures']} failures, {numbers['minutes']} minutes")
            if numbers["cases"] >= chosen.cases:
                break
    sys.exit(1 if numbers["failures"] else 0)


if __name__ == "__main__":
    main()
