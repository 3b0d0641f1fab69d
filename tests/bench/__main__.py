"""`python -m tests.bench`: we and our peers, asked the same over the same data, in turn."""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import asdict
from pathlib import Path

import uvloop

from db.pool import connect
from tests.bench import report
from tests.bench.alone import measure_singles
from tests.bench.bulk import dumped, embedded_start, ingest_rates, machine, pgbench_rate
from tests.bench.data import SEED, prepare
from tests.bench.files import file_rates
from tests.bench.measure import Effort, Sample, compare, memory
from tests.bench.questions import COMPARED, Supply, only_ours
from tests.bench.services import Bench, bench
from tests.bench.store.plan import Plan
from tests.bench.streams import datasette_rows, exports, postgraphile_rows
from tests.bench.targets import Results, targets_table
from tests.bench.windows import Windows

ALONE = frozenset({"ours", "rest"})
"""Of the peers then only the route that does nothing is asked, and their tables are not made."""
SERVICES = ALONE | {"strawberry", "postgraphile", "datasette"}
FULL, QUICK = Effort(seconds=3.0, repeats=3, checked=20), Effort(seconds=0.4, repeats=1, checked=4)


async def measured(bench: Bench, results: Results, effort: Effort) -> None:
    """Measure everything and put it into the results."""
    connection = await connect(bench.dsn)
    supply = Supply(await Windows.read(connection))
    peers = "postgraphile" in bench.services
    for question in COMPARED if peers else map(only_ours, COMPARED):
        results.samples += await compare(bench, question, supply, effort, _tell)
    results.samples += await measure_singles(bench, connection, supply, effort, _tell)
    await connection.close()
    results.facts |= {f"memory of {name} MB": size for name, size in memory(bench).items()}
    results.facts |= await asyncio.to_thread(exports, bench, 60 * effort.seconds)
    results.facts |= await asyncio.to_thread(file_rates, round(100 * effort.seconds), 4 * effort.repeats)
    results.facts |= await ingest_rates(bench.dsn, int(10_000 * effort.seconds))
    if peers:
        results.facts["postgraphile rows/s"] = await postgraphile_rows(bench, 3 * effort.seconds)
        results.facts["datasette rows/s"] = await asyncio.to_thread(datasette_rows, bench, 3 * effort.seconds)
        results.facts["pgbench pages/s"] = await asyncio.to_thread(
            pgbench_rate, bench.dsn, supply.fixed(), 2 * effort.seconds
        )


def _tell(one: Sample) -> None:
    failed = f"  {one.failures} FAILED: {one.first_failure}" if one.failures else ""
    print(  # noqa: T201
        f"{one.question:14}{one.variant:6}{one.label[:40]:42}{one.rate:10,.1f}/s  p50 {one.p50:9.2f} ms"
        f"  p99 {one.p99:9.2f} ms  processor {one.cpu:8.3f} ms  {one.kilobytes:7.1f} KB{failed}",
        flush=True,
    )


def _file(name: str) -> Path:
    return report.ROOT / "build" / f"bench-{name}.json"


def _document() -> None:
    """Write the documentation from the runs on record: that of a million actions, beside that of ten million."""
    if _file("1000000").exists():
        larger = _file("10000000")
        report.write(Results.read(_file("1000000")), Results.read(larger) if larger.exists() else None)


def main() -> None:
    """Measure, print what was reached, and keep the results; unless quick, in the documentation too."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--actions", type=int, default=1_000_000, help="how large the store is")
    parser.add_argument("--seed", type=int, default=SEED, help="by which chance it was made")
    parser.add_argument("--quick", action="store_true", help="only to see whether everything works")
    parser.add_argument("--alone", action="store_true", help="without peers, as on a store too large to copy for them")
    options = parser.parse_args()
    began, effort = time.monotonic(), QUICK if options.quick else FULL
    folder = prepare(Plan(options.actions, options.seed))
    results = Results(options.actions, machine=machine())
    results.facts["embedded start s"] = embedded_start()
    with bench(folder, ALONE if options.alone else SERVICES) as running:
        results.facts["serve start s"] = running.cold_start["cunzhao serve"]
        uvloop.run(measured(running, results, effort))
    file = _file("quick" if options.quick else str(options.actions))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(dumped(asdict(results)))
    print(f"\n{targets_table(results)}\n\nresults: {file}")  # noqa: T201
    if not options.quick:
        _document()
    print(f"measured in {time.monotonic() - began:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
