"""Scores the parser on labelled announcements whose texts are at hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from db.ingest.extract import extract
from schema.codes import vocabulary_source
from tests.accuracy.compare import KINDS, Score, compare
from tests.accuracy.judge import Judged, judge

LABELS = Path(__file__).parent / "labels"
INVENTED = Path(__file__).parent / "invented"
SHARED = Path(__file__).parents[2].parent / "shared"


class NoTexts(Exception):
    """The announcements themselves are not at hand; they are no part of the project."""


def labels() -> dict[Path, Mapping[str, Any]]:
    """Path of the text → its labels: those of this folder and the announcements the project begins with."""
    if not (SHARED / "sources").is_dir():
        raise NoTexts("The texts of the labelled announcements are not at hand (../shared/sources).")
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(LABELS.glob("*.json"))]
    seeds = SHARED / "expected" / "seed_facts.json"
    whole = {SHARED / "sources" / label["file"]: label for label in found}
    for label in json.loads(seeds.read_text(encoding="utf-8")) if seeds.exists() else ():
        whole[SHARED / label["file"]] = label
    return whole


def invented() -> dict[Path, Mapping[str, Any]]:
    """Path of the text → its labels: the announcements written for the test, which stand beside their labels."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(INVENTED.glob("*.json"))]
    return {INVENTED / label["file"]: label for label in found}


@cache
def _parents() -> dict[str, str | None]:
    return {item["code"]: item.get("parent") for item in vocabulary_source("categories")}


def top_category(code: str) -> str:
    """The highest parent of a category."""
    parent = _parents()[code]
    return top_category(parent) if parent else code


@dataclass(frozen=True, slots=True)
class Scored:
    """What was read from one announcement, compared with its labels."""

    name: str
    scores: Mapping[str, Score]
    judged: tuple[Judged, ...]


def score_all(found: Mapping[Path, Mapping[str, Any]]) -> list[Scored]:
    """Read announcements and compare them with their labels."""
    return [_score(path, label) for path, label in found.items()]


def _score(path: Path, label: Mapping[str, Any]) -> Scored:
    given = extract(path.read_bytes()).model_dump(mode="json")
    return Scored(path.name, compare(label, given, top_category), tuple(judge(label, given)))


def total(scores: Iterable[Mapping[str, Score]]) -> dict[str, Score]:
    """The scores of all documents together: each value weighs the same."""
    together = {kind: Score() for kind in KINDS}
    for one in scores:
        for kind, score in one.items():
            together[kind].add(score)
    return together


def table(scores: Mapping[str, Score]) -> str:
    """Precision, recall and F1 for each kind of value, as a Markdown table."""
    rows = ["| value | labelled | precision | recall | F1 |", "| --- | ---: | ---: | ---: | ---: |"]
    for kind, score in scores.items():
        labelled = score.hits + len(score.missed)
        precision, recall, f1 = rates(score)
        rows.append(f"| {kind} | {labelled} | {precision:.3f} | {recall:.3f} | {f1:.3f} |")
    return "\n".join(rows)


def rates(score: Score) -> tuple[float, float, float]:
    """Precision, recall and F1; where there was nothing to find and nothing was found all are 1."""
    hits, missed, extra = score.hits, len(score.missed), len(score.extra)
    precision = hits / (hits + extra) if hits + extra else 1.0
    recall = hits / (hits + missed) if hits + missed else 1.0
    return precision, recall, 2 * hits / (2 * hits + missed + extra) if hits + missed + extra else 1.0


def details(scores: Mapping[str, Score]) -> str:
    """What was missed (-) and read where there is none (+) in one document, without its text."""
    lines = []
    for kind, score in scores.items():
        lines += [f"  - {kind}: {one}" for one in score.missed]
        lines += [f"  + {kind}: {one}" for one in score.extra]
    return "\n".join(lines)
