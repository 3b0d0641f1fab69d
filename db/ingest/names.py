"""Proper names of subjects: quoted, in lists, after ＠, or known beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from db.ingest import words
from db.ingest.gazetteer import lookup, name_pattern
from db.ingest.lexicon import Spot
from db.ingest.quantities import counted_phrase
from db.ingest.reading import Reading, overlaps
from db.ingest.subjects import Name, Subject, head_kind, kind_at

_QUOTED = re.compile(
    "“(?P<double>[^“”]{1,60})”|‘(?P<single>[^‘’]{1,60})’|《(?P<title>[^《》]{1,40})》|@(?P<at>[^\\s、，。；：“”《》（）@等]{1,40})"
)
_GAP = re.compile("(?:（[^（）]{0,60}）)?\\s*(?:、|和|与|及|以及)?\\s*")
_QUOTES = ("“", "《")
_MEMBER = "(?:“[^“”]{1,40}”|《[^《》]{1,40}》|[\u4e00-\u9fffa-z0-9·.+\\-]{1,20}?)"
_LIST = re.compile(f"(?:{_MEMBER}、)+{_MEMBER}(?=等)")
_BATCH_REACH = 3
_GLOSS = re.compile("（[^（）]{1,40}）")


@dataclass(frozen=True, slots=True)
class _Item:
    """One candidate: the name's own stretch, and the stretch with its marks."""

    start: int
    end: int
    outer_start: int
    outer_end: int
    sort: str


@cache
def _counted() -> re.Pattern[str]:
    return re.compile(f"(?:\\s*(?:{counted_phrase()}|{words.pattern('quantifiers').pattern}))?")


@cache
def _trailing() -> re.Pattern[str]:
    return re.compile(f"(?:\\s*{counted_phrase()})?\\s*$")


@cache
def _fault_list() -> re.Pattern[str]:
    return re.compile(words.genre()["not_subjects_after"])


def named_subjects(reading: Reading, start: int, end: int) -> list[Subject]:
    """The groups of names between two positions, in order."""
    groups = []
    for run in _runs(_items(reading, start, end), reading.text):
        subject = _subject(reading, run, end)
        if subject is not None:
            groups.append(subject)
    return groups


def is_list(reading: Reading, subject: Subject) -> bool:
    """Whether names are surely names even in a sentence that acts on nobody: listed, left open, or known."""
    first = subject.names[0]
    is_known = lookup(reading.text[first.start : first.end]) is not None
    return len(subject.names) > 1 or subject.opening is not None or is_known


def _items(reading: Reading, start: int, end: int) -> list[_Item]:
    found = [_quoted(match) for match in _QUOTED.finditer(reading.text, start, end)]
    for finder in (_listed, _known):
        taken = sorted((item.outer_start, item.outer_end) for item in found)
        found.extend(one for one in finder(reading, start, end) if not overlaps(taken, one.start, one.end))
    return sorted((item for item in found if not _is_word(reading, item)), key=lambda item: item.outer_start)


def _quoted(found: re.Match[str]) -> _Item:
    sort = found.lastgroup or ""
    return _Item(*found.span(sort), *found.span(), sort)


def _listed(reading: Reading, start: int, end: int) -> Iterator[_Item]:
    for listed in _LIST.finditer(reading.text, start, end):
        yield from _bare_list(reading, listed)


def _bare_list(reading: Reading, listed: re.Match[str]) -> Iterator[_Item]:
    """The members of an unquoted list before 等; its first may have words of the sentence before it."""
    at = listed.start()
    members = listed.group().split("、")
    stops = words.pattern("bare_name_stops")
    items: list[_Item] = []
    for index, member in enumerate(members):
        begin = at + (_clip(reading, at, member) if index == 0 else 0)
        end = at + len(member)
        if member[:1] in _QUOTES:
            at = end + 1
            continue
        if begin < end and stops.search(reading.text, begin, end) is None and not _says_fault(reading, begin, end):
            items.append(_Item(begin, end, begin, end, "bare"))
        at = end + 1
    # A list of which one member is no name is a list of something else: of faults, say.
    if len(items) == sum(member[:1] not in _QUOTES for member in members):
        yield from items


def _says_fault(reading: Reading, start: int, end: int) -> bool:
    """Whether a member of a list is no name but a fault, or a noun of the trade, from end to end."""
    spots = (*reading.categories_between(start, end), *reading.kinds_between(start, end))
    return any(spot.start == start and spot.end == end for spot in spots)


def _clip(reading: Reading, at: int, member: str) -> int:
    """How many characters of a list's first member belong to the verb or preposition before it."""
    end = at + len(member)
    cut = at
    for act in reading.acts:
        if at <= act.start < end:
            cut = max(cut, act.end)
    for spot in reading.authorities:
        if at <= spot.start < end:
            cut = max(cut, spot.end)
    found = words.pattern("lead_ins").match(reading.text, cut, end)
    return (found.end() if found else cut) - at


def _known(reading: Reading, start: int, end: int) -> Iterator[_Item]:
    for match in name_pattern().finditer(reading.text, start, end):
        known = lookup(match.group())
        if (
            _inside_brackets(reading.text, start, match.start())
            or known is None
            or (known.needs_context and kind_at(reading, match.end()) is None)
        ):
            continue
        yield _Item(*match.span(), *match.span(), "known")


def _inside_brackets(text: str, start: int, position: int) -> bool:
    """What stands in brackets after a name is its version, its store or its maker."""
    return text.rfind("（", start, position) > text.rfind("）", start, position)


def _is_word(reading: Reading, item: _Item) -> bool:
    """Whether what is quoted is a word of the trade or a document, and no name."""
    text = reading.text[item.start : item.end]
    if item.sort == "title" and re.search(words.genre()["documents"], text):
        return True
    if item.sort in ("bare", "known", "at"):
        return False
    return bool(words.pattern("not_names").search(text)) or _says_fault(reading, item.start, item.end)


def _runs(items: list[_Item], text: str) -> Iterator[list[_Item]]:
    run: list[_Item] = []
    for item in items:
        if run and not _GAP.fullmatch(text, run[-1].outer_end, item.outer_start):
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def _subject(reading: Reading, run: list[_Item], end: int) -> Subject | None:
    after = run[-1].outer_end
    gloss = _GLOSS.match(reading.text, after, end)
    after = gloss.end() if gloss else after
    opened = words.pattern("open_after").match(reading.text, after, end)
    noun = _noun_after(reading, opened.end() if opened else after, end) or _noun_before(reading, run[0].outer_start)
    if noun is not None and noun.code not in words.genre()["nameable"]:
        return None
    if _fault_list().match(reading.text, noun.end if noun is not None else after, end):
        return None
    names = tuple(name for item in run if (name := _name(reading, item, noun)) is not None)
    if not names:
        return None
    stop = max(noun.end, after) if noun is not None else (opened.end() if opened else after)
    kind = noun.code if noun else names[0].kind
    return Subject(run[0].outer_start, stop, names, kind, opened.span() if opened else _batch(reading, after, end))


def _batch(reading: Reading, after: int, end: int) -> tuple[int, int] | None:
    found = words.pattern("batch_words").search(reading.text, after, min(end, after + _BATCH_REACH))
    return found.span() if found else None


def _noun_after(reading: Reading, after: int, end: int) -> Spot | None:
    """What the names are called after them: at once, or at the end of a phrase in 的."""
    count = _counted().match(reading.text, after, end)
    spot = kind_at(reading, count.end() if count else after)
    if spot is not None and spot.end <= end:
        return spot
    trailing = _trailing().search(reading.text, after, end)
    stop = trailing.start() if trailing else end
    head = head_kind(reading, after, stop)
    return head


def _noun_before(reading: Reading, start: int) -> Spot | None:
    """What the names are called right before them: 账号“…”."""
    lead = words.pattern("named_as").search(reading.text, max(0, start - 6), start)
    return head_kind(reading, 0, lead.start() if lead else start)


def _name(reading: Reading, item: _Item, noun: Spot | None) -> Name | None:
    known = lookup(reading.text[item.start : item.end])
    if noun is not None:
        return Name(item.start, item.end, noun.code)
    if known is not None:
        return Name(item.start, item.end, known.kind)
    return Name(item.start, item.end, "account") if item.sort == "at" else None
