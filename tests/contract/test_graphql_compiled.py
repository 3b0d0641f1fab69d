"""A compiled plan answers as plain execution does: the same JSON for questions made by chance.

`QUESTIONS=20000 SEED=7 make test ARGS=tests/contract/test_graphql_compiled.py` is the long form.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from db.reader import PostgresReader
from schema.codes import LIST_NAMES
from schema.graphql import Engine, Limits, Request
from schema.graphql.citable import citable_request
from schema.graphql.engine import CORE
from schema.graphql.scalars import CODE_SCALARS
from schema.query import BadQuery, Filter, PageQuery
from schema.records import RECORD_MODELS
from tests.support.questions import Question, Questions

QUESTIONS = int(os.environ.get("QUESTIONS", "200"))
SEED = int(os.environ.get("SEED", "20261122"))
PLAIN = Engine(Limits(), compiled=False)
COMPILED = Engine(Limits())
FORGETFUL = Engine(Limits(fragment_bytes=20_000))
"""Its fragments go all the time."""


@pytest.fixture(scope="module")
def cursors() -> list[str]:
    """Cursors met in answers; nonsense until there are some."""
    return ["nonsense-nonsense"]


@pytest.fixture(scope="module")
async def questions(reader: PostgresReader, cursors: list[str]) -> Questions:
    revision = (await reader.revision()).number
    bodies: list[dict[str, Any]] = []
    for kind in RECORD_MODELS:
        page = await reader.page(PageQuery(kind=kind, filter=Filter(), revision=revision, limit=500))
        bodies += [orjson.loads(row.body) for row in page.rows]
    book = await reader.codebook(revision)
    pools: dict[str, list[Any]] = {
        "Int": [1, 2, 3],
        "first": [0, 1, 1, 2, 2, 3, 5, 7, 501],
        "year": [2015, 2020, 2023, 2024, 2025, 1989],
        "ID": [body["id"] for body in bodies] + ["a-2222222222222", "nobody", ""],
        "series": ["cac_talks", "cac_talks", "nobody"],
        "periods": ["2021", "2022", "2023", "2024", "2023H1", "soon"],
        "Boolean": [True, False],
        "name": ["2020.1.1", "2020.1.2", ""],
        "String": [body["name"] for body in bodies if "name" in body] + ["无此人", "抖音", " "],
        "Date": ["2019-01-01", "2024-06-30", "2025-12-31"],
        "AsOf": [*(f"r{n + 1}" for n in range(revision)), "2020.1.1", "2999-01-01T00:00:00Z", "r99"],
        "Cursor": cursors,
    }
    for list_name in LIST_NAMES:
        used = [item.code for item in book.items(list_name)][:6]
        pools[CODE_SCALARS[list_name].__name__] = used
    return Questions(CORE, SEED, pools)


def cursors_in(found: Any) -> Iterator[str]:
    match found:
        case dict():
            for value in found.values():
                yield from cursors_in(value)
        case list():
            for value in found:
                yield from cursors_in(value)
        case str() if re.fullmatch("Wz[A-Za-z0-9_-]{20,}", found):
            yield found


async def both(reader: PostgresReader, question: Question, engine: Engine) -> tuple[bytes, bytes, str, Any]:
    """The canonical JSON of the plain answer and of the compiled one, how that was made, and its data."""
    asked = Request(question.text, question.variables)
    plain, other = await PLAIN.answer(asked, reader, "r"), await engine.answer(asked, reader, "r")
    return canonical(plain.body), canonical(other.body), other.how, other.data


def canonical(body: dict[str, Any]) -> bytes:
    """The answer; of errors only that there are some, as chance decides which of several is met first."""
    found = orjson.loads(orjson.dumps(body))
    if "errors" in found:
        found = {"data": found.get("data"), "errors": True}
    return orjson.dumps(found)


async def test_plans_answer_as_plain_execution_does(
    reader: PostgresReader, questions: Questions, cursors: list[str]
) -> None:
    how: Counter[str] = Counter()
    for number in range(QUESTIONS):
        question = questions.make()
        plain, other, made, data = await both(reader, question, FORGETFUL if number % 2 else COMPILED)
        assert other == plain, question
        how[made] += 1
        cursors += list(cursors_in(data))[:2] if len(cursors) < 200 else []
    assert how["compiled"] > QUESTIONS / 4, how
    assert set(how) <= {"compiled", "error", "null", "not executed", "introspection"}, how


async def test_a_canonical_request_answers_as_it_was_written(reader: PostgresReader, questions: Questions) -> None:
    cited = 0
    for _ in range(QUESTIONS // 8):
        question = questions.make()
        asked = await COMPILED.answer(Request(question.text, question.variables), reader, "r")
        if asked.outcome != "executed":
            continue  # what costs too much as it was written may cost less once its fragments are resolved
        try:
            text = citable_request(COMPILED, question.text, question.variables, None).text
        except BadQuery:
            continue
        again = await COMPILED.answer(Request(text.query, text.variables), reader, "r")
        assert again.data == asked.data, question
        assert bool(again.errors) == bool(asked.errors), question
        assert citable_request(COMPILED, text.query, text.variables, None).text == text, question
        cited += not asked.errors
    assert cited > QUESTIONS / 32
