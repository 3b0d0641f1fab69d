"""`dcat.jsonld`: a DCAT 3 catalogue of the release (w3.org/TR/vocab-dcat-3), for portals of open data.

Addresses are relative to the file: a copy of the folder describes itself wherever it lies.
"""

from __future__ import annotations

from typing import Any

from db.release.describe.facts import DataFile, ReleaseFacts, as_json, bilingual, present
from schema.dataset import DATASET

NAME = "dcat.jsonld"
MEDIA_TYPE = "application/ld+json"
_IANA = "https://www.iana.org/assignments/media-types/"
_COMPRESSED = {"gzip": f"{_IANA}application/gzip", "zstd": f"{_IANA}application/zstd"}
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def dcat(facts: ReleaseFacts) -> bytes:
    """The catalogue, with the release as a version of the series of releases."""
    series = {
        "@id": "../#series",
        "@type": "dcat:DatasetSeries",
        "dct:title": _titles(),
        "dct:description": _descriptions(),
        "dct:publisher": _publisher(),
        "dcat:last": {"@id": "./#dataset"},
    }
    catalogue = {
        "@context": _CONTEXT,
        "@id": "./#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _titles(),
        "dct:description": _descriptions(),
        "dct:publisher": _publisher(),
        "dct:license": {"@id": DATASET.licence.url},
        "dct:issued": _day(facts.issued.isoformat()),
        "dcat:dataset": [_dataset(facts), series],
    }
    return as_json(catalogue)


def _dataset(facts: ReleaseFacts) -> dict[str, Any]:
    previous = {"@id": f"../{facts.previous}/#dataset"} if facts.previous else None
    period = None
    if facts.covers:
        first, last = (day.isoformat() for day in facts.covers)
        period = {"@type": "dct:PeriodOfTime", "dcat:startDate": _day(first), "dcat:endDate": _day(last)}
    fields: dict[str, Any] = {
        "@id": "./#dataset",
        "@type": "dcat:Dataset",
        "dct:title": _titles(),
        "dct:description": _descriptions(),
        "dct:identifier": f"{DATASET.name}-{facts.name}",
        "dct:creator": _publisher(),
        "dct:publisher": _publisher(),
        "dct:license": {"@id": DATASET.licence.url},
        "dct:language": [{"@id": f"http://id.loc.gov/vocabulary/iso639-1/{code}"} for code in ("zh", "en")],
        "dct:issued": _day(facts.issued.isoformat()),
        "dct:temporal": period,
        "dcat:version": facts.name,
        "dcat:previousVersion": previous,
        "dcat:prev": previous,
        "dcat:inSeries": {"@id": "../#series"},
        "dcat:keyword": [_worded(keyword) for keyword in DATASET.keywords],
        "dcat:distribution": [_distribution(file) for file in facts.files],
    }
    return present(**fields)


def _distribution(file: DataFile) -> dict[str, Any]:
    plain = file.media_type.partition(";")[0]
    # A media type has an address only once it is registered; the others are given by name.
    registered = not plain.startswith("application/x-")
    fields: dict[str, Any] = {
        "@id": f"./#{file.url}",
        "@type": "dcat:Distribution",
        "dct:title": file.url,
        "dct:license": {"@id": DATASET.licence.url},
        "dcat:downloadURL": {"@id": file.url},
        "dcat:mediaType": {"@id": f"{_IANA}{plain}"} if registered else None,
        "dct:format": None if registered else plain,
        "dcat:compressFormat": {"@id": _COMPRESSED[file.encoding]} if file.encoding else None,
        "dcat:byteSize": {"@value": str(file.bytes), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
        },
    }
    return present(**fields)


def _titles() -> list[dict[str, str]]:
    return bilingual(DATASET.title_zh, DATASET.title_en)


def _descriptions() -> list[dict[str, str]]:
    return bilingual(DATASET.description_zh, DATASET.description_en)


def _worded(keyword: str) -> dict[str, str]:
    return {"@value": keyword, "@language": "en" if keyword.isascii() else "zh-Hans"}


def _publisher() -> dict[str, str]:
    return {"@id": "../#publisher", "@type": "foaf:Organization", "foaf:name": DATASET.creator}


def _day(text: str) -> dict[str, str]:
    return {"@value": text, "@type": "xsd:date"}
