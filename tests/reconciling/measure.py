"""How well texts are matched: what stands first, what is called a match, and how often that is right."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.reconciling.variants import Variant, variants

PAGE = Path(__file__).parents[2] / "api" / "web" / "docs" / "reconciling.md"
_MARKED = re.compile(r"(?<=<!-- matching -->\n).*?(?=\n<!-- end of matching -->)", re.DOTALL)
_AT_ONCE = 50


@dataclass
class Tally:
    """What became of the texts that one rule made."""

    texts: int = 0
    first: int = 0
    """Where the first candidate is meant."""
    matched: int = 0
    """Where one is called a match."""
    right: int = 0
    """Where that one is meant."""

    @property
    def recall(self) -> float:
        """The share of texts whose first candidate is meant."""
        return self.first / self.texts

    @property
    def precision(self) -> float:
        """The share of matches that are meant; 1 where there are none."""
        return self.right / self.matched if self.matched else 1.0


def measure(base: str) -> Mapping[str, Tally]:
    """Ask a service what all texts mean."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for some in _batches(variants()):
        queries = {str(place): {"query": one.text, "limit": 3} for place, one in enumerate(some)}
        answer = httpx.post(f"{base}/reconcile", data={"queries": json.dumps(queries)}, timeout=60).raise_for_status()
        for place, one in enumerate(some):
            _count(tallies[one.rule], one, answer.json()[str(place)]["result"])
    return tallies


def _batches(all_of_them: Sequence[Variant]) -> Iterable[Sequence[Variant]]:
    return (all_of_them[start : start + _AT_ONCE] for start in range(0, len(all_of_them), _AT_ONCE))


def _count(tally: Tally, one: Variant, result: Sequence[Mapping[str, object]]) -> None:
    matched = [each for each in result if each["match"]]
    tally.texts += 1
    tally.first += bool(result) and result[0]["id"] in one.ids
    tally.matched += bool(matched)
    tally.right += bool(matched) and matched[0]["id"] in one.ids


def table(tallies: Mapping[str, Tally]) -> str:
    """The tallies as a table in Markdown."""
    lines = [
        "| texts | number | the one meant comes first | called a match | of these right |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for rule, one in tallies.items():
        first = "–" if rule.startswith("invented") else f"{one.recall:.3f}"
        right = f"{one.precision:.3f}" if one.matched else "–"
        lines.append(f"| {rule} | {one.texts} | {first} | {one.matched / one.texts:.3f} | {right} |")
    return "\n".join(lines)


def stated() -> str:
    """The table on the page about reconciliation."""
    match = _MARKED.search(PAGE.read_text(encoding="utf-8"))
    return match[0] if match else ""


def write(text: str) -> None:
    """Put a table on the page."""
    PAGE.write_text(_MARKED.sub(lambda _: text, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
