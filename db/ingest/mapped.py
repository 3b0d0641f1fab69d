"""Text that remembers, through every cut, where each of its characters stands in the text layer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Run(NamedTuple):
    """A stretch of text that came from one stretch of the source."""

    at: int
    size: int
    start: int
    end: int

    @property
    def verbatim(self) -> bool:
        """Whether characters correspond one to one (a character reference does not)."""
        return self.end - self.start == self.size


@dataclass(slots=True)
class MappedText:
    """Text with the source position of every character; nobody changes one that is made."""

    text: str
    runs: tuple[Run, ...]

    def __len__(self) -> int:
        return len(self.text)

    def _run(self, position: int) -> Run:
        return self.runs[bisect_right(self.runs, position, key=lambda run: run.at) - 1]

    def offset(self, position: int) -> int:
        """Where the character at `position` begins in the source."""
        run = self._run(position)
        return run.start + position - run.at if run.verbatim else run.start

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The source stretch from the first to the last character of `text[start:end]`."""
        run = self._run(end - 1)
        last = run.start + end - run.at if run.verbatim else run.end
        return self.offset(start), last

    def keep(self, ranges: Iterable[tuple[int, int]]) -> MappedText:
        """The text made of the given stretches, which must be in order and apart."""
        if len(self.runs) == 1 and self.runs[0].verbatim:
            return _cut(self.text, self.runs[0].start, ranges)
        builder = MappedBuilder()
        index = 0
        for start, end in ranges:
            while index < len(self.runs) and self.runs[index].at + self.runs[index].size <= start:
                index += 1
            builder.extend(self, index, start, end)
        return builder.build()

    def strip(self) -> MappedText:
        """Without white space at either end."""
        start = len(self.text) - len(self.text.lstrip())
        end = len(self.text.rstrip())
        if start == 0 and end == len(self.text):
            return self
        return self.keep([(start, end)] if start < end else [])


EMPTY = MappedText("", ())


def _cut(text: str, at: int, ranges: Iterable[tuple[int, int]]) -> MappedText:
    """The given stretches of a text that stands verbatim from a position of the source on."""
    parts: list[str] = []
    runs: list[Run] = []
    size = 0
    for start, end in ranges:
        parts.append(text[start:end])
        if runs and runs[-1].end == at + start:
            last = runs.pop()
            runs.append(Run(last.at, last.size + end - start, last.start, at + end))
        elif start < end:
            runs.append(Run(size, end - start, at + start, at + end))
        size += max(0, end - start)
    return MappedText("".join(parts), tuple(runs))


@dataclass(slots=True)
class MappedBuilder:
    """Collects pieces of text with their source positions."""

    parts: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    size: int = 0

    def add(self, text: str, start: int, end: int) -> None:
        """Append text that came from `source[start:end]`, verbatim or decoded."""
        if text:
            self._append_run(len(text), start, end)
            self.parts.append(text)

    def extend(self, source: MappedText, index: int, start: int, end: int) -> None:
        """Append `source.text[start:end]`, whose first run is `source.runs[index]`."""
        if start >= end:
            return
        self.parts.append(source.text[start:end])
        # An index and not a slice: a page of many small cuts must stay linear.
        while index < len(source.runs) and source.runs[index].at < end:
            run = source.runs[index]
            index += 1
            low, high = max(run.at, start), min(run.at + run.size, end)
            if run.verbatim:
                self._append_run(high - low, run.start + low - run.at, run.start + high - run.at)
            else:
                self._append_run(high - low, run.start, run.end)

    def _append_run(self, size: int, start: int, end: int) -> None:
        last = self.runs[-1] if self.runs else None
        if last and last.end == start and last.verbatim and end - start == size:
            self.runs[-1] = Run(last.at, last.size + size, last.start, end)
        else:
            self.runs.append(Run(self.size, size, start, end))
        self.size += size

    def build(self) -> MappedText:
        """The text collected so far."""
        return MappedText("".join(self.parts), tuple(self.runs))


def verbatim(text: str, start: int, end: int) -> MappedText:
    """A stretch of the text layer as it stands."""
    return MappedText(text[start:end], (Run(0, end - start, start, end),)) if end > start else EMPTY
