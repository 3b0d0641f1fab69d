"""Makes recorded corrections again in a store that lacks them, such as one read anew from its sources."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from db.changes import Correction
from db.correcting import CannotCorrect
from db.corrections import correct, retract
from db.ingest.identity import R, match
from db.pool import Connection
from db.shipped_changes import correction_of
from db.statements import statement
from schema.records import Action, Cause, Figure

Done = Literal["made", "made before"]


def recorded(file: Path) -> list[tuple[Correction, Cause, str]]:
    """The corrections of a file, in order, with cause and note. Raises `CannotCorrect` naming a line that is none."""
    found = []
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            line = json.loads(text)
            found.append((correction_of(line), line["cause"], line["note"]))
        except (ValueError, KeyError, TypeError) as error:
            raise CannotCorrect(f"{file}, line {number}: no recorded correction: {error}") from None
    return found


async def replay(connection: Connection, correction: Correction, cause: Cause, note: str) -> Done:
    """Make one recorded correction, unless the store has it. Raises `CannotCorrect` where its record is not found."""
    if await connection.fetchval(statement("has_correction"), correction.key):
        return "made before"
    record_id = await _found(connection, correction)
    if correction.action == "retract":
        await retract(connection, record_id, cause=cause, note=note, key=correction.key)
    else:
        await correct(connection, record_id, lambda _: correction.fields, cause=cause, note=note, key=correction.key)
    return "made"


async def _found(connection: Connection, correction: Correction) -> str:
    """The id of the record meant: its own, else that of the standing one that its evidence fits."""
    sql = statement("standing_version").format(kind=correction.kind)
    if correction.kind in ("entity", "document") or await connection.fetchval(sql, correction.id):
        return correction.id
    text = await connection.fetchval(statement("standing_text"), correction.document)
    # Read anew, it may have been found first in another copy of the announcement.
    family = await connection.fetch(statement("family_members"), [correction.document])
    documents = [row["id"] for row in family]
    same_text = text == correction.sha256 and len(documents) == 1
    if correction.kind == "action":
        rows = await connection.fetch(statement("standing_actions"), documents)
        found = _same(
            Action.model_validate(correction.match), [Action.model_validate_json(r["body"]) for r in rows], same_text
        )
    else:
        rows = await connection.fetch(statement("standing_figures"), documents)
        found = _same(
            Figure.model_validate(correction.match), [Figure.model_validate_json(r["body"]) for r in rows], same_text
        )
    return found or correction.id


def _same(meant: R, standing: Sequence[R], same_text: bool) -> str | None:
    pairs = match([meant], standing, same_text=same_text, gone={meant.id})
    return standing[next(iter(pairs))].id if pairs else None
