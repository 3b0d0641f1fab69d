"""The page on comparability, in Markdown: every series with its figures, flags and gaps, as on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from schema.annotated import Annotations
from schema.annotations import FLAGS, Comparability, Contradiction, SeriesGap, SeriesNote
from schema.extraction import Period
from schema.records import Document, Figure, Revision
from schema.series import PlacedFigure, SeriesDetail, detail_of
from schema.spans import period_name

_SCOPES = {
    "national": "National series",
    "campaign": "Campaign series: never to be mixed with the national ones",
    "neighbouring": "Neighbouring series: other authorities, or one operator",
}
_HEAD = """# Which figures can be compared

Official totals change verb, unit and scope from year to year, have gaps, and overlap. This page says so figure by
figure; it is written from the record itself, and the same is in the answers of `/v1/series`, in GraphQL (`series`), and
in the bulk files (`series`, `series_figures`, `comparability`, `contradictions`, `series_notes`, `series_gaps`).

`/v1/compare?series=cac_talks&periods=2023,2024` compares two or more periods of one series: the numbers and the change
with their bounds, and all that speaks against the comparison. A ratio is given only where nothing makes it unsound;
`force=true` gives it all the same, and marks it. `/v1/sum` adds figures up, and refuses where something would be
counted twice; a floor in a sum makes the sum a floor, and a figure that is missing is a gap, never a zero."""
_CITING = """## How to cite this page

Name the revision above, or a release that has it, and the series and periods used. For what was compared or added up,
cite the address with `as_of` set to that release: it gives the same answer for ever."""


def methods_page(
    annotations: Annotations, figures: Mapping[str, Figure], documents: Mapping[str, Document], revision: Revision
) -> str:
    """The page as of a revision."""
    return "\n".join(_lines(annotations, figures, documents, revision)) + "\n"


def _lines(
    annotations: Annotations, figures: Mapping[str, Figure], documents: Mapping[str, Document], revision: Revision
) -> Iterator[str]:
    sources = _Sources(documents)
    yield _HEAD
    yield ""
    yield f"As of revision r{revision.number} of {revision.committed_at:%Y-%m-%d}, digest `{revision.digest}`."
    yield from ("", "## Flags", "", "| flag | meaning |", "| --- | --- |")
    for flag, meaning in FLAGS.items():
        yield f"| `{flag}` | {meaning} |"
    yield from ("", "## Notes", "")
    notes = [one for one in annotations.all("series_notes") if isinstance(one, SeriesNote)]
    for note in notes:
        yield f"- **{note.title_en}** (`{note.id}`). {note.text_en} {sources.of(note.sources)}"
    for scope, title in _SCOPES.items():
        yield from ("", f"## {title}")
        for series in annotations.series.values():
            if series.scope == scope:
                yield from _series(detail_of(series, annotations, figures), sources)
    yield from ("", "## Contradictions", "")
    for one in annotations.all("contradictions"):
        if isinstance(one, Contradiction):
            yield f"- `{one.id}`: {one.why_en} {sources.of(one.sources)}"
    yield ""
    yield _CITING
    yield ""
    yield "## Sources"
    yield ""
    yield from sources.listed()


class _Sources:
    """The documents referred to, numbered as they come."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents
        self._numbers: dict[str, int] = {}

    def of(self, ids: Iterable[str]) -> str:
        """References to some documents."""
        numbers = [self._numbers.setdefault(one, len(self._numbers) + 1) for one in dict.fromkeys(ids)]
        return f"[{', '.join(map(str, numbers))}]" if numbers else ""

    def listed(self) -> Iterator[str]:
        """The documents by their numbers."""
        for id, number in self._numbers.items():
            document = self._documents[id]
            when = f", {document.published_on}" if document.published_on else ""
            yield f"{number}. `{id}`{when}" + (f": <{document.url}>" if document.url else "")


def _series(series: SeriesDetail, sources: _Sources) -> Iterator[str]:
    yield from ("", f"### {series.label_en} `{series.id}`", "")
    yield f"{series.label_zh}. {series.definition_en}"
    yield from ("", "| period | value | measure | flags | source |", "| --- | ---: | --- | --- | --- |")
    for figure in series.figures:
        flags = "; ".join(f"`{one.flag}`: {one.note_en}" for one in figure.flags)
        conflicts = " ".join(f"contradicts: `{one}`" for one in figure.contradictions)
        said = " ".join(filter(None, (flags, conflicts)))
        yield (
            f"| {_span(figure.period)} | {_value(figure)} | `{figure.measure}` | {said} | "
            f"{sources.of([figure.document])} |"
        )
    if series.comparability:
        yield from ("", "| earlier | later | | why | source |", "| --- | --- | --- | --- | --- |")
        for one in series.comparability:
            yield _pair(one, sources)
    if series.gaps:
        yield ""
        yield from _gaps(series.gaps)


def _pair(one: Comparability, sources: _Sources) -> str:
    return (
        f"| {_years(one.earlier)} | {_years(one.later)} | {one.effect} | `{one.kind}`: {one.why_en} | "
        f"{sources.of(one.sources)} |"
    )  # fmt: skip


def _gaps(gaps: Iterable[SeriesGap]) -> Iterator[str]:
    for reason, words in (("not_found", "Not found"), ("not_stated", "Not stated by the announcement of")):
        spans = ", ".join(_span(one.period) for one in gaps if one.reason == reason)
        if spans:
            yield f"{words}: {spans}."
            yield ""


def _span(period: Period) -> str:
    return period_name(period).replace("/", " to ")


def _years(period: Period) -> str:
    """A span of whole years."""
    first, last = period.start.year, period.end.year
    whole = (period.start.month, period.start.day, period.end.month, period.end.day) == (1, 1, 12, 31)
    return _span(period) if not whole or first == last else f"{first} to {last}"


def _value(figure: PlacedFigure) -> str:
    signs = {"exact": "", "at_least": "≥ ", "at_most": "≤ ", "about": "≈ "}
    number = figure.value_max if figure.value_min is None else figure.value_min
    return f"{signs[figure.qualifier]}{number:,}"
