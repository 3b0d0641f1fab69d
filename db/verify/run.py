"""Verifies a store: every text, anchor, record version and revision, with one of each in memory at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from db.changes import BEFORE_ALL, digest_of
from db.pool import Connection
from db.statements import statement
from db.verify.compare import LISTS, anchor_fault, record_fault, text_fault
from db.verify.texts import Texts
from schema.codes import CodeItem
from schema.records import RECORD_MODELS

Tell = Callable[[str], None]
_BATCH = 200
_ANNOTATION = "annotation "
"""Stands before the kind of an annotation among what a revision changed."""
Codes = dict[int, list[tuple[int, CodeItem]]]
ClosedCodes = dict[int, list[tuple[str, str]]]


@dataclass
class Check:
    """What one check came to."""

    name: str
    tell: Tell
    checked: int = 0
    wrong: int = 0
    not_held: str = ""
    """How much could not be checked for want of text, in words."""

    def note(self, fault: str | None) -> None:
        """Count one thing checked, and tell what is wrong with it."""
        self.checked += 1
        if fault is not None:
            self.wrong += 1
            self.tell(fault)

    def __str__(self) -> str:
        return f"{self.name}: {self.checked} checked{self.not_held}, {self.wrong} wrong"


async def verify(connection: Connection, texts: Texts, tell: Tell) -> bool:
    """Check everything on record and tell each fault as it is found, then one line a check.

    Returns whether nothing is wrong. A writer may work meanwhile: one state of the store is looked at.
    """
    right = True
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for check in (_texts, _anchors, _records, _revisions, _transcribed):
            made = await check(connection, texts, tell)
            tell(str(made))
            right = right and not made.wrong
    return right


async def _rows(connection: Connection, name: str, batch: int = _BATCH) -> AsyncIterator[asyncpg.Record]:
    cursor = await connection.cursor(statement(name))
    while rows := await cursor.fetch(batch):
        for row in rows:
            yield row


async def _texts(connection: Connection, texts: Texts, tell: Tell) -> Check:
    check, missing = Check("texts", tell), 0
    async for row in _rows(connection, "verify_texts", batch=1):  # a text may have many megabytes
        text = row["body"] if row["body"] is not None else texts.find(row["sha256"])
        if text is None:
            missing += 1
        else:
            check.note(text_fault(text, row["sha256"], row["length"]))
    check.not_held = f", {missing} not held"
    return check


async def _anchors(connection: Connection, texts: Texts, tell: Tell) -> Check:
    check, missing, absent = Check("anchors", tell), 0, 0
    sha256, text = None, None
    async for row in _rows(connection, "verify_anchors"):
        if row["sha256"] != sha256:
            sha256 = row["sha256"]
            text = await connection.fetchval(statement("verify_text"), sha256)
            text = texts.find(sha256) if text is None else text
            absent += text is None
        if text is None:
            missing += 1
        else:
            check.note(anchor_fault(text, dict(row)))
    check.not_held = f", {missing} not held (anchors of {absent} texts)"
    return check


async def _records(connection: Connection, _texts: Texts, tell: Tell) -> Check:
    check = Check("record versions", tell)
    for kind in RECORD_MODELS:
        async for row in _rows(connection, f"verify_{kind}"):
            lists = {name: json.loads(row[name] or "[]") for name in LISTS if name in row.keys()}  # noqa: SIM118
            check.note(record_fault(kind, {**row, **lists}))
    async for row in _rows(connection, "verify_places"):
        check.wrong += 1
        tell(f"action {row['id']} r{row['revision_from']}: its codes or entities stand elsewhere than it does")
    return check


async def _transcribed(connection: Connection, _texts: Texts, tell: Tell) -> Check:
    """Facts without anchors are no anchors that hold: there is nothing to check them against, and this says so."""
    check = Check("transcribed facts", tell)
    number = await connection.fetchval(statement("verify_transcribed"))
    check.not_held = f", {number} rest on pages whose text is not held"
    return check


@dataclass
class _Changed:
    """What one revision opened and closed."""

    opened: list[tuple[str, str]] = field(default_factory=list)
    closed: list[tuple[str, str]] = field(default_factory=list)
    corrections: list[str] = field(default_factory=list)
    annotations: list[tuple[str, str]] = field(default_factory=list)
    closed_annotations: list[tuple[str, str]] = field(default_factory=list)

    def take(self, row: Mapping[str, Any]) -> None:
        if row["kind"] == "correction":
            self.corrections.append(row["body"])
        elif row["kind"].startswith(_ANNOTATION):
            kind = row["kind"].removeprefix(_ANNOTATION)
            into = self.closed_annotations if row["body"] is None else self.annotations
            into.append((kind, row["id"] if row["body"] is None else row["body"]))
        elif row["body"] is None:
            self.closed.append((row["kind"], row["id"]))
        else:
            self.opened.append((row["kind"], row["body"]))


async def _revisions(connection: Connection, _texts: Texts, tell: Tell) -> Check:
    """The chain of digests, each computed from what is stored and from the digest stored before it."""
    check = Check("revisions", tell)
    codes, closed_codes = await _codes(connection)
    changes = _rows(connection, "verify_changes")
    row = await anext(changes, None)
    before, last = BEFORE_ALL, 0
    async for revision in _rows(connection, "all_revisions"):
        number, changed = revision["number"], _Changed()
        while row is not None and row["revision"] == number:
            changed.take(dict(row))
            row = await anext(changes, None)
        digest = digest_of(
            before, (number, revision["committed_at"], revision["cause"], revision["note"]),
            opened=changed.opened, closed=changed.closed, corrections=changed.corrections,
            codes=codes[number], closed_codes=closed_codes[number], annotations=changed.annotations,
            closed_annotations=changed.closed_annotations,
        )  # fmt: skip
        check.note(_ledger_fault(number, last, digest == revision["digest"]))
        before, last = revision["digest"], number
    return check


def _ledger_fault(number: int, last: int, agrees: bool) -> str | None:
    if number != last + 1:
        return f"revision r{number} follows r{last}"
    return None if agrees else f"revision r{number}: what is stored of it does not give its digest"


async def _codes(connection: Connection) -> tuple[Codes, ClosedCodes]:
    """What happened to the code lists. They are a few hundred short rows, so they may be in memory as a whole."""
    opened: Codes = defaultdict(list)
    closed: ClosedCodes = defaultdict(list)
    async for row in _rows(connection, "all_code_versions"):
        item = CodeItem(**{name: row[name] for name in CodeItem.model_fields})
        opened[row["revision_from"]].append((row["position"], item))
        if row["revision_to"] is not None:
            closed[row["revision_to"]].append((item.list, item.code))
    for number, keys in closed.items():
        again = {(item.list, item.code) for _, item in opened[number]}
        closed[number] = [key for key in keys if key not in again]
    return opened, closed
