"""The harness measures what it says: the client, the clocks, the comparison of answers, the report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bench import asks, report
from tests.bench.bulk import dumped
from tests.bench.client import Ask, fetch, run
from tests.bench.files import file_rates
from tests.bench.measure import AnswersDiffer, Sample, check, sample
from tests.bench.processes import Running, cpu_seconds, free_port, memory_bytes, server
from tests.bench.questions import COMPARED, Contender, Question
from tests.bench.services import Bench
from tests.bench.targets import TARGETS, Results, Target, growth
from tests.bench.windows import Window, Windows

WINDOW = Window("category", "platform_duty", date(2021, 1, 1), date(2024, 12, 31))


async def test_the_client_counts_what_is_answered(served: str) -> None:
    load = await run(served, iter([Ask("/v1/actions?limit=1")] * 30), connections=4, seconds=20)
    assert (load.requests, load.failures) == (30, [])
    assert load.received == 30 * len(await fetch(served, Ask("/v1/actions?limit=1")))
    made = sample("q", "", "l", load, cpu=3.0)
    assert made.cpu == 100
    assert 0 < made.p50 <= made.p99


async def test_the_client_stops_when_the_time_is_over_or_enough_was_asked(served: str) -> None:
    endless: Iterator[Ask] = iter(lambda: Ask("/readyz"), None)
    assert (await run(served, endless, connections=2, seconds=20, most=7)).requests == 7
    load = await run(served, endless, connections=2, seconds=0.2)
    assert load.requests > 0
    assert load.seconds < 5


async def test_the_client_tells_failures(served: str) -> None:
    load = await run(served, iter([Ask("/nowhere"), Ask("/readyz")]), connections=1, seconds=20)
    assert (load.requests, load.failures) == (1, ["status 404"])
    with pytest.raises(RuntimeError, match="status 404"):
        await fetch(served, Ask("/nowhere"))


async def test_rest_and_graphql_are_asked_for_the_same_records(served: str) -> None:
    graphql, rest = asks.ours_graphql(50), asks.rest("/v1/actions", 50)
    nodes = graphql.read(await fetch(served, graphql.ask(WINDOW)))
    records = rest.read(await fetch(served, rest.ask(WINDOW)))["data"]
    assert nodes
    assert [node["id"] for node in nodes] == [record["id"] for record in records]


async def test_nothing_is_measured_when_answers_differ(served: str) -> None:
    right = Contender("ours", asks.ours_graphql(2), "Cunzhao")
    bench = Bench("", 0, {"ours": Running(0, served, 0.0)}, {})
    await check(bench, Question("q", "", (right, right), limit=2), [WINDOW])
    wrong = Contender("ours", asks.Way(asks.ours_graphql(2).ask, lambda body: []), "another")
    with pytest.raises(AnswersDiffer, match="another answers"):
        await check(bench, Question("q", "", (right, wrong), limit=2), [WINDOW])


def test_windows_hold_a_page_and_never_come_twice() -> None:
    months = [(date(2020 + n // 12, n % 12 + 1, 1), 40) for n in range(24)]
    windows = Windows({"category": {"gambling": months}, "entity": {"e": months}})
    found = list(islice(windows.of("seed"), 200))
    assert len(set(found)) == 200
    assert found == list(islice(windows.of("seed"), 200))
    assert {window.by for window in found} == {"category", "entity"}
    for window in found:
        assert sum(n for month, n in months if window.since <= month and month.replace(day=28) < window.until) >= 100


def test_processes_are_started_timed_and_stopped(tmp_path: Path) -> None:
    port = free_port()
    argv = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with server(argv, port, "/", {}, tmp_path, tmp_path / "log") as running:
        assert cpu_seconds([running.pid]) > 0
        assert memory_bytes(running.pid) > 1_000_000
        assert running.cold_start > 0
    assert memory_bytes(running.pid) == 0


def test_a_server_that_does_not_start_is_told_with_its_log(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "exit('no such module')"]
    with (
        pytest.raises(RuntimeError, match="no such module"),
        server(argv, free_port(), "/", {}, tmp_path, tmp_path / "log"),
    ):
        pass


def _results() -> Results:
    results = Results(1000, machine={"memory": "8 GB"})
    for question in COMPARED:
        for variant in question.variants:
            for place, contender in enumerate(question.contenders):
                rate = 700.0 / (1 + 6 * place)
                results.samples += [
                    Sample(question.key, variant, contender.label, 10, rate, 1, 2, 3, 0.5, 9, 0, None)
                ] * 3  # fmt: skip
    results.facts["export rows/s"] = 80.0
    return results


def test_targets_are_reached_or_not() -> None:
    lines = [target.line(_results()) for target in TARGETS]
    assert "| ≥ 7 × | 7 (7–7) | yes |" in lines[0]
    assert lines[1].endswith("| no |")
    assert any("not measured" in line for line in lines)
    assert all("not measured" in target.line(Results(1000)) for target in TARGETS)
    slow = Target("g", 2, lambda results: [1.0, 3.0, 9.0], at_most=True, unit="ms")
    assert slow.line(_results()) == "| g | ≤ 2 ms | 3 (1–9) | no |"


def test_growth_is_told_question_by_question(tmp_path: Path) -> None:
    smaller, file = _results(), tmp_path / "results.json"
    file.write_bytes(dumped(asdict(smaller)))
    larger = Results.read(file)
    assert larger == smaller
    larger.samples = [replace(one, p50=1.3) for one in larger.samples]
    assert "| page, cold, Cunzhao | 1.00 | 1.30 | 1.30 |" in growth(smaller, larger)
    assert growth(smaller, larger) in report.text(smaller, larger)


def test_the_report_stands_between_its_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, chart = tmp_path / "page.md", tmp_path / "page.svg"
    page.write_text(f"# Before\n\n{report.BEGIN}\nwhat was before\n{report.END}\n\nafter\n", encoding="utf-8")
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "CHART", chart)
    report.write(_results())
    once = page.read_text(encoding="utf-8")
    report.write(_results())
    assert page.read_text(encoding="utf-8") == once
    assert once.startswith("# Before\n\n<!--")
    assert once.endswith("-->\n\nafter\n")
    assert "what was before" not in once
    assert "PostGraphile, best shape" in once
    bars = ElementTree.fromstring(chart.read_text(encoding="utf-8"))  # noqa: S314  # what was just written
    assert len(bars.findall("{http://www.w3.org/2000/svg}rect")) == sum(len(q.contenders) for q in COMPARED)
    assert report.BEGIN in (report.ROOT / "api" / "web" / "docs" / "benchmarks.md").read_text(encoding="utf-8")


def test_a_file_is_fetched_from_us_and_from_a_bare_server() -> None:
    rates = file_rates(2, 1)
    assert min(rates["file MB/s"], rates["sendfile MB/s"]) > 1
    assert rates["file memory MB"] < 40
