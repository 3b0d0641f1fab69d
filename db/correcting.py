"""What a correction makes of a record: pure, and refusing whatever would not be one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from pydantic import ValidationError

from db.changes import Correction, record_kind
from schema.codes import CodeBook, ListName, UnknownCode
from schema.gist import action_gist, figure_gist
from schema.records import Action, AnyRecord, Document, EntityMention, Figure

GENERATED = ("gist_zh", "gist_en")
_IDENTITY = frozenset(("id", "document", "revision", "extractor", "basis"))
# What was measured of a copy is no reading of it: another text is another retrieval.
_MEASURED = frozenset(("url", "sha256", "source_sha256", "length", "clauses", "reprint_evidence"))
_TOGETHER = (
    ("value_min", "value_max", "qualifier"),
    ("acted_on", "date_basis", "decided_on", "period"),
    ("entities", "unnamed_subject", "subject_kinds"),
    ("authorities", "regions"),
)
"""Fields that must fit each other: where one is corrected, all are vouched for."""
_CODES: dict[str, ListName] = {
    "measures": "measures", "measure": "measures", "categories": "categories", "authorities": "authorities",
    "issuer": "authorities", "instruments": "instruments", "campaigns": "campaigns", "campaign": "campaigns",
    "regions": "regions", "subject_kinds": "subject_kinds", "subject_kind": "subject_kinds", "kind": "subject_kinds",
}  # fmt: skip


class CannotCorrect(Exception):
    """A correction or retraction that is refused. The message says why, in one line."""


def parse_changes(record: AnyRecord, assignments: Iterable[str]) -> dict[str, Any]:
    """The fields set by `field=value`: JSON, a bare word or number, or codes joined by commas. `null` is none."""
    changes: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise CannotCorrect(f"{assignment!r} is not of the form field=value")
        changes[name] = _value(text, listed=isinstance(getattr(record, name, None), tuple))
    return changes


def _value(text: str, *, listed: bool) -> Any:
    if text == "null":
        return None
    if text[:1] in ("[", "{", '"'):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return [part for part in text.split(",") if part] if listed else text


def corrected(record: AnyRecord, changes: Mapping[str, Any], book: CodeBook) -> AnyRecord:
    """The record with some fields changed, and those that follow from them. Raises `CannotCorrect`."""
    _refuse_fields(record, changes)
    made = _valid(record, changes)
    if made == record:
        raise CannotCorrect(f"{record.id} says that already")
    _refuse_codes(record, made, book)
    try:
        follows = {name: value for name, value in _derived(record, made, book) if name not in changes}
        return with_gist(_valid(made, follows), record, book)
    except UnknownCode as error:  # one that the record had, and that is no longer in use
        raise CannotCorrect(str(error)) from None


def changes_of(record: AnyRecord, whole: Mapping[str, Any]) -> dict[str, Any]:
    """What a whole new record changes. Gists are left out: they are generated anew."""
    stands = record.model_dump(mode="json")
    return {
        name: value
        for name, value in whole.items()
        if name not in GENERATED and (name not in stands or stands[name] != value)
    }


def with_gist(record: AnyRecord, before: AnyRecord, book: CodeBook) -> AnyRecord:
    """The record with the gist its codes and names give, where they give another one than before."""
    gist = gist_of(record, book)
    if not gist or gist == gist_of(before, book):
        return record
    return record.model_copy(update=gist)


def _overridden(before: AnyRecord, after: AnyRecord) -> set[str]:
    """The fields a correction vouches for: those it changed, and those that must fit them."""
    names = {n for n in type(after).model_fields if n not in GENERATED and getattr(before, n) != getattr(after, n)}
    names |= {name for group in _TOGETHER if names & set(group) for name in group}
    return names & set(type(after).model_fields) - _IDENTITY


def revised(record: AnyRecord, fields: Mapping[str, Any]) -> AnyRecord:
    """The record with some fields replaced. Raises `ValidationError`."""
    return type(record).model_validate({**record.model_dump(), **fields})


def _valid(record: AnyRecord, changes: Mapping[str, Any]) -> AnyRecord:
    try:
        return revised(record, changes)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CannotCorrect(f"{where}: {first['msg']}" if where else first["msg"]) from None


def _refuse_fields(record: AnyRecord, changes: Mapping[str, Any]) -> None:
    known = set(type(record).model_fields)
    fixed: Set[str] = _IDENTITY | _MEASURED if isinstance(record, Document) else _IDENTITY
    for name in changes:
        if name not in known:
            raise CannotCorrect(f"no field {name!r}; the fields are {', '.join(sorted(known - fixed))}")
        if name in fixed:
            raise CannotCorrect(f"{name} cannot be corrected: it says what the record is or how it was read")
        if name in GENERATED:
            raise CannotCorrect(f"{name} is generated from the codes and names: correct those")


def _refuse_codes(before: AnyRecord, after: AnyRecord, book: CodeBook) -> None:
    held = set(_codes(before))
    for name, code in _codes(after):
        if (name, code) not in held and not book.has(name, code):
            raise CannotCorrect(f"no code {code!r} in the list {name!r}")


def _codes(record: AnyRecord) -> Iterator[tuple[ListName, str]]:
    for name, list_name in _CODES.items():
        value = getattr(record, name, None)
        if value is not None:
            yield from ((list_name, code) for code in ([value] if isinstance(value, str) else value))
    for mention in getattr(record, "entities", ()):
        yield "subject_kinds", mention.kind


def _derived(before: AnyRecord, after: AnyRecord, book: CodeBook) -> Iterator[tuple[str, Any]]:
    """The fields that follow from what was corrected, unless they are corrected themselves."""
    authorities = getattr(after, "authorities", ())
    if authorities != getattr(before, "authorities", ()):
        yield "regions", book.regions_of(authorities)
    if isinstance(before, Action) and isinstance(after, Action):
        if after.entities != before.entities:
            yield "subject_kinds", _kinds(before, after)
        if after.decided_on != before.decided_on and after.decided_on is not None:
            yield "acted_on", after.decided_on
            yield "date_basis", "decided"


def _kinds(before: Action, after: Action) -> tuple[str, ...]:
    """The kinds of the named subjects, and what the former record knew of unnamed ones."""

    def of(mentions: tuple[EntityMention, ...]) -> list[str]:
        return [mention.kind for mention in mentions]

    unnamed = [kind for kind in before.subject_kinds if kind not in of(before.entities)]
    return tuple(dict.fromkeys([*of(after.entities), *(unnamed if after.unnamed_subject else [])]))


def gist_of(record: AnyRecord, book: CodeBook) -> dict[str, str]:
    """The gists that the codes and names of a record give, if its kind has them. Raises `UnknownCode`."""
    if isinstance(record, Action):
        return dict(zip(GENERATED, action_gist(record, book), strict=True))
    if isinstance(record, Figure):
        return dict(zip(GENERATED, figure_gist(record, book), strict=True))
    return {}


def correction(before: AnyRecord, after: AnyRecord | None, sha256: str | None, key: str | None = None) -> Correction:
    """What is kept of a correction, or of a retraction where nothing comes after. `key` is that of one made again."""
    names = _overridden(before, after) if after else set()
    made = after.model_dump(mode="json") if after else {}
    content = json.dumps([sha256, sorted(names), made, before.model_dump(mode="json")])
    return Correction(
        key=key or hashlib.sha256(content.encode()).hexdigest()[:16],
        action="correct" if after else "retract",
        kind=record_kind(before),
        id=before.id,
        document=document_of(before),
        sha256=sha256,
        fields={name: made[name] for name in made if name in names},
        match=before.model_dump(mode="json"),
    )


def document_of(record: AnyRecord) -> str | None:
    """The document a record belongs to: an entity belongs to none."""
    if isinstance(record, (Action, Figure)):
        return record.document.id
    return record.id if isinstance(record, Document) else None
