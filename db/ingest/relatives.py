"""Finds in the store the copies that may be of one announcement, without looking at all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from db.changes import Correction
from db.ingest.families import Decided, Families
from db.ingest.reprints import judge
from db.pool import Connection
from db.sketches import Sketch, keys_asked
from db.statements import statement

_CANDIDATES = 60
"""How many copies are compared: those with the most keys in common."""


async def families_of(
    connection: Connection, document: str, sketch: Sketch | None, decisions: Mapping[str, str | None] | None = None
) -> Families:
    """The families of a document and of the copies like it.

    `sketch` is what is read of it now. `decisions` are corrections of `reprint_of` about to be made.
    """
    decisions = decisions or {}
    wanted = {document, *decisions, *(one for one in decisions.values() if one)}
    if sketch is not None:
        wanted |= await _alike(connection, document, sketch)
    wanted |= {one for one in (await _decided_of(connection, wanted)).values() if one}
    rows = await connection.fetch(statement("family_members"), sorted(wanted))
    standing = {row["id"]: row["reprint_of"] for row in rows}
    sketches: dict[str, Sketch | None] = dict.fromkeys({document, *standing})
    sketches |= await _sketches(connection, sketches)
    if sketch is not None:
        sketches[document] = sketch
    return Families(sketches, await _decided(connection, standing, sketches, decisions))


async def _alike(connection: Connection, document: str, sketch: Sketch) -> set[str]:
    rows = await connection.fetch(statement("reprint_candidates"), sorted(keys_asked(sketch)), document, _CANDIDATES)
    found = {row["document"]: Sketch.model_validate_json(row["body"]) for row in rows}
    return {other for other, theirs in found.items() if judge(sketch, theirs).basis}


async def _sketches(connection: Connection, documents: Iterable[str]) -> dict[str, Sketch]:
    rows = await connection.fetch(statement("sketches"), sorted(documents))
    return {row["document"]: Sketch.model_validate_json(row["body"]) for row in rows}


async def _decided_of(connection: Connection, documents: Iterable[str]) -> dict[str, str | None]:
    """What people have last said of the relation of some documents."""
    return {document: said for document, (said, _) in (await _decisions(connection, documents)).items()}


async def _decisions(connection: Connection, documents: Iterable[str]) -> dict[str, tuple[str | None, int]]:
    made: dict[str, tuple[str | None, int]] = {}
    for row in await connection.fetch(statement("document_corrections"), sorted(documents)):
        fields: dict[str, Any] = Correction.model_validate_json(row["body"]).fields
        if "reprint_of" in fields:
            made[row["id"]] = fields["reprint_of"], row["revision"]
    return made


async def _decided(
    connection: Connection,
    standing: Mapping[str, str | None],
    sketches: Mapping[str, Sketch | None],
    decisions: Mapping[str, str | None],
) -> Decided:
    made = await _decisions(connection, sketches)
    first = {row["id"]: row["revision"] for row in await connection.fetch(statement("first_revisions"), list(sketches))}
    said = {document: one for document, (one, _) in made.items()} | dict(decisions)
    # What stands stays where there is nothing to compare.
    kept = {
        one: other
        for one, other in standing.items()
        if other is not None and one not in said and (sketches[one] is None or sketches.get(other) is None)
    }
    return Decided(
        kept=kept,
        reprints={one: other for one, other in said.items() if other is not None and other in sketches},
        # It was looked at beside the copies there were: one that came later may still be a reprint of it.
        originals={
            one: {i for i in first if i != one and (one in decisions or first[i] < made[one][1])}
            for one, other in said.items()
            if other is None
        },
    )
