"""The page on downloading says what is true: its examples are run as they stand, by a shell."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import CUNZHAO, environment
from tests.support.releases import invented_files

PAGE = (Path(__file__).parents[2] / "api" / "web" / "docs" / "downloads.md").read_text(encoding="utf-8")
EXAMPLES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
FILES = invented_files(1, 2_000)
"""As the fixture `served` has them."""


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl IS NOT INSTALLED: its examples were not tried")
def test_every_example_works(served: str, tmp_path: Path) -> None:
    settings = environment(
        tmp_path,
        CUNZHAO_DOWNLOAD_FROM=f"{served}/v1/releases",
        PATH=f"{CUNZHAO.parent}{os.pathsep}{os.environ['PATH']}",
    )
    said = {}
    for line in EXAMPLES:
        command = ["bash", "-o", "pipefail", "-c", line.replace("http://127.0.0.1:8000", served)]
        done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, check=False)
        assert done.returncode == 0, (line, done.stderr)
        said[line] = done.stdout
    assert b"actions.ndjson: OK\n" in said.values()
    assert (tmp_path / "actions.csv").read_bytes() == (tmp_path / "unpacked.csv").read_bytes() == FILES["actions.csv"]
    part, head = list(said.values())[-4:-2]
    assert part == FILES["actions.csv"][:100]
    assert f'etag: "{hashlib.sha256(FILES["actions.csv"]).hexdigest()}"' in head.decode()
    assert {path.name for path in (tmp_path / "some").glob("*.*")} >= {"actions.csv", "index.json"}
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "everything", check=False)
    assert checked.returncode == 0
