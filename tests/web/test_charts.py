"""Charts: their data is that of the aggregates, and their images are made in a process of their own."""

from __future__ import annotations

import csv
import io
import struct
from xml.etree import ElementTree

import httpx
import pytest

from api.web.charts import painter as painting
from api.web.charts.data import CHARTS
from api.web.charts.painter import Painter
from schema.ports import StoreUnavailable

GROUPED = {"measures": "measure", "categories": "category", "entities": "entity", "authorities": "authority"}


@pytest.mark.parametrize("chart", CHARTS)
def test_the_data_is_that_of_the_aggregate(served: str, chart: str) -> None:
    dimension = GROUPED.get(chart, "year")
    limit = 10 if chart in GROUPED else 200
    asked = {"measure": "regulatory_talk"}
    groups = httpx.get(f"{served}/v1/aggregate", params={"group_by": dimension, "limit": limit, **asked}).json()["data"]
    rows = list(csv.DictReader(io.StringIO(httpx.get(f"{served}/charts/{chart}.csv", params=asked).text)))
    counted = {row[dimension]: int(row["count"]) for row in rows if row["count"]}
    assert counted == {str(group[dimension] or ""): group["count"] for group in groups}
    if chart not in GROUPED:
        years = [int(row["year"]) for row in rows if row["year"]]
        assert years == list(range(min(years), max(years) + 1)), "a year without a count is a gap, not left out"
    spec = httpx.get(f"{served}/charts/{chart}.json", params=asked).json()
    assert [value["count"] for value in spec["data"]["values"]] == [
        int(row["count"]) if row["count"] else None for row in rows
    ]


def test_images_are_drawn_in_the_language_theme_and_width_asked_for(served: str) -> None:
    asked = {"lang": "zh", "theme": "dark", "width": "400"}
    svg = httpx.get(f"{served}/charts/measures.svg", params=asked, timeout=60)
    assert svg.headers["content-type"] == "image/svg+xml"
    drawn = ElementTree.fromstring(svg.text)  # noqa: S314 - our own server drew it
    assert drawn.get("width") == "400"
    texts = {element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert "约谈" in texts
    png = httpx.get(f"{served}/charts/measures.png", params=asked, timeout=60)
    assert png.headers["content-type"] == "image/png"
    assert struct.unpack(">I", png.content[16:20])[0] == 2 * 400
    again = httpx.get(f"{served}/charts/measures.png", params=asked, headers={"If-None-Match": png.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("asked", [{"width": "100"}, {"width": "x"}, {"theme": "red"}, {"year": "x"}, {"other": "1"}])
def test_bad_parameters_are_named(served: str, asked: dict[str, str]) -> None:
    response = httpx.get(f"{served}/charts/measures.svg", params=asked)
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == next(iter(asked))


def test_a_chart_that_takes_too_long_is_given_up_and_the_next_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    painter = Painter()
    spec = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "data": {"values": [{"n": 1}]}, "mark": "bar"}
    with pytest.raises(RuntimeError, match="refused"):
        painter.image({"mark": 7}, "svg")
    monkeypatch.setattr(painting, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(StoreUnavailable, match="in time"):
        painter.image(spec, "svg")
    monkeypatch.setattr(painting, "PATIENCE_SECONDS", 60.0)
    assert painter.image(spec, "svg").startswith(b"<svg")
    painter.close()


def test_a_chart_of_a_series_has_bounds_flags_and_gaps(shipped: str) -> None:
    rows = list(csv.DictReader(io.StringIO(httpx.get(f"{shipped}/charts/series/cac_closures.csv").text)))
    assert [row["year"] for row in rows] == [str(year) for year in range(2015, 2026)]
    by_year = {row["year"]: row for row in rows}
    assert (by_year["2018"]["value_min"], by_year["2018"]["value_max"]) == ("6000", "")
    assert (by_year["2021"]["value_min"], by_year["2021"]["qualifier"]) == ("", "")
    assert by_year["2015"]["flags"] == "definition_differs"
    spec = httpx.get(f"{shipped}/charts/series/cac_closures.json").json()
    words = {value["label"]: (value["value"], value["words"]) for value in spec["data"]["values"]}
    assert words["2018"] == (6000, "≥ 6,000*")
    assert words["2021"] == (None, "")
    page = httpx.get(f"{shipped}/charts/series/cac_closures?lang=zh", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "≥ 6,000*" in page.text
    assert httpx.get(f"{shipped}/charts/series/nobody").status_code == 404
    svg = httpx.get(f"{shipped}/charts/series/cac_closures.svg", timeout=60)
    drawn = ElementTree.fromstring(svg.text)  # noqa: S314 - our own server drew it
    assert "≥ 6,000*" in {element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")}
