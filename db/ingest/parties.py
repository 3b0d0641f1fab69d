"""The party that an act of a case falls on: masked, named as a company, or pointed back to (该公司)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from db.ingest import words
from db.ingest.reading import Reading
from db.ingest.subjects import Name, Subject, head_kind

_TELLING = frozenset({"masked", "company_names", "party_people"})
"""The patterns by which a passage tells of a party."""
_AND = re.compile("、|以及|和|及|与")


@dataclass(frozen=True, slots=True)
class Party:
    """One party in place."""

    reading: Reading
    subject: Subject
    points_back: bool = False

    @property
    def is_hidden(self) -> bool:
        """Whether its name is masked (某公司)."""
        stated = self.reading.text[self.subject.start : self.subject.end]
        return words.pattern("party_masked").search(stated) is not None


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties that one preposition or verb governs."""

    start: int
    """Where the preposition or verb begins: the measures that fall on them come after it."""
    parties: tuple[Party, ...]


@cache
def _governed() -> re.Pattern[str]:
    genre = words.genre()
    stops = f"(?:{genre['party_stops']})"
    return re.compile(
        f"(?:对|将|给予(?=该|其|[^，。；]{{0,12}}某)|{genre['party_verbs']}(?:了)?)(?P<phrase>[^，。；：《》]{{1,60}}?)(?={stops}|[，。；]|$)"
        f"|(?<=[，。；：])(?P<passive>[^，。；：《》]{{2,40}}?)(?=，?被(?!告|害))"
    )


def governed(reading: Reading, start: int, end: int) -> Sequence[Parties]:
    """The groups of parties that are acted on between two positions."""
    known = reading.parties.get((start, end))
    if known is None:
        known = reading.parties[start, end] = tuple(_groups(reading, start, end))
    return known


def _groups(reading: Reading, start: int, end: int) -> Iterator[Parties]:
    """The same, read from the text."""
    at = start
    while found := _governed().search(reading.text, at, end):
        name = found.lastgroup or "phrase"
        parties = _split(reading, *found.span(name))
        if parties:
            yield Parties(found.start(), tuple(parties))
        at = found.end() if parties else found.start() + 1


def _split(reading: Reading, start: int, end: int) -> list[Party]:
    """The parties of a phrase; none where a part of it is no party."""
    parties = []
    at = start
    for stop in [*(found.start() for found in _AND.finditer(reading.text, start, end)), end]:
        joint = _AND.match(reading.text, at, stop) if at > start else None
        party = _party(reading, joint.end() if joint else at, stop)
        if party is not None:
            parties.append(party)
            at = stop
    # What is left over was no party: the words are about something else.
    return parties if at == end else []


def _party(reading: Reading, start: int, end: int) -> Party | None:
    """The party that a phrase is, with or without words on what it did."""
    if trail := words.pattern("party_trails").search(reading.text, start, end):
        end = trail.start()
    if party := _bare_party(reading, start, end):
        return party
    conduct = words.pattern("party_conduct").search(reading.text, start + 1, end)
    return _bare_party(reading, start, conduct.start()) if conduct else None


def _bare_party(reading: Reading, start: int, end: int) -> Party | None:
    text = reading.text[start:end]
    if words.pattern("party_persons").search(text):
        return Party(reading, Subject(start, end, kind="person_responsible"))
    if words.pattern("party_anaphors").fullmatch(text):
        return Party(reading, Subject(start, end, kind=_kind(reading, start, end)), points_back=True)
    # 为涉黄网站提供接入服务的甲公司: what leads to a full name is no part of it.
    full = reading.text.rfind("的", start, end) + 1 or start
    if words.pattern("party_companies").fullmatch(reading.text, full, end) and "某" not in text:
        return Party(reading, Subject(full, end, (Name(full, end, "company"),), "company"))
    if words.pattern("party_masked").search(text):
        start = max(start, reading.text.rfind("的", start, reading.text.find("某", start, end)) + 1)
        return Party(reading, Subject(start, end, kind=_kind(reading, start, end)))
    return None


def _kind(reading: Reading, start: int, end: int) -> str | None:
    head = head_kind(reading, start, end)
    return head.code if head else None


def mentions(reading: Reading, start: int, end: int) -> Sequence[Party]:
    """The masked persons and the masked or named organisations that a passage tells of, in order."""
    if reading.hits.names.isdisjoint(_TELLING):
        return ()
    found = []
    if reading.hits.may_match("masked"):
        masked = words.pattern("masked").finditer(reading.text, start, end)
        found += [_clipped(reading, *match.span()) for match in masked]
    for name in ("company_names", "party_people"):
        if reading.hits.may_match(name):
            found += [match.span() for match in words.pattern(name).finditer(reading.text, start, end)]
    return [party for one in sorted(found) if (party := _party(reading, *one)) is not None and not party.points_back]


def _clipped(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """Without the words of the sentence before a masked name (发现某公司)."""
    masked = reading.text.find("某", start, end)
    leads = (lead.end() for lead in words.pattern("party_leads").finditer(reading.text, max(0, start - 1), masked))
    return max((at for at in leads if at > start), default=start), end
