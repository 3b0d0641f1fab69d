"""`make speed`: how fast the parser reads, on invented announcements put together at random, always the same."""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter
from pathlib import Path

from db.ingest.extract import extract
from db.ingest.notice import read_notice
from schema.extraction import Extraction

_FOLDERS = (Path(__file__).parents[1] / "accuracy" / "invented", Path(__file__).parents[1] / "ingest" / "notices")
_PAGES = (".txt", ".md", ".html")
_ROUNDS = 3


def corpus(size: int, seed: int) -> list[bytes]:
    """Announcements of `size` bytes in all: the invented ones again and again, no two of the same numbers."""
    choose = random.Random(seed)  # noqa: S311
    files = sorted(file for folder in _FOLDERS for file in folder.iterdir() if file.suffix in _PAGES)
    texts = [read_notice(file.read_bytes()).layer.text for file in files]
    made: list[bytes] = []
    while sum(map(len, made)) < size:
        number = str(choose.randrange(2, 10))
        made.append(choose.choice(texts).replace("3", number).encode())
    return made


def measure(pages: list[bytes]) -> tuple[list[float], list[Extraction]]:
    """The seconds of processor time that each round took, and what was read."""
    read = [extract(page) for page in pages]  # the word lists are made by the first
    seconds = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        for page in pages:
            extract(page)
        seconds.append(time.process_time() - began)
    return seconds, read


def report(pages: list[bytes], seconds: list[float], read: list[Extraction]) -> str:
    """What was measured, in a few lines."""
    size = sum(map(len, pages))
    clauses: Counter[str] = Counter()
    for extraction in read:
        clauses.update(extraction.document.clauses.model_dump())
    records = sum(len(extraction.actions) + len(extraction.figures) for extraction in read)
    shares = ", ".join(f"{name} {count / clauses.total():.0%}" for name, count in clauses.items())
    return (
        f"{len(pages)} pages, {size / 1e6:.2f} MB of text; {records} records; {clauses.total()} clauses: {shares}\n"
        f"{size / min(seconds) / 1e6:.2f} MB of text a second on one core"
        f" (best of {len(seconds)}; median {size / statistics.median(seconds) / 1e6:.2f})"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make speed", description=__doc__)
    parser.add_argument("--megabytes", type=float, default=1.0, help="how much text to read")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    pages = corpus(int(given.megabytes * 1e6), given.seed)
    print(report(pages, *measure(pages)))  # noqa: T201


if __name__ == "__main__":
    main()
