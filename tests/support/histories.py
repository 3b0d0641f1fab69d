"""Histories of edits by chance: records opened, changed, changed back, closed and opened again, and codes likewise.

Beside the store a plain account is kept of what stands at each revision, which is what the store is compared with.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, get_args

from db.changes import Change, record_kind
from db.pool import Connection
from db.writer import commit
from schema.changes import CHANGED_TABLES, KIND_OF_TABLE, ChangedTable
from schema.codes import LIST_NAMES, CodeItem, ListName, shipped_codes
from schema.ids import mint
from schema.records import Action, AnyRecord, Cause, Document, Entity, EntityName, Figure, RecordKind, Revision
from tests.support import corpus

YEARS = (2021, 2022, 2023)
BARE_YEARS = (2030, 2031)
"""Documents that state nothing, which may come and go."""
TABLE_OF: Mapping[RecordKind, ChangedTable] = {kind: table for table, kind in KIND_OF_TABLE.items()}
_CAUSES: tuple[Cause, ...] = tuple(cause for cause in get_args(Cause) if cause != "vocabulary")
State = Mapping[tuple[ChangedTable, str], str]
"""What stands at a revision: the JSON of each record and code."""


@dataclass
class History:
    """A store being edited, and the account of it."""

    connection: Connection
    choose: random.Random
    revisions: list[Revision] = field(default_factory=list)
    states: dict[int, State] = field(default_factory=lambda: {0: {}})
    _standing: dict[str, AnyRecord] = field(default_factory=dict)
    _closed: dict[str, AnyRecord] = field(default_factory=dict)
    _fresh: list[AnyRecord] = field(default_factory=list)
    _codes: dict[str, tuple[int, CodeItem]] = field(default_factory=dict)
    _closed_codes: dict[str, tuple[int, CodeItem]] = field(default_factory=dict)

    async def begin(self) -> None:
        """Three announcements with a third of what they state. The store holds the code lists and nothing else."""
        row = await self.connection.fetchrow("SELECT * FROM revision")
        assert row is not None
        self._codes = {
            f"{name}/{item.code}": (place, item)
            for name in LIST_NAMES
            for place, item in enumerate(shipped_codes().items(name))
        }
        self._note(Revision(**row))
        years = [corpus.document_change(year, entities=year == YEARS[0]) for year in (*YEARS, *BARE_YEARS)]
        opened: list[AnyRecord] = [_SPARE]
        for year, change in zip((*YEARS, *BARE_YEARS), years, strict=True):
            for record in change.records:
                later = isinstance(record, (Action, Figure)) and (year in BARE_YEARS or self.choose.random() < 0.66)
                (self._fresh if later else opened).append(record)
        self._fresh = [record for record in self._fresh if record.document.id not in _BARE]  # type: ignore[union-attr]
        texts = [text for change in years for text in change.texts]
        await self._commit(Change("new_source", "The first announcements.", opened, texts=texts))

    async def edit(self) -> Revision:
        """One revision of a few edits."""
        if self.choose.random() < 0.25:
            return await self._edit_codes()
        opened: dict[str, AnyRecord] = {}
        closed: dict[str, AnyRecord] = {}
        for _ in range(self.choose.choice((1, 1, 2, 5, 12))):
            edit = self.choose.choice((self._add, self._change, self._change, self._reopen, self._close))
            edit(opened, closed)
        if not opened and not closed:
            self._change(opened, closed)
        note = self.choose.choice(
            ("Read again.", '“云雀”\tis \\ no "lark".\n次行\u2028', "A note: https://a.example/?x=1&y=<2>")
        )
        cause = self.choose.choice(_CAUSES)
        keys = [(record_kind(record), record.id) for record in closed.values()]
        return await self._commit(Change(cause, note, list(opened.values()), closed=keys))

    async def turn_back(self) -> None:
        """Three revisions that undo one another: what is changed or closed in the first is so again in the third."""
        action = next(record for record in self._standing.values() if isinstance(record, Action))
        figure = next(record for record in self._standing.values() if isinstance(record, Figure))
        fresh = next(record for record in self._fresh if isinstance(record, Figure))
        code = self._codes["campaigns/qinglang"]
        other = code[0], code[1].model_copy(update={"label_en": "Another label"})
        flipped = action.model_copy(update={"open_ended": not action.open_ended})
        gone: list[tuple[RecordKind, str]] = [("figure", figure.id)]
        await self._commit(Change("our_correction", "Set right.", [flipped, fresh], closed=gone, codes=[other]))
        await self._commit(
            Change("our_correction", "It was right.", [action, figure], closed=[("figure", fresh.id)], codes=[code])
        )
        await self._commit(
            Change("retraction", "After all.", [flipped, *self._lasting()], closed=gone, codes=[self._new_code()])
        )

    def _lasting(self) -> list[AnyRecord]:
        """A document and an entity that say something else from now on."""
        kinds = (Document, Entity)
        return [
            _changed(next(record for record in self._standing.values() if isinstance(record, kind)), self.choose)
            for kind in kinds
        ]

    def _new_code(self, more: int = 0) -> tuple[int, CodeItem]:
        """A code that was never there, at the end of its list."""
        list_name: ListName = self.choose.choice(("campaigns", "instruments"))
        code = f"invented_{len(self._codes) + len(self._closed_codes) + more}"
        made = CodeItem(list=list_name, code=code, label_zh="虚构", label_en='An "invented" code')
        return 900 + more, made

    def _pick(self, known: Iterable[AnyRecord], *taken: Mapping[str, AnyRecord]) -> AnyRecord | None:
        free = [record for record in known if not any(record.id in ids for ids in taken)]
        return self.choose.choice(free) if free else None

    def _add(self, opened: dict[str, AnyRecord], closed: dict[str, AnyRecord]) -> None:
        if record := self._pick(self._fresh, opened, closed):
            self._fresh.remove(record)
            opened[record.id] = record

    def _change(self, opened: dict[str, AnyRecord], closed: dict[str, AnyRecord]) -> None:
        if record := self._pick(self._standing.values(), opened, closed):
            opened[record.id] = _changed(record, self.choose)

    def _reopen(self, opened: dict[str, AnyRecord], closed: dict[str, AnyRecord]) -> None:
        if record := self._pick(self._closed.values(), opened, closed):
            opened[record.id] = record

    def _close(self, opened: dict[str, AnyRecord], closed: dict[str, AnyRecord]) -> None:
        may_go = (record for record in self._standing.values() if self._may_go(record))
        if record := self._pick(may_go, opened, closed):
            closed[record.id] = record

    def _may_go(self, record: AnyRecord) -> bool:
        return isinstance(record, (Action, Figure)) or record.id in _BARE or record.id == _SPARE.id

    async def _edit_codes(self) -> Revision:
        opened: dict[str, tuple[int, CodeItem]] = {}
        closed: list[str] = []
        for _ in range(self.choose.choice((1, 2, 4))):
            kind = self.choose.choice(("label", "label", "place", "new", "close", "reopen"))
            spare = [key for key in self._codes if "invented" in key and key not in opened and key not in closed]
            key = self.choose.choice(spare) if spare else "campaigns/qinglang"
            place, item = self._codes[key]
            if kind == "new" or not spare:
                place, made = self._new_code(len(opened))
                opened[f"{made.list}/{made.code}"] = place, made
            elif kind == "label":
                label = "Another label" if item.label_en != "Another label" else 'An "invented" code'
                opened[key] = place, item.model_copy(update={"label_en": label})
            elif kind == "place":
                opened[key] = place + self.choose.choice((-3, 5)), item
            elif kind == "close":
                closed.append(key)
            elif gone := [each for each in self._closed_codes if each not in opened and each not in closed]:
                again = self.choose.choice(gone)
                opened[again] = self._closed_codes[again]
        if not opened and not closed:
            return await self.edit()
        keys = [(item.list, item.code) for item in (self._codes[key][1] for key in closed)]
        return await self._commit(Change("vocabulary", "Other codes.", codes=list(opened.values()), closed_codes=keys))

    async def _commit(self, change: Change) -> Revision:
        revision = await commit(self.connection, change)
        for record in change.records:
            self._closed.pop(record.id, None)
            self._standing[record.id] = record.model_copy(update={"revision": revision.number})
        for _, record_id in change.closed:
            self._closed[record_id] = self._standing.pop(record_id)
        for place, item in change.codes:
            self._closed_codes.pop(f"{item.list}/{item.code}", None)
            self._codes[f"{item.list}/{item.code}"] = place, item
        for list_name, code in change.closed_codes:
            self._closed_codes[f"{list_name}/{code}"] = self._codes.pop(f"{list_name}/{code}")
        self._note(revision)
        return revision

    def _note(self, revision: Revision) -> None:
        self.revisions.append(revision)
        state: dict[tuple[ChangedTable, str], str] = {
            (TABLE_OF[record_kind(record)], record.id): record.model_dump_json() for record in self._standing.values()
        }
        for key, (place, item) in self._codes.items():
            line = {**item.model_dump(), "position": place + 1}
            state["codes", key] = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        self.states[revision.number] = state


_BARE = {corpus.document_id(year) for year in BARE_YEARS}
_SPARE = Entity(
    id=mint("entity", "person", "闲人"),
    kind="person",
    name="闲人",
    name_en=None,
    names=(EntityName(name="闲人", language="zh-Hans", kind="primary"),),
    revision=1,
)
"""An entity that no action names, which may come and go."""


def _changed(record: AnyRecord, choose: random.Random) -> AnyRecord:
    """The record with something set otherwise, or back to what it was."""
    match record:
        case Action():
            return choose.choice(_OF_ACTIONS)(record, choose)
        case Figure():
            return record.model_copy(update={"unit": "款" if record.unit == "家" else "家"})
        case Document():
            title = "改过的题目" if record.title != "改过的题目" else f"{record.published_on}的一则虚构通报"
            return record.model_copy(update={"title": title})
        case Entity():
            return record.model_copy(update={"name_en": None if record.name_en else "Invented"})


def _flipped(action: Action, choose: random.Random) -> Action:
    return action.model_copy(update={"open_ended": not action.open_ended})


def _moved(action: Action, choose: random.Random) -> Action:
    day = choose.choice((None, date(2022, 5, 1), (action.acted_on or date(2021, 1, 1)) + timedelta(days=400)))
    return action.model_copy(
        update={"decided_on": day, "acted_on": day, "date_basis": "decided" if day else "none", "period": None}
    )


def _recoded(action: Action, choose: random.Random) -> Action:
    update: dict[str, Any] = {
        "measures": tuple(choose.sample(corpus.MEASURES, choose.choice((1, 2)))),
        "categories": tuple(choose.sample(corpus.CATEGORIES, choose.choice((0, 1, 2)))),
    }
    return action.model_copy(update=update)


_OF_ACTIONS: tuple[Callable[[Action, random.Random], Action], ...] = (_flipped, _moved, _recoded)


def ordered(state: State) -> dict[ChangedTable, bytes]:
    """What stands, as NDJSON files: records in the order of lists, codes by list and code."""
    files: dict[ChangedTable, list[tuple[Any, str]]] = {table: [] for table in CHANGED_TABLES}
    for (table, id_), line in state.items():
        files[table].append((_place(table, id_, json.loads(line)), line))
    return {table: "".join(f"{line}\n" for _, line in sorted(lines)).encode() for table, lines in files.items()}


def _place(table: ChangedTable, id_: str, record: Mapping[str, Any]) -> tuple[Any, ...]:
    if table == "codes":
        return record["list"], record["code"]
    day = record.get("published_on") if table == "documents" else record.get("acted_on")
    if table == "figures":
        day = (record["period"] or {}).get("end")
    return day is None, -date.fromisoformat(day).toordinal() if day else 0, id_


def fold(state: Mapping[tuple[ChangedTable, str], str], delta: bytes) -> dict[tuple[ChangedTable, str], str]:
    """What stands after a delta, by what stood before it."""
    made = dict(state)
    for line in delta.decode().split("\n")[:-1]:
        change = json.loads(line)
        key = change["table"], change["id"]
        if change["op"] == "DEL":
            del made[key]
        else:
            assert (key in made) == (change["op"] == "MOD")
            made[key] = line.partition(',"record":')[2][:-1]
    return made
