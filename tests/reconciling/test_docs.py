"""What the page on reconciliation says: its commands answer as they stand, and it names what there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from api.reconciling.asked import MOST_CANDIDATES, MOST_QUERIES
from api.reconciling.extending import MOST_IDS
from api.reconciling.scoring import AHEAD, SURE
from tests.reconciling.measure import PAGE

TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_answer(shipped: str, command: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not here")
    asked = command.replace("http://127.0.0.1:8000", shipped)
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    answer = json.loads(done.stdout)
    assert "status" not in answer, answer
    assert len(done.stdout) > 100


def test_the_limits_stated_are_those_kept() -> None:
    flat = " ".join(TEXT.split())
    assert f"up to {MOST_QUERIES} queries or {MOST_IDS} ids, a query up to {MOST_CANDIDATES} candidates" in flat
    assert f"at least {SURE:.0f} points, {AHEAD:.0f} more than the next" in flat
