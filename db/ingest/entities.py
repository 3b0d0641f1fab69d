"""Gives the names in an announcement their entities: known ones first, new ones with new ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from db.ingest.gazetteer import operator_mention
from db.ingest.known import Known
from db.matching import match_key, to_pinyin, to_simplified, to_traditional
from schema.codes import vocabulary_source
from schema.extraction import ExtractedMention
from schema.ids import mint
from schema.records import Entity, EntityName, NameKind, NameLanguage

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_UNSTAMPED = 1  # the writer puts in the number of the revision


class Entities:
    """The entities that one document names, and which of them are new or gained a name."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._minted: dict[tuple[str, str], str] = {}
        self._touched: dict[str, Entity] = {}

    def id_of(self, mention: ExtractedMention) -> str:
        """The entity meant by a mention. The same name with another kind is another entity."""
        key = (match_key(mention.name), mention.kind)
        entity_id = mention.entity or self._known.named.get(key) or self._minted.get(key)
        if entity_id is None:
            entity_id = self._minted[key] = mint("entity", mention.kind, key[0])
        self._remember(entity_id, mention)
        return entity_id

    def operator_of(self, mention: ExtractedMention) -> str | None:
        """The company that is said to run what is mentioned: an entity of its own, even of the same name."""
        return self.id_of(operator_mention(mention.operator)) if mention.operator else None

    def changed(self) -> list[Entity]:
        """The entities to be written."""
        return [self._touched[entity_id] for entity_id in sorted(self._touched)]

    def _remember(self, entity_id: str, mention: ExtractedMention) -> None:
        entity = self._touched.get(entity_id) or self._known.entities.get(entity_id)
        if entity is None:
            self._touched[entity_id] = _new_entity(entity_id, mention)
            return
        stated = EntityName(name=mention.name, language=_language(mention.name), kind="alias")
        gained = _lacking(entity, [stated, *_sounds(entity)])
        if gained:
            self._touched[entity_id] = entity.model_copy(update={"names": (*entity.names, *gained)})


def _lacking(entity: Entity, names: Iterable[EntityName]) -> list[EntityName]:
    """Those of the names that an entity does not have in any spelling."""
    keys = {match_key(name.name) for name in entity.names}
    return [name for name in names if match_key(name.name) not in keys]


def _language(name: str) -> NameLanguage:
    if not _HAN.search(name):
        return "en"
    return "zh-Hans" if to_simplified(name) == name else "zh-Hant"


def _new_entity(entity_id: str, mention: ExtractedMention) -> Entity:
    raw = _gazetteer().get(entity_id)
    found = list(_gazetteer_names(raw) if raw else _stated_names(mention.name))
    names = tuple({match_key(n.name) + n.language: n for n in reversed(found)}.values())[::-1]
    return Entity(
        id=entity_id,
        kind=mention.kind,
        name=names[0].name,
        name_en=raw["en"] if raw else None,
        names=names,
        revision=_UNSTAMPED,
    )


@cache
def _gazetteer() -> Mapping[str, Mapping[str, Any]]:
    """The entities known from the start, by id."""
    return {str(item["code"]): item for item in vocabulary_source("entities")}


def _gazetteer_names(raw: Mapping[str, Any]) -> Iterator[EntityName]:
    yield from _scripts(str(raw["zh"]))
    lists: tuple[tuple[str, NameLanguage | None], ...] = (("aliases", None), ("aliases_zh_hant", "zh-Hant"))
    for field, language in lists:
        for name in raw.get(field, ()):
            yield EntityName(name=name, language=language or _language(name), kind="alias")
    for field, tag, kind in _OTHER_NAMES:
        if field in raw:
            yield EntityName(name=str(raw[field]), language=tag, kind=kind)


_OTHER_NAMES: tuple[tuple[str, NameLanguage, NameKind], ...] = (
    ("en", "en", "translation"),
    ("pinyin", "zh-Latn-pinyin", "transliteration"),
)


def _stated_names(name: str) -> Iterator[EntityName]:
    yield from _scripts(name)
    yield from _sound(to_simplified(name))


def _scripts(name: str) -> Iterator[EntityName]:
    """The name in simplified characters, and in traditional ones where they differ."""
    simplified = to_simplified(name)
    yield EntityName(name=simplified, language=_language(simplified), kind="primary")
    traditional = name if name != simplified else to_traditional(name)
    if traditional != simplified:
        yield EntityName(name=traditional, language="zh-Hant", kind="alias")


def _sounds(entity: Entity) -> Iterator[EntityName]:
    """How the name is read, for an entity on record without it."""
    if all(name.language != "zh-Latn-pinyin" for name in entity.names):
        yield from _sound(entity.name)


def _sound(name: str) -> Iterator[EntityName]:
    """The name in Hanyu Pinyin, a space between syllables and no tones, if it has Chinese characters."""
    if _HAN.search(name):
        yield EntityName(name=to_pinyin(name), language="zh-Latn-pinyin", kind="transliteration")
