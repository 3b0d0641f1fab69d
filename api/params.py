r"""The parameters of the REST interface: declared once, for reading queries and for the contract.

A comma means or, a repeated parameter means and. Where commas separate names, `\,` is a comma that
belongs to the name and `\\` a backslash; percent-encoding is undone before that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from schema.annotations import CODE
from schema.changes import CHANGED_TABLES
from schema.codes import ListName
from schema.ids import ID_PATTERNS
from schema.points import parse_as_of
from schema.query import (
    AS_OF_PATTERN,
    CODE_FILTERS,
    DEFAULT_LIMIT,
    DIMENSIONS,
    FILTERS_OF,
    FIRST_YEAR,
    LAST_YEAR,
    MAX_CONDITIONS,
    MAX_LIMIT,
    MAX_SEARCHES,
    MAX_TEXT,
    MAX_VALUES,
    AsOf,
    BadQuery,
)
from schema.records import Basis, RecordKind
from schema.spans import PERIOD_PATTERN, read_period

CURSOR_PATTERN = "^[A-Za-z0-9_-]{8,400}$"
_CODE_PATTERN = "^[a-z0-9_]{1,64}$"
_NAME_PATTERN = r"^(?:[^\x00-\x1f\x7f\\,]|\\[\\,])+$"
_SEARCH_PATTERN = r"^[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s][^\x00-\x1f\x7f]*$"
_INTEGER = re.compile("0|[1-9][0-9]{0,8}", re.ASCII)
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PIECES = re.compile(r"\\.|[^\\,]+|.", re.DOTALL)

Shape = Literal["groups", "all", "list", "once"]
"""How a parameter is written. groups: commas are or, repeats are and. all: repeats are and, commas are
text. list: once, with commas between values. once: once, one value."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query string."""

    name: str
    shape: Shape
    description: str
    schema: Mapping[str, Any]
    """JSON Schema of one value, as it is written."""
    read: Callable[[str], Any]
    """One value from its text. Raises `ValueError`."""
    required: bool = False

    def parse(self, texts: Sequence[str]) -> Any:
        """The value of the parameter from every text it was given. Raises `BadQuery`."""
        most = {"groups": MAX_CONDITIONS, "all": MAX_SEARCHES}.get(self.shape, 1)
        if len(texts) > most:
            times = "once" if most == 1 else f"{most} times"
            raise BadQuery(self.name, f"{self.name} may be given {times} at most")
        try:
            values = tuple(self._values(text) for text in texts)
        except BadQuery:
            raise
        except ValueError as error:
            raise BadQuery(self.name, f"{self.name}: {error}") from None
        return values if most > 1 else values[0]

    def _values(self, text: str) -> Any:
        if self.shape in ("all", "once"):
            return self.read(text)
        parts = split_commas(text)
        if len(parts) > MAX_VALUES:
            raise ValueError(f"{len(parts)} values are listed, and {MAX_VALUES} is the maximum")
        return tuple(self.read(part) for part in parts)


def split_commas(text: str) -> list[str]:
    """The parts between unescaped commas, their escapes kept."""
    parts = [""]
    for piece in _PIECES.findall(text):
        if piece == ",":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:80]}…")


def _integer(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text) or not low <= int(text) <= high:
            raise ValueError(f"{_short(text)} is not a whole number from {low} to the maximum {high}")
        return int(text)

    return read


def _matching(pattern: str, what: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"{_short(text)} is not {what}")
        return text

    return read


def _one_of(values: Iterable[str]) -> Callable[[str], str]:
    allowed = tuple(values)

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"{_short(text)} is not one of {', '.join(allowed)}")
        return text

    return read


def _boolean(text: str) -> bool:
    return _one_of(("true", "false"))(text) == "true"


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(f"{_short(text)} is not a day written YYYY-MM-DD")
    return date.fromisoformat(text)


def _text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueError(f"the text has {len(text)} characters, and {MAX_TEXT} is the maximum")
    return _matching(_SEARCH_PATTERN, "words to search for: empty, or holding control characters")(text)


def _name(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueError(f"the name has {len(text)} characters, and {MAX_TEXT} is the maximum")
    if not re.fullmatch(_NAME_PATTERN, text):
        raise ValueError(
            f"{_short(text)} is not a name: empty, a control character, or a backslash before neither , nor \\"
        )
    return re.sub(r"\\(.)", r"\1", text)


_read_code = _matching(_CODE_PATTERN, "a code")


def code_schema(list_name: ListName) -> dict[str, Any]:
    """JSON Schema of a code of one list: its codes stand among the components of the contract."""
    return {"$ref": f"#/components/schemas/{list_name}_code"}


def _code_filter(name: str, list_name: ListName) -> Parameter:
    below = " A broader category stands for all below it." if name == "category" else ""
    return Parameter(name, "groups", f"Codes of the list `{list_name}`.{below}", code_schema(list_name), _read_code)


_YEAR = {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
_DATE = {"type": "string", "format": "date"}
_FILTERS: dict[str, Parameter] = {
    one.name: one
    for one in (
        Parameter(
            "year",
            "groups",
            "The year acted in, published in, or touched by the period counted. Undated records match none.",
            _YEAR,
            _integer(FIRST_YEAR, LAST_YEAR),
        ),
        Parameter("from", "all", "First day wanted. Of several the last counts.", _DATE, _day),
        Parameter("to", "all", "Last day wanted. Of several the first counts.", _DATE, _day),
        *(_code_filter(name, list_name) for name, list_name in CODE_FILTERS.items()),
        Parameter(
            "entity",
            "groups",
            "Ids or names of entities, in any script or language, or in pinyin: with or without tones, spaces and "
            "capitals. A comma or backslash that belongs to a name has a backslash before it.",
            {"type": "string", "minLength": 1, "maxLength": MAX_TEXT, "pattern": _NAME_PATTERN},
            _name,
        ),
        Parameter(
            "operator",
            "groups",
            "Ids or names of companies that the announcement says run what is named, written as entities are.",
            {"type": "string", "minLength": 1, "maxLength": MAX_TEXT, "pattern": _NAME_PATTERN},
            _name,
        ),
        Parameter(
            "document",
            "groups",
            "Ids of documents. Among actions and figures a copy of an announcement stands for all its copies: facts "
            "that several of them state are kept once.",
            {"type": "string", "pattern": ID_PATTERNS["document"], "format": "document-id"},
            _matching(ID_PATTERNS["document"], "the id of a document"),
        ),
        Parameter(
            "reprint_of",
            "groups",
            "Ids of documents whose reprints are wanted.",
            {"type": "string", "pattern": ID_PATTERNS["document"], "format": "document-id"},
            _matching(ID_PATTERNS["document"], "the id of a document"),
        ),
        Parameter(
            "basis",
            "groups",
            "What the record rests on: the text of the page (`text`), or a list of facts that somebody read off a page "
            "whose text is not held (`transcribed`).",
            {"type": "string", "enum": list(get_args(Basis))},
            _one_of(get_args(Basis)),
        ),
        Parameter(
            "search",
            "all",
            "Words that the record contains, in any script. Pinyin, of whole syllables, finds the entities that are "
            "read so and the actions that name them. A comma is a comma.",
            {"type": "string", "minLength": 1, "maxLength": MAX_TEXT, "pattern": _SEARCH_PATTERN},
            _text,
        ),
    )
}

AS_OF = Parameter(
    "as_of",
    "once",
    "A point in the history of the record: a revision (`r17`), a release (`2026.11.1`) or an RFC 3339 time "
    "with an offset, as transaction time. The latest revision by default.",
    {"type": "string", "pattern": AS_OF_PATTERN, "format": "as-of"},
    parse_as_of,
)
LIMIT = Parameter(
    "limit",
    "once",
    "Most records in one answer; 0 asks for the total alone.",
    {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    _integer(0, MAX_LIMIT),
)
CURSOR = Parameter(
    "cursor",
    "once",
    "Where to go on, from `next` of the answer before. It belongs to one question and pins its revision.",
    {"type": "string", "pattern": CURSOR_PATTERN, "format": "cursor"},
    _matching(CURSOR_PATTERN, "a cursor"),
)
_OF = Parameter(
    "of",
    "once",
    "What is counted. Figures count neither entities nor violations: with `of=figure` there is no "
    "grouping and no filter by category, entity or instrument.",
    {"type": "string", "enum": ["action", "figure"], "default": "action"},
    _one_of(("action", "figure")),
)
_GROUP_BY = Parameter(
    "group_by",
    "list",
    "The dimensions that make a group, with commas between them.",
    {"type": "string", "enum": list(DIMENSIONS)},
    _one_of(DIMENSIONS),
    required=True,
)
BOM = Parameter(
    "bom",
    "once",
    "Whether the file begins with a byte-order mark, by which Excel knows that it is UTF-8.",
    {"type": "boolean", "default": False},
    _boolean,
)


def _since(text: str) -> AsOf:
    try:
        return parse_as_of(text)
    except BadQuery as error:
        raise BadQuery("since", str(error)) from None


_SINCE = Parameter(
    "since",
    "once",
    "What comes after is wanted: after a revision (`r17`), a release (`2026.11.1`) or an RFC 3339 time with an "
    "offset, as transaction time. Everything from the first revision on by default.",
    {"type": "string", "pattern": AS_OF_PATTERN, "format": "as-of"},
    _since,
)
_CHANGED = Parameter(
    "table",
    "list",
    "Only changes of these tables, with commas between them.",
    {"type": "string", "enum": list(CHANGED_TABLES)},
    _one_of(CHANGED_TABLES),
)
_RECORDS = Parameter(
    "records",
    "once",
    "Whether each change carries the record as the revision left it.",
    {"type": "boolean", "default": False},
    _boolean,
)

HIGHLIGHT = Parameter(
    "highlight",
    "once",
    "Whether the answer says in `highlights` where in each record the texts of `search` stand.",
    {"type": "boolean", "default": False},
    lambda text: _one_of(("true", "false"))(text) == "true",
)

_SERIES = Parameter(
    "series",
    "list",
    "Series, by their ids. Only one can be compared at a time.",
    {"type": "string", "pattern": CODE},
    _matching(CODE, "the id of a series"),
    required=True,
)
_PERIODS = Parameter(
    "periods",
    "list",
    "Periods: years (`2023`), half years (`2023H1`), quarters (`2023Q1`), months (`2023-07`), or the first and the "
    "last day with a slash between (`2015-01-01/2017-12-24`).",
    {"type": "string", "pattern": PERIOD_PATTERN},
    read_period,
    required=True,
)
_FORCE = Parameter(
    "force",
    "once",
    "Whether a ratio is given although something makes the comparison unsound; it is marked then.",
    {"type": "boolean", "default": False},
    _boolean,
)

Parameters = Mapping[str, Parameter]


def _table(*parameters: Parameter) -> Parameters:
    return {parameter.name: parameter for parameter in parameters}


def filters_of(kind: RecordKind) -> Parameters:
    """The filters a kind of record answers to."""
    return {name: _FILTERS[name] for name in FILTERS_OF[kind]}


def list_parameters(kind: RecordKind) -> Parameters:
    """What a list of records may be asked."""
    return {**filters_of(kind), **_table(LIMIT, CURSOR, AS_OF, HIGHLIGHT)}


def export_parameters(kind: RecordKind, suffix: str) -> Parameters:
    """What an export may be asked."""
    return {**filters_of(kind), **_table(AS_OF), **(_table(BOM) if suffix == "csv" else {})}


def vocabulary_parameters(list_name: ListName) -> Parameters:
    """What a code list may be asked."""
    code = Parameter("code", "list", "Only these codes, with commas between them.", code_schema(list_name), _read_code)
    return _table(code, AS_OF)


DETAIL_PARAMETERS = _table(AS_OF)
SUM_PARAMETERS = _table(_SERIES, _PERIODS, AS_OF)
COMPARE_PARAMETERS = _table(_SERIES, _PERIODS, _FORCE, AS_OF)
AGGREGATE_PARAMETERS: Parameters = {
    **_table(_OF, _GROUP_BY),
    **filters_of("action"),
    **_table(LIMIT, CURSOR, AS_OF),
}
REVISION_PARAMETERS = _table(_SINCE, _CHANGED, LIMIT, CURSOR, AS_OF)
"""What may be asked of the revisions that changed something."""
CHANGE_PARAMETERS = {**REVISION_PARAMETERS, **_table(_RECORDS)}
"""What may be asked of single changes."""
