"""All annotations as of one revision, each to be found by what it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from schema.annotations import (
    AnnotationKind,
    AnyAnnotation,
    Comparability,
    Contradiction,
    Series,
    SeriesFigure,
    SeriesGap,
    SeriesNote,
    annotation_kind,
)

T = TypeVar("T", bound=AnyAnnotation)


class Annotations:
    """The annotations that stand at one revision, in the order of their ids."""

    def __init__(self, every: Iterable[AnyAnnotation] = ()) -> None:
        self._by_kind: dict[AnnotationKind, dict[str, AnyAnnotation]] = defaultdict(dict)
        for one in sorted(every, key=lambda one: one.id):
            self._by_kind[annotation_kind(one)][one.id] = one
        self.series: Mapping[str, Series] = {one.id: one for one in self._of("series", Series)}
        self._places: dict[str, list[SeriesFigure]] = defaultdict(list)
        self._contradictions: dict[str, list[Contradiction]] = defaultdict(list)
        for place in self._of("series_figures", SeriesFigure):
            self._places[place.figure].append(place)
        for conflict in self._of("contradictions", Contradiction):
            for figure in conflict.figures:
                self._contradictions[figure].append(conflict)

    def _of(self, kind: AnnotationKind, model: type[T]) -> Iterator[T]:
        return (one for one in self._by_kind[kind].values() if isinstance(one, model))

    def __iter__(self) -> Iterator[AnyAnnotation]:
        for each in self._by_kind.values():
            yield from each.values()

    def all(self, kind: AnnotationKind) -> Sequence[AnyAnnotation]:
        """All annotations of a kind."""
        return list(self._by_kind[kind].values()) if kind in self._by_kind else ()

    def one(self, kind: AnnotationKind, id: str) -> AnyAnnotation | None:
        """The annotation of an id; None where there is none."""
        return self._by_kind[kind].get(id) if kind in self._by_kind else None

    def places(self, figure: str) -> Sequence[SeriesFigure]:
        """Where a figure stands in series."""
        return self._places.get(figure, ())

    def contradictions(self, figure: str) -> Sequence[Contradiction]:
        """What a figure contradicts."""
        return self._contradictions.get(figure, ())

    def members(self, series: str) -> Sequence[SeriesFigure]:
        """The figures of a series, in the order of their ids."""
        return [one for one in self._of("series_figures", SeriesFigure) if one.series == series]

    def comparability(self, series: str) -> Sequence[Comparability]:
        """What is said of pairs of periods of a series."""
        return [one for one in self._of("comparability", Comparability) if one.series == series]

    def notes(self, series: str) -> Sequence[SeriesNote]:
        """The notes on a series, those on all of them included."""
        return [one for one in self._of("series_notes", SeriesNote) if not one.series or series in one.series]

    def gaps(self, series: str) -> Sequence[SeriesGap]:
        """The periods that a series lacks."""
        found = [one for one in self._of("series_gaps", SeriesGap) if series in one.series]
        return sorted(found, key=lambda one: (one.period.start, one.period.end))
