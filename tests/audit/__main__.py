"""`make audit`: whether anything we run on is known to be vulnerable. `make sbom`: what we run on, in CycloneDX.

An audit that nobody answered is none: it is said aloud, and where `EVERYTHING` is set it fails.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv" / "audit" / "bin"
PINNED = ROOT / "requirements.txt"
BUILD = ROOT / "build"


def pinned() -> dict[str, str]:
    """The packages we run on, with their versions."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", PINNED.read_text(encoding="utf-8"), re.MULTILINE))


def judge(report: dict[str, Any], wanted: set[str]) -> tuple[list[str], list[str]]:
    """What is vulnerable, and what nobody has looked at."""
    listed = {one["name"].lower(): one for one in report.get("dependencies", [])}
    vulnerable = [
        f"{name} {one['version']}: {', '.join(each['id'] for each in one['vulns'])}"
        for name, one in listed.items()
        if one.get("vulns")
    ]
    unseen = sorted(name for name in wanted if "vulns" not in listed.get(name.lower(), {}))
    return vulnerable, unseen


def audit() -> int:
    """Ask the advisory service of PyPI about every package."""
    report = BUILD / "audit.json"
    report.unlink(missing_ok=True)
    run = subprocess.run(
        [TOOLS / "pip-audit", "--disable-pip", "--require-hashes", "--requirement", PINNED, "--format", "json",
         "--output", report, "--progress-spinner", "off", "--timeout", "20"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    vulnerable, unseen = judge(found, set(pinned()))
    for line in vulnerable:
        click.echo(f"VULNERABLE: {line}", err=True)
    if unseen:
        skipped = [one["skip_reason"] for one in found.get("dependencies", []) if "skip_reason" in one]
        reason = [*skipped, *reversed(run.stderr.strip().splitlines()), "no reason given"][0][:300]
        click.echo(f"NOT AUDITED: {len(unseen)} of {len(pinned())} packages; {reason}", err=True)
    else:
        click.echo(f"audited: {len(pinned())} packages, {len(vulnerable)} known to be vulnerable")
    return 1 if vulnerable or (unseen and os.environ.get("EVERYTHING") == "audit") else 0


def sbom() -> int:
    """Write down what we run on; every pinned package must be in it."""
    file = BUILD / "sbom.json"
    subprocess.run(
        [TOOLS / "cyclonedx-py", "requirements", PINNED, "--pyproject", ROOT / "pyproject.toml",
         "--output-reproducible", "--output-format", "JSON", "--output-file", file],
        check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    made = json.loads(file.read_text(encoding="utf-8"))
    listed = {one["name"].lower(): one.get("version") for one in made["components"]}
    missing = {name for name, version in pinned().items() if listed.get(name.lower()) != version}
    if made["bomFormat"] != "CycloneDX" or missing:
        click.echo(f"the list is not complete: {sorted(missing)}", err=True)
        return 1
    click.echo(f"{file.relative_to(ROOT)}: {len(listed)} components, CycloneDX {made['specVersion']}")
    return 0


if __name__ == "__main__":
    BUILD.mkdir(exist_ok=True)
    sys.exit({"audit": audit, "sbom": sbom}[sys.argv[1]]())
