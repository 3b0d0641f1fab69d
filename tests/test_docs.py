"""What the documents say is true: every command, setting, address and example is compared or run."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import httpx
import pytest

from api.cli import cunzhao
from api.secret_files import SUFFIX, is_secret
from api.settings import PREFIX, Settings, settings_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in (
    "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "RELIABILITY.md",
)}  # fmt: skip


def _between(start: str, end: str) -> str:
    match = re.search(f"<!-- {start} -->\n(.*?)\n<!-- {end} -->", README, re.DOTALL)
    assert match
    return match[1]


def _first_sentences(command: click.Command) -> str:
    assert command.help
    return command.help.split("\n\n")[0].replace("\n", " ")


def _commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    """Every command by its whole name; of a group, those in it."""
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name} {command.name}")
        else:
            yield f"{name} {command.name}", command


def test_the_table_of_commands_is_the_commands() -> None:
    rows = []
    for name, command in _commands(cunzhao, "cunzhao"):
        arguments = [p.make_metavar(click.Context(command)) for p in command.params if isinstance(p, click.Argument)]
        rows.append(f"| `{' '.join([name, *arguments])}` | {_first_sentences(command)} |")
    assert _between("commands", "end of commands").splitlines()[2:] == rows


def test_the_table_of_settings_is_the_settings() -> None:
    assert _between("settings", "end of settings") == settings_table()


def test_the_table_of_the_dataset_is_what_stands_in_it() -> None:
    standing: Counter[tuple[str, str]] = Counter()
    for table in ("documents", "actions", "figures"):
        for line in (ROOT / "db" / "dataset" / f"{table}.ndjson").read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if "revision_to" not in entry:
                standing[table, entry["record"].get("basis", "text")] += 1
    rows = [
        f"| {table} | {standing[table, 'text']} | {standing[table, 'transcribed']} |"
        for table in ("documents", "actions", "figures")
    ]
    assert _between("dataset", "end of dataset").splitlines()[2:] == rows


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_setting_named_exists(name: str) -> None:
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    known |= {f"{PREFIX}{name.upper()}{SUFFIX}" for name, field in Settings.model_fields.items() if is_secret(field)}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", DOCUMENTS[name])) <= known


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_target_and_path_named_exists(name: str) -> None:
    text = DOCUMENTS[name]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for path in re.findall(r"`((?:api|db|schema|openapi|tests)/[\w./*]*)`", text):
        assert list(ROOT.glob(path.rstrip("/"))), path
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        assert (ROOT / link).exists(), link


def test_every_test_named_exists() -> None:
    for arguments in re.findall(r"ARGS=(\"[^\"]+\"|[\w/.]+)", DOCUMENTS["RELIABILITY.md"]):
        for path in arguments.strip('"').split():
            assert (ROOT / path).exists(), path


def test_the_map_stays_a_page() -> None:
    assert len(DOCUMENTS["ARCHITECTURE.md"].splitlines()) <= 60


EXAMPLES = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


def _run(line: str, base: str) -> httpx.Response:
    """What a `curl` line does, without curl."""
    words = shlex.split(line)
    assert words[:2] == ["curl", "-s"]
    url = words[2].replace("http://127.0.0.1:8000", base)
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert options.keys() <= {"-H", "-d"}
    if "-d" not in options:
        return httpx.get(url)
    name, _, value = options["-H"].partition(": ")
    return httpx.post(url, content=options["-d"].encode(), headers={name: value})


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_answers(line: str, shipped: str) -> None:
    response = _run(line, shipped)
    assert response.status_code == 200, response.text
    if response.headers["content-type"].startswith("application/json"):
        body = response.json()
        assert body["data"], body
        assert "errors" not in body
    else:
        assert len(response.text.splitlines()) > 1


def test_the_first_example_tells_what_was_done_to_baidu_and_how_many_were_summoned(shipped: str) -> None:
    data = _run(EXAMPLES[0], shipped).json()["data"]
    (action,) = data["actions"]["nodes"]
    assert "百度" in {entity["name"] for entity in action["entities"]}
    assert [measure["code"] for measure in action["measures"]] == [
        "regulatory_talk", "correction_order", "responsible_person_discipline", "fine",
    ]  # fmt: skip
    assert [figure["valueMin"] for figure in data["figures"]["nodes"]] == [11159]


def test_one_question_has_one_answer_everywhere(shipped: str) -> None:
    query = '{ actions(year: 2023, entity: "百度", basis: TEXT) { nodes { id } } }'
    by_graphql = httpx.post(f"{shipped}/graphql", json={"query": query}).json()["data"]["actions"]["nodes"]
    parameters = {"year": "2023", "entity": "百度", "basis": "text"}
    by_rest = httpx.get(f"{shipped}/v1/actions", params=parameters).json()["data"]
    exported = httpx.get(f"{shipped}/v1/exports/actions.csv", params=parameters).text
    ids = [row.split(",", 1)[0] for row in exported.splitlines()[1:]]
    assert [node["id"] for node in by_graphql] == [record["id"] for record in by_rest] == ids
    assert len(ids) == 1


@pytest.mark.parametrize("address", re.findall(r"^\| ((?:`/[^|]+` ?)+) \|", README, re.MULTILINE))
def test_every_address_in_the_table_answers(address: str, shipped: str) -> None:
    for path in re.findall(r"`([^`]+)`", address):
        concrete = path.replace("{table}", "actions").replace("{format}", "csv")
        headers = {"accept": "text/html"} if concrete == "/graphql" else {}
        assert httpx.get(shipped + concrete, headers=headers).status_code == 200, concrete
