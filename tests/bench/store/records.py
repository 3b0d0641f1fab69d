"""The records of a synthetic store, made by the models of the real one."""

from __future__ import annotations

import random
from datetime import date, timedelta
from hashlib import sha256
from typing import Literal

from schema.codes import CodeBook, ListName, shipped_codes
from schema.extraction import Anchor, ClauseCounts, Period
from schema.gist import action_gist, figure_gist
from schema.ids import mint
from schema.records import Action, DateBasis, Document, DocumentReference, EntityMention, Figure
from tests.bench.store.chance import Skewed
from tests.bench.store.plan import FIRST_YEAR, GROWTH, LAST_YEAR, Plan
from tests.bench.store.words import WORDS, Named, named

EXTRACTOR = "synthetic/1"
_MENTIONS = (0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3, 4, 8)
_FEW = (1, 1, 1, 1, 2, 2, 3)
_UNNAMED = (("账号", "account"), ("网站", "website"), ("应用程序", "app"), ("企业", "company"), ("直播间", "account"))
_QUALIFIERS: tuple[Literal["exact", "at_least", "about"], ...] = ("exact", "exact", "exact", "at_least", "about")


def _url(number: int) -> str:
    return f"https://record.example/notices/{number}.html"


def _document_id(number: int) -> str:
    return mint("document", _url(number))


def _is_reprint(number: int) -> bool:
    return number % 33 == 32


def _original(number: int, choose: random.Random) -> str:
    """The id of an earlier document that is no reprint itself."""
    earlier = choose.randrange(number)
    return _document_id(earlier - 1 if _is_reprint(earlier) else earlier)


class Maker:
    """Makes the records of one plan. The same plan gives the same records in any process."""

    def __init__(self, plan: Plan) -> None:
        self.seed = plan.seed
        self.book: CodeBook = shipped_codes()
        span = range(FIRST_YEAR, LAST_YEAR + 1)
        self._years = [year for year in span for _ in range(int(10 * GROWTH ** (year - FIRST_YEAR)))]
        self._entities = Skewed(range(plan.entities), 0.9)
        self._measures, self._categories = self._codes("measures"), self._codes("categories")
        self._authorities = Skewed([item.code for item in self.book.items("authorities")], 0.8)
        self._instruments, self._campaigns = self._codes("instruments"), self._codes("campaigns")
        self._kinds = self._codes("subject_kinds")

    def _codes(self, name: ListName) -> Skewed[str]:
        """The narrow codes of a list, those at its beginning oftenest."""
        codes = [i.code for i in self.book.items(name) if self.book.with_descendants(name, i.code) == (i.code,)]
        return Skewed(codes)

    def chance(self, purpose: str, number: int) -> random.Random:
        """A source of chance that depends on nothing made before."""
        return random.Random(f"{self.seed} {purpose} {number}")  # noqa: S311  # not for secrets

    def document(self, number: int, choose: random.Random, revision: int) -> Document:
        """An announcement, or now and then a reprint of an earlier one. No text of it is held."""
        published = date(choose.choice(self._years), 1, 1) + timedelta(days=choose.randrange(365))
        year = published.year - 1
        issuer = self._authorities.one(choose)
        unhandled = choose.random() < 0.1
        return Document(
            id=_document_id(number), url=_url(number), original_url=None,
            title=f"{self.book.item('authorities', issuer).label_zh}{published.year}年第{number}号通报",
            publisher="虚构日报" if number % 3 else "虚构晚报", issuer=issuer, published_on=published,
            period=Period(start=date(year, 1, 1), end=date(year, 12, 31)) if choose.random() < 0.4 else None,
            sha256=sha256(f"text {self.seed} {number}".encode()).hexdigest(),
            source_sha256=sha256(f"source {self.seed} {number}".encode()).hexdigest(),
            length=choose.randrange(100_000, 200_000),
            reprint_of=_original(number, choose) if _is_reprint(number) else None,
            clauses=ClauseCounts(extracted=40, ignored=choose.randrange(9), unhandled=int(unhandled)),
            extractor=EXTRACTOR, revision=revision,
        )  # fmt: skip

    def action(self, document: Document, place: int, choose: random.Random) -> Action:
        """One of the actions a document states."""
        subjects = [named(self._entities.one(choose)) for _ in range(choose.choice(_MENTIONS))]
        subjects = list(dict.fromkeys(subjects))
        noun, kind = choose.choice(_UNNAMED)
        kind = subjects[0].kind if subjects else kind
        measures = self._measures.some(choose, choose.choice(_FEW))
        # As in the real record: one in ten has a second authority, and a notice calls all that it lists the same.
        jointly = (self._authorities.one(choose),) if choose.random() < 0.1 else ()
        authorities = tuple(dict.fromkeys((document.issuer or "cac", *jointly)))
        amount = choose.randrange(1, 800) * 10 ** choose.choice((3, 3, 4, 5)) if "fine" in measures else None
        acted_on, basis = _dated(document, choose)
        regions = (self.book.item("authorities", code).region for code in authorities)
        made = Action(
            id=mint("action", document.id, place), document=DocumentReference(id=document.id, url=document.url),
            acted_on=acted_on, date_basis=basis, decided_on=acted_on if basis == "decided" else None,
            period=document.period,
            entities=tuple(EntityMention(entity=one.id, name=one.name, kind=kind) for one in subjects),
            unnamed_subject=None if subjects else f"一批借{choose.choice(WORDS).zh}之名违规的{noun}",
            open_ended=choose.random() < 0.4,
            subject_kinds=(kind,), measures=measures,
            categories=self._categories.some(choose, choose.choice((0, 1, 1, 1, 2, 3))), authorities=authorities,
            instruments=self._instruments.some(choose, choose.choice((0, 0, 0, 1))),
            campaigns=self._campaigns.some(choose, choose.choice((0, 0, 0, 0, 1))),
            regions=tuple(dict.fromkeys(region for region in regions if region)), amount_cny=amount,
            gist_zh="", gist_en="", confidence=choose.choice(("high", "high", "high", "medium", "low")),
            extractor=EXTRACTOR, anchors=self._anchors(measures, subjects, choose), revision=document.revision,
        )  # fmt: skip
        return self._told(made)

    def _told(self, action: Action) -> Action:
        gist_zh, gist_en = action_gist(action, self.book)
        return action.model_copy(update={"gist_zh": gist_zh, "gist_en": gist_en})

    def _anchors(self, measures: tuple[str, ...], subjects: list[Named], choose: random.Random) -> tuple[Anchor, ...]:
        """Evidence of the first measure and of the first subjects, each a little behind the other."""
        quoted = [("measures", measures[0], self.book.item("measures", measures[0]).label_zh)]
        quoted += [("entities", one.name, one.name) for one in subjects[:2]]
        found, start = [], choose.randrange(90_000)
        for field, value, exact in quoted:
            found.append(Anchor(field=field, value=value, start=start, end=start + len(exact), exact=exact))
            start += len(exact) + choose.randrange(40)
        return tuple(found)

    def figure(self, document: Document, place: int, choose: random.Random) -> Figure:
        """One of the official counts a document states."""
        low = int(choose.paretovariate(0.6)) * 7 + choose.randrange(7)
        qualifier = choose.choice(_QUALIFIERS)
        wording = f"{low}余家" if qualifier == "at_least" else f"{low}家"
        year = (document.published_on or date(LAST_YEAR, 1, 1)).year - 1
        start = choose.randrange(90_000)
        made = Figure(
            id=mint("figure", document.id, place), document=DocumentReference(id=document.id, url=document.url),
            measure=self._measures.one(choose), subject_kind=self._kinds.one(choose), value_min=low,
            value_max=None if qualifier == "at_least" else low, qualifier=qualifier, unit="家", wording=wording,
            period=document.period or Period(start=date(year - choose.randrange(2), 1, 1), end=date(year, 12, 31)),
            authorities=("cac_system",), regions=("100000",),
            campaign=self._campaigns.one(choose) if choose.random() < 0.2 else None, gist_zh="", gist_en="",
            confidence="high", extractor=EXTRACTOR, revision=document.revision,
            anchors=(Anchor(field="value", value=str(low), start=start, end=start + len(wording), exact=wording),),
        )  # fmt: skip
        gist_zh, gist_en = figure_gist(made, self.book)
        return made.model_copy(update={"gist_zh": gist_zh, "gist_en": gist_en})

    def corrected(self, action: Action, revision: int) -> Action:
        """The action as a correction has it."""
        changed = {"open_ended": not action.open_ended, "confidence": "high", "revision": revision}
        return self._told(action.model_copy(update=changed))


def _dated(document: Document, choose: random.Random) -> tuple[date | None, DateBasis]:
    """The day of an action and what it rests on; one in fifty has none."""
    published = document.published_on
    if published is None or choose.random() < 0.02:
        return None, "none"
    if choose.random() < 0.5:
        return published - timedelta(days=choose.randrange(90)), "decided"
    if document.period is not None:
        return document.period.end, "period_end"
    return published, "published"
