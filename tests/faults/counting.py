"""What faults were injected and what came of them, for `make faults`: it stands in build/faults.json."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.faults.readers import Answered, Readings

RESULTS = Path(__file__).parents[2] / "build" / "faults.json"
_injected: Counter[str] = Counter()
_came_of_it: Counter[str] = Counter()
_longest: dict[str, float] = {}


def injected(fault: str, times: int = 1) -> None:
    """Count a fault."""
    _injected[fault] += times


def verified() -> None:
    """Count a store that was found whole after a fault."""
    _came_of_it["stores verified whole"] += 1


def read(readings: Readings, compared_wrong: list[Answered]) -> None:
    """Count what readers met with during a fault."""
    _came_of_it["answers read"] += len(readings.answers)
    _came_of_it["answers wrong"] += len(compared_wrong)
    _came_of_it["answers 503 with Retry-After"] += readings.refused
    _came_of_it["exports broken off"] += readings.broken_off
    _came_of_it["requests failed otherwise"] += len(readings.failed)
    _longest["longest answer, seconds"] = max(_longest.get("longest answer, seconds", 0.0), readings.longest)


def took(what: str, seconds: float) -> None:
    """Keep the longest time that something took."""
    _longest[what] = max(_longest.get(what, 0.0), seconds)


def write() -> None:
    """Write what was counted."""
    RESULTS.parent.mkdir(exist_ok=True)
    longest = {name: round(seconds, 2) for name, seconds in _longest.items()}
    counted = {"injected": dict(sorted(_injected.items())), "outcome": {**dict(sorted(_came_of_it.items())), **longest}}
    RESULTS.write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
