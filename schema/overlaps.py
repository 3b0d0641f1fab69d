"""How official counts overlap: which includes which, as far as their periods, bodies, campaigns and measures tell.

Two counts are apart only where something shows that nothing can be in both. Where nothing shows it, that is said too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schema.codes import CodeBook, ListName
from schema.query import BadQuery
from schema.records import Figure
from schema.spans import meet, within

Relation = Literal["includes", "included_in", "overlaps", "unknown"]
_SYSTEM = "cac_system"
"""All levels together: its counts include those of each office."""
_OPERATORS = frozenset(("website", "platform", "company"))
"""Kinds of subjects that one operator may be, whatever was done to it."""
_SHOWN = 50
"""So many links are listed when a sum is refused."""


class FigureLink(BaseModel):
    """How one official count relates to another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    figure: str = Field(description="Id of the one.")
    other: str = Field(description="Id of the other.")
    relation: Relation = Field(
        description="includes: what the other counts is in this one. included_in: the other way round. overlaps: "
        "something is in both. unknown: nothing shows whether something is in both."
    )
    why_zh: str = Field(description="What shows it, in Chinese.")
    why_en: str = Field(description="What shows it, in English.")


class Overlapping(BadQuery):
    """Figures that overlap cannot be added up. `links` are the first of the overlaps, `total` is how many there are."""

    def __init__(self, links: Sequence[FigureLink], total: int) -> None:
        super().__init__("periods", f"figures that overlap are not added up: there are {total} overlaps among them")
        self.links = links
        self.total = total


class _Link(NamedTuple):
    relation: Relation
    why_zh: str
    why_en: str


_ROWS = _Link(
    "overlaps",
    "各行措施重叠：一家可受几种措施。",
    "Rows of measures overlap: several may be taken against one operator.",
)
_OTHER = _Link(
    "unknown", "所计不同，无从证明互不包含。", "They count different things; nothing shows that these are apart."
)
_UNDATED = _Link("unknown", "至少一个数字没有时期。", "At least one of them has no period.")
_BODIES = _Link(
    "unknown", "机关不同，无从证明互不包含。", "The authorities differ; nothing shows that their counts are apart."
)
_CAMPAIGN = _Link(
    "overlaps", "专项行动与同期全部执法重叠。", "A campaign overlaps with all that was enforced in its time."
)
_CAMPAIGNS = _Link("unknown", "专项行动不同，时期重叠。", "They are of different campaigns at the same time.")
_SAME = _Link("overlaps", "同一期同一事项的两个数字。", "Both count the same thing in the same period.")
_MET = _Link("overlaps", "两期部分重叠。", "Their periods overlap in part.")
_INCLUDES = ("其时期、机关或措施包含另一个。", "Its period, authority or measure includes that of the other.")
_INCLUDED = ("另一个的时期、机关或措施包含它。", "The period, authority or measure of the other includes its own.")


def link(one: Figure, other: Figure, book: CodeBook) -> FigureLink | None:
    """How two figures relate; None where nothing can be in both."""
    found = _link(one, other, book)
    if found is None:
        return None
    return FigureLink(
        figure=one.id, other=other.id, relation=found.relation, why_zh=found.why_zh, why_en=found.why_en
    )  # fmt: skip


def _link(one: Figure, other: Figure, book: CodeBook) -> _Link | None:
    if one.period is not None and other.period is not None and not meet(one.period, other.period):
        return None
    bodies = _bodies(frozenset(one.authorities), frozenset(other.authorities), book)
    if bodies == "apart":
        return None
    if one.period is None or other.period is None:
        return _UNDATED
    if not related(one, other, book):
        operators = {one.subject_kind, other.subject_kind} <= _OPERATORS
        return _ROWS if operators and bodies != "unknown" else _OTHER
    if bodies == "unknown":
        return _BODIES
    if _of_campaign(one, book) != _of_campaign(other, book):
        return _CAMPAIGN
    covers = _covers(one, other, book, bodies in ("same", "covers"))
    covered = _covers(other, one, book, bodies in ("same", "covered"))
    return _nested(covers, covered, one.campaign, other.campaign, book)


def _of_campaign(figure: Figure, book: CodeBook) -> bool:
    """Whether a figure counts a campaign, by itself or as its series do."""
    scopes = {book.annotations.series[place.series].scope for place in book.annotations.places(figure.id)}
    return figure.campaign is not None or "campaign" in scopes


def _nested(covers: bool, covered: bool, campaign: str | None, other: str | None, book: CodeBook) -> _Link:
    """What becomes of two counts of the same bodies, one of which may cover the other."""
    if campaign != other and not (covers or covered):
        kin = _below(book, "campaigns", campaign, other) or _below(book, "campaigns", other, campaign)
        return _MET if kin else _CAMPAIGNS
    if covers and covered:
        return _SAME
    if covers:
        return _Link("includes", *_INCLUDES)
    return _Link("included_in", *_INCLUDED) if covered else _MET


def _covers(one: Figure, other: Figure, book: CodeBook, body: bool) -> bool:
    """Whether all that the other counts is in the one."""
    return (
        body
        and one.period is not None
        and other.period is not None
        and within(other.period, one.period)
        and _below(book, "measures", one.measure, other.measure)
        and (one.campaign == other.campaign or _below(book, "campaigns", one.campaign, other.campaign))
    )


def _below(book: CodeBook, list_name: ListName, upper: str | None, lower: str | None) -> bool:
    """Whether a code is another or stands below it."""
    if upper is None or lower is None:
        return upper == lower
    return lower in book.with_descendants(list_name, upper)


def related(one: Figure, other: Figure, book: CodeBook) -> bool:
    """Whether two figures count the same kind of thing: one measure, one below the other, or two of one series."""
    if _below(book, "measures", one.measure, other.measure) or _below(book, "measures", other.measure, one.measure):
        return True
    series = {place.series for place in book.annotations.places(one.id)}
    return any(place.series in series for place in book.annotations.places(other.id))


_Bodies = Literal["same", "covers", "covered", "apart", "unknown"]


def _bodies(one: frozenset[str], other: frozenset[str], book: CodeBook) -> _Bodies:
    """How the bodies whose counts they are relate."""
    if not one or not other:
        return "unknown"
    if one == other or _SYSTEM in one & other:
        return "same"
    if _SYSTEM in one and all(map(_of_system, other)):
        return "covers"
    if _SYSTEM in other and all(map(_of_system, one)):
        return "covered"
    return "apart" if _apart(one, other, book) else "unknown"


def _of_system(code: str) -> bool:
    """Whether an authority is an office of the CAC, at whatever level."""
    return code.startswith("cac") or code in ("occac", "local_cac", "xpcc_cac")


def _apart(one: frozenset[str], other: frozenset[str], book: CodeBook) -> bool:
    """Whether they are offices of different provinces: these act for themselves."""
    kinds = {book.item("authorities", code).kind for code in one | other}
    return kinds == {"provincial"} and not one & other


def links_among(figures: Iterable[Figure], book: CodeBook) -> list[FigureLink]:
    """All overlaps among some figures."""
    found = (link(one, other, book) for one, other in combinations(figures, 2))
    return [one for one in found if one is not None]


def refuse_overlaps(figures: Sequence[Figure], book: CodeBook) -> None:
    """Raise `Overlapping` unless nothing can be in two of the figures."""
    if links := links_among(figures, book):
        raise Overlapping(links[:_SHOWN], len(links))
