"""The ratios to reach, and what a run came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import orjson

from tests.bench.measure import Sample


@dataclass
class Results:
    """Everything one run measured."""

    actions: int
    samples: list[Sample] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)
    """Single figures by name."""
    machine: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Results:
        """What an earlier run wrote."""
        kept = orjson.loads(file.read_bytes())
        return cls(kept["actions"], [Sample(**one) for one in kept["samples"]], kept["facts"], kept["machine"])

    def of(self, question: str, variant: str, label: str, figure: str = "rate") -> list[float]:
        """A figure of one contender in each repeat."""
        return [
            getattr(one, figure)
            for one in self.samples
            if (one.question, one.variant) == (question, variant) and one.label.startswith(label)
        ]

    def ratios(self, question: str, variant: str, peer: str) -> list[float]:
        """How many times as often we answer as a peer, repeat by repeat; nothing of a peer that was not asked."""
        pairs = zip(self.of(question, variant, "Cunzhao"), self.of(question, variant, peer), strict=False)
        return [ours / theirs for ours, theirs in pairs if theirs]

    def fact(self, over: str, under: str | None = None) -> list[float]:
        """A single figure, or how often one goes into another; nothing where it was not measured."""
        if over not in self.facts or (under and not self.facts.get(under)):
            return []
        return [self.facts[over] / (self.facts[under] if under else 1)]


@dataclass(frozen=True)
class Target:
    """One goal: a ratio or a figure that is to be at least, or at most, so much."""

    goal: str
    bound: float
    measured: Callable[[Results], list[float]]
    at_most: bool = False
    unit: str = "×"

    def line(self, results: Results) -> str:
        """A row of the table: goal, bound, median with least and most, whether it is reached."""
        values = self.measured(results)
        bound = f"{'≤' if self.at_most else '≥'} {self.bound:,g} {self.unit}"
        if not values:
            return f"| {self.goal} | {bound} | not measured | |"
        middle = median(values)
        reached = middle <= self.bound if self.at_most else middle >= self.bound
        spread = f" ({_short(min(values))}–{_short(max(values))})" if len(values) > 1 else ""
        return f"| {self.goal} | {bound} | {_short(middle)}{spread} | {'yes' if reached else 'no'} |"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _against(question: str, variant: str, peer: str) -> Callable[[Results], list[float]]:
    return lambda results: results.ratios(question, variant, peer)


def _figure(question: str, variant: str, label: str, figure: str) -> Callable[[Results], list[float]]:
    return lambda results: results.of(question, variant, label, figure)


def _slower(question: str, label: str, than: str) -> Callable[[Results], list[float]]:
    def ratios(results: Results) -> list[float]:
        pairs = zip(results.of(question, "", label, "p50"), results.of(question, "", than, "p50"), strict=False)
        return [later / sooner for later, sooner in pairs if sooner]

    return ratios


def _to_pgbench(results: Results) -> list[float]:
    bare = results.facts.get("pgbench pages/s")
    return [rate / bare for rate in results.of("page", "cold", "Cunzhao")] if bare else []


def _memory(results: Results) -> list[float]:
    """The most of any."""
    return sorted(size for name in ("export", "zipped", "csv") for size in results.fact(f"{name} memory MB"))[-1:]


BEST, NATURAL, PLAIN = "PostGraphile, best", "PostGraphile, natural", "Strawberry"
TARGETS = (
    Target("nested page, new questions, against PostGraphile's best shape", 7, _against("page", "cold", BEST)),
    Target("… against PostGraphile's natural shape", 20, _against("page", "cold", NATURAL)),
    Target("nested page, questions seen before, against PostGraphile's best shape", 15, _against("page", "warm", BEST)),
    Target("narrow query, new questions, against PostGraphile", 2.5, _against("narrow", "cold", BEST)),
    Target("narrow query, questions seen before, against PostGraphile", 3.2, _against("narrow", "warm", BEST)),
    Target("nested page, new questions, against Strawberry with DataLoaders", 40, _against("page", "cold", PLAIN)),
    Target("… against datasette-graphql", 1500, _against("page", "cold", "datasette-graphql")),
    Target("processor time a nested page, new questions", 0.8, _figure("page", "cold", "Cunzhao", "cpu"), True, "ms"),
    Target("… questions seen before", 0.27, _figure("page", "warm", "Cunzhao", "cpu"), True, "ms"),
    Target("nested page, new questions, against pgbench reading the rows", 0.4, _to_pgbench),
    Target("an answer seen before, against a route that does nothing", 0.9,
           lambda r: [ours / theirs for ours, theirs in zip(
               r.of("cached", "", "Cunzhao"), r.of("cached", "", "a route"), strict=False)]),
    Target("REST list of 100, new questions, against pydantic", 2.8, _against("rest", "cold", "pydantic")),
    Target("… against msgspec", 1.15, _against("rest", "cold", "msgspec")),
    Target("… against JSON built in Postgres", 3.5, _against("rest", "cold", "JSON")),
    Target("… against Datasette", 12, _against("rest", "cold", "Datasette")),
    Target("export of all records against psql copying the same", 0.75,
           lambda r: r.fact("export rows/s", "export copy rows/s")),
    Target("… zipped on the way, against psql through gzip", 0.75,
           lambda r: r.fact("zipped rows/s", "zipped copy rows/s")),
    Target("… as CSV, against psql joining the same columns", 0.75, lambda r: r.fact("csv rows/s", "csv copy rows/s")),
    Target("… rows a second against PostGraphile paged through", 50,
           lambda r: r.fact("export rows/s", "postgraphile rows/s")),
    Target("… against Datasette's stream", 50, lambda r: r.fact("export rows/s", "datasette rows/s")),
    Target("growth of memory during an export", 40, _memory, True, "MB"),
    Target("a file of a release against a server that only calls sendfile", 0.95,
           lambda r: r.fact("file MB/s", "sendfile MB/s")),
    Target("growth of memory meanwhile", 40, lambda r: r.fact("file memory MB"), True, "MB"),
    Target("two-character search: how many, slowest word", 200, _figure("search_count", "", "", "slowest"), True, "ms"),
    Target("two-character search: newest 50, slowest", 10, _figure("search_newest", "", "", "slowest"), True, "ms"),
    Target("a page half-way down the list, time against the first", 1.2, _slower("depth", "pages", "first"), True),
    Target("a page as of an earlier revision, time against the latest", 1.5, _slower("as_of", "as of", "latest"), True),
    Target("ingest, new records", 12_000, lambda r: r.fact("ingest records/s"), False, "a second"),
    Target("… of a dataset that is there already: read, told by its digests, left as it is", 50_000,
           lambda r: r.fact("ingest unchanged records/s"), False, "a second"),
    Target("a private Postgres in an empty folder", 1, lambda r: r.fact("embedded start s"), True, "s"),
    Target("`cunzhao serve` on an existing store", 3, lambda r: r.fact("serve start s"), True, "s"),
    Target("memory of the server under load", 400, lambda r: r.fact("memory of ours MB"), True, "MB"),
)  # fmt: skip


def targets_table(results: Results, targets: tuple[Target, ...] = TARGETS) -> str:
    """What was to be reached and what was, as a Markdown table."""
    head = ["| goal | to reach | measured: median (least–most) | reached |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *(target.line(results) for target in targets)])


def grouped(results: Results) -> Mapping[tuple[str, str, str], list[Sample]]:
    """The samples of each contender of each question, in the order in which they were first asked."""
    groups: dict[tuple[str, str, str], list[Sample]] = {}
    for one in results.samples:
        groups.setdefault((one.question, one.variant, one.label), []).append(one)
    return groups


def growth(results: Results, larger: Results) -> str:
    """How much longer our answers take where the store is larger, as a Markdown table."""
    found, others = grouped(results), grouped(larger)
    rows = []
    for key, samples in found.items():
        if key in others and (key[2] == "Cunzhao" or not key[1]):
            before, after = (median(one.p50 for one in group) for group in (samples, others[key]))
            rows.append(
                f"| {', '.join(part for part in key if part)} | {before:.2f} | {after:.2f} | {after / before:.2f} |"
            )
    head = f"| p50 in ms | {results.actions:,} actions | {larger.actions:,} actions | times |"
    return "\n".join([head, "| --- | --- | --- | --- |", *rows])
