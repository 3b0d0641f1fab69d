"""What stands behind the types in a plan: records, the items of code lists, and a few objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from schema.records import RECORD_MODELS, RecordKind

KINDS: Final[dict[str, RecordKind]] = {kind.capitalize(): kind for kind in RECORD_MODELS}
"""The types of records."""


def reader_of(name: str) -> Callable[[Any], Any]:
    """How a field is read that stands in a source other than a record under its own name."""
    return lambda source: source.get(name) if type(source) is dict else getattr(source, name)
