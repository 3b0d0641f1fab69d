"""What the announcement says once for all that follows: its issuer, its period, whom a section speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from db.ingest import words
from db.ingest.addresses import host_of
from db.ingest.attribution import NOBODY, Attribution, attribute
from db.ingest.clean import Cleaned
from db.ingest.evidence import Evidence
from db.ingest.fold import fold
from db.ingest.periods import PeriodSpot, periods
from db.ingest.reading import Reading
from schema.codes import vocabulary_source

_LEAD_PARAGRAPHS = 3
_NAMED_WITHIN = 6
_JUDGES = ("judicial_organs",)
"""Courts and procurators are told of in announcements; none speaks for a whole one."""


@dataclass(frozen=True, slots=True)
class DocumentPeriod:
    """The span of time the whole announcement reports on, with its evidence."""

    spot: PeriodSpot
    evidence: Evidence


@cache
def _by_host() -> dict[str, str]:
    return {host: item["code"] for item in vocabulary_source("authorities") for host in item.get("hosts", ())}


@cache
def _by_source_name() -> dict[str, str]:
    return {
        fold(name): item["code"] for item in vocabulary_source("authorities") for name in item.get("source_names", ())
    }


@cache
def _issued_by() -> dict[str, str]:
    return {item["code"]: item["issued_by"] for item in vocabulary_source("authorities") if "issued_by" in item}


@cache
def _hosts_of_others() -> dict[str, str]:
    """Body → the one on whose site it publishes."""
    return {
        item["code"]: item["publishes_with"] for item in vocabulary_source("authorities") if "publishes_with" in item
    }


def issuer(cleaned: Cleaned, readings: Sequence[Reading]) -> str | None:
    """Who published the announcement: by the address or name it was taken from, else by who acts in its lead."""
    acting = _acting(readings)
    source = next(filter(None, map(_body_of, cleaned.sources)), None)
    if source is not None:
        # Several bodies may share one site: then who acts tells which of them it was.
        return acting if acting is not None and _hosts_of_others().get(acting) == source else source
    return _issued_by().get(acting, acting) if acting is not None else None


def _acting(readings: Sequence[Reading]) -> str | None:
    """Who acts first in the lead; after a bare 网信部门 the office that the next paragraphs name."""
    first = lead_attribution(readings).authorities
    if not first:
        return None
    bare = first[0].segment.folded[first[0].start : first[0].end] == "网信部门"
    if bare and not _whole_country(first[0]):
        named = lead_attribution(readings[:_NAMED_WITHIN], but="cac_system").authorities
        if named and named[0].value.startswith(("cac", "occac", "local_cac")) and not _is_any_office(named[0]):
            return named[0].value
    return first[0].value


def _is_any_office(stated: Evidence) -> bool:
    name = stated.segment.folded[stated.start : stated.end]
    return name.startswith(("属地", "地方", "有关", "当地", "相关"))


def _whole_country(stated: Evidence) -> bool:
    return stated.segment.folded[: stated.start].endswith(("全国", "各级", "各地"))


def _body_of(source: str) -> str | None:
    """The body that a name or address belongs to."""
    host = host_of(source)
    named = _by_source_name().get(fold(source)) or next(iter(words.authorities().codes.get(fold(source), ())), None)
    return named or next(
        (code for known, code in _by_host().items() if host == known or host.endswith(f".{known}")), None
    )


def lead_attribution(readings: Iterable[Reading], but: str | None = None) -> Attribution:
    """The authority of the first sentence that names one that acts, `but` for one that names nobody in particular."""
    for reading in readings:
        for sentence in reading.sentences if reading.authorities else ():
            for attribution in attribute(reading, sentence, NOBODY):
                if any(one.value not in (but, *_JUDGES) for one in attribution.authorities):
                    return attribution._replace(reach=2)
    return NOBODY


def section_attributions(readings: Sequence[Reading]) -> Iterator[Attribution]:
    """For every segment whom it speaks of when it names nobody: its section's first paragraph, else the lead."""
    lead = lead_attribution(reading for reading in readings if reading.segment.kind != "heading")
    current, is_open = lead, False
    for reading in readings:
        if reading.segment.kind == "heading":
            current, is_open = lead, True
        elif is_open:
            own = lead_attribution([reading])
            current, is_open = (own if own.authorities else lead), False
        yield current


def document_period(readings: Sequence[Reading], cleaned: Cleaned) -> DocumentPeriod | None:
    """The first span that the title, or the beginning of a sentence of the lead, states."""
    lead = [reading for reading in readings if reading.segment.kind != "heading"][: _LEAD_PARAGRAPHS + 1]
    for reading in lead:
        for spot in periods(reading.text, 0, len(reading.text), cleaned.published_on):
            if words.pattern("period_leads").search(reading.text, max(0, spot.start - 4), spot.start):
                period = f"{spot.period.start}/{spot.period.end}"
                return DocumentPeriod(spot, Evidence(period, reading.segment, spot.start, spot.end))
    return None
