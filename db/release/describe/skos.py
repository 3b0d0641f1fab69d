"""`vocabularies.jsonld`: the code lists as SKOS (w3.org/TR/skos-reference), a concept scheme for each.

A concept is named by its list and code within the file. Codes are never reused for another sense, so the notation
means the same in every release.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from db.release.describe.facts import ReleaseFacts, as_json, bilingual, present
from schema.codes import CodeItem, ListName, list_title
from schema.dataset import DATASET

NAME = "vocabularies.jsonld"
MEDIA_TYPE = "application/ld+json"
_CONTEXT = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
}


def skos(facts: ReleaseFacts) -> bytes:
    """The schemes and their concepts."""
    lists: dict[ListName, list[CodeItem]] = defaultdict(list)
    for item in facts.codes:
        lists[item.list].append(item)
    graph = [node for name, items in lists.items() for node in _scheme(facts, name, items)]
    return as_json({"@context": _CONTEXT, "@graph": graph})


def _scheme(facts: ReleaseFacts, name: ListName, items: list[CodeItem]) -> Iterable[dict[str, Any]]:
    narrower: dict[str, list[CodeItem]] = defaultdict(list)
    for item in items:
        if item.parent is not None:
            narrower[item.parent].append(item)
    yield {
        "@id": f"#{name}",
        "@type": "skos:ConceptScheme",
        "dct:title": bilingual(*list_title(name)),
        "dct:creator": DATASET.creator,
        "dct:license": {"@id": DATASET.licence.url},
        "owl:versionInfo": facts.name,
        "skos:hasTopConcept": [_concept_id(item) for item in items if item.parent is None],
    }
    for item in items:
        yield _concept(item, narrower[item.code])


def _concept(item: CodeItem, narrower: list[CodeItem]) -> dict[str, Any]:
    broader = {"@id": f"#{item.list}/{item.parent}"} if item.parent else None
    fields: dict[str, Any] = {
        **_concept_id(item),
        "@type": "skos:Concept",
        "skos:inScheme": {"@id": f"#{item.list}"},
        "skos:topConceptOf": None if item.parent else {"@id": f"#{item.list}"},
        "skos:notation": item.code,
        "dct:identifier": f"{item.list}/{item.code}",
        "skos:prefLabel": bilingual(item.label_zh, item.label_en),
        "skos:definition": {"@value": item.definition, "@language": "en"} if item.definition else None,
        "skos:broader": broader,
        "skos:narrower": [_concept_id(below) for below in narrower] or None,
        "dct:spatial": {"@id": f"#regions/{item.region}"} if item.region else None,
    }
    if item.replaced_by:
        # A code that is retired keeps its meaning; records made later have the other one.
        fields["owl:deprecated"] = True
        fields["dct:isReplacedBy"] = {"@id": f"#{item.list}/{item.replaced_by}"}
    return present(**fields)


def _concept_id(item: CodeItem) -> dict[str, str]:
    return {"@id": f"#{item.list}/{item.code}"}
