"""`python -m tests.accuracy`: the accuracy of the parser as a table, with what it gets wrong if asked."""

from __future__ import annotations

import argparse
import sys

from tests.accuracy.score import NoTexts, details, labels, score_document, table, total


def main() -> int:
    """Print the table; 2 where there is nothing to score."""
    parser = argparse.ArgumentParser(prog="make accuracy", description=__doc__)
    parser.add_argument("--details", nargs="*", metavar="FILE", help="what is wrong, of all documents or of some")
    wanted = parser.parse_args().details
    try:
        found = labels()
    except NoTexts as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    scores = {path.name: score_document(path, label) for path, label in found.items()}
    for name, one in scores.items():
        if wanted is not None and (not wanted or any(part in name for part in wanted)):
            print(name, details(one), sep="\n")  # noqa: T201
    print(table(total(scores.values())))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
