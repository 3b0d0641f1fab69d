"""`python -m tests.accuracy`: the accuracy of the parser as tables, with what it gets wrong if asked."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.accuracy.score import NoTexts, details, invented, labels, score_document, table, total


def main() -> None:
    """Print one table for the regulators' announcements, where they are at hand, and one for the invented."""
    parser = argparse.ArgumentParser(prog="make accuracy", description=__doc__)
    parser.add_argument("--details", nargs="*", metavar="FILE", help="what is wrong, of all documents or of some")
    wanted = parser.parse_args().details
    try:
        _print("Announcements of regulators", labels(), wanted)
    except NoTexts as error:
        print(error, end="\n\n")  # noqa: T201
    _print("Invented announcements", invented(), wanted)


def _print(title: str, found: Mapping[Path, Mapping[str, Any]], wanted: list[str] | None) -> None:
    scores = {path.name: score_document(path, label) for path, label in found.items()}
    for name, one in scores.items():
        if wanted is not None and (not wanted or any(part in name for part in wanted)):
            print(name, details(one), sep="\n")  # noqa: T201
    print(f"{title}: {len(scores)} documents\n\n{table(total(scores.values()))}\n")  # noqa: T201


if __name__ == "__main__":
    main()
