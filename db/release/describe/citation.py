"""How a release is cited: `CITATION.cff`, `citation.bib`, `citation.csl.json`; and its licence."""

from __future__ import annotations

import yaml

from db.release.describe.facts import ReleaseFacts
from schema.dataset import DATASET
from schema.references import Reference

CFF, BIBTEX, CSL, LICENCE = "CITATION.cff", "citation.bib", "citation.csl.json", "LICENSE.txt"
CFF_TYPE, BIBTEX_TYPE = "application/yaml", "application/x-bibtex"
CSL_TYPE = "application/vnd.citationstyles.csl+json"
_WIDTH = 100
_MESSAGE = "Please cite the release you used: its files never change."


def reference(facts: ReleaseFacts) -> Reference:
    """The release as an entry of a list of references."""
    return Reference(
        key=f"{DATASET.name}-{facts.name}",
        author=DATASET.creator,
        title=DATASET.title,
        version=facts.name,
        issued=facts.issued,
        note=f"{DATASET.licence.id}; {_revision(facts)}",
    )


def citation_cff(facts: ReleaseFacts) -> bytes:
    """Citation File Format 1.2.0."""
    entry = {
        "cff-version": "1.2.0",
        "message": _MESSAGE,
        "type": "dataset",
        "title": DATASET.title,
        "authors": [{"name": DATASET.creator}],
        "version": facts.name,
        "date-released": facts.issued,
        "license": DATASET.licence.id,
        "abstract": f"{DATASET.description_en}\n\n{DATASET.description_zh}",
        "keywords": list(DATASET.keywords),
        "identifiers": [{"type": "other", "value": f"sha256:{facts.digest}", "description": _digested(facts)}],
    }
    return yaml.safe_dump(entry, allow_unicode=True, sort_keys=False, width=_WIDTH).encode()


def licence_text() -> bytes:
    """The terms in a sentence, by their identifier and address."""
    licence = DATASET.licence
    return (
        f"The data in this folder, by {DATASET.creator}, are licensed under {licence.title}.\n"
        "You may copy, change and share them for any purpose, as long as you name the source, say what you changed "
        "and link to the licence.\n\n"
        f"SPDX-License-Identifier: {licence.id}\n"
        f"{licence.url}\n"
    ).encode()


def _revision(facts: ReleaseFacts) -> str:
    return f"revision {facts.revision}, SHA-256 {facts.digest}"


def _digested(facts: ReleaseFacts) -> str:
    return f"Digest of revision {facts.revision}, chained to every revision before it."
