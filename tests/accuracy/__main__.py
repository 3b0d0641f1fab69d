"""`python -m tests.accuracy`: the accuracy of the parser as tables, with what it gets wrong if asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tests.accuracy.calibrate import reliability
from tests.accuracy.report import INVENTED, REAL, Sets, everything, write
from tests.accuracy.score import NoTexts, Scored, details, invented, labels, score_all, table, total

_TITLES = {REAL: "Announcements of regulators", INVENTED: "Invented announcements"}


def main() -> None:
    """Print tables: the regulators' announcements, where they are at hand, the invented ones, the confidences."""
    parser = argparse.ArgumentParser(prog="make accuracy", description=__doc__)
    parser.add_argument("--details", nargs="*", metavar="FILE", help="what is wrong, of all documents or of some")
    parser.add_argument("--write", action="store_true", help="calibrate the rules and write the page on accuracy anew")
    asked = parser.parse_args()
    sets = scored_sets()
    for name, documents in sets.items():
        _print(_TITLES[name], documents, asked.details)
    print(f"Confidence, each announcement left out of its own calibration\n\n{reliability(everything(sets))}")  # noqa: T201
    if asked.write:
        write(sets)


def scored_sets() -> Sets:
    """The scores of the announcements at hand."""
    sets = {}
    try:
        sets[REAL] = score_all(labels())
    except NoTexts as error:
        print(error, end="\n\n")  # noqa: T201
    return {**sets, INVENTED: score_all(invented())}


def _print(title: str, documents: Sequence[Scored], wanted: list[str] | None) -> None:
    for one in documents:
        if wanted is not None and (not wanted or any(part in one.name for part in wanted)):
            print(one.name, details(one.scores), sep="\n")  # noqa: T201
    print(f"{title}: {len(documents)} documents\n\n{table(total(one.scores for one in documents))}\n")  # noqa: T201


if __name__ == "__main__":
    main()
