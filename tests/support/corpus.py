"""An invented corpus: four documents in several revisions, with every kind of value and a correction."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

from db.changes import Change, Text
from db.pool import Connection
from db.release.ledger import add_release
from db.writer import commit
from schema.annotations import (
    AnyAnnotation,
    Comparability,
    Contradiction,
    FigureFlag,
    Series,
    SeriesFigure,
    SeriesGap,
    SeriesNote,
)
from schema.codes import shipped_codes
from schema.extraction import Anchor, ClauseCounts, ExtractedAction, ExtractedFigure, ExtractedMention, Period
from schema.gist import action_gist, figure_gist
from schema.ids import mint
from schema.records import (
    Action,
    Document,
    DocumentReference,
    Entity,
    EntityMention,
    EntityName,
    Figure,
)

EXTRACTOR = "corpus/1"
NAMES = [
    ("云雀视频", "雲雀視頻", "Lark Video", "platform"),
    ("星河问答", "星河問答", "Galaxy Answers", "platform"),
    ("南湖搜索", "南湖搜尋", "South Lake Search", "platform"),
    ("青竹直播", "青竹直播間", None, "app"),
    ("快马运单", "快馬運單", None, "app"),
    ("小满日记", "小滿日記", None, "app"),
    ("夜航船杂志网", "夜航船雜誌網", None, "website"),
    ("东篱新闻网", "東籬新聞網", None, "website"),
    ("老周侃车", "老周侃車", None, "account"),
    ("=风里来", "=風裏來", None, "account"),
    ("雾里看花,水中望月", "霧裏看花,水中望月", None, "account"),
    ("竹外桃花", "竹外桃花號", None, "account"),
    ('Papaya"Chat"', "Papaya「Chat」", "Papaya Chat", "app"),
    ("甲乙丙科技", "甲乙丙科技公司", None, "company"),
    ("百灵鸟故事机", "百靈鳥故事機", None, "device"),
]
MEASURES = ["regulatory_talk", "correction_order", "fine", "warning", "app_delisting", "website_closure",
            "account_closure", "account_disposal"]  # fmt: skip
CATEGORIES = ["pornography", "gambling", "rumour_false_information", "cyber_violence", "search_result_failure",
              "user_content_management_failure", "pi_without_consent", "genai_without_assessment",
              "platform_duty"]  # fmt: skip
AUTHORITIES = [("cac", "local_cac"), ("cac_system",), ("cac_guangdong",), ("cac_beijing", "local_cac")]
YEARS = (2021, 2022, 2023, 2024)
RELEASE, RELEASED = "2020.1.1", 5
"""The corpus as it was before it was corrected is a release: its name and its revision."""


def document_id(year: int) -> str:
    """The id of the corpus's document about a year."""
    return mint("document", _url(year))


def entity_id(name: str) -> str:
    """The id of one of the corpus's entities."""
    kind = next(kind for known, _, _, kind in NAMES if known == name)
    return mint("entity", kind, name)


def _url(year: int) -> str:
    return f"https://record.example/{year + 1}/announcement.html"


def _text(year: int) -> str:
    return "".join(f"第{n}条：{NAMES[n % len(NAMES)][0]}因故被约谈{n + year}家。\n" for n in range(40))


def _anchor(text: str, field: str, value: str | None, word: str, n: int, rule: str | None = None) -> Anchor:
    start = text.index(word, text.index(f"第{n % 40}条"))
    confidence = None if rule is None else 0.97
    return Anchor(
        field=field, value=value, start=start, end=start + len(word), exact=word, rule=rule, confidence=confidence
    )


def _document(year: int) -> Document:
    text = _text(year)
    return Document(
        id=document_id(year), url=_url(year), original_url=None, title=f"{year}年的一则虚构通报",
        publisher="虚构日报", issuer="cac", published_on=date(year + 1, 1, 31),
        period=Period(start=date(year, 1, 1), end=date(year, 12, 31)),
        sha256=sha256(text.encode()).hexdigest(), source_sha256=sha256(b"raw" + text.encode()).hexdigest(),
        length=len(text), reprint_of=None, clauses=ClauseCounts(extracted=40, ignored=3, unhandled=0),
        extractor=EXTRACTOR, revision=1,
    )  # fmt: skip


def _entities() -> list[Entity]:
    made = []
    for name, traditional, english, kind in NAMES:
        names = [EntityName(name=name, language="zh-Hans", kind="primary"),
                 EntityName(name=traditional, language="zh-Hant", kind="alias")]  # fmt: skip
        if english:
            names.append(EntityName(name=english, language="en", kind="translation"))
        made.append(Entity(id=entity_id(name), kind=kind, name=name, name_en=english, names=tuple(names), revision=1))
    return made


def _action(year: int, n: int, choose: random.Random) -> Action:
    text, book = _text(year), shipped_codes()
    named = [NAMES[(n + k) % len(NAMES)] for k in range(choose.choice([0, 1, 1, 2, 3]))]
    first = NAMES[n % 40 % len(NAMES)][0]
    measures = tuple(choose.sample(MEASURES, choose.choice([1, 1, 2, 4])))
    decided = date(year, 1, 1) + timedelta(days=choose.randrange(365)) if n % 3 == 0 else None
    undated = n % 13 == 12
    extracted = ExtractedAction(
        entities=tuple(ExtractedMention(name=name, kind=kind) for name, _, _, kind in named),
        unnamed_subject=None if named else "一批违规账号", unnamed_kind=None if named else "account",
        open_ended=n % 4 == 0, measures=measures,
        categories=tuple(choose.sample(CATEGORIES, choose.choice([0, 1, 2]))),
        authorities=choose.choice(AUTHORITIES), campaigns=("qinglang",) if n % 5 == 0 else (),
        instruments=("cybersecurity_law",) if n % 4 == 0 else (),
        amount_cny=choose.randrange(10**9, 10**11) if "fine" in measures else None,
        decided_on=None if undated else decided, confidence="high",
        anchors=(
            _anchor(text, "measures", measures[0], "约谈", n),
            _anchor(text, "entities", first, first, n, "name_listed"),
        ),
    )  # fmt: skip
    gist_zh, gist_en = action_gist(extracted, book)
    kinds = [kind for _, _, _, kind in named] or ["account"]
    acted_on = None if undated else decided or date(year, 12, 31)
    regions = [book.item("authorities", code).region for code in extracted.authorities]
    return Action(
        id=mint("action", document_id(year), n), document=DocumentReference(id=document_id(year), url=_url(year)),
        confidence="high", extractor=EXTRACTOR, anchors=extracted.anchors, revision=1, acted_on=acted_on,
        date_basis="none" if undated else "decided" if decided else "period_end",
        decided_on=extracted.decided_on, period=None if undated else _document(year).period,
        entities=tuple(EntityMention(entity=entity_id(m.name), name=m.name, kind=m.kind) for m in extracted.entities),
        unnamed_subject=extracted.unnamed_subject, open_ended=extracted.open_ended,
        subject_kinds=tuple(dict.fromkeys(kinds)), measures=measures, categories=extracted.categories,
        authorities=extracted.authorities, instruments=extracted.instruments, campaigns=extracted.campaigns,
        regions=tuple(dict.fromkeys(r for r in regions if r)), amount_cny=extracted.amount_cny,
        gist_zh=gist_zh, gist_en=gist_en,
    )  # fmt: skip


def _figure(year: int, n: int) -> Figure:
    text, book = _text(year), shipped_codes()
    number = n + year
    qualifiers = (("exact", number, number), ("at_least", number, None), ("about", number, number),
                  ("at_most", None, number))  # fmt: skip
    qualifier, low, high = qualifiers[n % 4]
    start = date(year - 2, 1, 1) if n == 4 else date(year, 1, 1)
    period = None if n == 3 and year == 2021 else Period(start=start, end=date(year, 12, 31))
    extracted = ExtractedFigure.model_validate({
        "measure": MEASURES[n], "subject": "platform", "value_min": low, "value_max": high, "qualifier": qualifier,
        "unit": "家", "wording": f"约谈{number}家", "period": period, "authorities": ("cac_system",),
        "campaign": "qinglang" if n == 1 else None, "confidence": "high",
        "anchors": (_anchor(text, "value", None, str(number), n),),
    })  # fmt: skip
    gist_zh, gist_en = figure_gist(extracted, book)
    return Figure(
        id=mint("figure", document_id(year), n), document=DocumentReference(id=document_id(year), url=_url(year)),
        confidence="high", extractor=EXTRACTOR, anchors=extracted.anchors, revision=1, measure=extracted.measure,
        subject_kind="platform", value_min=low, value_max=high, qualifier=extracted.qualifier, unit="家",
        wording=extracted.wording, period=period, authorities=("cac_system",), regions=("100000",),
        campaign=extracted.campaign, gist_zh=gist_zh, gist_en=gist_en,
    )  # fmt: skip


def document_change(year: int, *, entities: bool = False) -> Change:
    """Everything the corpus says about a year, as the change of one revision."""
    choose = random.Random(year)  # noqa: S311
    document = _document(year)
    return Change(
        cause="new_source",
        note=f"Invented announcement about {year}.",
        records=[
            document,
            *(_entities() if entities else ()),
            *(_action(year, n, choose) for n in range(16)),
            *(_figure(year, n) for n in range(5)),
        ],
        texts=[Text(sha256=sha256(_text(year).encode()).hexdigest(), length=len(_text(year)), body=_text(year))],
    )


def _annotations() -> Iterator[AnyAnnotation]:
    """What is said about the third figure of each year but the first."""
    years = YEARS[1:]
    figures = {year: mint("figure", document_id(year), 2) for year in years}
    source = document_id(years[0])
    whole = {year: Period(start=date(year, 1, 1), end=date(year, 12, 31)) for year in YEARS}
    yield Series(
        id="cac_talks", label_zh="虚构约谈", label_en="Invented talks", definition_zh="虚构的家数。",
        definition_en="Invented numbers.", scope="national", measures=(MEASURES[2],),
        subject_kinds=("platform",), authorities=("cac_system",), campaigns=(),
    )  # fmt: skip
    flag = FigureFlag(flag="low_confidence", note_zh="未见原文。", note_en="The text was not seen.", source=source)
    for year, figure in figures.items():
        yield SeriesFigure(
            id=f"cac_talks-{figure}", series="cac_talks", figure=figure, flags=(flag,) if year == years[0] else ()
        )
    yield Comparability(
        id="talks_reworded", series="cac_talks", earlier=whole[years[0]], later=whole[years[1]],
        kind="definition_differs", effect="unsound", why_zh="用词不同。", why_en="The words differ.", sources=(source,),
    )  # fmt: skip
    yield Contradiction(
        id="x1", figures=(figures[years[0]], figures[years[1]]), kind="differs", why_zh="两数不同。",
        why_en="They differ.", sources=(source,),
    )  # fmt: skip
    yield SeriesNote(
        id="n01", title_zh="计什么", title_en="What is counted", text_zh="计家数。", text_en="Operators are counted.",
        series=("cac_talks",), period=None, sources=(source,),
    )  # fmt: skip
    yield SeriesGap(
        id="not_stated_2021", series=("cac_talks",), period=whole[YEARS[0]], reason="not_stated", note_zh="未公布。",
        note_en="It was not stated.", sources=(document_id(YEARS[0]),),
    )  # fmt: skip


async def fill(connection: Connection) -> None:
    """Write the corpus: a revision for each year, which make a release, then a correction, then a retraction."""
    for place, year in enumerate(YEARS):
        change = document_change(year, entities=place == 0)
        if year == YEARS[-1]:
            change = replace(change, annotations=tuple(_annotations()))
        await commit(connection, change)
    await add_release(connection, RELEASE, RELEASED)
    last = document_change(YEARS[-1]).records
    action = next(r for r in last if isinstance(r, Action) and len(r.measures) == 1)
    corrected = action.model_copy(update={"open_ended": not action.open_ended, "amount_cny": None})
    await commit(connection, Change(cause="our_correction", note="The list is not what it was.", records=[corrected]))
    retracted = next(r for r in document_change(YEARS[0]).records if isinstance(r, Figure))
    await commit(
        connection, Change(cause="retraction", note="The count was withdrawn.", closed=[("figure", retracted.id)])
    )
