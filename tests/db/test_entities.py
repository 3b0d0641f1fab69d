"""Who is who: names in every script and by sound, and companies apart from what they run."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from db.correcting import CannotCorrect
from db.corrections import correct, retract
from db.ingest.run import ingest
from db.pool import Connection, connect
from db.writer import commit
from schema.records import Action, Entity
from tests.ingest.test_operators import TABLE

SAME_NAME = """---
title: 某市网信办约谈有关网站平台
url: https://record.example/2032/talk.html
date: 2032-03-04
---

近日，某市网信办依法约谈“云雀记账”App、“云雀记账”公众账号负责人，责令限期整改。
"""


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(dsn, role="cunzhao_writer")
    yield connection
    await connection.close()


async def _entities(store: Connection) -> dict[tuple[str, str], Entity]:
    rows = await store.fetch("SELECT body FROM entity_version WHERE revision_to IS NULL")
    found = [Entity.model_validate_json(row["body"]) for row in rows]
    return {(entity.name, entity.kind): entity for entity in found}


async def _mentions(store: Connection) -> dict[str, tuple[str, str | None]]:
    rows = await store.fetch("SELECT body FROM action_version WHERE revision_to IS NULL")
    actions = [Action.model_validate_json(row["body"]) for row in rows]
    return {m.name: (m.entity, m.operator) for action in actions for m in action.entities}


async def test_an_app_and_its_operator_are_two_entities_joined_by_what_the_text_says(store: Connection) -> None:
    await ingest(store, TABLE.encode())
    entities, mentions = await _entities(store), await _mentions(store)
    app, company = entities["云雀记账", "app"], entities["云雀（虚构）信息技术有限公司", "company"]
    assert mentions["云雀记账"] == (app.id, company.id)
    assert mentions["松鼠便签"] == (entities["松鼠便签", "app"].id, None)
    rows = await store.fetch("SELECT operator, operator_name FROM action_entity WHERE operator IS NOT NULL")
    assert [tuple(row) for row in rows] == [(company.id, "云雀（虚构）信息技术有限公司")]


async def test_an_app_and_the_account_of_the_same_name_stay_two_entities(store: Connection) -> None:
    await ingest(store, TABLE.encode())
    await ingest(store, SAME_NAME.encode())
    kinds = {kind: entity.id for (name, kind), entity in (await _entities(store)).items() if name == "云雀记账"}
    assert set(kinds) == {"app", "account"}
    assert len(set(kinds.values())) == 2


async def test_new_names_get_their_other_script_and_their_sound(store: Connection) -> None:
    await ingest(store, TABLE.encode())
    names = {(n.name, n.language, n.kind) for n in (await _entities(store))["云雀记账", "app"].names}
    assert names == {
        ("云雀记账", "zh-Hans", "primary"),
        ("雲雀記賬", "zh-Hant", "alias"),
        ("yun que ji zhang", "zh-Latn-pinyin", "transliteration"),
    }


async def test_a_name_that_sounds_alike_is_another_entity(store: Connection) -> None:
    await ingest(store, TABLE.encode())
    await ingest(store, SAME_NAME.replace("云雀记账", "yun que ji zhang").encode())
    mentions = await _mentions(store)
    assert mentions["yun que ji zhang"][0] != mentions["云雀记账"][0]


async def test_an_entity_on_record_without_its_sound_gains_it(store: Connection) -> None:
    outcome = await ingest(store, TABLE.encode(), dry_run=True)
    bare = [
        r.model_copy(update={"names": tuple(n for n in r.names if n.language != "zh-Latn-pinyin")})
        if isinstance(r, Entity)
        else r
        for r in outcome.change.records
    ]
    await commit(store, type(outcome.change)(**{**vars(outcome.change), "records": bare}))
    again = await ingest(store, TABLE.encode())
    assert again.status == "changed"
    assert all(any(n.language == "zh-Latn-pinyin" for n in e.names) for e in (await _entities(store)).values())
    assert (await ingest(store, TABLE.encode())).status == "unchanged"


async def test_an_operator_that_actions_name_cannot_be_retracted(store: Connection) -> None:
    await ingest(store, TABLE.encode())
    company = (await _mentions(store))["云雀记账"][1]
    assert company is not None
    with pytest.raises(CannotCorrect, match="refer to it"):
        await retract(store, company, cause="our_correction", note="Not a company.")


@pytest.mark.parametrize(
    ("operator", "name", "why"),
    [("e-2222222222222", "云雀", "no entity with the id"), (None, "云雀", "together or not at all")],
)
async def test_a_correction_names_operators_that_stand(
    store: Connection, operator: str | None, name: str, why: str
) -> None:
    await ingest(store, TABLE.encode())
    row = await store.fetchval("SELECT body FROM action_version WHERE revision_to IS NULL LIMIT 1")
    action = Action.model_validate_json(row)
    mention = action.entities[0].model_copy(update={"operator": operator, "operator_name": name})
    changes = {"entities": [mention.model_dump(mode="json")]}
    with pytest.raises(CannotCorrect, match=why):
        await correct(store, action.id, lambda _: changes, cause="our_correction", note="Test.")
