"""The facts written down in `db/dataset/transcribed/`: well formed, and number by number those of the lists."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio

from db.migrate import migrate
from db.pool import Connection, connect
from db.shipped import apply_dataset, load_dataset
from db.transcribing.format import Page, StatedFigure, read_pages
from db.transcribing.run import transcribe
from db.verify.run import verify
from db.verify.texts import Texts
from schema.codes import shipped_codes

FOLDER = Path(str(resources.files("db") / "dataset" / "transcribed"))
FILES = ("national_series.ndjson", "leads.ndjson")  # in this order: the second names originals of the first
PAGES: dict[str, list[Page]] = {name: read_pages(FOLDER / name, shipped_codes()) for name in FILES}
READ_FROM_TEXT = ("seed_2023", "seed_2024")
"""Sources whose text is read by the parser: their rows are not transcribed."""
NEAREST = {
    "app_removed": "app_delisting", "app_and_mini_program_removal": "app_delisting",
    "account_and_group_disposal": "account_disposal", "platform_closed_or_delisted": "website_closure",
    "penalties_on_one_operator": "unspecified_enforcement",
}  # fmt: skip
"""Metrics that have no measure of their own, and the nearest measure."""
NO_FIGURE = ("reports_received", "fine_amount_yuan")
"""What is reported to the regulator is no measure of it; a sum of fines is the amount of an action."""
BESIDE = {("regulatory_talk", 1000, "2015-12-31"), ("relisting", 17, "2023-06-30")}
"""What stands in a note of the series, or on another copy of the bulletin."""


def figures(name: str) -> Iterator[tuple[Page, StatedFigure]]:
    for page in PAGES[name]:
        yield from ((page, figure) for figure in page.figures)


def test_there_are_as_many_as_there_should_be() -> None:
    counts = {name: (len(pages), sum(len(p.figures) for p in pages), sum(len(p.actions) for p in pages))
              for name, pages in PAGES.items()}  # fmt: skip
    assert counts == {"national_series.ndjson": (36, 125, 6), "leads.ndjson": (31, 4, 8)}
    addresses = Counter(page.url for pages in PAGES.values() for page in pages)
    assert max(addresses.values()) == 1


def test_a_copy_states_nothing_of_its_own_and_its_original_comes_before() -> None:
    known = {r.url for change in load_dataset().changes.values() for r in change.records if hasattr(r, "url")}
    for name in FILES:
        for page in PAGES[name]:
            if page.reprint_of:
                assert page.reprint_of in known, page.url
                assert not page.figures + page.actions, page.url
            known.add(page.url)


def test_the_words_of_a_number_are_its_number() -> None:
    for name in FILES:
        for page, figure in figures(name):
            number = re.search(r"([0-9.]+)[余多]?(万?)", figure.wording)
            assert number, figure.wording
            value = round(float(number[1]) * (10_000 if number[2] else 1))
            assert value == figure.value_min, (page.url, figure.wording)
            floor = re.search("余|多|at least", figure.wording) is not None
            assert floor == (figure.qualifier == "at_least"), (page.url, figure.wording)
            assert (re.search("近|about", figure.wording) is not None) == (figure.qualifier == "about")


@pytest_asyncio.fixture
async def store(empty_dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(empty_dsn)
    await migrate(connection)
    await apply_dataset(connection, load_dataset())
    yield connection
    await connection.close()


async def test_the_shipped_store_takes_all_of_it_once(store: Connection) -> None:
    pages = [page for name in FILES for page in PAGES[name]]
    held = {row["url"] for row in await store.fetch("SELECT url FROM document")}
    for page in pages:
        outcome = await transcribe(store, page)
        assert outcome.status == ("new" if page.url not in held else "unchanged"), page.url
    for page in pages:
        assert (await transcribe(store, page)).status == "unchanged", page.url
    lines: list[str] = []
    assert await verify(store, Texts(), lines.append), lines
    assert lines[-1] == "transcribed facts: 0 checked, 143 rest on pages whose text is not held, 0 wrong"


@pytest.fixture
def series(shared: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((shared / "sources" / "national_series.json").read_text(encoding="utf-8"))
    return loaded


def _family(page: Page) -> set[str]:
    """The addresses of a page and of its copies."""
    return {page.url} | {p.url for pages in PAGES.values() for p in pages if p.reprint_of == page.url}


def _wanted(series: dict[str, Any]) -> Iterator[tuple[set[str], dict[str, Any], str, dict[str, Any]]]:
    """Every value that rests on an address outside: the addresses, its row, the metric, the value."""
    addresses = {source["id"]: source["url"] for source in series["sources"]}
    for row in [*series["series"], *series["campaign_series"]]:
        outside = {addresses[s] for s in row["sources"] if addresses[s].startswith("http")}
        if outside and not set(row["sources"]) & set(READ_FROM_TEXT):
            yield from ((outside, row, metric, value) for metric, value in row["values"].items())


def test_every_figure_of_the_national_series_stands_once(series: dict[str, Any]) -> None:
    unclaimed = list(figures("national_series.ndjson"))
    for addresses, row, metric, value in _wanted(series):
        if metric in NO_FIGURE:
            continue
        found = [
            (page, figure)
            for page, figure in unclaimed
            if figure.measure == NEAREST.get(metric, metric)
            and figure.value_min == value["value"]
            and figure.qualifier == value["qualifier"]
            and (period := figure.period_on(page)) is not None
            and (str(period.start), str(period.end)) == (row["start"], row["end"])
            and _family(page) & addresses
        ]
        assert len(found) == 1, (row["period"], metric, found)
        figure = found[0][1]
        if phrase := re.search("近?[0-9.]+[余多]?万?[余多]?[个款家]", value["wording_zh"]):
            assert figure.wording == phrase[0]
        assert figure.confidence == row.get("confidence", "low")
        assert figure.value_max == (None if value["qualifier"] == "at_least" else value["value"])
        unclaimed.remove(found[0])
    rest = {(f.measure, f.value_min, str(f.period_on(p).end)) for p, f in unclaimed}  # type: ignore[union-attr]
    assert rest == BESIDE


def test_the_sum_of_fines_of_the_national_series_is_that_of_an_action(series: dict[str, Any]) -> None:
    (wanted,) = [value["value"] for _, _, metric, value in _wanted(series) if metric == "fine_amount_yuan"]
    amounts = [action.amount_cny for page in PAGES["national_series.ndjson"] for action in page.actions]
    assert amounts.count(wanted) == 1


def test_dates_of_the_national_series_are_those_of_its_sources(series: dict[str, Any]) -> None:
    dates = {source["url"]: source["date"] for source in series["sources"]}
    for page in PAGES["national_series.ndjson"]:
        if page.published_on and page.url in dates:
            assert str(page.published_on) == dates[page.url]


AMOUNTS = {"万元": 10_000, "亿元": 100_000_000}


def test_every_lead_is_there_and_says_no_more_than_the_list(shared: Path) -> None:
    with (shared / "sources" / "LEADS_facts_only.tsv").open(encoding="utf-8", newline="") as file:
        rows = {quote(row[0], safe=":/?&=%#+_-.~"): row[-1] for row in list(csv.reader(file, delimiter="\t"))[1:]}
    pages = {page.url: page for name in FILES for page in PAGES[name]}
    elsewhere = {url for url in rows if url not in pages}
    assert {url.split("/")[2] if url.startswith("http") else "repository" for url in elsewhere} == {
        "repository", "www.hk01.com",  # a list of another kind; and a page whose full address the series has
    }  # fmt: skip
    for page in PAGES["leads.ndjson"]:
        facts = rows[page.url]
        numbers = set(re.findall(r"[0-9]+", facts))
        assert {str(figure.value_min) for figure in page.figures} <= numbers, page.url
        stated = {round(float(n) * AMOUNTS[unit]) for n, unit in re.findall(r"([0-9.]+)(万元|亿元)", facts)}
        assert {action.amount_cny for action in page.actions} - {None} <= stated, page.url
    for url, facts in rows.items():
        _agrees(pages, url, facts)


VERBS = {
    "summoned": ["regulatory_talk"], "warned": ["warning"], "leads": ["judicial_referral", "case_referral"],
    "suspended": ["update_suspension", "function_or_update_suspension"], "apps": ["app_delisting"],
    "closed": ["license_cancellation_or_site_closure", "website_closure"], "mini-programs": ["mini_program_shutdown"],
    "updates suspended": ["update_suspension"],
}  # fmt: skip


def _agrees(pages: dict[str, Page], url: str, facts: str) -> None:
    """What the leads say of a bulletin is what was written down of it, though that was taken from the series."""
    page = pages.get(url)
    if page is None:
        return
    original = pages.get(page.reprint_of or url, page)
    for verb, number in re.findall(f"({'|'.join(VERBS)}) ([0-9]+)", facts) if original.figures else ():
        values = {figure.value_min for figure in original.figures if figure.measure in VERBS[verb]}
        assert int(number) in values, (url, verb, number)
