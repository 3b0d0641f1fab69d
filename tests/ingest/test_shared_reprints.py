"""Every known reprint among the shared announcements is found, and no other pair is; only where they are at hand."""

from __future__ import annotations

import csv
import re
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from db.ingest.clean import clean
from db.ingest.extract import extract_notice
from db.ingest.families import Decided, Families
from db.ingest.notice import read_notice
from db.ingest.reprints import ENOUGH, judge
from db.ingest.sketches import sketch_of
from db.sketches import Sketch, keys_asked, keys_of
from tests.ingest.notices import SHARED

SOURCES = SHARED / "sources"
INDEX = SOURCES / "INDEX.tsv"
NEAR_DAYS = 14
pytestmark = pytest.mark.skipif(not INDEX.is_file(), reason="the texts of the announcements are not at hand")


@cache
def _sketches() -> dict[str, Sketch]:
    return {path.name: _sketch(path) for path in sorted((SOURCES / "announcements").glob("*.txt"))}


def _sketch(path: Path) -> Sketch:
    notice = read_notice(path.read_bytes())
    cleaned = clean(notice)
    return sketch_of(extract_notice(notice, cleaned), cleaned)


def _originals() -> dict[str, str]:
    with INDEX.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = ((Path(row["file"]).name, re.match(r"DUP of (\S+?\.txt)", row["note"] or "")) for row in rows)
    return {name: original[1] for name, original in found if original}


def _known() -> set[frozenset[str]]:
    families: dict[str, set[str]] = {}
    for copy, original in _originals().items():
        families.setdefault(original, {original}).add(copy)
    return {frozenset(family) for family in families.values()}


def test_the_families_are_those_known() -> None:
    families = Families(dict(_sketches()), Decided()).families
    assert {frozenset(family) for family in families if len(family) > 1} == _known()


def test_the_margins() -> None:
    known, sketches = _known(), _sketches()
    reprints, others = [], []
    for one, other in combinations(sketches, 2):
        verdict = judge(sketches[one], sketches[other])
        days = verdict.agreement.days
        if any({one, other} <= family for family in known):
            assert verdict.basis, (one, other, verdict)
            assert keys_asked(sketches[one]) & keys_of(sketches[other]), (one, other)
            assert keys_asked(sketches[other]) & keys_of(sketches[one]), (one, other)
            reprints += [(verdict.weight, one, other)] if verdict.basis == "facts" else []
        else:
            assert verdict.basis is None, (one, other, verdict)
            near = days is not None and days <= NEAR_DAYS and not verdict.agreement.contradictions
            others += [(verdict.weight, one, other)] if near else []
    weakest, strongest = min(reprints), max(others)
    print(f"weakest known reprint {weakest}, strongest other pair {strongest}, limit {ENOUGH}")  # noqa: T201
    assert weakest[0] > ENOUGH + 0.4
    assert strongest[0] < ENOUGH - 0.4


@pytest.mark.parametrize(("one", "other"), [("068", "078"), ("066", "069"), ("085", "091"), ("085", "092")])
def test_near_misses_stay_apart(one: str, other: str) -> None:
    first, second = (next(s for name, s in _sketches().items() if name.startswith(n)) for n in (one, other))
    assert judge(first, second).basis is None
