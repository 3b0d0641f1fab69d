"""Makes records of drafts and counts: each fact once, with an anchor for every value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from db.ingest import figures
from db.ingest.details import campaigns_of
from db.ingest.drafts import Draft, Found
from db.ingest.evidence import CONFIDENCE, Evidence, anchor, codes, first_of_each
from db.ingest.gazetteer import resolve
from db.ingest.measures import is_umbrella, settle
from db.ingest.operators import operator_after
from db.ingest.periods import PeriodSpot, periods
from db.ingest.reading import Reading, between
from db.ingest.rules import action_rule, figure_rule, period_rule
from db.ingest.scope import DocumentPeriod
from db.ingest.subjects import Name, Subject
from schema.extraction import EXACT_LIMIT, Anchor, ExtractedAction, ExtractedFigure, ExtractedMention, Period


@dataclass(frozen=True, slots=True)
class Maker:
    """What all records of one document share."""

    layer: str
    period: DocumentPeriod | None
    published_on: date | None
    seen: dict[int, list[PeriodSpot]] = field(default_factory=dict)
    """The periods that each segment states, once they have been asked for."""

    def figures(self, found: Iterable[Found]) -> tuple[ExtractedFigure, ...]:
        """The figures, each once, however often the text repeats it."""
        kept: dict[tuple[object, ...], ExtractedFigure] = {}
        for one in found:
            figure = self._figure(one)
            count = (figure.measure, figure.value_min, figure.value_max, figure.period)
            if one.reading.segment.kind in ("title", "heading"):
                # A heading repeats in its own words what the body says, and comes after it here.
                if not any(key[:-1] == count or _says_more(key, figure) for key in kept):
                    kept[*count, figure.subject] = figure
            else:
                kept.setdefault((*count, figure.subject), figure)
        return tuple(kept.values())

    def actions(self, drafts: Iterable[Draft]) -> tuple[ExtractedAction, ...]:
        """The actions, each once."""
        kept: dict[tuple[object, ...], ExtractedAction] = {}
        for draft in drafts:
            action = self._action(draft)
            if action is not None:
                names = tuple(mention.name for mention in action.entities)
                key = (names, action.unnamed_subject, frozenset(action.measures), frozenset(action.categories))
                kept.setdefault(key, action)
        return tuple(kept.values())

    def _figure(self, found: Found) -> ExtractedFigure:
        count, segment = found.count, found.reading.segment
        quantity = count.quantity
        period, evidence, reach = self._period(found)
        low, high = quantity.bounds
        campaigns = campaigns_of(found.reading, found.sentence)
        stated = [*figures.evidence(found.reading, count)]
        stated += [("authorities", one) for one in first_of_each(found.attribution.authorities)]
        anchors = [self._anchor(name, one, figure_rule(name, found, one)) for name, one in stated]
        anchors += [self._anchor("period", evidence, period_rule(reach))] if evidence else []
        anchors += [self._anchor("campaign", one, figure_rule("campaign", found, one)) for one in campaigns[:1]]
        return ExtractedFigure(
            measure=count.measure.code,
            subject=count.subject,
            value_min=low,
            value_max=high,
            qualifier=quantity.qualifier,
            unit=quantity.unit,
            wording=segment.text[quantity.start : quantity.end][:EXACT_LIMIT],
            period=period,
            authorities=codes(found.attribution.authorities),
            campaign=campaigns[0].value if campaigns else None,
            confidence=CONFIDENCE[max(reach, found.attribution.reach)],
            anchors=tuple(anchors),
        )

    def _anchor(self, field: str, evidence: Evidence, rule: str) -> Anchor:
        return anchor(self.layer, field, evidence, rule)

    def _period(self, found: Found) -> tuple[Period | None, Evidence | None, int]:
        """The period of a count: stated in its sentence, else in its paragraph before, else by the document."""
        reading = found.reading
        stated = self._periods_of(reading)
        for start, end, reach in ((found.sentence.start, found.sentence.end, 0), (0, found.sentence.start, 1)):
            if spots := between(stated, start, end):
                spot = spots[0] if reach == 0 else spots[-1]
                value = f"{spot.period.start}/{spot.period.end}"
                return spot.period, Evidence(value, reading.segment, spot.start, spot.end), reach
        if self.period is None:
            return None, None, 0
        return self.period.spot.period, self.period.evidence, 2

    def _periods_of(self, reading: Reading) -> list[PeriodSpot]:
        if reading.index not in self.seen:
            spots = periods(reading.text, 0, len(reading.text), self.published_on)
            self.seen[reading.index] = sorted(spots, key=lambda spot: spot.start)
        return self.seen[reading.index]

    def _action(self, draft: Draft) -> ExtractedAction | None:
        if draft.subject is None:
            return None
        measures = settle(draft.measures)
        subject, segment = draft.subject, draft.reading.segment
        phrase = None if subject.named else segment.text[subject.start : subject.end][:EXACT_LIMIT]
        anchors = [
            self._anchor(name, one, action_rule(name, draft, subject, one)) for name, one in _subjects(draft, subject)
        ]
        for name, evidence in (
            ("measures", measures),
            ("categories", draft.categories),
            ("authorities", draft.attribution.authorities),
            ("instruments", draft.instruments),
            ("campaigns", draft.campaigns),
            ("amount_cny", draft.amounts),
            ("decided_on", draft.dates),
        ):
            anchors += [
                self._anchor(name, one, action_rule(name, draft, subject, one)) for one in first_of_each(evidence)
            ]
        return ExtractedAction(
            entities=tuple(_mentions(draft, subject)),
            unnamed_subject=phrase,
            unnamed_kind=None if subject.named else subject.kind,
            open_ended=subject.opening is not None,
            measures=codes(measures),
            categories=codes(draft.categories),
            authorities=codes(draft.attribution.authorities),
            instruments=codes(draft.instruments),
            campaigns=codes(draft.campaigns),
            amount_cny=int(draft.amounts[0].value) if draft.amounts else None,
            decided_on=date.fromisoformat(draft.dates[0].value) if draft.dates else None,
            confidence=CONFIDENCE[max(draft.reach, draft.attribution.reach)],
            anchors=tuple(anchors),
        )


def _subjects(draft: Draft, subject: Subject) -> Iterator[tuple[str, Evidence]]:
    """The evidence of whom an action is against, by field."""
    segment = draft.reading.segment
    if not subject.named:
        phrase = segment.text[subject.start : subject.end]
        yield "unnamed_subject", Evidence(phrase[:EXACT_LIMIT], segment, subject.start, subject.end)
    for name in subject.names:
        yield "entities", Evidence(segment.text[name.start : name.end], segment, name.start, name.end)
    for name in subject.names:
        if found := _operator(draft, name):
            yield "operators", Evidence(segment.text[slice(*found)], segment, *found)


def _says_more(key: tuple[object, ...], figure: ExtractedFigure) -> bool:
    """Whether a figure of the body counts the same with the measure that a heading's general word stands for."""
    return is_umbrella(figure.measure) and key[1:3] == (figure.value_min, figure.value_max) and key[4] == figure.subject


def _mentions(draft: Draft, subject: Subject) -> Iterator[ExtractedMention]:
    """The names, each once for every kind and operator that it has here."""
    text = draft.reading.segment.text
    found = ((one, _operator(draft, one)) for one in subject.names)
    stated = ((text[one.start : one.end].strip(), one.kind, text[slice(*by)] if by else None) for one, by in found)
    for name, kind, operator in dict.fromkeys(stated):
        yield ExtractedMention(name=name, kind=kind, entity=resolve(name, kind), operator=operator)


def _operator(draft: Draft, name: Name) -> tuple[int, int] | None:
    """Where the announcement names the company that runs what is named; a company runs itself."""
    if name.kind == "company":
        return None
    return name.operator or operator_after(draft.reading.text, name.end)
