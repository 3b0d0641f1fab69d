"""The descriptions of a release say the same of the same things, and nothing that is not so."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from db.release.describe import Described, describe, schema_of
from schema.codes import LIST_NAMES, CodeItem
from schema.dataset import DATASET
from schema.references import Reference, bibtex, csl_item
from schema.tables import TABLE_OF
from tests.support.described import File, release_facts

ROOT = Path(__file__).parents[2]
FACTS = release_facts(previous="2026.11.1")
MADE = {made.name: made for made in describe(FACTS)}
TABLES = [table for table, _ in FACTS.csv_files()]


def _json(name: str) -> Any:
    return json.loads(MADE[name].body)


def _node(graph: list[dict[str, Any]], identifier: str) -> dict[str, Any]:
    return next(node for node in graph if node["@id"] == identifier)


def test_the_same_facts_give_the_same_bytes() -> None:
    assert list(describe(release_facts(previous="2026.11.1"))) == list(MADE.values())


def test_no_description_knows_the_time_of_its_making() -> None:
    told = b"".join(made.body for made in describe(replace(FACTS, codes=())))
    assert set(re.findall(rb"2026-\d\d-\d\d", told)) == {b"2026-11-20"}


def test_all_describe_the_columns_of_the_tables_in_their_order() -> None:
    resources = {resource["name"]: resource for resource in _json("datapackage.json")["resources"]}
    records = {record["name"]: record for record in _json("dataset.jsonld")["recordSet"]}
    for table in TABLES:
        names = [column.name for column in table.columns]
        assert [field["name"] for field in resources[table.name]["schema"]["fields"]] == names
        assert [field["name"] for field in records[table.name]["field"]] == names
        described = _json(f"{table.name}.csv-metadata.json")["tableSchema"]
        assert [column["name"] for column in described["columns"]] == names
        assert described["primaryKey"] == list(table.key)


def test_each_file_is_described_with_its_length_and_digest() -> None:
    facts = {file.url: (file.bytes, file.sha256) for file in FACTS.files}
    package = {
        r["path"]: (r["bytes"], r["hash"].removeprefix("sha256:")) for r in _json("datapackage.json")["resources"]
    }
    objects = {
        file["contentUrl"]: (int(file["contentSize"].removesuffix(" B")), file["sha256"])
        for file in _json("dataset.jsonld")["distribution"]
    }
    distributions = {
        one["dcat:downloadURL"]["@id"]: (
            int(one["dcat:byteSize"]["@value"]),
            one["spdx:checksum"]["spdx:checksumValue"]["@value"],
        )
        for one in _json("dcat.jsonld")["dcat:dataset"][0]["dcat:distribution"]
    }
    assert package == objects == distributions == facts


def test_a_column_of_codes_has_their_labels() -> None:
    figures = next(r for r in _json("datapackage.json")["resources"] if r["name"] == "figures")
    measure = next(field for field in figures["schema"]["fields"] if field["name"] == "measure")
    assert {"value": "fine", "label": FACTS.labels("measures")["fine"]} in measure["categories"]


def test_references_between_tables_are_told() -> None:
    actions = next(r for r in _json("datapackage.json")["resources"] if r["name"] == "actions")
    assert actions["schema"]["foreignKeys"] == [
        {"fields": ["document_id"], "reference": {"resource": "documents", "fields": ["id"]}}
    ]
    group = {table["url"]: table for table in _json("csv-metadata.json")["tables"]}
    assert group["actions.csv"]["tableSchema"]["foreignKeys"] == [
        {"columnReference": "document_id", "reference": {"resource": "documents.csv", "columnReference": "id"}}
    ]


def test_lists_of_names_are_not_to_be_split_blindly() -> None:
    columns = {c["name"]: c for c in _json("actions.csv-metadata.json")["tableSchema"]["columns"]}
    assert columns["measures"]["separator"] == "|"
    assert "separator" not in columns["entity_names"]
    assert "backslash" in columns["entity_names"]["dc:description"]


def test_a_csv_file_names_what_describes_it() -> None:
    assert {schema_of(file) for file in FACTS.files} == {f"{table.name}.csv-metadata.json" for table in TABLES}
    assert {made.table for made in MADE.values()} == {None, *(table.name for table in TABLE_OF.values())}


def test_a_table_divided_by_year_is_read_from_its_csv_file_and_its_parts_are_told() -> None:
    part = File("actions/year=2023/part-0.parquet", "actions", "application/vnd.apache.parquet", None, 9, 1, "0" * 64)
    made = {one.name: json.loads(one.body) for one in describe(replace(FACTS, files=(*FACTS.files, part))) if
            one.name in ("dataset.jsonld", "dcat.jsonld")}  # fmt: skip
    actions = next(one for one in made["dataset.jsonld"]["recordSet"] if one["name"] == "actions")
    assert {field["source"]["fileObject"]["@id"] for field in actions["field"]} == {"actions.csv"}
    assert {field["name"]: field["dataType"] for field in actions["field"]}["measures"] == "sc:Text"
    distribution = made["dcat.jsonld"]["dcat:dataset"][0]["dcat:distribution"][-1]
    assert distribution["dcat:downloadURL"] == {"@id": part.url}


def test_the_catalogue_knows_the_release_before() -> None:
    dataset = _json("dcat.jsonld")["dcat:dataset"][0]
    assert dataset["dcat:previousVersion"] == {"@id": "../2026.11.1/#dataset"}
    first = {made.name: made for made in describe(release_facts())}
    assert b"previousVersion" not in first["dcat.jsonld"].body
    assert b"It is the first release." in first["README.md"].body


def test_every_code_is_a_concept_of_its_scheme() -> None:
    graph = _json("vocabularies.jsonld")["@graph"]
    ids = {node["@id"] for node in graph}
    assert len(ids) == len(graph) == len(FACTS.codes) + len(LIST_NAMES)
    for item in FACTS.codes:
        concept = _node(graph, f"#{item.list}/{item.code}")
        assert [label["@value"] for label in concept["skos:prefLabel"]] == [item.label_zh, item.label_en]
        if item.parent:
            assert concept["skos:broader"]["@id"] in ids
    assert _node(graph, "#measures")["dct:title"][0]["@value"] == "措施"


def test_a_retired_code_points_to_the_one_in_its_place() -> None:
    retired = CodeItem(list="measures", code="old_fine", label_zh="旧罚款", label_en="Old fine", replaced_by="fine")
    made: dict[str, Described] = {one.name: one for one in describe(release_facts(more_codes=[retired]))}
    concept = _node(json.loads(made["vocabularies.jsonld"].body)["@graph"], "#measures/old_fine")
    assert concept["owl:deprecated"] is True
    assert concept["dct:isReplacedBy"] == {"@id": "#measures/fine"}


def test_citations_name_the_release_and_its_digest() -> None:
    cff = yaml.safe_load(MADE["CITATION.cff"].body)
    assert (cff["version"], cff["date-released"], cff["license"]) == ("2026.11.2", date(2026, 11, 20), "CC-BY-4.0")
    assert cff["identifiers"][0]["value"] == f"sha256:{FACTS.digest}"
    (item,) = _json("citation.csl.json")
    assert (item["version"], item["issued"]["date-parts"]) == ("2026.11.2", [[2026, 11, 20]])
    assert FACTS.digest in MADE["citation.bib"].body.decode()


def test_an_entry_of_bibtex_holds_whatever_a_title_has_in_it() -> None:
    reference = Reference(
        "k", "A & B", "100% {x} a_b\n\\c #1 ~", "1", date(2026, 1, 2), url="https://a.example/?q=%7B{"
    )
    entry = bibtex(reference)
    assert r"title = {{100\% \{x\} a\_b \textbackslash{}c \#1 \textasciitilde{}}}" in entry
    assert r"author = {{A \& B}}" in entry
    assert "url = {https://a.example/?q=%7B%7B}" in entry
    assert csl_item(reference)["title"] == reference.title


@pytest.mark.parametrize("name", ["README.md", "LICENSE.txt"])
def test_the_licence_is_told_by_identifier_and_address(name: str) -> None:
    text = MADE[name].body.decode()
    assert DATASET.licence.id in text
    assert DATASET.licence.url in text


def test_the_project_says_the_licences_of_code_and_data() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == DATASET.code_licence.id
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith(DATASET.code_licence.title)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert DATASET.licence.url in readme
    assert "[MIT](LICENSE)" in readme
