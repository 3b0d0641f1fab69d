"""The invented announcements of `notices/` and what should be read from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from schema.extraction import Anchor, Extraction

FOLDER = Path(__file__).parent / "notices"
NAMES = tuple(sorted(path.name for path in FOLDER.iterdir() if path.suffix != ".json"))
SHARED = Path(__file__).parents[2].parent / "shared"


def data_of(name: str) -> bytes:
    """The bytes of one notice; that of a page in a legacy encoding is kept as UTF-8 and encoded here."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return text.encode("gb18030" if name.startswith("gbk") else "utf-8")


def expected_of(name: str) -> dict[str, Any]:
    """What should be read from a notice, in the form that `facts` gives."""
    expected: dict[str, Any] = json.loads((FOLDER / name).with_suffix(".json").read_text(encoding="utf-8"))
    return expected


def anchors(extraction: Extraction) -> list[Anchor]:
    """The anchors of all records."""
    figures = [anchor for figure in extraction.figures for anchor in figure.anchors]
    return figures + [anchor for action in extraction.actions for anchor in action.anchors]


def facts(extraction: Extraction) -> dict[str, Any]:
    """What an extraction states, without offsets: for comparing copies that look different."""
    document = extraction.document.model_dump(mode="json", include={"title", "published_on", "issuer", "period"})
    return {
        **document,
        "figures": [_figure(one.model_dump(mode="json", exclude={"anchors"})) for one in extraction.figures],
        "actions": [_action(one.model_dump(mode="json", exclude={"anchors"})) for one in extraction.actions],
        "unhandled": len(extraction.unhandled),
    }


def _figure(figure: dict[str, Any]) -> dict[str, Any]:
    period = figure.pop("period")
    return {**figure, "period": f"{period['start']}/{period['end']}" if period else None}


def _action(action: dict[str, Any]) -> dict[str, Any]:
    entities = [f"{one['name']}:{one['kind']}:{one['entity'] or ''}" for one in action.pop("entities")]
    # What is empty is left out, so that the expected facts can be read at a glance.
    return {"entities": entities, **{key: value for key, value in action.items() if value not in (None, [], False)}}
