"""Makes the sketch of a copy: what it announces, and hashes of some of its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import SplitResult, urlsplit
from zlib import crc32

from db.ingest.addresses import host_of, page_key
from db.ingest.clean import Cleaned
from db.ingest.fold import fold
from db.ingest.gazetteer import known_names, name_pattern
from db.ingest.numerals import chinese
from db.ingest.quantities import counts
from db.ingest.source_facts import any_of, source
from db.sketches import Count, Sketch, packed
from schema.codes import vocabulary_source
from schema.extraction import ExtractedDocument, ExtractedFigure, Extraction

GRAM = 8
"""Length of the pieces that texts are compared by, in letters: long enough that common phrases are few."""
_LETTERS_LIMIT = 200_000
_MOST_NAMES = 500
_BATCH = re.compile(r"(20\d\d)年度?(?:，)?第(\d+|[一二三四五六七八九十]+)批")
_TOTAL_BATCH = re.compile(r"总第(\d+)批")
_PHASE = re.compile(r"第([一二三四五六七八九十]|\d)(阶段|期|轮)")
_CAMPAIGN = re.compile(r"“([^”]{2,24})”系?列?专项|([^，。！：|“”]{2,16})专项行动")
_WORD = re.compile(r"[a-z0-9]+|[^\Wa-z0-9_]+")
_CAMPAIGN_WORDS = re.compile(
    "国家|中央|全国|各地|属地|网信(?:部门|办|系统)?|深入|开展|部署|启动|系列|清朗|净网|整治|治理|打击|查处"
)
_LONG_NAMES = ("内蒙古", "黑龙江")


def sketch_of(extraction: Extraction, cleaned: Cleaned) -> Sketch:
    """The sketch of what was read."""
    document = extraction.document
    title = fold(document.title or "")
    text = "\n".join(segment.folded for segment in cleaned.segments)
    letters = _letters(text)
    actions = extraction.actions
    named = {fold(mention.name) for action in actions for mention in action.entities}
    known = known_names()
    named |= {found for found in name_pattern().findall(title) if not known[found].needs_context}
    return Sketch(
        page=page_key(document.url),
        origin=page_key(_of_a_page(document.original_url)),
        title=_letters(title),
        issuer=document.issuer,
        published_on=document.published_on,
        period=document.period,
        places=tuple(code for name, code in _provinces() if name in title),
        batches=tuple(_batches(text)),
        phases=tuple(dict.fromkeys(found.group() for found in _PHASE.finditer(title))),
        campaign=tuple(sorted(set(_campaign(title)))),
        headline=tuple(dict.fromkeys(Count(of=q.unit, low=q.bounds[0], high=q.bounds[1]) for q in counts(title))),
        figures=tuple(dict.fromkeys(_count(figure) for figure in extraction.figures)),
        amounts=tuple(sorted({action.amount_cny for action in actions if action.amount_cny})),
        names=tuple(sorted(named, key=_hash)[:_MOST_NAMES]),
        unnamed=tuple(dict.fromkeys(fold(a.unnamed_subject) for a in actions if a.unnamed_subject))[:_MOST_NAMES],
        stated=len(actions) + sum(_is_its_own(figure, document.issuer) for figure in extraction.figures),
        letters=len(letters),
        grams=packed(set(_pieces(letters[:_LETTERS_LIMIT]))),
        official=_official(document),
        digest=_digest_title().search(title) is not None,
    )


def _letters(folded: str) -> str:
    return "".join(character for character in folded if character.isalnum())


def _hash(piece: str) -> int:
    return crc32(piece.encode())


def _pieces(letters: str) -> Iterator[int]:
    # A text shorter than one piece is one piece.
    return (_hash(letters[at : at + GRAM]) for at in range(max(1, len(letters) - GRAM + 1)))


def _count(figure: ExtractedFigure) -> Count:
    return Count(of=f"{figure.measure}/{figure.subject}", low=figure.value_min, high=figure.value_max)


def _is_its_own(figure: ExtractedFigure, issuer: str | None) -> bool:
    return issuer is None or not figure.authorities or issuer in figure.authorities


def _batches(text: str) -> Iterator[str]:
    """The batch it is. Where it mentions several, none is known to be its own."""
    of_year = {f"{year}-{_number(number)}" for year, number in _BATCH.findall(text)}
    of_all = set(_TOTAL_BATCH.findall(text))
    for found in (of_year, of_all):
        if len(found) == 1:
            yield from found


def _number(word: str) -> int:
    return int(word) if word.isdigit() else chinese(word) or 0


def _campaign(title: str) -> Iterator[str]:
    """The words that tell one campaign from another: Latin words, and pairs of characters."""
    for found in _CAMPAIGN.finditer(title):
        for word in _WORD.findall(_CAMPAIGN_WORDS.sub(" ", found[1] or found[2])):
            if word.isascii():
                yield word
            else:
                yield from (word[at : at + 2] for at in range(len(word) - 1))


def _of_a_page(url: str | None) -> str | None:
    """An address, unless it is of a whole site."""
    parts = _parts(url)
    return url if parts is not None and parts.path.strip("/") else None


def _official(document: ExtractedDocument) -> bool:
    """Whether a regulator itself published this copy."""
    facts, host = source("reprints"), host_of(document.url)
    own = any(host == one or host.endswith(f".{one}") for one in facts["official_hosts"])
    return own or document.publisher in facts["official_publishers"]


def _parts(url: str | None) -> SplitResult | None:
    try:
        return urlsplit(url) if url else None
    except ValueError:
        return None


@cache
def _digest_title() -> re.Pattern[str]:
    return any_of(source("reprints")["digest_titles"])


@cache
def _provinces() -> tuple[tuple[str, str], ...]:
    return tuple(
        (next((name for name in _LONG_NAMES if item["zh"].startswith(name)), item["zh"][:2]), item["code"])
        for item in vocabulary_source("regions")
        if item["code"] != "100000"
    )
