"""The parts of records that have no identity of their own, the enumerations, and the revision."""

import enum
from datetime import date, datetime

import strawberry

from schema import extraction, highlights, records, releases
from schema.graphql.faces import face_of


@strawberry.enum(description="How a number is meant.")
class Qualifier(enum.Enum):
    EXACT = strawberry.enum_value("exact", description="The number itself: both bounds, and equal.")
    AT_LEAST = strawberry.enum_value("at_least", description="A floor, as 余, 多, 逾: only `valueMin`.")
    AT_MOST = strawberry.enum_value("at_most", description="A ceiling: only `valueMax`.")
    ABOUT = strawberry.enum_value("about", description="Near the number, as 约, 近: both bounds.")


@strawberry.enum(description="How surely a record was read.")
class Confidence(enum.Enum):
    HIGH = strawberry.enum_value("high", description="Every value was read from words of the same clause.")
    MEDIUM = strawberry.enum_value("medium", description="A value comes from an earlier clause of the paragraph.")
    LOW = strawberry.enum_value("low", description="A value rests on the document as a whole.")


@strawberry.enum(description="What a record rests on.")
class Basis(enum.Enum):
    TEXT = strawberry.enum_value("text", description="The text of the page: every value has an anchor.")
    TRANSCRIBED = strawberry.enum_value(
        "transcribed", description="Facts that somebody read off a page whose text is not held: no anchors."
    )


@strawberry.enum(description="What the date of an action rests on.")
class DateBasis(enum.Enum):
    DECIDED = strawberry.enum_value("decided", description="The day of the decision.")
    PERIOD_END = strawberry.enum_value("period_end", description="The last day of the period reported.")
    PUBLISHED = strawberry.enum_value("published", description="The day of publication.")
    NONE = strawberry.enum_value("none", description="Nothing: there is no date.")


@strawberry.enum(description="Why the store changed.")
class Cause(enum.Enum):
    NEW_SOURCE = strawberry.enum_value("new_source", description="An announcement was added.")
    SOURCE_CHANGED = strawberry.enum_value("source_changed", description="The announcement itself changed.")
    OUR_CORRECTION = strawberry.enum_value("our_correction", description="Our reading of it changed.")
    RETRACTION = strawberry.enum_value("retraction", description="Records were withdrawn.")
    VOCABULARY = strawberry.enum_value("vocabulary", description="The code lists changed.")


@strawberry.enum(description="How a name relates to its entity.")
class NameKind(enum.Enum):
    PRIMARY = strawberry.enum_value("primary", description="The name it goes by.")
    ALIAS = strawberry.enum_value("alias", description="Another name in use.")
    FORMER = strawberry.enum_value("former", description="A name it had before.")
    TRANSLATION = strawberry.enum_value("translation", description="Its name in another language or script.")
    TRANSLITERATION = strawberry.enum_value("transliteration", description="Its name by sound, such as pinyin.")


@face_of(extraction.Period)
class Period:
    start: date
    end: date


@face_of(extraction.Anchor)
class Anchor:
    field: str
    value: str | None
    start: int
    end: int
    exact: str
    rule: str | None
    confidence: float | None


@face_of(highlights.Highlight)
class Highlight:
    field: str
    start: int
    end: int


@face_of(extraction.ClauseCounts)
class ClauseCounts:
    extracted: int
    ignored: int
    unhandled: int


@strawberry.enum(description="What makes two copies one announcement.")
class ReprintBasis(enum.Enum):
    PAGE = strawberry.enum_value("page", description="The address.")
    TEXT = strawberry.enum_value("text", description="Nearly all words.")
    BATCH = strawberry.enum_value("batch", description="The number of the batch.")
    FACTS = strawberry.enum_value("facts", description="Counts, names, sums and circumstances together.")
    CAMPAIGN = strawberry.enum_value("campaign", description="Two bare titles of one campaign.")
    CORRECTION = strawberry.enum_value("correction", description="A person decided.")


@face_of(records.ReprintEvidence)
class ReprintEvidence:
    basis: ReprintBasis
    weight: int
    overlap: int
    title: int
    issuer: bool
    batch: str | None
    figures: int
    names: int
    amounts: int
    days: int | None
    via: str | None


@face_of(records.EntityName)
class EntityName:
    name: str
    language: str
    kind: NameKind


@face_of(records.Revision)
class Revision:
    number: int
    committed_at: datetime
    cause: Cause
    note: str
    digest: str


@face_of(releases.Release)
class Release:
    name: str
    revision: int
    committed_at: datetime
    previous: str | None
