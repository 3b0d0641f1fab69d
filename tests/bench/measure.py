"""Asks the questions: first whether all answer alike, then how fast, in turn and repeatedly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from statistics import median, quantiles
from typing import Any

from tests.bench.client import Ask, Load, fetch, run
from tests.bench.processes import cpu_seconds, memory_bytes
from tests.bench.questions import Contender, Question, Supply, Variant
from tests.bench.services import Bench
from tests.bench.windows import Window

CONNECTIONS = 8


class AnswersDiffer(Exception):
    """Two services do not say the same: nothing is measured then."""


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    seconds: float
    repeats: int
    checked: int
    """How many windows are compared before measuring."""


@dataclass(frozen=True)
class Sample:
    """One run of one contender."""

    question: str
    variant: str
    label: str
    requests: int
    rate: float
    """Answers a second."""
    p50: float
    """Milliseconds."""
    p99: float
    slowest: float
    cpu: float
    """Milliseconds of processor time for an answer, of the service and of Postgres."""
    kilobytes: float
    failures: int
    first_failure: str | None


def sample(question: str, variant: str, label: str, load: Load, cpu: float) -> Sample:
    """The figures of a run."""
    latencies = [1000 * one for one in load.latencies]
    several = len(latencies) > 1
    return Sample(
        question, variant, label, load.requests, load.requests / load.seconds if load.seconds else 0.0,
        median(latencies) if latencies else 0.0,
        quantiles(latencies, n=100, method="inclusive")[98] if several else sum(latencies), max(latencies, default=0.0),
        1000 * cpu / max(1, load.requests), load.received / 1000 / max(1, load.requests), len(load.failures),
        load.failures[0] if load.failures else None,
    )  # fmt: skip


async def timed(
    bench: Bench, service: str, asks: Iterator[Ask], effort: Effort, *, connections: int = CONNECTIONS,
    most: int | None = None,
) -> tuple[Load, float]:  # fmt: skip
    """A run of requests to a service, and the processor seconds it took there."""
    pids = bench.pids(service)
    before = cpu_seconds(pids)
    load = await run(
        bench.services[service].url, asks, connections=connections, seconds=effort.seconds, most=most
    )  # fmt: skip
    return load, cpu_seconds(pids) - before


async def check(bench: Bench, question: Question, windows: list[Window]) -> None:
    """Raise `AnswersDiffer` unless every contender answers every window alike."""
    for window in windows:
        wanted: Any = None
        for contender in question.contenders:
            url = bench.services[contender.service].url
            answer = contender.way.read(await fetch(url, contender.way.ask(window)))
            if wanted is None:
                wanted = answer
                if len(_records(wanted)) != question.limit:
                    raise AnswersDiffer(f"{question.key}: {window} has only {len(_records(wanted))} records")
            elif _certain(answer, contender) != _certain(wanted, contender):
                raise AnswersDiffer(f"{question.key}: {contender.label} answers {window} otherwise than we do")


def _records(answer: Any) -> list[dict[str, Any]]:
    return answer["data"] if isinstance(answer, dict) else answer  # type: ignore[no-any-return]


def _certain(answer: Any, contender: Contender) -> Any:
    """What must agree: everything, or where ties are free, the days, and the records before the last day."""
    if not contender.loosely:
        return answer
    records = _records(answer)
    key = "actedOn" if "actedOn" in records[0] else "acted_on"
    last = min(record[key] for record in records)
    sure = sorted((r for r in records if r[key] > last), key=lambda r: str(r["id"]))
    return sorted(record[key] for record in records), sure


async def compare(
    bench: Bench, question: Question, supply: Supply, effort: Effort, tell: Callable[[Sample], None]
) -> list[Sample]:
    """Measure all contenders of a question, one after the other, several times over."""
    await check(bench, question, supply.fixed(effort.checked))
    samples = []
    for variant in question.variants:
        if variant == "warm":
            await _warm_up(bench, question, supply, effort)
        for _ in range(effort.repeats):
            for contender in question.contenders:
                if contender.slow and variant == "warm":
                    continue
                samples.append(await _once(bench, question, contender, supply, effort, variant))
                tell(samples[-1])
    return samples


async def _once(
    bench: Bench, question: Question, contender: Contender, supply: Supply, effort: Effort, variant: Variant
) -> Sample:
    requests = supply.requests(question, contender, variant)
    connections = 2 if contender.slow else CONNECTIONS
    load, cpu = await timed(bench, contender.service, requests, effort, connections=connections)
    return sample(question.key, variant, contender.label, load, cpu)


async def _warm_up(bench: Bench, question: Question, supply: Supply, effort: Effort) -> None:
    """Ask every service all that will come again, for some seconds at most."""
    for contender in question.contenders:
        if contender.slow:
            continue
        asked = islice(supply.requests(question, contender, "warm"), len(supply.fixed()))
        await run(bench.services[contender.service].url, asked, connections=CONNECTIONS, seconds=4 * effort.seconds)


def memory(bench: Bench) -> dict[str, float]:
    """Resident megabytes of each service."""
    return {name: memory_bytes(one.pid) / 1e6 for name, one in bench.services.items()}


def as_json(samples: list[Sample]) -> list[dict[str, Any]]:
    """Samples for the file of results."""
    return [asdict(one) for one in samples]
