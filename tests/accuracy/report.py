"""The page on accuracy in the documentation, and the counts shipped with the parser: made of the scores."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from db.ingest.extract import EXTRACTOR
from schema.codes import vocabulary_source
from schema.rules import Calibration, calibration, confidences, kinds_of_rules, to_json
from tests.accuracy.calibrate import Said, left_out, reliability, tallies
from tests.accuracy.score import Scored, table, total

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "api" / "web" / "docs" / "accuracy.md"
COUNTS = ROOT / "schema" / "vocabulary" / "calibration.json"
REAL, INVENTED = "regulators", "invented"
Sets = Mapping[str, Sequence[Scored]]
"""The scored announcements by set; those of regulators are missing where their texts are not at hand."""


def counted(sets: Sets) -> Calibration:
    """The counts by rule; those of a set that is not at hand stay as they are shipped."""
    made = {name: tallies(one for document in documents for one in document.judged)
            for name, documents in sets.items()}  # fmt: skip
    shipped = calibration().parts
    return Calibration(EXTRACTOR, {name: made.get(name, shipped.get(name, {})) for name in (REAL, INVENTED)})


def sections(sets: Sets) -> dict[str, str]:
    """The generated parts of the page that can be made, by the name of their markers."""
    made = {f"scores of {name}": _scores(documents) for name, documents in sets.items()}
    made["rules"] = rules_table(counted(sets))
    if REAL in sets:
        made["reliability"] = _reliability(sets)
    return made


def _scores(documents: Sequence[Scored]) -> str:
    return f"{len(documents)} announcements.\n\n{table(total(one.scores for one in documents))}"


def rules_table(made: Calibration) -> str:
    """Every rule with its counts and its confidence, as a Markdown table."""
    worth, kinds = confidences(made.total), kinds_of_rules()
    rows = ["| rule | kind of value | meaning | regulators | invented | confidence |",
            "| --- | --- | --- | ---: | ---: | ---: |"]  # fmt: skip
    for item in vocabulary_source("rules"):
        code = item["code"]
        counts = (made.parts[name].get(code) for name in (REAL, INVENTED))
        shown = " | ".join(f"{one.right} of {one.labelled}" if one else "–" for one in counts)
        confidence = worth[code]
        said = "–" if confidence is None else f"{confidence:.2f}"
        rows.append(f"| `{code}` | {kinds[code]} | {item['zh']}: {item['en']} | {shown} | {said} |")
    return "\n".join(rows)


def _reliability(sets: Sets) -> str:
    judged = {name: [document.judged for document in documents] for name, documents in sets.items()}
    own = list(left_out(judged[REAL], judged[INVENTED]))
    parts = {"Announcements of regulators": own, "All announcements": everything(sets)}
    return "\n\n".join(f"{title}:\n\n{reliability(said)}" for title, said in parts.items())


def everything(sets: Sets) -> list[Said]:
    """The values of all announcements at hand, each with the confidence that the others give it."""
    return list(left_out([document.judged for documents in sets.values() for document in documents]))


def filled(page: str, made: Mapping[str, str]) -> str:
    """The page with the parts between their markers. Raises `ValueError` where a marker is missing."""
    for name, text in made.items():
        start, end = _place(page, name)
        page = f"{page[:start]}\n{text}\n{page[end:]}"
    return page


def part(page: str, name: str) -> str:
    """What stands between the markers of a name. Raises `ValueError` where there are none."""
    start, end = _place(page, name)
    return page[start:end].strip("\n")


def _place(page: str, name: str) -> tuple[int, int]:
    found = re.search(f"<!-- {name} -->(.*?)<!-- end of {name} -->", page, re.DOTALL)
    if found is None:
        raise ValueError(f"the page has no place for {name!r}")
    return found.span(1)


def write(sets: Sets) -> None:
    """Write the counts and the page anew."""
    COUNTS.write_text(to_json(counted(sets)), encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), sections(sets)), encoding="utf-8")
