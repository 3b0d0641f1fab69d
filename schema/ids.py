"""Stable ids: minted once from what a record is, then kept whatever happens to it."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from schema.records import RecordKind

_LENGTH: Final = 13  # 65 bits: a clash among ten million ids is less likely than one in 700,000
PREFIXES: Final[dict[RecordKind, str]] = {"action": "a", "figure": "f", "entity": "e", "document": "d"}
_MINTED: Final = f"[a-z2-7]{{{_LENGTH}}}"
ID_PATTERNS: Final[dict[RecordKind, str]] = {
    "action": f"^a-{_MINTED}$",
    "figure": f"^f-{_MINTED}$",
    "entity": f"^(e-{_MINTED}|[a-z][a-z0-9_]{{0,63}})$",
    "document": f"^d-{_MINTED}$",
}
"""What an id of each kind looks like. Entities known to the gazetteer have its code as their id."""


def mint(kind: RecordKind, *parts: object) -> str:
    """The id of a new record. The same parts give the same id on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.sha256(f"{kind}\x1f{text}".encode()).digest()
    # Ten bytes are sixteen letters: the others would not be shown.
    return f"{PREFIXES[kind]}-{base64.b32encode(digest[:10]).decode().lower()[:_LENGTH]}"


def kind_of(record_id: str) -> RecordKind:
    """The kind of record an id belongs to. Ids without a minted prefix are the gazetteer's."""
    for kind, prefix in PREFIXES.items():
        if record_id.startswith(f"{prefix}-"):
            return kind
    return "entity"
