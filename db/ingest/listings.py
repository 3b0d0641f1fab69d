"""Lists that a circular consists of: rows of apps under a line that says what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from db.ingest import words
from db.ingest.attribution import Attribution
from db.ingest.clauses import Clause
from db.ingest.drafts import Draft, Result, narrowed, violations
from db.ingest.evidence import Evidence, first_of_each
from db.ingest.grounds import states_breach
from db.ingest.list_rows import Row, addressed, bare, enumerated, labelled, numbered, titled
from db.ingest.measures import Measure, measures_in
from db.ingest.names import named_subjects
from db.ingest.operators import is_company
from db.ingest.reading import Reading, between
from db.ingest.subjects import Name, Subject

_CELL = re.compile(r"[^|]+")
_LONGEST_NAME = 40
_LISTED = frozenset({"app", "mini_program"})
_COUNTED = _LISTED | {"device"}


@dataclass(slots=True)
class _Table:
    """Which columns of the table being read hold names, faults and the companies that run what is named."""

    kind: str
    name: int
    faults: int | None
    operator: int | None


@dataclass(slots=True)
class ListReader:
    """Reads the lists of one announcement; nothing is a list before a circular has been announced."""

    result: Result
    announced: Evidence | None = None
    ordered: Evidence | None = None
    ground: list[Evidence] = field(default_factory=list)
    topic: list[Evidence] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    ordering: tuple[Reading, Clause] | None = None
    """Where all that are listed are told to put it right."""
    listed: Evidence | None = None
    """What the line above a list says is done to all in it: 决定对下列App予以下架."""
    _bearers: str | None = None
    """What those are to whom it is done, where they are no apps."""
    _enumerated: list[tuple[Draft, int]] = field(default_factory=list)
    """Names that a sentence only enumerates, and the place of their segment: what was done to them it said before."""
    _leads: bool = False
    _apart: bool = False
    """Whether any passage says that the list is a paper of its own."""
    _table: _Table | None = None

    def read(self, reading: Reading, attribution: Attribution) -> None:
        """Take in one segment: what announces a list, a list, or what is ordered of all listed."""
        subjects = list(self._subjects(reading)) if self.announced else []
        if subjects:
            for subject, faults in subjects:
                self._draft(reading, subject, faults, attribution)
            return
        if self.announced:
            self._listed_in_prose(reading, attribution)
        self._enumerate(reading, attribution)
        self._announce(reading)
        self._apart = self._apart or words.pattern("annexes").search(reading.text) is not None
        if self.announced:
            self._order(reading)

    def _listed_in_prose(self, reading: Reading, attribution: Attribution) -> None:
        """甲、乙等21款App存在…问题: names that a clause without an act of its own says a breach of."""
        if reading.segment.kind not in ("paragraph", "item"):
            return
        if not reading.acts and not states_breach(reading, 0, len(reading.text)):
            return
        own = len(self.drafts)
        for sentence in reading.sentences:
            ends = _part_ends(sentence.clauses)
            for index, clause in enumerate(sentence.clauses):
                if measures := measures_in(reading, clause):
                    self._on_listed(reading, clause, measures, self.drafts[own:])
                    continue
                end = ends[index]
                if not states_breach(reading, clause.start, end):
                    continue
                label = sentence.clauses[index - 1] if index and sentence.clauses[index - 1].closer == "：" else None
                assumed = _counted_kind(reading, label) if label else None
                for subject in named_subjects(reading, clause.start, clause.end, assumed):
                    if (
                        len(subject.names) > 1
                        and (subject.kind in _LISTED or assumed is not None)
                        and states_breach(reading, subject.end, end if assumed else clause.end)
                    ):
                        self._draft(reading, subject, violations(reading, clause.start, end, subject), attribution)

    def _on_listed(
        self, reading: Reading, clause: Clause, measures: Sequence[Measure], drafts: Sequence[Draft]
    ) -> None:
        """对上述6款App予以下架: what is done to all that the paragraph has just listed."""
        for measure in measures if drafts else ():
            if words.pattern("list_anaphors").search(reading.text, clause.start, measure.start) or any(
                words.pattern("list_anaphors").search(reading.text, clause.start, one.start)
                for one in reading.kinds_between(clause.start, measure.start)
            ):
                act = Evidence(measure.code, reading.segment, measure.start, measure.end)
                for draft in drafts:
                    draft.measures = [*(one for one in draft.measures if one is not self.announced), act]

    def _enumerate(self, reading: Reading, attribution: Attribution) -> None:
        """具体包括甲、乙及丙: names without any mark, after the act that fell on them."""
        if reading.segment.kind != "paragraph" or not _may_enumerate(reading):
            return
        for sentence in reading.sentences:
            for clause, before in zip(sentence.clauses, (None, *sentence.clauses), strict=False):
                found = words.pattern("enumerates").search(reading.text, clause.start, clause.end)
                if found is None and (before is None or not _opens_list(reading, before)):
                    continue
                rows = enumerated(reading, found.end() if found else clause.start, clause.end)
                names = tuple(Name(row.start, row.end, "app") for row in rows)
                if names:
                    draft = Draft(reading, Subject(names[0].start, names[-1].end, names, "app"), clause.start, reach=1)
                    draft.attribution, draft.clauses = attribution, [clause]
                    self._enumerated.append((draft, reading.index))

    def _settle(self) -> None:
        """Give the enumerated what was last counted before them, or what the whole circular is."""
        for draft, index in self._enumerated:
            near = (one for one in reversed(self.result.counts) if 0 <= index - one.reading.index <= 1)
            last = next((one for one in near if one.count.subject in _LISTED), None)
            if last is not None:
                measure = last.count.measure
                draft.measures = [Evidence(measure.code, last.reading.segment, measure.start, measure.end)]
            elif self.announced is not None and "名单" in draft.reading.text:
                draft.measures = [self.announced]
            if draft.measures:
                draft.categories = list(self.topic)
                self.drafts.append(draft)

    def _uncounted_list(self) -> None:
        """A circular whose list the page does not hold names as many as it counts, and nobody by name."""
        told = set()
        for found in self.result.counts:
            count, reading = found.count, found.reading
            if count.measure.code != "circular_notice" or count.subject not in _COUNTED or count.noun is None:
                continue
            here = words.pattern("list_apart").search(reading.text) is not None
            # A page that tells of one circular only may say elsewhere that its list is an annex.
            if count.quantity.qualifier != "exact" or not (here or (self._apart and not self.result.drafts)):
                continue
            if (count.subject, count.quantity.bounds) in told:
                continue
            told.add((count.subject, count.quantity.bounds))
            start = min(count.quantity.start, count.noun.start)
            subject = Subject(start, max(count.quantity.end, count.noun.end), kind=count.subject)
            measure = Evidence("circular_notice", reading.segment, count.measure.start, count.measure.end)
            draft = Draft(reading, subject, start, measures=[measure], attribution=found.attribution)
            stated = violations(reading, found.sentence.start, found.sentence.end, None)
            draft.categories = narrowed(stated) or list(self.topic)
            draft.clauses = [found.clause]
            self.drafts.append(draft)

    def finish(self) -> None:
        """Hand over what was read, with what all listed were told to do."""
        self._settle()
        if not self.drafts:
            self._uncounted_list()
        for draft in self.drafts:
            if self.ordered is not None and self.ordered.value not in {one.value for one in draft.measures}:
                draft.measures.append(self.ordered)
            self.result.add(draft)
        if self.drafts and self.ordering is not None:
            self.result.use(*self.ordering)

    def _announce(self, reading: Reading) -> None:
        if reading.circular is not None and self.announced is None:
            self.announced = Evidence("circular_notice", reading.segment, *reading.circular)
        self._leads = reading.search("list_leads", 0, len(reading.text)) is not None
        self._lead(reading)
        stated: list[Evidence] = []
        if self._leads or not self.topic:
            stated = first_of_each(violations(reading, 0, len(reading.text), None))
        self.ground = stated if self._leads else []
        self.topic = self.topic or narrowed(stated)

    def _lead(self, reading: Reading) -> None:
        """What the line above a list says is done to all in it, until prose follows that heads no list."""
        if not self._leads:
            self.listed = self._bearers = None
            return
        end = reading.sentences[-1]
        if not words.pattern("list_leads").search(reading.text, end.start):
            # What is done in the last sentence is done to a list only where that sentence leads to one.
            self.listed = self._bearers = None
            return
        last = end.clauses[-1]
        acts = [one for one in measures_in(reading, last) if one.code in words.genre()["list_measures"]]
        if acts:
            self.listed = Evidence(acts[-1].code, reading.segment, acts[-1].start, acts[-1].end)
            self._bearers = words.genre()["list_measures"][acts[-1].code]
            self.announced = self.announced or self.listed
            self.result.use(reading, last)

    def _order(self, reading: Reading) -> None:
        """What all that are listed are told to do, before the list or after it."""
        found = words.pattern("list_orders").search(reading.text) if self.ordered is None else None
        if found is None:
            return
        self.ordered = Evidence("correction_order", reading.segment, *found.span())
        clause = next(
            clause for sentence in reading.sentences for clause in sentence.clauses if clause.end > found.start()
        )
        self.ordering = (reading, clause)

    def _subjects(self, reading: Reading) -> Iterator[tuple[Subject, list[Evidence]]]:
        if reading.text.lstrip().startswith("|"):
            yield from self._table_row(reading)
            return
        self._table = None
        rows, told = self._rows(reading)
        faults = violations(reading, *told, None) if told != (0, 0) else []
        kinds = ("app", "mini_program") if self._bearers is None else (self._bearers,)
        for kind in kinds:
            names = tuple(Name(row.start, row.end, kind) for row in rows if self._bearers or row.kind == kind)
            if names:
                yield Subject(names[0].start, names[-1].end, names, kind), faults

    def _rows(self, reading: Reading) -> tuple[list[Row], tuple[int, int]]:
        """The rows that a segment consists of, and where it says what is wrong with them."""
        text = reading.text
        rows = titled(text) or ((bare(text) or addressed(text)) if self._leads or self._bearers else [])
        if rows:
            return rows, (0, 0)
        rows, told = numbered(text)
        return (rows, told) if rows else labelled(reading)

    def _table_row(self, reading: Reading) -> Iterator[tuple[Subject, list[Evidence]]]:
        cells = [_trimmed(reading.text, *found.span()) for found in _CELL.finditer(reading.text)]
        header = _header(reading.text, cells)
        if header is not None or self._table is None:
            self._table = header
            return
        if len(cells) <= max(self._table.name, self._table.faults or 0):
            return
        start, end = cells[self._table.name]
        if 0 < end - start <= _LONGEST_NAME:
            faults = cells[self._table.faults] if self._table.faults is not None else (0, 0)
            names = (Name(start, end, self._table.kind, self._operator(reading.text, cells)),)
            yield Subject(start, end, names, self._table.kind), violations(reading, *faults, None)

    def _operator(self, text: str, cells: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
        column = self._table.operator if self._table else None
        if column is None or column >= len(cells):
            return None
        return cells[column] if is_company(text, *cells[column]) else None

    def _draft(self, reading: Reading, subject: Subject, faults: list[Evidence], attribution: Attribution) -> None:
        if self.announced is None:
            return
        draft = Draft(reading, subject, subject.start, how="list")
        draft.categories = narrowed(faults or self.ground) or list(self.topic)
        draft.measures = [self.listed or self.announced]
        draft.attribution = attribution
        draft.clauses = [clause for sentence in reading.sentences for clause in sentence.clauses]
        draft.reach = 1
        self.drafts.append(draft)


def _may_enumerate(reading: Reading) -> bool:
    """Whether any clause may hold an enumeration: tried for all at once, since few paragraphs have one."""
    return words.pattern("enumerates").search(reading.text) is not None or (
        "：" in reading.text and words.pattern("enumeration_ends").search(reading.text) is not None
    )


def _opens_list(reading: Reading, clause: Clause) -> bool:
    """Whether a clause ends in words such as 包括 and a colon."""
    lead = tuple(words.genre()["enumeration_ends"])
    return clause.closer == "：" and reading.text.endswith(lead, clause.start, clause.end)


def _counted_kind(reading: Reading, label: Clause) -> str | None:
    """What a label such as 输入法类App 4款 counts."""
    counted = between(reading.counts, label.start, label.end)
    kinds = reading.kinds_between(label.start, label.end)
    return kinds[-1].code if counted and kinds else None


def _part_ends(clauses: Sequence[Clause]) -> list[int]:
    """For each clause where the part of the sentence ends that it is in: a semicolon closes one."""
    ends: list[int] = []
    for clause in reversed(clauses):
        ends.append(clause.end if not ends or clause.closer == "；" else ends[-1])
    return ends[::-1]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), end - len(stretch) + len(stretch.rstrip())


def _header(text: str, cells: Sequence[tuple[int, int]]) -> _Table | None:
    labels = [text[start:end] for start, end in cells]
    name = next((index for index, label in enumerate(labels) if words.pattern("name_columns").fullmatch(label)), None)
    if name is None:
        return None
    faults, operator = (_column(labels, words.pattern(key)) for key in ("fault_columns", "operator_columns"))
    return _Table("mini_program" if "小程序" in labels[name] else "app", name, faults, operator)


def _column(labels: Sequence[str], pattern: re.Pattern[str]) -> int | None:
    return next((index for index, label in enumerate(labels) if pattern.search(label)), None)
