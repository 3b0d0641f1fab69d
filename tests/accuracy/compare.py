"""Compares what was read from one document with its labels, kind of value by kind of value."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

Json = Mapping[str, Any]
Key = tuple[str, ...]

FIGURES = "figures"
NAMES = "entity names"
MEASURES = "entity × measure"
CATEGORIES = "entity × top category"
AMOUNTS = "fine amounts"
DOCUMENT = "document fields"
KINDS = (FIGURES, NAMES, MEASURES, CATEGORIES, AMOUNTS, DOCUMENT)
FIGURE_FIELDS = ("measure", "subject", "value_min", "value_max", "qualifier")
DOCUMENT_FIELDS = ("issuer", "period", "published_on")
UNNAMED = "∅"
"""Stands for a subject without a name in a pair; each such subject counts as an entity of its own."""


@dataclass
class Score:
    """How many values were found, missed, and read where there are none, with what they were."""

    hits: int = 0
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.hits += other.hits
        self.missed += other.missed
        self.extra += other.extra


def compare(label: Json, given: Json, top: Callable[[str], str]) -> dict[str, Score]:
    """The score of one document; `given` is what `cunzhao extract` prints, `top` a category's highest parent."""
    kinds = {
        NAMES: names,
        MEASURES: pairs("measures", str),
        CATEGORIES: pairs("categories", top),
        AMOUNTS: amounts,
    }
    scores = {kind: _actions(label["actions"], given["actions"], values) for kind, values in kinds.items()}
    return {
        FIGURES: _figures(label["figures"], given["figures"]),
        **scores,
        DOCUMENT: _document(label, given["document"]),
    }


def readings(record: Json, fields: Iterable[str]) -> list[dict[str, Any]]:
    """Every acceptable reading of a record: for each field its own value or that of any alternative."""
    names = tuple(fields)
    choices = [
        [record.get(name), *(one[name] for one in record.get("alternatives", ()) if name in one)] for name in names
    ]
    return [dict(zip(names, values, strict=True)) for values in product(*choices)]


def is_optional(record: Json) -> bool:
    """Whether the record may be read or not, with neither an error."""
    return any(one.get("optional") for one in record.get("alternatives", ()))


def _figures(labels: list[Json], given: list[Json]) -> Score:
    """What only fits an optional label is no error."""
    owners = paired(labels, given)
    found = set(owners.values())
    score = Score(hits=sum(not is_optional(labels[index]) for index in found))
    score.missed = [
        _shown(label) for index, label in enumerate(labels) if index not in found and not is_optional(label)
    ]
    score.extra = [_shown(one) for index, one in enumerate(given) if index not in owners]
    return score


def paired(labels: Sequence[Json], given: Sequence[Json]) -> dict[int, int]:
    """Pair figures with labels, as many as can be: the place of a figure → that of the label that accepts it."""
    accepted = [[_figure(one) for one in readings(label, FIGURE_FIELDS)] for label in labels]
    order = sorted(range(len(labels)), key=lambda index: is_optional(labels[index]))
    owners: dict[int, int] = {}
    for index in order:
        _match(index, accepted, [_figure(one) for one in given], owners, set())
    return owners


def _match(index: int, accepted: list[list[Key]], given: list[Key], owners: dict[int, int], tried: set[int]) -> bool:
    """Find a figure for a label, moving another label to a second choice where that frees one."""
    for place, key in enumerate(given):
        if key in accepted[index] and place not in tried:
            tried.add(place)
            if place not in owners or _match(owners[place], accepted, given, owners, tried):
                owners[place] = index
                return True
    return False


def _figure(record: Json) -> Key:
    return tuple(str(record[name]) for name in FIGURE_FIELDS)


def _shown(record: Json) -> str:
    return " ".join((*_figure(record), str(record.get("wording", ""))))


_ACTION_FIELDS = ("entities", "unnamed_subject", "measures", "categories", "amount_cny")
Values = Callable[[Json], Iterator[Key]]
"""The keys of what one action says."""


def _actions(labels: list[Json], given: list[Json], values: Values) -> Score:
    """Compare what all actions of a document say together, however they are grouped."""
    got = Counter(key for action in given for key in _settled(values(action)))
    got = _once(got)
    wanted: Counter[Key] = Counter()
    for label in labels:
        if not is_optional(label):
            wanted += _closest(_choices(label, values), got - wanted)
    wanted = _once(wanted)
    hits = wanted & got
    return Score(hits.total(), _listed(wanted - got), _listed(got - (allowed(labels, values) | wanted)))


def allowed(labels: Iterable[Json], values: Values, fields: Sequence[str] = _ACTION_FIELDS) -> Counter[Key]:
    """What the labelled actions of a document may say together, whichever readings of these fields are taken."""
    keys: Counter[Key] = Counter()
    for label in labels:
        keys += _union(_choices(label, values, fields))
    return _once(keys)


def _choices(label: Json, values: Values, fields: Sequence[str] = _ACTION_FIELDS) -> list[Counter[Key]]:
    return [Counter(_settled(values(one))) for one in readings(label, fields)]


def _settled(keys: Iterator[Key]) -> list[Key]:
    return list(dict.fromkeys(keys))


def _once(counts: Counter[Key]) -> Counter[Key]:
    """A name counts once a document, a subject without one each time."""
    return Counter({key: number if key[0] in (UNNAMED, AMOUNTS) else 1 for key, number in counts.items()})


def _union(choices: list[Counter[Key]]) -> Counter[Key]:
    union: Counter[Key] = Counter()
    for choice in choices:
        union |= choice
    return union


def _closest(choices: list[Counter[Key]], got: Counter[Key]) -> Counter[Key]:
    """The reading of an action that agrees best with what was read."""
    return max(choices, key=lambda one: _agreement(one, got))


def _agreement(choice: Counter[Key], got: Counter[Key]) -> tuple[int, int]:
    hits = (choice & got).total()
    return hits - (choice - got).total(), hits


def _listed(counts: Counter[Key]) -> list[str]:
    return [" ".join(key) for key in counts.elements()]


def names(action: Json) -> Iterator[Key]:
    """The names of an action's subjects."""
    for entity in action.get("entities") or ():
        yield (name_of(entity["name"]),)


def name_of(name: str) -> str:
    """A name as it is compared."""
    return unicodedata.normalize("NFKC", name).strip()


def pairs(name: str, code_of: Callable[[str], str]) -> Values:
    """Each subject of an action with each code of one of its lists."""

    def values(action: Json) -> Iterator[Key]:
        subjects = [name_of(entity["name"]) for entity in action.get("entities") or ()]
        subjects += [UNNAMED] if action.get("unnamed_subject") else []
        for subject, code in product(subjects, action.get(name) or ()):
            yield subject, code_of(code)

    return values


def amounts(action: Json) -> Iterator[Key]:
    """The fine of an action."""
    if action.get("amount_cny") is not None:
        yield AMOUNTS, str(action["amount_cny"])


def _document(label: Json, given: Json) -> Score:
    score = Score()
    for name in DOCUMENT_FIELDS:
        if name not in label:
            continue
        accepted = [one[name] for one in readings(label, [name])]
        if given.get(name) in accepted:
            score.hits += given.get(name) is not None
            continue
        score.missed += [f"{name} {label[name]}"] if label[name] is not None else []
        score.extra += [f"{name} {given[name]}"] if given.get(name) is not None else []
    return score
