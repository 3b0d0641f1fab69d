"""The documentation: every document is a page, every link leads somewhere, and every example runs as it stands."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.web.documentation import library, reference
from api.web.language import LANGUAGES, Language
from tests.web.conftest import Visit

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "api" / "web" / "docs"
READERS = ROOT / ".venv" / "readers" / "bin" / "python"
HERE = "http://127.0.0.1:8000"
WRITTEN_HERE = ("start.md", "zh/start.md", "graphql.md")
"""The documents whose examples are run here; the others have tests of their own."""


def blocks(language: str) -> list[Any]:
    """The examples in a language, each once."""
    found: dict[str, str] = {}
    for name in WRITTEN_HERE:
        text = (DOCS / name).read_text(encoding="utf-8")
        for code in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL):
            found.setdefault(code, name)
    return [pytest.param(code, id=f"{name}-{number}") for number, (code, name) in enumerate(found.items())]


def test_every_document_is_in_the_table_of_contents() -> None:
    written = {path.stem for path in DOCS.glob("*.md")}
    assert written == set(library.names()) - {"rest"}
    assert {path.stem for path in (DOCS / "zh").glob("*.md")} <= written


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in library.names() if name != "rest"])
def test_a_document_is_a_page_whose_links_lead_somewhere(shipped: str, name: str, language: Language) -> None:
    response = httpx.get(f"{shipped}/docs/{name}", params={"lang": language})
    assert response.status_code == 200
    assert response.text.count("<h1") == 1
    assert "<!--" not in response.text
    for link in set(re.findall(r'href="(/docs[^"]*)"', response.text)):
        path, _, fragment = unescape(link).partition("#")
        shown = httpx.get(shipped + path)
        assert shown.status_code == 200, link
        assert not fragment or f'id="{fragment}"' in shown.text, link


@pytest.mark.parametrize("line", [line for block in blocks("sh") for line in str(block.values[0]).splitlines()])
def test_commands_answer(shipped: str, line: str) -> None:
    words = shlex.split(line.replace(HERE, shipped))
    assert words[:2] == ["curl", "-s"]
    response = httpx.get(words[2])
    assert response.status_code == 200, response.text
    assert len(response.content) > 100


@pytest.mark.parametrize("query", blocks("graphql"))
def test_queries_answer(shipped: str, query: str) -> None:
    answer = httpx.post(f"{shipped}/graphql", json={"query": query}).json()
    assert "errors" not in answer, answer
    assert all(answer["data"].values())


@pytest.mark.parametrize("program", blocks("python"))
def test_python_programs_run(shipped: str, program: str) -> None:
    assert READERS.exists(), "the readers are not installed: make .venv/readers.stamp"
    done = subprocess.run([READERS, "-c", program.replace(HERE, shipped)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "regulatory_talk" in done.stdout


@pytest.mark.parametrize("program", blocks("r"))
def test_r_programs_run(shipped: str, program: str) -> None:
    command = shutil.which("Rscript")
    if command is None:
        assert not os.environ.get("CI"), "R is not installed"
        pytest.skip("Rscript is not here: the example for R was not run")
    done = subprocess.run(
        [command, "-e", program.replace(HERE, shipped)], capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "regulatory_talk" in done.stdout


@pytest.mark.browser
@pytest.mark.parametrize("program", blocks("javascript"))
async def test_javascript_programs_run(visit: Visit, served: str, program: str) -> None:
    page = await visit("/docs?lang=en", "h1")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.evaluate(f"async () => {{ {program.replace(HERE, served)} }}")
    assert re.fullmatch(r"\d+ \S.*", said[-1])


def test_the_reference_has_a_form_for_every_operation_that_reads(client: httpx.Client) -> None:
    text = client.get("/docs/rest?lang=en").text
    for operation in reference.operations().values():
        assert f'id="{operation.id}"' in text
        assert (f'action="/docs/rest/{operation.id}"' in text) == (operation.method == "GET")
        for field in operation.fields:
            assert f'id="{operation.id}-{field.name}"' in text or operation.method != "GET"


def test_a_form_leads_to_the_answer(client: httpx.Client) -> None:
    asked = client.get("/docs/rest/list_actions", params={"year": "2024", "entity": "", "limit": "1"})
    assert asked.status_code == 303
    assert asked.headers["location"] == "/v1/actions?year=2024&limit=1"
    action = client.get(asked.headers["location"]).json()["data"][0]
    single = client.get("/docs/rest/get_action", params={"id": action["id"], "as_of": ""})
    assert client.get(single.headers["location"]).json()["data"] == action
    assert client.get("/docs/rest/get_action").status_code == 404
    assert client.get("/docs/rest/nothing").status_code == 404


def test_the_contract_shown_is_the_one_published(client: httpx.Client) -> None:
    assert client.get("/openapi.json").json() == json.loads(json.dumps(reference.document()))


@pytest.fixture(scope="module")
def client(served: str) -> Any:
    with httpx.Client(base_url=served) as made:
        yield made
