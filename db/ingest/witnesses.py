"""What the copies of one announcement state together: each fact once.

A fact belongs to the first copy that states it, in the order of the family; the other copies that state
it are its witnesses. Of what a further copy states only the rest becomes a record, so that nothing
counts twice and nothing is lost.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from db.correcting import gist_of
from db.ingest.agreement import compatible
from db.ingest.fold import fold
from db.sketches import Count
from schema.codes import CodeBook
from schema.extraction import Anchor
from schema.records import Action, EntityMention, Figure

_FINE = "fine"


@dataclass
class Stated:
    """What one copy states, or several together."""

    actions: list[Action] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)


def together(copies: Sequence[Stated], book: CodeBook) -> Stated:
    """What copies state together, the canonical copy first."""
    made = Stated()
    told = _Told()
    for copy in copies:
        # Compared with the earlier copies only: what one copy tells apart are two facts.
        figures = [figure for figure in copy.figures if figure not in told]
        actions = _further_actions(made.actions, copy.actions, book)
        told.add(figures)
        made.figures += figures
        made.actions += actions
    return made


class _Told:
    """Figures told so far, each found without a look at all of them: exact ones agree in their number or not at all."""

    def __init__(self) -> None:
        self._all: defaultdict[str, list[Figure]] = defaultdict(list)
        self._rounded: defaultdict[str, list[Figure]] = defaultdict(list)
        self._exact: defaultdict[tuple[str, int], list[Figure]] = defaultdict(list)

    def add(self, figures: Iterable[Figure]) -> None:
        for figure in figures:
            count = _count(figure)
            self._all[count.of].append(figure)
            if count.exact:
                self._exact[count.of, count.value].append(figure)
            else:
                self._rounded[count.of].append(figure)

    def __contains__(self, figure: Figure) -> bool:
        count = _count(figure)
        near = [self._all[count.of]]
        if count.exact:
            near = [self._exact[count.of, count.value], self._rounded[count.of]]
        return any(_same_count(figure, one) for ones in near for one in ones)


def _same_count(one: Figure, other: Figure) -> bool:
    periods = one.period, other.period
    if periods[0] and periods[1] and (periods[0].end < periods[1].start or periods[1].end < periods[0].start):
        return False
    return compatible(_count(one), _count(other))


def _count(figure: Figure) -> Count:
    return Count(of=f"{figure.measure}/{figure.subject_kind}", low=figure.value_min, high=figure.value_max)


def _further_actions(known: Sequence[Action], stated: Iterable[Action], book: CodeBook) -> list[Action]:
    told = Counter(
        (name, m) for action in known for who in action.entities for name in _names(who) for m in action.measures
    )
    unnamed = [action for action in known if not action.entities]
    further: list[Action] = []
    for action in stated:
        if action.entities:
            rest = _rest(action, told, book)
            further += [rest] if rest is not None else []
        elif (witnessed := _same_case(action, unnamed)) is not None:
            unnamed.remove(witnessed)
        else:
            further.append(action)
    return further


def _names(mention: EntityMention) -> tuple[str, str]:
    """By what a subject is known: its entity or its name, as a copy may call an app a platform."""
    return mention.entity, f"={fold(mention.name)}"


def _same_case(action: Action, known: Iterable[Action]) -> Action | None:
    """The act against somebody unnamed that another copy tells: the same words for them first, then the same act."""
    fits = [one for one in known if set(one.measures) & set(action.measures) and _amounts_agree(one, action)]
    same = [one for one in fits if fold(one.unnamed_subject or "") == fold(action.unnamed_subject or "")]
    return next(iter(same), None) or next((one for one in fits if _may_be_one(one, action)), None)


def _may_be_one(one: Action, other: Action) -> bool:
    """Whether copies that call a subject by different words may mean one: its kind agrees, and one tells no less."""
    kinds, measures = (set(one.subject_kinds), set(other.subject_kinds)), (set(one.measures), set(other.measures))
    same_kind = not all(kinds) or bool(kinds[0] & kinds[1])
    return same_kind and (measures[0] <= measures[1] or measures[1] <= measures[0])


def _amounts_agree(one: Action, other: Action) -> bool:
    return one.amount_cny is None or other.amount_cny is None or one.amount_cny == other.amount_cny


def _rest(action: Action, told: Counter[tuple[str, str]], book: CodeBook) -> Action | None:
    """What of an action is not told yet; None where all is. An act told once stands for one act."""
    left = {who: [m for m in action.measures if not _take(told, who, m)] for who in action.entities}
    entities = tuple(who for who in action.entities if left[who])
    measures = tuple(m for m in action.measures if any(m in left[who] for who in entities))
    if not entities:
        return None
    if entities == action.entities and measures == action.measures:
        return action
    return _limited(action, entities, measures, book)


def _take(told: Counter[tuple[str, str]], who: EntityMention, measure: str) -> bool:
    """Whether an act is told already, which can be said of it once only."""
    keys = [(name, measure) for name in _names(who) if told[name, measure]]
    told.subtract(keys)
    return bool(keys)


def _limited(action: Action, entities: tuple[EntityMention, ...], measures: tuple[str, ...], book: CodeBook) -> Action:
    """The part of an action that is about some of its subjects and measures."""
    dropped = {("entities", mention.name) for mention in action.entities if mention not in entities}
    dropped |= {("measures", measure) for measure in action.measures if measure not in measures}
    fined = _FINE in measures
    gone = [mention.kind for mention in action.entities if mention not in entities]
    kept_kinds = {mention.kind for mention in entities}
    made = action.model_copy(
        update={
            "entities": entities,
            "measures": measures,
            "subject_kinds": tuple(k for k in action.subject_kinds if k in kept_kinds or k not in gone),
            "amount_cny": action.amount_cny if fined else None,
            "anchors": tuple(a for a in action.anchors if _supports(a, dropped, fined)),
        }
    )
    return made.model_copy(update=gist_of(made, book))


def _supports(anchor: Anchor, dropped: set[tuple[str, str]], fined: bool) -> bool:
    return (anchor.field, anchor.value) not in dropped and (fined or anchor.field != "amount_cny")
