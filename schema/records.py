"""The normalised records as they are stored and served: one frozen model for each kind.

Field names and descriptions are declared here only. REST, GraphQL, the exports, the OpenAPI
components and the database are made from them or compared with them by a test.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schema.extraction import Anchor, ClauseCounts, Confidence, NonNegative, Period, Qualifier, check_bounds

RecordKind = Literal["action", "figure", "entity", "document"]
DateBasis = Literal["decided", "period_end", "published", "none"]
Cause = Literal["new_source", "source_changed", "our_correction", "retraction", "vocabulary"]
Basis = Literal["text", "transcribed"]
ReprintBasis = Literal["page", "text", "batch", "facts", "campaign", "correction"]
NameLanguage = Literal["zh-Hans", "zh-Hant", "en", "zh-Latn-pinyin"]
NameKind = Literal["primary", "alias", "former", "translation", "transliteration"]


BASIS_MEANING = (
    "What it rests on. text: it was read from the text of the page. transcribed: it was taken over from a list of "
    "facts that somebody read off the page; the text is not held, so there are no anchors and nothing can be checked. "
    "In JSON it is left out where it is text."
)


def _of_text(basis: Basis) -> bool:
    """Left out of the JSON, so that records made before there was a choice keep their digests."""
    return basis == "text"


class Record(BaseModel):
    """Base of the record kinds: immutable, and no field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentReference(Record):
    """The document a record was read from."""

    id: str = Field(description="Id of the document.")
    url: str | None = Field(description="Its address; null where the copy came without one.")


class EntityMention(Record):
    """A named subject, as one announcement states it."""

    entity: str = Field(description="Id of the entity.")
    name: str = Field(description="The name as stated.")
    kind: str = Field(description="What the text calls it: a code of `subject_kinds`.")
    operator: str | None = Field(
        None,
        exclude_if=lambda operator: operator is None,
        description="The company that the announcement says runs it; absent where it says nothing of that.",
    )
    operator_name: str | None = Field(
        None,
        exclude_if=lambda name: name is None,
        description="The name of that company as stated. The anchor `operators` is its evidence.",
    )

    @model_validator(mode="after")
    def _operator_whole(self) -> Self:
        if (self.operator is None) != (self.operator_name is None):
            raise ValueError("operator and operator_name are given together or not at all")
        return self


class _Stated(Record):
    """What actions and figures begin with."""

    id: str = Field(description="Stable id, minted once.")
    document: DocumentReference = Field(description="The document that states it.")


class Evidence(Record):
    """What actions and figures end with: what they rest on."""

    confidence: Confidence = Field(
        description="high: every value was read from words of the same sentence; medium: a value was inherited from an "
        "earlier sentence of the paragraph; low: a value rests on the section or the document as a whole. "
        "Of what was transcribed: how far the list that it was taken from can be relied on."
    )
    basis: Basis = Field("text", exclude_if=_of_text, description=BASIS_MEANING)
    extractor: str = Field(description="Name and version of what read or transcribed it.")
    anchors: tuple[Anchor, ...] = Field(description="The evidence, value by value. Only what was transcribed has none.")
    revision: int = Field(ge=1, description="The revision that opened this version of the record.")

    @model_validator(mode="after")
    def _evidenced(self) -> Self:
        if self.basis == "text" and not self.anchors:
            raise ValueError("a record read from a text has no anchors")
        if self.basis == "transcribed" and self.anchors:
            raise ValueError("a transcribed record has anchors, though the text of its page is not held")
        return self


def acted_on(
    decided_on: date | None, period: Period | None, published_on: date | None
) -> tuple[date | None, DateBasis]:
    """The date of an action and what it rests on: the day decided, else the end of the period, else publication."""
    if decided_on is not None:
        return decided_on, "decided"
    if period is not None:
        return period.end, "period_end"
    return published_on, "published" if published_on else "none"


class _ActionFacts(_Stated):
    """What an action says."""

    acted_on: date | None = Field(
        description="The day decided, else the last day of the period reported, else the day of publication."
    )
    date_basis: DateBasis = Field(description="What `acted_on` rests on.")
    decided_on: date | None = Field(description="The day of the decision, where the text gives it.")
    period: Period | None = Field(description="The period the announcement reports on.")
    entities: tuple[EntityMention, ...] = Field(description="Named subjects, in the order of the text.")
    unnamed_subject: str | None = Field(description="The words for subjects that are not named.")
    open_ended: bool = Field(description="Whether the list ends in 等, 一批 or the like.")
    subject_kinds: tuple[str, ...] = Field(
        description="Kinds of the subjects, named and unnamed: codes of `subject_kinds`."
    )
    measures: tuple[str, ...] = Field(min_length=1, description="What was done: codes of `measures`.")
    categories: tuple[str, ...] = Field(description="What for: codes of `categories`.")
    authorities: tuple[str, ...] = Field(description="Who acted: codes of `authorities`.")
    instruments: tuple[str, ...] = Field(description="Legal basis stated: codes of `instruments`.")
    campaigns: tuple[str, ...] = Field(description="Campaigns stated: codes of `campaigns`.")
    regions: tuple[str, ...] = Field(description="Regions of the authorities: codes of `regions` (GB/T 2260).")
    amount_cny: NonNegative | None = Field(description="Fine in yuan; null where no amount is stated.")
    gist_zh: str = Field(description="One line in Chinese, generated from the codes and names.")
    gist_en: str = Field(description="One line in English, generated from the codes and names.")


class Action(Evidence, _ActionFacts):
    """One act of a regulator against one group of subjects for one violation, as one announcement states it."""


class _FigureFacts(_Stated):
    """What a figure says."""

    measure: str = Field(description="What was counted: a code of `measures`.")
    subject_kind: str = Field(description="To whom it was done: a code of `subject_kinds`.")
    value_min: NonNegative | None = Field(description="Lower bound; null where there is none. Null is not zero.")
    value_max: NonNegative | None = Field(description="Upper bound; null where there is none.")
    qualifier: Qualifier = Field(description="How the number is meant.")
    unit: str = Field(description="The measure word of the count, as stated.")
    wording: str = Field(description="The number as the text has it, with its noun.")
    period: Period | None = Field(description="The period counted.")
    authorities: tuple[str, ...] = Field(description="Whose count it is: codes of `authorities`.")
    regions: tuple[str, ...] = Field(description="Regions of the authorities: codes of `regions` (GB/T 2260).")
    campaign: str | None = Field(description="The campaign counted, if the count is of one.")
    gist_zh: str = Field(description="One line in Chinese, generated from the codes and numbers.")
    gist_en: str = Field(description="One line in English, generated from the codes and numbers.")


class Figure(Evidence, _FigureFacts):
    """One official count. Figures overlap: never add them up without looking."""

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        check_bounds(self.qualifier, self.value_min, self.value_max)
        return self


class EntityName(Record):
    """One of the names of an entity."""

    name: str = Field(min_length=1, description="The name.")
    language: NameLanguage = Field(description="Language and script, as a BCP 47 tag.")
    kind: NameKind = Field(description="How the name relates to the entity.")


class Entity(Record):
    """A named platform, website, app, account, company, device or person."""

    id: str = Field(description="Stable id, minted once.")
    kind: str = Field(description="What it was first called: a code of `subject_kinds`.")
    name: str = Field(min_length=1, description="The primary name, in simplified characters where it is Chinese.")
    name_en: str | None = Field(description="The English name, where one is known.")
    names: tuple[EntityName, ...] = Field(min_length=1, description="All known names.")
    revision: int = Field(ge=1, description="The revision that opened this version of the record.")


class ReprintEvidence(Record):
    """What a reprint and the canonical copy have in common, and which of it decided."""

    basis: ReprintBasis = Field(
        description="page: the address; text: nearly all words; batch: the number of the batch; facts: counts, names, "
        "sums and circumstances together; campaign: two bare titles of one campaign; correction: a person decided."
    )
    weight: int = Field(description="How much agrees, in hundredths; facts decide from 250 on.")
    overlap: NonNegative = Field(description="Pieces of the shorter text that the other has too, in percent.")
    title: NonNegative = Field(description="Pairs of letters of the shorter title that the other has too, in percent.")
    issuer: bool = Field(description="Whether the same one authority issued both.")
    batch: str | None = Field(description="The batch both say they are; 2024-7 is the seventh of a year.")
    figures: NonNegative = Field(description="Counts that both state.")
    names: NonNegative = Field(description="Named subjects that both state.")
    amounts: NonNegative = Field(description="Sums of fines that both state.")
    days: NonNegative | None = Field(description="Days between the publications; null where one is not dated.")
    via: str | None = Field(description="Id of the copy that ties the two, where they are not directly alike enough.")


class Document(Record):
    """One retrieved copy of an announcement."""

    id: str = Field(description="Stable id, minted once.")
    url: str | None = Field(description="The address it was retrieved from.")
    original_url: str | None = Field(description="The address the copy says it was taken from.")
    title: str | None = Field(description="The title of the copy.")
    publisher: str | None = Field(description="Who published this copy.")
    issuer: str | None = Field(description="Who issued the announcement: a code of `authorities`.")
    published_on: date | None = Field(description="The day of publication.")
    period: Period | None = Field(description="The period the announcement reports on.")
    sha256: str | None = Field(
        pattern="^[0-9a-f]{64}$", description="SHA-256 of the text layer as UTF-8; null where it was never held."
    )
    source_sha256: str | None = Field(
        pattern="^[0-9a-f]{64}$", description="SHA-256 of the bytes as they were read; null where they never were."
    )
    length: NonNegative | None = Field(
        description="Length of the text layer in Unicode code points; null where it was never held."
    )
    reprint_of: str | None = Field(description="Id of the canonical copy, where this one is a reprint.")
    reprint_evidence: ReprintEvidence | None = Field(
        None,
        exclude_if=lambda evidence: evidence is None,
        description="What the reprint and the canonical copy have in common.",
    )
    clauses: ClauseCounts | None = Field(
        description="How the clauses in the scope of the announcement were dealt with; null where no text was held."
    )
    basis: Basis = Field("text", exclude_if=_of_text, description=BASIS_MEANING)
    extractor: str = Field(description="Name and version of what read or transcribed it.")
    revision: int = Field(ge=1, description="The revision that opened this version of the record.")

    @model_validator(mode="after")
    def _held(self) -> Self:
        measured = (self.sha256, self.source_sha256, self.length, self.clauses)
        if self.basis == "text" and None in measured:
            raise ValueError("a document whose text was read has its hashes, length and clauses")
        if self.basis == "transcribed" and any(value is not None for value in measured):
            raise ValueError("a document that was transcribed has neither hashes, length nor clauses")
        if self.basis == "transcribed" and self.url is None:
            raise ValueError("a document that was transcribed has an address: nothing else tells which page it is")
        return self


class Revision(Record):
    """One committed change of the store."""

    number: int = Field(ge=1, description="1, 2, 3…")
    committed_at: datetime = Field(description="When it was committed (UTC).")
    cause: Cause = Field(description="Why: whether the source or our reading of it changed.")
    note: str = Field(description="What was done, in a sentence.")
    digest: str = Field(
        pattern="^[0-9a-f]{64}$",
        description="SHA-256 over the digest of the revision before and everything this one changed.",
    )


AnyRecord = Action | Figure | Entity | Document
RECORD_MODELS: dict[RecordKind, type[AnyRecord]] = {
    "action": Action,
    "figure": Figure,
    "entity": Entity,
    "document": Document,
}
