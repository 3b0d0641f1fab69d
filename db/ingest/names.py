"""Proper names of subjects: quoted, in lists, after ＠, or known beforehand."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from db.ingest import words
from db.ingest.gazetteer import lookup
from db.ingest.lexicon import Spot
from db.ingest.quantities import counted_phrase
from db.ingest.reading import TAIL, Reading, between, overlaps
from db.ingest.subjects import Name, Subject, head_kind, kind_at

_QUOTED = re.compile(
    "“(?P<double>[^“”]{1,60})”|‘(?P<single>[^‘’]{1,60})’|《(?P<title>[^《》]{1,40})》|@(?P<at>[^\\s、，。；：“”《》（）@等]{1,40})"
)
_NAME_MARK = re.compile("[“‘《@、]")
_GAP = re.compile("(?:（[^（）]{0,60}）)?\\s*(?:、|和|与|及|以及)?\\s*")
_QUOTES = ("“", "《")
_BARE = "[\u4e00-\u9fffa-z0-9·.+\\-]{1,20}"
_MEMBER = re.compile(f"“[^“”]{{1,40}}”|《[^《》]{{1,40}}》|{_BARE}")
_BARE_END = re.compile(f"{_BARE}$")
_LONGEST_BARE = 20
_QUOTE_FOLLOWS = re.compile("(?:账号|号|群|公众号|视频号|小程序|直播间|店铺)+“")
"""A platform before these is where the bearer of the name in quotes is."""
_BATCH_REACH = 3
_LONGEST_LIST = 200
_LONGEST_NOUN = 8
_FAR = 2
"""A noun this far from the names may end a phrase on what they did, and does not say what they are."""
_LEAD_REACH = 4
_OF = re.compile("的")
_LONGEST_CALL = 12
_GLOSS = re.compile("（[^（）]{1,40}）")


class _Item(NamedTuple):
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
def _told() -> re.Pattern[str]:
    return re.compile(f"{counted_phrase()}[^，。；、]{{1,6}}$")


@cache
def _trailing() -> re.Pattern[str]:
    return re.compile(f"(?:\\s*{counted_phrase()})?\\s*$")


@cache
def _fault_list() -> re.Pattern[str]:
    return re.compile(words.genre()["not_subjects_after"])


def named_subjects(reading: Reading, start: int, end: int, assumed: str | None = None) -> Sequence[Subject]:
    """The groups of names between two positions, in order.

    `assumed` is what bearers of names are where the text does not call them anything: given where
    the place alone shows that the names are those of who is acted on.
    """
    if not _may_name(reading, start, end):
        return ()
    known = reading.subjects.get((start, end, assumed))
    if known is None:
        known = reading.subjects[start, end, assumed] = tuple(_groups(reading, start, end, assumed))
    return known


def _may_name(reading: Reading, start: int, end: int) -> bool:
    """Whether a stretch holds what any name shows itself by: a mark, a list, or a name known beforehand."""
    if _NAME_MARK.search(reading.text, start, end) is not None:
        return True
    begins = reading.hits.begins("names")
    return bisect_left(begins, start) < bisect_left(begins, end)


def _groups(reading: Reading, start: int, end: int, assumed: str | None) -> list[Subject]:
    groups: list[Subject] = []
    for run in _runs(_items(reading, start, end) or _leading(reading, start, end), reading.text):
        subject = _subject(reading, run, end, assumed)
        if subject is None:
            continue
        if groups and _goes_on(reading, groups[-1].end, subject.start):
            # “甲”网站、“乙”App are one group, each name with what it is called.
            subject = together(groups.pop(), subject)
        groups.append(subject)
    return groups


def _goes_on(reading: Reading, start: int, end: int) -> bool:
    """Whether only a joining word, a gloss before it and a noun after it part two groups of names."""
    gloss = _GLOSS.match(reading.text, start, end)
    joint = words.pattern("joins").match(reading.text, gloss.end() if gloss else start, end)
    if joint is None:
        return False
    return joint.end() == end or (
        end - joint.end() <= _LONGEST_NOUN and head_kind(reading, joint.end(), end) is not None
    )


def together(one: Subject, other: Subject) -> Subject:
    """One group of two that the text names one after the other."""
    opening = one.opening or other.opening
    return Subject(one.start, other.end, (*one.names, *other.names), one.kind, opening)


def is_list(reading: Reading, subject: Subject) -> bool:
    """Whether names are surely names even in a sentence that acts on nobody: listed, left open, or known."""
    first = subject.names[0]
    is_known = lookup(reading.text[first.start : first.end]) is not None
    return len(subject.names) > 1 or subject.opening is not None or is_known


def _items(reading: Reading, start: int, end: int) -> list[_Item]:
    found = [_quoted(match) for match in _QUOTED.finditer(reading.text, start, end)]
    listed = reading.text.find("、", start, end) >= 0
    known = bool(reading.hits.begins("names"))
    for finder in ((_listed,) if listed else ()) + ((_known,) if known else ()):
        taken = sorted((item.outer_start, item.outer_end) for item in found)
        found.extend(one for one in finder(reading, start, end) if not overlaps(taken, one.start, one.end))
    return sorted((item for item in found if not _is_word(reading, item)), key=lambda item: item.outer_start)


def _quoted(found: re.Match[str]) -> _Item:
    sort = found.lastgroup or ""
    return _Item(*found.span(sort), *found.span(), sort)


def _listed(reading: Reading, start: int, end: int) -> Iterator[_Item]:
    """The bare members of the lists in 、 that end in 等."""
    at = start
    for mark in words.pattern("open_after").finditer(reading.text, start, end):
        yield from _bare_members(reading, _members(reading.text, at, mark.start()))
        at = mark.end()


def _members(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The members of the list that ends at a position, read backwards from there."""
    found: list[tuple[int, int]] = []
    at = end
    while at > start:
        begin = text.rfind("、", start, at) + 1 or start
        if _MEMBER.fullmatch(text, begin, at):
            found.append((begin, at))
        elif first := _BARE_END.search(text, max(begin, at - _LONGEST_BARE), at):
            # Words of the sentence stand before the first member.
            found.append((first.start(), at))
            break
        else:
            break
        at = begin - 1
    return found[::-1] if len(found) > 1 else []


def _bare_members(reading: Reading, members: list[tuple[int, int]]) -> Iterator[_Item]:
    """The unquoted members; the first may have a verb or preposition before it."""
    stops = words.pattern("bare_name_stops")
    bare = [(start, end) for start, end in members if reading.text[start] not in _QUOTES]
    if bare and bare[0] == members[0]:
        bare[0] = (_clip(reading, *bare[0]), bare[0][1])
    if any(words.pattern("place_starts").match(reading.text, start) for start, _ in bare):
        return
    for start, end in bare:
        # A list of which one member is no name is a list of something else: of faults, say.
        if start >= end or stops.search(reading.text, start, end) or _says_fault(reading, start, end):
            return
    yield from (_Item(start, end, start, end, "bare") for start, end in bare)


def _says_fault(reading: Reading, start: int, end: int) -> bool:
    """Whether a member of a list is no name but a fault, or a noun of the trade, from end to end."""
    spots = (*reading.categories_between(start, end), *reading.kinds_between(start, end))
    return any(spot.start == start and spot.end == end for spot in spots)


def _clip(reading: Reading, start: int, end: int) -> int:
    """Where a list's first member begins, after the verb or preposition before it."""
    before = [act.end for act in between(reading.acts, start, end)]
    before += [spot.end for spot in between(reading.authorities, start, end)]
    start = max(before, default=start)
    found = words.pattern("lead_ins").match(reading.text, start, end)
    return found.end() if found else start


def _leading(reading: Reading, start: int, end: int) -> list[_Item]:
    """The bare names that a clause begins with, listed before what they did: 甲论坛、乙社区传播…."""
    end = min(end, start + _LONGEST_LIST)
    listed = reading.text.find("、", start, end) >= 0
    breach = words.pattern("breach_words").search(reading.text, start, end) if listed else None
    if breach is None:
        return []
    lead = words.pattern("subject_leads").match(reading.text, start, breach.start())
    # 甲直播、乙视频4家平台存在…: how many they are is no part of the last name.
    told = _told().search(reading.text, lead.end() if lead else start, breach.start())
    members = _members(reading.text, lead.end() if lead else start, told.start() if told else breach.start())
    named = words.pattern("site_endings")
    begins = bool(members) and members[0][0] == (lead.end() if lead else start)
    if not begins or not any(named.search(reading.text[low:high]) for low, high in members):
        return []
    return [item._replace(sort="leading") for item in _bare_members(reading, members)]


def _known(reading: Reading, start: int, end: int) -> Iterator[_Item]:
    for match in reading.hits.find("names", start, end):
        known = lookup(match.group())
        if (
            # What stands in brackets after a name is its version, its store or its maker.
            overlaps(reading.brackets, *match.span())
            or known is None
            or (known.needs_context and kind_at(reading, match.end()) is None)
            or (reading.text[match.start() - 1 : match.start()] in "在从" and match.start() > 0)
            or _QUOTE_FOLLOWS.match(reading.text, match.end())
            or _is_place(reading, match, end)
        ):
            continue
        yield _Item(*match.span(), *match.span(), "known")


def _is_place(reading: Reading, known: re.Match[str], end: int) -> bool:
    """Whether a name only says where the next one is: 抖音账号“…”, 微信公众号“…”."""
    whole = (spot for spot in reading.kinds_between(known.start(), min(end, known.end() + _LONGEST_CALL)))
    noun = next((spot for spot in whole if spot.end > known.end()), None)
    if noun is None or noun.start > known.end():
        return False
    return words.pattern("names_follow").match(reading.text, noun.end, end) is not None


def _is_word(reading: Reading, item: _Item) -> bool:
    """Whether what is quoted is a word of the trade or a document, and no name."""
    text = reading.text[item.start : item.end]
    if item.sort == "title" and re.search(words.genre()["documents"], text):
        return True
    if item.sort in ("bare", "known", "at", "leading"):
        return False
    before = reading.text[max(0, item.outer_start - _LEAD_REACH) : item.outer_start]
    if item.sort != "title" and words.pattern("content_leads").search(before):
        return True
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


def _subject(reading: Reading, run: list[_Item], end: int, assumed: str | None) -> Subject | None:
    after = run[-1].outer_end
    gloss = _GLOSS.match(reading.text, after, end)
    after = gloss.end() if gloss else after
    opened = words.pattern("open_after").match(reading.text, after, end)
    noun = _noun_after(reading, opened.end() if opened else after, end) or _noun_before(reading, run[0].outer_start)
    if noun is not None and noun.code == "person_responsible":
        # 约谈“甲”网站负责人: the talk is with who runs it, but the name is that of the site.
        noun, assumed = _run_by(reading, noun), assumed or "platform"
    if noun is not None and noun.code not in words.genre()["nameable"]:
        # 查处微博平台…案件: a known name, or one that a list begins with, needs no noun of its own.
        if (assumed is None and run[0].sort not in ("leading", "known")) or noun.start - after < _FAR:
            return None
        noun = None
    if _fault_list().match(reading.text, noun.end if noun is not None else after, end):
        return None
    names = tuple(name for item in run if (name := _name(reading, item, noun, assumed)) is not None)
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
        made = words.pattern("made_by").match(reading.text, spot.end, end)
        # 等知名企业开发的App: the names are those of what was made.
        return next(reversed(reading.kinds_between(made.end(), min(end, made.end() + TAIL))), spot) if made else spot
    trailing = _trailing().search(reading.text, max(after, end - TAIL), end)
    head = head_kind(reading, after, trailing.start() if trailing else end)
    return head or _noun_of_phrase(reading, after, end)


def _noun_of_phrase(reading: Reading, after: int, end: int) -> Spot | None:
    """The last noun after 的, where the verb follows it: 对“…”等…的网站予以关闭."""
    if reading.phrase_heads is None:
        heads = (kind_at(reading, found.end()) for found in _OF.finditer(reading.text))
        reading.phrase_heads = sorted({spot for spot in heads if spot is not None}, key=lambda spot: spot.start)
    within = between(reading.phrase_heads, after + 1, end)
    return within[-1] if within else None


def _noun_before(reading: Reading, start: int) -> Spot | None:
    """What the names are called right before them: 账号“…”."""
    lead = words.pattern("named_as").search(reading.text, max(0, start - 6), start)
    return head_kind(reading, 0, lead.start() if lead else start)


def _run_by(reading: Reading, person: Spot) -> Spot | None:
    """The noun that stands before 负责人 in its own phrase: 网站负责人."""
    forms = words.kinds().codes
    for end in range(person.end - 1, person.start, -1):
        for code in forms.get(reading.text[person.start : end], ()):
            if code in words.genre()["nameable"]:
                return Spot(code, person.start, end)
    return None


def _name(reading: Reading, item: _Item, noun: Spot | None, assumed: str | None) -> Name | None:
    known = lookup(reading.text[item.start : item.end])
    if item.sort == "known" and known is not None and noun is not None and noun.code not in known.agrees:
        # 微信公众账号, QQ群: where the accounts are, not who they are.
        return None
    if noun is not None:
        return Name(item.start, item.end, noun.code)
    if known is not None:
        return Name(item.start, item.end, known.kind)
    if item.sort == "at":
        return Name(item.start, item.end, "account")
    if item.sort == "leading":
        return Name(item.start, item.end, assumed or "website")
    return Name(item.start, item.end, assumed) if assumed is not None else None
